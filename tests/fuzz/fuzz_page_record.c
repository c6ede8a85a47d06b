// SPDX-License-Identifier: MIT
// Fuzz: a page record of the store, its CRC made right. It is refused or leads to no read
// outside of it.
#include "tests/fuzz/fuzz.h"

#include "base/digest.h"
#include "resolver/index/record.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { CRC_AT = 8, CRC_END = 12 };
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct project project;
	struct slice text = fuzz_text(data, size);
	if (size < CRC_END || size > 1 << 20)
		return 0;
	char *copy = mem_alloc(size);
	memcpy(copy, text.ptr, size);
	uint32_t crc = crc32_update(0, slice_skip((struct slice){ copy, size }, CRC_END));
	memcpy(copy + CRC_AT, &crc, sizeof(crc));
	if (record_unpack((struct slice){ copy, size }, 0, &arena, &project))
		(void)record_pack(&project, &arena); // reads all of it
	mem_free(copy);
	return 0;
}
