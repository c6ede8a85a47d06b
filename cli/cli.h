// SPDX-License-Identifier: MIT
// The program: commands, options, progress, and the rendering of results and errors. The only folder that prints, reads
// the environment and the clock, or exits. stdout carries the result, stderr the rest (style: 29–34).
//
//	commands/   one file a command: options → request of the library, one call, the outcome as text and JSON
//	settings/   what this machine and its user say: variables, pip.conf, indexes and passwords, logins, PATH, clock
//
//	main.c           finds the command, parses options by its table, runs it, renders the error, gives the exit code
//	project_file.c   settings: variables, the project's file, the user's own
//	render*.c        errors, carets, JSON; conflicts, edits, what holds a pin back
//	output.c         all that is printed               secrets.c, quoting.c   what is left out of it
//	progress.c       one line, ten times a second
#pragma once

#include "base/arena.h"
#include "base/display.h"
#include "base/error.h"
#include "base/files.h"
#include "base/origin.h"
#include "base/text.h"
#include "cli/options.h"
#include "lockfile/load.h"
#include "pinbake/pinbake.h"

#include <jansson.h>

struct common_options {
	bool help, long_help, json, quiet, offline;
	unsigned verbose;
	const char *cache_dir, *color, *keyring_provider;
	struct text_list trusted_hosts, password_hosts;
};

// An option that has a value, and by whose word.
struct said {
	const char *option;
	enum origin origin;
	bool is_trusted; // the project's, which only asks for it, and the user has allowed that
	struct span span; // in a file; none for the others
};

struct said_list {
	struct said *items;
	size_t len, cap;
};

struct settings_file;

struct cli {
	struct arena arena; // until exit
	struct common_options common;
	const char *command;      // "lock"
	const char *const *words; // of the command line; ended by NULL
	bool stderr_is_terminal, colored, progress_shown;
	struct diagnostics diagnostics;
	struct work progress; // ready to hand down
	char stage[64];       // what the progress line says
	uint64_t stage_total, stage_shown_ms, stage_started_ms;
	struct session *session; // after open_session
	struct said_list said;   // who gave which option
	// Files of settings, which may hold passwords
	ARRAY_OF(const struct source *) private_sources;
	// The files of settings, once they are read (settings_file.h)
	const struct settings_file *project, *own;
	// Of a conflict, to be shown with the error: the facts, and edits that solve it; NULL: none
	const struct explanation *facts;
	const struct edit_list *edits;
};

// What a command returns besides 0 and -1: the answer is no, and err has it in words. It is no failure.
enum { COMMAND_SAYS_NO = 1 };

struct command {
	const char *name, *arguments, *summary, *examples;
	const struct option_table *options;
	size_t values_size;
	bool is_local; // asks no index and no registry
	// Completes the values by the project's settings, where these are more than the table of the command's name.
	// arguments: named there where the command line names none. ERROR_INPUT.
	int (*complete)(struct cli *cli, void *values, struct text_list *arguments,
			struct error *err);
	// values: the command's struct; result: an object for --json, filled by the command. -1 with err;
	// COMMAND_SAYS_NO.
	int (*run)(struct cli *cli, void *values, const struct text_list *arguments,
		   json_t *result, struct error *err);
};

extern const struct command command_lock, command_export, command_bake, command_install,
	command_dockerfile, command_cache, command_tree, command_why, command_diff,
	command_push, command_config, command_trust;

// main.c: all of them, and what all of them take.
const struct command *const *command_list(size_t *ret_len);
extern const struct option_table common_option_table;

// --- settings/machine.c
// An environment variable, NULL where unset or empty
const char *setting(const char *name);
// By option, variable, XDG_CACHE_HOME or home, where without HOME the user's entry decides. ERROR_USAGE.
NODISCARD int cache_directory(struct cli *cli, const char **ret_path, struct error *err);

// NAME as PINBAKE_NAME, PIP_NAME or UV_NAME, the first that is set, else as pip.conf has it; NULL for none.
const char *configured_setting(const char *name);
// The words of a setting, or of NULL
void add_words(struct cli *cli, const char *words, struct slice_list *list);
const char *default_index_url(void); // from the settings, else the Python Package Index
bool index_is_configured(void);      // does a setting name an index?
uint64_t clock_seconds(void);        // since 1970
// "linux/amd64": what this machine is.
const char *host_platform(struct cli *cli);
uint64_t clock_ms(void);   // monotonic
bool locale_is_utf8(void); // may text go beyond ASCII?
// The session of this run, by options and environment, into cli. ERROR_USAGE.
NODISCARD int open_session(struct cli *cli, struct error *err);
const volatile int *interrupt_flag(void); // non-zero once interrupted
// Half a second after the first one the process ends in any case.
void catch_interrupts(bool as_json);

// --- output.c: whole lines, in which all text is escaped by base/display.h and passwords are masked
enum color { PLAIN, BOLD, RED, YELLOW, CYAN };
enum { LINE_COLORS_MAX = 8 };

// A line that is put together; zeroed is empty, and so it is after it was written.
struct line {
	struct arena arena;
	struct buf text; // as it came
	struct line_mark {
		size_t at;
		enum color color;
	} marks[LINE_COLORS_MAX];
	size_t marks_len;
};

void line_add(struct line *line, const char *fmt, ...) PRINTF_LIKE(2, 3);
void line_color(struct line *line, enum color color);     // of what is added from here on
void line_print(struct line *line);                       // to stdout
void line_tell(const struct cli *cli, struct line *line); // to stderr
// A line of its own to stdout
void print(const char *fmt, ...) PRINTF_LIKE(1, 2);
// To stderr, unless --quiet or --json
void say(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
// To stderr, only with --verbose
void detail(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
void print_text(bool to_stderr, struct slice text); // each line of it
// A file's text as it is, to stdout. ERROR_INPUT where it has what no terminal may get.
NODISCARD int print_document(struct slice text, struct error *err);
void print_json(const json_t *value);
void status_show(const char *text); // on stderr, in the place of the one before
void status_clear(void);
bool stderr_is_terminal(void);
bool stderr_is_ours(void); // is this the terminal's job in the foreground?
// ERROR_IO where stdout did not take all of it.
NODISCARD int output_finish(struct error *err);

// --- quoting.c
// May messages quote what stands in it? The file is one of the project, or was named on the command line.
bool may_quote(const struct cli *cli, const struct source *source);
// As it may be shown: with passwords masked, and nothing of a text that may not be quoted.
struct error error_to_show(const struct cli *cli, const struct error *err);

// --- render.c
void render_error(const struct cli *cli, const struct error *err);
void render_diagnostics(const struct cli *cli, const struct diagnostics *diagnostics);
void render_hint(const struct cli *cli, const struct error *err);
// The line with its number, carets below the span; indented by so many columns.
void render_place(const struct cli *cli, struct span span, int indent);
void add_place(json_t *object, struct span span); // "file", "line", "column"
json_t *error_as_json(const struct cli *cli, const struct error *err);
json_t *diagnostics_as_json(const struct cli *cli, const struct diagnostics *diagnostics);
// A JSON string; bytes that are not UTF-8 become U+FFFD
json_t *text_as_json(struct slice text);
json_t *c_text_as_json(const char *text);
json_t *slices_as_json(const struct slice *texts, size_t len);
json_t *digest_as_json(const struct sha256 *digest);
// The end of another program's log
void show_log_tail(const struct cli *cli, struct slice tail);
// A diagnostic without a place
void warn(struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
// Now, so that they stand before what follows; --json gathers them
void show_diagnostics(struct cli *cli);
const char *plural(uint64_t count);                           // "s" but for one
struct slice human_size(struct arena *arena, uint64_t bytes); // "12.3 MB"

// An error, and with it the facts and edits of a conflict, if cli has some.
void render_failure(const struct cli *cli, const struct error *err);

// --- render_conflict.c, render_edits.c
void render_explanation(const struct cli *cli, const struct explanation *explanation);
json_t *explanation_as_json(const struct explanation *explanation);
// A line each on stderr, or JSON.
void render_edits(const struct cli *cli, const struct edit_list *edits);
json_t *edits_as_json(const struct edit_list *edits);
json_t *repairs_as_json(const struct repair_list *repairs);

// --- progress.c
void progress_start(struct cli *cli);
// A line that is rewritten, at most 10 Hz
void progress_text(struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
void progress_done(struct cli *cli); // clears the line

// --- commands/lock_argument.c
// The only argument from `at` on, or pylock.toml. ERROR_USAGE for more.
NODISCARD int lock_argument(const struct text_list *arguments, size_t at,
			    const char **ret_path, struct error *err);
// lock_load into cli's arena, problems to its diagnostics.
NODISCARD int read_lock(struct cli *cli, const char *path, struct loaded_lock *ret_loaded,
			struct error *err);
