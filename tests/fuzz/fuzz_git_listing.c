// SPDX-License-Identifier: MIT
// What git prints of a commit: its tree, its files, and its .gitmodules as configuration.
// All that is read lies within the text, and each file's content is read once.
#include "builder/source/git_listing.h"
#include "tests/fuzz/fuzz.h"

static void check_within(struct slice part, struct slice whole)
{
	CHECK(part.len == 0 ||
	      (part.ptr >= whole.ptr && part.ptr + part.len <= whole.ptr + whole.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice config = fuzz_text(data, size), tree = fuzz_part(&config),
		     blobs = fuzz_part(&config), rest = blobs;
	struct tree_items list = { 0 };
	struct error err = { 0 };
	if (git_read_tree(tree, &arena, &list, &err) < 0) {
		CHECK(err.kind == ERROR_INTEGRITY);
		return 0;
	}
	for (size_t i = 0; i < list.len; i++) {
		const struct tree_item *item = &list.items[i];
		struct slice bytes, before = rest;
		check_within(item->path, tree);
		check_within(item->id, tree);
		if (tree_item_is_submodule(item))
			check_within(git_submodule_url(config, item->path, &arena),
				     config);
		else if (git_take_blob(&rest, item, &bytes, &err) == 0) {
			check_within(bytes, blobs);
			CHECK(rest.len + bytes.len < before.len);
		}
	}
	return 0;
}
