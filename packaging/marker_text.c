// SPDX-License-Identifier: MIT
// Writes a marker as canonical text: one blank between tokens, double quotes, parentheses
// only where 'or' is under 'and'.
#include "packaging/marker_tree.h"

static void write_literal(struct buf *buf, struct slice literal)
{
	// A text cannot hold both quotes, since there is no escape that would let them
	// in.
	char quote = slice_find_byte(literal, '"') == SLICE_NONE ? '"' : '\'';
	buf_byte(buf, quote);
	buf_append(buf, literal);
	buf_byte(buf, quote);
}

static void write_compare(struct buf *buf, const struct marker *compare)
{
	struct slice field = slice_from(marker_fields[compare->field].name);
	if (compare->literal_first)
		write_literal(buf, compare->literal);
	else
		buf_append(buf, field);
	buf_printf(buf, " %s ", marker_operator_texts[compare->op]);
	if (compare->literal_first)
		buf_append(buf, field);
	else
		write_literal(buf, compare->literal);
}

// Recursion ends at LIMIT_NESTING_DEPTH, which the parser enforces.
static void write_marker(struct buf *buf, const struct marker *marker)
{
	if (marker->kind == MARKER_COMPARE) {
		write_compare(buf, marker);
		return;
	}
	for (size_t i = 0; i < marker->len; i++) {
		const struct marker *item = marker->items[i];
		bool wrap = marker->kind == MARKER_AND && item->kind == MARKER_OR;
		if (i > 0)
			buf_append(buf,
				   marker->kind == MARKER_AND ? S(" and ") : S(" or "));
		if (wrap)
			buf_byte(buf, '(');
		write_marker(buf, item);
		if (wrap)
			buf_byte(buf, ')');
	}
}

struct slice marker_text(struct arena *arena, const struct marker *marker)
{
	struct buf buf = { .arena = arena };
	if (marker)
		write_marker(&buf, marker);
	return buf_slice(&buf);
}
