// SPDX-License-Identifier: MIT
// One lock from what is asked to the written file: the present lock, the solve or what would help, the result.
#include "cli/lock/lock_call.h"

#include "base/limits.h"
#include "cli/explain/advice.h"
#include "cli/explain/repair.h"
#include "cli/lock/answers.h"
#include "cli/lock/build_records.h"
#include "cli/lock/direct.h"
#include "cli/lock/metadata_builds.h"
#include "cli/lock/missing_hashes.h"
#include "cli/sources/torch.h"
#include "lockfile/export.h"

#include <stdio.h>
#include <string.h>

// What one call works on.
struct call {
	struct cli *cli;
	const struct lock_request *request;
	const struct lock_values *values;
	const char *path; // of the lock; "-" is stdout
	uint64_t started_ms;
	struct torch_choice torch;
	struct places places;
	struct opened_lock present; // the lock that path holds, where it is a good one
	struct cutoff cutoff;
	struct lock_run run;
	struct edit_list edits; // those of --repair that run has
	struct lock lock;
	struct slice text; // of the lock, as it is written
	// Whether the answer may be kept, and for what; answers.h
	bool may_keep;
	size_t said_before; // diagnostics at that time
	struct answer_question question;
};

// --- the present lock ------------------------------------------------------------------------------------------------

static bool wants_requirements(const struct lock_values *values)
{
	return values->format && strcmp(values->format, "requirements") == 0;
}

static struct slice read_present_text(const struct call *call)
{
	struct slice text = S("");
	struct error ignored;
	if (strcmp(call->path, "-") != 0 && file_exists(call->path))
		(void)!file_read(call->path, LIMIT_TEXT_FILE_BYTES, ERROR_INPUT,
				 &call->cli->arena, &text, &ignored);
	return text;
}

// Its pins are kept where they still hold. A damaged one is no lock, and about to be replaced.
static void read_present(struct call *call)
{
	struct diagnostics kept = call->cli->diagnostics;
	struct error ignored = { 0 };
	call->cli->diagnostics = (struct diagnostics){ .arena = &call->cli->arena };
	bool is_lock = strcmp(call->path, "-") != 0 &&
		       !wants_requirements(call->values) && file_exists(call->path);
	if (wants_requirements(call->values))
		call->present.source.text = read_present_text(call);
	else if (!is_lock ||
		 read_lock(call->cli, call->path, &call->present, &ignored) < 0)
		call->present = (struct opened_lock){ 0 };
	call->cli->diagnostics = kept;
}

static int read_cutoff(struct call *call, struct error *err)
{
	struct cli *cli = call->cli;
	struct slice said = slice_from(call->values->exclude_newer);
	if (cutoff_read(&cli->arena, said, clock_seconds(), &call->cutoff, err) < 0)
		return -1;
	const struct lock *present = call->values->upgrade ? NULL : &call->present.lock;
	if (present)
		cutoff_keep(&call->cutoff, present);
	return cutoff_read_packages(&cli->arena, &call->values->package_cutoffs,
				    clock_seconds(), present, &call->cutoff, err);
}

static void prefer_present_pins(struct call *call)
{
	if (!call->values->upgrade)
		preferences_from_lock(&call->run.preferred, &call->present.lock,
				      &call->values->upgrade_packages);
	const struct preferences *sibling = call->request->preferred;
	for (size_t i = 0; i < sibling->at.len; i++)
		preferences_add(&call->run.preferred, sibling->at.entries[i].key,
				sibling->versions.items[sibling->at.entries[i].value]);
}

// The texts of a lock end with its index.
static void keep_pins(struct call *call)
{
	struct arena *arena = &call->cli->arena;
	for (size_t i = 0; i < call->lock.len; i++)
		preferences_add(call->request->preferred,
				arena_dup(arena, call->lock.packages[i].name),
				arena_dup(arena, call->lock.packages[i].version));
}

// --- the result ------------------------------------------------------------------------------------------------------

static int render_lock(struct call *call, struct slice *ret_text, struct error *err)
{
	struct lock_export_options options = { .hashes = true, .via = true };
	if (wants_requirements(call->values))
		return lock_export_requirements(&call->lock, &options, &call->cli->arena,
						ret_text, err);
	*ret_text = lock_write(&call->cli->arena, &call->lock);
	return 0;
}

static int check_up_to_date(struct call *call, struct slice text, struct error *err)
{
	struct slice present = call->present.source.text;
	if (slice_eq(text, present))
		return 0;
	error_set(err, ERROR_NO,
		  present.len ? "'%s' is out of date" : "'%s' is no lock yet",
		  call->path);
	return error_hint(err, "run the same command without --check to write it");
}

static int write_result(struct call *call, json_t *result, struct error *err)
{
	struct slice text = call->text;
	if (call->values->check)
		return check_up_to_date(call, text, err);
	if (strcmp(call->path, "-") != 0)
		return slice_eq(text, call->present.source.text)
			       ? 0
			       : file_write(call->path, text, err);
	if (call->cli->common.json)
		json_object_set_new(result, "text", text_as_json(text));
	else
		fwrite(text.ptr, 1, text.len, stdout);
	return 0;
}

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
		json_array_append_new(list, item);
	}
	return list;
}

static json_t *targets_as_json(const struct lock *lock)
{
	json_t *list = json_array();
	for (size_t i = 0; i < lock->targets_len; i++)
		json_array_append_new(list, text_as_json(lock->targets[i]));
	return list;
}

// The packages with files of unknown date: the cut-off says little of them (700.2).
static json_t *undated_as_json(const struct lock *lock)
{
	json_t *names = json_array();
	for (size_t i = 0; i < lock->len; i++) {
		const struct lock_package *package = &lock->packages[i];
		bool is_undated =
			package->has_sdist && package->sdist.upload_time.len == 0;
		for (size_t j = 0; j < package->wheels_len; j++)
			is_undated |= package->wheels[j].upload_time.len == 0;
		if (is_undated)
			json_array_append_new(names, text_as_json(package->name));
	}
	return names;
}

static bool has_cutoff(const struct lock *lock)
{
	bool any = lock->exclude_newer.len > 0;
	for (size_t i = 0; i < lock->package_cutoffs_len; i++)
		any |= lock->package_cutoffs[i].moment.len > 0;
	return any;
}

// " (2 without upload-time)", where there is a cut-off to care; "" for none.
static struct slice report_undated(struct call *call, json_t *result)
{
	if (!has_cutoff(&call->lock))
		return S("");
	json_t *names = undated_as_json(&call->lock);
	size_t count = json_array_size(names);
	json_object_set_new(result, "without_upload_time", names);
	return count ? arena_printf(&call->cli->arena, " (%zu without upload-time)",
				    count)
		     : S("");
}

static struct slice describe_targets(struct call *call)
{
	if (call->lock.targets_len == 1)
		return call->lock.targets[0];
	return arena_printf(&call->cli->arena, "%zu targets", call->lock.targets_len);
}

static void report_counts(struct call *call, json_t *result)
{
	struct index_counts counts = index_counts(call->run.index);
	uint64_t rounds;
	struct solver_counts solver = lock_run_counts(&call->run, &rounds);
	detail(call->cli,
	       "index: %llu pages fetched, %llu revalidated, %llu from the cache; metadata: %llu fetched, %llu cached",
	       (unsigned long long)counts.pages_fetched,
	       (unsigned long long)counts.pages_revalidated,
	       (unsigned long long)counts.pages_from_store,
	       (unsigned long long)counts.metadata_fetched,
	       (unsigned long long)counts.metadata_from_store);
	detail(call->cli,
	       "solver: %llu decisions, %llu conflicts, %llu incompatibilities, %llu rounds",
	       (unsigned long long)solver.decisions, (unsigned long long)solver.conflicts,
	       (unsigned long long)solver.incompatibilities, (unsigned long long)rounds);
	json_object_set_new(result, "conflicts",
			    json_integer((json_int_t)solver.conflicts));
}

// "73 packages for cp312-linux-amd64-glibc2.28"
static struct slice summary_of(struct call *call, json_t *result)
{
	struct slice targets = describe_targets(call);
	struct slice undated = report_undated(call, result);
	return arena_printf(&call->cli->arena, "%zu package%s%.*s for %.*s",
			    call->lock.len, plural(call->lock.len), SLICE_ARG(undated),
			    SLICE_ARG(targets));
}

static void say_done(const struct call *call, struct slice summary)
{
	uint64_t took = clock_ms() - call->started_ms;
	bool to_stdout = strcmp(call->path, "-") == 0;
	say(call->cli, "%s %.*s in %llu.%02llu s%s%s",
	    call->values->check ? "checked" : "locked", SLICE_ARG(summary),
	    (unsigned long long)(took / 1000), (unsigned long long)(took % 1000 / 10),
	    to_stdout ? "" : ": ", to_stdout ? "" : call->path);
}

static void report(struct call *call, json_t *result, struct slice summary)
{
	say_done(call, summary);
	report_counts(call, result);
	json_object_set_new(result, "lock", json_string(call->path));
	json_object_set_new(result, "targets", targets_as_json(&call->lock));
	json_object_set_new(result, "packages",
			    packages_as_json(&call->cli->arena, &call->lock));
}

// --- failing -----------------------------------------------------------------------------------------------------

enum {
	HINT_SOLVES = 20,
	HINT_MS = 5000,
	REPAIR_SOLVES = 400,
	REPAIR_MS = 120000,
	REMOVALS = 3
};

static int explain_failure(struct call *call, const struct repair_list *repairs,
			   json_t *result, struct error *err)
{
	struct lock_run *run = &call->run;
	struct resolve *resolve = &run->resolves[run->failed];
	const struct repair *best = repairs->len ? &repairs->items[0] : NULL;
	struct slice hint = repairs_hint(&call->cli->arena, repairs);
	if (repairs->len == 0 && lock_run_solves_apart(run, HINT_MS))
		hint = S("--split locks targets apart that no one version fits");
	if (run->targets.len > 1)
		error_during(err, "locking for %.*s",
			     SLICE_ARG(run->targets.items[run->failed].name));
	if (err->kind != ERROR_NO || !solver_conflict(resolve->solver).len)
		return -1;
	json_object_set_new(result, "repairs", repairs_as_json(repairs));
	report_conflict(call->cli, resolve, hint, result, err);
	if (best && best->edits.len > 1)
		report_edits(call->cli, &best->edits);
	return -1;
}

static int lock_repaired(struct call *call, const struct repair_case *of,
			 struct lock_run *failed, const struct repair *repair,
			 struct error *err)
{
	struct resolve_options options;
	if (repair_prepare(of, repair, &options, &call->run, err) < 0)
		return -1;
	lock_run_release(failed);
	*err = (struct error){ 0 };
	call->edits = repair->edits;
	return lock_run_solve(&call->run, err);
}

// Tells what cannot hold, or with --repair locks by the smallest edits.
static int repair_or_explain(struct call *call, json_t *result, struct error *err)
{
	struct lock_run failed = call->run;
	bool wanted = call->values->repair;
	struct repair_case of = { call->cli, failed.index,
				  &failed,   &call->cutoff,
				  NULL,      &call->values->upgrade_packages };
	struct repair_limits limits = { wanted ? REPAIR_SOLVES : HINT_SOLVES,
					wanted ? REPAIR_MS : HINT_MS, REMOVALS };
	struct repair_list repairs = { 0 };
	struct error found = *err;
	bool is_conflict = err->kind == ERROR_NO && (wanted || !err->span.source);
	if (!call->values->upgrade)
		of.present = &call->present.lock;
	if (is_conflict && repair_find(&of, &limits, &repairs, &found) < 0) {
		*err = found;
		return -1;
	}
	if (!wanted || repairs.len == 0)
		return explain_failure(call, &repairs, result, err);
	return lock_repaired(call, &of, &failed, &repairs.items[0], err);
}

static int solve(struct call *call, struct net *net, json_t *result, struct error *err)
{
	struct lock_run *run = &call->run;
	prefer_present_pins(call);
	if (lock_run_solve(run, err) < 0) {
		if (err->kind == ERROR_NO && call->values->split &&
		    lock_run_solves_apart(run, REPAIR_MS)) {
			*call->request->ret_wants_split = true;
			return -1;
		}
		if (repair_or_explain(call, result, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < run->targets.len; i++) {
		if (find_missing_hashes(call->cli, net, run->options.requirements,
					&run->picks[i].pins, err) < 0 ||
		    (run->is_open[i] &&
		     check_hashes(&run->resolves[i], &run->picks[i].pins, err) < 0))
			return -1;
	}
	progress_done(call->cli);
	return lock_from_pins(&call->cli->arena, run->picks, run->targets.len,
			      &run->options, call->path, &call->lock, err);
}

static int record_builds(struct call *call, struct net *net, struct error *err)
{
	struct build_records records = {
		.cli = call->cli,
		.places = &call->places,
		.index = call->run.index,
		.net = net,
		.lock_path = call->path,
		.targets = &call->run.targets,
		.present = call->values->upgrade ? NULL : &call->present.lock,
		.released = &call->values->upgrade_packages,
		.network = call->values->build_network,
	};
	struct sdist_options options = {
		.records = true,
		.network = call->values->build_network,
		.python = call->values->python_bin,
		.image = call->values->build_in,
		.engine = call->values->build_engine,
		.places = &call->places,
	};
	if (wants_requirements(call->values))
		return 0;
	if (build_records_add(&records, &call->lock, err) < 0 ||
	    (call->values->build &&
	     build_records_build(&records, &options, &call->lock, err) < 0))
		return -1;
	build_records_join(&call->cli->arena, &call->lock);
	return 0;
}

// --- answers of earlier runs ----------------------------------------------------------------------------------------

// Of several locks each goes by the pins of those before it.
static bool is_alone(const struct lock_request *request)
{
	return request->unit->name.len == 0 && request->unit->targets.len == 0 &&
	       request->preferred->at.len == 0;
}

static bool find_answer(struct call *call, struct lock_question *question,
			struct answer *ret_answer)
{
	question->present = read_present_text(call);
	call->may_keep = is_alone(call->request) &&
			 answers_ask(call->cli, question, &call->question);
	call->said_before = call->cli->diagnostics.len;
	return call->may_keep &&
	       answers_find(call->cli, &call->question, question->config, ret_answer);
}

static int give_answer(struct call *call, const struct answer *answer, json_t *result,
		       struct error *err)
{
	call->present.source.text = call->question.present;
	call->text = answer->text;
	if (write_result(call, result, err) < 0)
		return -1;
	show_diagnostics(call->cli);
	say_done(call, answer->summary);
	return 0;
}

// A source distribution may have been built, by whatever interpreter is here.
static bool are_wheels(const struct lock_run *run)
{
	for (size_t i = 0; i < run->targets.len; i++)
		for (size_t j = 0; j < run->picks[i].pins.len; j++)
			if (run->picks[i].pins.items[j].file->kind != FILE_WHEEL)
				return false;
	return true;
}

// Only of a run that had nothing else to say, and that found a good lock or none.
static void keep_answer(struct call *call, struct slice summary)
{
	const struct answer answer = { call->text, summary };
	if (call->may_keep && call->edits.len == 0 &&
	    call->cli->diagnostics.len == call->said_before &&
	    call->said_before < DIAGNOSTICS_MAX &&
	    call->run.options.direct->files.len == 0 &&
	    !call->run.options.direct->looked_elsewhere && are_wheels(&call->run) &&
	    slice_eq(call->question.present, call->present.source.text))
		answers_keep(call->cli, &call->question, call->run.index, &answer);
}

// --- the call --------------------------------------------------------------------------------------------------------

static int lock_and_write(struct call *call, struct net *net, json_t *result,
			  struct error *err)
{
	struct lock_run *run = &call->run;
	if (solve(call, net, result, err) < 0)
		return -1;
	torch_note(&call->cli->arena, &call->torch, &call->lock);
	if (record_builds(call, net, err) < 0)
		return -1;
	if (render_lock(call, &call->text, err) < 0 ||
	    write_result(call, result, err) < 0)
		return -1;
	for (size_t i = 0; i < run->targets.len; i++)
		if (run->is_open[i])
			warn_about_pins(call->cli, &run->resolves[i],
					&run->picks[i].pins);
	if (call->cutoff.kind == CUTOFF_PINS && run->options.exclude_newer.len == 0)
		warn(call->cli,
		     "the index does not say when the pins were uploaded, so nothing is excluded");
	struct slice summary = summary_of(call, result);
	keep_answer(call, summary);
	show_diagnostics(call->cli);
	if (call->edits.len) {
		say(call->cli,
		    "repaired by %zu edit%s, which your files do not have yet:",
		    call->edits.len, plural(call->edits.len));
		report_edits(call->cli, &call->edits);
		json_object_set_new(result, "edits", edits_as_json(&call->edits));
	}
	report(call, result, summary);
	return 0;
}

static const char *path_of(struct call *call)
{
	const struct lock_values *values = call->values;
	const char *path = values->output               ? values->output
			   : wants_requirements(values) ? "requirements.txt"
							: "pylock.toml";
	return lock_plan_path(&call->cli->arena, path, call->request->unit->name);
}

// The unit's own extras, groups and backend in the place of all that are asked for.
static struct lock_values values_of(const struct lock_request *request)
{
	struct lock_values values = *request->values;
	const struct lock_unit *unit = request->unit;
	values.extras = unit->extras;
	values.groups = unit->groups;
	values.all_extras &= unit->name.len == 0;
	if (unit->torch_backend && !values.torch_backend)
		values.torch_backend = unit->torch_backend;
	return values;
}

// What a resolve of a few hundred packages takes.
enum { EXPECTED_BYTES = 16 * MIB };

int lock_call(struct cli *cli, const struct lock_request *request, json_t *result,
	      struct error *err)
{
	const struct lock_values own_values = values_of(request), *values = &own_values;
	struct call call = {
		.cli = cli, .request = request, .values = values, .started_ms = clock_ms()
	};
	struct requirement_set set = { 0 };
	struct target_list targets = request->unit->targets;
	struct resolve_options options = { .requirements = &set };
	if (lock_read_inputs(cli, values, request->files, &set, err) < 0 ||
	    (!targets.len && lock_read_targets(cli, values, &targets, err) < 0) ||
	    lock_check_python(&set, &targets, err) < 0 ||
	    lock_read_policy(cli, values, &set, &options, err) < 0)
		return -1;
	call.path = path_of(&call);
	struct index_config *config = &call.places.indexes;
	if (lock_index_config(cli, values, &set, config, err) < 0)
		return -1;
	call.places.binary = options.binary;
	call.places.binary_len = options.binary_len;
	struct lock_question question = { values,   request->files, &set,
					  &targets, config,         S("") };
	struct answer answer;
	if (find_answer(&call, &question, &answer))
		return give_answer(&call, &answer, result, err);
	mem_expect(EXPECTED_BYTES);
	read_present(&call);
	options.torch = &call.torch;
	if (read_cutoff(&call, err) < 0)
		return -1;
	AUTO(net_cleanup) struct net *net = NULL;
	AUTO(index_cleanup) struct index *index = NULL;
	if (torch_choose(cli, values, &call.present.lock, &targets, &call.torch, err) <
		    0 ||
	    open_net(cli, &net, err) < 0)
		return -1;
	places_add_torch(cli, &call.places, &call.torch);
	if (index_open(config, net, &index, err) < 0 ||
	    cutoff_apply(&call.cutoff, cli, index, targets.items, targets.len, &options,
			 err) < 0)
		return -1;
	struct direct_files direct;
	struct metadata_builds builds;
	direct_init(&direct, cli, net);
	direct.present = values->upgrade ? NULL : &call.present.lock;
	direct.released = &values->upgrade_packages;
	if (values->build) {
		metadata_builds_init(&builds, cli, &call.places, &options);
		builds.lock_path = call.path;
		builds.python = values->python_bin;
		builds.network = values->build_network;
		options.builds = direct.builds = &builds;
	}
	options.direct = &direct;
	if (direct_read(&direct, &set, targets.items, targets.len, err) < 0)
		return -1;
	lock_run_init(&call.run, cli, index, &targets, &options);
	int status = lock_and_write(&call, net, result, err);
	if (status == 0)
		keep_pins(&call);
	lock_run_release(&call.run);
	*request->ret_targets = targets;
	return status;
}
