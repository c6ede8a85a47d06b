// SPDX-License-Identifier: MIT
// Metadata that only a build backend knows (PEP 517): asked with the target's own
// interpreter, in the builder's sandbox, and kept by what was asked of what.
//
//	sdist or source tree ──key: digest, target, interpreter, cut-off──▶ built/metadata/HEX
//	                              │ not there
//	                              └──▶ build requirements resolved, installed ──▶ the hook
#pragma once

#include "base/map.h"
#include "cli/cli.h"
#include "cli/lock/resolve.h"
#include "cli/sources/places.h"

struct metadata_builds {
	struct cli *cli;
	const struct places *places;           // where build requirements come from
	const char *lock_path, *python;        // python: of --python-bin, or NULL
	bool network;                          // builds may reach it
	const struct resolve_options *options; // their cut-offs hold
	struct map known;                      // file, subdirectory and target → item
	struct {
		struct file_metadata **items;
		size_t len, cap;
	} items;
};

void metadata_builds_init(struct metadata_builds *builds, struct cli *cli,
			  const struct places *places,
			  const struct resolve_options *options);

// What is asked about. The file is in the store, or can be fetched into it.
struct metadata_question {
	const struct project_file *file;
	struct slice name, version; // "" where unknown: then any will do
	struct slice subdirectory;
	const struct target *target;
};

// NULL where it was not asked yet.
const struct file_metadata *metadata_builds_find(const struct metadata_builds *builds,
						 const struct project_file *file,
						 struct slice subdirectory,
						 const struct target *target);
// Asks. ERROR_INPUT: no interpreter of the target; ERROR_NO: the backend failed;
// ERROR_INTEGRITY: what it says is of another release; and those of fetching.
NODISCARD int metadata_builds_ask(struct metadata_builds *builds,
				  const struct metadata_question *question,
				  const struct file_metadata **ret_metadata,
				  struct error *err);
