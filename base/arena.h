// SPDX-License-Identifier: MIT
// Memory by lifetime: what is allocated from an arena lives until the arena is released or rewound.
// No single allocation is freed. Out of memory ends the program (message, exit 71): nothing is half-written then,
// since every file is written as temp + fsync + rename. In return no input may size an allocation without a bound
// of base/limits.h.
#pragma once

#include "base/slice.h"

struct arena_chunk;

struct arena {
	struct arena_chunk *chunk; // newest first
	size_t used;               // of the newest chunk
	// One that a rewind has left over: what is marked at the end of a chunk may be rewound in a loop
	struct arena_chunk *spare;
};

struct arena_mark {
	struct arena_chunk *chunk;
	size_t used;
};

// A zeroed arena holds no memory yet.
void arena_release(struct arena *arena); // frees everything; usable again
struct arena_mark arena_mark(const struct arena *arena);
// Frees all that was allocated after the mark.
void arena_rewind(struct arena *arena, struct arena_mark mark);

// Zeroed bytes; align is a power of two <= 64. Never NULL.
void *arena_alloc(struct arena *arena, size_t size, size_t align);
void *arena_alloc_array(struct arena *arena, size_t count, size_t size, size_t align);

#define arena_new(arena, type) \
	((type *)arena_alloc((arena), sizeof(type), _Alignof(type)))
#define arena_new_array(arena, type, count) \
	((type *)arena_alloc_array((arena), (count), sizeof(type), _Alignof(type)))

struct slice arena_dup(struct arena *arena, struct slice s); // a copy, NUL after its end
const char *arena_c_string(struct arena *arena, struct slice s); // a copy, NUL-terminated
struct slice arena_printf(struct arena *arena, const char *fmt, ...) PRINTF_LIKE(2, 3);

// A growable array is any struct with these three members; zeroed is empty. Items move when it grows.
#define ARRAY_OF(type)           \
	struct {                 \
		type *items;     \
		size_t len, cap; \
	}

// Append one zeroed item and return a pointer to it, valid until the next push.
#define array_push(arena, array)                                              \
	((array)->items = array_grow((arena), (array)->items, (array)->len,   \
				     &(array)->cap, sizeof(*(array)->items)), \
	 &(array)->items[(array)->len++])

void *array_grow(struct arena *arena, void *items, size_t len, size_t *cap,
		 size_t item_size);

// Bytes that grow in an arena; zeroed but for `arena` is empty. buf_slice is valid until the next append.
struct buf {
	struct arena *arena;
	char *ptr;
	size_t len, cap;
};

void buf_append(struct buf *buf, struct slice s);
void buf_byte(struct buf *buf, char byte);
void buf_printf(struct buf *buf, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct slice buf_slice(const struct buf *buf);

// Cleanup: `AUTO(fd_close) int fd = -1;` runs fd_close(&fd) at the end of the scope.
#define AUTO(function) __attribute__((cleanup(function)))
// For AUTO(arena_cleanup) struct arena scratch = { 0 };
void arena_cleanup(struct arena *arena);

// Memory for objects with an end of their own, zeroed, never NULL; freed by mem_free. For opaque `x_new`/`x_free`.
void *mem_alloc(size_t size);
void *mem_realloc(void *ptr, size_t size); // grown part is not zeroed
void mem_free(void *ptr);                  // NULL is fine

// To be called before some MiB are allocated: sets address space for so many bytes of the
// heap aside, which gets huge pages as it is touched. 512 small pages take four times as
// long. A second call does no harm.
void mem_expect(size_t bytes);
