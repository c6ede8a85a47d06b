// SPDX-License-Identifier: MIT
// Lock → environment on this host: the tree of the layers, written beside its place and
// swapped in by one rename.
//
//	PREFIX absent            PREFIX.pinbake-new ──rename──▶ PREFIX
//	PREFIX is ours           PREFIX.pinbake-new ◀─exchange─▶ PREFIX, then the old one is removed
//	PREFIX as the lock says  nothing is touched
#include "base/limits.h"
#include "builder/install/installation.h"
#include "builder/install/tree_writer.h"
#include "builder/store/unpacked.h"

struct change {
	struct installation base;
	struct arena *arena; // of the result
	// What the prefix lies in, and the names there: of the prefix, and with ".pinbake-new"
	struct folder parent;
	const char *name, *new_name;
	struct folder root;    // the prefix, where it is a directory
	enum place_kind found; // what lies at the prefix: nothing, or a directory
	bool empty;            // a directory without anything
	struct former former;
};

// --- what is there ---------------------------------------------------------------------

static struct slice pyvenv_cfg_of(const struct tree *skeleton)
{
	for (size_t i = 0; i < skeleton->len; i++)
		if (slice_ends_with(skeleton->entries[i].path, S("/pyvenv.cfg")))
			return skeleton->entries[i].bytes;
	return S("");
}

// Before anything is written it may be absent, and then so is the prefix.
static int open_parent(struct change *run, bool make, struct error *err)
{
	const char *folder = path_directory(run->base.arena, run->base.prefix);
	if (make && make_directories(folder, err) < 0)
		return -1;
	if (run->parent.fd >= 0 || (!make && !path_is_directory(folder)))
		return 0;
	if (folder_open_parent(run->base.prefix, &run->parent, &run->name, err) < 0)
		return -1;
	run->new_name = arena_printf(run->base.arena, "%s.pinbake-new", run->name).ptr;
	return 0;
}

// Nobody else may have put files into an environment that is taken over.
static int check_owner(const struct change *run, struct error *err)
{
	struct slice site = scheme_site_directory(SCHEME_VENV, run->base.request->target,
						  run->base.arena);
	const char *const parts[] = { "bin", "lib",
				      path_directory(run->base.arena, site.ptr),
				      site.ptr };
	int status = folder_check_private(&run->root, "--prefix", err);
	for (size_t i = 0; status == 0 && i < sizeof(parts) / sizeof(*parts); i++) {
		AUTO(folder_close) struct folder part = { .fd = -1 };
		if (folder_look(&run->root, parts[i]).kind != PLACE_DIRECTORY)
			continue;
		status = folder_enter(&run->root, parts[i], &part, err);
		if (status == 0)
			status = folder_check_private(&part, "--prefix", err);
	}
	return status;
}

static int look_at_prefix(struct change *run, struct error *err)
{
	struct name_list names = { 0 };
	folder_close(&run->root);
	run->found = run->parent.fd < 0 ? PLACE_ABSENT
					: folder_look(&run->parent, run->name).kind;
	if (run->found == PLACE_ABSENT)
		return 0;
	if (run->found != PLACE_DIRECTORY)
		return error_set(err, ERROR_INPUT, "'%s' exists and is not a directory",
				 run->base.prefix);
	if (folder_enter(&run->parent, run->name, &run->root, err) < 0 ||
	    folder_names(&run->root, NULL, run->base.arena, &names, err) < 0)
		return -1;
	run->empty = names.len == 0;
	if (run->empty)
		return 0;
	if (former_read(&run->root, run->base.arena, &run->former, err) < 0)
		return -1;
	if (former_is_ours(&run->former, pyvenv_cfg_of(&run->base.skeleton)))
		return check_owner(run, err);
	error_set(err, ERROR_INPUT, "'%s' exists and is no environment that pinbake made",
		  run->base.prefix);
	return error_hint(err, "choose another --prefix, or remove the folder first");
}

static bool has_former(const struct change *run)
{
	return run->found == PLACE_DIRECTORY && !run->empty;
}

// --- writing ---------------------------------------------------------------------------

static int empty_folder(const struct folder *folder, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct name_list names = { 0 };
	if (folder_names(folder, NULL, &scratch, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++)
		if (folder_remove_tree(folder, names.items[i].ptr, err) < 0)
			return -1;
	return 0;
}

static int carry_over(const struct change *run, struct tree_writer *writer,
		      struct error *err)
{
	struct name_list strangers = { 0 };
	if (!has_former(run))
		return 0;
	if (former_strangers(&run->former, &strangers, err) < 0)
		return -1;
	for (size_t i = 0; i < strangers.len; i++)
		if (tree_writer_carry_over(writer, strangers.items[i], err) < 0)
			return -1;
	return 0;
}

// Removes the former environment after a swap, of this run or of one that was killed.
// This takes the folder's lock, because the next run may have begun to write there, and
// then the folder is that run's own.
static void remove_leftover(const struct change *run)
{
	AUTO(folder_close) struct folder lock = { .fd = -1 };
	struct error ignored = { 0 };
	if (folder_look(&run->parent, run->new_name).kind == PLACE_DIRECTORY &&
	    folder_lock(&run->parent, run->new_name, &lock, &ignored) == 0)
		(void)!folder_remove_tree(&run->parent, run->new_name, &ignored);
}

static int put_in_place(const struct change *run, struct error *err)
{
	if (!has_former(run))
		return folder_rename(&run->parent, run->new_name, run->name,
				     err); // an empty directory may be renamed upon
	if (folder_exchange(&run->parent, run->new_name, run->name, err) < 0)
		return -1;
	remove_leftover(run);
	return 0;
}

static void announce(const struct change *run)
{
	uint64_t files = 0;
	for (size_t i = 0; i < run->base.packages.len; i++)
		files += run->base.packages.entries[i].kind != TREE_DIRECTORY;
	work_stage(run->base.request->work, "installing", files);
}

static int fill_and_swap(struct change *run, struct tree_writer_options *options,
			 struct tree_writer *writer, struct error *err)
{
	// Another run may have swapped since the first look. Files that only seem the
	// same, as all have one time, would then be linked.
	if (empty_folder(options->root, err) < 0 || look_at_prefix(run, err) < 0)
		return -1;
	options->former = has_former(run) ? &run->former : NULL;
	announce(run);
	if (tree_writer_write(writer, err) < 0 || carry_over(run, writer, err) < 0 ||
	    tree_writer_finish(writer, err) < 0)
		return -1;
	return put_in_place(run, err);
}

static int write_beside(struct change *run, struct tree_writer_options *options,
			struct tree_writer *writer, struct error *err)
{
	AUTO(folder_close) struct folder fresh = { .fd = -1 };
	struct error ignored = { 0 };
	if (open_parent(run, true, err) < 0 ||
	    folder_lock(&run->parent, run->new_name, &fresh, err) < 0)
		return -1;
	options->root = &fresh;
	if (fill_and_swap(run, options, writer, err) == 0)
		return 0;
	(void)!folder_remove_tree(&run->parent, run->new_name, &ignored);
	return -1;
}

static struct slice *new_warning(const struct change *run, struct install_result *result)
{
	result->warnings = array_grow(run->arena, result->warnings, result->warnings_len,
				      &result->warnings_cap, sizeof(*result->warnings));
	return &result->warnings[result->warnings_len++];
}

static void warn_of_changed(const struct change *run, size_t changed,
			    struct install_result *result)
{
	if (changed)
		*new_warning(run, result) = arena_printf(
			run->arena,
			"%zu wheel%s had files in the cache that were changed since they "
			"were unpacked: they were not used, and are unpacked anew",
			changed, changed == 1 ? "" : "s");
}

static void add_warnings(const struct change *run, struct install_result *result)
{
	const struct tree *packages = &run->base.packages;
	for (size_t i = 0; i < packages->collisions_len; i++) {
		*new_warning(run, result) =
			tree_collision_text(run->arena, &packages->collisions[i],
					    run->base.wheels);
	}
}

static bool is_current(const struct change *run, const struct tree_writer *writer)
{
	return has_former(run) && run->former.len == run->base.len &&
	       tree_writer_is_current(writer, &run->root);
}

// What cannot be read may have been changed: that is the reason to tell then.
static int make_trees(struct installation *base, struct error *err)
{
	struct error why = { 0 };
	if (base->request->bytecode && installation_check_wheels(base, err) < 0)
		return -1;
	if (installation_make_trees(base, base->request->interpreter, &why) == 0)
		return 0;
	if (why.kind != ERROR_INTERRUPTED && installation_check_wheels(base, err) < 0)
		return -1;
	*err = why;
	return -1;
}

static int install_wheels(struct change *run, struct install_result *ret_result,
			  struct error *err)
{
	if (installation_open(&run->base, err) < 0 || make_trees(&run->base, err) < 0)
		return -1;
	if (open_parent(run, false, err) < 0 || look_at_prefix(run, err) < 0)
		return -1;
	struct tree_writer_options options = {
		.prefix = slice_skip(slice_from(run->base.prefix), 1),
		.mtime = UNPACKED_MTIME,
		.store = run->base.store,
		.link_mode = run->base.request->link_mode,
		.jobs = run->base.request->jobs,
		.work = run->base.request->work,
	};
	struct tree_writer writer = { .options = &options,
				      .skeleton = &run->base.skeleton,
				      .packages = &run->base.packages,
				      .wheels = run->base.wheels,
				      .wheels_len = run->base.len };
	if (is_current(run, &writer))
		remove_leftover(run);
	else if (installation_check_wheels(&run->base, err) < 0 ||
		 write_beside(run, &options, &writer, err) < 0)
		return -1;
	*ret_result = (struct install_result){
		.packages = run->base.len,
		.files = writer.files,
		.bytes = writer.bytes,
		.linked = writer.linked,
		.cloned = writer.cloned,
		.copied = writer.copied,
		.uncompiled = run->base.uncompiled,
		.stripped_files = run->base.packages.stripped_files,
		.stripped_bytes = run->base.packages.stripped_bytes,
	};
	warn_of_changed(run, writer.changed, ret_result);
	add_warnings(run, ret_result);
	return 0;
}

int install(struct store *store, const struct install_request *request,
	    struct arena *arena, struct install_result *ret_result, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct change run = {
		.base = { .store = store, .request = request, .arena = &scratch },
		.arena = arena,
		.parent.fd = -1,
		.root.fd = -1,
	};
	int status = install_wheels(&run, ret_result, err);
	folder_close(&run.parent);
	folder_close(&run.root);
	installation_close(&run.base);
	return status < 0 ? error_during(err, "installing into '%s'", request->prefix)
			  : 0;
}
