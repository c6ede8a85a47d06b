// SPDX-License-Identifier: MIT
// JSON (RFC 8259) as a stream of tokens pulled from a text in memory: no tree, no copies
// (json.1–json.3).
//
//	{       "files":   [      {       "size":   7         }           …
//	OBJECT  KEY files  ARRAY  OBJECT  KEY size  NUMBER 7  OBJECT_END  …  END
//
// Strict: grammar, UTF-8, escapes and surrogate pairs are checked, nesting is bounded by
// LIMIT_NESTING_DEPTH, nothing follows the value. Texts are slices of the input; only
// strings with escapes are written out, into the arena. Errors stick: after the first one
// every call gives JSON_ERROR (or false), so that callers check once, at the end.
#pragma once

#include "base/arena.h"
#include "base/error.h"

enum json_token {
	JSON_ERROR,
	JSON_OBJECT,
	JSON_OBJECT_END,
	JSON_ARRAY,
	JSON_ARRAY_END,
	JSON_KEY,
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
	JSON_END, // the whole text was read
};

struct json_scanner {
	struct slice input;
	struct arena *arena;
	size_t at;
	enum json_token token; // the latest
	struct slice text;     // of KEY and STRING: unescaped; of NUMBER: as written
	// One bit for each open level, the innermost is the lowest
	uint64_t in_object;
	unsigned depth;
	const char *problem; // NULL: none so far
};

void json_begin(struct json_scanner *scanner, struct slice input, struct arena *arena);
enum json_token json_next(struct json_scanner *scanner);

// Walking: after json_next gave OBJECT, `while (json_next_key(s, &key))` takes each
// member in turn; the body must read the member's value whole, by json_next and what
// follows from it or by json_skip. The same for ARRAY with `while (json_next_item(s))`,
// which leaves the item's first token in s->token.
bool json_next_key(struct json_scanner *scanner, struct slice *ret_key);
bool json_next_item(struct json_scanner *scanner);
void json_skip(struct json_scanner *scanner); // the next value, whatever it is
// What is left of the value whose first token is the latest one
void json_skip_rest(struct json_scanner *scanner);

// Reads the next value if it is a string; else skips it and returns false, since a wrong
// type is as good as an absent key.
bool json_read_string(struct json_scanner *scanner, struct slice *ret_text);
bool json_read_u64(struct json_scanner *scanner, uint64_t *ret_value);

// To be called after the walk: reads the rest. 0 if all of the text was well-formed, else
// -1 with ERROR_SOURCE and the offset.
NODISCARD int json_end(struct json_scanner *scanner, struct error *err);
