// SPDX-License-Identifier: MIT
// Setting errors, adding frames, and finding the line and column of a span.
#include "base/error.h"

#include "base/arena.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { EXIT_BUG = 70 };

struct position span_position(struct span span)
{
	struct slice text = span.source->text;
	size_t offset = span.offset < text.len ? span.offset : text.len;
	size_t start = 0;
	struct position at = { .line = 1 };
	for (size_t i = 0; i < offset; i++) {
		if (text.ptr[i] == '\n') {
			at.line++;
			start = i + 1;
		}
	}
	size_t end = start;
	while (end < text.len && text.ptr[end] != '\n' && text.ptr[end] != '\r')
		end++;
	at.column = offset - start + 1;
	at.text = slice_range(text, start, end);
	return at;
}

// Formats into a text of a fixed size; of what does not fit no half a character stays.
static void format(char *text, size_t size, const char *fmt, va_list args)
{
	int wanted = vsnprintf(text, size, fmt, args);
	size_t len = size - 1, last = len;
	if (wanted < 0 || (size_t)wanted < size)
		return;
	while (last > 0 && len - last < 4 &&
	       ((unsigned char)text[last - 1] & 0xc0) == 0x80)
		last--;
	if (last > 0 && (unsigned char)text[last - 1] >= 0xc0 &&
	    slice_find_bad_utf8(slice_from(text + last - 1)) != SLICE_NONE)
		text[last - 1] = '\0';
}

static void set_cause(struct error *err, enum error_kind kind, struct span span,
		      const char *fmt, va_list args)
{
	*err = (struct error){ .kind = kind, .span = span };
	format(err->cause, sizeof(err->cause), fmt, args);
}

int error_set(struct error *err, enum error_kind kind, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	set_cause(err, kind, (struct span){ 0 }, fmt, args);
	va_end(args);
	return -1;
}

int error_at(struct error *err, enum error_kind kind, struct span span, const char *fmt,
	     ...)
{
	va_list args;
	va_start(args, fmt);
	set_cause(err, kind, span, fmt, args);
	va_end(args);
	return -1;
}

int error_errno(struct error *err, enum error_kind kind, const char *fmt, ...)
{
	int number = errno;
	char reason[128];
	va_list args;
	va_start(args, fmt);
	set_cause(err, kind, (struct span){ 0 }, fmt, args);
	va_end(args);
	size_t len = strlen(err->cause);
	snprintf(err->cause + len, sizeof(err->cause) - len, ": %s",
		 strerror_r(number, reason, sizeof(reason)));
	return -1;
}

int error_hint(struct error *err, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	format(err->hint, sizeof(err->hint), fmt, args);
	va_end(args);
	return -1;
}

int error_during(struct error *err, const char *fmt, ...)
{
	if (err->frame_count < ERROR_FRAMES) {
		va_list args;
		va_start(args, fmt);
		format(err->frames[err->frame_count++], sizeof(err->frames[0]), fmt,
		       args);
		va_end(args);
	}
	return -1;
}

// A diagnostic past the limit goes to a spare place behind the list: it is written and counted, but never shown. The
// first error still replaces a warning, so that there is always an error to show.
static struct diagnostic *place_diagnostic(struct diagnostics *diagnostics,
					   enum severity severity)
{
	struct diagnostic *added = array_push(diagnostics->arena, diagnostics);
	if (diagnostics->len <= DIAGNOSTICS_MAX)
		return added;
	diagnostics->len--;
	bool first_error = severity == SEVERITY_ERROR && diagnostics->error_count == 1;
	return first_error ? &diagnostics->items[diagnostics->len - 1] : added;
}

struct error *diagnostics_add(struct diagnostics *diagnostics, enum severity severity,
			      enum error_kind kind, struct span span, const char *fmt,
			      ...)
{
	if (severity == SEVERITY_ERROR)
		diagnostics->error_count++;
	struct diagnostic *added = place_diagnostic(diagnostics, severity);
	added->severity = severity;
	va_list args;
	va_start(args, fmt);
	set_cause(&added->error, kind, span, fmt, args);
	va_end(args);
	return &added->error;
}

struct error *diagnostics_warn(struct diagnostics *diagnostics, const char *fmt, ...)
{
	char text[sizeof(((struct error *)0)->cause)];
	struct span nowhere = { 0 };
	va_list args;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	for (size_t i = 0; i < diagnostics->len; i++)
		if (strcmp(diagnostics->items[i].error.cause, text) == 0)
			return &diagnostics->items[i].error;
	return diagnostics_add(diagnostics, SEVERITY_WARNING, ERROR_NONE, nowhere, "%s",
			       text);
}

static const struct diagnostic *only_error(const struct diagnostics *diagnostics)
{
	const struct diagnostic *only = NULL;
	for (size_t i = 0; i < diagnostics->len; i++)
		if (diagnostics->items[i].severity == SEVERITY_ERROR)
			only = &diagnostics->items[i];
	return diagnostics->error_count == 1 ? only : NULL;
}

// A source that is out of reach is no mistake of the inputs.
static enum error_kind kind_of_all(const struct diagnostics *diagnostics)
{
	enum error_kind kind = ERROR_SOURCE;
	for (size_t i = 0; i < diagnostics->len; i++) {
		const struct diagnostic *item = &diagnostics->items[i];
		if (item->severity == SEVERITY_ERROR && item->error.kind != ERROR_SOURCE)
			kind = item->error.kind;
	}
	return kind;
}

int diagnostics_fail(struct diagnostics *diagnostics, struct error *err, const char *fmt,
		     ...)
{
	const struct diagnostic *only = only_error(diagnostics);
	if (!only) {
		struct span nowhere = { 0 };
		va_list args;
		va_start(args, fmt);
		set_cause(err, kind_of_all(diagnostics), nowhere, fmt, args);
		va_end(args);
		return -1;
	}
	size_t at = (size_t)(only - diagnostics->items);
	*err = only->error;
	diagnostics->error_count = 0;
	diagnostics->len--;
	memmove(&diagnostics->items[at], &diagnostics->items[at + 1],
		(diagnostics->len - at) * sizeof(*diagnostics->items));
	return -1;
}

void bug_found(const char *file, int line, const char *what)
{
	dprintf(STDERR_FILENO,
		"pinbake: internal error: %s (%s:%d)\n"
		"hint: this is a bug in pinbake; please report it with the command you ran and this line\n",
		what, file, line);
	_exit(EXIT_BUG);
}
