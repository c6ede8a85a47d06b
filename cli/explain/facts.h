// SPDX-License-Identifier: MIT
// The facts of a conflict in sentences. Each function adds what the solver's fact says to the explanation: nothing where
// another fact says it already, several lines where releases are out for several causes.
#pragma once

#include "cli/lock/resolve.h"

// All facts of a conflict, in the order in which one leads to the next (explain.c).
void explain_conflict(struct resolve *resolve, struct explanation *ret_explanation);

void fact_of_dependency(struct resolve *resolve, const struct solver_fact *fact,
			struct explanation *explanation);
void facts_of_no_versions(struct resolve *resolve, const struct solver_fact *fact,
			  struct explanation *explanation);
// All exclusions of one package.
void facts_of_exclusions(struct resolve *resolve, const struct solver_conflict *conflict,
			 uint32_t node, struct explanation *explanation);
