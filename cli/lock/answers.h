// SPDX-License-Identifier: MIT
// Locks that were solved before. The same question, asked of an index that has not changed, has the
// same answer: solving again would only find it again.
//
//	requirements, options, targets, indexes, present lock, program ──▶ question ── sum ──▶ its file
//	the pages that the solve looked at, each with the sum of its record ──▶ evidence (index.h)
//
// An answer is given only if its question is the same, byte by byte, and its evidence holds. Kept is what
// depends on nothing else: no local files, no URLs, no builds, no moment that moves with the clock, and
// nothing to warn of. Files of their own, not the store: nothing is lost with one, so none is waited for.
#pragma once

#include "cli/lock/lock_options.h"

struct answer_question {
	struct slice text;    // but for the present lock
	struct slice present; // the lock that is there, "" for none
	const char *directory;
	const char *path; // of the one file for this text
};

struct answer {
	struct slice text;    // of the lock
	struct slice summary; // "73 packages for cp312-linux-amd64-glibc2.28"
};

struct lock_question {
	const struct lock_values *values;
	const struct text_list *inputs;
	const struct requirement_set *set;
	const struct target_list *targets;
	const struct index_config *config;
	struct slice present;
};

// False for a question whose answers are not kept.
bool answers_ask(struct cli *cli, const struct lock_question *lock,
		 struct answer_question *ret_question);

// False where there is no answer that holds. It lives in the cli's arena.
bool answers_find(struct cli *cli, const struct answer_question *question,
		  const struct index_config *config, struct answer *ret_answer);

// Best effort: without it the next run solves again.
void answers_keep(struct cli *cli, const struct answer_question *question,
		  const struct index *index, const struct answer *answer);
