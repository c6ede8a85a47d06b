// SPDX-License-Identifier: MIT
// Whether one lock will do, or several are to be written, each named after what it is for (751.1):
//
//	[tool.pinbake] conflicts = [[{ extra = "cpu" }, { extra = "gpu" }]]     or uv's [tool.uv] conflicts
//	lock --extra cpu --extra gpu      pylock.cpu.toml, pylock.gpu.toml: the rest is in both
//	lock --extra cpu                  pylock.toml, as ever
//
//	lock --split --target …-glibc2.28 --target …-musl1.2, which no marker tells apart and no one version fits
//	                                  pylock.glibc2_28.toml, pylock.musl1_2.toml
#pragma once

#include "cli/lock/lock_options.h"

struct lock_unit {
	struct slice name; // "" for the only one
	struct text_list extras, groups;
	const char *torch_backend;  // of a conflict's entry; NULL for none
	struct target_list targets; // empty: all that are asked for
};

struct lock_plan {
	struct lock_unit *items;
	size_t len, cap;
};

// By the conflicts that the project's settings declare, over the extras and groups that are asked for. Entries may be
// { extra = …, torch-backend = … } or { group = … }; a set with fewer than two that are asked for parts nothing.
// ERROR_INPUT with diagnostics; ERROR_USAGE for more than LOCKS_MAX.
NODISCARD int lock_plan_conflicts(struct cli *cli, const struct lock_values *values,
				  struct lock_plan *ret_plan, struct error *err);

// The same with targets that markers cannot tell apart in different locks: the first of each class, the second of each,
// and so on.
void lock_plan_targets(struct arena *arena, const struct lock_unit *unit,
		       const struct target_list *targets, struct lock_plan *ret_plan);

// "dir/pylock.toml" → "dir/pylock.NAME.toml", "pylock.a.toml" → "pylock.a-NAME.toml"; path itself for "".
const char *lock_plan_path(struct arena *arena, const char *path, struct slice name);
