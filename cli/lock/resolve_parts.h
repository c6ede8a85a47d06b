// SPDX-License-Identifier: MIT
// What the files of the driver share: nodes (resolve_nodes.c), questions about releases (resolve_asks.c) and picks
// (resolve_pins.c). Only resolve*.c include it.
#pragma once

#include "cli/lock/resolve.h"

// Where one question "what does node@rank depend on" stands.
enum ask_state { ASK_METADATA, ASK_PROJECTS, ASK_ANSWERED };

struct ask {
	uint32_t node, rank;
	enum ask_state state;
	bool unusable;
	solver_reason reason;
	struct {
		const struct requirement **items;
		size_t len, cap;
	} requirements; // those whose marker holds
};

struct dependency_list {
	struct solver_dependency *items;
	size_t len, cap;
};

struct rank_question {
	const struct project *project;
	const struct specifier_set *specifiers;
	const struct newer_request *newer;
};

// --- resolve.c
// Does the entry ask for a package here (and is no constraint)?
bool asks_for_package(const struct resolve *resolve,
		      const struct requirement_entry *entry);

// --- resolve_guess.c: fetches what is likely to be asked for next
void guess_ahead(struct resolve *resolve);

// --- resolve_nodes.c
struct slice release_text(struct resolve *resolve, uint32_t id, uint32_t rank);
uint32_t node_of(struct resolve *resolve, struct slice name, struct slice extra);
solver_reason edge_of(struct resolve *resolve, const struct edge *edge);
bool marker_holds_here(const struct resolve *resolve, const struct marker *marker,
		       struct slice extra);
bool make_ready(struct resolve *resolve, uint32_t id);
void want_project(struct resolve *resolve, struct slice name);
const struct project *find_project(const struct resolve *resolve, struct slice name);

// --- resolve_asks.c
// What a release's need comes to for the node: the requirement or its override; NULL where
// its marker does not hold, or it is dropped.
const struct requirement *requirement_here(struct resolve *resolve,
					   const struct node *node,
					   const struct requirement *requirement);
bool want_requirement(struct resolve *resolve, const struct requirement *requirement);
void add_dependencies(struct resolve *resolve, const struct requirement *requirement,
		      solver_reason reason, struct dependency_list *list);
void want_metadata(struct resolve *resolve, const struct project *project,
		   const struct project_file *file); // starts it, where it has to be
struct ask *ask_of(struct resolve *resolve, uint32_t node, uint32_t rank);
int project_failure(const struct project *project, struct error *err);
// needed: the solver waits for it. Then a build backend may be asked.
int advance_ask(struct resolve *resolve, uint32_t id, bool needed, struct error *err);
void answer(struct resolve *resolve, const struct ask *ask);

// --- resolve_pins.c: member 0 is the target, member i options->others[i - 1]
void collect_pins(struct resolve *resolve, size_t member, struct pin_list *ret_pins);
