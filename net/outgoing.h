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

// A body from a file. ERROR_IO where it cannot be read.
NODISCARD int outgoing_open(const char *path, struct outgoing *ret_outgoing,
			    struct error *err);
void outgoing_close(struct outgoing *outgoing); // fine on a zeroed struct

// Fills buffer with what comes next: how many bytes, 0 at the end. Pages of a file are
// given back behind the place, so that a large one takes no memory.
size_t outgoing_read(struct outgoing *outgoing, char *buffer, size_t len);
// Goes to a place, as a redirect or a retry wants. False beyond the end.
bool outgoing_seek(struct outgoing *outgoing, uint64_t offset);
