// SPDX-License-Identifier: MIT
// Holds local headers and data descriptors against the directory.
#include "base/zip_local.h"

#include "base/bytes.h"

#include <string.h>

enum {
	LOCAL_BYTES = 30,
	EXTRA_ZIP64 = 0x0001,
	EXTRA_UNICODE_PATH = 0x7075,
	UNICODE_PATH_HEAD = 5, // its version and the name's checksum
	// Readers need these to find an entry's end, or its name.
	FLAGS_THAT_COUNT = ZIP_FLAG_LATE | ZIP_FLAG_UTF8 | ZIP_FLAGS_ENCRYPTED,
};

static const uint32_t all_ones = 0xffffffff;

int zip_entry_error(const struct zip_entry *entry, struct error *err, const char *what)
{
	return error_set(err, ERROR_INTEGRITY, "zip entry '%.*s' %s",
			 SLICE_ARG(entry->name), what);
}

struct slice zip_extra_field(struct slice extra, uint16_t id, bool *ret_twice)
{
	struct slice found = { 0 };
	while (extra.len >= 4) {
		size_t len = get_u16le(extra.ptr + 2);
		if (len > extra.len - 4)
			break; // padding of some archivers
		bool wanted = get_u16le(extra.ptr) == id;
		if (wanted && found.ptr && ret_twice)
			*ret_twice = true;
		if (wanted && !found.ptr)
			found = slice_range(extra, 4, 4 + len);
		extra = slice_skip(extra, 4 + len);
	}
	return found;
}

bool zip_extra_keeps_name(struct slice extra, struct slice name)
{
	bool twice = false;
	struct slice field = zip_extra_field(extra, EXTRA_UNICODE_PATH, &twice);
	return !field.ptr || (!twice && field.len >= UNICODE_PATH_HEAD &&
			      slice_eq(slice_skip(field, UNICODE_PATH_HEAD), name));
}

// What the local header says of the data.
struct numbers {
	uint32_t crc32;
	uint64_t compressed_size, size;
};

// In a local header, the zip64 field has both sizes, whichever is all ones.
static bool read_numbers(const char *header, struct slice extra,
			 struct numbers *ret_numbers)
{
	bool twice = false;
	struct slice wide = zip_extra_field(extra, EXTRA_ZIP64, &twice);
	*ret_numbers = (struct numbers){ get_u32le(header + 14), get_u32le(header + 18),
					 get_u32le(header + 22) };
	if (ret_numbers->size != all_ones && ret_numbers->compressed_size != all_ones)
		return true;
	if (wide.len < 16 || twice)
		return false;
	if (ret_numbers->size == all_ones)
		ret_numbers->size = get_u64le(wide.ptr);
	if (ret_numbers->compressed_size == all_ones)
		ret_numbers->compressed_size = get_u64le(wide.ptr + 8);
	return true;
}

// Where the numbers come late, they may be left out here, but not be others.
static bool agrees(uint64_t local, uint64_t listed, bool late)
{
	return local == listed || (late && local == 0);
}

static int check_header(const struct zip_entry *entry, const char *header,
			struct slice extra, struct error *err)
{
	struct numbers numbers;
	bool late = entry->flags & ZIP_FLAG_LATE;
	if ((get_u16le(header + 6) ^ entry->flags) & FLAGS_THAT_COUNT)
		return zip_entry_error(entry, err, "has other flags in its local header");
	if (get_u16le(header + 8) != entry->method)
		return zip_entry_error(entry, err,
				       "has another compression in its local header");
	if (!zip_extra_keeps_name(extra, entry->name))
		return zip_entry_error(entry, err, "has another name in an extra field");
	if (!read_numbers(header, extra, &numbers) ||
	    !agrees(numbers.compressed_size, entry->compressed_size, late) ||
	    !agrees(numbers.size, entry->size, late))
		return zip_entry_error(entry, err, "has other sizes in its local header");
	if (!agrees(numbers.crc32, entry->crc32, late))
		return zip_entry_error(entry, err,
				       "has another checksum in its local header");
	return 0;
}

// A data descriptor may begin with a signature, and has sizes of 32 or of 64 bits.
static bool is_descriptor(const struct zip_entry *entry, struct slice bytes)
{
	bool is_signed = bytes.len == 16 || bytes.len == 24;
	size_t width = bytes.len >= 20 ? 8 : 4;
	if (is_signed && memcmp(bytes.ptr, "PK\7\10", 4) != 0)
		return false;
	bytes = slice_skip(bytes, is_signed ? 4 : 0);
	if (bytes.len != 4 + 2 * width || get_u32le(bytes.ptr) != entry->crc32)
		return false;
	const char *first = bytes.ptr + 4, *second = first + width;
	return width == 8 ? get_u64le(first) == entry->compressed_size &&
				    get_u64le(second) == entry->size
			  : get_u32le(first) == (uint32_t)entry->compressed_size &&
				    get_u32le(second) == (uint32_t)entry->size;
}

// Between the data and what comes next stands a descriptor, if one is announced, and nothing else: an entry that the
// directory leaves out would stand there.
static int check_rest(const struct zip_entry *entry, struct slice rest, uint64_t end,
		      struct error *err)
{
	enum { LONGEST_DESCRIPTOR = 24 };
	uint64_t gap = entry->limit - entry->header_offset - end;
	bool late = entry->flags & ZIP_FLAG_LATE;
	if (gap == 0 && !late)
		return 0;
	if (!late || gap > LONGEST_DESCRIPTOR)
		return zip_entry_error(entry, err,
				       "is followed by bytes that belong to no entry");
	if (rest.len < end + gap)
		return zip_entry_error(entry, err, "is cut short");
	if (!is_descriptor(entry, slice_range(rest, (size_t)end, (size_t)(end + gap))))
		return zip_entry_error(
			entry, err,
			"is not followed by the sizes and the checksum that are its own");
	return 0;
}

int zip_local_data(const struct zip_entry *entry, struct slice rest,
		   struct slice *ret_data, struct error *err)
{
	if (rest.len < LOCAL_BYTES || memcmp(rest.ptr, "PK\3\4", 4) != 0)
		return zip_entry_error(entry, err, "has no local header");
	size_t name_end = LOCAL_BYTES + get_u16le(rest.ptr + 26);
	size_t begin = name_end + get_u16le(rest.ptr + 28);
	if (!slice_eq(slice_range(rest, LOCAL_BYTES, name_end), entry->name))
		return zip_entry_error(entry, err,
				       "has another name in its local header");
	if (entry->limit - entry->header_offset < begin ||
	    entry->limit - entry->header_offset - begin < entry->compressed_size)
		return zip_entry_error(entry, err, "reaches into what follows it");
	if (rest.len < begin || rest.len - begin < entry->compressed_size)
		return zip_entry_error(entry, err, "is cut short");
	size_t end = begin + (size_t)entry->compressed_size;
	if (check_header(entry, rest.ptr, slice_range(rest, name_end, begin), err) < 0 ||
	    check_rest(entry, rest, end, err) < 0)
		return -1;
	*ret_data = slice_range(rest, begin, end);
	return 0;
}
