// SPDX-License-Identifier: MIT
// Reads one distribution file of a lock: where it is, what it is called, what its bytes
// must be.
#include "lockfile/read.h"

#include "base/limits.h"
#include "base/text.h"
#include "lockfile/order.h"

// --- hashes (751.10) --------------------------------------------------------------------------

struct algorithm {
	struct slice name;
	size_t hex_len;
	bool secure;
};

// The algorithms of hashlib.algorithms_guaranteed that have a length of their own.
static const struct algorithm *find_algorithm(struct slice name)
{
	static const struct algorithm algorithms[] = {
		{ { "blake2b", 7 }, 128, true },  { { "blake2s", 7 }, 64, true },
		{ { "md5", 3 }, 32, false },      { { "sha1", 4 }, 40, false },
		{ { "sha224", 6 }, 56, true },    { { "sha256", 6 }, 64, true },
		{ { "sha384", 6 }, 96, true },    { { "sha3_224", 8 }, 56, true },
		{ { "sha3_256", 8 }, 64, true },  { { "sha3_384", 8 }, 96, true },
		{ { "sha3_512", 8 }, 128, true }, { { "sha512", 6 }, 128, true },
	};
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(algorithms[0]); i++)
		if (slice_eq(algorithms[i].name, name))
			return &algorithms[i];
	return NULL;
}

static bool has_hash(const struct lock_file *file, struct slice algorithm)
{
	if (slice_eq(algorithm, S("sha256")))
		return !sha256_is_zero(&file->sha256);
	for (size_t i = 0; i < file->hashes_len; i++)
		if (slice_eq(file->hashes[i].algorithm, algorithm))
			return true;
	return false;
}

// Reads one entry of the table; true if it protects against forgery.
static bool read_hash(struct lock_reader *reader, const struct toml_entry *entry,
		      struct lock_file *file)
{
	if (!toml_check_type(&entry->value, TOML_STRING, entry->key, reader->diagnostics))
		return false;
	struct lock_hash hash = { slice_lower(reader->arena, entry->key),
				  slice_lower(reader->arena, entry->value.string) };
	const struct algorithm *known = find_algorithm(hash.algorithm);
	if (hash.hex.len == 0 || !slice_is_hex(hash.hex) ||
	    (known && hash.hex.len != known->hex_len)) {
		read_error(reader, entry->value.span,
			   "'%.*s' is no %.*s in hexadecimal digits",
			   SLICE_ARG(entry->value.string), SLICE_ARG(hash.algorithm));
		return false;
	}
	if (has_hash(file, hash.algorithm)) {
		read_error(reader, entry->key_span, "a second %.*s for the same file",
			   SLICE_ARG(hash.algorithm));
		return false;
	}
	if (!slice_eq(hash.algorithm, S("sha256"))) {
		file->hashes = array_grow(reader->arena, file->hashes, file->hashes_len,
					  &file->hashes_cap, sizeof(*file->hashes));
		file->hashes[file->hashes_len++] = hash;
	} else if (!sha256_parse_hex(hash.hex, &file->sha256)) {
		return false;
	}
	return known && known->secure;
}

static void read_hashes(struct lock_reader *reader, const struct toml_value *table,
			struct lock_file *file)
{
	const struct toml_value *hashes =
		read_required(reader, table, S("hashes"), TOML_TABLE);
	size_t errors_before = reader->diagnostics->error_count;
	bool secure = false;
	if (!hashes)
		return;
	if (hashes->table->len > LIMIT_FILE_HASHES) {
		read_error(reader, hashes->span, "more than %d hashes of one file",
			   LIMIT_FILE_HASHES);
		return;
	}
	for (size_t i = 0; i < hashes->table->len; i++)
		secure = read_hash(reader, &hashes->table->items[i], file) || secure;
	lock_sort_hashes(file->hashes, file->hashes_len);
	if (secure || reader->diagnostics->error_count > errors_before)
		return;
	struct error *error = read_error(reader, hashes->span, "no secure hash");
	error_hint(error, "add its sha256; md5 and sha1 can be forged");
}

// --- the name (751.7) -------------------------------------------------------------------------

static bool is_file_name(struct slice name)
{
	return name.len > 0 && !slice_eq(name, S(".")) && !slice_eq(name, S("..")) &&
	       slice_find_byte(name, '/') == SLICE_NONE &&
	       slice_find_byte(name, '\\') == SLICE_NONE && !read_has_control(name) &&
	       slice_find_bad_utf8(name) == SLICE_NONE;
}

static struct slice read_name(struct lock_reader *reader, const struct toml_value *table,
			      const struct lock_file *file)
{
	struct lock_file named = *file;
	named.name = read_text(reader, table, S("name"));
	struct slice name = lock_file_name(reader->arena, &named);
	if (!is_file_name(name) &&
	    (file->path.len || file->url.len || toml_find(table->table, S("name")))) {
		read_error(reader, table->span, "'%.*s' is no file name",
			   SLICE_ARG(name));
		return S("");
	}
	return name;
}

// --- the rest ---------------------------------------------------------------------------------

// The size is a number of bytes (751.8), and a boolean is no number (toml.1).
static void read_size(struct lock_reader *reader, const struct toml_value *table,
		      struct lock_file *file)
{
	const struct toml_value *size =
		read_optional(reader, table, S("size"), TOML_INTEGER);
	if (!size)
		return;
	if (size->integer < 0) {
		read_error(reader, size->span, "'size' is negative");
		return;
	}
	file->has_size = true;
	file->size = (uint64_t)size->integer;
}

// The upload time is a TOML datetime in UTC (751.8, toml.2), returned in the spelling
// that the model promises.
static struct slice read_upload_time(struct lock_reader *reader,
				     const struct toml_value *table)
{
	const struct toml_value *time =
		read_optional(reader, table, S("upload-time"), TOML_OFFSET_DATETIME);
	if (!time)
		return S("");
	if (time->datetime.offset_minutes != 0) {
		read_error(reader, time->span, "'upload-time' is not in UTC");
		return S("");
	}
	return lock_utc_text(reader->arena, toml_source_text(time));
}

void read_lock_file(struct lock_reader *reader, const struct toml_value *table,
		    enum lock_file_kind kind, struct lock_file *ret_file)
{
	struct lock_file file = { .kind = kind };
	read_location(reader, table, &file.url, &file.path);
	file.name = kind == LOCK_ARCHIVE ? S("") : read_name(reader, table, &file);
	file.upload_time = read_upload_time(reader, table);
	read_size(reader, table, &file);
	read_hashes(reader, table, &file);
	file.subdirectory =
		kind == LOCK_ARCHIVE ? read_subdirectory(reader, table) : S("");
	*ret_file = file;
}

void read_built_file(struct lock_reader *reader, const struct toml_value *table,
		     struct lock_file *ret_file)
{
	struct lock_file file = { .kind = LOCK_WHEEL };
	file.name = read_required_text(reader, table, S("name"));
	read_size(reader, table, &file);
	read_hashes(reader, table, &file);
	*ret_file = file;
}
