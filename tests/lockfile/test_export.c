// SPDX-License-Identifier: MIT
// requirements.txt from a lock: exact text, and what it cannot say.
#include "lockfile/export.h"
#include "tests/lockfile/fixture.h"

#define PACKAGE(name, keys) "[[packages]]\nname = '" name "'\n" keys
#define TITLE               "# Made by pinbake from a lock file; change that and export again.\n"

static void assert_export(const char *lock, struct lock_export_options options,
			  const char *wanted)
{
	READ(f, lock);
	assert_ok(&f);
	struct slice text;
	struct error err = { 0 };
	if (lock_export_requirements(&f.lock, &options, &f.arena, &text, &err) < 0)
		fail_msg("%s", err.cause);
	assert_string_equal(arena_c_string(&f.arena, text), wanted);
}

static void assert_export_fails(const char *lock, const char *cause, size_t line)
{
	const struct lock_export_options options = { .hashes = true, .via = true };
	READ(f, lock);
	assert_ok(&f);
	struct slice text;
	struct error err = { 0 };
	assert_int_equal(lock_export_requirements(&f.lock, &options, &f.arena, &text,
						  &err),
			 -1);
	assert_int_equal(err.kind, ERROR_NO);
	assert_string_equal(err.cause, cause);
	assert_int_equal(span_position(err.span).line, line);
}

static const char two_packages[] =
	HEAD "[tool.pinbake]\ntargets = ['cp312-linux-amd64-glibc2.28']\n" PACKAGE(
		"requests", "version = '2.32.3'\n"
			    "dependencies = [{ name = 'idna' }]\n" WHEEL_B(
				    "requests-2.32.3-py3-none-any.whl"))
		PACKAGE("httpx",
			"version = '0.27'\n"
			"dependencies = [{ name = 'idna' }, { name = 'unlisted' }]\n" WHEEL_B(
				"httpx-0.27-py3-none-any.whl"))
			PACKAGE("idna",
				"version = '3.10'\n"
				"marker = 'python_version >= \"3.8\"'\n"
				"[packages.sdist]\n"
				"url = 'https://files.example/idna-3.10.tar.gz'\n" HASHES_C
					IDNA_WHEEL);

static void test_hashes_and_via(void **state)
{
	(void)state;
	assert_export(two_packages,
		      (struct lock_export_options){ .hashes = true, .via = true },
		      TITLE "# target: cp312-linux-amd64-glibc2.28\n"
			    "httpx==0.27 \\\n"
			    "    --hash=sha256:" HASH_B "\n"
			    "idna==3.10 ; python_version >= \"3.8\" \\\n"
			    "    --hash=sha256:" HASH_A " \\\n"
			    "    --hash=sha256:" HASH_C "\n"
			    "    # via httpx, requests\n"
			    "requests==2.32.3 \\\n"
			    "    --hash=sha256:" HASH_B "\n");
}

static void test_bare(void **state)
{
	(void)state;
	assert_export(two_packages, (struct lock_export_options){ 0 },
		      TITLE "# target: cp312-linux-amd64-glibc2.28\n"
			    "httpx==0.27\n"
			    "idna==3.10 ; python_version >= \"3.8\"\n"
			    "requests==2.32.3\n");
}

static void test_two_versions_of_one_name(void **state)
{
	(void)state;
	assert_export(HEAD PACKAGE("n", "version = '10'\n"
					"marker = 'os_name == \"nt\"'\n" WHEEL_A(
						"n-10-py3-none-any.whl"))
			      PACKAGE("n", "version = '9'\n"
					   "marker = 'os_name != \"nt\"'\n" WHEEL_A(
						   "n-9-py3-none-any.whl"))
				      PACKAGE("user",
					      "version = '1'\n"
					      "dependencies = [{ name = 'n' }]\n" WHEEL_A(
						      "user-1-py3-none-any.whl")),
		      (struct lock_export_options){ .via = true },
		      TITLE "n==9 ; os_name != \"nt\"\n    # via user\n"
			    "n==10 ; os_name == \"nt\"\n    # via user\nuser==1\n");
}

static void test_direct_references(void **state)
{
	(void)state;
	assert_export(
		HEAD PACKAGE("a", "[packages.archive]\n"
				  "url = 'https://x.example/a.zip'\n"
				  "subdirectory = 'src'\n" HASHES_A)
			PACKAGE("b", "[packages.archive]\n"
				     "path = 'wheels/b-1-py3-none-any.whl'\n" HASHES_A),
		(struct lock_export_options){ .hashes = true },
		TITLE
		"a @ https://x.example/a.zip#subdirectory=src \\\n    --hash=sha256:" HASH_A
		"\n"
		"./wheels/b-1-py3-none-any.whl \\\n    --hash=sha256:" HASH_A "\n");
}

static void test_variables_in_urls_are_not_for_the_environment(void **state)
{
	(void)state;
	assert_export(HEAD PACKAGE("a",
				   "[packages.archive]\n"
				   "url = 'https://x.example/${HOME}/a.zip'\n" HASHES_A),
		      (struct lock_export_options){ 0 },
		      TITLE "a @ https://x.example/%24{HOME}/a.zip\n");
}

static void test_751_13_vcs_is_pinned_by_commit(void **state)
{
	(void)state;
	assert_export(
		HEAD PACKAGE("a", "marker = 'os_name == \"nt\"'\n"
				  "[packages.vcs]\n"
				  "type = 'git'\n"
				  "url = 'https://x.example/a.git'\n"
				  "requested-revision = 'main'\n"
				  "commit-id = 'c0ffee'\n"
				  "subdirectory = 'src'\n")
			PACKAGE("b", "[packages.directory]\n"
				     "path = '../b'\n"
				     "editable = true\n")
				PACKAGE("c", "[packages.directory]\npath = 'c'\n"),
		(struct lock_export_options){ 0 },
		TITLE
		"a @ git+https://x.example/a.git@c0ffee#subdirectory=src ; os_name == \"nt\"\n"
		"-e ../b\n"
		"./c\n");
}

static void test_req_8_a_source_tree_has_no_hash(void **state)
{
	(void)state;
	assert_export_fails(HEAD PACKAGE("a", "[packages.directory]\npath = '../b'\n"),
			    "'a' comes from a source tree, which has no hash", 3);
}

static void test_508_6_sets_cannot_be_said(void **state)
{
	(void)state;
	assert_export_fails(
		HEAD PACKAGE("n", "marker = '\"x\" in extras'\n" WHEEL_A(
					  "n-1-py3-none-any.whl")),
		"a requirements file cannot say when 'n' is wanted: \"x\" in extras", 3);
}

static void test_other_hashes(void **state)
{
	(void)state;
	assert_export(
		HEAD PACKAGE(
			"n",
			"[[packages.wheels]]\n"
			"url = 'https://x.example/n-1-py3-none-any.whl'\n"
			"hashes = { md5 = '00000000000000000000000000000000', sha512 = '" HASH_A
				HASH_B "' }\n"),
		(struct lock_export_options){ .hashes = true },
		TITLE "n==1 \\\n    --hash=sha512:" HASH_A HASH_B "\n");
	assert_export_fails(
		HEAD PACKAGE("n", "[[packages.wheels]]\n"
				  "url = 'https://x.example/n-1-py3-none-any.whl'\n"
				  "hashes = { blake2s = '" HASH_A "' }\n"),
		"a file of 'n' has no hash that a requirements file can hold", 3);
}

// A path, address or marker that would add an option, a comment, another line or a variable.
static void test_nothing_is_added_to_a_line(void **state)
{
	(void)state;
	static const char *const paths[] = {
		"a --hash=sha256:00",
		"a #b",
		"a\\\\",
		"a$X",
		"a;b",
		"a[b]",
		"a\\\"b",
		"a\\u00A0#b",
		"a ##vso[b",
		"a ",
	};
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		const char *as_path =
			arena_printf(&arena,
				     HEAD PACKAGE("a", "[packages.directory]\n"
						       "path = \"%s\"\n"),
				     paths[i])
				.ptr;
		const char *as_subdirectory =
			arena_printf(&arena,
				     HEAD PACKAGE("a", "[packages.vcs]\ntype = 'git'\n"
						       "url = 'https://x.example/a'\n"
						       "commit-id = 'c0ffee'\n"
						       "subdirectory = \"%s\"\n"),
				     paths[i])
				.ptr;
		const char *const locks[] = { as_path, as_subdirectory };
		for (size_t j = 0; j < 2; j++) {
			const struct lock_export_options bare = { 0 };
			READ(f, locks[j]);
			assert_ok(&f);
			struct slice text;
			struct error err = { 0 };
			if (lock_export_requirements(&f.lock, &bare, &f.arena, &text,
						     &err) == 0)
				fail_msg("case %zu: %.*s", i, SLICE_ARG(text));
			assert_int_equal(err.kind, ERROR_NO);
		}
	}
	static const char *const markers[] = { "x --hash=sha256:00", "-r b", "#", " #",
					       "${X}" };
	for (size_t i = 0; i < sizeof(markers) / sizeof(*markers); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		READ(f,
		     arena_printf(&arena,
				  HEAD PACKAGE("a",
					       "version = '1'\n"
					       "marker = \"os_name != ' %s'\"\n" WHEEL_A(
						       "a-1-py3-none-any.whl")),
				  markers[i])
			     .ptr);
		assert_ok(&f);
		const struct lock_export_options bare = { 0 };
		struct slice text;
		struct error err = { 0 };
		if (lock_export_requirements(&f.lock, &bare, &f.arena, &text, &err) == 0)
			fail_msg("case %zu: %.*s", i, SLICE_ARG(text));
	}
}

static void test_addresses_are_escaped(void **state)
{
	(void)state;
	assert_export(
		HEAD PACKAGE(
			"a",
			"[packages.archive]\n"
			"url = \"https://x.example/$X\\\\\\\"\\u00e9\\\\\"\n" HASHES_A),
		(struct lock_export_options){ 0 },
		TITLE "a @ https://x.example/%24X%5C%22%C3%A9%5C\n");
	assert_export(HEAD PACKAGE("a", "[packages.vcs]\ntype = 'git'\n"
					"path = 'some folder/it'\n"
					"commit-id = 'c0ffee'\n"),
		      (struct lock_export_options){ 0 },
		      TITLE "a @ git+file://some%20folder/it@c0ffee\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nothing_is_added_to_a_line),
		cmocka_unit_test(test_addresses_are_escaped),
		cmocka_unit_test(test_hashes_and_via),
		cmocka_unit_test(test_bare),
		cmocka_unit_test(test_two_versions_of_one_name),
		cmocka_unit_test(test_direct_references),
		cmocka_unit_test(test_variables_in_urls_are_not_for_the_environment),
		cmocka_unit_test(test_751_13_vcs_is_pinned_by_commit),
		cmocka_unit_test(test_req_8_a_source_tree_has_no_hash),
		cmocka_unit_test(test_508_6_sets_cannot_be_said),
		cmocka_unit_test(test_other_hashes),
	};
	return cmocka_run_group_tests_name("lock_export", tests, NULL, NULL);
}
