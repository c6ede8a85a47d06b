// SPDX-License-Identifier: MIT
// Wheels → the tree of an environment, byte for byte where docs/layers.md says so.
#include "tests/builder/builder_test.h"

#define SITE "opt/venv/lib/python3.12/site-packages/"

static struct tree_options options_of(const struct target *target)
{
	return (struct tree_options){ .prefix = S("/opt/venv"),
				      .interpreter = S("/usr/local/bin/python3.12"),
				      .target = target };
}

static struct tree make_tree(struct arena *arena, const struct wheel_file *wheels,
			     size_t len)
{
	struct target target = test_target(arena);
	struct tree_options options = options_of(&target);
	struct tree tree = { 0 };
	struct error err = { 0 };
	if (tree_of_wheels(&options, (struct wheel_list){ wheels, len }, arena, &tree,
			   &err) < 0)
		fail_msg("%s", err.cause);
	return tree;
}

static const struct tree_entry *find(const struct tree *tree, const char *path)
{
	for (size_t i = 0; i < tree->len; i++)
		if (slice_eq(tree->entries[i].path, slice_from(path)))
			return &tree->entries[i];
	return NULL;
}

static void assert_generated(const struct tree *tree, const char *path, unsigned mode,
			     struct slice bytes)
{
	const struct tree_entry *entry = find(tree, path);
	if (!entry)
		fail_msg("no '%s'", path);
	assert_int_equal(entry->kind, TREE_FILE_GENERATED);
	assert_int_equal(entry->mode, mode);
	if (!slice_eq(entry->bytes, bytes))
		fail_msg("'%s' holds:\n%.*s", path, SLICE_ARG(entry->bytes));
}

static void assert_from_wheel(const struct tree *tree, const char *path, unsigned mode,
			      const char *entry_name)
{
	const struct tree_entry *entry = find(tree, path);
	if (!entry)
		fail_msg("no '%s'", path);
	assert_int_equal(entry->kind, TREE_FILE_FROM_WHEEL);
	assert_int_equal(entry->mode, mode);
	assert_true(slice_eq(entry->zip->name, slice_from(entry_name)));
}

static void test_tar_3_walk_order(void **state)
{
	(void)state;
	static const char *const sorted[] = { "a",   "a/b",   "a/b/c", "a/b-c", "a!",
					      "a-b", "a-b/x", "a.b",   "b" };
	for (size_t i = 0; i < sizeof(sorted) / sizeof(sorted[0]); i++)
		for (size_t j = 0; j < sizeof(sorted) / sizeof(sorted[0]); j++) {
			int order = path_cmp_walk(slice_from(sorted[i]),
						  slice_from(sorted[j]));
			bool right = i == j ? order == 0 : (order < 0) == (i < j);
			// "a!" sorts before "a-b" but after all of "a/…"
			if (!right)
				fail_msg("%s %s: %d", sorted[i], sorted[j], order);
		}
	assert_true(path_cmp_walk(S("numpy/x"), S("numpy-2.2.6.dist-info/y")) < 0);
	assert_true(path_cmp_walk(S("a"), S("\xc3\xa9")) < 0);
}

// Places (env.3), order (tar.3), ancestors (tar.4) and modes (tar.10) of a wheel's files.
static void test_env_3_spread(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = wheel_maker_new(&arena, "Demo", "1.0");
	wheel_maker_add(&maker, "demo/__init__.py", S("x = 1\n"));
	wheel_maker_add(&maker, "demo/tool", S("#!/bin/sh\n"))->unix_mode = 0100755;
	// No file type: no execute bit (tar.10)
	wheel_maker_add(&maker, "demo/odd", S("x"))->unix_mode = 0755;
	wheel_maker_add(&maker, "Demo-1.0.data/purelib/pure.py", S("p\n"));
	wheel_maker_add(&maker, "Demo-1.0.data/platlib/plat.py", S("q\n"));
	wheel_maker_add(&maker, "Demo-1.0.data/data/share/demo.txt", S("d\n"));
	wheel_maker_add(&maker, "Demo-1.0.data/data/lib64/x.so", S("d\n"));
	wheel_maker_add(&maker, "Demo-1.0.data/headers/demo.h", S("h\n"));
	wheel_maker_add(&maker, "Demo-1.0.data/scripts/run",
			S("#!python -u\nprint(1)\n"));
	wheel_maker_add(&maker, "Demo-1.0.data/scripts/tool.sh", S("#!/bin/sh\n"));
	wheel_maker_add(&maker, "demo/", S(""))->unix_mode = 040755;
	AUTO(wheel_file_close)
	struct wheel_file wheel = test_wheel_open(&maker, wheel_maker_finish(&maker));
	struct tree tree = make_tree(&arena, &wheel, 1);
	static const char *const paths[] = {
		"opt",
		"opt/venv",
		"opt/venv/bin",
		"opt/venv/bin/run",
		"opt/venv/bin/tool.sh",
		"opt/venv/include",
		"opt/venv/include/site",
		"opt/venv/include/site/python3.12",
		"opt/venv/include/site/python3.12/Demo",
		"opt/venv/include/site/python3.12/Demo/demo.h",
		"opt/venv/lib",
		"opt/venv/lib/python3.12",
		"opt/venv/lib/python3.12/site-packages",
		SITE "Demo-1.0.dist-info",
		SITE "Demo-1.0.dist-info/INSTALLER",
		SITE "Demo-1.0.dist-info/METADATA",
		SITE "Demo-1.0.dist-info/RECORD",
		SITE "Demo-1.0.dist-info/WHEEL",
		SITE "demo",
		SITE "demo/__init__.py",
		SITE "demo/odd",
		SITE "demo/tool",
		SITE "plat.py",
		SITE "pure.py",
		"opt/venv/lib/x.so",
		"opt/venv/share",
		"opt/venv/share/demo.txt",
	};
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (i >= tree.len ||
		    !slice_eq(tree.entries[i].path, slice_from(paths[i])))
			fail_msg("entry %zu is not '%s'", i, paths[i]);
	assert_int_equal(tree.len, sizeof(paths) / sizeof(paths[0]));
	assert_from_wheel(&tree, SITE "demo/__init__.py", 0644, "demo/__init__.py");
	assert_from_wheel(&tree, SITE "demo/tool", 0755, "demo/tool");
	assert_from_wheel(&tree, SITE "demo/odd", 0644, "demo/odd");
	assert_from_wheel(&tree, "opt/venv/bin/tool.sh", 0755,
			  "Demo-1.0.data/scripts/tool.sh");
	assert_generated(&tree, "opt/venv/bin/run", 0755,
			 S("#!/opt/venv/bin/python\nprint(1)\n"));
	assert_generated(&tree, SITE "Demo-1.0.dist-info/INSTALLER", 0644,
			 S("pinbake\n"));
	assert_int_equal(find(&tree, "opt/venv/bin")->mode, 0755);
}

static void test_env_4_bytecode_is_dropped(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = wheel_maker_new(&arena, "demo", "1.0");
	wheel_maker_add(&maker, "demo/__pycache__/a.cpython-312.pyc", S("pyc"));
	wheel_maker_add(&maker, "__pycache__/b.pyc", S("pyc"));
	wheel_maker_add(&maker, "demo/my__pycache__/kept.txt", S("kept"));
	AUTO(wheel_file_close)
	struct wheel_file wheel = test_wheel_open(&maker, wheel_maker_finish(&maker));
	struct tree tree = make_tree(&arena, &wheel, 1);
	assert_null(find(&tree, SITE "demo/__pycache__"));
	assert_null(find(&tree, SITE "__pycache__"));
	assert_non_null(find(&tree, SITE "demo/my__pycache__/kept.txt"));
	assert_false(slice_contains(find(&tree, SITE "demo-1.0.dist-info/RECORD")->bytes,
				    S(".pyc,")));
}

// RECORD has the wheel's order, moved and rewritten rows, then what was made, by path
// (env.8).
static void test_env_8_record(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = wheel_maker_new(&arena, "demo", "1.0");
	wheel_maker_add(&maker, "zebra.py", S("z"));
	wheel_maker_add(&maker, "demo-1.0.data/scripts/run", S("#!python\n1\n"));
	wheel_maker_add(&maker, "demo-1.0.data/data/share/a,b", S("d"));
	wheel_maker_add(&maker, "demo-1.0.data/purelib/alpha.py", S("a"));
	wheel_maker_add(&maker, "gone.py", S("g"))->row =
		S("gone.py,sha256=zQbTaHdmTlQGQzPl9n0Cm7sK5NlS3ThW1A4NiP8fWSU,1\n"
		  "../../../../etc/passwd,,\nnot/there.py,sha256=x,1\n");
	wheel_maker_add(&maker, "demo-1.0.dist-info/entry_points.txt",
			S("[console_scripts]\nmain = zebra:f\n"));
	AUTO(wheel_file_close)
	struct wheel_file wheel = test_wheel_open(&maker, wheel_maker_finish(&maker));
	wheel.direct_url = S("{\"url\":\"https://x/\"}");
	struct tree tree = make_tree(&arena, &wheel, 1);
	struct slice record = find(&tree, SITE "demo-1.0.dist-info/RECORD")->bytes;
	static const char *const starts[] = {
		"zebra.py,sha256=WU5R",
		"../../../bin/run,sha256=",
		"\"../../../share/a,b\",sha256=",
		"alpha.py,sha256=",
		"gone.py,sha256=zQbT",
		"demo-1.0.dist-info/entry_points.txt,sha256=",
		"demo-1.0.dist-info/METADATA,sha256=",
		"demo-1.0.dist-info/WHEEL,sha256=",
		"demo-1.0.dist-info/RECORD,,",
		"../../../bin/main,sha256=",
		"demo-1.0.dist-info/INSTALLER,sha256=",
		"demo-1.0.dist-info/direct_url.json,sha256=",
	};
	struct slice rest = record, line = { 0 };
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		slice_cut(&rest, '\n', &line);
		struct slice want = slice_from(starts[i]);
		if (!slice_starts_with(line, want))
			fail_msg("row %zu is '%.*s', expected '%s…'", i, SLICE_ARG(line),
				 starts[i]);
	}
	assert_int_equal(rest.len, 0);
	struct sha256 rewritten = sha256_of(find(&tree, "opt/venv/bin/run")->bytes);
	assert_true(slice_contains(record, sha256_base64url(&arena, &rewritten)));
}

static void test_env_8_record_row_is_appended(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = wheel_maker_new(&arena, "demo", "1.0");
	maker.no_record_row = true;
	AUTO(wheel_file_close)
	struct wheel_file wheel = test_wheel_open(&maker, wheel_maker_finish(&maker));
	struct tree tree = make_tree(&arena, &wheel, 1);
	assert_true(slice_contains(
		find(&tree, SITE "demo-1.0.dist-info/RECORD")->bytes,
		S("demo-1.0.dist-info/RECORD,,\ndemo-1.0.dist-info/INSTALLER,")));
}

// Notes that belong to another installation never come out of a wheel (env.9).
static void test_env_9_foreign_notes(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = wheel_maker_new(&arena, "demo", "1.0");
	wheel_maker_add(&maker, "demo-1.0.dist-info/INSTALLER", S("pip\n"));
	wheel_maker_add(&maker, "demo-1.0.dist-info/REQUESTED", S(""));
	wheel_maker_add(&maker, "demo-1.0.dist-info/direct_url.json", S("{}"));
	AUTO(wheel_file_close)
	struct wheel_file wheel = test_wheel_open(&maker, wheel_maker_finish(&maker));
	struct tree tree = make_tree(&arena, &wheel, 1);
	assert_generated(&tree, SITE "demo-1.0.dist-info/INSTALLER", 0644,
			 S("pinbake\n"));
	assert_null(find(&tree, SITE "demo-1.0.dist-info/REQUESTED"));
	assert_null(find(&tree, SITE "demo-1.0.dist-info/direct_url.json"));
}

static void test_env_5_console_script_wins(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = wheel_maker_new(&arena, "demo", "1.0");
	wheel_maker_add(&maker, "demo-1.0.data/scripts/run", S("#!python\nold\n"));
	wheel_maker_add(&maker, "demo-1.0.dist-info/entry_points.txt",
			S("[console_scripts]\nrun = demo:main\n"));
	AUTO(wheel_file_close)
	struct wheel_file wheel = test_wheel_open(&maker, wheel_maker_finish(&maker));
	struct tree tree = make_tree(&arena, &wheel, 1);
	assert_generated(
		&tree, "opt/venv/bin/run", 0755,
		S("#!/opt/venv/bin/python\nimport sys\nfrom demo import main\nif __name__ == \"__main__\":\n"
		  "    sys.exit(main())\n"));
	struct slice record = find(&tree, SITE "demo-1.0.dist-info/RECORD")->bytes;
	size_t first = slice_find(record, S("bin/run,"));
	assert_int_equal(slice_find(slice_skip(record, first + 1), S("bin/run,")),
			 SLICE_NONE);
}

// --- several wheels --------------------------------------------------------------------

static struct wheel_file with_file(struct arena *arena, const char *name,
				   const char *path, struct slice bytes, unsigned mode)
{
	struct wheel_maker maker = wheel_maker_new(arena, name, "1.0");
	wheel_maker_add(&maker, path, bytes)->unix_mode = 0100000 | mode;
	return test_wheel_open(&maker, wheel_maker_finish(&maker));
}

static void close_all(struct wheel_file *wheels, size_t len)
{
	for (size_t i = 0; i < len; i++)
		wheel_file_close(&wheels[i]);
}

static void test_env_10_later_wheel_wins(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_file wheels[] = {
		with_file(&arena, "a", "shared/x.py", S("one"), 0644),
		with_file(&arena, "b", "shared/x.py", S("two"), 0644),
		with_file(&arena, "c", "shared/x.py", S("two"), 0644),
		with_file(&arena, "d", "shared/same.py", S(""), 0644),
		with_file(&arena, "e", "shared/same.py", S(""), 0644),
		with_file(&arena, "f", "shared/same.py", S(""), 0755),
	};
	struct tree tree = make_tree(&arena, wheels, 6);
	assert_int_equal(find(&tree, SITE "shared/x.py")->wheel, 2);
	assert_int_equal(find(&tree, SITE "shared/same.py")->wheel, 5);
	assert_int_equal(tree.collisions_len, 3);
	assert_true(slice_ends_with(tree.collisions[0].path, S("same.py")));
	assert_int_equal(tree.collisions[0].loser, 3);
	assert_int_equal(tree.collisions[1].loser, 4);
	assert_int_equal(tree.collisions[2].loser, 0);
	assert_int_equal(tree.collisions[2].winner, 2);
	// The loser's RECORD still lists what it brought.
	assert_true(slice_contains(find(&tree, SITE "a-1.0.dist-info/RECORD")->bytes,
				   S("shared/x.py,")));
	struct target target = test_target(&arena);
	struct tree_options options = options_of(&target);
	struct error err = { 0 };
	options.strict = true;
	assert_int_equal(tree_of_wheels(&options, (struct wheel_list){ wheels, 6 },
					&arena, &tree, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	close_all(wheels, 6);
}

static void test_names_that_differ_in_case_or_form(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = wheel_maker_new(&arena, "demo", "1.0");
	wheel_maker_add(&maker, "demo/Name.py", S("one"));
	wheel_maker_add(&maker, "demo/name.py", S("two"));
	wheel_maker_add(&maker, "demo/\xc3\xa9.py", S("composed"));
	wheel_maker_add(&maker, "demo/e\xcc\x81.py", S("decomposed"));
	struct wheel_file wheel = test_wheel_open(&maker, wheel_maker_finish(&maker));
	struct tree tree = make_tree(&arena, &wheel, 1);
	assert_non_null(find(&tree, SITE "demo/Name.py"));
	assert_non_null(find(&tree, SITE "demo/name.py"));
	assert_int_equal(tree.collisions_len, 2);
	assert_true(slice_ends_with(tree.collisions[0].path, S("demo/name.py")));
	assert_true(slice_ends_with(tree.collisions[0].twin, S("demo/Name.py")));
	assert_true(slice_ends_with(tree.collisions[1].path, S("demo/e\xcc\x81.py")));
	assert_true(slice_ends_with(tree.collisions[1].twin, S("demo/\xc3\xa9.py")));
	struct target target = test_target(&arena);
	struct tree_options options = options_of(&target);
	struct error err = { 0 };
	target.os = OS_MACOS;
	assert_int_equal(tree_of_wheels(&options, (struct wheel_list){ &wheel, 1 },
					&arena, &tree, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	wheel_file_close(&wheel);
}

static void test_env_10_file_against_directory(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_file wheels[] = {
		with_file(&arena, "a", "thing", S("one"), 0644),
		with_file(&arena, "b", "thing/x.py", S("two"), 0644),
	};
	struct target target = test_target(&arena);
	struct tree_options options = options_of(&target);
	struct tree tree;
	struct error err = { 0 };
	assert_int_equal(tree_of_wheels(&options, (struct wheel_list){ wheels, 2 },
					&arena, &tree, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	assert_non_null(strstr(err.cause, "is a file in 'a' and a directory in 'b'"));
	close_all(wheels, 2);
}

// --- skeleton --------------------------------------------------------------------------

static void test_env_2_skeleton(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct target target = test_target(&arena);
	struct tree_options options = options_of(&target);
	struct tree tree = { 0 };
	struct error err = { 0 };
	assert_int_equal(tree_of_skeleton(&options, &arena, &tree, &err), 0);
	for (size_t i = 1; i < tree.len; i++)
		assert_true(path_cmp_walk(tree.entries[i - 1].path,
					  tree.entries[i].path) < 0);
	assert_int_equal(tree.len, 11);
	assert_generated(
		&tree, "opt/venv/pyvenv.cfg", 0644,
		S("home = /usr/local/bin\ninclude-system-site-packages = false\nversion = 3.12\n"));
	assert_true(slice_eq(find(&tree, "opt/venv/bin/python")->bytes,
			     S("/usr/local/bin/python3.12")));
	assert_true(slice_eq(find(&tree, "opt/venv/bin/python3.12")->bytes, S("python")));
	assert_true(slice_eq(find(&tree, "opt/venv/lib64")->bytes, S("lib")));
}

static void test_env_1_prefixes(void **state)
{
	(void)state;
	static const char *const good[] = { "/opt/venv", "/x", "/a b/c", "/\xc3\xa9" };
	static const char *const bad[] = { "",        "/",         "opt",   "/opt/",
					   "/opt//v", "/opt/../v", "/./v",  "/a\"b",
					   "/a$b",    "/a`b",      "/a\\b", "/a\nb",
					   "/\xff" };
	struct error err = { 0 };
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(tree_check_prefix(slice_from(good[i]), &err), 0);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (tree_check_prefix(slice_from(bad[i]), &err) == 0)
			fail_msg("accepted: '%s'", bad[i]);
		assert_int_equal(err.kind, ERROR_INPUT);
	}
}

// --- direct_url.json -------------------------------------------------------------------

static void test_610_1_direct_url(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct lock_file file = {
		.kind = LOCK_ARCHIVE,
		.url = S("https://u:p@example.org/demo-1.0-py3-none-any.whl"),
		.sha256 = sha256_of(S("x")),
		.subdirectory = S("")
	};
	struct lock_package package = { .name = S("demo"), .has_archive = true };
	struct lock_choice choice = { &package, &file };
	assert_true(slice_eq(
		wheel_direct_url(&choice, &arena),
		S("{\"archive_info\":{\"hashes\":{\"sha256\":"
		  "\"2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881\"}},"
		  "\"url\":\"https://example.org/demo-1.0-py3-none-any.whl\"}")));
	file.url = S("file:///home/x/demo.whl");
	assert_int_equal(wheel_direct_url(&choice, &arena).len, 0);
	file.url = S("https://files.example.org/demo-1.0-py3-none-any.whl");
	file.kind = LOCK_WHEEL;
	assert_int_equal(wheel_direct_url(&choice, &arena).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_tar_3_walk_order),
		cmocka_unit_test(test_env_3_spread),
		cmocka_unit_test(test_env_4_bytecode_is_dropped),
		cmocka_unit_test(test_env_8_record),
		cmocka_unit_test(test_env_8_record_row_is_appended),
		cmocka_unit_test(test_env_9_foreign_notes),
		cmocka_unit_test(test_env_5_console_script_wins),
		cmocka_unit_test(test_env_10_later_wheel_wins),
		cmocka_unit_test(test_env_10_file_against_directory),
		cmocka_unit_test(test_names_that_differ_in_case_or_form),
		cmocka_unit_test(test_env_2_skeleton),
		cmocka_unit_test(test_env_1_prefixes),
		cmocka_unit_test(test_610_1_direct_url),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
