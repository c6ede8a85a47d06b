// SPDX-License-Identifier: MIT
// One wheel as it lies in an environment: its files with their places and modes, its
// scripts, and its new RECORD (env.3–env.9). Knows nothing of the other wheels; tree.c
// joins several.
#pragma once

#include "builder/wheel/layout.h"

struct installed_file {
	struct slice path; // relative to the prefix
	unsigned mode;
	const struct zip_entry *zip; // the wheel's own bytes, or NULL
	struct slice bytes;          // where zip is NULL
};

struct installed_wheel {
	struct installed_file *files; // in no order that matters; no path twice
	size_t len, cap;
	uint64_t stripped_files, stripped_bytes; // left out (env.11)
};

// Texts live in arena; zip entries are borrowed from wheel. ERROR_INTEGRITY as
// layout_of_wheel, and for a wheel without RECORD, malformed entry points, or two entries
// at one place.
NODISCARD int installed_wheel_of(const struct wheel_file *wheel,
				 const struct layout_places *places, struct arena *arena,
				 struct installed_wheel *ret_installed,
				 struct error *err);
