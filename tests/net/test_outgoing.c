// SPDX-License-Identifier: MIT
#include "net/outgoing.h"

#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

static void test_pieces_and_places(void **state)
{
	(void)state;
	struct outgoing outgoing = { .bytes = S("abcde") };
	char buffer[8];
	assert_int_equal(outgoing_read(&outgoing, buffer, 3), 3);
	assert_memory_equal(buffer, "abc", 3);
	assert_int_equal(outgoing_read(&outgoing, buffer, 3), 2);
	assert_int_equal(outgoing_read(&outgoing, buffer, 3), 0);
	assert_true(outgoing_seek(&outgoing, 5));
	assert_int_equal(outgoing_read(&outgoing, buffer, 3), 0);
	assert_false(outgoing_seek(&outgoing, 6));
	assert_true(outgoing_seek(&outgoing, 1));
	assert_int_equal(outgoing_read(&outgoing, buffer, 8), 4);
	assert_memory_equal(buffer, "bcde", 4);
	outgoing_close(&outgoing);
}

// Longer than what is given back at a time: all of it is read, and read again.
static void test_a_large_file(void **state)
{
	(void)state;
	static char block[1 * MIB];
	char path[] = "/tmp/pinbake-outgoing-XXXXXX";
	struct outgoing outgoing;
	struct error err = { 0 };
	int fd = mkstemp(path);
	for (int i = 0; i < 9; i++) {
		memset(block, 'a' + i, sizeof(block));
		assert_int_equal(write(fd, block, sizeof(block)), sizeof(block));
	}
	close(fd);
	assert_int_equal(outgoing_open(path, &outgoing, &err), 0);
	unlink(path);
	for (int round = 0; round < 2; round++) {
		assert_true(outgoing_seek(&outgoing, 0));
		for (int i = 0; i < 9; i++) {
			assert_int_equal(outgoing_read(&outgoing, block, sizeof(block)),
					 sizeof(block));
			assert_int_equal(block[0], 'a' + i);
			assert_int_equal(block[sizeof(block) - 1], 'a' + i);
		}
		assert_int_equal(outgoing_read(&outgoing, block, 1), 0);
	}
	outgoing_close(&outgoing);
	assert_int_equal(outgoing_open(path, &outgoing, &err), -1);
	assert_int_equal(err.kind, ERROR_IO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pieces_and_places),
		cmocka_unit_test(test_a_large_file),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
