// SPDX-License-Identifier: MIT
#include "net/content_range.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

static void test_ranges(void **state)
{
	(void)state;
	struct content_range range;
	assert_true(content_range_parse(S("bytes 10-19/200"), &range));
	assert_true(range.from == 10 && range.to == 19);
	assert_true(range.has_size && range.size == 200);
	assert_true(content_range_parse(S(" BYTES 0-0/* "), &range));
	assert_true(range.from == 0 && range.to == 0 && !range.has_size);
}

static void test_what_is_no_range(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"bytes",
		"bytes */200",
		"bytes 10-19",
		"bytes 19-10/200",
		"bytes 10-200/200",
		"bytes 10-19/",
		"bytes -10-19/200",
		"bytes 0-18446744073709551616/*",
		"lines 10-19/200",
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		struct content_range range;
		assert_false(content_range_parse(slice_from(bad[i]), &range));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ranges),
		cmocka_unit_test(test_what_is_no_range),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
