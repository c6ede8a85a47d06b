// SPDX-License-Identifier: MIT
// Reads a project's settings by the option table of the command.
#include "cli/project_file.h"

#include "cli/settings_file.h"
#include "packaging/name.h"

#include <stdio.h>
#include <string.h>

struct settings {
	struct cli *cli;
	const struct settings_request *request;
	const struct option_table *table;
	const char *command; // whose table it is
	char *values;        // of the command
	bool *said;          // by option: has a value, be it "no"
	bool *given;         // by option: had one before this file was read
	// The file that is read, and which part of it
	const struct settings_file *file;
	bool is_root, is_late;
	enum { TRUST_UNKNOWN, TRUST_NONE, TRUST_GIVEN } trust;
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
static const char *variable_of(const struct option *option)
{
	char name[64];
	snprintf(name, sizeof(name), "PINBAKE_%s", option->name);
	for (char *at = name; *at; at++)
		*at = (char)(*at == '-'                 ? '_'
			     : *at >= 'a' && *at <= 'z' ? *at - ('a' - 'A')
							: *at);
	return setting(name);
}

const struct said *setting_said(const struct cli *cli, const char *option)
{
	for (size_t i = 0; i < cli->said.len; i++)
		if (strcmp(cli->said.items[i].option, option) == 0)
			return &cli->said.items[i];
	return NULL;
}

static void note(struct settings *settings, const struct option *option, struct said said)
{
	said.option = option->name;
	settings->said[option - settings->table->items] = true;
	if (!setting_said(settings->cli, option->name))
		*array_push(&settings->cli->arena, &settings->cli->said) = said;
}

static bool is_off(const struct toml_value *value)
{
	return value->type == TOML_BOOLEAN && !value->boolean;
}

// False where the value is not of the option's type, which is a diagnostic then.
static bool set_option(struct settings *settings, const struct option *option,
		       const struct toml_entry *entry)
{
	struct diagnostics *diagnostics = &settings->cli->diagnostics;
	void *place = settings->values + option->offset;
	const struct toml_value *value = &entry->value;
	switch (option->type) {
	case OPTION_FLAG:
		if (!toml_check_type(value, TOML_BOOLEAN, entry->key, diagnostics))
			return false;
		*(bool *)place |= value->boolean;
		return true;
	case OPTION_TEXT:
		if (!toml_check_type(value, TOML_STRING, entry->key, diagnostics))
			return false;
		*(const char **)place = text_of(settings, value->string);
		return true;
	case OPTION_LIST:
		set_list(settings, entry, strchr(option->value, '=') != NULL, place);
		return true;
	case OPTION_COUNT: break;
	}
	return false;
}

// --- who may say it --------------------------------------------------------------------------------------------------

static bool is_trusted(struct settings *settings)
{
	if (settings->trust == TRUST_UNKNOWN)
		settings->trust =
			project_is_trusted(settings->cli) ? TRUST_GIVEN : TRUST_NONE;
	return settings->trust == TRUST_GIVEN;
}

static struct setting_rule rule_of(const struct settings *settings,
				   const struct option *option)
{
	return setting_rule_of(settings->command, option->name);
}

// A project's file names programs of PATH, if any: one that came with it would be run.
static bool is_path(struct setting_rule rule, const struct toml_value *value)
{
	return rule.kind == SETTING_PROGRAM && value->type == TOML_STRING &&
	       slice_find_byte(value->string, '/') != SLICE_NONE;
}

static bool is_inside(struct settings *settings, const struct toml_value *value)
{
	return value->type == TOML_STRING &&
	       trust_stays_inside(text_of(settings, value->string));
}

// The user's file holds in every folder: a path as seen from the present one would lead into each checkout.
static bool is_astray(const struct settings *settings, struct setting_rule rule,
		      const struct toml_entry *entry)
{
	return settings->file->origin == ORIGIN_USER &&
	       entry->value.type == TOML_STRING &&
	       (is_path(rule, &entry->value) || slice_eq(entry->key, S("cache-dir"))) &&
	       !slice_starts_with(entry->value.string, S("/"));
}

static enum leave leave_of(struct settings *settings, struct setting_rule rule,
			   const struct toml_entry *entry)
{
	enum origin origin = settings->file->origin;
	const struct toml_value *value = &entry->value;
	if (is_astray(settings, rule, entry))
		return LEAVE_REFUSED;
	if (origin == ORIGIN_PROJECT && is_path(rule, value))
		return LEAVE_REFUSED;
	if (origin == ORIGIN_PROJECT && rule.kind == SETTING_PLACE &&
	    is_inside(settings, value))
		return LEAVE_HEEDED;
	return setting_leave(rule, origin);
}

static void fail_asked(struct settings *settings, const struct toml_entry *entry,
		       const struct option *option, struct setting_rule rule)
{
	struct error *err =
		rule.kind == SETTING_PLACE
			? SETTING_ERROR(settings, entry->key_span,
					"'%s' leads out of the project's folder",
					option->name)
			: SETTING_ERROR(settings, entry->key_span,
					"'%s' decides %s, for which a project's file "
					"can only ask",
					option->name, decision_name(rule.decision));
	error_hint(err,
		   "read '%s', and allow it as it is now with 'pinbake trust', or say "
		   "--%s yourself",
		   settings->file->path, option->name);
}

static void fail_refused(struct settings *settings, const struct toml_entry *entry,
			 const struct option *option, struct setting_rule rule)
{
	const char *who = origin_name(settings->file->origin);
	if (is_astray(settings, rule, entry))
		error_hint(SETTING_ERROR(settings, entry->value.span,
					 "'%s' is another one in each folder",
					 option->name),
			   "name it by an absolute path");
	else if (is_path(rule, &entry->value))
		error_hint(SETTING_ERROR(
				   settings, entry->value.span,
				   "'%s' names a program by its path, which %s may not",
				   option->name, who),
			   "say --%s yourself, or name a program of PATH", option->name);
	else if (rule.kind == SETTING_OF_RUN)
		SETTING_ERROR(settings, entry->key_span,
			      "'%.*s' is for one run: say it on the command line",
			      SLICE_ARG(entry->key));
	else
		error_hint(SETTING_ERROR(settings, entry->key_span,
					 "'%s' is not for %s to say", option->name, who),
			   rule.kind == SETTING_OF_USER
				   ? "say --%s, or put it into your own configuration"
				   : "say --%s yourself, if you want it",
			   option->name);
}

// Told, or gathered for who wants to know all that a file asks for.
static void withhold(struct settings *settings, const struct toml_entry *entry,
		     const struct option *option, enum leave leave)
{
	struct setting_rule rule = rule_of(settings, option);
	if (settings->request->asks)
		*array_push(&settings->cli->arena, settings->request->asks) =
			(struct ask){ settings->command,
				      option->name,
				      leave,
				      rule,
				      entry->key_span,
				      toml_source_text(&entry->value) };
	else if (leave == LEAVE_ASKED)
		fail_asked(settings, entry, option, rule);
	else
		fail_refused(settings, entry, option, rule);
}

// The user's word on what a project's file cannot decide is read before that file, and the rest of it after.
static bool is_later(const struct settings *settings, struct setting_rule rule)
{
	return settings->file->origin == ORIGIN_USER &&
	       (setting_leave(rule, ORIGIN_PROJECT) == LEAVE_HEEDED) != settings->is_late;
}

static void take(struct settings *settings, const struct toml_entry *entry,
		 const struct option *option)
{
	struct setting_rule rule = rule_of(settings, option);
	enum leave leave = leave_of(settings, rule, entry);
	bool asks = leave == LEAVE_ASKED && !is_off(&entry->value);
	if (settings->said[option - settings->table->items] || is_later(settings, rule))
		return;
	if (leave == LEAVE_REFUSED ||
	    (asks && (settings->request->project_alone || !is_trusted(settings))))
		withhold(settings, entry, option, leave);
	else if (set_option(settings, option, entry))
		note(settings, option,
		     (struct said){ .origin = settings->file->origin,
				    .is_trusted = asks,
				    .span = entry->key_span });
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

static void add_names(struct settings *settings, bool tables, struct text_list *names)
{
	struct arena *arena = &settings->cli->arena;
	size_t len;
	const struct command *const *commands = command_list(&len);
	for (size_t i = 0; tables && i < len; i++)
		*array_push(arena, names) = commands[i]->name;
	for (size_t i = 0; i < settings->table->len; i++)
		if (setting_leave(rule_of(settings, &settings->table->items[i]),
				  settings->file->origin) != LEAVE_REFUSED)
			*array_push(arena, names) = settings->table->items[i].name;
}

static bool takes_inputs(const struct settings *settings)
{
	return settings->is_root && settings->file->origin == ORIGIN_PROJECT;
}

static void fail_unknown(struct settings *settings, const struct toml_entry *entry)
{
	struct text_list names = { 0 };
	bool is_table = entry->value.type == TOML_TABLE && settings->is_root;
	if (takes_inputs(settings))
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

// What the root has besides options of `lock`: tables of commands, what is for all commands, and what is read elsewhere.
static bool is_of_root(struct settings *settings, const struct toml_entry *entry)
{
	bool is_project = settings->file->origin == ORIGIN_PROJECT;
	const struct option *common = option_find(&common_option_table, entry->key);
	if (!settings->is_root)
		return false;
	if (is_command(entry->key))
		(void)toml_check_type(&entry->value, TOML_TABLE, entry->key,
				      &settings->cli->diagnostics);
	else if (common && is_project)
		withhold(settings, entry, common, LEAVE_REFUSED);
	else if (is_project && slice_eq(entry->key, S("requirements")))
		set_list(settings, entry, false, settings->request->inputs);
	else
		return common || (is_project && is_read_elsewhere(entry->key));
	return true;
}

// Another command wants of the settings of `lock` what says where distributions come from. What these ask for of programs,
// builds and output is no matter of that command.
static bool is_wanted(const struct settings *settings, const struct option *option)
{
	struct setting_rule rule = rule_of(settings, option);
	return !settings->request->sources_alone || rule.kind == SETTING_FREE ||
	       (rule.kind == SETTING_DECIDES && rule.decision >= DECISION_INDEX);
}

static void read_table(struct settings *settings, const struct toml_table *table,
		       bool is_root)
{
	if (!table)
		return;
	settings->is_root = is_root;
	for (size_t i = 0; i < settings->table->len; i++)
		settings->given[i] =
			option_is_set(&settings->table->items[i], settings->values);
	for (size_t i = 0; i < table->len; i++) {
		const struct toml_entry *entry = &table->items[i];
		const struct option *option = find_option(settings, entry->key);
		if (option && !settings->is_late)
			check_beside(settings, table, entry, option);
		if (!option && !settings->is_late && !is_of_root(settings, entry))
			fail_unknown(settings, entry);
		else if (option && is_wanted(settings, option) && !variable_of(option) &&
			 !is_ended(settings, option))
			take(settings, entry, option);
	}
}

static void read_file(struct settings *settings, const struct settings_file *file,
		      bool is_late)
{
	const struct toml_table *own =
		toml_table_of(file->table, slice_from(settings->command));
	settings->file = file;
	settings->is_late = is_late;
	read_table(settings, own, false);
	if (settings->request->inputs)
		read_table(settings, file->table, true);
}

// --- variables -------------------------------------------------------------------------------------------------------

// Their variables are read where they are used, pip's and uv's names beside them.
static bool has_own_variables(const struct option *option)
{
	static const char *const names[] = { "index-url",     "extra-index-url",
					     "find-links",    "torch-index",
					     "torch-backend", "trusted-host" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(option->name, names[i]) == 0)
			return true;
	return false;
}

static bool is_word_of(struct slice text, const char *const *words)
{
	for (; *words; words++)
		if (slice_eq_ignore_case(text, slice_from(*words)))
			return true;
	return false;
}

static int set_flag(const struct option *option, struct slice text, bool *ret_flag,
		    struct error *err)
{
	static const char *const yes[] = { "1", "true", "yes", "on", NULL };
	static const char *const no[] = { "0", "false", "no", "off", NULL };
	if (!is_word_of(text, yes) && !is_word_of(text, no))
		return error_set(err, ERROR_USAGE,
				 "the variable of --%s is '%.*s': expected 1 or 0",
				 option->name, SLICE_ARG(text));
	*ret_flag |= is_word_of(text, yes);
	return 0;
}

static void add_listed(struct settings *settings, struct slice text,
		       struct text_list *list)
{
	struct slice word;
	while (text.len) {
		slice_cut(&text, ' ', &word);
		if (word.len)
			*array_push(&settings->cli->arena, list) =
				text_of(settings, word);
	}
}

static int read_variable(struct settings *settings, const struct option *option,
			 struct error *err)
{
	const char *text = variable_of(option);
	void *place = settings->values + option->offset;
	if (!text || has_own_variables(option) ||
	    settings->said[option - settings->table->items] ||
	    is_ended(settings, option) ||
	    setting_leave(rule_of(settings, option), ORIGIN_ENVIRONMENT) != LEAVE_HEEDED)
		return 0;
	if (option->type == OPTION_FLAG &&
	    set_flag(option, slice_from(text), place, err) < 0)
		return -1;
	if (option->type == OPTION_TEXT)
		*(const char **)place = text;
	if (option->type == OPTION_LIST)
		add_listed(settings, slice_from(text), place);
	note(settings, option, (struct said){ .origin = ORIGIN_ENVIRONMENT });
	return 0;
}

static bool is_by_variable(const struct settings *settings, size_t at)
{
	const struct said *said =
		setting_said(settings->cli, settings->table->items[at].name);
	return said && said->origin == ORIGIN_ENVIRONMENT &&
	       option_is_set(&settings->table->items[at], settings->values);
}

static int read_variables(struct settings *settings, struct error *err)
{
	const struct option_table *table = settings->table;
	for (size_t i = 0; i < table->len; i++) {
		if (read_variable(settings, &table->items[i], err) < 0)
			return -1;
		for (size_t j = 0; j < i && is_by_variable(settings, i); j++)
			if (is_by_variable(settings, j) &&
			    options_exclude(table, table->items[i].name,
					    table->items[j].name))
				return error_set(
					err, ERROR_USAGE,
					"the variables of --%s and --%s exclude each other",
					table->items[j].name, table->items[i].name);
	}
	return 0;
}

// --- all of them -----------------------------------------------------------------------------------------------------

// What has a value before anything is read was said by the command line.
static void start(struct settings *settings)
{
	size_t len = settings->table->len;
	settings->said = arena_new_array(&settings->cli->arena, bool, len);
	settings->given = arena_new_array(&settings->cli->arena, bool, len);
	for (size_t i = 0; i < len; i++) {
		const struct option *option = &settings->table->items[i];
		settings->given[i] = option_is_set(option, settings->values);
		if (settings->given[i])
			note(settings, option,
			     (struct said){ .origin = ORIGIN_COMMAND_LINE });
	}
}

// The project's file is named, unless all that is wrong is in the user's.
static int tell_problems(struct cli *cli, size_t before, size_t of_project,
			 struct error *err)
{
	const struct settings_file *file =
		of_project ? project_settings(cli) : user_settings(cli);
	size_t count = cli->diagnostics.error_count - before;
	return count ? diagnostics_fail(&cli->diagnostics, err,
					"%zu problems in the settings of '%s'", count,
					file->path)
		     : 0;
}

int settings_read(struct cli *cli, const struct settings_request *request,
		  struct error *err)
{
	struct settings settings = { .cli = cli,
				     .request = request,
				     .table = request->table,
				     .command = request->command,
				     .values = request->values };
	const size_t *errors = &cli->diagnostics.error_count;
	size_t before = *errors, before_project;
	start(&settings);
	if (!request->project_alone && read_variables(&settings, err) < 0)
		return -1;
	if (!request->project_alone)
		read_file(&settings, user_settings(cli), false);
	before_project = *errors;
	read_file(&settings, project_settings(cli), false);
	size_t of_project = *errors - before_project;
	if (!request->project_alone)
		read_file(&settings, user_settings(cli), true);
	return tell_problems(cli, before, of_project, err);
}

int settings_read_common(struct cli *cli, struct error *err)
{
	const struct settings_request request = { .table = &common_option_table,
						  .command = "",
						  .values = &cli->common };
	struct settings settings = { .cli = cli,
				     .request = &request,
				     .table = request.table,
				     .command = request.command,
				     .values = request.values };
	size_t before = cli->diagnostics.error_count;
	const struct toml_table *table = user_settings(cli)->table;
	settings.file = user_settings(cli);
	start(&settings);
	for (size_t i = 0; table && i < table->len; i++) {
		const struct option *option = find_option(&settings, table->items[i].key);
		settings.is_late =
			option && setting_leave(rule_of(&settings, option),
						ORIGIN_PROJECT) == LEAVE_HEEDED;
		if (option && !variable_of(option))
			take(&settings, &table->items[i], option);
	}
	return tell_problems(cli, before, 0, err);
}
