// SPDX-License-Identifier: MIT
// Reads an installed environment by its RECORD files, the way an uninstaller would.
#include "builder/install/former.h"

#include "base/limits.h"
#include "base/places.h"
#include "builder/wheel/record.h"

#include <string.h>

enum { DEEPEST = 64 };

static struct slice join(struct arena *arena, struct slice folder, struct slice name)
{
	if (!folder.len)
		return name;
	return arena_printf(arena, "%.*s/%.*s", SLICE_ARG(folder), SLICE_ARG(name));
}

static struct slice read_if_there(const struct former *former, struct slice path)
{
	struct slice text = S("");
	struct error ignored = { 0 };
	const char *name = arena_c_string(former->arena, path);
	if (folder_look(former->root, name).kind == PLACE_FILE &&
	    folder_read(former->root, name, LIMIT_TEXT_FILE_BYTES, former->arena, &text,
			&ignored) < 0)
		return S("");
	return text;
}

static bool leads_up(struct slice path)
{
	for (bool more = true; more;) {
		struct slice component;
		more = slice_cut(&path, '/', &component);
		if (slice_eq(component, S("..")))
			return true;
	}
	return false;
}

// "../../../bin/x" seen from site gives "bin/x"; false where it leaves the prefix or is
// absolute.
static bool resolve(struct arena *arena, struct slice site, struct slice path,
		    struct slice *ret_path)
{
	if (slice_starts_with(path, S("/")))
		return false;
	while (slice_starts_with(path, S("../"))) {
		if (!site.len)
			return false;
		size_t slash = slice_find_last_byte(site, '/');
		site.len = slash == SLICE_NONE ? 0 : slash;
		path = slice_skip(path, 3);
	}
	if (leads_up(path) || !path.len || path.ptr[0] == '/')
		return false;
	*ret_path = join(arena, site, path);
	return true;
}

static void claim(struct former *former, struct slice site, uint32_t package,
		  struct slice text)
{
	struct record record = { 0 };
	struct error ignored = { 0 };
	if (record_parse(text, former->arena, &record, &ignored) < 0)
		return;
	for (size_t i = 0; i < record.len; i++) {
		struct slice path = { 0 };
		uint32_t first = 0;
		if (!resolve(former->arena, site, record.rows[i].path, &path))
			continue;
		if (!map_insert(&former->owners, path, package, &first) &&
		    first != package)
			map_insert(&former->contested, path, package, NULL);
	}
}

void former_add(struct former *former, const struct former_files *files)
{
	struct arena *arena = former->arena;
	former->packages = array_grow(arena, former->packages, former->len, &former->cap,
				      sizeof(*former->packages));
	struct former_package *package = &former->packages[former->len];
	package->dist_info = join(arena, files->site, files->dist_info);
	package->record = files->record;
	package->installer = slice_trim(files->installer);
	claim(former, files->site, (uint32_t)former->len, package->record);
	former->len++;
}

static void read_package(struct former *former, struct slice site, struct slice folder)
{
	struct arena *arena = former->arena;
	struct slice path = join(arena, site, folder);
	former_add(former,
		   &(struct former_files){
			   .site = site,
			   .dist_info = folder,
			   .record =
				   read_if_there(former, join(arena, path, S("RECORD"))),
			   .installer = read_if_there(former,
						      join(arena, path, S("INSTALLER"))),
		   });
}

static int read_site(struct former *former, struct slice site, struct error *err)
{
	struct name_list names = { 0 };
	const char *path = arena_c_string(former->arena, site);
	if (folder_look(former->root, path).kind != PLACE_DIRECTORY)
		return 0;
	if (folder_names(former->root, path, former->arena, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++)
		if (slice_ends_with(names.items[i], S(".dist-info")))
			read_package(former, site, names.items[i]);
	return 0;
}

int former_read(const struct folder *root, struct arena *arena, struct former *ret_former,
		struct error *err)
{
	struct former former = { .root = root,
				 .arena = arena,
				 .owners.arena = arena,
				 .contested.arena = arena };
	struct name_list pythons = { 0 };
	former.pyvenv_cfg = read_if_there(&former, S("pyvenv.cfg"));
	if (folder_look(root, "lib").kind == PLACE_DIRECTORY &&
	    folder_names(root, "lib", arena, &pythons, err) < 0)
		return -1;
	for (size_t i = 0; i < pythons.len; i++) {
		if (!slice_starts_with(pythons.items[i], S("python")))
			continue;
		struct slice site = arena_printf(arena, "lib/%.*s/site-packages",
						 SLICE_ARG(pythons.items[i]));
		if (read_site(&former, site, err) < 0)
			return -1;
	}
	*ret_former = former;
	return 0;
}

bool former_is_ours(const struct former *former, struct slice our_pyvenv_cfg)
{
	if (former->len == 0)
		return former->pyvenv_cfg.len &&
		       slice_eq(former->pyvenv_cfg, our_pyvenv_cfg);
	for (size_t i = 0; i < former->len; i++)
		if (slice_eq(former->packages[i].installer, S("pinbake")))
			return former->pyvenv_cfg.len > 0;
	return false;
}

bool former_owns(const struct former *former, struct slice path, struct slice record_path,
		 struct slice record)
{
	uint32_t owner;
	if (!map_find(&former->owners, path, &owner) || map_has(&former->contested, path))
		return false;
	const struct former_package *package = &former->packages[owner];
	return slice_starts_with(record_path, package->dist_info) &&
	       slice_eq(slice_skip(record_path, package->dist_info.len), S("/RECORD")) &&
	       slice_eq(package->record, record);
}

// --- strangers -------------------------------------------------------------------------

static bool is_skeleton(struct slice path)
{
	if (slice_eq(path, S("pyvenv.cfg")) || slice_eq(path, S("lib64")))
		return true;
	return slice_starts_with(path, S("bin/python"));
}

static bool is_notes_folder(struct slice name)
{
	return slice_eq(name, S("__pycache__")) || slice_ends_with(name, S(".dist-info"));
}

static int walk(const struct former *former, struct slice folder, unsigned depth,
		struct name_list *paths, struct error *err);

static int visit(const struct former *former, struct slice folder, struct slice name,
		 unsigned depth, struct name_list *paths, struct error *err)
{
	struct slice path = join(former->arena, folder, name);
	struct place place =
		folder_look(former->root, arena_c_string(former->arena, path));
	if (place.kind == PLACE_DIRECTORY)
		return is_notes_folder(name) ? 0
					     : walk(former, path, depth + 1, paths, err);
	if (place.kind == PLACE_ABSENT || is_skeleton(path) ||
	    map_has(&former->owners, path))
		return 0;
	*array_push(former->arena, paths) = path;
	return 0;
}

static int walk(const struct former *former, struct slice folder, unsigned depth,
		struct name_list *paths, struct error *err)
{
	struct name_list names = { 0 };
	if (depth > DEEPEST)
		return error_set(err, ERROR_IO, "'%s/%.*s' is nested too deeply",
				 former->root->path, SLICE_ARG(folder));
	if (folder_names(former->root,
			 folder.len ? arena_c_string(former->arena, folder) : NULL,
			 former->arena, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++)
		if (visit(former, folder, names.items[i], depth, paths, err) < 0)
			return -1;
	return 0;
}

int former_strangers(const struct former *former, struct name_list *ret_paths,
		     struct error *err)
{
	return walk(former, S(""), 0, ret_paths, err);
}
