// SPDX-License-Identifier: MIT
// A solution of freed lines as edits with values, solved once more as they will stand.
#include "cli/explain/repair_parts.h"

#include "cli/explain/nearest.h"

#include <string.h>

// What a cut-off costs: that of one package moves less than that of all.
enum { PACKAGE_CUTOFF = 1, COMMON_CUTOFF = 2 };

static const struct pin *pin_named(const struct lock_run *run, struct slice name)
{
	for (size_t i = 0; i < run->targets.len; i++)
		for (size_t j = 0; j < run->picks[i].pins.len; j++)
			if (slice_eq(run->picks[i].pins.items[j].project->name, name))
				return &run->picks[i].pins.items[j];
	return NULL;
}

static void add_relaxing(struct search *search, const struct requirement_entry *entry,
			 const struct lock_run *run, struct repair *repair)
{
	const struct pin *pin = pin_named(run, entry->requirement.name);
	const struct specifier_set *asked = &entry->requirement.specifiers;
	if (!pin || specifier_set_contains(asked, &pin->release->version))
		return;
	struct arena *arena = &search->of->cli->arena;
	*array_push(arena, &repair->edits) =
		edit_relaxing(arena, entry, pin->project, pin->release);
	repair->series_left += leaves_series(asked, &pin->release->version);
	repair->distance += rank_distance(pin->project, asked, pin->rank);
}

// The moment when the last file of the lock was there, or of one package.
static struct slice latest_upload(struct arena *arena, const struct lock_run *run,
				  struct slice least, struct slice name)
{
	int64_t latest, uploaded;
	struct slice text = least;
	if (!upload_time_parse(least, &latest))
		return least;
	for (size_t i = 0; i < run->targets.len; i++) {
		for (size_t j = 0; j < run->picks[i].pins.len; j++) {
			const struct pin *pin = &run->picks[i].pins.items[j];
			struct slice time = file_moment(arena, pin->file);
			bool counts = name.len ? slice_eq(pin->project->name, name)
					       : !cutoff_of_package(
							 run->options.package_cutoffs,
							 run->options.package_cutoffs_len,
							 pin->project->name);
			if (counts && upload_time_parse(time, &uploaded) &&
			    uploaded > latest) {
				latest = uploaded;
				text = time;
			}
		}
	}
	return text;
}

static void add_cutoff(struct search *search, const struct lock_run *run,
		       struct repair *repair)
{
	struct slice before = search->of->failed->options.exclude_newer,
		     after = latest_upload(&search->of->cli->arena, run, before, S(""));
	if (slice_eq(before, after))
		return;
	*array_push(&search->of->cli->arena, &repair->edits) =
		(struct edit){ .kind = EDIT_CUTOFF, .before = before, .after = after };
	repair->cutoff.kind = CUTOFF_MOMENT;
	repair->cutoff.moment = after;
	repair->cutoffs += COMMON_CUTOFF;
}

static void add_package_cutoff(struct search *search, const struct lock_run *run,
			       struct slice name, struct repair *repair)
{
	struct arena *arena = &search->of->cli->arena;
	struct slice before = cutoff_for(&search->of->failed->options, name),
		     after = latest_upload(arena, run, before, name);
	if (slice_eq(before, after))
		return;
	*array_push(arena, &repair->edits) = (struct edit){ .kind = EDIT_PACKAGE_CUTOFF,
							    .package = name,
							    .before = before,
							    .after = after };
	cutoff_set_package(arena, &repair->cutoff, &(struct lock_cutoff){ name, after });
	repair->cutoffs += PACKAGE_CUTOFF;
}

static struct requirement_set edited_set(const struct search *search,
					 const struct edit_list *edits)
{
	struct arena *arena = &search->of->cli->arena;
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

struct repair repair_of(struct search *search, const struct trial *trial,
			const struct lock_run *run)
{
	struct repair repair = { .cutoff = *search->of->cutoff };
	for (size_t i = 0; i < search->set->len; i++) {
		const struct requirement_entry *entry = &search->set->entries[i];
		if (trial->lines[i] == LINE_FREED)
			add_relaxing(search, entry, run, &repair);
		if (trial->lines[i] != LINE_REMOVED)
			continue;
		*array_push(&search->of->cli->arena, &repair.edits) =
			edit_removing(&search->of->cli->arena, entry);
		repair.removed++;
	}
	if (trial->cutoff_moved)
		add_cutoff(search, run, &repair);
	for (size_t i = 0; i < search->packages.len; i++)
		if (trial->packages_moved >> i & 1)
			add_package_cutoff(search, run, search->packages.items[i],
					   &repair);
	repair.requirements = edited_set(search, &repair.edits);
	return repair;
}

int repair_prepare(const struct repair_case *of, const struct repair *repair,
		   struct resolve_options *options, struct lock_run *run,
		   struct error *err)
{
	const struct target_list *targets = &of->failed->targets;
	*options = of->failed->options;
	options->requirements = &repair->requirements;
	if (cutoff_apply(&repair->cutoff, of->cli, of->index, targets->items,
			 targets->len, options, err) < 0)
		return -1;
	trial_init_run(of, options, run);
	return 0;
}

// Solves with the edits as they will stand there, without any leaning. As trial_solve() does.
int repair_verify(struct search *search, struct repair *repair, struct core *core,
		  struct error *err)
{
	struct resolve_options options;
	struct lock_run run;
	if (repair->edits.len == 0 ||
	    repair_prepare(search->of, repair, &options, &run, err) < 0)
		return interrupted() ? -1 : 0;
	int status = trial_solve(search, &run, core, err);
	for (size_t i = 0; status > 0 && i < repair->edits.len; i++)
		repair->edits.items[i].reason = edit_reason(&search->of->cli->arena, &run,
							    &repair->edits.items[i]);
	lock_run_release(&run);
	return status;
}
