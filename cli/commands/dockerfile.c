// SPDX-License-Identifier: MIT
// pinbake dockerfile: a Dockerfile whose RUN step takes the baked layers, and the .dockerignore that lets them through.
#include "base/limits.h"
#include "builder/image/image.h"
#include "cli/cli.h"

#include <string.h>

struct dockerfile_values {
	const char *output, *base, *prefix, *staged, *form, *workdir, *command, *expose;
	struct text_list app;
};

#define AT(member) offsetof(struct dockerfile_values, member)
static const struct option OPTIONS[] = {
	{ "output", 'o', OPTION_TEXT, AT(output), "FILE",
	  "file to write or update (default Dockerfile; - is stdout)", false },
	{ "base", 0, OPTION_TEXT, AT(base), "IMAGE",
	  "base image (default python:3-slim, or the present FROM)", false },
	{ "app", 0, OPTION_LIST, AT(app), "FILE",
	  "application file or directory to copy, repeatable", false },
	{ "command", 0, OPTION_TEXT, AT(command), "CMD", "what the container runs",
	  false },
	{ "expose", 0, OPTION_TEXT, AT(expose), "PORT", "port the application listens on",
	  false },
	{ "workdir", 0, OPTION_TEXT, AT(workdir), "DIR",
	  "working directory (default /app)", true },
	{ "form", 0, OPTION_TEXT, AT(form), "FORM", "run (default) or add", true },
	{ "prefix", 0, OPTION_TEXT, AT(prefix), "PATH",
	  "where the environment is (default /opt/venv)", true },
	{ "staged", 0, OPTION_TEXT, AT(staged), "DIR",
	  "what bake has filled (default .pinbake)", true },
};

static int read_existing(struct cli *cli, const char *path, struct slice *ret_text,
			 struct error *err)
{
	*ret_text = S("");
	if (path_is_link(path)) {
		error_set(err, ERROR_INPUT, "'%s' is a link, which writing would replace",
			  path);
		return error_hint(err, "put a file there, or name another with -o");
	}
	if (!file_exists(path))
		return 0;
	return file_read(path, LIMIT_TEXT_FILE_BYTES, ERROR_INPUT, &cli->arena, ret_text,
			 err);
}

// CMD in its exec form: a JSON array of the command's words; a text that is one already stays as it is.
static struct slice command_as_array(struct cli *cli, const char *command)
{
	struct slice rest = slice_trim(slice_from(command)), word;
	if (rest.len == 0 || rest.ptr[0] == '[')
		return rest;
	json_t *words = json_array();
	bool more = true;
	while (more) {
		more = slice_cut(&rest, ' ', &word);
		if (word.len)
			json_array_append_new(words, text_as_json(word));
	}
	char *text = json_dumps(words, 0);
	struct slice copy = arena_dup(&cli->arena, slice_from(text));
	mem_free(text);
	json_decref(words);
	return copy;
}

static struct slice joined(struct cli *cli, const struct text_list *words)
{
	struct buf text = { .arena = &cli->arena };
	for (size_t i = 0; i < words->len; i++)
		buf_printf(&text, "%s%s", i ? " " : "", words->items[i]);
	return buf_slice(&text);
}

// Is the instruction in the file already? Of FROM also with a name after it, of COPY among other files.
static bool says(struct slice text, struct slice instruction, struct slice value)
{
	struct slice line, word;
	bool is_copy = slice_eq(instruction, S("COPY")), found = false;
	while (text.len && !found) {
		slice_cut(&text, '\n', &line);
		line = slice_trim(line);
		slice_cut(&line, ' ', &word);
		line = slice_trim(line);
		if (!slice_eq_ignore_case(word, instruction))
			continue;
		found = slice_eq(line, value);
		while (line.len && !found) {
			slice_cut(&line, ' ', &word);
			found = slice_eq(word, value);
			if (!is_copy)
				break;
		}
	}
	return found;
}

// Of a file that is there only the block is written; what else was asked for must be in it.
static int check_is_there(const char *output, struct slice existing, const char *option,
			  const char *instruction, struct slice value, struct error *err)
{
	if (!value.len || says(existing, slice_from(instruction), value))
		return 0;
	error_set(err, ERROR_USAGE,
		  "--%s has no effect: '%s' is there, and only its block is written",
		  option, output);
	return error_hint(err, "put the line there yourself: %s %.*s", instruction,
			  SLICE_ARG(value));
}

static int check_existing(const struct dockerfile_values *values,
			  const struct dockerfile_options *options, const char *output,
			  struct error *err)
{
	struct slice existing = options->existing;
	const struct {
		const char *option, *instruction;
		struct slice value;
	} lines[] = { { "base", "FROM", options->base },
		      { "workdir", "WORKDIR", slice_from(values->workdir) },
		      { "expose", "EXPOSE", options->expose },
		      { "command", "CMD", options->command } };
	if (slice_trim(existing).len == 0)
		return 0;
	for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
		if (check_is_there(output, existing, lines[i].option,
				   lines[i].instruction, lines[i].value, err) < 0)
			return -1;
	for (size_t i = 0; i < values->app.len; i++)
		if (check_is_there(output, existing, "app", "COPY",
				   slice_from(values->app.items[i]), err) < 0)
			return -1;
	return 0;
}

// The layers hold one prefix.
static int check_prefix(struct cli *cli, const struct dockerfile_values *values,
			const struct bake_result *baked, struct error *err)
{
	struct slice wanted = slice_from(values->prefix);
	if (!wanted.len || !baked->prefix.len || slice_eq(wanted, baked->prefix))
		return 0;
	error_set(err, ERROR_USAGE, "--prefix has no effect: what is baked is for '%.*s'",
		  SLICE_ARG(baked->prefix));
	return error_hint(err, "bake it for another one: pinbake bake --prefix %.*s",
			  SLICE_ARG(shell_word(&cli->arena, wanted)));
}

static int write_ignore_file(struct cli *cli, const char *directory, struct error *err)
{
	struct slice existing;
	const char *path = path_join(&cli->arena, directory, S(".dockerignore"));
	if (read_existing(cli, path, &existing, err) < 0)
		return -1;
	struct slice text = dockerignore_text(existing, &cli->arena);
	return slice_eq(text, existing) ? 0 : file_write(path, text, err);
}

// Only what pinbake makes is removed.
static void warn_of_foreign(struct cli *cli, const struct image_foreign *foreign)
{
	if (foreign->len == 1)
		warn(cli, "'%.*s' is not from pinbake, and stays",
		     SLICE_ARG(foreign->first));
	else if (foreign->len)
		warn(cli, "'%.*s' and %zu more are not from pinbake, and stay",
		     SLICE_ARG(foreign->first), foreign->len - 1);
}

static int run_dockerfile(struct cli *cli, void *opaque,
			  const struct text_list *arguments, json_t *result,
			  struct error *err)
{
	const struct dockerfile_values *values = opaque;
	const char *output = values->output ? values->output : "Dockerfile";
	bool to_stdout = strcmp(output, "-") == 0;
	struct bake_result baked = { 0 };
	struct image_foreign foreign = { 0 };
	struct slice text;
	struct dockerfile_options options = {
		.base = slice_from(values->base),
		.prefix = values->prefix ? slice_from(values->prefix) : S("/opt/venv"),
		.out_directory =
			values->staged ? slice_from(values->staged) : S(".pinbake"),
		.form = slice_from(values->form ? values->form : "run"),
		.workdir = values->workdir ? slice_from(values->workdir) : S("/app"),
		.app = joined(cli, &values->app),
		.command = command_as_array(cli, values->command ? values->command : ""),
		.expose = slice_from(values->expose),
	};
	if (arguments->len)
		return error_set(err, ERROR_USAGE, "unexpected argument '%s'",
				 arguments->items[0]),
		       error_hint(err, "application files are named with --app");
	static const char *const forms[] = { "run", "add" };
	size_t form;
	if (option_choice("form", values->form, forms, 2, &form, err) < 0)
		return -1;
	if (image_result_read(options.out_directory.ptr, &cli->arena, &baked, err) < 0)
		return -1;
	if (!to_stdout && read_existing(cli, output, &options.existing, err) < 0)
		return -1;
	if (check_prefix(cli, values, &baked, err) < 0 ||
	    check_existing(values, &options, output, err) < 0)
		return -1;
	if (dockerfile_text(&options, &baked, &cli->arena, &text, err) < 0)
		return error_during(err, "writing '%s'", output);
	json_object_set_new(result, "layers", json_integer((json_int_t)baked.len));
	json_object_set_new(result, "dockerfile", text_as_json(text));
	if (to_stdout)
		return cli->common.json ? 0 : print_document(text, err);
	// Folders go once no Dockerfile names them (ctx.6).
	if (file_write(output, text, err) < 0 ||
	    write_ignore_file(cli, path_directory(&cli->arena, output), err) < 0 ||
	    image_remove_stale(options.out_directory.ptr, &baked, &cli->arena, &foreign,
			       err) < 0)
		return -1;
	warn_of_foreign(cli, &foreign);
	say(cli, "%s %s: %zu layer%s from %s", options.existing.len ? "updated" : "wrote",
	    output, baked.len, plural(baked.len), options.out_directory.ptr);
	json_object_set_new(result, "file", c_text_as_json(output));
	return 0;
}

static const struct option_table TABLE = { .items = OPTIONS,
					   .len = sizeof(OPTIONS) / sizeof(*OPTIONS) };

const struct command command_dockerfile = {
	.name = "dockerfile",
	.arguments = "[options]",
	.summary = "write or update a Dockerfile that takes the baked layers",
	.examples =
		"  pinbake dockerfile --base python:3.12-slim --app app.py --expose 8501 \\\n"
		"      --command 'streamlit run app.py'\n"
		"  pinbake dockerfile          update the marked block of an existing Dockerfile\n",
	.options = &TABLE,
	.is_local = true,
	.values_size = sizeof(struct dockerfile_values),
	.run = run_dockerfile,
};
