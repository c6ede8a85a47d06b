// SPDX-License-Identifier: MIT
// The files of a lock, brought into the store.
#pragma once

#include "pinbake/supply.h"

// Makes every file of the selection present and verified: from the supply's wheelhouses, from the addresses in the lock
// (paths are seen from the folder of lock_path), and by name and hash from an index of the supply, whose passwords hold
// for all of them. Errors of store_fetch.
NODISCARD int fetch_files(struct session *session, const struct supply *supply,
			  const char *lock_path, const struct lock_selection *selection,
			  struct error *err);
