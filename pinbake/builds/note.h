// SPDX-License-Identifier: MIT
// What a build backend said of a project, kept with what the backend ran on: the same
// requirements resolved to others may make it say something else.
//
//	pinbake-metadata 1
//	built-with DIGEST        of what was resolved
//	requires 1
//	require setuptools>=40
//	Metadata-Version: 2.1 …
//	sum DIGEST
#pragma once

#include "pinbake/builds/resolve.h"

// False where nothing is noted, or what `query` (of which `requires` is set here) resolves
// to now is not what the backend ran on.
bool metadata_note_find(const char *path, const struct build_query *query,
			struct slice *ret_text);
NODISCARD int metadata_note_write(const char *path, const struct lock_build *with,
				  struct slice text, struct error *err);
