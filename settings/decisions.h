// SPDX-License-Identifier: MIT
// What each option decides, and so who may give it besides the command line (base/origin.h).
#pragma once

#include "base/origin.h"

enum setting_kind {
	SETTING_UNDECIDED, // in no row: as good as refused, and a test fails
	SETTING_FREE,      // decides nothing that has to be trusted
	SETTING_OF_RUN,    // what this run is for: the command line's alone
	SETTING_OF_USER,   // how pinbake runs for this user: in no project's file
	SETTING_DECIDES,
	SETTING_PROGRAM, // the same; a project's file may name no path
	SETTING_PLACE,   // the same, but for what lies in the project's own folder
};

struct setting_rule {
	enum setting_kind kind;
	enum decision decision; // of the last three kinds
};

// By the long name; `command` tells apart what several commands call the same.
struct setting_rule setting_rule_of(const char *command, const char *option);
// "heeded", "asked" or "refused": what comes of an option that an origin gives. Of places it is about those outside.
enum leave setting_leave(struct setting_rule rule, enum origin origin);
