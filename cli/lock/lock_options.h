// SPDX-License-Identifier: MIT
// The options of `pinbake lock`, and what they mean: inputs, targets, policies, indexes.
#pragma once

#include "cli/lock/resolve.h"
#include "cli/sources/places.h"

struct lock_values {
	struct index_values indexes;
	const char *output, *prerelease, *resolution, *exclude_newer, *format,
		*torch_backend, *torch_index, *python_bin, *build_in, *build_engine;
	struct text_list pythons, platforms, targets, images, upgrade_packages,
		constraints, only_binary, no_binary, extras, groups, overrides, excludes,
		package_cutoffs;
	bool upgrade, check, repair, all_extras, split, build, no_build, build_network;
	bool whole_project; // and not its groups alone, whatever part of it a lock has
};

extern const struct option_table lock_option_table;

struct target_list {
	struct target *items;
	size_t len, cap;
};

// lock_inputs.c: the project's settings (project_file.h), those of [lock] first, where the command line is silent. Of
// targets it is not, if it names any part of one; of extras and groups, if it names files; of extras, if it names groups.
// ERROR_INPUT.
NODISCARD int lock_read_settings(struct cli *cli, struct lock_values *values,
				 struct text_list *inputs, struct error *err);
// --python times --platform, or --target; else what this machine is. ERROR_USAGE.
NODISCARD int lock_read_targets(struct cli *cli, const struct lock_values *values,
				struct target_list *ret_targets, struct error *err);
// lock_inputs.c: requirements files, pyproject.toml (by default that of this folder), scripts, and constraints; all
// problems as diagnostics. ERROR_INPUT, ERROR_USAGE.
NODISCARD int lock_read_inputs(struct cli *cli, const struct lock_values *values,
			       const struct text_list *inputs,
			       struct requirement_set *set, struct error *err);
// Does each target fit the requires-python of the projects and scripts? ERROR_NO with its place.
NODISCARD int lock_check_python(const struct requirement_set *set,
				const struct target_list *targets, struct error *err);
// Modes and binary rules into options; set is read already. ERROR_USAGE.
NODISCARD int lock_read_policy(struct cli *cli, const struct lock_values *values,
			       const struct requirement_set *set,
			       struct resolve_options *options, struct error *err);
// Which indexes a new lock asks (places.h); the backend of PyTorch adds its own.
NODISCARD int lock_index_config(struct cli *cli, const struct lock_values *values,
				const struct requirement_set *set,
				struct index_config *ret_config, struct error *err);
// lock_inputs.c: of the project's settings what says where distributions come from, and which kinds of files are taken.
NODISCARD int lock_read_index_settings(struct cli *cli, struct lock_values *values,
				       struct error *err);
