// SPDX-License-Identifier: MIT
// Under AddressSanitizer an arena poisons what nobody asked for and leaves a gap behind
// every allocation, so that an access past the end of one is seen although malloc knows
// only the chunk. Without it all of this does nothing. Private to arena.c.
#pragma once

#include <stddef.h>

#ifdef __SANITIZE_ADDRESS__
#define ARENA_POISONS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define ARENA_POISONS
#endif
#endif

#ifdef ARENA_POISONS
#include <sanitizer/asan_interface.h>

enum { SHADOW_GRAIN = 8, GAP_BYTES = 16 }; // shadow memory counts in eights

static inline void poison(const void *bytes, size_t len)
{
	ASAN_POISON_MEMORY_REGION(bytes, len);
}

static inline void unpoison(const void *bytes, size_t len)
{
	ASAN_UNPOISON_MEMORY_REGION(bytes, len);
}

static inline size_t poison_align(size_t align)
{
	return align < SHADOW_GRAIN ? SHADOW_GRAIN : align;
}

// Where the next allocation may begin in a chunk of the given size.
static inline size_t poison_gap(size_t used, size_t size)
{
	return size - used < GAP_BYTES ? size : used + GAP_BYTES;
}

#else

static inline void poison(const void *bytes, size_t len)
{
	(void)bytes;
	(void)len;
}

static inline void unpoison(const void *bytes, size_t len)
{
	(void)bytes;
	(void)len;
}

static inline size_t poison_align(size_t align)
{
	return align;
}

static inline size_t poison_gap(size_t used, size_t size)
{
	(void)size;
	return used;
}
#endif
