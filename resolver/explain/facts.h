// SPDX-License-Identifier: MIT
// The facts of a conflict in sentences. Each function adds what the solver's fact says to the explanation: nothing where
// another fact says it already, several lines where releases are out for several causes.
#pragma once

#include "resolver/driver/search.h"
#include "resolver/explain/conflict.h"

// All facts of a search's conflict, in order (conflict.c); they live in the search's arena.
void conflict_facts(struct search *search, struct explanation *ret_explanation);

void fact_of_dependency(struct search *search, const struct solver_fact *fact,
			struct explanation *explanation);
void facts_of_no_versions(struct search *search, const struct solver_fact *fact,
			  struct explanation *explanation);
// All exclusions of one package.
void facts_of_exclusions(struct search *search, const struct solver_conflict *conflict,
			 uint32_t node, struct explanation *explanation);
