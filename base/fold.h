// SPDX-License-Identifier: MIT
// A form of names: two names with the same form are one name to a file system that
// ignores case or composes letters.
#pragma once

#include "base/arena.h"

// ASCII is put in lower case; other text is folded by Unicode's full case folding and
// composed (NFC), by utf8proc. The result lives in arena.
struct slice fold_name(struct arena *arena, struct slice utf8);
