// SPDX-License-Identifier: MIT
// One page of an index, as it came over the wire, to a struct project (PEP 503, 629, 691,
// 700; 592.1, 658.1, 792.1).
#pragma once

#include "resolver/index/index.h"
#include "resolver/index/seen.h"

struct page_input {
	// content_type may be "": the body's first byte decides then (691.1)
	struct slice body, content_type;
	// Final, after redirects: relative addresses resolve against it (691.2)
	struct slice url;
	struct slice name; // of the project, normalized
	// Dates files whose index gives no time; NULL: they stay without
	struct seen *seen;
};

// The page as a record (record.h), in `kept`, without all of its files in memory at once. Files of other projects, of no known
// kind, or with bad versions are counted in `skipped`. Errors: ERROR_SOURCE for a page that is neither JSON nor HTML,
// malformed JSON, an unknown major version of the API (629.1), too many files.
NODISCARD int page_read_record(const struct page_input *input, struct arena *arena,
			       struct arena *kept, struct slice *ret_record,
			       struct error *err);

// Above any real address. A longer base or page address would multiply with the files.
enum { PAGE_URL_MAX = 16 * 1024 };

// The parts, for page_json.c, page_html.c and find_links.c:
struct page {
	const struct page_input *input;
	struct arena *arena;
	struct project *project;
	struct wheel_name last; // wheel that was added
	struct page_rows *rows; // NULL: files go to project->files
};

void page_begin(struct page *page, const struct page_input *input, struct arena *arena,
		struct project *project);
// Room for as many files as the body likely has, so that the list of a large page does not
// grow by copies: a file takes so many bytes, or more.
void page_reserve(struct page *page, size_t bytes_a_file);
// Reads file->name and adds the file, or counts it as skipped. Before, only what the
// page says needs to be set; the address may be relative, with a fragment or userinfo.
NODISCARD int page_add(struct page *page, struct project_file *file, struct error *err);
// Keeps a SHA-384 or SHA-512 digest, the longer one; anything else is passed over.
void page_keep_hash(struct arena *arena, struct project_file *file,
		    struct slice algorithm, struct slice hex);
// "1.1" (629.1)
NODISCARD int page_check_api(struct page *page, struct slice version, struct error *err);
// Whatever its format
NODISCARD int page_read_files(struct page *page, struct error *err);
NODISCARD int page_read_json(struct page *page, struct error *err);
NODISCARD int page_read_html(struct page *page, struct error *err);

// page_rows.c: takes what page_add found good
void page_rows_reserve(struct page *page, size_t files);
// Whether the file is a wheel whose name is the last wheel's up to the tags, and its tags are
// those of a wheel before: file->wheel is set then.
bool page_rows_know(const struct page *page, struct project_file *file);
void page_rows_add(struct page *page, struct project_file *file);
size_t page_rows_len(const struct page_rows *rows);

// Sorts the files into releases: ascending versions, equal ones merged whatever their
// spelling; wheels by name, then sdists. Files whose version is none go, counted as
// skipped; of several with one name one stays. Then writes the rows of releases and
// files.
void project_group(struct project *project, struct arena *arena);
