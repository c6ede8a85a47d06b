// SPDX-License-Identifier: MIT
// The form in which two names are equal that a file system which ignores case, or composes
// letters, holds to be one.
#pragma once

#include "base/arena.h"

// ASCII in lower case; other text by Unicode's full case folding, composed (NFC), through
// utf8proc. Lives in arena.
struct slice fold_name(struct arena *arena, struct slice utf8);
