// SPDX-License-Identifier: MIT
// Keeps what the user trusts, and looks at who may write a file.
#include "settings/trust.h"

#include "base/files.h"
#include "base/folder.h"
#include "base/limits.h"
#include "base/places.h"
#include "base/text.h"

#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_MODE = 0700, FILE_MODE = 0600, OTHERS_WRITE = 022 };

// --- owners --------------------------------------------------------------------------

static bool is_of_user(const struct stat *status)
{
	return status->st_uid == geteuid() || status->st_uid == 0;
}

static int check_one(const char *path, enum error_kind kind, struct error *err)
{
	struct stat status;
	if (stat(path, &status) < 0)
		return 0;
	if (!is_of_user(&status)) {
		error_set(err, kind, "'%s' belongs to another user (uid %u)", path,
			  (unsigned)status.st_uid);
		return error_hint(err, "chown it to yourself (uid %u), or remove it",
				  (unsigned)geteuid());
	}
	if (status.st_mode & OTHERS_WRITE) {
		error_set(err, kind, "others may write to '%s'", path);
		return error_hint(err, "chmod go-w %s", path);
	}
	return 0;
}

int trust_check_owner(const char *path, enum error_kind kind, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	if (!file_exists(path))
		return 0;
	return check_one(path_directory(&scratch, path), kind, err) < 0
		       ? -1
		       : check_one(path, kind, err);
}

bool trust_is_not_planted(const char *path)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct stat file, folder;
	if (lstat(path, &file) < 0 || stat(path_directory(&scratch, path), &folder) < 0)
		return true;
	return is_of_user(&file) || !(folder.st_mode & S_IWOTH);
}

// --- places --------------------------------------------------------------------------

// Absolute and without "." and doubled slashes; "" where a ".." would lead up from wherever a link has led.
static struct slice flat_path(struct arena *arena, const char *path)
{
	struct slice here = path_real(arena, "."), part;
	struct slice rest =
		*path == '/' ? slice_from(path)
			     : arena_printf(arena, "%.*s/%s", SLICE_ARG(here), path);
	struct buf text = { .arena = arena };
	while (rest.len) {
		slice_cut(&rest, '/', &part);
		if (slice_eq(part, S("..")))
			return S("");
		if (part.len && !slice_eq(part, S(".")))
			buf_printf(&text, "/%.*s", SLICE_ARG(part));
	}
	return buf_slice(&text);
}

// A link anywhere on the way may lead elsewhere, and one that leads to nothing yet most of all.
bool trust_stays_inside(const char *path)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice here = path_real(&scratch, ".");
	struct slice whole = flat_path(&scratch, path);
	while (here.len && whole.len) {
		const char *text = arena_c_string(&scratch, whole);
		struct slice real = path_real(&scratch, text);
		if (real.len)
			return path_is_below(real, here);
		if (place_look(text).kind != PLACE_ABSENT)
			return false;
		whole = slice_range(whole, 0, slice_find_last_byte(whole, '/'));
	}
	return false;
}

bool trust_may_be_brought(const char *path)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	return !slice_eq(path_real(&scratch, "."), S("/")) && trust_stays_inside(path);
}

// --- what is remembered --------------------------------------------------------------

static const char *entry_path(struct arena *arena, const char *folder, struct slice path)
{
	struct sha256 key = sha256_of(path);
	return path_join(arena, folder, sha256_hex(arena, &key));
}

static bool parse_entry(struct slice text, struct trust_file *file)
{
	struct slice mark, digest;
	return slice_cut(&text, '\n', &mark) && slice_eq(mark, S("pinbake trust 1")) &&
	       slice_cut(&text, '\n', &digest) &&
	       sha256_parse_hex(digest, &file->content) &&
	       slice_cut(&text, '\n', &file->path) && text.len == 0 && file->path.len;
}

// ret_found: false for what is absent, or not of this form.
static int read_entry(const char *path, struct arena *arena, struct trust_file *ret_file,
		      bool *ret_found, struct error *err)
{
	struct slice text;
	*ret_found = false;
	if (!file_exists(path))
		return 0;
	if (trust_check_owner(path, ERROR_IO, err) < 0 ||
	    file_read(path, LIMIT_TEXT_FILE_BYTES, ERROR_IO, arena, &text, err) < 0)
		return error_during(err, "reading what is trusted");
	*ret_found = parse_entry(text, ret_file);
	return 0;
}

int trust_has(const char *folder, const struct trust_file *file, bool *ret_has,
	      struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct trust_file known;
	const char *path = entry_path(&scratch, folder, file->path);
	if (read_entry(path, &scratch, &known, ret_has, err) < 0)
		return -1;
	*ret_has = *ret_has && slice_eq(known.path, file->path) &&
		   sha256_eq(&known.content, &file->content);
	return 0;
}

static int make_folder(const char *folder, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(folder_close) struct folder parent = { .fd = -1 };
	const char *name;
	if (path_is_directory(folder))
		return check_one(folder, ERROR_IO, err);
	if (make_directories(path_directory(&scratch, folder), err) < 0 ||
	    folder_open_parent(folder, &parent, &name, err) < 0)
		return -1;
	return folder_make(&parent, name, FOLDER_MODE, err);
}

int trust_add(const char *folder, const struct trust_file *file, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	struct slice text = arena_printf(&scratch, "pinbake trust 1\n%.*s\n%.*s\n",
					 SLICE_ARG(sha256_hex(&scratch, &file->content)),
					 SLICE_ARG(file->path));
	if (slice_find_byte(file->path, '\n') != SLICE_NONE)
		return error_set(err, ERROR_INPUT,
				 "a path with a line break cannot be remembered");
	if (make_folder(folder, err) < 0 ||
	    file_create(entry_path(&scratch, folder, file->path), FILE_MODE, &writer,
			err) < 0 ||
	    file_append(&writer, text, err) < 0 || file_commit(&writer, true, err) < 0)
		return error_during(err, "remembering what is trusted");
	return 0;
}

int trust_remove(const char *folder, struct slice path, bool *ret_was_there,
		 struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const char *entry = entry_path(&scratch, folder, path);
	*ret_was_there = file_exists(entry);
	if (!*ret_was_there || place_remove(entry))
		return 0;
	return error_set(err, ERROR_IO, "cannot remove '%s'", entry);
}

int trust_read_all(const char *folder, struct arena *arena, struct trust_list *ret_list,
		   struct error *err)
{
	struct name_list names = { 0 };
	struct trust_list list = { 0 };
	if (directory_names(folder, arena, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++) {
		struct trust_file file;
		bool found;
		if (read_entry(path_join(arena, folder, names.items[i]), arena, &file,
			       &found, err) < 0)
			return -1;
		if (found)
			*array_push(arena, &list) = file;
	}
	*ret_list = list;
	return 0;
}
