// SPDX-License-Identifier: MIT
// Opens folders, and makes, moves and removes what is in them.
#include "base/folder.h"

#include "base/below.h"
#include "base/copies.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	HELD = O_RDONLY | O_DIRECTORY | O_CLOEXEC,
	TRIES = 100,
	MODE_BITS = 07777,
	PERMISSIONS = 0777,
};

void folder_close(struct folder *folder)
{
	fd_close(&folder->fd);
	mem_free(folder->path);
	folder->path = NULL;
}

static char *text_of(const char *text, size_t len)
{
	char *copy = mem_alloc(len + 1);
	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

// The path of what is in a folder, for messages.
static const char *shown(const struct folder *folder, const char *name,
			 struct arena *scratch)
{
	return name && *name ? path_join(scratch, folder->path, slice_from(name))
			     : folder->path;
}

// What the system says, and of a link that none is followed.
int folder_refuse(const struct folder *folder, const char *name, const char *what,
		  struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	int why = errno;
	const char *path = shown(folder, name, &scratch);
	errno = why;
	if (why != ELOOP && why != EXDEV)
		return error_errno(err, ERROR_IO, "cannot %s '%s'", what, path);
	error_set(err, ERROR_INPUT, "cannot %s '%s': a link lies on the way to it", what,
		  path);
	return error_hint(err,
			  "no link is followed below '%s': remove it, or choose "
			  "another folder",
			  folder->path);
}

int folder_open(const char *path, struct folder *ret_folder, struct error *err)
{
	int fd = openat(AT_FDCWD, path, HELD);
	if (fd < 0)
		return error_errno(err, ERROR_IO, "cannot open the directory '%s'", path);
	*ret_folder = (struct folder){ fd, text_of(path, strlen(path)) };
	return 0;
}

int folder_open_parent(const char *path, struct folder *ret_folder, const char **ret_name,
		       struct error *err)
{
	const char *slash = strrchr(path, '/');
	char *parent = !slash          ? text_of(".", 1)
		       : slash == path ? text_of("/", 1)
				       : text_of(path, (size_t)(slash - path));
	int fd = openat(AT_FDCWD, parent, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		error_errno(err, ERROR_IO, "cannot write '%s'", path);
		mem_free(parent);
		return -1;
	}
	*ret_folder = (struct folder){ fd, parent };
	*ret_name = slash ? slash + 1 : path;
	return 0;
}

int folder_enter(const struct folder *folder, const char *name, struct folder *ret_folder,
		 struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	int fd = below_open(folder->fd, name, HELD, 0);
	if (fd < 0)
		return folder_refuse(folder, name, "open the directory", err);
	const char *path = shown(folder, name, &scratch);
	*ret_folder = (struct folder){ fd, text_of(path, strlen(path)) };
	return 0;
}

// --- looking ---------------------------------------------------------------------------

struct place folder_look(const struct folder *folder, const char *name)
{
	struct place place = { .kind = PLACE_ABSENT };
	struct spot spot;
	if (!name || !*name)
		return place_look_at(folder->fd, "");
	if (spot_of(folder->fd, name, &spot))
		place = place_look_at(spot.at, spot.last);
	spot_close(&spot);
	return place;
}

int folder_open_file(const struct folder *folder, const char *name, int *ret_fd,
		     struct error *err)
{
	AUTO(fd_close)
	int fd = below_open(folder->fd, name, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	struct stat info;
	if (fd < 0)
		return folder_refuse(folder, name, "read", err);
	if (fstat(fd, &info) < 0 || !S_ISREG(info.st_mode)) {
		errno = EINVAL;
		return folder_refuse(folder, name, "read", err);
	}
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int folder_names(const struct folder *folder, const char *name, struct arena *arena,
		 struct name_list *ret_names, struct error *err)
{
	int fd = below_open(folder->fd, name ? name : ".", HELD, 0);
	if (fd < 0 && errno == ENOENT) {
		*ret_names = (struct name_list){ 0 };
		return 0;
	}
	if (fd < 0 || directory_names_of(fd, arena, ret_names) < 0)
		return folder_refuse(folder, name, "list", err);
	return 0;
}

int folder_map(const struct folder *folder, const char *name, struct file_map *ret_map,
	       struct error *err)
{
	AUTO(fd_close) int fd = -1;
	if (folder_open_file(folder, name, &fd, err) < 0)
		return -1;
	if (file_map_of(fd, ret_map) < 0)
		return folder_refuse(folder, name, "map", err);
	return 0;
}

int folder_read(const struct folder *folder, const char *name, uint64_t max_bytes,
		struct arena *arena, struct slice *ret_bytes, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(file_map_close) struct file_map map = { 0 };
	if (folder_map(folder, name, &map, err) < 0)
		return -1;
	if (map.bytes.len > max_bytes)
		return error_set(err, ERROR_IO, "'%s' is larger than %llu bytes",
				 shown(folder, name, &scratch),
				 (unsigned long long)max_bytes);
	*ret_bytes = arena_dup(arena, map.bytes);
	return 0;
}

// --- making ----------------------------------------------------------------------------

int folder_check_owner(const struct folder *folder, const char *name,
		       const struct stat *info, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const char *path = shown(folder, name, &scratch);
	if (info->st_uid == geteuid())
		return 0;
	error_set(err, ERROR_INPUT, "'%s' belongs to user %u, but this is user %u", path,
		  info->st_uid, geteuid());
	return error_hint(err, "'chown -R %u %s', or choose another folder", geteuid(),
			  path);
}

// One part: opened, and ours.
static int make_part(const struct folder *folder, const char *name, int *ret_fd,
		     struct error *err)
{
	struct stat info;
	struct spot spot;
	bool there = spot_of(folder->fd, name, &spot);
	if (there && mkdirat(spot.at, spot.last, 0700) < 0 && errno != EEXIST)
		there = false;
	int fd = there ? below_open(spot.at, spot.last, HELD, 0) : -1;
	spot_close(&spot);
	if (fd < 0 || fstat(fd, &info) < 0)
		return folder_refuse(folder, name, "make the directory", err);
	*ret_fd = fd;
	return folder_check_owner(folder, name, &info, err);
}

int folder_make(const struct folder *folder, const char *name, unsigned mode,
		struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice whole = slice_from(name);
	for (size_t end = 0; end <= whole.len; end++) {
		AUTO(fd_close) int fd = -1;
		struct stat info;
		if (end < whole.len && whole.ptr[end] != '/')
			continue;
		const char *part = arena_c_string(&scratch, slice_range(whole, 0, end));
		if (make_part(folder, part, &fd, err) < 0)
			return -1;
		if (fstat(fd, &info) < 0 ||
		    ((info.st_mode & MODE_BITS) != mode && fchmod(fd, mode) < 0))
			return folder_refuse(folder, part, "set the mode of", err);
	}
	return 0;
}

static void put_random(char *at, size_t len)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz012345";
	unsigned char bytes[16];
	if (getrandom(bytes, sizeof(bytes), 0) != (ssize_t)sizeof(bytes))
		memset(bytes, 0, sizeof(bytes)); // the name is only tried in vain then
	for (size_t i = 0; i < len; i++)
		at[i] = letters[bytes[i] & 31];
}

// A new file beside its place, under a name that nobody can know before.
static int create_temporary(struct file_writer *writer, unsigned mode)
{
	enum { RANDOM = 10, ENDING = sizeof(".part") };
	size_t at = strlen(writer->path) + 1;
	char *random = writer->temporary + at;
	for (unsigned i = 0; i < TRIES; i++) {
		put_random(random, RANDOM);
		writer->fd = openat(writer->folder, writer->temporary + writer->base,
				    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
				    mode);
		if (writer->fd >= 0 || errno != EEXIST)
			break;
	}
	return writer->fd;
}

// Takes the folder of the spot.
static int create_at(const struct spot *spot, const char *path, unsigned mode,
		     struct file_writer *ret_writer)
{
	size_t len = strlen(path), room = len + sizeof("..0123456789.part");
	struct file_writer writer = { .fd = -1,
				      .path = text_of(path, len),
				      .temporary = mem_alloc(room),
				      .base = len - strlen(spot->last) };
	snprintf(writer.temporary, room, "%s.0123456789.part", path);
	writer.folder = fcntl(spot->at, F_DUPFD_CLOEXEC, 0);
	int status = writer.folder < 0 ? -1 : create_temporary(&writer, mode);
	*ret_writer = writer;
	return status;
}

int folder_create(const struct folder *folder, const char *name, unsigned mode,
		  struct file_writer *ret_writer, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(file_abandon) struct file_writer writer = { .fd = -1, .folder = -1 };
	struct spot spot;
	bool there = spot_of(folder->fd, name, &spot);
	int status = there ? create_at(&spot, shown(folder, name, &scratch),
				       mode & PERMISSIONS, &writer)
			   : -1;
	spot_close(&spot);
	if (status < 0)
		return folder_refuse(folder, name, "write", err);
	if (mode != FILE_MODE_OF_USER && fchmod(writer.fd, mode) < 0)
		return folder_refuse(folder, name, "set the mode of", err);
	*ret_writer = writer;
	writer = (struct file_writer){ .fd = -1, .folder = -1 };
	return 0;
}

static int copy_into(int fd, const struct folder *to_folder, const char *to,
		     struct error *err)
{
	struct stat info;
	AUTO(file_abandon) struct file_writer writer = { .fd = -1, .folder = -1 };
	if (fstat(fd, &info) < 0)
		return folder_refuse(to_folder, to, "write", err);
	if (folder_create(to_folder, to, info.st_mode & PERMISSIONS, &writer, err) < 0)
		return -1;
	if (!file_copy_of(fd, writer.fd, &writer.written))
		return folder_refuse(to_folder, to, "write", err);
	return file_commit(&writer, false, err);
}

int folder_link_or_copy(const struct folder *from_folder, const char *from,
			const struct folder *to_folder, const char *to, struct error *err)
{
	AUTO(fd_close) int fd = -1;
	struct spot here, there;
	int status = -1;
	if (spot_of(from_folder->fd, from, &here)) {
		if (spot_of(to_folder->fd, to, &there))
			status = linkat(here.at, here.last, there.at, there.last, 0);
		spot_close(&there);
	}
	spot_close(&here);
	if (status == 0)
		return 0;
	if (errno == EEXIST || errno == ELOOP)
		return folder_refuse(to_folder, to, "write", err);
	if (folder_open_file(from_folder, from, &fd, err) < 0)
		return -1;
	return copy_into(fd, to_folder, to, err);
}

int folder_set_mode(const struct folder *folder, const char *name, unsigned mode,
		    struct error *err)
{
	AUTO(fd_close) int fd = -1;
	struct stat info;
	if (folder_open_file(folder, name, &fd, err) < 0)
		return -1;
	if (fstat(fd, &info) < 0 ||
	    ((info.st_mode & MODE_BITS) != mode && fchmod(fd, mode) < 0))
		return folder_refuse(folder, name, "set the mode of", err);
	return 0;
}

// --- moving and removing ---------------------------------------------------------------

int folder_rename(const struct folder *folder, const char *from, const char *to,
		  struct error *err)
{
	struct spot here, there;
	int status = -1;
	if (spot_of(folder->fd, from, &here)) {
		if (spot_of(folder->fd, to, &there))
			status = renameat(here.at, here.last, there.at, there.last);
		spot_close(&there);
	}
	spot_close(&here);
	return status < 0 ? folder_refuse(folder, from, "rename", err) : 0;
}

bool folder_remove(const struct folder *folder, const char *name)
{
	struct spot spot;
	bool there = spot_of(folder->fd, name, &spot);
	bool gone = there ? unlinkat(spot.at, spot.last, 0) == 0 || errno == ENOENT
			  : errno == ENOENT;
	spot_close(&spot);
	return gone;
}

struct removal {
	int top;        // the folder that the tree lies in
	unsigned moved; // trees that lay too deep for one handle a level
};

static int remove_at(struct removal *removal, int at, const char *name, unsigned depth);

// What lies deep is moved up and removed from there: a tree may be deeper than there are handles.
static int move_up(struct removal *removal, int at, const char *name)
{
	char aside[64];
	for (unsigned i = 0; i < TRIES; i++) {
		snprintf(aside, sizeof(aside), ".pinbake-removing-%ld-%u.part",
			 (long)getpid(), removal->moved++);
		if (renameat2(at, name, removal->top, aside, RENAME_NOREPLACE) == 0)
			return remove_at(removal, removal->top, aside, 0);
		if (errno != EEXIST)
			break;
	}
	return -1;
}

// A build can leave folders that not even their owner may list or write to.
static int open_to_empty(int at, const char *name)
{
	struct stat found;
	int held = openat(at, name, HELD | O_NOFOLLOW);
	if (held < 0 && errno == EACCES &&
	    fchmodat(at, name, S_IRWXU, AT_SYMLINK_NOFOLLOW) == 0)
		held = openat(at, name, HELD | O_NOFOLLOW);
	if (held >= 0 && fstat(held, &found) == 0 && found.st_uid == geteuid() &&
	    (found.st_mode & S_IRWXU) != S_IRWXU)
		(void)fchmod(held, S_IRWXU);
	return held;
}

static int remove_folder(struct removal *removal, int at, const char *name,
			 unsigned depth)
{
	enum { DEEPEST = 64 };
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(fd_close) int held = -1;
	struct name_list names = { 0 };
	if (depth > DEEPEST)
		return move_up(removal, at, name);
	held = open_to_empty(at, name);
	if (held < 0)
		return -1;
	int list = fcntl(held, F_DUPFD_CLOEXEC, 0);
	if (list < 0 || directory_names_of(list, &scratch, &names) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++)
		if (remove_at(removal, held, names.items[i].ptr, depth + 1) < 0)
			return -1;
	return unlinkat(at, name, AT_REMOVEDIR);
}

// If somebody else has removed it already, all is as wanted.
static int remove_at(struct removal *removal, int at, const char *name, unsigned depth)
{
	if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
		return 0;
	if (errno != EISDIR && errno != EPERM)
		return -1;
	if (remove_folder(removal, at, name, depth) == 0 || errno == ENOENT)
		return 0;
	return -1;
}

int folder_remove_tree(const struct folder *folder, const char *name, struct error *err)
{
	struct spot spot;
	int status = -1;
	if (spot_of(folder->fd, name, &spot)) {
		struct removal removal = { .top = spot.at };
		status = remove_at(&removal, spot.at, spot.last, 0);
	} else if (errno == ENOENT) {
		status = 0;
	}
	spot_close(&spot);
	return status < 0 ? folder_refuse(folder, name, "remove", err) : 0;
}
