// SPDX-License-Identifier: MIT
// What a requirement names by URL, path or commit, brought into the store: the driver's host.
//
//	https://…/x.whl, ./x.tar.gz   archive.c    its bytes, digest, and what its name says
//	git+https://…@main, ./app     checkout.c   one archive of the commit or folder, and what it says of itself
#pragma once

#include "pinbake/session.h"

struct metadata_builds;

// For struct driver_host; context: struct direct_host.
struct direct_host {
	struct session *session;
	struct driver *driver; // whose host it is
	// Commits of this lock stay, but for these packages; NULL: none do
	const struct lock *present;
	const struct slice_list *released;
	struct metadata_builds *builds; // asks backends; NULL: nobody does
};

NODISCARD int direct_take(void *context, const struct direct_request *request,
			  struct direct_file *ret_file, struct error *err);
// Into the driver, with ask_backend where there are builds.
void direct_host_put(struct direct_host *host, struct driver *driver);

// A file at a URL with or without fragment, or a local path. The file must be of the request's name, if that has one. A
// fragment #sha256= is checked; with it, a file that the store has is not fetched again. What is fetched goes into the
// store, a wheel's RECORD checked. ERROR_INPUT, ERROR_SOURCE, ERROR_INTEGRITY.
NODISCARD int direct_take_archive(struct session *session,
				  const struct direct_request *request,
				  struct direct_file *ret_file, struct error *err);

// Is it an address of version control, or a folder?
bool direct_is_tree(struct arena *arena, struct slice location);
// A commit or folder. ERROR_INPUT where its metadata is stated nowhere and nobody may ask; ERROR_NO for a revision that
// is not there; those of fetching and of backends.
NODISCARD int direct_take_tree(const struct direct_host *host,
			       const struct direct_request *request,
			       struct direct_file *ret_file, struct error *err);
