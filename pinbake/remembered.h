// SPDX-License-Identifier: MIT
// Locks that were solved before. The same question, asked of an index that has not changed, has the same answer:
// solving again would only find it again.
//
//	request, requirements, present lock, program ──▶ question ── sum ──▶ its file
//	the pages that the solve looked at, each with the sum of its record ──▶ evidence (index.h)
//
// An answer is given only if its question is the same, byte by byte, and its evidence holds. Kept is what depends on
// nothing else: no local files, no URLs, no builds, no moment that moves with the clock, and nothing to warn of. They
// are files of their own, not in the store: nothing is lost with one, so none is waited for.
#pragma once

#include "pinbake/session.h"

struct remembered_question {
	struct slice text;    // but for the present lock
	struct slice present; // the lock that is there, "" for none
	const char *directory;
	const char *path; // of the one file for this text
};

struct remembered_answer {
	struct slice text;    // of the lock
	struct slice summary; // as the caller wrote it
};

struct remembered_call {
	const struct lock_request *request;
	const struct requirement_set *set;
	const struct index_config *config;
	struct slice present;
};

// False for a question whose answers are not kept.
bool remembered_ask(struct session *session, const struct remembered_call *call,
		    struct remembered_question *ret_question);

// The parts of an answer's file.
enum answer_part {
	PART_QUESTION,
	PART_PRESENT,
	PART_EVIDENCE,
	PART_SUMMARY,
	PART_TEXT, // of the answer
	ANSWER_PARTS
};

// Packs them; an answer that is the present lock is kept once. In arena.
struct slice answer_pack(struct arena *arena, const struct slice parts[ANSWER_PARTS]);
// Borrows from bytes. False for a file that is damaged or of another layout.
bool answer_unpack(struct slice bytes, struct slice ret_parts[ANSWER_PARTS]);

// False where there is no answer that holds. It lives in the session's arena.
bool remembered_find(struct session *session, const struct remembered_question *question,
		     const struct index_config *config,
		     struct remembered_answer *ret_answer);

// Best effort: without it the next run solves again.
void remembered_keep(struct session *session, const struct remembered_question *question,
		     const struct index *index, const struct remembered_answer *answer);
