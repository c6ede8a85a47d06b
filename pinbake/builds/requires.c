// SPDX-License-Identifier: MIT
// Takes build requirements from the record or resolves them, fetches, installs.
#include "pinbake/builds/requires.h"

#include "base/text.h"
#include "pinbake/builds/resolve.h"
#include "builder/install/install.h"
#include "packaging/requirement.h"
#include "pinbake/files/fetch.h"

// --- does the record answer? -----------------------------------------------------------

static bool has_package(const struct lock_build *build, struct slice name,
			const struct specifier_set *specifiers, struct arena *arena)
{
	struct version version;
	for (size_t i = 0; i < build->len; i++)
		if (slice_eq(build->packages[i].name, name))
			return version_parse(arena, build->packages[i].version,
					     &version) &&
			       specifier_set_contains(specifiers, &version);
	return false;
}

// What a backend asks for later often is among what its project asked for, in other words.
static bool is_met(const struct build_requires *host, const struct lock_build *build,
		   struct slice text)
{
	struct arena *arena = host->session->arena;
	struct marker_context context = { .target = &host->opened->target };
	struct requirement requirement;
	struct error ignored = { 0 };
	if (slices_have(build->requires, build->requires_len,
			build_requirement_text(arena, text)))
		return true;
	if (requirement_parse(arena, text, REQUIREMENT_STRICT, &requirement, NULL,
			      &ignored) < 0 ||
	    requirement.url.len || requirement.extras_len)
		return false;
	if (!marker_holds(requirement.marker, &context))
		return true;
	return has_package(build, requirement.name, &requirement.specifiers, arena);
}

static bool answers(const struct build_requires *host, const struct lock_build *build,
		    const struct slice *requirements, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (!is_met(host, build, requirements[i]))
			return false;
	return true;
}

static int resolve_anew(struct build_requires *host, const struct slice *requirements,
			size_t len, struct error *err)
{
	struct build_query query = {
		.session = host->session,
		.supply = host->options->supply,
		.lock = &host->opened->lock,
		.lock_path = host->opened->path,
		.target = &host->opened->target,
		.requires = requirements,
		.requires_len = len,
		.owner = host->owner,
		.is_own = host->is_own,
		.former = host->was_resolved ? &host->resolved : host->record,
	};
	if (build_resolve(&query, &host->resolved, err) < 0)
		return -1;
	host->was_resolved = true;
	return 0;
}

// --- from pins to an environment -------------------------------------------------------

static struct sha256 digest_of(const struct lock_selection *selection)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf text = { .arena = &scratch };
	for (size_t i = 0; i < selection->len; i++) {
		const struct lock_choice *choice = &selection->items[i];
		buf_printf(&text, "%.*s %.*s %.*s\n", SLICE_ARG(choice->package->name),
			   SLICE_ARG(choice->package->version),
			   SLICE_ARG(sha256_hex(&scratch, &choice->file->sha256)));
	}
	return sha256_of(buf_slice(&text));
}

// A record is a small lock; what of it has no wheel is built in the same way.
static int open_record(const struct build_requires *host, const struct lock_build *build,
		       struct opened_lock *ret_opened, struct error *err)
{
	struct opened_lock *opened = ret_opened;
	*opened = *host->opened;
	opened->selection = (struct lock_selection){ 0 };
	opened->lock.packages = build->packages;
	opened->lock.len = opened->lock.cap = build->len;
	struct lock_select_options select = { .target = &opened->target };
	return lock_select(&opened->lock, &select, host->session->arena,
			   &opened->selection, err);
}

static int install_packages(const struct build_requires *host,
			    const struct lock_build *build,
			    const struct sdist_python *python, const char *prefix,
			    struct sha256 *ret_digest, struct error *err)
{
	struct session *session = host->session;
	struct opened_lock opened;
	struct store *store;
	struct install_request request = { .selection = &opened.selection,
					   .work = &session->config.work,
					   .prefix = prefix,
					   .interpreter = python->path,
					   .target = &host->opened->target };
	struct install_result installed;
	if (open_record(host, build, &opened, err) < 0 ||
	    build_sdists(session, &opened, host->options, err) < 0 ||
	    fetch_files(session, host->options->supply, opened.path, &opened.selection,
			err) < 0 ||
	    session_store(session, &store, err) < 0)
		return -1;
	*ret_digest = digest_of(&opened.selection);
	return install(store, &request, session->arena, &installed, err);
}

int install_build_requires(void *context, const struct slice *requirements, size_t len,
			   const struct sdist_python *python, const char *prefix,
			   struct sha256 *ret_digest, struct error *err)
{
	struct build_requires *host = context;
	const struct lock_build *build =
		host->was_resolved ? &host->resolved : host->record;
	if (!build || !answers(host, build, requirements, len)) {
		if (resolve_anew(host, requirements, len, err) < 0)
			return -1;
		build = &host->resolved;
	}
	return install_packages(host, build, python, prefix, ret_digest, err);
}
