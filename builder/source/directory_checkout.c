// SPDX-License-Identifier: MIT
// A folder of this machine as an archive of what a build reads of it.
#include "builder/source/checkout_archive.h"

#include "base/places.h"

enum { DEPTH_MAX = 64 };

struct walk {
	struct checkout_archive *archive;
	struct arena *arena;
};

// --- what no build reads ---------------------------------------------------------------

static bool is_named(struct slice name, const char *const *names, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (slice_eq(name, slice_from(names[i])))
			return true;
	return false;
}

static bool is_left_out(struct slice name)
{
	static const char *const names[] = {
		".git",        ".hg",      ".svn",      ".bzr",         "__pycache__",
		".venv",       ".tox",     ".nox",      ".mypy_cache",  ".pytest_cache",
		".ruff_cache", ".pinbake", ".DS_Store", "node_modules",
	};
	return is_named(name, names, sizeof(names) / sizeof(*names)) ||
	       slice_ends_with(name, S(".pyc")) || slice_ends_with(name, S(".egg-info"));
}

// Builds leave what they made in folders of these names, unless a package has the name.
static bool is_build_output(const struct walk *walk, struct slice name, const char *path)
{
	static const char *const names[] = { "build", "dist", "wheelhouse" };
	return is_named(name, names, sizeof(names) / sizeof(*names)) &&
	       !file_exists(path_join(walk->arena, path, S("__init__.py")));
}

static bool is_environment(const struct walk *walk, const char *path)
{
	return file_exists(path_join(walk->arena, path, S("pyvenv.cfg")));
}

// --- what is put into it ---------------------------------------------------------------

static int put_content(struct walk *walk, struct slice inside, const char *path,
		       unsigned mode, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	if (file_map_open(path, ERROR_INPUT, &map, err) < 0)
		return -1;
	return checkout_archive_file(walk->archive, inside, (mode & 0100) != 0, map.bytes,
				     err);
}

// How many folders a relative path goes up beyond where it begins.
static size_t climbs(struct slice path)
{
	size_t below = 0, above = 0;
	struct slice part;
	while (path.len) {
		slice_cut(&path, '/', &part);
		if (slice_eq(part, S("..")))
			below ? below-- : above++;
		else if (part.len && !slice_eq(part, S(".")))
			below++;
	}
	return above;
}

static size_t folders_above(struct slice inside)
{
	size_t count = 0;
	for (size_t i = 0; i < inside.len; i++)
		count += inside.ptr[i] == '/';
	return count;
}

// A link that stays inside the folder is kept; one that leads out becomes the file it
// leads to.
static int put_link(struct walk *walk, struct slice inside, const char *path,
		    struct error *err)
{
	struct slice target = S("");
	if (!place_link_text(path, walk->arena, &target))
		return error_set(err, ERROR_INPUT, "cannot read the link '%s'", path);
	if (!slice_starts_with(target, S("/")) && climbs(target) <= folders_above(inside))
		return checkout_archive_link(walk->archive, inside, target, err);
	struct slice real = path_real(walk->arena, path);
	struct place place = place_look(real.len ? real.ptr : path);
	if (place.kind != PLACE_FILE)
		return error_set(err, ERROR_INPUT,
				 "'%s' is a link that leads out of the source tree",
				 path);
	return put_content(walk, inside, real.ptr, place.mode, err);
}

static int put_folder(struct walk *walk, struct slice inside, const char *path,
		      unsigned depth, struct error *err);

static int put_place(struct walk *walk, struct slice inside, struct slice name,
		     const char *path, unsigned depth, struct error *err)
{
	struct place place = place_look(path);
	switch (place.kind) {
	case PLACE_FILE: return put_content(walk, inside, path, place.mode, err);
	case PLACE_SYMLINK: return put_link(walk, inside, path, err);
	case PLACE_DIRECTORY:
		if (is_environment(walk, path) ||
		    (depth == 0 && is_build_output(walk, name, path)))
			return 0;
		return put_folder(walk, inside, path, depth + 1, err);
	case PLACE_ABSENT:
	case PLACE_OTHER: break;
	}
	return 0;
}

// inside: "" for the top.
static int put_folder(struct walk *walk, struct slice inside, const char *path,
		      unsigned depth, struct error *err)
{
	struct name_list names = { 0 };
	if (depth > DEPTH_MAX)
		return error_set(err, ERROR_INPUT, "'%s' lies more than %d folders deep",
				 path, DEPTH_MAX);
	if (directory_names(path, walk->arena, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++) {
		struct slice name = names.items[i];
		struct slice deeper =
			arena_printf(walk->arena, "%.*s%s%.*s", SLICE_ARG(inside),
				     inside.len ? "/" : "", SLICE_ARG(name));
		if (!is_left_out(name) &&
		    put_place(walk, deeper, name, path_join(walk->arena, path, name),
			      depth, err) < 0)
			return -1;
	}
	return 0;
}

int directory_take_checkout(const char *path, const char *cache_directory,
			    struct store *store, struct checkout *ret_checkout,
			    struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(checkout_archive_abandon)
	struct checkout_archive archive = { .writer.fd = -1 };
	struct walk walk = { .archive = &archive, .arena = &scratch };
	if (!path_is_directory(path))
		return error_set(err, ERROR_INPUT, "there is no folder '%s'", path);
	if (checkout_archive_begin(&archive, store, cache_directory, err) < 0 ||
	    put_folder(&walk, S(""), path, 0, err) < 0)
		return error_during(err, "reading the source tree '%s'", path);
	return checkout_archive_end(&archive, ret_checkout, err);
}
