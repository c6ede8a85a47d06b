// SPDX-License-Identifier: MIT
// Fuzz: any bytes as a zip archive. Entries lie apart and inside; a tail is enough as
// soon as it says so; what is read has the announced length and checksum.
#include "tests/fuzz/fuzz.h"

#include "base/digest.h"
#include "base/zip.h"

static void check_entry(struct arena *arena, const struct zip_directory *directory,
			const struct zip_entry *entry, struct slice archive)
{
	struct slice data, bytes;
	struct error err = { 0 };
	CHECK(zip_find(directory, entry->name) == entry);
	CHECK(entry->header_offset < entry->limit &&
	      entry->limit <= directory->directory_offset);
	if (zip_entry_data(entry, archive, &data, &err) == 0) {
		CHECK(data.len == entry->compressed_size);
		CHECK((size_t)(data.ptr - archive.ptr) + data.len <= entry->limit);
	}
	if (zip_entry_read(entry, archive, 1 << 20, arena, &bytes, &err) == 0)
		CHECK(bytes.len == entry->size && crc32_update(0, bytes) == entry->crc32);
}

static void check_apart(const struct zip_directory *directory)
{
	for (size_t i = 0; i < directory->len; i++) {
		for (size_t k = 0; k < i; k++) {
			const struct zip_entry *a = &directory->entries[i],
					       *b = &directory->entries[k];
			CHECK(a->limit <= b->header_offset ||
			      b->limit <= a->header_offset);
			CHECK(!slice_eq(a->name, b->name));
		}
	}
}

// Asking for what is needed ends, and ends where the whole archive ended.
static void check_tails(struct arena *arena, struct slice archive, int whole)
{
	struct zip_directory directory;
	uint64_t need = archive.len < 22 ? archive.len : 22;
	for (int round = 0; round < 8; round++) {
		uint64_t asked = need;
		struct error err = { 0 };
		struct slice tail = slice_skip(archive, archive.len - (size_t)asked);
		int status = zip_read_directory(arena, tail, archive.len, &directory,
						&need, &err);
		if (status == 0 || need == 0) {
			CHECK(status == whole);
			return;
		}
		CHECK(need > asked && need <= archive.len);
	}
	CHECK(!"it ends");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena arena = { 0 };
	struct slice archive = fuzz_text(data, size);
	struct zip_directory directory = { 0 };
	struct error err = { 0 };
	uint64_t need;
	int status =
		zip_read_directory(&arena, archive, archive.len, &directory, &need, &err);
	CHECK(need == 0);
	if (status == 0 && directory.len < 64) {
		check_apart(&directory);
		for (size_t i = 0; i < directory.len; i++)
			check_entry(&arena, &directory, &directory.entries[i], archive);
	}
	check_tails(&arena, archive, status);
	arena_release(&arena);
	return 0;
}
