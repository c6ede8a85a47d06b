// SPDX-License-Identifier: MIT
// requires.txt of an egg-info: whatever it says, what becomes of it can be read as headers of metadata or is refused.
#include "packaging/metadata.h"
#include "resolver/index/sdist_egg.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct metadata metadata;
	struct error err = { 0 };
	struct slice headers = egg_requires_headers(&arena, fuzz_text(data, size));
	struct slice text =
		arena_printf(&arena,
			     "%.*sMetadata-Version: 1.1\nName: foo\nVersion: 1.0\n",
			     SLICE_ARG(headers));
	if (metadata_parse(&arena, text, &metadata, &err) < 0)
		CHECK(err.kind == ERROR_SOURCE && err.cause[0]);
	return 0;
}
