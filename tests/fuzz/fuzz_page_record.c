// SPDX-License-Identifier: MIT
// Fuzz: a page record of the store, its CRC made right. It is refused or leads to no read
// outside of it.
#include "tests/fuzz/fuzz.h"

#include "tests/resolver/index/record_seal.h"
#include "tests/resolver/index/whole_pages.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct project project;
	struct slice text = fuzz_text(data, size);
	if (size == 0 || size > 1 << 20)
		return 0;
	char *copy = mem_alloc(size);
	memcpy(copy, text.ptr, size);
	seal_record(copy, size);
	if (record_open((struct slice){ copy, size }, 0, &arena, &project)) {
		record_expand(&project, &arena);
		(void)record_pack(&project, &arena); // reads all of it
	}
	mem_free(copy);
	return 0;
}
