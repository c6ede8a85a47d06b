// SPDX-License-Identifier: MIT
// Whom a wheel is for, in words of a reader's: "glibc 2.28 or newer" rather than "cp312-cp312-manylinux_2_28_x86_64".
#pragma once

#include "resolver/index/index.h"

// What the target would have to be to take the wheel, which it cannot: the first of operating system, machine, libc and
// its version, interpreter that differs. To follow "only for". A tag that says none of these stands as it is.
struct slice wheel_audience(struct arena *arena, const struct wheel_name *wheel,
			    const struct target *target);
