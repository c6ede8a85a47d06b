// SPDX-License-Identifier: MIT
// Fuzz: any text as METADATA: refused with a cause, or read.
#include "tests/fuzz/fuzz.h"

#include "packaging/metadata.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct metadata metadata;
	struct error err = { 0 };
	if (metadata_parse(&arena, fuzz_text(data, size), &metadata, &err) < 0) {
		CHECK(err.kind == ERROR_SOURCE && err.cause[0]);
		return 0;
	}
	for (size_t i = 0; i < metadata.requires_len; i++)
		(void)requirement_text(&arena, &metadata.requires_dist[i]);
	CHECK(slice_find_bad_utf8(metadata.license) == SLICE_NONE);
	(void)metadata_is_static(&metadata);
	return 0;
}
