// SPDX-License-Identifier: MIT
// Files of data/ that the program carries in itself.
#pragma once

#include <stddef.h>

extern const char build_wheel_py[]; // ASCII, without a NUL at its end
extern const size_t build_wheel_py_len;
extern const char build_causes[]; // "text|cause|packages" a line, "#" before remarks
extern const size_t build_causes_len;
