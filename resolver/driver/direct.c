// SPDX-License-Identifier: MIT
// Which file a name comes from: those that the user names, and those that metadata brings in.
#include "resolver/driver/parts.h"

#include "base/files.h"
#include "base/origin.h"
#include "net/url.h"

#define NOT_DISCOVERED UINT32_MAX

// --- reading ---------------------------------------------------------------------------------------------------------

// Without what may not be shown, so that a requirement's URL leads to its file even after its password is gone; with the
// part of a tree that is meant.
static struct slice key_of(const struct driver *driver, struct slice location)
{
	struct arena *arena = driver->arena;
	struct slice bare = url_redact(arena, url_without_fragment(location));
	size_t at = slice_find(location, S("subdirectory="));
	struct slice part, rest = at == SLICE_NONE ? S("") : slice_skip(location, at);
	slice_cut(&rest, '&', &part);
	return part.len ? arena_printf(arena, "%.*s#%.*s", SLICE_ARG(bare),
				       SLICE_ARG(part))
			: bare;
}

static const struct direct_file *file_at(const struct driver *driver,
					 struct slice location)
{
	const struct direct_files *files = &driver->direct;
	uint32_t index;
	bool known = map_find(&files->by_location, key_of(driver, location), &index);
	return known ? files->files.items[index] : NULL;
}

// The project that a file is the only release of.
static void make_project(struct direct_file *file)
{
	file->release.file_len = 1;
	file->project = (struct project){
		.name = file->name,
		.state = PROJECT_FOUND,
		.releases = &file->release,
		.release_len = 1,
		.files = &file->file,
		.file_len = 1,
		.tag_set_len = 1,
		.python_set_len = 1,
		.index_url = file->url.len ? file->url : slice_from(file->path),
	};
}

// Keeps a file for its location; it may be known by now.
static int add_file(struct driver *driver, const struct direct_request *request,
		    struct direct_file **ret_file, struct error *err)
{
	struct direct_files *files = &driver->direct;
	const struct driver_host *host = &driver->host;
	struct slice location = request->location;
	uint32_t index;
	if (map_find(&files->by_location, key_of(driver, location), &index)) {
		*ret_file = files->files.items[index];
		return 0;
	}
	if (!host->take_direct)
		return error_set(err, ERROR_INPUT,
				 "files and addresses are not taken here");
	struct direct_file *file = arena_new(driver->arena, struct direct_file);
	if (host->take_direct(host->context, request, file, err) < 0)
		return -1;
	make_project(file);
	struct slice key = arena_dup(driver->arena, key_of(driver, location));
	map_insert(&files->by_location, key, (uint32_t)files->files.len, NULL);
	*array_push(driver->arena, &files->files) = file;
	*ret_file = file;
	return 0;
}

static int read_entry(struct driver *driver, struct requirement_entry *entry,
		      const struct target *target, struct error *err)
{
	struct requirement *requirement = &entry->requirement;
	struct direct_file *file;
	if (entry->path.len == 0 && requirement->url.len == 0)
		return 0;
	struct slice location = slice_from(requirement_location(driver->arena, entry));
	const char *file_name = arena_c_string(driver->arena, entry->span.source->name);
	struct direct_request request = {
		.location = location,
		.name = requirement->name,
		.editable = entry->editable,
		.beside = path_directory(driver->arena, file_name),
		.target = target,
	};
	if (add_file(driver, &request, &file, err) < 0) {
		if (!err->span.source)
			err->span = entry->span;
		return -1;
	}
	if (entry->editable && file->kind == DIRECT_VCS)
		diagnostics_warn(driver->diagnostics,
				 "'%.*s' is locked as a commit, which is not editable",
				 SLICE_ARG(file->name));
	file->editable |= entry->editable && file->kind == DIRECT_DIRECTORY;
	file->is_own |= file->editable;
	// From here on it goes by the name, with the location where a URL would be.
	requirement->name = requirement->raw_name = file->name;
	requirement->url = location;
	entry->path = S("");
	return 0;
}

// The first target that the entry is for, or NULL.
static const struct target *first_target(const struct requirement_entry *entry,
					 const struct target_list *targets)
{
	for (size_t i = 0; i < targets->len; i++) {
		struct marker_context context = { .target = &targets->items[i] };
		if (marker_holds(entry->requirement.marker, &context))
			return &targets->items[i];
	}
	return NULL;
}

int driver_take_direct(struct driver *driver, struct requirement_set *set,
		       const struct target_list *targets, struct error *err)
{
	for (size_t i = 0; i < set->len; i++) {
		struct requirement *requirement = &set->entries[i].requirement;
		const struct target *target = first_target(&set->entries[i], targets);
		if (target && read_entry(driver, &set->entries[i], target, err) < 0)
			return -1;
		// What is not fetched is shown all the same, in the lock's list of overrides.
		requirement->url = url_redact(driver->arena, requirement->url);
		if (requirement->name.len)
			*array_push(driver->arena, &driver->addresses.own_names) =
				requirement->name;
	}
	return 0;
}

// --- finding ---------------------------------------------------------------------------------------------------------

static bool holds(const struct search *search, const struct requirement_entry *entry)
{
	struct marker_context context = { .target = search->class.target };
	return marker_holds(entry->requirement.marker, &context);
}

static const struct direct_file *find_named_by_user(const struct search *search,
						    struct slice name)
{
	const struct requirement_set *set = search->request->requirements;
	const struct driver *driver = search->driver;
	const struct requirement_entry *override = override_of(search, S(""), name);
	if (override)
		return override->requirement.url.len
			       ? file_at(driver, override->requirement.url)
			       : NULL;
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (entry->requirement.url.len && !entry->is_override &&
		    slice_eq(entry->requirement.name, name) && holds(search, entry))
			return file_at(driver, entry->requirement.url);
	}
	return NULL;
}

const struct direct_file *direct_find(const struct search *search, struct slice name)
{
	const struct direct_files *files = &search->driver->direct;
	uint32_t index;
	if (files->files.len == 0)
		return NULL;
	const struct direct_file *file = find_named_by_user(search, name);
	if (!file && map_find(&files->discovered, name, &index) &&
	    index != NOT_DISCOVERED)
		file = files->files.items[index];
	return file;
}

bool direct_is_discovered(const struct search *search, struct slice name)
{
	const struct direct_files *files = &search->driver->direct;
	uint32_t index;
	return map_find(&files->discovered, name, &index) && index != NOT_DISCOVERED &&
	       direct_find(search, name) == files->files.items[index];
}

void direct_ban(struct search *search, struct slice name)
{
	struct direct_files *files = &search->driver->direct;
	uint32_t index = NOT_DISCOVERED;
	map_find(&files->discovered, name, &index);
	map_set(&files->discovered, arena_dup(search->driver->arena, name),
		NOT_DISCOVERED);
	for (size_t i = 0; i < files->by_location.len; i++)
		if (files->by_location.entries[i].value == index)
			map_set(&files->banned, files->by_location.entries[i].key, 0);
}

const struct direct_file *direct_of(const struct driver *driver,
				    const struct project *project)
{
	const struct direct_files *files = &driver->direct;
	for (size_t i = 0; i < files->files.len; i++)
		if (&files->files.items[i]->project == project)
			return files->files.items[i];
	return NULL;
}

const struct direct_file *direct_file_of(const struct driver *driver,
					 const struct project_file *file)
{
	const struct direct_files *files = &driver->direct;
	for (size_t i = 0; i < files->files.len; i++)
		if (&files->files.items[i]->file == file)
			return files->files.items[i];
	return NULL;
}

const struct direct_file *direct_tree_of(const struct driver *driver,
					 const struct project_file *file)
{
	const struct direct_file *direct = direct_file_of(driver, file);
	return direct && direct->kind != DIRECT_ARCHIVE ? direct : NULL;
}

struct slice direct_subdirectory(const struct driver *driver,
				 const struct project_file *file)
{
	const struct direct_file *direct = direct_file_of(driver, file);
	return direct ? direct->subdirectory : S("");
}

int direct_check(const struct search *search, const struct requirement_entry *entry,
		 struct error *err)
{
	struct slice url = entry->requirement.url;
	if (url.len == 0)
		return 0;
	const struct direct_file *counts = direct_find(search, entry->requirement.name);
	if (counts && counts == file_at(search->driver, url))
		return 0;
	error_at(err, ERROR_NO, entry->span, "'%.*s' is asked for from two places",
		 SLICE_ARG(entry->requirement.name));
	return error_hint(err, "keep one of them, or give each a marker");
}

// --- needs of metadata -----------------------------------------------------------------------------------------------

bool direct_is_of_user(struct search *search, uint32_t node,
		       const struct requirement *requirement)
{
	const struct node *asking = &search->nodes.items[node];
	const struct direct_file *file = direct_of(search->driver, asking->project);
	enum origin origin = ORIGIN_METADATA;
	if (file && file->is_own)
		origin = ORIGIN_PROJECT;
	if (override_of(search, asking->name, requirement->name))
		origin = ORIGIN_REQUIREMENTS;
	return origin_leave(origin, DECISION_DIRECT) == LEAVE_HEEDED;
}

// NULL where the address may be followed.
static const struct error *refusal(struct search *search, const struct direct_need *need)
{
	const struct requirement *requirement = need->requirement;
	struct address_claim claim = {
		.who = release_text(search, need->node, need->rank),
		.name = requirement->name,
		.url = requirement->url,
	};
	struct error err = { 0 };
	if (direct_is_of_user(search, need->node, requirement) ||
	    address_rules_check(&search->driver->addresses, &claim, &err) == 0)
		return NULL;
	struct error *kept = arena_new(&search->arena, struct error);
	*kept = err;
	return kept;
}

// Of the user's own folder, as a requirements file of that folder would say it.
static struct direct_request request_of(struct search *search,
					const struct direct_need *need)
{
	struct arena *arena = search->driver->arena;
	const struct direct_file *asking =
		direct_of(search->driver, search->nodes.items[need->node].project);
	struct slice url = need->requirement->url;
	struct direct_request request = { .location = url,
					  .name = need->requirement->name,
					  .target = search->class.target };
	const char *path;
	if (!asking || !asking->is_own)
		return request;
	request.beside = asking->path;
	if (url_file_path(arena, url_without_fragment(url), &path))
		request.location = arena_printf(
			arena, "%s%.*s", path,
			SLICE_ARG(slice_skip(url, url_without_fragment(url).len)));
	return request;
}

static enum direct_answer discover(struct search *search, const struct direct_need *need,
				   struct slice *ret_problem)
{
	struct direct_files *files = &search->driver->direct;
	struct direct_file *file;
	struct error err = { 0 };
	struct direct_request request = request_of(search, need);
	struct slice name = need->requirement->name;
	if (map_has(&files->banned, key_of(search->driver, request.location))) {
		*ret_problem = arena_printf(&search->arena, "needs '%.*s' from a URL",
					    SLICE_ARG(name));
		return DIRECT_UNUSABLE;
	}
	files->looked_elsewhere = true;
	if (add_file(search->driver, &request, &file, &err) < 0) {
		*ret_problem = arena_printf(&search->arena, "needs '%.*s' from a URL: %s",
					    SLICE_ARG(name), err.cause);
		return DIRECT_UNUSABLE;
	}
	uint32_t index = 0;
	while (files->files.items[index] != file)
		index++;
	map_set(&files->discovered, file->name, index);
	return DIRECT_NEW;
}

enum direct_answer direct_need(struct search *search, const struct direct_need *need,
			       struct slice *ret_problem,
			       const struct error **ret_refusal)
{
	struct slice name = need->requirement->name;
	const struct direct_file *counts = direct_find(search, name);
	struct direct_request request = request_of(search, need);
	if (counts && counts == file_at(search->driver, request.location))
		return DIRECT_SAME;
	*ret_refusal = refusal(search, need);
	if (*ret_refusal)
		return DIRECT_REFUSED;
	if (!counts)
		return discover(search, need, ret_problem);
	*ret_problem = arena_printf(&search->arena, "needs '%.*s' from another URL",
				    SLICE_ARG(name));
	return DIRECT_UNUSABLE;
}
