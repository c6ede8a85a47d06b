// SPDX-License-Identifier: MIT
// Finds the command, parses its options, runs it, and turns its error into text or JSON and an exit code.
#include "cli/cli.h"
#include "cli/project_file.h"
#include "cli/settings/pip_config.h"

#include <string.h>

static const struct command *const COMMANDS[] = {
	&command_lock,   &command_tree,  &command_why,     &command_diff,
	&command_export, &command_bake,  &command_install, &command_dockerfile,
	&command_push,   &command_cache, &command_config,  &command_trust,
};
enum { COMMAND_COUNT = sizeof(COMMANDS) / sizeof(*COMMANDS) };

#define COMMON(member) offsetof(struct common_options, member)
static const struct option COMMON_OPTIONS[] = {
	{ "help", 'h', OPTION_FLAG, COMMON(long_help), NULL,
	  "show all options (-h: the usual ones)", false },
	{ "json", 0, OPTION_FLAG, COMMON(json), NULL,
	  "one JSON document on stdout, errors too", false },
	{ "quiet", 'q', OPTION_FLAG, COMMON(quiet), NULL, "errors only", false },
	{ "verbose", 'v', OPTION_COUNT, COMMON(verbose), NULL,
	  "say more; repeat for still more", false },
	{ "offline", 0, OPTION_FLAG, COMMON(offline), NULL,
	  "use what the cache holds, no network", false },
	{ "cache-dir", 0, OPTION_TEXT, COMMON(cache_dir), "DIR",
	  "cache (default $XDG_CACHE_HOME/pinbake)", true },
	{ "keyring-provider", 0, OPTION_TEXT, COMMON(keyring_provider), "HOW",
	  "subprocess: passwords from 'keyring get'; default disabled", true },
	{ "trusted-host", 0, OPTION_LIST, COMMON(trusted_hosts), "HOST",
	  "plain http and unknown certificates are good enough of HOST or HOST:PORT; no password goes there by http",
	  true },
	{ "password-host", 0, OPTION_LIST, COMMON(password_hosts), "HOST",
	  "passwords and variables may go to HOST or HOST:PORT, though only a file names it",
	  true },
	{ "color", 0, OPTION_TEXT, COMMON(color), "WHEN", "auto, always or never", true },
};
static const struct option_rule COMMON_RULES[] = {
	{ "verbose", OPTION_EXCLUDES, "quiet", NULL, NULL },
};
const struct option_table common_option_table =
	OPTION_TABLE(COMMON_OPTIONS, COMMON_RULES);

const struct command *const *command_list(size_t *ret_len)
{
	*ret_len = COMMAND_COUNT;
	return COMMANDS;
}

static void print_overview(bool to_stderr)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf text = { .arena = &scratch };
	buf_append(
		&text,
		S("pinbake: from Python requirements to a pinned lock and a deterministic layer\n\n"
		  "  pinbake lock requirements.in -o pylock.toml   resolve exact pins\n"
		  "  pinbake bake                                  wheels to layers in .pinbake/\n"
		  "  pinbake dockerfile --base python:3.12-slim    a Dockerfile that uses them\n\n"
		  "commands:\n"));
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		buf_printf(&text, "  %-12s%s\n", COMMANDS[i]->name, COMMANDS[i]->summary);
	buf_append(
		&text,
		S("\n'pinbake COMMAND -h' shows a command's options, '--help' all of them.\n"
		  "Exit codes: 0 done, 1 the answer is no, 2 usage, 3 bad input file, 4 a source is\n"
		  "unavailable, 5 integrity, 6 local I/O, 7 not everything could be checked, 70 our\n"
		  "bug, 71 out of memory, 130 interrupted.\n"));
	print_text(to_stderr, buf_slice(&text));
}

static void print_help(const struct command *command, bool advanced_too)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf text = { .arena = &scratch };
	buf_printf(&text, "usage: pinbake %s%s%s\n\n%s\n\nexamples:\n%s%s", command->name,
		   command->arguments[0] ? " " : "", command->arguments, command->summary,
		   command->examples, command->options->len ? "\noptions:\n" : "");
	options_help(&text, command->options, advanced_too);
	if (advanced_too) {
		buf_append(&text, S("\ncommon options:\n"));
		options_help(&text, &common_option_table, true);
	} else {
		buf_printf(&text, "\n'pinbake %s --help' shows all options.\n",
			   command->name);
	}
	print_text(false, buf_slice(&text));
}

static const struct command *find_command(const char *name, struct error *err)
{
	const char *names[COMMAND_COUNT];
	for (size_t i = 0; i < COMMAND_COUNT; i++) {
		names[i] = COMMANDS[i]->name;
		if (strcmp(name, names[i]) == 0)
			return COMMANDS[i];
	}
	error_set(err, ERROR_USAGE, "unknown command '%s'", name);
	const char *near = nearest_word(name, names, COMMAND_COUNT);
	if (near)
		error_hint(err, "did you mean 'pinbake %s'?", near);
	else
		error_hint(err, "'pinbake --help' lists the commands");
	return NULL;
}

static bool terminal_takes_color(const struct cli *cli)
{
	const char *terminal = setting("TERM");
	return cli->stderr_is_terminal && !setting("NO_COLOR") && terminal &&
	       strcmp(terminal, "dumb") != 0;
}

static int choose_color(struct cli *cli, struct error *err)
{
	enum { WHEN_AUTO, WHEN_ALWAYS };
	static const char *const modes[] = { "auto", "always", "never" };
	size_t mode;
	if (option_choice("color", cli->common.color, modes,
			  sizeof(modes) / sizeof(*modes), &mode, err) < 0)
		return -1;
	cli->stderr_is_terminal = stderr_is_terminal();
	cli->colored =
		mode == WHEN_ALWAYS || (mode == WHEN_AUTO && terminal_takes_color(cli));
	return 0;
}

// The short help of -h is asked for by the letter alone; the table cannot tell the two apart.
static bool asked_for_long_help(int argc, char **argv)
{
	for (int i = 0; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0)
			return true;
	return false;
}

// Passwords are asked for where a command asks an index or a registry.
static int check_keyring(const struct cli *cli, const struct command *command,
			 struct error *err)
{
	const char *provider = cli->common.keyring_provider;
	if (!command->is_local || !provider || strcmp(provider, "disabled") == 0)
		return 0;
	error_set(err, ERROR_USAGE, "--keyring-provider has no effect on 'pinbake %s'",
		  command->name);
	return error_hint(err, "it asks no index: leave the option out");
}

static int read_settings(struct cli *cli, const struct command *command, void *values,
			 struct text_list *arguments, struct error *err)
{
	const struct settings_request request = { .command = command->name,
						  .table = command->options,
						  .values = values };
	if (settings_read_common(cli, err) < 0)
		return -1;
	return command->complete ? command->complete(cli, values, arguments, err)
				 : settings_read(cli, &request, err);
}

// The settings, and then whether all that the command line says is heeded.
static int complete_values(struct cli *cli, const struct command *command, void *values,
			   struct text_list *arguments, struct error *err)
{
	size_t size = command->values_size;
	struct common_options common = cli->common;
	void *given = arena_alloc(&cli->arena, size ? size : 1, 16);
	memcpy(given, values, size);
	const struct option_target said[] = { { *command->options, given },
					      { common_option_table, &common } },
				   complete[] = { { *command->options, values },
						  { common_option_table, &cli->common } };
	return check_keyring(cli, command, err) < 0 ||
			       read_settings(cli, command, values, arguments, err) < 0
		       ? -1
		       : options_check(said, complete, 2, arguments, err);
}

static int run_command(struct cli *cli, int argc, char **argv, json_t *result,
		       struct error *err)
{
	const struct command *command = find_command(argv[1], err);
	if (!command)
		return -1;
	cli->command = command->name;
	void *values = arena_alloc(&cli->arena,
				   command->values_size ? command->values_size : 1, 16);
	struct option_target targets[] = { { *command->options, values },
					   { common_option_table, &cli->common } };
	struct text_list arguments = { 0 };
	if (options_parse(argv + 2, targets, 2, &cli->arena, &arguments, err) < 0) {
		if (!err->hint[0])
			error_hint(err, "'pinbake %s --help' lists the options",
				   command->name);
		return -1;
	}
	if (cli->common.long_help) {
		print_help(command, asked_for_long_help(argc - 2, argv + 2));
		cli->common.json = false;
		return 0;
	}
	if (choose_color(cli, err) < 0 ||
	    complete_values(cli, command, values, &arguments, err) < 0 ||
	    choose_color(cli, err) < 0)
		return -1;
	pip_config_load(cli);
	return command->run(cli, values, &arguments, result, err);
}

static bool wants_json(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], "--json") == 0)
			return true;
	return false;
}

static void finish_json(struct cli *cli, json_t *result, const struct error *err)
{
	json_object_set_new(result, "schema",
			    json_sprintf("pinbake.%s/1",
					 cli->command ? cli->command : "error"));
	json_object_set_new(result, "ok", json_boolean(err->kind == ERROR_NONE));
	if (err->kind != ERROR_NONE)
		json_object_set_new(result, "error", error_as_json(cli, err));
	if (cli->diagnostics.len)
		json_object_set_new(result, "diagnostics",
				    diagnostics_as_json(cli, &cli->diagnostics));
	print_json(result);
}

// What stdout did not take was not done, whatever the command thought. Earlier writes leave only the mark.
static int finish_output(const struct cli *cli, int code)
{
	struct error err = { 0 };
	if (code != 0 || output_finish(&err) == 0)
		return code;
	render_error(cli, &err);
	return ERROR_IO;
}

int main(int argc, char **argv)
{
	struct cli cli = { 0 };
	struct error err = { 0 };
	cli.diagnostics.arena = &cli.arena;
	cli.common.json = wants_json(argc, argv);
	cli.words = (const char *const *)argv;
	catch_interrupts(cli.common.json);
	progress_start(&cli);
	if (argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
	    strcmp(argv[1], "help") == 0) {
		print_overview(argc < 2);
		return argc < 2 ? ERROR_USAGE : finish_output(&cli, 0);
	}
	if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
		print("pinbake %s", PINBAKE_VERSION);
		return finish_output(&cli, 0);
	}
	json_t *result = json_object();
	int status = run_command(&cli, argc, argv, result, &err);
	progress_done(&cli);
	if (cli.common.json) {
		finish_json(&cli, result, &err);
	} else {
		render_diagnostics(&cli, &cli.diagnostics);
		if (status < 0)
			render_failure(&cli, &err);
		else if (status == COMMAND_SAYS_NO)
			say(&cli, "%s", err.cause);
	}
	json_decref(result);
	pinbake_session_close(cli.session);
	arena_release(&cli.arena);
	return finish_output(&cli, status != 0 ? (int)err.kind : 0);
}
