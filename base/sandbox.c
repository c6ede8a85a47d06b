// SPDX-License-Identifier: MIT
// Starts the first process of a sandbox, gives it its identity, and waits for what it runs.
#include "base/sandbox_inner.h"

#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
	NOBODY = 65534,
	STEP_MS = 50,
	TRY_SECONDS = 20,
};

// --- who the program is ----------------------------------------------------------------

static bool has_capability(unsigned number)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0 } };
	return syscall(SYS_capget, &header, data) == 0 &&
	       data[number / 32].effective & 1U << number % 32;
}

// Root of a namespace that has but one user has no other to be.
static bool has_nobody(void)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice text = { 0 }, line;
	struct error ignored = { 0 };
	if (geteuid() != 0 || !has_capability(CAP_SETUID) ||
	    !has_capability(CAP_SETGID) ||
	    file_read("/proc/self/uid_map", 64 * 1024, ERROR_IO, &scratch, &text,
		      &ignored) < 0)
		return false;
	while (text.len) {
		uint64_t numbers[3] = { 0 };
		slice_cut(&text, '\n', &line);
		for (size_t i = 0; i < 3; i++) {
			struct slice word;
			line = slice_trim(line);
			slice_cut(&line, ' ', &word);
			if (!slice_parse_u64(word, UINT32_MAX, &numbers[i]))
				return false;
		}
		if (NOBODY >= numbers[0] && NOBODY - numbers[0] < numbers[2])
			return true;
	}
	return false;
}

static void choose_user(const char *owner_of, unsigned *ret_uid, unsigned *ret_gid)
{
	struct stat owner;
	bool is_other = has_nobody();
	*ret_uid = is_other ? NOBODY : geteuid();
	*ret_gid = is_other ? NOBODY : getegid();
	if (is_other && owner_of && stat(owner_of, &owner) == 0) {
		*ret_uid = owner.st_uid;
		*ret_gid = owner.st_gid;
	}
}

static int hand_over(const char *path, unsigned uid, unsigned gid, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct name_list names = { 0 };
	struct stat found;
	if (lstat(path, &found) != 0)
		return error_errno(err, ERROR_IO, "cannot see '%s'", path);
	// What has another name as well is not ours alone.
	if ((S_ISDIR(found.st_mode) || found.st_nlink == 1) &&
	    fchownat(AT_FDCWD, path, uid, gid, AT_SYMLINK_NOFOLLOW) != 0)
		return error_errno(err, ERROR_IO, "cannot give '%s' away", path);
	if (!S_ISDIR(found.st_mode))
		return 0;
	if (directory_names(path, &scratch, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++)
		if (hand_over(path_join(&scratch, path, names.items[i]), uid, gid, err) <
		    0)
			return -1;
	return 0;
}

int sandbox_hand_over(const char *path, const char *owner_of, struct error *err)
{
	unsigned uid, gid;
	choose_user(owner_of, &uid, &gid);
	return uid == geteuid() ? 0 : hand_over(path, uid, gid, err);
}

int sandbox_take_back(const char *path, struct error *err)
{
	return geteuid() == 0 ? hand_over(path, 0, getegid(), err) : 0;
}

// One line, or two where the owner of the namespace has a number of its own in it.
static bool write_map(pid_t child, const char *name, unsigned own, unsigned program,
		      bool is_privileged)
{
	char path[64], text[96];
	int len = 0;
	if (!is_privileged && own != program)
		len = snprintf(text, sizeof(text), "0 %u 1\n", own);
	len += snprintf(text + len, sizeof(text) - (size_t)len, "%d %u 1\n", SANDBOX_ID,
			program);
	(void)snprintf(path, sizeof(path), "/proc/%ld/%s", (long)child, name);
	AUTO(fd_close) int fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, text, (size_t)len) == len;
}

// Who has no rights over others' groups may not let a namespace drop them.
static bool deny_groups(pid_t child)
{
	char path[64];
	(void)snprintf(path, sizeof(path), "/proc/%ld/setgroups", (long)child);
	AUTO(fd_close) int fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, "deny", 4) == 4;
}

static bool give_identity(const struct sandbox_plan *plan, pid_t child)
{
	unsigned uid = geteuid(), gid = getegid();
	return (has_capability(CAP_SETGID) || deny_groups(child)) &&
	       write_map(child, "uid_map", uid, plan->uid, plan->is_privileged) &&
	       write_map(child, "gid_map", gid, plan->gid, plan->is_privileged);
}

// --- starting --------------------------------------------------------------------------

static unsigned long namespaces_of(const struct sandbox_plan *plan)
{
	return CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWIPC | CLONE_NEWUTS |
	       CLONE_NEWCGROUP | (plan->job->network ? 0UL : CLONE_NEWNET) |
	       (plan->is_privileged ? 0UL : CLONE_NEWUSER);
}

static int refuse(struct error *err, const char *what)
{
	return error_set(err, ERROR_INPUT, "no sandbox can be made here: %s: %s", what,
			 strerror(errno));
}

static const char *step_name(int step)
{
	static const char *const names[] = {
		[SANDBOX_IDENTITY] = "a user of its own",
		[SANDBOX_NAMESPACE] = "namespaces",
		[SANDBOX_VIEW] = "a file system of its own",
		[SANDBOX_PLACE] = "a place of its own",
		[SANDBOX_DEVICES] = "devices",
		[SANDBOX_PROC] = "a /proc of its own",
		[SANDBOX_RIGHTS] = "a program without rights",
		[SANDBOX_FILTER] = "a filter of system calls",
	};
	return names[step];
}

// False at the end: the program runs.
static bool next_report(int fd, struct sandbox_report *report)
{
	ssize_t len;
	while ((len = read(fd, report, sizeof(*report))) < 0 && errno == EINTR)
		;
	return len == sizeof(*report);
}

static int hear(const struct sandbox_plan *plan, int reports, int go, pid_t child,
		bool *ret_refused, struct error *err)
{
	struct sandbox_report report;
	while (next_report(reports, &report)) {
		errno = report.error;
		if (report.step == SANDBOX_PROGRAM)
			return error_errno(err, ERROR_IO, "cannot run '%s'",
					   plan->job->arguments[0]);
		if (report.step == SANDBOX_WANTS_IDENTITY && give_identity(plan, child) &&
		    write(go, "", 1) == 1)
			continue;
		*ret_refused = true;
		return refuse(err, step_name(report.step == SANDBOX_WANTS_IDENTITY
						     ? SANDBOX_IDENTITY
						     : report.step));
	}
	return 0;
}

// --- waiting ---------------------------------------------------------------------------

// A program being run: its first process, and the pipe whose end tells it to stop.
struct running {
	pid_t child;
	int go;
	bool is_confined;
};

// The first process of a sandbox takes all others with it; a guardian ends them before itself.
static void stop(struct running *running)
{
	int status;
	fd_close(&running->go);
	if (running->is_confined)
		kill(running->child, SIGKILL);
	while (waitpid(running->child, &status, 0) < 0 && errno == EINTR)
		;
}

static bool has_ended(pid_t child, int child_fd, int *ret_status)
{
	struct pollfd wait = { .fd = child_fd, .events = POLLIN };
	(void)!poll(&wait, 1, STEP_MS);
	return waitpid(child, ret_status, WNOHANG) == child;
}

static int check_limits(const struct sandbox_job *job, int log, uint64_t steps,
			struct error *err)
{
	struct stat found;
	if (work_is_interrupted(job->work))
		return error_set(err, ERROR_INTERRUPTED, "interrupted");
	if (steps >= (uint64_t)job->limit_seconds * 1000 / STEP_MS)
		return error_set(err, ERROR_NO, "it ran for more than %u seconds",
				 job->limit_seconds);
	if (fstat(log, &found) == 0 && found.st_size > SANDBOX_LOG_BYTES_MAX)
		return error_set(err, ERROR_NO, "it printed more than %d MiB",
				 SANDBOX_LOG_BYTES_MAX / 1024 / 1024);
	return 0;
}

static int wait_for(struct running *running, const struct sandbox_job *job, int log,
		    int *ret_code, struct error *err)
{
	// Since 5.3; before that, its end is noticed a step later.
	AUTO(fd_close) int fd = (int)syscall(SYS_pidfd_open, running->child, 0);
	int status;
	for (uint64_t steps = 0; !has_ended(running->child, fd, &status); steps++)
		if (check_limits(job, log, steps, err) < 0) {
			stop(running);
			return -1;
		}
	*ret_code = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
	return 0;
}

static void close_pair(int (*ends)[2])
{
	fd_close(&(*ends)[0]);
	fd_close(&(*ends)[1]);
}

static int run(struct sandbox_plan *plan, struct sandbox_result *result,
	       struct error *err)
{
	const struct sandbox_job *job = plan->job;
	struct running running = { .go = -1,
				   .is_confined = job->walls == SANDBOX_CONFINED };
	AUTO(close_pair) int reports[2] = { -1, -1 };
	AUTO(close_pair) int goes[2] = { -1, -1 };
	if (pipe2(reports, O_CLOEXEC) != 0 || pipe2(goes, O_CLOEXEC) != 0)
		return error_errno(err, ERROR_IO, "cannot make a pipe");
	plan->report = reports[1];
	plan->go = goes[0];
	running.child = sandbox_clone(running.is_confined ? namespaces_of(plan) : 0);
	if (running.child == 0) {
		close(goes[1]);
		(running.is_confined ? sandbox_first_process : sandbox_guardian)(plan);
	}
	result->refused = running.child < 0 && running.is_confined;
	if (running.child < 0)
		return running.is_confined
			       ? refuse(err, step_name(SANDBOX_NAMESPACE))
			       : error_errno(err, ERROR_IO, "cannot start a process");
	fd_close(&reports[1]);
	running.go = goes[1];
	goes[1] = -1;
	int status =
		hear(plan, reports[0], running.go, running.child, &result->refused, err);
	if (status < 0)
		stop(&running);
	else
		status = wait_for(&running, job, plan->log, &result->exit_code, err);
	fd_close(&running.go);
	return status;
}

// From the start of the command line to the end of the variables, which follow it; nothing where the kernel does not say.
static void find_words(struct sandbox_plan *plan)
{
	enum { NUMBERS_BEFORE = 45, NUMBERS = 4 };
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice text = { 0 }, word;
	struct error ignored = { 0 };
	uint64_t numbers[NUMBERS] = { 0 };
	if (file_read("/proc/self/stat", 64 * 1024, ERROR_IO, &scratch, &text, &ignored) <
	    0)
		return;
	// The name of the program stands in parentheses and may hold anything.
	text = slice_skip(text, slice_find_last_byte(text, ')') + 2);
	for (size_t i = 0; i < NUMBERS_BEFORE + NUMBERS; i++) {
		slice_cut(&text, ' ', &word);
		if (i >= NUMBERS_BEFORE &&
		    !slice_parse_u64(word, UINT64_MAX, &numbers[i - NUMBERS_BEFORE]))
			return;
	}
	plan->words = (char *)(uintptr_t)numbers[0];
	plan->words_len = numbers[3] > numbers[0] ? (size_t)(numbers[3] - numbers[0]) : 0;
}

static int prepare(const struct sandbox_job *job, struct sandbox_plan *plan,
		   struct error *err)
{
	bool is_confined = job->walls == SANDBOX_CONFINED;
	plan->job = job;
	plan->is_privileged = has_capability(CAP_SYS_ADMIN) && has_nobody();
	choose_user(job->owner_of, &plan->uid, &plan->gid);
	find_words(plan);
	errno = ENOSYS;
	if (!sandbox_make_filter(is_confined || job->network, plan) && is_confined)
		return refuse(err, step_name(SANDBOX_FILTER));
	return 0;
}

static int open_streams(const struct sandbox_job *job, struct sandbox_plan *plan,
			struct error *err)
{
	const char *input = job->input_path ? job->input_path : "/dev/null";
	plan->input = open(input, O_RDONLY | O_CLOEXEC);
	if (plan->input < 0)
		return error_errno(err, ERROR_IO, "cannot open '%s'", input);
	plan->log = open(job->log_path,
			 O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (plan->log < 0)
		return error_errno(err, ERROR_IO, "cannot open '%s'", job->log_path);
	return 0;
}

static void close_streams(struct sandbox_plan *plan)
{
	fd_close(&plan->input);
	fd_close(&plan->log);
}

// The variables of pinbake itself can be read by whoever is the same user.
static int run_unconfined(struct sandbox_plan *plan, struct sandbox_result *result,
			  struct error *err)
{
	int dumpable = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	if (dumpable > 0)
		prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	int status = run(plan, result, err);
	if (dumpable > 0)
		prctl(PR_SET_DUMPABLE, dumpable, 0, 0, 0);
	return status;
}

int sandbox_run(const struct sandbox_job *job, struct sandbox_result *ret_result,
		struct error *err)
{
	AUTO(close_streams) struct sandbox_plan plan = { .input = -1, .log = -1 };
	struct sandbox_result result = { 0 };
	if (open_streams(job, &plan, err) < 0) {
		*ret_result = result;
		return -1;
	}
	int status = prepare(job, &plan, err);
	result.refused = status < 0;
	if (status == 0)
		status = (job->walls == SANDBOX_CONFINED ? run : run_unconfined)(&plan,
										 &result,
										 err);
	*ret_result = result;
	return status;
}

int sandbox_try(struct error *err)
{
	static const char *const nothing[] = { "", NULL };
	const struct sandbox_job job = { .arguments = nothing,
					 .environment = &nothing[1],
					 .directory = "/",
					 .log_path = "/dev/null",
					 .limit_seconds = TRY_SECONDS };
	AUTO(close_streams)
	struct sandbox_plan plan = { .tries = true, .input = -1, .log = -1 };
	struct sandbox_result result = { 0 };
	return open_streams(&job, &plan, err) < 0 || prepare(&job, &plan, err) < 0
		       ? -1
		       : run(&plan, &result, err);
}
