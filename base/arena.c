// SPDX-License-Identifier: MIT
// The only file that calls malloc: chunked arenas, arrays and buffers in them, and the one end for lack of memory.
#include "base/arena.h"

#include "base/arena_poison.h"

#include <limits.h>
#include <malloc.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	CHUNK_BYTES = 64 * 1024,
	CHUNK_BYTES_MAX = 256 * 1024,
	CHUNK_ALIGN = 64,
	EXIT_NO_MEMORY = 71
};
enum { BACKED_BYTES = 128 * 1024 };
static const uintptr_t PAGE_BYTES = 4096; // the smallest page there is
// An allocation of this size or more is likely used whole. With huge pages it costs one
// fault instead of 512; those took a third of the time to read a large index page.
#define HUGE_BYTES ((size_t)2 << 20)

struct arena_chunk {
	struct arena_chunk *below;
	size_t size; // of bytes[]
	// Nothing was written from here on: it is zero, as the system gave it
	size_t zeroed;
	size_t backed; // the system was asked for memory up to here
	void *block;   // of malloc, or mapped
	size_t mapped; // bytes of block; 0: of malloc
	alignas(CHUNK_ALIGN) unsigned char bytes[];
};

static _Noreturn void out_of_memory(void)
{
	static const char message[] = "pinbake: error: out of memory\n";
	ssize_t ignored = write(STDERR_FILENO, message, sizeof(message) - 1);
	(void)ignored;
	_exit(EXIT_NO_MEMORY);
}

static size_t mul_or_die(size_t a, size_t b)
{
	size_t product;
	if (__builtin_mul_overflow(a, b, &product))
		out_of_memory();
	return product;
}

void *mem_alloc(size_t size)
{
	void *ptr = calloc(1, size ? size : 1);
	if (!ptr)
		out_of_memory();
	return ptr;
}

// Blocks up to this size come from the heap; the system maps larger ones one by one.
#define HEAP_BLOCK_BYTES ((size_t)1 << 20)
enum { HEAP_STEP_BYTES = 128 * 1024 }; // malloc's own

void mem_expect(size_t bytes)
{
	// Freed memory stays in the heap: if it were given back, it would return in small
	// pages.
	mallopt(M_MMAP_THRESHOLD, (int)HEAP_BLOCK_BYTES);
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_TOP_PAD, bytes < INT_MAX ? (int)bytes : INT_MAX);
	char *block = malloc(HEAP_BLOCK_BYTES / 2); // more than the heap has left
	mallopt(M_TOP_PAD, HEAP_STEP_BYTES);
	if (!block)
		out_of_memory();
	size_t before = -(uintptr_t)block % HUGE_BYTES;
	if (bytes > before)
		(void)madvise(block + before, (bytes - before) & ~(HUGE_BYTES - 1),
			      MADV_HUGEPAGE);
	free(block);
}

void *mem_realloc(void *ptr, size_t size)
{
	ptr = realloc(ptr, size ? size : 1);
	if (!ptr)
		out_of_memory();
	return ptr;
}

void mem_free(void *ptr)
{
	free(ptr);
}

static void free_block(const struct arena_chunk *chunk)
{
	if (chunk->mapped)
		munmap(chunk->block, chunk->mapped);
	else
		free(chunk->block);
}

void arena_release(struct arena *arena)
{
	arena_rewind(arena, (struct arena_mark){ 0 });
	if (arena->spare)
		free_block(arena->spare);
	arena->spare = NULL;
}

void arena_cleanup(struct arena *arena)
{
	arena_release(arena);
}

struct arena_mark arena_mark(const struct arena *arena)
{
	return (struct arena_mark){ arena->chunk, arena->used };
}

static void drop_chunk(struct arena *arena, struct arena_chunk *chunk)
{
	bool keeps = !arena->spare && !chunk->mapped && chunk->size <= CHUNK_BYTES_MAX;
	unpoison(chunk->bytes, chunk->size);
	if (keeps)
		arena->spare = chunk;
	else
		free_block(chunk);
}

void arena_rewind(struct arena *arena, struct arena_mark mark)
{
	while (arena->chunk != mark.chunk) {
		struct arena_chunk *below = arena->chunk->below;
		drop_chunk(arena, arena->chunk);
		arena->chunk = below;
	}
	arena->used = mark.used;
	if (arena->chunk)
		poison(arena->chunk->bytes + mark.used, arena->chunk->size - mark.used);
}

// Zeroed memory of at least *bytes, rounded up to whole huge pages; NULL if there is no
// more.
static void *map_huge(size_t *bytes)
{
	size_t whole, more;
	if (__builtin_add_overflow(*bytes, 2 * HUGE_BYTES, &more))
		out_of_memory();
	whole = (*bytes + HUGE_BYTES - 1) / HUGE_BYTES * HUGE_BYTES;
	char *start = mmap(NULL, more, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (start == MAP_FAILED)
		return NULL;
	size_t before = -(uintptr_t)start % HUGE_BYTES;
	if (before)
		munmap(start, before);
	munmap(start + before + whole, more - before - whole);
	(void)madvise(start + before, whole, MADV_HUGEPAGE);
	*bytes = whole;
	return start + before;
}

static void push_chunk(struct arena *arena, struct arena_chunk *chunk)
{
	chunk->below = arena->chunk;
	arena->chunk = chunk;
	arena->used = 0;
	poison(chunk->bytes, chunk->size);
}

static bool take_spare(struct arena *arena, size_t at_least)
{
	struct arena_chunk *spare = arena->spare;
	if (!spare || spare->size < at_least)
		return false;
	arena->spare = NULL;
	push_chunk(arena, spare);
	return true;
}

// Chunks double with the arena, so that a large arena has few of them. The size has a
// limit, because huge pages take memory for the unused end of a chunk, too.
static void add_chunk(struct arena *arena, size_t at_least)
{
	size_t size = arena->chunk ? arena->chunk->size * 2 : CHUNK_BYTES;
	if (size > CHUNK_BYTES_MAX)
		size = CHUNK_BYTES_MAX;
	if (size < at_least)
		size = at_least;
	size_t total;
	if (take_spare(arena, at_least))
		return;
	if (__builtin_add_overflow(size, sizeof(struct arena_chunk) + CHUNK_ALIGN,
				   &total))
		out_of_memory();
	// A large block is fresh from the system and zero, and pages that nobody writes
	// to take no memory. A small block was likely used before and has to be zeroed.
	bool fresh = size > CHUNK_BYTES_MAX, huge = at_least >= HUGE_BYTES;
	unsigned char *block = huge    ? map_huge(&total)
			       : fresh ? calloc(1, total)
				       : malloc(total);
	if (!block)
		out_of_memory();
	size_t skipped = -(uintptr_t)block % CHUNK_ALIGN;
	struct arena_chunk *chunk = (void *)(block + skipped);
	chunk->block = block;
	chunk->mapped = huge ? total : 0;
	chunk->size = size;
	chunk->zeroed = fresh || huge ? 0 : size;
	chunk->backed = size > CHUNK_BYTES && !huge ? 0 : size;
	push_chunk(arena, chunk);
}

// Asks for the memory of many pages at once, since touching each would cost a fault.
static void back_pages(struct arena_chunk *chunk, size_t to)
{
	uintptr_t from = ((uintptr_t)chunk->bytes + chunk->backed) & ~(PAGE_BYTES - 1);
	size_t end = chunk->backed + BACKED_BYTES;
	if (end > chunk->size)
		end = chunk->size;
	if (end < to)
		end = to;
	// Best effort: older systems know no such advice
	(void)madvise((void *)from, (uintptr_t)chunk->bytes + end - from,
		      MADV_POPULATE_WRITE);
	chunk->backed = end;
}

static void *zeroed_bytes(struct arena_chunk *chunk, size_t from, size_t to)
{
	// An allocation that is larger than a step may be used in part only.
	if (to > chunk->backed && to - from < BACKED_BYTES)
		back_pages(chunk, to);
	unsigned char *bytes = chunk->bytes + from;
	if (from < chunk->zeroed)
		memset(bytes, 0, (to < chunk->zeroed ? to : chunk->zeroed) - from);
	if (to > chunk->zeroed)
		chunk->zeroed = to;
	return bytes;
}

void *arena_alloc(struct arena *arena, size_t size, size_t align)
{
	align = poison_align(align);
	size_t start = (arena->used + align - 1) & ~(align - 1);
	if (!arena->chunk || start > arena->chunk->size ||
	    size > arena->chunk->size - start) {
		add_chunk(arena, size);
		start = 0;
	}
	arena->used = poison_gap(start + size, arena->chunk->size);
	unpoison(arena->chunk->bytes + start, size);
	return zeroed_bytes(arena->chunk, start, start + size);
}

void *arena_alloc_array(struct arena *arena, size_t count, size_t size, size_t align)
{
	return arena_alloc(arena, mul_or_die(count, size), align);
}

struct slice arena_dup(struct arena *arena, struct slice s)
{
	char *copy = arena_alloc(arena, s.len + 1, 1);
	if (s.len)
		memcpy(copy, s.ptr, s.len);
	return (struct slice){ copy, s.len };
}

const char *arena_c_string(struct arena *arena, struct slice s)
{
	return arena_dup(arena, s).ptr;
}

struct slice arena_printf(struct arena *arena, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	char *text = arena_alloc(arena, len > 0 ? (size_t)len + 1 : 1, 1);
	if (len > 0)
		vsnprintf(text, (size_t)len + 1, fmt, again);
	va_end(again);
	return (struct slice){ text, len > 0 ? (size_t)len : 0 };
}

void *array_grow(struct arena *arena, void *items, size_t len, size_t *cap,
		 size_t item_size)
{
	if (len < *cap)
		return items;
	// Most arrays of large items hold one or two of them.
	size_t first = item_size > 64 ? 2 : 8;
	size_t grown = *cap ? mul_or_die(*cap, 2) : first;
	void *moved = arena_alloc_array(arena, grown, item_size, alignof(max_align_t));
	if (len)
		memcpy(moved, items, mul_or_die(len, item_size));
	*cap = grown;
	return moved;
}

static void buf_reserve(struct buf *buf, size_t more)
{
	size_t need;
	if (__builtin_add_overflow(buf->len, more, &need))
		out_of_memory();
	if (need <= buf->cap)
		return;
	size_t cap = buf->cap ? mul_or_die(buf->cap, 2) : 256;
	if (cap < need)
		cap = need;
	char *moved = arena_alloc(buf->arena, cap, 1);
	if (buf->len)
		memcpy(moved, buf->ptr, buf->len);
	buf->ptr = moved;
	buf->cap = cap;
}

void buf_append(struct buf *buf, struct slice s)
{
	if (s.len == 0)
		return;
	buf_reserve(buf, s.len);
	memcpy(buf->ptr + buf->len, s.ptr, s.len);
	buf->len += s.len;
}

void buf_byte(struct buf *buf, char byte)
{
	buf_reserve(buf, 1);
	buf->ptr[buf->len++] = byte;
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args, again;
	va_start(args, fmt);
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len > 0) {
		buf_reserve(buf, (size_t)len + 1);
		vsnprintf(buf->ptr + buf->len, (size_t)len + 1, fmt, again);
		buf->len += (size_t)len;
	}
	va_end(again);
}

struct slice buf_slice(const struct buf *buf)
{
	return (struct slice){ buf->ptr ? buf->ptr : "", buf->len };
}
