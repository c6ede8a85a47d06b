// SPDX-License-Identifier: MIT
// What install and its check have in common: the place, the open wheels, and the trees that belong there.
#pragma once

#include "builder/install/install.h"

struct installation {
	struct store *store;
	const struct install_request *request;
	struct arena *arena; // of all that it makes
	const char *prefix;  // absolute, normalised
	// In plan order, so that the same file wins as in the layers (env.10)
	struct wheel_file *wheels;
	size_t len; // open ones
	struct tree skeleton, packages;
	struct bytecode *bytecodes; // by wheel, with request->bytecode
	struct arena *bytecode_arenas;
	size_t bytecodes_len;
	uint64_t uncompiled;
};

// The caller has set store, request and arena. Errors as install.
NODISCARD int installation_open(struct installation *installation, struct error *err);
// Are the open wheels those of the lock, by their SHA-256? Before anything is taken from them: an environment that has
// all already is found by a look. ERROR_INTEGRITY.
NODISCARD int installation_check_wheels(struct installation *installation,
					struct error *err);
// interpreter: that of the request, or another where the request leaves it open.
NODISCARD int installation_make_trees(struct installation *installation,
				      struct slice interpreter, struct error *err);
// Closes the wheels; fine after a failure of the others.
void installation_close(struct installation *installation);
