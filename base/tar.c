// SPDX-License-Identifier: MIT
// The canonical tar header, and the pax header before it where a name, a link target or a
// size does not fit.
#include "base/tar.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

enum {
	NAME_AT = 0,
	NAME_LEN = 100,
	MODE_AT = 100,
	UID_AT = 108,
	GID_AT = 116,
	SIZE_AT = 124,
	MTIME_AT = 136,
	CHECKSUM_AT = 148,
	TYPE_AT = 156,
	LINK_AT = 157,
	LINK_LEN = 100,
	MAGIC_AT = 257,
	MAJOR_AT = 329,
	MINOR_AT = 337,
	PREFIX_AT = 345,
	PREFIX_LEN = 155,
	COMPONENT_MAX = 255,
	TYPE_PAX = 'x',
};

static const uint64_t size_limit = (uint64_t)1 << 33; // 8^11

bool tar_path_is_fit(struct slice path)
{
	if (path.len == 0 || path.len > TAR_PATH_MAX ||
	    slice_find_byte(path, '\0') != SLICE_NONE ||
	    slice_find_byte(path, '\\') != SLICE_NONE)
		return false;
	struct slice component;
	bool more;
	do {
		more = slice_cut(&path, '/', &component);
		if (component.len == 0 || component.len > COMPONENT_MAX ||
		    slice_eq(component, S(".")) || slice_eq(component, S("..")))
			return false;
	} while (more);
	return true;
}

static bool is_ascii(struct slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		if ((unsigned char)s.ptr[i] > 0x7f)
			return false;
	}
	return true;
}

// Writes digits with leading zeros. The NUL behind them is in the block already.
static void put_octal(char *field, unsigned digits, uint64_t value)
{
	for (unsigned i = digits; i-- > 0; value >>= 3)
		field[i] = (char)('0' + (value & 7));
}

static void put_text(char *block, size_t at, struct slice text)
{
	memcpy(block + at, text.ptr, text.len);
}

// Writes the text without its non-ASCII bytes, as much as fits. Returns how many there
// are in all.
static size_t put_ascii(char *field, size_t room, struct slice text)
{
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] > 0x7f)
			continue;
		if (len < room)
			field[len] = text.ptr[i];
		len++;
	}
	return len;
}

// Writes a field of a header whose pax record holds the full text (tar.7). Readers
// without pax would take a cut name that ends in '/' for a directory, so the first slash
// of that run becomes NUL.
static void put_cut(char *field, size_t room, struct slice text)
{
	if (put_ascii(field, room, text) <= room || field[room - 1] != '/')
		return;
	size_t run = room - 1;
	while (run > 0 && field[run - 1] == '/')
		run--;
	field[run] = '\0';
}

static void put_checksum(char *block)
{
	unsigned sum = 0;
	memset(block + CHECKSUM_AT, ' ', 8);
	for (size_t i = 0; i < TAR_BLOCK_BYTES; i++)
		sum += (unsigned char)block[i];
	put_octal(block + CHECKSUM_AT, 6, sum);
	block[CHECKSUM_AT + 6] = '\0';
}

// Where to split an ASCII name into prefix and name field, 0 if that is impossible
// (tar.6, case 2).
static size_t split_at(struct slice name)
{
	size_t window = name.len < PREFIX_LEN + 1 ? name.len : PREFIX_LEN + 1;
	if (name.len <= PREFIX_LEN + 1 && slice_ends_with(name, S("/")))
		window--;
	size_t at = slice_find_last_byte(slice_range(name, 0, window), '/');
	if (at == SLICE_NONE || at == 0 || at > PREFIX_LEN)
		return 0;
	size_t rest = name.len - at - 1;
	return rest >= 1 && rest <= NAME_LEN ? at : 0;
}

// What a header needs beyond its fields (tar.6).
struct tar_records {
	bool path, linkpath, size;
	size_t split; // of the name, 0 for none
};

static struct tar_records records_for(const struct tar_entry *entry, struct slice name)
{
	struct tar_records needed = {
		.linkpath = entry->link.len > LINK_LEN || !is_ascii(entry->link),
		.size = entry->size >= size_limit,
	};
	if (name.len <= NAME_LEN && is_ascii(name))
		return needed;
	if (is_ascii(name) && !needed.linkpath && !needed.size)
		needed.split = split_at(name);
	needed.path = needed.split == 0;
	return needed;
}

static void append(struct tar_header *header, struct slice bytes)
{
	assert(bytes.len <= sizeof(header->bytes) - header->len);
	put_text(header->bytes, header->len, bytes);
	header->len += bytes.len;
}

static size_t decimal_width(size_t value)
{
	size_t width = 1;
	for (; value >= 10; value /= 10)
		width++;
	return width;
}

// "LEN key=value\n", LEN counting itself.
static void append_record(struct tar_header *header, struct slice key, struct slice value)
{
	char digits[24];
	size_t rest = key.len + value.len + sizeof(" =\n") - 1, width = 1;
	while (decimal_width(rest + width) > width)
		width++;
	int digits_len = snprintf(digits, sizeof(digits), "%zu ", rest + width);
	append(header, (struct slice){ digits, (size_t)digits_len });
	append(header, key);
	append(header, S("="));
	append(header, value);
	append(header, S("\n"));
}

// "a/b" → "a/PaxHeaders.0/b"; a directory's last component is empty.
static void put_pax_name(char *block, struct slice name)
{
	char text[TAR_PATH_MAX + 32];
	size_t slash = slice_find_last_byte(name, '/'),
	       directory_len = slash == SLICE_NONE ? 0 : slash + 1;
	struct slice last = slice_skip(name, directory_len);
	int len =
		snprintf(text, sizeof(text), "%.*sPaxHeaders.0%s%.*s", (int)directory_len,
			 name.ptr, last.len ? "/" : "", SLICE_ARG(last));
	size_t ascii = put_ascii(block, NAME_LEN, (struct slice){ text, (size_t)len });
	size_t kept = ascii < NAME_LEN ? ascii : NAME_LEN;
	while (kept > 0 && block[kept - 1] == '/')
		block[--kept] = '\0';
}

static void put_common(char *block, char type, const struct tar_entry *entry)
{
	put_octal(block + MODE_AT, 7, entry->mode);
	put_octal(block + UID_AT, 7, entry->uid);
	put_octal(block + GID_AT, 7, entry->gid);
	put_octal(block + SIZE_AT, 11, entry->size);
	put_octal(block + MTIME_AT, 11, entry->mtime);
	block[TYPE_AT] = type;
	put_text(block, MAGIC_AT,
		 (struct slice){ "ustar\0"
				 "00",
				 8 });
}

// Writes the pax entry (tar.7): its own block, then the records sorted by key, padded.
static void append_pax(struct tar_header *header, const struct tar_entry *entry,
		       struct slice name, const struct tar_records *needed)
{
	char size_text[24];
	int size_len = snprintf(size_text, sizeof(size_text), "%llu",
				(unsigned long long)entry->size);
	char *block = header->bytes + header->len;
	header->len += TAR_BLOCK_BYTES;
	size_t begin = header->len;
	if (needed->linkpath)
		append_record(header, S("linkpath"), entry->link);
	if (needed->path)
		append_record(header, S("path"), name);
	if (needed->size)
		append_record(header, S("size"),
			      (struct slice){ size_text, (size_t)size_len });
	put_pax_name(block, name);
	struct tar_entry records = { .size = header->len - begin };
	put_common(block, TYPE_PAX, &records);
	put_checksum(block);
	header->len += tar_padding(header->len);
}

static void append_block(struct tar_header *header, const struct tar_entry *entry,
			 struct slice name, const struct tar_records *needed)
{
	char *block = header->bytes + header->len;
	header->len += TAR_BLOCK_BYTES;
	put_cut(block + NAME_AT, NAME_LEN,
		needed->split ? slice_skip(name, needed->split + 1) : name);
	put_text(block, PREFIX_AT, slice_range(name, 0, needed->split));
	put_cut(block + LINK_AT, LINK_LEN, entry->link);
	struct tar_entry shown = *entry;
	shown.size = needed->size ? 0 : entry->size;
	put_common(block, (char)entry->type, &shown);
	put_octal(block + MAJOR_AT, 7, 0);
	put_octal(block + MINOR_AT, 7, 0);
	put_checksum(block);
}

static int check(const struct tar_entry *entry, struct error *err)
{
	if (!tar_path_is_fit(entry->path))
		return error_set(err, ERROR_INTEGRITY, "'%.*s' is not a path for a layer",
				 SLICE_ARG(entry->path));
	bool is_link = entry->type == TAR_SYMLINK || entry->type == TAR_HARD_LINK;
	if (entry->link.len > TAR_PATH_MAX || is_link != (entry->link.len > 0) ||
	    slice_find_byte(entry->link, '\0') != SLICE_NONE)
		return error_set(err, ERROR_INTEGRITY,
				 "'%.*s' has a link target that is not for a layer",
				 SLICE_ARG(entry->path));
	if (entry->uid > TAR_OWNER_MAX || entry->gid > TAR_OWNER_MAX ||
	    entry->mode > 07777 || entry->mtime >= size_limit ||
	    (entry->type != TAR_FILE && entry->size != 0))
		return error_set(err, ERROR_INTEGRITY,
				 "owner, mode, time or size of '%.*s' is out of range",
				 SLICE_ARG(entry->path));
	return 0;
}

int tar_header_write(const struct tar_entry *entry, struct tar_header *ret_header,
		     struct error *err)
{
	char with_slash[TAR_PATH_MAX + 1];
	struct slice name = entry->path;
	if (check(entry, err) < 0)
		return -1;
	if (entry->type == TAR_DIRECTORY) {
		put_text(with_slash, 0, name);
		with_slash[name.len] = '/';
		name = (struct slice){ with_slash, name.len + 1 };
	}
	memset(ret_header, 0, sizeof(*ret_header));
	struct tar_records needed = records_for(entry, name);
	if (needed.path || needed.linkpath || needed.size)
		append_pax(ret_header, entry, name, &needed);
	append_block(ret_header, entry, name, &needed);
	return 0;
}
