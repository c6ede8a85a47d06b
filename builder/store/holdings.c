// SPDX-License-Identifier: MIT
// Which folder of the cache holds what.
#include "builder/store/holdings.h"

#include "base/places.h"

enum { DEEPEST = 32 };

struct place_of_kind {
	const char *folder; // below the cache
	enum store_kind kind;
	bool named_by_digest, is_kept;
};

static const struct place_of_kind places[] = {
	{ "files/sha256", STORE_FILES, true, false },
	{ "layers/sha256", STORE_LAYERS, true, false },
	{ "layers/key", STORE_NOTES, false, true }, // outlive the layers (key.2)
	{ "layers/paths", STORE_NOTES, false, false },
	{ "bytecode", STORE_BYTECODE, false, false },
	{ "unpacked", STORE_UNPACKED, true, false },
	{ "built/key", STORE_NOTES, false, true },
	{ "built/logs", STORE_NOTES, false, false },
	{ "built/work", STORE_PARTIAL, false, false },
	{ "git", STORE_REPOSITORIES, false, false },
	{ "answers", STORE_ANSWERS, false, false },
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
	static const struct place_of_kind of = { "", STORE_INDEX, false, true };
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
			add(folder, &places[i], names.items[k], arena, &list);
	}
	add_index(store, arena, &list);
	*ret_list = list;
	return 0;
}
