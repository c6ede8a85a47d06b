// SPDX-License-Identifier: MIT
// What a tree under construction is made of: new files, folders and links, their times, and the swap at the end.
#include "base/folder.h"

#include "base/below.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

int folder_create_new(const struct folder *folder, const char *name, unsigned mode,
		      int *ret_fd, struct error *err)
{
	int fd = below_open(folder->fd, name, O_WRONLY | O_CREAT | O_EXCL, mode);
	if (fd < 0)
		return folder_refuse(folder, name, "write", err);
	if (fchmod(fd, mode) < 0) {
		folder_refuse(folder, name, "set the mode of", err);
		close(fd);
		return -1;
	}
	*ret_fd = fd;
	return 0;
}

int folder_make_new(const struct folder *folder, const char *name, unsigned mode,
		    struct error *err)
{
	struct spot spot;
	int status = -1;
	if (spot_of(folder->fd, name, &spot) && mkdirat(spot.at, spot.last, 0700) == 0)
		status = fchmodat(spot.at, spot.last, mode, 0);
	spot_close(&spot);
	return status < 0 ? folder_refuse(folder, name, "make the directory", err) : 0;
}

int folder_symlink(const struct folder *folder, const char *name, const char *target,
		   struct error *err)
{
	struct spot spot;
	int status = -1;
	if (spot_of(folder->fd, name, &spot))
		status = symlinkat(target, spot.at, spot.last);
	spot_close(&spot);
	return status < 0 ? folder_refuse(folder, name, "make the link", err) : 0;
}

bool folder_link_text(const struct folder *folder, const char *name, struct arena *arena,
		      struct slice *ret_target)
{
	char text[4096];
	struct spot spot;
	ssize_t len = -1;
	if (spot_of(folder->fd, name, &spot))
		len = readlinkat(spot.at, spot.last, text, sizeof(text));
	spot_close(&spot);
	if (len < 0 || len == (ssize_t)sizeof(text))
		return false;
	*ret_target = arena_dup(arena, (struct slice){ text, (size_t)len });
	return true;
}

int folder_hard_link(const struct folder *from_folder, const char *from,
		     const struct folder *to_folder, const char *to, struct error *err)
{
	struct spot here = { AT_FDCWD, from, false }, there;
	int status = -1;
	if (!from_folder || spot_of(from_folder->fd, from, &here)) {
		if (spot_of(to_folder->fd, to, &there))
			status = linkat(here.at, here.last, there.at, there.last, 0);
		spot_close(&there);
	}
	spot_close(&here);
	return status < 0 ? folder_refuse(to_folder, to, "link", err) : 0;
}

int folder_set_time(const struct folder *folder, const char *name, uint64_t mtime_s,
		    struct error *err)
{
	const struct timespec times[2] = { { .tv_nsec = UTIME_OMIT },
					   { .tv_sec = (time_t)mtime_s } };
	struct spot spot;
	int status = -1;
	if (!*name)
		status = futimens(folder->fd, times);
	else if (spot_of(folder->fd, name, &spot))
		status = utimensat(spot.at, spot.last, times, AT_SYMLINK_NOFOLLOW);
	if (*name)
		spot_close(&spot);
	return status < 0 ? folder_refuse(folder, name, "set the time of", err) : 0;
}

int folder_set_own_mode(const struct folder *folder, unsigned mode, struct error *err)
{
	return fchmod(folder->fd, mode) < 0
		       ? folder_refuse(folder, NULL, "set the mode of", err)
		       : 0;
}

// Some file systems, and kernels before 3.15, have no exchange: then there is a moment
// without `b`.
static int exchange_in_steps(const struct folder *folder, const char *a, const char *b,
			     struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const char *aside = arena_printf(&scratch, "%s.aside", a).ptr;
	if (folder_rename(folder, b, aside, err) < 0 ||
	    folder_rename(folder, a, b, err) < 0)
		return -1;
	return folder_rename(folder, aside, a, err);
}

int folder_exchange(const struct folder *folder, const char *a, const char *b,
		    struct error *err)
{
	struct spot one, other;
	int status = -1;
	if (spot_of(folder->fd, a, &one)) {
		if (spot_of(folder->fd, b, &other))
			status = renameat2(one.at, one.last, other.at, other.last,
					   RENAME_EXCHANGE);
		spot_close(&other);
	}
	spot_close(&one);
	if (status == 0)
		return 0;
	if (errno == EINVAL || errno == ENOSYS)
		return exchange_in_steps(folder, a, b, err);
	return folder_refuse(folder, b, "replace", err);
}

static int in_use(const struct folder *folder, struct error *err)
{
	return error_set(err, ERROR_IO, "'%s' is in use by another process",
			 folder->path);
}

int folder_lock(const struct folder *folder, const char *name, struct folder *ret_locked,
		struct error *err)
{
	AUTO(folder_close) struct folder held = { .fd = -1 };
	struct spot spot;
	struct stat info;
	bool there = spot_of(folder->fd, name, &spot);
	if (there && mkdirat(spot.at, spot.last, 0755) < 0 && errno != EEXIST)
		there = false;
	spot_close(&spot);
	if (!there)
		return folder_refuse(folder, name, "make the directory", err);
	if (folder_enter(folder, name, &held, err) < 0)
		return -1;
	if (fstat(held.fd, &info) < 0)
		return folder_refuse(folder, name, "open the directory", err);
	if (folder_check_owner(folder, name, &info, err) < 0)
		return -1;
	if (flock(held.fd, LOCK_EX | LOCK_NB) < 0)
		return in_use(&held, err);
	// Another process may have held the lock and renamed the folder into place: then
	// what was locked here is no longer there.
	struct place now = folder_look(folder, name);
	if (now.inode != info.st_ino || now.device != info.st_dev)
		return in_use(&held, err);
	*ret_locked = held;
	held = (struct folder){ .fd = -1 };
	return 0;
}
