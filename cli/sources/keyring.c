// SPDX-License-Identifier: MIT
// Runs `keyring get` and reads one line from it.
#include "cli/sources/keyring.h"

#include "net/url.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	PASSWORD_BYTES_MAX = 64 * 1024, // tokens of clouds are some kilobytes
	WAIT_MS = 60 * 1000,            // somebody may have to unlock it
	POLL_MS = 100,
};

int keyring_is_wanted(struct cli *cli, bool *ret_wanted, struct error *err)
{
	static const char *const providers[] = { "disabled", "subprocess" };
	size_t provider;
	const char *set = configured_setting("KEYRING_PROVIDER");
	*ret_wanted = false;
	if (option_choice("keyring-provider", cli->common.keyring_provider, providers, 2,
			  &provider, err) < 0)
		return -1;
	*ret_wanted = cli->common.keyring_provider
			      ? provider == 1
			      : set && strcmp(set, "subprocess") == 0;
	return 0;
}

// --- the process -----------------------------------------------------------------------------------------------------

// Its stderr could quote anything: it is not shown.
static bool start(const char *url, const char *user, pid_t *ret_pid, int *ret_fd)
{
	char *argv[] = { (char[]){ "keyring" }, (char[]){ "get" }, NULL, NULL, NULL };
	union {
		const char *in;
		char *out;
	} place = { .in = url }, who = { .in = user };
	posix_spawn_file_actions_t actions;
	int ends[2];
	argv[2] = place.out;
	argv[3] = who.out;
	if (pipe2(ends, O_CLOEXEC) < 0)
		return false;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY,
					 0);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY,
					 0);
	int status = posix_spawnp(ret_pid, "keyring", &actions, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (status != 0)
		close(ends[0]);
	*ret_fd = ends[0];
	errno = status;
	return status == 0;
}

// Until its end, an interrupt, or WAIT_MS; false where it did not come to the end.
static bool read_all(int fd, struct buf *out)
{
	uint64_t until = clock_ms() + WAIT_MS;
	char bytes[1024];
	while (!interrupted() && clock_ms() < until && out->len < PASSWORD_BYTES_MAX) {
		struct pollfd waiting = { .fd = fd, .events = POLLIN };
		if (poll(&waiting, 1, POLL_MS) <= 0)
			continue;
		ssize_t got = read(fd, bytes, sizeof(bytes));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0;
		buf_append(out, (struct slice){ bytes, (size_t)got });
	}
	return false;
}

static bool succeeded(pid_t pid, bool ended)
{
	int status = 0;
	if (!ended)
		kill(pid, SIGTERM);
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

enum answer { ANSWER_FOUND, ANSWER_NONE, ANSWER_NO_PROGRAM };

static enum answer ask(struct slice place, struct slice user, struct arena *arena,
		       struct slice *ret_password)
{
	struct buf out = { .arena = arena };
	struct slice line, rest;
	pid_t pid;
	int fd;
	if (!start(arena_c_string(arena, place), arena_c_string(arena, user), &pid, &fd))
		return ANSWER_NO_PROGRAM;
	bool ended = read_all(fd, &out);
	close(fd);
	if (!succeeded(pid, ended))
		return ANSWER_NONE;
	rest = buf_slice(&out);
	slice_cut(&rest, '\n', &line);
	if (slice_ends_with(line, S("\r")))
		line.len--;
	*ret_password = line;
	return line.len ? ANSWER_FOUND : ANSWER_NONE;
}

bool keyring_find_password(void *context, struct slice url, struct slice user,
			   struct arena *arena, struct slice *ret_password)
{
	struct cli *cli = context;
	struct url parts;
	url_parse(url, &parts);
	// What begins with a dash would be an option to it.
	if (user.len == 0 || user.ptr[0] == '-' ||
	    slice_find_byte(user, '\0') != SLICE_NONE)
		return false;
	const struct slice places[] = { url, parts.host_port };
	for (size_t i = 0; i < 2; i++) {
		enum answer answer = ask(places[i], user, arena, ret_password);
		if (answer == ANSWER_FOUND)
			return true;
		if (answer == ANSWER_NO_PROGRAM) {
			warn(cli,
			     "the keyring provider is 'subprocess', but there is no program 'keyring' on PATH");
			return false;
		}
	}
	warn(cli, "keyring has no password for the user that is named for '%.*s'",
	     SLICE_ARG(parts.host_port));
	return false;
}
