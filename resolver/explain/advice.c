// SPDX-License-Identifier: MIT
// Looks over a solution before it is written: hashes that must match, and what deserves a warning.
#include "resolver/explain/explain.h"

#include "base/text.h"
#include "packaging/name.h"
#include "resolver/driver/search.h"
#include "resolver/explain/patch_release.h"

#include "net/url.h"

// The pin's digest by that algorithm; "" for none.
static struct slice digest_of(const struct pin *pin, struct slice algorithm,
			      struct slice sha256)
{
	for (size_t i = 0; i < pin->hashes_len; i++)
		if (slice_eq(pin->hashes[i].algorithm, algorithm))
			return pin->hashes[i].hex;
	return slice_eq(algorithm, S("sha256")) ? sha256 : S("");
}

static bool is_allowed(const struct requirement_entry *entry, const struct pin *pin,
		       struct slice sha256)
{
	for (size_t i = 0; i < entry->hashes_len; i++) {
		const struct requirement_hash *hash = &entry->hashes[i];
		if (slice_eq(digest_of(pin, hash->algorithm, sha256), hash->hex))
			return true;
	}
	return false;
}

static int check_hashes(const struct search *search, const struct pin_list *pins,
			struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const struct requirement_set *set = search->request->requirements;
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		const struct pin *pin = entry->hashes_len
						? pins_find(pins, entry->requirement.name)
						: NULL;
		if (!pin)
			continue;
		struct slice hex = sha256_hex(&scratch, &pin->sha256);
		if (is_allowed(entry, pin, hex))
			continue;
		error_at(err, ERROR_INTEGRITY, entry->hashes[0].span,
			 "'%.*s' has none of the hashes that are allowed",
			 SLICE_ARG(pin->file->name));
		return error_hint(err, "its SHA-256 is %.*s", SLICE_ARG(hex));
	}
	return 0;
}

// Where the dependencies of a source distribution come from, if not from final metadata.
static const char *sdist_note(const struct search *search, const struct pin *pin)
{
	const struct file_metadata *found =
		search_metadata(search, pin->file, search->class.target);
	return found && found->from_egg_info ? " (its dependencies from its egg-info)"
					     : "";
}

static void warn_about_pin(struct diagnostics *diagnostics, const struct search *search,
			   const struct pin *pin)
{
	struct slice name = pin->project->name, version = pin->release->version_text,
		     status = pin->project->status;
	struct slice reason = pin->file->yanked_reason;
	if (pin->yanked)
		diagnostics_warn(diagnostics, "%.*s %.*s is yanked%s%.*s",
				 SLICE_ARG(name), SLICE_ARG(version),
				 reason.len ? ": " : "", SLICE_ARG(reason));
	if (slice_eq(status, S("archived")) || slice_eq(status, S("deprecated")))
		diagnostics_warn(diagnostics, "%.*s is marked as %.*s by its owners",
				 SLICE_ARG(name), SLICE_ARG(status));
	if (pin->file->kind == FILE_SDIST && !direct_tree_of(search->driver, pin->file))
		diagnostics_warn(
			diagnostics,
			"%.*s %.*s is locked to its source distribution%s: 'pinbake bake' has to build it",
			SLICE_ARG(name), SLICE_ARG(version), sdist_note(search, pin));
	if (sha256_is_zero(&pin->file->sha256) && !url_is_file(pin->file->url))
		diagnostics_warn(
			diagnostics,
			"the index gives no SHA-256 for %.*s, so the lock has that of what it sent today",
			SLICE_ARG(pin->file->name));
}

// Its pages are read as far as they are understood, and that may not be all (629.1).
static void warn_about_index(struct diagnostics *diagnostics,
			     const struct project *project)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	if (!project->newer_api)
		return;
	struct slice index = url_redact(&scratch, project->index_url);
	struct error *warning = diagnostics_warn(
		diagnostics,
		"%.*s speaks a newer version of the index API: what is new in it is not heeded",
		SLICE_ARG(index));
	error_hint(warning, "a newer pinbake may know it");
}

static const char *nearest_extra(struct search *search, const struct metadata *metadata,
				 struct slice extra)
{
	ARRAY_OF(const char *) names = { 0 };
	for (size_t i = 0; i < metadata->extras_len; i++) {
		if (slice_eq(metadata->extras[i], extra))
			return NULL;
		*array_push(&search->arena, &names) =
			arena_c_string(&search->arena, metadata->extras[i]);
	}
	const char *near = nearest_word(arena_c_string(&search->arena, extra),
					names.items, names.len);
	return near ? near : "";
}

// An extra that the release does not have asks for nothing; most often it is misspelt.
static void warn_about_extras(struct diagnostics *diagnostics, struct search *search,
			      const struct requirement_entry *entry,
			      const struct pin *pin)
{
	const struct file_metadata *found =
		search_metadata(search, pin->file, search->class.target);
	for (size_t i = 0;
	     found && found->state == METADATA_FOUND && i < entry->requirement.extras_len;
	     i++) {
		struct slice extra = entry->requirement.extras[i];
		const char *near = nearest_extra(search, &found->metadata, extra);
		if (!near)
			continue;
		struct error *warning =
			diagnostics_add(diagnostics, SEVERITY_WARNING, ERROR_NO,
					entry->span, "%.*s %.*s has no extra '%.*s'",
					SLICE_ARG(pin->project->name),
					SLICE_ARG(pin->release->version_text),
					SLICE_ARG(extra));
		if (*near)
			error_hint(warning, "did you mean '%s'?", near);
	}
}

// The same of what packages ask for: node is a project with an extra.
static void warn_about_needed_extra(struct diagnostics *diagnostics,
				    struct search *search, const struct node *node,
				    const struct pin *pin)
{
	const struct file_metadata *found =
		search_metadata(search, pin->file, search->class.target);
	const struct requirement_set *set = search->request->requirements;
	for (size_t i = 0; i < set->len; i++)
		if (slice_eq(set->entries[i].requirement.name, node->name))
			return;
	if (found && found->state == METADATA_FOUND &&
	    !slices_have(found->metadata.extras, found->metadata.extras_len, node->extra))
		diagnostics_warn(
			diagnostics,
			"%.*s %.*s is needed with its extra '%.*s', which it does not have",
			SLICE_ARG(node->name), SLICE_ARG(pin->release->version_text),
			SLICE_ARG(node->extra));
}

static void warn_about_needed_extras(struct diagnostics *diagnostics,
				     struct search *search, const struct pin_list *pins)
{
	for (uint32_t id = 1; id < search->nodes.len; id++) {
		const struct node *node = &search->nodes.items[id];
		const struct pin *pin = NULL;
		if (node->extra.len && solver_pick(search->solver, id) != SOLVER_NO_PICK)
			pin = pins_find(pins, node->name);
		if (pin)
			warn_about_needed_extra(diagnostics, search, node, pin);
	}
}

static size_t count_undated(const struct search *search)
{
	size_t undated = 0;
	for (size_t i = 1; i < search->nodes.len; i++)
		if (search->nodes.items[i].ready && search->nodes.items[i].extra.len == 0)
			undated += search->nodes.items[i].candidates.undated;
	return undated;
}

// Releases that a user could have by asking otherwise are never left out in silence.
static void warn_about_passed_over(struct diagnostics *diagnostics, struct search *search)
{
	const struct passed_over_list list = search_passed_over(search);
	for (size_t i = 0; i < list.len; i++) {
		const struct passed_over *item = &list.items[i];
		if (item->count > 1)
			diagnostics_warn(diagnostics,
					 "%.*s and %zu more are left out: %.*s",
					 SLICE_ARG(item->release), item->count - 1,
					 SLICE_ARG(item->why));
		else
			diagnostics_warn(diagnostics, "%.*s is left out: %.*s",
					 SLICE_ARG(item->release), SLICE_ARG(item->why));
	}
}

static void warn_about_python(struct diagnostics *diagnostics,
			      const struct search *search, const struct pin *pin)
{
	const struct file_metadata *found =
		search_metadata(search, pin->file, search->class.target);
	if (found && found->state == METADATA_FOUND &&
	    found->metadata.unreadable_python.len)
		diagnostics_warn(
			diagnostics,
			"%.*s %.*s is taken without heed to its 'Requires-Python: "
			"%.*s', which cannot be read",
			SLICE_ARG(pin->project->name),
			SLICE_ARG(pin->release->version_text),
			SLICE_ARG(found->metadata.unreadable_python));
}

static void warn_about_pins(struct diagnostics *diagnostics, struct search *search,
			    const struct pin_list *pins)
{
	const struct requirement_set *set = search->request->requirements;
	for (size_t i = 0; i < pins->len; i++) {
		warn_about_index(diagnostics, pins->items[i].project);
		warn_about_pin(diagnostics, search, &pins->items[i]);
		warn_about_python(diagnostics, search, &pins->items[i]);
	}
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		const struct pin *pin =
			entry->is_constraint ? NULL
					     : pins_find(pins, entry->requirement.name);
		if (pin)
			warn_about_extras(diagnostics, search, entry, pin);
	}
	warn_about_needed_extras(diagnostics, search, pins);
	warn_about_passed_over(diagnostics, search);
	warn_about_patch_release(diagnostics, search, pins);
	size_t undated = count_undated(search);
	if (undated)
		diagnostics_warn(
			diagnostics,
			"--exclude-newer kept %zu file%s, because the index does not say when %s uploaded",
			undated, undated == 1 ? "" : "s",
			undated == 1 ? "it was" : "they were");
}

int explain_hashes(const struct solution *solution, struct error *err)
{
	for (size_t i = 0; i < solution_request(solution)->targets.len; i++) {
		const struct search *search = solution_search(solution, i);
		if (search && check_hashes(search, solution_pins(solution, i), err) < 0)
			return -1;
	}
	return 0;
}

void explain_advice(const struct solution *solution, struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < solution_request(solution)->targets.len; i++) {
		struct search *search = solution_search(solution, i);
		if (search)
			warn_about_pins(diagnostics, search, solution_pins(solution, i));
	}
}
