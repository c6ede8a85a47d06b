// SPDX-License-Identifier: MIT
// Texts that pinbake keeps for itself: one "name value" a line, closed by the SHA-256 of
// the lines before it. A text that is cut short or was edited by hand counts as absent.
//
//	pinbake-built 1
//	name htmlmin-0.1.12-py3-none-any.whl
//	sum 5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03
#pragma once

#include "base/digest.h"

// Writing, line by line into *text; a value holds no newline.
void sealed_put(struct buf *text, const char *name, struct slice value);
void sealed_put_digest(struct buf *text, const char *name, const struct sha256 *digest);
void sealed_put_number(struct buf *text, const char *name, uint64_t number);
void sealed_close(struct buf *text); // adds the sum: the last line

// Is the sum right? If so, its line is taken off *text.
bool sealed_open(struct slice *text);

// Each takes the line "name value" off *text; false if the next line is another.
bool sealed_take(struct slice *text, const char *name, struct slice *ret_value);
bool sealed_take_digest(struct slice *text, const char *name, struct sha256 *ret_digest);
bool sealed_take_number(struct slice *text, const char *name, uint64_t max,
			uint64_t *ret_number);
