// SPDX-License-Identifier: MIT
// Whether one lock will do, or several are to be made, each named after what it is for (751.1):
//
//	conflicts = [[{ extra = "cpu" }, { extra = "gpu" }]]
//	extras cpu and gpu           pylock.cpu.toml, pylock.gpu.toml: the rest is in both
//	extra cpu                    pylock.toml, as ever
//
//	targets …-glibc2.28 and …-musl1.2, which no marker tells apart and no one version fits
//	                             pylock.glibc2_28.toml, pylock.musl1_2.toml
#pragma once

#include "pinbake/session.h"

struct part {
	struct slice name; // "" for the only one
	struct slice_list extras, groups;
	const char *torch_backend;  // of a conflict's side; NULL for none
	struct target_list targets; // empty: all that are asked for
};

struct part_list {
	struct part *items;
	size_t len, cap;
};

// By the request's conflicts, over the extras and groups that are asked for; a conflict with fewer than two sides that
// are asked for parts nothing. Lives in the session's arena. ERROR_INPUT where the project cannot be read; ERROR_USAGE
// for more than LOCKS_MAX.
NODISCARD int parts_of_conflicts(struct session *session,
				 const struct lock_request *request,
				 struct part_list *ret_parts, struct error *err);

// One part as several, with targets that markers cannot tell apart in different ones: the first of each class, the
// second of each, and so on.
void parts_of_targets(struct arena *arena, const struct part *part,
		      const struct target_list *targets, struct part_list *ret_parts);

// "dir/pylock.toml" → "dir/pylock.NAME.toml", "pylock.a.toml" → "pylock.a-NAME.toml"; path itself for "".
const char *part_path(struct arena *arena, const char *path, struct slice name);
