// SPDX-License-Identifier: MIT
// What is trusted is so by path and content, in a folder that nobody else may write; and which paths stay inside.
#include "settings/trust.h"

#include "base/files.h"
#include "base/places.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena arena;
static char root[] = "/tmp/pinbake-trust-XXXXXX";
static char before[4096];

static int set_up(void **state)
{
	(void)state;
	memcpy(root, "/tmp/pinbake-trust-XXXXXX", sizeof(root));
	return mkdtemp(root) && getcwd(before, sizeof(before)) && chdir(root) == 0 ? 0
										   : -1;
}

static int tear_down(void **state)
{
	(void)state;
	struct error err;
	return chdir(before) == 0 ? remove_tree(root, &err) : -1;
}

static const char *at(const char *name)
{
	return path_join(&arena, root, slice_from(name));
}

static struct trust_file file_of(const char *path, const char *text)
{
	return (struct trust_file){ slice_from(path), sha256_of(slice_from(text)) };
}

static bool has(const struct trust_file *file)
{
	struct error err = { 0 };
	bool found = false;
	assert_int_equal(trust_has(at("state/trust"), file, &found, &err), 0);
	return found;
}

static void test_an_edit_or_another_place_is_not_trusted(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct trust_file file = file_of("/a/pinbake.toml", "build = true\n"),
			  edited = file_of("/a/pinbake.toml", "build = true \n"),
			  moved = file_of("/b/pinbake.toml", "build = true\n");
	bool was_there;
	assert_false(has(&file));
	assert_int_equal(trust_add(at("state/trust"), &file, &err), 0);
	assert_true(has(&file));
	assert_false(has(&edited));
	assert_false(has(&moved));
	assert_int_equal(trust_add(at("state/trust"), &edited, &err), 0);
	assert_false(has(&file));
	assert_true(has(&edited));
	assert_int_equal(trust_remove(at("state/trust"), file.path, &was_there, &err), 0);
	assert_true(was_there);
	assert_false(has(&edited));
}

static void test_all_are_listed(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct trust_list list;
	struct trust_file one = file_of("/a", "1"), two = file_of("/b", "2");
	assert_int_equal(trust_read_all(at("trust"), &arena, &list, &err), 0);
	assert_int_equal(list.len, 0);
	assert_int_equal(trust_add(at("trust"), &one, &err), 0);
	assert_int_equal(trust_add(at("trust"), &two, &err), 0);
	assert_int_equal(trust_read_all(at("trust"), &arena, &list, &err), 0);
	assert_int_equal(list.len, 2);
}

// The file of one path as that of another: by its name alone it would count.
static void test_a_file_of_another_name_does_not_count(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct trust_file one = file_of("/a", "1"), two = file_of("/b", "1");
	assert_int_equal(trust_add(at("state/trust"), &one, &err), 0);
	struct sha256 from = sha256_of(one.path), to = sha256_of(two.path);
	assert_int_equal(link_or_copy(path_join(&arena, at("state/trust"),
						sha256_hex(&arena, &from)),
				      path_join(&arena, at("state/trust"),
						sha256_hex(&arena, &to)),
				      &err),
			 0);
	assert_false(has(&two));
}

static void test_a_folder_that_others_write_is_refused(void **state)
{
	(void)state;
	struct error err = { 0 };
	struct trust_file file = file_of("/a", "1");
	bool found;
	assert_int_equal(trust_add(at("trust"), &file, &err), 0);
	struct place folder = place_look(at("trust"));
	assert_int_equal(folder.mode, 0700);
	assert_int_equal(chmod(at("trust"), 0777), 0);
	assert_int_equal(trust_has(at("trust"), &file, &found, &err), -1);
	assert_non_null(strstr(err.hint, "chmod go-w"));
	assert_int_equal(trust_add(at("trust"), &file, &err), -1);
}

static void test_only_the_users_own_file_speaks_for_the_user(void **state)
{
	(void)state;
	struct error err = { 0 };
	assert_int_equal(trust_check_owner(at("absent"), ERROR_INPUT, &err), 0);
	assert_int_equal(file_write(at("own"), S("x"), &err), 0);
	assert_int_equal(trust_check_owner(at("own"), ERROR_INPUT, &err), 0);
	assert_int_equal(chmod(at("own"), 0664), 0);
	assert_int_equal(trust_check_owner(at("own"), ERROR_INPUT, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_int_equal(chmod(at("own"), 0644), 0);
	if (geteuid() != 0)
		return;
	assert_int_equal(chown(at("own"), 65534, 65534), 0);
	assert_int_equal(trust_check_owner(at("own"), ERROR_INPUT, &err), -1);
	assert_non_null(strstr(err.cause, "another user"));
	assert_true(trust_is_not_planted(at("own")));
	assert_int_equal(chmod(root, 01777), 0);
	assert_false(trust_is_not_planted(at("own")));
}

static void test_links_and_dots_lead_outside(void **state)
{
	(void)state;
	struct error err = { 0 };
	static const char *const inside[] = { ".venv", "./a/b", "a//b", ".", "to-a/new" };
	static const char *const outside[] = { "../x",     "a/../../x",  "/tmp/x",
					       "/",        "out/new",    "out",
					       "dangling", "dangling/x", "out/../x" };
	assert_int_equal(make_directories(at("a"), &err), 0);
	assert_int_equal(symlink("/tmp", at("out")), 0);
	assert_int_equal(symlink("/tmp/pinbake-none/x", at("dangling")), 0);
	assert_int_equal(symlink("a", at("to-a")), 0);
	for (size_t i = 0; i < sizeof(inside) / sizeof(*inside); i++)
		assert_true(trust_stays_inside(inside[i]));
	for (size_t i = 0; i < sizeof(outside) / sizeof(*outside); i++)
		assert_false(trust_stays_inside(outside[i]));
	assert_true(trust_stays_inside(at("a/new")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_an_edit_or_another_place_is_not_trusted, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_all_are_listed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_file_of_another_name_does_not_count, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_a_folder_that_others_write_is_refused, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			test_only_the_users_own_file_speaks_for_the_user, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(test_links_and_dots_lead_outside, set_up,
						tear_down),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	arena_release(&arena);
	return failed;
}
