// SPDX-License-Identifier: MIT
// Holds a wheel against its own RECORD, file by file. What passes is installed later
// without another look.
#include "builder/wheel/wheel.h"

#include "base/digest_named.h"
#include "base/headers.h"
#include "base/limits.h"
#include "base/map.h"
#include "builder/wheel/entry_points.h"
#include "builder/wheel/layout.h"
#include "builder/wheel/record.h"
#include "packaging/filename.h"
#include "packaging/name.h"

// The check needs no particular Python: any place below a prefix shows what leaves it.
static const struct layout_places anywhere = {
	.site = { "lib/python3/site-packages", sizeof("lib/python3/site-packages") - 1 },
	.headers = { "include/site/python3", sizeof("include/site/python3") - 1 },
};

struct check {
	const struct wheel_file *wheel;
	struct arena *arena;
	struct layout layout;
	struct record record;
	struct map rows; // path -> index in record.rows
	struct inflater *inflater;
	const struct work *work;
};

static int refuse(const struct check *check, struct slice entry, const char *what,
		  struct error *err)
{
	return error_set(err, ERROR_INTEGRITY, "wheel '%.*s': entry '%.*s' %s",
			 SLICE_ARG(check->wheel->file_name), SLICE_ARG(entry), what);
}

// An info file's bytes; *ret_found false where the wheel has none.
static int read_info(const struct check *check, struct slice name, bool *ret_found,
		     struct slice *ret_text, struct error *err)
{
	const struct zip_entry *zip = layout_find_info(&check->layout, name);
	*ret_found = zip != NULL;
	if (!zip)
		return 0;
	return entry_read(check->wheel, zip, LIMIT_TEXT_FILE_BYTES, check->arena,
			  ret_text, err);
}

static int missing(const struct check *check, const char *name, struct error *err)
{
	return error_set(err, ERROR_INTEGRITY, "wheel '%.*s' has no file %s in '%.*s'",
			 SLICE_ARG(check->wheel->file_name), name,
			 SLICE_ARG(check->layout.dist_info));
}

// A newer minor version of the wheel format is read as 1.0, a newer major one is refused
// (inst.1).
static int check_wheel_file(const struct check *check, struct error *err)
{
	struct slice text = { 0 }, major = { 0 };
	struct header_block block = { 0 };
	bool found;
	if (read_info(check, S("WHEEL"), &found, &text, err) < 0)
		return -1;
	if (!found)
		return missing(check, "WHEEL", err);
	if (headers_parse(check->arena, text, &block, err) < 0)
		return error_during(err, "reading WHEEL of '%.*s'",
				    SLICE_ARG(check->wheel->file_name));
	struct slice version = headers_get(&block, S("Wheel-Version")), minor = version;
	uint64_t number = 0;
	slice_cut(&minor, '.', &major);
	if (!slice_parse_u64(slice_trim(major), UINT32_MAX, &number))
		return error_set(err, ERROR_INTEGRITY,
				 "wheel '%.*s' states no readable Wheel-Version ('%.*s')",
				 SLICE_ARG(check->wheel->file_name), SLICE_ARG(version));
	if (number != 1)
		return error_set(
			err, ERROR_INTEGRITY,
			"wheel '%.*s' has Wheel-Version %.*s; this program knows 1",
			SLICE_ARG(check->wheel->file_name), SLICE_ARG(version));
	return 0;
}

static bool is_same_version(struct arena *arena, struct slice one, struct slice other)
{
	struct version a, b;
	return version_parse(arena, one, &a) && version_parse(arena, other, &b) &&
	       version_cmp(&a, &b) == 0;
}

// What the resolver believed has to be what is installed: the METADATA that an index shows beside a wheel, and its file
// name, are no part of it.
static int check_metadata(const struct check *check, struct error *err)
{
	struct slice text = { 0 }, file = check->wheel->file_name;
	struct header_block block = { 0 };
	struct wheel_name name;
	bool found;
	if (read_info(check, S("METADATA"), &found, &text, err) < 0)
		return -1;
	if (!found)
		return missing(check, "METADATA", err);
	if (headers_parse(check->arena, text, &block, err) < 0)
		return error_during(err, "reading METADATA of '%.*s'", SLICE_ARG(file));
	struct slice project = headers_get(&block, S("Name")),
		     version = headers_get(&block, S("Version"));
	if (!name_eq(project, check->wheel->name))
		return error_set(err, ERROR_INTEGRITY,
				 "wheel '%.*s' says in its METADATA that it is '%.*s'",
				 SLICE_ARG(file), SLICE_ARG(project));
	if (wheel_name_parse(file, &name) == FILENAME_OK &&
	    !is_same_version(check->arena, name.version, version))
		return error_set(
			err, ERROR_INTEGRITY,
			"wheel '%.*s' says in its METADATA that it is version '%.*s'",
			SLICE_ARG(file), SLICE_ARG(version));
	return 0;
}

static int check_entry_points(const struct check *check, struct error *err)
{
	struct slice text = { 0 };
	struct entry_point_list ignored;
	bool found;
	if (read_info(check, S("entry_points.txt"), &found, &text, err) < 0)
		return -1;
	if (found && entry_points_parse(text, check->arena, &ignored, err) < 0)
		return error_during(err, "checking wheel '%.*s'",
				    SLICE_ARG(check->wheel->file_name));
	return 0;
}

static int load_record(struct check *check, struct error *err)
{
	struct slice text = { 0 };
	bool found;
	if (read_info(check, S("RECORD"), &found, &text, err) < 0)
		return -1;
	if (!found)
		return missing(check, "RECORD", err);
	if (record_parse(text, check->arena, &check->record, err) < 0)
		return error_during(err, "checking wheel '%.*s'",
				    SLICE_ARG(check->wheel->file_name));
	for (size_t i = 0; i < check->record.len; i++) {
		const struct record_row *row = &check->record.rows[i];
		uint32_t first = 0;
		if (!map_insert(&check->rows, row->path, (uint32_t)i, &first) &&
		    !slice_eq(check->record.rows[first].hash, row->hash))
			return refuse(check, row->path,
				      "has two different rows in RECORD", err);
	}
	return 0;
}

// What an entry's bytes go through; digest is NULL where only length and CRC-32 count.
struct hashing {
	struct named_digest *digest;
	const struct work *work;
};

static int hash_piece(void *context, struct slice piece, struct error *err)
{
	const struct hashing *hashing = context;
	if (work_heed(hashing->work, err) < 0)
		return -1;
	if (hashing->digest)
		named_digest_update(hashing->digest, piece);
	return 0;
}

static int stream(const struct check *check, const struct zip_entry *zip,
		  struct named_digest *digest, struct error *err)
{
	struct hashing hashing = { digest, check->work };
	return entry_stream(check->wheel, zip, check->inflater,
			    (struct inflate_sink){ hash_piece, &hashing }, err);
}

static int compare_hash(const struct check *check, const struct zip_entry *zip,
			struct slice hash, struct error *err)
{
	struct slice algorithm = { 0 };
	slice_cut(&hash, '=', &algorithm);
	while (slice_ends_with(hash, S("=")))
		hash.len--;
	AUTO(named_digest_cleanup)
	struct named_digest *digest = named_digest_new(algorithm);
	if (!digest)
		return refuse(check, zip->name,
			      "has no hash in RECORD that is SHA-256 or stronger", err);
	if (stream(check, zip, digest, err) < 0)
		return -1;
	struct slice actual = named_digest_base64url(digest, check->arena);
	if (!slice_eq(hash, actual))
		return error_set(
			err, ERROR_INTEGRITY,
			"wheel '%.*s': entry '%.*s' has %.*s %.*s, but its RECORD says %.*s",
			SLICE_ARG(check->wheel->file_name), SLICE_ARG(zip->name),
			SLICE_ARG(algorithm), SLICE_ARG(actual), SLICE_ARG(hash));
	return 0;
}

// Every file of the wheel has to be in RECORD with its hash (inst.2).
static int check_entry(const struct check *check, const struct zip_entry *zip,
		       struct error *err)
{
	uint32_t row;
	// Behind the header of a folder an entry could stand that the directory leaves out.
	if (slice_ends_with(zip->name, S("/")) ||
	    layout_needs_no_row(&check->layout, zip->name))
		return stream(check, zip, NULL, err);
	if (!map_find(&check->rows, zip->name, &row))
		return refuse(check, zip->name, "is not listed in RECORD", err);
	struct arena_mark mark = arena_mark(check->arena);
	int status = compare_hash(check, zip, check->record.rows[row].hash, err);
	arena_rewind(check->arena, mark);
	return status;
}

static int check_places(const struct check *check, struct error *err)
{
	struct map places = { .arena = check->arena };
	for (size_t i = 0; i < check->layout.len; i++) {
		struct slice path = check->layout.items[i].path;
		uint32_t first = 0;
		if (path.len && !map_insert(&places, path, (uint32_t)i, &first))
			return error_set(
				err, ERROR_INTEGRITY,
				"wheel '%.*s': entries '%.*s' and '%.*s' have one place",
				SLICE_ARG(check->wheel->file_name),
				SLICE_ARG(check->layout.items[first].zip->name),
				SLICE_ARG(check->layout.items[i].zip->name));
	}
	return 0;
}

static int run_check(struct check *check, struct error *err)
{
	struct layout *layout = &check->layout;
	if (layout_of_wheel(check->wheel, &anywhere, check->arena, layout, err) < 0 ||
	    check_wheel_file(check, err) < 0 || check_metadata(check, err) < 0 ||
	    check_entry_points(check, err) < 0 || load_record(check, err) < 0 ||
	    check_places(check, err) < 0)
		return -1;
	for (size_t i = 0; i < check->wheel->directory.len; i++)
		if (check_entry(check, &check->wheel->directory.entries[i], err) < 0)
			return -1;
	return 0;
}

int wheel_check(const struct wheel_file *wheel, const struct work *work,
		struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(inflater_cleanup) struct inflater *inflater = inflater_new();
	struct check check = { .wheel = wheel,
			       .arena = &scratch,
			       .inflater = inflater,
			       .rows.arena = &scratch,
			       .work = work };
	return run_check(&check, err);
}

int wheel_check_path(const char *path, struct slice project, struct slice file_name,
		     const struct work *work, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(wheel_file_close)
	struct wheel_file wheel = { .name = project, .file_name = file_name };
	uint64_t need;
	if (file_map_open(path, ERROR_IO, &wheel.map, err) < 0)
		return -1;
	if (zip_read_directory(&scratch, wheel.map.bytes, wheel.map.bytes.len,
			       &wheel.directory, &need, err) < 0)
		return error_during(err, "reading wheel '%.*s'", SLICE_ARG(file_name));
	return wheel_check(&wheel, work, err);
}

int wheel_admit(const struct arrived_file *file, const struct work *work,
		struct error *err)
{
	return file->is_wheel ? wheel_check_path(file->path, file->project, file->name,
						 work, err)
			      : 0;
}
