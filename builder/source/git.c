// SPDX-License-Identifier: MIT
// Revisions to commit ids.
#include "builder/source/git_run.h"

#include "base/text.h"

enum { SHORTEST_ID = 7 }; // as git itself abbreviates

static int unknown_revision(const struct git_repository *repository, struct error *err)
{
	const struct git_address *address = repository->address;
	error_set(err, ERROR_NO, "'%.*s' has no branch, tag or commit '%.*s'",
		  SLICE_ARG(address->url), SLICE_ARG(address->revision));
	return error_hint(err, "'git ls-remote %.*s' lists what it has",
			  SLICE_ARG(shell_word(repository->arena, address->url)));
}

static bool is_short_id(struct slice text)
{
	return slice_is_hex(text) && text.len >= SHORTEST_ID;
}

// A branch counts before a tag of its name, as pip has it, and both before a commit whose
// id begins like that.
static int parse_revision(struct git_repository *repository, struct slice *ret_commit,
			  struct error *err)
{
	static const char *const places[] = { "refs/heads/", "refs/tags/" };
	struct slice revision = repository->address->revision;
	*ret_commit = S("");
	for (size_t i = 0; i < 2 && !ret_commit->len; i++)
		if (git_parse_commit(repository,
				     arena_printf(repository->arena, "%s%.*s", places[i],
						  SLICE_ARG(revision)),
				     ret_commit, err) < 0)
			return -1;
	if (ret_commit->len || !is_short_id(revision))
		return 0;
	return git_parse_commit(repository, revision, ret_commit, err);
}

// A revision outside of branches and tags is asked for by itself, and is kept by its
// name, because another process may be asking for something else.
static int fetch_named(struct git_repository *repository, struct slice name,
		       struct slice *ret_commit, struct error *err)
{
	struct arena *arena = repository->arena;
	struct sha256 digest = sha256_of(name);
	struct slice as = arena_printf(arena, "refs/pinbake/named/%.32s",
				       sha256_hex(arena, &digest).ptr);
	struct slice refspec =
		arena_printf(arena, "+%.*s:%.*s", SLICE_ARG(name), SLICE_ARG(as));
	if (git_fetch(repository, refspec, err) < 0)
		return -1;
	return git_parse_commit(repository, as, ret_commit, err);
}

static int find(struct git_repository *repository, struct slice *ret_commit,
		struct error *err)
{
	struct slice revision = repository->address->revision;
	if (revision.len == 0 || slice_eq(revision, S("HEAD")))
		return fetch_named(repository, S("HEAD"), ret_commit, err);
	if (slice_starts_with(revision, S("refs/")))
		return fetch_named(repository, revision, ret_commit, err);
	if (git_is_commit_id(revision)) {
		if (git_need_commit(repository, revision, err) < 0)
			return -1;
		return git_parse_commit(repository, revision, ret_commit, err);
	}
	if (git_fetch(repository, S(""), err) < 0)
		return -1;
	return parse_revision(repository, ret_commit, err);
}

int git_find_commit(const struct git *git, const struct git_address *address,
		    struct arena *arena, struct slice *ret_commit, struct error *err)
{
	AUTO(git_repository_close) struct git_repository repository = { 0 };
	struct slice commit = S("");
	if (git_repository_open(git, address, arena, &repository, err) < 0 ||
	    find(&repository, &commit, err) < 0)
		return -1;
	if (!commit.len)
		return unknown_revision(&repository, err);
	*ret_commit = commit;
	return 0;
}
