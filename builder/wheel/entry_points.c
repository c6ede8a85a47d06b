// SPDX-License-Identifier: MIT
// Reads entry_points.txt line by line, as importlib.metadata does: blanks around
// everything are free, a line that begins with '#' or ';' is a remark, only '='
// separates.
#include "builder/wheel/entry_points.h"

#include "base/limits.h"

#include <stdlib.h>

enum group { GROUP_OTHER, GROUP_CONSOLE, GROUP_GUI };

struct found {
	struct entry_point point;
	enum group group;
	size_t line;
};

struct found_list {
	struct found *items;
	size_t len, cap;
};

static bool is_identifier_byte(char c, bool first)
{
	// Letters beyond ASCII are allowed in identifiers; the text is known to be UTF-8.
	return is_alpha(c) || c == '_' || (unsigned char)c >= 0x80 ||
	       (!first && is_digit(c));
}

static bool is_dotted_identifiers(struct slice s)
{
	bool first = true;
	for (size_t i = 0; i < s.len; i++) {
		if (!first && s.ptr[i] == '.') {
			first = true;
			continue;
		}
		if (!is_identifier_byte(s.ptr[i], first))
			return false;
		first = false;
	}
	return !first;
}

static bool is_file_name(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.ptr[i];
		if (c < 0x20 || c == 0x7f || c == '/' || c == '\\')
			return false;
	}
	enum { LONGEST = 255 };
	return name.len && name.len <= LONGEST && !slice_eq(name, S(".")) &&
	       !slice_eq(name, S(".."));
}

// "module : attr.attr [extras]"; extras say nothing since 2015 or so and are dropped.
static bool parse_target(struct slice value, struct entry_point *point)
{
	if (slice_ends_with(value, S("]"))) {
		size_t bracket = slice_find_byte(value, '[');
		if (bracket == SLICE_NONE)
			return false;
		value = slice_trim(slice_range(value, 0, bracket));
	}
	struct slice attribute = value, module = { 0 };
	if (!slice_cut(&attribute, ':', &module))
		return false;
	point->module = slice_trim(module);
	point->attribute = slice_trim(attribute);
	point->import =
		slice_range(point->attribute, 0, slice_find_byte(point->attribute, '.'));
	return is_dotted_identifiers(point->module) &&
	       is_dotted_identifiers(point->attribute);
}

static int parse_line(struct slice line, struct entry_point *ret_point, struct error *err)
{
	struct slice value = line, name = { 0 };
	if (!slice_cut(&value, '=', &name))
		return error_set(err, ERROR_INTEGRITY, "a script without '=': '%.*s'",
				 SLICE_ARG(line));
	struct entry_point point = { .name = slice_trim(name) };
	value = slice_trim(value);
	if (!is_file_name(point.name))
		return error_set(err, ERROR_INTEGRITY, "'%.*s' cannot be a script's name",
				 SLICE_ARG(point.name));
	if (!parse_target(value, &point))
		return error_set(
			err, ERROR_INTEGRITY,
			"script '%.*s' has the target '%.*s', expected MODULE:FUNCTION",
			SLICE_ARG(point.name), SLICE_ARG(value));
	*ret_point = point;
	return 0;
}

static enum group group_of(struct slice line)
{
	struct slice name = slice_trim(slice_range(line, 1, line.len - 1));
	if (slice_eq(name, S("console_scripts")))
		return GROUP_CONSOLE;
	return slice_eq(name, S("gui_scripts")) ? GROUP_GUI : GROUP_OTHER;
}

static int collect(struct slice text, struct arena *arena, struct found_list *found,
		   struct error *err)
{
	enum group group = GROUP_OTHER;
	for (size_t number = 1; text.len; number++) {
		struct slice line = { 0 };
		slice_cut(&text, '\n', &line);
		line = slice_trim(line);
		if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';')
			continue;
		if (line.ptr[0] == '[' && line.ptr[line.len - 1] == ']') {
			group = group_of(line);
			continue;
		}
		if (group == GROUP_OTHER)
			continue;
		if (found->len == LIMIT_ENTRY_POINTS)
			return error_set(
				err, ERROR_INTEGRITY,
				"line %zu of entry_points.txt: more than %d scripts",
				number, LIMIT_ENTRY_POINTS);
		struct found one = { .group = group, .line = number };
		if (parse_line(line, &one.point, err) < 0)
			return error_during(err, "reading line %zu of entry_points.txt",
					    number);
		*array_push(arena, found) = one;
	}
	return 0;
}

static int by_name_then_last(const void *left, const void *right)
{
	const struct found *a = left, *b = right;
	int order = slice_cmp(a->point.name, b->point.name);
	if (order != 0)
		return order;
	if (a->group != b->group)
		return a->group < b->group ? -1 : 1;
	return (a->line > b->line) - (a->line < b->line);
}

// Of several entries with one name the last one counts (env.5).
int entry_points_parse(struct slice text, struct arena *arena,
		       struct entry_point_list *ret_list, struct error *err)
{
	struct found_list found = { 0 };
	struct entry_point_list list = { 0 };
	if (slice_find_bad_utf8(text) != SLICE_NONE)
		return error_set(err, ERROR_INTEGRITY, "entry_points.txt is not UTF-8");
	if (collect(text, arena, &found, err) < 0)
		return -1;
	if (found.len)
		qsort(found.items, found.len, sizeof(*found.items), by_name_then_last);
	for (size_t i = 0; i < found.len; i++) {
		bool last =
			i + 1 == found.len || !slice_eq(found.items[i].point.name,
							found.items[i + 1].point.name);
		if (last)
			*array_push(arena, &list) = found.items[i].point;
	}
	*ret_list = list;
	return 0;
}
