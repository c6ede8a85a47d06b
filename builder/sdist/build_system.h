// SPDX-License-Identifier: MIT
// [build-system] of a pyproject.toml (PEP 518, PEP 517).
#pragma once

#include "base/arena.h"
#include "base/error.h"

struct build_system {
	struct slice *requires; // as written
	size_t requires_len;
	struct slice backend; // "hatchling.build", "setuptools.build_meta:__legacy__"
	struct slice *paths;  // backend-path; the driver checks that they stay inside
	size_t paths_len;
};

// text: the file's bytes, "" where there is none. ERROR_INPUT (517.1: a table without
// `requires`; TOML that is none). Everything lives in the arena or borrows from text.
NODISCARD int build_system_read(struct slice text, struct arena *arena,
				struct build_system *ret_system, struct error *err);
