// SPDX-License-Identifier: MIT
// Fuzz: a lock. What was read can be written, read again, and is then written with the
// same bytes; selecting and exporting end in a result or in an error with a cause.
#include "tests/fuzz/fuzz.h"

#include "lockfile/export.h"

static void check_select(struct arena *arena, const struct lock *lock)
{
	struct target target;
	struct error err = { 0 };
	CHECK(target_parse(arena, S("cp312-linux-amd64-glibc2.28"), &target, &err) == 0);
	const struct lock_select_options options = { .target = &target };
	struct lock_selection selection;
	if (lock_select(lock, &options, arena, &selection, &err) < 0) {
		CHECK(err.kind != ERROR_NONE && err.cause[0]);
		return;
	}
	for (size_t i = 1; i < selection.len; i++)
		CHECK(slice_cmp(selection.items[i - 1].package->name,
				selection.items[i].package->name) < 0);
}

// Lines that installers take for requirements: one a package, whatever the texts. Beside
// them stand only folders of files.
static size_t count_entries(struct slice text)
{
	size_t count = 0;
	struct slice line;
	while (text.len) {
		slice_cut(&text, '\n', &line);
		count += !slice_starts_with(line, S("#")) &&
			 !slice_starts_with(line, S("    ")) &&
			 !slice_starts_with(line, S("--find-links \""));
	}
	return count;
}

static void check_export(struct arena *arena, const struct lock *lock, bool hashes)
{
	const struct lock_export_options options = { .hashes = hashes, .via = true };
	struct slice text;
	struct error err = { 0 };
	if (lock_export_requirements(lock, &options, arena, &text, &err) < 0)
		CHECK(err.kind != ERROR_NONE && err.cause[0]);
	else
		CHECK(count_entries(text) == lock->len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct source source = { S("pylock.toml"), fuzz_text(data, size) };
	struct diagnostics diagnostics = { .arena = &arena };
	struct lock lock, again;
	if (lock_read(&source, &arena, &lock, &diagnostics) < 0) {
		CHECK(diagnostics.error_count > 0);
		return 0;
	}
	struct source written = { S("written"), lock_write(&arena, &lock) };
	CHECK(lock_read(&written, &arena, &again, &diagnostics) == 0);
	CHECK(slice_eq(lock_write(&arena, &again), written.text));
	check_select(&arena, &lock);
	check_export(&arena, &lock, false);
	check_export(&arena, &lock, true);
	return 0;
}
