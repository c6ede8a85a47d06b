// SPDX-License-Identifier: MIT
// Puts together which indexes are asked. Secrets live only in their URLs and in the net (idx.3).
#include "pinbake/supply.h"

#include "pinbake/policy.h"
#include "pinbake/reach.h"

#include "base/files.h"
#include "base/text.h"
#include "net/url.h"

#include <string.h>

// Indexes in the making.
struct gathering {
	struct arena *arena;
	const struct supply_request *request;
	struct slice_list indexes, links;
	bool by_lock;                            // indexes has those that the lock names
	bool is_open;                            // nobody names a main index
	struct slice main;                       // "" where no index is asked
	ARRAY_OF(struct index_mapping) mappings; // the lock's, then the user's own
};

// --- what a lock names -----------------------------------------------------------------

static struct slice without_slash(struct slice url)
{
	while (slice_ends_with(url, S("/")))
		url.len--;
	return url;
}

static bool is_same_index(struct slice a, struct slice b)
{
	return slice_eq(without_slash(a), without_slash(b));
}

static bool is_index_url(struct slice url)
{
	struct url parts;
	url_parse(url, &parts);
	return slice_eq_ignore_case(parts.scheme, S("http")) ||
	       slice_eq_ignore_case(parts.scheme, S("https")) ||
	       slice_eq_ignore_case(parts.scheme, S("file"));
}

static bool find_index(const struct slice_list *indexes, struct slice url, size_t *ret_at)
{
	for (size_t i = 0; i < indexes->len; i++)
		if (is_same_index(indexes->items[i], url)) {
			*ret_at = i;
			return true;
		}
	return false;
}

typedef void (*visit_package)(void *context, const struct lock_package *package);

// Those of the lock, and all that their sources are built with.
static void visit_packages(const struct lock_package *packages, size_t len,
			   visit_package visit, void *context)
{
	for (size_t i = 0; i < len; i++) {
		visit(context, &packages[i]);
		for (size_t j = 0; j < packages[i].builds_len; j++)
			visit_packages(packages[i].builds[j].packages,
				       packages[i].builds[j].len, visit, context);
	}
}

// PyTorch's index has torch's family alone, and torch_add_index adds it.
static void add_lock_index(void *context, const struct lock_package *package)
{
	struct gathering *gathering = context;
	size_t at;
	if (is_index_url(package->index) &&
	    !torch_is_index_of(gathering->request->lock, package->index) &&
	    !find_index(&gathering->indexes, package->index, &at))
		*array_push(gathering->arena, &gathering->indexes) = package->index;
}

struct files_seen {
	struct gathering *gathering;
	struct slice_list folders;
	bool local, remote;
};

static const char *path_of_file(struct gathering *gathering, const struct lock_file *file)
{
	struct arena *arena = gathering->arena;
	struct slice path = file->path;
	const char *absolute;
	if (!path.len && url_file_path(arena, file->url, &absolute))
		return absolute;
	if (slice_starts_with(path, S("/")))
		return arena_c_string(arena, path);
	const char *folder = path_directory(arena, gathering->request->lock_path);
	if (strcmp(folder, ".") == 0)
		return arena_c_string(arena, path);
	return path_join(arena, folder, path);
}

static void look_at_file(struct files_seen *seen, const struct lock_file *file)
{
	struct arena *arena = seen->gathering->arena;
	bool is_local = !file->url.len || url_is_file(file->url);
	size_t at;
	seen->local |= is_local;
	seen->remote |= !is_local;
	if (!is_local)
		return;
	const char *folder = path_directory(arena, path_of_file(seen->gathering, file));
	if (path_is_directory(folder) &&
	    !find_index(&seen->folders, slice_from(folder), &at))
		*array_push(arena, &seen->folders) = slice_from(folder);
}

static void look_at_package(void *context, const struct lock_package *package)
{
	for (size_t i = 0; i < package->wheels_len; i++)
		look_at_file(context, &package->wheels[i]);
	if (package->has_sdist)
		look_at_file(context, &package->sdist);
}

// Of those from `first` on. A public index never goes before a private one: its names are anyone's to take.
static void put_public_index_last(struct slice_list *indexes, size_t first)
{
	size_t at;
	if (!find_index(indexes, S(PUBLIC_INDEX_URL), &at) || at < first)
		return;
	struct slice url = indexes->items[at];
	memmove(&indexes->items[at], &indexes->items[at + 1],
		(indexes->len - at - 1) * sizeof(*indexes->items));
	indexes->items[indexes->len - 1] = url;
}

// False where the lock says nothing of indexes.
static bool add_indexes_of_lock(struct gathering *gathering,
				const struct files_seen *seen)
{
	const struct lock *lock = gathering->request->lock;
	size_t before = gathering->indexes.len;
	visit_packages(lock->packages, lock->len, add_lock_index, gathering);
	if (gathering->indexes.len == before)
		return seen->local && !seen->remote;
	put_public_index_last(&gathering->indexes, before);
	gathering->by_lock = true;
	return true;
}

// --- all of them -----------------------------------------------------------------------

static void add(struct arena *arena, const struct address_list *from,
		struct slice_list *urls)
{
	for (size_t i = 0; i < from->len; i++)
		*array_push(arena, urls) = from->items[i].url;
}

static void add_wheelhouses(struct gathering *gathering)
{
	const struct slice_list *folders = &gathering->request->indexes->wheelhouses;
	for (size_t i = 0;
	     gathering->request->wheelhouses_have_releases && i < folders->len; i++)
		if (path_is_directory(
			    arena_c_string(gathering->arena, folders->items[i])))
			*array_push(gathering->arena, &gathering->links) =
				folders->items[i];
}

// What the options of requirements files say. Of several main indexes the last counts.
static void add_options(struct gathering *gathering, struct slice *ret_main,
			bool *ret_none)
{
	const struct requirement_set *set = gathering->request->set;
	for (size_t i = 0; set && i < set->options_len; i++) {
		const struct requirement_option *option = &set->options[i];
		if (option->kind == OPTION_INDEX_URL)
			*ret_main = option->value;
		if (option->kind == OPTION_EXTRA_INDEX_URL)
			*array_push(gathering->arena, &gathering->indexes) =
				option->value;
		if (option->kind == OPTION_FIND_LINKS)
			*array_push(gathering->arena, &gathering->links) = option->value;
		*ret_none |= option->kind == OPTION_NO_INDEX;
	}
}

static bool is_named(const struct index_request *indexes)
{
	return indexes->main.url.len || indexes->usual.origin != ORIGIN_DEFAULT;
}

static void add_main_index(struct gathering *gathering, struct slice of_files,
			   const struct files_seen *seen)
{
	const struct index_request *indexes = gathering->request->indexes;
	struct slice url = indexes->main.url.len ? indexes->main.url : of_files;
	gathering->is_open = !url.len && !is_named(indexes);
	if (gathering->is_open && gathering->request->lock &&
	    add_indexes_of_lock(gathering, seen)) {
		if (gathering->by_lock)
			gathering->main =
				gathering->indexes.items[gathering->indexes.len - 1];
		return;
	}
	if (!url.len)
		url = indexes->usual.url.len ? indexes->usual.url : S(PUBLIC_INDEX_URL);
	gathering->main = url;
	*array_push(gathering->arena, &gathering->indexes) = url;
}

// Extra indexes stand before the main one, as uv has it: the first index that has a name wins.
static void gather(struct gathering *gathering)
{
	struct arena *arena = gathering->arena;
	const struct index_request *indexes = gathering->request->indexes;
	struct slice of_files = S("");
	bool none = indexes->none;
	add(arena, &indexes->extra, &gathering->indexes);
	add(arena, &indexes->find_links, &gathering->links);
	add_options(gathering, &of_files, &none);
	add(arena, &indexes->usual_extra, &gathering->indexes);
	add(arena, &indexes->usual_links, &gathering->links);
	add_wheelhouses(gathering);
	struct files_seen seen = { .gathering = gathering };
	const struct lock *lock = gathering->request->lock;
	if (lock)
		visit_packages(lock->packages, lock->len, look_at_package, &seen);
	if (gathering->links.len == 0)
		gathering->links = seen.folders;
	if (none)
		gathering->indexes = (struct slice_list){ 0 };
	else
		add_main_index(gathering, of_files, &seen);
}

// A folder or a bare host as index would only fail later, and less clearly.
static int check_index_url(struct arena *arena, struct slice url, struct error *err)
{
	struct slice shown = url_redact(arena, url);
	size_t at = slice_find_last_byte(shown, '@'); // "user:password@host"
	if (at != SLICE_NONE)
		shown = slice_skip(shown, at + 1);
	if (is_index_url(url))
		return 0;
	error_set(err, ERROR_USAGE,
		  "'%.*s' is no URL of an index: expected http://, https:// or file://",
		  SLICE_ARG(shown));
	if (path_is_directory(arena_c_string(arena, url)))
		error_hint(err,
			   "for a directory with distribution files: --find-links %.*s",
			   SLICE_ARG(shell_word(arena, shown)));
	return -1;
}

// A folder without files has nothing to say, and beside an index nobody misses it: answers
// that were kept hold (answers.h).
static void drop_empty_folders(struct arena *arena, struct slice_list *links)
{
	size_t kept = 0;
	for (size_t i = 0; i < links->len; i++) {
		const char *path = arena_c_string(arena, links->items[i]);
		struct name_list names = { 0 };
		struct error ignored;
		bool is_empty = path_is_directory(path) &&
				directory_names(path, arena, &names, &ignored) == 0 &&
				names.len == 0;
		if (!is_empty)
			links->items[kept++] = links->items[i];
	}
	links->len = kept;
}

// Where the user says nothing else of the name.
static void map_package(void *context, const struct lock_package *package)
{
	struct gathering *gathering = context;
	const struct index_request *indexes = gathering->request->indexes;
	size_t at;
	if (package->index.len &&
	    !index_mapping_find(indexes->mappings, indexes->mappings_len,
				package->name) &&
	    find_index(&gathering->indexes, package->index, &at))
		*array_push(gathering->arena, &gathering->mappings) =
			(struct index_mapping){ .pattern = package->name,
						.index = (uint32_t)at };
}

// Where all comes from one index, nothing is to be told apart.
static void add_mappings(struct gathering *gathering)
{
	const struct index_request *indexes = gathering->request->indexes;
	const struct lock *lock = gathering->request->lock;
	size_t before = gathering->indexes.len;
	if (gathering->by_lock && before > 1)
		visit_packages(lock->packages, lock->len, map_package, gathering);
	add(gathering->arena, &indexes->named, &gathering->indexes);
	for (size_t i = 0; i < indexes->mappings_len; i++) {
		struct index_mapping *mapping =
			array_push(gathering->arena, &gathering->mappings);
		*mapping = indexes->mappings[i];
		mapping->index += (uint32_t)before;
	}
}

// PyTorch's own host is known to say so.
static struct slice_list forbidden_hosts(struct arena *arena,
					 const struct index_request *indexes)
{
	struct slice_list hosts = { 0 };
	*array_push(arena, &hosts) = S("https://download.pytorch.org");
	for (size_t i = 0; i < indexes->ignore_forbidden.len; i++)
		*array_push(arena, &hosts) = indexes->ignore_forbidden.items[i];
	return hosts;
}

int supply_choose(struct session *session, const struct supply_request *request,
		  struct supply *ret_supply, struct error *err)
{
	const struct index_request *indexes = request->indexes;
	struct gathering gathering = { .arena = session->arena,
				       .request = request,
				       .main = S("") };
	gather(&gathering);
	if (gathering.indexes.len)
		drop_empty_folders(session->arena, &gathering.links);
	add_mappings(&gathering);
	for (size_t i = 0; i < gathering.indexes.len; i++)
		if (check_index_url(session->arena, gathering.indexes.items[i], err) < 0)
			return -1;
	if (reach_check(session, request, &gathering.indexes, err) < 0 ||
	    reach_check(session, request, &gathering.links, err) < 0 ||
	    reach_bind(session, request, gathering.main, err) < 0)
		return -1;
	*ret_supply = (struct supply){ .wheelhouses = indexes->wheelhouses,
				       .allow_direct = indexes->allow_direct,
				       .first = is_named(indexes) };
	ret_supply->indexes = (struct index_config){
		.index_urls = gathering.indexes.items,
		.index_len = gathering.indexes.len - indexes->named.len,
		.explicit_len = indexes->named.len,
		.mappings = gathering.mappings.items,
		.mapping_len = gathering.mappings.len,
		.find_links = gathering.links.items,
		.find_links_len = gathering.links.len,
		.ignore_forbidden = forbidden_hosts(session->arena, indexes),
		.store_path = session->config.cache_directory,
		.offline = session->config.offline,
		.refresh = indexes->refresh,
		.now = session->config.now,
	};
	return 0;
}

static void take_new(struct arena *arena, const struct slice_list *urls, size_t from,
		     size_t to, struct slice_list *list)
{
	for (size_t i = from; i < to; i++)
		*array_push(arena, list) = urls->items[i];
}

// What the request already says is not said again; what other files or settings say need not be.
void supply_places_of_lock(struct session *session, const struct supply_request *request,
			   struct lock_places *ret_places)
{
	struct arena *arena = session->arena;
	struct supply_request without = *request;
	struct gathering before = { .arena = arena, .request = &without },
			 all = { .arena = arena, .request = request };
	struct lock_places places = { .index_url = S("") };
	without.lock = NULL;
	gather(&before);
	gather(&all);
	if (before.links.len == 0)
		take_new(arena, &all.links, 0, all.links.len, &places.find_links);
	if (all.is_open && all.by_lock) {
		// But for the main one, which nobody named
		take_new(arena, &all.indexes, before.indexes.len - 1, all.indexes.len - 1,
			 &places.extra_index_urls);
		places.index_url = all.indexes.items[all.indexes.len - 1];
	} else if (all.is_open && all.indexes.len == 0) {
		places.no_index = true;
	}
	*ret_places = places;
}

static void add_addresses(struct arena *arena, const struct slice_list *urls,
			  struct address_list *list)
{
	struct address_list all = { 0 };
	for (size_t i = 0; i < list->len; i++)
		*array_push(arena, &all) = list->items[i];
	for (size_t i = 0; i < urls->len; i++)
		*array_push(arena, &all) =
			(struct address){ urls->items[i], ORIGIN_LOCK };
	*list = all;
}

struct index_request supply_with_places(struct session *session,
					const struct index_request *request,
					const struct lock_places *places)
{
	struct index_request whole = *request;
	add_addresses(session->arena, &places->extra_index_urls, &whole.extra);
	add_addresses(session->arena, &places->find_links, &whole.find_links);
	if (places->index_url.len)
		whole.main = (struct address){ places->index_url, ORIGIN_LOCK };
	whole.none |= places->no_index;
	return whole;
}

void supply_add_torch(struct session *session, struct supply *supply,
		      const struct torch_choice *torch)
{
	struct index_config *indexes = &supply->indexes;
	supply->torch = torch;
	if (indexes->index_len + indexes->explicit_len)
		torch_add_index(session->arena, torch, indexes);
}

int supply_index(struct session *session, struct supply *supply, struct index **ret_index,
		 struct error *err)
{
	struct net *net;
	if (!supply->index &&
	    (session_net(session, &net, err) < 0 ||
	     index_open(&supply->indexes, net, &supply->index, err) < 0))
		return -1;
	*ret_index = supply->index;
	return 0;
}

void supply_release(struct supply *supply)
{
	index_close(supply->index);
	supply->index = NULL;
}

// --- of a lock -------------------------------------------------------------------------

// The lock's own word on PyTorch; what is configured of it is for a new lock.
static int torch_of_lock(struct session *session, const struct lock *lock,
			 const struct target *target, struct supply *supply,
			 struct error *err)
{
	struct torch_choice *choice = arena_new(session->arena, struct torch_choice);
	struct target_list targets = { 0 };
	const struct torch_question question = { .base.url = S(""),
						 .present = lock,
						 .targets = &targets };
	if (!lock->torch_backend.len)
		return 0;
	*array_push(session->arena, &targets) = *target;
	if (torch_choose(&question, session->arena, choice, session->diagnostics, err) <
	    0)
		return -1;
	supply_add_torch(session, supply, choice);
	return 0;
}

int supply_of_lock(struct session *session, const struct environment_request *request,
		   const struct opened_lock *lock, struct supply *ret_supply,
		   struct error *err)
{
	static const struct requirement_set none = { 0 };
	const struct supply_request asked = { .indexes = &request->indexes,
					      .lock = &lock->lock,
					      .lock_path = lock->path,
					      .wheelhouses_have_releases = true };
	struct supply supply;
	struct resolve_policy policy = { 0 };
	if (supply_choose(session, &asked, &supply, err) < 0 ||
	    torch_of_lock(session, &lock->lock, &lock->target, &supply, err) < 0)
		return -1;
	if (policy_read(session->arena, &request->releases, &none, &policy, err) < 0)
		return -1;
	supply.binary = policy.binary;
	supply.binary_len = policy.binary_len;
	*ret_supply = supply;
	return 0;
}

// --- questions -------------------------------------------------------------------------

static bool is_at(const struct index_config *config, size_t at, struct slice url)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice given = slice_trim(config->index_urls[at]);
	return is_same_index(url_redact(&scratch, given), url);
}

struct address_rules supply_address_rules(const struct supply *supply)
{
	return (struct address_rules){ .allowed = supply->allow_direct.items,
				       .allowed_len = supply->allow_direct.len,
				       .places = &supply->indexes };
}

bool supply_admits(const struct supply *supply, struct slice name, struct slice url)
{
	const struct index_config *config = &supply->indexes;
	const struct index_mapping *mapping =
		index_mapping_find(config->mappings, config->mapping_len, name);
	bool admits = mapping && is_at(config, mapping->index, url);
	bool is_open = !mapping || mapping->falls_back;
	for (size_t i = 0; is_open && i < config->index_len; i++)
		admits |= is_at(config, i, url);
	return admits;
}

struct sha256 supply_digest(const struct supply *supply)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const struct index_config *config = &supply->indexes;
	struct buf text = { .arena = &scratch };
	for (size_t i = 0; i < config->index_len + config->explicit_len; i++)
		buf_printf(&text, "%s %.*s\n", i < config->index_len ? "index" : "mapped",
			   SLICE_ARG(url_redact(&scratch, config->index_urls[i])));
	for (size_t i = 0; i < config->mapping_len; i++)
		buf_printf(&text, "%.*s from %u\n",
			   SLICE_ARG(config->mappings[i].pattern),
			   config->mappings[i].index);
	for (size_t i = 0; i < config->find_links_len; i++)
		buf_printf(&text, "links %.*s\n",
			   SLICE_ARG(url_redact(&scratch, config->find_links[i])));
	for (size_t i = 0; i < supply->binary_len; i++)
		buf_printf(&text, "binary %.*s %d\n", SLICE_ARG(supply->binary[i].name),
			   (int)supply->binary[i].mode);
	return sha256_of(buf_slice(&text));
}
