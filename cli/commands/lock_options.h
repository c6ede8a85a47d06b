// SPDX-License-Identifier: MIT
// The options of `pinbake lock`, and the request that they make.
#pragma once

#include "cli/commands/index_options.h"

struct lock_values {
	struct index_values indexes;
	const char *output, *prerelease, *resolution, *exclude_newer, *format,
		*torch_backend, *torch_index, *python_bin, *build_in, *build_engine;
	struct text_list pythons, platforms, targets, images, upgrade_packages,
		constraints, only_binary, no_binary, extras, groups, overrides, excludes,
		package_cutoffs, source_include;
	bool upgrade, check, repair, all_extras, split, build, no_build, build_network,
		build_unconfined, prefer_binary, share_versions;
	bool whole_project; // and not its groups alone, whatever part of it a lock has
};

extern const struct option_table lock_option_table;

// The project's settings (project_file.h), those of [lock] first, where the command line is silent. Of targets it is not,
// if it names any part of one; of extras and groups, if it names files; of extras, if it names groups. ERROR_INPUT.
NODISCARD int lock_read_settings(struct cli *cli, struct lock_values *values,
				 struct text_list *inputs, struct error *err);

// Of the project's settings what says where distributions come from, and which kinds of files are taken. ERROR_INPUT.
NODISCARD int lock_read_index_settings(struct cli *cli, struct lock_values *values,
				       struct error *err);

// What the options ask for, all checked that needs no file: `--python` times `--platform`, or `--target`, else what this
// machine is; modes; indexes with the users and passwords that variables give. Lives in cli's arena. ERROR_USAGE,
// ERROR_INPUT.
NODISCARD int lock_request_of(struct cli *cli, const struct lock_values *values,
			      const struct text_list *inputs,
			      struct lock_request *ret_request, struct error *err);

// Parts of it, for who asks about a lock that is there.
NODISCARD int lock_targets_of(struct cli *cli, const struct lock_values *values,
			      struct target_list *ret_targets, struct error *err);
struct lock_inputs lock_inputs_of(struct cli *cli, const struct lock_values *values,
				  const struct text_list *files);
