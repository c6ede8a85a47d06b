// SPDX-License-Identifier: MIT
// What base/files.h leaves out: looks at what lies somewhere, and locks of what many use. What is made there goes by
// base/folder.h.
#pragma once

#include "base/arena.h"
#include "base/error.h"

enum place_kind { PLACE_ABSENT, PLACE_FILE, PLACE_DIRECTORY, PLACE_SYMLINK, PLACE_OTHER };

struct place {
	enum place_kind kind;
	unsigned mode;     // permission bits
	unsigned owner;    // a user's number
	uint64_t size;     // bytes
	int64_t mtime_s;   // whole seconds
	uint32_t mtime_ns; // of the next one
	int64_t atime_s;
	uint64_t device, inode;
	uint64_t links; // names of the file
};

// Does not follow links. PLACE_ABSENT also if it cannot be seen.
struct place place_look(const char *path);
// In an open directory; "" is the directory itself.
struct place place_look_at(int folder, const char *name);
// False if it is no symbolic link.
bool place_link_text(const char *path, struct arena *arena, struct slice *ret_target);

// Sets the modification time (whole seconds) and closes.
NODISCARD int place_end(int *fd, const char *path, uint64_t mtime_s, struct error *err);
NODISCARD int place_write(int fd, const char *path, struct slice bytes,
			  struct error *err);
// Takes bytes piece by piece, as the `take` of struct inflate_sink; context is the output.
struct place_output {
	int fd;
	const char *path;
};
int place_take(void *context, struct slice bytes, struct error *err);
// Sets the access time to now, by which the cache is pruned. Failing is fine.
void place_touch(const char *path);
bool place_remove(const char *path); // one file or link; true if it is gone

// Users of a directory share it; one can have it alone only while there is no other.
// Sharing waits for the one that has it alone. -1 if the directory cannot be opened or
// its file system has no locks. The lock is held until the fd is closed.
int place_share(const char *path);
bool place_take_alone(int fd); // false: shared as before
