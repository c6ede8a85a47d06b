// SPDX-License-Identifier: MIT
// Runs one resolve for each class of targets and hands its picks on to the next.
#include "cli/lock/lock_run.h"

#include "packaging/target_cover.h"

void lock_run_init(struct lock_run *run, struct cli *cli, struct index *index,
		   const struct target_list *targets,
		   const struct resolve_options *options)
{
	*run = (struct lock_run){
		.cli = cli, .index = index, .targets = *targets, .options = *options
	};
	preferences_init(&run->preferred, &cli->arena);
	run->picks = arena_new_array(&cli->arena, struct target_pins, targets->len);
	run->class_options =
		arena_new_array(&cli->arena, struct resolve_options, targets->len);
	run->resolves = arena_new_array(&cli->arena, struct resolve, targets->len);
	run->is_open = arena_new_array(&cli->arena, bool, targets->len);
}

void lock_run_release(struct lock_run *run)
{
	for (size_t i = 0; i < run->targets.len; i++)
		if (run->is_open[i])
			resolve_release(&run->resolves[i]);
}

// The class of targets[first]: the target itself and those like it, in order.
static void prepare_class(struct lock_run *run, const size_t *classes, size_t first)
{
	const struct target **others =
		arena_new_array(&run->cli->arena, const struct target *,
				run->targets.len);
	struct resolve_options *options = &run->class_options[first];
	*options = run->options;
	options->target = &run->targets.items[first];
	options->others = others;
	options->preferred = &run->preferred;
	for (size_t i = first + 1; i < run->targets.len; i++)
		if (classes[i] == first)
			others[options->others_len++] = &run->targets.items[i];
}

static void prefer_picks(struct lock_run *run, const struct pin_list *pins)
{
	for (size_t i = 0; i < pins->len; i++)
		preferences_add(&run->preferred, pins->items[i].project->name,
				pins->items[i].release->version_text);
}

static int solve_class(struct lock_run *run, const size_t *classes, size_t first,
		       struct error *err)
{
	struct resolve *resolve = &run->resolves[first];
	size_t other = 0;
	prepare_class(run, classes, first);
	resolve_init(resolve, run->cli, run->index, &run->class_options[first]);
	run->is_open[first] = true;
	run->failed = first;
	if (resolve_run(resolve, &run->picks[first].pins, err) < 0)
		return -1;
	for (size_t i = first; i < run->targets.len; i++) {
		run->picks[i].target = &run->targets.items[i];
		if (i > first && classes[i] == first)
			resolve_pins_of_other(resolve, other++, &run->picks[i].pins);
	}
	prefer_picks(run, &run->picks[first].pins);
	return 0;
}

int lock_run_solve(struct lock_run *run, struct error *err)
{
	size_t classes[TARGETS_MAX];
	target_classes(run->targets.items, run->targets.len, classes);
	for (size_t i = 0; i < run->targets.len; i++)
		if (classes[i] == i && solve_class(run, classes, i, err) < 0)
			return -1;
	return 0;
}

static bool solves_alone(const struct lock_run *run, const struct target *target,
			 uint64_t deadline_ms)
{
	struct resolve_options options = run->options;
	struct resolve resolve;
	struct pin_list pins;
	struct error ignored = { 0 };
	options.target = target;
	options.preferred = &run->preferred;
	options.deadline_ms = deadline_ms;
	resolve_init(&resolve, run->cli, run->index, &options);
	bool solved = resolve_run(&resolve, &pins, &ignored) == 0;
	resolve_release(&resolve);
	return solved;
}

bool lock_run_solves_apart(const struct lock_run *run, uint64_t ms)
{
	const struct resolve_options *joint = &run->class_options[run->failed];
	uint64_t deadline_ms = clock_ms() + ms;
	bool solves = run->is_open[run->failed] && joint->others_len > 0 &&
		      solves_alone(run, joint->target, deadline_ms);
	for (size_t i = 0; i < joint->others_len && solves; i++)
		solves = solves_alone(run, joint->others[i], deadline_ms);
	return solves;
}

struct solver_counts lock_run_counts(const struct lock_run *run, uint64_t *ret_rounds)
{
	struct solver_counts sum = { 0 };
	*ret_rounds = 0;
	for (size_t i = 0; i < run->targets.len; i++) {
		if (!run->is_open[i])
			continue;
		struct solver_counts counts = solver_counts(run->resolves[i].solver);
		sum.decisions += counts.decisions;
		sum.conflicts += counts.conflicts;
		sum.incompatibilities += counts.incompatibilities;
		*ret_rounds += run->resolves[i].rounds;
	}
	return sum;
}
