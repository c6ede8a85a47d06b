// SPDX-License-Identifier: MIT
// A solution of freed lines as edits with values, solved once more as they will stand.
#include "resolver/driver/nearness.h"
#include "resolver/explain/repair_parts.h"

#include <string.h>

// What a cut-off costs: that of one package moves less than that of all.
enum { PACKAGE_CUTOFF = 1, COMMON_CUTOFF = 2 };

// In the first target that has one.
static const struct pin *pin_named(const struct solution *solution, struct slice name)
{
	const struct pin *pin = NULL;
	for (size_t i = 0; !pin && i < solution_request(solution)->targets.len; i++)
		pin = pins_find(solution_pins(solution, i), name);
	return pin;
}

static void add_relaxing(struct repair_search *search,
			 const struct requirement_entry *entry,
			 const struct solution *solution, struct repair *repair)
{
	const struct pin *pin = pin_named(solution, entry->requirement.name);
	const struct specifier_set *asked = &entry->requirement.specifiers;
	if (!pin || specifier_set_contains(asked, &pin->release->version))
		return;
	struct arena *arena = search->driver->arena;
	*array_push(arena, &repair->edits) =
		edit_relaxing(arena, entry, pin->project, pin->release);
	repair->series_left += leaves_series(asked, &pin->release->version);
	repair->distance += rank_distance(pin->project, asked, pin->rank);
}

// For the common cut-off count all packages but those that have one of their own; for a package's only that package.
static bool counts_for(const struct solution *solution, const struct pin *pin,
		       struct slice name)
{
	const struct resolve_policy *policy = &solution_request(solution)->policy;
	if (name.len)
		return slice_eq(pin->project->name, name);
	return !cutoff_of_package(policy->package_cutoffs, policy->package_cutoffs_len,
				  pin->project->name);
}

// The moment when the last file of the lock was there, or of one package.
static struct slice latest_upload(struct arena *arena, const struct solution *solution,
				  struct slice least, struct slice name)
{
	int64_t latest, uploaded;
	struct slice text = least;
	if (!upload_time_parse(least, &latest))
		return least;
	for (size_t i = 0; i < solution_request(solution)->targets.len; i++) {
		const struct pin_list *pins = solution_pins(solution, i);
		for (size_t j = 0; j < pins->len; j++) {
			struct slice time = file_moment(arena, pins->items[j].file);
			if (counts_for(solution, &pins->items[j], name) &&
			    upload_time_parse(time, &uploaded) && uploaded > latest) {
				latest = uploaded;
				text = time;
			}
		}
	}
	return text;
}

static void add_cutoff(struct repair_search *search, const struct solution *solution,
		       struct repair *repair)
{
	struct slice before = solution_request(search->failed)->policy.exclude_newer,
		     after = latest_upload(search->driver->arena, solution, before,
					   S(""));
	if (slice_eq(before, after))
		return;
	*array_push(search->driver->arena, &repair->edits) =
		(struct edit){ .kind = EDIT_CUTOFF, .before = before, .after = after };
	repair->cutoff.kind = CUTOFF_MOMENT;
	repair->cutoff.moment = after;
	repair->cutoffs += COMMON_CUTOFF;
}

static void add_package_cutoff(struct repair_search *search,
			       const struct solution *solution, struct slice name,
			       struct repair *repair)
{
	struct arena *arena = search->driver->arena;
	struct slice before = cutoff_for(&solution_request(search->failed)->policy, name),
		     after = latest_upload(arena, solution, before, name);
	if (slice_eq(before, after))
		return;
	*array_push(arena, &repair->edits) = (struct edit){ .kind = EDIT_PACKAGE_CUTOFF,
							    .package = name,
							    .before = before,
							    .after = after };
	cutoff_set_package(arena, &repair->cutoff, &(struct lock_cutoff){ name, after });
	repair->cutoffs += PACKAGE_CUTOFF;
}

static struct requirement_set edited_set(const struct repair_search *search,
					 const struct edit_list *edits)
{
	struct arena *arena = search->driver->arena;
	struct requirement_set set = *search->set;
	set.entries = arena_new_array(arena, struct requirement_entry, set.len);
	memcpy(set.entries, search->set->entries, set.len * sizeof(*set.entries));
	for (size_t i = 0; i < edits->len; i++) {
		const struct edit *edit = &edits->items[i];
		if (!edit->entry)
			continue;
		struct requirement_entry *entry =
			&set.entries[edit->entry - search->set->entries];
		trial_free_line(entry,
				edit->kind == EDIT_REMOVE ? LINE_REMOVED : LINE_FREED);
		if (edit->kind == EDIT_RELAX)
			entry->requirement.specifiers = edit_specifiers(arena, edit);
	}
	return set;
}

struct repair repair_of(struct repair_search *search, const struct trial *trial,
			const struct solution *solution)
{
	struct repair repair = { .cutoff = *search->cutoff };
	for (size_t i = 0; i < search->set->len; i++) {
		const struct requirement_entry *entry = &search->set->entries[i];
		if (trial->lines[i] == LINE_FREED)
			add_relaxing(search, entry, solution, &repair);
		if (trial->lines[i] != LINE_REMOVED)
			continue;
		*array_push(search->driver->arena, &repair.edits) =
			edit_removing(search->driver->arena, entry);
		repair.removed++;
	}
	if (trial->cutoff_moved)
		add_cutoff(search, solution, &repair);
	for (size_t i = 0; i < search->packages.len; i++)
		if (trial->packages_moved >> i & 1)
			add_package_cutoff(search, solution, search->packages.items[i],
					   &repair);
	repair.requirements = edited_set(search, &repair.edits);
	return repair;
}

int repair_request(const struct solution *failed, const struct repair *repair,
		   struct resolve_request *ret_request, struct error *err)
{
	struct resolve_request request = *solution_request(failed);
	request.requirements = &repair->requirements;
	if (cutoff_apply(&repair->cutoff, solution_driver(failed), &request, err) < 0)
		return -1;
	*ret_request = request;
	return 0;
}

// Solves with the edits as they will stand there, without any leaning. As trial_solve() does.
int repair_verify(struct repair_search *search, struct repair *repair, struct core *core,
		  struct error *err)
{
	struct resolve_request request;
	struct solution *solution;
	if (repair->edits.len == 0 ||
	    repair_request(search->failed, repair, &request, err) < 0)
		return work_is_interrupted(search->driver->work) ? -1 : 0;
	int status = trial_solve(search, &request, &solution, core, err);
	for (size_t i = 0; status > 0 && i < repair->edits.len; i++)
		repair->edits.items[i].reason =
			edit_reason(search->driver->arena, solution,
				    &repair->edits.items[i]);
	solution_free(solution);
	return status;
}
