// SPDX-License-Identifier: MIT
// A request made ready for the driver: what locking has in common with asking why a pin is not newer, so that both ask the
// same question.
//
//	inputs_read ──▶ set ──policy──▶ solve ──supply──▶ indexes ──cutoff──▶ moments ──torch──▶ backend ──open──▶ driver
//
// The policy comes first and the driver last; the three between may change places.
#pragma once

#include "pinbake/builds/metadata.h"
#include "pinbake/files/direct.h"

struct preparation {
	struct session *session;
	const struct lock_request *request;
	const char *lock_path;   // for messages, and what is seen from it
	const struct lock *kept; // whose cut-offs and commits stay; NULL: none
	// Says the backend of PyTorch where the request does not
	const struct lock *present;
	// Of kept, commits that may move; NULL: none
	const struct slice_list *released;
	const struct relock *relock; // what was locked before; NULL: nothing
	struct requirement_set set;  // of the request's inputs
	struct resolve_request solve;
	struct cutoff cutoff;
	struct torch_choice torch;
	struct supply supply; // to be released
	struct driver driver;
	struct direct_host host;
	struct metadata_builds builds;
};

// Modes and binary rules, into `solve`. ERROR_USAGE.
NODISCARD int preparation_policy(struct preparation *preparation, struct error *err);
// The indexes of the request, or of another one in its place. ERROR_USAGE.
NODISCARD int preparation_supply(struct preparation *preparation,
				 const struct index_request *indexes, struct error *err);
// The moments that are asked for, or else those of `kept`. ERROR_USAGE.
NODISCARD int preparation_cutoff(struct preparation *preparation, struct error *err);
// PyTorch's builds. ERROR_USAGE.
NODISCARD int preparation_torch(struct preparation *preparation, struct error *err);
// Opens the index, and takes what the inputs name by URL, path or commit. The preparation stays where it is from then on.
// The errors of the index, of cutoff_apply, and of the host.
NODISCARD int preparation_open(struct preparation *preparation, struct error *err);
void preparation_release(struct preparation *preparation); // for AUTO
