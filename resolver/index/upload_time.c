// SPDX-License-Identifier: MIT
// Turns RFC 3339 times into numbers, so that a cut-off compares with upload times of any
// form (700.1).
#include "resolver/index/candidates.h"

struct reader {
	const char *at, *end;
	bool bad;
};

static unsigned read_digits(struct reader *reader, size_t count, unsigned max)
{
	unsigned value = 0;
	if ((size_t)(reader->end - reader->at) < count) {
		reader->bad = true;
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		reader->bad |= !is_digit(reader->at[i]);
		value = value * 10 + (unsigned)(reader->at[i] - '0');
	}
	reader->at += count;
	reader->bad |= value > max;
	return value;
}

static char read_one_of(struct reader *reader, const char *set)
{
	char c = reader->at < reader->end ? *reader->at++ : '\0';
	while (*set && *set != c)
		set++;
	reader->bad |= *set == '\0';
	return c;
}

// Days since 1970-01-01 in the Gregorian calendar: whole eras of 400 years, and years
// that begin in March.
static int64_t days_since_epoch(int64_t year, unsigned month, unsigned day)
{
	year -= month <= 2;
	int64_t era = year / 400, year_of_era = year % 400;
	int64_t day_of_year =
		(153 * (int64_t)(month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	int64_t day_of_era =
		year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
	return era * 146097 + day_of_era - 719468;
}

static int64_t read_fraction(struct reader *reader)
{
	int64_t micros = 0, unit = 100000;
	if (reader->at == reader->end || *reader->at != '.')
		return 0;
	reader->at++;
	reader->bad |= reader->at == reader->end || !is_digit(*reader->at);
	for (; reader->at < reader->end && is_digit(*reader->at); unit /= 10)
		micros += unit * (*reader->at++ - '0');
	return micros;
}

static int64_t read_offset_minutes(struct reader *reader)
{
	char sign = read_one_of(reader, "Zz+-");
	if (sign == 'Z' || sign == 'z')
		return 0;
	int64_t minutes = 60 * (int64_t)read_digits(reader, 2, 23);
	read_one_of(reader, ":");
	minutes += read_digits(reader, 2, 59);
	return sign == '-' ? -minutes : minutes;
}

bool upload_time_parse(struct slice text, int64_t *ret_microseconds)
{
	if (text.len == 0)
		return false;
	struct reader reader = { .at = text.ptr, .end = text.ptr + text.len };
	unsigned year = read_digits(&reader, 4, 9999);
	read_one_of(&reader, "-");
	unsigned month = read_digits(&reader, 2, 12);
	read_one_of(&reader, "-");
	unsigned day = read_digits(&reader, 2, 31);
	read_one_of(&reader, "Tt ");
	int64_t seconds = 3600 * (int64_t)read_digits(&reader, 2, 23);
	read_one_of(&reader, ":");
	seconds += 60 * (int64_t)read_digits(&reader, 2, 59);
	read_one_of(&reader, ":");
	seconds += read_digits(&reader, 2, 60);
	int64_t micros = read_fraction(&reader);
	seconds -= 60 * read_offset_minutes(&reader);
	if (reader.bad || reader.at != reader.end || month == 0 || day == 0)
		return false;
	*ret_microseconds =
		(days_since_epoch(year, month, day) * 86400 + seconds) * 1000000 + micros;
	return true;
}

enum { SECONDS_A_DAY = 86400 };

// Computes the date of the Gregorian calendar by eras of 400 years that begin in March.
struct slice upload_time_text(struct arena *arena, uint64_t seconds)
{
	uint64_t days = seconds / SECONDS_A_DAY + 719468, era = days / 146097,
		 of_era = days % 146097;
	uint64_t of_era_year =
		(of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
	uint64_t of_year =
		of_era - (365 * of_era_year + of_era_year / 4 - of_era_year / 100);
	uint64_t shifted = (5 * of_year + 2) / 153,
		 month = shifted < 10 ? shifted + 3 : shifted - 9;
	uint64_t year = era * 400 + of_era_year + (month <= 2),
		 day = of_year - (153 * shifted + 2) / 5 + 1;
	uint64_t time = seconds % SECONDS_A_DAY;
	return arena_printf(arena, "%04u-%02u-%02uT%02u:%02u:%02uZ", (unsigned)year,
			    (unsigned)month, (unsigned)day, (unsigned)(time / 3600),
			    (unsigned)(time / 60 % 60), (unsigned)(time % 60));
}

struct slice file_moment(struct arena *arena, const struct project_file *file)
{
	if (file->upload_time.len || !file->first_seen)
		return file->upload_time;
	return upload_time_text(arena, file->first_seen);
}
