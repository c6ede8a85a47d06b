// SPDX-License-Identifier: MIT
// Joins and tidies paths as texts. No disk is asked, so `link/..` is the folder that
// holds the link.
#include "resolver/requirements/paths.h"

#include "base/files.h"
#include "base/text.h"

// Cuts off the last part of what was written so far; false if there is none that ".." may
// undo.
static bool drop_part(struct buf *buf, size_t root)
{
	struct slice parts = slice_skip(buf_slice(buf), root);
	if (parts.len == 0 || slice_eq(parts, S("..")) ||
	    slice_ends_with(parts, S("/..")))
		return false;
	size_t slash = slice_find_last_byte(parts, '/');
	buf->len = root + (slash == SLICE_NONE ? 0 : slash);
	return true;
}

const char *path_tidy(struct arena *arena, struct slice path)
{
	struct buf buf = { .arena = arena };
	struct slice rest = path, part;
	size_t root = slice_starts_with(path, S("/"));
	if (root)
		buf_byte(&buf, '/');
	while (rest.len) {
		slice_cut(&rest, '/', &part);
		if (part.len == 0 || slice_eq(part, S(".")))
			continue;
		if (slice_eq(part, S("..")) && (drop_part(&buf, root) || root))
			continue;
		if (buf.len > root)
			buf_byte(&buf, '/');
		buf_append(&buf, part);
	}
	return arena_c_string(arena, buf.len ? buf_slice(&buf) : S("."));
}

// The path of a "file:" URL: escapes are decoded (but none to NUL), and the host, which
// can only be this one, is left out.
static struct slice path_of_file_url(struct arena *arena, struct slice url)
{
	struct slice path = slice_skip(url, S("file:").len);
	if (slice_starts_with(path, S("//"))) {
		size_t slash = slice_find_byte(slice_skip(path, 2), '/');
		path = slice_skip(path, slash == SLICE_NONE ? path.len : 2 + slash);
	}
	struct buf buf = { .arena = arena };
	for (size_t i = 0; i < path.len; i++) {
		bool escape = path.ptr[i] == '%' && i + 2 < path.len;
		int high = escape ? hex_value(path.ptr[i + 1]) : -1;
		int low = high >= 0 ? hex_value(path.ptr[i + 2]) : -1;
		bool is_byte = low >= 0 && high + low > 0;
		buf_byte(&buf, is_byte ? (char)(high * 16 + low) : path.ptr[i]);
		i += is_byte ? 2 : 0;
	}
	return buf_slice(&buf);
}

const char *path_beside(struct arena *arena, const char *file, struct slice target)
{
	bool is_file_url = slice_eq_ignore_case(slice_range(target, 0, 5), S("file:"));
	if (!is_file_url && slice_contains(target, S("://")))
		return arena_c_string(arena, target);
	if (is_file_url)
		target = path_of_file_url(arena, target);
	if (slice_starts_with(target, S("/")))
		return path_tidy(arena, target);
	return path_tidy(arena, slice_from(path_join(arena, path_directory(arena, file),
						     target)));
}
