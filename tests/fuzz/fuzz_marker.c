// SPDX-License-Identifier: MIT
// Fuzz: any text as a marker, in each place: it is refused, or its canonical text reads
// back as the same marker.
#include "tests/fuzz/fuzz.h"

#include "packaging/marker.h"

static void check(struct arena *arena, struct slice text, enum marker_where where)
{
	struct target target = { .os_name = S("posix"),
				 .sys_platform = S("linux"),
				 .python_version = S("3.12"),
				 .python_full = S("3.12.1"),
				 .platform_release = S("6.1"),
				 .platform_version = S("") };
	struct slice names[] = { S("dev") };
	struct marker_context context = {
		.target = &target, .extra = S("dev"), .extras = names, .extras_len = 1
	};
	struct marker *marker = NULL, *again = NULL;
	struct error err = { 0 };
	size_t offset = 0;
	CHECK(version_parse(arena, target.python_version, &target.python_version_value));
	CHECK(version_parse(arena, target.python_full, &target.python_full_version));
	if (marker_parse(arena, text, where, &marker, &offset, &err) < 0) {
		CHECK(offset <= text.len);
		return;
	}
	struct slice canonical = marker_text(arena, marker);
	CHECK(marker_parse(arena, canonical, where, &again, NULL, &err) == 0);
	CHECK(slice_eq(marker_text(arena, again), canonical));
	CHECK(marker_holds(marker, &context) == marker_holds(again, &context));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice text = fuzz_text(data, size);
	check(&arena, text, MARKER_IN_REQUIREMENT);
	check(&arena, text, MARKER_IN_METADATA);
	check(&arena, text, MARKER_IN_LOCK);
	return 0;
}
