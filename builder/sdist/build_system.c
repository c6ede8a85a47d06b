// SPDX-License-Identifier: MIT
// Reads how a project wants to be built.
#include "builder/sdist/build_system.h"

#include "base/toml.h"

static const struct slice legacy_requires[] = {
	{ "setuptools>=40.8.0", sizeof("setuptools>=40.8.0") - 1 },
	{ "wheel", sizeof("wheel") - 1 },
};

// A project without [build-system] is built by setuptools, as before PEP 517 (517.1).
static struct build_system legacy(struct arena *arena)
{
	enum { COUNT = sizeof(legacy_requires) / sizeof(*legacy_requires) };
	struct build_system system = { .backend = S("setuptools.build_meta:__legacy__") };
	system.requires = arena_new_array(arena, struct slice, COUNT);
	system.requires_len = COUNT;
	for (size_t i = 0; i < COUNT; i++)
		system.requires[i] = legacy_requires[i];
	return system;
}

static void read_texts(const struct toml_value *value, const char *what,
		       struct arena *arena, struct slice **ret_texts, size_t *ret_len,
		       struct diagnostics *diagnostics)
{
	const struct toml_array *array = &value->array;
	*ret_texts = arena_new_array(arena, struct slice, array->len + 1);
	*ret_len = 0;
	for (size_t i = 0; i < array->len; i++)
		if (toml_check_type(&array->items[i], TOML_STRING, slice_from(what),
				    diagnostics))
			(*ret_texts)[(*ret_len)++] = array->items[i].string;
}

static void read_table(const struct toml_value *table, struct arena *arena,
		       struct build_system *system, struct diagnostics *diagnostics)
{
	const struct toml_value *requires =
		toml_find_typed(table->table, S("requires"), TOML_ARRAY, diagnostics);
	const struct toml_value *backend =
		toml_find_typed(table->table, S("build-backend"), TOML_STRING,
				diagnostics);
	const struct toml_value *paths =
		toml_find_typed(table->table, S("backend-path"), TOML_ARRAY, diagnostics);
	if (!requires)
		diagnostics_add(diagnostics, SEVERITY_ERROR, ERROR_INPUT, table->span,
				"[build-system] has no 'requires'");
	else
		read_texts(requires, "requires", arena, &system->requires,
			   &system->requires_len, diagnostics);
	if (backend)
		system->backend = backend->string;
	if (paths)
		read_texts(paths, "backend-path", arena, &system->paths,
			   &system->paths_len, diagnostics);
}

int build_system_read(struct slice text, struct arena *arena,
		      struct build_system *ret_system, struct error *err)
{
	struct diagnostics diagnostics = { .arena = arena };
	struct source *source = arena_new(arena, struct source);
	struct build_system system = legacy(arena);
	struct toml_table *root = NULL;
	*source = (struct source){ S("pyproject.toml"), text };
	if (toml_parse(source, arena, &root, &diagnostics) == 0) {
		const struct toml_value *table =
			toml_find_typed(root, S("build-system"), TOML_TABLE,
					&diagnostics);
		if (table)
			read_table(table, arena, &system, &diagnostics);
	}
	for (size_t i = 0; i < diagnostics.len; i++) {
		if (diagnostics.items[i].severity != SEVERITY_ERROR)
			continue;
		*err = diagnostics.items[i].error;
		return -1;
	}
	*ret_system = system;
	return 0;
}
