// SPDX-License-Identifier: MIT
// Compares built wheels and says what differs.
#include "pinbake/builds/compare.h"

#include "base/zip.h"

enum { NAMES_SHOWN = 3 };

bool built_wheel_differs(const struct lock_build *record, const struct built_wheel *wheel)
{
	return record && record->wheel.name.len &&
	       (!sha256_eq(&record->wheel.sha256, &wheel->sha256) ||
		!slice_eq(record->wheel.name, wheel->name));
}

// --- which files -----------------------------------------------------------------------

struct name_texts {
	struct slice *items;
	size_t len, cap;
};

// RECORD differs wherever another file does.
static bool is_record(struct slice name)
{
	return slice_ends_with(name, S(".dist-info/RECORD"));
}

static bool same_entry(const struct zip_entry *a, const struct zip_entry *b)
{
	return b && a->crc32 == b->crc32 && a->size == b->size &&
	       a->external_attributes == b->external_attributes;
}

static void add_missing(const struct zip_directory *from, const struct zip_directory *in,
			bool and_changed, struct arena *arena, struct name_texts *names)
{
	for (size_t i = 0; i < from->len; i++) {
		const struct zip_entry *entry = &from->entries[i];
		const struct zip_entry *other = zip_find(in, entry->name);
		if (!is_record(entry->name) &&
		    (!other || (and_changed && !same_entry(entry, other))))
			*array_push(arena, names) = arena_dup(arena, entry->name);
	}
}

static int list_differences(const struct store *store, const struct sha256 *old,
			    const struct sha256 *new, struct arena *arena,
			    struct name_texts *names, struct error *err)
{
	AUTO(file_map_close) struct file_map before = { 0 };
	AUTO(file_map_close) struct file_map after = { 0 };
	struct zip_directory was = { 0 }, is = { 0 };
	uint64_t need;
	if (store_check_file(store, old, err) < 0 ||
	    store_check_file(store, new, err) < 0 ||
	    file_map_open(store_file_path(store, old, arena), ERROR_IO, &before, err) <
		    0 ||
	    file_map_open(store_file_path(store, new, arena), ERROR_IO, &after, err) <
		    0 ||
	    zip_read_directory(arena, before.bytes, before.bytes.len, &was, &need, err) <
		    0 ||
	    zip_read_directory(arena, after.bytes, after.bytes.len, &is, &need, err) < 0)
		return -1;
	add_missing(&is, &was, true, arena, names);
	add_missing(&was, &is, false, arena, names);
	return 0;
}

static struct slice names_text(const struct name_texts *names, struct arena *arena)
{
	struct buf text = { .arena = arena };
	size_t shown = names->len < NAMES_SHOWN ? names->len : NAMES_SHOWN;
	for (size_t i = 0; i < shown; i++)
		buf_printf(&text, "%s'%.*s'", i ? ", " : "", SLICE_ARG(names->items[i]));
	if (names->len > shown)
		buf_printf(&text, " and %zu more differ", names->len - shown);
	else
		buf_printf(&text, " %s", names->len == 1 ? "differs" : "differ");
	return buf_slice(&text);
}

struct slice built_wheel_difference(const struct store *store,
				    const struct lock_build *record,
				    const struct built_wheel *wheel, struct slice python,
				    struct arena *arena)
{
	struct name_texts names = { 0 };
	struct error ignored = { 0 };
	if (!slice_eq(record->wheel.name, wheel->name))
		return arena_printf(arena, "'%.*s' is recorded, '%.*s' was built",
				    SLICE_ARG(record->wheel.name),
				    SLICE_ARG(wheel->name));
	if (list_differences(store, &record->wheel.sha256, &wheel->sha256, arena, &names,
			     &ignored) == 0 &&
	    names.len)
		return names_text(&names, arena);
	return arena_printf(
		arena,
		"%llu bytes (sha256 %.12s…) by Python %.*s are recorded, %llu bytes (%.12s…) by %.*s were built",
		(unsigned long long)record->wheel.size,
		sha256_hex(arena, &record->wheel.sha256).ptr, SLICE_ARG(record->python),
		(unsigned long long)wheel->size, sha256_hex(arena, &wheel->sha256).ptr,
		SLICE_ARG(python));
}

// --- against the lock, or into it ------------------------------------------------------

int built_wheel_verify(const struct store *store, const struct lock_build *record,
		       const struct built_wheel *wheel, struct slice python,
		       struct arena *arena, struct error *err)
{
	if (!built_wheel_differs(record, wheel))
		return 0;
	struct slice how = built_wheel_difference(store, record, wheel, python, arena);
	error_set(err, ERROR_INTEGRITY, "another wheel than the lock records: %.*s",
		  SLICE_ARG(how));
	return error_hint(err,
			  "'pinbake lock --build' records the one that is built now");
}

void built_wheel_record(struct lock_build *record, const struct built_wheel *wheel,
			struct slice python, struct arena *arena)
{
	bool is_new = record->wheel.name.len == 0 || built_wheel_differs(record, wheel);
	record->wheel = (struct lock_file){
		.kind = LOCK_WHEEL,
		.name = arena_dup(arena, wheel->name),
		.sha256 = wheel->sha256,
		.has_size = true,
		.size = wheel->size,
	};
	if (is_new)
		record->python = arena_dup(arena, python);
}
