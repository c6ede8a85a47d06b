// SPDX-License-Identifier: MIT
// Lists the paths of a layer, and reads and writes such a list:
//
//	pinbake-paths 1
//	CRC-32 SIZE MODE WHEEL PATH       a file, numbers in decimal
#include "builder/layer/paths.h"

#include "builder/layer/key.h"
#include "builder/store/blobs.h"
#include "builder/wheel/tree.h"

static const char heading[] = "pinbake-paths 1\n";

enum { MODE_MAX = 0777 };

// --- text ------------------------------------------------------------------------------

static struct slice text_of(const struct layer_paths *paths, struct arena *arena)
{
	struct buf text = { .arena = arena };
	buf_append(&text, slice_from(heading));
	for (size_t i = 0; i < paths->len; i++) {
		const struct layer_path *item = &paths->items[i];
		buf_printf(&text, "%u %llu %u %u %.*s\n", item->crc32,
			   (unsigned long long)item->size, item->mode, item->wheel,
			   SLICE_ARG(item->path));
	}
	return buf_slice(&text);
}

static bool take_number(struct slice *line, uint64_t max, uint64_t *ret_number)
{
	struct slice word = { 0 };
	return slice_cut(line, ' ', &word) && slice_parse_u64(word, max, ret_number);
}

static bool parse_row(struct slice line, size_t wheels, struct layer_path *ret_item)
{
	uint64_t crc32 = 0, size = 0, mode = 0, wheel = 0;
	if (!take_number(&line, UINT32_MAX, &crc32) ||
	    !take_number(&line, UINT64_MAX, &size) ||
	    !take_number(&line, MODE_MAX, &mode) ||
	    !take_number(&line, UINT32_MAX, &wheel) || wheel >= wheels || !line.len)
		return false;
	*ret_item = (struct layer_path){ .path = line,
					 .size = size,
					 .crc32 = (uint32_t)crc32,
					 .wheel = (uint32_t)wheel,
					 .mode = (unsigned)mode };
	return true;
}

static size_t count_lines(struct slice text)
{
	size_t count = 0;
	struct slice line;
	while (slice_cut(&text, '\n', &line))
		count++;
	return count;
}

static bool parse(struct slice text, size_t wheels, struct arena *arena,
		  struct layer_paths *ret_paths)
{
	struct layer_paths paths = { 0 };
	struct slice line = { 0 };
	if (!slice_starts_with(text, slice_from(heading)))
		return false;
	text = slice_skip(text, sizeof(heading) - 1);
	paths.cap = count_lines(text);
	paths.items = arena_new_array(arena, struct layer_path, paths.cap);
	while (slice_cut(&text, '\n', &line)) {
		if (!parse_row(line, wheels, &paths.items[paths.len++]))
			return false;
	}
	*ret_paths = paths;
	return line.len == 0;
}

// --- wheels ----------------------------------------------------------------------------

struct listing {
	const struct layer_baker *baker;
	const struct plan_layer *layer;
	struct arena *arena;
	struct layer_paths paths;
	bool complete;
};

static void add_file(struct listing *listing, const struct installed_file *file,
		     uint32_t wheel)
{
	struct layer_paths *paths = &listing->paths;
	paths->items = array_grow(listing->arena, paths->items, paths->len, &paths->cap,
				  sizeof(*paths->items));
	paths->items[paths->len++] = (struct layer_path){
		.path = arena_dup(listing->arena, file->path),
		.size = file->zip ? file->zip->size : file->bytes.len,
		.crc32 = file->zip ? file->zip->crc32 : crc32_update(0, file->bytes),
		.wheel = wheel,
		.mode = file->mode,
	};
}

static int add_wheel(struct listing *listing, uint32_t index, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(wheel_file_close) struct wheel_file wheel = { 0 };
	const struct lock_choice *choice = listing->layer->choices[index];
	struct installed_wheel installed = { 0 };
	if (!store_has_file(listing->baker->store, &choice->file->sha256)) {
		listing->complete = false;
		return 0;
	}
	if (wheel_file_open(listing->baker->store, choice, &scratch, &wheel, err) < 0 ||
	    installed_wheel_of(&wheel, &listing->baker->request->tree, &scratch,
			       &installed, err) < 0)
		return -1;
	for (size_t i = 0; i < installed.len; i++)
		add_file(listing, &installed.files[i], index);
	return 0;
}

static int list_wheels(struct listing *listing, struct error *err)
{
	listing->complete = true;
	for (uint32_t i = 0; i < listing->layer->len; i++)
		if (add_wheel(listing, i, err) < 0)
			return -1;
	return 0;
}

int layer_paths_of(const struct layer_baker *baker, const struct plan_layer *layer,
		   struct arena *arena, struct layer_paths *ret_paths, struct error *err)
{
	struct sha256 key = layer_key(layer, baker->request);
	struct slice text = { 0 };
	struct listing listing = { .baker = baker, .layer = layer, .arena = arena };
	if (layer->len == 0 ||
	    (store_layer_paths_read(baker->store, &key, arena, &text) &&
	     parse(text, layer->len, arena, &listing.paths))) {
		*ret_paths = listing.paths;
		return 0;
	}
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	if (list_wheels(&listing, err) < 0 ||
	    (listing.complete &&
	     store_layer_paths_write(baker->store, &key,
				     text_of(&listing.paths, &scratch), err) < 0))
		return -1;
	listing.paths.incomplete = !listing.complete;
	*ret_paths = listing.paths;
	return 0;
}
