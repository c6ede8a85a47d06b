// SPDX-License-Identifier: MIT
// Names of lock files (751.1), and the paths in them (751.6).
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

// Locks travel: a backslash or a drive letter, harmless here, is a way out on Windows.
static bool is_absolute(struct slice path)
{
	return (path.len > 0 && is_separator(path.ptr[0])) ||
	       (path.len > 1 && is_alpha(path.ptr[0]) && path.ptr[1] == ':');
}

bool lock_path_escapes(struct slice path)
{
	size_t depth = 0, i = 0;
	if (is_absolute(path))
		return true;
	while (i < path.len) {
		size_t end = i;
		while (end < path.len && !is_separator(path.ptr[end]))
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
