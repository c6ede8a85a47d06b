// SPDX-License-Identifier: MIT
// The programs of this machine that decide what a compiled wheel is.
#pragma once

#include "base/digest.h"

// Where builds look for programs after their own environment, as PATH has it.
#define BUILD_PATH "/usr/local/bin:/usr/bin:/bin"

// The digest of which compilers and linkers are on BUILD_PATH: their names, and the real
// path, size and time of what each leads to. As good as their versions, and no program
// has to be run to know it. Zero where there are none.
struct sha256 toolchain_digest(void);
