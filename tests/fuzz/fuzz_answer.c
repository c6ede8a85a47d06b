// SPDX-License-Identifier: MIT
// Locks that were remembered: a file whose sum is right is refused, or its parts lie within
// it and fill it; parts that are packed come back.
#include "base/digest.h"
#include "pinbake/remembered.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum { SUM_AT = 8, SUMMED_FROM = 16 }; // see struct packed_answer

static void check_forged(struct arena *arena, struct slice text)
{
	struct slice parts[ANSWER_PARTS], bytes = arena_dup(arena, text);
	char *copy = arena_alloc(arena, text.len, 1);
	if (text.len < SUMMED_FROM)
		return;
	memcpy(copy, bytes.ptr, bytes.len);
	uint64_t sum = crc64_of(slice_skip(bytes, SUMMED_FROM));
	memcpy(copy + SUM_AT, &sum, sizeof(sum));
	bytes.ptr = copy;
	if (!answer_unpack(bytes, parts))
		return;
	size_t total = 0;
	for (size_t i = 0; i < ANSWER_PARTS; i++) {
		CHECK(parts[i].ptr >= bytes.ptr &&
		      parts[i].ptr + parts[i].len <= bytes.ptr + bytes.len);
		total += parts[i].ptr == parts[PART_PRESENT].ptr && i == PART_TEXT
				 ? 0
				 : parts[i].len;
	}
	CHECK(total < bytes.len);
}

static void check_packed(struct arena *arena, struct slice text)
{
	struct slice parts[ANSWER_PARTS], again[ANSWER_PARTS];
	for (size_t i = 0; i < ANSWER_PARTS; i++)
		parts[i] = fuzz_part(&text);
	CHECK(answer_unpack(answer_pack(arena, parts), again));
	for (size_t i = 0; i < ANSWER_PARTS; i++)
		CHECK(slice_eq(parts[i], again[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	check_forged(&arena, fuzz_text(data, size));
	check_packed(&arena, fuzz_text(data, size));
	return 0;
}
