// SPDX-License-Identifier: MIT
// data/well-known-names.txt, built in: what a misspelt name may have meant when the store knows nothing near it.
#pragma once

#include <stddef.h>

extern const char *const known_names[];
extern const size_t known_names_len;
