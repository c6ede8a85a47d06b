// SPDX-License-Identifier: MIT
// Reads a project's settings by the option table of the command.
#include "cli/project_file.h"

#include "base/limits.h"
#include "base/toml.h"
#include "packaging/name.h"

#include <stdio.h>
#include <string.h>

struct settings {
	struct cli *cli;
	const struct option_table *table;
	const char *command;      // whose table it is
	char *values;             // of the command
	struct text_list *inputs; // NULL: the table takes none
	bool *given;              // by option: had a value before the file was read
};

#define SETTING_ERROR(settings, span, ...)                                          \
	diagnostics_add(&(settings)->cli->diagnostics, SEVERITY_ERROR, ERROR_INPUT, \
			(span), __VA_ARGS__)

// --- values ----------------------------------------------------------------------------------------------------------

static const char *text_of(struct settings *settings, struct slice text)
{
	return arena_c_string(&settings->cli->arena, text);
}

static void add_item(struct settings *settings, const struct toml_value *value,
		     struct slice what, struct text_list *list)
{
	if (toml_check_type(value, TOML_STRING, what, &settings->cli->diagnostics))
		*array_push(&settings->cli->arena, list) =
			text_of(settings, value->string);
}

static bool is_date(const struct toml_value *value)
{
	return value->type >= TOML_OFFSET_DATETIME && value->type <= TOML_LOCAL_DATE;
}

// "KEY=VALUE" of each entry; a value may be a date or `false`.
static void add_pairs(struct settings *settings, const struct toml_table *pairs,
		      struct text_list *list)
{
	for (size_t i = 0; i < pairs->len; i++) {
		const struct toml_entry *pair = &pairs->items[i];
		struct slice value = S("false");
		if (is_date(&pair->value))
			value = toml_source_text(&pair->value);
		else if (pair->value.type != TOML_BOOLEAN || pair->value.boolean) {
			if (!toml_check_type(&pair->value, TOML_STRING, pair->key,
					     &settings->cli->diagnostics))
				continue;
			value = pair->value.string;
		}
		struct slice text = arena_printf(&settings->cli->arena, "%.*s=%.*s",
						 SLICE_ARG(pair->key), SLICE_ARG(value));
		*array_push(&settings->cli->arena, list) = text.ptr;
	}
}

static void set_list(struct settings *settings, const struct toml_entry *entry,
		     bool takes_pairs, struct text_list *list)
{
	const struct toml_value *value = &entry->value;
	struct text_list found = { 0 };
	if (value->type == TOML_ARRAY)
		for (size_t i = 0; i < value->array.len; i++)
			add_item(settings, &value->array.items[i], entry->key, &found);
	else if (value->type == TOML_TABLE && takes_pairs)
		add_pairs(settings, value->table, &found);
	else
		add_item(settings, value, entry->key, &found);
	if (list->len == 0)
		*list = found;
}

// --- options ---------------------------------------------------------------------------------------------------------

// What a run is for is said with the run.
static bool is_for_one_run(const struct option *option)
{
	static const char *const names[] = { "check",  "upgrade", "upgrade-package",
					     "repair", "refresh", "output" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(option->name, names[i]) == 0)
			return true;
	return false;
}

// By its long name; lists also with an s at the end.
static const struct option *find_option(const struct settings *settings, struct slice key)
{
	for (size_t i = 0; i < settings->table->len; i++) {
		const struct option *option = &settings->table->items[i];
		struct slice name = slice_from(option->name), single = key;
		if (option->type == OPTION_LIST && slice_ends_with(key, S("s")))
			single.len--;
		if (slice_eq(name, key) || slice_eq(name, single))
			return option;
	}
	return NULL;
}

// PINBAKE_INDEX_URL for index-url: who sets it knows better than the file.
static bool has_variable(const struct option *option)
{
	char name[64];
	snprintf(name, sizeof(name), "PINBAKE_%s", option->name);
	for (char *at = name; *at; at++)
		*at = (char)(*at == '-'                 ? '_'
			     : *at >= 'a' && *at <= 'z' ? *at - ('a' - 'A')
							: *at);
	return setting(name) != NULL;
}

bool project_file_gave(const struct cli *cli, const char *option)
{
	for (size_t i = 0; i < cli->from_project.len; i++)
		if (strcmp(cli->from_project.items[i], option) == 0)
			return true;
	return false;
}

static void note_origin(struct settings *settings, const struct option *option)
{
	*array_push(&settings->cli->arena, &settings->cli->from_project) = option->name;
}

static void set_option(struct settings *settings, const struct option *option,
		       const struct toml_entry *entry)
{
	struct diagnostics *diagnostics = &settings->cli->diagnostics;
	void *place = settings->values + option->offset;
	const struct toml_value *value = &entry->value;
	switch (option->type) {
	case OPTION_FLAG:
		if (toml_check_type(value, TOML_BOOLEAN, entry->key, diagnostics))
			*(bool *)place |= value->boolean;
		break;
	case OPTION_TEXT:
		if (toml_check_type(value, TOML_STRING, entry->key, diagnostics) &&
		    !*(const char **)place) {
			*(const char **)place = text_of(settings, value->string);
			note_origin(settings, option);
		}
		break;
	case OPTION_LIST:
		if (((struct text_list *)place)->len == 0)
			note_origin(settings, option);
		set_list(settings, entry, strchr(option->value, '=') != NULL, place);
		break;
	case OPTION_COUNT: break;
	}
}

static bool is_command(struct slice key)
{
	size_t len;
	const struct command *const *commands = command_list(&len);
	for (size_t i = 0; i < len; i++)
		if (slice_eq(key, slice_from(commands[i]->name)))
			return true;
	return false;
}

// The command line ends what has no effect beside it.
static bool is_ended(const struct settings *settings, const struct option *option)
{
	const struct option_table *table = settings->table;
	for (size_t i = 0; i < table->len; i++)
		if (settings->given[i] &&
		    options_exclude(table, option->name, table->items[i].name))
			return true;
	return false;
}

static bool is_off(const struct toml_value *value)
{
	return value->type == TOML_BOOLEAN && !value->boolean;
}

// Two entries of one file of which one says that the other counts for nothing.
static void check_beside(struct settings *settings, const struct toml_table *all,
			 const struct toml_entry *entry, const struct option *option)
{
	for (size_t i = 0; i < all->len && !is_off(&entry->value); i++) {
		const struct toml_entry *other = &all->items[i];
		const struct option *beside =
			other == entry ? NULL : find_option(settings, other->key);
		if (!beside || is_off(&other->value) || other > entry ||
		    !options_exclude(settings->table, option->name, beside->name))
			continue;
		error_hint(SETTING_ERROR(settings, entry->key_span,
					 "'%.*s' and '%.*s' exclude each other",
					 SLICE_ARG(entry->key), SLICE_ARG(other->key)),
			   "leave one of the two out");
	}
}

static void fail_for_one_run(struct settings *settings, const struct toml_entry *entry)
{
	SETTING_ERROR(settings, entry->key_span,
		      "'%.*s' is for one run: say it on the command line",
		      SLICE_ARG(entry->key));
}

static void add_names(struct settings *settings, bool tables, struct text_list *names)
{
	struct arena *arena = &settings->cli->arena;
	size_t len;
	const struct command *const *commands = command_list(&len);
	for (size_t i = 0; tables && i < len; i++)
		*array_push(arena, names) = commands[i]->name;
	for (size_t i = 0; i < settings->table->len; i++)
		if (!is_for_one_run(&settings->table->items[i]))
			*array_push(arena, names) = settings->table->items[i].name;
}

static void fail_unknown(struct settings *settings, const struct toml_entry *entry)
{
	struct text_list names = { 0 };
	bool is_table = entry->value.type == TOML_TABLE && settings->inputs;
	if (settings->inputs)
		*array_push(&settings->cli->arena, &names) = "requirements";
	add_names(settings, is_table, &names);
	const char *near =
		nearest_word(text_of(settings, entry->key), names.items, names.len);
	struct error *err =
		SETTING_ERROR(settings, entry->key_span,
			      is_table ? "there is no setting or command '%.*s'"
				       : "there is no setting '%.*s'",
			      SLICE_ARG(entry->key));
	if (near)
		error_hint(err, "did you mean '%s'?", near);
	else if (is_table)
		error_hint(err,
			   "tables have the names of commands: see 'pinbake --help'");
	else
		error_hint(err,
			   "settings have the names of options: see 'pinbake %s --help'",
			   settings->command);
}

// Settings that are no options: project_conflicts.
static bool is_read_elsewhere(struct slice key)
{
	return slice_eq(key, S("conflicts"));
}

// What the root has besides options of `lock`.
static bool is_of_root(struct settings *settings, const struct toml_entry *entry)
{
	if (!settings->inputs)
		return false;
	if (is_command(entry->key))
		(void)toml_check_type(&entry->value, TOML_TABLE, entry->key,
				      &settings->cli->diagnostics);
	else if (slice_eq(entry->key, S("requirements")))
		set_list(settings, entry, false, settings->inputs);
	else
		return is_read_elsewhere(entry->key);
	return true;
}

static void read_table(struct settings *settings, const struct toml_table *table)
{
	settings->given =
		arena_new_array(&settings->cli->arena, bool, settings->table->len);
	for (size_t i = 0; i < settings->table->len; i++)
		settings->given[i] =
			option_is_set(&settings->table->items[i], settings->values);
	for (size_t i = 0; i < table->len; i++) {
		const struct toml_entry *entry = &table->items[i];
		const struct option *option = find_option(settings, entry->key);
		if (option)
			check_beside(settings, table, entry, option);
		if (!option && !is_of_root(settings, entry))
			fail_unknown(settings, entry);
		else if (option && is_for_one_run(option))
			fail_for_one_run(settings, entry);
		else if (option && !has_variable(option) && !is_ended(settings, option))
			set_option(settings, option, entry);
	}
}

// --- files -----------------------------------------------------------------------------------------------------------

static int open_document(struct arena *arena, const char *path,
			 struct diagnostics *diagnostics, struct toml_table **ret_root)
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

static const struct toml_table *tool_table(struct cli *cli, const struct toml_table *root)
{
	const struct toml_value *tool = toml_find(root, S("tool"));
	if (!tool || tool->type != TOML_TABLE)
		return NULL;
	const struct toml_value *own =
		toml_find_typed(tool->table, S("pinbake"), TOML_TABLE, &cli->diagnostics);
	return own ? own->table : NULL;
}

static const struct toml_table *table_of(const struct toml_table *table, struct slice key)
{
	const struct toml_value *value = table ? toml_find(table, key) : NULL;
	return value && value->type == TOML_TABLE ? value->table : NULL;
}

// --- conflicts ---------------------------------------------------------------------------------------------------------

static bool read_side(struct cli *cli, const struct toml_value *value,
		      struct conflict_side *side)
{
	struct diagnostics *diagnostics = &cli->diagnostics;
	if (!toml_check_type(value, TOML_TABLE, S("a side of a conflict"), diagnostics))
		return false;
	const struct toml_value *extra = toml_find(value->table, S("extra")),
				*group = toml_find(value->table, S("group")),
				*torch = toml_find(value->table, S("torch-backend")),
				*name = extra ? extra : group;
	if (!name || (extra && group)) {
		diagnostics_add(diagnostics, SEVERITY_ERROR, ERROR_INPUT, value->span,
				"a side of a conflict is { extra = … } or { group = … }");
		return false;
	}
	if (!toml_check_type(name, TOML_STRING, extra ? S("extra") : S("group"),
			     diagnostics) ||
	    (torch &&
	     !toml_check_type(torch, TOML_STRING, S("torch-backend"), diagnostics)))
		return false;
	*side = (struct conflict_side){ .name = name_normalize(&cli->arena, name->string),
					.is_group = group != NULL };
	if (torch)
		side->torch_backend = arena_c_string(&cli->arena, torch->string);
	return true;
}

static void read_conflicts(struct cli *cli, const struct toml_table *settings,
			   struct conflict_list *conflicts)
{
	const struct toml_value *sets =
		toml_find_typed(settings, S("conflicts"), TOML_ARRAY, &cli->diagnostics);
	for (size_t i = 0; sets && i < sets->array.len; i++) {
		const struct toml_value *set = &sets->array.items[i];
		struct conflict conflict = { 0 };
		struct conflict_side side;
		if (!toml_check_type(set, TOML_ARRAY, S("a conflict"), &cli->diagnostics))
			continue;
		for (size_t j = 0; j < set->array.len; j++)
			if (read_side(cli, &set->array.items[j], &side))
				*array_push(&cli->arena, &conflict) = side;
		*array_push(&cli->arena, conflicts) = conflict;
	}
}

// The tables as they stand; one that cannot be read is told by who needs it.
int project_conflicts(struct cli *cli, struct conflict_list *ret_conflicts,
		      struct error *err)
{
	struct diagnostics ignored = { .arena = &cli->arena };
	const struct toml_table *own = NULL, *uv = NULL;
	struct conflict_list conflicts = { 0 };
	struct toml_table *root;
	size_t before = cli->diagnostics.error_count;
	if (file_exists("pyproject.toml") &&
	    open_document(&cli->arena, "pyproject.toml", &ignored, &root) == 0) {
		const struct toml_table *tool = table_of(root, S("tool"));
		own = table_of(tool, S("pinbake"));
		uv = table_of(tool, S("uv"));
	}
	if (file_exists("pinbake.toml") &&
	    open_document(&cli->arena, "pinbake.toml", &ignored, &root) == 0)
		own = root;
	if (own)
		read_conflicts(cli, own, &conflicts);
	if (uv)
		read_conflicts(cli, uv, &conflicts);
	*ret_conflicts = conflicts;
	if (cli->diagnostics.error_count == before)
		return 0;
	return diagnostics_fail(&cli->diagnostics, err,
				"the conflicts between extras cannot be read");
}

// --- settings --------------------------------------------------------------------------------------------------------

// pinbake.toml's own table, else that of pyproject.toml; NULL for none. A pyproject.toml without a word on us is not ours
// to judge: it may be wrong, and not be asked for.
static const struct toml_table *open_settings(struct cli *cli, const char **ret_path)
{
	struct toml_table *root;
	*ret_path = "pinbake.toml";
	if (file_exists(*ret_path))
		return open_document(&cli->arena, *ret_path, &cli->diagnostics, &root) ==
				       0
			       ? root
			       : NULL;
	*ret_path = "pyproject.toml";
	if (!file_exists(*ret_path))
		return NULL;
	struct diagnostics ignored = { .arena = &cli->arena };
	bool is_toml = open_document(&cli->arena, *ret_path, &ignored, &root) == 0;
	return is_toml ? tool_table(cli, root) : NULL;
}

static int tell_problems(struct cli *cli, size_t before, const char *path,
			 struct error *err)
{
	if (cli->diagnostics.error_count == before)
		return 0;
	return diagnostics_fail(&cli->diagnostics, err,
				"%zu problems in the settings of '%s'",
				cli->diagnostics.error_count - before, path);
}

int project_file_read(struct cli *cli, const struct option_table *table, void *values,
		      struct text_list *inputs, struct error *err)
{
	struct settings settings = { .cli = cli,
				     .table = table,
				     .command = "lock",
				     .values = values,
				     .inputs = inputs };
	size_t before = cli->diagnostics.error_count;
	const char *path;
	const struct toml_table *own = open_settings(cli, &path);
	if (own)
		read_table(&settings, own);
	return tell_problems(cli, before, path, err);
}

int project_file_read_own(struct cli *cli, const char *command,
			  const struct option_table *table, void *values,
			  struct error *err)
{
	struct settings settings = {
		.cli = cli, .table = table, .command = command, .values = values
	};
	size_t before = cli->diagnostics.error_count;
	const char *path;
	const struct toml_table *root = open_settings(cli, &path),
				*own = table_of(root, slice_from(command));
	if (own)
		read_table(&settings, own);
	return tell_problems(cli, before, path, err);
}
