// SPDX-License-Identifier: MIT
#include "oci/rootfs.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static const char GLIBC[] =
	"..\0GNU C Library (Debian GLIBC 2.36-9+deb12u10) stable release version 2.36.\n";
static const char MUSL[] = "..\0001.x\0001.2.5\0musl libc (x86_64)\nVersion %s\n";

#define TEXT(array) ((struct slice){ (array), sizeof(array) })

static void test_versions_are_read_out_of_libcs(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct rootfs rootfs = { .arena = &arena };
	rootfs_next_layer(&rootfs);
	assert_null(rootfs_libc(&rootfs));
	rootfs_add(&rootfs, S("./lib/ld-musl-x86_64.so.1"), TEXT(MUSL));
	assert_int_equal(rootfs_libc(&rootfs)->kind, ROOTFS_MUSL);
	assert_int_equal(rootfs_libc(&rootfs)->major, 1);
	assert_int_equal(rootfs_libc(&rootfs)->minor, 2);
	rootfs_add(&rootfs, S("usr/lib/x86_64-linux-gnu/libc.so.6"), TEXT(GLIBC));
	assert_int_equal(rootfs_libc(&rootfs)->kind, ROOTFS_GLIBC);
	assert_int_equal(rootfs_libc(&rootfs)->minor, 36);
}

static void test_an_old_glibc_has_its_version_in_its_name(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct rootfs rootfs = { .arena = &arena };
	rootfs_add(&rootfs, S("lib/x86_64-linux-gnu/libc.so.6"), S(""));
	rootfs_add(&rootfs, S("lib/x86_64-linux-gnu/libc-client.so"), S(""));
	assert_null(rootfs_libc(&rootfs));
	rootfs_add(&rootfs, S("lib/x86_64-linux-gnu/libc-2.31.so"), S(""));
	assert_int_equal(rootfs_libc(&rootfs)->minor, 31);
}

static void test_pythons(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct rootfs rootfs = { .arena = &arena };
	static const char *const none[] = { "usr/bin/python3",
					    "usr/bin/python3.12-config",
					    "usr/lib/python3.12", "usr/bin/python3.x",
					    "usr/bin/python2.7" };
	for (size_t i = 0; i < sizeof(none) / sizeof(*none); i++)
		rootfs_add(&rootfs, slice_from(none[i]), S(""));
	assert_null(rootfs_python(&rootfs, UINT_MAX));
	rootfs_add(&rootfs, S("opt/conda/bin/python3.14"), S(""));
	rootfs_add(&rootfs, S("usr/bin/python3.13"), S(""));
	rootfs_add(&rootfs, S("usr/local/bin/python3.9"), S(""));
	rootfs_add(&rootfs, S("usr/local/bin/python3.12t"), S(""));
	rootfs_add(&rootfs, S("usr/local/bin/python3.12"), S(""));
	assert_int_equal(rootfs_python(&rootfs, UINT_MAX)->minor, 12);
	assert_false(rootfs_python(&rootfs, UINT_MAX)->free_threaded);
	assert_int_equal(rootfs_python(&rootfs, 13)->minor, 13);
	assert_null(rootfs_python(&rootfs, 11));
}

static void test_whiteouts_hide_lower_layers_only(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct rootfs rootfs = { .arena = &arena };
	rootfs_next_layer(&rootfs);
	rootfs_add(&rootfs, S("usr/local/bin/python3.11"), S(""));
	rootfs_add(&rootfs, S("usr/bin/python3.9"), S(""));
	rootfs_add(&rootfs, S("opt/bin/python3.8"), S(""));
	rootfs_next_layer(&rootfs);
	rootfs_add(&rootfs, S("usr/local/bin/.wh.python3.1"), S("")); // another name
	assert_int_equal(rootfs_python(&rootfs, UINT_MAX)->minor, 11);
	rootfs_add(&rootfs, S("usr/local/bin/python3.12"), S(""));
	rootfs_add(&rootfs, S("usr/local/bin/.wh..wh..opq"), S(""));
	assert_null(rootfs_python(&rootfs, 11));
	assert_int_equal(rootfs_python(&rootfs, UINT_MAX)->minor, 12);
	rootfs_add(&rootfs, S(".wh.opt"), S(""));
	assert_null(rootfs_python(&rootfs, 8));
	rootfs_add(&rootfs, S("usr/bin/.wh.python3.9"), S(""));
	assert_null(rootfs_python(&rootfs, 9));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_versions_are_read_out_of_libcs),
		cmocka_unit_test(test_an_old_glibc_has_its_version_in_its_name),
		cmocka_unit_test(test_pythons),
		cmocka_unit_test(test_whiteouts_hide_lower_layers_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
