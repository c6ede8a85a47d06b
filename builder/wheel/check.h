// SPDX-License-Identifier: MIT
// The one thorough look at a wheel, before it enters the store (inst.1, inst.2, gz.11).
#pragma once

#include "builder/wheel/tree.h"

// ERROR_INTEGRITY, naming file and entry, for all that layout_of_wheel refuses, and: a
// WHEEL file that is missing or of a newer major version; no RECORD; an entry without a
// row in it, with a hash weaker than SHA-256 or another hash; a wrong length or CRC-32; a
// compression that wheels do not use; entry points that name no function; two entries at
// one place. Inflates everything once, in pieces. wheel->name and file_name must be set.
NODISCARD int wheel_check(const struct wheel_file *wheel, struct error *err);

// The same from a path, under the names of the lock. work may be NULL.
NODISCARD int wheel_check_path(const char *path, struct slice project,
			       struct slice file_name, const struct work *work,
			       struct error *err);

// For store_fetch: what is a wheel has to pass wheel_check_path.
NODISCARD int wheel_admit(const struct arrived_file *file, const struct work *work,
			  struct error *err);
