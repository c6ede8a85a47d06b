// SPDX-License-Identifier: MIT
// A file on its way into the store: bytes go to a temporary name beside the final one,
// their SHA-256 is taken as they come, and only what was checked gets the name.
#pragma once

#include "builder/store/loading.h"
#include "builder/store/folders.h"

struct arrival {
	struct store *store;
	const struct lock_file *file; // says SHA-256 and size
	struct slice file_name;       // for messages
	struct slice project;         // whose wheel it has to be
	admit_file *admit;            // as in struct fetch_request
	const struct work *work;      // can end the check; or NULL
	struct loading loading;       // the lock; given back with the file in place
	struct file_writer writer;
	struct sha256_state *hash;
};

// Writes nothing yet. The texts are borrowed.
struct arrival arrival_of(struct store *store, const struct lock_choice *choice,
			  struct slice file_name);

// ERROR_IO, naming the path; ERROR_INTEGRITY when there are more bytes than the lock
// says.
NODISCARD int arrival_take(struct arrival *arrival, struct slice bytes,
			   struct error *err);
uint64_t arrival_size(const struct arrival *arrival); // bytes so far
void arrival_forget(struct arrival *arrival); // all bytes so far; it can begin anew

// After the last byte: size and SHA-256 are those of the lock. address tells messages
// where the bytes came from.
NODISCARD int arrival_check(struct arrival *arrival, struct slice address,
			    struct error *err);

// After arrival_check: the file is looked at once more by who admits it, then it is in the
// store. A crew_task: touches nothing but the arrival.
int arrival_enter(void *arrival, struct error *err);

void arrival_release(struct arrival *arrival); // removes what did not enter
