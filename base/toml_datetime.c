// SPDX-License-Identifier: MIT
// Dates and times as TOML writes them: RFC 3339 with a blank allowed for the T, and its
// parts alone.
#include "base/toml.h"

// Takes exactly `count` digits with a value in [min, max] off the front of *s.
static bool take_number(struct slice *s, size_t count, unsigned min, unsigned max,
			unsigned *ret_number)
{
	unsigned number = 0;
	if (s->len < count)
		return false;
	for (size_t i = 0; i < count; i++) {
		if (!is_digit(s->ptr[i]))
			return false;
		number = number * 10 + (unsigned)(s->ptr[i] - '0');
	}
	*s = slice_skip(*s, count);
	*ret_number = number;
	return number >= min && number <= max;
}

static bool take_byte(struct slice *s, char byte)
{
	if (s->len == 0 || s->ptr[0] != byte)
		return false;
	*s = slice_skip(*s, 1);
	return true;
}

static unsigned days_in_month(unsigned year, unsigned month)
{
	static const unsigned char days[] = { 31, 28, 31, 30, 31, 30,
					      31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(struct slice *s, struct toml_datetime *datetime)
{
	unsigned year, month, day;
	if (!take_number(s, 4, 0, 9999, &year) || !take_byte(s, '-') ||
	    !take_number(s, 2, 1, 12, &month) || !take_byte(s, '-') ||
	    !take_number(s, 2, 1, days_in_month(year, month), &day))
		return false;
	datetime->year = (uint16_t)year;
	datetime->month = (uint8_t)month;
	datetime->day = (uint8_t)day;
	return true;
}

// Takes ".5" or longer; digits below a nanosecond are cut off.
static bool take_fraction(struct slice *s, uint32_t *ret_nanosecond)
{
	uint32_t nanosecond = 0, unit = 100000000;
	if (s->len == 0 || !is_digit(s->ptr[0]))
		return false;
	for (; s->len && is_digit(s->ptr[0]); *s = slice_skip(*s, 1)) {
		nanosecond += (uint32_t)(s->ptr[0] - '0') * unit;
		unit /= 10;
	}
	*ret_nanosecond = nanosecond;
	return true;
}

static bool take_time(struct slice *s, struct toml_datetime *datetime)
{
	unsigned hour, minute, second;
	if (!take_number(s, 2, 0, 23, &hour) || !take_byte(s, ':') ||
	    !take_number(s, 2, 0, 59, &minute) || !take_byte(s, ':') ||
	    !take_number(s, 2, 0, 60, &second))
		return false;
	datetime->hour = (uint8_t)hour;
	datetime->minute = (uint8_t)minute;
	datetime->second = (uint8_t)second;
	return !take_byte(s, '.') || take_fraction(s, &datetime->nanosecond);
}

static bool take_offset(struct slice *s, struct toml_datetime *datetime)
{
	if (take_byte(s, 'Z') || take_byte(s, 'z'))
		return true;
	bool west = take_byte(s, '-');
	unsigned hours, minutes;
	if ((!west && !take_byte(s, '+')) || !take_number(s, 2, 0, 23, &hours) ||
	    !take_byte(s, ':') || !take_number(s, 2, 0, 59, &minutes))
		return false;
	int offset = (int)(hours * 60 + minutes);
	datetime->offset_minutes = (int16_t)(west ? -offset : offset);
	return true;
}

bool toml_parse_datetime(struct slice text, enum toml_type *ret_type,
			 struct toml_datetime *ret_datetime)
{
	struct toml_datetime datetime = { 0 };
	enum toml_type type = TOML_LOCAL_TIME;
	if (text.len > 4 && text.ptr[4] == '-') {
		type = TOML_LOCAL_DATE;
		if (!take_date(&text, &datetime))
			return false;
		if (text.len) {
			type = TOML_LOCAL_DATETIME;
			if (!take_byte(&text, 'T') && !take_byte(&text, 't') &&
			    !take_byte(&text, ' '))
				return false;
		}
	}
	if (type != TOML_LOCAL_DATE && !take_time(&text, &datetime))
		return false;
	if (type == TOML_LOCAL_DATETIME && text.len) {
		type = TOML_OFFSET_DATETIME;
		if (!take_offset(&text, &datetime))
			return false;
	}
	if (text.len)
		return false;
	*ret_type = type;
	*ret_datetime = datetime;
	return true;
}
