// SPDX-License-Identifier: MIT
// The file system that a program of the sandbox sees: an empty one, into which is brought what programs need of the
// system, to be read, and the places of the job. All else of the machine is not hidden in it but absent.
//
//	/usr /bin /lib …  /etc/ld.so.cache …   the system's, to be read
//	/dev  /proc                            a few devices; the processes of the sandbox
//	/tmp  /var/tmp  /dev/shm               empty, gone with the sandbox
//	/etc/passwd  /etc/group  /etc/hosts    the same everywhere
#include "base/sandbox_inner.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#define OLD "/old" // where the machine's own root is while the new one is made

enum { LINKS_MAX = 40, PLAIN = MS_NOSUID | MS_NODEV };

// The call is younger than the headers of some C libraries.
struct mount_attributes {
	uint64_t set, clear, propagation, user_namespace;
};

enum {
	CALL_MOUNT_SETATTR = 442,
	ATTRIBUTE_READ_ONLY = 1,
	ATTRIBUTE_NOSUID = 2,
	ATTRIBUTE_NODEV = 4,
	ALL_BELOW = 0x8000,
};

// --- paths -----------------------------------------------------------------------------

struct path {
	char text[PATH_MAX];
	size_t len;
};

static bool append(struct path *path, const char *text, size_t len)
{
	if (path->len + len >= sizeof(path->text)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(path->text + path->len, text, len);
	path->len += len;
	path->text[path->len] = '\0';
	return true;
}

static bool append_text(struct path *path, const char *text)
{
	return append(path, text, strlen(text));
}

static void cut_last(struct path *path)
{
	while (path->len && path->text[path->len - 1] != '/')
		path->len--;
	path->len -= path->len > 0;
	path->text[path->len] = '\0';
}

// --- mounts ----------------------------------------------------------------------------

static int bind(const char *from, const char *to, unsigned long more)
{
	return mount(from, to, NULL, MS_BIND | more, NULL);
}

// Keeps what the mount forbids already: only the owner of the file system may allow it.
static bool restrict_one(const char *path, bool read_only)
{
	struct statvfs found;
	unsigned long flags = PLAIN | MS_BIND | MS_REMOUNT;
	if (statvfs(path, &found) != 0)
		return false;
	flags |= found.f_flag & ST_NOEXEC ? MS_NOEXEC : 0;
	flags |= found.f_flag & ST_NOATIME ? MS_NOATIME : 0;
	flags |= found.f_flag & ST_NODIRATIME ? MS_NODIRATIME : 0;
	flags |= found.f_flag & ST_RELATIME ? MS_RELATIME : 0;
	flags |= read_only || found.f_flag & ST_RDONLY ? MS_RDONLY : 0;
	return mount(NULL, path, NULL, flags, NULL) == 0;
}

// With what is mounted below it. Older kernels cannot restrict that too, and show it not at all.
static bool show_mount(const char *from, const char *to, bool read_only)
{
	struct mount_attributes wanted = { .set = ATTRIBUTE_NOSUID | ATTRIBUTE_NODEV |
						  (read_only ? ATTRIBUTE_READ_ONLY : 0) };
	if (bind(from, to, MS_REC) != 0)
		return false;
	if (syscall(CALL_MOUNT_SETATTR, AT_FDCWD, to, ALL_BELOW, &wanted,
		    sizeof(wanted)) == 0)
		return true;
	return errno == ENOSYS && umount2(to, MNT_DETACH) == 0 &&
	       bind(from, to, 0) == 0 && restrict_one(to, read_only);
}

static bool make_empty(const char *path, const char *options)
{
	return mount("none", path, "tmpfs", PLAIN, options) == 0;
}

static bool make_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (fd < 0)
		return false;
	size_t len = strlen(text);
	bool written = write(fd, text, len) == (ssize_t)len;
	close(fd);
	return written;
}

// Plain calls of the kernel, as all of this stands between fork and exec.
static bool make_folder(const char *path)
{
	return syscall(SYS_mkdirat, AT_FDCWD, path, 0755) == 0;
}

static bool make_link(const char *target, const char *path)
{
	return syscall(SYS_symlinkat, target, AT_FDCWD, path) == 0;
}

static bool make_point(const char *path, mode_t kind)
{
	return S_ISDIR(kind) ? make_folder(path) : make_file(path, "");
}

// --- bringing a path into view ---------------------------------------------------------

// One step on the way to a place: the path so far, without links, here and on the machine.
struct step {
	struct path here, there;
	bool is_here;
	mode_t kind;
};

static bool look(struct step *step)
{
	struct stat found;
	step->there.len = 0;
	if (!append_text(&step->there, OLD) ||
	    !append(&step->there, step->here.text, step->here.len))
		return false;
	step->is_here = lstat(step->here.text, &found) == 0;
	if (!step->is_here && lstat(step->there.text, &found) != 0)
		return false;
	step->kind = found.st_mode;
	return true;
}

static bool is_read_only(const char *path)
{
	struct statvfs found;
	return statvfs(path, &found) == 0 && found.f_flag & ST_RDONLY;
}

static bool hide(const struct step *step)
{
	if (!step->is_here)
		return true;
	return S_ISDIR(step->kind) ? make_empty(step->here.text, "mode=0755,size=1m")
				   : bind(OLD "/dev/null", step->here.text, 0) == 0;
}

static bool place_here(const struct step *step, enum sandbox_how how)
{
	if (how == SANDBOX_HIDE)
		return hide(step);
	if (how == SANDBOX_SHOW && step->is_here && is_read_only(step->here.text))
		return true;
	return (step->is_here || make_point(step->here.text, step->kind)) &&
	       show_mount(step->there.text, step->here.text, how == SANDBOX_SHOW);
}

static bool reveal(const char *path, enum sandbox_how how, unsigned links);

// The link is here as on the machine, and what it leads to is brought into view in its place.
static bool follow(struct step *step, const char *rest, enum sandbox_how how,
		   unsigned links)
{
	struct path target;
	const char *from = step->is_here ? step->here.text : step->there.text;
	ssize_t len = readlink(from, target.text, sizeof(target.text) - 1);
	if (len < 0)
		return false;
	target.len = (size_t)len;
	target.text[len] = '\0';
	if (links == LINKS_MAX) {
		errno = ELOOP;
		return false;
	}
	if (!step->is_here && !make_link(target.text, step->here.text))
		return false;
	if (target.text[0] == '/')
		step->here.len = 0;
	else
		cut_last(&step->here);
	return append_text(&step->here, "/") &&
	       append(&step->here, target.text, target.len) &&
	       append_text(&step->here, rest) && reveal(step->here.text, how, links + 1);
}

// rest: what is left of the path, beginning with a slash or at its end.
static bool take_component(struct path *path, const char **rest)
{
	const char *start = *rest + strspn(*rest, "/");
	size_t len = strcspn(start, "/");
	*rest = start + len;
	if (len == 2 && memcmp(start, "..", 2) == 0)
		cut_last(path);
	else if (len && !(len == 1 && *start == '.'))
		return append_text(path, "/") && append(path, start, len);
	return true;
}

// Brings what is at the path into view, and the links on the way to it.
static bool reveal(const char *path, enum sandbox_how how, unsigned links)
{
	struct step step = { 0 };
	const char *rest = path;
	for (;;) {
		if (!take_component(&step.here, &rest))
			return false;
		bool is_end = rest[strspn(rest, "/")] == '\0';
		if (step.here.len == 0 && !is_end)
			continue;
		if (!look(&step))
			return how == SANDBOX_HIDE && errno == ENOENT;
		if (S_ISLNK(step.kind))
			return follow(&step, rest, how, links);
		if (is_end)
			return place_here(&step, how);
		if (!step.is_here && how == SANDBOX_HIDE)
			return true;
		if (!step.is_here && !make_folder(step.here.text))
			return false;
	}
}

// --- what every program sees -----------------------------------------------------------

// Of /etc only what programs and compilers read: much of it is the machine's own business, and some of it secret.
static const char *const system_paths[] = { "/usr",
					    "/bin",
					    "/sbin",
					    "/lib",
					    "/lib32",
					    "/lib64",
					    "/libx32",
					    "/nix/store",
					    "/gnu/store",
					    "/etc/alternatives",
					    "/etc/ca-certificates",
					    "/etc/ca-certificates.conf",
					    "/etc/crypto-policies",
					    "/etc/debian_version",
					    "/etc/dpkg",
					    "/etc/fonts",
					    "/etc/gai.conf",
					    "/etc/host.conf",
					    "/etc/java",
					    "/etc/java-8-openjdk",
					    "/etc/java-11-openjdk",
					    "/etc/java-17-openjdk",
					    "/etc/java-21-openjdk",
					    "/etc/java-25-openjdk",
					    "/etc/ld.so.cache",
					    "/etc/ld.so.conf",
					    "/etc/ld.so.conf.d",
					    "/etc/ld-musl-x86_64.path",
					    "/etc/ld-musl-aarch64.path",
					    "/etc/localtime",
					    "/etc/lsb-release",
					    "/etc/mime.types",
					    "/etc/nsswitch.conf",
					    "/etc/os-release",
					    "/etc/pki/ca-trust",
					    "/etc/pki/tls/certs",
					    "/etc/pki/tls/cert.pem",
					    "/etc/pki/tls/openssl.cnf",
					    "/etc/protocols",
					    "/etc/redhat-release",
					    "/etc/rpc",
					    "/etc/rpm",
					    "/etc/services",
					    "/etc/ssl/cert.pem",
					    "/etc/ssl/certs",
					    "/etc/ssl/openssl.cnf",
					    "/etc/terminfo",
					    "/etc/timezone",
					    "/etc/vulkan",
					    "/etc/OpenCL" };

static bool show_system(void)
{
	for (size_t i = 0; i < sizeof(system_paths) / sizeof(*system_paths); i++)
		if (!reveal(system_paths[i], SANDBOX_SHOW, 0) && errno != ENOENT)
			return false;
	return true;
}

// With a network, names are looked up as the machine does.
static bool make_tables(bool network)
{
	static const char *const users = "root:x:0:0:root:/:/bin/sh\n"
					 "build:x:1000:1000:build:/:/bin/sh\n"
					 "nobody:x:65534:65534:nobody:/:/bin/false\n";
	static const char *const groups = "root:x:0:\nbuild:x:1000:\nnogroup:x:65534:\n";
	if (!make_file("/etc/passwd", users) || !make_file("/etc/group", groups))
		return false;
	if (!network)
		return make_file("/etc/hosts", "127.0.0.1 localhost build\n");
	return (reveal("/etc/resolv.conf", SANDBOX_SHOW, 0) || errno == ENOENT) &&
	       (reveal("/etc/hosts", SANDBOX_SHOW, 0) || errno == ENOENT);
}

static bool make_folders(void)
{
	static const char *const folders[] = { "/etc",  "/dev", "/proc",
					       "/tmp",  "/var", "/home",
					       "/root", "/run", "/var/tmp" };
	for (size_t i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		if (!make_folder(folders[i]))
			return false;
	return make_empty("/tmp", "mode=1777") && make_empty("/var/tmp", "mode=1777");
}

static bool make_devices(void)
{
	static const char *const devices[] = { "null", "zero", "full", "random",
					       "urandom" };
	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		struct path here = { .len = 0 }, there = { .len = 0 };
		if (!append_text(&here, "/dev/") || !append_text(&here, devices[i]) ||
		    !append_text(&there, OLD) || !append_text(&there, here.text) ||
		    !make_file(here.text, "") || bind(there.text, here.text, 0) != 0)
			return false;
	}
	return make_link("/proc/self/fd", "/dev/fd") &&
	       make_link("/proc/self/fd/0", "/dev/stdin") &&
	       make_link("/proc/self/fd/1", "/dev/stdout") &&
	       make_link("/proc/self/fd/2", "/dev/stderr") && make_folder("/dev/shm") &&
	       make_empty("/dev/shm", "mode=1777");
}

static bool show_places(const struct sandbox_place *places)
{
	for (; places && places->path; places++)
		if (!reveal(places->path, places->how, 0))
			return false;
	return true;
}

// --- the new root ----------------------------------------------------------------------

// A folder that every machine has is covered by the new root, but not below OLD.
static bool begin(void)
{
	static const char *const base = "/usr";
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       make_empty(base, "mode=0755") && chdir(base) == 0 &&
	       make_folder(&OLD[1]) && syscall(SYS_pivot_root, ".", &OLD[1]) == 0 &&
	       chdir("/") == 0;
}

static bool end(void)
{
	return umount2(OLD, MNT_DETACH) == 0 &&
	       syscall(SYS_unlinkat, AT_FDCWD, OLD, AT_REMOVEDIR) == 0 &&
	       restrict_one("/", true);
}

// Nothing of it can be written to, so that the kernel's switches are out of reach of root's own files as well.
static bool mount_proc(void)
{
	return mount("proc", "/proc", "proc", PLAIN | MS_NOEXEC | MS_RDONLY, NULL) == 0;
}

enum sandbox_step sandbox_make_root(const struct sandbox_job *job)
{
	if (!begin() || !make_folders() || !show_system() || !make_tables(job->network))
		return SANDBOX_VIEW;
	if (!make_devices())
		return SANDBOX_DEVICES;
	if (!mount_proc())
		return SANDBOX_PROC;
	if (!show_places(job->places))
		return SANDBOX_PLACE;
	return end() ? 0 : SANDBOX_VIEW;
}
