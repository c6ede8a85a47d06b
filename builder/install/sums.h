// SPDX-License-Identifier: MIT
// Are files that lie about, unpacked in the store or in a former environment, those of a wheel? By the hashes of the
// wheel's own RECORD, which was held against its files when it entered the store, and with it against the lock.
#pragma once

#include "base/inflate.h"
#include "base/map.h"
#include "builder/wheel/record.h"
#include "builder/wheel/wheel.h"

struct wheel_sums {
	struct record record;
	struct map rows; // name of an entry → index of its row
};

// ERROR_INTEGRITY: the wheel has no RECORD that can be read. Lives in arena.
NODISCARD int wheel_sums_read(const struct wheel_file *wheel, struct inflater *inflater,
			      struct arena *arena, struct wheel_sums *ret_sums,
			      struct error *err);
// Are these the bytes of the entry? False also where no row tells. By several threads at once.
bool wheel_sums_match(const struct wheel_sums *sums, const struct zip_entry *zip,
		      struct slice bytes);
