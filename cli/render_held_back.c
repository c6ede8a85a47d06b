// SPDX-License-Identifier: MIT
// Tells what holds a pin back, to people and as JSON.
#include "cli/render_held_back.h"

#include <stdio.h>

static void print_facts(const struct explanation *facts)
{
	size_t column = 0;
	for (size_t i = 0; i < facts->len; i++) {
		size_t width =
			display_width(facts->items[i].text, facts->items[i].text.len);
		column = width > column && width <= 64 ? width : column;
	}
	for (size_t i = 0; i < facts->len; i++) {
		const struct fact_line *line = &facts->items[i];
		size_t width = display_width(line->text, line->text.len);
		printf("%3zu. %.*s%*s  ", i + 1, SLICE_ARG(line->text),
		       (int)(width < column ? column - width : 0), "");
		if (line->entry) {
			struct position at = span_position(line->entry->span);
			printf("%.*s:%zu:%zu\n",
			       SLICE_ARG(line->entry->span.source->name), at.line,
			       at.column);
		} else {
			puts(line->origin == FACT_FROM_METADATA ? "(its metadata)"
			     : line->origin == FACT_FROM_LOCK   ? "(the lock)"
								: "(the index)");
		}
	}
}

static void print_moves(const struct held_back *answer, const char *heading,
			bool only_back)
{
	const char *separator = heading;
	for (size_t i = 0; i < answer->moves.len; i++) {
		const struct move *move = &answer->moves.items[i];
		if (slice_eq(move->name, answer->name) || (only_back && !move->is_back))
			continue;
		printf("%s%.*s %.*s %s %.*s", separator, SLICE_ARG(move->name),
		       SLICE_ARG(move->from), locale_is_utf8() ? "→" : "->",
		       SLICE_ARG(move->to));
		separator = ", ";
	}
	if (separator != heading || !only_back)
		puts("");
}

static void print_free(const struct held_back *answer, struct slice command)
{
	struct slice name = answer->name, version = answer->version;
	printf("%.*s %.*s can move to %.*s", SLICE_ARG(name), SLICE_ARG(version),
	       SLICE_ARG(answer->moved_to));
	print_moves(answer, ", and with it ", false);
	if (answer->let_move.len == 0) {
		printf("ask for it: '%.*s>%.*s'\n", SLICE_ARG(name), SLICE_ARG(version));
		return;
	}
	printf("%.*s moves it\n", SLICE_ARG(command));
	if (answer->facts.len == 0)
		return;
	printf("it would be held back from %.*s\n", SLICE_ARG(answer->newest));
	print_facts(&answer->facts);
}

void held_back_print(const struct held_back *answer, struct slice command)
{
	struct slice name = answer->name, version = answer->version,
		     newest = answer->newest;
	switch (answer->verdict) {
	case VERDICT_NEWEST:
		printf("%.*s %.*s is the newest release\n", SLICE_ARG(name),
		       SLICE_ARG(version));
		break;
	case VERDICT_UNUSABLE:
		printf("%.*s %.*s is the newest release that can be chosen\n",
		       SLICE_ARG(name), SLICE_ARG(version));
		print_facts(&answer->facts);
		break;
	case VERDICT_HELD:
		printf("%.*s %.*s is held back from %.*s\n", SLICE_ARG(name),
		       SLICE_ARG(version), SLICE_ARG(newest));
		print_facts(&answer->facts);
		if (answer->edits.len)
			printf("to let it move: %.*s\n", SLICE_ARG(answer->edits));
		break;
	case VERDICT_OTHERS:
		printf("%.*s %.*s is held back from %.*s as long as nothing else goes back\n",
		       SLICE_ARG(name), SLICE_ARG(version), SLICE_ARG(newest));
		print_facts(&answer->facts);
		print_moves(answer, "a newer one would take back ", true);
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
	json_object_set_new(result, "lock", json_string(lock_path));
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
