// SPDX-License-Identifier: MIT
// A TOML document from disk, and tables in it.
#pragma once

#include "base/toml.h"

// A document; the source lives in the arena. -1 with diagnostics.
int toml_document(struct arena *arena, const char *path, struct diagnostics *diagnostics,
		  struct toml_table **ret_root);
// The table below a key; NULL where it, or the table itself, is none.
const struct toml_table *toml_table_of(const struct toml_table *table, struct slice key);
