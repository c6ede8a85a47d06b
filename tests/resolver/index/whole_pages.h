// SPDX-License-Identifier: MIT
// Pages and records whole: the program takes a page's files to their record one by one, and
// never has all of them in memory.
#pragma once

#include "resolver/index/page.h"
#include "resolver/index/record.h"
#include "resolver/index/record_layout.h"

// Everything lives in the arena or borrows from the body. Errors as page_read_record.
NODISCARD static inline int page_read(const struct page_input *input, struct arena *arena,
				      struct project *ret_project, struct error *err)
{
	struct page page;
	struct project project;
	page_begin(&page, input, arena, &project);
	if (page_read_files(&page, err) < 0)
		return -1;
	project_group(&project, arena);
	*ret_project = project;
	return 0;
}

// Name, status, releases and files of a project that was read from a page; not `index` of
// the files, `index_url`, `state`, `error`.
static inline struct slice record_pack(const struct project *project, struct arena *arena)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct record_writer writer;
	record_writer_begin(&writer, project->file_len, &scratch);
	for (size_t i = 0; i < project->file_len; i++)
		record_writer_add(&writer, &project->files[i]);
	return record_writer_finish(&writer, project, NULL, arena);
}
