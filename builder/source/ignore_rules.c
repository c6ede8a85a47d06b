// SPDX-License-Identifier: MIT
// Reads and matches patterns of .gitignore. Both matchers remember one place to go back to and no more, so that no
// pattern costs more than its length times that of the path.
#include "builder/source/ignore_rules.h"

#include "base/files.h"
#include "base/places.h"

enum { RULES_MAX = 10000, BYTES_MAX = 1024 * 1024 };

struct ignore_rule {
	struct slice pattern; // without '!' and slashes at its ends
	struct slice base, above;
	bool is_negated, is_for_folders, is_anchored;
};

// --- reading ---------------------------------------------------------------------------------------------------------

// Blanks at the end do not count, unless the last has a backslash before it.
static struct slice trim_end(struct slice line)
{
	if (slice_ends_with(line, S("\r")))
		line.len--;
	while (slice_ends_with(line, S(" ")) && !slice_ends_with(line, S("\\ ")))
		line.len--;
	return line;
}

static void add_line(struct ignore_rules *rules, struct slice line, struct slice base,
		     struct slice above)
{
	struct ignore_rule rule = { .base = base, .above = above };
	line = trim_end(line);
	if (line.len == 0 || line.ptr[0] == '#' || rules->len == RULES_MAX)
		return;
	if (line.ptr[0] == '!') {
		rule.is_negated = true;
		line = slice_skip(line, 1);
	}
	while (slice_ends_with(line, S("/"))) {
		rule.is_for_folders = true;
		line.len--;
	}
	rule.is_anchored = slice_find_byte(line, '/') != SLICE_NONE;
	if (slice_starts_with(line, S("/")))
		line = slice_skip(line, 1);
	rule.pattern = line;
	if (line.len)
		*array_push(rules->arena, rules) = rule;
}

void ignore_rules_add(struct ignore_rules *rules, struct slice text, struct slice base,
		      struct slice above)
{
	struct slice line;
	while (text.len) {
		slice_cut(&text, '\n', &line);
		add_line(rules, line, base, above);
	}
}

void ignore_rules_read(struct ignore_rules *rules, const char *folder, struct slice base,
		       struct slice above)
{
	const char *path = path_join(rules->arena, folder, S(".gitignore"));
	struct place place = place_look(path);
	struct error ignored = { 0 };
	struct slice text;
	if (place.kind == PLACE_FILE &&
	    file_read(path, BYTES_MAX, ERROR_INPUT, rules->arena, &text, &ignored) == 0)
		ignore_rules_add(rules, text, base, above);
}

// --- matching --------------------------------------------------------------------------------------------------------

// "[a-z]", "[!x]" at the start of the pattern; *ret_len is its length, 0 where it is not closed.
static bool fits_set(struct slice pattern, unsigned char byte, size_t *ret_len)
{
	size_t at = 1, first;
	bool negated = false, fits = false;
	if (at < pattern.len && (pattern.ptr[at] == '!' || pattern.ptr[at] == '^')) {
		negated = true;
		at++;
	}
	first = at;
	for (; at < pattern.len && (pattern.ptr[at] != ']' || at == first); at++) {
		unsigned char low = (unsigned char)pattern.ptr[at], high = low;
		if (at + 2 < pattern.len && pattern.ptr[at + 1] == '-' &&
		    pattern.ptr[at + 2] != ']') {
			high = (unsigned char)pattern.ptr[at + 2];
			at += 2;
		}
		fits |= low <= byte && byte <= high;
	}
	*ret_len = at < pattern.len ? at + 1 : 0;
	return fits != negated;
}

// The first element of the pattern, which is no star, against one byte. 0: it does not fit; else its length.
static size_t fits_byte(struct slice pattern, char byte)
{
	size_t len;
	switch (pattern.ptr[0]) {
	case '?': return 1;
	case '[':
		if (fits_set(pattern, (unsigned char)byte, &len) && len)
			return len;
		return len == 0 && byte == '[' ? 1 : 0;
	case '\\':
		if (pattern.len > 1)
			return pattern.ptr[1] == byte ? 2 : 0;
		return byte == '\\' ? 1 : 0;
	default: return pattern.ptr[0] == byte ? 1 : 0;
	}
}

// One name against one pattern; stars stand for any bytes.
static bool fits_name(struct slice pattern, struct slice name)
{
	struct slice after_star = S(""), rest_of_name = S("");
	bool has_star = false;
	while (name.len || pattern.len) {
		size_t len = 0;
		if (pattern.len && pattern.ptr[0] == '*') {
			after_star = pattern = slice_skip(pattern, 1);
			rest_of_name = name;
			has_star = true;
			continue;
		}
		if (pattern.len && name.len)
			len = fits_byte(pattern, name.ptr[0]);
		if (len) {
			pattern = slice_skip(pattern, len);
			name = slice_skip(name, 1);
			continue;
		}
		if (!has_star || rest_of_name.len == 0)
			return false;
		rest_of_name = slice_skip(rest_of_name, 1);
		name = rest_of_name;
		pattern = after_star;
	}
	return true;
}

// The same of names between slashes, of which "**" stands for any number.
static bool fits_path(struct slice pattern, struct slice path)
{
	struct slice after_stars = S(""), rest_of_path = S(""), part, name;
	bool has_stars = false;
	while (path.len || pattern.len) {
		struct slice pattern_rest = pattern, path_rest = path;
		slice_cut(&pattern_rest, '/', &part);
		slice_cut(&path_rest, '/', &name);
		if (pattern.len && slice_eq(part, S("**"))) {
			after_stars = pattern = pattern_rest;
			rest_of_path = path;
			has_stars = true;
			if (pattern.len == 0)
				return path.len > 0; // "a/**": all below, not the folder
			continue;
		}
		if (pattern.len && path.len && fits_name(part, name)) {
			pattern = pattern_rest;
			path = path_rest;
			continue;
		}
		if (!has_stars || rest_of_path.len == 0)
			return false;
		slice_cut(&rest_of_path, '/', &name);
		path = rest_of_path;
		pattern = after_stars;
	}
	return true;
}

static bool fits(const struct ignore_rule *rule, struct slice path, bool is_folder,
		 struct arena *scratch)
{
	if ((rule->is_for_folders && !is_folder) || !slice_starts_with(path, rule->base))
		return false;
	path = slice_skip(path, rule->base.len);
	if (!rule->is_anchored) {
		size_t slash = slice_find_last_byte(path, '/');
		return fits_name(rule->pattern, slash == SLICE_NONE
							? path
							: slice_skip(path, slash + 1));
	}
	if (rule->above.len)
		path = arena_printf(scratch, "%.*s%.*s", SLICE_ARG(rule->above),
				    SLICE_ARG(path));
	return fits_path(rule->pattern, path);
}

bool ignore_rules_fit(const struct ignore_rules *rules, struct slice path, bool is_folder)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	for (size_t i = rules->len; i > 0; i--)
		if (fits(&rules->items[i - 1], path, is_folder, &scratch))
			return !rules->items[i - 1].is_negated;
	return false;
}

// --- from above ------------------------------------------------------------------------------------------------------

// Does a pattern name a folder on the way from where it stands to the top?
static bool names_the_way(const struct ignore_rule *rule)
{
	for (size_t i = 0; i < rule->above.len; i++) {
		struct slice folder = slice_range(rule->above, 0, i);
		size_t slash = slice_find_last_byte(folder, '/');
		struct slice name =
			slash == SLICE_NONE ? folder : slice_skip(folder, slash + 1);
		if (rule->above.ptr[i] == '/' && !rule->is_negated &&
		    (rule->is_anchored ? fits_path(rule->pattern, folder)
				       : fits_name(rule->pattern, name)))
			return true;
	}
	return false;
}

// Outermost first, so that nearer ones count. Where the top is itself ignored, as in a home folder that is a repository,
// they say nothing of what is in it.
void ignore_rules_read_above(struct ignore_rules *rules, const struct worktree *worktree)
{
	struct slice left = worktree->above, part;
	const char *folder = worktree->root;
	while (left.len) {
		ignore_rules_read(rules, folder, S(""), left);
		slice_cut(&left, '/', &part);
		folder = path_join(rules->arena, folder, part);
	}
	for (size_t i = 0; i < rules->len; i++)
		if (names_the_way(&rules->items[i]))
			rules->len = 0;
}
