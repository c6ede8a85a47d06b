// SPDX-License-Identifier: MIT
// PyTorch's accelerator as an input of the lock: which index torch and its family come from, and which local version
// they must have. The user or the present lock chooses it; this machine is never looked at.
#pragma once

#include "base/origin.h"
#include "resolver/driver/request.h"

// What the choice is made by.
struct torch_question {
	const char *backend;        // that the user names; NULL: none
	struct address base;        // place of its indexes; url "": PyTorch's own
	const struct lock *present; // says the backend where nobody else does
	const struct target_list *targets;
};

// Chooses the backend and the place of its indexes; "none" ends what the lock says. A name that is well formed but not in
// data/torch-backends.txt is taken with a warning. Texts live in the arena. ERROR_USAGE: no backend, one that a target
// cannot have, or a place without a backend, unless it only stands in the environment.
NODISCARD int torch_choose(const struct torch_question *question, struct arena *arena,
			   struct torch_choice *ret_choice,
			   struct diagnostics *diagnostics, struct error *err);

// Adds the index to the config, for torch's family alone; the user's own mappings win. Texts live in the arena.
void torch_add_index(struct arena *arena, const struct torch_choice *choice,
		     struct index_config *config);
// The local version that releases of the package must have, if they have one; "" for any. choice may be NULL.
struct slice torch_local_version(const struct torch_choice *choice, struct slice package);
// Into [tool.pinbake] of the lock, without credentials.
void torch_note(struct arena *arena, const struct torch_choice *choice,
		struct lock *lock);
// Is the URL that of the index of the lock's backend?
bool torch_is_index_of(const struct lock *lock, struct slice url);
