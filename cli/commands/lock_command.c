// SPDX-License-Identifier: MIT
// Writes command lines from option tables.
#include "cli/commands/lock_command.h"

#include "net/url.h"

#include <string.h>

static void put_word(struct buf *text, const char *value)
{
	struct slice word = slice_from(value);
	if (slice_contains(word, S("://")))
		word = url_redact(text->arena, word);
	buf_byte(text, ' ');
	buf_append(text, shell_word(text->arena, word));
}

// A file whose name begins with '-' is no option.
static void put_input(struct buf *text, const char *path)
{
	put_word(text, path[0] == '-' && path[1]
			       ? path_join(text->arena, ".", slice_from(path))
			       : path);
}

static void put_values(struct buf *text, const char *name, const char *const *values,
		       size_t len)
{
	for (size_t i = 0; i < len; i++) {
		buf_printf(text, " --%s", name);
		put_word(text, values[i]);
	}
}

static void put_option(struct buf *text, const struct option *option, const void *values)
{
	const char *at = (const char *)values + option->offset;
	struct text_list list;
	const char *value;
	switch (option->type) {
	case OPTION_FLAG:
		if (*(const bool *)(const void *)at)
			buf_printf(text, " --%s", option->name);
		break;
	case OPTION_TEXT:
		memcpy(&value, at, sizeof(value));
		put_values(text, option->name, &value, value != NULL);
		break;
	case OPTION_LIST:
		memcpy(&list, at, sizeof(list));
		put_values(text, option->name, list.items, list.len);
		break;
	case OPTION_COUNT: break;
	}
}

struct slice lock_command_text(struct arena *arena, const struct lock_command *command)
{
	struct buf text = { .arena = arena };
	struct lock_values options = *command->options;
	options.targets = *command->targets;
	buf_append(&text, S("pinbake lock"));
	for (size_t i = 0; i < command->inputs->len; i++)
		put_input(&text, command->inputs->items[i]);
	if (strcmp(command->path, "pylock.toml") != 0)
		put_values(&text, "output", &command->path, 1);
	for (size_t i = 0; i < lock_option_table.len; i++)
		put_option(&text, &lock_option_table.items[i], &options);
	for (size_t i = 0; i < command->released->len; i++) {
		buf_append(&text, S(" -P"));
		put_word(&text, arena_c_string(arena, command->released->items[i]));
	}
	return buf_slice(&text);
}
