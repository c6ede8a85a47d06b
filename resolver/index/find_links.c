// SPDX-License-Identifier: MIT
// Reads directories and flat pages as a page for one project; files of other projects are
// "skipped".
#include "resolver/index/find_links.h"

#include "base/display.h"
#include "base/files.h"
#include "base/limits.h"
#include "base/map.h"
#include "net/url.h"
#include "resolver/index/page.h"
#include "resolver/index/record.h"

#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

static void fail(struct find_link *link)
{
	link->failed = true;
	link->ready = true;
	error_during(&link->error, "reading --find-links '%.*s'", SLICE_ARG(link->given));
}

static void open_directory(struct find_link *link, const char *path, struct arena *arena)
{
	struct name_list names;
	link->is_directory = true;
	link->directory = path;
	if (directory_names(path, arena, &names, &link->error) < 0) {
		fail(link);
		return;
	}
	link->names = names.items;
	link->name_len = names.len;
	link->ready = true;
}

static void open_local(struct find_link *link, const char *path, struct arena *arena)
{
	struct stat info;
	char absolute[PATH_MAX];
	if (!realpath(path, absolute) || stat(absolute, &info) < 0) {
		error_errno(&link->error, ERROR_INPUT, "cannot read '%s'", path);
		fail(link);
		return;
	}
	path = arena_c_string(arena, slice_from(absolute));
	if (display_find_control(slice_from(path)) != SLICE_NONE) {
		error_set(&link->error, ERROR_INPUT,
			  "the path '%s' has a character that no lock can hold", path);
		error_hint(&link->error, "rename the folder");
		fail(link);
		return;
	}
	if (S_ISDIR(info.st_mode)) {
		open_directory(link, path, arena);
		return;
	}
	link->url = url_from_path(arena, path);
	link->content_type = S("text/html");
	if (file_read(path, LIMIT_INDEX_PAGE_BYTES, ERROR_INPUT, arena, &link->body,
		      &link->error) < 0)
		fail(link);
	link->ready = true;
}

void find_link_open(struct find_link *link, struct slice given, struct arena *arena)
{
	struct url url;
	const char *path;
	*link = (struct find_link){ .given = url_redact(arena, given) };
	url_parse(given, &url);
	if (slice_eq_ignore_case(url.scheme, S("http")) ||
	    slice_eq_ignore_case(url.scheme, S("https")))
		link->url = given;
	else if (url_file_path(arena, given, &path))
		open_local(link, path, arena);
	else
		open_local(link, arena_c_string(arena, given), arena);
}

// --- adding --------------------------------------------------------------------------

static int read_directory(const struct find_link *link, struct page *page,
			  struct error *err)
{
	for (size_t i = 0; i < link->name_len; i++) {
		struct project_file file = { .name = link->names[i] };
		file.url =
			url_from_path(page->arena,
				      path_join(page->arena, link->directory, file.name));
		if (page_add(page, &file, err) < 0)
			return -1;
	}
	return 0;
}

// Computes the digest of a local file: the lock needs it, and nobody else tells it.
static int measure(const struct find_link *link, struct project_file *file,
		   struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct file_map map;
	const char *path = path_join(&scratch, link->directory, file->name);
	if (file_map_open(path, ERROR_IO, &map, err) < 0)
		return -1;
	file->sha256 = sha256_of(map.bytes);
	file->size = map.bytes.len;
	file->has_size = true;
	file_map_close(&map);
	return 0;
}

static int take_files(const struct find_link *link, const struct project *found,
		      uint32_t index, struct arena *arena, struct project *project,
		      struct error *err)
{
	struct map known = { .arena = arena };
	for (size_t i = 0; i < project->file_len; i++)
		map_set(&known, project->files[i].name, 0);
	for (size_t i = 0; i < found->file_len; i++) {
		struct project_file file = found->files[i];
		if (map_has(&known, file.name))
			continue;
		if (link->is_directory && measure(link, &file, err) < 0)
			return -1;
		file.index = index;
		project->files = array_grow(arena, project->files, project->file_len,
					    &project->file_cap, sizeof(*project->files));
		project->files[project->file_len++] = file;
	}
	return 0;
}

int find_link_add(const struct find_link *link, uint32_t index, struct arena *arena,
		  struct project *project, struct error *err)
{
	struct page page;
	struct project found;
	const struct page_input input = {
		.body = link->body,
		.content_type = link->content_type,
		.url = link->url,
		.name = project->name,
	};
	if (link->failed) {
		*err = link->error;
		return -1;
	}
	page_begin(&page, &input, arena, &found);
	if ((link->is_directory ? read_directory(link, &page, err)
				: page_read_links(&page, err)) < 0)
		return error_during(err, "reading --find-links '%.*s'",
				    SLICE_ARG(link->given));
	if (found.file_len == 0)
		return 0;
	record_expand(project, arena);
	size_t before = project->file_len;
	if (take_files(link, &found, index, arena, project, err) < 0)
		return -1;
	if (project->file_len == before)
		return 0;
	project->releases = NULL;
	project->release_len = project->release_cap = 0;
	project_group(project, arena);
	return 0;
}
