// SPDX-License-Identifier: MIT
// A program in the sandbox tries what it may not. The program is this test itself: `test_sandbox try NAME PATH` ends with 0
// where the attempt failed as it should, 1 where it succeeded.
#include "base/files.h"
#include "base/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

// --- attempts, inside ------------------------------------------------------------------

static bool opens(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC);
	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static bool can_see(const char *path)
{
	struct stat found;
	return lstat(path, &found) == 0;
}

static bool can_enter_namespaces(const char *path)
{
	(void)path;
	static const int kinds[] = { CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWNS,
				     CLONE_NEWPID, CLONE_NEWUTS };
	int fd = open("/proc/1/ns/net", O_RDONLY | O_CLOEXEC);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		if (unshare(kinds[i]) == 0)
			return true;
		long child = syscall(SYS_clone, kinds[i] | SIGCHLD, NULL, NULL, NULL, 0);
		if (child == 0)
			_exit(0);
		if (child > 0)
			return true;
	}
	return fd >= 0 && setns(fd, 0) == 0;
}

static bool can_mount(const char *path)
{
	(void)path;
	return mount("none", "/tmp", "tmpfs", 0, NULL) == 0 ||
	       mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND, NULL) == 0 ||
	       umount2("/proc", MNT_DETACH) == 0 || chroot("/tmp") == 0;
}

static bool can_write_to_system(const char *path)
{
	(void)path;
	static const char *const paths[] = { "/usr/x", "/x", "/etc/x", "/dev/x",
					     "/proc/x" };
	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (opens(paths[i], O_WRONLY | O_CREAT))
			return true;
	return opens("/proc/sys/kernel/core_pattern", O_WRONLY) ||
	       opens("/proc/sysrq-trigger", O_WRONLY);
}

static bool can_see_others(const char *path)
{
	char number[32];
	(void)path;
	for (long i = 3; i < 100000; i++) {
		if (i == (long)getpid())
			continue;
		(void)snprintf(number, sizeof(number), "/proc/%ld", i);
		if (can_see(number))
			return true;
	}
	return opens("/proc/1/environ", O_RDONLY) || opens("/proc/1/mem", O_RDWR) ||
	       ptrace(PTRACE_ATTACH, 1, NULL, NULL) == 0 || kill(1, 0) == 0;
}

static bool has_rights(const char *path)
{
	struct __user_cap_header_struct header = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { 0 } };
	(void)path;
	return syscall(SYS_capget, &header, data) != 0 || data[0].effective ||
	       data[0].permitted || data[1].permitted || setuid(0) == 0 ||
	       geteuid() == 0 || getppid() != 1 || getsid(0) != getpid();
}

// Calls that are not in every C library; all fail before they look at what they are given.
static bool can_ask_kernel(const char *path)
{
	(void)path;
	static const long calls[] = { SYS_bpf,
				      SYS_perf_event_open,
				      SYS_userfaultfd,
				      SYS_io_uring_setup,
				      SYS_keyctl,
				      SYS_add_key,
				      SYS_kexec_load,
				      SYS_init_module,
				      SYS_open_by_handle_at,
				      SYS_process_vm_readv,
				      SYS_move_mount,
				      SYS_fsopen };
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++) {
		errno = 0;
		if (syscall(calls[i], 0, 0, 0, 0, 0) >= 0 || errno != EPERM)
			return true;
	}
	return syscall(SYS_clone3, NULL, 0) >= 0 || errno != ENOSYS;
}

static bool can_type(const char *path)
{
	char byte = 'x';
	(void)path;
	errno = 0;
	return ioctl(0, 0x5412, &byte) == 0 || errno != EPERM ||
	       opens("/dev/tty", O_RDWR);
}

static bool has_sockets(const char *path)
{
	(void)path;
	return socket(40 /* AF_VSOCK */, SOCK_STREAM, 0) >= 0 ||
	       socket(AF_PACKET, SOCK_RAW, 0) >= 0 || socket(38 /* AF_ALG */, 5, 0) >= 0;
}

static bool can_connect(const char *port)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_port =
					       htons((uint16_t)strtoul(port, NULL, 10)),
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	return fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
}

static bool has_descriptors(const char *path)
{
	(void)path;
	for (int fd = 3; fd < 1024; fd++)
		if (fcntl(fd, F_GETFD) >= 0)
			return true;
	return false;
}

static bool has_limits(const char *path)
{
	struct rlimit core;
	(void)path;
	return getrlimit(RLIMIT_CORE, &core) == 0 && core.rlim_max == 0 &&
	       umask(0) == 022;
}

static bool can_read(const char *path)
{
	return opens(path, O_RDONLY);
}

static bool can_write(const char *path)
{
	return opens(path, O_WRONLY | O_CREAT);
}

// A child of a session of its own, whose parent has ended.
static bool leaves_a_child(const char *path)
{
	if (fork() == 0) {
		setsid();
		if (fork() == 0)
			for (;;) {
				int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0666);
				(void)!write(fd, "x", 1);
				close(fd);
				usleep(20000);
			}
		_exit(0);
	}
	while (!can_see(path))
		usleep(1000);
	return true;
}

static bool floods(const char *path)
{
	static const char line[4096] = { 'x' };
	(void)path;
	while (write(1, line, sizeof(line)) > 0)
		;
	return true;
}

static const struct attempt {
	const char *name;
	bool (*succeeds)(const char *path);
} attempts[] = {
	{ "namespaces", can_enter_namespaces },
	{ "mount", can_mount },
	{ "system", can_write_to_system },
	{ "others", can_see_others },
	{ "rights", has_rights },
	{ "kernel", can_ask_kernel },
	{ "type", can_type },
	{ "sockets", has_sockets },
	{ "descriptors", has_descriptors },
	{ "connect", can_connect },
	{ "read", can_read },
	{ "write", can_write },
	{ "see", can_see },
	{ "limits", has_limits },
	{ "child", leaves_a_child },
	{ "flood", floods },
};

static int attempt(const char *name, const char *path)
{
	for (size_t i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		if (strcmp(attempts[i].name, name) == 0)
			return attempts[i].succeeds(path);
	return 2;
}

// --- outside ---------------------------------------------------------------------------

struct fixture {
	struct arena arena;
	char folder[64];
	const char *self, *room, *secret;
	enum sandbox_walls walls;
	bool network;
};

static int make_fixture(void **state)
{
	struct fixture *fixture = calloc(1, sizeof(*fixture));
	struct error err = { 0 };
	(void)snprintf(fixture->folder, sizeof(fixture->folder),
		       "/tmp/pinbake-sandbox-XXXXXX");
	if (!mkdtemp(fixture->folder))
		return -1;
	fixture->self = path_real(&fixture->arena, "/proc/self/exe").ptr;
	fixture->room = path_join(&fixture->arena, fixture->folder, S("room"));
	fixture->secret = path_join(&fixture->arena, fixture->folder, S("secret"));
	*state = fixture;
	if (make_directories(fixture->room, &err) < 0 ||
	    file_write(fixture->secret, S("secret"), &err) < 0 ||
	    sandbox_hand_over(fixture->room, NULL, &err) < 0)
		return -1;
	return 0;
}

static int clear_fixture(void **state)
{
	struct fixture *fixture = *state;
	struct error err = { 0 };
	int status = remove_tree(fixture->folder, &err);
	arena_release(&fixture->arena);
	free(fixture);
	return status;
}

static int run_attempt(struct fixture *fixture, const char *name, const char *path)
{
	static const char *const environment[] = { "ASAN_OPTIONS=detect_leaks=0", NULL };
	const char *const arguments[] = { fixture->self, "try", name, path, NULL };
	const struct sandbox_place places[] = { { fixture->self, SANDBOX_SHOW },
						{ fixture->room, SANDBOX_WRITE },
						{ 0 } };
	const struct sandbox_job job = {
		.arguments = arguments,
		.environment = environment,
		.directory = fixture->room,
		.log_path = path_join(&fixture->arena, fixture->folder, S("log")),
		.places = places,
		.walls = fixture->walls,
		.network = fixture->network,
		.limit_seconds = 60,
	};
	struct sandbox_result result;
	struct error err = { 0 };
	int status = sandbox_run(&job, &result, &err);
	if (status < 0)
		print_message("%s: %s\n", name, err.cause);
	assert_int_equal(status, 0);
	assert_in_range(result.exit_code, 0, 1);
	return result.exit_code;
}

#define REFUSED(name) assert_int_equal(run_attempt(*state, name, ""), 0)

static void need_sandbox(void)
{
	struct error err = { 0 };
	if (sandbox_try(&err) == 0)
		return;
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_non_null(strstr(err.cause, "no sandbox can be made here"));
	print_message("%s\n", err.cause);
	skip();
}

static void test_the_kernel_refuses(void **state)
{
	need_sandbox();
	REFUSED("namespaces");
	REFUSED("mount");
	REFUSED("kernel");
	REFUSED("type");
	REFUSED("sockets");
	REFUSED("rights");
}

static void test_only_its_own_is_seen(void **state)
{
	struct fixture *fixture = *state;
	need_sandbox();
	assert_int_equal(run_attempt(fixture, "see", fixture->secret), 0);
	REFUSED("others");
	REFUSED("system");
	REFUSED("descriptors");
	static const char *const hidden[] = { "/etc/shadow", "/etc/ssh",  "/root/.ssh",
					      "/var/lib",    "/run/user", "/sys/kernel",
					      "/dev/mem",    "/dev/tty",  "/var/run" };
	for (size_t i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		assert_int_equal(run_attempt(fixture, "see", hidden[i]), 0);
	const char *own = path_join(&fixture->arena, fixture->room, S("own"));
	assert_int_equal(run_attempt(fixture, "write", own), 1);
	assert_true(file_exists(own));
	assert_int_equal(run_attempt(fixture, "limits", ""), 1);
}

static int listen_somewhere(char *port, size_t size)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&address, len), 0);
	assert_int_equal(listen(fd, 8), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
	(void)snprintf(port, size, "%u", ntohs(address.sin_port));
	return fd;
}

static void test_a_flood_is_ended(void **state)
{
	struct fixture *fixture = *state;
	const char *const arguments[] = { fixture->self, "try", "flood", "", NULL };
	const struct sandbox_job job = {
		.arguments = arguments,
		.environment = &arguments[4],
		.directory = "/",
		.log_path = path_join(&fixture->arena, fixture->folder, S("log")),
		.walls = SANDBOX_UNCONFINED,
		.limit_seconds = 60,
	};
	struct sandbox_result result;
	struct error err = { 0 };
	assert_int_equal(sandbox_run(&job, &result, &err), -1);
	assert_int_equal(err.kind, ERROR_NO);
	assert_non_null(strstr(err.cause, "printed more than"));
}

static void test_network(void **state)
{
	struct fixture *fixture = *state;
	char port[16];
	int fd = listen_somewhere(port, sizeof(port));
	fixture->walls = SANDBOX_UNCONFINED;
	assert_int_equal(run_attempt(fixture, "connect", port), 0);
	fixture->network = true;
	assert_int_equal(run_attempt(fixture, "connect", port), 1);
	fixture->walls = SANDBOX_CONFINED;
	struct error err = { 0 };
	if (sandbox_try(&err) == 0) {
		assert_int_equal(run_attempt(fixture, "connect", port), 1);
		fixture->network = false;
		assert_int_equal(run_attempt(fixture, "connect", port), 0);
	}
	close(fd);
}

static void check_no_child_stays(struct fixture *fixture)
{
	const char *alive = path_join(&fixture->arena, fixture->room, S("alive"));
	const struct timespec pause = { .tv_nsec = 300 * 1000 * 1000 };
	uint64_t before = 0, after = 0;
	assert_int_equal(run_attempt(fixture, "child", alive), 1);
	assert_true(file_size(alive, &before));
	nanosleep(&pause, NULL);
	assert_true(file_size(alive, &after));
	assert_int_equal(before, after);
}

static void test_no_child_stays(void **state)
{
	need_sandbox();
	check_no_child_stays(*state);
}

static void test_unconfined_keeps_what_it_can(void **state)
{
	struct fixture *fixture = *state;
	fixture->walls = SANDBOX_UNCONFINED;
	check_no_child_stays(fixture);
	assert_int_equal(run_attempt(fixture, "descriptors", ""), 0);
	assert_int_equal(run_attempt(fixture, "namespaces", ""), 0);
	assert_int_equal(run_attempt(fixture, "kernel", ""), 0);
	assert_int_equal(run_attempt(fixture, "limits", ""), 1);
	assert_int_equal(run_attempt(fixture, "read", fixture->secret), 1);
}

// A private path below a hidden folder, and a link on the way to a program.
static void test_places(void **state)
{
	struct fixture *fixture = *state;
	struct arena *arena = &fixture->arena;
	const char *outer = path_join(arena, fixture->folder, S("outer")),
		   *cache = path_join(arena, outer, S("cache")),
		   *inner = path_join(arena, cache, S("inner")),
		   *kept = path_join(arena, cache, S("kept")),
		   *link = path_join(arena, fixture->folder, S("link"));
	struct error err = { 0 };
	need_sandbox();
	assert_int_equal(make_directories(inner, &err), 0);
	assert_int_equal(file_write(kept, S(""), &err), 0);
	assert_int_equal(symlink(fixture->self, link), 0);
	static const char *const environment[] = { "ASAN_OPTIONS=detect_leaks=0", NULL };
	const struct sandbox_place places[] = { { link, SANDBOX_SHOW },
						{ outer, SANDBOX_WRITE },
						{ cache, SANDBOX_HIDE },
						{ inner, SANDBOX_SHOW },
						{ 0 } };
	static const struct {
		const char *name;
		size_t path;
		int code;
	} cases[] = { { "see", 0, 0 }, { "see", 1, 1 }, { "write", 2, 0 } };
	const char *const paths[] = { kept, inner, path_join(arena, inner, S("new")) };
	for (size_t i = 0; i < 3; i++) {
		const char *const arguments[] = { link, "try", cases[i].name,
						  paths[cases[i].path], NULL };
		const struct sandbox_job job = { .arguments = arguments,
						 .environment = environment,
						 .directory = "/",
						 .log_path = "/dev/null",
						 .places = places,
						 .limit_seconds = 60 };
		struct sandbox_result result;
		assert_int_equal(sandbox_run(&job, &result, &err), 0);
		assert_int_equal(result.exit_code, cases[i].code);
	}
}

int main(int count, char **arguments)
{
	if (count == 4 && strcmp(arguments[1], "try") == 0)
		return attempt(arguments[2], arguments[3]);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_the_kernel_refuses, make_fixture,
						clear_fixture),
		cmocka_unit_test_setup_teardown(test_only_its_own_is_seen, make_fixture,
						clear_fixture),
		cmocka_unit_test_setup_teardown(test_network, make_fixture,
						clear_fixture),
		cmocka_unit_test_setup_teardown(test_a_flood_is_ended, make_fixture,
						clear_fixture),
		cmocka_unit_test_setup_teardown(test_no_child_stays, make_fixture,
						clear_fixture),
		cmocka_unit_test_setup_teardown(test_unconfined_keeps_what_it_can,
						make_fixture, clear_fixture),
		cmocka_unit_test_setup_teardown(test_places, make_fixture, clear_fixture),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
