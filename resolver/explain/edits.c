// SPDX-License-Identifier: MIT
// Words an edit: the new bounds, the reason, the hint, the summary.
#include "resolver/explain/edits.h"

#include "net/url.h"
#include "resolver/driver/search.h"

#include "net/url.h"

// --- the new line ----------------------------------------------------------------------------------------------------

// The operator that keeps a clause's sense and admits the release; "" to leave the clause out.
static const char *moved_operator(const struct specifier *clause)
{
	switch (clause->op) {
	case SPECIFIER_LESS:
	case SPECIFIER_LESS_EQUAL: return "<=";
	case SPECIFIER_GREATER:
	case SPECIFIER_GREATER_EQUAL:
	case SPECIFIER_COMPATIBLE: return ">=";
	case SPECIFIER_EQUAL:
	case SPECIFIER_ARBITRARY: return "==";
	case SPECIFIER_NOT_EQUAL: break;
	}
	return "";
}

// Only == and != take a local version (PEP 440); >=1.2 admits 1.2+cpu.
static struct slice bound_text(const struct release *release, const char *operator)
{
	struct slice rest = release->version_text, public;
	if (operator[0] == '=')
		return rest;
	slice_cut(&rest, '+', &public);
	return public;
}

// ">=1,<2" for 2.5: ">=1,<=2.5".
static void append_specifiers(struct buf *text, const struct specifier_set *set,
			      const struct release *release)
{
	const char *separator = "";
	for (size_t i = 0; i < set->len; i++) {
		struct specifier_set one = { &set->items[i], 1, 1 };
		const char *moved = moved_operator(&set->items[i]);
		if (specifier_contains(&set->items[i], &release->version)) {
			struct slice kept = specifier_set_text(text->arena, &one);
			buf_printf(text, "%s%.*s", separator, SLICE_ARG(kept));
		} else if (*moved) {
			struct slice bound = bound_text(release, moved);
			buf_printf(text, "%s%s%.*s", separator, moved, SLICE_ARG(bound));
		} else {
			continue;
		}
		separator = ",";
	}
}

static struct slice line_text(struct arena *arena, const struct requirement_entry *entry,
			      bool with_specifiers)
{
	struct requirement bare = entry->requirement;
	bare.marker = NULL;
	bare.url = url_redact(arena, bare.url);
	if (!with_specifiers)
		bare.specifiers = (struct specifier_set){ 0 };
	return requirement_text(arena, &bare);
}

struct edit edit_relaxing(struct arena *arena, const struct requirement_entry *entry,
			  const struct project *project, const struct release *release)
{
	struct edit edit = {
		.kind = EDIT_RELAX, .entry = entry, .project = project, .release = release
	};
	struct buf after = { .arena = arena };
	buf_append(&after, line_text(arena, entry, false));
	append_specifiers(&after, &entry->requirement.specifiers, release);
	edit.before = line_text(arena, entry, true);
	edit.after = buf_slice(&after);
	return edit;
}

struct edit edit_removing(struct arena *arena, const struct requirement_entry *entry)
{
	return (struct edit){ .kind = EDIT_REMOVE,
			      .entry = entry,
			      .before = line_text(arena, entry, true) };
}

struct specifier_set edit_specifiers(struct arena *arena, const struct edit *edit)
{
	struct specifier_set set = { 0 };
	struct buf text = { .arena = arena };
	struct error ignored;
	append_specifiers(&text, &edit->entry->requirement.specifiers, edit->release);
	if (specifier_set_parse(arena, buf_slice(&text), false, &set, NULL, &ignored) < 0)
		BUG("an edit that cannot be read");
	return set;
}

// --- why -------------------------------------------------------------------------------------------------------------

static bool admits_rank(const struct edit *edit, uint32_t rank)
{
	return specifier_set_contains(&edit->entry->requirement.specifiers,
				      &project_release(edit->project, rank)->version);
}

// The newest release that the line asks for, if any.
static bool newest_asked(const struct edit *edit, uint32_t *ret_rank)
{
	for (uint32_t i = (uint32_t)edit->project->release_len; i-- > 0;) {
		*ret_rank = i;
		if (admits_rank(edit, i))
			return true;
	}
	return false;
}

static const struct node *node_of_project(const struct search *search,
					  const struct project *project)
{
	for (size_t i = 1; i < search->nodes.len; i++)
		if (search->nodes.items[i].project == project &&
		    search->nodes.items[i].extra.len == 0)
			return &search->nodes.items[i];
	return NULL;
}

// "was yanked", where all that is asked for cannot be chosen.
static struct slice unusable_reason(struct arena *arena, const struct search *search,
				    const struct edit *edit)
{
	const struct node *node = node_of_project(search, edit->project);
	uint32_t newest;
	bool any = newest_asked(edit, &newest);
	for (uint32_t i = 0; node && i < node->candidates.len; i++)
		if (admits_rank(edit, i) &&
		    node->candidates.items[i].reason == CANDIDATE_USABLE)
			return S("");
	if (!node || !any)
		return S("");
	struct slice why = candidate_reason_text(arena, &node->candidates, newest,
						 search->class.target);
	struct slice version = project_version_text(edit->project, newest);
	return arena_printf(arena, "%.*s %.*s", SLICE_ARG(version), SLICE_ARG(why));
}

static bool admits_some_asked(const struct edit *edit,
			      const struct specifier_set *specifiers)
{
	for (uint32_t i = 0; i < edit->project->release_len; i++)
		if (admits_rank(edit, i) &&
		    specifier_set_contains(specifiers,
					   &project_release(edit->project, i)->version))
			return true;
	return false;
}

static bool holds_for(const struct search *search, const struct requirement *requirement)
{
	struct marker_context context = { .target = search->class.target };
	return marker_holds(requirement->marker, &context);
}

static struct slice need_sentence(struct arena *arena, const struct project *project,
				  const struct release *release,
				  const struct requirement *requirement)
{
	struct requirement bare = *requirement;
	bare.marker = NULL;
	struct slice need = requirement_text(arena, &bare);
	return arena_printf(arena, "%.*s %.*s needs %.*s", SLICE_ARG(project->name),
			    SLICE_ARG(release->version_text), SLICE_ARG(need));
}

// A release of the lock needs another version than was asked for.
static struct slice needed_otherwise(struct arena *arena, const struct search *search,
				     const struct pin_list *pins, const struct edit *edit)
{
	for (size_t i = 0; i < pins->len; i++) {
		const struct file_metadata *found =
			search_metadata(search, pins->items[i].file,
					search->class.target);
		for (size_t j = 0; found && j < found->metadata.requires_len; j++) {
			const struct requirement *need =
				&found->metadata.requires_dist[j];
			if (slice_eq(need->name, edit->project->name) &&
			    holds_for(search, need) &&
			    !admits_some_asked(edit, &need->specifiers))
				return need_sentence(arena, pins->items[i].project,
						     pins->items[i].release, need);
		}
	}
	return S("");
}

// What was asked for needs something that the lock has otherwise.
static struct slice needs_otherwise(struct arena *arena, const struct search *search,
				    const struct pin_list *pins, const struct edit *edit)
{
	const struct node *node = node_of_project(search, edit->project);
	uint32_t newest;
	bool any = newest_asked(edit, &newest);
	const struct project_file *file =
		node && any ? candidate_file(&node->candidates, newest) : NULL;
	const struct file_metadata *found =
		file ? search_metadata(search, file, search->class.target) : NULL;
	if (found && found->state != METADATA_FOUND)
		return arena_printf(
			arena, "%.*s cannot be used: %s",
			SLICE_ARG(project_release(edit->project, newest)->version_text),
			found->error->cause);
	for (size_t i = 0; found && i < found->metadata.requires_len; i++) {
		const struct requirement *need = &found->metadata.requires_dist[i];
		const struct pin *pin = pins_find(pins, need->name);
		if (pin && holds_for(search, need) &&
		    !specifier_set_contains(&need->specifiers, &pin->release->version))
			return need_sentence(arena, edit->project,
					     project_release(edit->project, newest),
					     need);
	}
	return S("");
}

// A name that no index has, or one that no version of anything else makes fit.
static struct slice removing_reason(const struct solution *solution,
				    const struct edit *edit)
{
	const struct project *project = index_project(solution_driver(solution)->index,
						      edit->entry->requirement.name);
	return project && project->state == PROJECT_ABSENT
		       ? S("the index has no package of that name")
		       : S("no other edit lets it be locked");
}

static struct slice cutoff_reason(struct arena *arena, const struct solution *solution,
				  const struct edit *edit)
{
	for (size_t i = 0; i < solution_request(solution)->targets.len; i++) {
		for (size_t j = 0; j < solution_pins(solution, i)->len; j++) {
			const struct pin *pin = &solution_pins(solution, i)->items[j];
			if (slice_eq(file_moment(arena, pin->file), edit->after) &&
			    (!edit->package.len ||
			     slice_eq(pin->project->name, edit->package)))
				return arena_printf(arena, "%.*s %.*s was %s then",
						    SLICE_ARG(pin->project->name),
						    SLICE_ARG(pin->release->version_text),
						    pin->file->first_seen ? "first seen"
									  : "uploaded");
		}
	}
	return S("");
}

struct slice edit_reason(struct arena *arena, const struct solution *solution,
			 const struct edit *edit)
{
	struct slice reason = S("");
	if (edit->kind == EDIT_REMOVE)
		return removing_reason(solution, edit);
	if (edit->kind == EDIT_CUTOFF || edit->kind == EDIT_PACKAGE_CUTOFF)
		return cutoff_reason(arena, solution, edit);
	uint32_t newest;
	if (!newest_asked(edit, &newest))
		return S("the index does not have that release");
	for (size_t i = 0; i < solution_request(solution)->targets.len && reason.len == 0;
	     i++) {
		const struct pin_list *pins = solution_pins(solution, i);
		const struct search *search = solution_search(solution, i);
		if (!search)
			continue;
		reason = unusable_reason(arena, search, edit);
		if (reason.len == 0)
			reason = needed_otherwise(arena, search, pins, edit);
		if (reason.len == 0)
			reason = needs_otherwise(arena, search, pins, edit);
	}
	return reason;
}

// --- telling ---------------------------------------------------------------------------------------------------------

struct slice edit_place(struct arena *arena, const struct edit *edit)
{
	if (edit->kind == EDIT_PACKAGE_CUTOFF)
		return arena_printf(arena, "--exclude-newer-package %.*s",
				    SLICE_ARG(edit->package));
	if (!edit->entry)
		return S("--exclude-newer");
	struct position at = span_position(edit->entry->span);
	return arena_printf(arena, "%.*s:%zu", SLICE_ARG(edit->entry->span.source->name),
			    at.line);
}

struct slice edits_text(struct arena *arena, const struct edit_list *edits)
{
	static const char *const verbs[] = { "relax", "move", "", "remove" };
	struct buf text = { .arena = arena };
	for (size_t i = 0; i < edits->len; i++) {
		const struct edit *edit = &edits->items[i];
		struct slice place = edit_place(arena, edit);
		bool repeated = i > 0 && edit->kind == edits->items[i - 1].kind;
		if (edit->kind == EDIT_PACKAGE_CUTOFF) {
			buf_printf(&text, "%slet %.*s be newer: %.*s=%.*s",
				   i ? " and " : "", SLICE_ARG(edit->package),
				   SLICE_ARG(place), SLICE_ARG(edit->after));
			continue;
		}
		buf_printf(&text, "%s%s%s%.*s", i ? " and " : "",
			   repeated ? "" : verbs[edit->kind], repeated ? "" : " ",
			   SLICE_ARG(place));
		if (edit->kind == EDIT_REMOVE)
			buf_printf(&text, " ('%.*s')", SLICE_ARG(edit->before));
		else
			buf_printf(&text, " to '%.*s'", SLICE_ARG(edit->after));
	}
	return buf_slice(&text);
}
