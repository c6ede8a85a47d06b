// SPDX-License-Identifier: MIT
// Headers of an index's answers: a range lies within its file and reads back from its own
// text; an age is at most a day.
#include "net/content_range.h"
#include "resolver/index/freshness.h"
#include "tests/fuzz/fuzz.h"

enum { DAY_S = 24 * 60 * 60, OTHERWISE_S = 600 };

static void check_range(struct arena *arena, struct slice text)
{
	struct content_range range, again;
	if (!content_range_parse(text, &range))
		return;
	CHECK(range.from <= range.to && (!range.has_size || range.to < range.size));
	struct slice size = range.has_size ? arena_printf(arena, "%llu",
							  (unsigned long long)range.size)
					   : S("*");
	struct slice whole = arena_printf(arena, "bytes %llu-%llu/%.*s",
					  (unsigned long long)range.from,
					  (unsigned long long)range.to, SLICE_ARG(size));
	CHECK(content_range_parse(whole, &again));
	CHECK(again.from == range.from && again.to == range.to &&
	      again.has_size == range.has_size && again.size == range.size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice text = fuzz_text(data, size);
	check_range(&arena, text);
	uint64_t age = freshness_max_age(text, OTHERWISE_S);
	CHECK(age <= DAY_S);
	return 0;
}
