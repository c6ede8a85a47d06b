// SPDX-License-Identifier: MIT
// Errors as values, and the places in input texts that they point at.
//
// A function that can fail returns 0, or -1 with *err set; err is untouched on success. The root cause is set once,
// where it is seen; callers add "while doing X" frames on the way up and never replace it. Reporting cannot fail:
// the struct has a fixed size. Wording: lower case, no full stop, problem first, subject in single quotes.
//
//	if (fd < 0)
//		return error_errno(err, ERROR_IO, "cannot open '%s'", path);
//	if (parse_page(body, &page, err) < 0)
//		return error_during(err, "reading the index page of '%.*s'", SLICE_ARG(name));
#pragma once

#include "base/slice.h"

// What kind of failure it is; cli maps it to the exit code (the number is that code).
enum error_kind {
	ERROR_NONE = 0,
	ERROR_NO = 1, // the answer is no: no solution, unknown package, lock out of date
	ERROR_USAGE = 2,         // unknown option, missing argument
	ERROR_INPUT = 3,         // a file the user gave is unreadable or malformed
	ERROR_SOURCE = 4,        // index or network unavailable, malformed answer
	ERROR_INTEGRITY = 5,     // hash, size, CRC or RECORD mismatch; hostile archive
	ERROR_IO = 6,            // local file system: store, output
	ERROR_INCOMPLETE = 7,    // not everything could be checked
	ERROR_INTERRUPTED = 130, // SIGINT, SIGTERM or SIGHUP
};

// A text that was read from somewhere, with the name people know it by ("requirements.in").
struct source {
	struct slice name;
	struct slice text;
};

// A piece of a source; all zero means "no place".
struct span {
	const struct source *source;
	size_t offset, len;
};

struct position {
	size_t line, column; // both from 1; column counts bytes
	struct slice text;   // the whole line, without its end
};

enum { ERROR_FRAMES = 4 };

struct error {
	enum error_kind kind;
	// Whoever says so may not decide it (base/origin.h): to go on without would be to pass that over
	bool refused;
	char cause[640];
	char hint[320];
	char frames[ERROR_FRAMES][240]; // innermost first
	unsigned frame_count;
	// Where in an input, or no place; the source must outlive the error
	struct span span;
};

struct position span_position(struct span span); // only with a place

// All of these return -1, so that `return error_set(...)` reads well. err may not be
// NULL.
int error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
int error_at(struct error *err, enum error_kind kind, struct span span, const char *fmt,
	     ...) PRINTF_LIKE(4, 5);
// Adds ": strerror".
int error_errno(struct error *err, enum error_kind kind, const char *fmt, ...)
	PRINTF_LIKE(3, 4);
// The hint is one command or edit.
int error_hint(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);
// A frame: "reading 'x'".
int error_during(struct error *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

// Many errors of one parser run. A parser reports up to DIAGNOSTICS_MAX and goes on.
enum { DIAGNOSTICS_MAX = 20 };

enum severity { SEVERITY_WARNING, SEVERITY_ERROR };

struct diagnostic {
	enum severity severity;
	struct error error;
};

struct arena;

// Zeroed but for `arena` is empty. The arena holds the diagnostics.
struct diagnostics {
	struct arena *arena;
	struct diagnostic *items;
	size_t len, cap;
	size_t error_count;
};

// Adds a diagnostic; past DIAGNOSTICS_MAX it is only counted (but the first error takes a warning's place). Returns the
// error to add span and hint to, never NULL.
struct error *diagnostics_add(struct diagnostics *diagnostics, enum severity severity,
			      enum error_kind kind, struct span span, const char *fmt,
			      ...) PRINTF_LIKE(5, 6);

// Adds a warning without a place, unless it was said before; returns where to set its hint.
struct error *diagnostics_warn(struct diagnostics *diagnostics, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

// What the errors among the diagnostics come to: a single one itself, which leaves the list; of several, which stay, the
// sentence. Only with at least one. Returns -1.
int diagnostics_fail(struct diagnostics *diagnostics, struct error *err, const char *fmt,
		     ...) PRINTF_LIKE(3, 4);

// An impossible state: our bug. Prints where and how to report it, exits 70.
#define BUG(what) bug_found(__FILE__, __LINE__, (what))
_Noreturn void bug_found(const char *file, int line, const char *what);
