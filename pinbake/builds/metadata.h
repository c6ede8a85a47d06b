// SPDX-License-Identifier: MIT
// Metadata that only a build backend knows (PEP 517): asked with the target's own interpreter, in the workshop that
// builds run in, and kept by what was asked of what.
//
//	sdist or source tree ──key: digest, target, interpreter, cut-off──▶ built/metadata/HEX
//	                              │ not there
//	                              └──▶ build requirements resolved, installed ──▶ the hook
#pragma once

#include "pinbake/supply.h"

struct metadata_builds {
	struct session *session;
	struct supply *supply; // where build requirements and files come from
	const char *lock_path;
	const struct build_request *request;
	const struct resolve_policy *policy; // its cut-offs hold
};

void metadata_builds_init(struct metadata_builds *builds, struct session *session,
			  struct supply *supply, const struct build_request *request,
			  const struct resolve_policy *policy);

// Asks the backend of a file that is in the store, or can be fetched into it. The answer lives in the session's arena.
// ERROR_INPUT: no interpreter of the target; ERROR_NO: the backend failed; ERROR_INTEGRITY: what it says is of another
// release; and those of fetching.
NODISCARD int metadata_builds_ask(struct metadata_builds *builds,
				  const struct metadata_question *question,
				  const struct file_metadata **ret_metadata,
				  struct error *err);
