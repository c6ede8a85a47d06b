// SPDX-License-Identifier: MIT
// Errors: causes, frames, hints, places, diagnostics, and the end for our own bugs.
#include "base/error.h"

#include "base/arena.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void test_cause_frames_and_hint(void **state)
{
	(void)state;
	struct error err = { 0 };
	assert_int_equal(error_set(&err, ERROR_SOURCE, "cannot reach '%s'", "host"), -1);
	assert_int_equal(error_hint(&err, "try %d", 2), -1);
	assert_int_equal(error_during(&err, "inner"), -1);
	assert_int_equal(error_during(&err, "outer %d", 1), -1);
	assert_int_equal(err.kind, ERROR_SOURCE);
	assert_string_equal(err.cause, "cannot reach 'host'");
	assert_string_equal(err.hint, "try 2");
	assert_int_equal(err.frame_count, 2);
	assert_string_equal(err.frames[0], "inner");
	assert_string_equal(err.frames[1], "outer 1");
	assert_null(err.span.source);
}

static void test_a_new_error_starts_clean(void **state)
{
	(void)state;
	struct error err = { 0 };
	error_set(&err, ERROR_SOURCE, "first");
	error_hint(&err, "hint");
	error_during(&err, "frame");
	error_set(&err, ERROR_IO, "second");
	assert_int_equal(err.kind, ERROR_IO);
	assert_int_equal(err.frame_count, 0);
	assert_string_equal(err.hint, "");
}

static void test_more_frames_than_fit_keep_the_innermost(void **state)
{
	(void)state;
	struct error err = { 0 };
	error_set(&err, ERROR_IO, "x");
	for (int i = 0; i < 10; i++)
		error_during(&err, "frame %d", i);
	assert_int_equal(err.frame_count, ERROR_FRAMES);
	assert_string_equal(err.frames[ERROR_FRAMES - 1], "frame 3");
}

static void test_long_texts_are_cut(void **state)
{
	(void)state;
	struct error err = { 0 };
	error_set(&err, ERROR_IO, "%*s", 5000, "x");
	error_hint(&err, "%*s", 5000, "x");
	error_during(&err, "%*s", 5000, "x");
	assert_int_equal(strlen(err.cause), sizeof(err.cause) - 1);
	assert_int_equal(strlen(err.hint), sizeof(err.hint) - 1);
	assert_int_equal(strlen(err.frames[0]), sizeof(err.frames[0]) - 1);
	errno = ENOENT;
	error_errno(&err, ERROR_IO, "%*s", 5000, "x");
	assert_int_equal(strlen(err.cause), sizeof(err.cause) - 1);
}

static void test_errno_is_spelled_out(void **state)
{
	(void)state;
	struct error err = { 0 };
	errno = ENOENT;
	assert_int_equal(error_errno(&err, ERROR_INPUT, "cannot read '%s'", "x"), -1);
	assert_string_equal(err.cause, "cannot read 'x': No such file or directory");
}

static void assert_position(struct slice text, size_t offset, size_t line, size_t column,
			    const char *line_text)
{
	struct source source = { S("file"), text };
	struct position at = span_position((struct span){ &source, offset, 1 });
	assert_int_equal(at.line, line);
	assert_int_equal(at.column, column);
	if (!slice_eq(at.text, slice_from(line_text)))
		fail_msg("'%.*s' is not '%s'", SLICE_ARG(at.text), line_text);
}

static void test_positions(void **state)
{
	(void)state;
	struct slice text = S("one\ntwo\r\n\nfour");
	assert_position(text, 0, 1, 1, "one");
	assert_position(text, 3, 1, 4, "one");
	assert_position(text, 4, 2, 1, "two");
	assert_position(text, 6, 2, 3, "two");
	assert_position(text, 9, 3, 1, "");
	assert_position(text, 10, 4, 1, "four");
	assert_position(text, 14, 4, 5, "four");
	assert_position(text, 999, 4, 5, "four");
	assert_position(S(""), 0, 1, 1, "");
}

static void test_error_at_keeps_the_span(void **state)
{
	(void)state;
	struct source source = { S("file"), S("text") };
	struct error err = { 0 };
	assert_int_equal(error_at(&err, ERROR_INPUT, (struct span){ &source, 1, 2 },
				  "bad"),
			 -1);
	assert_ptr_equal(err.span.source, &source);
	assert_int_equal(err.span.offset, 1);
}

static void test_diagnostics_stop_at_the_limit_and_count_on(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct diagnostics diagnostics = { .arena = &arena };
	struct span nowhere = { 0 };
	diagnostics_add(&diagnostics, SEVERITY_WARNING, ERROR_INPUT, nowhere, "warning");
	for (int i = 0; i < 1000; i++) {
		struct error *added =
			diagnostics_add(&diagnostics, SEVERITY_ERROR, ERROR_INPUT,
					nowhere, "error %d", i);
		assert_non_null(added);
		error_hint(added, "hint %d", i);
	}
	assert_int_equal(diagnostics.len, DIAGNOSTICS_MAX);
	assert_int_equal(diagnostics.error_count, 1000);
	assert_int_equal(diagnostics.items[0].severity, SEVERITY_WARNING);
	assert_string_equal(diagnostics.items[1].error.cause, "error 0");
	assert_string_equal(diagnostics.items[DIAGNOSTICS_MAX - 1].error.cause,
			    "error 18");
	assert_string_equal(diagnostics.items[DIAGNOSTICS_MAX - 1].error.hint, "hint 18");
}

static void test_our_bug_has_its_exit_code(void **state)
{
	int status = 0;
	(void)state;
	pid_t child = fork();
	if (child == 0) {
		int null = open("/dev/null", O_WRONLY);
		dup2(null, STDERR_FILENO);
		BUG("test");
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 70);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cause_frames_and_hint),
		cmocka_unit_test(test_a_new_error_starts_clean),
		cmocka_unit_test(test_more_frames_than_fit_keep_the_innermost),
		cmocka_unit_test(test_long_texts_are_cut),
		cmocka_unit_test(test_errno_is_spelled_out),
		cmocka_unit_test(test_positions),
		cmocka_unit_test(test_error_at_keeps_the_span),
		cmocka_unit_test(test_diagnostics_stop_at_the_limit_and_count_on),
		cmocka_unit_test(test_our_bug_has_its_exit_code),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
