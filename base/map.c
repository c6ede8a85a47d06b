// SPDX-License-Identifier: MIT
// Linear probing over entry indices; entries stay in insertion order.
#include "base/map.h"

#include <string.h>

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
	return hash ^ hash >> 32;
}

// Hashes eight bytes at a time. Keys are short, and at a load factor of one half no hostile input makes it slow enough
// to matter.
static uint32_t hash_slice(struct slice s)
{
	uint64_t hash = 0xcbf29ce484222325u + s.len, word;
	for (; s.len > sizeof(word); s = slice_skip(s, sizeof(word))) {
		memcpy(&word, s.ptr, sizeof(word));
		hash = mix(hash, word);
	}
	word = 0;
	if (s.len)
		memcpy(&word, s.ptr, s.len);
	return (uint32_t)mix(hash, word);
}

static uint32_t *find_slot(const struct map *map, struct slice key, uint32_t hash)
{
	size_t at = hash & (map->slot_count - 1);
	while (map->slots[at] != 0) {
		const struct map_entry *entry = &map->entries[map->slots[at] - 1];
		if (entry->hash == hash && slice_eq(entry->key, key))
			break;
		at = (at + 1) & (map->slot_count - 1);
	}
	return &map->slots[at];
}

static void grow_slots(struct map *map)
{
	map->slot_count = map->slot_count ? map->slot_count * 2 : 32;
	map->slots = arena_new_array(map->arena, uint32_t, map->slot_count);
	for (size_t i = 0; i < map->len; i++)
		*find_slot(map, map->entries[i].key, map->entries[i].hash) =
			(uint32_t)i + 1;
}

bool map_insert(struct map *map, struct slice key, uint32_t value, uint32_t *ret_old)
{
	uint32_t hash = hash_slice(key);
	if ((map->len + 1) * 2 > map->slot_count)
		grow_slots(map);
	uint32_t *slot = find_slot(map, key, hash);
	if (*slot != 0) {
		if (ret_old)
			*ret_old = map->entries[*slot - 1].value;
		return false;
	}
	map->entries = array_grow(map->arena, map->entries, map->len, &map->cap,
				  sizeof(*map->entries));
	map->entries[map->len++] = (struct map_entry){ key, hash, value };
	*slot = (uint32_t)map->len;
	return true;
}

void map_set(struct map *map, struct slice key, uint32_t value)
{
	if (!map_insert(map, key, value, NULL))
		map->entries[*find_slot(map, key, hash_slice(key)) - 1].value = value;
}

bool map_find(const struct map *map, struct slice key, uint32_t *ret_value)
{
	if (map->len == 0)
		return false;
	uint32_t slot = *find_slot(map, key, hash_slice(key));
	if (slot == 0)
		return false;
	*ret_value = map->entries[slot - 1].value;
	return true;
}

bool map_has(const struct map *map, struct slice key)
{
	uint32_t ignored;
	return map_find(map, key, &ignored);
}
