// SPDX-License-Identifier: MIT
// What runs between fork and exec: the first process of a sandbox, the guardian of a program without one, and the last
// steps of the program itself.
#include "base/sandbox_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	CANNOT_START = 127,
	REPORT = 3, // the only descriptor besides the streams
	MEBIBYTE = 1024 * 1024,
	FILE_MIB_MAX = 16 * 1024,
	PROCESSES_MAX = 16 * 1024,
	STEP_MS = 100,
};

pid_t sandbox_clone(unsigned long flags)
{
	return (pid_t)syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, 0);
}

// --- reports ---------------------------------------------------------------------------

static void tell(int fd, enum sandbox_step step, int error)
{
	struct sandbox_report report = { step, error };
	(void)!write(fd, &report, sizeof(report));
}

_Noreturn static void fail(int fd, enum sandbox_step step)
{
	tell(fd, step, errno);
	_exit(CANNOT_START);
}

// The parent writes the maps of ids: it has the rights that the owner of a new namespace lacks.
static void take_identity(const struct sandbox_plan *plan)
{
	char answer;
	tell(plan->report, SANDBOX_WANTS_IDENTITY, 0);
	ssize_t len;
	while ((len = read(plan->go, &answer, 1)) < 0 && errno == EINTR)
		;
	if (len != 1)
		_exit(CANNOT_START);
}

// --- descriptors and signals -----------------------------------------------------------

static void close_from(int first)
{
	struct rlimit limit = { 0 };
	if (syscall(SYS_close_range, (unsigned)first, ~0U, 0) == 0) // since 5.9
		return;
	getrlimit(RLIMIT_NOFILE, &limit);
	for (int fd = first; (rlim_t)fd < limit.rlim_cur && fd < MEBIBYTE; fd++)
		close(fd);
}

static void default_signals(void)
{
	struct sigaction action = { .sa_handler = SIG_DFL };
	sigset_t none;
	for (int i = 1; i < NSIG; i++)
		sigaction(i, &action, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

// --- rights ----------------------------------------------------------------------------

static void limit(__rlimit_resource_t resource, rlim_t value)
{
	struct rlimit now;
	if (getrlimit(resource, &now) != 0)
		return;
	now.rlim_cur = now.rlim_cur < value ? now.rlim_cur : value;
	now.rlim_max = now.rlim_max < value ? now.rlim_max : value;
	setrlimit(resource, &now);
}

static void set_limits(void)
{
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_FSIZE, (rlim_t)FILE_MIB_MAX * MEBIBYTE);
	limit(RLIMIT_NPROC, PROCESSES_MAX);
}

// What root may do with files of its own; all else of its power is not for a build.
static bool is_of_files(unsigned long capability)
{
	return capability == CAP_CHOWN || capability == CAP_DAC_OVERRIDE ||
	       capability == CAP_FOWNER || capability == CAP_FSETID;
}

static void bound_capabilities(bool keeps_files)
{
	for (unsigned long i = 0; prctl(PR_CAPBSET_READ, i, 0, 0, 0) >= 0; i++)
		if (!keeps_files || !is_of_files(i))
			prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

static bool drop_capabilities(void)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct none[2] = { { 0 } };
	return syscall(SYS_capset, &header, none) == 0;
}

// Not by the functions of the C library, which would wait for the threads of the parent, as this child came by a bare clone.
// Groups that the user has besides stay where a namespace was made without rights: they open nothing that can be seen.
static bool become_other_user(void)
{
	(void)!syscall(SYS_setgroups, 0, NULL);
	return syscall(SYS_setresgid, SANDBOX_ID, SANDBOX_ID, SANDBOX_ID) == 0 &&
	       syscall(SYS_setresuid, SANDBOX_ID, SANDBOX_ID, SANDBOX_ID) == 0;
}

static bool set_filter(const struct sandbox_plan *plan)
{
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &plan->filter, 0, 0) == 0;
}

// --- the program -----------------------------------------------------------------------

static bool set_streams(const struct sandbox_plan *plan)
{
	// Above the streams, so that none of them is what another is to be.
	int input = fcntl(plan->input, F_DUPFD, REPORT + 1),
	    log = fcntl(plan->log, F_DUPFD, REPORT + 1),
	    report = fcntl(plan->report, F_DUPFD, REPORT + 1);
	if (input < 0 || log < 0 || report < 0 || dup2(input, 0) < 0 ||
	    dup2(log, 1) < 0 || dup2(log, 2) < 0 || dup3(report, REPORT, O_CLOEXEC) < 0)
		return false;
	close_from(REPORT + 1);
	return true;
}

// execve's signature is older than const.
union string_list {
	const char *const *given;
	char *const *wanted;
};

_Noreturn static void become_program(const struct sandbox_plan *plan)
{
	const struct sandbox_job *job = plan->job;
	union string_list arguments = { job->arguments },
			  environment = { job->environment };
	bool is_confined = job->walls == SANDBOX_CONFINED;
	setsid();
	umask(022);
	if (!set_streams(plan))
		fail(plan->report, SANDBOX_PROGRAM);
	set_limits();
	bound_capabilities(!is_confined);
	if ((is_confined && (!become_other_user() || !drop_capabilities())) ||
	    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		fail(REPORT, SANDBOX_RIGHTS);
	if (!set_filter(plan) && is_confined)
		fail(REPORT, SANDBOX_FILTER);
	if (plan->tries)
		_exit(0);
	if (chdir(job->directory) == 0)
		execve(job->arguments[0], arguments.wanted, environment.wanted);
	fail(REPORT, SANDBOX_PROGRAM);
}

// A command line can be read by all who see the process, and hold a password in a URL. The program's arguments may lie in
// it, so it has a copy of its own first, and does not begin before this one is wiped out.
static pid_t start_program(const struct sandbox_plan *plan)
{
	int gate[2];
	char byte;
	if (pipe2(gate, O_CLOEXEC) != 0)
		return -1;
	pid_t program = sandbox_clone(0);
	if (program == 0) {
		close(gate[1]);
		(void)!read(gate[0], &byte, 1);
		become_program(plan);
	}
	if (program > 0 && plan->words)
		memset(plan->words, 0, plan->words_len);
	close(gate[0]);
	close(gate[1]);
	return program;
}

static int exit_code_of(int status)
{
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// --- confined --------------------------------------------------------------------------

// The memory of this process is a copy of pinbake's: nobody is to look into it.
static void close_oneself_off(void)
{
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); // a change of rights takes it back
}

static int wait_for_program(pid_t program)
{
	int status;
	for (;;) {
		pid_t ended = waitpid(-1, &status, 0);
		if (ended == program)
			return exit_code_of(status);
		if (ended < 0 && errno != EINTR)
			return CANNOT_START;
	}
}

_Noreturn void sandbox_first_process(const struct sandbox_plan *plan)
{
	setsid();
	umask(0);
	default_signals();
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (!plan->is_privileged)
		take_identity(plan);
	(void)!sethostname("build", strlen("build"));
	enum sandbox_step failed = sandbox_make_root(plan->job);
	if (failed)
		fail(plan->report, failed);
	if (plan->is_privileged) {
		if (unshare(CLONE_NEWUSER) != 0)
			fail(plan->report, SANDBOX_NAMESPACE);
		take_identity(plan);
	}
	close_oneself_off();
	pid_t program = start_program(plan);
	if (program < 0)
		fail(plan->report, SANDBOX_NAMESPACE);
	close_from(0);
	_exit(wait_for_program(program));
}

// --- unconfined ------------------------------------------------------------------------

// The numbers of this process's children, as the kernel lists them. False where it does not.
static bool kill_children(void)
{
	char path[64], text[4096];
	pid_t child = 0;
	int len = snprintf(path, sizeof(path), "/proc/self/task/%ld/children",
			   (long)getpid());
	int fd = len > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	if (fd < 0)
		return false;
	ssize_t got = read(fd, text, sizeof(text));
	close(fd);
	for (ssize_t i = 0; i < got; i++) {
		if (text[i] >= '0' && text[i] <= '9') {
			child = child * 10 + (text[i] - '0');
			continue;
		}
		if (child > 0)
			kill(child, SIGKILL);
		child = 0;
	}
	return got >= 0;
}

// Orphans become children of this process, whatever session they have made for themselves.
static void end_all(pid_t program)
{
	int status;
	kill(-program, SIGKILL);
	kill(program, SIGKILL);
	while (kill_children()) {
		pid_t ended;
		while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
			;
		if (ended < 0 && errno == ECHILD)
			return;
		(void)!poll(NULL, 0, 1);
	}
	while (waitpid(program, &status, 0) < 0 && errno == EINTR)
		;
}

// Until the program ends, or pinbake closes its end of the pipe: it wants that, or has ended itself.
static int watch(pid_t program, int go)
{
	int program_fd = (int)syscall(SYS_pidfd_open, program, 0); // since 5.3
	struct pollfd events[] = { { .fd = go, .events = POLLIN },
				   { .fd = program_fd, .events = POLLIN } };
	for (;;) {
		int status;
		pid_t ended;
		(void)!poll(events, 2, STEP_MS);
		while ((ended = waitpid(-1, &status, WNOHANG)) > 0)
			if (ended == program)
				return exit_code_of(status);
		if (events[0].revents)
			return CANNOT_START;
	}
}

_Noreturn void sandbox_guardian(const struct sandbox_plan *plan)
{
	setsid();
	default_signals();
	prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
	pid_t program = start_program(plan);
	if (program < 0)
		fail(plan->report, SANDBOX_PROGRAM);
	int go = dup2(plan->go, 0);
	close_from(1);
	int code = watch(program, go);
	end_all(program);
	_exit(code);
}
