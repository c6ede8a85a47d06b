// SPDX-License-Identifier: MIT
// bake.json, read back: refused with a hint, or what is written of it reads the same.
#include "builder/image/stage.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct bake_result result, again;
	struct error err = { 0 };
	if (stage_result_parse(fuzz_text(data, size), &arena, &result, &err) < 0) {
		CHECK(err.kind == ERROR_INPUT && err.cause[0]);
		return 0;
	}
	struct slice text = stage_result_text(&result, &arena);
	CHECK(stage_result_parse(text, &arena, &again, &err) == 0);
	CHECK(again.len == result.len);
	CHECK(slice_eq(stage_result_text(&again, &arena), text));
	return 0;
}
