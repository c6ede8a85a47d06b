// SPDX-License-Identifier: MIT
// Asks the kernel to follow no link (openat2), or goes part by part where it does not know how.
#include "base/below.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { TRIES = 64, FOLDER = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static void close_keeping_errno(int fd)
{
	int kept = errno;
	close(fd);
	errno = kept;
}

// Copies the first part of a name and skips the slashes after it. False if it is too long or "..".
static bool take_part(const char **name, char part[static NAME_MAX + 1])
{
	size_t len = strcspn(*name, "/");
	errno = len > NAME_MAX ? ENAMETOOLONG : EXDEV;
	if (len > NAME_MAX || (len == 2 && memcmp(*name, "..", len) == 0))
		return false;
	memcpy(part, *name, len);
	part[len] = '\0';
	*name += len;
	*name += strspn(*name, "/");
	return true;
}

// Where a folder is wanted Linux calls a link ENOTDIR; that it is a link says more.
static int open_part(int at, const char *part, int flags, unsigned mode)
{
	char ignored;
	int fd = openat(at, part, flags | O_NOFOLLOW | O_CLOEXEC, mode);
	if (fd >= 0 || errno != ENOTDIR)
		return fd;
	errno = readlinkat(at, part, &ignored, 1) >= 0 ? ELOOP : ENOTDIR;
	return -1;
}

int below_walk(int at, const char *name, int flags, unsigned mode)
{
	char part[NAME_MAX + 1];
	int held = -1;
	for (;;) {
		int from = held >= 0 ? held : at;
		if (!take_part(&name, part))
			break;
		int fd = *name ? open_part(from, part, FOLDER, 0)
			       : open_part(from, part, flags, mode);
		if (held >= 0)
			close_keeping_errno(held);
		held = fd;
		if (fd < 0 || !*name)
			return fd;
	}
	if (held >= 0)
		close_keeping_errno(held);
	return -1;
}

int below_open(int at, const char *name, int flags, unsigned mode)
{
	struct open_how how = { .flags = (uint64_t)(unsigned)(flags | O_CLOEXEC),
				.mode = flags & O_CREAT ? mode : 0,
				.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS };
	long fd = -1;
	// The kernel gives up where somebody renames meanwhile.
	for (unsigned i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, at, name, &how, sizeof(how));
		if (fd >= 0 || (errno != EAGAIN && errno != EINTR))
			break;
	}
	// Before 5.6 there is no such call, and filters of containers may forbid it.
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return below_walk(at, name, flags, mode);
	return (int)fd;
}

bool spot_of(int at, const char *name, struct spot *ret_spot)
{
	char folder[PATH_MAX];
	const char *slash = strrchr(name, '/');
	*ret_spot = (struct spot){ at, slash ? slash + 1 : name, false };
	errno = EINVAL;
	if (!*ret_spot->last || strcmp(ret_spot->last, "..") == 0 ||
	    strcmp(ret_spot->last, ".") == 0)
		return false;
	if (!slash)
		return true;
	errno = ENAMETOOLONG;
	if ((size_t)(slash - name) >= sizeof(folder))
		return false;
	memcpy(folder, name, (size_t)(slash - name));
	folder[slash - name] = '\0';
	ret_spot->at = below_open(at, folder, O_PATH | O_DIRECTORY, 0);
	ret_spot->opened = ret_spot->at >= 0;
	return ret_spot->opened;
}

void spot_close(struct spot *spot)
{
	if (spot->opened)
		close_keeping_errno(spot->at);
	spot->opened = false;
}
