// SPDX-License-Identifier: MIT
// Resolves, fetches and installs build requirements.
#include "cli/lock/build_requires.h"

#include "cli/lock/direct.h"
#include "cli/lock/lock_run.h"
#include "cli/lock/missing_hashes.h"

#include <string.h>
#include <unistd.h>

// One environment that is to be made.
struct making {
	struct build_requires *host;
	struct requirement_set set;
	struct target_list targets;
	struct resolve_options options;
	struct opened_lock opened; // what was resolved, as a lock that is never written
	struct sha256 digest;      // of what was installed
};

// The machine's own libc, which may be older or newer than what the lock is for.
static struct slice platform_of_host(struct arena *arena)
{
	char text[64];
	struct slice platform = host_platform(arena), version;
	size_t len = confstr(_CS_GNU_LIBC_VERSION, text, sizeof(text)); // "glibc 2.36"
	if (len == 0 || len > sizeof(text))
		return platform;
	version = slice_from(text);
	struct slice word;
	slice_cut(&version, ' ', &word);
	return arena_printf(arena, "%.*s:glibc%.*s", SLICE_ARG(platform),
			    SLICE_ARG(version));
}

static int read_target(struct making *making, const struct sdist_python *python,
		       struct error *err)
{
	struct arena *arena = &making->host->cli->arena;
	struct slice version = arena_printf(arena, "%.*s%s", SLICE_ARG(python->version),
					    python->free_threaded ? "t" : "");
	return target_init(arena, version, platform_of_host(arena),
			   array_push(arena, &making->targets), err);
}

static int read_requirements(struct making *making, const struct slice *requirements,
			     size_t len, struct error *err)
{
	struct arena *arena = &making->host->cli->arena;
	struct diagnostics problems = { .arena = arena };
	for (size_t i = 0; i < len; i++)
		if (requirements_add_argument(requirements[i], arena, &making->set,
					      &problems) < 0) {
			*err = problems.items[0].error;
			err->span = (struct span){ 0 };
			return error_during(err, "reading '%.*s'",
					    SLICE_ARG(requirements[i]));
		}
	return 0;
}

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

static int install_selection(struct making *making, const struct sdist_python *python,
			     const char *prefix, struct error *err)
{
	struct build_requires *host = making->host;
	struct opened_lock *opened = &making->opened;
	struct install_options options = { .prefix = prefix,
					   .interpreter = python->path,
					   .target = &opened->target };
	struct install_result installed;
	making->digest = digest_of(&opened->selection);
	return install(host->store, &opened->selection, &options, &host->cli->progress,
		       &installed, err);
}

static int fetch_and_install(struct making *making, const struct sdist_python *python,
			     const char *prefix, struct error *err)
{
	struct build_requires *host = making->host;
	struct opened_lock *opened = &making->opened;
	struct lock_select_options select = { .target = &opened->target };
	struct text_list index_urls = { 0 };
	collect_locator_indexes(host->cli, host->index_url, &index_urls);
	if (lock_select(&opened->lock, &select, &host->cli->arena, &opened->selection,
			err) < 0 ||
	    fetch_files(host->cli, host->store, opened, &opened->selection, &index_urls,
			err) < 0)
		return -1;
	return install_selection(making, python, prefix, err);
}

// The lock that comes out borrows from the run, so all that needs it happens before the run ends.
static int solve_and_install(struct making *making, struct lock_run *run, struct net *net,
			     const struct sdist_python *python, const char *prefix,
			     struct error *err)
{
	struct cli *cli = making->host->cli;
	if (lock_run_solve(run, err) < 0 ||
	    find_missing_hashes(cli, net, &run->picks[0].pins, err) < 0 ||
	    lock_from_pins(&cli->arena, run->picks, 1, &run->options, "pylock.toml",
			   &making->opened.lock, err) < 0)
		return -1;
	return fetch_and_install(making, python, prefix, err);
}

static int resolve_and_install(struct making *making, const struct sdist_python *python,
			       const char *prefix, struct error *err)
{
	struct cli *cli = making->host->cli;
	struct lock_values values = { .index_url = making->host->index_url };
	struct lock_run run;
	AUTO(net_cleanup) struct net *net = NULL;
	AUTO(index_cleanup) struct index *index = NULL;
	struct direct_files direct;
	if (open_net(cli, &net, err) < 0 ||
	    lock_open_index(cli, &values, &making->set, NULL, net, &index, err) < 0)
		return -1;
	direct_init(&direct, cli, net);
	making->options.direct = &direct;
	if (direct_read(&direct, &making->set, making->targets.items, making->targets.len,
			err) < 0)
		return -1;
	lock_run_init(&run, cli, index, &making->targets, &making->options);
	int status = solve_and_install(making, &run, net, python, prefix, err);
	lock_run_release(&run);
	return status;
}

int install_build_requires(void *context, const struct slice *requirements, size_t len,
			   const struct sdist_python *python, const char *prefix,
			   struct sha256 *ret_digest, struct error *err)
{
	static const struct binary_rule wheels_only = { { ":all:", sizeof(":all:") - 1 },
							BINARY_ONLY };
	struct making making = { .host = context };
	making.options = (struct resolve_options){
		.requirements = &making.set,
		.binary = &wheels_only,
		.binary_len = 1,
		.exclude_newer = making.host->opened->lock.exclude_newer,
		.package_cutoffs = making.host->opened->lock.package_cutoffs,
		.package_cutoffs_len = making.host->opened->lock.package_cutoffs_len,
	};
	if (read_requirements(&making, requirements, len, err) < 0 ||
	    read_target(&making, python, err) < 0)
		return -1;
	making.opened.path =
		"pylock.toml"; // its paths, of --find-links, are seen from the present folder
	making.opened.target = making.targets.items[0];
	int status = len ? resolve_and_install(&making, python, prefix, err)
			 : install_selection(&making, python, prefix, err);
	if (status == 0)
		*ret_digest = making.digest;
	return status;
}
