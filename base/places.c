// SPDX-License-Identifier: MIT
// Thin wrappers over the calls that install and the store need beside base/files.c.
#include "base/places.h"

#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static enum place_kind kind_of(mode_t mode)
{
	if (S_ISREG(mode))
		return PLACE_FILE;
	if (S_ISDIR(mode))
		return PLACE_DIRECTORY;
	return S_ISLNK(mode) ? PLACE_SYMLINK : PLACE_OTHER;
}

struct place place_look_at(int folder, const char *name)
{
	struct stat info;
	if (fstatat(folder, name, &info, AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH) < 0)
		return (struct place){ .kind = PLACE_ABSENT };
	return (struct place){
		.kind = kind_of(info.st_mode),
		.mode = info.st_mode & 07777,
		.owner = info.st_uid,
		.size = (uint64_t)info.st_size,
		.mtime_s = info.st_mtim.tv_sec,
		.mtime_ns = (uint32_t)info.st_mtim.tv_nsec,
		.atime_s = info.st_atim.tv_sec,
		.device = info.st_dev,
		.inode = info.st_ino,
		.links = info.st_nlink,
	};
}

struct place place_look(const char *path)
{
	return *path ? place_look_at(AT_FDCWD, path)
		     : (struct place){ .kind = PLACE_ABSENT };
}

bool place_link_text(const char *path, struct arena *arena, struct slice *ret_target)
{
	char text[4096];
	ssize_t len = readlink(path, text, sizeof(text));
	if (len < 0 || len == (ssize_t)sizeof(text))
		return false;
	*ret_target = arena_dup(arena, (struct slice){ text, (size_t)len });
	return true;
}

int place_create(const char *path, unsigned mode, int *ret_fd, struct error *err)
{
	int fd = openat(AT_FDCWD, path,
			O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
	if (fd < 0)
		return error_errno(err, ERROR_IO, "cannot write '%s'", path);
	if (fchmod(fd, mode) < 0) {
		error_errno(err, ERROR_IO, "cannot set the mode of '%s'", path);
		close(fd);
		return -1;
	}
	*ret_fd = fd;
	return 0;
}

int place_write(int fd, const char *path, struct slice bytes, struct error *err)
{
	while (bytes.len) {
		ssize_t n = write(fd, bytes.ptr, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, ERROR_IO, "cannot write '%s'", path);
		bytes = slice_skip(bytes, (size_t)n);
	}
	return 0;
}

int place_take(void *context, struct slice bytes, struct error *err)
{
	const struct place_output *output = context;
	return place_write(output->fd, output->path, bytes, err);
}

int place_end(int *fd, const char *path, uint64_t mtime_s, struct error *err)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
					   { .tv_sec = (time_t)mtime_s } };
	int timed = futimens(*fd, times), closed = close(*fd);
	*fd = -1;
	if (timed < 0 || closed < 0)
		return error_errno(err, ERROR_IO, "cannot write '%s'", path);
	return 0;
}

int place_make_directory(const char *path, unsigned mode, struct error *err)
{
	if (mkdir(path, 0700) < 0)
		return error_errno(err, ERROR_IO, "cannot make the directory '%s'", path);
	return place_set_mode(path, mode, err);
}

int place_symlink(const char *path, const char *target, struct error *err)
{
	if (symlink(target, path) < 0)
		return error_errno(err, ERROR_IO, "cannot make the link '%s'", path);
	return 0;
}

int place_hard_link(const char *from, const char *to, struct error *err)
{
	if (linkat(AT_FDCWD, from, AT_FDCWD, to, 0) < 0)
		return error_errno(err, ERROR_IO, "cannot link '%s' to '%s'", to, from);
	return 0;
}

int place_set_mode(const char *path, unsigned mode, struct error *err)
{
	if (chmod(path, mode) < 0)
		return error_errno(err, ERROR_IO, "cannot set the mode of '%s'", path);
	return 0;
}

int place_set_time(const char *path, uint64_t mtime_s, struct error *err)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
					   { .tv_sec = (time_t)mtime_s } };
	if (utimensat(AT_FDCWD, path, times, AT_SYMLINK_NOFOLLOW) < 0)
		return error_errno(err, ERROR_IO, "cannot set the time of '%s'", path);
	return 0;
}

void place_touch(const char *path)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_NOW },
					   { .tv_nsec = UTIME_OMIT } };
	int ignored = utimensat(AT_FDCWD, path, times, 0);
	(void)ignored;
}

bool place_remove(const char *path)
{
	return unlink(path) == 0 || errno == ENOENT;
}

static int move(const char *from, const char *to)
{
	return renameat2(AT_FDCWD, from, AT_FDCWD, to, 0);
}

// Some file systems, and kernels before 3.15, have no exchange: then there is a moment
// without `b`.
static int exchange_in_steps(const char *a, const char *b, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const char *aside = arena_printf(&scratch, "%s.aside", a).ptr;
	if (move(b, aside) < 0 || move(a, b) < 0)
		return error_errno(err, ERROR_IO, "cannot put '%s' in the place of '%s'",
				   a, b);
	if (move(aside, a) < 0)
		return error_errno(err, ERROR_IO, "cannot rename '%s' to '%s'", aside, a);
	return 0;
}

int place_exchange(const char *a, const char *b, struct error *err)
{
	if (renameat2(AT_FDCWD, a, AT_FDCWD, b, RENAME_EXCHANGE) == 0)
		return 0;
	if (errno == EINVAL || errno == ENOSYS)
		return exchange_in_steps(a, b, err);
	return error_errno(err, ERROR_IO, "cannot exchange '%s' and '%s'", a, b);
}

int place_lock_directory(const char *path, int *ret_fd, struct error *err)
{
	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return error_errno(err, ERROR_IO, "cannot make the directory '%s'", path);
	AUTO(fd_close)
	int fd = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return error_errno(err, ERROR_IO, "cannot open the directory '%s'", path);
	struct stat held = { 0 };
	if (flock(fd, LOCK_EX | LOCK_NB) < 0 || fstat(fd, &held) < 0)
		return error_set(err, ERROR_IO, "'%s' is in use by another process",
				 path);
	// Another process may have held the lock and renamed the directory into place:
	// then what was locked here is no longer at this path.
	struct place now = place_look(path);
	if (now.inode != held.st_ino || now.device != held.st_dev)
		return error_set(err, ERROR_IO, "'%s' is in use by another process",
				 path);
	*ret_fd = fd;
	fd = -1;
	return 0;
}

int place_share(const char *path)
{
	AUTO(fd_close)
	int fd = openat(AT_FDCWD, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	while (flock(fd, LOCK_SH) < 0)
		if (errno != EINTR)
			return -1;
	int held = fd;
	fd = -1;
	return held;
}

// Linux drops the shared lock before it takes the other, and does not give it back when
// that fails.
bool place_take_alone(int fd)
{
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return true;
	while (flock(fd, LOCK_SH) < 0 && errno == EINTR)
		;
	return false;
}
