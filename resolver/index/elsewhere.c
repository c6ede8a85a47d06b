// SPDX-License-Identifier: MIT
// Asks the other indexes for a project, each by a job of its own, and tells the newest release of each place.
#include "resolver/index/elsewhere.h"

#include "resolver/index/state.h"

static const struct page_job *own_job(const struct index *index,
				      const struct project *project)
{
	uint32_t number;
	return map_find(&index->page_names, project->name, &number)
		       ? index->page_jobs.items[number]
		       : NULL;
}

static bool is_open(const struct index *index, const struct project *project)
{
	const struct page_job *job = own_job(index, project);
	return job && job->known && !job->is_mapped;
}

// The index that has it; past the last one where only find-links have it.
static uint32_t index_of(const struct index *index, const struct project *project)
{
	const struct page_job *job = own_job(index, project);
	return job->at < index->config.index_len ? job->at
						 : (uint32_t)index->config.index_len;
}

static struct slice key_of(struct arena *arena, const struct project *project,
			   uint32_t at)
{
	return arena_printf(arena, "%.*s\n%u", SLICE_ARG(project->name), at);
}

void index_want_elsewhere(struct index *index, const struct project *project)
{
	if (!is_open(index, project))
		return;
	for (uint32_t at = index_of(index, project) + 1; at < index->config.index_len;
	     at++) {
		struct slice key = key_of(&index->arena, project, at);
		if (map_has(&index->page_names, key))
			continue;
		struct page_job *job = page_job_new(index, key, project->name);
		job->at = at;
		job->end = at + 1;
		job->is_mapped = job->is_brief = true;
		page_job_ask(index, job);
	}
}

// --- what a place has ------------------------------------------------------------------------------------------------

static uint32_t file_index(const struct project *project, uint32_t at)
{
	return project->files ? project->files[at].index
			      : project_file_get(project, 0)->index;
}

static bool is_had_at(const struct project *project, const struct release_row *release,
		      uint32_t index)
{
	for (uint32_t i = release->first_file;
	     i < release->first_file + release->file_len; i++)
		if (!project->file_rows[i].yanked && file_index(project, i) == index)
			return true;
	return false;
}

static void add_newest(const struct project *project, struct elsewhere place,
		       struct arena *arena, struct elsewhere_list *list)
{
	for (size_t rank = project->release_len; rank-- > 0;) {
		const struct release_row *row = &project->release_rows[rank];
		if (row->is_prerelease || !is_had_at(project, row, place.index))
			continue;
		const struct release *release = project_release(project, (uint32_t)rank);
		place.version_text = release->version_text;
		place.version = release->version;
		*array_push(arena, list) = place;
		return;
	}
}

static void add_links(struct index *index, const struct project *project,
		      struct elsewhere_list *list)
{
	const struct index_config *config = &index->config;
	uint32_t first = (uint32_t)(config->index_len + config->explicit_len);
	for (uint32_t i = 0; project->files && i < config->find_links_len; i++)
		add_newest(project,
			   (struct elsewhere){ .index = first + i,
					       .is_links = true,
					       .place = index->links[i].given },
			   &index->arena, list);
}

bool index_elsewhere(struct index *index, const struct project *project,
		     struct elsewhere_list *ret_list)
{
	struct elsewhere_list list = { 0 };
	*ret_list = list;
	if (!is_open(index, project) || project->state != PROJECT_FOUND)
		return true;
	uint32_t own = index_of(index, project), number;
	if (own < index->config.index_len)
		add_newest(project,
			   (struct elsewhere){ .index = own,
					       .place = index->sources[own].url },
			   &index->arena, &list);
	for (uint32_t at = own + 1; at < index->config.index_len; at++) {
		if (!map_find(&index->page_names, key_of(&index->arena, project, at),
			      &number))
			continue;
		const struct page_job *job = index->page_jobs.items[number];
		if (!job->known)
			return false;
		if (job->project.state == PROJECT_FOUND)
			add_newest(&job->project,
				   (struct elsewhere){ .index = at,
						       .place = index->sources[at].url },
				   &index->arena, &list);
	}
	add_links(index, project, &list);
	*ret_list = list;
	return true;
}
