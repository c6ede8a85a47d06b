// SPDX-License-Identifier: MIT
// The wheel that was built against the one that the lock records.
#pragma once

#include "builder/sdist/sdist.h"
#include "pinbake/session.h"

// Does the record, which may be NULL, name a wheel, and is it another one?
bool built_wheel_differs(const struct lock_build *record,
			 const struct built_wheel *wheel);

// How: "demo/a.py and demo/b.so differ", where the store still has the recorded one.
struct slice built_wheel_difference(const struct store *store,
				    const struct lock_build *record,
				    const struct built_wheel *wheel, struct slice python,
				    struct arena *arena);

// ERROR_INTEGRITY where they differ.
NODISCARD int built_wheel_verify(const struct store *store,
				 const struct lock_build *record,
				 const struct built_wheel *wheel, struct slice python,
				 struct arena *arena, struct error *err);

// The other way: the record is brought to what was built. python: that built it.
void built_wheel_record(struct lock_build *record, const struct built_wheel *wheel,
			struct slice python, struct arena *arena);
