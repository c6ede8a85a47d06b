// SPDX-License-Identifier: MIT
// What bake and install have in common: the lock, the target's files with what had to be built, strip rules, bytecode.
#pragma once

#include "pinbake/supply.h"

struct staging {
	struct session *session;
	const struct environment_request *request;
	struct loaded_lock loaded;
	struct opened_lock opened; // of the target; sdists are wheels once they are built
	struct store *store;
	struct supply supply;
	const struct bytecode_interpreter *bytecode; // NULL: no bytecode
};

// Reads the lock, chooses the target and its files, and asks the interpreter for bytecode. To be released.
NODISCARD int staging_open(struct staging *staging, struct session *session,
			   const struct environment_request *request, struct error *err);
void staging_release(struct staging *staging);

// Work that is done again, once for each file of the store that turned out to be changed: that was removed, and is had
// anew.
//
//	struct staging_tries tries = { 0 };
//	while (staging_tries_again(session, &tries))
//		tries.status = work(…, &tries.error);
//	return staging_tries_end(&tries, err);
struct staging_tries {
	int status;
	struct error error, changed; // of the last try; why there was one more
	size_t lost;
	bool begun;
};
bool staging_tries_again(struct session *session, struct staging_tries *tries);
NODISCARD int staging_tries_end(const struct staging_tries *tries, struct error *err);

// Builds what has no wheel. editable: folders that the lock calls so stay where they are. python: builds where the
// request names none; NULL: the target's, as found.
NODISCARD int staging_build(struct staging *staging, bool editable, const char *python,
			    struct error *err);
