// SPDX-License-Identifier: MIT
// Runs one program between two pipes.
#include "cli/settings/program.h"

#include "base/program.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	OUTPUT_BYTES_MAX = 64 * 1024, // tokens of clouds are some kilobytes
	WAIT_MS = 60 * 1000,          // somebody may have to unlock a wallet
	POLL_MS = 100,
};

// A pair of sockets carries both ways, and send() can be kept from raising SIGPIPE when
// the program does not read.
static int start(const char *program, const char *const *argv, pid_t *ret_pid,
		 int *ret_fd)
{
	union {
		const char *const *in;
		char *const *out;
	} words = { .in = argv };
	posix_spawn_file_actions_t actions;
	int ends[2];
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0)
		return errno;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDIN_FILENO);
	posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
	// What lies in the current folder is no matter of it
	posix_spawn_file_actions_addchdir_np(&actions, "/");
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY,
					 0);
	int status = posix_spawn(ret_pid, program, &actions, NULL, words.out, environ);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	if (status != 0)
		close(ends[0]);
	*ret_fd = ends[0];
	return status;
}

// What is asked is a line and fits a socket's buffer.
static void send_input(int fd, struct slice input)
{
	while (input.len) {
		ssize_t sent = send(fd, input.ptr, input.len, MSG_NOSIGNAL);
		if (sent <= 0)
			break;
		input = slice_skip(input, (size_t)sent);
	}
	shutdown(fd, SHUT_WR);
}

// Until its end, an interrupt, or WAIT_MS; false where it did not come to the end.
static bool read_all(int fd, struct buf *out)
{
	uint64_t until = clock_ms() + WAIT_MS;
	char bytes[1024];
	while (!*interrupt_flag() && clock_ms() < until && out->len < OUTPUT_BYTES_MAX) {
		struct pollfd waiting = { .fd = fd, .events = POLLIN };
		if (poll(&waiting, 1, POLL_MS) <= 0)
			continue;
		ssize_t got = read(fd, bytes, sizeof(bytes));
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return got == 0 || errno == ECONNRESET;
		buf_append(out, (struct slice){ bytes, (size_t)got });
	}
	return false;
}

static bool succeeded(pid_t pid, bool ended)
{
	int status = 0;
	if (!ended)
		kill(pid,
		     SIGKILL); // one that ignored a milder signal would be waited for
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return false;
	return ended && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

enum program_end program_ask(const char *const *argv, struct slice input,
			     struct arena *arena, struct slice *ret_output)
{
	struct buf out = { .arena = arena };
	pid_t pid;
	int fd;
	const char *const *folders = program_folders(arena, slice_from(setting("PATH")));
	const char *program = program_find(arena, folders, slice_from(argv[0]));
	*ret_output = S("");
	if (!program || start(program, argv, &pid, &fd) != 0)
		return PROGRAM_ABSENT;
	send_input(fd, input);
	bool ended = read_all(fd, &out);
	close(fd);
	*ret_output = buf_slice(&out);
	return succeeded(pid, ended) ? PROGRAM_DONE : PROGRAM_FAILED;
}
