// SPDX-License-Identifier: MIT
// Makes targets of "3.12" and "linux/amd64", or of a full name: marker values, tags and
// the marker of a lock.
#include "packaging/target.h"

#include "packaging/tags.h"

// Row i is that of enum target_arch i. NULL: there is no such platform.
static const struct arch_row {
	const char *name, *linux_machine, *macos_machine, *windows_machine;
} ARCHES[] = {
	[ARCH_AMD64] = { "amd64", "x86_64", "x86_64", "AMD64" },
	[ARCH_ARM64] = { "arm64", "aarch64", "arm64", "ARM64" },
	[ARCH_I686] = { "386", "i686", NULL, "x86" },
	[ARCH_ARMV7L] = { "armv7", "armv7l", NULL, NULL },
	[ARCH_PPC64LE] = { "ppc64le", "ppc64le", NULL, NULL },
	[ARCH_S390X] = { "s390x", "s390x", NULL, NULL },
	[ARCH_RISCV64] = { "riscv64", "riscv64", NULL, NULL },
};
enum { ARCH_COUNT = sizeof(ARCHES) / sizeof(ARCHES[0]) };

// Other names that images and people use.
static const struct {
	const char *said, *name;
} ARCH_ALIASES[] = {
	{ "arm/v7", "armv7" },  { "arm64/v8", "arm64" }, { "x86_64", "amd64" },
	{ "aarch64", "arm64" }, { "i686", "386" },       { "armv7l", "armv7" },
};
enum { ARCH_ALIAS_COUNT = sizeof(ARCH_ALIASES) / sizeof(ARCH_ALIASES[0]) };

enum { PYTHON_MINOR_MIN = 3, FREE_THREADED_MINOR_MIN = 13, VERSION_PART_MAX = 99 };
enum { GLIBC_MAJOR = 2, GLIBC_MINOR = 28, MUSL_MAJOR = 1, MUSL_MINOR = 2 };
enum {
	MACOS_AMD64_MAJOR = 13,
	MACOS_ARM64_MAJOR = 14,
	MACOS_ARM64_FIRST = 11,
	MACOS_FIRST = 10
};

static int bad_platform(struct slice platform, struct error *err)
{
	error_set(err, ERROR_USAGE, "unknown platform '%.*s'", SLICE_ARG(platform));
	return error_hint(err,
			  "one of linux/amd64, linux/arm64, linux/arm/v7, linux/386, "
			  "linux/ppc64le, linux/s390x, linux/riscv64, macos/arm64, "
			  "macos/amd64, windows/amd64, windows/arm64, windows/386; "
			  "with a libc: linux/amd64:glibc2.36, linux/amd64:musl1.2");
}

static int bad_python(struct slice python, struct error *err)
{
	error_set(err, ERROR_USAGE, "'%.*s' is not a Python version to lock for",
		  SLICE_ARG(python));
	return error_hint(
		err, "write '3.12', '3.12.4', or '3.13t' for the free-threaded build");
}

// Parses "12" or "12.3": a major and an optional minor number, both small.
static bool parse_pair(struct slice text, unsigned *ret_major, unsigned *ret_minor)
{
	uint64_t major, minor = 0;
	struct slice head;
	bool has_minor = slice_cut(&text, '.', &head);
	if (!slice_parse_u64(head, VERSION_PART_MAX, &major) ||
	    (has_minor && !slice_parse_u64(text, VERSION_PART_MAX, &minor)))
		return false;
	*ret_major = (unsigned)major;
	*ret_minor = (unsigned)minor;
	return true;
}

static bool take_prefix(struct slice *text, struct slice prefix)
{
	if (!slice_starts_with(*text, prefix))
		return false;
	*text = slice_skip(*text, prefix.len);
	return true;
}

// Is it a version that an interpreter reports: "3.12", "3.12.4", "3.15.0rc1"?
static bool is_python(const struct version *version)
{
	if (version->epoch.value != 0 || version->has_post || version->has_dev ||
	    version->local_len > 0)
		return false;
	if (version->release_len != 3 &&
	    (version->release_len != 2 || version->pre != PRE_NONE))
		return false;
	uint64_t minor = version->release[1].value;
	return version->release[0].value == 3 && minor >= PYTHON_MINOR_MIN &&
	       minor <= VERSION_PART_MAX;
}

// A patch release that is open counts as the first one. The minor is written in full
// (508.5).
static int set_python(struct arena *arena, struct slice python, struct target *target,
		      struct error *err)
{
	struct version version;
	struct slice text = python;
	target->free_threaded = slice_ends_with(text, S("t"));
	if (target->free_threaded)
		text.len--;
	if (!version_parse(arena, text, &version) || !is_python(&version))
		return bad_python(python, err);
	target->python_major = (unsigned)version.release[0].value;
	target->python_minor = (unsigned)version.release[1].value;
	if (target->free_threaded && target->python_minor < FREE_THREADED_MINOR_MIN)
		return bad_python(python, err);
	target->python_patch_given = version.release_len == 3;
	target->python_version =
		arena_printf(arena, "%u.%u", target->python_major, target->python_minor);
	target->python_full = target->python_patch_given
				      ? version_normal(arena, &version)
				      : arena_printf(arena, "%.*s.0",
						     SLICE_ARG(target->python_version));
	if (!version_parse(arena, target->python_version,
			   &target->python_version_value) ||
	    !version_parse(arena, target->python_full, &target->python_full_version))
		BUG("a Python version is a version");
	return 0;
}

static bool find_arch(struct slice name, enum target_arch *ret_arch)
{
	for (size_t i = 0; i < ARCH_ALIAS_COUNT; i++)
		if (slice_eq(name, slice_from(ARCH_ALIASES[i].said)))
			name = slice_from(ARCH_ALIASES[i].name);
	for (size_t i = 0; i < ARCH_COUNT; i++) {
		if (slice_eq(name, slice_from(ARCHES[i].name))) {
			*ret_arch = (enum target_arch)i;
			return true;
		}
	}
	return false;
}

// floor: "", "glibc", "glibc2.36", "musl1.2".
static bool set_libc(struct slice floor, struct target *target)
{
	bool musl = take_prefix(&floor, S("musl"));
	bool glibc = !musl && take_prefix(&floor, S("glibc"));
	target->os = musl ? OS_LINUX_MUSL : OS_LINUX_GLIBC;
	target->os_major = musl ? MUSL_MAJOR : GLIBC_MAJOR;
	target->os_minor = musl ? MUSL_MINOR : GLIBC_MINOR;
	if (floor.len == 0)
		return true;
	unsigned major, minor;
	if (!(musl || glibc) || !parse_pair(floor, &major, &minor) ||
	    major != target->os_major)
		return false;
	target->os_minor = minor;
	return true;
}

// floor: "" or a version of macOS.
static bool set_macos(struct slice floor, struct target *target)
{
	bool arm64 = target->arch == ARCH_ARM64;
	target->os = OS_MACOS;
	target->os_major = arm64 ? MACOS_ARM64_MAJOR : MACOS_AMD64_MAJOR;
	if (floor.len > 0 && !parse_pair(floor, &target->os_major, &target->os_minor))
		return false;
	return target->os_major >= (arm64 ? MACOS_ARM64_FIRST : MACOS_FIRST);
}

static bool set_os(struct slice os, struct slice floor, struct target *target)
{
	const struct arch_row *row = &ARCHES[target->arch];
	if (slice_eq(os, S("linux")))
		return set_libc(floor, target);
	if (slice_eq(os, S("macos")) || slice_eq(os, S("darwin")))
		return row->macos_machine && set_macos(floor, target);
	target->os = OS_WINDOWS;
	return slice_eq(os, S("windows")) && row->windows_machine && floor.len == 0;
}

static int set_platform(struct slice platform, struct target *target, struct error *err)
{
	struct slice arch = platform, os, floor = S("");
	size_t colon = slice_find_byte(platform, ':');
	if (colon != SLICE_NONE) {
		floor = slice_skip(platform, colon + 1);
		arch = slice_range(platform, 0, colon);
	}
	if (!slice_cut(&arch, '/', &os) || !find_arch(arch, &target->arch) ||
	    !set_os(os, floor, target) || (colon != SLICE_NONE && floor.len == 0))
		return bad_platform(platform, err);
	return 0;
}

// The values of marker variables (508.1). platform_release and platform_version are a
// machine's, not a target's, and therefore empty.
static void set_markers(struct target *target)
{
	const struct arch_row *row = &ARCHES[target->arch];
	target->platform_python_implementation = S("CPython");
	target->implementation_name = S("cpython");
	target->platform_release = target->platform_version = S("");
	target->os_name = target->os == OS_WINDOWS ? S("nt") : S("posix");
	switch (target->os) {
	case OS_LINUX_GLIBC:
	case OS_LINUX_MUSL:
		target->sys_platform = S("linux");
		target->platform_system = S("Linux");
		target->platform_machine = slice_from(row->linux_machine);
		return;
	case OS_MACOS:
		target->sys_platform = S("darwin");
		target->platform_system = S("Darwin");
		target->platform_machine = slice_from(row->macos_machine);
		return;
	case OS_WINDOWS:
		target->sys_platform = S("win32");
		target->platform_system = S("Windows");
		target->platform_machine = slice_from(row->windows_machine);
		return;
	}
	BUG("unknown operating system");
}

// What follows "3.12" in the full version, if it was given: ".4", ".0rc1".
static struct slice patch_text(const struct target *target)
{
	return target->python_patch_given
		       ? slice_skip(target->python_full, target->python_version.len)
		       : S("");
}

static struct slice name_of(struct arena *arena, const struct target *target)
{
	struct buf name = { .arena = arena };
	struct slice patch = patch_text(target);
	const char *arch = ARCHES[target->arch].name;
	buf_printf(&name, "cp%u%u%.*s%s-", target->python_major, target->python_minor,
		   SLICE_ARG(patch), target->free_threaded ? "t" : "");
	switch (target->os) {
	case OS_LINUX_GLIBC:
		buf_printf(&name, "linux-%s-glibc%u.%u", arch, target->os_major,
			   target->os_minor);
		break;
	case OS_LINUX_MUSL:
		buf_printf(&name, "linux-%s-musl%u.%u", arch, target->os_major,
			   target->os_minor);
		break;
	case OS_MACOS:
		buf_printf(&name, "macos-%s-%u.%u", arch, target->os_major,
			   target->os_minor);
		break;
	case OS_WINDOWS: buf_printf(&name, "windows-%s", arch); break;
	}
	return buf_slice(&name);
}

int target_init(struct arena *arena, struct slice python, struct slice platform,
		struct target *ret_target, struct error *err)
{
	struct target target = { 0 };
	if (set_python(arena, python, &target, err) < 0 ||
	    set_platform(platform, &target, err) < 0)
		return -1;
	set_markers(&target);
	target.name = name_of(arena, &target);
	tags_of_target(arena, &target);
	*ret_target = target;
	return 0;
}

// "cp312.4t" → "3.12.4t". Empty if the tag does not begin as it should.
static struct slice python_of_tag(struct arena *arena, struct slice tag)
{
	if (!take_prefix(&tag, S("cp")) || tag.len < 2)
		return S("");
	struct slice major = slice_range(tag, 0, 1), minor = slice_skip(tag, 1);
	return arena_printf(arena, "%.*s.%.*s", SLICE_ARG(major), SLICE_ARG(minor));
}

int target_parse(struct arena *arena, struct slice name, struct target *ret_target,
		 struct error *err)
{
	struct slice rest = name, python, os, arch;
	bool whole = slice_cut(&rest, '-', &python) && slice_cut(&rest, '-', &os);
	bool has_floor = slice_cut(&rest, '-', &arch);
	python = python_of_tag(arena, python);
	if (!whole || python.len == 0 || (has_floor && rest.len == 0)) {
		error_set(err, ERROR_USAGE, "'%.*s' is not a target", SLICE_ARG(name));
		return error_hint(err, "write it like cp312-linux-amd64-glibc2.36 or "
				       "cp313t-macos-arm64-14.0");
	}
	struct slice platform =
		arena_printf(arena, "%.*s/%.*s%s%.*s", SLICE_ARG(os), SLICE_ARG(arch),
			     has_floor ? ":" : "", SLICE_ARG(rest));
	if (target_init(arena, python, platform, ret_target, err) < 0)
		return error_during(err, "reading the target '%.*s'", SLICE_ARG(name));
	return 0;
}

// The marker names python_version, so that it holds on every patch release; the libc has
// no marker (751.2).
struct slice target_marker(struct arena *arena, const struct target *target)
{
	return arena_printf(
		arena,
		"python_version == \"%.*s\" and sys_platform == \"%.*s\" and "
		"platform_machine == \"%.*s\" and implementation_name == \"%.*s\"",
		SLICE_ARG(target->python_version), SLICE_ARG(target->sys_platform),
		SLICE_ARG(target->platform_machine),
		SLICE_ARG(target->implementation_name));
}
