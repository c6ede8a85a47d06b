// SPDX-License-Identifier: MIT
// Any bytes as git's index: what it tracks are texts of it, each with the folders above it.
#include "builder/source/git_index.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct worktree worktree = { .above = S(""), .tracked.arena = &arena };
	struct slice bytes = fuzz_text(data, size);
	worktree_read_index(&worktree, bytes);
	for (size_t i = 0; i < worktree.tracked.len; i++) {
		struct slice path = worktree.tracked.entries[i].key;
		size_t slash = slice_find_last_byte(path, '/');
		CHECK(path.ptr >= bytes.ptr &&
		      path.ptr + path.len <= bytes.ptr + bytes.len);
		CHECK(slice_find_byte(path, '\0') == SLICE_NONE);
		CHECK(worktree_has(&worktree, path, &arena));
		CHECK(slash == SLICE_NONE ||
		      worktree_has(&worktree, slice_range(path, 0, slash), &arena));
	}
	return 0;
}
