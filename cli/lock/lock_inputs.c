// SPDX-License-Identifier: MIT
// What `pinbake lock` is given to lock: requirements files, pyproject.toml, scripts, constraints; and whether the
// targets fit what they say of Python.
#include "cli/lock/lock_options.h"

#include "base/limits.h"
#include "cli/project_file.h"
#include "lockfile/lockfile.h"
#include "net/url.h"

enum input_kind { INPUT_REQUIREMENTS, INPUT_PROJECT, INPUT_SCRIPT };

struct inputs {
	struct cli *cli;
	struct requirement_reader reader;
	struct net *net; // opened for the first file at a URL
	struct {
		struct slice *items; // pairs: as asked for, and where it was in the end
		size_t len, cap;
	} moved;
	struct project_request request;
	struct requirement_set *set;
	size_t projects; // pyproject.toml files among them, but for one read for its groups
	bool failed;
};

// --- files -----------------------------------------------------------------------------------------------------------

static enum input_kind kind_of(struct slice path)
{
	if (slice_ends_with(path, S(".toml")))
		return INPUT_PROJECT;
	return slice_ends_with(path, S(".py")) ? INPUT_SCRIPT : INPUT_REQUIREMENTS;
}

static struct slice file_name(struct slice path)
{
	size_t slash = slice_find_last_byte(path, '/');
	return slash == SLICE_NONE ? path : slice_skip(path, slash + 1);
}

static bool is_lock(struct inputs *inputs, const char *path)
{
	if (!lock_file_name_is_valid(file_name(slice_from(path))))
		return false;
	struct error *err = diagnostics_add(&inputs->cli->diagnostics, SEVERITY_ERROR,
					    ERROR_INPUT, (struct span){ 0 },
					    "'%s' is a lock, and no input of one", path);
	error_hint(err, "name the file that it was made from");
	return true;
}

static int read_project(struct inputs *inputs, const char *path,
			const struct project_request *request)
{
	return requirements_read_project(path, request, &inputs->reader,
					 &inputs->cli->arena, inputs->set,
					 &inputs->cli->diagnostics);
}

// RFC 3986, 5.1.3: what a file names is seen from where the file was found at last.
static struct slice place_of(const struct inputs *inputs, struct slice url)
{
	for (size_t i = 0; i < inputs->moved.len; i += 2)
		if (slice_eq(inputs->moved.items[i], url))
			return inputs->moved.items[i + 1];
	return url;
}

static void note_place(struct inputs *inputs, struct arena *arena, struct slice url,
		       struct slice final_url)
{
	if (!final_url.len || slice_eq(url, final_url))
		return;
	*array_push(arena, &inputs->moved) = url;
	*array_push(arena, &inputs->moved) = arena_dup(arena, final_url);
}

// What is shown is free of the password; the net has it.
static const char *join_urls(void *context, struct arena *arena, struct slice base,
			     struct slice target)
{
	struct inputs *inputs = context;
	struct error err = { 0 };
	struct slice url = url_resolve(arena, place_of(inputs, base), target);
	if (!inputs->net && open_net(inputs->cli, &inputs->net, &err) < 0)
		return arena_c_string(arena, url_redact(arena, url));
	net_use_credentials(inputs->net, url);
	return arena_c_string(arena, url_without_fragment(url_redact(arena, url)));
}

static int fetch_text(struct inputs *inputs, const char *url, struct arena *arena,
		      struct slice *ret_text, struct error *err)
{
	struct net_request request = { .url = slice_from(url),
				       .max_bytes = LIMIT_TEXT_FILE_BYTES,
				       .owner = inputs };
	struct net_response response;
	int status = 0;
	if (!inputs->net && open_net(inputs->cli, &inputs->net, err) < 0)
		return -1;
	net_start(inputs->net, &request);
	if (net_wait_for(inputs->net, inputs, &response, err) < 0)
		return -1;
	if (response.failed)
		*err = response.error, status = -1;
	else if (response.status != 200)
		status = error_set(err, ERROR_SOURCE,
				   "'%s' was answered with HTTP status %u", url,
				   response.status);
	else {
		*ret_text = arena_dup(arena, response.body);
		note_place(inputs, arena, request.url, response.final_url);
	}
	net_response_release(&response);
	return status;
}

static int read_text(void *context, const char *path, struct arena *arena,
		     struct slice *ret_text, struct error *err)
{
	struct inputs *inputs = context;
	struct slice text = slice_from(path);
	bool is_url = slice_eq_ignore_case(slice_range(text, 0, 6), S("https:")) ||
		      slice_eq_ignore_case(slice_range(text, 0, 5), S("http:"));
	if (is_url)
		return fetch_text(inputs, path, arena, ret_text, err);
	return requirement_reader_disk.read(NULL, path, arena, ret_text, err);
}

static int read_input(struct inputs *inputs, const char *path)
{
	struct arena *arena = &inputs->cli->arena;
	if (path_is_directory(path))
		path = path_join(arena, path, S("pyproject.toml"));
	if (is_lock(inputs, path))
		return -1;
	switch (kind_of(slice_from(path))) {
	case INPUT_PROJECT:
		inputs->projects++;
		return read_project(inputs, path, &inputs->request);
	case INPUT_SCRIPT:
		return requirements_read_script(path, &inputs->reader, arena, inputs->set,
						&inputs->cli->diagnostics);
	case INPUT_REQUIREMENTS: break;
	}
	return requirements_read(path, false, &inputs->reader, arena, inputs->set,
				 &inputs->cli->diagnostics);
}

// --- what is asked of them -------------------------------------------------------------------------------------------

static const struct slice *slices_of(struct arena *arena, const struct text_list *texts)
{
	struct slice *slices = arena_new_array(arena, struct slice, texts->len);
	for (size_t i = 0; i < texts->len; i++)
		slices[i] = slice_from(texts->items[i]);
	return slices;
}

static struct project_request request_of(struct cli *cli,
					 const struct lock_values *values)
{
	return (struct project_request){
		.dependencies = true,
		.extras = slices_of(&cli->arena, &values->extras),
		.extras_len = values->extras.len,
		.all_extras = values->all_extras,
		.groups = slices_of(&cli->arena, &values->groups),
		.groups_len = values->groups.len,
	};
}

// Groups of a project may be asked for alone, or beside requirements files.
static int read_groups(struct inputs *inputs)
{
	struct project_request groups = inputs->request;
	groups.dependencies = false;
	return read_project(inputs, "pyproject.toml", &groups);
}

// An extra is nothing without the project.
static bool asks_for_project(const struct lock_values *values)
{
	return values->whole_project || values->extras.len || values->all_extras;
}

static int read_all(struct inputs *inputs, const struct lock_values *values,
		    const struct text_list *paths)
{
	int status = 0;
	for (size_t i = 0; i < paths->len; i++)
		status |= read_input(inputs, paths->items[i]);
	if (paths->len == 0 && (values->groups.len == 0 || asks_for_project(values)))
		status |= read_input(inputs, "pyproject.toml");
	if (values->groups.len && inputs->projects == 0)
		status |= read_groups(inputs);
	for (size_t i = 0; i < values->constraints.len; i++)
		status |= requirements_read(values->constraints.items[i], true,
					    &inputs->reader, &inputs->cli->arena,
					    inputs->set, &inputs->cli->diagnostics);
	for (size_t i = 0; i < values->overrides.len; i++)
		status |= requirements_read_overrides(values->overrides.items[i],
						      &inputs->reader,
						      &inputs->cli->arena, inputs->set,
						      &inputs->cli->diagnostics);
	for (size_t i = 0; i < values->excludes.len; i++)
		status |= requirements_add_exclude(slice_from(values->excludes.items[i]),
						   &inputs->cli->arena, inputs->set,
						   &inputs->cli->diagnostics);
	return status;
}

static int check_request(const struct inputs *inputs, const struct lock_values *values,
			 struct error *err)
{
	if (inputs->projects || (!values->extras.len && !values->all_extras))
		return 0;
	error_set(err, ERROR_USAGE,
		  "--extra and --all-extras are for a pyproject.toml, and none is given");
	return error_hint(
		err, "in a requirements file, extras stand in brackets: package[extra]");
}

// What the command line asks for of a project is not what the settings would.
static void keep_extras(const struct lock_values *given, bool has_files,
			struct lock_values *values)
{
	bool groups_alone = given->groups.len && !given->extras.len && !given->all_extras;
	if (has_files || groups_alone) {
		values->extras = given->extras;
		values->all_extras = given->all_extras;
	}
	if (has_files)
		values->groups = given->groups;
	values->whole_project = values->extras.len || values->all_extras;
}

int lock_read_settings(struct cli *cli, struct lock_values *values,
		       struct text_list *inputs, struct error *err)
{
	struct lock_values given = *values;
	bool has_files = inputs->len > 0;
	if (project_file_read_own(cli, "lock", &lock_option_table, values, err) < 0 ||
	    project_file_read(cli, &lock_option_table, values, inputs, err) < 0)
		return -1;
	if (given.pythons.len || given.platforms.len || given.targets.len) {
		values->pythons = given.pythons;
		values->platforms = given.platforms;
		values->targets = given.targets;
	}
	keep_extras(&given, has_files, values);
	values->indexes.named_here = given.indexes.named_indexes.len > 0;
	return 0;
}

int lock_read_index_settings(struct cli *cli, struct lock_values *values,
			     struct error *err)
{
	struct lock_values all = *values;
	struct text_list inputs = { 0 };
	if (lock_read_settings(cli, &all, &inputs, err) < 0)
		return -1;
	values->indexes = all.indexes;
	values->only_binary = all.only_binary;
	values->no_binary = all.no_binary;
	return 0;
}

// A source that is out of reach is no mistake of the files.
static enum error_kind kind_of_problems(const struct diagnostics *diagnostics)
{
	enum error_kind kind = ERROR_SOURCE;
	for (size_t i = 0; i < diagnostics->len; i++) {
		const struct diagnostic *item = &diagnostics->items[i];
		if (item->severity == SEVERITY_ERROR && item->error.kind != ERROR_SOURCE)
			kind = item->error.kind;
	}
	return kind;
}

int lock_read_inputs(struct cli *cli, const struct lock_values *values,
		     const struct text_list *paths, struct requirement_set *set,
		     struct error *err)
{
	struct inputs inputs = {
		.cli = cli,
		.reader = { .read = read_text, .join = join_urls, .getenv = setting },
		.set = set
	};
	inputs.reader.context = &inputs;
	inputs.request = request_of(cli, values);
	if (paths->len == 0 && values->groups.len == 0 && !file_exists("pyproject.toml"))
		return error_set(err, ERROR_USAGE, "nothing to lock"),
		       error_hint(
			       err,
			       "name a requirements file: pinbake lock requirements.in");
	int status = read_all(&inputs, values, paths);
	net_close(inputs.net);
	if (status < 0)
		return error_set(err, kind_of_problems(&cli->diagnostics),
				 "%zu problem%s in the requirements",
				 cli->diagnostics.error_count,
				 plural(cli->diagnostics.error_count));
	if (check_request(&inputs, values, err) < 0)
		return -1;
	for (size_t i = 0; i < set->len; i++)
		if (!set->entries[i].is_constraint && !set->entries[i].is_override)
			return 0;
	warn(cli, "the requirements name no package; the lock will be empty");
	return 0;
}

// --- Python ----------------------------------------------------------------------------------------------------------

enum { OLDEST_MINOR = 6, NEWEST_MINOR = 30, NEWEST_PATCH = 40 };

static bool admits(const struct specifier_set *set, unsigned minor, unsigned patch)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct version version;
	struct slice text = arena_printf(&scratch, "3.%u.%u", minor, patch);
	return version_parse(&scratch, text, &version) &&
	       specifier_set_contains(set, &version);
}

// Where the target leaves its patch release open, one that fits is enough.
static bool python_fits(const struct specifier_set *set, const struct target *target)
{
	if (target->python_patch_given)
		return specifier_set_contains(set, &target->python_full_version);
	for (unsigned patch = 0; patch <= NEWEST_PATCH; patch++)
		if (admits(set, target->python_minor, patch))
			return true;
	return false;
}

// The nearest minor release that would do, the newer one first.
static unsigned nearest_python(const struct specifier_set *set, unsigned minor)
{
	for (unsigned distance = 1; distance < NEWEST_MINOR; distance++) {
		if (minor + distance <= NEWEST_MINOR && admits(set, minor + distance, 0))
			return minor + distance;
		if (minor >= OLDEST_MINOR + distance && admits(set, minor - distance, 0))
			return minor - distance;
	}
	return 0;
}

int lock_check_python(const struct requirement_set *set,
		      const struct target_list *targets, struct error *err)
{
	for (size_t i = 0; i < set->pythons_len; i++) {
		const struct project_python *python = &set->pythons[i];
		for (size_t j = 0; j < targets->len; j++) {
			const struct target *target = &targets->items[j];
			if (python_fits(&python->specifiers, target))
				continue;
			unsigned near =
				nearest_python(&python->specifiers, target->python_minor);
			error_at(err, ERROR_NO, python->span,
				 "the project needs Python %.*s, but you lock for %.*s",
				 SLICE_ARG(python->text), SLICE_ARG(target->name));
			if (near)
				error_hint(err, "lock for another one: --python 3.%u",
					   near);
			return -1;
		}
	}
	return 0;
}
