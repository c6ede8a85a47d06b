// SPDX-License-Identifier: MIT
// Linear probing over entry indices; entries stay in insertion order.
#include "base/map.h"

#include <endian.h>
#include <string.h>

// SipHash-1-3: keyed, and quick for the short keys of tables.
struct sip {
	uint64_t a, b, c, d;
};

static uint64_t rotate(uint64_t word, unsigned bits)
{
	return word << bits | word >> (64 - bits);
}

static void mix(struct sip *s)
{
	s->a += s->b;
	s->b = rotate(s->b, 13) ^ s->a;
	s->a = rotate(s->a, 32);
	s->c += s->d;
	s->d = rotate(s->d, 16) ^ s->c;
	s->a += s->d;
	s->d = rotate(s->d, 21) ^ s->a;
	s->c += s->b;
	s->b = rotate(s->b, 17) ^ s->c;
	s->c = rotate(s->c, 32);
}

static void absorb(struct sip *s, uint64_t word)
{
	s->d ^= word;
	mix(s);
	s->a ^= word;
}

static uint64_t little_endian(const char *bytes, size_t len)
{
	uint64_t word = 0;
	memcpy(&word, bytes, len);
	return le64toh(word);
}

// Whoever chooses the keys must not know the seed: with a known function, a RECORD of a megabyte takes minutes.
uint64_t map_hash(struct slice key, struct seed seed)
{
	struct sip s = { seed.low ^ 0x736f6d6570736575u, seed.high ^ 0x646f72616e646f6du,
			 seed.low ^ 0x6c7967656e657261u,
			 seed.high ^ 0x7465646279746573u };
	uint64_t last = (uint64_t)key.len << 56;
	for (; key.len >= sizeof(last); key = slice_skip(key, sizeof(last)))
		absorb(&s, little_endian(key.ptr, sizeof(last)));
	absorb(&s, key.len ? last | little_endian(key.ptr, key.len) : last);
	s.c ^= 0xff;
	for (int i = 0; i < 3; i++)
		mix(&s);
	return s.a ^ s.b ^ s.c ^ s.d;
}

static uint32_t hash_slice(struct slice key)
{
	return (uint32_t)map_hash(key, seed_of_process());
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
