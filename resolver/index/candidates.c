// SPDX-License-Identifier: MIT
// Chooses one file of each release for one target, under a policy, and the order in which
// releases are preferred (sol.1–sol.6).
#include "resolver/index/candidates.h"

#include "packaging/specifier.h"
#include "packaging/tags.h"

// A question about the target is asked once for each tag set and each requires-python
// text, not for each of the thousands of files that share them.
enum { UNASKED = -2, ADMITTED = 0 };
_Static_assert(TAG_INCOMPATIBLE == -1, "apart from UNASKED and from ranks");

struct selection {
	const struct project *project;
	const struct candidate_policy *policy;
	struct arena *arena;
	int *python_answers, *tag_ranks; // by set; UNASKED, or TAG_INCOMPATIBLE for no
	bool hashes_choose;              // some file has an allowed hash
	bool has_cutoff;
	int64_t cutoff;
	size_t undated;
};

// Each file has a requires-python of its own (sol.3). An unreadable one admits all, as in
// pip. The target's full version decides; if its patch release is open, that is X.Y.0.
static int ask_python(const struct selection *selection, struct slice requires_python)
{
	struct specifier_set set = { 0 };
	struct error ignored;
	if (specifier_set_parse(selection->arena, requires_python, true, &set, NULL,
				&ignored) < 0)
		return ADMITTED;
	return specifier_set_contains(&set,
				      &selection->policy->target->python_full_version)
		       ? ADMITTED
		       : TAG_INCOMPATIBLE;
}

// Asks for the rank of a tag set: three fields of a file name, which hold no '-'.
static int ask_tags(const struct selection *selection, struct slice tag_set)
{
	struct wheel_name wheel = { .file = tag_set };
	slice_cut(&tag_set, '-', &wheel.python);
	slice_cut(&tag_set, '-', &wheel.abi);
	wheel.platform = tag_set;
	return wheel_rank(selection->policy->target, &wheel);
}

// Takes the answer that this target gave for another project's file, or asks anew.
static int answer_to(const struct selection *selection, struct map *known,
		     struct slice text,
		     int (*ask)(const struct selection *selection, struct slice text))
{
	uint32_t kept;
	if (known && map_find(known, text, &kept))
		return (int)kept - 1;
	int answer = ask(selection, text);
	if (known)
		map_insert(known, text, (uint32_t)(answer + 1), NULL);
	return answer;
}

static bool admits_python(const struct selection *selection, const struct file_row *row)
{
	struct target_answers *answers = selection->policy->answers;
	int *answer = &selection->python_answers[row->python_set];
	if (*answer == UNASKED)
		*answer =
			answer_to(selection, answers ? &answers->pythons : NULL,
				  project_python_set(selection->project, row->python_set),
				  ask_python);
	return *answer == ADMITTED;
}

static int rank_of_tags(const struct selection *selection, const struct file_row *row)
{
	struct target_answers *answers = selection->policy->answers;
	int *rank = &selection->tag_ranks[row->tag_set];
	if (*rank == UNASKED)
		*rank = answer_to(selection, answers ? &answers->tags : NULL,
				  project_tag_set(selection->project, row->tag_set),
				  ask_tags);
	return *rank;
}

static bool is_wheel(const struct file_row *row)
{
	return row->tag_set != TAG_SET_SDIST;
}

// Files without a time are kept and counted: the cut-off degrades visibly (700.2).
static bool is_too_new(struct selection *selection, const struct file_row *row)
{
	if (!selection->has_cutoff)
		return false;
	selection->undated += row->uploaded == UPLOAD_UNKNOWN;
	return row->uploaded > selection->cutoff;
}

static bool is_wanted_kind(const struct candidate_policy *policy,
			   const struct file_row *row)
{
	return policy->binary != (is_wheel(row) ? BINARY_NONE : BINARY_ONLY);
}

// A pin is `==` without a wildcard, or `===`, and counts if it means this release
// (592.2).
static bool is_pinned(const struct selection *selection, uint32_t rank)
{
	const struct candidate_policy *policy = selection->policy;
	for (size_t i = 0; i < policy->direct_len; i++)
		if (specifier_set_is_exact_pin(policy->direct_specifiers[i]) &&
		    specifier_set_contains(
			    policy->direct_specifiers[i],
			    &project_release(selection->project, rank)->version))
			return true;
	return false;
}

static bool is_listed(const struct allowed_hashes *allowed, const struct sha256 *digest)
{
	for (size_t i = 0; i < allowed->len; i++)
		if (sha256_eq(&allowed->items[i], digest))
			return true;
	return false;
}

static bool has_allowed_hash(const struct selection *selection, uint32_t at)
{
	const struct candidate_policy *policy = selection->policy;
	const struct sha256 *digest = &project_file_get(selection->project, at)->sha256;
	for (size_t i = 0; i < policy->allowed_len; i++)
		if (!is_listed(&policy->allowed[i], digest))
			return false;
	return true;
}

// A file whose index gives no digest is kept, since it may be the one.
static bool is_ruled_out_by_hash(const struct selection *selection,
				 const struct file_row *row)
{
	uint32_t at = (uint32_t)(row - selection->project->file_rows);
	return selection->hashes_choose &&
	       !sha256_is_zero(&project_file_get(selection->project, at)->sha256) &&
	       !has_allowed_hash(selection, at);
}

static bool hashes_choose(const struct selection *selection)
{
	for (uint32_t i = 0;
	     selection->policy->allowed_len && i < selection->project->file_len; i++)
		if (has_allowed_hash(selection, i))
			return true;
	return false;
}

// The tests come in the order in which their outcome says more: the reason against a
// release is the last test that its best file fails.
static enum candidate_reason judge(struct selection *selection,
				   const struct file_row *row, uint32_t rank)
{
	bool is_spared = selection->policy->spares_pins && is_pinned(selection, rank);
	if (!is_spared && is_too_new(selection, row))
		return CANDIDATE_TOO_NEW;
	if (!is_wanted_kind(selection->policy, row))
		return CANDIDATE_BINARY;
	if (row->yanked && !is_pinned(selection, rank))
		return CANDIDATE_YANKED;
	if (!admits_python(selection, row))
		return CANDIDATE_PYTHON;
	if (is_wheel(row) && rank_of_tags(selection, row) == TAG_INCOMPATIBLE)
		return CANDIDATE_TAGS;
	if (is_ruled_out_by_hash(selection, row))
		return CANDIDATE_HASH;
	return CANDIDATE_USABLE;
}

static unsigned how_far(enum candidate_reason reason)
{
	switch (reason) {
	case CANDIDATE_NO_FILES:
	case CANDIDATE_QUARANTINED:
	case CANDIDATE_LOCAL: return 0;
	case CANDIDATE_TOO_NEW: return 1;
	case CANDIDATE_BINARY: return 2;
	case CANDIDATE_YANKED: return 3;
	case CANDIDATE_PYTHON: return 4;
	case CANDIDATE_TAGS: return 5;
	case CANDIDATE_HASH: return 6;
	case CANDIDATE_PRERELEASE: return 7;
	case CANDIDATE_USABLE: break;
	}
	return 8;
}

// Is a better than b for this target? Files that are not yanked come before yanked ones
// (592.1), wheels before sdists, wheels in the order of tags (sol.6), and .tar.gz before
// .zip. Both are usable; b may be NO_FILE. Only a tie looks at the files themselves.
static bool is_better(const struct selection *selection, uint32_t a, uint32_t b)
{
	const struct project *project = selection->project;
	const struct file_row *left = &project->file_rows[a];
	if (b == NO_FILE)
		return true;
	const struct file_row *right = &project->file_rows[b];
	if (left->yanked != right->yanked)
		return right->yanked;
	if (is_wheel(left) != is_wheel(right))
		return is_wheel(left);
	if (is_wheel(left) &&
	    rank_of_tags(selection, left) != rank_of_tags(selection, right))
		return rank_of_tags(selection, left) < rank_of_tags(selection, right);
	const struct project_file *one = project_file_get(project, a),
				  *other = project_file_get(project, b);
	if (is_wheel(left))
		return wheel_prefer(selection->policy->target, &one->wheel,
				    &other->wheel) < 0;
	return slice_ends_with(one->name, S(".gz")) &&
	       !slice_ends_with(other->name, S(".gz"));
}

static bool admits_prerelease(const struct candidate_policy *policy)
{
	switch (policy->prerelease) {
	case PRERELEASE_IF_NECESSARY:
	case PRERELEASE_ALLOW: return true;
	case PRERELEASE_EXPLICIT: return policy->user_names_prerelease;
	case PRERELEASE_DISALLOW: break;
	}
	return false;
}

static bool admits_local(const struct selection *selection, uint32_t rank)
{
	struct slice wanted = selection->policy->local_version, public,
		     local = project_version_text(selection->project, rank);
	return wanted.len == 0 || !slice_cut(&local, '+', &public) ||
	       slice_eq(local, wanted);
}

static struct candidate judge_release(struct selection *selection, uint32_t rank)
{
	struct candidate candidate = { .file = NO_FILE, .reason = CANDIDATE_NO_FILES };
	const struct project *project = selection->project;
	const struct release_row *release = &project->release_rows[rank];
	for (uint32_t i = 0; i < release->file_len; i++) {
		uint32_t at = release->first_file + i;
		enum candidate_reason reason =
			judge(selection, &project->file_rows[at], rank);
		if (how_far(reason) > how_far(candidate.reason))
			candidate.reason = reason;
		if (reason == CANDIDATE_USABLE &&
		    is_better(selection, at, candidate.file))
			candidate.file = at;
	}
	candidate.prerelease = release->is_prerelease;
	candidate.sdist = candidate.file != NO_FILE &&
			  !is_wheel(&project->file_rows[candidate.file]);
	// A quarantined project offers no files; where a page lists some, none is safe
	// (792.1).
	bool quarantined = slice_eq(project->status, S("quarantined"));
	if (quarantined || !admits_local(selection, rank)) {
		candidate.reason = quarantined ? CANDIDATE_QUARANTINED : CANDIDATE_LOCAL;
		candidate.file = NO_FILE;
	}
	candidate.yanked =
		candidate.file != NO_FILE && project->file_rows[candidate.file].yanked;
	if (candidate.file != NO_FILE && candidate.prerelease &&
	    !admits_prerelease(selection->policy)) {
		candidate.reason = CANDIDATE_PRERELEASE;
		candidate.file = NO_FILE;
	}
	return candidate;
}

const struct project_file *candidate_file(const struct candidates *candidates,
					  uint32_t rank)
{
	uint32_t file = candidates->items[rank].file;
	return file == NO_FILE ? NULL : project_file_get(candidates->project, file);
}

struct wanted {
	bool stable, prereleases, yanked, wheels, sdists;
};

static bool is_wanted(const struct candidates *candidates, size_t rank,
		      const struct wanted *wanted)
{
	const struct candidate *candidate = &candidates->items[rank];
	if (candidate->reason != CANDIDATE_USABLE || candidate->yanked != wanted->yanked)
		return false;
	return (candidate->prerelease ? wanted->prereleases : wanted->stable) &&
	       (candidate->sdist ? wanted->sdists : wanted->wheels);
}

// Appends the usable releases of these kinds, in the wanted direction.
static void append_ranks(struct candidates *candidates, bool lowest, struct wanted wanted)
{
	for (size_t i = 0; i < candidates->len; i++) {
		size_t rank = lowest ? i : candidates->len - 1 - i;
		if (is_wanted(candidates, rank, &wanted))
			candidates->prefer[candidates->prefer_len++] = (uint32_t)rank;
	}
}

static void append_kinds(struct candidates *candidates,
			 const struct candidate_policy *policy, struct wanted wanted)
{
	bool lowest = policy->resolution == RESOLUTION_LOWEST;
	wanted.wheels = true;
	wanted.sdists = !policy->prefer_binary;
	append_ranks(candidates, lowest, wanted);
	wanted.wheels = false;
	wanted.sdists = true;
	if (policy->prefer_binary)
		append_ranks(candidates, lowest, wanted);
}

// Stable releases come first, pre-releases where no stable one will do (440.10). Version
// alone decides only where they were asked for: a specifier that names one does not ask
// for more than it needs. Of what a pin means (1.0 and 1.0+local), what is yanked comes
// last (592.2).
static void order(struct candidates *candidates, const struct candidate_policy *policy)
{
	bool mixed = policy->prerelease == PRERELEASE_ALLOW ||
		     policy->prerelease == PRERELEASE_EXPLICIT;
	for (int yanked = 0; yanked < 2; yanked++) {
		struct wanted wanted = { .stable = true,
					 .prereleases = mixed,
					 .yanked = yanked == 1 };
		append_kinds(candidates, policy, wanted);
		wanted.stable = false;
		wanted.prereleases = true;
		if (!mixed)
			append_kinds(candidates, policy, wanted);
	}
}

static int *unasked(struct arena *arena, size_t len)
{
	int *answers = arena_new_array(arena, int, len);
	for (size_t i = 0; i < len; i++)
		answers[i] = UNASKED;
	return answers;
}

void candidates_select(const struct project *project,
		       const struct candidate_policy *policy, struct arena *arena,
		       struct candidates *ret_candidates)
{
	struct project with_rows = *project;
	if (!project->file_rows)
		project_write_rows(&with_rows, arena);
	struct selection selection = {
		.project = &with_rows,
		.policy = policy,
		.arena = arena,
		.python_answers = unasked(arena, with_rows.python_set_len),
		.tag_ranks = unasked(arena, with_rows.tag_set_len),
	};
	selection.has_cutoff =
		upload_time_parse(policy->exclude_newer, &selection.cutoff);
	selection.hashes_choose = hashes_choose(&selection);
	struct candidates candidates = { .project = project,
					 .len = project->release_len };
	candidates.items = arena_new_array(arena, struct candidate, candidates.len);
	candidates.prefer = arena_new_array(arena, uint32_t, candidates.len);
	for (uint32_t i = 0; i < candidates.len; i++)
		candidates.items[i] = judge_release(&selection, i);
	order(&candidates, policy);
	candidates.undated = selection.undated;
	*ret_candidates = candidates;
}
