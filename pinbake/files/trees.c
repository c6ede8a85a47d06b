// SPDX-License-Identifier: MIT
// Fetches the commits of a lock, and reads its folders.
#include "pinbake/files/trees.h"

#include "base/program.h"
#include "base/text.h"
#include "net/url.h"

struct trees {
	struct session *session;
	struct store *store;
	struct opened_lock *opened;
	bool editable;
};

static struct slice name_of(struct arena *arena, const struct lock_package *package)
{
	return arena_printf(arena, "%.*s-%.*s.tar.gz", SLICE_ARG(package->name),
			    SLICE_ARG(package->version));
}

static void put_tree(struct trees *trees, struct lock_choice *choice,
		     const struct checkout *checkout, struct slice subdirectory)
{
	struct arena *arena = trees->session->arena;
	struct lock_file *file = arena_new(arena, struct lock_file);
	*file = (struct lock_file){
		.kind = LOCK_SDIST,
		.name = name_of(arena, choice->package),
		.url = S(""),
		.path = S(""),
		.sha256 = checkout->sha256,
		.has_size = true,
		.size = checkout->size,
		.subdirectory = subdirectory,
	};
	choice->file = file;
}

static const char *seen_from_lock(struct arena *arena, const char *lock_path,
				  struct slice path)
{
	if (slice_starts_with(path, S("/")))
		return arena_c_string(arena, path);
	return path_join(arena, path_directory(arena, lock_path), path);
}

static const char *beside_lock(const struct trees *trees, struct slice path)
{
	return seen_from_lock(trees->session->arena, trees->opened->path, path);
}

// As if it stood in a requirements file: what a lock says is looked at as closely.
static int address_of(const struct trees *trees, const struct lock_vcs *vcs,
		      struct git_address *ret_address, struct error *err)
{
	struct arena *arena = trees->session->arena;
	struct slice url = vcs->url;
	if (!url.len) {
		struct slice real = path_real(arena, beside_lock(trees, vcs->path));
		if (!real.len)
			return error_set(err, ERROR_INPUT,
					 "there is no repository '%.*s'",
					 SLICE_ARG(vcs->path));
		url = url_from_path(arena, real.ptr);
	}
	if (!slice_eq(vcs->type, S("git"))) {
		error_set(err, ERROR_INPUT, "'%.*s' is no version control that is known",
			  SLICE_ARG(vcs->type));
		return error_hint(err, "it is git alone");
	}
	struct slice escaped = url_escape_unsafe(arena, vcs->subdirectory);
	return git_address_parse(arena,
				 arena_printf(arena, "git+%.*s@%.*s#subdirectory=%.*s",
					      SLICE_ARG(url), SLICE_ARG(vcs->commit_id),
					      SLICE_ARG(escaped)),
				 ret_address, err);
}

static int take_commit(struct trees *trees, struct lock_choice *choice, struct error *err)
{
	const struct lock_vcs *vcs = &choice->package->vcs;
	struct git git = session_git(trees->session);
	struct git_address address;
	struct checkout checkout;
	git.store = trees->store;
	git.https_alone = choice->package->named_by_len > 0;
	if (address_of(trees, vcs, &address, err) < 0 ||
	    git_take_checkout(&git, &address, vcs->commit_id, &checkout, err) < 0)
		return -1;
	put_tree(trees, choice, &checkout, address.subdirectory);
	return 0;
}

// --- folders ---------------------------------------------------------------------------

enum { NAMES_SHOWN = 5 };

// What somebody might miss; nobody misses caches.
static bool is_told(enum left_out_kind kind)
{
	return kind == LEFT_OUT_PRIVATE || kind == LEFT_OUT_IGNORED ||
	       kind == LEFT_OUT_SPECIAL;
}

static const char *why(enum left_out_kind kind)
{
	switch (kind) {
	case LEFT_OUT_PRIVATE: return "private";
	case LEFT_OUT_IGNORED: return "in .gitignore";
	case LEFT_OUT_SPECIAL: return "no file";
	case LEFT_OUT_OF_CHECKOUT: return "of the checkout";
	case LEFT_OUT_MADE: break;
	}
	return "made by tools";
}

static void tell_left_out(struct session *session, const char *path,
			  const struct left_out_list *list)
{
	struct buf names = { .arena = session->arena };
	size_t told = 0;
	for (size_t i = 0; i < list->len; i++) {
		const struct left_out *item = &list->items[i];
		session_tell(session, NOTICE_DETAIL, "left out of '%s': %.*s, %s", path,
			     SLICE_ARG(item->path), why(item->kind));
		if (is_told(item->kind) && told++ < NAMES_SHOWN)
			buf_printf(&names, "%s%.*s (%s)", told > 1 ? ", " : "",
				   SLICE_ARG(item->path), why(item->kind));
	}
	if (!told)
		return;
	struct slice more = S("");
	if (told > NAMES_SHOWN)
		more = arena_printf(session->arena, " and %zu more", told - NAMES_SHOWN);
	struct error *warning =
		session_warn(session,
			     "%zu thing%s of '%s' %s left out of its source: %.*s%.*s",
			     told, told == 1 ? "" : "s", path, told == 1 ? "is" : "are",
			     SLICE_ARG(buf_slice(&names)), SLICE_ARG(more));
	error_hint(warning,
		   "--source-include PATTERN takes along what is meant to be in it");
}

int folder_take(struct session *session, const struct named_folder *folder,
		struct checkout *ret_checkout, struct error *err)
{
	struct store *store;
	struct left_out_list left_out;
	const struct directory_request request = {
		.path = folder->real,
		.shown = folder->shown,
		.subdirectory = folder->subdirectory,
		.cache_directory = session->config.cache_directory,
		.include = session->source_include,
	};
	if (session_store(session, &store, err) < 0 ||
	    directory_take_checkout(&request, store, session->arena, ret_checkout,
				    &left_out, err) < 0)
		return -1;
	tell_left_out(session, folder->real, &left_out);
	return 0;
}

static int take_folder(struct trees *trees, struct lock_choice *choice, struct error *err)
{
	struct arena *arena = trees->session->arena;
	struct lock_package *package = arena_new(arena, struct lock_package);
	struct lock_directory *directory = &package->directory;
	struct checkout checkout;
	*package = *choice->package;
	const char *path = beside_lock(trees, directory->path);
	struct slice real = path_real(arena, path);
	if (!real.len || lock_path_escapes(directory->subdirectory))
		return error_set(err, ERROR_INPUT, "there is no folder '%s'", path);
	const struct named_folder folder = { real.ptr, path, directory->subdirectory };
	if (folder_take(trees->session, &folder, &checkout, err) < 0)
		return -1;
	directory->path = real;
	directory->editable &= trees->editable;
	choice->package = package;
	put_tree(trees, choice, &checkout, directory->subdirectory);
	return 0;
}

// git gets the passwords that our own requests would, and goes to no other hosts.
static int admit(void *context, struct slice url, struct arena *arena,
		 struct slice *ret_userinfo, struct error *err)
{
	struct session *session = context;
	struct net *net;
	if (net_admits(&session->config.net, url, err) < 0 ||
	    session_net(session, &net, err) < 0)
		return -1;
	*ret_userinfo = net_userinfo(net, url, arena);
	return 0;
}

struct git session_git(struct session *session)
{
	const struct session_config *config = &session->config;
	static const char *const nothing[] = { NULL };
	return (struct git){
		.program = program_find(session->arena, config->search_path, S("git")),
		.environment =
			config->git_environment ? config->git_environment : nothing,
		.cache_directory = config->cache_directory,
		.offline = config->offline,
		.work = &config->work,
		.admit = admit,
		.admit_context = session,
	};
}

int lock_take_trees(struct session *session, struct opened_lock *opened, bool editable,
		    struct error *err)
{
	struct trees trees = { .session = session,
			       .opened = opened,
			       .editable = editable };
	if (session_store(session, &trees.store, err) < 0)
		return -1;
	for (size_t i = 0; i < opened->selection.len; i++) {
		struct lock_choice *choice = &opened->selection.items[i];
		const struct lock_package *package = choice->package;
		int status = 0;
		if (package->has_vcs)
			status = take_commit(&trees, choice, err);
		else if (package->has_directory)
			status = take_folder(&trees, choice, err);
		if (status < 0)
			return error_during(err, "taking the source tree of '%.*s'",
					    SLICE_ARG(package->name));
	}
	return 0;
}

// The root is nobody's project, though a container may run there.
static bool is_below(struct arena *arena, struct slice path, const char *folder)
{
	struct slice real = path_real(arena, folder);
	return real.len > 1 && path_is_below(path, real);
}

bool folder_is_of_project(struct arena *arena, struct slice real, const char *beside)
{
	return is_below(arena, real, ".") || is_below(arena, real, beside);
}

bool lock_tree_is_own(struct arena *arena, const char *lock_path,
		      const struct lock_package *package)
{
	if (!package->has_directory)
		return false;
	const char *path = seen_from_lock(arena, lock_path, package->directory.path);
	struct slice real = path_real(arena, path);
	return package->directory.editable ||
	       (real.len &&
		folder_is_of_project(arena, real, path_directory(arena, lock_path)));
}

bool lock_tree_is_editable(const struct lock_choice *choice)
{
	return choice->package->has_directory && choice->package->directory.editable;
}
