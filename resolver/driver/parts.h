// SPDX-License-Identifier: MIT
// What the files of the driver share: nodes (graph.c), the policy of one project (policy.c), questions about releases
// (questions.c), those that are left out (unbuilt.c), files that stand for a name (direct.c), overrides (overrides.c), picks (picks.c), one search (drive.c).
#pragma once

#include "resolver/driver/search.h"

// Where one question "what does node@rank depend on" stands.
enum ask_state { ASK_METADATA, ASK_PROJECTS, ASK_ANSWERED };

struct ask {
	uint32_t node, rank;
	enum ask_state state;
	bool unusable;
	bool liftable; // unusable, but for something that a user could change
	bool needed;   // the solver has waited for it
	solver_reason reason;
	// It names an address that it may not name: no answer, whatever else would do. NULL: fine
	const struct error *refusal;
	ARRAY_OF(const struct requirement *) requirements; // those whose marker holds
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

// --- drive.c: one class of targets
void search_init(struct search *search, struct driver *driver,
		 const struct resolve_request *request, const struct target_class *class,
		 const struct preferences *shared);
void search_release(struct search *search);
// ERROR_NO with the conflict in search->solver, or without one.
NODISCARD int search_run(struct search *search, struct pin_list *ret_pins,
			 struct error *err);
// Does the entry ask for a package here (and is no constraint)?
bool asks_for_package(const struct search *search, const struct requirement_entry *entry);
NODISCARD int wait_for_index(struct search *search, struct error *err);

// --- guess.c: fetches what is likely to be asked for next
void guess_ahead(struct search *search);

// --- graph.c
struct slice release_text(struct search *search, uint32_t id, uint32_t rank);
uint32_t node_of(struct search *search, struct slice name, struct slice extra);
solver_reason edge_of(struct search *search, const struct edge *edge);
bool marker_holds_here(const struct search *search, const struct marker *marker,
		       struct slice extra);
bool make_ready(struct search *search, uint32_t id);
void want_project(struct search *search, struct slice name);
const struct project *find_project(const struct search *search, struct slice name);

// --- policy.c: the candidates of a project's node under what the user wants
struct project_standing {
	bool named;  // by the user
	bool pinned; // exactly
};
void select_candidates(struct search *search, struct node *node,
		       struct project_standing *ret_standing);

// --- questions.c
// What a release's need comes to for the node: the requirement or its override; NULL where its marker does not hold, or
// it is dropped.
const struct requirement *requirement_here(struct search *search, const struct node *node,
					   const struct requirement *requirement);
bool want_requirement(struct search *search, const struct requirement *requirement);
void add_dependencies(struct search *search, const struct requirement *requirement,
		      solver_reason reason, struct dependency_list *list);
// Starts it, where it has to be fetched.
void want_metadata(struct search *search, const struct project *project,
		   const struct project_file *file);
struct ask *ask_of(struct search *search, uint32_t node, uint32_t rank);
int project_failure(const struct project *project, struct error *err);
// needed: the solver waits for it. Then a build backend may be asked. 1: something moved on; 0: it waits for the index.
int advance_ask(struct search *search, uint32_t id, bool needed, struct error *err);
void answer(struct search *search, const struct ask *ask);

// --- review.c
// After SOLVED: 1 if something was taken back, and the solver is to be run again; 0; -1: err.
int review_solution(struct search *search, struct error *err);
// Releases of the node's project that all admit who need it in the solution.
struct rank_set admitted_in_solution(struct search *search, uint32_t id);

// --- extras.c
bool provides_extra(const struct metadata *metadata, struct slice extra);
// Does the best of these releases whose metadata can be read have the extra that the node is of? 1, 0, or -1: not known
// yet. *ret_rank is that release.
int find_with_extra(struct search *search, uint32_t id, struct rank_set admitted,
		    uint32_t *ret_rank);
struct slice lacks_extra_text(struct search *search, uint32_t id, uint32_t better);

// --- unbuilt.c: what a user could change about releases that are left out
// ERROR_NO: the release's dependencies are known to nobody but its build backend, for `why`.
int refuse_unbuilt(struct search *search, const struct ask *ask, struct slice why,
		   struct error *err);

// --- direct.c: which file stands for a name
// For all of `name` under the markers of this search; NULL: ask the index.
const struct direct_file *direct_find(const struct search *search, struct slice name);
const struct direct_file *direct_of(const struct driver *driver,
				    const struct project *project); // or NULL
// Two files for one name: ERROR_NO at the second. Fine on entries without a file.
NODISCARD int direct_check(const struct search *search,
			   const struct requirement_entry *entry, struct error *err);
// A need of a release's metadata for a URL.
struct direct_need {
	uint32_t node, rank; // of the release
	const struct requirement *requirement;
};

enum direct_answer {
	DIRECT_SAME,     // it is the file that counts
	DIRECT_NEW,      // it is from now on; what was known of the name is void
	DIRECT_UNUSABLE, // it cannot be, and *ret_problem says why, to follow "web 1.0"
	DIRECT_REFUSED,  // the package may not name it (addresses.h): *ret_refusal
};

enum direct_answer direct_need(struct search *search, const struct direct_need *need,
			       struct slice *ret_problem,
			       const struct error **ret_refusal);
// Is it the user who names the address: by an override, or in a folder of theirs?
bool direct_is_of_user(struct search *search, uint32_t node,
		       const struct requirement *requirement);
// Does the file that counts for the name come from metadata? And an end to that: it may not be needed by URL any more.
bool direct_is_discovered(const struct search *search, struct slice name);
void direct_ban(struct search *search, struct slice name);

// The part of an archive or tree that the file's project is; "" for the whole.
struct slice direct_subdirectory(const struct driver *driver,
				 const struct project_file *file);

// --- answers.c
// What the file's build backend was found to say; NULL: it was not asked.
const struct file_metadata *find_backend_answer(const struct driver *driver,
						const struct project_file *file,
						const struct target *target);

// --- overrides.c: the user's word on what packages need
//
//	web 2.0 needs core>=1[fast] ──override "core==3"──▶ core[fast]==3      the asked extras stay
//	                            ──exclude "core"────▶ nothing              never of the user's own requirements
//
// A dependency whose marker does not hold is none, whatever an override says; an override whose marker does not hold
// leaves things as they are.
// The override that a need of `parent` for `name` meets; "" is the user as a parent. NULL for none. One that names the
// parent goes before those that do not.
const struct requirement_entry *override_of(const struct search *search,
					    struct slice parent, struct slice name);
// What is asked for in the end: the requirement itself, what stands in its place, or NULL where it is dropped.
const struct requirement *overridden(struct search *search, struct slice parent,
				     const struct requirement *requirement);

// --- nearness.c orders candidates by nearness.h

// --- picks.c: member 0 is the target, member i class.others[i - 1]
void collect_pins(struct search *search, size_t member, struct pin_list *ret_pins);
