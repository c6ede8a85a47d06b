// SPDX-License-Identifier: MIT
// Builds what a lock has no wheel for.
#include "pinbake/builds/build.h"

#include "pinbake/files/fetch.h"

#include "base/limits.h"
#include "base/origin.h"
#include "builder/sdist/sdist.h"
#include "pinbake/builds/requires.h"
#include "pinbake/builds/buildable.h"
#include "pinbake/builds/compare.h"
#include "pinbake/builds/workshop.h"
#include "pinbake/files/trees.h"
#include "net/url.h"
#include "packaging/filename.h"

#include <stdio.h>

enum { LIMIT_SECONDS = 3600 };

struct sdists {
	struct session *session;
	struct store *store;
	struct opened_lock *opened;
	struct lock_package **owners; // of the choices that are recorded: the lock's own
	const struct build_options *options;
	struct sdist_settings settings;
	struct workshop workshop;
	struct built_request request; // common to all but `sdist`
};

static size_t count_sdists(const struct lock_selection *selection)
{
	size_t count = 0;
	for (size_t i = 0; i < selection->len; i++)
		count += choice_is_built(&selection->items[i]);
	return count;
}

// --- one of them -----------------------------------------------------------------------------------------------------

static const struct lock_build *record_of(const struct sdists *sdists,
					  const struct lock_choice *choice)
{
	return lock_build_find(choice->package, sdists->opened->target.name);
}

// Opened by the option, or by the lock that was made with it.
static bool has_network(const struct sdists *sdists, const struct lock_build *record)
{
	return sdists->options->request->network || (record && record->network);
}

// Of the file, or of the part of it that is the project.
static struct sha256 digest_of_project(const struct lock_file *file)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	if (!file->subdirectory.len)
		return file->sha256;
	struct slice hex = sha256_hex(&scratch, &file->sha256);
	return sha256_of(arena_printf(&scratch, "%.*s %.*s", SLICE_ARG(hex),
				      SLICE_ARG(file->subdirectory)));
}

static struct sha256 key_of(const struct sdists *sdists, const struct lock_choice *choice)
{
	struct built_request request = sdists->request;
	const struct lock_build *record = record_of(sdists, choice);
	request.sdist = digest_of_project(choice->file);
	request.network = has_network(sdists, record);
	if (record)
		request.requires = lock_build_digest(record);
	else
		request.places = supply_digest(sdists->options->supply);
	return built_key(&request);
}

// The lock does not say that of a folder (751.9): its wheel does.
static void put_version(struct sdists *sdists, struct lock_choice *choice)
{
	struct arena *arena = sdists->session->arena;
	struct wheel_name name;
	struct version version;
	if (choice->package->version.len ||
	    wheel_name_parse(choice->file->name, &name) != FILENAME_OK ||
	    !version_parse(arena, name.version, &version))
		return;
	struct lock_package *package = arena_new(arena, struct lock_package);
	*package = *choice->package;
	package->version = version_normal(arena, &version);
	choice->package = package;
}

// As if the lock had named the wheel.
static void put_wheel(struct sdists *sdists, struct lock_choice *choice,
		      const struct built_wheel *wheel)
{
	struct lock_file *file = arena_new(sdists->session->arena, struct lock_file);
	*file = (struct lock_file){
		.kind = LOCK_WHEEL,
		.name = arena_dup(sdists->session->arena, wheel->name),
		.sha256 = wheel->sha256,
		.has_size = true,
		.size = wheel->size,
	};
	choice->file = file;
	put_version(sdists, choice);
}

static bool is_for_any_machine(struct slice wheel)
{
	return slice_ends_with(wheel, S("-any.whl"));
}

// What the lock should have said.
static void tell_what_was_resolved(struct sdists *sdists,
				   const struct lock_package *package,
				   const struct build_requires *requires)
{
	if (!requires->was_resolved || sdists->options->records)
		return;
	session_warn(sdists->session,
		     requires->record
			     ? "the lock does not record all that '%.*s' is built with: "
			       "the rest was resolved now"
			     : "the lock does not record what '%.*s' is built with: "
			       "that was resolved now",
		     SLICE_ARG(package->name));
}

// The record of the target, a new one where there is none.
static struct lock_build *record_to_write(struct sdists *sdists,
					  struct lock_package *package)
{
	struct lock_build *record = lock_build_find(package, sdists->opened->target.name);
	if (record)
		return record;
	package->builds =
		array_grow(sdists->session->arena, package->builds, package->builds_len,
			   &package->builds_cap, sizeof(*package->builds));
	record = &package->builds[package->builds_len++];
	*record = (struct lock_build){ .targets = arena_new(sdists->session->arena,
							    struct slice),
				       .targets_len = 1 };
	record->targets[0] = sdists->opened->target.name;
	return record;
}

// A folder's wheel changes with the folder, so that of today is not recorded (751.9).
static void record_wheel(struct sdists *sdists, const struct lock_package *package,
			 struct lock_build *record, const struct built_wheel *wheel)
{
	struct session *session = sdists->session;
	struct slice python = sdists->settings.python.version;
	if (package->has_directory)
		return;
	if (built_wheel_differs(record, wheel)) {
		struct slice how = built_wheel_difference(sdists->store, record, wheel,
							  python, session->arena);
		session_warn(session,
			     "'%.*s' is built to another wheel than was recorded: %.*s",
			     SLICE_ARG(package->name), SLICE_ARG(how));
	}
	built_wheel_record(record, wheel, python, session->arena);
}

static void write_record(struct sdists *sdists, struct lock_package *package,
			 const struct build_requires *requires,
			 const struct built_wheel *wheel)
{
	struct lock_build *record = record_to_write(sdists, package);
	if (requires->was_resolved) {
		struct lock_file before = record->wheel;
		struct slice before_python = record->python;
		*record = requires->resolved;
		record->wheel = before;
		record->python = before_python;
	}
	record->network = has_network(sdists, record);
	record_wheel(sdists, package, record, wheel);
}

static void report_build(struct sdists *sdists, const struct built_wheel *wheel,
			 const struct sdist_outcome *outcome, uint64_t started_ms)
{
	struct session *session = sdists->session;
	uint64_t took = work_clock_ms(&session->config.work) - started_ms;
	if (outcome->by_another) {
		session_tell(session, NOTICE_DETAIL,
			     "another process has just built %.*s",
			     SLICE_ARG(wheel->name));
		return;
	}
	session_tell(session, NOTICE_DETAIL,
		     "built %.*s in %llu.%02llu s with Python %.*s; log: %s",
		     SLICE_ARG(wheel->name), (unsigned long long)(took / 1000),
		     (unsigned long long)(took % 1000 / 10),
		     SLICE_ARG(sdists->settings.python.version), outcome->log_path);
}

// PEP 660 works in the folder itself.
static struct sdist_settings settings_for(const struct sdists *sdists,
					  const struct lock_choice *choice)
{
	struct arena *arena = sdists->session->arena;
	const struct lock_directory *directory = &choice->package->directory;
	struct sdist_settings settings = sdists->settings;
	if (!lock_tree_is_editable(choice))
		return settings;
	settings.editable = arena_c_string(arena, directory->path);
	if (directory->subdirectory.len)
		settings.editable =
			path_join(arena, settings.editable, directory->subdirectory);
	return settings;
}

static int run_build(struct sdists *sdists, struct lock_choice *choice,
		     struct build_requires *requires, struct built_wheel *ret_wheel,
		     struct error *err)
{
	struct session *session = sdists->session;
	struct sdist_host host = { install_build_requires, requires };
	struct sdist_settings settings = settings_for(sdists, choice);
	struct sdist_request request = { .choice = choice,
					 .settings = &settings,
					 .host = &host,
					 .key = key_of(sdists, choice) };
	struct sdist_outcome outcome;
	uint64_t started_ms = work_clock_ms(&session->config.work);
	settings.network = has_network(sdists, requires->record);
	session_tell(session, NOTICE_STEP, "building %.*s%s%.*s%s%s",
		     SLICE_ARG(choice->package->name),
		     choice->package->version.len ? " " : "",
		     SLICE_ARG(choice->package->version),
		     settings.editable ? " in its own folder" : "",
		     settings.network ? " with network" : "");
	if (sdist_build(sdists->store, &request, session->arena, &outcome, err) < 0) {
		session_tell_log(session, outcome.tail);
		return -1;
	}
	*ret_wheel = outcome.wheel;
	report_build(sdists, ret_wheel, &outcome, started_ms);
	return 0;
}

static int build_and_compare(struct sdists *sdists, size_t at,
			     struct build_requires *requires, struct error *err)
{
	struct session *session = sdists->session;
	struct lock_choice *choice = &sdists->opened->selection.items[at];
	struct built_wheel wheel;
	if (run_build(sdists, choice, requires, &wheel, err) < 0)
		return -1;
	tell_what_was_resolved(sdists, choice->package, requires);
	if (sdists->options->records)
		write_record(sdists, sdists->owners[at], requires, &wheel);
	else if (built_wheel_verify(sdists->store, requires->record, &wheel,
				    sdists->settings.python.version, session->arena,
				    err) < 0)
		return -1;
	if (!is_for_any_machine(wheel.name) && !sdists->settings.container)
		session_warn(
			session,
			"'%.*s' was compiled on this machine: the image needs the libraries it was linked to",
			SLICE_ARG(choice->package->name));
	put_wheel(sdists, choice, &wheel);
	return 0;
}

static int build_one(struct sdists *sdists, size_t at, struct error *err)
{
	const struct lock_choice *choice = &sdists->opened->selection.items[at];
	const struct lock_package *package = choice->package;
	const struct build_chain *outer = sdists->options->chain;
	struct build_chain chain = { package, outer, outer ? outer->depth + 1 : 0 };
	struct build_options inner = *sdists->options;
	struct build_requires requires = { .session = sdists->session,
					   .opened = sdists->opened,
					   .options = &inner,
					   .record = record_of(sdists, choice),
					   .owner = package->name };
	requires.is_own =
		lock_tree_is_own(sdists->session->arena, sdists->opened->path, package);
	inner.chain = &chain;
	if (build_chain_check(outer, package, err) < 0)
		return -1;
	if (build_and_compare(sdists, at, &requires, err) < 0)
		return error_during(err, "building '%.*s' %.*s", SLICE_ARG(package->name),
				    SLICE_ARG(package->version));
	return 0;
}

// --- all of them -----------------------------------------------------------------------------------------------------

// The recorded wheel itself, whoever built it. Not to record it again: it might be built
// to another one by now.
static void use_recorded_wheels(struct sdists *sdists)
{
	struct lock_selection *selection = &sdists->opened->selection;
	for (size_t i = 0; !sdists->options->records && i < selection->len; i++) {
		struct lock_choice *choice = &selection->items[i];
		const struct lock_build *record =
			choice_is_built(choice) ? record_of(sdists, choice) : NULL;
		if (!record || !record->wheel.name.len ||
		    !store_has_file(sdists->store, &record->wheel.sha256))
			continue;
		struct built_wheel wheel = { .name = record->wheel.name,
					     .sha256 = record->wheel.sha256,
					     .size = record->wheel.size };
		put_wheel(sdists, choice, &wheel);
	}
}

// A note of another wheel than the recorded one is no use; and where records are made, one
// of what is recorded already.
static bool is_of_use(const struct sdists *sdists, const struct lock_build *record,
		      const struct built_wheel *wheel)
{
	return !built_wheel_differs(record, wheel) &&
	       (!sdists->options->records || (record && record->wheel.name.len));
}

static void use_what_was_built(struct sdists *sdists)
{
	struct lock_selection *selection = &sdists->opened->selection;
	for (size_t i = 0; i < selection->len; i++) {
		struct lock_choice *choice = &selection->items[i];
		struct built_wheel wheel;
		struct sha256 key;
		if (!choice_is_built(choice) || lock_tree_is_editable(choice))
			continue;
		key = key_of(sdists, choice);
		if (built_find(sdists->store, sdists->session->config.cache_directory,
			       &key, sdists->session->arena, &wheel) &&
		    is_of_use(sdists, record_of(sdists, choice), &wheel))
			put_wheel(sdists, choice, &wheel);
	}
}

static int fetch_sdists(struct sdists *sdists, struct error *err)
{
	const struct lock_selection *selection = &sdists->opened->selection;
	struct lock_selection missing = { 0 };
	for (size_t i = 0; i < selection->len; i++)
		if (choice_is_built(&selection->items[i]))
			*array_push(sdists->session->arena, &missing) =
				selection->items[i];
	return fetch_files(sdists->session, sdists->options->supply, sdists->opened->path,
			   &missing, err);
}

static int build_missing(struct sdists *sdists, struct error *err)
{
	struct lock_selection *selection = &sdists->opened->selection;
	for (size_t i = 0; i < selection->len; i++) {
		if (choice_is_built(&selection->items[i]) &&
		    build_one(sdists, i, err) < 0)
			return -1;
		if (work_heed(&sdists->session->config.work, err) < 0)
			return -1;
	}
	return 0;
}

// What is baked or recorded of an editable folder is a copy of it as it is now.
static void tell_of_copies(struct sdists *sdists)
{
	const struct build_options *options = sdists->options;
	const struct lock_selection *selection = &sdists->opened->selection;
	for (size_t i = 0; !options->editable && !options->records && i < selection->len;
	     i++)
		if (lock_tree_is_editable(&selection->items[i]))
			session_warn(
				sdists->session,
				"'%.*s' is editable in the lock: what is baked is a copy of it as it is now",
				SLICE_ARG(selection->items[i].package->name));
}

// Taking a folder makes a copy of its package, so who owns it is noted before.
static int take_trees(struct sdists *sdists, struct error *err)
{
	struct opened_lock *opened = sdists->opened;
	struct lock_selection *selection = &opened->selection;
	sdists->owners = arena_new_array(sdists->session->arena, struct lock_package *,
					 selection->len);
	for (size_t i = 0; sdists->options->records && i < selection->len; i++)
		sdists->owners[i] =
			lock_own_package(&opened->lock, selection->items[i].package);
	tell_of_copies(sdists);
	return lock_take_trees(sdists->session, opened, sdists->options->editable, err);
}

static int refuse_network(const struct lock_package *package,
			  const struct lock_build *record, struct error *err)
{
	error_at(err, ERROR_INPUT, record->network_span,
		 "the lock asks that the build of '%.*s' %.*s may reach the network",
		 SLICE_ARG(package->name), SLICE_ARG(package->version));
	return error_hint(err, "if you want that, say --build-network");
}

// A lock may ask for the network, but it is not for it to grant.
static int check_network(const struct sdists *sdists, struct error *err)
{
	const struct lock_selection *selection = &sdists->opened->selection;
	for (size_t i = 0; i < selection->len; i++) {
		const struct lock_choice *choice = &selection->items[i];
		const struct lock_build *record =
			choice_is_built(choice) ? record_of(sdists, choice) : NULL;
		if (record && record->network && !sdists->options->request->network &&
		    origin_leave(ORIGIN_LOCK, DECISION_BUILD_NETWORK) != LEAVE_HEEDED)
			return refuse_network(choice->package, record, err);
	}
	return 0;
}

// Where it may be built, and that the lock does not ask for more than the user grants.
static int open_workshop(struct sdists *sdists, struct error *err)
{
	bool is_refused = check_network(sdists, err) < 0;
	int status = is_refused
			     ? -1
			     : workshop_open(sdists->session, &sdists->opened->target,
					     &sdists->workshop, &sdists->settings, err);
	if (sdists->options->ret_refused)
		*sdists->options->ret_refused = is_refused || sdists->workshop.is_refused;
	return status;
}

int build_sdists(struct session *session, struct opened_lock *opened,
		 const struct build_options *options, struct error *err)
{
	struct sdists sdists = {
		.session = session,
		.opened = opened,
		.options = options,
		.settings = {
			.cache_directory = session->config.cache_directory,
			.network = options->request->network,
			.limit_seconds = LIMIT_SECONDS,
			.work = &session->config.work,
		},
		.request = {
			.target = opened->target.name,
			.exclude_newer = opened->lock.exclude_newer,
			.package_cutoffs = opened->lock.package_cutoffs,
			.package_cutoffs_len = opened->lock.package_cutoffs_len,
			.network = options->request->network,
		},
	};
	if (session_store(session, &sdists.store, err) < 0 ||
	    take_trees(&sdists, err) < 0)
		return -1;
	if (count_sdists(&opened->selection) == 0)
		return 0;
	use_recorded_wheels(&sdists);
	if (count_sdists(&opened->selection) == 0)
		return 0;
	if (workshop_find(session, &opened->target, options->request, &sdists.workshop,
			  err) < 0)
		return -1;
	workshop_describe(&sdists.workshop, &sdists.request);
	use_what_was_built(&sdists);
	if (count_sdists(&opened->selection) == 0)
		return 0;
	if (open_workshop(&sdists, err) < 0 || fetch_sdists(&sdists, err) < 0)
		return -1;
	return build_missing(&sdists, err);
}
