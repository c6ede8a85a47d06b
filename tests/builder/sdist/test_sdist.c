// SPDX-License-Identifier: MIT
// What of building needs no process: the canonical wheel, [build-system], causes in logs.
#include "base/deflate_fixed.h"
#include "base/limits.h"
#include "base/zip.h"
#include "builder/sdist/build_system.h"
#include "builder/sdist/causes.h"
#include "builder/sdist/sdist.h"
#include "builder/sdist/wheel_writer.h"
#include "tests/builder/wheel_maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct error error;

// --- the canonical wheel ---------------------------------------------------------------

static struct slice normalised(struct slice wheel)
{
	struct slice result = { 0 };
	assert_int_equal(wheel_normalise(wheel, S("demo-1.0-py3-none-any.whl"), &arena,
					 &result, &error),
			 0);
	return result;
}

static struct slice many_words(void)
{
	struct buf text = { .arena = &arena };
	for (unsigned i = 0; text.len < 3 * DEFLATE_PIECE_MAX; i++)
		buf_printf(&text, "%u words ", i * i);
	return buf_slice(&text);
}

static struct slice made(bool other_way, struct slice large)
{
	static const char *const names[] = { "demo/a.py", "demo/b.py", "demo/large.txt" };
	struct wheel_maker maker = wheel_maker_new(&arena, "demo", "1.0");
	for (size_t i = 0; i < 3; i++) {
		size_t at = other_way ? 2 - i : i;
		struct made_entry *entry =
			wheel_maker_add(&maker, names[at],
					at == 2 ? large : S("x = 1\n"));
		entry->stored = other_way;
		entry->unix_mode = other_way ? 0100600 : 0100664;
	}
	maker.no_record = other_way;
	return wheel_maker_finish(&maker);
}

static void test_one_form_whoever_packed_it(void **state)
{
	(void)state;
	struct slice large = many_words(), bytes = { 0 };
	struct slice one = normalised(made(false, large));
	struct slice other = normalised(made(true, large));
	struct zip_directory directory = { 0 };
	uint64_t need;
	assert_true(slice_eq(one, other));
	assert_true(slice_eq(one, normalised(one)));
	assert_int_equal(zip_read_directory(&arena, one, one.len, &directory, &need,
					    &error),
			 0);
	const struct zip_entry *entry = zip_find(&directory, S("demo/large.txt"));
	assert_int_equal(entry->method, ZIP_DEFLATED);
	assert_int_equal(entry->external_attributes >> 16, 0100644);
	assert_int_equal(zip_entry_read(entry, one, MIB * 8, &arena, &bytes, &error), 0);
	assert_true(slice_eq(bytes, large));
	assert_true(slice_eq(directory.entries[directory.len - 1].name,
			     S("demo-1.0.dist-info/RECORD")));
}

static void test_broken_wheels_are_refused(void **state)
{
	(void)state;
	struct slice wheel = made(false, S("text")), ignored;
	for (size_t len = 0; len < wheel.len; len += 7)
		assert_int_equal(wheel_normalise(slice_range(wheel, 0, len), S("demo"),
						 &arena, &ignored, &error),
				 -1);
}

// --- [build-system] --------------------------------------------------------------------

static struct build_system read_system(struct slice text)
{
	struct build_system system = { 0 };
	assert_int_equal(build_system_read(text, &arena, &system, &error), 0);
	return system;
}

static void test_517_1_legacy_without_a_table(void **state)
{
	(void)state;
	struct build_system system = read_system(S("[tool.black]\nline-length = 88\n"));
	assert_true(slice_eq(system.backend, S("setuptools.build_meta:__legacy__")));
	assert_int_equal(system.requires_len, 2);
	system = read_system(
		S("[build-system]\nrequires = [\"flit_core>=3\"]\n"
		  "build-backend = \"flit_core.buildapi\"\nbackend-path = [\".\"]\n"));
	assert_true(slice_eq(system.backend, S("flit_core.buildapi")));
	assert_int_equal(system.requires_len, 1);
	assert_int_equal(system.paths_len, 1);
}

static void test_517_1_table_without_requires(void **state)
{
	(void)state;
	static const char *const texts[] = { "[build-system]\n", "build-system = 1\n",
					     "[build-system]\nrequires = \"x\"\n",
					     "[build-system]\nrequires = [1]\n",
					     "[build-system\n" };
	struct build_system system;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		assert_int_equal(build_system_read(slice_from(texts[i]), &arena, &system,
						   &error),
				 -1);
}

// --- causes ----------------------------------------------------------------------------

static void test_causes(void **state)
{
	(void)state;
	struct build_cause cause = build_cause_find(
		S("a.c:1:10: fatal error: ffi.h: No such file or directory\n"));
	assert_true(slice_eq(cause.packages, S("libffi-dev")));
	cause = build_cause_find(S("fatal error: 'Python.h' file not found\n"));
	assert_true(slice_eq(cause.packages, S("python3-dev")));
	cause = build_cause_find(S("fatal error: odd.h: No such file or directory"));
	assert_true(slice_eq(cause.header, S("odd.h")) && cause.cause.len == 0);
	cause = build_cause_find(
		S("error: command 'gcc' failed: No such file or directory"));
	assert_true(slice_eq(cause.packages, S("gcc libc6-dev")));
	cause = build_cause_find(S(""));
	assert_true(cause.cause.len == 0 && cause.header.len == 0);
}

// What real builds said last.
static void test_causes_of_real_builds(void **state)
{
	(void)state;
	static const struct {
		const char *log, *packages;
	} cases[] = {
		{ "gdal_config_error: [Errno 2] No such file or directory: 'gdal-config'\n",
		  "libgdal-dev" },
		{ "WARNING:root:Failed to get options via gdal-config: [Errno 2] No such "
		  "file or directory: 'gdal-config'\n",
		  "libgdal-dev" },
		{ "Package cairo was not found in the pkg-config search path.\n"
		  "Package 'cairo', required by 'virtual:world', not found\n",
		  "libcairo2-dev" },
		{ "../subprojects/dbus-gmain/meson.build:107:11: ERROR: Dependency "
		  "\"dbus-1\" not found (tried pkg-config and cmake)\n",
		  "libdbus-1-dev" },
		{ "error: Unable to load dependency HDF5, make sure HDF5 is installed "
		  "properly\nerror: libhdf5.so: cannot open shared object file: No such "
		  "file or directory\n",
		  "libhdf5-dev" },
		{ "Exception: Can not find valid pkg-config name.\n",
		  "default-libmysqlclient-dev pkg-config" },
		{ "pygraphviz/graphviz_wrap.c:3020:10: fatal error: graphviz/cgraph.h: No "
		  "such file or directory\n",
		  "libgraphviz-dev" },
		{ "src/pyodbc.h:56:10: fatal error: sql.h: No such file or directory\n",
		  "unixodbc-dev" },
		{ "FileNotFoundError: [Errno 2] No such file or directory: 'nvcc'\n",
		  "nvidia-cuda-toolkit" },
		{ "sh: 1: swig: not found\n", "swig" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct build_cause cause = build_cause_find(slice_from(cases[i].log));
		if (!slice_eq(cause.packages, slice_from(cases[i].packages)))
			fail_msg("'%.*s' for %s", SLICE_ARG(cause.packages),
				 cases[i].log);
	}
	struct build_cause other = build_cause_find(
		S("meson.build:1:0: ERROR: Dependency \"odd\" not found\n"
		  "[Errno 2] No such file or directory: '/etc/odd'\n"));
	assert_true(slice_eq(other.library, S("odd")) && other.cause.len == 0);
	assert_int_equal(other.program.len, 0);
	other = build_cause_find(S("ModuleNotFoundError: No module named 'imp'\n"));
	assert_true(other.cause.len > 0 && other.packages.len == 0);
}

static void test_tail_of_a_log(void **state)
{
	(void)state;
	assert_true(slice_eq(build_log_tail(S("a\nb\nc\n\n"), 2), S("b\nc")));
	assert_true(slice_eq(build_log_tail(S("a"), 2), S("a")));
	assert_true(slice_eq(build_log_tail(S("\n \n"), 2), S("")));
}

// --- keys of what is built -------------------------------------------------------------

static struct slice key_text(const struct built_request *request)
{
	struct sha256 key = built_key(request);
	return sha256_hex(&arena, &key);
}

static void test_all_that_may_change_a_wheel_is_in_its_key(void **state)
{
	(void)state;
	static const struct lock_cutoff cutoffs[] = {
		{ { "numpy", 5 }, { "2020-01-01T00:00:00Z", 20 } },
		{ { "numpy", 5 }, { "2020-01-02T00:00:00Z", 20 } },
	};
	const struct sha256 digest = sha256_of(S("something"));
	const struct built_request requests[] = {
		{ .target = S("cp312") },
		{ .target = S("cp311") },
		{ .sdist = digest, .target = S("cp312") },
		{ .requires = digest, .target = S("cp312") },
		{ .toolchain = digest, .target = S("cp312") },
		{ .target = S("cp312"), .exclude_newer = S("2020-01-01T00:00:00Z") },
		{ .target = S("cp312"),
		  .package_cutoffs = cutoffs,
		  .package_cutoffs_len = 1 },
		{ .target = S("cp312"),
		  .package_cutoffs = cutoffs + 1,
		  .package_cutoffs_len = 1 },
		{ .target = S("cp312"), .interpreter = S("/usr/bin/python3") },
		{ .target = S("cp312"), .interpreter_size = 1 },
		{ .target = S("cp312"), .interpreter_mtime_s = 1 },
		{ .target = S("cp312"), .network = true },
	};
	for (size_t i = 0; i < sizeof(requests) / sizeof(*requests); i++)
		for (size_t j = 0; j <= i; j++)
			assert_int_equal(slice_eq(key_text(&requests[i]),
						  key_text(&requests[j])),
					 i == j);
}

static int release(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

// --- containers -------------------------------------------------------------------------

static const char *word_after(const char *const *words, const char *word)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	assert_non_null(*words);
	return words[1];
}

static bool has_word(const char *const *words, const char *word)
{
	while (*words && strcmp(*words, word) != 0)
		words++;
	return *words != NULL;
}

static void test_no_path_ends_a_mount(void **state)
{
	(void)state;
	static const char *const none[] = { NULL };
	const struct container container = { .engine = "/usr/bin/docker",
					     .image = "sha256:1" };
	const struct container_run run = { .name = "n",
					   .room = "/a\",readonly,\"b:c",
					   .read_only = none,
					   .directory = "/",
					   .environment = none,
					   .arguments = none };
	const char *const *words = container_command(&container, &run, &arena);
	assert_string_equal(
		word_after(words, "--mount"),
		"type=bind,\"source=/a\"\",readonly,\"\"b:c\",\"target=/a\"\",readonly,\"\"b:c\"");
	assert_true(has_word(words, "--network=none"));
	assert_true(has_word(words, "--cap-drop=ALL"));
	assert_true(has_word(words, "--security-opt=no-new-privileges"));
	assert_true(has_word(words, "--pids-limit=16384"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_form_whoever_packed_it),
		cmocka_unit_test(test_broken_wheels_are_refused),
		cmocka_unit_test(test_517_1_legacy_without_a_table),
		cmocka_unit_test(test_517_1_table_without_requires),
		cmocka_unit_test(test_causes),
		cmocka_unit_test(test_causes_of_real_builds),
		cmocka_unit_test(test_tail_of_a_log),
		cmocka_unit_test(test_no_path_ends_a_mount),
		cmocka_unit_test(test_all_that_may_change_a_wheel_is_in_its_key),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
