// SPDX-License-Identifier: MIT
// One set of edits tried: its lines freed, solved, and what the conflict that is left hangs
// on.
#include "resolver/explain/facts.h"
#include "resolver/explain/repair_parts.h"

enum { ROUNDS_MAX = 4000 };

// --- what a conflict hangs on ----------------------------------------------------------------------------------------

static void add_line(struct repair_search *search, size_t line, struct core *core)
{
	for (size_t i = 0; i < core->len; i++)
		if (core->lines[i] == line)
			return;
	struct {
		size_t *items;
		size_t len, cap;
	} lines = { core->lines, core->len, core->cap };
	*array_push(search->arena, &lines) = line;
	core->lines = lines.items;
	core->len = lines.len;
	core->cap = lines.cap;
}

static void add_line_at(struct repair_search *search, struct span span, struct core *core)
{
	for (size_t i = 0; i < search->set->len; i++) {
		struct span of = search->set->entries[i].span;
		if (of.source == span.source && of.offset == span.offset)
			add_line(search, i, core);
	}
}

static void add_package(struct repair_search *search, struct slice name,
			struct core *core)
{
	size_t at = 0;
	while (at < search->packages.len && !slice_eq(search->packages.items[at], name))
		at++;
	if (at == PACKAGES_MAX)
		return;
	if (at == search->packages.len)
		*array_push(search->arena, &search->packages) =
			arena_dup(search->driver->arena, name);
	core->packages |= (uint64_t)1 << at;
}

// A name that no index has is no conflict of the solver's, but an error at its line.
void trial_read_core(struct repair_search *search, const struct solution *failed,
		     const struct error *why, struct core *core)
{
	const struct resolve_policy *policy = &solution_request(failed)->policy;
	struct explanation facts = { 0 };
	if (why->span.source)
		add_line_at(search, why->span, core);
	if (!solution_has_conflict(failed))
		return;
	conflict_facts(solution_search(failed, solution_failed(failed)), &facts);
	for (size_t i = 0; i < facts.len; i++) {
		const struct fact_line *fact = &facts.items[i];
		if (fact->too_new.len) {
			core->has_cutoff |=
				!cutoff_of_package(policy->package_cutoffs,
						   policy->package_cutoffs_len,
						   fact->too_new);
			add_package(search, fact->too_new, core);
		}
		if (fact->entry)
			add_line_at(search, fact->entry->span, core);
	}
}

// --- one try ---------------------------------------------------------------------------------------------------------

// A line less is a constraint without bounds: it asks for nothing, and the places of the others stay.
void trial_free_line(struct requirement_entry *entry, enum line_state state)
{
	if (state == LINE_KEPT)
		return;
	entry->requirement.specifiers = (struct specifier_set){ 0 };
	entry->hashes_len = 0;
	entry->is_constraint |= state == LINE_REMOVED;
}

struct requirement_set trial_requirements(struct repair_search *search,
					  const struct trial *trial)
{
	struct requirement_set set = *search->set;
	set.entries = arena_new_array(search->arena, struct requirement_entry, set.len);
	for (size_t i = 0; i < set.len; i++) {
		set.entries[i] = search->set->entries[i];
		trial_free_line(&set.entries[i], trial->lines[i]);
	}
	return set;
}

static void lean(struct repair_search *search, const struct trial *trial,
		 struct resolve_bias *bias)
{
	struct leaning *leanings =
		arena_new_array(search->arena, struct leaning, search->set->len);
	for (size_t i = 0; i < search->set->len; i++)
		if (trial->lines[i] == LINE_FREED)
			leanings[bias->leanings_len++] = (struct leaning){
				search->set->entries[i].requirement.name,
				&search->set->entries[i].requirement.specifiers
			};
	bias->leanings = leanings;
}

// A package that may be newer has no cut-off in the search, and no release later than it needs.
static void free_packages(struct repair_search *search, const struct trial *trial,
			  struct resolve_policy *policy, struct resolve_bias *bias)
{
	struct cutoff freed = { .packages = policy->package_cutoffs,
				.packages_len = policy->package_cutoffs_len };
	struct lock_cutoff *soft =
		arena_new_array(search->arena, struct lock_cutoff, search->packages.len);
	for (size_t i = 0; i < search->packages.len; i++) {
		struct slice name = search->packages.items[i];
		if (!(trial->packages_moved >> i & 1))
			continue;
		soft[bias->soft_packages_len++] =
			(struct lock_cutoff){ name, cutoff_for(policy, name) };
		cutoff_set_package(search->arena, &freed,
				   &(struct lock_cutoff){ name, S("") });
	}
	bias->soft_packages = soft;
	policy->package_cutoffs = freed.packages;
	policy->package_cutoffs_len = freed.packages_len;
}

// The day of freed pins is not known yet: what they become decides it.
struct resolve_request trial_request(struct repair_search *search,
				     const struct trial *trial,
				     const struct requirement_set *set)
{
	struct resolve_request request = *solution_request(search->failed);
	struct resolve_policy *policy = &request.policy;
	request.requirements = set;
	request.limits = (struct resolve_limits){ ROUNDS_MAX, search->deadline_ms };
	lean(search, trial, &request.bias);
	free_packages(search, trial, policy, &request.bias);
	if (trial->cutoff_moved)
		request.bias.soft_cutoff = policy->exclude_newer;
	if (trial->cutoff_moved ||
	    (search->cutoff->kind == CUTOFF_PINS && request.bias.leanings_len))
		policy->exclude_newer = S("");
	return request;
}

int trial_solve(struct repair_search *search, const struct resolve_request *request,
		struct solution **ret_solution, struct core *core, struct error *err)
{
	struct error why = { 0 };
	search->solves++;
	work_status(search->driver->work, "looking for the smallest edits: %zu tried",
		    search->solves);
	if (driver_solve(search->driver, request, ret_solution, &why) == 0)
		return 1;
	if (why.kind == ERROR_INTERRUPTED || work_is_interrupted(search->driver->work)) {
		*err = why;
		return -1;
	}
	if (why.kind == ERROR_NO)
		trial_read_core(search, *ret_solution, &why, core);
	return 0;
}
