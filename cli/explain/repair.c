// SPDX-License-Identifier: MIT
// Searches for the smallest sets of edits, breadth first, by what each conflict leaves to try.
#include "cli/explain/repair.h"

#include "cli/explain/facts.h"
#include "cli/explain/nearest.h"

#include <stdlib.h>
#include <string.h>

enum {
	EDITS_MAX = 5,
	ROUNDS_MAX = 4000,
	REPAIRS_SHOWN = 3,
	PACKAGES_MAX =
		64, // as many as a set of bits holds; others have the common cut-off
};

enum line_state { LINE_KEPT, LINE_FREED, LINE_REMOVED };

// The lines, the cut-off and the packages out for it that a conflict hangs on.
struct core {
	size_t *lines;
	size_t len, cap;
	bool has_cutoff;
	uint64_t packages; // bits of search.packages
};

// A set of edits without their values, and why it is not enough.
struct trial {
	uint8_t *lines; // enum line_state of each
	bool cutoff_moved;
	uint64_t packages_moved; // bits of search.packages
	struct core core;
};

// What a set of edits was found to lack; `pass`: when it was last looked at.
struct memory {
	struct core core;
	size_t pass;
};

struct trial_list {
	struct trial *items;
	size_t len, cap;
};

struct search {
	const struct repair_case *of;
	const struct repair_limits *limits;
	const struct requirement_set *set;
	struct arena *arena;
	struct map seen; // trial → memories
	ARRAY_OF(struct memory) memories;
	ARRAY_OF(struct slice)
	packages; // that the cut-off stood in the way of; live in cli->arena
	uint64_t deadline_ms;
	size_t solves, pass;
	size_t removals_max; // in this pass, which is one more than they are
	struct repair_list found;
};

static bool is_exhausted(const struct search *search)
{
	return search->solves >= search->limits->solves ||
	       clock_ms() > search->deadline_ms;
}

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
static void read_core(struct search *search, const struct lock_run *run,
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
static void free_line(struct requirement_entry *entry, enum line_state state)
{
	if (state == LINE_KEPT)
		return;
	entry->requirement.specifiers = (struct specifier_set){ 0 };
	entry->hashes_len = 0;
	entry->is_constraint |= state == LINE_REMOVED;
}

static struct requirement_set freed_set(struct search *search, const struct trial *trial)
{
	struct requirement_set set = *search->set;
	set.entries = arena_new_array(search->arena, struct requirement_entry, set.len);
	for (size_t i = 0; i < set.len; i++) {
		set.entries[i] = search->set->entries[i];
		free_line(&set.entries[i], trial->lines[i]);
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
static struct resolve_options freed_options(struct search *search,
					    const struct trial *trial,
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

static void init_run(const struct repair_case *of, const struct resolve_options *options,
		     struct lock_run *run)
{
	lock_run_init(run, of->cli, of->index, &of->failed->targets, options);
	if (of->present)
		preferences_from_lock(&run->preferred, of->present, of->upgraded);
}

// 1: solved, 0: it is not, for what stands in core (nothing where it could not be found out), -1: interrupted.
static int solve(struct search *search, struct lock_run *run, struct core *core,
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
		read_core(search, run, &why, core);
	return 0;
}

// What a cut-off costs: that of one package moves less than that of all.
enum { PACKAGE_CUTOFF = 1, COMMON_CUTOFF = 2 };

// --- from a solution to edits ----------------------------------------------------------------------------------------

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
		free_line(entry, edit->kind == EDIT_REMOVE ? LINE_REMOVED : LINE_FREED);
		if (edit->kind == EDIT_RELAX)
			entry->requirement.specifiers = edit_specifiers(arena, edit);
	}
	return set;
}

static struct repair repair_of(struct search *search, const struct trial *trial,
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
	init_run(of, options, run);
	return 0;
}

// Solves with the edits as they will stand there, without any leaning. As solve() does.
static int verify(struct search *search, struct repair *repair, struct core *core,
		  struct error *err)
{
	struct resolve_options options;
	struct lock_run run;
	if (repair->edits.len == 0 ||
	    repair_prepare(search->of, repair, &options, &run, err) < 0)
		return interrupted() ? -1 : 0;
	int status = solve(search, &run, core, err);
	for (size_t i = 0; status > 0 && i < repair->edits.len; i++)
		repair->edits.items[i].reason = edit_reason(&search->of->cli->arena, &run,
							    &repair->edits.items[i]);
	lock_run_release(&run);
	return status;
}

// --- the search ------------------------------------------------------------------------------------------------------

static int try_out(struct search *search, struct trial *trial, struct error *err)
{
	struct requirement_set set = freed_set(search, trial);
	struct resolve_options options = freed_options(search, trial, &set);
	struct lock_run run;
	init_run(search->of, &options, &run);
	int status = solve(search, &run, &trial->core, err);
	if (status > 0) {
		struct repair repair = repair_of(search, trial, &run);
		status = verify(search, &repair, &trial->core, err);
		if (status > 0)
			*array_push(&search->of->cli->arena, &search->found) = repair;
	}
	lock_run_release(&run);
	return status;
}

static struct slice key_of(const struct search *search, const struct trial *trial)
{
	struct buf key = { .arena = search->arena };
	buf_append(&key, (struct slice){ (const char *)trial->lines, search->set->len });
	buf_printf(&key, "%d %llx", trial->cutoff_moved,
		   (unsigned long long)trial->packages_moved);
	return buf_slice(&key);
}

static struct trial copy_of(struct search *search, const struct trial *trial)
{
	struct trial copy = { .cutoff_moved = trial->cutoff_moved,
			      .packages_moved = trial->packages_moved };
	copy.lines = arena_new_array(search->arena, uint8_t, search->set->len + 1);
	memcpy(copy.lines, trial->lines, search->set->len);
	return copy;
}

static int remember(struct search *search, struct trial *trial, uint32_t id,
		    struct error *err)
{
	int status = try_out(search, trial, err);
	search->memories.items[id] = (struct memory){ trial->core, search->pass };
	return status;
}

// A set that an earlier pass has tried fails as it did then.
static int grow(struct search *search, struct trial *trial, struct trial_list *next,
		struct error *err)
{
	uint32_t id = (uint32_t)search->memories.len;
	int status = 0;
	if (is_exhausted(search))
		return 0;
	if (map_insert(&search->seen, key_of(search, trial), id, &id)) {
		array_push(search->arena, &search->memories);
		status = remember(search, trial, id, err);
	} else if (search->memories.items[id].pass == search->pass) {
		return 0;
	}
	trial->core = search->memories.items[id].core;
	search->memories.items[id].pass = search->pass;
	if (status == 0)
		*array_push(search->arena, next) = *trial;
	return status < 0 ? -1 : 0;
}

static bool is_asking(const struct requirement_entry *entry)
{
	return !entry->is_constraint && !entry->is_override;
}

static bool can_free(const struct search *search, const struct trial *trial, size_t line)
{
	return trial->lines[line] == LINE_KEPT &&
	       search->set->entries[line].requirement.specifiers.len > 0;
}

// Nothing is gained where nothing is left to lock.
static bool can_remove(const struct search *search, const struct trial *trial,
		       size_t line)
{
	size_t left = 0, removed = 0;
	for (size_t i = 0; i < search->set->len; i++) {
		removed += trial->lines[i] == LINE_REMOVED;
		left += i != line && trial->lines[i] != LINE_REMOVED &&
			is_asking(&search->set->entries[i]);
	}
	return removed < search->removals_max && left > 0 &&
	       trial->lines[line] != LINE_REMOVED &&
	       is_asking(&search->set->entries[line]);
}

// Packages first: of sets that all solve the one that moves least is to be found before the time is up.
static int grow_cutoffs(struct search *search, const struct trial *trial,
			struct trial_list *next, struct error *err)
{
	uint64_t packages = trial->core.packages & ~trial->packages_moved;
	for (size_t i = 0; i < PACKAGES_MAX && packages >> i; i++) {
		struct trial moved = copy_of(search, trial);
		moved.packages_moved |= (uint64_t)1 << i;
		if (packages >> i & 1 && grow(search, &moved, next, err) < 0)
			return -1;
	}
	if (!trial->core.has_cutoff || trial->cutoff_moved)
		return 0;
	struct trial moved = copy_of(search, trial);
	moved.cutoff_moved = true;
	return grow(search, &moved, next, err);
}

// Every set that is one larger and touches the conflict of this one.
static int grow_all(struct search *search, const struct trial *trial,
		    struct trial_list *next, struct error *err)
{
	for (size_t i = 0; i < trial->core.len; i++) {
		size_t line = trial->core.lines[i];
		for (int state = LINE_FREED; state <= LINE_REMOVED; state++) {
			struct trial grown = copy_of(search, trial);
			bool may = state == LINE_FREED ? can_free(search, trial, line)
						       : can_remove(search, trial, line);
			grown.lines[line] = (uint8_t)state;
			if (may && grow(search, &grown, next, err) < 0)
				return -1;
		}
	}
	return grow_cutoffs(search, trial, next, err);
}

// Level by level: all sets of one size before any larger one.
static int search_from(struct search *search, const struct trial *first,
		       struct error *err)
{
	struct trial_list level = { 0 };
	*array_push(search->arena, &level) = *first;
	for (size_t size = 1;
	     size <= EDITS_MAX && search->found.len == 0 && !is_exhausted(search);
	     size++) {
		struct trial_list next = { 0 };
		for (size_t i = 0; i < level.len; i++)
			if (grow_all(search, &level.items[i], &next, err) < 0)
				return -1;
		level = next;
	}
	return 0;
}

static int compare(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int by_cost(const void *left, const void *right)
{
	const struct repair *a = left, *b = right;
	const uint64_t costs[][2] = { { a->removed, b->removed },
				      { a->edits.len, b->edits.len },
				      { a->cutoffs, b->cutoffs },
				      { a->series_left, b->series_left },
				      { a->distance, b->distance } };
	for (size_t i = 0; i < sizeof(costs) / sizeof(*costs); i++)
		if (costs[i][0] != costs[i][1])
			return compare(costs[i][0], costs[i][1]);
	const struct edit *first = &a->edits.items[0], *other = &b->edits.items[0];
	return first->entry && other->entry
		       ? compare((uintptr_t)first->entry, (uintptr_t)other->entry)
		       : 0;
}

int repair_find(const struct repair_case *of, const struct repair_limits *limits,
		struct repair_list *ret_repairs, struct error *err)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct search search = { .of = of,
				 .limits = limits,
				 .set = of->failed->options.requirements,
				 .arena = &arena };
	search.deadline_ms = clock_ms() + limits->ms;
	search.seen.arena = &arena;
	struct trial first = { .lines = arena_new_array(&arena, uint8_t,
							search.set->len + 1) };
	read_core(&search, of->failed, err, &first.core);
	int status = 0;
	for (; status == 0 && search.found.len == 0 &&
	       search.removals_max <= limits->removals;
	     search.removals_max++) {
		search.pass++;
		status = search_from(&search, &first, err);
	}
	if (search.found.len)
		qsort(search.found.items, search.found.len, sizeof(*search.found.items),
		      by_cost);
	*ret_repairs = search.found;
	return status;
}

struct slice repairs_text(struct arena *arena, const struct repair_list *repairs)
{
	struct buf text = { .arena = arena };
	bool several_edits = repairs->len && repairs->items[0].edits.len > 1;
	size_t shown = several_edits ? 1 : REPAIRS_SHOWN;
	for (size_t i = 0; i < repairs->len && i < shown; i++) {
		struct slice edits = edits_text(arena, &repairs->items[i].edits),
			     verb = S("relax ");
		if (i && slice_starts_with(edits, verb) &&
		    repairs->items[i - 1].edits.items[0].kind == EDIT_RELAX)
			edits = slice_skip(edits, verb.len);
		buf_printf(&text, "%s%.*s", i ? ", or " : "", SLICE_ARG(edits));
	}
	return buf_slice(&text);
}

// Several edits do not fit into a hint: they are listed below it.
struct slice repairs_hint(struct arena *arena, const struct repair_list *repairs)
{
	size_t count = repairs->len ? repairs->items[0].edits.len : 0;
	if (count == 0)
		return S("");
	if (count > 1)
		return arena_printf(
			arena, "%zu edits together solve it, and --repair locks by them:",
			count);
	struct slice edits = repairs_text(arena, repairs);
	return arena_printf(arena, "%.*s (--repair does%s)", SLICE_ARG(edits),
			    repairs->len > 1 ? " the first" : "");
}

json_t *repairs_as_json(const struct repair_list *repairs)
{
	json_t *list = json_array();
	for (size_t i = 0; i < repairs->len; i++)
		json_array_append_new(list, edits_as_json(&repairs->items[i].edits));
	return list;
}
