// SPDX-License-Identifier: MIT
// Why requirements cannot hold, what would make them hold, what keeps a pin old, and what to know of a solution: as
// values. Who prints them is cli.
//
//	solution that failed ──facts──▶ numbered sentences, each with its place (explanation)
//	                     └─edits──▶ the smallest sets of edits that solve, each solved once more (repair_list)
//	lock, requirements, NAME ─────▶ what holds NAME back, and what lets it move (held_back)
//	solution ─────────────────────▶ warnings: yanked, archived, built from source, … (diagnostics)
#pragma once

#include "resolver/explain/conflict.h"
#include "resolver/explain/edits.h"
#include "resolver/explain/held_back.h"
#include "resolver/explain/repair.h"

// Every file must have one of the hashes that the requirements allow (req.3). ERROR_INTEGRITY with the place.
NODISCARD int explain_hashes(const struct solution *solution, struct error *err);

// Of pins that other places have newer or older releases of: which place each was taken from. Asks the indexes that were
// not asked, briefly. ERROR_INTERRUPTED, ERROR_IO.
NODISCARD int explain_places(const struct solution *solution,
			     struct diagnostics *diagnostics, struct error *err);

// What a user should know about the pins before trusting them: yanked releases, owners' warnings, source
// distributions, extras that do not exist, files without an upload time, what an open patch release keeps out.
void explain_advice(const struct solution *solution, struct diagnostics *diagnostics);
