// SPDX-License-Identifier: MIT
// What is to be locked: requirements files, pyproject.toml, scripts, constraints; and whether the targets fit what they
// say of Python.
#include "pinbake/inputs.h"
#include "resolver/requirements/project.h"

#include "base/limits.h"
#include "lockfile/lockfile.h"
#include "net/url.h"

enum input_kind { INPUT_REQUIREMENTS, INPUT_PROJECT, INPUT_SCRIPT };

struct inputs {
	struct session *session;
	struct requirement_reader reader;
	struct {
		struct slice *items; // pairs: as asked for, and where it was in the end
		size_t len, cap;
	} moved;
	struct project_request request;
	struct requirement_set *set;
	size_t projects; // pyproject.toml files among them, but for one read for its groups
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
	struct error *err = diagnostics_add(inputs->session->diagnostics, SEVERITY_ERROR,
					    ERROR_INPUT, (struct span){ 0 },
					    "'%s' is a lock, and no input of one", path);
	error_hint(err, "name the file that it was made from");
	return true;
}

static int read_project(struct inputs *inputs, const char *path,
			const struct project_request *request)
{
	return requirements_read_project(path, request, &inputs->reader,
					 inputs->session->arena, inputs->set,
					 inputs->session->diagnostics);
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
	struct net *net;
	if (session_net(inputs->session, &net, &err) < 0)
		return arena_c_string(arena, url_redact(arena, url));
	net_use_credentials(net, url);
	return arena_c_string(arena, url_without_fragment(url_redact(arena, url)));
}

// A host that the user names. This machine is no exception: another user may listen at any
// of its ports, and a forwarded port is another machine.
static bool may_fill(void *context, struct slice url)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct inputs *inputs = context;
	struct error ignored;
	struct net *net;
	struct url parts;
	struct slice host, asked;
	unsigned port;
	url_parse(url, &parts);
	// ssh and others, too: it is about the host
	bool is_http = slice_eq_ignore_case(parts.scheme, S("http"));
	asked = arena_printf(&scratch, "%s://%.*s", is_http ? "http" : "https",
			     SLICE_ARG(parts.host_port));
	return url_host(asked, &host, &port) &&
	       session_net(inputs->session, &net, &ignored) == 0 &&
	       net_is_users(net, asked);
}

static int fetch_text(struct inputs *inputs, const char *url, struct arena *arena,
		      struct slice *ret_text, struct error *err)
{
	struct net_request request = { .url = slice_from(url),
				       .max_bytes = LIMIT_TEXT_FILE_BYTES,
				       .owner = inputs };
	struct net_response response;
	struct net *net;
	int status = 0;
	if (session_net(inputs->session, &net, err) < 0)
		return -1;
	net_start(net, &request);
	if (net_wait_for(net, inputs, &response, err) < 0)
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
	struct arena *arena = inputs->session->arena;
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
						inputs->session->diagnostics);
	case INPUT_REQUIREMENTS: break;
	}
	return requirements_read(path, false, &inputs->reader, arena, inputs->set,
				 inputs->session->diagnostics);
}

// --- what is asked of them -------------------------------------------------------------------------------------------

static struct project_request request_of(const struct lock_inputs *asked)
{
	return (struct project_request){
		.dependencies = true,
		.extras = asked->extras.items,
		.extras_len = asked->extras.len,
		.all_extras = asked->all_extras,
		.groups = asked->groups.items,
		.groups_len = asked->groups.len,
	};
}

// Groups of a project may be asked for alone, or beside requirements files.
static int read_groups(struct inputs *inputs)
{
	struct project_request groups = inputs->request;
	groups.dependencies = false;
	return read_project(inputs, "pyproject.toml", &groups);
}

// Files that bound and replace what the inputs ask for.
static int read_bounds(struct inputs *inputs, const struct lock_inputs *asked)
{
	struct arena *arena = inputs->session->arena;
	struct diagnostics *diagnostics = inputs->session->diagnostics;
	int status = 0;
	for (size_t i = 0; i < asked->constraints.len; i++)
		status |= requirements_read(arena_c_string(arena,
							   asked->constraints.items[i]),
					    true, &inputs->reader, arena, inputs->set,
					    diagnostics);
	for (size_t i = 0; i < asked->overrides.len; i++)
		status |= requirements_read_overrides(
			arena_c_string(arena, asked->overrides.items[i]), &inputs->reader,
			arena, inputs->set, diagnostics);
	for (size_t i = 0; i < asked->excludes.len; i++)
		status |= requirements_add_exclude(asked->excludes.items[i], arena,
						   inputs->set, diagnostics);
	return status;
}

// An extra is nothing without the project.
static bool asks_for_project(const struct lock_inputs *asked)
{
	return asked->whole_project || asked->extras.len || asked->all_extras;
}

static int read_all(struct inputs *inputs, const struct lock_inputs *asked)
{
	int status = 0;
	for (size_t i = 0; i < asked->files.len; i++)
		status |= read_input(inputs, arena_c_string(inputs->session->arena,
							    asked->files.items[i]));
	if (asked->files.len == 0 && (asked->groups.len == 0 || asks_for_project(asked)))
		status |= read_input(inputs, "pyproject.toml");
	if (asked->groups.len && inputs->projects == 0)
		status |= read_groups(inputs);
	return status | read_bounds(inputs, asked);
}

static int check_extras(const struct inputs *inputs, const struct lock_inputs *asked,
			struct error *err)
{
	if (inputs->projects || (!asked->extras.len && !asked->all_extras))
		return 0;
	error_set(err, ERROR_USAGE,
		  "--extra and --all-extras are for a pyproject.toml, and none is given");
	return error_hint(
		err, "in a requirements file, extras stand in brackets: package[extra]");
}

int inputs_read(struct session *session, const struct lock_inputs *asked,
		struct requirement_set *set, struct error *err)
{
	struct inputs inputs = { .session = session,
				 .reader = { .read = read_text,
					     .join = join_urls,
					     .getenv = session->config.variable,
					     .may_fill = may_fill },
				 .set = set };
	inputs.reader.context = &inputs;
	inputs.request = request_of(asked);
	if (asked->files.len == 0 && asked->groups.len == 0 &&
	    !file_exists("pyproject.toml")) {
		error_set(err, ERROR_USAGE, "nothing to lock");
		return error_hint(
			err, "name a requirements file: pinbake lock requirements.in");
	}
	if (read_all(&inputs, asked) < 0)
		return diagnostics_fail(session->diagnostics, err,
					"%zu problems in the requirements",
					session->diagnostics->error_count);
	if (check_extras(&inputs, asked, err) < 0)
		return -1;
	for (size_t i = 0; i < set->len; i++)
		if (!set->entries[i].is_constraint && !set->entries[i].is_override)
			return 0;
	session_warn(session, "the requirements name no package; the lock will be empty");
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

int inputs_check_python(const struct requirement_set *set,
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

int pinbake_requirements(struct session *session, const struct lock_inputs *inputs,
			 struct arena *arena, struct requirement_set *ret_set,
			 struct diagnostics *diagnostics, struct error *err)
{
	struct requirement_set set = { 0 };
	session->arena = arena;
	session->diagnostics = diagnostics;
	if (inputs_read(session, inputs, &set, err) < 0)
		return -1;
	*ret_set = set;
	return 0;
}
