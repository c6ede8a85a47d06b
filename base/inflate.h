// SPDX-License-Identifier: MIT
// Compressed streams, unpacked piece by piece: raw deflate with ISA-L (gz.11), zstd frames
// with libzstd. Memory does not grow with the file.
#pragma once

#include "base/arena.h"
#include "base/error.h"

// Where output goes: `take` is called with consecutive pieces of it, at most 256 KiB each; a
// non-zero return stops and is passed on (err set by it). Zeroed: nowhere (verify only).
struct inflate_sink {
	int (*take)(void *context, struct slice piece, struct error *err);
	void *context;
};

struct inflate_result {
	uint64_t size;     // bytes that came out
	uint32_t crc32;    // of them
	uint64_t consumed; // bytes of the stream up to its end
};

// The state and a window of 256 KiB; for any number of streams, not for two threads.
struct inflater;

struct inflater *inflater_new(void);
void inflater_free(struct inflater *inflater);
void inflater_cleanup(struct inflater **inflater);

// How far into the current stream the input has been taken: a sink may give pages before
// it back to the kernel.
uint64_t inflater_consumed(const struct inflater *inflater);

// ERROR_INTEGRITY for a broken stream or more than max_bytes out. The stream ends with its final block, whatever follows.
NODISCARD int inflate_raw(struct inflater *inflater, struct slice stream,
			  uint64_t max_bytes, struct inflate_sink sink,
			  struct inflate_result *ret_result, struct error *err);

// The same for one or more zstd frames (RFC 8878) that fill the stream. Needs up to 128
// MiB more memory, by the window that a frame asks for; larger windows are refused.
NODISCARD int inflate_zstd(struct inflater *inflater, struct slice stream,
			   uint64_t max_bytes, struct inflate_sink sink,
			   struct inflate_result *ret_result, struct error *err);

// The same for bytes that are not compressed.
NODISCARD int inflate_nothing(struct inflater *inflater, struct slice stream,
			      uint64_t max_bytes, struct inflate_sink sink,
			      struct inflate_result *ret_result, struct error *err);
