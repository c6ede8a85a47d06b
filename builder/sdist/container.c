// SPDX-License-Identifier: MIT
// Speaks to docker and podman by their command line, which is the same for both.
#include "builder/sdist/container.h"

#include "base/files.h"
#include "base/process.h"

#include <unistd.h>

enum { ANSWER_SECONDS = 60, FETCH_SECONDS = 1800, ANSWER_BYTES_MAX = 64 * 1024 };

// --- images ----------------------------------------------------------------------------

struct answer {
	int exit_code;
	struct slice text, problem; // standard output and error, trimmed
};

static int read_answer(const char *path, struct arena *arena, struct slice *ret_text,
		       struct error *err)
{
	struct slice text = S("");
	if (file_read(path, ANSWER_BYTES_MAX, ERROR_IO, arena, &text, err) < 0)
		return -1;
	*ret_text = slice_trim(text);
	return 0;
}

// What the engine is asked, and where its answers may lie.
struct engine_call {
	const struct container *container;
	const char *folder;
	struct arena *arena;
};

static int ask(const struct engine_call *call, const char *const *arguments,
	       unsigned limit_seconds, struct answer *ret_answer, struct error *err)
{
	struct answer answer = { 0 };
	struct process_job job = {
		.arguments = arguments,
		.environment = call->container->environment,
		.output_path = path_join(call->arena, call->folder, S("engine-output")),
		.error_path = path_join(call->arena, call->folder, S("engine-error")),
		.limit_seconds = limit_seconds,
		.work = call->container->work,
	};
	if (process_run(&job, &answer.exit_code, err) < 0 ||
	    read_answer(job.output_path, call->arena, &answer.text, err) < 0 ||
	    read_answer(job.error_path, call->arena, &answer.problem, err) < 0)
		return -1;
	*ret_answer = answer;
	return 0;
}

static struct slice last_line(struct slice text)
{
	size_t at = slice_find_last_byte(text, '\n');
	return at == SLICE_NONE ? text : slice_skip(text, at + 1);
}

int container_find_image(const struct container *container, const char *folder,
			 struct arena *arena, struct slice *ret_id, struct error *err)
{
	const char *const inspect[] = {
		container->engine, "image",          "inspect", "--format",
		"{{.Id}}",         container->image, NULL
	};
	const char *const pull[] = { container->engine, "pull", "-q", container->image,
				     NULL };
	const struct engine_call call = { container, folder, arena };
	struct answer answer;
	if (ask(&call, inspect, ANSWER_SECONDS, &answer, err) < 0)
		return -1;
	if (answer.exit_code != 0 && !container->offline) {
		if (ask(&call, pull, FETCH_SECONDS, &answer, err) < 0)
			return -1;
		if (answer.exit_code == 0 &&
		    ask(&call, inspect, ANSWER_SECONDS, &answer, err) < 0)
			return -1;
	}
	if (answer.exit_code != 0 || answer.text.len == 0) {
		struct slice why = last_line(answer.problem);
		return error_set(err, ERROR_SOURCE, "no image '%s': %.*s",
				 container->image, SLICE_ARG(why));
	}
	*ret_id = answer.text;
	return 0;
}

// --- commands --------------------------------------------------------------------------

struct words {
	const char **items;
	size_t len, cap;
};

static void add(struct arena *arena, struct words *words, const char *word)
{
	*array_push(arena, words) = word;
}

static void add_all(struct arena *arena, struct words *words, const char *const *more)
{
	for (; *more; more++)
		add(arena, words, *more);
}

// The text between the quotes of a field of comma-separated values.
static struct slice quoted(struct arena *arena, const char *text)
{
	struct buf out = { .arena = arena };
	for (; *text; text++) {
		if (*text == '"')
			buf_byte(&out, '"');
		buf_byte(&out, *text);
	}
	return buf_slice(&out);
}

// -v would take a colon in a path for the path's end, --mount does not.
static void add_mount(struct arena *arena, struct words *words, const char *path,
		      const char *mode)
{
	struct slice text = quoted(arena, path);
	add(arena, words, "--mount");
	add(arena, words,
	    arena_printf(arena, "type=bind,\"source=%.*s\",\"target=%.*s\"%s",
			 SLICE_ARG(text), SLICE_ARG(text), mode)
		    .ptr);
}

static bool is_podman(const struct container *container)
{
	return slice_ends_with(slice_from(container->engine), S("podman"));
}

// The program runs as the user who runs pinbake, so that the files of the room are ours
// to remove. Rootless podman has to be told that this user exists in there.
static void add_user(const struct container *container, struct arena *arena,
		     struct words *words)
{
	if (geteuid() != 0 && is_podman(container))
		add(arena, words, "--userns=keep-id");
	add(arena, words, "--user");
	add(arena, words,
	    arena_printf(arena, "%u:%u", (unsigned)geteuid(), (unsigned)getegid()).ptr);
}

const char *const *container_command(const struct container *container,
				     const struct container_run *run, struct arena *arena)
{
	static const char *const always[] = { "--rm",
					      "--read-only",
					      "--tmpfs=/tmp",
					      "--cap-drop=ALL",
					      "--security-opt=no-new-privileges",
					      "--hostname=build",
					      "--log-driver=none",
					      "--entrypoint=/usr/bin/env",
					      NULL };
	struct words words = { 0 };
	add(arena, &words, container->engine);
	add(arena, &words, "run");
	add_all(arena, &words, always);
	add(arena, &words, run->network ? "--network=bridge" : "--network=none");
	add_user(container, arena, &words);
	if (!is_podman(container)) // which has a limit of its own, where it can have one
		add(arena, &words, "--pids-limit=16384");
	add(arena, &words, "--name");
	add(arena, &words, run->name);
	add_mount(arena, &words, run->room, "");
	if (run->project)
		add_mount(arena, &words, run->project, "");
	for (const char *const *path = run->read_only; *path; path++)
		add_mount(arena, &words, *path, ",readonly");
	add(arena, &words, "--workdir");
	add(arena, &words, run->directory);
	add(arena, &words, container->image);
	if (!run->keeps_environment)
		add(arena, &words, "-i");
	add_all(arena, &words, run->environment);
	add_all(arena, &words, run->arguments);
	add(arena, &words, NULL);
	return words.items;
}

void container_remove(const struct container *container, const char *name)
{
	const char *const arguments[] = { container->engine, "rm", "-f", name, NULL };
	struct process_job job = { .arguments = arguments,
				   .environment = container->environment,
				   .limit_seconds = ANSWER_SECONDS };
	struct error ignored = { 0 };
	int exit_code;
	(void)!process_run(&job, &exit_code, &ignored);
}
