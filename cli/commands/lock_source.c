// SPDX-License-Identifier: MIT
// Reading a lock for a command: the file, the target it is for, and the files that target takes.
#include "base/limits.h"
#include "builder/wheel/wheel.h"
#include "cli/cli.h"
#include "cli/sources/places.h"
#include "lockfile/graph.h"
#include "packaging/name.h"

#include <string.h>

int read_lock(struct cli *cli, const char *path, struct opened_lock *ret_opened,
	      struct error *err)
{
	struct opened_lock *opened = ret_opened;
	*opened = (struct opened_lock){ .path = path };
	opened->source.name = slice_from(path);
	if (file_read(path, LIMIT_TEXT_FILE_BYTES, ERROR_INPUT, &cli->arena,
		      &opened->source.text, err) < 0) {
		if (!file_exists(path))
			error_hint(err, "'pinbake lock requirements.in -o %s' makes one",
				   path);
		return -1;
	}
	if (lock_read(&opened->source, &cli->arena, &opened->lock, &cli->diagnostics) < 0)
		return error_set(err, ERROR_INPUT, "'%s' is not a valid lock", path);
	return 0;
}

int lock_argument(const struct text_list *arguments, size_t at, const char **ret_path,
		  struct error *err)
{
	if (arguments->len > at + 1)
		return error_set(err, ERROR_USAGE,
				 "one lock at a time, but %zu were named",
				 arguments->len - at);
	*ret_path = arguments->len > at ? arguments->items[at] : "pylock.toml";
	return 0;
}

int find_in_lock(struct cli *cli, const struct opened_lock *opened,
		 const struct lock_graph *graph, const char *name, uint32_t *ret_first,
		 size_t *ret_len, struct error *err)
{
	struct text_list names = { 0 };
	*ret_len = lock_graph_find(graph, name_normalize(&cli->arena, slice_from(name)),
				   ret_first);
	if (*ret_len)
		return 0;
	error_set(err, ERROR_NO, "'%s' has no package '%s'", opened->path, name);
	for (size_t i = 0; i < graph->len; i++)
		*array_push(&cli->arena, &names) =
			arena_c_string(&cli->arena, graph->nodes[i].package->name);
	const char *near = nearest_word(name, names.items, names.len);
	return near ? error_hint(err, "did you mean '%s'?", near) : -1;
}

static int choose_target(struct cli *cli, struct opened_lock *opened,
			 const char *target_name, struct error *err)
{
	const struct lock *lock = &opened->lock;
	if (target_name)
		return target_parse(&cli->arena, slice_from(target_name), &opened->target,
				    err);
	if (lock->targets_len == 1)
		return target_parse(&cli->arena, lock->targets[0], &opened->target, err);
	if (lock->targets_len == 0) {
		error_set(err, ERROR_USAGE, "'%s' does not name its targets",
			  opened->path);
		return error_hint(
			err,
			"say which with --target, as in --target cp312-linux-amd64-glibc2.28");
	}
	error_set(err, ERROR_USAGE, "'%s' is for %zu targets", opened->path,
		  lock->targets_len);
	return error_hint(err, "choose one with --target, for instance --target %.*s",
			  SLICE_ARG(lock->targets[0]));
}

int open_lock(struct cli *cli, const char *path, const char *target_name,
	      struct opened_lock *ret_opened, struct error *err)
{
	if (read_lock(cli, path, ret_opened, err) < 0 ||
	    choose_target(cli, ret_opened, target_name, err) < 0)
		return -1;
	struct lock_select_options options = { .target = &ret_opened->target };
	if (lock_select(&ret_opened->lock, &options, &cli->arena, &ret_opened->selection,
			err) < 0)
		return error_during(err, "choosing the files of '%s' for %.*s", path,
				    SLICE_ARG(ret_opened->target.name));
	return 0;
}

// An index knows a file by name and hash, wherever the lock was made.
struct index_locator {
	struct cli *cli;
	struct net *net;
	const struct places *places;
	const struct lock_selection *selection;
	struct index *index; // opened when first asked
};

static void close_locator(struct index_locator *locator)
{
	index_close(locator->index);
}

// What a path alone names is this machine's own: no index is asked about it.
static bool is_of_an_index(const struct lock_choice *choice)
{
	return !choice->file || choice->file->url.len || !choice->file->path.len;
}

// All pages are wanted at once: one after the other would cost a round trip a package.
static int open_locator_index(struct index_locator *locator, struct error *err)
{
	const struct lock_selection *selection = locator->selection;
	if (index_open(&locator->places->indexes, locator->net, &locator->index, err) < 0)
		return -1;
	for (size_t i = 0; i < selection->len; i++)
		if (is_of_an_index(&selection->items[i]))
			index_want_project(locator->index,
					   selection->items[i].package->name);
	return 0;
}

static int locate(void *context, const struct lock_package *package,
		  const struct lock_file *file, struct arena *arena,
		  struct slice *ret_url, struct error *err)
{
	struct index_locator *locator = context;
	*ret_url = S("");
	if (!locator->index && open_locator_index(locator, err) < 0)
		return -1;
	index_want_project(locator->index, package->name);
	const struct project *project;
	while ((project = index_project(locator->index, package->name)) == NULL)
		if (index_wait(locator->index, err) < 0)
			return -1;
	for (uint32_t i = 0; i < project->file_len; i++) {
		const struct project_file *known = project_file_get(project, i);
		if (slice_eq(known->name, file->name) &&
		    sha256_eq(&known->sha256, &file->sha256))
			*ret_url = arena_dup(arena, known->url);
	}
	return 0;
}

int fetch_files(struct cli *cli, struct store *store, const struct opened_lock *opened,
		const struct lock_selection *selection, const struct places *places,
		struct error *err)
{
	const struct index_config *indexes = &places->indexes;
	AUTO(net_cleanup) struct net *net = NULL;
	if (open_net(cli, &net, err) < 0)
		return -1;
	for (size_t i = 0; i < indexes->index_len + indexes->explicit_len; i++)
		net_use_credentials(net, indexes->index_urls[i]);
	AUTO(close_locator)
	struct index_locator context = {
		.cli = cli, .net = net, .places = places, .selection = selection
	};
	struct fetch_request request = {
		.choices = selection->items,
		.len = selection->len,
		.folder = path_directory(&cli->arena, opened->path),
		.locator = { .wheelhouses = cli->wheelhouses.items,
			     .wheelhouses_len = cli->wheelhouses.len,
			     .last_resort = !places->first,
			     .locate = locate,
			     .context = &context },
		.admit = wheel_admit,
	};
	return store_fetch(store, net, &request, &cli->progress, err);
}
