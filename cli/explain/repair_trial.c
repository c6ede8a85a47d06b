// SPDX-License-Identifier: MIT
// One set of edits tried: its lines freed, solved, and what the conflict that is left hangs
// on.
#include "cli/explain/repair_parts.h"

#include "cli/explain/facts.h"

enum { ROUNDS_MAX = 4000 };

// --- what a conflict hangs on ----------------------------------------------------------------------------------------

static void add_line(struct search *search, size_t line, struct core *core)
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

static void add_line_at(struct search *search, struct span span, struct core *core)
{
	for (size_t i = 0; i < search->set->len; i++) {
		struct span of = search->set->entries[i].span;
		if (of.source == span.source && of.offset == span.offset)
			add_line(search, i, core);
	}
}

static void add_package(struct search *search, struct slice name, struct core *core)
{
	size_t at = 0;
	while (at < search->packages.len && !slice_eq(search->packages.items[at], name))
		at++;
	if (at == PACKAGES_MAX)
		return;
	if (at == search->packages.len)
		*array_push(search->arena, &search->packages) =
			arena_dup(&search->of->cli->arena, name);
	core->packages |= (uint64_t)1 << at;
}

// A name that no index has is no conflict of the solver's, but an error at its line.
void trial_read_core(struct search *search, const struct lock_run *run,
		     const struct error *err, struct core *core)
{
	struct resolve *resolve = &run->resolves[run->failed];
	struct explanation explanation = { 0 };
	if (err->span.source)
		add_line_at(search, err->span, core);
	if (!run->is_open[run->failed] || !solver_conflict(resolve->solver).len)
		return;
	explain_conflict(resolve, &explanation);
	for (size_t i = 0; i < explanation.len; i++) {
		const struct fact_line *fact = &explanation.items[i];
		if (fact->too_new.len) {
			core->has_cutoff |=
				!cutoff_of_package(run->options.package_cutoffs,
						   run->options.package_cutoffs_len,
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

struct requirement_set trial_requirements(struct search *search,
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

static void lean(struct search *search, const struct trial *trial,
		 struct resolve_options *options)
{
	struct leaning *leanings =
		arena_new_array(search->arena, struct leaning, search->set->len);
	for (size_t i = 0; i < search->set->len; i++)
		if (trial->lines[i] == LINE_FREED)
			leanings[options->leanings_len++] = (struct leaning){
				search->set->entries[i].requirement.name,
				&search->set->entries[i].requirement.specifiers
			};
	options->leanings = leanings;
}

// A package that may be newer has no cut-off in the search, and no release later than it needs.
static void free_packages(struct search *search, const struct trial *trial,
			  struct resolve_options *options)
{
	struct cutoff freed = { .packages = options->package_cutoffs,
				.packages_len = options->package_cutoffs_len };
	struct lock_cutoff *soft =
		arena_new_array(search->arena, struct lock_cutoff, search->packages.len);
	for (size_t i = 0; i < search->packages.len; i++) {
		struct slice name = search->packages.items[i];
		if (!(trial->packages_moved >> i & 1))
			continue;
		soft[options->soft_packages_len++] =
			(struct lock_cutoff){ name, cutoff_for(options, name) };
		cutoff_set_package(search->arena, &freed,
				   &(struct lock_cutoff){ name, S("") });
	}
	options->soft_packages = soft;
	options->package_cutoffs = freed.packages;
	options->package_cutoffs_len = freed.packages_len;
}

// The day of freed pins is not known yet: what they become decides it.
struct resolve_options trial_options(struct search *search, const struct trial *trial,
				     const struct requirement_set *set)
{
	struct resolve_options options = search->of->failed->options;
	options.requirements = set;
	options.rounds_max = ROUNDS_MAX;
	options.deadline_ms = search->deadline_ms;
	lean(search, trial, &options);
	free_packages(search, trial, &options);
	if (trial->cutoff_moved)
		options.soft_cutoff = options.exclude_newer;
	if (trial->cutoff_moved ||
	    (search->of->cutoff->kind == CUTOFF_PINS && options.leanings_len))
		options.exclude_newer = S("");
	return options;
}

void trial_init_run(const struct repair_case *of, const struct resolve_options *options,
		    struct lock_run *run)
{
	lock_run_init(run, of->cli, of->index, &of->failed->targets, options);
	if (of->present)
		preferences_from_lock(&run->preferred, of->present, of->upgraded);
}

int trial_solve(struct search *search, struct lock_run *run, struct core *core,
		struct error *err)
{
	struct error why = { 0 };
	search->solves++;
	progress_text(search->of->cli, "looking for the smallest edits: %zu tried",
		      search->solves);
	if (lock_run_solve(run, &why) == 0)
		return 1;
	if (why.kind == ERROR_INTERRUPTED || interrupted()) {
		*err = why;
		return -1;
	}
	if (why.kind == ERROR_NO)
		trial_read_core(search, run, &why, core);
	return 0;
}
