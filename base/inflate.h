// SPDX-License-Identifier: MIT
// Raw deflate streams, inflated piece by piece with ISA-L (gz.11): memory does not grow
// with the file.
#pragma once

#include "base/arena.h"
#include "base/error.h"

// Called with consecutive pieces of the output; a non-zero return stops and is passed on
// (err set by it).
typedef int (*inflate_sink)(void *context, struct slice piece, struct error *err);

struct inflate_result {
	uint64_t size;     // bytes that came out
	uint32_t crc32;    // of them
	uint64_t consumed; // bytes of the stream up to the end of its final block
};

// The state and a window of 256 KiB; for any number of streams, not for two threads.
struct inflater;

struct inflater *inflater_new(void);
void inflater_free(struct inflater *inflater);
void inflater_cleanup(struct inflater **inflater);

// How far into the current stream the input has been taken: a sink may give pages before
// it back to the kernel.
uint64_t inflater_consumed(const struct inflater *inflater);

// ERROR_INTEGRITY for a broken stream or more than max_bytes out. sink may be NULL
// (verify only).
NODISCARD int inflate_raw(struct inflater *inflater, struct slice stream,
			  uint64_t max_bytes, inflate_sink sink, void *context,
			  struct inflate_result *ret_result, struct error *err);
