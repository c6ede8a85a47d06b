// SPDX-License-Identifier: MIT
// Reads what git prints of a commit.
#include "builder/source/git_listing.h"

#include "base/limits.h"
#include "builder/source/checkout_archive.h"

bool tree_item_is_submodule(const struct tree_item *item)
{
	return slice_eq(item->mode, S("160000"));
}

// Sizes are summed up before git unpacks the blobs: one blob can stand under many names,
// and the size of a pack says little of it.
static int count_bytes(const struct tree_item *item, struct slice size, uint64_t *total,
		       struct error *err)
{
	uint64_t bytes;
	if (tree_item_is_submodule(item))
		return 0;
	if (!slice_parse_u64(slice_trim(size), CHECKOUT_BYTES_MAX, &bytes) ||
	    bytes > CHECKOUT_BYTES_MAX - *total)
		return error_set(err, ERROR_INTEGRITY,
				 "the commit has more than %llu bytes",
				 (unsigned long long)CHECKOUT_BYTES_MAX);
	*total += bytes;
	return 0;
}

int git_read_tree(struct slice text, struct arena *arena, struct tree_items *ret_list,
		  struct error *err)
{
	struct tree_items list = { 0 };
	struct slice line, head, type;
	uint64_t bytes = 0;
	while (text.len) {
		struct tree_item item;
		slice_cut(&text, '\0', &line);
		slice_cut(&line, '\t', &head);
		slice_cut(&head, ' ', &item.mode);
		slice_cut(&head, ' ', &type);
		slice_cut(&head, ' ', &item.id);
		item.path = line;
		if (count_bytes(&item, head, &bytes, err) < 0)
			return -1;
		if (list.len == CHECKOUT_FILES_MAX)
			return error_set(err, ERROR_INTEGRITY,
					 "the commit has more than %d files",
					 CHECKOUT_FILES_MAX);
		*array_push(arena, &list) = item;
	}
	*ret_list = list;
	return 0;
}

int git_take_blob(struct slice *rest, const struct tree_item *item,
		  struct slice *ret_bytes, struct error *err)
{
	struct slice head, id, type;
	uint64_t size;
	if (!slice_cut(rest, '\n', &head) || !slice_cut(&head, ' ', &id) ||
	    !slice_eq(id, item->id) || !slice_cut(&head, ' ', &type) ||
	    !slice_parse_u64(head, CHECKOUT_BYTES_MAX, &size) || size >= rest->len)
		return error_set(err, ERROR_IO, "git gave no content of '%.*s'",
				 SLICE_ARG(item->path));
	*ret_bytes = slice_range(*rest, 0, size);
	*rest = slice_skip(*rest, size + 1);
	return 0;
}

// --- submodules ------------------------------------------------------------------------

static struct slice value_of_key(struct slice config, struct slice wanted_key)
{
	struct slice entry, key;
	while (config.len) {
		slice_cut(&config, '\0', &entry);
		slice_cut(&entry, '\n', &key);
		if (slice_eq(key, wanted_key))
			return entry;
	}
	return S("");
}

struct slice git_submodule_url(struct slice config, struct slice path,
			       struct arena *arena)
{
	struct slice rest = config, entry, key;
	while (rest.len) {
		slice_cut(&rest, '\0', &entry);
		slice_cut(&entry, '\n', &key);
		if (!slice_ends_with(key, S(".path")) || !slice_eq(entry, path))
			continue;
		key.len -= S("path").len;
		return value_of_key(config,
				    arena_printf(arena, "%.*surl", SLICE_ARG(key)));
	}
	return S("");
}
