// SPDX-License-Identifier: MIT
// Which of a lock's targets something is for, as the shortest marker that tells them from the
// others. The lock's `environments` rule out everything else, so the marker need only be right on
// these targets: "sys_platform == 'win32'" where one of four targets is a Windows.
#pragma once

#include "packaging/target.h"

enum { TARGETS_MAX = 64 }; // a set of targets is a uint64_t, bit i for targets[i]

// Targets that markers cannot tell apart (two libc floors, free-threaded or not) have one class:
// ret_classes[i] is the index of the first target like targets[i].
void target_classes(const struct target *targets, size_t len, size_t *ret_classes);

// A marker that is true for exactly the targets in `wanted`; "" if these are all. False if it would have to part
// targets of one class, or wanted is empty.
NODISCARD bool targets_marker(struct arena *arena, const struct target *targets,
			      size_t len, uint64_t wanted, struct slice *ret_marker);
