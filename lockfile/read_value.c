// SPDX-License-Identifier: MIT
// Reads typed values of a lock: texts, arrays, markers, specifiers, URLs and paths, each
// checked where it stands.
#include "lockfile/read.h"

#include "base/display.h"

bool read_has_control(struct slice text)
{
	return display_find_control(text) != SLICE_NONE;
}

static bool check_value(struct lock_reader *reader, const struct toml_value *value,
			enum toml_type type, struct slice key)
{
	if (!toml_check_type(value, type, key, reader->diagnostics))
		return false;
	if (type != TOML_STRING || !read_has_control(value->string))
		return true;
	read_error(reader, value->span, "'%.*s' has a control character", SLICE_ARG(key));
	return false;
}

const struct toml_value *read_optional(struct lock_reader *reader,
				       const struct toml_value *table, struct slice key,
				       enum toml_type type)
{
	const struct toml_value *value = toml_find(table->table, key);
	return value && check_value(reader, value, type, key) ? value : NULL;
}

const struct toml_value *read_required(struct lock_reader *reader,
				       const struct toml_value *table, struct slice key,
				       enum toml_type type)
{
	if (!toml_find(table->table, key)) {
		read_error(reader, table->span, "'%.*s' is missing", SLICE_ARG(key));
		return NULL;
	}
	return read_optional(reader, table, key, type);
}

struct slice read_text(struct lock_reader *reader, const struct toml_value *table,
		       struct slice key)
{
	const struct toml_value *value = read_optional(reader, table, key, TOML_STRING);
	return value ? value->string : S("");
}

struct slice read_required_text(struct lock_reader *reader,
				const struct toml_value *table, struct slice key)
{
	const struct toml_value *value = read_required(reader, table, key, TOML_STRING);
	if (value && value->string.len == 0)
		read_error(reader, value->span, "'%.*s' is empty", SLICE_ARG(key));
	return value ? value->string : S("");
}

size_t read_items(struct lock_reader *reader, const struct toml_value *table,
		  struct slice key, enum toml_type type,
		  const struct toml_value ***ret_items)
{
	const struct toml_value *array = read_optional(reader, table, key, TOML_ARRAY);
	size_t len = 0;
	*ret_items = NULL;
	if (!array)
		return 0;
	*ret_items = arena_new_array(reader->arena, const struct toml_value *,
				     array->array.len);
	struct slice what = arena_printf(reader->arena, "%.*s[]", SLICE_ARG(key));
	for (size_t i = 0; i < array->array.len; i++)
		if (check_value(reader, &array->array.items[i], type, what))
			(*ret_items)[len++] = &array->array.items[i];
	return len;
}

size_t read_texts(struct lock_reader *reader, const struct toml_value *table,
		  struct slice key, struct slice **ret_texts)
{
	const struct toml_value **items;
	size_t len = read_items(reader, table, key, TOML_STRING, &items);
	*ret_texts = arena_new_array(reader->arena, struct slice, len);
	for (size_t i = 0; i < len; i++)
		(*ret_texts)[i] = items[i]->string;
	return len;
}

// A part of a string, or all of it where escapes moved the bytes.
static struct span read_span_within(const struct toml_value *string, size_t offset)
{
	struct slice text = string->span.source->text;
	uintptr_t start = (uintptr_t)text.ptr, at = (uintptr_t)string->string.ptr;
	bool borrowed = at >= start && at - start < text.len;
	if (!borrowed || offset > string->string.len)
		return string->span;
	return (struct span){ string->span.source, at - start + offset,
			      offset < string->string.len };
}

// Passes on an error that a parser of packaging/ gave for the text of a string.
static void report_within(struct lock_reader *reader, const struct toml_value *string,
			  size_t bad_offset, const struct error *cause)
{
	struct error *error = read_error(reader, read_span_within(string, bad_offset),
					 "%s", cause->cause);
	if (cause->hint[0])
		error_hint(error, "%s", cause->hint);
}

struct marker *read_marker(struct lock_reader *reader, const struct toml_value *value,
			   enum marker_where where)
{
	struct marker *marker = NULL;
	struct error cause = { 0 };
	size_t bad_offset = 0;
	if (marker_parse(reader->arena, value->string, where, &marker, &bad_offset,
			 &cause) < 0)
		report_within(reader, value, bad_offset, &cause);
	return marker;
}

struct slice read_requires_python(struct lock_reader *reader,
				  const struct toml_value *table)
{
	const struct toml_value *value =
		read_optional(reader, table, S("requires-python"), TOML_STRING);
	if (!value)
		return S("");
	struct specifier_set ignored_set;
	struct error cause = { 0 };
	size_t bad_offset = 0;
	if (specifier_set_parse(reader->arena, value->string, false, &ignored_set,
				&bad_offset, &cause) < 0)
		report_within(reader, value, bad_offset, &cause);
	return value->string;
}

// Cuts user:password@ out of scheme://user:password@host/….
static struct slice without_credentials(struct arena *arena, struct slice url)
{
	size_t start = slice_find(url, S("://")) + 3, end = start;
	while (end < url.len && url.ptr[end] != '/' && url.ptr[end] != '?' &&
	       url.ptr[end] != '#')
		end++;
	size_t at = slice_find_last_byte(slice_range(url, start, end), '@');
	if (at == SLICE_NONE)
		return url;
	struct slice scheme = slice_range(url, 0, start),
		     rest = slice_skip(url, start + at + 1);
	return arena_printf(arena, "%.*s%.*s", SLICE_ARG(scheme), SLICE_ARG(rest));
}

static bool is_absolute_url(struct slice url)
{
	size_t scheme = slice_find(url, S("://"));
	if (scheme == SLICE_NONE || scheme == 0 || !is_alpha(url.ptr[0]))
		return false;
	return slice_find_byte(url, ' ') == SLICE_NONE;
}

struct slice read_url(struct lock_reader *reader, const struct toml_value *table,
		      struct slice key)
{
	const struct toml_value *value = read_optional(reader, table, key, TOML_STRING);
	if (!value || value->string.len == 0)
		return S("");
	if (!is_absolute_url(value->string)) {
		read_error(reader, value->span, "'%.*s' must be an absolute URL",
			   SLICE_ARG(key));
		return S("");
	}
	struct slice url = without_credentials(reader->arena, value->string);
	// The warning has no place, since the line that would be shown holds the secret.
	if (url.len != value->string.len)
		read_warning(reader, (struct span){ 0 },
			     "credentials in '%.*s' are ignored", SLICE_ARG(url));
	return url;
}

struct slice read_path(struct lock_reader *reader, const struct toml_value *table)
{
	const struct toml_value *value =
		read_optional(reader, table, S("path"), TOML_STRING);
	if (!value)
		return S("");
	if (reader->remote && lock_path_escapes(value->string))
		read_error(reader, value->span,
			   "path '%.*s' leaves the folder of a fetched lock",
			   SLICE_ARG(value->string));
	return value->string;
}

struct slice read_subdirectory(struct lock_reader *reader, const struct toml_value *table)
{
	const struct toml_value *value =
		read_optional(reader, table, S("subdirectory"), TOML_STRING);
	if (!value)
		return S("");
	if (lock_path_escapes(value->string))
		read_error(reader, value->span,
			   "'subdirectory' must lie inside the source tree");
	return value->string;
}

void read_location(struct lock_reader *reader, const struct toml_value *table,
		   struct slice *ret_url, struct slice *ret_path)
{
	size_t errors_before = reader->diagnostics->error_count;
	*ret_url = read_url(reader, table, S("url"));
	*ret_path = read_path(reader, table);
	if (ret_url->len == 0 && ret_path->len == 0 &&
	    reader->diagnostics->error_count == errors_before)
		read_error(reader, table->span, "neither 'url' nor 'path' is given");
}
