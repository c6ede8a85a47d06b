// SPDX-License-Identifier: MIT
// [project] of a pyproject.toml (PEP 621): dependencies, extras, requires-python.
#include "resolver/requirements/pyproject.h"
#include "resolver/requirements/project.h"

#include "base/files.h"
#include "packaging/name.h"

// --- dynamic -------------------------------------------------------------------------

// The file that setuptools would take the list from, "" if pyproject.toml does not say.
static struct slice setuptools_file(const struct toml_table *root, struct slice key)
{
	static const char *const path[] = { "tool", "setuptools", "dynamic" };
	const struct toml_value *value = NULL;
	for (size_t i = 0; i < sizeof(path) / sizeof(*path) && root; i++) {
		value = toml_find(root, slice_from(path[i]));
		root = value && value->type == TOML_TABLE ? value->table : NULL;
	}
	value = root ? toml_find(root, key) : NULL;
	value = value && value->type == TOML_TABLE ? toml_find(value->table, S("file"))
						   : NULL;
	if (value && value->type == TOML_ARRAY && value->array.len == 1)
		value = &value->array.items[0];
	return value && value->type == TOML_STRING ? value->string : S("");
}

// A dynamic list is refused even where it is also given here: a build may add to it
// (621.1, 808.1).
static void refuse_dynamic(struct pyproject *project, struct slice key, bool *checked)
{
	struct document *document = &project->document;
	if (*checked)
		return;
	*checked = true;
	const struct toml_value *dynamic =
		toml_find_typed(project->table, S("dynamic"), TOML_ARRAY,
				document->diagnostics);
	for (size_t i = 0; dynamic && i < dynamic->array.len; i++) {
		const struct toml_value *item = &dynamic->array.items[i];
		if (item->type != TOML_STRING || !slice_eq(item->string, key))
			continue;
		struct error *err = document_error(
			document, item->span,
			"'%.*s' is dynamic: only a build of this project would tell "
			"them all",
			SLICE_ARG(key));
		struct slice file = setuptools_file(project->root, key);
		if (file.len)
			error_hint(err, "lock '%.*s', where setuptools takes them from",
				   SLICE_ARG(file));
		else
			error_hint(err, "write them into [project], or lock a "
					"requirements file instead");
	}
}

// --- lists ---------------------------------------------------------------------------

static void add_strings(struct pyproject *project, const struct toml_value *list,
			const struct inclusion *inclusion)
{
	struct document *document = &project->document;
	for (size_t i = 0; i < list->array.len; i++) {
		const struct toml_value *item = &list->array.items[i];
		if (!document_step(document, inclusion, item->span))
			return;
		if (toml_check_type(item, TOML_STRING, S("a requirement"),
				    document->diagnostics))
			pyproject_add(project, item, inclusion);
	}
}

static void add_dependencies(struct pyproject *project, const struct inclusion *inclusion)
{
	if (project->added || !project->table)
		return;
	project->added = inclusion->marker == NULL;
	refuse_dynamic(project, S("dependencies"), &project->dynamic_checked[0]);
	const struct toml_value *list =
		toml_find_typed(project->table, S("dependencies"), TOML_ARRAY,
				project->document.diagnostics);
	if (list)
		add_strings(project, list, inclusion);
}

static void add_extra(struct pyproject *project, const struct named_list *extra,
		      const struct inclusion *inclusion)
{
	size_t number = (size_t)(extra - project->extras.items);
	const struct toml_value *list = &extra->entry->value;
	if (project->extra_added[number] ||
	    !toml_check_type(list, TOML_ARRAY, extra->entry->key,
			     project->document.diagnostics))
		return;
	project->extra_added[number] = inclusion->marker == NULL;
	refuse_dynamic(project, S("optional-dependencies"), &project->dynamic_checked[1]);
	add_strings(project, list, inclusion);
}

static void add_own_extra(struct pyproject *project, const struct toml_value *string,
			  const struct requirement *requirement, struct slice name,
			  const struct inclusion *inclusion)
{
	struct document *document = &project->document;
	const struct named_list *extra = named_lists_find(&project->extras, name);
	struct span span = toml_place(string, 0, string->string.len);
	if (!extra) {
		struct error *err =
			document_error(document, span, "this project has no extra '%.*s'",
				       SLICE_ARG(name));
		named_lists_hint(&project->extras, name, err);
		return;
	}
	struct slice label = arena_printf(document->arena, "[%.*s]", SLICE_ARG(name));
	if (inclusion_is_open(inclusion, label))
		return; // it is being read, so nothing new can come of it
	struct inclusion inner =
		inclusion_of(document, inclusion, label, span, requirement->marker);
	add_extra(project, extra, &inner);
}

// A project may ask for extras of its own (621.3). It is not installed from an index, so
// the version that is asked for is not looked at.
static void add_itself(struct pyproject *project, const struct toml_value *string,
		       const struct requirement *requirement,
		       const struct inclusion *inclusion)
{
	struct document *document = &project->document;
	struct span span = toml_place(string, 0, string->string.len);
	if (!inclusion_is_open(inclusion, project->name)) {
		struct inclusion inner = inclusion_of(document, inclusion, project->name,
						      span, requirement->marker);
		add_dependencies(project, &inner);
	}
	for (size_t i = 0; i < requirement->extras_len; i++)
		add_own_extra(project, string, requirement, requirement->extras[i],
			      inclusion);
}

void pyproject_add(struct pyproject *project, const struct toml_value *string,
		   const struct inclusion *inclusion)
{
	struct requirement requirement;
	if (document_requirement(&project->document, string, &requirement) < 0)
		return;
	if (project->name.len && slice_eq(requirement.name, project->name) &&
	    requirement.url.len == 0)
		add_itself(project, string, &requirement, inclusion);
	else
		document_add(&project->document, string, &requirement, inclusion);
}

// --- what is asked for ---------------------------------------------------------------

static void add_asked_extras(struct pyproject *project,
			     const struct project_request *request)
{
	struct document *document = &project->document;
	const struct inclusion outermost = { 0 };
	for (size_t i = 0; request->all_extras && i < project->extras.len; i++)
		add_extra(project, &project->extras.items[i], &outermost);
	for (size_t i = 0; i < request->extras_len; i++) {
		struct slice asked = request->extras[i];
		struct slice name = name_normalize(document->arena, asked);
		const struct named_list *extra = named_lists_find(&project->extras, name);
		if (extra) {
			add_extra(project, extra, &outermost);
			continue;
		}
		struct slice file = document->source->name;
		struct error *err = document_error(document, (struct span){ 0 },
						   "'%.*s' has no extra '%.*s'",
						   SLICE_ARG(file), SLICE_ARG(asked));
		named_lists_hint(&project->extras, name, err);
	}
}

static void add_project(struct pyproject *project, const struct project_request *request)
{
	struct document *document = &project->document;
	const struct inclusion outermost = { 0 };
	if (!project->table) {
		struct slice file = document->source->name;
		struct error *err =
			document_error(document, (struct span){ 0 },
				       "'%.*s' has no [project] table", SLICE_ARG(file));
		error_hint(err, "dependencies stand in [project], groups are asked for "
				"with --group NAME alone");
		return;
	}
	const struct toml_value *python =
		toml_find_typed(project->table, S("requires-python"), TOML_STRING,
				document->diagnostics);
	if (python)
		document_add_python(document, python);
	add_dependencies(project, &outermost);
	add_asked_extras(project, request);
}

static const struct toml_table *find_table(struct document *document,
					   const struct toml_table *root,
					   struct slice key)
{
	const struct toml_value *value =
		toml_find_typed(root, key, TOML_TABLE, document->diagnostics);
	return value ? value->table : NULL;
}

// The names of extras matter to references to the project itself, too; those of groups
// only if a group is asked for.
static void open_project(struct pyproject *project, bool groups)
{
	const struct toml_table *root = project->root;
	struct document *document = &project->document;
	const struct toml_table *extras = NULL;
	project->table = find_table(document, root, S("project"));
	project->name = S("");
	if (project->table) {
		const struct toml_value *name =
			toml_find_typed(project->table, S("name"), TOML_STRING,
					document->diagnostics);
		if (name)
			project->name = name_normalize(document->arena, name->string);
		extras = find_table(document, project->table, S("optional-dependencies"));
	}
	named_lists_read(document, extras, "an extra", &project->extras);
	project->extra_added =
		arena_new_array(document->arena, bool, project->extras.len + 1);
	named_lists_read(document,
			 groups ? find_table(document, root, S("dependency-groups"))
				: NULL,
			 "a group", &project->groups);
}

static void read_project(struct document *document, const struct toml_table *root,
			 const struct project_request *request)
{
	struct pyproject project = { .document = *document, .root = root };
	bool groups = request->all_groups || request->groups_len;
	open_project(&project, groups);
	if (request->dependencies)
		add_project(&project, request);
	for (size_t i = 0; request->all_groups && i < project.groups.len; i++)
		pyproject_add_group(&project, project.groups.items[i].name);
	for (size_t i = 0; i < request->groups_len; i++)
		pyproject_add_group(&project, request->groups[i]);
}

int requirements_read_project(const char *path, const struct project_request *request,
			      const struct requirement_reader *reader,
			      struct arena *arena, struct requirement_set *set,
			      struct diagnostics *diagnostics)
{
	size_t before = diagnostics->error_count;
	struct source *source;
	struct toml_table *root;
	if (document_load(path, reader, arena, &source, diagnostics) < 0 ||
	    toml_parse(source, arena, &root, diagnostics) < 0)
		return -1;
	struct document document = { source, arena, set, diagnostics, 0 };
	read_project(&document, root, request);
	return diagnostics->error_count > before ? -1 : 0;
}

static const struct toml_table *table_in(const struct toml_table *table, struct slice key)
{
	const struct toml_value *value = table ? toml_find(table, key) : NULL;
	return value && value->type == TOML_TABLE ? value->table : NULL;
}

struct slice_list requirements_project_extras(const char *path, struct arena *arena)
{
	struct diagnostics ignored = { .arena = arena };
	struct slice_list names = { 0 };
	struct source *source;
	struct toml_table *root;
	if (!file_exists(path) ||
	    document_load(path, &requirement_reader_disk, arena, &source, &ignored) < 0 ||
	    toml_parse(source, arena, &root, &ignored) < 0)
		return names;
	const struct toml_table *extras =
		table_in(table_in(root, S("project")), S("optional-dependencies"));
	for (size_t i = 0; extras && i < extras->len; i++)
		*array_push(arena, &names) = arena_dup(arena, extras->items[i].key);
	return names;
}
