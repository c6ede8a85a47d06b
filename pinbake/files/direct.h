// SPDX-License-Identifier: MIT
// What a requirement names by URL, path or commit, brought into the store: the driver's host.
//
//	https://…/x.whl, ./x.tar.gz   archive.c    its bytes, digest, and what its name says
//	git+https://…@main, ./app     checkout.c   one archive of the commit or folder, and what it says of itself
#pragma once

#include "pinbake/supply.h"

struct metadata_builds;
struct relock;

struct direct_host {
	struct session *session;
	struct driver *driver; // whose host it is
	// Commits of this lock stay, but for these packages; NULL: none do
	const struct lock *present;
	const struct slice_list *released;
	struct metadata_builds *builds; // asks backends; NULL: nobody does
	const struct relock *relock;    // files that were locked; NULL: none were
};

// Makes a driver over the supply's index, of which this is the host. Of the host all but `driver` is set; backends are
// asked where it has builds. The errors of opening an index.
NODISCARD int direct_host_open(struct direct_host *host, struct supply *supply,
			       struct driver *ret_driver, struct error *err);

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
