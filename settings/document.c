// SPDX-License-Identifier: MIT
// Reads a TOML file.
#include "settings/document.h"

#include "base/files.h"
#include "base/limits.h"

int toml_document(struct arena *arena, const char *path, struct diagnostics *diagnostics,
		  struct toml_table **ret_root)
{
	struct error err = { 0 };
	struct source *source = arena_new(arena, struct source);
	source->name = slice_from(path);
	if (file_read(path, LIMIT_TEXT_FILE_BYTES, ERROR_INPUT, arena, &source->text,
		      &err) == 0)
		return toml_parse(source, arena, ret_root, diagnostics);
	*diagnostics_add(diagnostics, SEVERITY_ERROR, err.kind, (struct span){ 0 }, "%s",
			 err.cause) = err;
	return -1;
}

const struct toml_table *toml_table_of(const struct toml_table *table, struct slice key)
{
	const struct toml_value *value = table ? toml_find(table, key) : NULL;
	return value && value->type == TOML_TABLE ? value->table : NULL;
}
