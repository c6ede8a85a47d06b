// SPDX-License-Identifier: MIT
// TOML's grammar above tokens: keys, values, headers; and what may be defined where.
#include "base/toml_lex.h"

#include "base/limits.h"
#include "base/map.h"

// A table with so many entries gets a map; with fewer, looking at each is faster.
enum { INDEX_FROM = 16 };

struct key_part {
	struct slice name;
	struct span span;
};

// A dotted key: a."b c".d
struct key {
	struct key_part parts[LIMIT_NESTING_DEPTH];
	size_t len;
};

struct parser {
	struct toml_lexer lexer;
	struct toml_table *root, *current; // where the last header put us
	unsigned depth; // of arrays and inline tables around the cursor
};

// --- the tree ---------------------------------------------------------------------------------

static struct toml_table *new_table(struct parser *parser, enum toml_origin origin)
{
	struct toml_table *table = arena_new(parser->lexer.arena, struct toml_table);
	table->origin = origin;
	return table;
}

static struct toml_value table_value(struct toml_table *table, struct span span)
{
	return (struct toml_value){ .type = TOML_TABLE, .span = span, .table = table };
}

static struct toml_value *find_value(struct toml_table *table, struct slice key)
{
	const struct toml_entry *entry = toml_find_entry(table, key);
	return entry ? &table->items[entry - table->items].value : NULL;
}

static void build_index(struct parser *parser, struct toml_table *table)
{
	table->index = arena_new(parser->lexer.arena, struct map);
	table->index->arena = parser->lexer.arena;
	for (size_t i = 0; i < table->len; i++)
		map_insert(table->index, table->items[i].key, (uint32_t)i, NULL);
}

// The key must be new to the table.
static struct toml_value *add_value(struct parser *parser, struct toml_table *table,
				    const struct key_part *key, struct toml_value value)
{
	struct toml_entry *entry = array_push(parser->lexer.arena, table);
	*entry = (struct toml_entry){ .key = key->name,
				      .key_span = key->span,
				      .value = value };
	if (table->index)
		map_insert(table->index, key->name, (uint32_t)table->len - 1, NULL);
	else if (table->len == INDEX_FROM)
		build_index(parser, table);
	return &entry->value;
}

// --- conflicts, each with both places (toml.3) ------------------------------------------------

static void report_conflict(struct parser *parser, const struct key_part *key,
			    const char *problem, struct span first)
{
	struct diagnostics *diagnostics = parser->lexer.diagnostics;
	// Finding the line of a place that nobody is shown would make many conflicts
	// expensive.
	if (diagnostics->len == DIAGNOSTICS_MAX) {
		diagnostics->error_count++;
		return;
	}
	struct position place = span_position(first);
	diagnostics_add(diagnostics, SEVERITY_ERROR, ERROR_INPUT, key->span,
			"'%.*s' %s (first at %.*s:%zu:%zu)", SLICE_ARG(key->name),
			problem, SLICE_ARG(first.source->name), place.line, place.column);
}

static struct span first_span(struct toml_table *table, struct slice key)
{
	return toml_find_entry(table, key)->key_span;
}

static void report_duplicate(struct parser *parser, struct toml_table *table,
			     const struct key_part *key)
{
	report_conflict(parser, key, "is defined twice", first_span(table, key->name));
}

// --- going down -------------------------------------------------------------------------------

// The table that a part of a header, but its last one, leads to. Tables that deeper
// headers and dotted keys made may be added to; of an array of tables the last one is
// meant. NULL after an error.
static struct toml_table *descend_by_header(struct parser *parser,
					    struct toml_table *table,
					    const struct key_part *part)
{
	struct toml_value *value = find_value(table, part->name);
	if (!value) {
		struct toml_table *added = new_table(parser, TOML_BY_DEEPER_HEADER);
		add_value(parser, table, part, table_value(added, part->span));
		return added;
	}
	if (value->type == TOML_ARRAY && value->array.of_tables)
		return value->array.items[value->array.len - 1].table;
	if (value->type == TOML_TABLE && value->table->origin != TOML_INLINE)
		return value->table;
	report_conflict(parser, part, "is no table that could be added to",
			first_span(table, part->name));
	return NULL;
}

// The same for a dotted key, which defines the tables that it passes; tables that a
// header or braces defined are closed to it.
static struct toml_table *descend_by_dots(struct parser *parser, struct toml_table *table,
					  const struct key_part *part)
{
	struct toml_value *value = find_value(table, part->name);
	if (!value) {
		struct toml_table *added = new_table(parser, TOML_BY_DOTTED_KEY);
		add_value(parser, table, part, table_value(added, part->span));
		return added;
	}
	bool open = value->type == TOML_TABLE &&
		    (value->table->origin == TOML_BY_DOTTED_KEY ||
		     value->table->origin == TOML_BY_DEEPER_HEADER);
	if (open) {
		value->table->origin = TOML_BY_DOTTED_KEY;
		return value->table;
	}
	report_conflict(parser, part, "cannot be added to by a dotted key",
			first_span(table, part->name));
	return NULL;
}

// --- keys -------------------------------------------------------------------------------------

static bool is_bare(char c)
{
	return is_alnum(c) || c == '_' || c == '-';
}

static int parse_key_part(struct toml_lexer *lexer, struct key_part *ret_part)
{
	size_t start = lexer->at;
	char first = toml_peek(lexer, 0);
	if (first == '"' || first == '\'') {
		if (toml_lex_string(lexer, false, &ret_part->name) < 0)
			return -1;
	} else {
		while (is_bare(toml_peek(lexer, 0)))
			lexer->at++;
		ret_part->name = slice_range(lexer->text, start, lexer->at);
		if (lexer->at == start)
			return toml_fail_here(lexer, "expected a key, found %s",
					      toml_found(lexer));
	}
	ret_part->span = toml_span(lexer, start, lexer->at);
	return 0;
}

// Parses a key and leaves the cursor behind the blanks that follow.
static int parse_key(struct toml_lexer *lexer, struct key *ret_key)
{
	ret_key->len = 0;
	do {
		toml_skip_blanks(lexer);
		if (ret_key->len == LIMIT_NESTING_DEPTH)
			return toml_fail_here(lexer, "key has more than %d parts",
					      LIMIT_NESTING_DEPTH);
		if (parse_key_part(lexer, &ret_key->parts[ret_key->len]) < 0)
			return -1;
		ret_key->len++;
		toml_skip_blanks(lexer);
	} while (toml_take(lexer, S(".")));
	return 0;
}

// --- values -----------------------------------------------------------------------------------

static int parse_value(struct parser *parser, struct toml_value *ret_value);

// Puts "key = value" into the table. The value is parsed even if the key is a duplicate.
static int parse_pair(struct parser *parser, struct toml_table *table)
{
	struct toml_lexer *lexer = &parser->lexer;
	struct key key;
	struct toml_value value;
	if (parse_key(lexer, &key) < 0)
		return -1;
	if (!toml_take(lexer, S("=")))
		return toml_fail_here(lexer, "expected '=' after the key, found %s",
				      toml_found(lexer));
	toml_skip_blanks(lexer);
	if (parse_value(parser, &value) < 0)
		return -1;
	for (size_t i = 0; table && i + 1 < key.len; i++)
		table = descend_by_dots(parser, table, &key.parts[i]);
	if (!table)
		return 0;
	const struct key_part *last = &key.parts[key.len - 1];
	if (toml_find_entry(table, last->name))
		report_duplicate(parser, table, last);
	else
		add_value(parser, table, last, value);
	return 0;
}

// Called at '['. Line ends and comments may stand anywhere, and a comma after the last
// item.
static int parse_array(struct parser *parser, struct toml_value *ret_value)
{
	struct toml_lexer *lexer = &parser->lexer;
	size_t open = lexer->at++;
	struct toml_value array = { .type = TOML_ARRAY };
	for (;;) {
		if (toml_skip_lines(lexer) < 0)
			return -1;
		if (toml_take(lexer, S("]")))
			break;
		struct toml_value item;
		if (parse_value(parser, &item) < 0 || toml_skip_lines(lexer) < 0)
			return -1;
		*array_push(lexer->arena, &array.array) = item;
		if (toml_take(lexer, S("]")))
			break;
		if (!toml_take(lexer, S(",")))
			return toml_fail_here(lexer,
					      "expected ',' or ']' in an array, found %s",
					      toml_found(lexer));
	}
	array.span = toml_span(lexer, open, lexer->at);
	*ret_value = array;
	return 0;
}

// Called at '{'. All is on one line, without a comma after the last pair (toml.4).
static int parse_inline_table(struct parser *parser, struct toml_value *ret_value)
{
	struct toml_lexer *lexer = &parser->lexer;
	size_t open = lexer->at++;
	struct toml_table *table = new_table(parser, TOML_INLINE);
	toml_skip_blanks(lexer);
	bool closed = toml_take(lexer, S("}"));
	while (!closed) {
		if (parse_pair(parser, table) < 0)
			return -1;
		toml_skip_blanks(lexer);
		closed = toml_take(lexer, S("}"));
		if (!closed && !toml_take(lexer, S(",")))
			return toml_fail_here(
				lexer, "expected ',' or '}' in an inline table, found %s",
				toml_found(lexer));
	}
	*ret_value = table_value(table, toml_span(lexer, open, lexer->at));
	return 0;
}

static int parse_nested(struct parser *parser, struct toml_value *ret_value)
{
	if (parser->depth == LIMIT_NESTING_DEPTH)
		return toml_fail_here(&parser->lexer,
				      "values are nested more than %d deep",
				      LIMIT_NESTING_DEPTH);
	parser->depth++;
	int result = toml_peek(&parser->lexer, 0) == '['
			     ? parse_array(parser, ret_value)
			     : parse_inline_table(parser, ret_value);
	parser->depth--;
	return result;
}

static int parse_string(struct toml_lexer *lexer, struct toml_value *ret_value)
{
	size_t open = lexer->at;
	struct slice text;
	if (toml_lex_string(lexer, true, &text) < 0)
		return -1;
	*ret_value = (struct toml_value){ .type = TOML_STRING,
					  .span = toml_span(lexer, open, lexer->at),
					  .string = text };
	return 0;
}

static int parse_value(struct parser *parser, struct toml_value *ret_value)
{
	switch (toml_peek(&parser->lexer, 0)) {
	case '"':
	case '\'': return parse_string(&parser->lexer, ret_value);
	case '[':
	case '{': return parse_nested(parser, ret_value);
	default: return toml_lex_scalar(&parser->lexer, ret_value);
	}
}

// --- headers ----------------------------------------------------------------------------------

// After an error in a header, its section is read into a table that nobody sees.
static struct toml_table *lost_section(struct parser *parser)
{
	return new_table(parser, TOML_BY_HEADER);
}

// Opens the table of a header like [a.b].
static struct toml_table *open_table(struct parser *parser, struct toml_table *table,
				     const struct key_part *last, struct span header)
{
	struct toml_value *value = find_value(table, last->name);
	if (!value) {
		struct toml_table *added = new_table(parser, TOML_BY_HEADER);
		add_value(parser, table, last, table_value(added, header));
		return added;
	}
	if (value->type == TOML_TABLE && value->table->origin == TOML_BY_DEEPER_HEADER) {
		value->table->origin = TOML_BY_HEADER;
		value->span = header;
		return value->table;
	}
	report_duplicate(parser, table, last);
	return lost_section(parser);
}

// Appends a table for a header like [[a.b]].
static struct toml_table *append_table(struct parser *parser, struct toml_table *table,
				       const struct key_part *last, struct span header)
{
	struct toml_value *value = find_value(table, last->name);
	if (!value)
		value = add_value(parser, table, last,
				  (struct toml_value){ .type = TOML_ARRAY,
						       .span = header,
						       .array = { .of_tables = true } });
	if (value->type != TOML_ARRAY || !value->array.of_tables) {
		report_conflict(parser, last, "is no array of tables",
				first_span(table, last->name));
		return lost_section(parser);
	}
	struct toml_table *added = new_table(parser, TOML_BY_HEADER);
	*array_push(parser->lexer.arena, &value->array) = table_value(added, header);
	return added;
}

static int parse_header(struct parser *parser)
{
	struct toml_lexer *lexer = &parser->lexer;
	size_t open = lexer->at;
	bool array = toml_take(lexer, S("[["));
	struct slice close = array ? S("]]") : S("]");
	struct key key;
	if (!array)
		lexer->at++;
	if (parse_key(lexer, &key) < 0)
		return -1;
	if (!toml_take(lexer, close))
		return toml_fail_here(lexer,
				      "expected '%.*s' after the table's name, found %s",
				      SLICE_ARG(close), toml_found(lexer));
	struct span header = toml_span(lexer, open, lexer->at);

	struct toml_table *table = parser->root;
	for (size_t i = 0; table && i + 1 < key.len; i++)
		table = descend_by_header(parser, table, &key.parts[i]);
	const struct key_part *last = &key.parts[key.len - 1];
	if (!table)
		parser->current = lost_section(parser);
	else if (array)
		parser->current = append_table(parser, table, last, header);
	else
		parser->current = open_table(parser, table, last, header);
	return 0;
}

// --- the document -----------------------------------------------------------------------------

static int parse_document(struct parser *parser)
{
	struct toml_lexer *lexer = &parser->lexer;
	for (;;) {
		if (toml_skip_lines(lexer) < 0)
			return -1;
		if (toml_at_end(lexer))
			return 0;
		int result = toml_peek(lexer, 0) == '['
				     ? parse_header(parser)
				     : parse_pair(parser, parser->current);
		if (result < 0 || toml_end_line(lexer) < 0)
			return -1;
	}
}

int toml_parse(const struct source *source, struct arena *arena,
	       struct toml_table **ret_root, struct diagnostics *diagnostics)
{
	struct parser parser = { .lexer = { .source = source,
					    .text = source->text,
					    .arena = arena,
					    .diagnostics = diagnostics } };
	size_t errors_before = diagnostics->error_count;
	size_t bad = slice_find_bad_utf8(source->text);
	if (bad != SLICE_NONE)
		return toml_fail(&parser.lexer, bad, bad + 1, "not UTF-8");
	if (source->text.len > LIMIT_TEXT_FILE_BYTES)
		return toml_fail(&parser.lexer, 0, 0, "file is larger than %u MiB",
				 (unsigned)(LIMIT_TEXT_FILE_BYTES / MIB));
	toml_take(&parser.lexer, S("\xef\xbb\xbf")); // a byte order mark
	parser.root = parser.current = new_table(&parser, TOML_BY_HEADER);
	if (parse_document(&parser) < 0 || diagnostics->error_count > errors_before)
		return -1;
	*ret_root = parser.root;
	return 0;
}
