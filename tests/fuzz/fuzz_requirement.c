// SPDX-License-Identifier: MIT
// Fuzz: any text as a requirement: it is refused with a place inside it, or its canonical
// text is a fixed point.
#include "tests/fuzz/fuzz.h"

#include "packaging/requirement.h"

static void check(struct arena *arena, struct slice text, enum requirement_mode mode)
{
	struct requirement requirement, again;
	struct requirement_bad bad = { 0 };
	struct error err = { 0 };
	if (requirement_parse(arena, text, mode, &requirement, &bad, &err) < 0) {
		CHECK(bad.offset <= text.len && bad.len <= text.len - bad.offset);
		return;
	}
	struct slice canonical = requirement_text(arena, &requirement);
	CHECK(requirement_parse(arena, canonical, mode, &again, NULL, &err) == 0);
	CHECK(slice_eq(requirement_text(arena, &again), canonical));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice text = fuzz_text(data, size);
	check(&arena, text, REQUIREMENT_STRICT);
	check(&arena, text, REQUIREMENT_LENIENT);
	return 0;
}
