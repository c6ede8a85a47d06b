// SPDX-License-Identifier: MIT
// Which file a name comes from, and what it becomes in the lock.
#include "cli/lock/direct.h"

#include "base/text.h"
#include "cli/lock/direct_fetch.h"
#include "cli/lock/direct_tree.h"
#include "cli/lock/overrides.h"
#include "net/url.h"

#define NOT_DISCOVERED UINT32_MAX

void direct_init(struct direct_files *files, struct cli *cli, struct net *net)
{
	*files = (struct direct_files){ .cli = cli, .net = net };
	files->by_location.arena = &cli->arena;
	files->discovered.arena = &cli->arena;
	files->banned.arena = &cli->arena;
}

// --- reading ---------------------------------------------------------------------------------------------------------

// Without what may not be shown, so that a requirement's URL leads to its file even after its password is gone; with the
// part of a tree that is meant.
static struct slice key_of(const struct direct_files *files, struct slice location)
{
	struct arena *arena = &files->cli->arena;
	struct slice bare = url_redact(arena, url_without_fragment(location));
	struct slice below = url_fragment(location, S("subdirectory"));
	return below.len ? arena_printf(arena, "%.*s#subdirectory=%.*s", SLICE_ARG(bare),
					SLICE_ARG(below))
			 : bare;
}

static const struct direct_file *file_at(const struct direct_files *files,
					 struct slice location)
{
	uint32_t index;
	bool known = map_find(&files->by_location, key_of(files, location), &index);
	return known ? files->files.items[index] : NULL;
}

static int check_editable(const struct direct_files *files,
			  const struct requirement_entry *entry, struct slice location,
			  struct error *err)
{
	struct arena *arena = &files->cli->arena;
	if (!entry->editable || direct_is_tree(arena, location))
		return 0;
	error_at(err, ERROR_INPUT, entry->span, "'%.*s' is no folder of a source tree",
		 SLICE_ARG(location));
	return error_hint(err, "-e takes a folder; leave it out for a file");
}

// The project that a file is the only release of.
static void make_project(struct direct_file *file)
{
	file->release.file_len = 1;
	file->project = (struct project){
		.name = file->name,
		.state = PROJECT_FOUND,
		.releases = &file->release,
		.release_len = 1,
		.files = &file->file,
		.file_len = 1,
		.tag_set_len = 1,
		.python_set_len = 1,
		.index_url = file->url.len ? file->url : slice_from(file->path),
	};
}

static int take_file(struct direct_files *files, const struct tree_request *request,
		     struct direct_file *ret_file, struct error *err)
{
	if (direct_is_tree(&files->cli->arena, request->location))
		return direct_take_tree(files, request, ret_file, err);
	return direct_fetch(files->cli, files->net, request->location, request->name,
			    ret_file, err);
}

// Keeps a file for its location; it may be known by now.
static int add_file(struct direct_files *files, const struct tree_request *request,
		    struct direct_file **ret_file, struct error *err)
{
	struct slice location = request->location;
	uint32_t index;
	if (map_find(&files->by_location, key_of(files, location), &index)) {
		*ret_file = files->files.items[index];
		return 0;
	}
	struct direct_file *file = arena_new(&files->cli->arena, struct direct_file);
	if (take_file(files, request, file, err) < 0)
		return -1;
	make_project(file);
	struct slice key = arena_dup(&files->cli->arena, key_of(files, location));
	map_insert(&files->by_location, key, (uint32_t)files->files.len, NULL);
	*array_push(&files->cli->arena, &files->files) = file;
	*ret_file = file;
	return 0;
}

static int read_entry(struct direct_files *files, struct requirement_entry *entry,
		      const struct target *target, struct error *err)
{
	struct requirement *requirement = &entry->requirement;
	struct direct_file *file;
	if (entry->path.len == 0 && requirement->url.len == 0)
		return 0;
	struct slice location =
		slice_from(requirement_location(&files->cli->arena, entry));
	struct tree_request request = { location, requirement->name, target };
	if (check_editable(files, entry, location, err) < 0)
		return -1;
	if (add_file(files, &request, &file, err) < 0) {
		if (!err->span.source)
			err->span = entry->span;
		return -1;
	}
	if (entry->editable && file->kind == DIRECT_VCS)
		warn(files->cli, "'%.*s' is locked as a commit, which is not editable",
		     SLICE_ARG(file->name));
	file->editable |= entry->editable && file->kind == DIRECT_DIRECTORY;
	// From here on it goes by the name, with the location where a URL would be.
	requirement->name = requirement->raw_name = file->name;
	requirement->url = location;
	entry->path = S("");
	return 0;
}

// The first target that the entry is for, or NULL.
static const struct target *first_target(const struct requirement_entry *entry,
					 const struct target *targets, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		struct marker_context context = { .target = &targets[i] };
		if (marker_holds(entry->requirement.marker, &context))
			return &targets[i];
	}
	return NULL;
}

int direct_read(struct direct_files *files, struct requirement_set *set,
		const struct target *targets, size_t target_len, struct error *err)
{
	for (size_t i = 0; i < set->len; i++) {
		struct requirement *requirement = &set->entries[i].requirement;
		const struct target *target =
			first_target(&set->entries[i], targets, target_len);
		if (target && read_entry(files, &set->entries[i], target, err) < 0)
			return -1;
		// What is not fetched is shown all the same, in the lock's list of overrides.
		requirement->url = url_redact(&files->cli->arena, requirement->url);
	}
	return 0;
}

// --- finding ---------------------------------------------------------------------------------------------------------

static bool holds(const struct resolve *resolve, const struct requirement_entry *entry)
{
	struct marker_context context = { .target = resolve->options->target };
	return marker_holds(entry->requirement.marker, &context);
}

static const struct direct_file *find_named_by_user(const struct resolve *resolve,
						    struct slice name)
{
	const struct requirement_set *set = resolve->options->requirements;
	const struct direct_files *files = resolve->options->direct;
	const struct requirement_entry *override = override_of(resolve, S(""), name);
	if (override)
		return override->requirement.url.len
			       ? file_at(files, override->requirement.url)
			       : NULL;
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (entry->requirement.url.len && !entry->is_override &&
		    slice_eq(entry->requirement.name, name) && holds(resolve, entry))
			return file_at(files, entry->requirement.url);
	}
	return NULL;
}

const struct direct_file *direct_find(const struct resolve *resolve, struct slice name)
{
	const struct direct_files *files = resolve->options->direct;
	uint32_t index;
	if (!files || files->files.len == 0)
		return NULL;
	const struct direct_file *file = find_named_by_user(resolve, name);
	if (!file && map_find(&files->discovered, name, &index) &&
	    index != NOT_DISCOVERED)
		file = files->files.items[index];
	return file;
}

bool direct_is_discovered(const struct resolve *resolve, struct slice name)
{
	const struct direct_files *files = resolve->options->direct;
	uint32_t index;
	return files && map_find(&files->discovered, name, &index) &&
	       index != NOT_DISCOVERED &&
	       direct_find(resolve, name) == files->files.items[index];
}

void direct_ban(struct resolve *resolve, struct slice name)
{
	struct direct_files *files = resolve->options->direct;
	uint32_t index = NOT_DISCOVERED;
	map_find(&files->discovered, name, &index);
	map_set(&files->discovered, arena_dup(&files->cli->arena, name), NOT_DISCOVERED);
	for (size_t i = 0; i < files->by_location.len; i++)
		if (files->by_location.entries[i].value == index)
			map_set(&files->banned, files->by_location.entries[i].key, 0);
}

const struct direct_file *direct_of(const struct resolve *resolve,
				    const struct project *project)
{
	const struct direct_files *files = resolve->options->direct;
	for (size_t i = 0; files && i < files->files.len; i++)
		if (&files->files.items[i]->project == project)
			return files->files.items[i];
	return NULL;
}

const struct direct_file *direct_file_of(const struct resolve *resolve,
					 const struct project_file *file)
{
	const struct direct_files *files = resolve->options->direct;
	for (size_t i = 0; files && i < files->files.len; i++)
		if (&files->files.items[i]->file == file)
			return files->files.items[i];
	return NULL;
}

const struct direct_file *direct_tree_of(const struct resolve *resolve,
					 const struct project_file *file)
{
	const struct direct_file *direct = direct_file_of(resolve, file);
	return direct && direct->kind != DIRECT_ARCHIVE ? direct : NULL;
}

int direct_check(const struct resolve *resolve, const struct requirement_entry *entry,
		 struct error *err)
{
	struct slice url = entry->requirement.url;
	if (url.len == 0)
		return 0;
	const struct direct_file *counts = direct_find(resolve, entry->requirement.name);
	if (counts && counts == file_at(resolve->options->direct, url))
		return 0;
	error_at(err, ERROR_NO, entry->span, "'%.*s' is asked for from two places",
		 SLICE_ARG(entry->requirement.name));
	return error_hint(err, "keep one of them, or give each a marker");
}

// --- needs of metadata -----------------------------------------------------------------------------------------------

// A package of elsewhere names no files of this machine.
static bool may_be_discovered(const struct url *url)
{
	static const char *const schemes[] = { "https", "http", "git+https", "git+ssh",
					       "git+http" };
	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++)
		if (slice_eq_ignore_case(url->scheme, slice_from(schemes[i])))
			return true;
	return false;
}

static int discover(struct resolve *resolve, const struct requirement *requirement,
		    struct slice *ret_problem)
{
	struct direct_files *files = resolve->options->direct;
	struct direct_file *file;
	struct error err = { 0 };
	struct tree_request request = { requirement->url, requirement->name,
					resolve->options->target };
	struct url url;
	struct slice name = requirement->name;
	url_parse(requirement->url, &url);
	if (map_has(&files->banned, key_of(files, requirement->url))) {
		*ret_problem = arena_printf(&resolve->arena, "needs '%.*s' from a URL",
					    SLICE_ARG(name));
		return -1;
	}
	if (!may_be_discovered(&url)) {
		*ret_problem =
			arena_printf(&resolve->arena,
				     "needs '%.*s' from an address that is no https URL",
				     SLICE_ARG(name));
		return -1;
	}
	files->looked_elsewhere = true;
	if (add_file(files, &request, &file, &err) < 0) {
		*ret_problem =
			arena_printf(&resolve->arena, "needs '%.*s' from a URL: %s",
				     SLICE_ARG(name), err.cause);
		return -1;
	}
	uint32_t index = 0;
	while (files->files.items[index] != file)
		index++;
	map_set(&files->discovered, file->name, index);
	return 1;
}

int direct_need(struct resolve *resolve, const struct requirement *requirement,
		struct slice *ret_problem)
{
	const struct direct_file *counts = direct_find(resolve, requirement->name);
	if (!resolve->options->direct)
		BUG("a resolve without files meets a URL");
	if (!counts)
		return discover(resolve, requirement, ret_problem);
	if (counts == file_at(resolve->options->direct, requirement->url))
		return 0;
	*ret_problem = arena_printf(&resolve->arena, "needs '%.*s' from another URL",
				    SLICE_ARG(requirement->name));
	return -1;
}

// --- the lock --------------------------------------------------------------------------------------------------------

// The path from the folder to the file, both absolute: "../wheels/x.whl".
static struct slice relative_path(struct arena *arena, struct slice folder,
				  struct slice file)
{
	size_t common = 0;
	struct buf path = { .arena = arena };
	for (size_t i = 0; i <= folder.len && i < file.len; i++) {
		bool folder_ends = i == folder.len || folder.ptr[i] == '/';
		if (folder_ends && file.ptr[i] == '/')
			common = i + 1;
		if (i == folder.len || folder.ptr[i] != file.ptr[i])
			break;
	}
	struct slice left = slice_skip(folder, common), part;
	while (left.len) {
		slice_cut(&left, '/', &part);
		buf_append(&path, S("../"));
	}
	buf_append(&path, slice_skip(file, common));
	return buf_slice(&path);
}

struct slice path_from_lock(struct arena *arena, const char *lock_path, const char *path)
{
	return relative_path(arena, path_real(arena, path_directory(arena, lock_path)),
			     slice_from(path));
}

// "." for the folder itself.
static struct slice relative_folder(struct arena *arena, struct slice folder,
				    const char *path)
{
	struct slice inner = arena_printf(arena, "%s/", path);
	struct slice relative = relative_path(arena, folder, inner);
	while (slice_ends_with(relative, S("/")))
		relative.len--;
	return relative.len ? relative : S(".");
}

static struct lock_file archive_entry(const struct direct_file *file,
				      struct slice relative)
{
	return (struct lock_file){
		.kind = LOCK_ARCHIVE,
		.name = file->file.name,
		.url = file->url,
		.path = relative,
		.sha256 = file->file.sha256,
		.has_size = true,
		.size = file->file.size,
		.subdirectory = file->subdirectory,
	};
}

void direct_put(struct arena *arena, const struct direct_file *file,
		const char *lock_path, struct lock_package *package)
{
	struct slice folder = path_real(arena, path_directory(arena, lock_path));
	struct slice path = slice_from(file->path);
	switch (file->kind) {
	case DIRECT_ARCHIVE:
		package->has_archive = true;
		package->archive =
			archive_entry(file, path.len ? relative_path(arena, folder, path)
						     : S(""));
		break;
	case DIRECT_VCS:
		package->has_vcs = true;
		package->vcs = file->vcs;
		break;
	case DIRECT_DIRECTORY:
		package->has_directory = true;
		package->version = S("");
		package->directory = (struct lock_directory){
			.path = relative_folder(arena, folder, file->path),
			.subdirectory = file->subdirectory,
			.editable = file->editable,
		};
		break;
	}
}
