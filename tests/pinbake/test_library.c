// SPDX-License-Identifier: MIT
// The library as another program has it: a clock that stands still, no variable of the environment, nothing printed.
// Wheels in a folder are locked, baked, and installed; the same again gives the same bytes.
#include "pinbake/pinbake.h"

#include "base/limits.h"
#include "tests/builder/wheel_maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

struct fixture {
	struct arena arena;
	char folder[64];
	struct session *session;
	struct diagnostics diagnostics;
	struct target target;
	struct slice input;
	size_t notices;
};

static struct fixture fixture;

static const char *at(const char *name)
{
	return path_join(&fixture.arena, fixture.folder, slice_from(name));
}

static void write_text(const char *name, struct slice text)
{
	struct error err;
	assert_int_equal(file_write(at(name), text, &err), 0);
}

static struct slice read_text(const char *path)
{
	struct slice text;
	struct error err;
	assert_int_equal(file_read(path, GIB, ERROR_IO, &fixture.arena, &text, &err), 0);
	return text;
}

static void put_wheel(const char *name, const char *version, const char *requires)
{
	struct arena *arena = &fixture.arena;
	struct wheel_maker maker = wheel_maker_new(arena, name, version);
	maker.no_metadata = true;
	wheel_maker_add(&maker, arena_printf(arena, "%s/__init__.py", name).ptr,
			S("x = 1\n"));
	wheel_maker_add(&maker, wheel_maker_info(&maker, "METADATA"),
			arena_printf(arena,
				     "Metadata-Version: 2.1\nName: %s\nVersion: %s\n%s",
				     name, version, requires));
	struct slice file = arena_printf(arena, "links/%.*s",
					 SLICE_ARG(wheel_maker_file_name(&maker)));
	write_text(file.ptr, wheel_maker_finish(&maker));
}

static uint64_t clock_that_stands(void *context)
{
	(void)context;
	return 1700000000000;
}

static void hear(void *context, enum notice_kind kind, struct slice text)
{
	(void)context;
	(void)kind;
	(void)text;
	fixture.notices++;
}

static void open_session(const char *cache)
{
	struct error err = { 0 };
	const struct session_config config = { .cache_directory = at(cache),
					       .now = 1700000000,
					       .platform = "linux/amd64",
					       .program = "test",
					       .work = { .clock_ms = clock_that_stands },
					       .notice = hear };
	pinbake_session_close(fixture.session);
	assert_int_equal(pinbake_session_open(&config, &fixture.session, &err), 0);
}

static int set_up(void **state)
{
	(void)state;
	struct error err;
	fixture = (struct fixture){ .folder = "/tmp/pinbake-library-XXXXXX" };
	assert_non_null(mkdtemp(fixture.folder));
	fixture.diagnostics.arena = &fixture.arena;
	assert_int_equal(make_directories(at("links"), &err), 0);
	put_wheel("app", "1.0", "Requires-Dist: lib<2\n");
	put_wheel("app", "2.0", "Requires-Dist: lib>=3\n");
	put_wheel("lib", "1.0", "");
	put_wheel("lib", "2.0", "");
	write_text("requirements.in", S("app\n"));
	assert_int_equal(target_init(&fixture.arena, S("3.12"), S("linux/amd64"),
				     &fixture.target, &err),
			 0);
	fixture.input = slice_from(at("requirements.in"));
	open_session("cache");
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	struct error err;
	pinbake_session_close(fixture.session);
	assert_int_equal(remove_tree(fixture.folder, &err), 0);
	arena_release(&fixture.arena);
	return 0;
}

static struct lock_request request_of_lock(void)
{
	static struct address links;
	links = (struct address){ slice_from(at("links")), ORIGIN_COMMAND_LINE };
	return (struct lock_request){
		.inputs.files = { &fixture.input, 1, 1 },
		.targets = { &fixture.target, 1, 1 },
		.indexes = { .find_links = { &links, 1, 1 }, .none = true },
		.path = at("pylock.toml"),
	};
}

static struct slice lock_once(void)
{
	const struct lock_request request = request_of_lock();
	struct lock_outcome outcome = { 0 };
	struct error err = { 0 };
	if (pinbake_lock(fixture.session, &request, &fixture.arena, &outcome,
			 &fixture.diagnostics, &err) < 0)
		fail_msg("%s", err.cause);
	assert_int_equal(outcome.parts.len, 1);
	assert_false(outcome.is_several);
	assert_int_equal(outcome.parts.items[0].packages, 2);
	assert_false(file_exists(at("pylock.toml"))); // who asks writes it
	return outcome.parts.items[0].text;
}

static void test_lock_is_a_function_of_its_request(void **state)
{
	(void)state;
	struct slice first = lock_once();
	assert_true(slice_contains(first, S("name = \"app\"\nversion = \"1.0\"")));
	assert_true(slice_contains(first, S("name = \"lib\"\nversion = \"1.0\"")));
	assert_true(slice_eq(lock_once(), first));
	open_session("another-cache");
	assert_true(slice_eq(lock_once(), first));
}

static void test_conflict_is_a_value(void **state)
{
	(void)state;
	struct lock_request request = request_of_lock();
	struct lock_outcome outcome = { 0 };
	struct error err = { 0 };
	write_text("requirements.in", S("app==1.0\nlib==2.0\n"));
	assert_int_equal(pinbake_lock(fixture.session, &request, &fixture.arena, &outcome,
				      &fixture.diagnostics, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_NO);
	assert_true(outcome.has_explanation);
	assert_int_equal(outcome.facts.len, 3);
	assert_true(outcome.repairs.len > 0);
	assert_int_equal(outcome.parts.len, 0);
	// By its own word the session takes the best of them.
	request.repair = true;
	outcome = (struct lock_outcome){ 0 };
	assert_int_equal(pinbake_lock(fixture.session, &request, &fixture.arena, &outcome,
				      &fixture.diagnostics, &err),
			 0);
	assert_non_null(outcome.parts.items[0].edits);
	assert_int_equal(outcome.parts.items[0].edits->len, 1);
}

static void test_bad_input_has_its_place(void **state)
{
	(void)state;
	const struct lock_request request = request_of_lock();
	struct lock_outcome outcome = { 0 };
	struct error err = { 0 };
	write_text("requirements.in", S("app\nlib ==\n"));
	assert_int_equal(pinbake_lock(fixture.session, &request, &fixture.arena, &outcome,
				      &fixture.diagnostics, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_int_equal(span_position(err.span).line, 2);
}

static struct sha256 bake_once(const char *out)
{
	struct pinbake_bake_request request = { .out_directory = at(out),
						.mtime = 315532800 };
	struct bake_result baked = { 0 };
	struct error err = { 0 };
	struct slice tag;
	static struct address links;
	links = (struct address){ slice_from(at("links")), ORIGIN_COMMAND_LINE };
	request.environment.lock_path = at("pylock.toml");
	request.environment.indexes =
		(struct index_request){ .find_links = { &links, 1, 1 }, .none = true };
	if (pinbake_bake(fixture.session, &request, &fixture.arena, &baked,
			 &fixture.diagnostics, &err) < 0)
		fail_msg("%s", err.cause);
	assert_true(baked.len > 0);
	assert_true(
		file_exists(at(arena_printf(&fixture.arena, "%s/bake.json", out).ptr)));
	const char *archive = at(arena_printf(&fixture.arena, "%s.tar", out).ptr);
	const struct pinbake_archive_request image = { .baked = &baked,
						       .staged = at(out),
						       .path = archive };
	assert_int_equal(pinbake_archive(&image, &fixture.arena, &tag, &err), 0);
	assert_true(slice_starts_with(tag, S("pinbake/deps:")));
	return sha256_of(read_text(archive));
}

// Another cache, another folder, another session: the same bytes (key.2).
static void test_lock_bake_and_archive_key_2(void **state)
{
	(void)state;
	write_text("pylock.toml", lock_once());
	const struct sha256 first = bake_once("one");
	open_session("another-cache");
	const struct sha256 second = bake_once("two");
	assert_true(sha256_eq(&first, &second));
}

// What a program does without: no variable is read, and nobody is written to.
static void test_without_an_environment(void **state)
{
	(void)state;
	char *nothing[] = { NULL };
	char **before = environ;
	int out = dup(STDOUT_FILENO), complaint = dup(STDERR_FILENO);
	FILE *heard = tmpfile();
	assert_non_null(heard);
	fflush(stdout);
	dup2(fileno(heard), STDOUT_FILENO);
	dup2(fileno(heard), STDERR_FILENO);
	environ = nothing;
	open_session("cache");
	write_text("pylock.toml", lock_once());
	bake_once("out");
	environ = before;
	dup2(out, STDOUT_FILENO);
	dup2(complaint, STDERR_FILENO);
	close(out);
	close(complaint);
	struct stat status;
	assert_int_equal(fstat(fileno(heard), &status), 0);
	assert_int_equal(status.st_size, 0);
	fclose(heard);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_lock_is_a_function_of_its_request,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_conflict_is_a_value, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_bad_input_has_its_place, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_lock_bake_and_archive_key_2, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_without_an_environment, set_up,
						tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
