// SPDX-License-Identifier: MIT
// What the parsers of markers and requirements share: stepping over blanks and words, and
// naming what they found.
#pragma once

#include "base/slice.h"

bool is_operator(char c); // a byte of '==', '<=', '~=' and their like
size_t skip_blanks(struct slice text, size_t at);

// The word, number, operator or single character that begins at `at`; an empty slice at
// the end of text.
struct slice token_at(struct slice text, size_t at);

// Is there the whole word, followed by none of [A-Za-z0-9_]?
bool word_at(struct slice text, size_t at, struct slice word);

// A token as messages name it: "'abc'", cut if it is long; "U+00A0" for a character that
// cannot be seen; "nothing" at the end. By value, so that reporting allocates nothing.
struct token_text {
	char text[80];
};
struct token_text token_describe(struct slice token);

// The operator that was meant by `token`: "==" for "=", ">=" for "=>"; NULL if none
// suggests itself.
const char *operator_meant(struct slice token);
