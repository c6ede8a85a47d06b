// SPDX-License-Identifier: MIT
// What a source distribution is built with: resolved as any requirements are, for the interpreter that builds, and
// installed into the build's own environment.
#pragma once

#include "builder/sdist/sdist.h"
#include "cli/cli.h"

struct build_requires {
	struct cli *cli;
	struct store *store;
	const struct opened_lock *opened; // its cut-off holds for build requirements too
	const char *index_url;            // the option's, or NULL
};

// For struct sdist_host; context: struct build_requires. Wheels only: what builds a package is not built itself.
NODISCARD int install_build_requires(void *context, const struct slice *requirements,
				     size_t len, const struct sdist_python *python,
				     const char *prefix, struct sha256 *ret_digest,
				     struct error *err);
