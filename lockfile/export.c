// SPDX-License-Identifier: MIT
// The lock as a requirements.txt that installers check by hash. An entry is the pin with
// its marker, then on lines of their own, continued by backslashes, a --hash for each
// file that may be taken; then who needs it:
//
//	idna==3.10 ; python_version >= "3.12"
//	    --hash=sha256:12f6…
//	    --hash=sha256:946d…
//	    # via anyio, requests
#include "lockfile/export.h"

#include "base/display.h"
#include "base/map.h"
#include "lockfile/order.h"

#include <string.h>

struct text_list {
	struct slice *items;
	size_t len, cap;
};

struct exporter {
	const struct lock *lock;
	const struct lock_package **packages; // sorted
	const struct lock_export_options *options;
	struct map users;      // package name -> index in via
	struct text_list *via; // who depends on it
	struct buf text;
	struct error *err;
};

// --- who needs what ---------------------------------------------------------------------------

static void collect_users(struct exporter *exporter)
{
	struct arena *arena = exporter->text.arena;
	const struct lock *lock = exporter->lock;
	exporter->users.arena = arena;
	exporter->via = arena_new_array(arena, struct text_list, lock->len);
	for (size_t i = 0; i < lock->len; i++)
		map_insert(&exporter->users, exporter->packages[i]->name, (uint32_t)i,
			   NULL);
	for (size_t i = 0; i < lock->len; i++) {
		const struct lock_package *user = exporter->packages[i];
		for (size_t d = 0; d < user->dependencies_len; d++) {
			uint32_t used;
			if (map_find(&exporter->users, user->dependencies[d], &used))
				*array_push(arena, &exporter->via[used]) = user->name;
		}
	}
}

static void write_via(struct exporter *exporter, const struct lock_package *package)
{
	uint32_t used;
	if (!map_find(&exporter->users, package->name, &used) ||
	    exporter->via[used].len == 0)
		return;
	struct text_list *names = &exporter->via[used];
	names->len = lock_sort_texts(names->items, names->len);
	buf_append(&exporter->text, S("    # via "));
	for (size_t i = 0; i < names->len; i++)
		buf_printf(&exporter->text, "%s%.*s", i ? ", " : "",
			   SLICE_ARG(names->items[i]));
	buf_byte(&exporter->text, '\n');
}

// --- hashes -----------------------------------------------------------------------------------

// Does pip take the algorithm in its hash mode?
static bool is_accepted(struct slice algorithm)
{
	return slice_eq(algorithm, S("sha384")) || slice_eq(algorithm, S("sha512"));
}

static int add_hashes(struct exporter *exporter, const struct lock_package *package,
		      const struct lock_file *file, struct text_list *hashes)
{
	struct arena *arena = exporter->text.arena;
	size_t len_before = hashes->len;
	if (!sha256_is_zero(&file->sha256)) {
		struct slice hex = sha256_hex(arena, &file->sha256);
		*array_push(arena, hashes) =
			arena_printf(arena, "sha256:%.*s", SLICE_ARG(hex));
		return 0;
	}
	for (size_t i = 0; i < file->hashes_len; i++)
		if (is_accepted(file->hashes[i].algorithm))
			*array_push(arena, hashes) =
				arena_printf(arena, "%.*s:%.*s",
					     SLICE_ARG(file->hashes[i].algorithm),
					     SLICE_ARG(file->hashes[i].hex));
	if (hashes->len > len_before)
		return 0;
	return error_at(exporter->err, ERROR_NO, package->span,
			"a file of '%.*s' has no hash that a requirements file can hold",
			SLICE_ARG(package->name));
}

// A source tree has no hash, and pip checks the hashes of all requirements or of none
// (req.8).
static int fail_unhashable(struct exporter *exporter, const struct lock_package *package)
{
	error_at(exporter->err, ERROR_NO, package->span,
		 "'%.*s' comes from a source tree, which has no hash",
		 SLICE_ARG(package->name));
	return error_hint(exporter->err,
			  "export without hashes, or install the lock itself");
}

static int collect_hashes(struct exporter *exporter, const struct lock_package *package,
			  struct text_list *hashes)
{
	if (package->has_vcs || package->has_directory)
		return fail_unhashable(exporter, package);
	if (package->has_archive &&
	    add_hashes(exporter, package, &package->archive, hashes) < 0)
		return -1;
	if (package->has_sdist &&
	    add_hashes(exporter, package, &package->sdist, hashes) < 0)
		return -1;
	for (size_t i = 0; i < package->wheels_len; i++)
		if (add_hashes(exporter, package, &package->wheels[i], hashes) < 0)
			return -1;
	hashes->len = lock_sort_texts(hashes->items, hashes->len);
	return 0;
}

// --- requirements -----------------------------------------------------------------------------

static void write_fragment(struct buf *buf, struct slice subdirectory)
{
	if (subdirectory.len)
		buf_printf(buf, "#subdirectory=%.*s", SLICE_ARG(subdirectory));
}

// Escapes what readers of requirements see more in than a part of a URL: blanks and line
// ends, '$' (installers replace ${NAME} by a variable of the environment, also in URLs),
// '\\' (which continues a line), quotes.
static void write_url(struct buf *buf, struct slice url)
{
	for (size_t i = 0; i < url.len; i++) {
		char c = url.ptr[i];
		if (c <= ' ' || c >= 0x7f || memchr("$\\\"'`<>", c, 8))
			buf_printf(buf, "%%%02X", (unsigned char)c);
		else
			buf_byte(buf, c);
	}
}

// Does the text stay what it is within a line of requirements? After a blank, '-' begins an
// option and '#' a comment; '\\' continues the line, and '$' begins a variable.
static bool fits_in_line(struct slice text)
{
	bool after_blank = true;
	if (display_find_unsafe(text) != SLICE_NONE)
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c == '\n' || c == '\\' || c == '$' ||
		    (after_blank && (c == '-' || c == '#')))
			return false;
		after_blank = c == ' ';
	}
	return true;
}

// A path has no '#', where a fragment begins, no ';', where a marker does, no '[', where
// extras do, and no quotes, by which options are split. The fragment's key ends at '&'.
static bool path_fits(struct slice path)
{
	struct slice word = slice_starts_with(path, S("-")) ? slice_skip(path, 1) : path;
	for (size_t i = 0; i < path.len; i++)
		if (memchr("#;[]\"'&`", path.ptr[i], 8))
			return false;
	return fits_in_line(word) && !slice_ends_with(path, S(" "));
}

static int check_path(struct exporter *exporter, const struct lock_package *package,
		      struct slice path)
{
	if (path_fits(path))
		return 0;
	return error_at(exporter->err, ERROR_NO, package->span,
			"a requirements file cannot hold the path '%.*s' of '%.*s'",
			SLICE_ARG(path), SLICE_ARG(package->name));
}

// Writes a path so that it cannot be taken for a name.
static void write_path(struct buf *buf, struct slice path)
{
	if (!slice_starts_with(path, S("/")) && !slice_starts_with(path, S(".")))
		buf_append(buf, S("./"));
	buf_append(buf, path);
}

static void write_archive(struct buf *buf, const struct lock_package *package)
{
	const struct lock_file *archive = &package->archive;
	if (archive->path.len) {
		write_path(buf, archive->path);
	} else {
		buf_printf(buf, "%.*s @ ", SLICE_ARG(package->name));
		write_url(buf, archive->url);
	}
	write_fragment(buf, archive->subdirectory);
}

// The commit is written, never the branch that was asked for (751.13).
static void write_vcs(struct buf *buf, const struct lock_package *package)
{
	const struct lock_vcs *vcs = &package->vcs;
	buf_printf(buf, "%.*s @ %.*s+", SLICE_ARG(package->name), SLICE_ARG(vcs->type));
	if (vcs->url.len == 0)
		buf_append(buf, S("file://"));
	write_url(buf, vcs->url.len ? vcs->url : vcs->path);
	buf_printf(buf, "@%.*s", SLICE_ARG(vcs->commit_id));
	write_fragment(buf, vcs->subdirectory);
}

static void write_directory(struct buf *buf, const struct lock_package *package)
{
	if (package->directory.editable && package->marker_text.len == 0)
		buf_append(buf, S("-e ")); // takes no marker
	write_path(buf, package->directory.path);
	write_fragment(buf, package->directory.subdirectory);
}

static int check_paths(struct exporter *exporter, const struct lock_package *package)
{
	const struct slice paths[] = { package->archive.path,
				       package->archive.subdirectory,
				       package->directory.path,
				       package->directory.subdirectory,
				       package->vcs.subdirectory };
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (check_path(exporter, package, paths[i]) < 0)
			return -1;
	return 0;
}

static int write_requirement(struct exporter *exporter,
			     const struct lock_package *package)
{
	struct buf *buf = &exporter->text;
	if (check_paths(exporter, package) < 0)
		return -1;
	if (package->has_vcs)
		write_vcs(buf, package);
	else if (package->has_directory)
		write_directory(buf, package);
	else if (package->has_archive)
		write_archive(buf, package);
	else if (package->version.len)
		buf_printf(buf, "%.*s==%.*s", SLICE_ARG(package->name),
			   SLICE_ARG(package->version));
	else
		return error_at(exporter->err, ERROR_NO, package->span,
				"the lock gives no version of '%.*s'",
				SLICE_ARG(package->name));
	return 0;
}

// Sets of extras and groups exist in locks alone (508.6).
static int write_marker(struct exporter *exporter, const struct lock_package *package)
{
	struct marker *marker;
	struct error ignored;
	if (package->marker_text.len == 0)
		return 0;
	if (marker_parse(exporter->text.arena, package->marker_text,
			 MARKER_IN_REQUIREMENT, &marker, NULL, &ignored) < 0 ||
	    !fits_in_line(package->marker_text))
		return error_at(
			exporter->err, ERROR_NO, package->span,
			"a requirements file cannot say when '%.*s' is wanted: %.*s",
			SLICE_ARG(package->name), SLICE_ARG(package->marker_text));
	buf_printf(&exporter->text, " ; %.*s", SLICE_ARG(package->marker_text));
	return 0;
}

static int write_package(struct exporter *exporter, const struct lock_package *package)
{
	struct text_list hashes = { 0 };
	if (write_requirement(exporter, package) < 0 ||
	    write_marker(exporter, package) < 0)
		return -1;
	if (exporter->options->hashes && collect_hashes(exporter, package, &hashes) < 0)
		return -1;
	for (size_t i = 0; i < hashes.len; i++)
		buf_printf(&exporter->text, " \\\n    --hash=%.*s",
			   SLICE_ARG(hashes.items[i]));
	buf_byte(&exporter->text, '\n');
	if (exporter->options->via)
		write_via(exporter, package);
	return 0;
}

static void write_comment(struct exporter *exporter)
{
	const struct lock *lock = exporter->lock;
	struct buf *buf = &exporter->text;
	buf_append(
		buf,
		S("# Made by pinbake from a lock file; change that and export again.\n"));
	for (size_t i = 0; i < lock->targets_len; i++)
		buf_printf(buf, "# target: %.*s\n", SLICE_ARG(lock->targets[i]));
}

// Quotes a text as pip's reader of options, a shell's, takes it.
static void write_quoted(struct buf *buf, struct slice text)
{
	buf_byte(buf, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			buf_byte(buf, '\\');
		buf_byte(buf, text.ptr[i]);
	}
	buf_byte(buf, '"');
}

// Writes the folder of a file that no index has, once.
static int write_find_links(struct exporter *exporter, const struct lock_package *package,
			    const struct lock_file *file, struct map *seen)
{
	struct buf folder = { .arena = exporter->text.arena };
	size_t slash = slice_find_last_byte(file->path, '/');
	if (file->path.len == 0 || file->url.len)
		return 0;
	write_path(&folder,
		   slash == SLICE_NONE ? S("") : slice_range(file->path, 0, slash + 1));
	if (!fits_in_line(buf_slice(&folder)))
		return check_path(exporter, package, file->path);
	if (!map_insert(seen, buf_slice(&folder), 0, NULL))
		return 0;
	buf_append(&exporter->text, S("--find-links "));
	write_quoted(&exporter->text, buf_slice(&folder));
	buf_byte(&exporter->text, '\n');
	return 0;
}

static int write_folders(struct exporter *exporter)
{
	struct map seen = { .arena = exporter->text.arena };
	for (size_t i = 0; i < exporter->lock->len; i++) {
		const struct lock_package *package = exporter->packages[i];
		for (size_t j = 0; j < package->wheels_len; j++)
			if (write_find_links(exporter, package, &package->wheels[j],
					     &seen) < 0)
				return -1;
		if (package->has_sdist &&
		    write_find_links(exporter, package, &package->sdist, &seen) < 0)
			return -1;
	}
	return 0;
}

int lock_export_requirements(const struct lock *lock,
			     const struct lock_export_options *options,
			     struct arena *arena, struct slice *ret_text,
			     struct error *err)
{
	struct exporter exporter = {
		.lock = lock,
		.packages = lock_sorted_packages(arena, lock->packages, lock->len),
		.options = options,
		.text = { .arena = arena },
		.err = err
	};
	if (options->via)
		collect_users(&exporter);
	write_comment(&exporter);
	if (write_folders(&exporter) < 0)
		return -1;
	for (size_t i = 0; i < lock->len; i++)
		if (write_package(&exporter, exporter.packages[i]) < 0)
			return -1;
	*ret_text = buf_slice(&exporter.text);
	return 0;
}
