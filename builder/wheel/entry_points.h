// SPDX-License-Identifier: MIT
// entry_points.txt: the console and gui scripts that installers make (env.5).
//
//	[console_scripts]
//	demo = demo.cli:main.run [extra]     ──▶ name demo, module demo.cli, attribute main.run, import main
#pragma once

#include "base/arena.h"
#include "base/error.h"

struct entry_point {
	struct slice name;
	struct slice module;    // dotted identifiers
	struct slice attribute; // dotted identifiers
	struct slice import;    // the attribute's first component
};

struct entry_point_list {
	// By name; a name that is given twice means its last line, gui after console
	struct entry_point *items;
	size_t len, cap;
};

// Only the groups console_scripts and gui_scripts are looked at; the others may hold
// anything. ERROR_INTEGRITY: not UTF-8, a name with '/', '\' or a control character, a
// target that is not MODULE:ATTRIBUTE. Borrows from text.
NODISCARD int entry_points_parse(struct slice text, struct arena *arena,
				 struct entry_point_list *ret_list, struct error *err);
