// SPDX-License-Identifier: MIT
// One entry of an open wheel, inflated piece by piece and checked on the way.
#pragma once

#include "base/inflate.h"
#include "builder/wheel/tree.h"

// The entry's bytes go to sink in pieces of at most 256 KiB; sink may be NULL (check
// only). ERROR_INTEGRITY, naming file and entry, when the length or CRC-32 is another or
// the stream is broken; bytes after the stream's end are tolerated (gz.8). Read pages are
// given back to the system.
NODISCARD int entry_stream(const struct wheel_file *wheel, const struct zip_entry *zip,
			   struct inflater *inflater, inflate_sink sink, void *context,
			   struct error *err);

// The whole entry, at most max_bytes, in arena.
NODISCARD int entry_read(const struct wheel_file *wheel, const struct zip_entry *zip,
			 uint64_t max_bytes, struct arena *arena, struct slice *ret_bytes,
			 struct error *err);
