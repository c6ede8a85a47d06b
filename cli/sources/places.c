// SPDX-License-Identifier: MIT
// Puts together which indexes are asked, for every command.
#include "cli/sources/places.h"

#include "cli/lock/lock_options.h"
#include "cli/sources/index_map.h"
#include "cli/sources/index_url.h"
#include "cli/sources/torch.h"
#include "net/url.h"

#include <string.h>

// Places in the making.
struct gathering {
	struct cli *cli;
	const struct index_request *request;
	struct url_list indexes, links;
	bool by_lock;         // indexes has those that the lock names
	bool is_open;         // nobody names a main index
	struct index_map own; // of the user's
	struct {
		struct index_mapping *items;
		size_t len, cap;
	} mappings; // the lock's, then the user's own
};

bool index_is_named(const struct index_values *values)
{
	return values->index_url || index_is_configured();
}

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

static bool find_index(const struct url_list *indexes, struct slice url, size_t *ret_at)
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

static const struct lock *lock_of(const struct gathering *gathering)
{
	return &gathering->request->lock->lock;
}

// PyTorch's index has torch's family alone, and torch_add_index adds it.
static void add_lock_index(void *context, const struct lock_package *package)
{
	struct gathering *gathering = context;
	size_t at;
	if (is_index_url(package->index) &&
	    !torch_is_index_of(lock_of(gathering), package->index) &&
	    !find_index(&gathering->indexes, package->index, &at))
		*array_push(&gathering->cli->arena, &gathering->indexes) = package->index;
}

struct files_seen {
	struct gathering *gathering;
	struct url_list folders;
	bool local, remote;
};

static const char *path_of_file(struct gathering *gathering, const struct lock_file *file)
{
	struct arena *arena = &gathering->cli->arena;
	struct slice path = file->path;
	const char *absolute;
	if (!path.len && url_file_path(arena, file->url, &absolute))
		return absolute;
	if (slice_starts_with(path, S("/")))
		return arena_c_string(arena, path);
	const char *folder = path_directory(arena, gathering->request->lock->path);
	if (strcmp(folder, ".") == 0)
		return arena_c_string(arena, path);
	return path_join(arena, folder, path);
}

static void look_at_file(struct files_seen *seen, const struct lock_file *file)
{
	struct arena *arena = &seen->gathering->cli->arena;
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
static void put_public_index_last(struct url_list *indexes, size_t first)
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
	size_t before = gathering->indexes.len;
	visit_packages(lock_of(gathering)->packages, lock_of(gathering)->len,
		       add_lock_index, gathering);
	if (gathering->indexes.len == before)
		return seen->local && !seen->remote;
	put_public_index_last(&gathering->indexes, before);
	gathering->by_lock = true;
	return true;
}

// --- all of them -----------------------------------------------------------------------

static void add_folders(struct gathering *gathering)
{
	const struct text_list *folders = gathering->request->folders;
	for (size_t i = 0; folders && i < folders->len; i++)
		if (path_is_directory(folders->items[i]))
			*array_push(&gathering->cli->arena, &gathering->links) =
				slice_from(folders->items[i]);
}

// What the options of requirements files say. Of several main indexes the last counts.
static void add_options(struct gathering *gathering, struct slice *ret_main,
			bool *ret_none)
{
	struct arena *arena = &gathering->cli->arena;
	const struct requirement_set *set = gathering->request->set;
	for (size_t i = 0; set && i < set->options_len; i++) {
		const struct requirement_option *option = &set->options[i];
		if (option->kind == OPTION_INDEX_URL)
			*ret_main = option->value;
		if (option->kind == OPTION_EXTRA_INDEX_URL)
			*array_push(arena, &gathering->indexes) = option->value;
		if (option->kind == OPTION_FIND_LINKS)
			*array_push(arena, &gathering->links) = option->value;
		*ret_none |= option->kind == OPTION_NO_INDEX;
	}
}

static void add_main_index(struct gathering *gathering, struct slice of_files,
			   const struct files_seen *seen)
{
	struct cli *cli = gathering->cli;
	const char *given = gathering->request->values->index_url;
	struct slice url = given ? main_index_url(cli, slice_from(given)) : of_files;
	gathering->is_open = !url.len && !index_is_configured();
	if (gathering->is_open && gathering->request->lock &&
	    add_indexes_of_lock(gathering, seen))
		return;
	*array_push(&cli->arena, &gathering->indexes) =
		url.len ? url : configured_index_url(cli);
}

// Extra indexes stand before the main one, as uv has it: the first index that has a name wins.
static void gather(struct gathering *gathering)
{
	struct cli *cli = gathering->cli;
	const struct index_values *values = gathering->request->values;
	bool none = values->no_index;
	struct slice of_files = S("");
	for (size_t i = 0; i < values->extra_index_urls.len; i++)
		*array_push(&cli->arena, &gathering->indexes) =
			index_url(cli, slice_from(values->extra_index_urls.items[i]));
	for (size_t i = 0; i < values->find_links.len; i++)
		*array_push(&cli->arena, &gathering->links) =
			slice_from(values->find_links.items[i]);
	add_options(gathering, &of_files, &none);
	add_configured_extra_indexes(cli, &gathering->indexes);
	add_index_words(cli, configured_setting("FIND_LINKS"), &gathering->links);
	add_folders(gathering);
	struct files_seen seen = { .gathering = gathering };
	if (gathering->request->lock)
		visit_packages(lock_of(gathering)->packages, lock_of(gathering)->len,
			       look_at_package, &seen);
	if (gathering->links.len == 0)
		gathering->links = seen.folders;
	if (none)
		gathering->indexes = (struct url_list){ 0 };
	else
		add_main_index(gathering, of_files, &seen);
}

// A folder or a bare host as index would only fail later, and less clearly.
static int check_index_url(struct cli *cli, struct slice url, struct error *err)
{
	struct slice shown = url_redact(&cli->arena, url);
	size_t at = slice_find_last_byte(shown, '@'); // "user:password@host"
	if (at != SLICE_NONE)
		shown = slice_skip(shown, at + 1);
	if (is_index_url(url))
		return 0;
	error_set(err, ERROR_USAGE,
		  "'%.*s' is no URL of an index: expected http://, https:// or file://",
		  SLICE_ARG(shown));
	if (path_is_directory(arena_c_string(&cli->arena, url)))
		error_hint(err,
			   "for a directory with distribution files: --find-links %.*s",
			   SLICE_ARG(shown));
	return -1;
}

// A folder without files has nothing to say, and beside an index nobody misses it: answers
// that were kept hold (answers.h).
static void drop_empty_folders(struct cli *cli, struct url_list *links)
{
	size_t kept = 0;
	for (size_t i = 0; i < links->len; i++) {
		const char *path = arena_c_string(&cli->arena, links->items[i]);
		struct name_list names = { 0 };
		struct error ignored;
		bool is_empty =
			path_is_directory(path) &&
			directory_names(path, &cli->arena, &names, &ignored) == 0 &&
			names.len == 0;
		if (!is_empty)
			links->items[kept++] = links->items[i];
	}
	links->len = kept;
}

static bool fits(const struct index_mapping *mapping, struct slice name)
{
	struct slice pattern = mapping->pattern;
	if (!slice_ends_with(pattern, S("*")))
		return slice_eq(pattern, name);
	return slice_starts_with(name, slice_range(pattern, 0, pattern.len - 1));
}

// A name before any pattern, of several the last, as the index has it.
static const struct index_mapping *find_mapping(const struct index_mapping *mappings,
						size_t len, struct slice name)
{
	const struct index_mapping *found = NULL;
	for (size_t i = 0; i < len; i++)
		if (fits(&mappings[i], name) &&
		    (!found || slice_eq(mappings[i].pattern, name) ||
		     !slice_eq(found->pattern, name)))
			found = &mappings[i];
	return found;
}

// Where the user says nothing else of the name.
static void map_package(void *context, const struct lock_package *package)
{
	struct gathering *gathering = context;
	const struct index_map *own = &gathering->own;
	size_t at;
	if (package->index.len &&
	    !find_mapping(own->mappings.items, own->mappings.len, package->name) &&
	    find_index(&gathering->indexes, package->index, &at))
		*array_push(&gathering->cli->arena, &gathering->mappings) =
			(struct index_mapping){ .pattern = package->name,
						.index = (uint32_t)at };
}

// Where all comes from one index, nothing is to be told apart.
static int add_mappings(struct gathering *gathering, struct error *err)
{
	struct cli *cli = gathering->cli;
	const struct index_values *values = gathering->request->values;
	struct index_map *own = &gathering->own;
	struct text_list named;
	add_users(cli, &values->named_indexes, &named);
	if (index_map_read(&cli->arena, &named, &values->index_for,
			   gathering->indexes.len, own, err) < 0)
		return -1;
	if (values->named_here &&
	    index_map_check(&cli->arena, &named, &values->index_for, err) < 0)
		return -1;
	if (gathering->by_lock && gathering->indexes.len > 1)
		visit_packages(lock_of(gathering)->packages, lock_of(gathering)->len,
			       map_package, gathering);
	for (size_t i = 0; i < own->urls.len; i++)
		*array_push(&cli->arena, &gathering->indexes) = own->urls.items[i];
	for (size_t i = 0; i < own->mappings.len; i++)
		*array_push(&cli->arena, &gathering->mappings) = own->mappings.items[i];
	return 0;
}

int index_config_of(struct cli *cli, const struct index_request *request,
		    struct index_config *ret_config, struct error *err)
{
	struct gathering gathering = { .cli = cli, .request = request };
	gather(&gathering);
	if (gathering.indexes.len)
		drop_empty_folders(cli, &gathering.links);
	if (add_mappings(&gathering, err) < 0)
		return -1;
	for (size_t i = 0; i < gathering.indexes.len; i++)
		if (check_index_url(cli, gathering.indexes.items[i], err) < 0)
			return -1;
	size_t explicit_len = gathering.own.urls.len;
	*ret_config = (struct index_config){
		.index_urls = gathering.indexes.items,
		.index_len = gathering.indexes.len - explicit_len,
		.explicit_len = explicit_len,
		.mappings = gathering.mappings.items,
		.mapping_len = gathering.mappings.len,
		.find_links = gathering.links.items,
		.find_links_len = gathering.links.len,
		.store_path = cache_directory(cli),
		.offline = cli->common.offline,
		.refresh = request->values->refresh,
		.now = clock_seconds(),
	};
	return 0;
}

// What `values` already say is not said again; what other files or variables say need not be.
static void take_new(struct arena *arena, const struct url_list *urls, size_t from,
		     size_t to, struct text_list *list)
{
	for (size_t i = from; i < to; i++)
		*array_push(arena, list) = arena_c_string(arena, urls->items[i]);
}

void index_values_of_lock(struct cli *cli, const struct index_request *request,
			  struct index_values *values)
{
	struct index_request without = *request;
	struct gathering before = { .cli = cli, .request = &without },
			 all = { .cli = cli, .request = request };
	without.lock = NULL;
	gather(&before);
	gather(&all);
	if (before.links.len == 0)
		take_new(&cli->arena, &all.links, 0, all.links.len, &values->find_links);
	if (!all.is_open)
		return;
	// But for the main one, which nobody named
	size_t others = before.indexes.len - 1;
	if (all.by_lock) {
		take_new(&cli->arena, &all.indexes, others, all.indexes.len - 1,
			 &values->extra_index_urls);
		values->index_url =
			arena_c_string(&cli->arena,
				       all.indexes.items[all.indexes.len - 1]);
	} else if (all.indexes.len == 0) {
		values->no_index = true;
	}
}

void index_cleanup(struct index **index)
{
	index_close(*index);
}

// --- questions to a config -------------------------------------------------------------

static bool is_at(const struct index_config *config, size_t at, struct slice url)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice given = slice_trim(config->index_urls[at]);
	return is_same_index(url_redact(&scratch, given), url);
}

bool index_config_admits(const struct index_config *config, struct slice name,
			 struct slice url)
{
	const struct index_mapping *mapping =
		find_mapping(config->mappings, config->mapping_len, name);
	bool admits = mapping && is_at(config, mapping->index, url);
	bool is_open = !mapping || mapping->falls_back;
	for (size_t i = 0; is_open && i < config->index_len; i++)
		admits |= is_at(config, i, url);
	return admits;
}

void places_add_torch(struct cli *cli, struct places *places,
		      const struct torch_choice *torch)
{
	struct index_config *indexes = &places->indexes;
	places->torch = torch;
	if (indexes->index_len + indexes->explicit_len)
		torch_add_index(cli, torch, indexes);
}

// --- of a lock ---------------------------------------------------------------------------

// The lock's own word on PyTorch; what a variable says of it is for a new lock.
static int torch_of_lock(struct cli *cli, const struct lock *lock,
			 const struct target *target, struct places *places,
			 struct error *err)
{
	struct torch_choice *choice = arena_new(&cli->arena, struct torch_choice);
	struct lock_values values = { 0 };
	struct target_list targets = { 0 };
	if (!lock->torch_backend.len)
		return 0;
	*array_push(&cli->arena, &targets) = *target;
	values.torch_backend = arena_c_string(&cli->arena, lock->torch_backend);
	if (torch_choose(cli, &values, lock, &targets, choice, err) < 0)
		return -1;
	places_add_torch(cli, places, choice);
	return 0;
}

int places_of_lock(struct cli *cli, const struct index_values *values,
		   const struct opened_lock *lock, struct places *ret_places,
		   struct error *err)
{
	struct places places = { .first = index_is_named(values) };
	struct lock_values settings = { .indexes = *values };
	struct index_request request = { .values = &settings.indexes,
					 .lock = lock,
					 .folders = &cli->wheelhouses };
	struct requirement_set none = { 0 };
	struct resolve_options policy = { 0 };
	if (lock_read_index_settings(cli, &settings, err) < 0 ||
	    lock_read_policy(cli, &settings, &none, &policy, err) < 0 ||
	    index_config_of(cli, &request, &places.indexes, err) < 0 ||
	    torch_of_lock(cli, &lock->lock, &lock->target, &places, err) < 0)
		return -1;
	places.binary = policy.binary;
	places.binary_len = policy.binary_len;
	*ret_places = places;
	return 0;
}

struct sha256 places_digest(const struct places *places)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const struct index_config *config = &places->indexes;
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
	for (size_t i = 0; i < places->binary_len; i++)
		buf_printf(&text, "binary %.*s %d\n", SLICE_ARG(places->binary[i].name),
			   (int)places->binary[i].mode);
	return sha256_of(buf_slice(&text));
}
