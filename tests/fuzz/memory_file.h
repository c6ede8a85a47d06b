// SPDX-License-Identifier: MIT
// A file without a name, for readers that want a path or a mapping.
#pragma once

#include "base/arena.h"
#include "base/files.h"

#include <sys/mman.h>
#include <unistd.h>

struct memory_file {
	int fd;
	const char *path; // while it is open
};

static inline bool memory_file_open(struct slice bytes, struct arena *arena,
				    struct memory_file *ret_file)
{
	int fd = memfd_create("fuzz", MFD_CLOEXEC);
	if (fd < 0 || write(fd, bytes.ptr, bytes.len) != (ssize_t)bytes.len)
		return false;
	ret_file->fd = fd;
	ret_file->path = arena_printf(arena, "/proc/self/fd/%d", fd).ptr;
	return true;
}

static inline void memory_file_close(struct memory_file *file)
{
	if (file->fd >= 0)
		close(file->fd);
}

// A mapping of a file, as in the store: readers give its pages back. False for no bytes.
static inline bool memory_map(struct slice bytes, struct file_map *ret_map)
{
	struct arena arena = { 0 };
	struct memory_file file = { -1, NULL };
	void *at = MAP_FAILED;
	if (bytes.len > 0 && memory_file_open(bytes, &arena, &file))
		at = mmap(NULL, bytes.len, PROT_READ, MAP_PRIVATE, file.fd, 0);
	memory_file_close(&file);
	arena_release(&arena);
	if (at == MAP_FAILED)
		return false;
	ret_map->bytes = (struct slice){ at, bytes.len };
	return true;
}
