// SPDX-License-Identifier: MIT
// Looks for a Python of a target's version.
#include "cli/lock/interpreter.h"

#include "base/program.h"

static struct slice program_name(struct cli *cli, const struct target *target)
{
	return arena_printf(&cli->arena, "python%u.%u%s", target->python_major,
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

static bool find_on_path(struct cli *cli, struct slice name, struct slice *ret_path)
{
	for (const char *const *folder = search_path(cli); *folder; folder++) {
		const char *candidate = program_in(&cli->arena, *folder, name);
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

static bool find_in_pyenv(struct cli *cli, const struct target *target, struct slice name,
			  struct slice *ret_path)
{
	struct name_list folders = { 0 };
	struct error ignored = { 0 };
	struct slice wanted = arena_printf(&cli->arena, "%u.%u.", target->python_major,
					   target->python_minor);
	const char *root = setting("PYENV_ROOT"), *home = setting("HOME");
	uint64_t best = 0, patch;
	bool found = false;
	if (!root && !home)
		return false;
	const char *versions = root ? path_join(&cli->arena, root, S("versions"))
				    : path_join(&cli->arena, home, S(".pyenv/versions"));
	if (directory_names(versions, &cli->arena, &folders, &ignored) < 0)
		return false;
	for (size_t i = 0; i < folders.len; i++) {
		if (!is_release(folders.items[i], wanted, target->free_threaded,
				&patch) ||
		    (found && patch < best))
			continue;
		const char *bin =
			path_join(&cli->arena,
				  path_join(&cli->arena, versions, folders.items[i]),
				  S("bin"));
		const char *candidate = path_join(&cli->arena, bin, name);
		if (!is_interpreter(candidate))
			continue;
		*ret_path = slice_from(candidate);
		best = patch;
		found = true;
	}
	return found;
}

int find_interpreter(struct cli *cli, const struct target *target, const char *option,
		     struct slice *ret_path, struct error *err)
{
	struct slice name = program_name(cli, target);
	if (find_on_path(cli, name, ret_path))
		return 0;
	error_set(err, ERROR_INPUT, "no %.*s on PATH", SLICE_ARG(name));
	return error_hint(err, "name the interpreter with %s", option);
}

int find_interpreter_to_build(struct cli *cli, const struct target *target,
			      const char *option, struct slice *ret_path,
			      struct error *err)
{
	struct slice name = program_name(cli, target);
	if (find_on_path(cli, name, ret_path) ||
	    find_in_pyenv(cli, target, name, ret_path))
		return 0;
	error_set(err, ERROR_INPUT, "no %.*s on PATH or in pyenv", SLICE_ARG(name));
	return error_hint(err, "name the interpreter with %s", option);
}
