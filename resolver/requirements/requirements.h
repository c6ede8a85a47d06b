// SPDX-License-Identifier: MIT
// What the user asked for: requirements files (pip's format; req.1–req.9) and
// requirements given on the command line, as one set in which every entry keeps its place.
//
//	requirements.in:1   flask>=2  # why     entry: flask>=2, span 1:1..1:9
//	requirements.in:2   -r more.in
//	more.in:1           jinja2 \            entry: jinja2<4, span 1:1..1:9,
//	more.in:2             <4                  origin requirements.in:2:1
//	requirements.in:3   -c old.txt          entries of old.txt: constraints
//	requirements.in:4   --pre               option, in its place among the others
//
// A path or a text comes in, and a `struct requirement_set` goes out, which the index
// (options) and the driver of the solver (entries) read. Errors are collected as
// diagnostics with spans: one run shows all of them.
#pragma once

#include "packaging/requirement.h"

struct requirement_hash {
	struct slice algorithm, hex; // "sha256", lower case
	struct span span;
};

// One entry of a file.
struct requirement_entry {
	struct requirement requirement;
	// Of the requirement's text; where a line is continued, on its first physical line.
	struct span span;
	bool is_constraint; // came through -c: bounds, asks for nothing (req.7)
	// It replaces every dependency on its name, or those of `parent` alone
	// ("torch:numpy<2"; normalized, "" for none), and asks for nothing.
	bool is_override;
	struct slice parent;
	bool editable; // -e
	// Local path or URL, as written, of an entry that has no name ("./x" of
	// "./x[extra] ; marker"; extras and marker are in requirement, whose name is ""
	// then); "" for all others. A URL that says "#egg=name" has that name.
	struct slice path;
	struct requirement_hash *hashes;
	size_t hashes_len, hashes_cap;
	struct slice *config_settings; // "KEY=VALUE", in order; for building the package
	size_t config_settings_len, config_settings_cap;
	struct span *origin; // the -r/-c lines that led here, outermost first
	size_t origin_len;
};

enum option_kind {
	OPTION_INDEX_URL,
	OPTION_EXTRA_INDEX_URL,
	OPTION_NO_INDEX,
	OPTION_FIND_LINKS,
	OPTION_NO_BINARY,
	OPTION_ONLY_BINARY,
	OPTION_PRE,
	OPTION_PREFER_BINARY,
	OPTION_REQUIRE_HASHES,
	OPTION_TRUSTED_HOST,
	OPTION_USE_FEATURE,
};

struct requirement_option {
	enum option_kind kind;
	// "" for flags; a --find-links path is seen from the file's folder
	struct slice value;
	struct span span;
};

// requires-python of a project or a script: the target's Python must fit.
struct project_python {
	struct specifier_set specifiers;
	struct slice text;
	struct span span;
};

// A dependency that is dropped, whoever asks for it but the user.
struct requirement_exclude {
	struct slice parent, name; // normalized; parent "" for anyone's
	struct span span;
};

struct requirement_set {
	struct requirement_entry *entries;
	size_t len, cap;
	size_t override_count; // of the entries
	struct requirement_exclude *excludes;
	size_t excludes_len, excludes_cap;
	struct project_python *pythons;
	size_t pythons_len, pythons_cap;
	struct requirement_option *options; // in order (req.3)
	size_t options_len, options_cap;
};

// How files are read: the default reads the disk, tests hand in texts. It must set
// *ret_text (owned by the arena) or fail.
struct requirement_reader {
	int (*read)(void *context, const char *path, struct arena *arena,
		    struct slice *ret_text, struct error *err);
	void *context;
	// The value of ${VAR} or NULL (req.2). Without this nothing is expanded.
	const char *(*getenv)(const char *name);
	// The URL that `target` means in a file at the URL `base` ("": it stands alone),
	// without secrets; read() gets it. Without this, files at URLs are refused.
	const char *(*join)(void *context, struct arena *arena, struct slice base,
			    struct slice target);
	// May variables be filled into this URL, which they may be part of? NULL: into any.
	bool (*may_fill)(void *context, struct slice url);
};

// What differs from pip, on purpose: `-r` inside a constraints file gives constraints
// too; what pip passes over in silence is an error (words after an option, `--hash`
// without a requirement, an option of the run on the line of a requirement); invalid
// UTF-8 is not read as the locale's encoding; a file that came by https includes none by
// http, and one at a URL none of this machine.
//
// Adds the file's entries to set; `-r` and `-c` are followed. "-" reads standard input
// through the reader. Everything lives in the arena. Problems go to diagnostics (all of
// them, up to the limit); -1 when there was at least one error.
NODISCARD int requirements_read(const char *path, bool as_constraints,
				const struct requirement_reader *reader,
				struct arena *arena, struct requirement_set *set,
				struct diagnostics *diagnostics);

// Reads a file of overrides: requirements, each with "parent:" before it if it is for one
// package's needs alone. Only `-r` is allowed besides. Otherwise as above.
NODISCARD int requirements_read_overrides(const char *path,
					  const struct requirement_reader *reader,
					  struct arena *arena,
					  struct requirement_set *set,
					  struct diagnostics *diagnostics);

// The address of an entry with a URL or path: http(s) and VCS URLs as they are, paths and
// file: URLs as a path seen from the file that names it. NUL-terminated.
const char *requirement_location(struct arena *arena,
				 const struct requirement_entry *entry);

// Adds "name" or "parent:name" to exclude, a command-line argument.
NODISCARD int requirements_add_exclude(struct slice text, struct arena *arena,
				       struct requirement_set *set,
				       struct diagnostics *diagnostics);

// Adds a requirement that is a command-line argument ("numpy>=2"). Its source is named
// "command line".
NODISCARD int requirements_add_argument(struct slice text, struct arena *arena,
					struct requirement_set *set,
					struct diagnostics *diagnostics);

// Reads files, standard input for "-"; expands no variables.
extern const struct requirement_reader requirement_reader_disk;
