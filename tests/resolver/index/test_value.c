// SPDX-License-Identifier: MIT
#include "resolver/index/value.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct arena arena;

static void test_memory_is_read_in_place_where_it_is_aligned(void **state)
{
	(void)state;
	_Alignas(8) static const char bytes[] = "0123456789abcdef";
	struct value value = value_of((struct slice){ bytes, 16 });
	assert_ptr_equal(value_read(&value, 8, 8, 8, &arena), bytes + 8);
	assert_ptr_equal(value_read(&value, 3, 5, 1, &arena), bytes + 3);
	const char *copy = value_read(&value, 1, 8, 8, &arena);
	assert_int_equal((uintptr_t)copy % 8, 0);
	assert_memory_equal(copy, "12345678", 8);
	assert_non_null(value_read(&value, 16, 0, 8, &arena));
}

static void test_a_file_is_read_from_where_the_value_begins(void **state)
{
	(void)state;
	FILE *file = tmpfile();
	assert_non_null(file);
	assert_int_equal(fwrite("0123456789", 1, 10, file), 10);
	assert_int_equal(fflush(file), 0);
	struct value value = { .bytes = { NULL, 8 }, .fd = fileno(file), .offset = 2 };
	assert_memory_equal(value_read(&value, 1, 4, 8, &arena), "3456", 4);
	assert_memory_equal(value_read(&value, 0, 8, 1, &arena), "23456789", 8);
	assert_null(value_read(&value, 4, 8, 1, &arena)); // the file ends before
	fclose(file);
	assert_null(value_read(&value, 0, 1, 1, &arena));
}

static int let_go(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_memory_is_read_in_place_where_it_is_aligned),
		cmocka_unit_test(test_a_file_is_read_from_where_the_value_begins),
	};
	return cmocka_run_group_tests(tests, NULL, let_go);
}
