// SPDX-License-Identifier: MIT
// Turns [project] of a pyproject.toml into headers of METADATA.
#include "resolver/index/static_project.h"

#include "base/toml.h"
#include "packaging/name.h"
#include "packaging/requirement.h"

struct reading {
	const struct toml_table *project;
	const struct static_known *known;
	struct arena *arena;
	struct buf out;
	struct slice why; // "" while all is well
};

static void give_up(struct reading *reading, const char *what, struct slice key)
{
	if (reading->why.len == 0)
		reading->why =
			arena_printf(reading->arena, "%s '%.*s'", what, SLICE_ARG(key));
}

static const struct toml_value *find(struct reading *reading, struct slice key,
				     enum toml_type type)
{
	const struct toml_value *value = toml_find(reading->project, key);
	if (value && value->type != type)
		give_up(reading, "has a malformed", key);
	return value && value->type == type ? value : NULL;
}

static bool is_dynamic(struct reading *reading, struct slice key)
{
	const struct toml_value *dynamic = find(reading, S("dynamic"), TOML_ARRAY);
	for (size_t i = 0; dynamic && i < dynamic->array.len; i++) {
		const struct toml_value *item = &dynamic->array.items[i];
		if (item->type == TOML_STRING && slice_eq(item->string, key))
			return true;
	}
	return false;
}

// Is the text one line? None may become two headers.
static bool is_one_line(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] < ' ')
			return false;
	return true;
}

static void put_text(struct reading *reading, struct slice key, const char *header,
		     struct slice known)
{
	const struct toml_value *value = find(reading, key, TOML_STRING);
	struct slice text = known.len ? known : value ? value->string : S("");
	if (!known.len && is_dynamic(reading, key))
		give_up(reading, "leaves to the build", key);
	else if (!text.len || !is_one_line(text))
		give_up(reading, "has no", key);
	else
		buf_printf(&reading->out, "%s: %.*s\n", header, SLICE_ARG(text));
}

static void put_python(struct reading *reading)
{
	const struct toml_value *python =
		find(reading, S("requires-python"), TOML_STRING);
	if (is_dynamic(reading, S("requires-python")))
		give_up(reading, "leaves to the build", S("requires-python"));
	else if (python && is_one_line(python->string))
		buf_printf(&reading->out, "Requires-Python: %.*s\n",
			   SLICE_ARG(python->string));
}

// --- requirements --------------------------------------------------------------------

// The offset of the ';' before the marker; behind a URL it needs a blank before it
// (508.4).
static size_t find_marker(struct slice text)
{
	bool is_url = false;
	for (size_t i = 0; i < text.len; i++) {
		is_url |= text.ptr[i] == '@';
		if (text.ptr[i] == ';' &&
		    (!is_url || (i > 0 && is_blank(text.ptr[i - 1]))))
			return i;
	}
	return text.len;
}

void static_put_requirement(struct buf *out, struct slice text, struct slice extra)
{
	size_t semicolon = find_marker(text);
	struct slice marker = slice_trim(slice_skip(text, semicolon + 1));
	struct slice wanted = slice_trim(slice_range(text, 0, semicolon));
	buf_printf(out, "Requires-Dist: %.*s", SLICE_ARG(wanted));
	if (marker.len)
		buf_printf(out, " ; (%.*s)", SLICE_ARG(marker));
	if (extra.len)
		buf_printf(out, "%s extra == \"%.*s\"", marker.len ? " and" : " ;",
			   SLICE_ARG(extra));
	buf_byte(out, '\n');
}

static void put_requirements(struct reading *reading, const struct toml_value *list,
			     struct slice key, struct slice extra)
{
	if (list->type != TOML_ARRAY) {
		give_up(reading, "has a malformed", key);
		return;
	}
	for (size_t i = 0; i < list->array.len; i++) {
		const struct toml_value *item = &list->array.items[i];
		if (item->type == TOML_STRING && is_one_line(item->string))
			static_put_requirement(&reading->out, item->string, extra);
		else
			give_up(reading, "has a malformed", key);
	}
}

static void put_dependencies(struct reading *reading)
{
	struct slice key = S("dependencies");
	const struct toml_value *list = find(reading, key, TOML_ARRAY);
	if (is_dynamic(reading, key))
		give_up(reading, "leaves to the build", key);
	else if (list)
		put_requirements(reading, list, key, S(""));
}

static void put_extras(struct reading *reading)
{
	struct slice key = S("optional-dependencies");
	const struct toml_value *extras = find(reading, key, TOML_TABLE);
	if (is_dynamic(reading, key))
		give_up(reading, "leaves to the build", key);
	for (size_t i = 0; extras && i < extras->table->len; i++) {
		const struct toml_entry *entry = &extras->table->items[i];
		if (!name_is_valid(entry->key)) {
			give_up(reading, "has a malformed", key);
			return;
		}
		struct slice extra = name_normalize(reading->arena, entry->key);
		buf_printf(&reading->out, "Provides-Extra: %.*s\n", SLICE_ARG(extra));
		put_requirements(reading, &entry->value, key, extra);
	}
}

// --- the document --------------------------------------------------------------------

static const struct toml_table *find_project(struct slice pyproject, struct arena *arena)
{
	struct diagnostics diagnostics = { .arena = arena };
	struct source *source = arena_new(arena, struct source);
	struct toml_table *root = NULL;
	*source = (struct source){ S("pyproject.toml"), pyproject };
	if (toml_parse(source, arena, &root, &diagnostics) < 0)
		return NULL;
	const struct toml_value *project = toml_find(root, S("project"));
	return project && project->type == TOML_TABLE ? project->table : NULL;
}

bool static_project_headers(struct slice pyproject, const struct static_known *known,
			    struct arena *arena, struct slice *ret_headers,
			    struct slice *ret_why)
{
	struct reading reading = { .project = find_project(pyproject, arena),
				   .known = known,
				   .arena = arena,
				   .out = { .arena = arena },
				   .why = S("") };
	if (!reading.project) {
		*ret_why = S("has no [project]");
		return false;
	}
	buf_append(&reading.out, S("Metadata-Version: 2.2\n"));
	put_text(&reading, S("name"), "Name", known->name);
	put_text(&reading, S("version"), "Version", known->version);
	put_python(&reading);
	put_dependencies(&reading);
	put_extras(&reading);
	*ret_why = reading.why;
	if (reading.why.len == 0)
		*ret_headers = buf_slice(&reading.out);
	return reading.why.len == 0;
}
