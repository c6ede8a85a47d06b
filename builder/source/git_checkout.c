// SPDX-License-Identifier: MIT
// The files of a commit as an archive: the bytes that are committed, whatever attributes
// and filters would make of them in a checkout, so that they depend on the commit alone.
//
// Without the repository beside them, tools that number versions after tags
// (setuptools-scm, hatch-vcs, pdm-backend, dunamai) read .git_archival.txt: the tree gets
// one that says what `git describe` says, unless it has a filled-in one.
#include "builder/source/git_run.h"
#include "builder/source/checkout_archive.h"
#include "builder/source/git_listing.h"

#include "base/limits.h"
#include "net/url.h"

enum { SUBMODULE_DEPTH = 8, NOTE_BYTES_MAX = 256, CODE_FATAL = 128 };

// One repository's part of the archive, below `prefix` ("" or "vendor/lib/").
struct checkout_part {
	struct git_repository repository;
	struct checkout_archive *archive;
	struct slice commit, prefix;
	unsigned depth;
	struct tree_items list;
	struct file_map blobs;
	struct slice rest; // of the blobs
};

// Files with blobs have the depth in their name: a submodule may be another commit of the
// same repository, whose blobs are still mapped.
static const char *blobs_path(const struct checkout_part *part)
{
	const char *name =
		arena_printf(part->repository.arena, "blobs%u", part->depth).ptr;
	return git_temporary(&part->repository, name);
}

static const char *ids_path(const struct checkout_part *part)
{
	const char *name = arena_printf(part->repository.arena, "ids%u", part->depth).ptr;
	return git_temporary(&part->repository, name);
}

// --- what is in it ---------------------------------------------------------------------

static int call(struct checkout_part *part, const char *const *words,
		struct slice *ret_text, struct error *err)
{
	int code;
	if (git_run(&part->repository, &(struct git_call){ .words = words }, &code, err) <
	    0)
		return -1;
	return code == 0 ? git_output(&part->repository, ret_text, err)
			 : git_fail(&part->repository, err);
}

static int list_files(struct checkout_part *part, struct error *err)
{
	struct arena *arena = part->repository.arena;
	const char *const words[] = { "ls-tree",     "-r",
				      "-l",          "-z",
				      "--full-tree", arena_c_string(arena, part->commit),
				      NULL };
	struct slice text;
	return call(part, words, &text, err) < 0
		       ? -1
		       : git_read_tree(text, arena, &part->list, err);
}

static int read_blobs(struct checkout_part *part, struct error *err)
{
	static const char *const words[] = { "cat-file", "--batch", NULL };
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf ids = { .arena = &scratch };
	struct git_call batch = { words, ids_path(part), blobs_path(part) };
	int code;
	for (size_t i = 0; i < part->list.len; i++)
		if (!tree_item_is_submodule(&part->list.items[i]))
			buf_printf(&ids, "%.*s\n", SLICE_ARG(part->list.items[i].id));
	if (file_write(batch.input_path, buf_slice(&ids), err) < 0 ||
	    git_run(&part->repository, &batch, &code, err) < 0)
		return -1;
	if (code != 0)
		return git_fail(&part->repository, err);
	if (file_map_open(batch.output_path, ERROR_IO, &part->blobs, err) < 0)
		return -1;
	part->rest = part->blobs.bytes;
	return 0;
}

// --- versions after tags ---------------------------------------------------------------

#define ARCHIVAL_NAME ".git_archival.txt"

static bool is_unfilled_archival(const struct tree_item *item, struct slice bytes)
{
	return slice_eq(item->path, S(ARCHIVAL_NAME)) &&
	       slice_contains(bytes, S("$Format:"));
}

// Gives "" where no tag is to be found. Any other failure is an error: it must not become
// an archive that has a wrong version for ever.
static int describe(struct checkout_part *part, struct slice *ret_name, struct error *err)
{
	struct arena *arena = part->repository.arena;
	const char *const words[] = { "describe",
				      "--tags",
				      "--long",
				      "--abbrev=10",
				      "--match",
				      "*[0-9]*",
				      arena_c_string(arena, part->commit),
				      NULL };
	struct slice text = S("");
	int code;
	if (git_run(&part->repository, &(struct git_call){ .words = words }, &code, err) <
		    0 ||
	    (code == 0 && git_output(&part->repository, &text, err) < 0))
		return -1;
	if (code != 0 && code != CODE_FATAL)
		return git_fail(&part->repository, err);
	*ret_name = slice_trim(text);
	return 0;
}

static int archival_text(struct checkout_part *part, struct slice *ret_text,
			 struct error *err)
{
	struct slice name;
	if (describe(part, &name, err) < 0)
		return -1;
	*ret_text =
		arena_printf(part->repository.arena, "node: %.*s\n%s%.*s%s",
			     SLICE_ARG(part->commit), name.len ? "describe-name: " : "",
			     SLICE_ARG(name), name.len ? "\n" : "");
	return 0;
}

// --- submodules ------------------------------------------------------------------------

// Resolves an address as git does: "../b.git" lies beside the repository itself;
// "git@host:a/b" is ssh.
static struct slice submodule_location(struct checkout_part *part, struct slice url)
{
	struct arena *arena = part->repository.arena;
	struct slice host, rest = url, base = part->repository.address->url;
	while (slice_ends_with(base, S("/")))
		base.len--;
	if (slice_starts_with(url, S("./")) || slice_starts_with(url, S("../")))
		url = url_resolve(arena, arena_printf(arena, "%.*s/", SLICE_ARG(base)),
				  url);
	else if (!slice_contains(url, S("://")) && slice_cut(&rest, ':', &host))
		url = arena_printf(arena, "ssh://%.*s/%.*s", SLICE_ARG(host),
				   SLICE_ARG(rest));
	return arena_printf(arena, "git+%.*s", SLICE_ARG(url));
}

static bool is_https(struct slice address)
{
	struct url url;
	url_parse(address, &url);
	return slice_eq_ignore_case(url.scheme, S("https"));
}

// A repository elsewhere may not lead to files of this machine; one that nobody here has chosen leads to no other place
// by ssh, which would show the user's keys, or by http.
static int check_submodule(const struct checkout_part *part,
			   const struct git_address *address, struct error *err)
{
	const struct git_repository *repository = &part->repository;
	if (repository->git->https_alone && !is_https(address->url) &&
	    !url_same_origin(address->url, repository->address->url))
		return error_set(err, ERROR_INPUT,
				 "a submodule at '%.*s' is refused: a package names the "
				 "repository, and then it is https alone",
				 SLICE_ARG(address->url));
	if (url_is_file(address->url) && !url_is_file(part->repository.address->url))
		return error_set(err, ERROR_INPUT,
				 "a submodule at a path of this machine is refused");
	return 0;
}

static int put_part(struct checkout_part *part, struct error *err);
static void close_part(struct checkout_part *part);

static int put_submodule_at(struct checkout_part *part, const struct tree_item *item,
			    struct slice location, struct error *err)
{
	struct arena *arena = part->repository.arena;
	struct git_address *address = arena_new(arena, struct git_address);
	AUTO(close_part)
	struct checkout_part inner = { .archive = part->archive,
				       .commit = item->id,
				       .prefix = arena_printf(arena, "%.*s%.*s/",
							      SLICE_ARG(part->prefix),
							      SLICE_ARG(item->path)),
				       .depth = part->depth + 1 };
	if (inner.depth > SUBMODULE_DEPTH)
		return error_set(err, ERROR_INPUT,
				 "submodules are nested more than %d deep",
				 SUBMODULE_DEPTH);
	if (git_address_parse(arena, location, address, err) < 0 ||
	    check_submodule(part, address, err) < 0)
		return -1;
	if (url_same_origin(address->url, part->repository.address->url))
		address->userinfo = part->repository.address->userinfo;
	if (git_repository_open(part->repository.git, address, arena, &inner.repository,
				err) < 0 ||
	    git_need_commit(&inner.repository, inner.commit, err) < 0)
		return -1;
	return put_part(&inner, err);
}

static int put_submodule(struct checkout_part *part, const struct tree_item *item,
			 struct error *err)
{
	struct arena *arena = part->repository.arena;
	const char *const words[] = {
		"config",
		"--blob",
		arena_printf(arena, "%.*s:.gitmodules", SLICE_ARG(part->commit)).ptr,
		"-z",
		"--get-regexp",
		"^submodule\\..*\\.(path|url)$",
		NULL,
	};
	struct slice all;
	if (call(part, words, &all, err) < 0)
		return -1;
	struct slice url = git_submodule_url(all, item->path, arena);
	// A submodule's commit without an entry in .gitmodules is an empty folder in
	// every checkout.
	if (!url.len)
		return 0;
	if (put_submodule_at(part, item, submodule_location(part, url), err) < 0)
		return error_during(err, "fetching submodule '%.*s'",
				    SLICE_ARG(item->path));
	return 0;
}

// --- the archive -----------------------------------------------------------------------

static int put_item(struct checkout_part *part, const struct tree_item *item,
		    bool *ret_has_archival, struct error *err)
{
	struct arena *arena = part->repository.arena;
	struct slice bytes,
		path = arena_printf(arena, "%.*s%.*s", SLICE_ARG(part->prefix),
				    SLICE_ARG(item->path));
	if (tree_item_is_submodule(item))
		return put_submodule(part, item, err);
	if (git_take_blob(&part->rest, item, &bytes, err) < 0)
		return -1;
	if (slice_eq(item->mode, S("120000")))
		return checkout_archive_link(part->archive, path, bytes, err);
	*ret_has_archival |= slice_eq(item->path, S(ARCHIVAL_NAME));
	if (is_unfilled_archival(item, bytes) && archival_text(part, &bytes, err) < 0)
		return -1;
	return checkout_archive_file(part->archive, path,
				     slice_eq(item->mode, S("100755")) ? 0755 : 0644,
				     bytes, err);
}

static int put_part(struct checkout_part *part, struct error *err)
{
	bool has_archival = part->depth > 0;
	struct slice text;
	if (list_files(part, err) < 0 || read_blobs(part, err) < 0)
		return -1;
	for (size_t i = 0; i < part->list.len; i++)
		if (put_item(part, &part->list.items[i], &has_archival, err) < 0)
			return -1;
	if (has_archival)
		return 0;
	if (archival_text(part, &text, err) < 0)
		return -1;
	return checkout_archive_file(part->archive, S(ARCHIVAL_NAME), 0644, text, err);
}

static void close_part(struct checkout_part *part)
{
	struct error ignored;
	file_map_close(&part->blobs);
	if (!part->repository.folder)
		return;
	(void)!remove_tree(blobs_path(part), &ignored);
	(void)!remove_tree(ids_path(part), &ignored);
	git_repository_close(&part->repository);
}

// --- what was taken before -------------------------------------------------------------

static const char *note_path(const struct checkout_part *part)
{
	return arena_printf(part->repository.arena, "%s/tree-%.*s",
			    part->repository.folder, SLICE_ARG(part->commit))
		.ptr;
}

static bool find_taken(const struct checkout_part *part, const struct store *store,
		       struct checkout *ret_checkout)
{
	struct slice text = S(""), hex;
	struct checkout checkout;
	struct error ignored;
	uint64_t size;
	if (!file_exists(note_path(part)) ||
	    file_read(note_path(part), NOTE_BYTES_MAX, ERROR_IO, part->repository.arena,
		      &text, &ignored) < 0 ||
	    !slice_cut(&text, ' ', &hex) || !sha256_parse_hex(hex, &checkout.sha256) ||
	    !slice_parse_u64(slice_trim(text), CHECKOUT_BYTES_MAX * 2, &checkout.size) ||
	    !file_size(store_file_path(store, &checkout.sha256, part->repository.arena),
		       &size) ||
	    size != checkout.size ||
	    store_check_file(store, &checkout.sha256, &ignored) < 0)
		return false;
	*ret_checkout = checkout;
	return true;
}

static int note(const struct checkout_part *part, const struct checkout *checkout,
		struct error *err)
{
	struct arena *arena = part->repository.arena;
	struct slice hex = sha256_hex(arena, &checkout->sha256);
	return file_write(note_path(part),
			  arena_printf(arena, "%.*s %llu\n", SLICE_ARG(hex),
				       (unsigned long long)checkout->size),
			  err);
}

static int take(struct checkout_part *part, struct store *store,
		struct checkout *ret_checkout, struct error *err)
{
	AUTO(checkout_archive_abandon)
	struct checkout_archive archive = { .writer.fd = -1 };
	part->archive = &archive;
	if (git_need_commit(&part->repository, part->commit, err) < 0 ||
	    checkout_archive_begin(&archive, store, part->repository.git->cache_directory,
				   err) < 0 ||
	    put_part(part, err) < 0 ||
	    checkout_archive_end(&archive, ret_checkout, err) < 0)
		return -1;
	return note(part, ret_checkout, err);
}

int git_take_checkout(const struct git *git, const struct git_address *address,
		      struct slice commit, struct checkout *ret_checkout,
		      struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(close_part)
	struct checkout_part part = { .commit = commit, .prefix = S("") };
	if (!git_is_commit_id(commit))
		return error_set(err, ERROR_INPUT, "'%.*s' is no full commit id",
				 SLICE_ARG(commit));
	if (git_repository_open(git, address, &scratch, &part.repository, err) < 0)
		return -1;
	if (find_taken(&part, git->store, ret_checkout))
		return 0;
	if (take(&part, git->store, ret_checkout, err) < 0)
		return error_during(err, "taking commit %.*s", SLICE_ARG(commit));
	return 0;
}
