// SPDX-License-Identifier: MIT
// Thin wrappers over the calls that install and the store need beside base/files.c.
#include "base/places.h"

#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
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
