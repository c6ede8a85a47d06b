// SPDX-License-Identifier: MIT
// Starts a program in a process group of its own and waits for it.
#include "base/process.h"

#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

// Who interrupts waits half a second at most for all of it.
enum { STEP_MS = 50, LATE_GRACE_MS = 2000, INTERRUPTED_GRACE_MS = 200, FILE_MODE = 0600 };

// --- those that run --------------------------------------------------------------------

enum { RUNNING_MAX = 256 };
static _Atomic pid_t running[RUNNING_MAX];

// Where more run than there is room for, the rest is only ended by who waits for it.
static void change_running(pid_t from, pid_t to)
{
	for (size_t i = 0; i < RUNNING_MAX; i++) {
		pid_t expected = from;
		if (atomic_compare_exchange_strong(&running[i], &expected, to))
			return;
	}
}

void process_end_all(void)
{
	for (size_t i = 0; i < RUNNING_MAX; i++) {
		pid_t child = atomic_load(&running[i]);
		if (child > 0)
			kill(-child, SIGKILL);
	}
}

// --- starting ------------------------------------------------------------------------

static void write_to(posix_spawn_file_actions_t *actions, int fd, const char *path)
{
	posix_spawn_file_actions_addopen(actions, fd, path ? path : "/dev/null",
					 O_WRONLY | O_CREAT | O_TRUNC, FILE_MODE);
}

static void set_streams(posix_spawn_file_actions_t *actions,
			const struct process_job *job)
{
	const char *input = job->input_path ? job->input_path : "/dev/null";
	posix_spawn_file_actions_init(actions);
	posix_spawn_file_actions_addopen(actions, STDIN_FILENO, input, O_RDONLY, 0);
	if (job->log_path) {
		posix_spawn_file_actions_addopen(actions, STDOUT_FILENO, job->log_path,
						 O_WRONLY | O_APPEND | O_CREAT,
						 FILE_MODE);
		posix_spawn_file_actions_adddup2(actions, STDOUT_FILENO, STDERR_FILENO);
	} else {
		write_to(actions, STDOUT_FILENO, job->output_path);
		write_to(actions, STDERR_FILENO, job->error_path);
	}
	if (job->directory)
		posix_spawn_file_actions_addchdir_np(actions, job->directory);
}

// The program gets a process group of its own, so that its children can be ended with it,
// and default signal handling: what we catch or ignore does not concern it.
static void set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t signals;
	sigemptyset(&signals);
	sigaddset(&signals, SIGPIPE);
	sigaddset(&signals, SIGINT);
	sigaddset(&signals, SIGTERM);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setpgroup(attributes, 0);
	posix_spawnattr_setsigdefault(attributes, &signals);
	posix_spawnattr_setflags(attributes,
				 POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
}

// posix_spawn's signature is older than const.
union string_list {
	const char *const *given;
	char *const *wanted;
};

static int start(const struct process_job *job, pid_t *ret_child, struct error *err)
{
	union string_list arguments = { job->arguments },
			  environment = { job->environment };
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	if (job->arguments[0][0] != '/')
		return error_set(err, ERROR_IO, "'%s' is no absolute path of a program",
				 job->arguments[0]);
	set_streams(&actions, job);
	set_attributes(&attributes);
	int why = posix_spawn(ret_child, job->arguments[0], &actions, &attributes,
			      arguments.wanted, environment.wanted);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	errno = why;
	return why ? error_errno(err, ERROR_IO, "cannot run '%s'", job->arguments[0]) : 0;
}

// --- waiting -------------------------------------------------------------------------

// Waits for one step at most. True once the child has ended.
static bool has_ended(pid_t child, int pid_fd, int *ret_status)
{
	struct pollfd wait = { .fd = pid_fd, .events = POLLIN };
	(void)!poll(&wait, 1, STEP_MS);
	return waitpid(child, ret_status, WNOHANG) == child;
}

static void stop(pid_t child, int pid_fd, unsigned grace_ms)
{
	int status;
	bool ended = false;
	kill(-child, SIGTERM);
	for (unsigned i = 0; i < grace_ms / STEP_MS && !ended; i++)
		ended = has_ended(child, pid_fd, &status);
	kill(-child, SIGKILL); // its children may not have got the first signal
	while (!ended && waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
}

static enum process_outcome wait_for(pid_t child, unsigned limit_seconds,
				     const struct work *work, int *ret_exit_code)
{
	AUTO(fd_close) int pid_fd = (int)syscall(SYS_pidfd_open, child, 0); // since 5.3
	uint64_t steps = (uint64_t)limit_seconds * 1000 / STEP_MS;
	int status;
	for (uint64_t i = 0; i < steps; i++) {
		if (has_ended(child, pid_fd, &status)) {
			*ret_exit_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
							     : WEXITSTATUS(status);
			return PROCESS_ENDED;
		}
		if (work_is_interrupted(work)) {
			stop(child, pid_fd, INTERRUPTED_GRACE_MS);
			return PROCESS_INTERRUPTED;
		}
	}
	stop(child, pid_fd, LATE_GRACE_MS);
	return PROCESS_LATE;
}

enum process_outcome process_wait(pid_t child, unsigned limit_seconds,
				  const struct work *work, int *ret_exit_code)
{
	change_running(0, child);
	enum process_outcome outcome =
		wait_for(child, limit_seconds, work, ret_exit_code);
	change_running(child, 0);
	return outcome;
}

int process_run(const struct process_job *job, int *ret_exit_code, struct error *err)
{
	pid_t child;
	if (start(job, &child, err) < 0)
		return -1;
	switch (process_wait(child, job->limit_seconds, job->work, ret_exit_code)) {
	case PROCESS_ENDED: return 0;
	case PROCESS_INTERRUPTED: return error_set(err, ERROR_INTERRUPTED, "interrupted");
	case PROCESS_LATE: break;
	}
	return error_set(err, ERROR_SOURCE, "'%s' ran for more than %u seconds",
			 job->arguments[0], job->limit_seconds);
}
