// SPDX-License-Identifier: MIT
// Does an environment equal its lock, file by file? Every file is read and compared with the wheel's own bytes, and those
// are held against the SHA-256 of the lock first: no hash that lies beside them is believed.
#include "base/map.h"
#include "base/parallel.h"
#include "base/places.h"
#include "base/text.h"
#include "builder/install/installation.h"
#include "builder/wheel/wheel.h"

#include <stdatomic.h>
#include <string.h>

enum { DEEPEST = 64, BLOCK = 64 }; // folders; entries that a thread takes at once

struct checking {
	struct installation base;
	struct arena *arena; // of the result
	struct install_check_result *result;
	struct slice *faults;        // by entry of both trees: "" where all is well
	struct inflater **inflaters; // by worker
	struct map known;            // paths of both trees, relative to the prefix
	atomic_uint_least64_t files, bytes;
};

static struct slice relative(const struct checking *run, struct slice path)
{
	// The prefix begins with a slash, which paths of trees lack: its length is that
	// of the prefix and the slash behind it there.
	size_t prefix = strlen(run->base.prefix);
	return path.len >= prefix ? slice_skip(path, prefix) : S("");
}

static const struct tree_entry *entry_at(const struct checking *run, size_t index)
{
	const struct tree *skeleton = &run->base.skeleton,
			  *packages = &run->base.packages;
	return index < skeleton->len ? &skeleton->entries[index]
				     : &packages->entries[index - skeleton->len];
}

static size_t count_entries(const struct checking *run)
{
	return run->base.skeleton.len + run->base.packages.len;
}

// --- what should be there --------------------------------------------------------------

static const struct slice IS_MISSING = { "missing", 7 };

static const char *kind_name(enum place_kind kind)
{
	switch (kind) {
	case PLACE_FILE: return "is a file";
	case PLACE_DIRECTORY: return "is a directory";
	case PLACE_SYMLINK: return "is a symbolic link";
	case PLACE_ABSENT:
	case PLACE_OTHER: break;
	}
	return "is no regular file";
}

static enum place_kind place_kind_of(enum tree_kind kind)
{
	switch (kind) {
	case TREE_DIRECTORY: return PLACE_DIRECTORY;
	case TREE_SYMLINK: return PLACE_SYMLINK;
	case TREE_FILE_FROM_WHEEL:
	case TREE_FILE_GENERATED: break;
	}
	return PLACE_FILE;
}

struct comparison {
	struct slice rest; // of the file, not compared yet
	bool differs;
};

static int compare_piece(void *context, struct slice piece, struct error *err)
{
	struct comparison *comparison = context;
	(void)err;
	if (!slice_starts_with(comparison->rest, piece)) {
		comparison->differs = true;
		return 1;
	}
	comparison->rest = slice_skip(comparison->rest, piece.len);
	return 0;
}

// One entry of a tree, looked at where it should be.
struct look {
	const struct tree_entry *entry;
	const char *path;
	struct place place; // what is there
	struct inflater *inflater;
	const char *fault; // "" where all is well
};

static int has_content(const struct checking *run, const struct look *look,
		       struct slice bytes, bool *ret_has, struct error *err)
{
	const struct tree_entry *entry = look->entry;
	struct comparison comparison = { .rest = bytes };
	struct inflate_sink sink = { compare_piece, &comparison };
	struct error stopped = { 0 };
	*ret_has = slice_eq(bytes, entry->bytes);
	if (!entry->zip)
		return 0;
	if (entry_stream(&run->base.wheels[entry->wheel], entry->zip, look->inflater,
			 sink, &stopped) < 0 &&
	    !comparison.differs) {
		*err = stopped;
		return -1;
	}
	*ret_has = !comparison.differs && comparison.rest.len == 0;
	return 0;
}

// What differs in a regular file.
static int check_file(struct checking *run, struct look *look, struct error *err)
{
	const struct tree_entry *entry = look->entry;
	struct file_map map = { 0 };
	struct error unreadable = { 0 };
	uint64_t size = entry->zip ? entry->zip->size : entry->bytes.len;
	bool same = false;
	look->fault = "has another size";
	if (look->place.size != size)
		return 0;
	look->fault = "cannot be read";
	if (size > 0 && file_map_open(look->path, ERROR_IO, &map, &unreadable) < 0)
		return 0;
	int status = size == 0 ? 0 : has_content(run, look, map.bytes, &same, err);
	file_map_close(&map);
	look->fault = size == 0 || same ? "" : "has other content";
	atomic_fetch_add(&run->files, 1);
	atomic_fetch_add(&run->bytes, size);
	return status;
}

static bool leads_as_wanted(const struct look *look)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice target = { 0 };
	return place_link_text(look->path, &scratch, &target) &&
	       slice_eq(target, look->entry->bytes);
}

static int find_fault(struct checking *run, struct look *look, struct error *err)
{
	enum place_kind wanted = place_kind_of(look->entry->kind);
	if (look->place.kind == PLACE_ABSENT)
		look->fault = IS_MISSING.ptr;
	else if (look->place.kind != wanted)
		look->fault = kind_name(look->place.kind);
	else if (wanted == PLACE_SYMLINK)
		look->fault = leads_as_wanted(look) ? "" : "leads elsewhere";
	else if (look->place.mode != look->entry->mode)
		look->fault = "has another mode";
	else if (wanted == PLACE_FILE)
		return check_file(run, look, err);
	return 0;
}

// A tree has the folders above the prefix, too, but those belong to the host.
static bool is_below(const struct checking *run, const struct tree_entry *entry)
{
	return entry->path.len + 1 >= strlen(run->base.prefix);
}

static int check_entry(struct checking *run, size_t index, unsigned worker,
		       struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const struct tree_entry *entry = entry_at(run, index);
	if (work_heed(run->base.request->work, err) < 0)
		return -1;
	if (!is_below(run, entry))
		return 0;
	struct look look = {
		.entry = entry,
		.path = arena_printf(&scratch, "/%.*s", SLICE_ARG(entry->path)).ptr,
		.inflater = run->inflaters[worker],
		.fault = "",
	};
	look.place = place_look(look.path);
	if (find_fault(run, &look, err) < 0)
		return -1;
	run->faults[index] = slice_from(look.fault);
	return 0;
}

static int check_block(void *context, size_t block, unsigned worker, struct error *err)
{
	struct checking *run = context;
	size_t end = (block + 1) * BLOCK, count = count_entries(run);
	for (size_t i = block * BLOCK; i < end && i < count; i++)
		if (check_entry(run, i, worker, err) < 0)
			return -1;
	if (worker == 0)
		work_advance(run->base.request->work, end < count ? end : count, S(""));
	return 0;
}

static int check_entries(struct checking *run, struct error *err)
{
	unsigned jobs = run->base.request->jobs;
	size_t count = count_entries(run), blocks = (count + BLOCK - 1) / BLOCK;
	unsigned workers = parallel_workers(jobs, blocks);
	run->faults = arena_new_array(run->base.arena, struct slice, count);
	run->inflaters = arena_new_array(run->base.arena, struct inflater *, workers);
	for (unsigned i = 0; i < workers; i++)
		run->inflaters[i] = inflater_new();
	work_stage(run->base.request->work, "checking", count);
	int status = parallel_for(jobs, blocks, check_block, run, err);
	for (unsigned i = 0; i < workers; i++)
		inflater_free(run->inflaters[i]);
	return status;
}

static void report(struct checking *run, enum install_difference_kind kind,
		   struct slice path, struct slice how)
{
	struct install_check_result *result = run->result;
	struct arena *arena = run->arena;
	result->differences = array_grow(arena, result->differences, result->len,
					 &result->cap, sizeof(*result->differences));
	result->differences[result->len++] = (struct install_difference){
		kind, arena_dup(arena, path.len ? path : S(".")), how
	};
}

// A missing folder is one difference; what should lie in it is not listed again. Neither is a folder that both trees
// have.
static void report_faults(struct checking *run)
{
	struct map reported = { .arena = run->base.arena };
	struct slice missing = S("");
	for (size_t i = 0; i < count_entries(run); i++) {
		struct slice path = relative(run, entry_at(run, i)->path),
			     how = run->faults[i];
		bool inside = missing.len && path_lies_in(path, missing);
		if (!how.len || inside || !map_insert(&reported, path, 0, NULL))
			continue;
		bool absent = slice_eq(how, IS_MISSING);
		if (entry_at(run, i)->kind == TREE_DIRECTORY)
			missing = absent ? path : S("");
		report(run, absent ? INSTALL_MISSING : INSTALL_CHANGED, path, how);
	}
}

// --- what should not -------------------------------------------------------------------

static int look_into(struct checking *run, struct slice folder, unsigned depth,
		     struct error *err);

static int look_at(struct checking *run, struct slice folder, struct slice name,
		   unsigned depth, struct error *err)
{
	struct slice path = arena_printf(run->base.arena, "%.*s/%.*s", SLICE_ARG(folder),
					 SLICE_ARG(name));
	bool is_folder =
		place_look(path_join(run->base.arena, run->base.prefix, path)).kind ==
		PLACE_DIRECTORY;
	// Python makes these folders by itself, and uses no file in them whose source is
	// gone.
	if (is_folder && slice_eq(name, S("__pycache__")))
		return 0;
	if (!map_has(&run->known, path))
		report(run, INSTALL_EXTRA,
		       is_folder ? arena_printf(run->base.arena, "%.*s/", SLICE_ARG(path))
				 : path,
		       S("belongs to no package of the lock"));
	else if (is_folder)
		return look_into(run, path, depth + 1, err);
	return 0;
}

static int look_into(struct checking *run, struct slice folder, unsigned depth,
		     struct error *err)
{
	struct name_list names = { 0 };
	if (depth > DEEPEST)
		return error_set(err, ERROR_IO, "'%s/%.*s' is nested too deeply",
				 run->base.prefix, SLICE_ARG(folder));
	if (directory_names(path_join(run->base.arena, run->base.prefix, folder),
			    run->base.arena, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++)
		if (look_at(run, folder, names.items[i], depth, err) < 0)
			return -1;
	return 0;
}

static int find_extra(struct checking *run, struct error *err)
{
	struct slice site = scheme_site_directory(SCHEME_VENV, run->base.request->target,
						  run->base.arena);
	run->known.arena = run->base.arena;
	for (size_t i = 0; i < count_entries(run); i++)
		map_insert(&run->known, relative(run, entry_at(run, i)->path), 0, NULL);
	if (place_look(path_join(run->base.arena, run->base.prefix, site)).kind !=
	    PLACE_DIRECTORY)
		return 0;
	return look_into(run, site, 0, err);
}

// ---------------------------------------------------------------------------------------

// Where the request names no interpreter, the one that the environment has is as good as
// any.
static struct slice interpreter_of(struct checking *run)
{
	const struct install_request *request = run->base.request;
	struct slice text = { 0 };
	if (request->interpreter.len)
		return request->interpreter;
	const char *link = path_join(run->base.arena, run->base.prefix, S("bin/python"));
	if (place_link_text(link, run->base.arena, &text) &&
	    slice_starts_with(text, S("/")))
		return text;
	return arena_printf(run->base.arena, "/usr/bin/python%u.%u",
			    request->target->python_major, request->target->python_minor);
}

static int check(struct checking *run, struct error *err)
{
	if (installation_open(&run->base, err) < 0 ||
	    installation_check_wheels(&run->base, err) < 0)
		return -1;
	if (place_look(run->base.prefix).kind != PLACE_DIRECTORY)
		return error_set(err, ERROR_NO, "there is no environment '%s'",
				 run->base.prefix);
	if (installation_make_trees(&run->base, interpreter_of(run), err) < 0 ||
	    check_entries(run, err) < 0)
		return -1;
	report_faults(run);
	return find_extra(run, err);
}

int install_check(struct store *store, const struct install_request *request,
		  struct arena *arena, struct install_check_result *ret_result,
		  struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct install_check_result result = { 0 };
	struct checking run = {
		.base = { .store = store, .request = request, .arena = &scratch },
		.arena = arena,
		.result = &result,
	};
	int status = check(&run, err);
	installation_close(&run.base);
	if (status < 0)
		return error_during(err, "checking '%s'", request->prefix);
	result.packages = request->selection->len;
	result.files = atomic_load(&run.files);
	result.bytes = atomic_load(&run.bytes);
	*ret_result = result;
	return 0;
}
