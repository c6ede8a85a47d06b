// SPDX-License-Identifier: MIT
// Applies the strip rules to one wheel.
#include "builder/wheel/strip.h"

#include "base/limits.h"
#include "base/map.h"
#include "base/text.h"

#include <string.h>

// Layer keys hold this version: when a rule comes to mean something else, layers get
// other keys.
static const char heading[] = "pinbake-strip 1\n";

static const struct {
	const char *name;
	unsigned rule;
} rules_by_name[] = {
	{ "headers", STRIP_HEADERS },
	{ "pyi", STRIP_PYI },
	{ "tests", STRIP_TESTS },
};
enum { RULES = sizeof(rules_by_name) / sizeof(rules_by_name[0]) };

// These packages hand their headers to a compiler when they run.
static const char *const compiles_at_run_time[] = {
	"cffi",
	"cppyy",
	"cupy-cuda11x",
	"cupy-cuda12x",
	"cupy-cuda13x",
	"numba",
	"numba-cuda",
	"nvidia-cuda-cccl",
	"nvidia-cuda-cccl-cu12",
	"nvidia-cuda-nvrtc",
	"nvidia-cuda-nvrtc-cu12",
	"nvidia-cuda-runtime",
	"nvidia-cuda-runtime-cu12",
	"pyopencl",
	"pythran",
	"tilelang",
	"torch",
	"triton",
};

static unsigned rule_of(struct slice name)
{
	for (size_t i = 0; i < RULES; i++)
		if (slice_eq(name, slice_from(rules_by_name[i].name)))
			return rules_by_name[i].rule;
	return 0;
}

int strip_parse(struct slice text, unsigned *ret_rules, struct error *err)
{
	unsigned rules = 0;
	bool more = true;
	while (more) {
		struct slice word = { 0 };
		more = slice_cut(&text, ',', &word);
		unsigned rule = rule_of(slice_trim(word));
		if (!rule)
			return error_set(err, ERROR_USAGE,
					 "'%.*s' is no strip rule: expected tests, pyi "
					 "or headers",
					 SLICE_ARG(word));
		rules |= rule;
	}
	*ret_rules = rules;
	return 0;
}

struct slice strip_rules_text(unsigned rules, struct arena *arena)
{
	struct buf text = { .arena = arena };
	if (!rules)
		return S("none");
	buf_append(&text, slice_from(heading));
	for (size_t i = 0; i < RULES; i++)
		if (rules & rules_by_name[i].rule)
			buf_printf(&text, "%s\n", rules_by_name[i].name);
	return buf_slice(&text);
}

struct strip {
	const struct wheel_file *wheel;
	const struct layout_places *places;
	struct layout *layout;
	struct arena arena, scratch; // scratch: of one name
	struct map tests; // folders named "tests", relative to site → enum fate
	struct map stubs; // .pyi that a module reads, relative to site
};

enum fate { FATE_DATA, FATE_STRIP, FATE_KEEP };

// The item's path relative to site, "" where it lies elsewhere or is not ours to drop.
static struct slice site_path(const struct strip *run, const struct layout_item *item)
{
	struct slice path = item->path;
	if (item->role != LAYOUT_PLAIN || !path_lies_in(path, run->places->site))
		return S("");
	path = slice_skip(path, run->places->site.len + 1);
	return path_lies_in(path, run->layout->dist_info) ? S("") : path;
}

// "a/tests" of "a/tests/b/tests/c.py"; "" where no folder of the path has the name.
static struct slice folder_named(struct slice path, struct slice name)
{
	for (size_t start = 0; start < path.len;) {
		struct slice rest = slice_skip(path, start);
		size_t slash = slice_find_byte(rest, '/');
		if (slash == SLICE_NONE)
			return S("");
		if (slice_eq(slice_range(rest, 0, slash), name))
			return slice_range(path, 0, start + slash);
		start += slash + 1;
	}
	return S("");
}

static struct slice tests_folder(struct slice path)
{
	return folder_named(path, S("tests"));
}

// --- which folders of tests are needed -------------------------------------------------

static void find_tests(struct strip *run)
{
	for (size_t i = 0; i < run->layout->len; i++) {
		struct slice path = site_path(run, &run->layout->items[i]);
		struct slice folder = tests_folder(path);
		if (!folder.len)
			continue;
		map_insert(&run->tests, folder, FATE_DATA, NULL);
		if (slice_ends_with(path, S(".py")))
			map_set(&run->tests, folder, FATE_STRIP);
	}
}

static void keep(struct strip *run, struct slice module_path)
{
	struct slice with_end =
		arena_printf(&run->scratch, "%.*s/", SLICE_ARG(module_path));
	struct slice folder = tests_folder(with_end);
	if (folder.len && map_has(&run->tests, folder))
		map_set(&run->tests, folder, FATE_KEEP);
}

// A text that is looked through from its start to its end.
struct reading {
	struct slice text, folder; // folder: of the module
	struct slice line;         // the last one that was looked at, trimmed
	size_t line_end;           // and where it ends in the text
};

// Longer paths are in no tree (LONGEST_PATH), and a hostile text may be one long name.
enum { NAME_BYTES_MAX = 4096 };

static bool is_name_byte(char c)
{
	return is_alnum(c) || c == '_' || c == '.';
}

// A dotted name, as seen from a module in `folder`, as a path: "..tests.x" in "a/b" gives
// "a/tests/x".
static struct slice path_of_name(struct strip *run, struct slice name,
				 struct slice folder)
{
	struct buf path = { .arena = &run->scratch };
	name = slice_range(name, 0, NAME_BYTES_MAX);
	bool relative = name.len && name.ptr[0] == '.';
	if (relative)
		name = slice_skip(name, 1);
	while (relative && name.len && name.ptr[0] == '.') {
		size_t slash = slice_find_last_byte(folder, '/');
		folder.len = slash == SLICE_NONE ? 0 : slash;
		name = slice_skip(name, 1);
	}
	if (relative && folder.len) {
		buf_append(&path, folder);
		buf_byte(&path, '/');
	}
	for (size_t i = 0; i < name.len; i++)
		buf_byte(&path, name.ptr[i] == '.' ? '/' : name.ptr[i]);
	return buf_slice(&path);
}

// Each line is looked for once, however many hits it has: false where it is that of the hit
// before. `at` never goes back.
static bool find_line(struct reading *reading, size_t at)
{
	struct slice text = reading->text;
	size_t start = at, end = at;
	if (at < reading->line_end)
		return false;
	while (start > 0 && text.ptr[start - 1] != '\n')
		start--;
	while (end < text.len && text.ptr[end] != '\n')
		end++;
	reading->line_end = end;
	reading->line = slice_trim(slice_range(text, start, end));
	return true;
}

// A bare "tests": a name that is imported, alone in its line of a list, or in quotes.
static void look_at_bare_name(struct strip *run, struct reading *reading, size_t at)
{
	bool again = !find_line(reading, at);
	struct slice line = reading->line, from = { 0 };
	char before = at > 0 ? reading->text.ptr[at - 1] : '\n';
	bool quoted = before == '"' || before == '\'';
	bool listed = slice_eq(line, S("tests")) || slice_eq(line, S("tests,"));
	struct slice base = S(".");
	if (slice_starts_with(line, S("from "))) {
		if (again)
			return; // all that a line imports is of one place
		line = slice_trim(slice_range(slice_skip(line, strlen("from ")), 0,
					      NAME_BYTES_MAX));
		slice_cut(&line, ' ', &from);
		base = from;
	} else if (!quoted && !listed) {
		return;
	}
	struct slice place = path_of_name(run, base, reading->folder);
	if (place.len && !slice_ends_with(place, S("/")))
		place = arena_printf(&run->scratch, "%.*s/", SLICE_ARG(place));
	keep(run, arena_printf(&run->scratch, "%.*stests", SLICE_ARG(place)));
}

// Every dotted name in the module's text that has a component "tests".
static void look_for_names(struct strip *run, struct slice text, struct slice folder)
{
	struct slice word = S("tests");
	struct reading reading = { .text = text, .folder = folder };
	for (size_t at = 0; at < text.len;) {
		struct arena_mark mark = arena_mark(&run->scratch);
		size_t found = slice_find(slice_skip(text, at), word);
		if (found == SLICE_NONE)
			return;
		size_t start = at + found, end = start + word.len;
		while (start > at && is_name_byte(text.ptr[start - 1]))
			start--;
		while (end < text.len && is_name_byte(text.ptr[end]))
			end++;
		at = end;
		struct slice name = slice_range(text, start, end);
		if (slice_eq(name, word))
			look_at_bare_name(run, &reading, start);
		else
			keep(run, path_of_name(run, name, folder));
		arena_rewind(&run->scratch, mark);
	}
}

static struct slice folder_of(struct slice path)
{
	size_t slash = slice_find_last_byte(path, '/');
	return slice_range(path, 0, slash == SLICE_NONE ? 0 : slash);
}

// Modules larger than this are tables that name nothing.
enum { MODULE_BYTES_MAX = 16 * 1024 * 1024 };

static int read_module(struct strip *run, const struct zip_entry *zip, struct slice path,
		       struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice text = { 0 };
	if (zip->size == 0 || zip->size > MODULE_BYTES_MAX)
		return 0;
	if (entry_read(run->wheel, zip, MODULE_BYTES_MAX, &scratch, &text, err) < 0)
		return -1;
	look_for_names(run, text, folder_of(path));
	if (slice_contains(text, S("attach_stub")))
		map_insert(&run->stubs,
			   arena_printf(&run->arena, "%.*si", SLICE_ARG(path)), 0, NULL);
	return 0;
}

static int read_modules(struct strip *run, struct error *err)
{
	for (size_t i = 0; i < run->layout->len; i++) {
		const struct layout_item *item = &run->layout->items[i];
		struct slice path = site_path(run, item);
		if (slice_ends_with(path, S(".py")) && !tests_folder(path).len &&
		    read_module(run, item->zip, path, err) < 0)
			return -1;
	}
	return 0;
}

// Entry points of every group are looked at: plugins count too.
static int read_entry_points(struct strip *run, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const struct zip_entry *zip =
		layout_find_info(run->layout, S("entry_points.txt"));
	struct slice text = { 0 };
	if (!zip)
		return 0;
	if (entry_read(run->wheel, zip, LIMIT_TEXT_FILE_BYTES, &scratch, &text, err) < 0)
		return -1;
	look_for_names(run, text, S(""));
	return 0;
}

// --- dropping --------------------------------------------------------------------------

static bool is_header(const struct strip *run, const struct layout_item *item,
		      struct slice path)
{
	static const char *const endings[] = { ".h", ".hh", ".hpp", ".hxx", ".cuh" };
	if (item->role == LAYOUT_PLAIN && path_lies_in(item->path, run->places->headers))
		return true;
	if (!folder_named(path, S("include")).len)
		return false;
	for (size_t i = 0; i < sizeof(compiles_at_run_time) / sizeof(char *); i++)
		if (slice_eq(run->wheel->name, slice_from(compiles_at_run_time[i])))
			return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		if (slice_ends_with(path, slice_from(endings[i])))
			return true;
	return false;
}

static bool is_dropped(const struct strip *run, const struct layout_item *item)
{
	unsigned rules = run->places->strip;
	struct slice path = site_path(run, item);
	uint32_t fate = FATE_KEEP;
	if (rules & STRIP_TESTS && map_find(&run->tests, tests_folder(path), &fate) &&
	    fate == FATE_STRIP)
		return true;
	if (rules & STRIP_PYI && slice_ends_with(path, S(".pyi")))
		return !map_has(&run->stubs, path);
	return rules & STRIP_HEADERS && is_header(run, item, path);
}

int strip_layout(const struct wheel_file *wheel, const struct layout_places *places,
		 struct layout *layout, struct stripped *ret_stripped, struct error *err)
{
	struct strip run = { .wheel = wheel, .places = places, .layout = layout };
	run.tests.arena = run.stubs.arena = &run.arena;
	struct stripped stripped = { 0 };
	find_tests(&run);
	int status = read_entry_points(&run, err);
	if (status == 0 && places->strip & (STRIP_TESTS | STRIP_PYI))
		status = read_modules(&run, err);
	for (size_t i = 0; status == 0 && i < layout->len; i++) {
		struct layout_item *item = &layout->items[i];
		if (!is_dropped(&run, item))
			continue;
		item->role = LAYOUT_DROPPED;
		stripped.files++;
		stripped.bytes += item->zip->size;
	}
	arena_release(&run.arena);
	arena_release(&run.scratch);
	*ret_stripped = stripped;
	return status;
}
