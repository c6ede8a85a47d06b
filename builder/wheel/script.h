// SPDX-License-Identifier: MIT
// The text of programs in P/bin: first lines (env.6), console scripts (env.5), rewritten
// wheel scripts (env.7).
#pragma once

#include "builder/wheel/entry_points.h"

// python is the path of the interpreter that they start: "/opt/venv/bin/python", or with
// --system the base's own.

// "#!P/bin/python\n", or the sh form where the kernel could not read that line. Ends in a
// line end.
struct slice script_shebang(struct slice python, struct arena *arena);

struct slice script_of_entry_point(struct slice python, const struct entry_point *point,
				   struct arena *arena);

// Does a wheel's script begin with exactly "#!python" (inst.3)? Its first bytes are
// enough.
bool script_wants_shebang(struct slice start);
// The script with its first line replaced.
struct slice script_with_shebang(struct slice python, struct slice script,
				 struct arena *arena);
