// SPDX-License-Identifier: MIT
// Turns one page of an index, as it came over the wire, into a struct project (PEP 503,
// 629, 691, 700; 592.1, 658.1, 792.1).
#pragma once

#include "resolver/index/index.h"
#include "resolver/index/seen.h"

struct page_input {
	// content_type may be "": the body's first byte decides then (691.1)
	struct slice body, content_type;
	// The final URL, after redirects: relative addresses resolve against it (691.2).
	struct slice url;
	struct slice name; // of the project, normalized
	// Dates files whose index gives no time; NULL: they get none.
	struct seen *seen;
};

// The page as a record (record.h), in `kept`, without having all of its files in memory at
// once. Files of other projects, of no known kind, or with bad versions are counted in
// `skipped`. Errors: ERROR_SOURCE for a page that is neither JSON nor HTML, malformed JSON,
// an unknown major version of the API (629.1), too many files.
NODISCARD int page_read_record(const struct page_input *input, struct arena *arena,
			       struct arena *kept, struct slice *ret_record,
			       struct error *err);

// Longer than any real address. A longer base or page address would multiply with the
// files.
enum { PAGE_URL_MAX = 16 * 1024 };

// The state of reading, for page_json.c, page_html.c and find_links.c.
struct page {
	const struct page_input *input;
	struct arena *arena;
	struct project *project;
	struct wheel_name last; // wheel that was added
	struct page_rows *rows; // NULL: files go to project->files
};

void page_begin(struct page *page, const struct page_input *input, struct arena *arena,
		struct project *project);
// Takes room for as many files as the body likely has, each of so many bytes or more, so
// that the list of a large page does not grow by copies.
void page_reserve(struct page *page, size_t bytes_a_file);
// Reads file->name and adds the file, or counts it as skipped. Only what the page says
// needs to be set before; the address may be relative, with a fragment or userinfo.
NODISCARD int page_add(struct page *page, struct project_file *file, struct error *err);
// Keeps a SHA-384 or SHA-512 digest, the longer one; anything else is passed over.
void page_keep_hash(struct arena *arena, struct project_file *file,
		    struct slice algorithm, struct slice hex);
// Checks a version of the API like "1.1" (629.1).
NODISCARD int page_check_api(struct page *page, struct slice version, struct error *err);
// Reads the files of a page of either format.
NODISCARD int page_read_files(struct page *page, struct error *err);
// Reads a page of links, which is HTML: JSON would pass for one without files, and what the
// server has would be taken from elsewhere. Errors: ERROR_SOURCE.
NODISCARD int page_read_links(struct page *page, struct error *err);
NODISCARD int page_read_json(struct page *page, struct error *err);
NODISCARD int page_read_html(struct page *page, struct error *err);

// In page_rows.c: takes what page_add found good.
void page_rows_reserve(struct page *page, size_t files);
// Is the file a wheel whose name is the last wheel's up to the tags, and whose tags are
// those of an earlier wheel? file->wheel is set then.
bool page_rows_know(const struct page *page, struct project_file *file);
void page_rows_add(struct page *page, struct project_file *file);
size_t page_rows_len(const struct page_rows *rows);

// Sorts the files into releases: versions ascend, equal ones are merged whatever their
// spelling; wheels come by name, then sdists. Files without a proper version are dropped
// and counted as skipped; of several with one name one is kept. Then writes the rows of
// releases and files.
void project_group(struct project *project, struct arena *arena);
