// SPDX-License-Identifier: MIT
// Reads the metadata block of a Python script (PEP 723): it is found by the pattern of
// the specification and read as TOML, with the places of the script.
//
//	7: # /// script                  block
//	8: # dependencies = ["rich"]     TOML, line 8: dependencies = ["rich"]
//	9: # ///
#define PCRE2_CODE_UNIT_WIDTH 8
#include "resolver/requirements/document.h"
#include "resolver/requirements/project.h"

#include "resolver/requirements/decode.h"

#include <pcre2.h>

// The regular expression of the standard, character by character (723.1).
static const char BLOCK[] =
	"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\\s(?P<content>(^#(| .*)$\\s)+)^# ///$";

// The steps and the memory of one search: enough for a block of a million lines.
enum { MATCH_STEPS_MAX = 50000000, MATCH_HEAP_KIB = 1024 * 1024 };

struct script {
	struct arena *arena;
	const struct source *source; // lines end in '\n' alone
	struct slice content; // of the block, with its comment signs; ptr NULL: none
	struct diagnostics *diagnostics;
};

#define script_error(script, span, ...)                                             \
	diagnostics_add((script)->diagnostics, SEVERITY_ERROR, ERROR_INPUT, (span), \
			__VA_ARGS__)

// --- the block -----------------------------------------------------------------------

struct matcher {
	const pcre2_code *pattern;
	pcre2_match_data *match;
	pcre2_match_context *limits;
};

static void pattern_cleanup(pcre2_code **pattern)
{
	pcre2_code_free(*pattern);
}

static void match_cleanup(pcre2_match_data **match)
{
	pcre2_match_data_free(*match);
}

static void context_cleanup(pcre2_match_context **context)
{
	pcre2_match_context_free(*context);
}

static pcre2_code *compile_block(void)
{
	int code;
	PCRE2_SIZE at;
	pcre2_code *pattern =
		pcre2_compile((PCRE2_SPTR)BLOCK, sizeof(BLOCK) - 1, 0, &code, &at, NULL);
	if (!pattern)
		BUG("the pattern of script blocks does not compile");
	return pattern;
}

static struct slice group_of(const struct script *script, pcre2_match_data *match,
			     uint32_t number)
{
	const PCRE2_SIZE *ends = pcre2_get_ovector_pointer(match);
	return slice_range(script->source->text, (size_t)ends[2 * number],
			   (size_t)ends[2 * number + 1]);
}

static struct span span_of(const struct script *script, struct slice part)
{
	return (struct span){ script->source,
			      (size_t)(part.ptr - script->source->text.ptr), part.len };
}

// Keeps the content of a block of type `script`; two of them are an error.
static void take_block(struct script *script, pcre2_match_data *match)
{
	struct slice type = group_of(script, match, 1);
	if (!slice_eq(type, S("script")))
		return;
	if (script->content.ptr)
		script_error(script, span_of(script, type),
			     "a second 'script' block: a file may have one");
	else
		script->content = group_of(script, match, 2);
}

// Lines that the content of a block may have.
static bool is_comment(struct slice line)
{
	return slice_eq(line, S("#")) || slice_starts_with(line, S("# "));
}

// "# /// script", and the like of other tools.
static bool begins_block(struct slice line)
{
	static const char start[] = "# /// ";
	if (!slice_starts_with(line, S("# /// ")) || line.len == sizeof(start) - 1)
		return false;
	for (size_t i = sizeof(start) - 1; i < line.len; i++)
		if (!is_alpha(line.ptr[i]) && !is_digit(line.ptr[i]) &&
		    line.ptr[i] != '-')
			return false;
	return true;
}

// Of lines that are all comments, the first one that begins a block begins the only one: its content is as long as it
// can be. So the pattern is tried once for them, and not at each line, which would be quadratic.
static int match_comments(struct script *script, const struct matcher *matcher,
			  size_t start, size_t end)
{
	int found =
		pcre2_match(matcher->pattern, (PCRE2_SPTR)script->source->text.ptr, end,
			    start, PCRE2_ANCHORED, matcher->match, matcher->limits);
	if (found > 0)
		take_block(script, matcher->match);
	if (found > 0 || found == PCRE2_ERROR_NOMATCH)
		return 0;
	return script_error(script, (struct span){ 0 },
			    "'%.*s' has too many comment lines to look for a "
			    "script block",
			    SLICE_ARG(script->source->name)),
	       -1;
}

static int match_blocks(struct script *script, const struct matcher *matcher)
{
	struct slice text = script->source->text, rest = text, line;
	size_t start = SLICE_NONE; // of the block's first line, among comments
	bool more = true;
	while (more) {
		size_t at = text.len - rest.len;
		more = slice_cut(&rest, '\n', &line);
		if (start == SLICE_NONE && begins_block(line))
			start = at;
		if (start == SLICE_NONE || (is_comment(line) && more))
			continue;
		size_t end = is_comment(line) ? text.len : at;
		if (match_comments(script, matcher, start, end) < 0)
			return -1;
		start = SLICE_NONE;
	}
	return 0;
}

static int find_block(struct script *script)
{
	AUTO(pattern_cleanup) pcre2_code *pattern = compile_block();
	AUTO(match_cleanup)
	pcre2_match_data *match = pcre2_match_data_create_from_pattern(pattern, NULL);
	AUTO(context_cleanup)
	pcre2_match_context *limits = pcre2_match_context_create(NULL);
	if (!match || !limits)
		BUG("no memory for a pattern");
	pcre2_set_match_limit(limits, MATCH_STEPS_MAX);
	pcre2_set_heap_limit(limits, MATCH_HEAP_KIB);
	return match_blocks(script, &(struct matcher){ pattern, match, limits });
}

// --- its TOML ------------------------------------------------------------------------

enum { SIGN = 2 }; // "# " before each line

// Where a line of the block begins in both texts, after its sign.
struct line_pair {
	size_t toml_at, script_at;
};

struct line_map {
	const struct source *toml, *script;
	struct line_pair *items;
	size_t len, cap;
};

// Writes the block as TOML, with as many lines before it as in the script, so that lines
// keep their numbers.
static void write_toml(struct script *script, struct source *toml, struct line_map *map)
{
	struct buf buf = { .arena = script->arena };
	const char *text = script->source->text.ptr;
	struct slice rest = script->content, line;
	for (const char *at = text; at < rest.ptr; at++)
		if (*at == '\n')
			buf_byte(&buf, '\n');
	while (rest.len) {
		slice_cut(&rest, '\n', &line);
		line = slice_skip(line, SIGN);
		*array_push(script->arena, map) =
			(struct line_pair){ buf.len, (size_t)(line.ptr - text) };
		buf_append(&buf, line);
		buf_byte(&buf, '\n');
	}
	*toml = (struct source){ script->source->name, buf_slice(&buf) };
}

// Turns a place in the TOML text into one in the script.
static struct span to_script(const struct line_map *map, struct span span)
{
	size_t below = 0, above = map->len;
	if (span.source != map->toml || map->len == 0)
		return span;
	while (above - below > 1) {
		size_t middle = below + (above - below) / 2;
		if (map->items[middle].toml_at <= span.offset)
			below = middle;
		else
			above = middle;
	}
	const struct line_pair *line = &map->items[below];
	size_t column = span.offset > line->toml_at ? span.offset - line->toml_at : 0;
	span.source = map->script;
	span.offset = line->script_at + column;
	return span;
}

static void map_places(const struct line_map *map, struct requirement_set *set,
		       size_t entries_before, size_t pythons_before,
		       struct diagnostics *diagnostics)
{
	for (size_t i = entries_before; i < set->len; i++)
		set->entries[i].span = to_script(map, set->entries[i].span);
	for (size_t i = pythons_before; i < set->pythons_len; i++)
		set->pythons[i].span = to_script(map, set->pythons[i].span);
	for (size_t i = 0; i < diagnostics->len; i++)
		diagnostics->items[i].error.span =
			to_script(map, diagnostics->items[i].error.span);
}

// --- its meaning ---------------------------------------------------------------------

static void add_requirements(struct document *document, const struct toml_table *root)
{
	const struct inclusion outermost = { 0 };
	const struct toml_value *list =
		toml_find_typed(root, S("dependencies"), TOML_ARRAY,
				document->diagnostics);
	const struct toml_value *python =
		toml_find_typed(root, S("requires-python"), TOML_STRING,
				document->diagnostics);
	if (python)
		document_add_python(document, python);
	for (size_t i = 0; list && i < list->array.len; i++) {
		const struct toml_value *item = &list->array.items[i];
		struct requirement requirement;
		if (!document_step(document, &outermost, item->span))
			return;
		if (toml_check_type(item, TOML_STRING, S("a requirement"),
				    document->diagnostics) &&
		    document_requirement(document, item, &requirement) == 0)
			document_add(document, item, &requirement, &outermost);
	}
}

static void read_block(struct script *script, struct requirement_set *set)
{
	struct source *toml = arena_new(script->arena, struct source);
	struct toml_table *root;
	size_t entries = set->len, pythons = set->pythons_len;
	struct line_map map = { .toml = toml, .script = script->source };
	write_toml(script, toml, &map);
	struct document document = { toml, script->arena, set, script->diagnostics, 0 };
	if (toml_parse(toml, script->arena, &root, script->diagnostics) == 0)
		add_requirements(&document, root);
	map_places(&map, set, entries, pythons, script->diagnostics);
}

// Makes lines end in LF alone, as in Python, for which the pattern is made.
static struct slice unix_lines(struct arena *arena, struct slice text)
{
	if (slice_find_byte(text, '\r') == SLICE_NONE)
		return text;
	struct buf buf = { .arena = arena };
	for (size_t i = 0; i < text.len; i++) {
		bool before_newline = i + 1 < text.len && text.ptr[i + 1] == '\n';
		if (text.ptr[i] != '\r')
			buf_byte(&buf, text.ptr[i]);
		else if (!before_newline)
			buf_byte(&buf, '\n');
	}
	return buf_slice(&buf);
}

static int load_script(const char *path, const struct requirement_reader *reader,
		       struct arena *arena, struct source **ret_source,
		       struct diagnostics *diagnostics)
{
	struct error err = { 0 };
	if (document_load(path, reader, arena, ret_source, diagnostics) < 0)
		return -1;
	struct source *source = *ret_source;
	if (decode_text(arena, source, &err) < 0) {
		*diagnostics_add(diagnostics, SEVERITY_ERROR, err.kind, err.span, "%s",
				 err.cause) = err;
		return -1;
	}
	source->text = unix_lines(arena, source->text);
	return 0;
}

int requirements_read_script(const char *path, const struct requirement_reader *reader,
			     struct arena *arena, struct requirement_set *set,
			     struct diagnostics *diagnostics)
{
	size_t before = diagnostics->error_count;
	struct source *source;
	if (load_script(path, reader, arena, &source, diagnostics) < 0)
		return -1;
	struct script script = { arena, source, { NULL, 0 }, diagnostics };
	if (find_block(&script) < 0)
		return -1;
	if (script.content.ptr) {
		read_block(&script, set);
	} else {
		struct error *err = script_error(&script, (struct span){ 0 },
						 "'%.*s' has no script block",
						 SLICE_ARG(source->name));
		error_hint(err, "a block of comments begins with '# /// script' and ends "
				"with '# ///'");
	}
	return diagnostics->error_count > before ? -1 : 0;
}
