// SPDX-License-Identifier: MIT
// Option tables: one table a command gives parsing, -h and --help. Values are written into the command's own struct.
#pragma once

#include "base/arena.h"
#include "base/error.h"

#include <stdio.h>

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

struct option_table {
	const struct option *items;
	size_t len;
};

// Parses argv[0..argc) by the tables (a command's own and the common ones, each with its own struct). Arguments that
// are no options go to *ret_arguments in order; "--" ends options. ERROR_USAGE with the nearest option as hint.
struct option_target {
	struct option_table table;
	void *values;
};
NODISCARD int options_parse(int argc, char **argv, const struct option_target *targets,
			    size_t target_len, struct arena *arena,
			    struct text_list *ret_arguments, struct error *err);

// The lines of a table for help, within 80 columns.
void options_print(FILE *out, const struct option_table *table, bool advanced_too);

// Which of `count` choices the text is; NULL is the first. ERROR_USAGE lists them, with the nearest as hint.
NODISCARD int option_choice(const char *option, const char *text,
			    const char *const *choices, size_t count, size_t *ret_index,
			    struct error *err);

// Of `count` words the one within edit distance 2 of word, or NULL.
const char *nearest_word(const char *word, const char *const *words, size_t count);
