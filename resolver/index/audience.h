// SPDX-License-Identifier: MIT
// Whom a wheel is for, in a reader's words: "glibc 2.28 or newer" rather than "cp312-cp312-manylinux_2_28_x86_64".
#pragma once

#include "resolver/index/index.h"

// What the target, which cannot take the wheel, would have to be: the first of operating system, machine, libc and its
// version, interpreter that differs. The text follows "only for". A tag that says none of these is given as it is.
struct slice wheel_audience(struct arena *arena, const struct wheel_name *wheel,
			    const struct target *target);
