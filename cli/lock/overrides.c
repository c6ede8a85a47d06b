// SPDX-License-Identifier: MIT
// Puts overrides in the place of requirements, and drops what is excluded.
#include "cli/lock/overrides.h"

#include "base/text.h"

static bool holds(const struct resolve *resolve, const struct requirement_entry *entry)
{
	struct marker_context context = { .target = resolve->options->target };
	return marker_holds(entry->requirement.marker, &context);
}

// --- which -----------------------------------------------------------------------------------------------------------

const struct requirement_entry *override_of(const struct resolve *resolve,
					    struct slice parent, struct slice name)
{
	const struct requirement_set *set = resolve->options->requirements;
	const struct requirement_entry *found = NULL;
	for (size_t i = 0; set->override_count && i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		bool is_scoped = entry->parent.len > 0;
		if (!entry->is_override || !slice_eq(entry->requirement.name, name) ||
		    (is_scoped && !slice_eq(entry->parent, parent)) ||
		    !holds(resolve, entry))
			continue;
		// Of several of a kind the last one counts, as with options.
		if (!found || is_scoped || found->parent.len == 0)
			found = entry;
	}
	return found;
}

static bool is_excluded(const struct resolve *resolve, struct slice parent,
			struct slice name)
{
	const struct requirement_set *set = resolve->options->requirements;
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

const struct requirement *overridden(struct resolve *resolve, struct slice parent,
				     const struct requirement *requirement)
{
	if (parent.len && is_excluded(resolve, parent, requirement->name))
		return NULL;
	const struct requirement_entry *override =
		override_of(resolve, parent, requirement->name);
	return override
		       ? with_extras(&resolve->arena, &override->requirement, requirement)
		       : requirement;
}

// --- the record ------------------------------------------------------------------------------------------------------

// "overrides.txt:3", or the name alone where there are no lines.
static struct slice place_text(struct arena *arena, struct span span)
{
	struct slice name = span.source->name;
	if (slice_eq(name, S("command line")))
		return name;
	return arena_printf(arena, "%.*s:%zu", SLICE_ARG(name), span_position(span).line);
}

static struct slice scoped_text(struct arena *arena, struct slice parent,
				struct slice text)
{
	return parent.len ? arena_printf(arena, "%.*s:%.*s", SLICE_ARG(parent),
					 SLICE_ARG(text))
			  : text;
}

void put_policies(struct arena *arena, const struct requirement_set *set,
		  struct lock *lock)
{
	lock->overrides = arena_new_array(arena, struct lock_policy, set->len);
	lock->excludes = arena_new_array(arena, struct lock_policy, set->excludes_len);
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (entry->is_override)
			lock->overrides[lock->overrides_len++] = (struct lock_policy){
				scoped_text(arena, entry->parent,
					    requirement_text(arena, &entry->requirement)),
				place_text(arena, entry->span),
			};
	}
	for (size_t i = 0; i < set->excludes_len; i++) {
		const struct requirement_exclude *exclude = &set->excludes[i];
		lock->excludes[lock->excludes_len++] = (struct lock_policy){
			scoped_text(arena, exclude->parent, exclude->name),
			place_text(arena, exclude->span),
		};
	}
}
