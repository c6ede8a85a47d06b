// SPDX-License-Identifier: MIT
// What the tests of this folder share: reading a lock from a literal, and texts in
// assertions.
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lockfile/lockfile.h"

#define HASH_A      "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HASH_B      "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HASH_C      "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define HASHES(hex) "hashes = { sha256 = \"" hex "\" }\n"
#define HASHES_A    HASHES(HASH_A)
#define HASHES_B    HASHES(HASH_B)
#define HASHES_C    HASHES(HASH_C)

#define WHEEL(file, hashes) \
	"[[packages.wheels]]\nurl = \"https://files.example/" file "\"\n" hashes
#define WHEEL_A(file) WHEEL(file, HASHES_A)
#define WHEEL_B(file) WHEEL(file, HASHES_B)
#define WHEEL_C(file) WHEEL(file, HASHES_C)

#define HEAD       "lock-version = \"1.0\"\ncreated-by = \"pinbake\"\n"
#define IDNA_WHEEL WHEEL_A("idna-3.10-py3-none-any.whl")
#define IDNA       "[[packages]]\nname = \"idna\"\nversion = \"3.10\"\n" IDNA_WHEEL

struct fixture {
	struct arena arena;
	struct source source;
	struct diagnostics diagnostics;
	struct lock lock;
	int result;
};

static inline void fixture_release(struct fixture *fixture)
{
	arena_release(&fixture->arena);
}

static inline void fixture_read(struct fixture *fixture, const char *name,
				struct slice text)
{
	*fixture = (struct fixture){ .source = { slice_from(name), text } };
	fixture->diagnostics.arena = &fixture->arena;
	fixture->result = lock_read(&fixture->source, &fixture->arena, &fixture->lock,
				    &fixture->diagnostics);
}

#define READ(name, text)                                   \
	AUTO(fixture_release) struct fixture name = { 0 }; \
	fixture_read(&name, "pylock.toml", slice_from(text))

static inline void assert_text(struct slice found, const char *wanted)
{
	if (!slice_eq(found, slice_from(wanted)))
		fail_msg("found '%.*s', wanted '%s'", SLICE_ARG(found), wanted);
}

static inline void assert_ok(const struct fixture *fixture)
{
	if (fixture->result < 0)
		fail_msg("%s", fixture->diagnostics.items[0].error.cause);
}

// The lock is refused, for this reason and at this place, and for no other.
static inline void assert_refused(const struct fixture *fixture, const char *cause,
				  size_t line, size_t column)
{
	assert_int_equal(fixture->result, -1);
	assert_true(fixture->diagnostics.len > 0);
	const struct error *error = &fixture->diagnostics.items[0].error;
	assert_string_equal(error->cause, cause);
	assert_int_equal(error->kind, ERROR_INPUT);
	assert_int_equal(fixture->diagnostics.error_count, 1);
	assert_non_null(error->span.source);
	assert_int_equal(span_position(error->span).line, line);
	assert_int_equal(span_position(error->span).column, column);
}
