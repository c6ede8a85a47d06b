// SPDX-License-Identifier: MIT
// From bytes of a string's value back to its text in the TOML source.
#pragma once

#include "base/toml.h"

// Where string[offset..offset+len) stands in the source: within the quotes, with escapes
// as they are written ("\u00e9" is two bytes of the value and six of the source). Cut
// where the line that it begins on ends. The value must be a string; the offsets lie
// within it.
struct span toml_place(const struct toml_value *string, size_t offset, size_t len);
