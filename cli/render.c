// SPDX-License-Identifier: MIT
// Errors and diagnostics for people (place, line, caret, hint) and for --json.
#include "cli/cli.h"
#include "cli/secrets.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// The part of a long line around the span: at most LINE_MAX_SHOWN bytes, whole characters.
static struct slice window_of(struct slice line, size_t start, size_t *ret_skipped)
{
	enum { LINE_MAX_SHOWN = 120, CONTEXT = 60 };
	size_t from = line.len > LINE_MAX_SHOWN && start > CONTEXT ? start - CONTEXT : 0,
	       to = from + LINE_MAX_SHOWN;
	while (from > 0 && from < line.len &&
	       ((unsigned char)line.ptr[from] & 0xc0) == 0x80)
		from--;
	while (to < line.len && ((unsigned char)line.ptr[to] & 0xc0) == 0x80)
		to--;
	*ret_skipped = from;
	return slice_range(line, from, to);
}

// The line's text as it is shown, with its secrets masked.
static struct slice shown_line(struct arena *arena, struct slice text)
{
	struct slice copy = arena_dup(arena, text);
	struct buf line = { .arena = arena };
	buf_append(&line, copy);
	if (line.len)
		mask_secrets(line.ptr, line.len);
	return buf_slice(&line);
}

void render_place(const struct cli *cli, struct span span, int indent)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct line line = { 0 }, below = { 0 };
	if (!may_quote(cli, span.source))
		return;
	struct position at = span_position(span);
	struct slice text = shown_line(&scratch, at.text);
	size_t skipped, start = at.column - 1, len = span.len ? span.len : 1;
	struct slice shown = window_of(text, start, &skipped);
	struct slice before = slice_range(shown, 0, start - skipped);
	size_t pad = display_width(before) + (skipped ? 1 : 0);
	size_t carets = display_width(slice_range(shown, before.len, before.len + len));
	line_add(&line, "%*s", indent, "");
	line_color(&line, CYAN);
	line_add(&line, "%5zu |", at.line);
	line_color(&line, PLAIN);
	line_add(&line, " %s%.*s%s", skipped ? "…" : "", SLICE_ARG(shown),
		 skipped + shown.len < text.len ? "…" : "");
	line_tell(cli, &line);
	line_add(&below, "%*s", indent, "");
	line_color(&below, CYAN);
	line_add(&below, "      |");
	line_color(&below, PLAIN);
	line_add(&below, " %*s", (int)pad, "");
	line_color(&below, RED);
	for (size_t i = 0; i < (carets ? carets : 1); i++)
		line_add(&below, "^");
	line_color(&below, PLAIN);
	line_tell(cli, &below);
}

void render_hint(const struct cli *cli, const struct error *err)
{
	struct line line = { 0 };
	struct error shown = error_to_show(cli, err);
	if (!shown.hint[0])
		return;
	line_color(&line, CYAN);
	line_add(&line, "hint:");
	line_color(&line, PLAIN);
	line_add(&line, " %s", shown.hint);
	line_tell(cli, &line);
}

static void render(const struct cli *cli, const struct error *err, const char *label,
		   enum color color)
{
	struct line line = { 0 };
	struct error shown = error_to_show(cli, err);
	if (err->span.source) {
		struct position at = span_position(err->span);
		line_color(&line, BOLD);
		line_add(&line, "%.*s:%zu:%zu:", SLICE_ARG(err->span.source->name),
			 at.line, at.column);
		line_color(&line, PLAIN);
		line_add(&line, " ");
	}
	line_color(&line, color);
	line_add(&line, "%s:", label);
	line_color(&line, PLAIN);
	line_add(&line, " %s", shown.cause);
	line_tell(cli, &line);
	if (err->span.source)
		render_place(cli, err->span, 0);
	for (unsigned i = 0; i < err->frame_count; i++) {
		line_add(&line, "  while %s", shown.frames[i]);
		line_tell(cli, &line);
	}
}

void render_error(const struct cli *cli, const struct error *err)
{
	render(cli, err, "error", RED);
	render_hint(cli, err);
}

void render_failure(const struct cli *cli, const struct error *err)
{
	render(cli, err, "error", RED);
	if (cli->facts && !err->span.source)
		render_explanation(cli, cli->facts);
	render_hint(cli, err);
	if (cli->edits)
		render_edits(cli, cli->edits);
}

void render_diagnostics(const struct cli *cli, const struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->len; i++) {
		const struct diagnostic *item = &diagnostics->items[i];
		bool is_error = item->severity == SEVERITY_ERROR;
		if (!is_error && cli->common.quiet)
			continue;
		render(cli, &item->error, is_error ? "error" : "warning",
		       is_error ? RED : YELLOW);
		render_hint(cli, &item->error);
	}
}

json_t *text_as_json(struct slice text)
{
	size_t bad = slice_find_bad_utf8(text);
	if (bad == SLICE_NONE)
		return json_stringn(text.ptr, text.len);
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf clean = { .arena = &scratch };
	while (bad != SLICE_NONE) {
		buf_append(&clean, slice_range(text, 0, bad));
		buf_append(&clean, S("\xef\xbf\xbd"));
		text = slice_skip(text, bad + 1);
		bad = slice_find_bad_utf8(text);
	}
	buf_append(&clean, text);
	return json_stringn(clean.ptr, clean.len);
}

json_t *c_text_as_json(const char *text)
{
	return text_as_json(slice_from(text));
}

json_t *slices_as_json(const struct slice *texts, size_t len)
{
	json_t *list = json_array();
	for (size_t i = 0; i < len; i++)
		json_array_append_new(list, text_as_json(texts[i]));
	return list;
}

json_t *digest_as_json(const struct sha256 *digest)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice hex = sha256_hex(&scratch, digest);
	return json_sprintf("sha256:%.*s", SLICE_ARG(hex));
}

static const char *kind_name(enum error_kind kind)
{
	switch (kind) {
	case ERROR_NO: return "no";
	case ERROR_USAGE: return "usage";
	case ERROR_INPUT: return "input";
	case ERROR_SOURCE: return "source";
	case ERROR_INTEGRITY: return "integrity";
	case ERROR_IO: return "io";
	case ERROR_INCOMPLETE: return "incomplete";
	case ERROR_INTERRUPTED: return "interrupted";
	case ERROR_NONE: break;
	}
	return "none";
}

void add_place(json_t *object, struct span span)
{
	struct position at = span_position(span);
	json_object_set_new(object, "file", text_as_json(span.source->name));
	json_object_set_new(object, "line", json_integer((json_int_t)at.line));
	json_object_set_new(object, "column", json_integer((json_int_t)at.column));
}

json_t *error_as_json(const struct cli *cli, const struct error *err)
{
	struct error masked = error_to_show(cli, err);
	json_t *object = json_object();
	json_object_set_new(object, "kind", json_string(kind_name(err->kind)));
	json_object_set_new(object, "exit", json_integer(err->kind));
	json_object_set_new(object, "message", text_as_json(slice_from(masked.cause)));
	if (err->frame_count) {
		json_t *frames = json_array();
		for (unsigned i = 0; i < err->frame_count; i++)
			json_array_append_new(frames,
					      text_as_json(slice_from(masked.frames[i])));
		json_object_set_new(object, "while", frames);
	}
	if (masked.hint[0])
		json_object_set_new(object, "hint",
				    text_as_json(slice_from(masked.hint)));
	if (err->span.source)
		add_place(object, err->span);
	return object;
}

json_t *diagnostics_as_json(const struct cli *cli, const struct diagnostics *diagnostics)
{
	json_t *list = json_array();
	for (size_t i = 0; i < diagnostics->len; i++) {
		json_t *item = error_as_json(cli, &diagnostics->items[i].error);
		bool is_error = diagnostics->items[i].severity == SEVERITY_ERROR;
		json_object_set_new(item, "severity",
				    json_string(is_error ? "error" : "warning"));
		if (!is_error) {
			json_object_del(item, "kind");
			json_object_del(item, "exit");
		}
		json_array_append_new(list, item);
	}
	return list;
}

void warn(struct cli *cli, const char *fmt, ...)
{
	char text[sizeof(((struct error *)0)->cause)];
	va_list args;
	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	diagnostics_warn(&cli->diagnostics, "%s", text);
}

void show_diagnostics(struct cli *cli)
{
	if (cli->common.json)
		return;
	render_diagnostics(cli, &cli->diagnostics);
	cli->diagnostics.len = 0;
}

const char *plural(uint64_t count)
{
	return count == 1 ? "" : "s";
}

void show_log_tail(const struct cli *cli, struct slice tail)
{
	struct slice line;
	while (tail.len) {
		slice_cut(&tail, '\n', &line);
		say(cli, "    | %.*s", SLICE_ARG(line));
	}
}

struct slice human_size(struct arena *arena, uint64_t bytes)
{
	static const char *const units[] = { "B", "kB", "MB", "GB", "TB" };
	double value = (double)bytes;
	size_t unit = 0;
	while (value >= 999.5 && unit + 1 < sizeof(units) / sizeof(*units)) {
		value /= 1000;
		unit++;
	}
	if (unit == 0)
		return arena_printf(arena, "%llu B", (unsigned long long)bytes);
	return arena_printf(arena, value < 9.95 ? "%.1f %s" : "%.0f %s", value,
			    units[unit]);
}
