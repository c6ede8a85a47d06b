// SPDX-License-Identifier: MIT
// Finds one project: which index has it, from the store or over the net, and what
// find-links add.
//
//	for each index: store fresh? ──▶ answer
//	                store stale or nothing ──▶ request ──304──▶ store's answer, fresh again
//	                                              ├──200──▶ page → record → answer
//	                                              └──404──▶ the next index
//
// The first index that has the name is the only one whose files count: a name on a second
// index cannot slip in.
#include "resolver/index/state.h"

#include "base/files.h"
#include "base/limits.h"
#include "base/text.h"
#include "net/refusal.h"
#include "net/url.h"
#include "packaging/name.h"
#include "resolver/index/page.h"
#include "resolver/index/record.h"
#include "resolver/index/seen.h"

#include <string.h>

static const struct index_source *source_of(const struct index *index,
					    const struct page_job *job)
{
	return &index->sources[job->at];
}

// --- ends ----------------------------------------------------------------------------

static const struct error *keep_error(struct index *index, const struct error *why)
{
	struct error *kept = arena_new(&index->arena, struct error);
	*kept = *why;
	return kept;
}

static void add_find_links(struct index *index, struct page_job *job)
{
	struct project *project = &job->project;
	struct error why;
	if (job->is_mapped)
		return;
	for (size_t i = 0;
	     i < index->config.find_links_len && project->state != PROJECT_FAILED; i++) {
		uint32_t number = (uint32_t)(index->config.index_len +
					     index->config.explicit_len + i);
		size_t before = project->file_len;
		if (find_link_add(&index->links[i], number, &index->arena, project,
				  &why) < 0) {
			project->state = PROJECT_FAILED;
			project->error = keep_error(index, &why);
			return;
		}
		if (project->state == PROJECT_ABSENT && project->file_len > before) {
			project->state = PROJECT_FOUND;
			project->index_url = index->links[i].given;
		}
	}
}

// All places are read, so the answer is final.
static void complete(struct index *index, struct page_job *job)
{
	add_find_links(index, job);
	if (job->not_in_store && job->project.state == PROJECT_ABSENT) {
		struct error why;
		error_set(&why, ERROR_SOURCE,
			  "'%.*s' is not in the store and --offline is set",
			  SLICE_ARG(job->name));
		error_hint(&why, "run once without --offline");
		job->project.state = PROJECT_FAILED;
		job->project.error = keep_error(index, &why);
	}
	job->known = true;
	index->news++;
}

// No index is to be asked any more. What find-links add may still be under way.
static void looked_up(struct index *index, struct page_job *job)
{
	job->looked_up = true;
	job->project.name = job->name;
	if (index->links_pending == 0)
		complete(index, job);
}

static void found(struct index *index, struct page_job *job,
		  const struct project *project)
{
	job->project = *project;
	job->project.index_url = source_of(index, job)->url;
	looked_up(index, job);
}

static void failed(struct index *index, struct page_job *job, struct error *why)
{
	index->is_unrepeatable |= !job->is_brief;
	error_during(why, "asking the index '%.*s' for '%.*s'",
		     SLICE_ARG(source_of(index, job)->url), SLICE_ARG(job->name));
	job->project = (struct project){ .state = PROJECT_FAILED,
					 .error = keep_error(index, why) };
	looked_up(index, job);
}

// --- the store -----------------------------------------------------------------------

static struct slice store_key(struct index *index, const struct page_job *job)
{
	struct buf key = { .arena = &index->arena };
	buf_append(&key, source_of(index, job)->id);
	buf_append(&key, job->name);
	return buf_slice(&key);
}

static void remember(struct index *index, const struct page_job *job,
		     const struct freshness *freshness)
{
	index_store_put(index->store, STORE_FRESH, job->key,
			freshness_pack(freshness, &index->arena));
	evidence_note(index, job->key, freshness);
}

enum lookup { LOOKUP_FOUND, LOOKUP_ABSENT, LOOKUP_UNKNOWN };

// Asks the store for the project at the present index. A stale record is kept for
// revalidation.
static enum lookup look_into_store(struct index *index, struct page_job *job)
{
	struct slice packed;
	job->has_old = false;
	job->key = store_key(index, job);
	if (!index_store_find(index->store, STORE_FRESH, job->key, &packed) ||
	    !freshness_unpack(packed, &job->old))
		return LOOKUP_UNKNOWN;
	bool usable =
		index->config.offline ||
		(!index->config.refresh && freshness_holds(&job->old, index->config.now));
	if (job->old.absent) {
		if (usable)
			evidence_note(index, job->key, &job->old);
		return usable ? LOOKUP_ABSENT : LOOKUP_UNKNOWN;
	}
	struct project project;
	struct value record;
	if (!index_store_place(index->store, STORE_PAGES, job->key, &record) ||
	    !record_open_value(&record, job->at, &index->arena, &project))
		return LOOKUP_UNKNOWN;
	struct project *old = arena_new(&index->arena, struct project);
	*old = project;
	job->old_project = old;
	job->has_old = true;
	if (usable)
		evidence_note(index, job->key, &job->old);
	return usable ? LOOKUP_FOUND : LOOKUP_UNKNOWN;
}

// --- asking --------------------------------------------------------------------------

static void add_header(struct net_request *request, struct slice name, struct slice value)
{
	if (value.len)
		request->headers[request->header_len++] =
			(struct net_header){ name, value };
}

// The address has the normalized name and a slash at its end (503.4). JSON is preferred,
// HTML taken where an index has nothing else (691.1).
static void request_page(struct index *index, struct page_job *job)
{
	struct net_request request = {
		.url = arena_printf(&index->arena, "%.*s/%.*s/",
				    SLICE_ARG(source_of(index, job)->url),
				    SLICE_ARG(job->name)),
		.max_bytes = LIMIT_INDEX_PAGE_BYTES,
		.is_brief = job->is_brief,
	};
	add_header(
		&request, S("Accept"),
		S("application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, "
		  "text/html;q=0.1"));
	if (job->has_old) {
		add_header(&request, S("If-None-Match"), job->old.etag);
		add_header(&request, S("If-Modified-Since"), job->old.last_modified);
	}
	index_send(index, &request, REQUEST_PAGE, job->number);
}

// Files without upload-time get the day on which the store first saw them; but not those
// in a directory, which are not in the store.
static int take_body(struct index *index, struct page_job *job, struct page_input *input,
		     struct slice *ret_record, struct project *ret_project,
		     struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	bool is_journalled = !source_of(index, job)->local;
	struct slice journal = S("");
	struct seen seen;
	if (is_journalled)
		(void)index_store_find(index->store, STORE_SEEN, job->key, &journal);
	seen_begin(&seen, journal, index->config.now, &scratch);
	input->seen = is_journalled ? &seen : NULL;
	if (page_read_record(input, &scratch, &index->arena, ret_record, err) < 0)
		return -1;
	journal = seen_end(&seen);
	if (journal.len)
		index_store_put(index->store, STORE_SEEN, job->key,
				arena_dup(&index->arena, journal));
	// Even a fresh page goes through its record, so that what is handed out never
	// depends on whether it came from the store.
	if (!record_open(*ret_record, job->at, &index->arena, ret_project))
		BUG("a page record cannot be read back");
	return 0;
}

// Looks into an index in a directory, with a page in name/index.html, which is read each
// time and never stored.
static enum lookup look_into_directory(struct index *index, struct page_job *job,
				       struct project *ret_project, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct page_input input = { .name = job->name, .content_type = S("text/html") };
	struct slice page_name = arena_printf(&scratch, "%.*s/index.html",
					      SLICE_ARG(job->name)),
		     record;
	const char *path = path_join(&scratch, source_of(index, job)->path, page_name);
	if (!file_exists(path))
		return LOOKUP_ABSENT;
	input.url =
		arena_printf(&scratch, "%.*s/%.*s/",
			     SLICE_ARG(source_of(index, job)->url), SLICE_ARG(job->name));
	if (file_read(path, LIMIT_INDEX_PAGE_BYTES, ERROR_SOURCE, &scratch, &input.body,
		      err) < 0 ||
	    take_body(index, job, &input, &record, ret_project, err) < 0)
		return LOOKUP_UNKNOWN;
	return LOOKUP_FOUND;
}

// Asks the indexes from job->at on, as far as that goes without waiting.
static void ask(struct index *index, struct page_job *job)
{
	struct project project;
	struct error why;
	for (; job->at < job->end; job->at++) {
		bool local = source_of(index, job)->local;
		index->is_unrepeatable |= local;
		enum lookup lookup =
			local ? look_into_directory(index, job, &project, &why)
			      : look_into_store(index, job);
		if (lookup == LOOKUP_FOUND) {
			index->counts.pages_from_store += !local;
			found(index, job, local ? &project : job->old_project);
			return;
		}
		if (lookup == LOOKUP_UNKNOWN && local) {
			failed(index, job, &why);
			return;
		}
		if (lookup == LOOKUP_UNKNOWN && !index->config.offline) {
			request_page(index, job);
			return;
		}
		job->not_in_store |= lookup == LOOKUP_UNKNOWN;
		index->is_unrepeatable |= job->not_in_store;
		// Otherwise a later index could be taken for the first that has the name.
		if (job->not_in_store)
			break;
	}
	if (job->falls_back && !job->not_in_store) {
		job->falls_back = job->is_mapped = false;
		job->project.error = NULL;
		job->at = 0;
		job->end = (uint32_t)index->config.index_len;
		ask(index, job);
		return;
	}
	// The error is kept, since one of the places may have refused to answer.
	const struct error *refusal = job->project.error;
	job->project = (struct project){ .state = PROJECT_ABSENT, .error = refusal };
	looked_up(index, job);
}

// --- answers -------------------------------------------------------------------------

// Does the answer come from a page of this project? A redirect may have led elsewhere: a page
// to log in at says nothing about what there is.
static bool is_about_project(const struct page_job *job,
			     const struct net_response *response)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct url url;
	struct slice part;
	url_parse(response->final_url, &url);
	while (url.path.len) {
		slice_cut(&url.path, '/', &part);
		if (name_eq(percent_decode(&scratch, part), job->name))
			return true;
	}
	return false;
}

static void take_stray_page(struct index *index, struct page_job *job,
			    const struct net_response *response)
{
	struct error why = { 0 };
	error_set(&why, ERROR_SOURCE,
		  "its server sends to '%.*s' instead, which is no page of that package",
		  SLICE_ARG(response->final_url));
	error_hint(&why, "is it a page to log in at?");
	failed(index, job, &why);
}

static void take_page(struct index *index, struct page_job *job,
		      const struct net_response *response)
{
	struct page_input input = {
		.body = response->body,
		.content_type = response->content_type,
		.url = response->final_url,
		.name = job->name,
	};
	struct project project;
	struct slice record;
	struct error why;
	if (take_body(index, job, &input, &record, &project, &why) < 0) {
		failed(index, job, &why);
		return;
	}
	if (project.file_len == 0 && !is_about_project(job, response)) {
		take_stray_page(index, job, response);
		return;
	}
	const struct freshness freshness = {
		.fetched_at = index->config.now,
		.max_age = freshness_max_age(response->cache_control,
					     index->config.max_age_seconds),
		.content = crc64_of(record),
		.etag = response->etag,
		.last_modified = response->last_modified,
	};
	index_store_put(index->store, STORE_PAGES, job->key, record);
	remember(index, job, &freshness);
	index->counts.pages_fetched++;
	found(index, job, &project);
}

// The record is still right. After a 304 without an ETag the old one is kept.
static void take_not_modified(struct index *index, struct page_job *job,
			      const struct net_response *response)
{
	struct freshness freshness = job->old;
	freshness.fetched_at = index->config.now;
	freshness.max_age =
		freshness_max_age(response->cache_control, index->config.max_age_seconds);
	if (response->etag.len)
		freshness.etag = response->etag;
	if (response->last_modified.len)
		freshness.last_modified = response->last_modified;
	remember(index, job, &freshness);
	index->counts.pages_revalidated++;
	found(index, job, job->old_project);
}

static void take_absent(struct index *index, struct page_job *job,
			const struct net_response *response)
{
	const struct freshness freshness = {
		.fetched_at = index->config.now,
		.max_age = freshness_max_age(response->cache_control,
					     index->config.max_age_seconds),
		.absent = true,
	};
	// "Forbidden" is not kept, since it may be another answer for another user.
	if (response->status != 403) {
		remember(index, job, &freshness);
	} else {
		struct error why = { 0 };
		index->is_unrepeatable = true;
		refusal_explain(source_of(index, job)->url, response, &why);
		job->project.error = keep_error(index, &why);
	}
	index->counts.pages_fetched++;
	job->at++;
	ask(index, job);
}

// Anything but an answer ends the search: if it went on to the next index, an outage
// would choose the source.
static void take_failure(struct index *index, struct page_job *job,
			 const struct net_response *response)
{
	struct error why = { 0 };
	if (response->failed)
		why = response->error;
	else
		refusal_explain(source_of(index, job)->url, response, &why);
	if (job->has_old && !why.hint[0])
		error_hint(&why, "--offline uses the page that was fetched earlier");
	failed(index, job, &why);
}

static bool means_absent(const struct index *index, const struct page_job *job,
			 unsigned status)
{
	const struct slice_list *hosts = &index->config.ignore_forbidden;
	return status == 404 || status == 410 ||
	       (status == 403 &&
		url_is_on(source_of(index, job)->url, hosts->items, hosts->len));
}

void page_job_take(struct index *index, struct page_job *job,
		   const struct net_response *response)
{
	unsigned status = response->failed ? 0 : response->status;
	if (status == 200)
		take_page(index, job, response);
	else if (status == 304 && job->has_old)
		take_not_modified(index, job, response);
	else if (means_absent(index, job, status) && !is_about_project(job, response))
		take_stray_page(index, job, response);
	else if (means_absent(index, job, status))
		take_absent(index, job, response);
	else
		take_failure(index, job, response);
}

// --- find-links pages ----------------------------------------------------------------

static void request_find_link(struct index *index, size_t number)
{
	struct net_request request = {
		.url = index->links[number].url,
		.max_bytes = LIMIT_INDEX_PAGE_BYTES,
	};
	add_header(&request, S("Accept"), S("text/html"));
	index->links_pending++;
	index_send(index, &request, REQUEST_FIND_LINK, number);
}

// Asks for find-links once for all projects, when the first is wanted.
static void ask_find_links(struct index *index)
{
	if (index->links_asked)
		return;
	index->links_asked = true;
	for (size_t i = 0; i < index->config.find_links_len; i++)
		if (!index->links[i].ready)
			request_find_link(index, i);
}

void find_link_take(struct index *index, struct find_link *link,
		    const struct net_response *response)
{
	link->ready = true;
	link->failed = response->failed || response->status != 200;
	if (response->failed)
		link->error = response->error;
	else if (link->failed)
		error_set(&link->error, ERROR_SOURCE,
			  "'%.*s' was answered with HTTP status %u",
			  SLICE_ARG(link->given), response->status);
	link->body = arena_dup(&index->arena, response->body);
	link->url = arena_dup(&index->arena, response->final_url);
	index->links_pending--;
	for (size_t i = 0; i < index->page_jobs.len && index->links_pending == 0; i++) {
		struct page_job *job = index->page_jobs.items[i];
		if (job->looked_up && !job->known)
			complete(index, job);
	}
}

// How well a mapping fits: not at all, by a pattern, or by the name itself.
static unsigned fit(const struct index_mapping *mapping, struct slice name)
{
	struct slice pattern = mapping->pattern;
	if (slice_eq(pattern, name))
		return 2;
	if (!slice_ends_with(pattern, S("*")))
		return 0;
	pattern.len--;
	return slice_starts_with(name, pattern);
}

const struct index_mapping *index_mapping_find(const struct index_mapping *mappings,
					       size_t len, struct slice name)
{
	const struct index_mapping *found = NULL;
	unsigned best = 1;
	for (size_t i = 0; i < len; i++) {
		unsigned fits = fit(&mappings[i], name);
		if (fits < best)
			continue;
		best = fits;
		found = &mappings[i];
	}
	return found;
}

static void choose_indexes(const struct index *index, struct page_job *job)
{
	const struct index_mapping *mapping =
		index_mapping_find(index->config.mappings, index->config.mapping_len,
				   job->name);
	job->end = (uint32_t)index->config.index_len;
	if (!mapping)
		return;
	job->is_mapped = true;
	job->falls_back = mapping->falls_back;
	job->at = mapping->index;
	job->end = mapping->index + 1;
}

struct page_job *page_job_new(struct index *index, struct slice key, struct slice name)
{
	struct page_job *job = arena_new(&index->arena, struct page_job);
	job->name = name;
	job->number = index->page_jobs.len;
	map_insert(&index->page_names, key, (uint32_t)job->number, NULL);
	*array_push(&index->arena, &index->page_jobs) = job;
	return job;
}

void page_job_ask(struct index *index, struct page_job *job)
{
	ask(index, job);
}

void page_job_begin(struct index *index, struct page_job *job)
{
	choose_indexes(index, job);
	ask_find_links(index);
	ask(index, job);
}
