// SPDX-License-Identifier: MIT
// Brings one file's bytes to another file: the file system shares them if it can, else
// they are copied.
#pragma once

#include "base/slice.h"

// Lets the file at to_fd, new and empty, share the blocks of `from` (FICLONE). False if
// they cannot be shared: the file system does not support it, or there are two of them.
bool file_clone(const char *from, int to_fd);

// Appends all of `from`, inside the kernel if possible. False if anything fails: what was
// written is of no use then. *ret_bytes is the number of bytes.
bool file_copy(const char *from, int to_fd, uint64_t *ret_bytes);
bool file_copy_of(int from_fd, int to_fd, uint64_t *ret_bytes); // from where it stands

// Can files of one folder be cloned into the other? Tries it with an empty file in each.
bool folders_share_blocks(const char *from, const char *to);
