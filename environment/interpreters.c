// SPDX-License-Identifier: MIT
// Looks for a Python of a target's version.
#include "environment/interpreters.h"

#include "base/files.h"
#include "base/program.h"

#include <string.h>
static struct slice program_name(struct arena *arena, const struct target *target)
{
	return arena_printf(arena, "python%u.%u%s", target->python_major,
			    target->python_minor, target->free_threaded ? "t" : "");
}

// A shim is a script that looks for a Python by itself: an environment's link must lead to the real one.
static bool is_interpreter(const char *path)
{
	struct file_map map = { 0 };
	struct error ignored = { 0 };
	if (file_map_open(path, ERROR_INPUT, &map, &ignored) < 0)
		return false;
	bool is_script = slice_starts_with(map.bytes, S("#!"));
	file_map_close(&map);
	return !is_script;
}

static bool find_on_path(const struct interpreter_places *places, struct slice name,
			 struct arena *arena, struct slice *ret_path)
{
	for (const char *const *at = places->search_path; at && *at; at++) {
		const char *candidate = program_in(arena, *at, name);
		if (candidate && is_interpreter(candidate)) {
			*ret_path = slice_from(candidate);
			return true;
		}
	}
	return false;
}

// "3.7.16" below versions/ where "3.7." is wanted: its patch number.
static bool is_release(struct slice folder, struct slice wanted, bool free_threaded,
		       uint64_t *ret_patch)
{
	if (slice_ends_with(folder, S("t")) != free_threaded ||
	    !slice_starts_with(folder, wanted))
		return false;
	struct slice patch = slice_range(folder, wanted.len, folder.len - free_threaded);
	return slice_parse_u64(patch, UINT32_MAX, ret_patch);
}

// The newest patch release that one folder of versions has.
static bool find_in(const char *versions, const struct target *target,
		    struct arena *arena, struct slice *ret_path)
{
	struct name_list folders = { 0 };
	struct error ignored = { 0 };
	struct slice wanted =
		arena_printf(arena, "%u.%u.", target->python_major, target->python_minor);
	uint64_t best = 0, patch;
	bool found = false;
	if (directory_names(versions, arena, &folders, &ignored) < 0)
		return false;
	for (size_t i = 0; i < folders.len; i++) {
		if (!is_release(folders.items[i], wanted, target->free_threaded,
				&patch) ||
		    (found && patch < best))
			continue;
		const char *bin =
			path_join(arena, path_join(arena, versions, folders.items[i]),
				  S("bin"));
		const char *candidate =
			path_join(arena, bin, program_name(arena, target));
		if (!is_interpreter(candidate))
			continue;
		*ret_path = slice_from(candidate);
		best = patch;
		found = true;
	}
	return found;
}

int interpreter_find(const struct interpreter_places *places, const struct target *target,
		     const char *option, struct arena *arena, struct slice *ret_path,
		     struct error *err)
{
	struct slice name = program_name(arena, target);
	if (find_on_path(places, name, arena, ret_path))
		return 0;
	error_set(err, ERROR_INPUT, "no %.*s on PATH", SLICE_ARG(name));
	return error_hint(err, "name the interpreter with %s", option);
}

int interpreter_find_to_build(const struct interpreter_places *places,
			      const struct target *target, const char *option,
			      struct arena *arena, struct slice *ret_path,
			      struct error *err)
{
	struct slice name = program_name(arena, target);
	if (find_on_path(places, name, arena, ret_path))
		return 0;
	for (const char *const *at = places->versions; at && *at; at++)
		if (find_in(*at, target, arena, ret_path))
			return 0;
	error_set(err, ERROR_INPUT, "no %.*s on PATH or in pyenv", SLICE_ARG(name));
	return error_hint(err, "name the interpreter with %s", option);
}

// --- the machine -----------------------------------------------------------------------------------------------------

// The 12 of "/usr/bin/python3.12"; the last such part of the path counts.
static bool minor_of_path(struct slice path, uint64_t *ret_minor)
{
	size_t at = slice_find(path, S("/python3."));
	while (at != SLICE_NONE &&
	       slice_contains(slice_skip(path, at + 1), S("/python3.")))
		at += 1 + slice_find(slice_skip(path, at + 1), S("/python3."));
	return at != SLICE_NONE &&
	       slice_parse_u64(slice_skip(path, at + sizeof("/python3.") - 1), 99,
			       ret_minor);
}

struct slice interpreter_default_version(const struct interpreter_places *places,
					 struct arena *arena)
{
	uint64_t minor;
	for (const char *const *at = places->search_path; at && *at; at++)
		if (minor_of_path(path_real(arena, path_join(arena, *at, S("python3"))),
				  &minor))
			return arena_printf(arena, "3.%llu", (unsigned long long)minor);
	return S("");
}
