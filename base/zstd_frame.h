// SPDX-License-Identifier: MIT
// One zstd frame (RFC 8878) made by libzstd as the bytes come (gz.15). Unlike the members of
// gzip_member.h, its bytes are libzstd's: a function of what is put in, of the level and of
// the library's version, not of how it is cut into calls.
#pragma once

#include "base/arena.h"
#include "base/error.h"

enum { ZSTD_LEVEL_MIN = 1, ZSTD_LEVEL_MAX = 19, ZSTD_LEVEL_DEFAULT = 3 };

// Called with consecutive pieces of at most 1 MiB of the frame; -1 with err set stops.
typedef int (*zstd_sink)(void *context, struct slice piece, struct error *err);

// Its memory depends on the level: with libzstd 1.5.4, 4 MB at 3, 55 MB at 12, 94 MB at
// 19.
struct zstd_frame;

struct slice zstd_version(void); // of the library in use: "1.5.4"

struct zstd_frame *zstd_frame_new(int level, zstd_sink sink, void *context);
void zstd_frame_free(struct zstd_frame *frame); // NULL is fine

NODISCARD int zstd_frame_put(struct zstd_frame *frame, struct slice bytes,
			     struct error *err);
// Ends the frame; nothing can be put any more.
NODISCARD int zstd_frame_finish(struct zstd_frame *frame, struct error *err);
