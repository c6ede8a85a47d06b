// SPDX-License-Identifier: MIT
// Splits file names of wheels and source distributions, and tells malformed ones from
// foreign ones.
#include "packaging/filename.h"

#include "packaging/name.h"

#include <string.h>

enum { WHEEL_PARTS_MIN = 5, WHEEL_PARTS_MAX = 7 };

// File systems end at 255 bytes; longer names would only cost time.
enum { FILE_NAME_BYTES_MAX = 1024 };

// Sets the highest bit of each byte of the word that equals c; bytes above 0x7f get none.
static uint64_t bytes_equal(uint64_t word, unsigned c)
{
	const uint64_t ones = 0x0101010101010101u, sevens = ones * 0x7f;
	uint64_t difference = word ^ ones * c;
	return ~(((difference & sevens) + sevens) | difference) & ~sevens;
}

// Sets the highest bit of each byte that is no part of a plain file's name, or would
// mislead a terminal: blanks, control characters, what is not ASCII, slashes.
static uint64_t foreign_bytes(uint64_t word)
{
	const uint64_t ones = 0x0101010101010101u, sevens = ones * 0x7f;
	uint64_t low = word & sevens;
	return (word | ~(low + ones * (0x7f - ' ')) | (low + ones) |
		bytes_equal(word, '/') | bytes_equal(word, '\\')) &
	       ~sevens;
}

// Eight bytes of the name from `at` on, filled up with letters behind its end.
static inline uint64_t word_at(struct slice name, size_t at)
{
	uint64_t word = 0x6161616161616161u;
	if (name.len - at >= sizeof(word))
		memcpy(&word, name.ptr + at, sizeof(word));
	else
		memcpy(&word, name.ptr + at, name.len - at);
	return word;
}

static bool is_plain_file(struct slice file)
{
	uint64_t foreign = 0;
	if (file.len > FILE_NAME_BYTES_MAX)
		return false;
	for (size_t at = 0; at < file.len; at += sizeof(uint64_t))
		foreign |= foreign_bytes(word_at(file, at));
	return foreign == 0;
}

// Splits at dashes. Returns the number of parts, or 0 for more than the array holds.
static size_t split_parts(struct slice stem, struct slice parts[WHEEL_PARTS_MAX])
{
	size_t count = 0, start = 0;
	for (size_t at = 0; at < stem.len; at += sizeof(uint64_t)) {
		uint64_t dashes = bytes_equal(word_at(stem, at), '-');
		for (; dashes; dashes &= dashes - 1) {
			size_t dash = at + (size_t)__builtin_ctzll(dashes) / 8;
			if (count == WHEEL_PARTS_MAX - 1)
				return 0;
			parts[count++] = (struct slice){ stem.ptr + start, dash - start };
			start = dash + 1;
		}
	}
	parts[count++] = (struct slice){ stem.ptr + start, stem.len - start };
	return count;
}

// A variant label (PEP 825) has lower-case letters, digits, '_' and '.'.
static bool is_variant_label(struct slice label)
{
	for (size_t i = 0; i < label.len; i++) {
		char c = label.ptr[i];
		if (!is_digit(c) && !(c >= 'a' && c <= 'z') && c != '_' && c != '.')
			return false;
	}
	return label.len > 0;
}

// No member of a compressed set is empty, and none begins with a digit if they name a
// Python.
static bool is_tag_set(struct slice set, bool python)
{
	bool at_start = true, good = true;
	for (size_t i = 0; i < set.len; i++) {
		char c = set.ptr[i];
		if (c == '.')
			good &= !at_start;
		else if (python)
			good &= at_start ? is_alpha(c) || c == '_'
					 : is_alnum(c) || c == '_';
		at_start = c == '.';
	}
	return good && !at_start;
}

// The name part has '_' for each run of '-'; capitals and dots are old but allowed
// (427.1).
static bool is_wheel_project(struct slice name)
{
	return name_is_valid(name) && !slice_contains(name, S("__"));
}

static uint64_t leading_number(struct slice build)
{
	size_t len = 0;
	uint64_t number = UINT64_MAX;
	while (len < build.len && is_digit(build.ptr[len]))
		len++;
	if (!slice_parse_u64(slice_range(build, 0, len), UINT64_MAX, &number))
		return UINT64_MAX;
	return number;
}

static bool starts_with_digit(struct slice text)
{
	return text.len > 0 && is_digit(text.ptr[0]);
}

enum filename_result wheel_name_parse(struct slice file, struct wheel_name *ret_name)
{
	return wheel_name_parse_after(file, NULL, ret_name);
}

static bool is_same(struct slice part, const struct slice *known)
{
	return known && slice_eq(part, *known);
}

// The parts are name-version[-build]-python-abi-platform[-variant] (427.1). A build
// begins with a digit, a Python tag does not, so the third part says whether the sixth is
// a variant label.
enum filename_result wheel_name_parse_after(struct slice file,
					    const struct wheel_name *last,
					    struct wheel_name *ret_name)
{
	struct slice parts[WHEEL_PARTS_MAX];
	if (!slice_ends_with(file, S(".whl")))
		return FILENAME_OTHER;
	size_t count = split_parts(slice_range(file, 0, file.len - 4), parts);
	if (count < WHEEL_PARTS_MIN || !is_plain_file(file))
		return FILENAME_INVALID;
	size_t has_build = starts_with_digit(parts[2]), tags = 2 + has_build;
	if (count < tags + 3 || count > tags + 4)
		return FILENAME_INVALID;
	struct wheel_name name = {
		.file = file,
		.name = parts[0],
		.version = parts[1],
		.build = has_build ? parts[2] : S(""),
		.build_number = has_build ? leading_number(parts[2]) : 0,
		.python = parts[tags],
		.abi = parts[tags + 1],
		.platform = parts[tags + 2],
	};
	bool named = is_same(name.name, last ? &last->name : NULL) ||
		     is_wheel_project(name.name);
	bool versioned = is_same(name.version, last ? &last->version : NULL) ||
			 version_is_valid(name.version);
	if (!named || !versioned || !is_tag_set(name.python, true) ||
	    !is_tag_set(name.abi, false) || !is_tag_set(name.platform, false))
		return FILENAME_INVALID;
	if (count > tags + 3)
		return is_variant_label(parts[tags + 3]) ? FILENAME_VARIANT
							 : FILENAME_INVALID;
	*ret_name = name;
	return FILENAME_OK;
}

static bool strip_suffix(struct slice *file, struct slice suffix)
{
	if (!slice_ends_with(*file, suffix))
		return false;
	file->len -= suffix.len;
	return true;
}

// Old names hold dashes on both sides ("a-b-1.0", "a-1.0-1"): the split is where the
// project's name ends (625.1). An unknown project leaves the last dash, since a version
// in normal form has none.
static size_t find_split(struct slice stem, struct slice project)
{
	if (project.len == 0)
		return slice_find_last_byte(stem, '-');
	for (size_t i = 0; i < stem.len; i++)
		if (stem.ptr[i] == '-' && name_eq(slice_range(stem, 0, i), project))
			return i;
	return SLICE_NONE;
}

// Old sdists are .zip; tar.bz2, tar.xz and the like are other files (625.2).
enum filename_result sdist_name_parse(struct slice file, struct slice project,
				      struct sdist_name *ret_name)
{
	struct sdist_name name = { .file = file };
	struct slice stem = file;
	name.zip = strip_suffix(&stem, S(".zip"));
	if (!name.zip && !strip_suffix(&stem, S(".tar.gz")))
		return FILENAME_OTHER;
	size_t split = is_plain_file(file) ? find_split(stem, project) : SLICE_NONE;
	if (split == SLICE_NONE)
		return FILENAME_INVALID;
	name.name = slice_range(stem, 0, split);
	name.version = slice_skip(stem, split + 1);
	if (!name_is_valid(name.name) || !version_is_valid(name.version))
		return FILENAME_INVALID;
	*ret_name = name;
	return FILENAME_OK;
}
