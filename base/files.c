// SPDX-License-Identifier: MIT
// The only file that opens, renames and removes: reading whole files, mapping them, and writing them whole or not.
#include "base/files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static int open_to_read(const char *path, enum error_kind kind, struct stat *ret_info,
			struct error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return error_errno(err, kind, "cannot read '%s'", path);
	if (fstat(fd, ret_info) < 0 || S_ISDIR(ret_info->st_mode)) {
		if (S_ISDIR(ret_info->st_mode))
			errno = EISDIR;
		error_errno(err, kind, "cannot read '%s'", path);
		close(fd);
		return -1;
	}
	return fd;
}

// Reads the next piece of a file, up to `room` bytes. Returns their number, 0 at the end,
// -1 with errno.
static ssize_t read_piece(int fd, char *piece, size_t room)
{
	ssize_t len;
	do
		len = read(fd, piece, room);
	while (len < 0 && errno == EINTR);
	return len;
}

int file_read(const char *path, uint64_t max_bytes, enum error_kind kind,
	      struct arena *arena, struct slice *ret_bytes, struct error *err)
{
	struct stat info = { 0 };
	AUTO(fd_close) int fd = open_to_read(path, kind, &info, err);
	if (fd < 0)
		return -1;
	struct buf bytes = { .arena = arena };
	char block[64 * 1024];
	ssize_t len;
	while ((len = read_piece(fd, block, sizeof(block))) > 0) {
		if (bytes.len + (size_t)len > max_bytes)
			return error_set(err, kind, "'%s' is larger than %llu bytes",
					 path, (unsigned long long)max_bytes);
		buf_append(&bytes, (struct slice){ block, (size_t)len });
	}
	if (len < 0)
		return error_errno(err, kind, "cannot read '%s'", path);
	*ret_bytes = buf_slice(&bytes);
	return 0;
}

int file_map_open(const char *path, enum error_kind kind, struct file_map *ret_map,
		  struct error *err)
{
	struct stat info = { 0 };
	AUTO(fd_close) int fd = open_to_read(path, kind, &info, err);
	if (fd < 0)
		return -1;
	if (info.st_size == 0) {
		*ret_map = (struct file_map){ { "", 0 } };
		return 0;
	}
	void *at = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return error_errno(err, kind, "cannot map '%s'", path);
	*ret_map = (struct file_map){ { at, (size_t)info.st_size } };
	return 0;
}

// munmap and madvise take the address back without const; the mapping itself stays read-only.
static void *map_address(const struct file_map *map, size_t offset)
{
	return (void *)((uintptr_t)map->bytes.ptr + offset);
}

void file_map_close(struct file_map *map)
{
	if (map->bytes.len)
		munmap(map_address(map, 0), map->bytes.len);
	*map = (struct file_map){ 0 };
}

void file_map_done_with(const struct file_map *map, size_t offset, size_t len)
{
	size_t page = 4096;
	size_t from = (offset + page - 1) & ~(page - 1),
	       to = (offset + len) & ~(page - 1);
	if (to > from && to <= map->bytes.len)
		madvise(map_address(map, from), to - from, MADV_DONTNEED);
}

int file_create(const char *path, unsigned mode, struct file_writer *ret_writer,
		struct error *err)
{
	size_t room = strlen(path) + sizeof(".XXXXXX.part");
	struct file_writer writer = { .path = mem_alloc(room),
				      .temporary = mem_alloc(room) };
	memcpy(writer.path, path, strlen(path) + 1);
	snprintf(writer.temporary, room, "%s.XXXXXX.part", path);
	writer.fd = mkostemps(writer.temporary, 5, O_CLOEXEC);
	if (writer.fd < 0) {
		error_errno(err, ERROR_IO, "cannot write '%s'", path);
		mem_free(writer.path);
		mem_free(writer.temporary);
		return -1;
	}
	if (fchmod(writer.fd, mode) < 0) {
		error_errno(err, ERROR_IO, "cannot set the mode of '%s'", path);
		file_abandon(&writer);
		return -1;
	}
	*ret_writer = writer;
	return 0;
}

int file_append(struct file_writer *writer, struct slice bytes, struct error *err)
{
	while (bytes.len) {
		ssize_t n = write(writer->fd, bytes.ptr, bytes.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_errno(err, ERROR_IO, "cannot write '%s'",
					   writer->path);
		writer->written += (uint64_t)n;
		bytes = slice_skip(bytes, (size_t)n);
	}
	return 0;
}

static void forget(struct file_writer *writer)
{
	mem_free(writer->path);
	mem_free(writer->temporary);
	*writer = (struct file_writer){ .fd = -1 };
}

int file_commit(struct file_writer *writer, bool durable, struct error *err)
{
	int status = durable ? fsync(writer->fd) : 0;
	if (close(writer->fd) < 0)
		status = -1;
	writer->fd = -1;
	if (status == 0)
		status = rename(writer->temporary, writer->path);
	if (status < 0) {
		error_errno(err, ERROR_IO, "cannot write '%s'", writer->path);
		file_abandon(writer);
		return -1;
	}
	forget(writer);
	return 0;
}

void file_abandon(struct file_writer *writer)
{
	if (!writer->temporary)
		return;
	fd_close(&writer->fd);
	unlink(writer->temporary);
	forget(writer);
}

int file_write(const char *path, struct slice bytes, struct error *err)
{
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	if (file_create(path, 0644, &writer, err) < 0 ||
	    file_append(&writer, bytes, err) < 0)
		return -1;
	return file_commit(&writer, true, err);
}

bool file_exists(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0;
}

bool file_size(const char *path, uint64_t *ret_bytes)
{
	struct stat info;
	if (stat(path, &info) < 0 || !S_ISREG(info.st_mode))
		return false;
	*ret_bytes = (uint64_t)info.st_size;
	return true;
}

int make_directories(const char *path, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	size_t len = strlen(path);
	char *prefix = arena_alloc(&scratch, len + 1, 1);
	for (size_t i = 0; i <= len; i++) {
		if ((path[i] == '/' || path[i] == '\0') && i > 0 && path[i - 1] != '/') {
			memcpy(prefix, path, i);
			if (mkdir(prefix, 0755) < 0 && errno != EEXIST)
				return error_errno(err, ERROR_IO,
						   "cannot make the directory '%s'",
						   prefix);
		}
	}
	struct stat info;
	if (stat(path, &info) < 0 || !S_ISDIR(info.st_mode)) {
		errno = ENOTDIR;
		return error_errno(err, ERROR_IO, "cannot make the directory '%s'", path);
	}
	return 0;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info;
	(void)type;
	(void)at;
	// If somebody else has removed it already, all is as wanted, and the walk goes
	// on.
	return remove(path) < 0 && errno != ENOENT ? -1 : 0;
}

int remove_tree(const char *path, struct error *err)
{
	if (nftw(path, remove_one, 32, FTW_DEPTH | FTW_PHYS) < 0 && errno != ENOENT)
		return error_errno(err, ERROR_IO, "cannot remove '%s'", path);
	return 0;
}

static int copy_file(const char *from, const char *to, struct error *err)
{
	struct stat info = { 0 };
	AUTO(fd_close) int fd = open_to_read(from, ERROR_IO, &info, err);
	if (fd < 0)
		return -1;
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	if (file_create(to, info.st_mode & 0777, &writer, err) < 0)
		return -1;
	char block[64 * 1024];
	ssize_t len;
	while ((len = read_piece(fd, block, sizeof(block))) > 0)
		if (file_append(&writer, (struct slice){ block, (size_t)len }, err) < 0)
			return -1;
	if (len < 0)
		return error_errno(err, ERROR_IO, "cannot read '%s'", from);
	return file_commit(&writer, false, err);
}

int link_or_copy(const char *from, const char *to, struct error *err)
{
	if (link(from, to) == 0 || errno == EEXIST)
		return 0;
	return copy_file(from, to, err);
}

int rename_path(const char *from, const char *to, struct error *err)
{
	if (rename(from, to) < 0)
		return error_errno(err, ERROR_IO, "cannot rename '%s' to '%s'", from, to);
	return 0;
}

static void directory_close(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}

// The end of a directory and a failure to read it look the same but for errno.
static int read_names(DIR *directory, struct arena *arena, struct name_list *names)
{
	for (;;) {
		errno = 0;
		struct dirent *entry = readdir(directory);
		if (!entry)
			return errno == 0 ? 0 : -1;
		struct slice name = slice_from(entry->d_name);
		if (!slice_eq(name, S(".")) && !slice_eq(name, S("..")))
			*array_push(arena, names) = arena_dup(arena, name);
	}
}

int directory_names(const char *path, struct arena *arena, struct name_list *ret_names,
		    struct error *err)
{
	struct name_list names = { 0 };
	AUTO(directory_close) DIR *directory = opendir(path);
	if (!directory && errno != ENOENT)
		return error_errno(err, ERROR_IO, "cannot list '%s'", path);
	if (directory && read_names(directory, arena, &names) < 0)
		return error_errno(err, ERROR_IO, "cannot list '%s'", path);
	if (names.len)
		qsort(names.items, names.len, sizeof(*names.items), slice_order);
	*ret_names = names;
	return 0;
}

const char *path_join(struct arena *arena, const char *directory, struct slice name)
{
	size_t len = strlen(directory);
	const char *slash = len && directory[len - 1] == '/' ? "" : "/";
	return arena_printf(arena, "%s%s%.*s", directory, slash, SLICE_ARG(name)).ptr;
}

const char *path_directory(struct arena *arena, const char *path)
{
	struct slice whole = slice_from(path);
	size_t at = slice_find_last_byte(whole, '/');
	if (at == SLICE_NONE)
		return ".";
	return at == 0 ? "/" : arena_c_string(arena, slice_range(whole, 0, at));
}

struct slice path_real(struct arena *arena, const char *path)
{
	char *real = realpath(path, NULL);
	struct slice copy = real ? arena_dup(arena, slice_from(real)) : S("");
	mem_free(real);
	return copy;
}

bool path_is_directory(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}
