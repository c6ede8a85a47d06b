// SPDX-License-Identifier: MIT
// One request to its locks: inputs, the present lock, the solve or what would help, what builds are made with.
#include "pinbake/builds/records.h"
#include "pinbake/files/digests.h"
#include "pinbake/files/trees.h"
#include "pinbake/inputs.h"
#include "pinbake/merge.h"
#include "pinbake/parts.h"
#include "pinbake/preparation.h"
#include "pinbake/present.h"
#include "pinbake/relock.h"
#include "pinbake/remembered.h"
#include "pinbake/reach.h"

#include "base/limits.h"
#include "lockfile/load.h"
#include "lockfile/undated.h"

// All locks of one request.
struct locking {
	struct session *session;
	const struct lock_request *request;
	struct preferences preferred; // pins of the locks so far
	struct relock relock;         // the locks that were there so far
	struct lock_outcome *outcome;
};

// One of them.
struct job {
	struct locking *locking;
	struct session *session;
	struct lock_request request; // the part's own inputs, targets and backend in it
	const char *path;
	uint64_t started_ms;
	struct slice present_text; // "" for none
	struct present present;
	struct preparation prepared;
	struct preferences preferred;
	struct solution *solution;
	struct lock lock;
	struct lock_part part;
	bool wants_split; // each target would do alone
	// Whether the answer may be kept, and for what
	bool may_keep;
	size_t said_before; // diagnostics at that time
	struct remembered_question question;
};

// --- what is asked ---------------------------------------------------------------------------------------------------

static struct lock_request request_of(const struct lock_request *whole,
				      const struct part *part)
{
	struct lock_request request = *whole;
	request.inputs.extras = part->extras;
	request.inputs.groups = part->groups;
	request.inputs.all_extras &= part->name.len == 0;
	if (part->targets.len)
		request.targets = part->targets;
	if (part->torch_backend && !request.indexes.torch_backend)
		request.indexes.torch_backend = part->torch_backend;
	return request;
}

// --- the present lock ------------------------------------------------------------------------------------------------

static bool has_present(const struct job *job)
{
	return job->path && file_exists(job->path);
}

static struct slice read_present_text(struct job *job)
{
	struct slice text = S("");
	struct error ignored;
	if (has_present(job))
		(void)!file_read(job->path, LIMIT_TEXT_FILE_BYTES, ERROR_INPUT,
				 job->session->arena, &text, &ignored);
	return text;
}

// The lock that pins, commits and records are kept of; NULL: none.
static const struct lock *kept_lock(const struct job *job)
{
	return job->request.present.upgrade ? NULL : &job->present.lock.lock;
}

// One that is upgraded vouches for nothing.
static void note_present(struct job *job)
{
	struct relock *relock = &job->locking->relock;
	struct lock *lock = arena_new(job->session->arena, struct lock);
	relock->set = &job->prepared.set;
	relock->supply = &job->prepared.supply;
	relock->released = &job->present.released;
	if (!kept_lock(job))
		return;
	*lock = *kept_lock(job);
	relock_add(relock, lock);
}

static void prefer_present_pins(struct job *job)
{
	preferences_init(&job->preferred, job->session->arena);
	if (kept_lock(job))
		preferences_add_lock(&job->preferred, kept_lock(job),
				     &job->present.released);
	preferences_add_all(&job->preferred, &job->present.pins);
	preferences_add_all(&job->preferred, &job->locking->preferred);
	job->prepared.solve.preferred = &job->preferred;
}

// For the locks that follow. The texts of a lock end with its index.
static void keep_pins(struct job *job)
{
	struct arena *arena = job->session->arena;
	for (size_t i = 0; i < job->lock.len; i++)
		preferences_add(&job->locking->preferred,
				arena_dup(arena, job->lock.packages[i].name),
				arena_dup(arena, job->lock.packages[i].version));
}

// --- failing -----------------------------------------------------------------------------------------------------

enum {
	HINT_SOLVES = 20,
	HINT_MS = 5000,
	REPAIR_SOLVES = 400,
	REPAIR_MS = 120000,
	REMOVALS = 3
};

static int explain_failure(struct job *job, const struct repair_list *repairs,
			   struct error *err)
{
	struct lock_outcome *outcome = job->locking->outcome;
	struct arena *arena = job->session->arena;
	struct slice hint = repairs_hint(arena, repairs);
	if (repairs->len == 0 && !solution_wants_build(job->solution) &&
	    solution_solves_apart(job->solution, HINT_MS))
		hint = S("--split locks targets apart that no one version fits");
	if (err->kind == ERROR_NO && solution_has_conflict(job->solution)) {
		outcome->has_explanation = true;
		outcome->repairs = *repairs;
		explain_conflict(job->solution, arena, &outcome->facts);
		*err = (struct error){ 0 };
		return explain_headline(&outcome->facts, hint, err);
	}
	if (job->prepared.solve.targets.len > 1)
		error_during(err, "locking for %.*s",
			     SLICE_ARG(job->prepared.solve.targets
					       .items[solution_failed(job->solution)]
					       .name));
	return -1;
}

static int solve_repaired(struct job *job, const struct repair *repair, struct error *err)
{
	struct resolve_request solve;
	if (repair_request(job->solution, repair, &solve, err) < 0)
		return -1;
	solution_free(job->solution);
	job->solution = NULL;
	job->prepared.solve = solve;
	*err = (struct error){ 0 };
	job->part.edits = &repair->edits;
	return driver_solve(&job->prepared.driver, &job->prepared.solve, &job->solution,
			    err);
}

// Tells what cannot hold, or with `repair` solves by the smallest edits.
static int repair_or_explain(struct job *job, struct error *err)
{
	bool wanted = job->request.repair;
	struct repair_limits limits = { wanted ? REPAIR_SOLVES : HINT_SOLVES,
					wanted ? REPAIR_MS : HINT_MS, REMOVALS };
	struct repair_list repairs = { 0 };
	struct error why = *err;
	bool is_conflict = err->kind == ERROR_NO && (wanted || !err->span.source) &&
			   !solution_wants_build(job->solution);
	if (is_conflict && explain_repairs(job->solution, &job->prepared.cutoff, &limits,
					   &why, &repairs, err) < 0)
		return -1;
	if (!wanted || repairs.len == 0)
		return explain_failure(job, &repairs, err);
	return solve_repaired(job, &repairs.items[0], err);
}

// pins: NULL where there is no solution, perhaps because of a file that is another one now. Then *err is the reason for
// that, unless this one comes first.
static int check_locked_files(struct job *job, const struct pin_list *pins,
			      struct error *err)
{
	struct error other = { 0 };
	if (err->kind == ERROR_INTERRUPTED || err->kind == ERROR_INTEGRITY ||
	    relock_check_index(&job->locking->relock, job->prepared.driver.index, pins,
			       &other) == 0)
		return 0;
	*err = other;
	return -1;
}

static int solve(struct job *job, struct error *err)
{
	const struct target_list *targets = &job->prepared.solve.targets;
	prefer_present_pins(job);
	if (driver_solve(&job->prepared.driver, &job->prepared.solve, &job->solution,
			 err) < 0) {
		if (check_locked_files(job, NULL, err) < 0)
			return -1;
		if (err->kind == ERROR_NO && job->request.may_split &&
		    !solution_wants_build(job->solution) &&
		    solution_solves_apart(job->solution, REPAIR_MS)) {
			job->wants_split = true;
			return -1;
		}
		if (repair_or_explain(job, err) < 0)
			return -1;
	}
	for (size_t i = 0; i < targets->len; i++)
		if (find_missing_digests(job->session, job->prepared.solve.requirements,
					 solution_pins(job->solution, i), err) < 0)
			return -1;
	if (explain_hashes(job->solution, err) < 0 ||
	    merge_pins(job->session->arena, job->solution, job->path, &job->lock, err) <
		    0)
		return -1;
	for (size_t i = 0; i < targets->len; i++)
		if (check_locked_files(job, solution_pins(job->solution, i), err) < 0)
			return -1;
	return relock_check(&job->locking->relock, &job->lock, err);
}

// --- builds ----------------------------------------------------------------------------------------------------------

static int record_builds(struct job *job, struct error *err)
{
	const struct build_request *builds = &job->request.builds;
	struct build_records records = {
		.session = job->session,
		.supply = &job->prepared.supply,
		.lock_path = job->path ? job->path : "pylock.toml",
		.targets = &job->prepared.solve.targets,
		.present = kept_lock(job),
		.released = &job->present.released,
		.network = builds->network,
	};
	if (job->request.only_pins)
		return 0;
	if (build_records_add(&records, &job->lock, err) < 0 ||
	    (builds->allowed &&
	     build_records_build(&records, builds, &job->lock, err) < 0))
		return -1;
	build_records_join(job->session->arena, &job->lock);
	return 0;
}

// --- the outcome -----------------------------------------------------------------------------------------------------

// As answers keep it: "packages undated targets cutoff first-target".
static struct slice summary_text(struct arena *arena, const struct lock_part *part)
{
	return arena_printf(arena, "%zu %zu %zu %.*s %.*s", part->packages, part->undated,
			    part->targets, SLICE_ARG(part->cutoff),
			    SLICE_ARG(part->target));
}

static bool read_summary(struct slice summary, struct lock_part *part)
{
	uint64_t numbers[3];
	struct slice word;
	for (size_t i = 0; i < 3; i++)
		if (!slice_cut(&summary, ' ', &word) ||
		    !slice_parse_u64(word, UINT32_MAX, &numbers[i]))
			return false;
	part->packages = (size_t)numbers[0];
	part->undated = (size_t)numbers[1];
	part->targets = (size_t)numbers[2];
	bool has_target = slice_cut(&summary, ' ', &part->cutoff);
	part->target = summary;
	return has_target;
}

// A lock is not given out unless it can be read again: no later command may be the first to refuse it.
static int check_readable(const struct job *job, struct error *err)
{
	struct arena *arena = job->session->arena;
	struct source *source = arena_new(arena, struct source);
	struct diagnostics problems = { .arena = arena };
	struct lock ignored;
	*source = (struct source){ S("the new lock"), job->part.text };
	if (lock_read(source, arena, &ignored, &problems) == 0)
		return 0;
	size_t first = 0; // what is an error among warnings
	while (problems.items[first].severity != SEVERITY_ERROR)
		first++;
	*err = problems.items[first].error;
	error_hint(err, "no lock can hold that: rename the file or folder, or take "
			"another release");
	return error_during(err, "writing a lock that can be read again");
}

static struct slice named_by_text(struct arena *arena, const struct lock_package *package)
{
	struct buf text = { .arena = arena };
	for (size_t i = 0; i < package->named_by_len; i++)
		buf_printf(&text, "%s%.*s", i ? ", " : "",
			   SLICE_ARG(package->named_by[i]));
	return buf_slice(&text);
}

// owner: whose build the packages are for; "" for the lock's own.
static void add_named(struct job *job, const struct lock_package *packages, size_t len,
		      struct slice owner)
{
	struct arena *arena = job->session->arena;
	for (size_t i = 0; i < len; i++) {
		const struct lock_package *package = &packages[i];
		struct slice by = named_by_text(arena, package);
		bool is_direct = package->has_archive || package->has_vcs;
		if (!by.len && is_direct && owner.len)
			by = arena_printf(arena, "the build of %.*s", SLICE_ARG(owner));
		if (by.len)
			*array_push(arena, &job->part.by_metadata) =
				arena_printf(arena, "%.*s (%.*s)",
					     SLICE_ARG(package->name), SLICE_ARG(by));
		bool is_own = lock_tree_is_own(arena, job->prepared.lock_path, package);
		for (size_t j = 0; j < package->builds_len; j++)
			add_named(job, package->builds[j].packages,
				  package->builds[j].len, is_own ? S("") : package->name);
	}
}

static int fill_part(struct job *job, struct error *err)
{
	struct lock_part *part = &job->part;
	part->text = lock_write(job->session->arena, &job->lock);
	if (check_readable(job, err) < 0)
		return -1;
	part->present_text = job->present_text;
	part->packages = job->lock.len;
	if (lock_has_cutoff(&job->lock))
		part->undated = lock_undated(job->session->arena, &job->lock).len;
	add_named(job, job->lock.packages, job->lock.len, S(""));
	part->targets = job->lock.targets_len;
	part->target = arena_dup(job->session->arena, job->lock.targets[0]);
	part->cutoff = job->lock.exclude_newer;
	if (job->request.present.upgrade && job->lock.exclude_newer.len == 0)
		part->ended_cutoff = job->present.lock.lock.exclude_newer;
	part->counts = solution_counts(job->solution);
	part->index_counts = index_counts(job->prepared.driver.index);
	return 0;
}

static void put_part(struct job *job)
{
	struct lock_part *part =
		array_push(job->session->arena, &job->locking->outcome->parts);
	job->part.path = job->path;
	job->part.took_ms = work_clock_ms(&job->session->config.work) - job->started_ms;
	*part = job->part;
}

// --- answers of earlier sessions ------------------------------------------------------------------------------------

// Of several locks each goes by the pins of those before it.
static bool is_alone(const struct job *job, const struct part *part)
{
	return part->name.len == 0 && part->targets.len == 0 &&
	       job->locking->preferred.items.len == 0;
}

static bool find_answer(struct job *job, const struct part *part)
{
	struct session *session = job->session;
	const struct remembered_call call = { .request = &job->request,
					      .set = &job->prepared.set,
					      .config = &job->prepared.supply.indexes,
					      .present = job->present_text };
	struct remembered_answer answer;
	job->may_keep =
		is_alone(job, part) && remembered_ask(session, &call, &job->question);
	job->said_before = session->diagnostics->len;
	if (!job->may_keep ||
	    !remembered_find(session, &job->question, &job->prepared.supply.indexes,
			     &answer) ||
	    !read_summary(answer.summary, &job->part))
		return false;
	job->part.is_remembered = true;
	job->part.text = answer.text;
	job->part.present_text = job->question.present;
	return true;
}

// A source distribution may have been built, by whatever interpreter is here.
static bool are_wheels(const struct job *job)
{
	for (size_t i = 0; i < job->prepared.solve.targets.len; i++) {
		const struct pin_list *pins = solution_pins(job->solution, i);
		for (size_t j = 0; j < pins->len; j++)
			if (pins->items[j].file->kind != FILE_WHEEL)
				return false;
	}
	return true;
}

// Only of a solve that had nothing else to say, and that found a good lock or none.
static void keep_answer(struct job *job)
{
	struct session *session = job->session;
	const struct remembered_answer answer = {
		job->part.text, summary_text(session->arena, &job->part)
	};
	if (job->may_keep && !job->part.edits &&
	    session->diagnostics->len == job->said_before &&
	    job->said_before < DIAGNOSTICS_MAX &&
	    job->prepared.driver.direct.files.len == 0 &&
	    !job->prepared.driver.direct.looked_elsewhere && are_wheels(job))
		remembered_keep(session, &job->question, job->prepared.driver.index,
				&answer);
}

// --- one lock --------------------------------------------------------------------------------------------------------

static int solve_and_fill(struct job *job, struct error *err)
{
	struct session *session = job->session;
	if (solve(job, err) < 0)
		return -1;
	torch_note(session->arena, &job->prepared.torch, &job->lock);
	if (record_builds(job, err) < 0 ||
	    relock_check(&job->locking->relock, &job->lock, err) < 0 ||
	    explain_places(job->solution, session->diagnostics, err) < 0 ||
	    fill_part(job, err) < 0)
		return -1;
	explain_advice(job->solution, session->diagnostics);
	if (job->prepared.cutoff.kind == CUTOFF_PINS &&
	    job->prepared.solve.policy.exclude_newer.len == 0)
		session_warn(
			session,
			"the index does not say when the pins were uploaded, so nothing is excluded");
	keep_answer(job);
	put_part(job);
	keep_pins(job);
	return 0;
}

static int solve_with_index(struct job *job, struct error *err)
{
	if (preparation_open(&job->prepared, err) < 0)
		return -1;
	int status = solve_and_fill(job, err);
	solution_free(job->solution);
	return status;
}

// What a resolve of a few hundred packages takes.
enum { EXPECTED_BYTES = 16 * MIB };

static int run_job(struct job *job, const struct part *part, struct error *err)
{
	const struct lock_request *request = &job->request;
	struct preparation *prepared = &job->prepared;
	struct session *session = job->session;
	*prepared =
		(struct preparation){ .session = job->session,
				      .request = request,
				      .lock_path = job->path ? job->path : "pylock.toml",
				      .present = &job->present.lock.lock,
				      .released = &job->present.released };
	if (reach_begin(job->session, &request->indexes, err) < 0 ||
	    inputs_read(job->session, &request->inputs, &prepared->set, err) < 0 ||
	    inputs_check_python(&prepared->set, &request->targets, err) < 0 ||
	    preparation_policy(prepared, err) < 0 ||
	    preparation_supply(prepared, &request->indexes, err) < 0)
		return -1;
	job->present_text = read_present_text(job);
	if (find_answer(job, part)) {
		put_part(job);
		return 0;
	}
	mem_expect(EXPECTED_BYTES);
	if (present_read(session, job->path, &request->present, &job->present, err) < 0)
		return -1;
	present_add_bounds(&job->present, session->arena, &prepared->set);
	prepared->kept = kept_lock(job);
	prepared->relock = &job->locking->relock;
	note_present(job);
	if (preparation_cutoff(prepared, err) < 0 || preparation_torch(prepared, err) < 0)
		return -1;
	int status = solve_with_index(job, err);
	preparation_release(prepared);
	return status;
}

// --- all of them -----------------------------------------------------------------------------------------------------

static int lock_part(struct locking *locking, const struct part *part, bool may_split,
		     struct error *err);

static int lock_parts(struct locking *locking, const struct part_list *parts,
		      bool may_split, struct error *err)
{
	locking->outcome->is_several |= parts->len > 1;
	if (parts->len > 1 && !locking->request->path)
		return error_set(err, ERROR_USAGE,
				 "%zu locks are to be written, and stdout is one place",
				 parts->len);
	for (size_t i = 0; i < parts->len; i++)
		if (lock_part(locking, &parts->items[i], may_split, err) < 0)
			return -1;
	return 0;
}

static int lock_part(struct locking *locking, const struct part *part, bool may_split,
		     struct error *err)
{
	struct session *session = locking->session;
	struct job job = { .locking = locking,
			   .session = session,
			   .request = request_of(locking->request, part),
			   .started_ms = work_clock_ms(&session->config.work) };
	struct part_list parts;
	job.request.may_split &= may_split;
	job.part.name = part->name;
	if (job.request.path)
		job.path = part_path(session->arena, job.request.path, part->name);
	if (run_job(&job, part, err) == 0)
		return 0;
	if (!job.wants_split)
		return -1;
	*err = (struct error){ 0 };
	locking->outcome->is_several = true;
	parts_of_targets(session->arena, part, &job.request.targets, &parts);
	return lock_parts(locking, &parts, false, err);
}

int pinbake_lock(struct session *session, const struct lock_request *request,
		 struct arena *arena, struct lock_outcome *ret_outcome,
		 struct diagnostics *diagnostics, struct error *err)
{
	struct locking locking = { .session = session,
				   .request = request,
				   .outcome = ret_outcome };
	struct part_list parts;
	*ret_outcome = (struct lock_outcome){ 0 };
	session->arena = arena;
	session->diagnostics = diagnostics;
	session->source_include = request->builds.source_include;
	preferences_init(&locking.preferred, arena);
	relock_init(&locking.relock, arena, diagnostics);
	if (parts_of_conflicts(session, request, &parts, err) < 0)
		return -1;
	return lock_parts(&locking, &parts, true, err);
}
