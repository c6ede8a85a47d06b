// SPDX-License-Identifier: MIT
// pinbake trust: what the project's file asks for, and the user's leave for it as it is now.
#include "cli/commands/all_settings.h"
#include "cli/settings_file.h"

struct trust_values {
	bool check, revoke, list;
};

#define AT(member) offsetof(struct trust_values, member)
static const struct option OPTIONS[] = {
	{ "check", 0, OPTION_FLAG, AT(check), NULL,
	  "change nothing: exit 1 where the file asks for more than is allowed", false },
	{ "revoke", 0, OPTION_FLAG, AT(revoke), NULL,
	  "forget this project's file, whatever it holds", false },
	{ "list", 0, OPTION_FLAG, AT(list), NULL, "all files that are trusted", false },
};

static json_t *file_as_json(struct cli *cli, const struct trust_file *file)
{
	struct slice digest = sha256_hex(&cli->arena, &file->content);
	return json_pack("{s:o, s:o}", "file", text_as_json(file->path), "sha256",
			 text_as_json(digest));
}

static int list_all(struct cli *cli, const char *folder, json_t *result,
		    struct error *err)
{
	struct trust_list list;
	json_t *files = json_array();
	json_object_set_new(result, "files", files);
	if (trust_read_all(folder, &cli->arena, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < list.len; i++) {
		json_array_append_new(files, file_as_json(cli, &list.items[i]));
		if (!cli->common.json)
			put_line(arena_printf(&cli->arena, "%.*s  %.*s",
					      SLICE_ARG(
						      sha256_hex(&cli->arena,
								 &list.items[i].content)),
					      SLICE_ARG(list.items[i].path)));
	}
	return 0;
}

static int revoke(struct cli *cli, const char *folder, json_t *result, struct error *err)
{
	static const char *const names[] = { "pinbake.toml", "pyproject.toml" };
	struct slice here = path_real(&cli->arena, ".");
	bool was_there, any = false;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const char *path = path_join(&cli->arena, here.ptr, slice_from(names[i]));
		if (trust_remove(folder, slice_from(path), &was_there, err) < 0)
			return -1;
		any |= was_there;
	}
	json_object_set_new(result, "revoked", json_boolean(any));
	say(cli, any ? "forgotten" : "nothing of this folder was trusted");
	return 0;
}

// --- what it asks for ------------------------------------------------------------------------------------------------

static void show_ask(struct cli *cli, const struct ask *ask, json_t *list)
{
	json_t *item = ask_as_json(cli, ask);
	struct position place = span_position(ask->span);
	struct slice rest = slice_from(json_string_value(json_object_get(item, "value"))),
		     first;
	slice_cut(&rest, '\n', &first);
	json_array_append_new(list, item);
	say(cli, "%.*s:%zu:%zu: %s%s = %.*s%s", SLICE_ARG(ask->span.source->name),
	    place.line, place.column,
	    ask->leave == LEAVE_ASKED ? "" : "refused in any case: ", ask->option,
	    SLICE_ARG(first), rest.len ? " …" : "");
}

static int ask_for_all(struct cli *cli, size_t *ret_asked, json_t *result,
		       struct error *err)
{
	json_t *list = json_array();
	size_t len;
	const struct command *const *commands = command_list(&len);
	json_object_set_new(result, "asks", list);
	*ret_asked = 0;
	for (size_t i = 0; i < len; i++) {
		struct command_settings settings;
		if (settings_of_command(cli, commands[i], true, &settings, err) < 0)
			return -1;
		for (size_t j = 0; j < settings.asks.len; j++) {
			show_ask(cli, &settings.asks.items[j], list);
			*ret_asked += settings.asks.items[j].leave == LEAVE_ASKED;
		}
	}
	return 0;
}

static int check(struct cli *cli, size_t asked, json_t *result, struct error *err)
{
	bool trusted = asked == 0 || project_is_trusted(cli);
	json_object_set_new(result, "trusted", json_boolean(trusted));
	if (trusted)
		return 0;
	error_set(err, ERROR_NO, "'%s' asks for more than is allowed",
		  project_settings(cli)->path);
	return error_hint(err, "'pinbake trust' allows it as it is now");
}

static int trust(struct cli *cli, const char *folder, json_t *result, struct error *err)
{
	struct trust_file file = project_identity(cli);
	if (trust_add(folder, &file, err) < 0)
		return -1;
	json_object_set_new(result, "trusted", json_true());
	json_object_update_new(result, file_as_json(cli, &file));
	say(cli, "trusted until it changes: %.*s", SLICE_ARG(file.path));
	say(cli, "sha256 %.*s", SLICE_ARG(sha256_hex(&cli->arena, &file.content)));
	return 0;
}

static int run_trust(struct cli *cli, void *opaque, const struct text_list *arguments,
		     json_t *result, struct error *err)
{
	const struct trust_values *values = opaque;
	const char *folder = trust_folder(cli, err);
	size_t asked;
	if (arguments->len)
		return error_set(err, ERROR_USAGE, "unexpected argument '%s'",
				 arguments->items[0]);
	if (!folder)
		return -1;
	if (values->list)
		return list_all(cli, folder, result, err);
	if (values->revoke)
		return revoke(cli, folder, result, err);
	if (ask_for_all(cli, &asked, result, err) < 0)
		return -1;
	if (values->check)
		return check(cli, asked, result, err);
	if (asked)
		return trust(cli, folder, result, err);
	json_object_set_new(result, "trusted", json_false());
	say(cli, "this folder's settings ask for nothing that needs your leave");
	return 0;
}

static const struct option_rule RULES[] = {
	{ "check", OPTION_EXCLUDES, "revoke list", NULL, NULL },
	{ "revoke", OPTION_EXCLUDES, "list", NULL, NULL },
};

static const struct option_table TABLE = OPTION_TABLE(OPTIONS, RULES);

const struct command command_trust = {
	.name = "trust",
	.arguments = "[options]",
	.summary = "allow what this project's settings ask for, until they change",
	.examples = "  pinbake trust            show it, and allow it\n"
		    "  pinbake trust --check    show it alone\n"
		    "  pinbake trust --revoke\n",
	.options = &TABLE,
	.is_local = true,
	.values_size = sizeof(struct trust_values),
	.complete = takes_no_settings,
	.run = run_trust,
};
