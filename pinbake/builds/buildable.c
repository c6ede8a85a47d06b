// SPDX-License-Identifier: MIT
// Selects, fetches and reads the sources of builds.
#include "pinbake/builds/buildable.h"

#include "pinbake/files/trees.h"
#include "pinbake/files/fetch.h"
#include "resolver/index/index.h"

// A file that somebody named by its address may be one, too.
static bool is_source_file(const struct lock_file *file)
{
	return !sha256_is_zero(&file->sha256) && !lock_file_is_wheel(file);
}

bool choice_is_built(const struct lock_choice *choice)
{
	const struct lock_package *package = choice->package;
	return choice->file ? is_source_file(choice->file)
			    : package->has_vcs || package->has_directory;
}

struct build_source_list build_sources_select(struct arena *arena, struct lock *lock,
					      const struct target *target)
{
	struct build_source_list sources = { 0 };
	struct lock_selection selection = { 0 };
	struct lock_select_options select = { .target = target };
	struct error ignored = { 0 };
	if (lock_select(lock, &select, arena, &selection, &ignored) < 0)
		return sources;
	for (size_t i = 0; i < selection.len; i++) {
		const struct lock_choice *choice = &selection.items[i];
		if (choice_is_built(choice))
			*array_push(arena, &sources) = (struct build_source){
				lock_own_package(lock, choice->package), *choice
			};
	}
	return sources;
}

int build_sources_take(struct session *session, const struct supply *supply,
		       const char *lock_path, const struct lock *lock,
		       const struct target *target, struct build_source_list *sources,
		       struct error *err)
{
	struct opened_lock opened = { .path = lock_path,
				      .lock = *lock,
				      .target = *target };
	for (size_t i = 0; i < sources->len; i++)
		*array_push(session->arena, &opened.selection) = sources->items[i].choice;
	if (lock_take_trees(session, &opened, false, err) < 0)
		return -1;
	for (size_t i = 0; i < sources->len; i++)
		sources->items[i].choice = opened.selection.items[i];
	return fetch_files(session, supply, lock_path, &opened.selection, err);
}

// Of a file with a subdirectory the project is there.
static struct slice project_file_name(const struct build_source *source,
				      struct arena *arena)
{
	struct slice below = source->choice.file->subdirectory;
	return arena_printf(arena, "%.*s%spyproject.toml", SLICE_ARG(below),
			    below.len ? "/" : "");
}

int build_source_system(struct session *session, const struct build_source *source,
			struct build_system *ret_system, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	struct arena *arena = session->arena;
	struct slice text = S("");
	struct store *store;
	if (session_store(session, &store, err) < 0 ||
	    store_check_file(store, &source->choice.file->sha256, err) < 0 ||
	    file_map_open(store_file_path(store, &source->choice.file->sha256, arena),
			  ERROR_IO, &map, err) < 0)
		return -1;
	if (index_sdist_text(map.bytes, project_file_name(source, arena), arena, &text,
			     err) < 0) {
		err->kind = ERROR_INPUT; // its digest is right: it is of another kind
		return -1;
	}
	return build_system_read(text, arena, ret_system, err);
}
