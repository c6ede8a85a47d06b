// SPDX-License-Identifier: MIT
// A wheel as a backend made it → the same files in one canonical form, so that two builds
// of the same files are the same bytes, whoever packed them and when.
//
//	order    by name in bytes; the .dist-info folder comes last, its RECORD at the end
//	times    1980-01-01, the oldest of zip
//	modes    0644, or 0755 where anybody may execute; folders have no entries
//	RECORD   written anew: sorted, SHA-256
//	bytes    deflated by the coder of layers (gz.9) where that is shorter, else stored
//
// The coder of layers is worse than zlib's, and it is ours: the wheel's SHA-256 is a line
// of its layer's key, and must not change with the version of a library. Stored entries
// alone would be simpler still, but layers take a wheel's streams as they are, and would
// carry every byte of a compiled module.
#pragma once

#include "base/arena.h"
#include "base/error.h"

// archive: the backend's wheel, name: for messages. The result lives in the arena.
// ERROR_INTEGRITY for a broken archive, ERROR_INPUT above what fits a zip without 64-bit
// fields.
NODISCARD int wheel_normalise(struct slice archive, struct slice name,
			      struct arena *arena, struct slice *ret_wheel,
			      struct error *err);
