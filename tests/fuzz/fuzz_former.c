// SPDX-License-Identifier: MIT
// RECORD files of an environment that is there already: whatever they list, a package owns
// paths below the prefix alone, and none that another one lists, too.
#include "builder/install/former.h"
#include "tests/fuzz/fuzz.h"

#define SITE "lib/python3.12/site-packages"

static void add(struct former *former, struct slice dist_info, struct slice text)
{
	struct slice record = text, installer = S("");
	if (slice_find_byte(text, '\2') != SLICE_NONE)
		slice_cut(&record, '\2', &installer);
	former_add(former, &(struct former_files){ .site = S(SITE),
						   .dist_info = dist_info,
						   .record = record,
						   .installer = installer });
}

static void check_path(struct slice path)
{
	struct slice part;
	CHECK(path.len > 0 && path.ptr[0] != '/');
	for (bool more = true; more;) {
		more = slice_cut(&path, '/', &part);
		CHECK(!slice_eq(part, S("..")));
	}
}

static bool owns(const struct former *former, size_t package, struct slice path)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice record_path =
		arena_printf(&arena, "%.*s/RECORD",
			     SLICE_ARG(former->packages[package].dist_info));
	return former_owns(former, path, record_path, former->packages[package].record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct former former = { .arena = &arena,
				 .owners.arena = &arena,
				 .contested.arena = &arena };
	struct slice second = fuzz_text(data, size), first = fuzz_part(&second);
	add(&former, S("one-1.0.dist-info"), first);
	add(&former, S("two-1.0.dist-info"), second);
	for (size_t i = 0; i < former.owners.len; i++) {
		struct slice path = former.owners.entries[i].key;
		check_path(path);
		CHECK(slice_eq(first, second) ||
		      !(owns(&former, 0, path) && owns(&former, 1, path)));
		CHECK(!map_has(&former.contested, path) || !owns(&former, 0, path));
	}
	(void)former_is_ours(&former, S(""));
	return 0;
}
