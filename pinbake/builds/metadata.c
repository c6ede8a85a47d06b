// SPDX-License-Identifier: MIT
// Asks build backends for metadata.
#include "pinbake/builds/metadata.h"

#include "base/limits.h"
#include "builder/sdist/sdist.h"
#include "pinbake/builds/requires.h"
#include "pinbake/builds/note.h"
#include "pinbake/builds/workshop.h"
#include "packaging/name.h"
#include "pinbake/files/fetch.h"

enum { LIMIT_SECONDS = 3600 };

// One question on its way.
struct asking {
	struct metadata_builds *builds;
	const struct metadata_question *question;
	struct arena *arena;
	struct opened_lock opened; // that there is none yet: target and cut-offs
	struct lock_package package;
	struct lock_file file;
	struct workshop workshop;
	struct sha256 key;
};

void metadata_builds_init(struct metadata_builds *builds, struct session *session,
			  struct supply *supply, const struct build_request *request,
			  const struct resolve_policy *policy)
{
	*builds = (struct metadata_builds){ .session = session,
					    .supply = supply,
					    .request = request,
					    .policy = policy,
					    .lock_path = "pylock.toml" };
}

// --- what is known ---------------------------------------------------------------------

static const char *note_path(const struct asking *asking)
{
	return arena_printf(asking->arena, "%s/built/metadata/%.*s",
			    asking->builds->session->config.cache_directory,
			    SLICE_ARG(sha256_hex(asking->arena, &asking->key)))
		.ptr;
}

// What is asked for and what the backend runs on are resolved alike.
static bool find_note(const struct asking *asking, struct slice *ret_text)
{
	const struct metadata_builds *builds = asking->builds;
	struct build_query query = {
		.session = builds->session,
		.supply = builds->supply,
		.lock = &asking->opened.lock,
		.lock_path = asking->opened.path,
		.target = asking->question->target,
		.owner = asking->package.name,
		.is_own = asking->question->is_own,
	};
	return metadata_note_find(note_path(asking), &query, ret_text);
}

// --- asking ----------------------------------------------------------------------------

static void describe(struct asking *asking)
{
	const struct metadata_question *question = asking->question;
	const struct resolve_policy *policy = asking->builds->policy;
	const struct project_file *file = question->file;
	size_t len = policy->package_cutoffs_len;
	asking->package = (struct lock_package){
		.name = question->name.len ? question->name : S("source-tree"),
		.version = question->version,
	};
	asking->file = (struct lock_file){
		.kind = LOCK_SDIST,
		.name = file->name,
		.url = file->url,
		.sha256 = file->sha256,
		.has_size = file->has_size,
		.size = file->size,
		.subdirectory = question->subdirectory,
	};
	asking->opened = (struct opened_lock){ .path = asking->builds->lock_path,
					       .target = *question->target };
	asking->opened.lock.exclude_newer = policy->exclude_newer;
	asking->opened.lock.package_cutoffs =
		arena_new_array(asking->arena, struct lock_cutoff, len);
	for (size_t i = 0; i < len; i++)
		asking->opened.lock.package_cutoffs[i] = policy->package_cutoffs[i];
	asking->opened.lock.package_cutoffs_len = len;
}

static struct sha256 digest_of_request(const struct asking *asking)
{
	struct built_request request = {
		.sdist = asking->file.sha256,
		.target = asking->question->target->name,
		.exclude_newer = asking->opened.lock.exclude_newer,
		.package_cutoffs = asking->opened.lock.package_cutoffs,
		.package_cutoffs_len = asking->opened.lock.package_cutoffs_len,
		.network = asking->builds->request->network,
	};
	workshop_describe(&asking->workshop, &request);
	struct sha256 build = built_key(&request);
	return sha256_of(arena_printf(asking->arena, "metadata %.*s %.*s",
				      SLICE_ARG(sha256_hex(asking->arena, &build)),
				      SLICE_ARG(asking->file.subdirectory)));
}

static int fetch(struct asking *asking, struct store *store, struct error *err)
{
	struct lock_choice choice = { &asking->package, &asking->file };
	struct lock_selection selection = { &choice, 1, 1 };
	if (store_has_file(store, &asking->file.sha256))
		return 0;
	return fetch_files(asking->builds->session, asking->builds->supply,
			   asking->opened.path, &selection, err);
}

static int run_hook(struct asking *asking, struct store *store, struct slice *ret_text,
		    struct error *err)
{
	struct metadata_builds *builds = asking->builds;
	struct session *session = builds->session;
	const struct build_options inner = { .request = builds->request,
					     .supply = builds->supply };
	struct build_requires requires = { .session = session,
					   .opened = &asking->opened,
					   .options = &inner,
					   .owner = asking->package.name,
					   .is_own = asking->question->is_own };
	struct sdist_host host = { install_build_requires, &requires };
	struct sdist_settings settings = {
		.cache_directory = session->config.cache_directory,
		.network = builds->request->network,
		.limit_seconds = LIMIT_SECONDS,
		.work = &session->config.work,
	};
	struct lock_choice choice = { &asking->package, &asking->file };
	struct sdist_request hook = { .choice = &choice,
				      .settings = &settings,
				      .host = &host,
				      .key = asking->key };
	struct sdist_outcome outcome;
	if (workshop_open(session, asking->question->target, &asking->workshop, &settings,
			  err) < 0)
		return -1;
	session_tell(session, NOTICE_STEP,
		     "asking the build backend of %.*s for its metadata",
		     SLICE_ARG(asking->package.name));
	int status = sdist_metadata(store, &hook, asking->arena, &outcome, err);
	if (status < 0)
		session_tell_log(session, outcome.tail);
	if (status == 0) {
		*ret_text = outcome.metadata;
		status = metadata_note_write(note_path(asking), &requires.resolved,
					     *ret_text, err);
	}
	return status;
}

static int ask_backend(struct asking *asking, struct slice *ret_text, struct error *err)
{
	struct session *session = asking->builds->session;
	struct store *store;
	if (session_store(session, &store, err) < 0 || fetch(asking, store, err) < 0)
		return -1;
	return run_hook(asking, store, ret_text, err);
}

// --- the answer ------------------------------------------------------------------------

static bool is_version(struct arena *arena, struct slice a, struct slice b)
{
	struct version left, right;
	return version_parse(arena, a, &left) && version_parse(arena, b, &right) &&
	       version_cmp(&left, &right) == 0;
}

static int check_identity(const struct asking *asking, const struct metadata *metadata,
			  struct error *err)
{
	const struct metadata_question *question = asking->question;
	if ((!question->name.len || name_eq(metadata->name, question->name)) &&
	    (!question->version.len ||
	     is_version(asking->arena, metadata->version, question->version)))
		return 0;
	return error_set(err, ERROR_INTEGRITY,
			 "its build backend calls it '%.*s' %.*s, not '%.*s' %.*s",
			 SLICE_ARG(metadata->name), SLICE_ARG(metadata->version),
			 SLICE_ARG(question->name), SLICE_ARG(question->version));
}

static int answer(struct asking *asking, struct file_metadata *answer, struct error *err)
{
	struct slice text = S("");
	describe(asking);
	if (workshop_find(asking->builds->session, asking->question->target,
			  asking->builds->request, &asking->workshop, err) < 0)
		return -1;
	asking->key = digest_of_request(asking);
	if (!find_note(asking, &text) && ask_backend(asking, &text, err) < 0)
		return -1;
	answer->state = METADATA_FOUND;
	return metadata_parse(asking->arena, text, &answer->metadata, err) < 0
		       ? -1
		       : check_identity(asking, &answer->metadata, err);
}

int metadata_builds_ask(struct metadata_builds *builds,
			const struct metadata_question *question,
			const struct file_metadata **ret_metadata, struct error *err)
{
	struct arena *arena = builds->session->arena;
	struct asking asking = { .builds = builds, .question = question, .arena = arena };
	struct file_metadata *found = arena_new(arena, struct file_metadata);
	*found = (struct file_metadata){ 0 };
	if (answer(&asking, found, err) < 0)
		return error_during(err, "asking for the metadata of '%.*s'",
				    SLICE_ARG(question->file->name));
	*ret_metadata = found;
	return 0;
}
