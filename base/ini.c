// SPDX-License-Identifier: MIT
// Reads line by line: each is a section, an entry, or more of the value before.
#include "base/ini.h"
#include "base/text.h"

struct ini_reader {
	const struct source *source;
	struct arena *arena;
	struct diagnostics *diagnostics;
	struct ini_entries entries;
	struct slice section;
	bool in_section;
	bool in_value;     // deeper lines belong to the last entry
	size_t key_indent; // of that entry
};

static struct span span_of(const struct ini_reader *reader, struct slice part)
{
	return (struct span){ reader->source,
			      (size_t)(part.ptr - reader->source->text.ptr), part.len };
}

static void complain(struct ini_reader *reader, struct slice part, const char *what)
{
	diagnostics_add(reader->diagnostics, SEVERITY_WARNING, ERROR_INPUT,
			span_of(reader, part), "%s", what);
}

static void read_section(struct ini_reader *reader, struct slice line)
{
	size_t end = slice_find_byte(line, ']');
	reader->in_value = false;
	if (end == SLICE_NONE) {
		complain(reader, line, "a section without its ']' is ignored");
		reader->in_section = false;
		return;
	}
	reader->section = slice_range(line, 1, end);
	reader->in_section = true;
}

static void read_entry(struct ini_reader *reader, struct slice line)
{
	size_t equals = slice_find_byte(line, '='), colon = slice_find_byte(line, ':');
	size_t at = equals < colon ? equals : colon;
	reader->in_value = false;
	if (at == SLICE_NONE || at == 0) {
		complain(reader, line, "a line that is no 'name = value' is ignored");
		return;
	}
	if (!reader->in_section) {
		complain(reader, line, "a line before the first section is ignored");
		return;
	}
	struct slice key = slice_trim(slice_range(line, 0, at));
	struct ini_entry *entry = array_push(reader->arena, &reader->entries);
	entry->section = reader->section;
	entry->key = slice_lower(reader->arena, key);
	entry->value = slice_trim(slice_skip(line, at + 1));
	entry->span = span_of(reader, key);
	reader->in_value = true;
}

static void read_more(struct ini_reader *reader, struct slice line)
{
	struct ini_entry *entry = &reader->entries.items[reader->entries.len - 1];
	// Copying a value anew for each line would be quadratic, so a value is the text
	// between its ends.
	if (entry->value.len == 0)
		entry->value = line;
	else
		entry->value.len = (size_t)(line.ptr + line.len - entry->value.ptr);
}

static void read_line(struct ini_reader *reader, struct slice line)
{
	struct slice text = slice_trim(line);
	if (text.len == 0 || text.ptr[0] == '#' || text.ptr[0] == ';')
		return;
	size_t indent = (size_t)(text.ptr - line.ptr);
	if (reader->in_value && indent > reader->key_indent) {
		read_more(reader, text);
		return;
	}
	reader->key_indent = indent;
	if (text.ptr[0] == '[')
		read_section(reader, text);
	else
		read_entry(reader, text);
}

// A value of several lines: each line is trimmed, comments and empty lines are left out.
static struct slice joined_lines(struct arena *arena, struct slice value)
{
	struct buf out = { .arena = arena };
	struct slice line;
	bool more = slice_find_byte(value, '\n') != SLICE_NONE;
	if (!more)
		return value;
	while (more) {
		more = slice_cut(&value, '\n', &line);
		line = slice_trim(line);
		if (line.len == 0 || line.ptr[0] == '#' || line.ptr[0] == ';')
			continue;
		if (out.len)
			buf_byte(&out, '\n');
		buf_append(&out, line);
	}
	return buf_slice(&out);
}

void ini_parse(const struct source *source, struct arena *arena,
	       struct diagnostics *diagnostics, struct ini_entries *ret_entries)
{
	struct ini_reader reader = { .source = source,
				     .arena = arena,
				     .diagnostics = diagnostics };
	struct slice rest = source->text, line;
	if (slice_starts_with(rest, S("\xef\xbb\xbf")))
		rest = slice_skip(rest, 3);
	bool more = rest.len > 0;
	while (more) {
		more = slice_cut(&rest, '\n', &line);
		read_line(&reader, line);
	}
	for (size_t i = 0; i < reader.entries.len; i++)
		reader.entries.items[i].value =
			joined_lines(arena, reader.entries.items[i].value);
	*ret_entries = reader.entries;
}
