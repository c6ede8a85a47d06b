// SPDX-License-Identifier: MIT
// The facts of a conflict, numbered, each with its place.
#include "cli/cli.h"

#include <stdio.h>

enum { FACTS_SHOWN = 30, FACT_INDENT = 2, PLACE_COLUMN_MAX = 64 };

// --- text ------------------------------------------------------------------------------------------------------------

static size_t place_column(const struct explanation *explanation)
{
	size_t column = 0;
	for (size_t i = 0; i < explanation->len; i++) {
		size_t width = display_width(explanation->items[i].text,
					     explanation->items[i].text.len);
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
static void print_fact_text(struct slice text)
{
	enum { FACT_BYTES_MAX = 1000, FACT_HEAD = 600, FACT_TAIL = 200 };
	if (text.len <= FACT_BYTES_MAX) {
		fprintf(stderr, "%.*s", SLICE_ARG(text));
		return;
	}
	struct slice rest = whole_characters(slice_skip(text, FACT_HEAD)),
		     tail = whole_characters(slice_skip(text, text.len - FACT_TAIL));
	fprintf(stderr, "%.*s … %.*s", (int)(rest.ptr - text.ptr), text.ptr,
		SLICE_ARG(tail));
}

static void render_fact(const struct cli *cli, size_t number,
			const struct fact_line *line, size_t column)
{
	size_t width = display_width(line->text, line->text.len);
	fprintf(stderr, "%3zu. ", number);
	print_fact_text(line->text);
	fprintf(stderr, "%*s  ", (int)(width < column ? column - width : 0), "");
	if (!line->entry) {
		fputs(line->origin == FACT_FROM_METADATA ? "(its metadata)\n"
							 : "(the index)\n",
		      stderr);
		return;
	}
	struct position at = span_position(line->entry->span);
	fprintf(stderr, "%.*s:%zu:%zu\n", SLICE_ARG(line->entry->span.source->name),
		at.line, at.column);
	render_place(cli, line->entry->span, FACT_INDENT);
}

void render_explanation(const struct cli *cli, const struct explanation *explanation)
{
	size_t shown = explanation->len, column = place_column(explanation);
	if (shown > FACTS_SHOWN && cli->common.verbose == 0)
		shown = FACTS_SHOWN;
	for (size_t i = 0; i < shown; i++)
		render_fact(cli, i + 1, &explanation->items[i], column);
	if (shown < explanation->len)
		fprintf(stderr, "     and %zu more, which --verbose shows\n",
			explanation->len - shown);
	if (explanation->len == 2)
		fputs("  1 and 2 cannot both hold\n", stderr);
	else if (explanation->len > 2)
		fprintf(stderr, "  1 to %zu cannot all hold\n", explanation->len);
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
