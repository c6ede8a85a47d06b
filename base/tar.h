// SPDX-License-Identifier: MIT
// Tar headers in the one canonical form of layers (tar.4–tar.11): what Go's archive/tar
// writes for FormatPAX without user names and sub-second times. The caller brings entries
// in order (tar.3), pads contents and ends the archive.
#pragma once

#include "base/error.h"

enum tar_type {
	TAR_FILE = '0',
	TAR_HARD_LINK = '1',
	TAR_SYMLINK = '2',
	TAR_DIRECTORY = '5'
};

enum {
	TAR_BLOCK_BYTES = 512,
	TAR_END_BYTES = 1024,    // NUL bytes at the archive's end (tar.9)
	TAR_PATH_MAX = 4096,     // bytes of a path or link target
	TAR_OWNER_MAX = 2097151, // 7 octal digits
	// A pax header and its records (path, linkpath, size), then the real header.
	TAR_HEADER_MAX = 512 + 512 * ((2 * (TAR_PATH_MAX + 64) + 64) / 512 + 1) + 512,
};

struct tar_entry {
	enum tar_type type;
	struct slice path; // relative, no final '/'; a directory's is added here
	struct slice link; // target of links, else ""
	unsigned mode;     // permission bits
	uint32_t uid, gid;
	uint64_t size;  // of a file's content, else 0
	uint64_t mtime; // seconds, at most 8^11 - 1
};

struct tar_header {
	char bytes[TAR_HEADER_MAX];
	size_t len; // a multiple of 512
};

// ERROR_INTEGRITY for a path that is not fit for a layer (tar.4), and for owner, mode or
// time out of range.
NODISCARD int tar_header_write(const struct tar_entry *entry,
			       struct tar_header *ret_header, struct error *err);

// Is the path relative, free of NUL, backslash, empty, "." and ".." components, and short
// enough (tar.4)?
bool tar_path_is_fit(struct slice path);

// How many NUL bytes follow a content of this size.
static inline size_t tar_padding(uint64_t size)
{
	return (size_t)(-size & (TAR_BLOCK_BYTES - 1));
}
