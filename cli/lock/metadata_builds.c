// SPDX-License-Identifier: MIT
// Asks build backends for metadata.
#include "cli/lock/metadata_builds.h"

#include "base/limits.h"
#include "cli/lock/build_python.h"
#include "cli/lock/build_requires.h"
#include "cli/lock/metadata_note.h"
#include "packaging/name.h"

enum { LIMIT_SECONDS = 3600 };

// One question on its way.
struct asking {
	struct metadata_builds *builds;
	const struct metadata_question *question;
	struct arena *arena;
	struct opened_lock opened; // that there is none yet: target and cut-offs
	struct lock_package package;
	struct lock_file file;
	struct build_python python;
	struct sha256 key;
};

void metadata_builds_init(struct metadata_builds *builds, struct cli *cli,
			  const struct places *places,
			  const struct resolve_options *options)
{
	*builds = (struct metadata_builds){ .cli = cli,
					    .places = places,
					    .options = options,
					    .lock_path = "pylock.toml" };
	builds->known.arena = &cli->arena;
}

// --- what is known ---------------------------------------------------------------------

// One archive may hold several projects.
static struct slice key_of(struct arena *arena, const struct project_file *file,
			   struct slice subdirectory, const struct target *target)
{
	return arena_printf(arena, "%.*s %.*s %.*s", SLICE_ARG(file->url),
			    SLICE_ARG(target->name), SLICE_ARG(subdirectory));
}

const struct file_metadata *metadata_builds_find(const struct metadata_builds *builds,
						 const struct project_file *file,
						 struct slice subdirectory,
						 const struct target *target)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	uint32_t at;
	bool known = map_find(&builds->known,
			      key_of(&scratch, file, subdirectory, target), &at);
	return known ? builds->items.items[at] : NULL;
}

static const char *note_path(const struct asking *asking)
{
	return arena_printf(asking->arena, "%s/built/metadata/%.*s",
			    cache_directory(asking->builds->cli),
			    SLICE_ARG(sha256_hex(asking->arena, &asking->key)))
		.ptr;
}

// What is asked for and what the backend runs on are resolved alike.
static bool find_note(const struct asking *asking, struct slice *ret_text)
{
	const struct metadata_builds *builds = asking->builds;
	struct build_query query = {
		.cli = builds->cli,
		.places = builds->places,
		.lock = &asking->opened.lock,
		.lock_path = asking->opened.path,
		.target = asking->question->target,
	};
	return metadata_note_find(note_path(asking), &query, ret_text);
}

// --- asking ----------------------------------------------------------------------------

static void describe(struct asking *asking)
{
	const struct metadata_question *question = asking->question;
	const struct resolve_options *options = asking->builds->options;
	const struct project_file *file = question->file;
	size_t len = options->package_cutoffs_len;
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
	asking->opened.lock.exclude_newer = options->exclude_newer;
	asking->opened.lock.package_cutoffs =
		arena_new_array(asking->arena, struct lock_cutoff, len);
	for (size_t i = 0; i < len; i++)
		asking->opened.lock.package_cutoffs[i] = options->package_cutoffs[i];
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
		.toolchain = toolchain_digest(),
		.interpreter = asking->python.real,
		.interpreter_size = asking->python.size,
		.interpreter_mtime_s = asking->python.mtime_s,
		.network = asking->builds->network,
	};
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
	return fetch_files(asking->builds->cli, store, &asking->opened, &selection,
			   asking->builds->places, err);
}

static int run_hook(struct asking *asking, struct store *store, struct slice *ret_text,
		    struct error *err)
{
	struct metadata_builds *builds = asking->builds;
	struct cli *cli = builds->cli;
	struct sdist_options inner = { .network = builds->network,
				       .python = builds->python,
				       .places = builds->places };
	struct build_requires requires = {
		.cli = cli, .store = store, .opened = &asking->opened, .options = &inner
	};
	struct sdist_host host = { install_build_requires, &requires };
	struct sdist_settings settings = {
		.cache_directory = cache_directory(cli),
		.python = asking->python.python,
		.network = builds->network,
		.limit_seconds = LIMIT_SECONDS,
		.work = &cli->progress,
	};
	struct lock_choice choice = { &asking->package, &asking->file };
	struct sdist_request request = { .choice = &choice,
					 .settings = &settings,
					 .host = &host,
					 .key = asking->key };
	struct sdist_outcome outcome;
	progress_done(cli);
	say(cli, "asking the build backend of %.*s for its metadata",
	    SLICE_ARG(asking->package.name));
	int status = sdist_metadata(store, &request, asking->arena, &outcome, err);
	if (status < 0) {
		progress_done(cli);
		show_log_tail(cli, outcome.tail);
	}
	if (status == 0 && outcome.net == SANDBOX_NET_REFUSED)
		warn(cli,
		     "the kernel grants no namespaces: builds could reach the network");
	if (status == 0) {
		*ret_text = outcome.metadata;
		status = metadata_note_write(note_path(asking), &requires.resolved,
					     *ret_text, err);
	}
	return status;
}

static int ask_backend(struct asking *asking, struct slice *ret_text, struct error *err)
{
	struct cli *cli = asking->builds->cli;
	AUTO(store_cleanup) struct store *store = NULL;
	if (open_store(cli, &store, err) < 0 ||
	    build_python_check(cli, asking->question->target, &asking->python, err) < 0 ||
	    fetch(asking, store, err) < 0)
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
	if (build_python_find(asking->builds->cli, asking->question->target,
			      asking->builds->python, &asking->python, err) < 0)
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
	struct arena *arena = &builds->cli->arena;
	struct asking asking = { .builds = builds, .question = question, .arena = arena };
	struct file_metadata *found = arena_new(arena, struct file_metadata);
	*found = (struct file_metadata){ 0 };
	if (answer(&asking, found, err) < 0)
		return error_during(err, "asking for the metadata of '%.*s'",
				    SLICE_ARG(question->file->name));
	map_insert(&builds->known,
		   key_of(arena, question->file, question->subdirectory,
			  question->target),
		   (uint32_t)builds->items.len, NULL);
	*array_push(arena, &builds->items) = found;
	*ret_metadata = found;
	return 0;
}
