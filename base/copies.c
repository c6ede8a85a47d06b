// SPDX-License-Identifier: MIT
// Clones and copies of files by the calls that Linux has for them.
#include "base/copies.h"

#include "base/files.h"
#include "base/places.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BLOCK_BYTES = 128 * 1024, MOST_BYTES = 1 << 30 }; // of one call

static int open_source(const char *path)
{
	return openat(AT_FDCWD, path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
}

bool file_clone(const char *from, int to_fd)
{
	AUTO(fd_close) int fd = open_source(from);
	return fd >= 0 && ioctl(to_fd, FICLONE, fd) == 0;
}

static bool write_all(int fd, const char *bytes, size_t len)
{
	while (len) {
		ssize_t n = write(fd, bytes, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return false;
		bytes += n;
		len -= (size_t)n;
	}
	return true;
}

// Goes on where the kernel's own copying ended. That may be the beginning: some file
// systems do not support it, or not with each other.
static bool copy_through_here(int from_fd, int to_fd, uint64_t *bytes)
{
	char block[BLOCK_BYTES];
	for (;;) {
		ssize_t n = read(from_fd, block, sizeof(block));
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n == 0;
		if (!write_all(to_fd, block, (size_t)n))
			return false;
		*bytes += (uint64_t)n;
	}
}

bool file_copy_of(int from_fd, int to_fd, uint64_t *ret_bytes)
{
	uint64_t bytes = 0;
	ssize_t n;
	while ((n = copy_file_range(from_fd, NULL, to_fd, NULL, MOST_BYTES, 0)) > 0)
		bytes += (uint64_t)n;
	// A failure for lack of room is seen again below, and reported there.
	if (n < 0 && !copy_through_here(from_fd, to_fd, &bytes))
		return false;
	*ret_bytes = bytes;
	return true;
}

bool file_copy(const char *from, int to_fd, uint64_t *ret_bytes)
{
	AUTO(fd_close) int fd = open_source(from);
	return fd >= 0 && file_copy_of(fd, to_fd, ret_bytes);
}

bool folders_share_blocks(const char *from, const char *to)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(file_abandon)
	struct file_writer source = { .fd = -1 }, target = { .fd = -1 };
	struct error ignored = { 0 };
	return file_create(path_join(&scratch, from, S("clone-probe")), 0600, &source,
			   &ignored) == 0 &&
	       file_append(&source, S("1"), &ignored) == 0 &&
	       file_create(path_join(&scratch, to, S(".clone-probe")), 0600, &target,
			   &ignored) == 0 &&
	       file_clone(source.temporary, target.fd);
}
