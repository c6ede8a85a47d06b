// SPDX-License-Identifier: MIT
// Finds the egg-info of a source distribution and turns its requires.txt into headers of METADATA.
#include "resolver/index/sdist_egg.h"

#include "base/headers.h"
#include "packaging/name.h"

// --- requires.txt --------------------------------------------------------------------

// What a section "[extra:marker]" stands for; one that nobody can ask for is skipped.
struct section {
	struct slice extra, marker;
	bool skipped;
};

static struct section read_section(struct slice line)
{
	struct section section = { .extra = S(""), .marker = S("") };
	struct slice inner = slice_trim(slice_range(line, 1, line.len - 1));
	slice_cut(&inner, ':', &section.extra);
	section.extra = slice_trim(section.extra);
	section.marker = slice_trim(inner);
	section.skipped = section.extra.len && !name_is_valid(section.extra);
	return section;
}

static void append_condition(struct buf *out, bool *ret_is_first, const char *before,
			     struct slice condition, const char *after)
{
	if (condition.len == 0)
		return;
	buf_printf(out, "%s%s%.*s%s", *ret_is_first ? " ; " : " and ", before,
		   SLICE_ARG(condition), after);
	*ret_is_first = false;
}

static void append_requirement(struct buf *out, const struct section *section,
			       struct slice line)
{
	struct slice wanted;
	bool is_first = true;
	slice_cut(&line, ';', &wanted);
	buf_printf(out, "Requires-Dist: %.*s", SLICE_ARG(slice_trim(wanted)));
	append_condition(out, &is_first, "(", slice_trim(line), ")");
	append_condition(out, &is_first, "(", section->marker, ")");
	append_condition(out, &is_first, "extra == \"", section->extra, "\"");
	buf_append(out, S("\n"));
}

struct slice egg_requires_headers(struct arena *arena, struct slice requires)
{
	struct buf out = { .arena = arena };
	struct section section = { .extra = S(""), .marker = S("") };
	struct slice line;
	for (bool more = true; more;) {
		more = slice_cut(&requires, '\n', &line);
		line = slice_trim(line);
		if (line.len == 0 || line.ptr[0] == '#')
			continue;
		if (line.len >= 2 && line.ptr[0] == '[' &&
		    line.ptr[line.len - 1] == ']') {
			section = read_section(line);
			if (section.extra.len && !section.skipped)
				buf_printf(&out, "Provides-Extra: %.*s\n",
					   SLICE_ARG(section.extra));
		} else if (!section.skipped) {
			append_requirement(&out, &section, line);
		}
	}
	return buf_slice(&out);
}

// --- the archive ---------------------------------------------------------------------

enum { NOT_SEEN = 1000 };

struct egg_search {
	struct slice name; // of the project
	unsigned depth;    // of the outermost egg-info of that name; it counts
	struct slice requires;
};

// How deep "top/src/NAME.egg-info/FILE" is; NOT_SEEN for other paths.
static unsigned egg_depth(const struct egg_search *search, struct slice path,
			  struct slice *ret_file)
{
	struct slice ending = S(".egg-info"), folder = S(""), part;
	unsigned depth = 0;
	for (; slice_cut(&path, '/', &part) && depth < NOT_SEEN; depth++)
		folder = part;
	*ret_file = part;
	if (!slice_ends_with(folder, ending))
		return NOT_SEEN;
	folder.len -= ending.len;
	return name_eq(folder, search->name) ? depth : NOT_SEEN;
}

static bool is_in_egg_info(void *context, struct slice path)
{
	struct egg_search *search = context;
	struct slice file;
	unsigned depth = egg_depth(search, path, &file);
	if (depth == NOT_SEEN || depth > search->depth)
		return false;
	if (depth < search->depth)
		search->requires = S("");
	search->depth = depth;
	return slice_eq(file, S("requires.txt"));
}

static bool take_requires(void *context, struct slice path, struct slice text)
{
	(void)path;
	((struct egg_search *)context)->requires = text;
	return false; // there may be one further out
}

bool pkg_info_is_old(struct slice pkg_info)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct header_block block;
	struct error ignored;
	struct slice minor, major;
	uint64_t numbers[2] = { 0 };
	if (headers_parse(&scratch, pkg_info, &block, &ignored) < 0)
		return false;
	minor = headers_get(&block, S("Metadata-Version"));
	slice_cut(&minor, '.', &major);
	return slice_parse_u64(major, UINT32_MAX, &numbers[0]) &&
	       (minor.len == 0 || slice_parse_u64(minor, UINT32_MAX, &numbers[1])) &&
	       (numbers[0] < 2 || (numbers[0] == 2 && numbers[1] < 2));
}

enum sdist_result sdist_egg_info(struct slice bytes, struct slice pkg_info,
				 struct arena *arena, struct slice *ret_text,
				 struct error *err)
{
	struct header_block block;
	struct egg_search found = { .depth = NOT_SEEN, .requires = S("") };
	struct sdist_search search = { &found, is_in_egg_info, take_requires };
	if (headers_parse(arena, pkg_info, &block, err) < 0)
		return SDIST_BROKEN;
	found.name = headers_get(&block, S("Name"));
	enum sdist_result result = sdist_walk(bytes, &search, arena, err);
	if (result != SDIST_ABSENT || found.depth == NOT_SEEN)
		return result;
	struct slice headers = egg_requires_headers(arena, found.requires);
	*ret_text =
		arena_printf(arena, "%.*s%.*s", SLICE_ARG(headers), SLICE_ARG(pkg_info));
	return SDIST_FOUND;
}
