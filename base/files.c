// SPDX-License-Identifier: MIT
// Reading whole files, mapping them, and writing them whole or not. What is written and removed goes by base/folder.h.
#include "base/files.h"

#include "base/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

// Standard input, and what a shell hands over as <(…): handles of this process, which were opened for it to read.
static bool is_own_handle(const char *path)
{
	static const char *const folders[] = { "/dev/fd/", "/proc/self/fd/" };
	struct slice whole = slice_from(path);
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (slice_starts_with(whole, slice_from(folders[i])))
			return true;
	return slice_eq(whole, S("/dev/stdin"));
}

// Settings of many programs name it where no file is meant.
static bool is_null_device(const struct stat *info)
{
	return S_ISCHR(info->st_mode) && info->st_rdev == makedev(1, 3);
}

static bool is_readable_kind(const char *path, const struct stat *info)
{
	return S_ISREG(info->st_mode) || is_null_device(info) ||
	       (is_own_handle(path) && !S_ISDIR(info->st_mode));
}

static const char *kind_of(const struct stat *info)
{
	if (S_ISDIR(info->st_mode))
		return "directory";
	if (S_ISFIFO(info->st_mode))
		return "named pipe";
	return S_ISSOCK(info->st_mode) ? "socket" : "device";
}

static int refuse_kind(const char *path, enum error_kind kind, const struct stat *info,
		       struct error *err)
{
	if (S_ISDIR(info->st_mode)) {
		errno = EISDIR;
		return error_errno(err, kind, "cannot read '%s'", path);
	}
	error_set(err, kind == ERROR_NO ? ERROR_NO : ERROR_INPUT,
		  "cannot read '%s': it is a %s, not a file", path, kind_of(info));
	return error_hint(err, "give a regular file, or pipe the text in");
}

// A pipe would be waited for, and opening a device can do things: what is no file is not even opened.
static int open_to_read(const char *path, enum error_kind kind, struct stat *ret_info,
			struct error *err)
{
	int waits = is_own_handle(path) ? 0 : O_NONBLOCK;
	if (stat(path, ret_info) == 0 && !is_readable_kind(path, ret_info))
		return refuse_kind(path, kind, ret_info, err);
	AUTO(fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | waits);
	if (fd < 0 || fstat(fd, ret_info) < 0)
		return error_errno(err, kind, "cannot read '%s'", path);
	if (!is_readable_kind(path, ret_info))
		return refuse_kind(path, kind, ret_info, err);
	int held = fd;
	fd = -1;
	return held;
}

int file_check_kind(const char *path, enum error_kind kind, struct error *err)
{
	struct stat info;
	if (stat(path, &info) == 0 && !is_readable_kind(path, &info))
		return refuse_kind(path, kind, &info, err);
	return 0;
}

bool path_is_own_handle(const char *path)
{
	return is_own_handle(path);
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

int file_map_of(int fd, struct file_map *ret_map)
{
	struct stat info;
	if (fstat(fd, &info) < 0)
		return -1;
	if (info.st_size == 0) {
		*ret_map = (struct file_map){ { "", 0 } };
		return 0;
	}
	void *at = mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return -1;
	*ret_map = (struct file_map){ { at, (size_t)info.st_size } };
	return 0;
}

int file_map_open(const char *path, enum error_kind kind, struct file_map *ret_map,
		  struct error *err)
{
	struct stat info = { 0 };
	AUTO(fd_close) int fd = open_to_read(path, kind, &info, err);
	if (fd < 0)
		return -1;
	if (!S_ISREG(info.st_mode) && !is_null_device(&info))
		return refuse_kind(path, kind, &info, err);
	if (file_map_of(fd, ret_map) < 0)
		return error_errno(err, kind, "cannot map '%s'", path);
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

// The rename would put a file into the place of /dev/null.
static int check_place(const char *path, struct error *err)
{
	struct stat info;
	if (stat(path, &info) < 0 || S_ISREG(info.st_mode) || S_ISDIR(info.st_mode))
		return 0;
	error_set(err, ERROR_INPUT, "cannot write '%s': it is a %s, not a file", path,
		  kind_of(&info));
	return error_hint(err, "choose another path");
}

int file_create(const char *path, unsigned mode, struct file_writer *ret_writer,
		struct error *err)
{
	AUTO(folder_close) struct folder folder = { .fd = -1 };
	const char *name;
	if (check_place(path, err) < 0 ||
	    folder_open_parent(path, &folder, &name, err) < 0)
		return -1;
	return folder_create(&folder, name, mode, ret_writer, err);
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
	fd_close(&writer->folder);
	*writer = (struct file_writer){ .fd = -1, .folder = -1 };
}

int file_commit(struct file_writer *writer, bool durable, struct error *err)
{
	int status = durable ? fsync(writer->fd) : 0;
	if (close(writer->fd) < 0)
		status = -1;
	writer->fd = -1;
	if (status == 0)
		status = renameat(writer->folder, writer->temporary + writer->base,
				  writer->folder, writer->path + writer->base);
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
	unlinkat(writer->folder, writer->temporary + writer->base, 0);
	forget(writer);
}

int file_write(const char *path, struct slice bytes, struct error *err)
{
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	struct place there = place_look(path);
	unsigned mode = there.kind == PLACE_FILE ? there.mode & 0777 : FILE_MODE_OF_USER;
	if (file_create(path, mode, &writer, err) < 0 ||
	    file_append(&writer, bytes, err) < 0)
		return -1;
	return file_commit(&writer, true, err);
}

bool file_exists(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0;
}

bool path_is_link(const char *path)
{
	return place_look(path).kind == PLACE_SYMLINK;
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

int remove_tree(const char *path, struct error *err)
{
	AUTO(folder_close) struct folder folder = { .fd = -1 };
	const char *name;
	if (place_look(path).kind == PLACE_ABSENT)
		return 0;
	if (folder_open_parent(path, &folder, &name, err) < 0)
		return -1;
	return folder_remove_tree(&folder, name, err);
}

int link_or_copy(const char *from, const char *to, struct error *err)
{
	AUTO(folder_close) struct folder source = { .fd = -1 };
	AUTO(folder_close) struct folder target = { .fd = -1 };
	const char *from_name, *to_name;
	if (folder_open_parent(from, &source, &from_name, err) < 0 ||
	    folder_open_parent(to, &target, &to_name, err) < 0)
		return -1;
	if (folder_look(&target, to_name).kind != PLACE_ABSENT)
		return 0;
	return folder_link_or_copy(&source, from_name, &target, to_name, err);
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

int directory_names_of(int fd, struct arena *arena, struct name_list *ret_names)
{
	struct name_list names = { 0 };
	AUTO(directory_close) DIR *directory = fdopendir(fd);
	if (!directory)
		close(fd);
	if (!directory || read_names(directory, arena, &names) < 0)
		return -1;
	if (names.len)
		qsort(names.items, names.len, sizeof(*names.items), slice_order);
	*ret_names = names;
	return 0;
}

int directory_names(const char *path, struct arena *arena, struct name_list *ret_names,
		    struct error *err)
{
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT) {
		*ret_names = (struct name_list){ 0 };
		return 0;
	}
	if (fd < 0 || directory_names_of(fd, arena, ret_names) < 0)
		return error_errno(err, ERROR_IO, "cannot list '%s'", path);
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
