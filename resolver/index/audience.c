// SPDX-License-Identifier: MIT
// Reads the tags of a wheel that does not fit, and names what does not (PEP 425, 600,
// 656).
#include "resolver/index/audience.h"

enum libc { LIBC_ANY, LIBC_GLIBC, LIBC_MUSL };

// The parts of "manylinux_2_28_x86_64": glibc, 2, 28 and the machine; of
// "macosx_11_0_arm64" likewise.
struct platform {
	enum libc libc;
	unsigned major, minor;
	struct slice machine;
};

// --- platforms -----------------------------------------------------------------------

// Reads "_2_28_x86_64" as 2, 28 and "x86_64".
static bool read_versioned(struct slice rest, struct platform *platform)
{
	struct slice major, minor;
	uint64_t first, second;
	rest = slice_skip(rest, 1);
	if (!slice_cut(&rest, '_', &major) || !slice_cut(&rest, '_', &minor) ||
	    !slice_parse_u64(major, 9999, &first) ||
	    !slice_parse_u64(minor, 9999, &second))
		return false;
	platform->major = (unsigned)first;
	platform->minor = (unsigned)second;
	platform->machine = rest;
	return true;
}

static bool read_linux(struct slice tag, struct platform *ret_platform)
{
	static const struct {
		struct slice prefix;
		unsigned minor;
	} old[] = {
		{ { "manylinux1_", 11 }, 5 },
		{ { "manylinux2010_", 14 }, 12 },
		{ { "manylinux2014_", 14 }, 17 },
	};
	struct platform platform = { .libc = LIBC_GLIBC, .major = 2 };
	for (size_t i = 0; i < sizeof(old) / sizeof(*old); i++) {
		if (!slice_starts_with(tag, old[i].prefix))
			continue;
		platform.minor = old[i].minor;
		platform.machine = slice_skip(tag, old[i].prefix.len);
		*ret_platform = platform;
		return true;
	}
	bool is_musl = slice_starts_with(tag, S("musllinux_"));
	if (is_musl || slice_starts_with(tag, S("manylinux_"))) {
		platform.libc = is_musl ? LIBC_MUSL : LIBC_GLIBC;
		if (!read_versioned(slice_skip(tag, 9), &platform))
			return false;
	} else if (slice_starts_with(tag, S("linux_"))) {
		platform.libc = LIBC_ANY;
		platform.machine = slice_skip(tag, 6);
	} else {
		return false;
	}
	*ret_platform = platform;
	return true;
}

static struct slice linux_text(struct arena *arena, const struct platform *platform,
			       const struct target *target)
{
	enum libc own = target->os == OS_LINUX_MUSL ? LIBC_MUSL : LIBC_GLIBC;
	bool is_linux = target->os == OS_LINUX_MUSL || target->os == OS_LINUX_GLIBC;
	const char *name = platform->libc == LIBC_MUSL ? "musl" : "glibc";
	if (!is_linux)
		return S("Linux");
	if (!slice_eq(platform->machine, target->platform_machine))
		return arena_printf(arena, "Linux on %.*s", SLICE_ARG(platform->machine));
	if (platform->libc != own)
		return arena_printf(arena, "Linux with %s", name);
	return arena_printf(arena, "%s %u.%u or newer", name, platform->major,
			    platform->minor);
}

// Universal builds run on both machines.
static bool macos_has_machine(struct slice machine, const struct target *target)
{
	return slice_eq(machine, target->platform_machine) ||
	       slice_starts_with(machine, S("universal"));
}

static struct slice macos_text(struct arena *arena, struct slice tag,
			       const struct target *target)
{
	struct platform platform;
	if (target->os != OS_MACOS ||
	    !read_versioned(slice_skip(tag, sizeof("macosx") - 1), &platform))
		return S("macOS");
	if (!macos_has_machine(platform.machine, target))
		return arena_printf(arena, "macOS on %.*s", SLICE_ARG(platform.machine));
	return arena_printf(arena, "macOS %u.%u or newer", platform.major,
			    platform.minor);
}

static struct slice windows_text(struct arena *arena, struct slice tag,
				 const struct target *target)
{
	if (target->os != OS_WINDOWS)
		return S("Windows");
	if (slice_eq(tag, S("win32")))
		return S("32-bit Windows");
	return arena_printf(arena, "Windows on %.*s", SLICE_ARG(slice_skip(tag, 4)));
}

static struct slice platform_text(struct arena *arena, struct slice tag,
				  const struct target *target)
{
	struct platform platform;
	if (slice_eq(tag, S("win32")) || slice_starts_with(tag, S("win_")))
		return windows_text(arena, tag, target);
	if (slice_starts_with(tag, S("macosx_")))
		return macos_text(arena, tag, target);
	if (read_linux(tag, &platform))
		return linux_text(arena, &platform, target);
	return tag;
}

// --- interpreters --------------------------------------------------------------------

// "39" → "3.9", "312" → "3.12", "3" → "3".
static struct slice version_text(struct arena *arena, struct slice digits)
{
	struct slice minor = slice_skip(digits, 1);
	if (minor.len == 0)
		return digits;
	return arena_printf(arena, "%c.%.*s", digits.ptr[0], SLICE_ARG(minor));
}

static bool all_digits(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_digit(text.ptr[i]))
			return false;
	return text.len > 0;
}

static struct slice python_text(struct arena *arena, const struct wheel_name *wheel,
				const struct target *target)
{
	struct slice rest = wheel->python, tag;
	slice_cut(&rest, '.', &tag);
	struct slice kind = slice_range(tag, 0, tag.len < 2 ? tag.len : 2),
		     digits = slice_skip(tag, kind.len);
	bool is_cpython = slice_eq(kind, S("cp")), is_pypy = slice_eq(kind, S("pp")),
	     is_any = slice_eq(kind, S("py"));
	bool is_free = slice_ends_with(wheel->abi, S("t"));
	if (!all_digits(digits) || (!is_cpython && !is_pypy && !is_any))
		return tag;
	struct slice version = version_text(arena, digits);
	bool reaches_on = (is_any && digits.len > 1) || slice_eq(wheel->abi, S("abi3"));
	const char *name = is_pypy ? "PyPy" : is_any ? "Python" : "CPython";
	return arena_printf(arena, "%s%s %.*s%s%s", is_free ? "free-threaded " : "", name,
			    SLICE_ARG(version), reaches_on ? " or newer" : "",
			    is_cpython && target->free_threaded && !is_free
				    ? " with its lock"
				    : "");
}

// --- the wheel -----------------------------------------------------------------------

static bool takes_platform(const struct target *target, struct slice platform)
{
	for (size_t i = 0; i < target->tag_len; i++) {
		struct slice tag = target->tags[i];
		size_t dash = slice_find_last_byte(tag, '-');
		if (dash != SLICE_NONE && slice_eq(slice_skip(tag, dash + 1), platform))
			return true;
	}
	return false;
}

struct slice wheel_audience(struct arena *arena, const struct wheel_name *wheel,
			    const struct target *target)
{
	struct slice rest = wheel->platform, platform;
	bool more = true;
	while (more) {
		more = slice_cut(&rest, '.', &platform);
		if (takes_platform(target, platform))
			return python_text(arena, wheel, target);
	}
	return platform_text(arena, platform, target);
}
