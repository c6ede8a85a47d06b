// SPDX-License-Identifier: MIT
// Reading from a parsed TOML tree: lookups and exact type checks.
#include "base/toml.h"

#include "base/map.h"

const struct toml_entry *toml_find_entry(const struct toml_table *table, struct slice key)
{
	if (table->index) {
		uint32_t position;
		return map_find(table->index, key, &position) ? &table->items[position]
							      : NULL;
	}
	for (size_t i = 0; i < table->len; i++)
		if (slice_eq(table->items[i].key, key))
			return &table->items[i];
	return NULL;
}

const struct toml_value *toml_find(const struct toml_table *table, struct slice key)
{
	const struct toml_entry *entry = toml_find_entry(table, key);
	return entry ? &entry->value : NULL;
}

bool toml_check_type(const struct toml_value *value, enum toml_type type,
		     struct slice what, struct diagnostics *diagnostics)
{
	if (value->type == type)
		return true;
	diagnostics_add(diagnostics, SEVERITY_ERROR, ERROR_INPUT, value->span,
			"'%.*s' must be %s, not %s", SLICE_ARG(what),
			toml_type_name(type), toml_type_name(value->type));
	return false;
}

const struct toml_value *toml_find_typed(const struct toml_table *table, struct slice key,
					 enum toml_type type,
					 struct diagnostics *diagnostics)
{
	const struct toml_value *value = toml_find(table, key);
	return value && toml_check_type(value, type, key, diagnostics) ? value : NULL;
}

const char *toml_type_name(enum toml_type type)
{
	switch (type) {
	case TOML_STRING: return "a string";
	case TOML_INTEGER: return "an integer";
	case TOML_FLOAT: return "a float";
	case TOML_BOOLEAN: return "a boolean";
	case TOML_OFFSET_DATETIME: return "a date-time with offset";
	case TOML_LOCAL_DATETIME: return "a date-time without offset";
	case TOML_LOCAL_DATE: return "a date";
	case TOML_LOCAL_TIME: return "a time";
	case TOML_ARRAY: return "an array";
	case TOML_TABLE: return "a table";
	}
	BUG("a TOML value of no type");
}

struct slice toml_source_text(const struct toml_value *value)
{
	struct span span = value->span;
	return slice_range(span.source->text, span.offset, span.offset + span.len);
}
