// SPDX-License-Identifier: MIT
// Wheel → files of an environment: spreads entries, writes scripts and dist-info notes,
// and lists them all in RECORD.

#include "base/limits.h"
#include "base/map.h"
#include "builder/wheel/record.h"
#include "builder/wheel/script.h"
#include "builder/wheel/strip.h"

#include <stdlib.h>
#include <string.h>

struct installer {
	const struct wheel_file *wheel;
	const struct layout_places *places;
	struct arena *arena;
	struct inflater *inflater;
	struct layout layout;
	struct installed_wheel files;
	struct map by_path;  // installed path -> index in files
	struct map by_entry; // zip entry's name -> index in files
	size_t own_len; // files[0..own_len) come from the wheel, the others are made here
};

static int refuse(const struct installer *run, struct slice path, const char *what,
		  struct error *err)
{
	return error_set(err, ERROR_INTEGRITY, "wheel '%.*s': %s '%.*s'",
			 SLICE_ARG(run->wheel->file_name), what, SLICE_ARG(path));
}

static struct installed_file *add(struct installer *run, struct slice path, unsigned mode)
{
	struct installed_wheel *files = &run->files;
	map_insert(&run->by_path, path, (uint32_t)files->len, NULL);
	files->files = array_grow(run->arena, files->files, files->len, &files->cap,
				  sizeof(*files->files));
	struct installed_file *file = &files->files[files->len++];
	*file = (struct installed_file){ .path = path, .mode = mode };
	return file;
}

// --- scripts ---------------------------------------------------------------------------

struct peek {
	struct slice start;
	char bytes[16];
};

// Takes the first bytes and stops the stream: scripts can be programs of many megabytes.
static int take_start(void *context, struct slice piece, struct error *err)
{
	struct peek *peek = context;
	size_t len = piece.len < sizeof(peek->bytes) ? piece.len : sizeof(peek->bytes);
	(void)err;
	memcpy(peek->bytes, piece.ptr, len);
	peek->start = (struct slice){ peek->bytes, len };
	return 1;
}

static int peek_at_entry(const struct installer *run, const struct zip_entry *zip,
			 struct peek *peek, struct error *err)
{
	if (entry_stream(run->wheel, zip, run->inflater,
			 (struct inflate_sink){ take_start, peek }, err) < 0 &&
	    !peek->start.ptr)
		return -1;
	return 0;
}

// A wheel's script is executable and starts the environment's Python (env.7).
static int add_script(struct installer *run, const struct layout_item *item,
		      struct error *err)
{
	struct peek peek = { 0 };
	struct error ignored = { 0 };
	if (item->zip->size && peek_at_entry(run, item->zip, &peek, &ignored) < 0) {
		*err = ignored;
		return -1;
	}
	struct installed_file *file = add(run, item->path, 0755);
	if (!script_wants_shebang(peek.start)) {
		file->zip = item->zip;
		return 0;
	}
	struct slice script = { 0 };
	if (entry_read(run->wheel, item->zip, LIMIT_TEXT_FILE_BYTES, run->arena, &script,
		       err) < 0)
		return -1;
	file->bytes = script_with_shebang(run->places->python, script, run->arena);
	return 0;
}

static int read_entry_points(const struct installer *run,
			     struct entry_point_list *ret_list, struct error *err)
{
	const struct zip_entry *zip =
		layout_find_info(&run->layout, S("entry_points.txt"));
	struct slice text = { 0 };
	if (!zip)
		return 0;
	if (entry_read(run->wheel, zip, LIMIT_TEXT_FILE_BYTES, run->arena, &text, err) <
	    0)
		return -1;
	if (entry_points_parse(text, run->arena, ret_list, err) < 0)
		return error_during(err, "installing wheel '%.*s'",
				    SLICE_ARG(run->wheel->file_name));
	return 0;
}

// --- files -----------------------------------------------------------------------------

static struct slice bin_path(const struct installer *run, struct slice name)
{
	return arena_printf(run->arena, "bin/%.*s", SLICE_ARG(name));
}

static bool is_entry_point(const struct map *scripts, struct slice path)
{
	return scripts->len && map_has(scripts, path);
}

static int add_item(struct installer *run, const struct layout_item *item,
		    const struct map *scripts, struct error *err)
{
	// A console script wins over the wheel's own file of that name (env.5).
	if (item->role == LAYOUT_DROPPED || item->role == LAYOUT_RECORD ||
	    is_entry_point(scripts, item->path))
		return 0;
	if (map_has(&run->by_path, item->path))
		return refuse(run, item->path, "two entries have the place", err);
	map_insert(&run->by_entry, item->zip->name, (uint32_t)run->files.len, NULL);
	if (item->role == LAYOUT_SCRIPT)
		return add_script(run, item, err);
	add(run, item->path, wheel_entry_mode(item->zip))->zip = item->zip;
	return 0;
}

static struct slice info_path(const struct installer *run, const char *name)
{
	return arena_printf(run->arena, "%.*s/%.*s/%s", SLICE_ARG(run->places->site),
			    SLICE_ARG(run->layout.dist_info), name);
}

// Adds console scripts (env.5), INSTALLER and direct_url.json (env.9). The reader of entry
// points has checked the names; a script may not replace a program of the skeleton.
static int add_generated(struct installer *run, const struct entry_point_list *points,
			 struct error *err)
{
	for (size_t i = 0; i < points->len; i++) {
		struct slice path = bin_path(run, points->items[i].name);
		if (layout_is_reserved(run->places, path))
			return refuse(run, path,
				      "an entry point would replace the environment's",
				      err);
		add(run, path, 0755)->bytes =
			script_of_entry_point(run->places->python, &points->items[i],
					      run->arena);
	}
	add(run, info_path(run, "INSTALLER"), 0644)->bytes = S("pinbake\n");
	if (run->wheel->direct_url.len)
		add(run, info_path(run, "direct_url.json"), 0644)->bytes =
			run->wheel->direct_url;
	return 0;
}

// --- RECORD ----------------------------------------------------------------------------

// From S to path, both relative to the prefix: "../../../bin/x" (env.8).
static struct slice relative_to_site(const struct installer *run, struct slice path)
{
	struct slice site = run->places->site;
	size_t common = 0; // of both, up to and with a slash
	for (size_t i = 0; i < path.len && i <= site.len; i++) {
		char there = i == site.len ? '/' : site.ptr[i];
		if (path.ptr[i] != there)
			break;
		if (there == '/')
			common = i + 1;
	}
	struct buf text = { .arena = run->arena };
	for (size_t i = common; i <= site.len; i++)
		if (i == site.len ? common < site.len : site.ptr[i] == '/')
			buf_append(&text, S("../"));
	buf_append(&text, slice_skip(path, common));
	return buf_slice(&text);
}

// A row for bytes that are not the wheel's own; path is relative to S.
static void write_new_row(const struct installer *run, struct buf *out, struct slice path,
			  struct slice bytes)
{
	struct sha256 digest = sha256_of(bytes);
	struct record_row row = { .path = path };
	row.hash = arena_printf(run->arena, "sha256=%.*s",
				SLICE_ARG(sha256_base64url(run->arena, &digest)));
	row.size = arena_printf(run->arena, "%zu", bytes.len);
	record_write_row(out, &row);
}

static void write_own_row(const struct installer *run, struct buf *out,
			  const struct record_row *given,
			  const struct installed_file *file)
{
	if (!file->zip) {
		write_new_row(run, out, relative_to_site(run, file->path), file->bytes);
		return;
	}
	struct record_row row = { relative_to_site(run, file->path), given->hash,
				  given->size };
	if (row.hash.len)
		row.size = arena_printf(run->arena, "%llu",
					(unsigned long long)file->zip->size);
	record_write_row(out, &row);
}

// Rows of files that are not installed are left out: an uninstaller would otherwise
// remove what is not ours.
static void write_wheel_rows(const struct installer *run, struct buf *out,
			     const struct record *given, struct slice record_name)
{
	struct map seen = { .arena = run->arena };
	struct record_row own = { .path = record_name, .hash = S(""), .size = S("") };
	for (size_t i = 0; i < given->len; i++) {
		const struct record_row *row = &given->rows[i];
		uint32_t index;
		if (!map_insert(&seen, row->path, 0, NULL))
			continue;
		if (slice_eq(row->path, record_name))
			record_write_row(out, &own);
		else if (map_find(&run->by_entry, row->path, &index))
			write_own_row(run, out, row, &run->files.files[index]);
	}
	if (!map_has(&seen, record_name))
		record_write_row(out, &own);
	// Signatures of RECORD need no row (inst.2), as nothing vouches for them but
	// themselves.
	for (size_t i = 0; i < run->own_len; i++) {
		const struct installed_file *file = &run->files.files[i];
		if (!file->zip || !layout_needs_no_row(&run->layout, file->zip->name) ||
		    map_has(&seen, file->zip->name))
			continue;
		own.path = relative_to_site(run, file->path);
		record_write_row(out, &own);
	}
}

static int by_path(const void *a, const void *b)
{
	return slice_cmp(((const struct installed_file *)a)->path,
			 ((const struct installed_file *)b)->path);
}

// Lists what was made here, sorted by the path that the row shows.
static void write_made_rows(const struct installer *run, struct buf *out)
{
	const struct installed_file *made = &run->files.files[run->own_len];
	size_t len = run->files.len - run->own_len;
	struct installed_file *rows =
		arena_new_array(run->arena, struct installed_file, len);
	for (size_t i = 0; i < len; i++) {
		rows[i] = made[i];
		rows[i].path = relative_to_site(run, made[i].path);
	}
	qsort(rows, len, sizeof(*rows), by_path);
	for (size_t i = 0; i < len; i++)
		write_new_row(run, out, rows[i].path, rows[i].bytes);
}

// The new RECORD: the wheel's rows, changed where files moved, then those of made files
// (env.8).
static int add_record(struct installer *run, struct error *err)
{
	const struct zip_entry *zip = layout_find_info(&run->layout, S("RECORD"));
	struct slice text = { 0 };
	struct record given = { 0 };
	struct buf out = { .arena = run->arena };
	if (!zip)
		return refuse(run, run->layout.dist_info, "no RECORD in", err);
	if (entry_read(run->wheel, zip, LIMIT_TEXT_FILE_BYTES, run->arena, &text, err) <
	    0)
		return -1;
	if (record_parse(text, run->arena, &given, err) < 0)
		return error_during(err, "installing wheel '%.*s'",
				    SLICE_ARG(run->wheel->file_name));
	write_wheel_rows(run, &out, &given, zip->name);
	write_made_rows(run, &out);
	add(run, info_path(run, "RECORD"), 0644)->bytes = buf_slice(&out);
	return 0;
}

// ---------------------------------------------------------------------------------------

static int strip(struct installer *run, struct error *err)
{
	struct stripped stripped = { 0 };
	if (!run->places->strip)
		return 0;
	if (strip_layout(run->wheel, run->places, &run->layout, &stripped, err) < 0)
		return -1;
	run->files.stripped_files = stripped.files;
	run->files.stripped_bytes = stripped.bytes;
	return 0;
}

static int run_installer(struct installer *run, struct error *err)
{
	struct entry_point_list points = { 0 };
	struct map scripts = { .arena = run->arena };
	if (layout_of_wheel(run->wheel, run->places, run->arena, &run->layout, err) < 0 ||
	    read_entry_points(run, &points, err) < 0 || strip(run, err) < 0)
		return -1;
	for (size_t i = 0; i < points.len; i++)
		map_insert(&scripts, bin_path(run, points.items[i].name), 0, NULL);
	for (size_t i = 0; i < run->layout.len; i++)
		if (add_item(run, &run->layout.items[i], &scripts, err) < 0)
			return -1;
	run->own_len = run->files.len;
	if (add_generated(run, &points, err) < 0)
		return -1;
	return add_record(run, err);
}

int installed_wheel_of(const struct wheel_file *wheel, const struct tree_options *options,
		       struct arena *arena, struct installed_wheel *ret_installed,
		       struct error *err)
{
	struct layout_places places = layout_places_of(options, arena);
	AUTO(inflater_cleanup) struct inflater *inflater = inflater_new();
	struct installer run = { .wheel = wheel,
				 .places = &places,
				 .arena = arena,
				 .inflater = inflater,
				 .by_path.arena = arena,
				 .by_entry.arena = arena };
	if (run_installer(&run, err) < 0)
		return -1;
	*ret_installed = run.files;
	return 0;
}
