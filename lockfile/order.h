// SPDX-License-Identifier: MIT
// The one order of everything in a lock, and the one spelling of its moments. Private to lockfile/.
#pragma once

#include "lockfile/lockfile.h"

// Sorts in place: files by name, then by where they are.
void lock_sort_files(struct lock_file *files, size_t len);
void lock_sort_hashes(struct lock_hash *hashes, size_t len);
// The one spelling of a moment in UTC that TOML can read: "2024-01-02 03:04:05+00:00" and
// "2024-01-02t03:04:05z" are "2024-01-02T03:04:05Z".
struct slice lock_utc_text(struct arena *arena, struct slice text);
// Sorts by bytes, and keeps equal ones once. Returns how many are left.
size_t lock_sort_texts(struct slice *texts, size_t len);

// Packages in the order of name, version (PEP 440), marker, then of what they come from.
const struct lock_package **lock_sorted_packages(struct arena *arena,
						 const struct lock_package *packages,
						 size_t len);

// Sorted copies; the items' own arrays are shared.
const struct lock_file *lock_sorted_wheels(struct arena *arena,
					   const struct lock_package *package);
const struct slice *lock_sorted_texts(struct arena *arena, const struct slice *texts,
				      size_t len, size_t *ret_len);
// The lock's own requirements, by name, then by the rest in the order of the struct;
// equal ones once.
const struct lock_requirement *lock_sorted_requirements(struct arena *arena,
							const struct lock *lock,
							size_t *ret_len);
