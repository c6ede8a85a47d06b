// SPDX-License-Identifier: MIT
// Makes the request of `why --held-back`, and tells the answer with the command that follows it.
#include "cli/commands/held_back.h"

#include "cli/commands/lock_command.h"
#include "cli/project_file.h"
#include "cli/render_held_back.h"

#include <string.h>

struct asking {
	struct cli *cli;
	const struct held_back_question *question;
	struct loaded_lock loaded;
	struct lock_values values; // the question's, then those of the project's settings
	struct text_list inputs;
	bool of_project; // inputs, extras and groups are those of the settings
	struct why_request request;
};

// --- what is locked --------------------------------------------------------------------------------------------------

static bool has_file(const struct requirement_set *set, struct slice file)
{
	for (size_t i = 0; i < set->len; i++)
		if (slice_eq(set->entries[i].span.source->name, file))
			return true;
	return false;
}

// Is the lock one of what the settings say, as `pinbake lock` without files makes it? Then each file that it names is
// among those, or included by one of them.
static bool is_of_project(struct asking *asking, const struct lock_values *values,
			  const struct text_list *inputs)
{
	struct cli *cli = asking->cli;
	struct slice_list recorded =
		lock_requirement_files(&asking->loaded.lock, &cli->arena);
	struct lock_inputs read = lock_inputs_of(cli, values, inputs);
	struct requirement_set set = { 0 };
	struct diagnostics unread = { .arena = &cli->arena };
	struct error ignored = { 0 };
	if (!inputs->len && !values->extras.len && !values->groups.len &&
	    !values->all_extras)
		return false;
	bool all = pinbake_requirements(cli->session, &read, &cli->arena, &set, &unread,
					&ignored) == 0;
	for (size_t i = 0; all && i < recorded.len; i++)
		all = has_file(&set, recorded.items[i]);
	return all && (recorded.len || inputs->len);
}

// The command line, then the project's settings. With other files than the project's its extras and groups are not
// asked for, as in `pinbake lock FILE`.
static int read_values(struct asking *asking, struct error *err)
{
	struct cli *cli = asking->cli;
	const struct lock_values *given = asking->question->values;
	struct text_list inputs = *asking->question->inputs;
	struct lock_values values = *given;
	struct slice_list recorded =
		lock_requirement_files(&asking->loaded.lock, &cli->arena);
	if (lock_read_settings(cli, &values, &inputs, err) < 0)
		return -1;
	asking->of_project =
		!asking->question->inputs->len && is_of_project(asking, &values, &inputs);
	if (!asking->of_project) {
		values.extras = given->extras;
		values.groups = given->groups;
		values.all_extras = given->all_extras;
		inputs = *asking->question->inputs;
	}
	for (size_t i = 0;
	     i < recorded.len && !asking->of_project && !asking->question->inputs->len;
	     i++)
		*array_push(&cli->arena, &inputs) = recorded.items[i].ptr;
	asking->values = values;
	asking->inputs = inputs;
	return 0;
}

static int check_inputs(const struct asking *asking, struct error *err)
{
	if (asking->inputs.len || asking->of_project)
		return 0;
	error_set(err, ERROR_USAGE, "'%s' does not say which requirements it is for",
		  asking->question->lock_path);
	return error_hint(err, "name them: pinbake why %s --held-back requirements.in",
			  asking->question->name);
}

// All targets of the lock, and those that are asked about.
static int read_targets(struct asking *asking, struct error *err)
{
	struct cli *cli = asking->cli;
	const struct lock *lock = &asking->loaded.lock;
	struct lock_values of_lock = { 0 };
	for (size_t i = 0; i < lock->targets_len; i++)
		*array_push(&cli->arena, &of_lock.targets) =
			arena_c_string(&cli->arena, lock->targets[i]);
	if (lock_targets_of(cli, lock->targets_len ? &of_lock : &asking->values,
			    &asking->request.lock.targets, err) < 0)
		return -1;
	if (!asking->question->values->targets.len)
		return 0;
	return lock_targets_of(cli, asking->question->values, &asking->request.asked,
			       err);
}

static int make_request(struct asking *asking, struct error *err)
{
	struct cli *cli = asking->cli;
	struct lock_values values = asking->values;
	values.output = asking->question->lock_path;
	// The lock's own targets stand in the place of all that is said of targets
	values.pythons = values.platforms = values.images = values.targets =
		(struct text_list){ 0 };
	if (lock_request_of(cli, &values, &asking->inputs, &asking->request.lock, err) <
	    0)
		return -1;
	asking->request.name = slice_from(asking->question->name);
	return read_targets(asking, err);
}

// --- the command that follows ----------------------------------------------------------------------------------------

// Does the project's file alone give the targets of the lock?
static bool has_targets_of_settings(struct asking *asking)
{
	struct lock_values values = { 0 };
	struct text_list inputs = { 0 };
	struct target_list targets = { 0 };
	const struct target_list *all = &asking->request.lock.targets;
	struct error ignored = { 0 };
	size_t same = 0;
	if (lock_read_settings(asking->cli, &values, &inputs, &ignored) < 0 ||
	    (!values.pythons.len && !values.platforms.len && !values.targets.len &&
	     !values.images.len) ||
	    lock_targets_of(asking->cli, &values, &targets, &ignored) < 0)
		return false;
	for (size_t i = 0; i < all->len; i++)
		for (size_t j = 0; j < targets.len; j++)
			same += slice_eq(all->items[i].name, targets.items[j].name);
	return same == all->len && same == targets.len;
}

static void add_texts(struct cli *cli, const struct slice_list *from,
		      struct text_list *texts)
{
	struct text_list all = { 0 };
	for (size_t i = 0; i < texts->len; i++)
		*array_push(&cli->arena, &all) = texts->items[i];
	for (size_t i = 0; i < from->len; i++)
		*array_push(&cli->arena, &all) =
			arena_c_string(&cli->arena, from->items[i]);
	*texts = all;
}

// What nothing but the lock and this command line says must be said to `pinbake lock` again.
static struct slice command_of(struct asking *asking, const struct why_outcome *outcome)
{
	struct cli *cli = asking->cli;
	struct lock_values options = *asking->question->values;
	const struct lock_places *places = &outcome->places;
	const struct target_list *all = &asking->request.lock.targets;
	struct text_list targets = { 0 }, none = { 0 };
	bool known = has_targets_of_settings(asking);
	for (size_t i = 0; !known && i < all->len; i++)
		*array_push(&cli->arena, &targets) =
			arena_c_string(&cli->arena, all->items[i].name);
	add_texts(cli, &places->extra_index_urls, &options.indexes.extra_index_urls);
	add_texts(cli, &places->find_links, &options.indexes.find_links);
	if (places->index_url.len)
		options.indexes.index_url =
			arena_c_string(&cli->arena, places->index_url);
	options.indexes.no_index |= places->no_index;
	const struct lock_command command = {
		.inputs = asking->of_project ? &none : &asking->inputs,
		.path = asking->question->lock_path,
		.options = &options,
		.targets = &targets,
		.released = &outcome->held_back.let_move,
	};
	return lock_command_text(&cli->arena, &command);
}

int held_back_answer(struct cli *cli, const struct held_back_question *question,
		     json_t *result, struct error *err)
{
	struct asking asking = { .cli = cli, .question = question };
	struct why_outcome outcome;
	if (open_session(cli, err) < 0 ||
	    read_lock(cli, question->lock_path, &asking.loaded, err) < 0 ||
	    read_values(&asking, err) < 0 || make_request(&asking, err) < 0 ||
	    check_inputs(&asking, err) < 0)
		return -1;
	int status = pinbake_why_not_newer(cli->session, &asking.request, &cli->arena,
					   &outcome, &cli->diagnostics, err);
	progress_done(cli);
	if (status < 0)
		return -1;
	show_diagnostics(cli);
	held_back_put(&outcome.held_back, question->lock_path, result);
	if (!cli->common.json)
		held_back_print(&outcome.held_back, command_of(&asking, &outcome));
	return 0;
}
