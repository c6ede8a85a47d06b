// SPDX-License-Identifier: MIT
// One open-addressing map, text -> uint32_t, and interning built on it. Both live in an arena; nothing is removed.
#pragma once

#include "base/arena.h"
#include "base/seed.h"

struct map_entry {
	struct slice key; // borrowed from the caller or from the intern's arena
	uint32_t hash;
	uint32_t value;
};

// Zeroed but for `arena` is empty. Iterate over `entries[0..len)`, which is in insertion order, so that no hash order
// reaches an output.
struct map {
	struct arena *arena;
	struct map_entry *entries;
	uint32_t *slots; // entry index + 1, 0 is free
	size_t len, cap, slot_count;
};

// The key's bytes must outlive the map. If the key exists already: false, with its value in *ret_old (which may be
// NULL).
bool map_insert(struct map *map, struct slice key, uint32_t value, uint32_t *ret_old);
void map_set(struct map *map, struct slice key, uint32_t value); // inserts or replaces
bool map_find(const struct map *map, struct slice key, uint32_t *ret_value);
bool map_has(const struct map *map, struct slice key);

// SipHash-1-3 of the key. The seed differs in every process, so nothing that is kept or shown may come from this.
uint64_t map_hash(struct slice key, struct seed seed);
