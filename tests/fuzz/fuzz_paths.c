// SPDX-License-Identifier: MIT
// Three lines as paths. What counts as lying below a folder does so when it is walked, also
// for those who read the path up to a NUL; the order of layers is an order.
#include "tests/fuzz/fuzz.h"

#include "base/tar.h"
#include "base/text.h"
#include "builder/wheel/tree.h"
#include "lockfile/lockfile.h"

// How deep the path goes below where it begins; -1 where it ever leaves that.
static int walk(struct slice path)
{
	int depth = 0;
	struct slice part;
	for (bool more = true; more && depth >= 0;) {
		more = slice_cut(&path, '/', &part);
		if (slice_eq(part, S("..")))
			depth--;
		else if (part.len > 0 && !slice_eq(part, S(".")))
			depth++;
	}
	return depth;
}

static void check_one(struct slice path)
{
	struct slice cut = slice_range(path, 0, slice_find_byte(path, '\0'));
	if (tar_path_is_fit(path))
		CHECK(path_stays_below(path) && walk(path) > 0 && cut.len == path.len);
	if (path_stays_below(path))
		CHECK(walk(path) >= 0 && walk(cut) >= 0 && path_stays_below(cut));
	if (!lock_path_escapes(path))
		CHECK(walk(path) >= 0 && walk(cut) >= 0);
}

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

static void check_order(struct slice a, struct slice b, struct slice c)
{
	CHECK(sign(path_cmp_walk(a, b)) == -sign(path_cmp_walk(b, a)));
	CHECK((path_cmp_walk(a, b) == 0) == slice_eq(a, b));
	if (path_cmp_walk(a, b) < 0 && path_cmp_walk(b, c) < 0)
		CHECK(path_cmp_walk(a, c) < 0);
	if (path_lies_in(a, b))
		CHECK(path_is_below(a, b));
}

// A parent comes before all that is in it, and nothing else comes between.
static void check_parent(struct slice parent, struct slice child, struct slice other)
{
	if (!tar_path_is_fit(parent) || !tar_path_is_fit(child) ||
	    !tar_path_is_fit(other) || !path_lies_in(child, parent))
		return;
	CHECK(path_cmp_walk(parent, child) < 0);
	if (path_cmp_walk(parent, other) < 0 && path_cmp_walk(other, child) < 0)
		CHECK(path_lies_in(other, parent));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice c = fuzz_text(data, size), a, b;
	slice_cut(&c, '\n', &a);
	slice_cut(&c, '\n', &b);
	check_one(a);
	check_one(b);
	check_order(a, b, c);
	check_parent(a, b, c);
	return 0;
}
