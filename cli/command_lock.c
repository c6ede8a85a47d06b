// SPDX-License-Identifier: MIT
// pinbake lock: requirements → exact pins with hashes → pylock.toml.
#include "base/limits.h"
#include "cli/advice.h"
#include "cli/missing_hashes.h"
#include "cli/pins.h"
#include "packaging/name.h"

#include <stdio.h>
#include <string.h>

struct lock_values {
	const char *output, *python, *platform, *target, *prerelease, *resolution, *exclude_newer, *index_url, *format;
	struct text_list constraints, extra_index_urls, find_links, only_binary, no_binary;
	bool no_index, refresh;
};

#define AT(member) offsetof(struct lock_values, member)
static const struct option OPTIONS[] = {
	{ "output", 'o', OPTION_TEXT, AT(output), "FILE", "lock to write (default pylock.toml; - is stdout)", false },
	{ "python", 'p', OPTION_TEXT, AT(python), "X.Y", "Python to lock for (default: python3's)", false },
	{ "platform", 0, OPTION_TEXT, AT(platform), "OS/ARCH",
	  "linux/amd64, linux/arm64, macos/arm64, windows/amd64, … (default: this machine's)", false },
	{ "target", 0, OPTION_TEXT, AT(target), "NAME", "the full form: cp312-linux-amd64-glibc2.36", true },
	{ "constraint", 'c', OPTION_LIST, AT(constraints), "FILE", "bounds on versions; asks for no package itself", false },
	{ "index-url", 'i', OPTION_TEXT, AT(index_url), "URL", "package index (default the Python Package Index)", false },
	{ "extra-index-url", 0, OPTION_LIST, AT(extra_index_urls), "URL",
	  "index that is asked first; the first that has a name wins", false },
	{ "find-links", 'f', OPTION_LIST, AT(find_links), "PATH", "directory or page with distribution files", false },
	{ "no-index", 0, OPTION_FLAG, AT(no_index), NULL, "use --find-links only", true },
	{ "prerelease", 0, OPTION_TEXT, AT(prerelease), "MODE",
	  "if-necessary (default), allow, disallow, explicit", false },
	{ "only-binary", 0, OPTION_LIST, AT(only_binary), "NAME", "wheels only, for NAME or :all:", false },
	{ "no-binary", 0, OPTION_LIST, AT(no_binary), "NAME", "source distributions only, for NAME or :all:", true },
	{ "resolution", 0, OPTION_TEXT, AT(resolution), "MODE", "highest (default), lowest, lowest-direct", true },
	{ "exclude-newer", 0, OPTION_TEXT, AT(exclude_newer), "DATE", "ignore files uploaded after DATE (RFC 3339)", true },
	{ "format", 0, OPTION_TEXT, AT(format), "FORM", "pylock (default) or requirements", true },
	{ "refresh", 0, OPTION_FLAG, AT(refresh), NULL, "ask the index again for every page", true },
};

enum { DEFAULT_MINOR_FALLBACK = 13 };

// --- reading the options ---------------------------------------------------------------------------------------------

static int read_modes(const struct lock_values *values, struct resolve_options *options, struct error *err)
{
	static const char *const prereleases[] = { "if-necessary", "allow", "disallow", "explicit" };
	static const char *const resolutions[] = { "highest", "lowest", "lowest-direct" };
	size_t prerelease, resolution;
	if (option_choice("prerelease", values->prerelease, prereleases, 4, &prerelease, err) < 0 ||
	    option_choice("resolution", values->resolution, resolutions, 3, &resolution, err) < 0)
		return -1;
	options->prerelease = (enum prerelease_mode)prerelease;
	options->resolution = resolution == 1 ? RESOLUTION_LOWEST : RESOLUTION_HIGHEST;
	options->lowest_direct = resolution == 2;
	return 0;
}

// A date alone means its first moment in UTC.
static int read_cutoff(struct arena *arena, struct slice text, struct slice *ret_cutoff, struct error *err)
{
	int64_t microseconds;
	struct slice moment = slice_contains(text, S("T")) ? text : arena_printf(arena, "%.*sT00:00:00Z", SLICE_ARG(text));
	if (text.len && !upload_time_parse(moment, &microseconds)) {
		error_set(err, ERROR_USAGE, "'%.*s' is no value for --exclude-newer: expected a date", SLICE_ARG(text));
		return error_hint(err, "write it as 2024-05-01 or 2024-05-01T12:00:00Z");
	}
	*ret_cutoff = text.len ? moment : text;
	return 0;
}

struct rule_list {
	struct binary_rule *items;
	size_t len, cap;
};

// "a,b" or ":all:" or ":none:", which takes back what was said before.
static void add_rules(struct arena *arena, struct slice names, enum binary_mode mode, struct rule_list *rules)
{
	struct slice name;
	bool more = true;
	while (more) {
		more = slice_cut(&names, ',', &name);
		name = slice_trim(name);
		if (slice_eq(name, S(":none:")))
			*array_push(arena, rules) = (struct binary_rule){ S(":all:"), BINARY_ANY };
		else if (slice_eq(name, S(":all:")))
			*array_push(arena, rules) = (struct binary_rule){ name, mode };
		else if (name.len)
			*array_push(arena, rules) = (struct binary_rule){ name_normalize(arena, name), mode };
	}
}

// Files first, then the command line: what is said last wins (req.3).
static void read_binary_rules(struct cli *cli, const struct lock_values *values, const struct requirement_set *set,
			      struct resolve_options *options)
{
	struct rule_list rules = { 0 };
	for (size_t i = 0; i < set->options_len; i++) {
		if (set->options[i].kind == OPTION_NO_BINARY)
			add_rules(&cli->arena, set->options[i].value, BINARY_NONE, &rules);
		if (set->options[i].kind == OPTION_ONLY_BINARY)
			add_rules(&cli->arena, set->options[i].value, BINARY_ONLY, &rules);
	}
	for (size_t i = 0; i < values->no_binary.len; i++)
		add_rules(&cli->arena, slice_from(values->no_binary.items[i]), BINARY_NONE, &rules);
	for (size_t i = 0; i < values->only_binary.len; i++)
		add_rules(&cli->arena, slice_from(values->only_binary.items[i]), BINARY_ONLY, &rules);
	options->binary = rules.items;
	options->binary_len = rules.len;
}

// --- inputs ----------------------------------------------------------------------------------------------------------

static int read_inputs(struct cli *cli, const struct lock_values *values, const struct text_list *inputs,
		       struct requirement_set *set, struct error *err)
{
	struct requirement_reader reader = requirement_reader_disk;
	reader.getenv = setting;
	int status = 0;
	if (inputs->len == 0)
		return error_set(err, ERROR_USAGE, "nothing to lock"),
		       error_hint(err, "name a requirements file: pinbake lock requirements.in");
	for (size_t i = 0; i < inputs->len; i++)
		status |= requirements_read(inputs->items[i], false, &reader, &cli->arena, set, &cli->diagnostics);
	for (size_t i = 0; i < values->constraints.len; i++)
		status |= requirements_read(values->constraints.items[i], true, &reader, &cli->arena, set,
					    &cli->diagnostics);
	if (status < 0)
		return error_set(err, ERROR_INPUT, "%zu problem%s in the requirements", cli->diagnostics.error_count,
				 plural(cli->diagnostics.error_count));
	for (size_t i = 0; i < set->len; i++)
		if (!set->entries[i].is_constraint)
			return 0;
	warn(cli, "the requirements name no package; the lock will be empty");
	return 0;
}

// X.Y of the interpreter that python3 names, read off its file name: no Python is run.
static struct slice default_python(struct cli *cli)
{
	struct slice path = slice_from(setting("PATH")), directory;
	bool more = true;
	while (more) {
		more = slice_cut(&path, ':', &directory);
		const char *python = path_join(&cli->arena, arena_c_string(&cli->arena, directory), S("python3"));
		struct slice target = path_real(&cli->arena, python);
		size_t at = slice_find(target, S("/python3."));
		while (at != SLICE_NONE && slice_contains(slice_skip(target, at + 1), S("/python3.")))
			at += 1 + slice_find(slice_skip(target, at + 1), S("/python3."));
		if (at == SLICE_NONE)
			continue;
		struct slice minor = slice_skip(target, at + sizeof("/python3.") - 1);
		uint64_t number;
		if (slice_parse_u64(minor, 99, &number))
			return arena_printf(&cli->arena, "3.%llu", (unsigned long long)number);
	}
	return arena_printf(&cli->arena, "3.%d", DEFAULT_MINOR_FALLBACK);
}

static int choose_target(struct cli *cli, const struct lock_values *values, struct target *ret_target, struct error *err)
{
	if (values->target && (values->python || values->platform))
		return error_set(err, ERROR_USAGE, "--target already says what --python and --platform would");
	if (values->target)
		return target_parse(&cli->arena, slice_from(values->target), ret_target, err);
	struct slice python = values->python ? slice_from(values->python) : default_python(cli);
	struct slice platform = values->platform ? slice_from(values->platform) : host_platform(&cli->arena);
	return target_init(&cli->arena, python, platform, ret_target, err);
}

// --- index -----------------------------------------------------------------------------------------------------------

struct url_list {
	struct slice *items;
	size_t len, cap;
};

static void add_words(struct arena *arena, const char *words, struct url_list *urls)
{
	struct slice rest = slice_from(words), word;
	bool more = words != NULL;
	while (more) {
		more = slice_cut(&rest, ' ', &word);
		if (slice_trim(word).len)
			*array_push(arena, urls) = slice_trim(word);
	}
}

// Extra indexes stand before the main one, as uv has it: the first index that has a name wins.
static void collect_indexes(struct cli *cli, const struct lock_values *values, const struct requirement_set *set,
			    struct url_list *indexes, struct url_list *links)
{
	const char *main_url = values->index_url;
	bool none = values->no_index;
	struct url_list mains = { 0 };
	for (size_t i = 0; i < values->extra_index_urls.len; i++)
		*array_push(&cli->arena, indexes) = slice_from(values->extra_index_urls.items[i]);
	for (size_t i = 0; i < values->find_links.len; i++)
		*array_push(&cli->arena, links) = slice_from(values->find_links.items[i]);
	for (size_t i = 0; i < set->options_len; i++) {
		const struct requirement_option *option = &set->options[i];
		if (option->kind == OPTION_INDEX_URL)
			*array_push(&cli->arena, &mains) = option->value;
		if (option->kind == OPTION_EXTRA_INDEX_URL)
			*array_push(&cli->arena, indexes) = option->value;
		if (option->kind == OPTION_FIND_LINKS)
			*array_push(&cli->arena, links) = option->value;
		none |= option->kind == OPTION_NO_INDEX;
	}
	add_words(&cli->arena, configured_setting("EXTRA_INDEX_URL"), indexes);
	add_words(&cli->arena, configured_setting("FIND_LINKS"), links);
	if (none)
		*indexes = (struct url_list){ 0 };
	else if (main_url)
		*array_push(&cli->arena, indexes) = slice_from(main_url);
	else if (mains.len)
		*array_push(&cli->arena, indexes) = mains.items[mains.len - 1];
	else
		*array_push(&cli->arena, indexes) = slice_from(default_index_url());
}

static void index_cleanup(struct index **index)
{
	index_close(*index);
}

static int open_index(struct cli *cli, const struct lock_values *values, const struct requirement_set *set,
		      struct net *net, struct index **ret_index, struct error *err)
{
	struct url_list indexes = { 0 }, links = { 0 };
	collect_indexes(cli, values, set, &indexes, &links);
	struct index_config config = {
		.index_urls = indexes.items,
		.index_len = indexes.len,
		.find_links = links.items,
		.find_links_len = links.len,
		.store_path = cache_directory(cli),
		.offline = cli->common.offline,
		.refresh = values->refresh,
		.now = clock_seconds(),
	};
	if (make_directories(config.store_path, err) < 0)
		return -1;
	return index_open(&config, net, ret_index, err);
}

// --- the result ------------------------------------------------------------------------------------------------------

static int write_result(struct cli *cli, const struct lock_values *values, const struct lock *lock,
			const char **ret_path, json_t *result, struct error *err)
{
	bool requirements = values->format && strcmp(values->format, "requirements") == 0;
	const char *path = values->output ? values->output : requirements ? "requirements.txt" : "pylock.toml";
	struct slice text = S("");
	if (requirements) {
		struct lock_export_options options = { .hashes = true, .via = true };
		if (lock_export_requirements(lock, &options, &cli->arena, &text, err) < 0)
			return -1;
	} else {
		text = lock_write(&cli->arena, lock);
	}
	*ret_path = path;
	if (strcmp(path, "-") == 0) {
		if (cli->common.json)
			json_object_set_new(result, "text", text_as_json(text));
		else
			fwrite(text.ptr, 1, text.len, stdout);
		return 0;
	}
	return file_write(path, text, err);
}

static json_t *pins_as_json(struct arena *arena, const struct pin_list *pins)
{
	json_t *list = json_array();
	for (size_t i = 0; i < pins->len; i++) {
		const struct pin *pin = &pins->items[i];
		json_t *item = json_object();
		json_object_set_new(item, "name", text_as_json(pin->project->name));
		json_object_set_new(item, "version", text_as_json(pin->release->version_text));
		json_object_set_new(item, "file", text_as_json(pin->file->name));
		struct slice sha256 = sha256_hex(arena, &pin->sha256);
		json_object_set_new(item, "sha256", text_as_json(sha256));
		json_array_append_new(list, item);
	}
	return list;
}

static void report(struct cli *cli, const struct pin_list *pins, const struct target *target, const char *path,
		   const struct resolve *resolve, uint64_t started_ms, json_t *result)
{
	struct index_counts counts = index_counts(resolve->index);
	struct solver_counts solver = solver_counts(resolve->solver);
	uint64_t took = clock_ms() - started_ms;
	bool to_stdout = strcmp(path, "-") == 0;
	say(cli, "locked %zu package%s for %.*s in %llu.%02llu s%s%s", pins->len, plural(pins->len),
	    SLICE_ARG(target->name), (unsigned long long)(took / 1000), (unsigned long long)(took % 1000 / 10),
	    to_stdout ? "" : ": ", to_stdout ? "" : path);
	detail(cli, "index: %llu pages fetched, %llu revalidated, %llu from the cache; metadata: %llu fetched, %llu cached",
	       (unsigned long long)counts.pages_fetched, (unsigned long long)counts.pages_revalidated,
	       (unsigned long long)counts.pages_from_store, (unsigned long long)counts.metadata_fetched,
	       (unsigned long long)counts.metadata_from_store);
	detail(cli, "solver: %llu decisions, %llu conflicts, %llu incompatibilities, %llu rounds",
	       (unsigned long long)solver.decisions, (unsigned long long)solver.conflicts,
	       (unsigned long long)solver.incompatibilities, (unsigned long long)resolve->rounds);
	json_object_set_new(result, "lock", json_string(path));
	json_object_set_new(result, "target", text_as_json(target->name));
	json_object_set_new(result, "packages", pins_as_json(&cli->arena, pins));
	json_object_set_new(result, "conflicts", json_integer((json_int_t)solver.conflicts));
}

static int run_lock(struct cli *cli, void *opaque, const struct text_list *inputs, json_t *result, struct error *err)
{
	const struct lock_values *values = opaque;
	uint64_t started_ms = clock_ms();
	struct requirement_set set = { 0 };
	struct target target = { 0 };
	struct resolve_options options = { .requirements = &set, .target = &target };
	static const char *const formats[] = { "pylock", "requirements" };
	size_t format;
	if (option_choice("format", values->format, formats, 2, &format, err) < 0 ||
	    read_modes(values, &options, err) < 0 || read_inputs(cli, values, inputs, &set, err) < 0 ||
	    choose_target(cli, values, &target, err) < 0 ||
	    read_cutoff(&cli->arena, slice_from(values->exclude_newer), &options.exclude_newer, err) < 0)
		return -1;
	read_binary_rules(cli, values, &set, &options);
	AUTO(net_cleanup) struct net *net = NULL;
	AUTO(index_cleanup) struct index *index = NULL;
	if (open_net(cli, &net, err) < 0 || open_index(cli, values, &set, net, &index, err) < 0)
		return -1;
	AUTO(resolve_release) struct resolve resolve;
	resolve_init(&resolve, cli, index, &options);
	struct pin_list pins = { 0 };
	int status = resolve_run(&resolve, &pins, err);
	if (status < 0)
		return err->kind == ERROR_NO && solver_conflict(resolve.solver).len ?
			       report_conflict(cli, &resolve, result, err) : -1;
	if (find_missing_hashes(cli, net, &pins, err) < 0)
		return -1;
	progress_done(cli);
	struct lock lock = { 0 };
	const char *path = NULL;
	lock_from_pins(&cli->arena, &pins, &target, &options, &lock);
	if (check_hashes(&resolve, &pins, err) < 0 || write_result(cli, values, &lock, &path, result, err) < 0)
		return -1;
	warn_about_pins(cli, &resolve, &pins);
	show_diagnostics(cli);
	report(cli, &pins, &target, path, &resolve, started_ms, result);
	return 0;
}

const struct command command_lock = {
	.name = "lock",
	.arguments = "REQUIREMENTS… [options]",
	.summary = "resolve requirements into exact pins with hashes (pylock.toml)",
	.examples = "  pinbake lock requirements.in\n"
		    "  pinbake lock requirements.in --python 3.12 --platform linux/amd64\n"
		    "  pinbake lock app.in dev.in -c constraints.txt --offline\n",
	.options = { OPTIONS, sizeof(OPTIONS) / sizeof(*OPTIONS) },
	.values_size = sizeof(struct lock_values),
	.run = run_lock,
};
