// SPDX-License-Identifier: MIT
// Where distributions may be taken from. One answer for all that ask: the lock itself, what its sources are built with,
// what holds a pin back, and where a locked file is looked for when its own address fails.
//
//	the request ─ a requirements file's ─ as usual ─▶ who names an index is heeded, in this order
//	no one does ─▶ the lock that is there: a name that it takes from an index comes from that one alone, another name
//	               from all of its indexes, the Python Package Index last; a lock of nothing but local files has none
//	no lock     ─▶ the Python Package Index
//	no one names a folder or page of files ─▶ the folders that the lock has files of
#pragma once

#include "pinbake/session.h"

struct supply {
	struct index_config indexes;      // PyTorch's among them
	const struct torch_choice *torch; // NULL: none
	const struct binary_rule *binary; // in order, the last that fits wins
	size_t binary_len;
	struct slice_list wheelhouses;  // folders that files are taken from first
	struct slice_list allow_direct; // whose addresses packages may name
	bool first; // a locked file is looked up here before its own address is tried
	struct index *index; // of these indexes, opened when first asked for
};

// What the indexes of a supply are put together from.
struct supply_request {
	const struct index_request *indexes;
	const struct requirement_set *set; // its files' options; NULL: none
	const struct lock *lock;        // names places where nobody else does; NULL: none
	const char *lock_path;          // with lock: its paths are seen from there
	bool wheelhouses_have_releases; // they are asked for releases, too, as find-links are
};

// The indexes, all URLs checked; PyTorch's comes with supply_add_torch. Texts live in the session's arena. ERROR_USAGE
// for what is no URL of an index.
NODISCARD int supply_choose(struct session *session, const struct supply_request *request,
			    struct supply *ret_supply, struct error *err);
// What the lock names where nobody else does: the same request without a lock gives the same indexes with these added.
// Of several indexes the order is kept, and not which of them a package comes from.
void supply_places_of_lock(struct session *session, const struct supply_request *request,
			   struct lock_places *ret_places);
// The request with them in it.
struct index_request supply_with_places(struct session *session,
					const struct index_request *request,
					const struct lock_places *places);
// Adds PyTorch's index, unless no index is asked at all. Before the index is opened.
void supply_add_torch(struct session *session, struct supply *supply,
		      const struct torch_choice *torch);

// The supply of what has a lock and no requirements: what the request says, else the lock.
NODISCARD int supply_of_lock(struct session *session,
			     const struct environment_request *request,
			     const struct opened_lock *lock, struct supply *ret_supply,
			     struct error *err);

// The index, opened if it is not yet; the supply's own.
NODISCARD int supply_index(struct session *session, struct supply *supply,
			   struct index **ret_index, struct error *err);
void supply_release(struct supply *supply); // for AUTO, too: closes the index

// Which addresses packages may name, as the request has it; borrows from the supply.
struct address_rules supply_address_rules(const struct supply *supply);
// May a package of this name come from the index at `url`, which has no credentials?
bool supply_admits(const struct supply *supply, struct slice name, struct slice url);
// A digest of what is asked and in which order, without credentials.
struct sha256 supply_digest(const struct supply *supply);
