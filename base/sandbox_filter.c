// SPDX-License-Identifier: MIT
// A seccomp filter: calls that reach past the walls of the sandbox, or parts of the kernel that no build needs.
#include "base/sandbox_inner.h"

#include "base/error.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#if defined(__x86_64__)
#define PROCESSOR AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define PROCESSOR AUDIT_ARCH_AARCH64
#elif defined(__riscv) && __riscv_xlen == 64
#define PROCESSOR AUDIT_ARCH_RISCV64
#elif defined(__powerpc64__) && __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
#define PROCESSOR AUDIT_ARCH_PPC64LE
#endif

// Calls that are younger than the C library's headers have the same number everywhere.
enum {
	CALL_PIDFD_GETFD = 438,
	CALL_MOUNT_SETATTR = 442,
	// Nobody has looked at what is younger than these.
	CALL_UNKNOWN = 470,
	CALL_X32 = 0x40000000,
};

static const int refused[] = {
	// other namespaces and mounts
	SYS_setns, SYS_unshare, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot,
	SYS_open_tree, SYS_move_mount, SYS_fsopen, SYS_fsconfig, SYS_fsmount, SYS_fspick,
	CALL_MOUNT_SETATTR, SYS_name_to_handle_at, SYS_open_by_handle_at, SYS_quotactl,
	SYS_swapon, SYS_swapoff, SYS_fanotify_init,
	// other processes
	SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, CALL_PIDFD_GETFD,
	SYS_kcmp,
	// the kernel itself, and what it keeps for the user
	SYS_init_module, SYS_finit_module, SYS_delete_module, SYS_kexec_load,
#ifdef SYS_kexec_file_load
	SYS_kexec_file_load,
#endif
	SYS_reboot, SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_io_uring_setup,
	SYS_io_uring_enter, SYS_io_uring_register, SYS_add_key, SYS_request_key,
	SYS_keyctl, SYS_syslog, SYS_acct, SYS_vhangup,
#ifdef SYS_iopl
	SYS_iopl, SYS_ioperm,
#endif
#ifdef SYS_modify_ldt
	SYS_modify_ldt,
#endif
	// the machine's name and clock
	SYS_sethostname, SYS_setdomainname, SYS_settimeofday, SYS_clock_settime,
	SYS_clock_adjtime, SYS_adjtimex
};

enum {
	NEW_NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC |
			 CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWNET,
};

static const unsigned typing[] = { 0x5412 /* TIOCSTI */, 0x541c /* TIOCLINUX */ };

static void add(struct sandbox_plan *plan, struct sock_filter instruction)
{
	if (plan->filter.len == SANDBOX_FILTER_MAX)
		BUG("the filter has too many instructions");
	plan->instructions[plan->filter.len++] = instruction;
}

static void load(struct sandbox_plan *plan, size_t offset)
{
	add(plan,
	    (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, (unsigned)offset));
}

static void answer(struct sandbox_plan *plan, unsigned what)
{
	add(plan, (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, what));
}

static unsigned failing(int error)
{
	return SECCOMP_RET_ERRNO | (unsigned)error;
}

// Answers `what` where what was loaded compares to value; goes on where it does not.
static void answer_if(struct sandbox_plan *plan, unsigned short comparison,
		      unsigned value, unsigned what)
{
	add(plan,
	    (struct sock_filter)BPF_JUMP(BPF_JMP | comparison | BPF_K, value, 0, 1));
	answer(plan, what);
}

// The lower half of an argument.
static size_t argument(unsigned number)
{
	bool is_big_endian = __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__;
	return offsetof(struct seccomp_data, args) + number * sizeof(uint64_t) +
	       (is_big_endian ? sizeof(uint32_t) : 0);
}

// The instructions that `fill` adds are for this call alone; they end in an answer.
static void for_call(struct sandbox_plan *plan, int call, bool has_sockets,
		     void (*fill)(struct sandbox_plan *plan, bool has_sockets))
{
	size_t at = plan->filter.len;
	add(plan, (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call,
					       0, 0));
	fill(plan, has_sockets);
	answer(plan, SECCOMP_RET_ALLOW);
	plan->instructions[at].jf = (unsigned char)(plan->filter.len - at - 1);
}

static void judge_clone(struct sandbox_plan *plan, bool has_sockets)
{
	(void)has_sockets;
	load(plan, argument(0));
	answer_if(plan, BPF_JSET, NEW_NAMESPACES, failing(EPERM));
}

// A family that has no namespaces (machines' own sockets, the kernel's ciphers) would lead out of any.
static void judge_socket(struct sandbox_plan *plan, bool has_sockets)
{
	static const int families[] = { AF_UNIX, AF_INET, AF_INET6, AF_NETLINK };
	load(plan, argument(0));
	size_t len = has_sockets ? sizeof(families) / sizeof(*families) : 1;
	for (size_t i = 0; i < len; i++)
		answer_if(plan, BPF_JEQ, (unsigned)families[i], SECCOMP_RET_ALLOW);
	answer(plan, failing(EAFNOSUPPORT));
}

static void judge_ioctl(struct sandbox_plan *plan, bool has_sockets)
{
	(void)has_sockets;
	load(plan, argument(1));
	for (size_t i = 0; i < sizeof(typing) / sizeof(*typing); i++)
		answer_if(plan, BPF_JEQ, typing[i], failing(EPERM));
}

#ifdef PROCESSOR
bool sandbox_make_filter(bool has_sockets, struct sandbox_plan *plan)
{
	plan->filter = (struct sock_fprog){ 0, plan->instructions };
	load(plan, offsetof(struct seccomp_data, arch));
	add(plan,
	    (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, PROCESSOR, 1, 0));
	answer(plan, failing(ENOSYS));
	load(plan, offsetof(struct seccomp_data, nr));
	// What is made of these by a C library has an older call to fall back to.
	answer_if(plan, BPF_JGE, CALL_UNKNOWN, failing(ENOSYS)); // x32's are higher still
	answer_if(plan, BPF_JEQ, SYS_clone3, failing(ENOSYS));
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++)
		answer_if(plan, BPF_JEQ, (unsigned)refused[i], failing(EPERM));
	for_call(plan, SYS_clone, has_sockets, judge_clone);
	for_call(plan, SYS_socket, has_sockets, judge_socket);
	for_call(plan, SYS_ioctl, has_sockets, judge_ioctl);
	answer(plan, SECCOMP_RET_ALLOW);
	return true;
}
#else
bool sandbox_make_filter(bool has_sockets, struct sandbox_plan *plan)
{
	(void)has_sockets, (void)plan;
	return false;
}
#endif
