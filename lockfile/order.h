// SPDX-License-Identifier: MIT
// The one order of everything in a lock. Private to lockfile/.
#pragma once

#include "lockfile/lockfile.h"

// In place. Files by name, then place.
void lock_sort_files(struct lock_file *files, size_t len);
void lock_sort_hashes(struct lock_hash *hashes, size_t len);
// By bytes, equal ones once; returns how many are left
size_t lock_sort_texts(struct slice *texts, size_t len);

// Packages by name, version (PEP 440), marker, then what they come from.
const struct lock_package **lock_sorted_packages(struct arena *arena,
						 const struct lock_package *packages,
						 size_t len);

// Copies, in order; the items' own arrays are shared.
const struct lock_file *lock_sorted_wheels(struct arena *arena,
					   const struct lock_package *package);
const struct slice *lock_sorted_texts(struct arena *arena, const struct slice *texts,
				      size_t len, size_t *ret_len);
// The lock's own: by name, then the rest in the order of the struct; equal ones once.
const struct lock_requirement *lock_sorted_requirements(struct arena *arena,
							const struct lock *lock,
							size_t *ret_len);
