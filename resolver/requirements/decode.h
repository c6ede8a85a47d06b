// SPDX-License-Identifier: MIT
// The bytes of a requirements file to UTF-8 text (req.5).
#pragma once

#include "base/arena.h"
#include "base/error.h"

// source->text comes in as bytes and goes out as UTF-8 without a byte order mark. By a
// mark (UTF-8, UTF-16), else by a PEP 263 comment in the first two lines, else as UTF-8.
// -1: err (ERROR_INPUT) is set, with the place where the bytes have one.
NODISCARD int decode_text(struct arena *arena, struct source *source, struct error *err);
