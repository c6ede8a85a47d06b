// SPDX-License-Identifier: MIT
// The body of a request: bytes, or a file that is mapped while it is sent.
#pragma once

#include "base/error.h"
#include "base/files.h"

struct outgoing {
	struct slice bytes; // all of it
	size_t sent;
	struct file_map map; // when from a file
};

// Takes the body from a file. ERROR_IO if it cannot be read.
NODISCARD int outgoing_open(const char *path, struct outgoing *ret_outgoing,
			    struct error *err);
void outgoing_close(struct outgoing *outgoing); // fine on a zeroed struct

// Fills buffer with what comes next and returns the number of bytes, 0 at the end. The
// pages of a file that were read are given back, so that a large file takes no memory.
size_t outgoing_read(struct outgoing *outgoing, char *buffer, size_t len);
// Goes to an offset, for a redirect or a retry. False beyond the end.
bool outgoing_seek(struct outgoing *outgoing, uint64_t offset);
