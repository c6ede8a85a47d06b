// SPDX-License-Identifier: MIT
// Where a run may take distributions from. One answer for all that asks: the lock itself, what its sources are built
// with, what holds a pin back, and where a locked file is looked for when its own address fails.
//
//	options ─ a requirements file's ─ variables, pip.conf ─▶ who names an index is heeded, in this order
//	no one does ─▶ the lock that is there: a name that it takes from an index comes from that one alone, another name
//	               from all of its indexes, the Python Package Index last; a lock of nothing but local files has none
//	no lock     ─▶ the Python Package Index
//	no one names a folder or page of files ─▶ the folders that the lock has files of
#pragma once

#include "cli/cli.h"
#include "resolver/index/index.h"
#include "resolver/requirements/requirements.h"

struct torch_choice; // torch.h
struct binary_rule;  // resolve.h

// What the command line, or the project's settings, say.
struct index_values {
	const char *index_url;
	struct text_list extra_index_urls, find_links, named_indexes, index_for;
	bool no_index, refresh;
	bool named_here; // named_indexes are the command line's: each is for something
};

// For the rules of each table that has them.
// clang-format off
#define PLACES_RULES \
	{ "index-url", OPTION_EXCLUDES, "no-index", NULL, NULL }, \
	{ "extra-index-url", OPTION_EXCLUDES, "no-index", NULL, NULL }, \
	{ "index", OPTION_EXCLUDES, "no-index", NULL, NULL }, \
	{ "index-for", OPTION_EXCLUDES, "no-index", NULL, NULL }
// clang-format on

// Is an index named by an option, a variable or pip.conf?
bool index_is_named(const struct index_values *values);

struct index_request {
	const struct index_values *values;
	const struct requirement_set *set; // its options; NULL: none
	const struct opened_lock *lock; // names places where nobody else does; NULL: none
	// More of find_links, where they are there; NULL: none
	const struct text_list *folders;
};

// ERROR_USAGE for what is no URL of an index, or a name that no index has. Texts live in cli's arena.
NODISCARD int index_config_of(struct cli *cli, const struct index_request *request,
			      struct index_config *ret_config, struct error *err);
// What the lock names where nobody else does, put into `values` as options, for `pinbake lock`, which reads none of it
// from a lock. Of several indexes the order is kept, and not which of them a package comes from.
void index_values_of_lock(struct cli *cli, const struct index_request *request,
			  struct index_values *values);
// May a package of this name come from the index at `url`, which has no credentials?
bool index_config_admits(const struct index_config *config, struct slice name,
			 struct slice url);

// A config with what else decides which files of an index are taken.
struct places {
	struct index_config indexes;      // PyTorch's among them
	const struct torch_choice *torch; // NULL: none
	const struct binary_rule *binary; // in order, the last that fits wins
	size_t binary_len;
	bool first; // a locked file is looked up here before its own address is tried
};

// Adds PyTorch's index, unless no index is asked at all.
void places_add_torch(struct cli *cli, struct places *places,
		      const struct torch_choice *torch);
// The places of a command that has a lock and no requirements: its options, then the project's settings, then the lock.
// ERROR_INPUT for settings that are wrong.
NODISCARD int places_of_lock(struct cli *cli, const struct index_values *values,
			     const struct opened_lock *lock, struct places *ret_places,
			     struct error *err);
// A digest of what is asked and in which order, without credentials.
struct sha256 places_digest(const struct places *places);

void index_cleanup(struct index **index); // for AUTO
