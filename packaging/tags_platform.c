// SPDX-License-Identifier: MIT
// Platform tags: manylinux and musllinux below a libc floor (PEP 600, PEP 656), macOS by
// version and binary format, Windows by name.
#include "packaging/tags_platform.h"

enum { GLIBC_OLDEST_X86 = 5, GLIBC_OLDEST = 17 };
enum { MACOS_BIG_SUR = 11, MACOS_10_LAST = 16, MACOS_10_FIRST_X86 = 4 };

// The old names of three manylinux policies, by their minor version of glibc (425.2).
static const struct {
	unsigned minor;
	const char *alias;
} MANYLINUX_ALIASES[] = { { 17, "manylinux2014" },
			  { 12, "manylinux2010" },
			  { 5, "manylinux1" } };
enum { MANYLINUX_ALIAS_COUNT = sizeof(MANYLINUX_ALIASES) / sizeof(MANYLINUX_ALIASES[0]) };

struct list {
	struct arena *arena;
	struct platform_list *platforms;
};

static void add(struct list *list, struct slice platform)
{
	*array_push(list->arena, list->platforms) = platform;
}

// Every glibc counts from the target's down to the oldest that has a policy; the old name
// comes right after its number (425.2).
static void add_manylinux(struct list *list, const struct target *target)
{
	bool x86 = target->arch == ARCH_AMD64 || target->arch == ARCH_I686;
	unsigned oldest = x86 ? GLIBC_OLDEST_X86 : GLIBC_OLDEST;
	struct slice machine = target->platform_machine;
	for (unsigned minor = target->os_minor; minor >= oldest; minor--) {
		add(list, arena_printf(list->arena, "manylinux_%u_%u_%.*s",
				       target->os_major, minor, SLICE_ARG(machine)));
		for (size_t i = 0; i < MANYLINUX_ALIAS_COUNT; i++)
			if (MANYLINUX_ALIASES[i].minor == minor)
				add(list, arena_printf(list->arena, "%s_%.*s",
						       MANYLINUX_ALIASES[i].alias,
						       SLICE_ARG(machine)));
	}
}

// musl is a property of the interpreter, here of the target (425.3).
static void add_musllinux(struct list *list, const struct target *target)
{
	for (unsigned minor = target->os_minor + 1; minor-- > 0;)
		add(list,
		    arena_printf(list->arena, "musllinux_%u_%u_%.*s", target->os_major,
				 minor, SLICE_ARG(target->platform_machine)));
}

// A bare linux_* tag ranks last, as uv has it (425.6).
static void add_native_linux(struct list *list, const struct target *target)
{
	add(list,
	    arena_printf(list->arena, "linux_%.*s", SLICE_ARG(target->platform_machine)));
}

static void add_macos_formats(struct list *list, unsigned major, unsigned minor,
			      const char *const *formats, size_t count)
{
	for (size_t i = 0; i < count; i++)
		add(list, arena_printf(list->arena, "macosx_%u_%u_%s", major, minor,
				       formats[i]));
}

// macOS 10.x counts by the minor, 11 and later have minor 0 (425.4). On arm64 what is
// older than 11 can only be the other half of a universal2 binary.
static void add_macos(struct list *list, const struct target *target)
{
	static const char *const x86[] = { "x86_64", "intel",      "fat64",
					   "fat3",   "universal2", "universal" };
	static const char *const arm[] = { "arm64", "universal2" };
	bool arm64 = target->arch == ARCH_ARM64;
	unsigned minor = MACOS_10_LAST;
	for (unsigned major = target->os_major; major >= MACOS_BIG_SUR; major--)
		add_macos_formats(list, major, 0, arm64 ? arm : x86, arm64 ? 2 : 6);
	if (target->os_major < MACOS_BIG_SUR)
		minor = target->os_minor;
	for (; minor >= MACOS_10_FIRST_X86; minor--)
		add_macos_formats(list, 10, minor, arm64 ? arm + 1 : x86, arm64 ? 1 : 6);
}

static void add_windows(struct list *list, const struct target *target)
{
	if (target->arch == ARCH_AMD64)
		add(list, S("win_amd64"));
	else if (target->arch == ARCH_ARM64)
		add(list, S("win_arm64"));
	else
		add(list, S("win32"));
}

void platforms_of_target(struct arena *arena, const struct target *target,
			 struct platform_list *ret_platforms)
{
	struct list list = { arena, ret_platforms };
	*ret_platforms = (struct platform_list){ 0 };
	switch (target->os) {
	case OS_LINUX_GLIBC:
		add_manylinux(&list, target);
		add_native_linux(&list, target);
		break;
	case OS_LINUX_MUSL:
		add_musllinux(&list, target);
		add_native_linux(&list, target);
		break;
	case OS_MACOS: add_macos(&list, target); break;
	case OS_WINDOWS: add_windows(&list, target); break;
	}
}
