// SPDX-License-Identifier: MIT
// Reads the mapping of packages to indexes.
#include "cli/settings/index_map.h"

#include "net/url.h"
#include "packaging/name.h"

struct named_index {
	const char *name; // as written
	struct slice url;
};

struct named_list {
	struct named_index *items;
	size_t len, cap;
};

// A URL may hold '=' as well, a name may not.
static int split(const char *option, const char *text, const char *expected,
		 struct slice *ret_left, struct slice *ret_right, struct error *err)
{
	struct slice right = slice_from(text), left;
	if (slice_cut(&right, '=', &left) && slice_trim(left).len &&
	    slice_trim(right).len && !slice_contains(left, S(":"))) {
		*ret_left = slice_trim(left);
		*ret_right = slice_trim(right);
		return 0;
	}
	return error_set(err, ERROR_USAGE, "--%s takes %s", option, expected);
}

static bool is_url(struct slice text)
{
	return slice_contains(text, S("://"));
}

static int read_named(struct arena *arena, const struct text_list *texts,
		      struct named_list *ret_named, struct error *err)
{
	for (size_t i = 0; i < texts->len; i++) {
		struct slice name, url;
		if (split("index", texts->items[i],
			  "NAME=URL, as in acme=https://pypi.acme.example/simple", &name,
			  &url, err) < 0)
			return -1;
		if (!is_url(url))
			return error_set(
				err, ERROR_USAGE,
				"index '%.*s' has no URL: expected http:// or https://",
				SLICE_ARG(name));
		*array_push(arena, ret_named) =
			(struct named_index){ arena_c_string(arena, name), url };
	}
	return 0;
}

static int find_named(struct arena *arena, const struct named_list *named,
		      struct slice name, struct slice *ret_url, struct error *err)
{
	const char **names = arena_new_array(arena, const char *, named->len);
	for (size_t i = named->len; i-- > 0;) {
		names[i] = named->items[i].name;
		if (slice_eq(slice_from(names[i]), name)) {
			*ret_url = named->items[i].url;
			return 0;
		}
	}
	const char *near = nearest_word(arena_c_string(arena, name), names, named->len);
	error_set(err, ERROR_USAGE, "there is no index named '%.*s'", SLICE_ARG(name));
	return near ? error_hint(err, "did you mean '%s'?", near)
		    : error_hint(err, "name it with --index %.*s=URL", SLICE_ARG(name));
}

static int read_pattern(struct arena *arena, struct slice text, struct slice *ret_pattern,
			struct error *err)
{
	bool open = slice_ends_with(text, S("*"));
	struct slice bare = slice_range(text, 0, text.len - open);
	struct slice checked =
		open ? arena_printf(arena, "%.*sx", SLICE_ARG(bare)) : bare;
	if (!name_is_valid(checked))
		return error_set(
			err, ERROR_USAGE,
			"'%.*s' is no name of a package, nor one with '*' at its end",
			SLICE_ARG(text));
	struct slice normal = name_normalize(arena, checked);
	*ret_pattern =
		open ? arena_printf(arena, "%.*s*", (int)normal.len - 1, normal.ptr)
		     : normal;
	return 0;
}

// The place of a URL among those of the map; one that is there already is not listed again.
static uint32_t place_of(struct arena *arena, struct index_map *map, struct slice url)
{
	for (size_t i = 0; i < map->urls.len; i++)
		if (slice_eq(map->urls.items[i], url))
			return (uint32_t)i;
	*array_push(arena, &map->urls) = url;
	return (uint32_t)map->urls.len - 1;
}

int index_map_read(struct arena *arena, const struct text_list *named,
		   const struct text_list *wanted, struct index_map *ret_map,
		   struct error *err)
{
	struct named_list indexes = { 0 };
	struct index_map map = { 0 };
	if (read_named(arena, named, &indexes, err) < 0)
		return -1;
	for (size_t i = 0; i < wanted->len; i++) {
		struct slice package, place, url, pattern;
		if (split("index-for", wanted->items[i],
			  "PACKAGE=NAME, where --index gives NAME a URL", &package,
			  &place, err) < 0 ||
		    read_pattern(arena, package, &pattern, err) < 0)
			return -1;
		url = place;
		if (!is_url(place) && find_named(arena, &indexes, place, &url, err) < 0)
			return -1;
		*array_push(arena, &map.mappings) = (struct index_mapping){
			.pattern = pattern,
			.index = place_of(arena, &map, url),
		};
	}
	*ret_map = map;
	return 0;
}

static bool is_wanted(const struct text_list *wanted, struct slice name)
{
	for (size_t i = 0; i < wanted->len; i++) {
		struct slice place = slice_from(wanted->items[i]), package;
		if (slice_cut(&place, '=', &package) && slice_eq(slice_trim(place), name))
			return true;
	}
	return false;
}

int index_map_check(struct arena *arena, const struct text_list *named,
		    const struct text_list *wanted, struct error *err)
{
	struct named_list indexes = { 0 };
	if (read_named(arena, named, &indexes, err) < 0)
		return -1;
	for (size_t i = 0; i < indexes.len; i++) {
		const char *name = indexes.items[i].name;
		if (is_wanted(wanted, slice_from(name)))
			continue;
		error_set(err, ERROR_USAGE,
			  "--index %s has no effect without --index-for: nothing is "
			  "taken from it",
			  name);
		return error_hint(err, "say what is: --index-for PACKAGE=%s", name);
	}
	return 0;
}
