// SPDX-License-Identifier: MIT
// Reads the command line by option tables and prints them as help.
#include "cli/options.h"

#include "packaging/name.h"

#include <string.h>

enum { HELP_COLUMN = 30, HELP_WIDTH = 80 };

const char *nearest_word(const char *word, const char *const *words, size_t count)
{
	const char *best = NULL;
	size_t best_distance = 3;
	for (size_t i = 0; i < count; i++) {
		size_t distance =
			name_distance(slice_from(word), slice_from(words[i]), 2);
		if (distance < best_distance) {
			best = words[i];
			best_distance = distance;
		}
	}
	return best;
}

static const struct option *find_long(const struct option_target *targets,
				      size_t target_len, struct slice name,
				      void **ret_values)
{
	for (size_t t = 0; t < target_len; t++)
		for (size_t i = 0; i < targets[t].table.len; i++)
			if (slice_eq(slice_from(targets[t].table.items[i].name), name)) {
				*ret_values = targets[t].values;
				return &targets[t].table.items[i];
			}
	return NULL;
}

static const struct option *find_letter(const struct option_target *targets,
					size_t target_len, char letter, void **ret_values)
{
	for (size_t t = 0; t < target_len; t++)
		for (size_t i = 0; i < targets[t].table.len; i++)
			if (targets[t].table.items[i].letter == letter) {
				*ret_values = targets[t].values;
				return &targets[t].table.items[i];
			}
	return NULL;
}

static int unknown_option(const struct option_target *targets, size_t target_len,
			  const char *argument, struct slice name, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct text_list names = { 0 };
	for (size_t t = 0; t < target_len; t++)
		for (size_t i = 0; i < targets[t].table.len; i++)
			*array_push(&scratch, &names) = targets[t].table.items[i].name;
	error_set(err, ERROR_USAGE, "unknown option '%s'", argument);
	const char *near =
		nearest_word(arena_c_string(&scratch, name), names.items, names.len);
	return near ? error_hint(err, "did you mean '--%s'?", near) : -1;
}

static void store_value(const struct option *option, void *values, const char *text,
			struct arena *arena)
{
	void *at = (char *)values + option->offset;
	switch (option->type) {
	case OPTION_FLAG: *(bool *)at = true; break;
	case OPTION_COUNT: ++*(unsigned *)at; break;
	case OPTION_TEXT: *(const char **)at = text; break;
	case OPTION_LIST: *array_push(arena, (struct text_list *)at) = text; break;
	}
}

struct argument_cursor {
	int argc, at;
	char **argv;
};

// The value of an option that takes one: what stands after '=' or glued to the letter, else the next argument.
static int option_value(const struct option *option, const char *glued,
			struct argument_cursor *cursor, const char **ret_text,
			struct error *err)
{
	bool takes_value = option->type == OPTION_TEXT || option->type == OPTION_LIST;
	if (!takes_value && glued)
		return error_set(err, ERROR_USAGE, "option '--%s' takes no value",
				 option->name);
	if (takes_value && !glued) {
		if (cursor->at + 1 >= cursor->argc)
			return error_set(err, ERROR_USAGE,
					 "option '--%s' needs a value (%s)", option->name,
					 option->value);
		glued = cursor->argv[++cursor->at];
	}
	*ret_text = glued;
	return 0;
}

static int parse_long(struct argument_cursor *cursor, const struct option_target *targets,
		      size_t target_len, struct arena *arena, struct error *err)
{
	const char *argument = cursor->argv[cursor->at];
	struct slice name = slice_from(argument + 2), head;
	const char *glued = NULL, *text = NULL;
	void *values = NULL;
	if (slice_cut(&name, '=', &head))
		glued = name.ptr;
	const struct option *option = find_long(targets, target_len, head, &values);
	if (!option)
		return unknown_option(targets, target_len, argument, head, err);
	if (option_value(option, glued, cursor, &text, err) < 0)
		return -1;
	store_value(option, values, text, arena);
	return 0;
}

static int parse_letters(struct argument_cursor *cursor,
			 const struct option_target *targets, size_t target_len,
			 struct arena *arena, struct error *err)
{
	const char *argument = cursor->argv[cursor->at];
	for (const char *letter = argument + 1; *letter; letter++) {
		void *values = NULL;
		const char *text = NULL;
		const struct option *option =
			find_letter(targets, target_len, *letter, &values);
		if (!option)
			return unknown_option(targets, target_len, argument,
					      slice_from(argument + 1), err);
		bool takes_value =
			option->type == OPTION_TEXT || option->type == OPTION_LIST;
		const char *glued = takes_value && letter[1] ? letter + 1 : NULL;
		if (option_value(option, glued, cursor, &text, err) < 0)
			return -1;
		store_value(option, values, text, arena);
		if (takes_value)
			break;
	}
	return 0;
}

int options_parse(int argc, char **argv, const struct option_target *targets,
		  size_t target_len, struct arena *arena, struct text_list *ret_arguments,
		  struct error *err)
{
	struct text_list arguments = { 0 };
	struct argument_cursor cursor = { .argc = argc, .argv = argv };
	bool options_over = false;
	for (; cursor.at < argc; cursor.at++) {
		const char *argument = argv[cursor.at];
		if (!options_over && strcmp(argument, "--") == 0) {
			options_over = true;
		} else if (options_over || argument[0] != '-' || argument[1] == '\0') {
			*array_push(arena, &arguments) = argument;
		} else if (argument[1] == '-') {
			if (parse_long(&cursor, targets, target_len, arena, err) < 0)
				return -1;
		} else if (parse_letters(&cursor, targets, target_len, arena, err) < 0) {
			return -1;
		}
	}
	*ret_arguments = arguments;
	return 0;
}

int option_choice(const char *option, const char *text, const char *const *choices,
		  size_t count, size_t *ret_index, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf list = { .arena = &scratch };
	*ret_index = 0;
	for (size_t i = 0; i < count; i++) {
		if (!text || strcmp(text, choices[i]) == 0) {
			*ret_index = i;
			return 0;
		}
		buf_printf(&list, "%s%s",
			   i == 0          ? ""
			   : i + 1 < count ? ", "
					   : " or ",
			   choices[i]);
	}
	struct slice expected = buf_slice(&list);
	error_set(err, ERROR_USAGE, "'%s' is no value for --%s: expected %.*s", text,
		  option, SLICE_ARG(expected));
	const char *near = nearest_word(text, choices, count);
	return near ? error_hint(err, "did you mean '%s'?", near) : -1;
}

// Prints text from the current column on, wrapped at word borders, later lines indented.
static void print_wrapped(FILE *out, const char *text, size_t column)
{
	struct slice rest = slice_from(text), word;
	bool more = true;
	while (more) {
		more = slice_cut(&rest, ' ', &word);
		if (column + 1 + word.len > HELP_WIDTH && column > HELP_COLUMN) {
			fprintf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			fputc(' ', out);
			column++;
		}
		fprintf(out, "%.*s", SLICE_ARG(word));
		column += word.len;
	}
	fputc('\n', out);
}

void options_print(FILE *out, const struct option_table *table, bool advanced_too)
{
	for (size_t i = 0; i < table->len; i++) {
		const struct option *option = &table->items[i];
		if (option->advanced && !advanced_too)
			continue;
		char left[64];
		int len = snprintf(left, sizeof(left), "  %c%c%s--%s%s%s",
				   option->letter ? '-' : ' ',
				   option->letter ? option->letter : ' ',
				   option->letter ? ", " : "  ", option->name,
				   option->value ? " " : "",
				   option->value ? option->value : "");
		if (len >= HELP_COLUMN)
			fprintf(out, "%s\n%*s", left, HELP_COLUMN, "");
		else
			fprintf(out, "%-*s", HELP_COLUMN, left);
		print_wrapped(out, option->help, HELP_COLUMN);
	}
}
