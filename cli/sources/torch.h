// SPDX-License-Identifier: MIT
// PyTorch's accelerator as an input of the lock: which index torch and its family come from, and which local version
// they must have. Chosen by the user or by the lock that is there, never by looking at this machine.
#pragma once

#include "cli/lock/lock_options.h"

struct torch_choice {
	struct slice backend; // "cu126"; "" for none
	// "" for PyTorch's own; else --torch-index, maybe with credentials
	struct slice base;
	struct slice url; // of the index: base and backend
};

// --torch-backend and --torch-index, their variables, else what the present lock says (`none` ends that). ERROR_USAGE:
// no backend, or one that a target cannot have.
NODISCARD int torch_choose(struct cli *cli, const struct lock_values *values,
			   const struct lock *present, const struct target_list *targets,
			   struct torch_choice *ret_choice, struct error *err);

// Is it PyTorch's index of the backend that the lock names?
bool torch_is_index_of(const struct lock *lock, struct slice url);
// Adds the index to the config, for torch's family alone; the user's own mappings win. Texts live in cli's arena.
void torch_add_index(struct cli *cli, const struct torch_choice *choice,
		     struct index_config *config);
// The local version that releases of the package must have, if they have one; "" for any. choice may be NULL.
struct slice torch_local_version(const struct torch_choice *choice, struct slice package);
void torch_note(struct arena *arena, const struct torch_choice *choice,
		struct lock *lock); // without credentials
