// SPDX-License-Identifier: MIT
// The whole 1.0.0 list of toml-lang/toml-test (toml.4). Its files are not ours and not in
// this tree: set TOML_TEST_DIR to the suite's `tests` folder; without it this is skipped.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/files.h"
#include "base/toml.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

// --- the expected tree, in the suite's JSON: objects, arrays and strings only ------------------

struct json {
	struct arena *arena;
	struct slice rest;
};

static char json_next(struct json *json)
{
	json->rest = slice_trim(json->rest);
	return json->rest.len ? json->rest.ptr[0] : '\0';
}

static bool json_take(struct json *json, char byte)
{
	if (json_next(json) != byte)
		return false;
	json->rest = slice_skip(json->rest, 1);
	return true;
}

// A JSON string is a TOML basic string, but for "\\/" and surrogate pairs, which the
// suite does without, and a bare DEL.
static struct slice json_string(struct json *json)
{
	struct buf toml = { .arena = json->arena };
	assert_true(json_take(json, '"'));
	buf_append(&toml, S("s=\""));
	size_t i = 0;
	for (; json->rest.ptr[i] != '"'; i++) {
		if (json->rest.ptr[i] == 0x7f)
			buf_append(&toml, S("\\u007F"));
		else
			buf_byte(&toml, json->rest.ptr[i]);
		if (json->rest.ptr[i] == '\\')
			buf_byte(&toml, json->rest.ptr[++i]);
	}
	buf_byte(&toml, '"');
	json->rest = slice_skip(json->rest, i + 1);

	struct source *source = arena_new(json->arena, struct source);
	*source = (struct source){ S("json"), buf_slice(&toml) };
	struct diagnostics diagnostics = { .arena = json->arena };
	struct toml_table *table;
	assert_int_equal(toml_parse(source, json->arena, &table, &diagnostics), 0);
	return table->items[0].value.string;
}

// --- comparing --------------------------------------------------------------------------------

static bool same_float(double real, struct slice text)
{
	double wanted = strtod(text.ptr, NULL);
	return isnan(wanted) ? isnan(real) != 0 : !(real < wanted) && !(real > wanted);
}

static bool same_datetime(const struct toml_value *value, struct slice text)
{
	enum toml_type type;
	struct toml_datetime a = value->datetime, b;
	if (!toml_parse_datetime(text, &type, &b) || type != value->type)
		return false;
	return a.year == b.year && a.month == b.month && a.day == b.day &&
	       a.hour == b.hour && a.minute == b.minute && a.second == b.second &&
	       a.nanosecond == b.nanosecond && a.offset_minutes == b.offset_minutes;
}

static bool same_scalar(struct arena *arena, const struct toml_value *value,
			struct slice type, struct slice text)
{
	static const char *const names[] = {
		[TOML_STRING] = "string",
		[TOML_INTEGER] = "integer",
		[TOML_FLOAT] = "float",
		[TOML_BOOLEAN] = "bool",
		[TOML_OFFSET_DATETIME] = "datetime",
		[TOML_LOCAL_DATETIME] = "datetime-local",
		[TOML_LOCAL_DATE] = "date-local",
		[TOML_LOCAL_TIME] = "time-local",
		[TOML_ARRAY] = "array",
		[TOML_TABLE] = "table",
	};
	if (!slice_eq(slice_from(names[value->type]), type))
		return false;
	switch (value->type) {
	case TOML_STRING: return slice_eq(value->string, text);
	case TOML_INTEGER:
		return slice_eq(arena_printf(arena, "%lld", (long long)value->integer),
				text);
	case TOML_FLOAT: return same_float(value->real, text);
	case TOML_BOOLEAN: return slice_eq(value->boolean ? S("true") : S("false"), text);
	case TOML_OFFSET_DATETIME:
	case TOML_LOCAL_DATETIME:
	case TOML_LOCAL_DATE:
	case TOML_LOCAL_TIME: return same_datetime(value, text);
	case TOML_ARRAY:
	case TOML_TABLE: break;
	}
	return false;
}

static bool same_value(struct json *json, const struct toml_value *value);

static bool same_array(struct json *json, const struct toml_value *value)
{
	size_t i = 0;
	if (value->type != TOML_ARRAY || !json_take(json, '['))
		return false;
	for (; json_next(json) != ']'; i++) {
		if (i >= value->array.len || !same_value(json, &value->array.items[i]))
			return false;
		json_take(json, ',');
	}
	return json_take(json, ']') && i == value->array.len;
}

static bool same_table(struct json *json, const struct toml_table *table)
{
	size_t count = 0;
	for (; json_next(json) != '}'; count++) {
		const struct toml_value *item = toml_find(table, json_string(json));
		if (!item || !json_take(json, ':') || !same_value(json, item))
			return false;
		json_take(json, ',');
	}
	return json_take(json, '}') && count == table->len;
}

// {"type": "…", "value": "…"} is a scalar, but only where "type" is followed by a string.
static bool same_value(struct json *json, const struct toml_value *value)
{
	if (json_next(json) == '[')
		return same_array(json, value);
	if (!json_take(json, '{'))
		return false;
	if (value->type == TOML_TABLE)
		return same_table(json, value->table);
	struct slice type = { 0 }, text = { 0 };
	for (int i = 0; i < 2; i++) {
		struct slice key = json_string(json);
		if (!json_take(json, ':') || json_next(json) != '"')
			return false;
		*(slice_eq(key, S("type")) ? &type : &text) = json_string(json);
		json_take(json, ',');
	}
	return json_take(json, '}') && same_scalar(json->arena, value, type, text);
}

// --- running ----------------------------------------------------------------------------------

static struct slice read_file(struct arena *arena, const char *directory,
			      struct slice name)
{
	struct slice bytes;
	struct error err = { 0 };
	if (file_read(path_join(arena, directory, name), 1 << 24, ERROR_INPUT, arena,
		      &bytes, &err) < 0)
		fail_msg("%s", err.cause);
	return bytes;
}

static bool passes(struct arena *arena, const char *directory, struct slice name)
{
	struct source source = { name, read_file(arena, directory, name) };
	struct diagnostics diagnostics = { .arena = arena };
	struct toml_table *root;
	bool valid = toml_parse(&source, arena, &root, &diagnostics) == 0;
	assert_int_equal(valid, diagnostics.error_count == 0);
	if (slice_starts_with(name, S("invalid/")))
		return !valid;
	if (!valid) {
		print_message("%.*s: %s\n", SLICE_ARG(name),
			      diagnostics.items[0].error.cause);
		return false;
	}
	struct slice stem = slice_range(name, 0, name.len - 5);
	struct slice json_name = arena_printf(arena, "%.*s.json", SLICE_ARG(stem));
	struct json json = { arena, read_file(arena, directory, json_name) };
	return json_take(&json, '{') && same_table(&json, root);
}

static void test_toml_4_list_1_0_0(void **state)
{
	(void)state;
	const char *directory = getenv("TOML_TEST_DIR");
	if (!directory)
		skip();
	AUTO(arena_cleanup) struct arena list_arena = { 0 };
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice list = read_file(&list_arena, directory, S("files-toml-1.0.0")),
		     name;
	int ran = 0, failed = 0;
	while (list.len) {
		slice_cut(&list, '\n', &name);
		if (!slice_ends_with(name, S(".toml")))
			continue;
		ran++;
		if (!passes(&arena, directory, name)) {
			failed++;
			print_message("fails: %.*s\n", SLICE_ARG(name));
		}
		arena_release(&arena);
	}
	print_message("%d of toml-test's 1.0.0 list, %d failed\n", ran, failed);
	assert_true(ran > 600);
	assert_int_equal(failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_toml_4_list_1_0_0),
	};
	return cmocka_run_group_tests_name("toml-test", tests, NULL, NULL);
}
