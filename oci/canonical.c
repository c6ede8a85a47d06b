// SPDX-License-Identifier: MIT
// Writes JSON in jansson's compact sorted form, which is the canonical one (oci.1).
#include "oci/canonical.h"

#include "base/error.h"

#include <jansson.h>

struct slice json_canonical(json_t *value, struct arena *arena)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
	if (!text)
		BUG("a document is not JSON");
	struct slice copy = arena_dup(arena, slice_from(text));
	mem_free(text);
	json_decref(value);
	return copy;
}

json_t *json_text(struct slice text)
{
	return json_stringn(text.ptr, text.len);
}

struct slice oci_digest(const struct sha256 *digest, struct arena *arena)
{
	return arena_printf(arena, "sha256:%.*s", SLICE_ARG(sha256_hex(arena, digest)));
}

// Turns days since 1970 into a date of the Gregorian calendar, by eras of 400 years that
// begin in March.
static void date_of_days(uint64_t days, unsigned *ret_year, unsigned *ret_month,
			 unsigned *ret_day)
{
	enum {
		DAYS_TO_1970 = 719468,
		ERA = 146097,
		YEAR = 365,
		FOUR = 1461,
		CENTURY = 36524
	};
	uint64_t since = days + DAYS_TO_1970, in_era = since % ERA;
	uint64_t year =
		(in_era - in_era / (FOUR - 1) + in_era / CENTURY - in_era / (ERA - 1)) /
		YEAR;
	uint64_t in_year = in_era - (YEAR * year + year / 4 - year / 100);
	uint64_t march_month = (5 * in_year + 2) / 153;
	*ret_day = (unsigned)(in_year - (153 * march_month + 2) / 5 + 1);
	*ret_month = (unsigned)(march_month < 10 ? march_month + 3 : march_month - 9);
	*ret_year = (unsigned)(year + 400 * (since / ERA) + (*ret_month <= 2));
}

struct slice oci_time(uint64_t seconds, struct arena *arena)
{
	unsigned year, month, day;
	date_of_days(seconds / 86400, &year, &month, &day);
	unsigned rest = (unsigned)(seconds % 86400);
	return arena_printf(arena, "%04u-%02u-%02uT%02u:%02u:%02uZ", year, month, day,
			    rest / 3600, rest / 60 % 60, rest % 60);
}
