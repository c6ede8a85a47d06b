// SPDX-License-Identifier: MIT
// Reads files into one requirement set: follows -r and -c, and gives each line to its
// parser (req.3, req.4, req.7).
#include "resolver/requirements/requirements.h"

#include "base/files.h"
#include "base/limits.h"
#include "packaging/name.h"
#include "resolver/requirements/decode.h"
#include "resolver/requirements/entry.h"
#include "resolver/requirements/filled.h"
#include "resolver/requirements/lines.h"
#include "resolver/requirements/options.h"
#include "resolver/requirements/paths.h"

// What one run may read in all, since a file may be included many times, and inclusion
// multiplies. A monorepo has some ten thousand lines in some hundred files.
#define BYTES_MAX LIMIT_TEXT_FILE_BYTES

// One call of requirements_read.
struct reading {
	const struct requirement_reader *reader;
	struct arena *arena;
	struct requirement_set *set;
	struct diagnostics *diagnostics;
	size_t files, bytes;
};

// What the requirements of a file are for. Files that it includes are for the same.
enum role { ROLE_WANTED, ROLE_CONSTRAINTS, ROLE_OVERRIDES };

// A file being read, and the chain of those that led to it.
struct file {
	const char *path; // "-" for standard input
	struct source source;
	enum role role;
	const struct file *includer; // NULL: named by the caller
	struct span include;         // the -r or -c there
	unsigned depth;
	struct span *origin;
	size_t origin_len;
};

#define REPORT(reading, span, ...)                                                   \
	diagnostics_add((reading)->diagnostics, SEVERITY_ERROR, ERROR_INPUT, (span), \
			__VA_ARGS__)

static int disk_read(void *context, const char *path, struct arena *arena,
		     struct slice *ret_text, struct error *err)
{
	(void)context;
	const char *from = slice_eq(slice_from(path), S("-")) ? "/dev/stdin" : path;
	return file_read(from, LIMIT_TEXT_FILE_BYTES, ERROR_INPUT, arena, ret_text, err);
}

const struct requirement_reader requirement_reader_disk = { .read = disk_read };

// Turns an error from below into a diagnostic; `fallback` is its place if it has none.
static void add_error(struct diagnostics *diagnostics, const struct error *err,
		      struct span fallback)
{
	struct span span = err->span.source ? err->span : fallback;
	struct error *added = diagnostics_add(diagnostics, SEVERITY_ERROR, err->kind,
					      span, "%s", err->cause);
	*added = *err;
	added->span = span;
}

static void *append(struct arena *arena, void *items, size_t *len, size_t *cap,
		    size_t size)
{
	items = array_grow(arena, items, *len, cap, size);
	(*len)++;
	return items;
}

static void add_entry(struct reading *reading, const struct file *file,
		      struct requirement_entry entry)
{
	struct requirement_set *set = reading->set;
	if (set->len == LIMIT_REQUIREMENTS) {
		REPORT(reading, entry.span, "more than %d requirements in all",
		       LIMIT_REQUIREMENTS);
		return;
	}
	if (file) {
		entry.is_constraint = file->role == ROLE_CONSTRAINTS;
		entry.is_override = file->role == ROLE_OVERRIDES;
		set->override_count += entry.is_override;
		entry.origin = file->origin;
		entry.origin_len = file->origin_len;
	}
	set->entries = append(reading->arena, set->entries, &set->len, &set->cap,
			      sizeof(*set->entries));
	set->entries[set->len - 1] = entry;
}

// An override needs the name of what it overrides.
static bool is_valid_override(struct reading *reading,
			      const struct requirement_entry *entry)
{
	if (!entry->editable && entry->requirement.name.len)
		return true;
	REPORT(reading, entry->span,
	       "a requirement without a name cannot be an override");
	return false;
}

// A constraint has a name, no extras, and is not editable (req.7).
static bool is_valid_constraint(struct reading *reading,
				const struct requirement_entry *entry)
{
	const char *what = NULL;
	if (entry->editable)
		what = "an editable requirement";
	else if (entry->requirement.name.len == 0)
		what = "a requirement without a name";
	else if (entry->requirement.extras_len)
		what = "a requirement with extras";
	if (!what)
		return true;
	struct error *err =
		REPORT(reading, entry->span, "%s cannot be a constraint", what);
	if (entry->requirement.extras_len && !entry->editable &&
	    entry->requirement.name.len)
		error_hint(
			err,
			"leave out the extras: a constraint bounds '%.*s' whatever its extras",
			SLICE_ARG(entry->requirement.name));
	return false;
}

// Reads a requirement's own options, --hash and --config-settings. All others concern the
// run (req.3).
static int read_own_option(struct reading *reading, struct requirement_entry *entry,
			   const struct line_option *option)
{
	if (option->kind == LINE_OPTION_CONFIG_SETTINGS) {
		entry->config_settings =
			append(reading->arena, entry->config_settings,
			       &entry->config_settings_len, &entry->config_settings_cap,
			       sizeof(*entry->config_settings));
		entry->config_settings[entry->config_settings_len - 1] = option->value;
		return 0;
	}
	if (option->kind == LINE_OPTION_HASH && !entry->editable) {
		struct requirement_hash hash;
		if (entry_parse_hash(reading->arena, option->value, option->value_span,
				     &hash, reading->diagnostics) < 0)
			return -1;
		entry->hashes = append(reading->arena, entry->hashes, &entry->hashes_len,
				       &entry->hashes_cap, sizeof(*entry->hashes));
		entry->hashes[entry->hashes_len - 1] = hash;
		return 0;
	}
	struct error *err = REPORT(reading, option->span,
				   "'%s' does not belong to a requirement", option->name);
	if (option->kind != LINE_OPTION_HASH)
		error_hint(err, "put it on a line of its own");
	return -1;
}

static bool is_remote(struct slice target)
{
	return slice_eq_ignore_case(slice_range(target, 0, 5), S("http:")) ||
	       slice_eq_ignore_case(slice_range(target, 0, 6), S("https:"));
}

// Is the entry a path of this machine? A file from elsewhere may have none.
static bool is_local(const struct requirement_entry *entry)
{
	struct slice place = entry->path.len ? entry->path : entry->requirement.url;
	return place.len &&
	       (!slice_contains(place, S("://")) ||
		slice_eq_ignore_case(slice_range(place, 0, 5), S("file:")) ||
		slice_eq_ignore_case(slice_range(place, 0, 9), S("git+file:")));
}

static bool is_valid_for(struct reading *reading, const struct file *file,
			 const struct requirement_entry *entry)
{
	if (file && is_remote(slice_from(file->path)) && is_local(entry)) {
		REPORT(reading, entry->span,
		       "a file at a URL may not name a path of this machine");
		return false;
	}
	if (!file || file->role == ROLE_WANTED)
		return true;
	return file->role == ROLE_CONSTRAINTS ? is_valid_constraint(reading, entry)
					      : is_valid_override(reading, entry);
}

// Reads an entry with the options in [from, len) that belong to it.
static void read_entry(struct reading *reading, const struct file *file,
		       const struct entry_text *text, const struct line_options *options,
		       size_t from)
{
	struct requirement_entry entry;
	int result = entry_parse(reading->arena, text, &entry, reading->diagnostics);
	if (result < 0)
		return;
	entry.parent = text->parent;
	for (size_t i = from; i < options->len; i++)
		result |= read_own_option(reading, &entry, &options->items[i]);
	if (result == 0 && is_valid_for(reading, file, &entry))
		add_entry(reading, file, entry);
}

// A folder is seen from the file that names it, which has to be on this machine (req.3).
static bool is_elsewhere(struct reading *reading, const struct file *file,
			 const struct line_option *option)
{
	if (!is_remote(slice_from(file->path)) || is_remote(option->value))
		return false;
	REPORT(reading, option->value_span,
	       "a file at a URL may not name a folder of this machine");
	return true;
}

static void add_run_option(struct reading *reading, const struct file *file,
			   const struct line_option *option)
{
	struct requirement_set *set = reading->set;
	if (file->role == ROLE_OVERRIDES) {
		REPORT(reading, option->span,
		       "'%s' has no meaning in a file of overrides", option->name);
		return;
	}
	if (set->options_len == LIMIT_RUN_OPTIONS) {
		REPORT(reading, option->span, "more than %d options for the run in all",
		       LIMIT_RUN_OPTIONS);
		return;
	}
	struct requirement_option added = { option->run_kind, option->value,
					    option->span };
	if (added.kind == OPTION_FIND_LINKS && is_elsewhere(reading, file, option))
		return;
	if (added.kind == OPTION_FIND_LINKS)
		added.value = slice_from(
			path_beside(reading->arena, file->path, option->value));
	set->options = append(reading->arena, set->options, &set->options_len,
			      &set->options_cap, sizeof(*set->options));
	set->options[set->options_len - 1] = added;
}

static bool is_https(struct slice target)
{
	return slice_eq_ignore_case(slice_range(target, 0, 6), S("https:"));
}

// What the name of an included file means in the including one (req.4). NULL after an
// error.
static const char *included_path(struct reading *reading, const struct file *file,
				 const struct line_option *option)
{
	const struct requirement_reader *reader = reading->reader;
	struct slice base = slice_from(file->path), target = option->value;
	if (!is_remote(base) && !is_remote(target))
		return path_beside(reading->arena, file->path, target);
	if (!reader->join) {
		REPORT(reading, option->value_span,
		       "a file at a URL cannot be read here");
		return NULL;
	}
	const char *joined = reader->join(reader->context, reading->arena, base, target);
	if (!is_remote(slice_from(joined))) {
		REPORT(reading, option->value_span,
		       "a file at a URL may not include one of this machine");
		return NULL;
	}
	if (is_https(base) && !is_https(slice_from(joined))) {
		REPORT(reading, option->value_span,
		       "a file that came by https may not include one by http");
		return NULL;
	}
	return joined;
}

// Reads a file. What goes wrong with it is reported at its -r or -c; other lines are
// still read.
static void read_file(struct reading *reading, const char *path, enum role role,
		      const struct file *includer, struct span include);

static void follow_include(struct reading *reading, const struct file *file,
			   const struct line_option *option)
{
	bool constraints = option->kind == LINE_OPTION_CONSTRAINT;
	const char *path = included_path(reading, file, option);
	if (!path)
		return;
	if (constraints && file->role == ROLE_OVERRIDES)
		REPORT(reading, option->span,
		       "a file of overrides cannot include constraints");
	else
		read_file(reading, path, constraints ? ROLE_CONSTRAINTS : file->role,
			  file, option->span);
}

static void fail_lonely(struct reading *reading, const struct line_option *option)
{
	struct error *err =
		REPORT(reading, option->span, "'%s' without a requirement", option->name);
	error_hint(err,
		   "a comment line or a missing '\\' ends the line it was to continue");
}

// Reads the options of a line without a requirement. -e is a requirement, with what
// follows it.
static void read_option_line(struct reading *reading, const struct file *file,
			     const struct logical_line *line,
			     const struct line_options *options)
{
	for (size_t i = 0; i < options->len; i++) {
		const struct line_option *option = &options->items[i];
		struct entry_text text = { line,
					   option->value,
					   option->value_offset,
					   option->value_len,
					   option->value_is_verbatim,
					   true,
					   S("") };
		switch (option->kind) {
		case LINE_OPTION_RUN: add_run_option(reading, file, option); break;
		case LINE_OPTION_REQUIREMENT:
		case LINE_OPTION_CONSTRAINT: follow_include(reading, file, option); break;
		case LINE_OPTION_EDITABLE:
			read_entry(reading, file, &text, options, i + 1);
			return;
		case LINE_OPTION_HASH:
		case LINE_OPTION_CONFIG_SETTINGS: fail_lonely(reading, option); break;
		case LINE_OPTION_IGNORED: break;
		case LINE_OPTION_UNSUPPORTED:
			REPORT(reading, option->span, "'%s' is not supported yet",
			       option->name);
			break;
		}
	}
}

// A '\\' that still ends a line was not at its very end, where it joins the next line.
static bool has_stray_backslash(struct reading *reading, const struct logical_line *line)
{
	if (!slice_ends_with(line->text, S("\\")))
		return false;
	struct error *err =
		REPORT(reading, line_span(line, line->text.len - 1, 1),
		       "the '\\' does not continue the line: something follows it");
	error_hint(err, "remove what stands between the '\\' and the end of the line");
	return true;
}

// The length of "parent:" before an override that is for parent's needs alone, or 0. A
// URL has a colon, too.
static size_t scope_len(const struct file *file, struct slice text)
{
	struct slice rest = text, head;
	if (file->role != ROLE_OVERRIDES || !slice_cut(&rest, ':', &head) ||
	    !name_is_valid(slice_trim(head)) || slice_starts_with(rest, S("//")))
		return 0;
	while (rest.len && is_blank(rest.ptr[0]))
		rest = slice_skip(rest, 1);
	return (size_t)(rest.ptr - text.ptr);
}

static void read_requirement(struct reading *reading, const struct file *file,
			     const struct logical_line *line, struct slice text,
			     const struct line_options *options)
{
	size_t scope = scope_len(file, text);
	struct entry_text from = {
		line, slice_skip(text, scope), scope, text.len - scope, true, false, S("")
	};
	if (scope) {
		struct slice head;
		slice_cut(&text, ':', &head);
		from.parent = name_normalize(reading->arena, slice_trim(head));
	}
	read_entry(reading, file, &from, options, 0);
}

// A file that a checkout brings along could else send any variable to a host of its own.
static bool leaks(struct reading *reading, const struct logical_line *line)
{
	struct span span = line_span(line, 0, line->text.len);
	switch (line_leak(line, reading->reader)) {
	case LEAK_NONE: return false;
	case LEAK_HOST:
		error_hint(
			REPORT(reading, span,
			       "a variable of your environment would go to a host that only this file names"),
			"if that host may have it, say so: --password-host HOST");
		break;
	case LEAK_NAME:
		error_hint(
			REPORT(reading, span,
			       "a variable of your environment would go to the index, in the name of a package"),
			"write the name out");
		break;
	}
	return true;
}

static void read_line(struct reading *reading, const struct file *file,
		      const struct logical_line *line)
{
	struct slice text = line->text;
	size_t start = line_options_start(text);
	struct line_options options = { 0 };
	if (has_stray_backslash(reading, line) || leaks(reading, line))
		return;
	if (start < text.len && line_options_parse(reading->arena, line, start, &options,
						   reading->diagnostics) < 0)
		return;
	struct slice requirement = slice_trim(slice_range(text, 0, start));
	if (requirement.len)
		read_requirement(reading, file, line, requirement, &options);
	else
		read_option_line(reading, file, line, &options);
}

// Notes the places that led to the file, outermost first.
static void set_origin(struct reading *reading, struct file *file)
{
	const struct file *includer = file->includer;
	if (!includer)
		return;
	file->origin_len = includer->origin_len + 1;
	file->origin = arena_new_array(reading->arena, struct span, file->origin_len);
	for (size_t i = 0; i < includer->origin_len; i++)
		file->origin[i] = includer->origin[i];
	file->origin[file->origin_len - 1] = file->include;
}

// Recursion is an error that names both files (req.4).
static int check_include(struct reading *reading, const struct file *file)
{
	for (const struct file *up = file->includer; up; up = up->includer) {
		if (!slice_eq(slice_from(up->path), slice_from(file->path)))
			continue;
		REPORT(reading, file->include,
		       "'%s' includes '%s', which is still being read",
		       file->includer->path, file->path);
		return -1;
	}
	if (file->depth <= LIMIT_INCLUDE_DEPTH && ++reading->files <= LIMIT_INCLUDE_FILES)
		return 0;
	REPORT(reading, file->include,
	       "files include one another more than %d deep or %d times in all",
	       LIMIT_INCLUDE_DEPTH, LIMIT_INCLUDE_FILES);
	return -1;
}

// What the shell or a pipe hands over is named by who starts the program, not by a file.
static int check_handle(const struct file *file, struct error *err)
{
	bool is_stdin = slice_eq(slice_from(file->path), S("-"));
	if (!file->includer || (!is_stdin && !path_is_own_handle(file->path)))
		return 0;
	error_set(err, ERROR_INPUT, "a file cannot ask for '%s' to be read", file->path);
	return error_hint(err, "name it on the command line");
}

static int load(struct reading *reading, struct file *file)
{
	const struct requirement_reader *reader = reading->reader;
	struct error err = { 0 };
	int result = check_handle(file, &err);
	if (result == 0)
		result = reader->read(reader->context, file->path, reading->arena,
				      &file->source.text, &err);
	if (result == 0 && file->source.text.len > BYTES_MAX - reading->bytes)
		result = error_set(&err, ERROR_INPUT,
				   "the files hold more than %llu bytes in all",
				   (unsigned long long)BYTES_MAX);
	if (result == 0) {
		reading->bytes += file->source.text.len;
		result = decode_text(reading->arena, &file->source, &err);
	}
	if (result < 0)
		add_error(reading->diagnostics, &err, file->include);
	return result;
}

// Each problem of an included file says how the file was reached, the nearest line first.
static void tell_includers(struct reading *reading, const struct file *file,
			   size_t first_problem)
{
	struct diagnostics *diagnostics = reading->diagnostics;
	for (size_t i = first_problem; i < diagnostics->len; i++) {
		struct error *err = &diagnostics->items[i].error;
		if (err->span.source != &file->source)
			continue;
		for (size_t k = file->origin_len; k > 0; k--) {
			struct span span = file->origin[k - 1];
			struct position at = span_position(span);
			error_during(err, "reading what '%.*s:%zu:%zu' includes",
				     SLICE_ARG(span.source->name), at.line, at.column);
		}
	}
}

static void read_file(struct reading *reading, const char *path, enum role role,
		      const struct file *includer, struct span include)
{
	size_t first_problem = reading->diagnostics->len;
	// Spans point at the file's source, so it lives as long as the set.
	struct file *file = arena_new(reading->arena, struct file);
	*file = (struct file){ .path = path,
			       .role = role,
			       .includer = includer,
			       .include = include,
			       .depth = includer ? includer->depth + 1 : 0 };
	bool is_stdin = slice_eq(slice_from(path), S("-"));
	file->source.name = is_stdin ? S("standard input") : slice_from(path);
	set_origin(reading, file);
	if (check_include(reading, file) < 0 || load(reading, file) < 0)
		return;
	// A file from elsewhere must not read this machine's variables.
	bool remote = is_remote(slice_from(path));
	struct line_reader lines = { &file->source,
				     remote ? NULL : reading->reader->getenv, 0 };
	struct logical_line line;
	while (line_next(&lines, reading->arena, &line))
		read_line(reading, file, &line);
	tell_includers(reading, file, first_problem);
}

static int read_as(enum role role, const char *path,
		   const struct requirement_reader *reader, struct arena *arena,
		   struct requirement_set *set, struct diagnostics *diagnostics)
{
	struct reading reading = { reader, arena, set, diagnostics, 0, 0 };
	size_t before = diagnostics->error_count;
	struct span nowhere = { 0 };
	bool remote = is_remote(slice_from(path));
	if (remote && !reader->join)
		REPORT(&reading, nowhere, "a file at a URL cannot be read here");
	else
		read_file(&reading,
			  remote ? reader->join(reader->context, arena, S(""),
						slice_from(path))
				 : path_tidy(arena, slice_from(path)),
			  role, NULL, nowhere);
	return diagnostics->error_count > before ? -1 : 0;
}

int requirements_read(const char *path, bool as_constraints,
		      const struct requirement_reader *reader, struct arena *arena,
		      struct requirement_set *set, struct diagnostics *diagnostics)
{
	return read_as(as_constraints ? ROLE_CONSTRAINTS : ROLE_WANTED, path, reader,
		       arena, set, diagnostics);
}

int requirements_read_overrides(const char *path, const struct requirement_reader *reader,
				struct arena *arena, struct requirement_set *set,
				struct diagnostics *diagnostics)
{
	return read_as(ROLE_OVERRIDES, path, reader, arena, set, diagnostics);
}

int requirements_add_argument(struct slice text, struct arena *arena,
			      struct requirement_set *set,
			      struct diagnostics *diagnostics)
{
	struct reading reading = { .arena = arena,
				   .set = set,
				   .diagnostics = diagnostics };
	size_t before = diagnostics->error_count;
	struct source *source = arena_new(arena, struct source);
	*source = (struct source){ S("command line"), arena_dup(arena, text) };
	struct logical_line line;
	line_of_text(source, arena, &line);
	struct slice requirement = line.text;
	struct entry_text from = { &line, requirement, 0,    requirement.len,
				   true,  false,       S("") };
	read_entry(&reading, NULL, &from, &(struct line_options){ 0 }, 0);
	return diagnostics->error_count > before ? -1 : 0;
}

int requirements_add_exclude(struct slice text, struct arena *arena,
			     struct requirement_set *set, struct diagnostics *diagnostics)
{
	struct source *source = arena_new(arena, struct source);
	*source = (struct source){ S("command line"), arena_dup(arena, text) };
	struct span span = { source, 0, text.len };
	struct slice name = source->text, parent;
	if (!slice_cut(&name, ':', &parent)) {
		name = parent;
		parent = S("");
	}
	if (!name_is_valid(name) || (parent.len && !name_is_valid(parent))) {
		struct error *err =
			diagnostics_add(diagnostics, SEVERITY_ERROR, ERROR_INPUT, span,
					"'%.*s' is no name of a package to exclude",
					SLICE_ARG(text));
		error_hint(err, "expected NAME, or PARENT:NAME for what PARENT needs");
		return -1;
	}
	set->excludes = array_grow(arena, set->excludes, set->excludes_len,
				   &set->excludes_cap, sizeof(*set->excludes));
	set->excludes[set->excludes_len++] = (struct requirement_exclude){
		.parent = name_normalize(arena, parent),
		.name = name_normalize(arena, name),
		.span = span,
	};
	return 0;
}

const char *requirement_location(struct arena *arena,
				 const struct requirement_entry *entry)
{
	const char *file = arena_c_string(arena, entry->span.source->name);
	return path_beside(arena, file,
			   entry->path.len ? entry->path : entry->requirement.url);
}
