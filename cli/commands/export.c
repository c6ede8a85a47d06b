// SPDX-License-Identifier: MIT
// pinbake export: a lock as requirements.txt with hashes.
#include "cli/cli.h"
#include "lockfile/export.h"

#include <string.h>

struct export_values {
	const char *output, *format;
	bool no_hashes, no_via;
};

#define AT(member) offsetof(struct export_values, member)
static const struct option OPTIONS[] = {
	{ "output", 'o', OPTION_TEXT, AT(output), "FILE",
	  "file to write (default stdout)", false },
	{ "format", 0, OPTION_TEXT, AT(format), "FORM",
	  "requirements (the only one so far)", false },
	{ "no-hashes", 0, OPTION_FLAG, AT(no_hashes), NULL,
	  "leave the --hash options out", false },
	{ "no-via", 0, OPTION_FLAG, AT(no_via), NULL, "leave the '# via' comments out",
	  false },
};

static int run_export(struct cli *cli, void *opaque, const struct text_list *arguments,
		      json_t *result, struct error *err)
{
	const struct export_values *values = opaque;
	struct loaded_lock opened;
	struct slice text;
	if (arguments->len > 1)
		return error_set(err, ERROR_USAGE,
				 "one lock at a time, but %zu were named",
				 arguments->len);
	static const char *const formats[] = { "requirements" };
	size_t format;
	if (option_choice("format", values->format, formats, 1, &format, err) < 0)
		return -1;
	if (read_lock(cli, arguments->len ? arguments->items[0] : "pylock.toml", &opened,
		      err) < 0)
		return -1;
	struct lock_export_options options = { .hashes = !values->no_hashes,
					       .via = !values->no_via };
	if (lock_export_requirements(&opened.lock, &options, &cli->arena, &text, err) < 0)
		return error_during(err, "exporting '%s'", opened.path);
	json_object_set_new(result, "packages",
			    json_integer((json_int_t)opened.lock.len));
	if (values->output && strcmp(values->output, "-") != 0) {
		json_object_set_new(result, "file", c_text_as_json(values->output));
		if (file_write(values->output, text, err) < 0)
			return -1;
		say(cli, "exported %zu package%s: %s", opened.lock.len,
		    plural(opened.lock.len), values->output);
	} else if (cli->common.json) {
		json_object_set_new(result, "requirements", text_as_json(text));
	} else {
		return print_document(text, err);
	}
	return 0;
}

static const struct option_table TABLE = { .items = OPTIONS,
					   .len = sizeof(OPTIONS) / sizeof(*OPTIONS) };

const struct command command_export = {
	.name = "export",
	.arguments = "[LOCK] [options]",
	.summary = "write a lock as requirements.txt with hashes",
	.examples = "  pinbake export > requirements.txt\n"
		    "  pinbake export pylock.toml -o requirements.txt\n",
	.options = &TABLE,
	.is_local = true,
	.values_size = sizeof(struct export_values),
	.run = run_export,
};
