// SPDX-License-Identifier: MIT
// Which folders may hold what is ours: nobody else owns them, writes to them, or can put another in their place.
#include "base/folder.h"

#include "base/below.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OTHERS_WRITE = S_IWGRP | S_IWOTH };

static int belongs_to(const char *path, const struct stat *info, const char *option,
		      struct error *err)
{
	error_set(err, ERROR_INPUT, "'%s' belongs to user %u, but this is user %u", path,
		  info->st_uid, geteuid());
	return error_hint(err, "'chown -R %u %s', or choose another folder with %s",
			  geteuid(), path, option);
}

static int may_be_written(const char *path, const char *option, struct error *err)
{
	error_set(err, ERROR_INPUT, "others may write to '%s'", path);
	return error_hint(err, "'chmod go-w %s', or choose another folder with %s", path,
			  option);
}

int folder_check_private(const struct folder *folder, const char *option,
			 struct error *err)
{
	struct stat info;
	if (fstat(folder->fd, &info) < 0)
		return error_errno(err, ERROR_IO, "cannot look at '%s'", folder->path);
	if (info.st_uid != geteuid())
		return belongs_to(folder->path, &info, option, err);
	if (info.st_mode & OTHERS_WRITE)
		return may_be_written(folder->path, option, err);
	return 0;
}

// --- the folders above -----------------------------------------------------------------

// Root, we ourselves, and whom "/" belongs to, which in a namespace of users is how root may look.
static bool is_trusted(uid_t uid)
{
	struct stat top;
	return uid == 0 || uid == geteuid() ||
	       (stat("/", &top) == 0 && uid == top.st_uid);
}

// In a folder with the sticky bit nobody renames what is another's. A group that is one's own is no other.
static bool others_may_rename_in(const struct stat *info)
{
	if (!S_ISDIR(info->st_mode) || info->st_mode & S_ISVTX)
		return false;
	return info->st_mode & S_IWOTH ||
	       (info->st_mode & S_IWGRP && info->st_gid != getegid());
}

static int check_one_above(const char *path, const char *option, struct error *err)
{
	struct stat info;
	if (lstat(path, &info) < 0)
		return 0; // opening it will say why
	if (!is_trusted(info.st_uid))
		return belongs_to(path, &info, option, err);
	if (others_may_rename_in(&info))
		return may_be_written(path, option, err);
	return 0;
}

// Every folder on the way to the last part of an absolute path, and every link.
static int check_above(struct slice path, const char *option, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	for (size_t i = 1; i < path.len; i++)
		if (path.ptr[i] == '/' && path.ptr[i - 1] != '/' &&
		    check_one_above(arena_c_string(&scratch, slice_range(path, 0, i)),
				    option, err) < 0)
			return -1;
	return 0;
}

static struct slice absolute(const char *path, struct arena *arena)
{
	struct slice here = path_real(arena, ".");
	if (*path == '/')
		return slice_from(path);
	return slice_from(path_join(arena, here.ptr, slice_from(path)));
}

// --- opening ---------------------------------------------------------------------------

static int make_missing(const char *path, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	size_t len = strlen(path);
	while (len > 1 && path[len - 1] == '/')
		len--;
	for (size_t i = 1; i <= len; i++) {
		if ((i < len && path[i] != '/') || path[i - 1] == '/')
			continue;
		const char *part = arena_c_string(&scratch, (struct slice){ path, i });
		if (mkdirat(AT_FDCWD, part, 0700) < 0 && errno != EEXIST &&
		    !path_is_directory(part))
			return error_errno(err, ERROR_IO,
					   "cannot make the directory '%s'", part);
	}
	return 0;
}

int folder_open_private(const char *path, const char *option, struct folder *ret_folder,
			struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(folder_close) struct folder folder = { .fd = -1 };
	struct slice whole = absolute(path, &scratch);
	if (check_above(whole, option, err) < 0)
		return -1;
	if (make_missing(path, err) < 0)
		return error_hint(err, "choose another folder with %s", option);
	if (check_above(path_real(&scratch, path), option, err) < 0 ||
	    folder_open(path, &folder, err) < 0 ||
	    folder_check_private(&folder, option, err) < 0)
		return -1;
	*ret_folder = folder;
	folder = (struct folder){ .fd = -1 };
	return 0;
}

// "." and what ends in "..": it is there, and is what it is.
static bool is_dots(struct slice path)
{
	size_t slash = slice_find_last_byte(path, '/');
	struct slice last = slash == SLICE_NONE ? path : slice_skip(path, slash + 1);
	return last.len == 0 || slice_eq(last, S(".")) || slice_eq(last, S(".."));
}

static int open_as_it_is(const char *path, struct folder *ret_folder, struct error *err)
{
	AUTO(folder_close) struct folder folder = { .fd = -1 };
	struct stat info;
	if (folder_open(path, &folder, err) < 0)
		return -1;
	if (fstat(folder.fd, &info) == 0 && info.st_uid != geteuid())
		return belongs_to(path, &info, "-o", err);
	*ret_folder = folder;
	folder = (struct folder){ .fd = -1 };
	return 0;
}

int folder_open_output(const char *path, struct folder *ret_folder, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(folder_close) struct folder parent = { .fd = -1 };
	AUTO(folder_close) struct folder folder = { .fd = -1 };
	const char *name;
	struct slice trimmed = slice_from(path);
	while (trimmed.len > 1 && slice_ends_with(trimmed, S("/")))
		trimmed.len--;
	const char *clean = arena_c_string(&scratch, trimmed);
	if (is_dots(trimmed))
		return open_as_it_is(clean, ret_folder, err);
	if (make_directories(path_directory(&scratch, clean), err) < 0 ||
	    folder_open_parent(clean, &parent, &name, err) < 0 ||
	    folder_make(&parent, name, 0755, err) < 0 ||
	    folder_enter(&parent, name, &folder, err) < 0)
		return -1;
	*ret_folder = folder;
	folder = (struct folder){ .fd = -1 };
	return 0;
}
