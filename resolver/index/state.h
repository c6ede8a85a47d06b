// SPDX-License-Identifier: MIT
// The inside of struct index, shared by index.c, projects.c and metadata_jobs.c.
#pragma once

#include "base/map.h"
#include "resolver/index/find_links.h"
#include "resolver/index/freshness.h"
#include "resolver/index/index.h"
#include "resolver/index/ladder.h"
#include "resolver/index/store.h"

enum request_kind { REQUEST_PAGE, REQUEST_FIND_LINK, REQUEST_METADATA };

// The head of an index's keys in the store is its address and a line's end, which no
// address has; for a longer address it is the digest.
enum { INDEX_ID_URL_MAX = 256 };

struct index_source {
	struct slice url; // redacted (idx.3), without a slash at its end
	bool local;       // file://
	const char *path; // when local
	struct slice id;
};

struct page_job {
	struct slice name;
	size_t number; // of page_jobs
	struct project project;
	bool known;        // the answer is final
	bool looked_up;    // no index is to be asked any more, but find-links may be
	bool not_in_store; // --offline, and an index that was never asked
	uint32_t at;       // which index is being asked
	uint32_t end;      // the first one that is not
	bool falls_back;   // from the one it is mapped to
	bool is_mapped;    // to one index: find-links have no say
	bool is_brief;     // asked on the side (elsewhere.h)
	struct slice key;  // in the store, of that index
	bool has_old;      // a stale record of that index:
	struct freshness old;
	const struct project *old_project;
};

struct metadata_job {
	const struct project_file *file; // its address is the job's key
	struct slice project_name;
	struct slice key; // in the store
	struct file_metadata answer;
	bool known;
	struct ladder ladder;
	struct arena scratch; // of the ladder
};

// A page that an answer rests on (evidence.c).
struct consulted_page {
	struct slice key; // in the store
	uint64_t content;
	bool absent;
};

struct index {
	struct index_config config;
	struct net *net;
	struct index_store *store;
	struct arena arena; // all that is handed out
	struct index_source *sources;
	struct find_link *links;
	size_t links_pending;
	bool links_asked;

	struct map page_names; // name → page_jobs
	ARRAY_OF(struct page_job *) page_jobs;
	struct map metadata_files; // pointer's bytes → metadata_jobs
	ARRAY_OF(struct metadata_job *) metadata_jobs;
	struct map host_origins; // origin → hosts
	ARRAY_OF(struct file_host *) hosts;

	size_t under_way; // requests
	size_t news;      // answers that became known since index_wait last returned
	struct index_counts counts;
	ARRAY_OF(struct consulted_page) consulted;
	bool is_unrepeatable; // the store alone does not vouch for some answer
};

// In evidence.c: notes that an answer rests on this page.
void evidence_note(struct index *index, struct slice key, const struct freshness *page);

// Sends the request as this index's own. id: of the job or link that the answer is for.
void index_send(struct index *index, struct net_request *request, enum request_kind kind,
		size_t id);

// projects.c
// A job that is found by this key, for the project of this name.
struct page_job *page_job_new(struct index *index, struct slice key, struct slice name);
void page_job_begin(struct index *index, struct page_job *job);
// Asks from job->at on; page_job_begin chooses where that is.
void page_job_ask(struct index *index, struct page_job *job);
void page_job_take(struct index *index, struct page_job *job,
		   const struct net_response *response);
void find_link_take(struct index *index, struct find_link *link,
		    const struct net_response *response);

// metadata_jobs.c
void metadata_job_begin(struct index *index, struct metadata_job *job, size_t id);
void metadata_job_take(struct index *index, struct metadata_job *job, size_t id,
		       const struct net_response *response);
