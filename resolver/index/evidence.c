// SPDX-License-Identifier: MIT
// The evidence for the answers of an index: the pages that were looked at, with the sums
// of their records. Metadata needs no entry, since it is found by the digest of its file,
// which the page's record holds.
//
//	for each page:  key length │ absent │ sum of the record │ key
#include "resolver/index/state.h"

#include <string.h>

struct packed_page {
	uint32_t key_len, absent;
	uint64_t content;
};

void evidence_note(struct index *index, struct slice key, const struct freshness *page)
{
	*array_push(&index->arena, &index->consulted) =
		(struct consulted_page){ key, page->content, page->absent };
}

bool index_evidence(const struct index *index, struct arena *arena,
		    struct slice *ret_evidence)
{
	struct buf evidence = { .arena = arena };
	if (index->is_unrepeatable || index->config.find_links_len)
		return false;
	for (size_t i = 0; i < index->consulted.len; i++) {
		const struct consulted_page *page = &index->consulted.items[i];
		const struct packed_page packed = { (uint32_t)page->key.len, page->absent,
						    page->content };
		buf_append(&evidence,
			   (struct slice){ (const char *)&packed, sizeof(packed) });
		buf_append(&evidence, page->key);
	}
	*ret_evidence = buf_slice(&evidence);
	return true;
}

static bool page_holds(const struct index_store *store, const struct index_config *config,
		       struct slice key, const struct packed_page *page)
{
	struct slice packed;
	struct freshness now;
	return index_store_find(store, STORE_FRESH, key, &packed) &&
	       freshness_unpack(packed, &now) && now.absent == (page->absent != 0) &&
	       now.content == page->content &&
	       (config->offline || freshness_holds(&now, config->now));
}

static bool all_hold(const struct index_store *store, const struct index_config *config,
		     struct slice evidence)
{
	while (evidence.len) {
		struct packed_page page;
		if (evidence.len < sizeof(page))
			return false;
		memcpy(&page, evidence.ptr, sizeof(page));
		evidence = slice_skip(evidence, sizeof(page));
		if (evidence.len < page.key_len ||
		    !page_holds(store, config, slice_range(evidence, 0, page.key_len),
				&page))
			return false;
		evidence = slice_skip(evidence, page.key_len);
	}
	return true;
}

bool index_evidence_holds(const struct index_config *config, struct slice evidence)
{
	struct index_store *store;
	struct error ignored;
	if (config->refresh || config->find_links_len ||
	    index_store_open(config->store_path, &store, &ignored) < 0)
		return false;
	bool hold = all_hold(store, config, evidence);
	index_store_close(store);
	return hold;
}
