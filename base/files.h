// SPDX-License-Identifier: MIT
// The file system, with one call for each need. Paths are C strings. Errors are ERROR_IO unless the caller names
// another kind. A file that others may see appears whole: written to a temporary name beside its place, fsynced,
// renamed.
#pragma once

#include "base/arena.h"
#include "base/error.h"

// The whole file. kind is ERROR_INPUT for what the user gave, ERROR_IO for our own. A pipe, a socket or a device is
// ERROR_INPUT, but for what a shell hands over (path_is_own_handle) and /dev/null.
NODISCARD int file_read(const char *path, uint64_t max_bytes, enum error_kind kind,
			struct arena *arena, struct slice *ret_bytes, struct error *err);

// Is it no file at all, so that reading it would wait or never end: a pipe, a socket, a device? file_read and
// file_map_open refuse these themselves; this is for files that a library opens. An absent one is fine here.
NODISCARD int file_check_kind(const char *path, enum error_kind kind, struct error *err);
// Does it name standard input or another handle of this process? Only these may be a pipe.
bool path_is_own_handle(const char *path);

// A read-only map of a file; unmapped by file_map_close (fine on a zeroed struct).
struct file_map {
	struct slice bytes;
};

NODISCARD int file_map_open(const char *path, enum error_kind kind,
			    struct file_map *ret_map, struct error *err);
int file_map_of(int fd, struct file_map *ret_map); // -1 with errno; fd stays open
void file_map_close(struct file_map *map);
// Give the pages back
void file_map_done_with(const struct file_map *map, size_t offset, size_t len);

// A file being written. path is the final one; mode is forced whatever the umask (ctx.4), but for FILE_MODE_OF_USER,
// which is what the umask leaves of 0666. A link of that name is replaced, not followed.
enum { FILE_MODE_OF_USER = 01666 };
struct file_writer {
	int fd;
	int folder;             // that both names lie in
	char *path, *temporary; // mem_alloc
	size_t base;            // where their last part begins
	uint64_t written;
};

NODISCARD int file_create(const char *path, unsigned mode, struct file_writer *ret_writer,
			  struct error *err);
NODISCARD int file_append(struct file_writer *writer, struct slice bytes,
			  struct error *err);
// durable: fsync before the rename. Not needed for a file that can be made again from a
// digest.
NODISCARD int file_commit(struct file_writer *writer, bool durable, struct error *err);
// Removes the temporary file; does nothing after a commit or on a zeroed struct.
void file_abandon(struct file_writer *writer);

// Creates the file, appends the bytes and commits durably.
NODISCARD int file_write(const char *path, struct slice bytes, struct error *err);

bool file_exists(const char *path);
bool path_is_link(const char *path);
// False if there is no regular file.
bool file_size(const char *path, uint64_t *ret_bytes);
// Like mkdir -p, with what the umask leaves of the mode 0755.
NODISCARD int make_directories(const char *path, struct error *err);
// Like rm -rf; an absent tree is fine, and links in it are removed, not followed.
NODISCARD int remove_tree(const char *path, struct error *err);
// Makes a hard link, else a copy; an existing file is an error.
NODISCARD int link_or_copy(const char *from, const char *to, struct error *err);
NODISCARD int rename_path(const char *from, const char *to, struct error *err);

// Names in a directory, sorted by bytes, without "." and "..". An absent directory has none.
struct name_list {
	struct slice *items; // NUL-terminated each
	size_t len, cap;
};
NODISCARD int directory_names(const char *path, struct arena *arena,
			      struct name_list *ret_names, struct error *err);
// Of an open directory, which is closed. -1 with errno.
NODISCARD int directory_names_of(int fd, struct arena *arena,
				 struct name_list *ret_names);

const char *path_join(struct arena *arena, const char *directory, struct slice name);
// "." where there is no slash
const char *path_directory(struct arena *arena, const char *path);

// The path with its links resolved; "" if it does not exist.
struct slice path_real(struct arena *arena, const char *path);
bool path_is_directory(const char *path);

void fd_close(int *fd); // for AUTO; closes where >= 0
