// SPDX-License-Identifier: MIT
// An environment made, or compared with its lock, in words and numbers.
#include "cli/commands/install_report.h"

enum { SHOWN_MAX = 20 };

static void put_totals(json_t *result, const char *prefix, uint64_t packages,
		       uint64_t files, uint64_t bytes)
{
	json_object_set_new(result, "prefix", c_text_as_json(prefix));
	json_object_set_new(result, "packages", json_integer((json_int_t)packages));
	json_object_set_new(result, "files", json_integer((json_int_t)files));
	json_object_set_new(result, "bytes", json_integer((json_int_t)bytes));
}

void report_install(struct cli *cli, const char *prefix,
		    const struct install_result *installed, uint64_t took_ms,
		    json_t *result)
{
	struct slice size = human_size(&cli->arena, installed->bytes);
	for (size_t i = 0; i < installed->warnings_len; i++)
		warn(cli, "%.*s", SLICE_ARG(installed->warnings[i]));
	show_diagnostics(cli);
	say(cli, "installed %llu package%s, %llu file%s, %.*s in %llu.%02llu s: %s",
	    (unsigned long long)installed->packages, plural(installed->packages),
	    (unsigned long long)installed->files, plural(installed->files),
	    SLICE_ARG(size), (unsigned long long)(took_ms / 1000),
	    (unsigned long long)(took_ms % 1000 / 10), prefix);
	put_totals(result, prefix, installed->packages, installed->files,
		   installed->bytes);
	json_object_set_new(result, "linked",
			    json_integer((json_int_t)installed->linked));
	json_object_set_new(result, "cloned",
			    json_integer((json_int_t)installed->cloned));
	json_object_set_new(result, "copied",
			    json_integer((json_int_t)installed->copied));
}

// --- --check ------------------------------------------------------------------------------

static json_t *differences_as_json(const struct install_check_result *checked)
{
	static const char *const kinds[] = { [INSTALL_MISSING] = "missing",
					     [INSTALL_CHANGED] = "changed",
					     [INSTALL_EXTRA] = "extra" };
	json_t *list = json_array();
	for (size_t i = 0; i < checked->len && i < SHOWN_MAX; i++) {
		const struct install_difference *difference = &checked->differences[i];
		json_t *item = json_object();
		json_object_set_new(item, "kind", json_string(kinds[difference->kind]));
		json_object_set_new(item, "path", text_as_json(difference->path));
		json_object_set_new(item, "how", text_as_json(difference->how));
		json_array_append_new(list, item);
	}
	return list;
}

static void show_differences(const struct cli *cli,
			     const struct install_check_result *checked)
{
	for (size_t i = 0; i < checked->len && i < SHOWN_MAX; i++) {
		const struct install_difference *difference = &checked->differences[i];
		const char *kind =
			difference->kind == INSTALL_EXTRA ? "extra" : "changed";
		if (difference->kind == INSTALL_MISSING)
			say(cli, "missing  %.*s", SLICE_ARG(difference->path));
		else
			say(cli, "%-7s  %.*s: %.*s", kind, SLICE_ARG(difference->path),
			    SLICE_ARG(difference->how));
	}
	if (checked->len > SHOWN_MAX)
		say(cli, "and %zu more", checked->len - SHOWN_MAX);
}

// Extra ones come last: where they are all there is, an install changes nothing.
static int advise(struct arena *arena, const struct install_check_result *checked,
		  const struct environment_request *environment, struct error *err)
{
	if (checked->differences[0].kind == INSTALL_EXTRA)
		return error_hint(
			err,
			"remove what is extra: 'pinbake install' leaves files of other origin alone");
	return error_hint(err,
			  "'pinbake install %.*s --prefix %.*s' brings it to the lock",
			  SLICE_ARG(
				  shell_word(arena, slice_from(environment->lock_path))),
			  SLICE_ARG(shell_word(arena, slice_from(environment->prefix))));
}

int report_install_check(struct cli *cli, const struct pinbake_install_request *request,
			 const struct install_check_result *checked, json_t *result,
			 struct error *err)
{
	const struct environment_request *environment = &request->environment;
	put_totals(result, environment->prefix, checked->packages, checked->files,
		   checked->bytes);
	json_object_set_new(result, "differences", differences_as_json(checked));
	json_object_set_new(result, "difference_count",
			    json_integer((json_int_t)checked->len));
	if (checked->len) {
		show_differences(cli, checked);
		error_set(err, ERROR_NO, "'%s' differs from '%s' in %zu place%s",
			  environment->prefix, environment->lock_path, checked->len,
			  plural(checked->len));
		return advise(&cli->arena, checked, environment, err);
	}
	say(cli, "%s equals %s: %llu package%s, %llu file%s", environment->prefix,
	    environment->lock_path, (unsigned long long)checked->packages,
	    plural(checked->packages), (unsigned long long)checked->files,
	    plural(checked->files));
	return 0;
}
