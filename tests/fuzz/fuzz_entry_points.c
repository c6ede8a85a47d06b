// SPDX-License-Identifier: MIT
// entry_points.txt: what is accepted is a plain file name and a script of five lines,
// whatever the input.
#include "tests/fuzz/fuzz.h"

#include "builder/wheel/script.h"

static size_t count_lines(struct slice text)
{
	size_t lines = 0;
	for (size_t i = 0; i < text.len; i++)
		lines += text.ptr[i] == '\n';
	return lines;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct entry_point_list list = { 0 };
	struct error err = { 0 };
	if (entry_points_parse(fuzz_text(data, size), &arena, &list, &err) < 0)
		return 0;
	for (size_t i = 0; i < list.len; i++) {
		const struct entry_point *point = &list.items[i];
		CHECK(i == 0 || slice_cmp(list.items[i - 1].name, point->name) < 0);
		CHECK(slice_find_byte(point->name, '/') == SLICE_NONE &&
		      !slice_eq(point->name, S("..")));
		CHECK(count_lines(script_of_entry_point(S("/opt/venv/bin/python"), point,
							&arena)) == 5);
	}
	return 0;
}
