// SPDX-License-Identifier: MIT
// Puts overrides in the place of requirements, and drops what is excluded.
#include "resolver/driver/parts.h"

#include "base/text.h"
static bool holds(const struct search *search, const struct requirement_entry *entry)
{
	struct marker_context context = { .target = search->class.target };
	return marker_holds(entry->requirement.marker, &context);
}

// --- which -----------------------------------------------------------------------------------------------------------

const struct requirement_entry *override_of(const struct search *search,
					    struct slice parent, struct slice name)
{
	const struct requirement_set *set = search->request->requirements;
	const struct requirement_entry *found = NULL;
	for (size_t i = 0; set->override_count && i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		bool is_scoped = entry->parent.len > 0;
		if (!entry->is_override || !slice_eq(entry->requirement.name, name) ||
		    (is_scoped && !slice_eq(entry->parent, parent)) ||
		    !holds(search, entry))
			continue;
		// Of several of a kind the last one counts, as with options.
		if (!found || is_scoped || found->parent.len == 0)
			found = entry;
	}
	return found;
}

static bool is_excluded(const struct search *search, struct slice parent,
			struct slice name)
{
	const struct requirement_set *set = search->request->requirements;
	for (size_t i = 0; i < set->excludes_len; i++) {
		const struct requirement_exclude *exclude = &set->excludes[i];
		if (slice_eq(exclude->name, name) &&
		    (!exclude->parent.len || slice_eq(exclude->parent, parent)))
			return true;
	}
	return false;
}

// --- what it becomes -------------------------------------------------------------------------------------------------

// The override with the extras of both: to bound a version takes away no feature.
static const struct requirement *with_extras(struct arena *arena,
					     const struct requirement *override,
					     const struct requirement *asked)
{
	struct requirement *joined = arena_new(arena, struct requirement);
	*joined = *override;
	joined->marker = NULL;
	joined->extras = arena_new_array(arena, struct slice,
					 override->extras_len + asked->extras_len);
	joined->extras_len = 0;
	for (size_t i = 0; i < override->extras_len; i++)
		joined->extras[joined->extras_len++] = override->extras[i];
	for (size_t i = 0; i < asked->extras_len; i++)
		if (!slices_have(override->extras, override->extras_len,
				 asked->extras[i]))
			joined->extras[joined->extras_len++] = asked->extras[i];
	joined->text = requirement_text(arena, joined);
	return joined;
}

const struct requirement *overridden(struct search *search, struct slice parent,
				     const struct requirement *requirement)
{
	if (parent.len && is_excluded(search, parent, requirement->name))
		return NULL;
	const struct requirement_entry *override =
		override_of(search, parent, requirement->name);
	return override ? with_extras(&search->arena, &override->requirement, requirement)
			: requirement;
}
