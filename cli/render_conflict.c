// SPDX-License-Identifier: MIT
// The facts of a conflict, numbered, each with its place.
#include "cli/cli.h"

enum { FACTS_SHOWN = 30, FACT_INDENT = 2, PLACE_COLUMN_MAX = 64 };

// --- text ------------------------------------------------------------------------------------------------------------

static size_t place_column(const struct explanation *explanation)
{
	size_t column = 0;
	for (size_t i = 0; i < explanation->len; i++) {
		size_t width = display_width(explanation->items[i].text);
		if (width > column && width <= PLACE_COLUMN_MAX)
			column = width;
	}
	return column;
}

static struct slice whole_characters(struct slice text)
{
	while (text.len && ((unsigned char)text.ptr[0] & 0xC0) == 0x80)
		text = slice_skip(text, 1);
	return text;
}

// A release may ask for a hundred thousand versions: who reads wants the sentence's ends.
static void add_fact_text(struct line *line, struct slice text)
{
	enum { FACT_BYTES_MAX = 1000, FACT_HEAD = 600, FACT_TAIL = 200 };
	if (text.len <= FACT_BYTES_MAX) {
		line_add(line, "%.*s", SLICE_ARG(text));
		return;
	}
	struct slice rest = whole_characters(slice_skip(text, FACT_HEAD)),
		     tail = whole_characters(slice_skip(text, text.len - FACT_TAIL));
	line_add(line, "%.*s … %.*s", (int)(rest.ptr - text.ptr), text.ptr,
		 SLICE_ARG(tail));
}

static void render_fact(const struct cli *cli, size_t number,
			const struct fact_line *fact, size_t column)
{
	struct line line = { 0 };
	size_t width = display_width(fact->text);
	line_add(&line, "%3zu. ", number);
	add_fact_text(&line, fact->text);
	line_add(&line, "%*s  ", (int)(width < column ? column - width : 0), "");
	if (fact->entry) {
		struct position at = span_position(fact->entry->span);
		line_add(&line, "%.*s:%zu:%zu", SLICE_ARG(fact->entry->span.source->name),
			 at.line, at.column);
	} else {
		line_add(&line, fact->origin == FACT_FROM_METADATA ? "(its metadata)"
								   : "(the index)");
	}
	line_tell(cli, &line);
	if (fact->entry)
		render_place(cli, fact->entry->span, FACT_INDENT);
}

void render_explanation(const struct cli *cli, const struct explanation *explanation)
{
	size_t shown = explanation->len, column = place_column(explanation);
	if (shown > FACTS_SHOWN && cli->common.verbose == 0)
		shown = FACTS_SHOWN;
	for (size_t i = 0; i < shown; i++)
		render_fact(cli, i + 1, &explanation->items[i], column);
	struct line line = { 0 };
	if (shown < explanation->len) {
		line_add(&line, "     and %zu more, which --verbose shows",
			 explanation->len - shown);
		line_tell(cli, &line);
	}
	if (explanation->len < 2)
		return;
	if (explanation->len == 2)
		line_add(&line, "  1 and 2 cannot both hold");
	else
		line_add(&line, "  1 to %zu cannot all hold", explanation->len);
	line_tell(cli, &line);
}

// --- JSON ------------------------------------------------------------------------------------------------------------

static const char *fact_origin_name(enum fact_origin origin)
{
	switch (origin) {
	case FACT_FROM_REQUIREMENTS: return "requirements";
	case FACT_FROM_CONSTRAINTS: return "constraints";
	case FACT_FROM_METADATA: return "metadata";
	case FACT_FROM_LOCK: return "lock";
	case FACT_FROM_INDEX: break;
	}
	return "index";
}

json_t *explanation_as_json(const struct explanation *explanation)
{
	json_t *list = json_array();
	for (size_t i = 0; i < explanation->len; i++) {
		const struct fact_line *line = &explanation->items[i];
		json_t *item = json_object();
		json_object_set_new(item, "fact", text_as_json(line->text));
		json_object_set_new(item, "origin",
				    json_string(fact_origin_name(line->origin)));
		if (line->entry)
			add_place(item, line->entry->span);
		json_array_append_new(list, item);
	}
	return list;
}
