// SPDX-License-Identifier: MIT
// pinbake why: the ways from what was asked for to a package of a lock; with --held-back, why it is not newer.
#include "cli/commands/held_back.h"
#include "lockfile/graph.h"
#include "net/url.h"
#include "packaging/name.h"

enum { CHAINS_SHOWN = 10, CHAINS_MAX = 1000 };

struct why_values {
	struct lock_values lock;
	struct text_list requirements;
	const char *path;
	bool held_back;
};

#define AT(member) offsetof(struct why_values, member)
static const struct option OPTIONS[] = {
	{ "held-back", 0, OPTION_FLAG, AT(held_back), NULL,
	  "why NAME is not newer than its pin", false },
	{ "requirements", 'r', OPTION_LIST, AT(requirements), "FILE",
	  "what was locked (default: the files the lock names)", false },
	{ "lock", 0, OPTION_TEXT, AT(path), "FILE",
	  "lock to look at (default pylock.toml)", false },
	{ "target", 0, OPTION_LIST, AT(lock.targets), "NAME",
	  "--held-back for these only (default: the lock's targets)", true },
	{ "constraint", 'c', OPTION_LIST, AT(lock.constraints), "FILE",
	  "as for lock, and so the others below", true },
	{ "extra", 0, OPTION_LIST, AT(lock.extras), "NAME", "extra of the pyproject.toml",
	  true },
	{ "group", 0, OPTION_LIST, AT(lock.groups), "NAME",
	  "dependency group of the pyproject.toml", true },
	{ "override", 0, OPTION_LIST, AT(lock.overrides), "FILE",
	  "requirements that replace others", true },
	{ "exclude", 0, OPTION_LIST, AT(lock.excludes), "NAME", "leave a dependency out",
	  true },
	{ "index-url", 'i', OPTION_TEXT, AT(lock.indexes.index_url), "URL",
	  "package index (default: the lock's own)", true },
	{ "extra-index-url", 0, OPTION_LIST, AT(lock.indexes.extra_index_urls), "URL",
	  "index that is asked first", true },
	{ "index", 0, OPTION_LIST, AT(lock.indexes.named_indexes), "NAME=URL",
	  "index that only --index-for asks", true },
	{ "index-for", 0, OPTION_LIST, AT(lock.indexes.index_for), "PACKAGE=NAME",
	  "take PACKAGE from this index and no other", true },
	{ "ignore-forbidden", 0, OPTION_LIST, AT(lock.indexes.ignore_forbidden), "HOST",
	  "this index says 403 for packages that it does not have", true },
	{ "find-links", 'f', OPTION_LIST, AT(lock.indexes.find_links), "PATH",
	  "directory or page with files", true },
	{ "allow-direct", 0, OPTION_LIST, AT(lock.indexes.allow_direct), "NAME|HOST",
	  "let packages name addresses of this package or host; repeatable", true },
	{ "no-index", 0, OPTION_FLAG, AT(lock.indexes.no_index), NULL,
	  "use --find-links only", true },
	{ "prerelease", 0, OPTION_TEXT, AT(lock.prerelease), "MODE",
	  "if-necessary, allow, disallow, explicit", true },
	{ "only-binary", 0, OPTION_LIST, AT(lock.only_binary), "NAME", "wheels only",
	  true },
	{ "no-binary", 0, OPTION_LIST, AT(lock.no_binary), "NAME",
	  "source distributions only", true },
	{ "exclude-newer", 0, OPTION_TEXT, AT(lock.exclude_newer), "DATE",
	  "ignore later files (default: the lock's own date)", true },
	{ "exclude-newer-package", 0, OPTION_LIST, AT(lock.package_cutoffs), "NAME=WHEN",
	  "another date for one package, or 'false' for none", true },
};

struct question {
	struct cli *cli;
	struct loaded_lock opened;
	struct lock_graph graph;
	struct requirement_set set; // for places; may be empty
};

// --- what was asked for ----------------------------------------------------------------------------------------------

// They may have changed since, and be wrong now: then the lock's own words do.
static int read_places(struct question *question, struct error *err)
{
	struct cli *cli = question->cli;
	struct slice_list files =
		lock_requirement_files(&question->opened.lock, &cli->arena);
	struct diagnostics ignored = { .arena = &cli->arena };
	struct lock_inputs readable = { 0 };
	struct error unread = { 0 };
	for (size_t i = 0; i < files.len; i++)
		if (file_exists(files.items[i].ptr))
			*array_push(&cli->arena, &readable.files) = files.items[i];
	if (readable.files.len == 0)
		return 0;
	if (open_session(cli, err) < 0)
		return -1;
	if (pinbake_requirements(cli->session, &readable, &cli->arena, &question->set,
				 &ignored, &unread) < 0)
		question->set = (struct requirement_set){ 0 };
	return 0;
}

static int read_requirements(struct question *question, const struct why_values *values,
			     struct error *err)
{
	struct cli *cli = question->cli;
	struct lock_request request;
	if (values->requirements.len == 0)
		return read_places(question, err);
	if (lock_request_of(cli, &values->lock, &values->requirements, &request, err) <
		    0 ||
	    open_session(cli, err) < 0)
		return -1;
	return pinbake_requirements(cli->session, &request.inputs, &cli->arena,
				    &question->set, &cli->diagnostics, err);
}

struct asked {
	struct slice text, file; // "" for none
	size_t line;             // 0: not known
};

struct asked_list {
	struct asked *items;
	size_t len, cap;
};

static struct slice requirement_without_password(struct arena *arena,
						 const struct requirement_entry *entry)
{
	struct requirement bare = entry->requirement;
	bare.url = url_redact(arena, bare.url);
	return requirement_text(arena, &bare);
}

// The requirements that name a package: in the files as they are now, else as the lock recorded them.
static struct asked_list asked_for(struct question *question, struct slice name)
{
	struct asked_list list = { 0 };
	struct arena *arena = &question->cli->arena;
	const struct lock *lock = &question->opened.lock;
	for (size_t i = 0; i < question->set.len; i++) {
		const struct requirement_entry *entry = &question->set.entries[i];
		if (!entry->is_constraint && !entry->is_override &&
		    slice_eq(entry->requirement.name, name))
			*array_push(arena, &list) = (struct asked){
				requirement_without_password(arena, entry),
				entry->span.source->name, span_position(entry->span).line
			};
	}
	for (size_t i = 0; list.len == 0 && i < lock->requirements_len; i++)
		if (slice_eq(lock->requirements[i].name, name))
			*array_push(arena, &list) = (struct asked){
				lock_requirement_text(arena, &lock->requirements[i]),
				lock->requirements[i].file, 0
			};
	return list;
}

// --- text ------------------------------------------------------------------------------------------------------------

static void add_asked(struct question *question, struct slice name, struct line *line)
{
	struct asked_list list = asked_for(question, name);
	for (size_t i = 0; i < list.len; i++) {
		line_add(line, "%s%.*s", i ? ", " : " (", SLICE_ARG(list.items[i].text));
		if (list.items[i].file.len)
			line_add(line, " in %.*s", SLICE_ARG(list.items[i].file));
		if (list.items[i].line)
			line_add(line, ":%zu", list.items[i].line);
	}
	line_add(line, "%s", list.len ? ")" : "");
}

static void print_chain(struct question *question, const struct lock_chain *chain)
{
	const char *arrow = locale_is_utf8() ? "→" : "->";
	struct line line = { 0 };
	for (size_t i = 0; i < chain->len; i++) {
		const struct lock_package *package =
			question->graph.nodes[chain->nodes[i]].package;
		line_add(&line, i ? " %s %.*s %.*s" : "%s%.*s %.*s", i ? arrow : "  ",
			 SLICE_ARG(package->name), SLICE_ARG(package->version));
		if (i == 0)
			add_asked(question, package->name, &line);
	}
	line_print(&line);
}

static struct slice address_of(const struct lock_package *package)
{
	return package->has_archive ? package->archive.url : package->vcs.url;
}

// Where it comes from is another package's word, which the user has allowed.
static void print_named_by(const struct lock_package *package)
{
	if (package->named_by_len == 0)
		return;
	struct line line = { 0 };
	line_add(&line, "  from %.*s, an address in the metadata of",
		 SLICE_ARG(address_of(package)));
	for (size_t i = 0; i < package->named_by_len; i++)
		line_add(&line, "%s %.*s", i ? "," : "", SLICE_ARG(package->named_by[i]));
	line_print(&line);
}

static void print_entry(struct question *question, uint32_t node,
			const struct lock_chains *chains)
{
	const struct lock_package *package = question->graph.nodes[node].package;
	struct line line = { 0 };
	line_add(&line, "%s has %.*s %.*s", question->opened.path,
		 SLICE_ARG(package->name), SLICE_ARG(package->version));
	if (package->marker_text.len)
		line_add(&line, " ; %.*s", SLICE_ARG(package->marker_text));
	bool is_known = question->graph.nodes[node].is_asked || chains->len != 1 ||
			chains->items[0].len > 1 ||
			asked_for(question, package->name).len;
	line_add(&line, "%s",
		 is_known ? " because of" : ", which nothing else in it needs");
	line_print(&line);
	for (size_t i = 0; is_known && i < chains->len; i++)
		print_chain(question, &chains->items[i]);
	print_named_by(package);
	if (chains->is_cut)
		print(question->cli->common.verbose
			      ? "  and more"
			      : "  and more, which --verbose shows");
}

// --- JSON ------------------------------------------------------------------------------------------------------------

static json_t *asked_as_json(struct question *question, struct slice name)
{
	struct asked_list list = asked_for(question, name);
	json_t *array = json_array();
	for (size_t i = 0; i < list.len; i++) {
		json_t *item = json_object();
		json_object_set_new(item, "requirement",
				    text_as_json(list.items[i].text));
		if (list.items[i].file.len)
			json_object_set_new(item, "file",
					    text_as_json(list.items[i].file));
		if (list.items[i].line)
			json_object_set_new(item, "line",
					    json_integer((json_int_t)list.items[i].line));
		json_array_append_new(array, item);
	}
	return array;
}

static json_t *chain_as_json(struct question *question, const struct lock_chain *chain)
{
	json_t *object = json_object(), *packages = json_array();
	for (size_t i = 0; i < chain->len; i++) {
		const struct lock_package *package =
			question->graph.nodes[chain->nodes[i]].package;
		json_array_append_new(packages,
				      json_pack("{s:o, s:o}", "name",
						text_as_json(package->name), "version",
						text_as_json(package->version)));
	}
	json_object_set_new(object, "asked",
			    asked_as_json(question, question->graph.nodes[chain->nodes[0]]
							    .package->name));
	json_object_set_new(object, "packages", packages);
	return object;
}

static json_t *entry_as_json(struct question *question, uint32_t node,
			     const struct lock_chains *chains)
{
	const struct lock_package *package = question->graph.nodes[node].package;
	json_t *entry = json_object(), *list = json_array();
	for (size_t i = 0; i < chains->len; i++)
		json_array_append_new(list, chain_as_json(question, &chains->items[i]));
	json_object_set_new(entry, "version", text_as_json(package->version));
	if (package->marker_text.len)
		json_object_set_new(entry, "marker", text_as_json(package->marker_text));
	if (package->named_by_len) {
		json_object_set_new(entry, "address", text_as_json(address_of(package)));
		json_object_set_new(entry, "named_by",
				    slices_as_json(package->named_by,
						   package->named_by_len));
	}
	json_object_set_new(entry, "chains", list);
	json_object_set_new(entry, "more", json_boolean(chains->is_cut));
	return entry;
}

// --- the command -----------------------------------------------------------------------------------------------------

static int answer(struct question *question, const struct why_values *values,
		  const char *name, json_t *result, struct error *err)
{
	struct cli *cli = question->cli;
	size_t len, max = cli->common.verbose ? CHAINS_MAX : CHAINS_SHOWN;
	uint32_t first;
	if (read_requirements(question, values, err) < 0)
		return -1;
	lock_graph_init(&question->graph, &cli->arena, &question->opened.lock);
	if (lock_graph_get(&question->graph, question->opened.path, slice_from(name),
			   &first, &len, err) < 0)
		return -1;
	json_t *entries = json_array();
	show_diagnostics(cli);
	for (uint32_t node = first; node < first + len; node++) {
		struct lock_chains chains =
			lock_graph_chains(&question->graph, &cli->arena, node, max);
		if (cli->common.json)
			json_array_append_new(entries,
					      entry_as_json(question, node, &chains));
		else
			print_entry(question, node, &chains);
	}
	json_object_set_new(result, "name",
			    text_as_json(question->graph.nodes[first].package->name));
	json_object_set_new(result, "lock", c_text_as_json(question->opened.path));
	json_object_set_new(result, "entries", entries);
	return 0;
}

static int ask_held_back(struct cli *cli, const struct why_values *values,
			 const struct text_list *arguments, json_t *result,
			 struct error *err)
{
	struct text_list inputs = { 0 };
	for (size_t i = 0; i < values->requirements.len; i++)
		*array_push(&cli->arena, &inputs) = values->requirements.items[i];
	for (size_t i = 1; i < arguments->len; i++)
		*array_push(&cli->arena, &inputs) = arguments->items[i];
	const struct held_back_question question = {
		.values = &values->lock,
		.name = arguments->items[0],
		.lock_path = values->path ? values->path : "pylock.toml",
		.inputs = &inputs,
	};
	return held_back_answer(cli, &question, result, err);
}

static int run_why(struct cli *cli, void *opaque, const struct text_list *arguments,
		   json_t *result, struct error *err)
{
	const struct why_values *values = opaque;
	struct question question = { .cli = cli };
	const char *path = values->path;
	if (arguments->len == 0) {
		error_set(err, ERROR_USAGE, "no package was named");
		return error_hint(err, "name one of the lock: pinbake why numpy");
	}
	if (values->held_back)
		return ask_held_back(cli, values, arguments, result, err);
	if (path && arguments->len > 1)
		return error_set(err, ERROR_USAGE,
				 "one lock at a time, but two were named");
	if ((!path && lock_argument(arguments, 1, &path, err) < 0) ||
	    read_lock(cli, path, &question.opened, err) < 0)
		return -1;
	return answer(&question, values, arguments->items[0], result, err);
}

// The ways to a package need no solving; only what was asked for is read for them.
static const struct option_rule RULES[] = {
	INDEX_RULES,
	{ "extra", OPTION_NEEDS, "held-back requirements", NULL, NULL },
	{ "group", OPTION_NEEDS, "held-back requirements", NULL, NULL },
	{ "target", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "constraint", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "override", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "exclude", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "index-url", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "extra-index-url", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "index", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "index-for", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "ignore-forbidden", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "allow-direct", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "find-links", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "no-index", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "prerelease", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "only-binary", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "no-binary", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "exclude-newer", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "exclude-newer-package", OPTION_NEEDS, "held-back", NULL, NULL },
	{ "keyring-provider=subprocess", OPTION_NEEDS, "held-back", NULL, NULL },
};

static const struct option_table TABLE = OPTION_TABLE(OPTIONS, RULES);

const struct command command_why = {
	.name = "why",
	.arguments = "NAME [LOCK | --held-back REQUIREMENTS…] [options]",
	.summary = "say why a package is in a lock, or why it is not newer",
	.examples = "  pinbake why numpy\n"
		    "  pinbake why numpy -r requirements.in --lock pylock.toml\n"
		    "  pinbake why numpy --held-back requirements.in\n",
	.options = &TABLE,
	.values_size = sizeof(struct why_values),
	.run = run_why,
};
