// SPDX-License-Identifier: MIT
// pinbake config: every setting, its value, and by whose word.
#include "cli/commands/all_settings.h"
#include "cli/secrets.h"

#include <stdio.h>
#include <string.h>

struct config_values {
	bool show_origin, all;
};

#define AT(member) offsetof(struct config_values, member)
static const struct option OPTIONS[] = {
	{ "show-origin", 0, OPTION_FLAG, AT(show_origin), NULL,
	  "say where each value comes from", false },
	{ "all", 0, OPTION_FLAG, AT(all), NULL, "those too that nobody has given",
	  false },
};

int settings_of_command(struct cli *cli, const struct command *command,
			bool project_alone, struct command_settings *ret,
			struct error *err)
{
	struct said_list before = cli->said;
	struct text_list inputs = { 0 };
	bool is_lock = strcmp(command->name, "lock") == 0;
	size_t size = command->values_size ? command->values_size : 1;
	*ret = (struct command_settings){ .values = arena_alloc(&cli->arena, size, 16) };
	memset(ret->values, 0, size);
	const struct settings_request request = { .command = command->name,
						  .table = command->options,
						  .values = ret->values,
						  .inputs = is_lock ? &inputs : NULL,
						  .asks = &ret->asks,
						  .project_alone = project_alone };
	cli->said = (struct said_list){ 0 };
	int status = settings_read(cli, &request, err);
	ret->said = cli->said;
	cli->said = before;
	return status;
}

// --- values ----------------------------------------------------------------------------------------------------------

static json_t *masked(struct cli *cli, struct slice text)
{
	char *bytes = arena_alloc(&cli->arena, text.len + 1, 1);
	memcpy(bytes, text.ptr, text.len);
	bytes[text.len] = '\0';
	mask_secrets(bytes, text.len);
	return text_as_json((struct slice){ bytes, text.len });
}

static json_t *value_as_json(struct cli *cli, const struct option *option,
			     const void *values)
{
	const char *at = (const char *)values + option->offset, *text;
	struct text_list list;
	json_t *array;
	unsigned count;
	switch (option->type) {
	case OPTION_FLAG: return json_boolean(*(const bool *)(const void *)at);
	case OPTION_COUNT: memcpy(&count, at, sizeof(count)); return json_integer(count);
	case OPTION_TEXT:
		memcpy(&text, at, sizeof(text));
		return text ? masked(cli, slice_from(text)) : json_null();
	case OPTION_LIST: break;
	}
	array = json_array();
	memcpy(&list, at, sizeof(list));
	for (size_t i = 0; i < list.len; i++)
		json_array_append_new(array, masked(cli, slice_from(list.items[i])));
	return array;
}

// --- one of them -----------------------------------------------------------------------------------------------------

void put_line(struct slice line)
{
	print("%.*s", SLICE_ARG(line));
}

static const char *leave_name(enum leave leave)
{
	return leave == LEAVE_HEEDED  ? "heeded"
	       : leave == LEAVE_ASKED ? "asked"
				      : "refused";
}

static const char *kind_name(enum setting_kind kind)
{
	static const char *const names[] = { "undecided", "free",    "run",  "user",
					     "decision",  "program", "place" };
	return names[kind];
}

static json_t *setting_as_json(struct cli *cli, const char *command,
			       const struct option *option, const void *values)
{
	struct setting_rule rule = setting_rule_of(command, option->name);
	const struct said *said = setting_said(cli, option->name);
	json_t *item =
		json_pack("{s:s, s:s, s:s, s:o, s:s, s:s, s:s, s:s}", "command", command,
			  "option", option->name, "kind", kind_name(rule.kind), "value",
			  value_as_json(cli, option, values), "origin",
			  origin_name(said ? said->origin : ORIGIN_DEFAULT),
			  "environment",
			  leave_name(setting_leave(rule, ORIGIN_ENVIRONMENT)), "user",
			  leave_name(setting_leave(rule, ORIGIN_USER)), "project",
			  leave_name(setting_leave(rule, ORIGIN_PROJECT)));
	if (rule.kind >= SETTING_DECIDES)
		json_object_set_new(item, "decides",
				    json_string(decision_name(rule.decision)));
	if (said && said->span.source)
		add_place(item, said->span);
	if (said && said->is_trusted)
		json_object_set_new(item, "is_trusted", json_true());
	return item;
}

static void print_setting(struct cli *cli, const char *command,
			  const struct option *option, const json_t *item,
			  bool show_origin)
{
	const struct said *said = setting_said(cli, option->name);
	char *text = json_dumps(json_object_get(item, "value"), JSON_ENCODE_ANY);
	const char *who = origin_name(said ? said->origin : ORIGIN_DEFAULT);
	struct slice line = arena_printf(&cli->arena, "%s%s%s = %s", command,
					 *command ? "." : "", option->name, text);
	if (show_origin && said && said->span.source)
		line = arena_printf(&cli->arena, "%.*s  # %.*s:%zu", SLICE_ARG(line),
				    SLICE_ARG(said->span.source->name),
				    span_position(said->span).line);
	else if (show_origin)
		line = arena_printf(&cli->arena, "%.*s  # %s", SLICE_ARG(line), who);
	put_line(line);
	mem_free(text);
}

static void put_table(struct cli *cli, const struct config_values *config,
		      const char *command, const struct option_target *target,
		      json_t *list)
{
	for (size_t i = 0; i < target->table.len; i++) {
		const struct option *option = &target->table.items[i];
		if (!config->all && !setting_said(cli, option->name))
			continue;
		json_t *item = setting_as_json(cli, command, option, target->values);
		json_array_append_new(list, item);
		if (!cli->common.json)
			print_setting(cli, command, option, item, config->show_origin);
	}
}

json_t *ask_as_json(struct cli *cli, const struct ask *ask)
{
	json_t *item = json_pack("{s:s, s:s, s:o, s:s}", "command", ask->command,
				 "option", ask->option, "value", masked(cli, ask->value),
				 "leave", leave_name(ask->leave));
	add_place(item, ask->span);
	return item;
}

static void put_withheld(struct cli *cli, const struct ask_list *asks, json_t *list)
{
	for (size_t i = 0; i < asks->len; i++) {
		const struct ask *ask = &asks->items[i];
		json_array_append_new(list, ask_as_json(cli, ask));
		say(cli, "%.*s:%zu: '%s' is not heeded: %s",
		    SLICE_ARG(ask->span.source->name), span_position(ask->span).line,
		    ask->option,
		    ask->leave == LEAVE_ASKED ? "see 'pinbake trust'" : "refused");
	}
}

static int run_config(struct cli *cli, void *opaque, const struct text_list *arguments,
		      json_t *result, struct error *err)
{
	const struct option_target common = { common_option_table, &cli->common };
	json_t *list = json_array(), *withheld = json_array();
	size_t len;
	const struct command *const *commands = command_list(&len);
	json_object_set_new(result, "settings", list);
	json_object_set_new(result, "withheld", withheld);
	if (arguments->len)
		return error_set(err, ERROR_USAGE, "unexpected argument '%s'",
				 arguments->items[0]);
	put_table(cli, opaque, "", &common, list);
	for (size_t i = 0; i < len; i++) {
		struct command_settings settings;
		if (settings_of_command(cli, commands[i], false, &settings, err) < 0)
			return -1;
		const struct option_target target = { *commands[i]->options,
						      settings.values };
		cli->said = settings.said;
		put_table(cli, opaque, commands[i]->name, &target, list);
		put_withheld(cli, &settings.asks, withheld);
	}
	return 0;
}

int takes_no_settings(struct cli *cli, void *values, struct text_list *arguments,
		      struct error *err)
{
	(void)cli;
	(void)values;
	(void)arguments;
	(void)err;
	return 0;
}

static const struct option_table TABLE = { .items = OPTIONS,
					   .len = sizeof(OPTIONS) / sizeof(*OPTIONS) };

const struct command command_config = {
	.name = "config",
	.arguments = "[options]",
	.summary = "show the settings that hold here, and where they come from",
	.examples = "  pinbake config --show-origin\n"
		    "  pinbake config --json      all of them, and who may give which\n",
	.options = &TABLE,
	.is_local = true,
	.values_size = sizeof(struct config_values),
	.complete = takes_no_settings,
	.run = run_config,
};
