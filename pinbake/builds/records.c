// SPDX-License-Identifier: MIT
// Finds out what each source distribution is built with.
#include "pinbake/builds/records.h"

#include "base/text.h"
#include "pinbake/builds/resolve.h"
#include "pinbake/builds/buildable.h"
#include "pinbake/files/trees.h"
#include "packaging/name.h"

#include <string.h>

// Requirements that were resolved before: most source distributions ask for the same.
struct known {
	struct slice key; // target and whose word it is, requirements, a line each
	struct lock_build build;
};

struct recording {
	const struct build_records *records;
	struct arena *arena;
	const struct lock *lock;
	const struct target *target;
	struct {
		struct known *items;
		size_t len, cap;
	} known;
};

static int record_source(struct recording *run, const struct build_source *source,
			 const struct build_chain *chain, struct error *err);

// --- the present lock's records --------------------------------------------------------

static bool names_released(const struct recording *run, const struct lock_build *build)
{
	for (size_t i = 0; i < build->len; i++)
		if (names_have(run->records->released, build->packages[i].name))
			return true;
	return false;
}

static bool same_cutoffs(const struct lock *a, const struct lock *b)
{
	if (!slice_eq(a->exclude_newer, b->exclude_newer) ||
	    a->package_cutoffs_len != b->package_cutoffs_len)
		return false;
	for (size_t i = 0; i < a->package_cutoffs_len; i++)
		if (!slice_eq(a->package_cutoffs[i].name, b->package_cutoffs[i].name) ||
		    !slice_eq(a->package_cutoffs[i].moment, b->package_cutoffs[i].moment))
			return false;
	return true;
}

static bool same_commit(const struct lock_vcs *a, const struct lock_vcs *b)
{
	return slice_eq(a->url, b->url) && slice_eq(a->path, b->path) &&
	       slice_eq(a->commit_id, b->commit_id) &&
	       slice_eq(a->subdirectory, b->subdirectory);
}

static bool same_file(const struct lock_file *a, const struct lock_file *b)
{
	return sha256_eq(&a->sha256, &b->sha256) &&
	       slice_eq(a->subdirectory, b->subdirectory);
}

static struct slice address_of(const struct lock_package *package)
{
	if (package->has_archive)
		return package->archive.url;
	return package->has_vcs ? package->vcs.url : S("");
}

// What is built with came from an address that what is built may not name any more.
static bool may_be_named(const struct recording *run, const struct lock_build *build)
{
	struct address_rules rules = supply_address_rules(run->records->supply);
	for (size_t i = 0; i < build->len; i++) {
		const struct lock_package *package = &build->packages[i];
		bool is_direct = package->has_archive || package->has_vcs ||
				 package->has_directory;
		if (is_direct &&
		    !address_rules_admit(&rules, package->name, address_of(package)))
			return false;
		for (size_t j = 0; j < package->builds_len; j++)
			if (!may_be_named(run, &package->builds[j]))
				return false;
	}
	return true;
}

// What an index is no longer asked for, or what is no longer taken, must not be built with any more, either.
static bool may_come_from(const struct supply *supply, const struct lock_build *build)
{
	for (size_t i = 0; i < build->len; i++) {
		const struct lock_package *package = &build->packages[i];
		bool is_built = package->wheels_len == 0 && package->has_sdist;
		if (package->index.len &&
		    !supply_admits(supply, package->name, package->index))
			return false;
		if (is_built && binary_mode_of(supply->binary, supply->binary_len,
					       package->name) == BINARY_ONLY)
			return false;
		for (size_t j = 0; j < package->builds_len; j++)
			if (!may_come_from(supply, &package->builds[j]))
				return false;
	}
	return true;
}

// Of folders only the place: what is in them may have changed.
static bool same_source(const struct lock_package *a, const struct lock_package *b)
{
	if (a->has_vcs)
		return b->has_vcs && same_commit(&a->vcs, &b->vcs);
	if (a->has_directory)
		return b->has_directory &&
		       slice_eq(a->directory.path, b->directory.path) &&
		       slice_eq(a->directory.subdirectory, b->directory.subdirectory);
	if (a->has_archive)
		return b->has_archive && same_file(&a->archive, &b->archive);
	return a->has_sdist && b->has_sdist && same_file(&a->sdist, &b->sdist);
}

// The record that the present lock has of the same source, or NULL.
static const struct lock_build *present_record(const struct recording *run,
					       const struct lock_package *package)
{
	const struct lock *present = run->records->present;
	for (size_t i = 0; present && i < present->len; i++)
		if (same_source(&present->packages[i], package))
			return lock_build_find(&present->packages[i], run->target->name);
	return NULL;
}

// The same, where it still holds.
static const struct lock_build *valid_record(const struct recording *run,
					     const struct lock_package *package)
{
	const struct lock_build *record = present_record(run, package);
	return record && !names_released(run, record) &&
			       same_cutoffs(run->records->present, run->lock) &&
			       may_come_from(run->records->supply, record) &&
			       (lock_tree_is_own(run->arena, run->records->lock_path,
						 package) ||
				may_be_named(run, record))
		       ? record
		       : NULL;
}

// Does the record of a folder answer what the folder asks for by now? Its backend may
// have asked for more.
static bool answers(struct arena *arena, const struct lock_build *record,
		    const struct build_system *system)
{
	for (size_t i = 0; i < system->requires_len; i++)
		if (!slices_have(record->requires, record->requires_len,
				 build_requirement_text(arena, system->requires[i])))
			return false;
	return true;
}

static void add_record(struct recording *run, struct lock_package *package,
		       const struct lock_build *build)
{
	package->builds = array_grow(run->arena, package->builds, package->builds_len,
				     &package->builds_cap, sizeof(*package->builds));
	struct lock_build *added = &package->builds[package->builds_len++];
	*added = *build;
	added->targets = arena_new(run->arena, struct slice);
	added->targets[0] = run->target->name;
	added->targets_len = 1;
	added->network |= run->records->network;
}

// --- its source --------------------------------------------------------------------------

static int take_sources(struct recording *run, const struct lock *lock,
			struct build_source_list *sources, struct error *err)
{
	const struct build_records *records = run->records;
	if (sources->len == 0)
		return 0;
	return build_sources_take(records->session, records->supply, records->lock_path,
				  lock, run->target, sources, err);
}

// --- what it is built with -------------------------------------------------------------

static struct slice key_of(struct recording *run, const struct lock_package *owner,
			   const struct build_system *system)
{
	struct buf text = { .arena = run->arena };
	bool is_own = lock_tree_is_own(run->arena, run->records->lock_path, owner);
	buf_printf(&text, "%.*s%s\n", SLICE_ARG(run->target->name), is_own ? " own" : "");
	for (size_t i = 0; i < system->requires_len; i++)
		buf_printf(&text, "%.*s\n", SLICE_ARG(system->requires[i]));
	return buf_slice(&text);
}

static const struct lock_package *find_package(const struct lock_build *build,
					       struct slice name)
{
	for (size_t i = 0; i < build->len; i++)
		if (slice_eq(build->packages[i].name, name))
			return &build->packages[i];
	return NULL;
}

// setuptools before 70.1 cannot write wheels by itself, and asks for `wheel` only when it
// runs.
static bool lacks_wheel(struct arena *arena, const struct build_system *system,
			const struct lock_build *build)
{
	const struct lock_package *setuptools = find_package(build, S("setuptools"));
	struct version found, able;
	return setuptools && !find_package(build, S("wheel")) &&
	       slice_starts_with(system->backend, S("setuptools.build_meta")) &&
	       version_parse(arena, setuptools->version, &found) &&
	       version_parse(arena, S("70.1"), &able) && version_cmp(&found, &able) < 0;
}

static struct slice owner_text(struct arena *arena, const struct lock_package *package)
{
	return arena_printf(arena, "%.*s%s%.*s", SLICE_ARG(package->name),
			    package->version.len ? " " : "", SLICE_ARG(package->version));
}

static int resolve(struct recording *run, const struct lock_package *owner,
		   const struct build_system *system, const struct lock_build *former,
		   struct lock_build *ret_build, struct error *err)
{
	struct arena *arena = run->arena;
	struct build_query query = {
		.session = run->records->session,
		.supply = run->records->supply,
		.lock = run->lock,
		.lock_path = run->records->lock_path,
		.target = run->target,
		.requires = system->requires,
		.requires_len = system->requires_len,
		.owner = owner_text(arena, owner),
		.is_own = lock_tree_is_own(arena, run->records->lock_path, owner),
		.former = former,
		.released = run->records->released,
	};
	return build_resolve(&query, ret_build, err);
}

static int resolve_system(struct recording *run, const struct lock_package *owner,
			  const struct build_system *system, struct lock_build *ret_build,
			  struct error *err)
{
	size_t len = system->requires_len;
	struct build_system more = *system;
	if (resolve(run, owner, system, present_record(run, owner), ret_build, err) < 0)
		return -1;
	if (!lacks_wheel(run->arena, system, ret_build))
		return 0;
	more.requires = arena_new_array(run->arena, struct slice, len + 1);
	if (len)
		memcpy(more.requires, system->requires, len * sizeof(*more.requires));
	more.requires[len] = S("wheel");
	more.requires_len = len + 1;
	return resolve(run, owner, &more, ret_build, ret_build, err);
}

// A record is a small lock.
static int record_inner(struct recording *run, struct lock_build *build,
			const struct build_chain *chain, struct error *err)
{
	struct lock inner = *run->lock;
	inner.packages = build->packages;
	inner.len = inner.cap = build->len;
	struct build_source_list sources =
		build_sources_select(run->arena, &inner, run->target);
	if (take_sources(run, &inner, &sources, err) < 0)
		return -1;
	for (size_t i = 0; i < sources.len; i++)
		if (build_chain_check(chain, sources.items[i].owner, err) < 0 ||
		    record_source(run, &sources.items[i], chain, err) < 0)
			return -1;
	return 0;
}

static int find_build(struct recording *run, const struct build_source *source,
		      const struct build_chain *chain, struct lock_build *ret_build,
		      struct error *err)
{
	struct build_system system;
	struct lock_build build = { 0 };
	if (build_source_system(run->records->session, source, &system, err) < 0)
		return -1;
	const struct lock_build *valid = valid_record(run, source->owner);
	if (source->owner->has_directory && valid &&
	    answers(run->arena, valid, &system)) {
		*ret_build = *valid;
		return 0;
	}
	struct slice key = key_of(run, source->owner, &system);
	for (size_t i = 0; i < run->known.len; i++)
		if (slice_eq(run->known.items[i].key, key)) {
			*ret_build = run->known.items[i].build;
			return 0;
		}
	if (resolve_system(run, source->owner, &system, &build, err) < 0 ||
	    record_inner(run, &build, chain, err) < 0)
		return -1;
	*array_push(run->arena, &run->known) = (struct known){ key, build };
	*ret_build = build;
	return 0;
}

// A chain goes no deeper than LIMIT_BUILD_DEPTH.
static int record_source(struct recording *run, const struct build_source *source,
			 const struct build_chain *chain, struct error *err)
{
	struct build_chain link = { source->owner, chain, chain ? chain->depth + 1 : 0 };
	struct lock_build build;
	if (find_build(run, source, &link, &build, err) < 0)
		return -1;
	add_record(run, source->owner, &build);
	return 0;
}

// --- all of them -----------------------------------------------------------------------

// A source that is out of reach is no answer, unless nobody wanted to ask it.
static bool is_answer(const struct session *session, enum error_kind kind)
{
	return kind == ERROR_NO || kind == ERROR_INPUT ||
	       (kind == ERROR_SOURCE && session->config.offline);
}

static int record_or_warn(struct recording *run, const struct build_source *source,
			  struct error *err)
{
	struct session *session = run->records->session;
	const struct lock_package *package = source->owner;
	struct error why = { 0 };
	if (record_source(run, source, NULL, &why) == 0)
		return 0;
	if (why.refused || !is_answer(session, why.kind)) {
		*err = why;
		return error_during(err, "finding out what '%.*s' is built with",
				    SLICE_ARG(package->name));
	}
	session_warn(session,
		     "the lock does not record what '%.*s'%s%.*s is built with: %s",
		     SLICE_ARG(package->name), package->version.len ? " " : "",
		     SLICE_ARG(package->version), why.cause);
	return 0;
}

// The lock's sources for this target that the present lock does not answer for.
static struct build_source_list missing_records(struct recording *run, struct lock *lock)
{
	struct build_source_list missing = { 0 };
	struct build_source_list all =
		build_sources_select(run->arena, lock, run->target);
	for (size_t i = 0; i < all.len; i++) {
		struct lock_package *package = all.items[i].owner;
		const struct lock_build *valid = valid_record(run, package);
		if (valid && !package->has_directory)
			add_record(run, package, valid);
		else
			*array_push(run->arena, &missing) = all.items[i];
	}
	return missing;
}

static int record_target(struct recording *run, struct lock *lock, struct error *err)
{
	struct session *session = run->records->session;
	struct build_source_list missing = missing_records(run, lock);
	if (take_sources(run, lock, &missing, err) < 0) {
		if (!is_answer(session, err->kind))
			return -1;
		*err = (struct error){ 0 };
		session_warn(
			session,
			"the lock does not record what source distributions are built with: "
			"they are not in the store");
		return 0;
	}
	for (size_t i = 0; i < missing.len; i++)
		if (record_or_warn(run, &missing.items[i], err) < 0)
			return -1;
	return 0;
}

// Enough to spare every other lock the rest.
static bool may_build(const struct lock *lock)
{
	for (size_t i = 0; i < lock->len; i++) {
		const struct lock_package *package = &lock->packages[i];
		if (package->has_sdist || package->has_archive || package->has_vcs ||
		    package->has_directory)
			return true;
	}
	return false;
}

int build_records_add(const struct build_records *records, struct lock *lock,
		      struct error *err)
{
	struct recording run = { .records = records,
				 .arena = records->session->arena,
				 .lock = lock };
	int status = 0;
	for (size_t i = 0; status == 0 && may_build(lock) && i < records->targets->len;
	     i++) {
		run.target = &records->targets->items[i];
		status = record_target(&run, lock, err);
	}
	return status;
}

// --- building them ---------------------------------------------------------------------

static int build_target(const struct build_records *records, const struct target *target,
			const struct build_options *options, struct lock *lock,
			struct error *err)
{
	struct session *session = records->session;
	struct opened_lock opened = { .path = records->lock_path,
				      .lock = *lock,
				      .target = *target };
	struct lock_select_options select = { .target = target };
	struct error why = { 0 };
	struct build_options attempt = *options;
	bool is_refused = false;
	attempt.ret_refused = &is_refused;
	if (lock_select(lock, &select, session->arena, &opened.selection, &why) < 0 ||
	    build_sdists(session, &opened, &attempt, &why) == 0)
		return 0;
	if (is_refused || why.kind != ERROR_INPUT) {
		*err = why;
		return error_during(err, "building for %.*s", SLICE_ARG(target->name));
	}
	session_warn(session, "nothing is built for %.*s: %s", SLICE_ARG(target->name),
		     why.cause);
	return 0;
}

int build_records_build(const struct build_records *records,
			const struct build_request *request, struct lock *lock,
			struct error *err)
{
	const struct build_options options = { .request = request,
					       .supply = records->supply,
					       .records = true };
	if (!may_build(lock))
		return 0;
	for (size_t i = 0; i < records->targets->len; i++)
		if (build_target(records, &records->targets->items[i], &options, lock,
				 err) < 0)
			return -1;
	return 0;
}

// --- records that say the same ---------------------------------------------------------

// All of a record but its targets, as it is written.
static struct slice body_of(struct arena *arena, const struct lock_build *build)
{
	struct lock_build without = *build;
	struct lock_package package = { .builds = &without, .builds_len = 1 };
	struct lock lock = { .packages = &package, .len = 1 };
	without.targets_len = 0;
	return lock_write(arena, &lock);
}

static void join_into(struct arena *arena, struct lock_build *into,
		      const struct lock_build *other)
{
	size_t len = into->targets_len;
	struct slice *all = arena_new_array(arena, struct slice, len + 1);
	memcpy(all, into->targets, len * sizeof(*all));
	all[len] = other->targets[0];
	into->targets = all;
	into->targets_len = len + 1;
}

static void join_records(struct arena *arena, struct lock_package *package)
{
	size_t kept = 0;
	for (size_t i = 0; i < package->builds_len; i++) {
		struct slice body = body_of(arena, &package->builds[i]);
		size_t at = 0;
		while (at < kept && !slice_eq(body_of(arena, &package->builds[at]), body))
			at++;
		if (at < kept)
			join_into(arena, &package->builds[at], &package->builds[i]);
		else
			package->builds[kept++] = package->builds[i];
	}
	package->builds_len = kept;
}

void build_records_join(struct arena *arena, struct lock *lock)
{
	for (size_t i = 0; i < lock->len; i++)
		if (lock->packages[i].builds_len > 1)
			join_records(arena, &lock->packages[i]);
}
