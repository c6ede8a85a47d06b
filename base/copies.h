// SPDX-License-Identifier: MIT
// One file's bytes to another: shared by the file system where it can, else copied.
#pragma once

#include "base/slice.h"

// Lets the file at to_fd, new and empty, share the blocks of `from` (FICLONE). False where
// the file systems cannot: not one that knows sharing, or two of them.
bool file_clone(const char *from, int to_fd);

// Appends all of `from` without bringing it here where the kernel can. False when anything
// fails: what was written is then of no use. *ret_bytes: how many there were.
bool file_copy(const char *from, int to_fd, uint64_t *ret_bytes);

// Can files of one folder be cloned into the other? Tries it with an empty file in each.
bool folders_share_blocks(const char *from, const char *to);
