// SPDX-License-Identifier: MIT
// Fetches what a selection needs, by every address that is known for it.
#include "pinbake/files/fetch.h"

#include "builder/wheel/wheel.h"
#include "resolver/index/index.h"

// An index knows a file by name and hash, wherever the lock was made.
struct index_locator {
	struct net *net;
	const struct supply *supply;
	const struct lock_selection *selection;
	struct index *index; // opened when first asked
};

static void locator_end(struct index_locator *locator)
{
	index_close(locator->index);
}

// What a path alone names is this machine's own: no index is asked about it.
static bool is_of_an_index(const struct lock_choice *choice)
{
	return !choice->file || choice->file->url.len || !choice->file->path.len;
}

// All pages are wanted at once: one after the other would cost a round trip a package.
static int open_index(struct index_locator *locator, struct error *err)
{
	const struct lock_selection *selection = locator->selection;
	if (index_open(&locator->supply->indexes, locator->net, &locator->index, err) < 0)
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
	if (!locator->index && open_index(locator, err) < 0)
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

int fetch_files(struct session *session, const struct supply *supply,
		const char *lock_path, const struct lock_selection *selection,
		struct error *err)
{
	const struct index_config *indexes = &supply->indexes;
	struct arena *arena = session->arena;
	struct store *store;
	struct net *net;
	if (session_store(session, &store, err) < 0 ||
	    session_net(session, &net, err) < 0)
		return -1;
	for (size_t i = 0; i < indexes->index_len + indexes->explicit_len; i++)
		net_use_credentials(net, indexes->index_urls[i]);
	AUTO(locator_end)
	struct index_locator context = { .net = net,
					 .supply = supply,
					 .selection = selection };
	const char **wheelhouses =
		arena_new_array(arena, const char *, supply->wheelhouses.len + 1);
	for (size_t i = 0; i < supply->wheelhouses.len; i++)
		wheelhouses[i] = arena_c_string(arena, supply->wheelhouses.items[i]);
	const struct fetch_request request = {
		.choices = selection->items,
		.len = selection->len,
		.folder = path_directory(arena, lock_path),
		.locator = { .wheelhouses = wheelhouses,
			     .wheelhouses_len = supply->wheelhouses.len,
			     .last_resort = !supply->first,
			     .locate = locate,
			     .context = &context },
		.admit = wheel_admit,
	};
	return store_fetch(store, net, &request, &session->config.work, err);
}
