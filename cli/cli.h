// SPDX-License-Identifier: MIT
// The program: commands, options, progress, and the rendering of results and errors. The only folder that prints, reads
// the environment and the clock, or exits. stdout carries the result, stderr the rest (style: 29–34).
//
//	commands/   one file a command: options, what it does in order, its result as text and JSON
//	lock/       from what is asked to pins: inputs, policy, the driver that feeds the solver from the index
//	explain/    why not, and what would help: facts of a conflict, repairs, advice, what holds a pin back
//	sources/    which index is asked, and as whom: pip.conf, routes, backends, passwords
//
//	main.c      finds the command, parses options by its table, runs it, renders the error, gives the exit code
//	settings.c  environment and options → index, net and store configuration     project_file.c  a project's settings
//	render.c    errors, carets, JSON     progress.c  one line, ten times a second     secrets.c  the last gate
#pragma once

#include "base/arena.h"
#include "base/error.h"
#include "base/files.h"
#include "builder/store/store.h"
#include "cli/options.h"
#include "net/transfer.h"

#include <jansson.h>

struct common_options {
	bool help, long_help, json, quiet, offline;
	unsigned verbose;
	const char *cache_dir, *color, *keyring_provider;
};

struct cli {
	struct arena arena; // until exit
	struct common_options common;
	const char *command; // "lock"
	bool stderr_is_terminal, colored, progress_shown;
	struct diagnostics diagnostics;
	struct work progress; // ready to hand down
	char stage[64];       // what the progress line says
	uint64_t stage_total, stage_shown_ms, stage_started_ms;
	// Folders that files are taken from before the network
	struct text_list wheelhouses;
};

struct command {
	const char *name, *arguments, *summary, *examples;
	const struct option_table *options;
	size_t values_size;
	bool is_local; // asks no index and no registry
	// Completes the values by the project's settings, where these are more than the table of the command's name.
	// arguments: named there where the command line names none. ERROR_INPUT.
	int (*complete)(struct cli *cli, void *values, struct text_list *arguments,
			struct error *err);
	// values: the command's struct; result: an object for --json, filled by the command. -1 with err.
	int (*run)(struct cli *cli, void *values, const struct text_list *arguments,
		   json_t *result, struct error *err);
};

extern const struct command command_lock, command_export, command_bake, command_install,
	command_dockerfile, command_cache, command_tree, command_why, command_diff,
	command_push;

// main.c: all of them.
const struct command *const *command_list(size_t *ret_len);

// --- settings.c
// An environment variable, NULL where unset or empty
const char *setting(const char *name);
const char *cache_directory(struct cli *cli);
// NAME as PINBAKE_NAME, PIP_NAME or UV_NAME, the first that is set, else as pip.conf has it; NULL for none.
const char *configured_setting(const char *name);
const char *const *search_path(struct cli *cli);   // the folders of PATH, ended by NULL
#define PUBLIC_INDEX_URL "https://pypi.org/simple" // the Python Package Index
const char *default_index_url(void); // from the settings, else the Python Package Index
bool index_is_configured(void);      // does a setting name an index?
struct slice host_platform(struct arena *arena); // "linux/amd64"
uint64_t clock_seconds(void);                    // since 1970
uint64_t clock_ms(void);                         // monotonic
bool locale_is_utf8(void);                       // may text go beyond ASCII?
NODISCARD int open_net(struct cli *cli, struct net **ret_net, struct error *err);
NODISCARD int open_store(struct cli *cli, struct store **ret_store, struct error *err);
void store_cleanup(struct store **store);
void net_cleanup(struct net **net);
bool interrupted(void);
const volatile int *interrupt_flag(void); // non-zero once interrupted
void catch_interrupts(void);

// --- render.c
void render_error(const struct cli *cli, const struct error *err);
void render_diagnostics(const struct cli *cli, const struct diagnostics *diagnostics);
void render_hint(const struct cli *cli, const struct error *err);
// The line with its number, carets below the span; indented by so many columns.
void render_place(const struct cli *cli, struct span span, int indent);
// Columns that the first `bytes` of a line take
size_t display_width(struct slice line, size_t bytes);
void add_place(json_t *object, struct span span); // "file", "line", "column"
json_t *error_as_json(const struct error *err);
json_t *diagnostics_as_json(const struct diagnostics *diagnostics);
// A JSON string; bytes that are not UTF-8 become U+FFFD
json_t *text_as_json(struct slice text);
json_t *digest_as_json(const struct sha256 *digest);
// To stderr, unless --quiet or --json
void say(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
// The end of another program's log, without control characters.
void show_log_tail(const struct cli *cli, struct slice tail);
// A diagnostic without a place
void warn(struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
// Now, so that they stand before what follows; --json gathers them
void show_diagnostics(struct cli *cli);
const char *plural(uint64_t count); // "s" but for one
// Only with --verbose
void detail(const struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
struct slice human_size(struct arena *arena, uint64_t bytes); // "12.3 MB"

// --- progress.c
void progress_start(struct cli *cli);
// A line that is rewritten, at most 10 Hz
void progress_text(struct cli *cli, const char *fmt, ...) PRINTF_LIKE(2, 3);
void progress_done(struct cli *cli); // clears the line

// --- lock_source.c: a lock file read, and what of it one target needs
struct opened_lock {
	const char *path;
	struct source source;
	struct lock lock;
	struct target target;
	struct lock_selection selection;
};
NODISCARD int read_lock(struct cli *cli, const char *path, struct opened_lock *ret_opened,
			struct error *err);
// The only argument from `at` on, or pylock.toml. ERROR_USAGE for more.
NODISCARD int lock_argument(const struct text_list *arguments, size_t at,
			    const char **ret_path, struct error *err);
// The first entry of a name in a graph of the lock. ERROR_NO, with what is near.
struct lock_graph;
NODISCARD int find_in_lock(struct cli *cli, const struct opened_lock *opened,
			   const struct lock_graph *graph, const char *name,
			   uint32_t *ret_first, size_t *ret_len, struct error *err);
// target_name NULL: the lock's only target, else an error that lists them.
NODISCARD int open_lock(struct cli *cli, const char *path, const char *target_name,
			struct opened_lock *ret_opened, struct error *err);
struct places; // places.h
// Fetches what the selection needs into the store: from wheelhouses, from the addresses in the lock, and by name and hash
// from an index of `places`, whose passwords hold for all of them.
NODISCARD int fetch_files(struct cli *cli, struct store *store,
			  const struct opened_lock *opened,
			  const struct lock_selection *selection,
			  const struct places *places, struct error *err);
