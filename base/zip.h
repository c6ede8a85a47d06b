// SPDX-License-Identifier: MIT
// Zip central directories over bytes in memory: a mapped wheel, or the tail of one
// fetched by range (gz.7, zip.1–zip.3). Names, sizes and checksums come from the central
// directory; what the local header says besides has to be the same.
#pragma once

#include "base/inflate.h"

enum zip_method { ZIP_STORED = 0, ZIP_DEFLATED = 8, ZIP_ZSTD = 93 };

struct zip_entry {
	struct slice name; // UTF-8, as in the directory; directories end in '/'
	uint16_t method;   // enum zip_method; others are refused when the entry is read
	uint16_t flags;
	uint32_t crc32;
	uint64_t compressed_size, size, header_offset;
	uint64_t limit; // where what follows begins: the data must end before it
	uint32_t external_attributes; // upper half: Unix mode
};

struct zip_directory {
	struct zip_entry *entries; // in the directory's order
	size_t len, cap;
	uint32_t *by_name;         // indexes of entries, sorted by name
	uint64_t file_size;        // of the whole archive
	uint64_t directory_offset; // where the central directory begins
};

// tail: the last tail.len bytes of an archive of file_size bytes (tail.len == file_size
// for a whole file). Borrows names from tail. If tail is too short: -1, and *ret_need is
// how many last bytes are needed (more than tail.len; 0 for other errors). Refuses
// (ERROR_INTEGRITY): duplicate names, overlapping or outlying data, bytes before the first
// entry, too many entries, names that are not UTF-8 or not marked so; and, when an entry
// is read, encryption, a local header or data descriptor that disagrees with the
// directory, and bytes before the next entry that belong to none.
NODISCARD int zip_read_directory(struct arena *arena, struct slice tail,
				 uint64_t file_size, struct zip_directory *ret_directory,
				 uint64_t *ret_need, struct error *err);
const struct zip_entry *zip_find(const struct zip_directory *directory,
				 struct slice name); // NULL if absent

// The entry's compressed bytes within the whole archive.
NODISCARD int zip_entry_data(const struct zip_entry *entry, struct slice archive,
			     struct slice *ret_data, struct error *err);
// Unpacks an entry's data (of zip_entry_data) into sink and checks length and CRC-32.
// ERROR_INTEGRITY, naming the entry, if these are wrong, and for a broken stream, a size
// that its compression cannot reach, bytes after a zstd stream, and any compression but
// deflate and zstd (gz.8, zip.1). Bytes after a deflate stream are tolerated and show in
// ret_result.
NODISCARD int zip_entry_unpack(const struct zip_entry *entry, struct slice data,
			       struct inflater *inflater, struct inflate_sink sink,
			       struct inflate_result *ret_result, struct error *err);
// The entry inflated and checked (length, CRC-32), at most max_bytes.
NODISCARD int zip_entry_read(const struct zip_entry *entry, struct slice archive,
			     uint64_t max_bytes, struct arena *arena,
			     struct slice *ret_bytes, struct error *err);
// The same from a piece of the archive, fetched by range, that has the entry's local header and its data.
struct zip_piece {
	struct slice bytes;
	uint64_t offset; // in the archive
};
NODISCARD int zip_entry_read_piece(const struct zip_entry *entry,
				   const struct zip_piece *piece, uint64_t max_bytes,
				   struct arena *arena, struct slice *ret_bytes,
				   struct error *err);
