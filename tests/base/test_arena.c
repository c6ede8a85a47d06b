// SPDX-License-Identifier: MIT
// Arenas: zeroed and aligned memory, rewinding, arrays and buffers, the end for lack of
// memory.
#include "base/arena.h"
#include "base/arena_poison.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_NO_MEMORY = 71 };

static void assert_zero(const unsigned char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		assert_int_equal(bytes[i], 0);
}

static void test_memory_is_zeroed_and_aligned(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t size = 0; size < 300; size++) {
		for (size_t align = 1; align <= 64; align *= 2) {
			unsigned char *bytes = arena_alloc(&arena, size, align);
			assert_non_null(bytes);
			assert_int_equal((uintptr_t)bytes % align, 0);
			assert_zero(bytes, size);
			memset(bytes, 0xff, size);
		}
	}
}

static void test_large_allocations(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	size_t sizes[] = { 1, 65536, 65537, 10u << 20, 3, 5u << 20 };
	unsigned char *blocks[6];
	for (size_t i = 0; i < 6; i++) {
		blocks[i] = arena_alloc(&arena, sizes[i], 8);
		assert_zero(blocks[i], sizes[i]);
		memset(blocks[i], (int)i + 1, sizes[i]);
	}
	for (size_t i = 0; i < 6; i++)
		for (size_t k = 0; k < sizes[i]; k += sizes[i] / 7 + 1)
			assert_int_equal(blocks[i][k], i + 1);
}

static void test_rewinding_gives_the_memory_back(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice kept = arena_dup(&arena, S("kept"));
	struct arena_mark mark = arena_mark(&arena);
	unsigned char *first = arena_alloc(&arena, 100, 8);
	memset(first, 0xff, 100);
	for (int i = 0; i < 100; i++)
		arena_alloc(&arena, 10000, 8);
	arena_rewind(&arena, mark);
	unsigned char *again = arena_alloc(&arena, 100, 8);
	assert_ptr_equal(again, first);
	assert_zero(again, 100);
	assert_true(slice_eq(kept, S("kept")));
}

static void test_rewinding_to_nothing(void **state)
{
	(void)state;
	struct arena arena = { 0 };
	struct arena_mark mark = arena_mark(&arena);
	arena_alloc(&arena, 100, 8);
	arena_rewind(&arena, mark);
	assert_null(arena.chunk);
	arena_alloc(&arena, 100, 8);
	arena_release(&arena);
	arena_release(&arena);
	assert_non_null(arena_alloc(&arena, 1, 1));
	arena_release(&arena);
}

static void test_texts(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice copy = arena_dup(&arena, S("a\0b"));
	assert_int_equal(copy.len, 3);
	assert_memory_equal(copy.ptr, "a\0b", 4);
	assert_string_equal(arena_c_string(&arena, (struct slice){ NULL, 0 }), "");
	struct slice text = arena_printf(&arena, "%s-%d", "x", 42);
	assert_true(slice_eq(text, S("x-42")));
	assert_int_equal(text.ptr[text.len], '\0');
	text = arena_printf(&arena, "%*d", 100000, 7);
	assert_int_equal(text.len, 100000);
	assert_int_equal(text.ptr[99999], '7');
	assert_int_equal(arena_printf(&arena, "%s", "").len, 0);
}

static void test_arrays_keep_their_items(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	ARRAY_OF(uint64_t) numbers = { 0 };
	for (uint64_t i = 0; i < 10000; i++) {
		uint64_t *place = array_push(&arena, &numbers);
		assert_int_equal(*place, 0);
		*place = i;
	}
	assert_int_equal(numbers.len, 10000);
	for (uint64_t i = 0; i < 10000; i++)
		assert_int_equal(numbers.items[i], i);
}

static void test_buffers(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct buf buf = { .arena = &arena };
	assert_true(slice_eq(buf_slice(&buf), S("")));
	assert_non_null(buf_slice(&buf).ptr);
	buf_append(&buf, S(""));
	buf_printf(&buf, "%s", "");
	buf_byte(&buf, 'a');
	buf_append(&buf, S("bc"));
	buf_printf(&buf, "%d", 12);
	assert_true(slice_eq(buf_slice(&buf), S("abc12")));
	for (int i = 0; i < 100000; i++)
		buf_byte(&buf, 'x');
	buf_printf(&buf, "%*s", 5000, "end");
	struct slice text = buf_slice(&buf);
	assert_int_equal(text.len, 5 + 100000 + 5000);
	assert_true(slice_starts_with(text, S("abc12xxx")));
	assert_true(slice_ends_with(text, S("  end")));
}

static void test_own_memory(void **state)
{
	(void)state;
	unsigned char *bytes = mem_alloc(100);
	assert_zero(bytes, 100);
	bytes = mem_realloc(bytes, 100000);
	assert_zero(bytes, 100);
	mem_free(bytes);
	mem_free(NULL);
	bytes = mem_alloc(0);
	assert_non_null(bytes);
	mem_free(bytes);
}

// The exit code of a child that does what cannot be done.
static int exit_code_of(void (*act)(void))
{
	int status = 0;
	pid_t child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
		act();
		_exit(0);
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void ask_for_everything(void)
{
	struct arena arena = { 0 };
	arena_alloc(&arena, SIZE_MAX - 8, 1);
}

static void overflow_a_product(void)
{
	struct arena arena = { 0 };
	arena_alloc_array(&arena, SIZE_MAX / 2, 3, 1);
}

static void test_lack_of_memory_has_its_exit_code(void **state)
{
	(void)state;
	assert_int_equal(exit_code_of(ask_for_everything), EXIT_NO_MEMORY);
	assert_int_equal(exit_code_of(overflow_a_product), EXIT_NO_MEMORY);
}

#ifdef ARENA_POISONS
// The gap behind an allocation, the rest of the chunk, and what a rewind gave back.
static void test_what_nobody_asked_for_is_poisoned(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	char *first = arena_alloc(&arena, 3, 1);
	struct arena_mark mark = arena_mark(&arena);
	char *second = arena_alloc(&arena, 100, 1);
	assert_false(__asan_address_is_poisoned(first + 2));
	assert_true(__asan_address_is_poisoned(first + 3));
	assert_true(__asan_address_is_poisoned(second - 1));
	assert_false(__asan_address_is_poisoned(second + 99));
	assert_true(__asan_address_is_poisoned(second + 100));
	arena_rewind(&arena, mark);
	assert_true(__asan_address_is_poisoned(second));
	assert_false(__asan_address_is_poisoned(first));
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_zeroed_and_aligned),
		cmocka_unit_test(test_large_allocations),
		cmocka_unit_test(test_rewinding_gives_the_memory_back),
		cmocka_unit_test(test_rewinding_to_nothing),
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_arrays_keep_their_items),
		cmocka_unit_test(test_buffers),
		cmocka_unit_test(test_own_memory),
#ifdef ARENA_POISONS
		cmocka_unit_test(test_what_nobody_asked_for_is_poisoned),
#endif
		cmocka_unit_test(test_lack_of_memory_has_its_exit_code),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
