// SPDX-License-Identifier: MIT
// Which extras and groups of a project cannot be in one environment.
#pragma once

#include "pinbake/lock_request.h"

// What pinbake's own settings and uv's declare in the current folder, into the arena. What is wrong is a diagnostic too.
// ERROR_INPUT.
NODISCARD int project_conflicts(struct arena *arena, struct diagnostics *diagnostics,
				struct conflict_list *ret_conflicts, struct error *err);
