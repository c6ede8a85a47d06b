// SPDX-License-Identifier: MIT
// A lock that is there vouches for its files: one of the same name that has other bytes by now is another file, whoever
// serves it, and no answer to "lock again". It is what the user looked at, or a build ran with. Who wants the new file
// says so: --upgrade, --upgrade-package, or its digest in the requirements.
#pragma once

#include "pinbake/supply.h"
#include "resolver/driver/driver.h"

struct vouched_file;

struct relock {
	struct arena *arena;
	const struct slice_list *released; // names that may change; NULL: none
	const struct requirement_set *set; // the digests that it says are the user's word
	const struct supply *supply;       // which indexes are asked now
	struct diagnostics *diagnostics; // of local files, which may change, that is said
	struct map at;                   // "name file" → item of files
	ARRAY_OF(struct vouched_file) files;
	ARRAY_OF(const struct lock *) locks;
};

void relock_init(struct relock *relock, struct arena *arena,
		 struct diagnostics *diagnostics);
// What the lock has of files and commits, those of its builds among them; it is borrowed.
void relock_add(struct relock *relock, const struct lock *lock);

// Are the files of a new lock, its builds' among them, and its commits those that were locked? ERROR_INTEGRITY names the
// first that is not, and both digests.
NODISCARD int relock_check(const struct relock *relock, const struct lock *lock,
			   struct error *err);
// The same of what the index shows of locked releases, as far as it was asked: of those that were picked again, and of
// those that were left without the requirements saying so. pins: what was picked; NULL: there was no solution.
NODISCARD int relock_check_index(const struct relock *relock, const struct index *index,
				 const struct pin_list *pins, struct error *err);
// The same of one file of a package, before it is used.
NODISCARD int relock_check_file(const struct relock *relock, struct slice package,
				const struct project_file *file, struct error *err);
