// SPDX-License-Identifier: MIT
// The candidates of one project under what the user wants of it: which releases may be chosen, and in which order.
#include "resolver/driver/parts.h"

#include "packaging/name.h"
#include "resolver/driver/nearness.h"

#include <string.h>

enum binary_mode binary_mode_of(const struct binary_rule *rules, size_t len,
				struct slice name)
{
	enum binary_mode mode = BINARY_ANY;
	for (size_t i = 0; i < len; i++)
		if (slice_eq(rules[i].name, S(":all:")) || slice_eq(rules[i].name, name))
			mode = rules[i].mode;
	return mode;
}

// Of an entry that says no SHA-256 none: other digests are looked at once the file is there.
static struct allowed_hashes allowed_by(struct search *search,
					const struct requirement_entry *entry)
{
	struct sha256 *items =
		arena_new_array(&search->arena, struct sha256, entry->hashes_len);
	size_t len = 0;
	for (size_t i = 0; i < entry->hashes_len; i++)
		if (slice_eq(entry->hashes[i].algorithm, S("sha256")))
			len += sha256_parse_hex(entry->hashes[i].hex, &items[len]);
	return (struct allowed_hashes){ items, len == entry->hashes_len ? len : 0 };
}

// What an override took the place of says nothing any more: its pin spares no yanked
// release (592.2).
static bool is_replaced(const struct requirement_entry *entry,
			const struct requirement_entry *override)
{
	return override && entry != override && !entry->is_constraint &&
	       !entry->parent.len;
}

// What the user says about one project, constraints included.
static void collect_direct(struct search *search, struct slice name,
			   struct candidate_policy *policy, bool *ret_named)
{
	const struct requirement_set *set = search->request->requirements;
	struct {
		const struct specifier_set **items;
		size_t len, cap;
	} found = { 0 };
	ARRAY_OF(struct allowed_hashes) allowed = { 0 };
	const struct requirement_entry *override = override_of(search, S(""), name);
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (!slice_eq(entry->requirement.name, name) ||
		    !marker_holds_here(search, entry->requirement.marker, S("")))
			continue;
		*ret_named |= !entry->is_constraint;
		if (is_replaced(entry, override))
			continue;
		*array_push(&search->arena, &found) = &entry->requirement.specifiers;
		struct allowed_hashes hashes = allowed_by(search, entry);
		if (hashes.len)
			*array_push(&search->arena, &allowed) = hashes;
		policy->user_names_prerelease |=
			specifier_set_names_prerelease(&entry->requirement.specifiers);
	}
	policy->direct_specifiers = found.items;
	policy->direct_len = found.len;
	policy->allowed = allowed.items;
	policy->allowed_len = allowed.len;
}

// Constraints bound a project without asking for it (req.7): what they rule out cannot be chosen.
static bool constraints_admit(const struct search *search, const struct node *node,
			      uint32_t rank)
{
	const struct requirement_set *set = search->request->requirements;
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (entry->is_constraint &&
		    slice_eq(entry->requirement.name, node->name) &&
		    marker_holds_here(search, entry->requirement.marker, S("")) &&
		    !specifier_set_contains(
			    &entry->requirement.specifiers,
			    &project_release(node->project, rank)->version))
			return false;
	}
	return true;
}

static void move_first(struct node *node, uint32_t place)
{
	uint32_t *prefer = node->candidates.prefer, rank = prefer[place];
	memmove(prefer + 1, prefer, place * sizeof(*prefer));
	prefer[0] = rank;
}

static bool find_version(const struct node *node, struct slice version,
			 uint32_t *ret_place)
{
	for (uint32_t i = 0; i < node->candidates.prefer_len; i++) {
		uint32_t rank = node->candidates.prefer[i];
		*ret_place = i;
		if (slice_eq(project_version_text(node->project, rank), version))
			return true;
	}
	return false;
}

// The present lock's version comes first among what may be chosen; else one that another target has, unless it would have
// to be built here and the best need not be. The order of the rest stays.
static void move_preferred_first(const struct search *search, struct node *node)
{
	const struct candidate *items = node->candidates.items;
	const uint32_t *prefer = node->candidates.prefer;
	const struct target *target = search->class.target;
	struct slice version;
	uint32_t place;
	if (preferences_find(search->preferred, node->name, target, &version)) {
		if (find_version(node, version, &place))
			move_first(node, place);
	} else if (preferences_find(search->shared, node->name, target, &version) &&
		   find_version(node, version, &place)) {
		bool is_worse = items[prefer[place]].sdist && !items[prefer[0]].sdist;
		if (!is_worse || search->request->policy.share_versions)
			move_first(node, place);
	}
}

static void lean(struct search *search, struct node *node)
{
	const struct resolve_bias *bias = &search->request->bias;
	int64_t cutoff;
	for (size_t i = 0; i < bias->leanings_len; i++)
		if (slice_eq(bias->leanings[i].name, node->name))
			order_by_nearness(&node->candidates, bias->leanings[i].asked,
					  &search->arena);
	const struct lock_cutoff *soft =
		cutoff_of_package(bias->soft_packages, bias->soft_packages_len,
				  node->name);
	if (upload_time_parse(soft ? soft->moment : bias->soft_cutoff, &cutoff))
		order_by_upload(&node->candidates, cutoff, &search->arena);
}

static bool usable_for_others(const struct search *search, const struct node *node,
			      uint32_t rank)
{
	for (size_t i = 0; i < search->class.others_len; i++)
		if (node->others[i].items[rank].reason != CANDIDATE_USABLE)
			return false;
	return true;
}

void select_candidates(struct search *search, struct node *node,
		       struct project_standing *ret_standing)
{
	const struct resolve_policy *wanted = &search->request->policy;
	const struct target_class *class = &search->class;
	struct project_standing standing = { 0 };
	struct candidate_policy policy = {
		.target = class->target,
		.prerelease = wanted->prerelease,
		.binary = binary_mode_of(wanted->binary, wanted->binary_len, node->name),
		.resolution = wanted->resolution,
		.exclude_newer = cutoff_for(wanted, node->name),
		.local_version = torch_local_version(wanted->torch, node->name),
		.spares_pins = wanted->spares_pins,
		.prefer_binary = wanted->prefer_binary,
	};
	if (direct_of(search->driver, node->project)) {
		policy.prerelease = PRERELEASE_ALLOW;
		policy.exclude_newer = S("");
	}
	collect_direct(search, node->name, &policy, &standing.named);
	if (wanted->lowest_direct)
		policy.resolution =
			standing.named ? RESOLUTION_LOWEST : RESOLUTION_HIGHEST;
	for (size_t i = 0; i < policy.direct_len; i++)
		standing.pinned |=
			specifier_set_is_exact_pin(policy.direct_specifiers[i]);
	policy.answers = &search->answers[0];
	candidates_select(node->project, &policy, &search->arena, &node->candidates);
	node->others =
		arena_new_array(&search->arena, struct candidates, class->others_len);
	for (size_t i = 0; i < class->others_len; i++) {
		policy.target = class->others[i];
		policy.answers = &search->answers[i + 1];
		candidates_select(node->project, &policy, &search->arena,
				  &node->others[i]);
	}
	uint32_t kept = 0;
	for (uint32_t i = 0; i < node->candidates.prefer_len; i++) {
		uint32_t rank = node->candidates.prefer[i];
		if (constraints_admit(search, node, rank) &&
		    usable_for_others(search, node, rank))
			node->candidates.prefer[kept++] = rank;
	}
	node->candidates.prefer_len = kept;
	move_preferred_first(search, node);
	lean(search, node);
	*ret_standing = standing;
}
