// SPDX-License-Identifier: MIT
// Builds inside a base image: its interpreter, its compiler, its libraries, run by docker
// or podman in the place of the sandbox. The room of the build is mounted at the path that
// it has here, so that what is made has the same paths in it; its environment and the
// archive are read-only, as is the image; there is no network unless it was asked for.
#pragma once

#include "base/arena.h"
#include "base/work.h"

struct container {
	const char *engine;             // docker's or podman's path
	const char *const *environment; // of the engine itself, ended by NULL
	const char *image;              // as the user names it, or an id
	bool offline;                   // what is not on this machine is not fetched
	const struct work *work;        // or NULL
};

// The image's id, by which it is run from then on; fetches an image that is not here.
// folder: for the engine's answers. ERROR_SOURCE: there is no such image.
NODISCARD int container_find_image(const struct container *container, const char *folder,
				   struct arena *arena, struct slice *ret_id,
				   struct error *err);

// One program in it.
struct container_run {
	const char *name;               // of the container, for container_remove
	const char *room;               // mounted to be written to
	const char *project;            // likewise: the folder of an editable, or NULL
	const char *const *read_only;   // paths that are mounted besides, ended by NULL
	const char *directory;          // to run in
	const char *const *environment; // "NAME=value", ended by NULL: all that it sees
	const char *const *arguments;   // ended by NULL
	bool keeps_environment;         // the image's own holds too, its PATH above all
	bool network;
};

// The command that runs it, ended by NULL: [0] is the engine.
const char *const *container_command(const struct container *container,
				     const struct container_run *run,
				     struct arena *arena);

// An engine's client can end before its container does.
void container_remove(const struct container *container, const char *name);

// What the engine itself answers where it could not run anything.
enum { CONTAINER_FAILED = 125, CONTAINER_NO_PROGRAM = 127 };
