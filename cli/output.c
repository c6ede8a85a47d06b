// SPDX-License-Identifier: MIT
// The only place that writes to stdout and stderr. Whatever the words are, they leave as base/display.h has them, so no
// text of a package, an index, a file or a program can speak to a terminal or to a build service.
#include "cli/cli.h"
#include "cli/secrets.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STATUS_COLUMNS = 78 };

// --- lines -------------------------------------------------------------------------------

static const char *const color_codes[] = {
	[PLAIN] = "\033[0m",     [BOLD] = "\033[1m",    [RED] = "\033[1;31m",
	[YELLOW] = "\033[1;33m", [CYAN] = "\033[1;36m",
};

static void add(struct line *line, const char *fmt, va_list args)
{
	va_list again;
	va_copy(again, args);
	int len = vsnprintf(NULL, 0, fmt, again);
	va_end(again);
	char *text = arena_alloc(&line->arena, (size_t)len + 1, 1);
	vsnprintf(text, (size_t)len + 1, fmt, args);
	line->text.arena = &line->arena;
	buf_append(&line->text, slice_from(text));
}

void line_add(struct line *line, const char *fmt, ...)
{
	va_list args;
	va_start(args, fmt);
	add(line, fmt, args);
	va_end(args);
}

void line_color(struct line *line, enum color color)
{
	if (line->marks_len == LINE_COLORS_MAX)
		BUG("a line has too many colours");
	line->marks[line->marks_len++] = (struct line_mark){ line->text.len, color };
}

// The line as it may be seen, with the colours between its pieces.
static struct slice finished(struct line *line, bool colored)
{
	struct buf out = { .arena = &line->arena };
	struct slice text = buf_slice(&line->text);
	size_t at = 0;
	if (text.len)
		mask_secrets(line->text.ptr, text.len);
	for (size_t i = 0; i < line->marks_len; i++) {
		display_append(&out, slice_range(text, at, line->marks[i].at));
		at = line->marks[i].at;
		if (colored)
			buf_append(&out, slice_from(color_codes[line->marks[i].color]));
	}
	display_append(&out, slice_skip(text, at));
	return buf_slice(&out);
}

static void write_line(FILE *out, struct line *line, bool colored)
{
	struct slice text = finished(line, colored);
	fwrite(text.ptr, 1, text.len, out);
	fputc('\n', out);
	arena_release(&line->arena);
	*line = (struct line){ 0 };
}

void line_print(struct line *line)
{
	write_line(stdout, line, false);
}

void line_tell(const struct cli *cli, struct line *line)
{
	write_line(stderr, line, cli->colored);
}

void print(const char *fmt, ...)
{
	struct line line = { 0 };
	va_list args;
	va_start(args, fmt);
	add(&line, fmt, args);
	va_end(args);
	line_print(&line);
}

void say(const struct cli *cli, const char *fmt, ...)
{
	struct line line = { 0 };
	va_list args;
	if (cli->common.quiet || cli->common.json)
		return;
	va_start(args, fmt);
	add(&line, fmt, args);
	va_end(args);
	line_tell(cli, &line);
}

void detail(const struct cli *cli, const char *fmt, ...)
{
	struct line line = { 0 };
	va_list args;
	if (cli->common.verbose == 0)
		return;
	va_start(args, fmt);
	add(&line, fmt, args);
	va_end(args);
	line_tell(cli, &line);
}

// --- texts of several lines --------------------------------------------------------------

void print_text(bool to_stderr, struct slice text)
{
	struct slice rest;
	while (text.len) {
		struct line line = { 0 };
		slice_cut(&text, '\n', &rest);
		line_add(&line, "%.*s", SLICE_ARG(rest));
		write_line(to_stderr ? stderr : stdout, &line, false);
	}
}

int print_document(struct slice text, struct error *err)
{
	const struct source source = { S("what is to be printed"), text };
	size_t bad = display_find_unsafe(text);
	if (bad != SLICE_NONE) {
		struct position at = span_position((struct span){ &source, bad, 1 });
		error_set(
			err, ERROR_INPUT,
			"line %zu of what is to be printed has a character at column %zu "
			"that is not for a terminal",
			at.line, at.column);
		return error_hint(err, "write it to a file: --output FILE");
	}
	fwrite(text.ptr, 1, text.len, stdout);
	return 0;
}

void print_json(const json_t *value)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	char *text = json_dumps(value, JSON_INDENT(2) | JSON_SORT_KEYS);
	struct slice shown = display_json(&scratch, slice_from(text));
	fwrite(shown.ptr, 1, shown.len, stdout);
	fputc('\n', stdout);
	free(text);
}

// --- the line that is rewritten ----------------------------------------------------------

void status_show(const char *text)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice shown =
		display_first_columns(display_text(&scratch, slice_from(text)),
				      STATUS_COLUMNS);
	fprintf(stderr, "\r\033[K%.*s", SLICE_ARG(shown));
	fflush(stderr);
}

void status_clear(void)
{
	fputs("\r\033[K", stderr);
}

bool stderr_is_terminal(void)
{
	return isatty(STDERR_FILENO);
}

// A job in the background must not scribble over the shell's prompt.
bool stderr_is_ours(void)
{
	return tcgetpgrp(STDERR_FILENO) == getpgrp();
}

// --- the end -----------------------------------------------------------------------------

int output_finish(struct error *err)
{
	bool failed = ferror(stdout) != 0;
	errno = 0;
	if (fflush(stdout) == 0 && !failed)
		return 0;
	return errno ? error_errno(err, ERROR_IO, "cannot write to stdout")
		     : error_set(err, ERROR_IO, "cannot write to stdout");
}
