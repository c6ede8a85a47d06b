// SPDX-License-Identifier: MIT
// Runs one search for each class of targets and hands its picks on to the next.
#include "resolver/driver/parts.h"

#include "packaging/target_cover.h"

struct solution {
	struct driver *driver;
	const struct resolve_request *request;
	// By target; searches only for the first of each class
	struct pin_list *pins;
	struct search *searches;
	bool *is_open;
	size_t failed;
	struct arena arena;
};

// --- the values ------------------------------------------------------------------------------------------------------

struct driver *solution_driver(const struct solution *solution)
{
	return solution->driver;
}

const struct resolve_request *solution_request(const struct solution *solution)
{
	return solution->request;
}

struct pin_list *solution_pins(const struct solution *solution, size_t at)
{
	return &solution->pins[at];
}

struct search *solution_search(const struct solution *solution, size_t at)
{
	return solution->is_open[at] ? &solution->searches[at] : NULL;
}

size_t solution_failed(const struct solution *solution)
{
	return solution->failed;
}

bool solution_has_conflict(const struct solution *solution)
{
	const struct search *search = solution_search(solution, solution->failed);
	return search && solver_conflict(search->solver).len > 0;
}

bool solution_wants_build(const struct solution *solution)
{
	const struct search *search = solution_search(solution, solution->failed);
	return search && search->wants_build;
}

struct solve_counts solution_counts(const struct solution *solution)
{
	struct solve_counts sum = { 0 };
	for (size_t i = 0; i < solution->request->targets.len; i++) {
		if (!solution->is_open[i])
			continue;
		struct solver_counts counts = solver_counts(solution->searches[i].solver);
		sum.decisions += counts.decisions;
		sum.conflicts += counts.conflicts;
		sum.incompatibilities += counts.incompatibilities;
		sum.rounds += solution->searches[i].rounds;
	}
	return sum;
}

const struct pin *pins_find(const struct pin_list *pins, struct slice name)
{
	size_t low = 0, high = pins->len;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = slice_cmp(pins->items[middle].project->name, name);
		if (order == 0)
			return &pins->items[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

// --- solving ---------------------------------------------------------------------------------------------------------

static struct solution *solution_new(struct driver *driver,
				     const struct resolve_request *request)
{
	struct solution *solution = mem_alloc(sizeof(*solution));
	size_t len = request->targets.len;
	*solution = (struct solution){ .driver = driver, .request = request };
	solution->pins = arena_new_array(&solution->arena, struct pin_list, len);
	solution->searches = arena_new_array(&solution->arena, struct search, len);
	solution->is_open = arena_new_array(&solution->arena, bool, len);
	return solution;
}

void solution_free(struct solution *solution)
{
	if (!solution)
		return;
	for (size_t i = 0; i < solution->request->targets.len; i++)
		if (solution->is_open[i])
			search_release(&solution->searches[i]);
	arena_release(&solution->arena);
	mem_free(solution);
}

// The class of the target at `first`: the target itself and those like it, in order.
static struct target_class class_of(struct solution *solution, const size_t *classes,
				    size_t first)
{
	const struct target_list *targets = &solution->request->targets;
	const struct target **others =
		arena_new_array(&solution->arena, const struct target *, targets->len);
	struct target_class class = { .target = &targets->items[first],
				      .others = others };
	for (size_t i = first + 1; i < targets->len; i++)
		if (classes[i] == first)
			others[class.others_len++] = &targets->items[i];
	return class;
}

static bool is_same_python(const struct target *a, const struct target *b)
{
	return a->python_major == b->python_major && a->python_minor == b->python_minor;
}

// What earlier classes picked: those of the same Python alone, since newer ones are given newer releases, unless versions
// are to be shared.
static const struct preferences *shared_with(struct solution *solution, size_t first)
{
	const struct target *targets = solution->request->targets.items;
	struct preferences *shared = arena_new(&solution->arena, struct preferences);
	preferences_init(shared, &solution->arena);
	for (size_t i = 0; i < first; i++) {
		const struct pin_list *pins = &solution->pins[i];
		bool counts = solution->request->policy.share_versions ||
			      is_same_python(&targets[i], &targets[first]);
		for (size_t j = 0; counts && solution->is_open[i] && j < pins->len; j++)
			preferences_add(shared, pins->items[j].project->name,
					pins->items[j].release->version_text);
	}
	return shared;
}

static int solve_class(struct solution *solution, const size_t *classes, size_t first,
		       struct error *err)
{
	struct search *search = &solution->searches[first];
	struct target_class class = class_of(solution, classes, first);
	size_t member = 0;
	search_init(search, solution->driver, solution->request, &class,
		    shared_with(solution, first));
	solution->is_open[first] = true;
	solution->failed = first;
	if (search_run(search, &solution->pins[first], err) < 0)
		return -1;
	for (size_t i = first + 1; i < solution->request->targets.len; i++)
		if (classes[i] == first)
			collect_pins(search, ++member, &solution->pins[i]);
	return 0;
}

int driver_solve(struct driver *driver, const struct resolve_request *request,
		 struct solution **ret_solution, struct error *err)
{
	struct solution *solution = solution_new(driver, request);
	size_t classes[TARGETS_MAX];
	*ret_solution = solution;
	target_classes(request->targets.items, request->targets.len, classes);
	for (size_t i = 0; i < request->targets.len; i++)
		if (classes[i] == i && solve_class(solution, classes, i, err) < 0)
			return -1;
	return 0;
}

// --- apart -----------------------------------------------------------------------------------------------------------

static bool solves_alone(const struct solution *solution, const struct target *target,
			 uint64_t deadline_ms)
{
	struct resolve_request request = *solution->request;
	struct target_class class = { .target = target };
	struct search search;
	struct pin_list pins;
	struct error ignored = { 0 };
	const struct preferences *shared =
		solution_search(solution, solution->failed)->shared;
	request.limits.deadline_ms = deadline_ms;
	search_init(&search, solution->driver, &request, &class, shared);
	bool solved = search_run(&search, &pins, &ignored) == 0;
	search_release(&search);
	return solved;
}

bool solution_solves_apart(const struct solution *solution, uint64_t ms)
{
	const struct search *failed = solution_search(solution, solution->failed);
	uint64_t deadline_ms = work_clock_ms(solution->driver->work) + ms;
	if (!failed || failed->class.others_len == 0)
		return false;
	bool solves = solves_alone(solution, failed->class.target, deadline_ms);
	for (size_t i = 0; i < failed->class.others_len && solves; i++)
		solves = solves_alone(solution, failed->class.others[i], deadline_ms);
	return solves;
}
