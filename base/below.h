// SPDX-License-Identifier: MIT
// Inside of base/folder.c and base/files.c: names below an open folder, of which no part is followed if it is a link.
#pragma once

#include <stdbool.h>

// As openat, but -1 with ELOOP where a part is a link, and EXDEV where one is "..".
int below_open(int at, const char *name, int flags, unsigned mode);
// The same where the kernel is old.
int below_walk(int at, const char *name, int flags, unsigned mode);

// Where the last part of a name lies. To be closed by spot_close, also after a failure.
struct spot {
	int at;
	const char *last; // in the name
	bool opened;      // for this spot
};
bool spot_of(int at, const char *name, struct spot *ret_spot); // false with errno
void spot_close(struct spot *spot);

struct folder;
struct error;
struct stat;

// What errno says of a name in a folder, and of a link that none is followed (ERROR_INPUT). what: "write". Returns -1.
int folder_refuse(const struct folder *folder, const char *name, const char *what,
		  struct error *err);
// ERROR_INPUT if it belongs to another user.
int folder_check_owner(const struct folder *folder, const char *name,
		       const struct stat *info, struct error *err);
