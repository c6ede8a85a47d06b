// SPDX-License-Identifier: MIT
// Turns the bytes of a requirements file into UTF-8 text (req.5).
#pragma once

#include "base/arena.h"
#include "base/error.h"

// source->text comes in as bytes and goes out as UTF-8 without a byte order mark. The
// encoding is that of a byte order mark (UTF-8, UTF-16), else that of a PEP 263 comment
// in the first two lines, else UTF-8. -1: err (ERROR_INPUT) is set, with a place if the
// bytes have one.
NODISCARD int decode_text(struct arena *arena, struct source *source, struct error *err);
