// SPDX-License-Identifier: MIT
// Runs git with no more rights than a call needs, and fetches.
#include "builder/source/git_run.h"

#include "base/base64.h"
#include "base/limits.h"
#include "base/process.h"
#include "base/program.h"
#include "base/text.h"
#include "net/url.h"

#include <unistd.h>

enum {
	LIMIT_SECONDS = 3600, // a clone of a large repository over a slow line
	ENVIRONMENT_MAX = 48,
	WORDS_MAX = 48,
};

// --- what git sees ---------------------------------------------------------------------

struct variables {
	const char *items[ENVIRONMENT_MAX];
	size_t len, settings;
};

static void add(struct variables *variables, const char *item)
{
	if (variables->len + 1 < ENVIRONMENT_MAX)
		variables->items[variables->len++] = item;
}

static bool is_http(const struct git_address *address)
{
	struct url url;
	url_parse(address->url, &url);
	return slice_eq_ignore_case(url.scheme, S("http")) ||
	       slice_eq_ignore_case(url.scheme, S("https"));
}

// Settings of git in its environment, because other users cannot read that: it carries a
// password.
static void add_setting(struct arena *arena, struct slice key, struct slice value,
			struct variables *variables)
{
	size_t at = variables->settings++;
	add(variables,
	    arena_printf(arena, "GIT_CONFIG_KEY_%zu=%.*s", at, SLICE_ARG(key)).ptr);
	add(variables,
	    arena_printf(arena, "GIT_CONFIG_VALUE_%zu=%.*s", at, SLICE_ARG(value)).ptr);
}

// A password is for this address' host alone.
static void add_credentials(struct arena *arena, const struct git_repository *repository,
			    struct variables *variables)
{
	struct url url;
	url_parse(repository->address->url, &url);
	if (!repository->userinfo.len)
		return;
	struct slice secret = percent_decode(arena, repository->userinfo);
	if (slice_find_byte(secret, ':') == SLICE_NONE)
		secret = arena_printf(arena, "%.*s:", SLICE_ARG(secret));
	secret = base64_encode(arena, secret, BASE64_STANDARD);
	add_setting(arena,
		    arena_printf(arena, "http.%.*s://%.*s/.extraHeader",
				 SLICE_ARG(url.scheme), SLICE_ARG(url.host_port)),
		    arena_printf(arena, "Authorization: Basic %.*s", SLICE_ARG(secret)),
		    variables);
}

// Plain http stays where it was admitted, and a proxy has no part in what stays on this
// machine.
static void add_limits(struct arena *arena, const struct git_address *address,
		       struct variables *variables)
{
	struct slice host;
	unsigned port;
	if (!url_host(address->url, &host, &port))
		return;
	if (!slice_eq_ignore_case(slice_range(address->url, 0, 6), S("https:")))
		add_setting(arena, S("http.followRedirects"), S("false"), variables);
	if (host_is_loopback(host))
		add_setting(arena, S("http.proxy"), S(""), variables);
}

// git's own libcurl would look into ~/.netrc, whoever names the host.
static void add_theirs(const struct git_repository *repository,
		       struct variables *variables)
{
	bool hides_home = is_http(repository->address);
	const char *const *theirs = repository->git->environment;
	for (size_t i = 0; theirs && theirs[i]; i++)
		if (!hides_home || !slice_starts_with(slice_from(theirs[i]), S("HOME=")))
			add(variables, theirs[i]);
	if (hides_home)
		add(variables, "HOME=/nonexistent");
}

static struct variables variables_of(const struct git_repository *repository)
{
	static const char *const ours[] = {
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_ATTR_NOSYSTEM=1",
		"GIT_TERMINAL_PROMPT=0",
		"GIT_ASKPASS=",
		"SSH_ASKPASS=",
		"SSH_ASKPASS_REQUIRE=never",
		"GIT_SSH_COMMAND=ssh -oBatchMode=yes",
		"GIT_LFS_SKIP_SMUDGE=1",
		"GIT_OPTIONAL_LOCKS=0",
		"LC_ALL=C",
	};
	struct arena *arena = repository->arena;
	struct variables variables = { 0 };
	struct url url;
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		add(&variables, ours[i]);
	add_theirs(repository, &variables);
	// A server may send http on to https, and nothing to anything else.
	url_parse(repository->address->url, &url);
	add(&variables,
	    arena_printf(arena, "GIT_ALLOW_PROTOCOL=%.*s%s", SLICE_ARG(url.scheme),
			 slice_eq_ignore_case(url.scheme, S("http")) ? ":https" : "")
		    .ptr);
	add_credentials(arena, repository, &variables);
	add_limits(arena, repository->address, &variables);
	add(&variables,
	    arena_printf(arena, "GIT_CONFIG_COUNT=%zu", variables.settings).ptr);
	return variables;
}

// --- one call --------------------------------------------------------------------------

const char *git_temporary(const struct git_repository *repository, const char *name)
{
	return arena_printf(repository->arena, "%s/%s.%u", repository->folder, name,
			    (unsigned)getpid())
		.ptr;
}

static const char *output_path(const struct git_repository *repository)
{
	return git_temporary(repository, "output");
}

int git_run(struct git_repository *repository, const struct git_call *call, int *ret_code,
	    struct error *err)
{
	// These settings are git's defaults, and the repository, which is ours, has no
	// others. They are said again so that nothing rests on that alone.
	static const char *const first[] = {
		"-c",         "core.hooksPath=/dev/null",
		"-c",         "core.fsmonitor=false",
		"-c",         "gc.auto=0",
		"-c",         "maintenance.auto=false",
		"-c",         "credential.helper=",
		"-c",         "submodule.recurse=false",
		"-c",         "core.attributesFile=",
		"-c",         "http.lowSpeedLimit=1",
		"-c",         "http.lowSpeedTime=60",
		"--no-pager",
	};
	const char *words[WORDS_MAX];
	size_t len = 0;
	struct variables variables = variables_of(repository);
	if (!repository->git->program) {
		error_set(err, ERROR_SOURCE, "there is no program 'git' on PATH");
		return error_hint(err, "install git: requirements by git+ need it");
	}
	words[len++] = repository->git->program;
	for (size_t i = 0; i < sizeof(first) / sizeof(*first); i++)
		words[len++] = first[i];
	words[len++] =
		arena_printf(repository->arena, "--git-dir=%s", repository->path).ptr;
	for (size_t i = 0; call->words[i]; i++) {
		if (len + 1 == WORDS_MAX)
			BUG("a call of git has too many words");
		words[len++] = call->words[i];
	}
	words[len] = NULL;
	variables.items[variables.len] = NULL;
	struct process_job job = {
		.arguments = words,
		.environment = variables.items,
		.directory = repository->folder,
		.input_path = call->input_path,
		.output_path =
			call->output_path ? call->output_path : output_path(repository),
		.error_path = git_temporary(repository, "errors"),
		.limit_seconds = LIMIT_SECONDS,
		.work = repository->git->work,
	};
	return process_run(&job, ret_code, err);
}

int git_output(const struct git_repository *repository, struct slice *ret_text,
	       struct error *err)
{
	return file_read(output_path(repository), LIMIT_TEXT_FILE_BYTES, ERROR_IO,
			 repository->arena, ret_text, err);
}

static bool is_complaint(struct slice line)
{
	return slice_starts_with(line, S("fatal: ")) ||
	       slice_starts_with(line, S("error: "));
}

// The first "fatal:" line of git says why, or the last line of the program that git ran.
int git_fail(const struct git_repository *repository, struct error *err)
{
	enum { TAIL = 64 * 1024, SHOWN = 300 };
	struct slice text = S(""), line, why = S(""), last = S("");
	struct error ignored;
	(void)!file_read(git_temporary(repository, "errors"), TAIL, ERROR_IO,
			 repository->arena, &text, &ignored);
	while (text.len) {
		slice_cut(&text, '\n', &line);
		if (why.len == 0 && is_complaint(line))
			why = slice_skip(line, S("fatal: ").len);
		if (slice_trim(line).len)
			last = line;
	}
	why = slice_range(why.len ? why : last, 0, SHOWN);
	return error_set(err, ERROR_SOURCE, "git cannot fetch '%.*s': %.*s",
			 SLICE_ARG(repository->address->url), SLICE_ARG(why));
}

// --- the repository --------------------------------------------------------------------

int git_repository_open(const struct git *git, const struct git_address *address,
			struct arena *arena, struct git_repository *ret_repository,
			struct error *err)
{
	struct sha256 key = sha256_of(address->url);
	struct git_repository repository = { .git = git,
					     .address = address,
					     .arena = arena };
	struct slice name = arena_printf(arena, "git/%.32s", sha256_hex(arena, &key).ptr);
	const char *folder = path_join(arena, git->cache_directory, name);
	if (make_directories(folder, err) < 0)
		return -1;
	// git runs in this folder and takes paths as seen from there.
	repository.folder = path_real(arena, folder).ptr;
	repository.path = path_join(arena, repository.folder, S("repo"));
	repository.is_ready = file_exists(path_join(arena, repository.path, S("HEAD")));
	*ret_repository = repository;
	return 0;
}

void git_repository_close(struct git_repository *repository)
{
	struct error ignored;
	if (!repository->folder)
		return;
	(void)!remove_tree(git_temporary(repository, "output"), &ignored);
	(void)!remove_tree(git_temporary(repository, "errors"), &ignored);
}

// The template is empty: no hooks, no description.
static int init(struct git_repository *repository, struct error *err)
{
	const char *const words[] = { "init",        "--quiet",        "--bare",
				      "--template=", repository->path, NULL };
	int code;
	if (repository->is_ready)
		return 0;
	if (git_run(repository, &(struct git_call){ .words = words }, &code, err) < 0)
		return -1;
	repository->is_ready = code == 0;
	return code == 0 ? 0 : git_fail(repository, err);
}

static int refuse_offline(const struct git_repository *repository, struct error *err)
{
	error_set(err, ERROR_SOURCE,
		  "'%.*s' would have to be fetched and --offline is set",
		  SLICE_ARG(repository->address->url));
	return error_hint(err, "run once without --offline");
}

// Whether the server may be spoken to is asked before each word to it.
static int ask_leave(struct git_repository *repository, struct error *err)
{
	const struct git *git = repository->git;
	const struct git_address *address = repository->address;
	repository->userinfo = address->userinfo;
	if (!git->admit || !is_http(address))
		return 0;
	struct slice url =
		url_with_userinfo(repository->arena, address->url, address->userinfo);
	return git->admit(git->admit_context, url, repository->arena,
			  &repository->userinfo, err);
}

// Branches that are gone are pruned first: one of them may stand in the way of another
// below its name.
int git_fetch(struct git_repository *repository, struct slice refspec, struct error *err)
{
	const char *const words[] = {
		"fetch",
		"--quiet",
		"--force",
		"--prune",
		"--no-tags",
		"--no-recurse-submodules",
		"--no-write-fetch-head",
		"--",
		arena_c_string(repository->arena, repository->address->url),
		"+refs/heads/*:refs/heads/*",
		"+refs/tags/*:refs/tags/*",
		refspec.len ? arena_c_string(repository->arena, refspec) : NULL,
		NULL,
	};
	int code;
	if (repository->git->offline)
		return refuse_offline(repository, err);
	if (ask_leave(repository, err) < 0 || init(repository, err) < 0 ||
	    git_run(repository, &(struct git_call){ .words = words }, &code, err) < 0)
		return -1;
	repository->is_fetched |= code == 0;
	return code == 0 ? 0 : git_fail(repository, err);
}

bool git_is_commit_id(struct slice text)
{
	return slice_is_hex(text) && (text.len == 40 || text.len == 64);
}

int git_parse_commit(struct git_repository *repository, struct slice name,
		     struct slice *ret_commit, struct error *err)
{
	const char *const words[] = {
		"rev-parse", "--verify", "--quiet",
		arena_printf(repository->arena, "%.*s^{commit}", SLICE_ARG(name)).ptr,
		NULL
	};
	struct slice text, line;
	int code = 1;
	*ret_commit = S("");
	if (!program_takes(name))
		return error_set(err, ERROR_INPUT, "'%.*s' is no commit",
				 SLICE_ARG(name));
	if (repository->is_ready &&
	    git_run(repository, &(struct git_call){ .words = words }, &code, err) < 0)
		return -1;
	if (code != 0)
		return 0;
	if (git_output(repository, &text, err) < 0)
		return -1;
	slice_cut(&text, '\n', &line);
	if (git_is_commit_id(line))
		*ret_commit = line;
	return 0;
}

// Servers hand out single commits, too, as those of a pull request that no branch has.
int git_need_commit(struct git_repository *repository, struct slice commit,
		    struct error *err)
{
	struct arena *arena = repository->arena;
	struct slice found;
	if (git_parse_commit(repository, commit, &found, err) < 0)
		return -1;
	if (!found.len && git_fetch(repository, S(""), err) < 0)
		return -1;
	if (!found.len && git_parse_commit(repository, commit, &found, err) < 0)
		return -1;
	struct slice refspec = arena_printf(arena, "+%.*s:refs/pinbake/%.*s",
					    SLICE_ARG(commit), SLICE_ARG(commit));
	struct error refused = { 0 };
	if (!found.len && git_fetch(repository, refspec, &refused) == 0 &&
	    git_parse_commit(repository, commit, &found, err) < 0)
		return -1;
	if (found.len)
		return 0;
	if (refused.kind == ERROR_INTERRUPTED)
		return *err = refused, -1;
	return error_set(err, ERROR_NO, "'%.*s' has no commit %.*s",
			 SLICE_ARG(repository->address->url), SLICE_ARG(commit));
}
