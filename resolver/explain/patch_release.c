// SPDX-License-Identifier: MIT
// Asks each requires-python anew, for a patch release that is late enough for any.
#include "resolver/explain/patch_release.h"

enum {
	LATE_PATCH = 99,
	NAMED_MAX = 5,
};

struct looking {
	const struct search *search;
	struct arena *arena;
	struct version late;
};

static bool needs_later_patch(const struct looking *looking, struct slice requires_python)
{
	const struct target *target = looking->search->class.target;
	struct specifier_set set = { 0 };
	struct error ignored;
	if (specifier_set_parse(looking->arena, requires_python, true, &set, NULL,
				&ignored) < 0)
		return false;
	return !specifier_set_contains(&set, &target->python_full_version) &&
	       specifier_set_contains(&set, &looking->late);
}

static bool user_admits(const struct looking *looking, struct slice name,
			const struct version *version)
{
	const struct requirement_set *set = looking->search->request->requirements;
	for (size_t i = 0; i < set->len; i++)
		if (slice_eq(set->entries[i].requirement.name, name) &&
		    !specifier_set_contains(&set->entries[i].requirement.specifiers,
					    version))
			return false;
	return true;
}

// Every file of the release that is not yanked waits for a later patch release; the text
// says for which. "" where that is not so.
static struct slice what_release_needs(const struct looking *looking,
				       const struct project *project, uint32_t rank)
{
	const struct release_row *row = &project->release_rows[rank];
	struct slice needs = S("");
	for (uint32_t i = 0; i < row->file_len; i++) {
		const struct file_row *file = &project->file_rows[row->first_file + i];
		struct slice text = project_python_set(project, file->python_set);
		if (file->yanked)
			continue;
		if (!needs_later_patch(looking, text))
			return S("");
		needs = text;
	}
	return needs;
}

// The newest release above the pin that is left out for this alone.
static bool find_left_out(const struct looking *looking, const struct pin *pin,
			  const struct release **ret_release, struct slice *ret_needs)
{
	const struct project *project = pin->project;
	for (uint32_t rank = (uint32_t)project->release_len; rank-- > pin->rank + 1;) {
		if (project->release_rows[rank].is_prerelease)
			continue;
		struct slice needs = what_release_needs(looking, project, rank);
		if (needs.len == 0)
			continue;
		*ret_release = project_release(project, rank);
		*ret_needs = needs;
		return user_admits(looking, project->name, &(*ret_release)->version);
	}
	return false;
}

static struct version late_patch(const struct target *target, struct arena *arena)
{
	struct version version;
	struct slice text = arena_printf(arena, "%.*s.%d",
					 SLICE_ARG(target->python_version), LATE_PATCH);
	if (!version_parse(arena, text, &version))
		BUG("a Python version is a version");
	return version;
}

// "soupsieve 4.1.2 (>=3.11.5), …"; the first few, and how many more.
static size_t list_left_out(const struct looking *looking, const struct pin_list *pins,
			    struct buf *out)
{
	size_t count = 0;
	for (size_t i = 0; i < pins->len; i++) {
		const struct pin *pin = &pins->items[i];
		const struct release *release;
		struct slice needs;
		if (pin->direct || !find_left_out(looking, pin, &release, &needs))
			continue;
		if (count++ < NAMED_MAX)
			buf_printf(out, "%s%.*s %.*s (%.*s)", count > 1 ? ", " : "",
				   SLICE_ARG(pin->project->name),
				   SLICE_ARG(release->version_text), SLICE_ARG(needs));
	}
	if (count > NAMED_MAX)
		buf_printf(out, " and %zu more", count - NAMED_MAX);
	return count;
}

void warn_about_patch_release(struct diagnostics *diagnostics,
			      const struct search *search, const struct pin_list *pins)
{
	const struct target *target = search->class.target;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct buf names = { .arena = &arena };
	if (target->python_patch_given)
		return;
	struct looking looking = { search, &arena, late_patch(target, &arena) };
	if (list_left_out(&looking, pins, &names) == 0)
		return;
	struct error *warning = diagnostics_warn(
		diagnostics,
		"left out, because %.*s stands for %.*s and they need a later Python: %.*s",
		SLICE_ARG(target->python_version), SLICE_ARG(target->python_full),
		SLICE_ARG(buf_slice(&names)));
	error_hint(warning,
		   "name the patch release that will run it, as in '--python %.*s.9'",
		   SLICE_ARG(target->python_version));
}
