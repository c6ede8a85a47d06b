// SPDX-License-Identifier: MIT
// One file a release for one target, under a policy, and the order in which releases are
// preferred (sol.1–sol.6).
#include "resolver/index/candidates.h"

#include "packaging/specifier.h"
#include "packaging/tags.h"

// What a question about the target costs is paid once for each tag set and each
// requires-python text, not for each of the thousands of files that share them.
enum answer { UNASKED, ANSWER_NO, ANSWER_YES };

struct selection {
	const struct project *project;
	const struct candidate_policy *policy;
	struct arena *arena;
	uint8_t *python_answers, *tag_answers; // enum answer, by set
	bool has_cutoff;
	int64_t cutoff;
	size_t undated;
};

// The lock's files have a requires-python of their own each (sol.3). An unreadable one
// admits all, as in pip. The target's full version decides; where its patch release is
// open, that is X.Y.0.
static bool admits_python(struct selection *selection, const struct project_file *file)
{
	uint8_t *answer = &selection->python_answers[file->python_set];
	if (*answer == UNASKED) {
		struct specifier_set set = { 0 };
		struct error ignored;
		bool readable =
			specifier_set_parse(selection->arena, file->requires_python, true,
					    &set, NULL, &ignored) == 0;
		bool admitted =
			!readable ||
			specifier_set_contains(
				&set, &selection->policy->target->python_full_version);
		*answer = admitted ? ANSWER_YES : ANSWER_NO;
	}
	return *answer == ANSWER_YES;
}

static bool admits_tags(struct selection *selection, const struct project_file *file)
{
	uint8_t *answer = &selection->tag_answers[file->tag_set];
	if (*answer == UNASKED)
		*answer = wheel_rank(selection->policy->target, &file->wheel) ==
					  TAG_INCOMPATIBLE
				  ? ANSWER_NO
				  : ANSWER_YES;
	return *answer == ANSWER_YES;
}

// Files without a time are kept and counted: the cut-off degrades visibly (700.2).
static bool is_too_new(struct selection *selection, const struct project_file *file)
{
	int64_t uploaded;
	if (!selection->has_cutoff)
		return false;
	if (!upload_time_parse(file->upload_time, &uploaded)) {
		selection->undated++;
		return false;
	}
	return uploaded > selection->cutoff;
}

static bool is_wanted_kind(const struct candidate_policy *policy,
			   const struct project_file *file)
{
	if (file->kind == FILE_WHEEL)
		return policy->binary != BINARY_NONE;
	return policy->binary != BINARY_ONLY;
}

// 592.2: `==` without a wildcard, or `===`, and only a pin that means this release.
static bool is_pinned(const struct candidate_policy *policy,
		      const struct release *release)
{
	for (size_t i = 0; i < policy->direct_len; i++)
		if (specifier_set_is_exact_pin(policy->direct_specifiers[i]) &&
		    specifier_set_contains(policy->direct_specifiers[i],
					   &release->version))
			return true;
	return false;
}

// The tests in the order in which their outcome says more: a release is out for what its
// best file fails last.
static enum candidate_reason judge(struct selection *selection,
				   const struct project_file *file, bool pinned)
{
	if (!(pinned && selection->policy->spares_pins) && is_too_new(selection, file))
		return CANDIDATE_TOO_NEW;
	if (!is_wanted_kind(selection->policy, file))
		return CANDIDATE_BINARY;
	if (file->yanked && !pinned)
		return CANDIDATE_YANKED;
	if (!admits_python(selection, file))
		return CANDIDATE_PYTHON;
	if (file->kind == FILE_WHEEL && !admits_tags(selection, file))
		return CANDIDATE_TAGS;
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
	case CANDIDATE_PRERELEASE: return 6;
	case CANDIDATE_USABLE: break;
	}
	return 7;
}

// Is a better than b for this target? Not yanked before yanked (592.1: partly yanked
// releases), wheels before sdists, wheels by tags (sol.6), of sdists .tar.gz before .zip.
static bool is_better(const struct target *target, const struct project_file *a,
		      const struct project_file *b)
{
	if (!b || a->yanked != b->yanked)
		return !b || b->yanked;
	if (a->kind != b->kind)
		return a->kind == FILE_WHEEL;
	if (a->kind == FILE_WHEEL)
		return wheel_prefer(target, &a->wheel, &b->wheel) < 0;
	return slice_ends_with(a->name, S(".gz")) && !slice_ends_with(b->name, S(".gz"));
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

static bool admits_local(const struct candidate_policy *policy,
			 const struct release *release)
{
	struct slice local = release->version_text, public;
	return policy->local_version.len == 0 || !slice_cut(&local, '+', &public) ||
	       slice_eq(local, policy->local_version);
}

static struct candidate judge_release(struct selection *selection,
				      const struct release *release)
{
	struct candidate candidate = { .reason = CANDIDATE_NO_FILES };
	const struct candidate_policy *policy = selection->policy;
	bool pinned = is_pinned(policy, release);
	for (uint32_t i = 0; i < release->file_len; i++) {
		const struct project_file *file =
			&selection->project->files[release->first_file + i];
		enum candidate_reason reason = judge(selection, file, pinned);
		if (how_far(reason) > how_far(candidate.reason))
			candidate.reason = reason;
		if (reason == CANDIDATE_USABLE &&
		    is_better(policy->target, file, candidate.file))
			candidate.file = file;
	}
	candidate.prerelease = version_is_prerelease(&release->version);
	// 792.1: a quarantined project offers no files; where a page lists some, none is
	// safe.
	bool quarantined = slice_eq(selection->project->status, S("quarantined"));
	if (quarantined || !admits_local(policy, release)) {
		candidate.reason = quarantined ? CANDIDATE_QUARANTINED : CANDIDATE_LOCAL;
		candidate.file = NULL;
	}
	candidate.yanked = candidate.file && candidate.file->yanked;
	if (candidate.file && candidate.prerelease && !admits_prerelease(policy)) {
		candidate.reason = CANDIDATE_PRERELEASE;
		candidate.file = NULL;
	}
	return candidate;
}

// Appends the usable releases, in the wanted direction: all of them, or stable ones, or
// pre-releases.
static void append_ranks(struct candidates *candidates, bool lowest, bool stable,
			 bool prereleases)
{
	for (size_t i = 0; i < candidates->len; i++) {
		size_t rank = lowest ? i : candidates->len - 1 - i;
		const struct candidate *candidate = &candidates->items[rank];
		if (candidate->reason == CANDIDATE_USABLE &&
		    (candidate->prerelease ? prereleases : stable))
			candidates->prefer[candidates->prefer_len++] = (uint32_t)rank;
	}
}

// 440.10: stable releases first, pre-releases where no stable one will do. By version
// alone only where they were asked for: a specifier that names one does not ask for more
// than it needs.
static void order(struct candidates *candidates, const struct candidate_policy *policy)
{
	bool lowest = policy->resolution == RESOLUTION_LOWEST;
	if (policy->prerelease == PRERELEASE_ALLOW ||
	    policy->prerelease == PRERELEASE_EXPLICIT) {
		append_ranks(candidates, lowest, true, true);
		return;
	}
	append_ranks(candidates, lowest, true, false);
	append_ranks(candidates, lowest, false, true);
}

void candidates_select(const struct project *project,
		       const struct candidate_policy *policy, struct arena *arena,
		       struct candidates *ret_candidates)
{
	struct selection selection = {
		.project = project,
		.policy = policy,
		.arena = arena,
		.python_answers =
			arena_new_array(arena, uint8_t, project->python_set_len),
		.tag_answers = arena_new_array(arena, uint8_t, project->tag_set_len),
	};
	selection.has_cutoff =
		upload_time_parse(policy->exclude_newer, &selection.cutoff);
	struct candidates candidates = { .project = project,
					 .len = project->release_len };
	candidates.items = arena_new_array(arena, struct candidate, candidates.len);
	candidates.prefer = arena_new_array(arena, uint32_t, candidates.len);
	for (size_t i = 0; i < candidates.len; i++)
		candidates.items[i] = judge_release(&selection, &project->releases[i]);
	order(&candidates, policy);
	candidates.undated = selection.undated;
	*ret_candidates = candidates;
}
