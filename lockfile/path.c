// SPDX-License-Identifier: MIT
// Names of lock files (751.1), the paths in them (751.6), and what files are called (751.7).
#include "base/text.h"
#include "lockfile/lockfile.h"

bool lock_file_name_is_valid(struct slice name)
{
	if (slice_eq(name, S("pylock.toml")))
		return true;
	struct slice prefix = S("pylock."), suffix = S(".toml");
	if (name.len <= prefix.len + suffix.len || !slice_starts_with(name, prefix) ||
	    !slice_ends_with(name, suffix))
		return false;
	struct slice middle = slice_range(name, prefix.len, name.len - suffix.len);
	return slice_find_byte(middle, '.') == SLICE_NONE;
}

static bool is_separator(char c)
{
	return c == '/' || c == '\\';
}

// Locks travel, so a backslash or a drive letter counts, too: it is harmless here, but a
// way out on Windows.
static bool is_absolute(struct slice path)
{
	return (path.len > 0 && is_separator(path.ptr[0])) ||
	       (path.len > 1 && is_alpha(path.ptr[0]) && path.ptr[1] == ':');
}

static bool is_slash(char c)
{
	return c == '/';
}

static bool climbs_out(struct slice path, bool (*is_end)(char c))
{
	size_t depth = 0, i = 0;
	while (i < path.len) {
		size_t end = i;
		while (end < path.len && !is_end(path.ptr[end]))
			end++;
		struct slice part = slice_range(path, i, end);
		if (slice_eq(part, S(".."))) {
			if (depth-- == 0)
				return true;
		} else if (part.len && !slice_eq(part, S("."))) {
			depth++;
		}
		i = end + 1;
	}
	return false;
}

// "a\b/../.." climbs out where a backslash is a letter, "a\..\.." where it is none.
bool lock_path_escapes(struct slice path)
{
	return is_absolute(path) || slice_find_byte(path, '\0') != SLICE_NONE ||
	       climbs_out(path, is_slash) || climbs_out(path, is_separator);
}

static struct slice last_component(struct slice text, char separator)
{
	size_t at = slice_find_last_byte(text, separator);
	return at == SLICE_NONE ? text : slice_skip(text, at + 1);
}

static struct slice name_from_url(struct arena *arena, struct slice url)
{
	struct slice path = url, rest = url;
	slice_cut(&rest, '#', &path);
	rest = path;
	slice_cut(&rest, '?', &path);
	return percent_decode(arena, last_component(path, '/'));
}

static struct slice name_from_path(struct slice path)
{
	bool posix = slice_find_byte(path, '/') != SLICE_NONE;
	return last_component(path, posix ? '/' : '\\');
}

struct slice lock_file_name(struct arena *arena, const struct lock_file *file)
{
	if (file->name.len)
		return file->name;
	return file->path.len ? name_from_path(file->path)
			      : name_from_url(arena, file->url);
}

bool lock_file_is_wheel(const struct lock_file *file)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	return file->kind == LOCK_WHEEL ||
	       (file->kind == LOCK_ARCHIVE &&
		slice_ends_with(lock_file_name(&scratch, file), S(".whl")));
}
