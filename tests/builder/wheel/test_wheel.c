// SPDX-License-Identifier: MIT
// What a wheel may hold and what not: the check at the store's door.
#include "builder/wheel/wheel.h"
#include "tests/builder/builder_test.h"

static struct wheel_maker plain(struct arena *arena)
{
	struct wheel_maker maker = wheel_maker_new(arena, "demo", "1.0");
	wheel_maker_add(&maker, "demo/__init__.py", S("x = 1\n"));
	return maker;
}

static int check(struct wheel_maker *maker, struct error *err)
{
	struct slice bytes = wheel_maker_finish(maker);
	AUTO(wheel_file_close) struct wheel_file wheel = test_wheel_open(maker, bytes);
	return wheel_check(&wheel, NULL, err);
}

static void assert_sound(struct wheel_maker *maker)
{
	struct error err = { 0 };
	if (check(maker, &err) < 0)
		fail_msg("%s", err.cause);
}

static void assert_refused(struct wheel_maker *maker, const char *why)
{
	struct error err = { 0 };
	if (check(maker, &err) == 0)
		fail_msg("accepted, expected: %s", why);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	if (!strstr(err.cause, why))
		fail_msg("'%s' does not say '%s'", err.cause, why);
}

static void test_inst_2_sound_wheel(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = plain(&arena);
	wheel_maker_add(&maker, "demo/empty.txt", S(""));
	wheel_maker_add(&maker, "demo/stored.txt", S("stored"))->stored = true;
	wheel_maker_add(&maker, "demo/late.txt", S("late late late"))->data_descriptor =
		true;
	wheel_maker_add(&maker, "demo/", S(""))->unix_mode = 040755;
	wheel_maker_add(&maker, "demo/a,\"b\".txt", S("quoted"))->row = S(
		"\"demo/a,\"\"b\"\".txt\",sha256=vL2eABdefz8tlXcqgw7bHUsWJBqEGN6YO9ssS7K2bOg,6\n");
	struct error err = { 0 };
	// The row is found, only its hash is another
	if (check(&maker, &err) < 0)
		assert_non_null(strstr(err.cause, "a,\"b\""));
}

static void test_inst_2_unlisted_file(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = plain(&arena);
	wheel_maker_add(&maker, "demo/more.py", S("y = 2\n"))->unlisted = true;
	assert_refused(&maker, "'demo/more.py' is not listed in RECORD");
}

static void test_inst_2_signatures_need_no_row(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = plain(&arena);
	wheel_maker_add(&maker, wheel_maker_info(&maker, "RECORD.jws"), S("{}"))
		->unlisted = true;
	wheel_maker_add(&maker, wheel_maker_info(&maker, "RECORD.p7s"), S("p7"))
		->unlisted = true;
	assert_sound(&maker);
}

static void test_inst_2_wrong_and_weak_hashes(void **state)
{
	(void)state;
	static const struct {
		const char *row, *why;
	} rows[] = {
		{ "demo/b.py,sha256=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA,6\n",
		  "but its RECORD says AAAA" },
		{ "demo/b.py,md5=rL0Y20zC-Fzt72VPzMSk2A,6\n", "SHA-256 or stronger" },
		{ "demo/b.py,,6\n", "SHA-256 or stronger" },
		{ "demo/b.py,sha256=x,6\ndemo/b.py,sha256=y,6\n", "two different rows" },
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct wheel_maker maker = plain(&arena);
		wheel_maker_add(&maker, "demo/b.py", S("y = 2\n"))->row =
			slice_from(rows[i].row);
		assert_refused(&maker, rows[i].why);
	}
}

static void test_inst_2_sha512_and_padding(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = plain(&arena);
	struct slice text = S("abc");
	struct sha256 digest = sha256_of(text);
	wheel_maker_add(&maker, "demo/padded.txt", text)->row =
		arena_printf(&arena, "demo/padded.txt,sha256=%.*s=,3\n",
			     SLICE_ARG(sha256_base64url(&arena, &digest)));
	wheel_maker_add(&maker, "demo/strong.txt", text)->row = S(
		"demo/strong.txt,sha512=3a81oZNherrMQXNJriBBMRLm-k6JqX6iCp7u5ktV05ohkpkqJ0_BqDa6PCOj_uu9RU1EI2Q86A4qmslPpUyknw,3\n");
	assert_sound(&maker);
}

static void test_zip_spoilt_numbers(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = plain(&arena);
	wheel_maker_add(&maker, "demo/b.py", S("y = 2\n"))->wrong_crc = true;
	assert_refused(&maker, "CRC-32");
	maker = plain(&arena);
	wheel_maker_add(&maker, "demo/c.py", S("y = 2\n"))->short_size = true;
	assert_refused(&maker, "");
	maker = plain(&arena);
	wheel_maker_add(&maker, "demo/d.py", S("y = 2\n"))->flags = 1;
	assert_refused(&maker, "encrypted");
}

static void test_metadata_of_another_project_or_version(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "Metadata-Version: 2.1\nName: other\nVersion: 1.0\n", "it is 'other'" },
		{ "Metadata-Version: 2.1\nName: demo\nVersion: 1.1\n", "version '1.1'" },
		{ "Metadata-Version: 2.1\nVersion: 1.0\n", "it is ''" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct wheel_maker maker = plain(&arena);
		maker.no_metadata = true;
		wheel_maker_add(&maker, wheel_maker_info(&maker, "METADATA"),
				slice_from(cases[i].text));
		assert_refused(&maker, cases[i].why);
	}
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = plain(&arena);
	maker.no_metadata = true;
	assert_refused(&maker, "no file METADATA");
	maker = plain(&arena);
	maker.no_metadata = true;
	wheel_maker_add(&maker, wheel_maker_info(&maker, "METADATA"),
			S("Metadata-Version: 2.1\nName: DEMO\nVersion: 1.0.0\n"));
	assert_sound(&maker);
}

// Bytes behind the end of a deflate stream are tolerated (gz.8).
static void test_gz_8_tail_after_stream(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = plain(&arena);
	wheel_maker_add(&maker, "demo/b.py", S("y = 2\n"))->tail = S("tail");
	assert_sound(&maker);
}

static void test_env_3_names_that_leave(void **state)
{
	(void)state;
	static const struct {
		const char *name, *why;
	} names[] = {
		{ "../evil.py", "would leave" },
		{ "demo/../../evil.py", "would leave" },
		{ "demo-1.0.data/data/../../evil", "would leave" },
		{ "/etc/passwd", "absolute" },
		{ "demo\\evil.py", "backslash" },
		{ "demo//evil.py", "empty component" },
		{ "demo/./evil.py", "'.' component" },
		{ "demo/evil\n.py", "control character" },
		{ "../x", "would leave" },
		{ "demo-1.0.data/unknown/x", "unknown data scheme" },
		{ "demo-1.0.data/x", "without a scheme" },
		{ "demo-1.0.data/scripts/a/b", "folder in scripts" },
		{ "other-1.0.data/data/x", "data folder of another project" },
		{ "demo-1.0.data/data/pyvenv.cfg", "part of the environment" },
		{ "demo-1.0.data/scripts/python", "part of the environment" },
		{ "demo-1.0.data/data/lib64", "part of the environment" },
		{ "demo-1.0.data/data/bin/pyvenv.cfg", "part of the environment" },
		{ "demo-1.0.data/scripts/pyvenv.cfg", "part of the environment" },
		{ "demo-1.0.data/scripts/python3._pth", "part of the environment" },
		{ "demo-1.0.data/purelib/other-2.0.dist-info/RECORD", "another distr" },
		{ "demo-1.0.data/platlib/demo-1.0.dist-info/INSTALLER", "another distr" },
		{ "demo-1.0.data/data/lib/python3.12/site-packages/o-2.dist-info/RECORD",
		  "another distribution" },
		{ "demo-1.0.data/data/lib64/python3/site-packages/O-2.Dist-Info/METADATA",
		  "another distribution" },
		{ "Other-2.0.DIST-INFO/METADATA", "another distribution" },
		{ "other-2.0-py3.12.egg-info", "egg-info of another" },
		{ "other.egg-info/PKG-INFO", "egg-info of another" },
		{ "demo-1.0.data/purelib/demo/__init__.py", "have one place" },
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct wheel_maker maker = plain(&arena);
		wheel_maker_add(&maker, names[i].name, S("evil"));
		assert_refused(&maker, names[i].why);
	}
}

static void test_tar_4_long_names(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	char name[300] = "demo/";
	memset(name + 5, 'n', 256);
	struct wheel_maker maker = plain(&arena);
	wheel_maker_add(&maker, name, S("x"));
	assert_refused(&maker, "more than 255 bytes");
	name[5 + 255] = '\0';
	maker = plain(&arena);
	wheel_maker_add(&maker, name, S("x"));
	assert_sound(&maker);
}

static void test_778_1_symbolic_links_and_devices(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = plain(&arena);
	wheel_maker_add(&maker, "demo/link", S("/etc/passwd"))->unix_mode = 0120777;
	assert_refused(&maker, "symbolic link");
	maker = plain(&arena);
	wheel_maker_add(&maker, "demo/fifo", S(""))->unix_mode = 0010644;
	assert_refused(&maker, "neither a file nor a directory");
}

static void test_inst_1_wheel_version(void **state)
{
	(void)state;
	static const struct {
		const char *text, *why; // NULL: sound
	} cases[] = {
		{ "Wheel-Version: 1.9\nRoot-Is-Purelib: false\n", NULL },
		{ "Wheel-Version: 1\n", NULL },
		{ "Wheel-Version: 2.0\n", "has Wheel-Version 2.0" },
		{ "Generator: x\n", "no readable Wheel-Version" },
		{ "Wheel-Version: one\n", "no readable Wheel-Version" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct wheel_maker maker = plain(&arena);
		maker.wheel_text = slice_from(cases[i].text);
		if (cases[i].why)
			assert_refused(&maker, cases[i].why);
		else
			assert_sound(&maker);
	}
}

static void test_inst_5_dist_info(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = plain(&arena);
	wheel_maker_add(&maker, "other-1.0.dist-info/METADATA", S("x"));
	assert_refused(&maker, "two dist-info folders");
	maker = plain(&arena);
	maker.no_record = true;
	assert_refused(&maker, "no file RECORD");
	maker = plain(&arena);
	maker.no_wheel = true;
	assert_refused(&maker, "no file WHEEL");
	// An unnormalised spelling is the same project.
	maker = wheel_maker_new(&arena, "My.Demo-Thing", "1.0");
	struct slice bytes = wheel_maker_finish(&maker);
	AUTO(wheel_file_close) struct wheel_file wheel = test_wheel_open(&maker, bytes);
	struct error err = { 0 };
	wheel.name = S("my-demo-thing");
	assert_int_equal(wheel_check(&wheel, NULL, &err), 0);
	wheel.name = S("my-demo");
	assert_int_equal(wheel_check(&wheel, NULL, &err), -1);
	assert_non_null(strstr(err.cause, "which is not 'my-demo'"));
}

static void test_env_5_entry_points_are_checked(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = plain(&arena);
	wheel_maker_add(&maker, wheel_maker_info(&maker, "entry_points.txt"),
			S("[console_scripts]\n../x = a:b\n"));
	assert_refused(&maker, "cannot be a script's name");
}

static void test_truncated_at_every_byte(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct wheel_maker maker = plain(&arena);
	struct slice whole = wheel_maker_finish(&maker);
	for (size_t len = 1; len < whole.len; len++) {
		AUTO(arena_cleanup) struct arena scratch = { 0 };
		AUTO(wheel_file_close)
		struct wheel_file wheel = { .name = maker.name,
					    .version = maker.version,
					    .file_name = wheel_maker_file_name(&maker) };
		struct error err = { 0 };
		uint64_t need;
		wheel.map.bytes = test_map(slice_range(whole, 0, len));
		int status = zip_read_directory(&scratch, wheel.map.bytes, len,
						&wheel.directory, &need, &err);
		if (status == 0)
			status = wheel_check(&wheel, NULL, &err);
		if (status == 0 || err.kind != ERROR_INTEGRITY)
			fail_msg("%zu of %zu bytes: status %d, kind %d", len, whole.len,
				 status, err.kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truncated_at_every_byte),
		cmocka_unit_test(test_inst_2_sound_wheel),
		cmocka_unit_test(test_inst_2_unlisted_file),
		cmocka_unit_test(test_inst_2_signatures_need_no_row),
		cmocka_unit_test(test_inst_2_wrong_and_weak_hashes),
		cmocka_unit_test(test_inst_2_sha512_and_padding),
		cmocka_unit_test(test_zip_spoilt_numbers),
		cmocka_unit_test(test_metadata_of_another_project_or_version),
		cmocka_unit_test(test_gz_8_tail_after_stream),
		cmocka_unit_test(test_env_3_names_that_leave),
		cmocka_unit_test(test_tar_4_long_names),
		cmocka_unit_test(test_778_1_symbolic_links_and_devices),
		cmocka_unit_test(test_inst_1_wheel_version),
		cmocka_unit_test(test_inst_5_dist_info),
		cmocka_unit_test(test_env_5_entry_points_are_checked),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
