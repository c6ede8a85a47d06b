// SPDX-License-Identifier: MIT
// Files from places that are no index: directories of wheels and sdists, and flat HTML
// pages (pip's --find-links).
#pragma once

#include "resolver/index/index.h"

// One place. A directory's listing or a page's body, read once; `add` looks in it for
// each project.
struct find_link {
	struct slice given; // as configured, redacted
	bool is_directory;
	const char *directory; // absolute, when is_directory
	struct slice *names;   // its files
	size_t name_len;
	struct slice url, body, content_type; // of a page; url is final
	bool ready;                           // has been read
	bool failed;
	struct error error;
};

// Finds out what `given` is: a directory or a local page, which is read at once, or an
// address, whose page the caller fetches: then ready is false and url says from where.
void find_link_open(struct find_link *link, struct slice given, struct arena *arena);

// Adds the project's files of this place to it, except those whose names it has already
// (an index's entry has a hash). Local files are read for their digests. The releases are
// grouped again. index: the number that the files get. ERROR_IO, ERROR_SOURCE.
NODISCARD int find_link_add(const struct find_link *link, uint32_t index,
			    struct arena *arena, struct project *project,
			    struct error *err);
