// SPDX-License-Identifier: MIT
// Fuzz: any text as the name of an image and as a registry's challenge: a name that is
// taken reads back from its own text.
#include "tests/fuzz/fuzz.h"

#include "oci/challenge.h"
#include "oci/reference.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice text = fuzz_text(data, size);
	struct reference reference, again;
	struct error err = { 0 };
	(void)challenge_parse(text, &arena);
	if (reference_parse(text, &arena, &reference, &err) < 0)
		return 0;
	struct slice whole = reference_text(&reference, &arena);
	CHECK(reference_parse(whole, &arena, &again, &err) == 0);
	CHECK(slice_eq(reference_text(&again, &arena), whole));
	return 0;
}
