// SPDX-License-Identifier: MIT
// Option tables: one table a command gives parsing, -h and --help. Values are written into the command's own struct.
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "packaging/name.h"

enum option_type {
	OPTION_FLAG,  // bool
	OPTION_COUNT, // unsigned, repeatable (-v -v)
	OPTION_TEXT,  // const char *, the last one wins
	OPTION_LIST,  // struct text_list, repeatable
};

struct text_list {
	const char **items;
	size_t len, cap;
};

struct option {
	const char *name; // "index-url", without dashes
	char letter;      // 0: none
	enum option_type type;
	size_t offset;     // of the value in the command's struct
	const char *value; // what stands for it in help: "URL"; NULL for flags
	const char *help;  // one line
	bool advanced;     // only in --help, not in -h
};

// What options have to do with each other, said beside their table, so that none is taken and then not heeded. Options are
// named as in the table; "format=requirements" is one with this value alone.
enum option_rule_kind {
	OPTION_NEEDS,     // no effect without one of the others
	OPTION_EXCLUDES,  // no effect beside any of the others
	OPTION_OF_ACTION, // an effect on these actions alone: the command's first argument
};

struct option_rule {
	const char *option;
	enum option_rule_kind kind;
	const char *others;      // separated by blanks
	const char *text, *hint; // in the place of the usual words; NULL: those
};

struct option_table {
	const struct option *items;
	size_t len;
	const struct option_rule *rules;
	size_t rules_len;
};

#define OPTION_TABLE(options, all_rules)                                      \
	{                                                                     \
		(options), sizeof(options) / sizeof(*(options)), (all_rules), \
			sizeof(all_rules) / sizeof(*(all_rules))              \
	}

// Parses argv[0..argc) by the tables (a command's own and the common ones, each with its own struct). Arguments that
// are no options go to *ret_arguments in order; "--" ends options. ERROR_USAGE with the nearest option as hint.
struct option_target {
	struct option_table table;
	void *values;
};
NODISCARD int options_parse(char **argv, const struct option_target *targets,
			    size_t target_len, struct arena *arena,
			    struct text_list *ret_arguments, struct error *err);

// Is each option of the command line heeded in this run? `given`: its values; `complete`: the same tables with what the
// project's settings add, which may be what an option needs. ERROR_USAGE names both options.
NODISCARD int options_check(const struct option_target *given,
			    const struct option_target *complete, size_t len,
			    const struct text_list *arguments, struct error *err);
// By its name, or NULL; does the option have a value other than its default?
const struct option *option_find(const struct option_table *table, struct slice name);
bool option_is_set(const struct option *option, const void *values);
// Do two options of a table exclude each other, whatever their values?
bool options_exclude(const struct option_table *table, const char *a, const char *b);

// The lines of a table for help, within 80 columns.
void options_help(struct buf *text, const struct option_table *table, bool advanced_too);

// Which of `count` choices the text is; NULL is the first. ERROR_USAGE lists them, with the nearest as hint.
NODISCARD int option_choice(const char *option, const char *text,
			    const char *const *choices, size_t count, size_t *ret_index,
			    struct error *err);
