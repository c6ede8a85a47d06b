// SPDX-License-Identifier: MIT
// A target: the environment a lock is for, as marker values and a ranked list of wheel
// tags. Its name reads like cp312-linux-amd64-glibc2.28.
#pragma once

#include "base/error.h"
#include "packaging/version.h"

enum target_os { OS_LINUX_GLIBC, OS_LINUX_MUSL, OS_MACOS, OS_WINDOWS };
enum target_arch {
	ARCH_AMD64,
	ARCH_ARM64,
	ARCH_I686,
	ARCH_ARMV7L,
	ARCH_PPC64LE,
	ARCH_S390X,
	ARCH_RISCV64,
};

// Texts live in the arena of target_init.
struct target {
	struct slice name;                   // "cp312-linux-amd64-glibc2.28"
	unsigned python_major, python_minor; // 3, 12
	// "3.12.0" where the patch release is open, else as given
	struct slice python_full;
	bool python_patch_given;
	bool free_threaded; // cp313t
	enum target_os os;
	enum target_arch arch;
	unsigned os_major, os_minor; // glibc or musl floor, macOS version
	// Marker values (508.1); "" for platform_release and platform_version, which
	// belong to a machine.
	struct slice os_name, sys_platform, platform_machine, platform_system,
		platform_python_implementation, implementation_name, platform_release,
		platform_version, python_version;
	struct version python_full_version, python_version_value;
	// Tags this target accepts, best first, and a map from tag text to rank (425.*).
	struct slice *tags;
	size_t tag_len, tag_cap;
	struct map *tag_ranks;
};

// python: "3.12" or "3.12.4" or "3.13t"; CPython 3.3 or later. platform: linux/amd64,
// linux/arm64, linux/arm/v7, linux/386, linux/ppc64le, linux/s390x, linux/riscv64,
// macos/arm64, macos/amd64, windows/amd64, windows/arm64, windows/386. The libc floor is
// glibc 2.28 unless the platform says linux/amd64:glibc2.36 or linux/amd64:musl1.2; macOS
// is 14.0 on arm64 and 13.0 on amd64 unless it says macos/arm64:15.0. Errors:
// ERROR_USAGE.
NODISCARD int target_init(struct arena *arena, struct slice python, struct slice platform,
			  struct target *ret_target, struct error *err);

// The full form of --target, what target->name holds: "cp312-linux-amd64-glibc2.36",
// "cp312.4-linux-arm64-musl1.2" (a given patch release), "cp313t-macos-arm64-14.0",
// "cp312-windows-amd64". The floor may be left out. Errors: ERROR_USAGE.
NODISCARD int target_parse(struct arena *arena, struct slice name,
			   struct target *ret_target, struct error *err);

// The target as a PEP 508 marker for a lock's `environments`: python_version equality
// (also where a patch release is given), sys_platform, platform_machine,
// implementation_name (751.2). No marker tells libcs, macOS versions or free-threaded
// builds apart: such targets have the same one.
struct slice target_marker(struct arena *arena, const struct target *target);
