// SPDX-License-Identifier: MIT
// Any text on its way to a terminal: one line of UTF-8 that moves no cursor and turns no
// direction, and JSON that means what it meant.
#include "base/display.h"
#include "tests/fuzz/fuzz.h"

#include <jansson.h>

static void check_line(struct arena *arena, struct slice text)
{
	struct slice line = display_text(arena, text);
	CHECK(slice_find_bad_utf8(line) == SLICE_NONE);
	CHECK(display_find_unsafe(line) == SLICE_NONE);
	for (size_t i = 0; i < line.len; i++)
		CHECK((unsigned char)line.ptr[i] >= ' ' && line.ptr[i] != 0x7f);
	CHECK(slice_eq(display_text(arena, line), line));
	CHECK(display_width(text) == display_width(line));
	for (size_t columns = 0; columns < 4; columns++) {
		struct slice first = display_first_columns(line, columns);
		CHECK(slice_starts_with(line, first));
		CHECK(slice_find_bad_utf8(first) == SLICE_NONE);
		CHECK(display_width(first) <= columns);
	}
}

static void check_json(struct arena *arena, struct slice text)
{
	json_t *value = json_loadb(text.ptr, text.len, JSON_DECODE_ANY, NULL);
	char *written = value ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
	if (written) {
		struct slice shown = display_json(arena, slice_from(written));
		json_t *again = json_loadb(shown.ptr, shown.len, JSON_DECODE_ANY, NULL);
		CHECK(again && json_equal(value, again));
		CHECK(display_find_unsafe(shown) == SLICE_NONE);
		json_decref(again);
	}
	free(written);
	json_decref(value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	check_line(&arena, fuzz_text(data, size));
	check_json(&arena, fuzz_text(data, size));
	return 0;
}
