// SPDX-License-Identifier: MIT
// pinbake lock: requirements → pylock.toml.
#include "cli/commands/lock_options.h"
#include "lockfile/export.h"
#include "lockfile/undated.h"

#include <string.h>

struct putting {
	struct cli *cli;
	const struct lock_values *values;
	const struct lock_outcome *outcome;
	bool as_requirements; // --format
};

// --- JSON ------------------------------------------------------------------------------------------------------------

static json_t *files_as_json(struct arena *arena, const struct lock_package *package)
{
	json_t *list = json_array();
	for (size_t i = 0;
	     i < package->wheels_len + package->has_sdist + package->has_archive; i++) {
		const struct lock_file *file = package->has_archive ? &package->archive
					       : i < package->wheels_len
						       ? &package->wheels[i]
						       : &package->sdist;
		struct slice sha256 = sha256_hex(arena, &file->sha256);
		json_array_append_new(list, json_pack("{s:o, s:o}", "file",
						      text_as_json(file->name), "sha256",
						      text_as_json(sha256)));
	}
	return list;
}

static json_t *packages_as_json(struct arena *arena, const struct lock *lock)
{
	json_t *list = json_array();
	for (size_t i = 0; i < lock->len; i++) {
		const struct lock_package *package = &lock->packages[i];
		json_t *item = json_object();
		json_object_set_new(item, "name", text_as_json(package->name));
		json_object_set_new(item, "version", text_as_json(package->version));
		json_object_set_new(item, "files", files_as_json(arena, package));
		if (package->marker_text.len)
			json_object_set_new(item, "marker",
					    text_as_json(package->marker_text));
		if (package->named_by_len)
			json_object_set_new(item, "named_by",
					    slices_as_json(package->named_by,
							   package->named_by_len));
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *targets_as_json(const struct lock *lock)
{
	return slices_as_json(lock->targets, lock->targets_len);
}

static json_t *undated_as_json(struct arena *arena, const struct lock *lock)
{
	const struct slice_list undated = lock_undated(arena, lock);
	json_t *names = json_array();
	for (size_t i = 0; i < undated.len; i++)
		json_array_append_new(names, text_as_json(undated.items[i]));
	return names;
}

static int put_json(const struct putting *putting, const struct lock_part *part,
		    const struct lock *lock, json_t *result)
{
	struct arena *arena = &putting->cli->arena;
	json_object_set_new(result, "conflicts",
			    json_integer((json_int_t)part->counts.conflicts));
	json_object_set_new(result, "lock",
			    c_text_as_json(part->path ? part->path : "-"));
	json_object_set_new(result, "targets", targets_as_json(lock));
	json_object_set_new(result, "packages", packages_as_json(arena, lock));
	if (lock_has_cutoff(lock))
		json_object_set_new(result, "without_upload_time",
				    undated_as_json(arena, lock));
	if (part->edits)
		json_object_set_new(result, "edits", edits_as_json(part->edits));
	return 0;
}

// --- text ------------------------------------------------------------------------------------------------------------

static void show_counts(const struct cli *cli, const struct lock_part *part)
{
	const struct index_counts *index = &part->index_counts;
	const struct solve_counts *solve = &part->counts;
	detail(cli,
	       "index: %llu pages fetched, %llu revalidated, %llu from the cache; metadata: %llu fetched, %llu cached",
	       (unsigned long long)index->pages_fetched,
	       (unsigned long long)index->pages_revalidated,
	       (unsigned long long)index->pages_from_store,
	       (unsigned long long)index->metadata_fetched,
	       (unsigned long long)index->metadata_from_store);
	detail(cli,
	       "solver: %llu decisions, %llu conflicts, %llu incompatibilities, %llu rounds",
	       (unsigned long long)solve->decisions, (unsigned long long)solve->conflicts,
	       (unsigned long long)solve->incompatibilities,
	       (unsigned long long)solve->rounds);
}

// ", lib (web) from an address that a package names"
static struct slice addresses_text(struct arena *arena, const struct slice_list *named)
{
	struct buf text = { .arena = arena };
	if (named->len == 0)
		return S("");
	for (size_t i = 0; i < named->len; i++)
		buf_printf(&text, ", %.*s", SLICE_ARG(named->items[i]));
	buf_append(&text, named->len == 1 ? S(" from an address that a package names,")
					  : S(" from addresses that packages name,"));
	return buf_slice(&text);
}

// "73 packages for cp312-linux-amd64-glibc2.28"
static struct slice summary_of(struct arena *arena, const struct lock_part *part)
{
	struct slice undated = S(""), targets = part->target,
		     named = addresses_text(arena, &part->by_metadata);
	if (part->undated)
		undated =
			arena_printf(arena, " (%zu without upload-time)", part->undated);
	if (part->targets > 1)
		targets = arena_printf(arena, "%zu targets", part->targets);
	return arena_printf(arena, "%zu package%s%.*s%.*s for %.*s", part->packages,
			    plural(part->packages), SLICE_ARG(undated), SLICE_ARG(named),
			    SLICE_ARG(targets));
}

// A cut-off decides what is found: it is named in each run, and so is its end.
static void show_cutoff(const struct putting *putting, const struct lock_part *part)
{
	bool is_kept = !putting->values->exclude_newer && part->present_text.len;
	if (part->cutoff.len)
		say(putting->cli, "as of %.*s%s", SLICE_ARG(part->cutoff),
		    is_kept ? ", the present lock's cut-off: --exclude-newer sets another, --upgrade ends it"
			    : "");
	if (part->ended_cutoff.len)
		say(putting->cli,
		    "the present lock's cut-off, %.*s, has ended with --upgrade",
		    SLICE_ARG(part->ended_cutoff));
}

static void show_done(const struct putting *putting, const struct lock_part *part)
{
	struct slice summary = summary_of(&putting->cli->arena, part);
	say(putting->cli, "%s %.*s in %llu.%02llu s%s%s",
	    putting->values->check ? "checked" : "locked", SLICE_ARG(summary),
	    (unsigned long long)(part->took_ms / 1000),
	    (unsigned long long)(part->took_ms % 1000 / 10), part->path ? ": " : "",
	    part->path ? part->path : "");
	if (!part->is_remembered)
		show_counts(putting->cli, part);
}

static void show_edits(const struct putting *putting, const struct lock_part *part)
{
	if (!part->edits)
		return;
	say(putting->cli,
	    "repaired by %zu edit%s, which your files do not have yet:", part->edits->len,
	    plural(part->edits->len));
	render_edits(putting->cli, part->edits);
}

// --- the files -------------------------------------------------------------------------------------------------------

// The written form: the lock itself, or requirements, which are made of it.
static int text_of(const struct putting *putting, const struct lock_part *part,
		   const struct lock *lock, struct slice *ret_text, struct error *err)
{
	struct lock_export_options options = { .hashes = true, .via = true };
	*ret_text = part->text;
	if (!putting->as_requirements)
		return 0;
	return lock_export_requirements(lock, &options, &putting->cli->arena, ret_text,
					err);
}

static int check_up_to_date(const struct lock_part *part, struct slice text,
			    struct error *err)
{
	if (slice_eq(text, part->present_text))
		return 0;
	error_set(err, ERROR_NO,
		  part->present_text.len ? "'%s' is out of date" : "'%s' is no lock yet",
		  part->path ? part->path : "-");
	return error_hint(err, "run the same command without --check to write it");
}

static int write_text(const struct putting *putting, const struct lock_part *part,
		      struct slice text, json_t *result, struct error *err)
{
	if (putting->values->check)
		return check_up_to_date(part, text, err);
	if (part->path)
		return slice_eq(text, part->present_text)
			       ? 0
			       : file_write(part->path, text, err);
	if (!putting->cli->common.json)
		return print_document(text, err);
	json_object_set_new(result, "text", text_as_json(text));
	return 0;
}

// The lock as its readers see it, where more than its text is wanted.
static int read_back(const struct putting *putting, const struct lock_part *part,
		     struct lock *ret_lock, struct error *err)
{
	struct arena *arena = &putting->cli->arena;
	struct source *source = arena_new(arena, struct source);
	*source = (struct source){ S("the new lock"), part->text };
	if (!putting->as_requirements && !putting->cli->common.json)
		return 0;
	if (lock_read(source, arena, ret_lock, &putting->cli->diagnostics) < 0)
		return diagnostics_fail(&putting->cli->diagnostics, err,
					"the new lock cannot be read back");
	return 0;
}

static int put_part(const struct putting *putting, const struct lock_part *part,
		    json_t *result, struct error *err)
{
	struct cli *cli = putting->cli;
	struct lock lock = { 0 };
	struct slice text;
	if (read_back(putting, part, &lock, err) < 0 ||
	    text_of(putting, part, &lock, &text, err) < 0 ||
	    write_text(putting, part, text, result, err) < 0)
		return -1;
	show_diagnostics(cli);
	show_edits(putting, part);
	show_cutoff(putting, part);
	show_done(putting, part);
	return cli->common.json ? put_json(putting, part, &lock, result) : 0;
}

// Of several locks each is an item of "locks".
static int put_parts(const struct putting *putting, json_t *result, struct error *err)
{
	const struct lock_part_list *parts = &putting->outcome->parts;
	if (!putting->outcome->is_several)
		return put_part(putting, &parts->items[0], result, err);
	json_t *locks = json_array();
	json_object_set_new(result, "locks", locks);
	for (size_t i = 0; i < parts->len; i++) {
		json_t *part = json_object();
		json_array_append_new(locks, part);
		if (put_part(putting, &parts->items[i], part, err) < 0)
			return -1;
	}
	return 0;
}

// --- the command -----------------------------------------------------------------------------------------------------

// What cannot hold, and what would help: in result, or beside the error.
static int show_no_lock(struct cli *cli, const struct lock_outcome *outcome,
			json_t *result)
{
	if (!outcome->has_explanation)
		return -1;
	json_object_set_new(result, "facts", explanation_as_json(&outcome->facts));
	json_object_set_new(result, "repairs", repairs_as_json(&outcome->repairs));
	cli->facts = &outcome->facts;
	if (outcome->repairs.len && outcome->repairs.items[0].edits.len > 1)
		cli->edits = &outcome->repairs.items[0].edits;
	return -1;
}

static int complete_lock(struct cli *cli, void *values, struct text_list *arguments,
			 struct error *err)
{
	return lock_read_settings(cli, values, arguments, err);
}

static int run_lock(struct cli *cli, void *opaque, const struct text_list *files,
		    json_t *result, struct error *err)
{
	static const char *const formats[] = { "pylock", "requirements" };
	const struct lock_values *values = opaque;
	struct lock_outcome *outcome = arena_new(&cli->arena, struct lock_outcome);
	struct lock_request request;
	size_t format;
	if (option_choice("format", values->format, formats, 2, &format, err) < 0 ||
	    lock_request_of(cli, values, files, &request, err) < 0 ||
	    open_session(cli, err) < 0)
		return -1;
	const struct putting putting = { cli, values, outcome, format == 1 };
	int status = pinbake_lock(cli->session, &request, &cli->arena, outcome,
				  &cli->diagnostics, err);
	progress_done(cli);
	return status < 0 ? show_no_lock(cli, outcome, result)
			  : put_parts(&putting, result, err);
}

const struct command command_lock = {
	.name = "lock",
	.arguments = "[REQUIREMENTS…] [options]",
	.summary = "resolve requirements into exact pins with hashes (pylock.toml)",
	.examples =
		"  pinbake lock requirements.in\n"
		"  pinbake lock requirements.in --python 3.12 --platform linux/amd64\n"
		"  pinbake lock pyproject.toml --extra web --group test\n"
		"  pinbake lock app.in dev.in -c constraints.txt --offline\n",
	.options = &lock_option_table,
	.values_size = sizeof(struct lock_values),
	.complete = complete_lock,
	.run = run_lock,
};
