// SPDX-License-Identifier: MIT
// The facts of a conflict in sentences. Each function adds what the solver's fact says to the explanation: nothing where
// another fact says it already, several lines where releases are out for several causes.
#pragma once

#include "cli/resolve.h"

void fact_of_dependency(struct resolve *resolve, const struct solver_fact *fact,
			struct explanation *explanation);
void facts_of_no_versions(struct resolve *resolve, const struct solver_fact *fact,
			  struct explanation *explanation);
void fact_of_exclusion(struct resolve *resolve, uint32_t node, struct rank_set ranks,
		       struct slice problem, struct explanation *explanation);
