// SPDX-License-Identifier: MIT
// The coder of runs (gz.9): greedy matches by one hash table, fixed Huffman codes. It is
// part of the layer format: its output for an input never changes, whatever library,
// version or processor.
#pragma once

#include "base/arena.h"

enum { DEFLATE_PIECE_MAX = 1024 * 1024 };

struct deflate_coder; // the table and the output, 1.3 MB

struct deflate_coder *deflate_coder_new(void);
void deflate_coder_free(struct deflate_coder *coder);

// One complete deflate stream for 1 ≤ piece.len ≤ DEFLATE_PIECE_MAX bytes; valid until
// the next call.
struct slice deflate_fixed(struct deflate_coder *coder, struct slice piece);

// The same for a part of a stream: all parts together, the final one with `last` set, are
// one deflate stream.
struct slice deflate_fixed_part(struct deflate_coder *coder, struct slice piece,
				bool last);
