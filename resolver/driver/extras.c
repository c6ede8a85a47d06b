// SPDX-License-Identifier: MIT
// A need for name[extra] is met by a release that has the extra. If the best release of the project has it, one without
// does not stand in. Where nothing fits then, releases without it are looked at, too, and review.c takes back those that
// were not all that the needs admit: the extra is misspelt or came later, and the user is told.
#include "resolver/driver/parts.h"

bool provides_extra(const struct metadata *metadata, struct slice extra)
{
	for (size_t i = 0; i < metadata->extras_len; i++)
		if (slice_eq(metadata->extras[i], extra))
			return true;
	return false;
}

int find_with_extra(struct search *search, uint32_t id, struct rank_set admitted,
		    uint32_t *ret_rank)
{
	const struct node *node = &search->nodes.items[id];
	for (uint32_t i = 0; i < node->candidates.prefer_len; i++) {
		uint32_t rank = node->candidates.prefer[i];
		if (!rank_set_has(admitted, rank))
			continue;
		const struct project_file *file = candidate_file(&node->candidates, rank);
		want_metadata(search, node->project, file);
		const struct file_metadata *found =
			search_metadata(search, file, search->class.target);
		if (!found)
			return -1;
		*ret_rank = rank;
		if (found->state == METADATA_FOUND)
			return provides_extra(&found->metadata, node->extra);
	}
	return 0;
}

struct slice lacks_extra_text(struct search *search, uint32_t id, uint32_t better)
{
	const struct project *project = search->nodes.items[id].project;
	return arena_printf(&search->arena, "does not have that extra, which %.*s has",
			    SLICE_ARG(project_version_text(project, better)));
}
