// SPDX-License-Identifier: MIT
// Inside of the store: what is known of its files in this run. store.h says the rest.
#pragma once

#include "builder/store/folders.h"

struct store_sums *store_sums_new(void);
void store_sums_free(struct store_sums *sums); // NULL is fine
