// SPDX-License-Identifier: MIT
// The folder that a build has for itself. Backends write the paths they work in into what
// they make, so builds take place at one path on every machine, where this one lets them:
//
//	/var/tmp/pinbake-build/NAME       ours alone; NAME is from the sdist's digest
//	/var/tmp/pinbake-build/NAME.lock  held by the process that builds there
//
// A folder whose lock nobody holds was left by a crash: whoever comes next removes it.
#pragma once

#include "builder/sdist/sdist.h"

struct room {
	const char *path;      // absolute, without symbolic links; NULL: none is held
	const char *lock_path; // in the same arena
	int lock;
};

// settings->cache_directory holds the rooms where /var/tmp cannot. Waits while another process is in the room; it is empty
// then. ERROR_IO, ERROR_INTERRUPTED.
NODISCARD int room_enter(const struct sdist_settings *settings, struct slice name,
			 struct arena *arena, struct room *ret_room, struct error *err);
void room_leave(struct room *room); // removes it; fine on a zeroed struct
