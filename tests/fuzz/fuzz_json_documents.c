// SPDX-License-Identifier: MIT
// The scanner of index pages against jansson: both take the same documents, and see the
// same texts in them.
#include "tests/fuzz/fuzz.h"

#include "base/json_scanner.h"

// jansson has kinds of values where the scanner has tokens of the same names.
#define JSON_OBJECT JANSSON_OBJECT
#define JSON_ARRAY  JANSSON_ARRAY
#define JSON_STRING JANSSON_STRING
#define JSON_TRUE   JANSSON_TRUE
#define JSON_FALSE  JANSSON_FALSE
#define JSON_NULL   JANSSON_NULL
#include <jansson.h>
#undef JSON_OBJECT
#undef JSON_ARRAY
#undef JSON_STRING
#undef JSON_TRUE
#undef JSON_FALSE
#undef JSON_NULL

enum { DEPTH_MAX = 32 };

static unsigned deepest(struct slice text)
{
	unsigned depth = 0, most = 0;
	for (size_t i = 0; i < text.len; i++) {
		depth += text.ptr[i] == '[' || text.ptr[i] == '{';
		most = depth > most ? depth : most;
	}
	return most;
}

static void compare(struct json_scanner *scanner, const json_t *value);

static void compare_object(struct json_scanner *scanner, const json_t *object)
{
	struct arena *arena = scanner->arena;
	struct slice key;
	size_t members = 0;
	for (; json_next_key(scanner, &key); members++) {
		// jansson takes only keys without NUL here.
		const json_t *member =
			json_object_get(object, arena_c_string(arena, key));
		CHECK(member);
		json_next(scanner);
		compare(scanner, member);
	}
	CHECK(members == json_object_size(object));
}

static void compare_array(struct json_scanner *scanner, const json_t *array)
{
	size_t at = 0;
	for (; json_next_item(scanner); at++)
		compare(scanner, json_array_get(array, at));
	CHECK(at == json_array_size(array));
}

// The value whose first token is the scanner's latest.
static void compare(struct json_scanner *scanner, const json_t *value)
{
	switch (scanner->token) {
	case JSON_OBJECT: compare_object(scanner, value); break;
	case JSON_ARRAY: compare_array(scanner, value); break;
	case JSON_STRING:
		CHECK(slice_eq(scanner->text,
			       (struct slice){ json_string_value(value),
					       json_string_length(value) }));
		break;
	case JSON_NUMBER:
		CHECK(json_typeof(value) == JSON_INTEGER ||
		      json_typeof(value) == JSON_REAL);
		break;
	case JSON_TRUE: CHECK(json_typeof(value) == JANSSON_TRUE); break;
	case JSON_FALSE: CHECK(json_typeof(value) == JANSSON_FALSE); break;
	case JSON_NULL: CHECK(json_typeof(value) == JANSSON_NULL); break;
	case JSON_ERROR:
	case JSON_OBJECT_END:
	case JSON_ARRAY_END:
	case JSON_KEY:
	case JSON_END: abort();
	}
}

static bool scans(struct slice text, struct arena *arena)
{
	struct json_scanner scanner;
	struct error err = { 0 };
	json_begin(&scanner, text, arena);
	json_skip(&scanner);
	return json_end(&scanner, &err) == 0;
}

// What jansson alone refuses: numbers that its types do not hold, keys that come twice or
// have a NUL.
static bool is_its_own(const json_error_t *why)
{
	enum json_error_code code = json_error_code(why);
	return code == json_error_numeric_overflow || code == json_error_duplicate_key ||
	       code == json_error_null_byte_in_key;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice text = fuzz_text(data, size);
	json_error_t why;
	// Behind a number jansson passes over a NUL.
	if (deepest(text) > DEPTH_MAX || slice_find_byte(text, '\0') != SLICE_NONE)
		return 0;
	bool ours = scans(text, &arena);
	json_t *root =
		json_loadb(text.ptr, text.len,
			   JSON_DECODE_ANY | JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES,
			   &why);
	CHECK(ours ? root || is_its_own(&why) : !root);
	if (root) {
		struct json_scanner scanner;
		json_begin(&scanner, text, &arena);
		json_next(&scanner);
		compare(&scanner, root);
	}
	json_decref(root);
	return 0;
}
