// SPDX-License-Identifier: MIT
// Tells why a release cannot be chosen, in words that follow its name: "numpy 2.3.0 needs
// Python >=3.11".
#include "resolver/index/candidates.h"

#include "base/map.h"
#include "resolver/index/audience.h"

enum { NAMED_MAX = 4 }; // tag sets or specifiers named in one sentence

// A list like "a, b, c and 7 more" of the distinct texts that `text_of` gives for the
// release's files.
static struct slice list(struct arena *arena, const struct project *project,
			 const struct release *release, const struct target *target,
			 bool (*text_of)(struct arena *arena,
					 const struct project_file *file,
					 const struct target *target,
					 struct slice *ret_text))
{
	struct map seen = { .arena = arena };
	struct buf out = { .arena = arena };
	struct slice text;
	for (uint32_t i = 0; i < release->file_len; i++)
		if (text_of(arena, project_file_get(project, release->first_file + i),
			    target, &text) &&
		    text.len)
			map_insert(&seen, text, 0, NULL);
	for (size_t i = 0; i < seen.len && i < NAMED_MAX; i++)
		buf_printf(&out, "%s%.*s", i ? ", " : "", SLICE_ARG(seen.entries[i].key));
	if (seen.len > NAMED_MAX)
		buf_printf(&out, " and %zu more", seen.len - NAMED_MAX);
	return buf_slice(&out);
}

static bool python_text(struct arena *arena, const struct project_file *file,
			const struct target *target, struct slice *ret_text)
{
	(void)arena;
	(void)target;
	*ret_text = file->requires_python;
	return true;
}

static bool tags_text(struct arena *arena, const struct project_file *file,
		      const struct target *target, struct slice *ret_text)
{
	if (file->kind != FILE_WHEEL)
		return false;
	*ret_text = wheel_audience(arena, &file->wheel, target);
	return true;
}

static bool yanked_text(struct arena *arena, const struct project_file *file,
			const struct target *target, struct slice *ret_text)
{
	(void)arena;
	(void)target;
	*ret_text = file->yanked_reason;
	return file->yanked;
}

static bool has_wheel(const struct project *project, const struct release *release)
{
	return release->file_len &&
	       project_file_get(project, release->first_file)->kind == FILE_WHEEL;
}

struct slice candidate_reason_text(struct arena *arena,
				   const struct candidates *candidates, uint32_t rank,
				   const struct target *target)
{
	const struct project *project = candidates->project;
	const struct release *release = project_release(project, rank);
	struct slice detail;
	switch (candidates->items[rank].reason) {
	case CANDIDATE_USABLE: return S("is usable");
	case CANDIDATE_NO_FILES: return S("has no files that can be used");
	case CANDIDATE_TOO_NEW:
		return project_file_get(project, release->first_file)->first_seen
			       ? S("was first seen after the cut-off")
			       : S("was uploaded after the cut-off");
	case CANDIDATE_PRERELEASE: return S("is a pre-release");
	case CANDIDATE_PYTHON:
		detail = list(arena, project, release, target, python_text);
		return arena_printf(arena, "needs Python %.*s", SLICE_ARG(detail));
	case CANDIDATE_TAGS:
		detail = list(arena, project, release, target, tags_text);
		return arena_printf(arena, "has no wheel for %.*s, only for %.*s",
				    SLICE_ARG(target->name), SLICE_ARG(detail));
	case CANDIDATE_YANKED:
		detail = list(arena, project, release, target, yanked_text);
		return arena_printf(arena, "was yanked%s%.*s", detail.len ? ": " : "",
				    SLICE_ARG(detail));
	case CANDIDATE_QUARANTINED:
		return arena_printf(arena, "is quarantined by its index%s%.*s",
				    project->status_reason.len ? ": " : "",
				    SLICE_ARG(project->status_reason));
	case CANDIDATE_HASH:
		return arena_printf(
			arena, "has no file for %.*s with one of the hashes you allow",
			SLICE_ARG(target->name));
	case CANDIDATE_LOCAL: return S("is built for another accelerator");
	case CANDIDATE_BINARY: break;
	}
	return has_wheel(project, release)
		       ? S("has no source distribution, and wheels are not allowed")
		       : S("has no wheel, and building is not allowed");
}
