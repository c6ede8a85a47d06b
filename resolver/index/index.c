// SPDX-License-Identifier: MIT
// The interface of the index: what is wanted becomes a job, and an answer of the net goes
// to the job that it is for.
#include "resolver/index/state.h"

#include "base/limits.h"
#include "net/url.h"
#include "packaging/name.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_AGE_SECONDS = 600, KIND_SHIFT = 32 };
// So many bytes of answers are held back before they are written: few enough that a
// killed run loses little.
#define FLUSH_BYTES (16 * MIB)

void index_send(struct index *index, struct net_request *request, enum request_kind kind,
		size_t id)
{
	request->tag = (uint64_t)kind << KIND_SHIFT | id;
	request->owner = index;
	index->under_way++;
	net_start(index->net, request);
}

// --- opening -------------------------------------------------------------------------

static struct slice without_slash(struct slice url)
{
	while (slice_ends_with(url, S("/")))
		url.len--;
	return url;
}

// A digest is used only if it must be, since the first one of a run loads libcrypto.
static struct slice index_id(struct arena *arena, struct slice url)
{
	struct slice id = url;
	if (url.len > INDEX_ID_URL_MAX) {
		struct sha256 digest = sha256_of(url);
		id = sha256_hex(arena, &digest);
	}
	return arena_printf(arena, "%.*s\n", SLICE_ARG(id));
}

static void open_source(struct index *index, struct index_source *source,
			struct slice given)
{
	source->url =
		without_slash(arena_dup(&index->arena, url_redact(&index->arena, given)));
	source->local = url_file_path(&index->arena, source->url, &source->path);
	source->id = index_id(&index->arena, source->url);
	net_use_credentials(index->net, given);
}

static void open_places(struct index *index)
{
	const struct index_config *config = &index->config;
	size_t len = config->index_len + config->explicit_len;
	index->sources = arena_new_array(&index->arena, struct index_source, len);
	for (size_t i = 0; i < len; i++)
		open_source(index, &index->sources[i], slice_trim(config->index_urls[i]));
	index->links =
		arena_new_array(&index->arena, struct find_link, config->find_links_len);
	for (size_t i = 0; i < config->find_links_len; i++)
		find_link_open(&index->links[i],
			       arena_dup(&index->arena, config->find_links[i]),
			       &index->arena);
}

int index_open(const struct index_config *config, struct net *net,
	       struct index **ret_index, struct error *err)
{
	struct index_store *store;
	if (index_store_open(config->store_path, &store, err) < 0)
		return -1;
	struct index *index = mem_alloc(sizeof(*index));
	index->config = *config;
	if (index->config.max_age_seconds == 0)
		index->config.max_age_seconds = MAX_AGE_SECONDS;
	index->net = net;
	index->store = store;
	index->page_names.arena = &index->arena;
	index->metadata_files.arena = &index->arena;
	index->host_origins.arena = &index->arena;
	open_places(index);
	*ret_index = index;
	return 0;
}

void index_close(struct index *index)
{
	struct error ignored;
	if (!index)
		return;
	net_cancel(index->net, index);
	// Writing may fail: what is not written is fetched again another time.
	(void)!index_store_flush(index->store, &ignored);
	for (size_t i = 0; i < index->metadata_jobs.len; i++)
		arena_release(&index->metadata_jobs.items[i]->scratch);
	index_store_close(index->store);
	arena_release(&index->arena);
	mem_free(index);
}

// --- wanting -------------------------------------------------------------------------

void index_want_project(struct index *index, struct slice name)
{
	if (map_has(&index->page_names, name))
		return;
	struct slice kept = arena_dup(&index->arena, name);
	page_job_begin(index, page_job_new(index, kept, kept));
}

static struct slice pointer_key(const struct project_file *const *file)
{
	return (struct slice){ (const char *)file, sizeof(*file) };
}

void index_want_metadata(struct index *index, const struct project *project,
			 const struct project_file *file)
{
	if (map_has(&index->metadata_files, pointer_key(&file)))
		return;
	size_t id = index->metadata_jobs.len;
	struct metadata_job *job = arena_new(&index->arena, struct metadata_job);
	job->file = file;
	job->project_name = project->name;
	map_insert(&index->metadata_files, pointer_key(&job->file), (uint32_t)id, NULL);
	*array_push(&index->arena, &index->metadata_jobs) = job;
	metadata_job_begin(index, job, id);
}

// --- answers -------------------------------------------------------------------------

const struct project *index_project(const struct index *index, struct slice name)
{
	uint32_t number;
	if (!map_find(&index->page_names, name, &number))
		return NULL;
	const struct page_job *job = index->page_jobs.items[number];
	return job->known ? &job->project : NULL;
}

const struct file_metadata *index_metadata(const struct index *index,
					   const struct project_file *file)
{
	uint32_t number;
	if (!map_find(&index->metadata_files, pointer_key(&file), &number))
		return NULL;
	const struct metadata_job *job = index->metadata_jobs.items[number];
	return job->known ? &job->answer : NULL;
}

static void take(struct index *index, struct net_response *response)
{
	index->under_way--;
	size_t id = (size_t)(response->tag & UINT32_MAX);
	switch ((enum request_kind)(response->tag >> KIND_SHIFT)) {
	case REQUEST_PAGE:
		page_job_take(index, index->page_jobs.items[id], response);
		break;
	case REQUEST_FIND_LINK: find_link_take(index, &index->links[id], response); break;
	case REQUEST_METADATA:
		metadata_job_take(index, index->metadata_jobs.items[id], id, response);
		break;
	}
	net_response_release(response);
}

int index_wait(struct index *index, struct error *err)
{
	struct net_response response;
	if (index_store_pending_bytes(index->store) > FLUSH_BYTES &&
	    index_store_flush(index->store, err) < 0)
		return -1;
	while (index->news == 0 && index->under_way > 0) {
		if (net_wait_for(index->net, index, &response, err) < 0)
			return -1;
		take(index, &response);
		while (net_poll_for(index->net, index, &response))
			take(index, &response);
	}
	index->news = 0;
	return 0;
}

struct index_counts index_counts(const struct index *index)
{
	return index->counts;
}

// --- similar names -------------------------------------------------------------------

enum { SIMILAR_DISTANCE = 2 };

struct similar {
	struct slice name;
	size_t distance;
};

struct similar_search {
	struct slice wanted;
	struct map seen;
	ARRAY_OF(struct similar) found;
};

static void consider(struct similar_search *search, struct slice name)
{
	size_t distance = name_distance(search->wanted, name, SIMILAR_DISTANCE);
	if (distance == 0 || distance > SIMILAR_DISTANCE ||
	    !map_insert(&search->seen, name, 0, NULL))
		return;
	*array_push(search->seen.arena, &search->found) =
		(struct similar){ name, distance };
}

static bool visit_stored(void *context, struct slice key, struct slice value)
{
	struct freshness freshness;
	size_t end = slice_find_byte(key, '\n');
	if (end != SLICE_NONE && freshness_unpack(value, &freshness) && !freshness.absent)
		consider(context, slice_skip(key, end + 1));
	return true;
}

static int by_distance_and_name(const void *a, const void *b)
{
	const struct similar *left = a, *right = b;
	if (left->distance != right->distance)
		return left->distance < right->distance ? -1 : 1;
	return slice_cmp(left->name, right->name);
}

size_t index_similar_names(const struct index *index, struct slice name,
			   struct arena *arena, struct slice *ret_names, size_t max)
{
	struct similar_search search = { .wanted = name, .seen.arena = arena };
	index_store_each(index->store, STORE_FRESH, visit_stored, &search);
	for (size_t i = 0; i < index->page_jobs.len; i++)
		if (index->page_jobs.items[i]->known &&
		    index->page_jobs.items[i]->project.state == PROJECT_FOUND)
			consider(&search, index->page_jobs.items[i]->name);
	if (search.found.len)
		qsort(search.found.items, search.found.len, sizeof(*search.found.items),
		      by_distance_and_name);
	size_t count = search.found.len < max ? search.found.len : max;
	for (size_t i = 0; i < count; i++)
		ret_names[i] = arena_dup(arena, search.found.items[i].name);
	return count;
}
