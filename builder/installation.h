// SPDX-License-Identifier: MIT
// What install and its check have in common: the place, the open wheels, and the trees that belong there.
#pragma once

#include "builder/wheel/tree.h"

struct installation {
	struct store *store;
	const struct install_options *options;
	struct arena *arena;
	const char *prefix; // absolute, normalised
	// In plan order, so that the same file wins as in the layers (env.10)
	struct wheel_file *wheels;
	size_t len; // open ones
	struct tree skeleton, packages;
	struct bytecode *bytecodes; // by wheel, with options->bytecode
	struct arena *bytecode_arenas;
	size_t bytecodes_len;
	uint64_t uncompiled;
	const struct work *work; // or NULL
};

// store, options and arena are set by the caller. The interpreter is options->interpreter unless another is given.
// Errors as install.
NODISCARD int installation_open(struct installation *installation,
				const struct lock_selection *selection,
				struct error *err);
NODISCARD int installation_make_trees(struct installation *installation,
				      struct slice interpreter, struct error *err);
// The wheels; fine after a failure of the others
void installation_close(struct installation *installation);
