// SPDX-License-Identifier: MIT
// Any bytes as a source distribution: its files have names and are within bounds, and what
// the beginning of a tar file shows, the whole of it shows, too, or is damaged.
#include "base/limits.h"
#include "resolver/index/sdist.h"
#include "resolver/index/sdist_egg.h"
#include "tests/fuzz/fuzz.h"

static bool wants_all(void *context, struct slice path)
{
	(void)context;
	CHECK(path.len > 0 && !slice_starts_with(path, S("./")));
	return true;
}

static bool take_any(void *context, struct slice path, struct slice text)
{
	size_t *files = context;
	(void)path;
	CHECK(text.len <= LIMIT_METADATA_BYTES);
	return ++*files == 64;
}

static void check_result(enum sdist_result result, const struct error *err)
{
	if (result == SDIST_BROKEN)
		CHECK(err->kind == ERROR_INTEGRITY && err->cause[0]);
	else
		CHECK(err->kind == ERROR_NONE);
}

// Not for zip files, whose directory is at the end.
static void check_beginning(struct slice bytes)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice whole = S(""), part = S("");
	struct error err = { 0 }, ignored = { 0 };
	enum sdist_result result = sdist_pkg_info(bytes, &arena, &whole, &err);
	check_result(result, &err);
	if (slice_contains(bytes, S("PK")))
		return;
	if (sdist_pkg_info(slice_range(bytes, 0, bytes.len / 2), &arena, &part,
			   &ignored) == SDIST_FOUND)
		CHECK(result == SDIST_FOUND ? slice_eq(part, whole)
					    : result != SDIST_ABSENT);
	ignored = (struct error){ 0 };
	if (result == SDIST_FOUND)
		check_result(sdist_egg_info(bytes, whole, &arena, &part, &ignored),
			     &ignored);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct error err = { 0 };
	size_t files = 0;
	const struct sdist_search search = { &files, wants_all, take_any };
	check_result(sdist_walk(fuzz_text(data, size), &search, &arena, &err), &err);
	check_beginning(fuzz_text(data, size));
	return 0;
}
