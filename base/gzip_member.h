// SPDX-License-Identifier: MIT
// A gzip file as a sequence of members (gz.3–gz.6): a wheel's own deflate streams as they
// are, and between them runs that go through our own coder (gz.9). The bytes are a
// function of what is put in, not of how it is cut into calls.
#pragma once

#include "base/deflate_fixed.h"
#include "base/error.h"

// Called with consecutive pieces of at most 1 MiB of the gzip file; -1 with err set
// stops.
typedef int (*gzip_sink)(void *context, struct slice piece, struct error *err);

struct gzip_writer; // 2.3 MB: the coder and the present piece of a run

struct gzip_writer *gzip_writer_new(gzip_sink sink, void *context);
void gzip_writer_free(struct gzip_writer *writer);

// Appends to the present run: headers, padding, generated content (gz.4).
NODISCARD int gzip_run(struct gzip_writer *writer, struct slice bytes, struct error *err);
// Ends the run and writes one member around a whole deflate stream (gz.5); size > 0 is
// the inflated length.
NODISCARD int gzip_transplant(struct gzip_writer *writer, struct slice deflate,
			      uint32_t crc32, uint64_t size, struct error *err);
// Ends the run and writes one member of stored blocks (gz.6); bytes.len > 0.
NODISCARD int gzip_stored(struct gzip_writer *writer, struct slice bytes, uint32_t crc32,
			  struct error *err);
// Ends the present run: what follows begins a member of its own, or the file is complete.
NODISCARD int gzip_cut(struct gzip_writer *writer, struct error *err);
