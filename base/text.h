// SPDX-License-Identifier: MIT
// Small questions about texts that many rooms ask: hexadecimal digits, escapes, fragments of URLs, paths. No disk is
// asked. What is returned borrows from the text where nothing had to change, else it lives in the arena.
#pragma once

#include "base/arena.h"

// Is the text among the items?
bool slices_have(const struct slice *items, size_t len, struct slice text);

struct slice slice_lower(struct arena *arena, struct slice text); // ASCII letters only

// The text with U+FFFD in the place of each byte that is no UTF-8.
struct slice slice_as_utf8(struct arena *arena, struct slice text);

// What a hexadecimal digit is worth, of either case; -1 for any other byte.
static inline int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	c = to_lower(c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool slice_is_hex(struct slice text); // digits of either case alone; true for none at all

// "a%20b" → "a b" (RFC 3986, 2.1). Malformed escapes stay as they are.
struct slice percent_decode(struct arena *arena, struct slice text);

// The text as one word of a command line that people copy: as it is, or in single quotes where a shell sees more in it.
struct slice shell_word(struct arena *arena, struct slice text);

// "x" for "subdirectory" in "https://host/a.zip#sha256=…&subdirectory=x", as it is written; "" where the URL or path has
// no fragment, or its fragment no such key. The first of several counts.
struct slice url_fragment(struct slice url, struct slice key);

// Does the path lead to the folder or below it? "a/b" and "a" do for "a" and "a/", "ab" does not.
bool path_is_below(struct slice path, struct slice folder);
// The same, but not the folder itself.
bool path_lies_in(struct slice path, struct slice folder);

// Is the path relative, without a ".." among its parts and without a NUL? Then, joined to a folder, it leads into that folder.
bool path_stays_below(struct slice path);
