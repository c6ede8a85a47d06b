// SPDX-License-Identifier: MIT
// Which folder of the cache holds what.
#include "builder/store/holdings.h"

#include "base/places.h"

enum { DEEPEST = 32 };

struct place_of_kind {
	const char *folder; // below the cache
	enum store_kind kind;
	bool named_by_digest, is_kept;
	size_t digits; // of the name that pinbake gives, hexadecimal; 0: any name
};

enum { WHOLE = 64, LOG = 12, GIT = 32, ANSWER = 16, ANY = 0 };

static const struct place_of_kind places[] = {
	{ "files/sha256", STORE_FILES, true, false, WHOLE },
	{ "layers/sha256", STORE_LAYERS, true, false, WHOLE },
	{ "layers/key", STORE_NOTES, false, true, WHOLE }, // outlive the layers (key.2)
	{ "layers/paths", STORE_NOTES, false, false, WHOLE },
	{ "bytecode", STORE_BYTECODE, false, false, WHOLE },
	{ "unpacked", STORE_UNPACKED, true, false, WHOLE },
	{ "built/key", STORE_NOTES, false, true, WHOLE },
	{ "built/logs", STORE_NOTES, false, false, LOG },
	{ "built/work", STORE_PARTIAL, false, false, ANY },
	{ "git", STORE_REPOSITORIES, false, false, GIT },
	{ "answers", STORE_ANSWERS, false, false, ANSWER },
};
enum { PLACES = sizeof(places) / sizeof(places[0]) };

const char *store_kind_name(enum store_kind kind)
{
	static const char *const names[STORE_KINDS] = {
		[STORE_FILES] = "files",       [STORE_LAYERS] = "layers",
		[STORE_BYTECODE] = "bytecode", [STORE_UNPACKED] = "unpacked",
		[STORE_NOTES] = "notes",       [STORE_REPOSITORIES] = "repositories",
		[STORE_ANSWERS] = "answers",   [STORE_INDEX] = "index",
		[STORE_PARTIAL] = "partial",
	};
	return names[kind];
}

static bool is_partial(const struct place_of_kind *of, struct slice name)
{
	if (of->kind == STORE_INDEX)
		return false;
	return slice_ends_with(name, S(".part")) || slice_ends_with(name, S(".lock"));
}

static bool is_hex(struct slice text, size_t digits)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.ptr[i]) && (text.ptr[i] < 'a' || text.ptr[i] > 'f'))
			return false;
	return text.len == digits;
}

// "demo-1.0-4f2a91c03b5d.log"
static bool is_log(struct slice name)
{
	size_t end = slice_find(name, S(".log"));
	size_t dash = end == SLICE_NONE
			      ? SLICE_NONE
			      : slice_find_last_byte(slice_range(name, 0, end), '-');
	return dash != SLICE_NONE && is_hex(slice_range(name, dash + 1, end), LOG);
}

// Does pinbake give such names there? Somebody may have named a folder as the cache that holds other things too.
static bool is_ours(const struct place_of_kind *of, struct slice name)
{
	static const char *const partial[] = { "describe", "clone-probe", "tree" };
	struct slice rest = name, stem;
	slice_cut(&rest, '.', &stem);
	if (of->digits == ANY || (of->digits == LOG && is_log(name)))
		return true;
	if (slice_starts_with(stem, S("baking-")))
		stem = slice_skip(stem, S("baking-").len);
	for (size_t i = 0; i < sizeof(partial) / sizeof(*partial); i++)
		if (is_partial(of, name) && slice_eq(stem, slice_from(partial[i])))
			return true;
	return is_hex(stem, of->digits);
}

// Links are not followed.
static void measure(const char *path, unsigned depth, struct holding *holding)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct name_list names = { 0 };
	struct error ignored = { 0 };
	struct place place = place_look(path);
	int64_t used = place.atime_s > place.mtime_s ? place.atime_s : place.mtime_s;
	if (place.kind == PLACE_FILE)
		holding->bytes += place.size;
	// Looking into a folder changes its access time, so that only files count, and
	// changes of the folder.
	if (place.kind == PLACE_DIRECTORY)
		used = place.mtime_s;
	if (used > holding->used_s)
		holding->used_s = used;
	if (place.kind != PLACE_DIRECTORY || depth == DEEPEST ||
	    directory_names(path, &scratch, &names, &ignored) < 0)
		return;
	for (size_t i = 0; i < names.len; i++)
		measure(path_join(&scratch, path, names.items[i]), depth + 1, holding);
}

static void add(const char *folder, const struct place_of_kind *of, struct slice name,
		struct arena *arena, struct holding_list *list)
{
	struct holding holding = { .kind = is_partial(of, name) ? STORE_PARTIAL
								: of->kind,
				   .path = path_join(arena, folder, name),
				   .below = *of->folder
						    ? path_join(arena, of->folder, name)
						    : arena_c_string(arena, name),
				   .name = name,
				   .named_by_digest = of->named_by_digest,
				   .is_kept = of->is_kept };
	struct place place = place_look(holding.path);
	if (place.kind == PLACE_ABSENT)
		return;
	holding.is_folder = place.kind == PLACE_DIRECTORY;
	holding.bytes = place.size;
	holding.used_s = place.atime_s;
	if (holding.is_folder) {
		holding.bytes = 0;
		holding.used_s = 0;
		measure(holding.path, 0, &holding);
	}
	if (holding.kind == STORE_PARTIAL) {
		holding.used_s = place.mtime_s;
		holding.is_kept = holding.named_by_digest = false;
	}
	*array_push(arena, list) = holding;
}

static void add_index(const struct store *store, struct arena *arena,
		      struct holding_list *list)
{
	static const char *const names[] = { "index.mdb", "index.mdb-lock", "index.lock",
					     "lock.mdb" };
	static const struct place_of_kind of = { "", STORE_INDEX, false, true, ANY };
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		add(store->root, &of, slice_from(names[i]), arena, list);
}

int holdings_list(const struct store *store, struct arena *arena,
		  struct holding_list *ret_list, struct error *err)
{
	struct holding_list list = { 0 };
	for (size_t i = 0; i < PLACES; i++) {
		struct name_list names = { 0 };
		const char *folder =
			path_join(arena, store->root, slice_from(places[i].folder));
		if (directory_names(folder, arena, &names, err) < 0)
			return -1;
		for (size_t k = 0; k < names.len; k++)
			if (is_ours(&places[i], names.items[k]))
				add(folder, &places[i], names.items[k], arena, &list);
	}
	add_index(store, arena, &list);
	*ret_list = list;
	return 0;
}
