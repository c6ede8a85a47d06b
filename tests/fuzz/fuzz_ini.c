// SPDX-License-Identifier: MIT
// pip.conf: entries have a key in lower case and point into the text.
#include "tests/fuzz/fuzz.h"

#include "base/ini.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct diagnostics diagnostics = { .arena = &arena };
	struct source source = { S("pip.conf"), fuzz_text(data, size) };
	struct ini_entries entries;
	ini_parse(&source, &arena, &diagnostics, &entries);
	for (size_t i = 0; i < entries.len; i++) {
		const struct ini_entry *entry = &entries.items[i];
		CHECK(entry->span.offset + entry->span.len <= size);
		CHECK(entry->value.len <= size);
		for (size_t j = 0; j < entry->key.len; j++)
			CHECK(entry->key.ptr[j] == to_lower(entry->key.ptr[j]));
	}
	return 0;
}
