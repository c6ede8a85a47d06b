// SPDX-License-Identifier: MIT
// Fuzz: a TOML document. Spans lie inside it; the text of every value parses to that
// value again; what the writer makes of a string or key reads back as it was.
#include "tests/fuzz/fuzz.h"

#include "base/toml.h"
#include "base/toml_write.h"

static void check_span(const struct span *span, const struct source *source)
{
	CHECK(span->source == source);
	CHECK(span->offset <= source->text.len &&
	      span->len <= source->text.len - span->offset);
}

static struct toml_value parse_one(struct arena *arena, struct slice document)
{
	struct source *source = arena_new(arena, struct source);
	*source = (struct source){ S("again"), document };
	struct diagnostics diagnostics = { .arena = arena };
	struct toml_table *root;
	CHECK(toml_parse(source, arena, &root, &diagnostics) == 0);
	CHECK(root->len == 1);
	return root->items[0].value;
}

static void check_string(struct arena *arena, struct slice key, struct slice text)
{
	struct buf buf = { .arena = arena };
	toml_write_string_line(&buf, key, text);
	struct toml_value again = parse_one(arena, buf_slice(&buf));
	CHECK(again.type == TOML_STRING && slice_eq(again.string, text));
}

static void check_scalar(struct arena *arena, const struct toml_value *value)
{
	struct slice text = toml_source_text(value);
	struct toml_value again =
		parse_one(arena, arena_printf(arena, "v = %.*s", SLICE_ARG(text)));
	CHECK(again.type == value->type);
	if (value->type == TOML_STRING)
		CHECK(slice_eq(again.string, value->string));
	if (value->type == TOML_INTEGER)
		CHECK(again.integer == value->integer);
}

// A tree is at most as deep as a header, a dotted key and nested values can be together.
static void check_value(struct arena *arena, const struct source *source,
			const struct toml_value *value, unsigned depth)
{
	CHECK(depth < 256);
	check_span(&value->span, source);
	if (value->type == TOML_ARRAY) {
		for (size_t i = 0; i < value->array.len; i++)
			check_value(arena, source, &value->array.items[i], depth + 1);
		return;
	}
	if (value->type != TOML_TABLE) {
		check_scalar(arena, value);
		return;
	}
	for (size_t i = 0; i < value->table->len; i++) {
		const struct toml_entry *entry = &value->table->items[i];
		check_span(&entry->key_span, source);
		CHECK(toml_find_entry(value->table, entry->key) == entry);
		check_string(arena, entry->key,
			     entry->value.type == TOML_STRING ? entry->value.string
							      : entry->key);
		check_value(arena, source, &entry->value, depth + 1);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct source source = { S("fuzz.toml"), fuzz_text(data, size) };
	struct diagnostics diagnostics = { .arena = &arena };
	struct toml_value root = { .type = TOML_TABLE, .span = { &source, 0, 0 } };
	int result = toml_parse(&source, &arena, &root.table, &diagnostics);
	CHECK((result < 0) == (diagnostics.error_count > 0));
	for (size_t i = 0; i < diagnostics.len; i++)
		check_span(&diagnostics.items[i].error.span, &source);
	if (result == 0)
		check_value(&arena, &source, &root, 0);
	return 0;
}
