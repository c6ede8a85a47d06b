// SPDX-License-Identifier: MIT
// Writes notes of metadata, and reads those that still hold.
#include "pinbake/builds/note.h"

#include "base/limits.h"
#include "base/sealed.h"

enum { REQUIRES_MAX = 1000, NOTE_BYTES_MAX = LIMIT_METADATA_BYTES + 1024 * 1024 };

struct note {
	struct sha256 built_with;
	struct slice *requires;
	uint64_t requires_len;
	struct slice text;
};

static bool parse(struct slice text, struct arena *arena, struct note *note)
{
	struct slice version;
	if (!sealed_open(&text) || !sealed_take(&text, "pinbake-metadata", &version) ||
	    !slice_eq(version, S("1")) ||
	    !sealed_take_digest(&text, "built-with", &note->built_with) ||
	    !sealed_take_number(&text, "requires", REQUIRES_MAX, &note->requires_len))
		return false;
	note->requires = arena_new_array(arena, struct slice, note->requires_len);
	for (uint64_t i = 0; i < note->requires_len; i++)
		if (!sealed_take(&text, "require", &note->requires[i]))
			return false;
	note->text = text;
	return true;
}

static bool still_holds(const struct note *note, const struct build_query *query)
{
	struct build_query now = *query;
	struct lock_build build;
	struct error ignored = { 0 };
	now.requires = note->requires;
	now.requires_len = note->requires_len;
	if (build_resolve(&now, &build, &ignored) < 0)
		return false;
	struct sha256 digest = lock_build_digest(&build);
	return sha256_eq(&digest, &note->built_with);
}

bool metadata_note_find(const char *path, const struct build_query *query,
			struct slice *ret_text)
{
	struct arena *arena = query->session->arena;
	struct error ignored = { 0 };
	struct slice text;
	struct note note;
	if (!file_exists(path) ||
	    file_read(path, NOTE_BYTES_MAX, ERROR_IO, arena, &text, &ignored) < 0 ||
	    !parse(text, arena, &note) || !still_holds(&note, query))
		return false;
	*ret_text = note.text;
	return true;
}

int metadata_note_write(const char *path, const struct lock_build *with,
			struct slice text, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf note = { .arena = &scratch };
	struct sha256 digest = lock_build_digest(with);
	if (with->requires_len > REQUIRES_MAX)
		return 0;
	sealed_put(&note, "pinbake-metadata", S("1"));
	sealed_put_digest(&note, "built-with", &digest);
	sealed_put_number(&note, "requires", with->requires_len);
	for (size_t i = 0; i < with->requires_len; i++)
		sealed_put(&note, "require", with->requires[i]);
	buf_append(&note, text);
	if (!slice_ends_with(text, S("\n")))
		buf_byte(&note, '\n');
	sealed_close(&note);
	if (make_directories(path_directory(&scratch, path), err) < 0)
		return -1;
	return file_write(path, buf_slice(&note), err);
}
