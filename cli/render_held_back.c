// SPDX-License-Identifier: MIT
// Tells what holds a pin back, to people and as JSON.
#include "cli/render_held_back.h"

static void print_facts(const struct explanation *facts)
{
	size_t column = 0;
	for (size_t i = 0; i < facts->len; i++) {
		size_t width = display_width(facts->items[i].text);
		column = width > column && width <= 64 ? width : column;
	}
	for (size_t i = 0; i < facts->len; i++) {
		const struct fact_line *fact = &facts->items[i];
		struct line line = { 0 };
		size_t width = display_width(fact->text);
		line_add(&line, "%3zu. %.*s%*s  ", i + 1, SLICE_ARG(fact->text),
			 (int)(width < column ? column - width : 0), "");
		if (fact->entry) {
			struct position at = span_position(fact->entry->span);
			line_add(&line, "%.*s:%zu:%zu",
				 SLICE_ARG(fact->entry->span.source->name), at.line,
				 at.column);
		} else {
			line_add(&line, fact->origin == FACT_FROM_METADATA
						? "(its metadata)"
					: fact->origin == FACT_FROM_LOCK ? "(the lock)"
									 : "(the index)");
		}
		line_print(&line);
	}
}

static void print_moves(const struct held_back *answer, struct line *line,
			const char *heading, bool only_back)
{
	const char *separator = heading;
	for (size_t i = 0; i < answer->moves.len; i++) {
		const struct move *move = &answer->moves.items[i];
		if (slice_eq(move->name, answer->name) || (only_back && !move->is_back))
			continue;
		line_add(line, "%s%.*s %.*s %s %.*s", separator, SLICE_ARG(move->name),
			 SLICE_ARG(move->from), locale_is_utf8() ? "→" : "->",
			 SLICE_ARG(move->to));
		separator = ", ";
	}
	if (separator != heading || !only_back)
		line_print(line);
}

static void print_free(const struct held_back *answer, struct slice command)
{
	struct slice name = answer->name, version = answer->version;
	struct line line = { 0 };
	line_add(&line, "%.*s %.*s can move to %.*s", SLICE_ARG(name), SLICE_ARG(version),
		 SLICE_ARG(answer->moved_to));
	print_moves(answer, &line, ", and with it ", false);
	if (answer->let_move.len == 0) {
		print("ask for it: '%.*s>%.*s'", SLICE_ARG(name), SLICE_ARG(version));
		return;
	}
	print("%.*s moves it", SLICE_ARG(command));
	if (answer->facts.len == 0)
		return;
	print("it would be held back from %.*s", SLICE_ARG(answer->newest));
	print_facts(&answer->facts);
}

void held_back_print(const struct held_back *answer, struct slice command)
{
	struct slice name = answer->name, version = answer->version,
		     newest = answer->newest;
	struct line line = { 0 };
	switch (answer->verdict) {
	case VERDICT_NEWEST:
		print("%.*s %.*s is the newest release", SLICE_ARG(name),
		      SLICE_ARG(version));
		break;
	case VERDICT_UNUSABLE:
		print("%.*s %.*s is the newest release that can be chosen",
		      SLICE_ARG(name), SLICE_ARG(version));
		print_facts(&answer->facts);
		break;
	case VERDICT_HELD:
		print("%.*s %.*s is held back from %.*s", SLICE_ARG(name),
		      SLICE_ARG(version), SLICE_ARG(newest));
		print_facts(&answer->facts);
		if (answer->edits.len)
			print("to let it move: %.*s", SLICE_ARG(answer->edits));
		break;
	case VERDICT_OTHERS:
		print("%.*s %.*s is held back from %.*s as long as nothing else goes back",
		      SLICE_ARG(name), SLICE_ARG(version), SLICE_ARG(newest));
		print_facts(&answer->facts);
		print_moves(answer, &line, "a newer one would take back ", true);
		break;
	case VERDICT_FREE: print_free(answer, command); break;
	}
}

static const char *verdict_name(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_NEWEST: return "newest";
	case VERDICT_UNUSABLE: return "unusable";
	case VERDICT_HELD: return "held";
	case VERDICT_OTHERS: return "held-by-others";
	case VERDICT_FREE: break;
	}
	return "free";
}

static json_t *moves_as_json(const struct held_back *answer)
{
	json_t *list = json_array();
	for (size_t i = 0; i < answer->moves.len; i++) {
		const struct move *move = &answer->moves.items[i];
		json_array_append_new(list, json_pack("{s:o, s:o, s:o}", "name",
						      text_as_json(move->name), "from",
						      text_as_json(move->from), "to",
						      text_as_json(move->to)));
	}
	return list;
}

void held_back_put(const struct held_back *answer, const char *lock_path, json_t *result)
{
	json_t *names = json_array();
	for (size_t i = 0; i < answer->let_move.len; i++)
		json_array_append_new(names, text_as_json(answer->let_move.items[i]));
	json_object_set_new(result, "name", text_as_json(answer->name));
	json_object_set_new(result, "lock", c_text_as_json(lock_path));
	json_object_set_new(result, "version", text_as_json(answer->version));
	json_object_set_new(result, "verdict",
			    json_string(verdict_name(answer->verdict)));
	if (answer->newest.len)
		json_object_set_new(result, "newest", text_as_json(answer->newest));
	json_object_set_new(result, "facts", explanation_as_json(&answer->facts));
	json_object_set_new(result, "moves", moves_as_json(answer));
	json_object_set_new(result, "let_move", names);
	if (answer->edits.len)
		json_object_set_new(result, "edits", text_as_json(answer->edits));
}
