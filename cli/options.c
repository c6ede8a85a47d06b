// SPDX-License-Identifier: MIT
// Reads the command line by option tables and prints them as help.
#include "cli/options.h"

#include "packaging/name.h"

#include <stdio.h>
#include <string.h>

enum { HELP_COLUMN = 30, HELP_WIDTH = 80 };

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

int options_parse(char **argv, const struct option_target *targets, size_t target_len,
		  struct arena *arena, struct text_list *ret_arguments, struct error *err)
{
	struct text_list arguments = { 0 };
	struct argument_cursor cursor = { .argv = argv };
	bool options_over = false;
	while (argv[cursor.argc])
		cursor.argc++;
	for (; cursor.at < cursor.argc; cursor.at++) {
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

// --- options that go together ------------------------------------------------------------------------------------------

const struct option *option_find(const struct option_table *table, struct slice name)
{
	for (size_t i = 0; i < table->len; i++)
		if (slice_eq(slice_from(table->items[i].name), name))
			return &table->items[i];
	return NULL;
}

bool option_is_set(const struct option *option, const void *values)
{
	const char *at = (const char *)values + option->offset;
	struct text_list list;
	const char *text;
	unsigned count;
	switch (option->type) {
	case OPTION_FLAG: return *(const bool *)(const void *)at;
	case OPTION_COUNT: memcpy(&count, at, sizeof(count)); return count > 0;
	case OPTION_TEXT: memcpy(&text, at, sizeof(text)); return text != NULL;
	case OPTION_LIST: memcpy(&list, at, sizeof(list)); return list.len > 0;
	}
	BUG("an option of no type");
}

static bool has_value(const struct option *option, const void *values, struct slice value)
{
	const char *text;
	if (option->type != OPTION_TEXT || !option_is_set(option, values))
		return false;
	memcpy(&text, (const char *)values + option->offset, sizeof(text));
	return slice_eq(slice_from(text), value);
}

// Is "name", or "name=value", said in any of the tables?
static bool is_said(const struct option_target *targets, size_t len, struct slice word)
{
	struct slice value = word, name;
	bool has_one = slice_cut(&value, '=', &name);
	for (size_t i = 0; i < len; i++) {
		const struct option *option = option_find(&targets[i].table, name);
		if (option && (has_one ? has_value(option, targets[i].values, value)
				       : option_is_set(option, targets[i].values)))
			return true;
	}
	return false;
}

// The first of the words that is said; "" for none.
static struct slice first_said(const struct option_target *targets, size_t len,
			       const char *words)
{
	struct slice rest = slice_from(words), word;
	bool more = true;
	while (more) {
		more = slice_cut(&rest, ' ', &word);
		if (is_said(targets, len, word))
			return word;
	}
	return S("");
}

static bool has_word(const char *words, struct slice wanted)
{
	struct slice rest = slice_from(words), word;
	bool more = true, found = false;
	while (more) {
		more = slice_cut(&rest, ' ', &word);
		found |= slice_eq(word, wanted);
	}
	return found;
}

// "--format requirements", as it is typed.
static struct slice as_typed(struct arena *arena, struct slice word)
{
	struct slice value = word, name;
	if (!slice_cut(&value, '=', &name))
		return arena_printf(arena, "--%.*s", SLICE_ARG(word));
	return arena_printf(arena, "--%.*s %.*s", SLICE_ARG(name), SLICE_ARG(value));
}

// "--held-back or --requirements"
static struct slice all_as_typed(struct arena *arena, const char *words)
{
	struct buf text = { .arena = arena };
	struct slice rest = slice_from(words), word;
	bool more = true;
	while (more) {
		more = slice_cut(&rest, ' ', &word);
		buf_printf(&text, "%s%.*s", text.len ? " or " : "",
			   SLICE_ARG(as_typed(arena, word)));
	}
	return buf_slice(&text);
}

static int fail_needs(const struct option_rule *rule, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice option = as_typed(&scratch, slice_from(rule->option)),
		     others = all_as_typed(&scratch, rule->others);
	error_set(err, ERROR_USAGE, "%.*s has no effect without %.*s", SLICE_ARG(option),
		  SLICE_ARG(others));
	return error_hint(err, "add %.*s, or leave %.*s out", SLICE_ARG(others),
			  SLICE_ARG(option));
}

static int fail_excludes(const struct option_rule *rule, struct slice other,
			 struct error *err)
{
	if (rule->text) {
		error_set(err, ERROR_USAGE, "%s", rule->text);
		return rule->hint ? error_hint(err, "%s", rule->hint) : -1;
	}
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice option = as_typed(&scratch, slice_from(rule->option)),
		     beside = as_typed(&scratch, other);
	error_set(err, ERROR_USAGE, "%.*s has no effect with %.*s", SLICE_ARG(option),
		  SLICE_ARG(beside));
	return error_hint(err, "leave one of the two out");
}

static int fail_action(const struct option_rule *rule, const char *action,
		       struct error *err)
{
	error_set(err, ERROR_USAGE, "--%s has no effect on '%s'", rule->option, action);
	return error_hint(err, "it is for '%s'", rule->others);
}

static int check_rule(const struct option_rule *rule, const struct option_target *given,
		      const struct option_target *complete, size_t len,
		      const struct text_list *arguments, struct error *err)
{
	const char *action = arguments->len ? arguments->items[0] : "";
	struct slice other;
	if (!is_said(given, len, slice_from(rule->option)))
		return 0;
	switch (rule->kind) {
	case OPTION_NEEDS:
		return first_said(complete, len, rule->others).len
			       ? 0
			       : fail_needs(rule, err);
	case OPTION_EXCLUDES:
		other = first_said(given, len, rule->others);
		return other.len ? fail_excludes(rule, other, err) : 0;
	case OPTION_OF_ACTION:
		return !*action || has_word(rule->others, slice_from(action))
			       ? 0
			       : fail_action(rule, action, err);
	}
	BUG("a rule of no kind");
}

int options_check(const struct option_target *given, const struct option_target *complete,
		  size_t len, const struct text_list *arguments, struct error *err)
{
	for (size_t t = 0; t < len; t++)
		for (size_t i = 0; i < given[t].table.rules_len; i++)
			if (check_rule(&given[t].table.rules[i], given, complete, len,
				       arguments, err) < 0)
				return -1;
	return 0;
}

bool options_exclude(const struct option_table *table, const char *a, const char *b)
{
	for (size_t i = 0; i < table->rules_len; i++) {
		const struct option_rule *rule = &table->rules[i];
		if (rule->kind != OPTION_EXCLUDES)
			continue;
		if ((strcmp(rule->option, a) == 0 &&
		     has_word(rule->others, slice_from(b))) ||
		    (strcmp(rule->option, b) == 0 &&
		     has_word(rule->others, slice_from(a))))
			return true;
	}
	return false;
}

// --- help --------------------------------------------------------------------------------------------------------------

// Adds text from the current column on, wrapped at word borders, later lines indented.
static void add_wrapped(struct buf *out, const char *text, size_t column)
{
	struct slice rest = slice_from(text), word;
	bool more = true;
	while (more) {
		more = slice_cut(&rest, ' ', &word);
		if (column + 1 + word.len > HELP_WIDTH && column > HELP_COLUMN) {
			buf_printf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			buf_byte(out, ' ');
			column++;
		}
		buf_append(out, word);
		column += word.len;
	}
	buf_byte(out, '\n');
}

void options_help(struct buf *text, const struct option_table *table, bool advanced_too)
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
			buf_printf(text, "%s\n%*s", left, HELP_COLUMN, "");
		else
			buf_printf(text, "%-*s", HELP_COLUMN, left);
		add_wrapped(text, option->help, HELP_COLUMN);
	}
}
