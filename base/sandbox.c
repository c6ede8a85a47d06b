// SPDX-License-Identifier: MIT
// Starts the program in namespaces of its own and waits for it. Only calls that are safe
// there stand between fork and exec; posix_spawn has no place for them.
#include "base/sandbox.h"

#include "base/files.h"
#include "base/process.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CANNOT_START = 127 };

// --- in the child ----------------------------------------------------------------------

// The maps of ids for a user namespace, written before the fork: one user, mapped to
// itself.
struct identity {
	struct slice uid_map, gid_map;
};

static bool write_text(const char *path, struct slice text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	bool written = write(fd, text.ptr, text.len) == (ssize_t)text.len;
	close(fd);
	return written;
}

// Root may leave the network at once; others need a user namespace in which they are
// root.
static enum sandbox_net leave_network(const struct identity *identity)
{
	if (unshare(CLONE_NEWNET) == 0)
		return SANDBOX_NET_CUT;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
		return SANDBOX_NET_REFUSED;
	write_text("/proc/self/setgroups", S("deny"));
	write_text("/proc/self/uid_map", identity->uid_map);
	write_text("/proc/self/gid_map", identity->gid_map);
	return SANDBOX_NET_CUT;
}

static void default_signals(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	static const int ours[] = { SIGPIPE, SIGINT, SIGTERM };
	for (size_t i = 0; i < sizeof(ours) / sizeof(*ours); i++)
		sigaction(ours[i], &action, NULL);
}

// execve's signature is older than const.
union string_list {
	const char *const *given;
	char *const *wanted;
};

_Noreturn static void become(const struct sandbox_job *job,
			     const struct identity *identity, int log, int report)
{
	union string_list arguments = { job->arguments },
			  environment = { job->environment };
	int nothing = open("/dev/null", O_RDONLY);
	setpgid(0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL); // so that it ends when pinbake is killed
	default_signals();
	char net = (char)(job->network ? SANDBOX_NET_OPEN : leave_network(identity));
	if (nothing < 0 || dup2(nothing, 0) < 0 || dup2(log, 1) < 0 || dup2(log, 2) < 0 ||
	    chdir(job->directory) != 0 || write(report, &net, 1) != 1)
		_exit(CANNOT_START);
	execve(job->arguments[0], arguments.wanted, environment.wanted);
	char why = (char)errno;
	(void)!write(report, &why, 1);
	_exit(CANNOT_START);
}

// --- in the parent ---------------------------------------------------------------------

// The child reports the state of its network and then, if it could not become the
// program, the reason.
static int read_report(int report, const struct sandbox_job *job,
		       enum sandbox_net *ret_net, struct error *err)
{
	char words[2];
	ssize_t len = 0, more;
	while (len < 2 && ((more = read(report, words + len, (size_t)(2 - len))) > 0 ||
			   (more < 0 && errno == EINTR)))
		len += more > 0 ? more : 0;
	if (len == 1) {
		*ret_net = (enum sandbox_net)words[0];
		return 0;
	}
	errno = len == 2 ? words[1] : EIO;
	return error_errno(err, ERROR_IO, "cannot run '%s'", job->arguments[0]);
}

static int wait_for(pid_t child, const struct sandbox_job *job, int *ret_code,
		    struct error *err)
{
	switch (process_wait(child, job->limit_seconds, job->work, ret_code)) {
	case PROCESS_ENDED: return 0;
	case PROCESS_INTERRUPTED: return error_set(err, ERROR_INTERRUPTED, "interrupted");
	case PROCESS_LATE: break;
	}
	return error_set(err, ERROR_NO, "it ran for more than %u seconds",
			 job->limit_seconds);
}

static int start(const struct sandbox_job *job, int log, pid_t *ret_child,
		 enum sandbox_net *ret_net, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	unsigned uid = geteuid(), gid = getegid();
	struct identity identity = { arena_printf(&scratch, "%u %u 1", uid, uid),
				     arena_printf(&scratch, "%u %u 1", gid, gid) };
	int ends[2];
	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_errno(err, ERROR_IO, "cannot make a pipe");
	AUTO(fd_close) int reader = ends[0];
	pid_t child = fork();
	if (child == 0)
		become(job, &identity, log, ends[1]);
	close(ends[1]);
	if (child < 0)
		return error_errno(err, ERROR_IO, "cannot start a process");
	if (read_report(reader, job, ret_net, err) < 0) {
		int status;
		while (waitpid(child, &status, 0) < 0 && errno == EINTR)
			;
		return -1;
	}
	*ret_child = child;
	return 0;
}

int sandbox_run(const struct sandbox_job *job, struct sandbox_result *ret_result,
		struct error *err)
{
	struct sandbox_result result = { 0 };
	pid_t child;
	AUTO(fd_close)
	int log = open(job->log_path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	if (log < 0)
		return error_errno(err, ERROR_IO, "cannot open '%s'", job->log_path);
	if (start(job, log, &child, &result.net, err) < 0 ||
	    wait_for(child, job, &result.exit_code, err) < 0)
		return -1;
	kill(-child, SIGKILL); // what it may have left behind
	*ret_result = result;
	return 0;
}
