// SPDX-License-Identifier: MIT
// Files of data/ that the program carries in itself.
#pragma once

#include <stddef.h>

extern const char compile_wheel_py[]; // ASCII, without a NUL at its end
extern const size_t compile_wheel_py_len;
