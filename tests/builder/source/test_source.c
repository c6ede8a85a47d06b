// SPDX-License-Identifier: MIT
// Addresses of git, and commits and folders as archives; with the real git, over
// repositories that the tests make.
#include "tests/builder/builder_test.h"

#include "base/limits.h"
#include "base/places.h"
#include "base/process.h"
#include "builder/source/source.h"

// --- addresses -------------------------------------------------------------------------

static void expect_address(const char *text, const char *url, const char *revision,
			   const char *subdirectory, const char *userinfo)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct git_address got;
	struct error err = { 0 };
	if (git_address_parse(&arena, slice_from(text), &got, &err) < 0)
		fail_msg("%s: %s", text, err.cause);
	if (!slice_eq(got.url, slice_from(url)) ||
	    !slice_eq(got.revision, slice_from(revision)) ||
	    !slice_eq(got.subdirectory, slice_from(subdirectory)) ||
	    !slice_eq(got.userinfo, slice_from(userinfo)))
		fail_msg("%s: %.*s %.*s %.*s %.*s", text, SLICE_ARG(got.url),
			 SLICE_ARG(got.revision), SLICE_ARG(got.subdirectory),
			 SLICE_ARG(got.userinfo));
}

static void test_addresses(void **state)
{
	(void)state;
	expect_address("git+https://h/a/b.git", "https://h/a/b.git", "", "", "");
	expect_address("git+https://h/a/b.git@v1.0#egg=b&subdirectory=x/y/",
		       "https://h/a/b.git", "v1.0", "x/y", "");
	expect_address("git+https://me:pw@h:8443/b@refs/pull/1/head", "https://h:8443/b",
		       "refs/pull/1/head", "", "me:pw");
	expect_address("git+ssh://git@h/a/b.git@feature/x", "ssh://git@h/a/b.git",
		       "feature/x", "", "");
	expect_address("git+ssh://me:pw@h:22/b.git", "ssh://me@h:22/b.git", "", "", "");
	expect_address("git+file:///srv/b@main", "file:///srv/b", "main", "", "");
	expect_address("git+http://h/b?x=1#subdirectory=.", "http://h/b?x=1", "", "", "");
}

static void test_refused_addresses(void **state)
{
	(void)state;
	static const char *const refused[] = {
		"hg+https://h/b",
		"svn+ssh://h/b",
		"bzr+lp:x",
		"git://h/b",
		"git+git://h/b",
		"git+ext::sh -c id",
		"git+ext::sh%20-c%20id",
		"git+--upload-pack=id://h/b",
		"git+ssh://-oProxyCommand=id/b",
		"git+ssh://-x@h/b",
		"git+ssh://git@h:org/b",
		"git+https:///b",
		"git+https://h",
		"git+file://elsewhere/b",
		"git+file:b",
		"git+https://h/b@--upload-pack=id",
		"git+https://h/b@-x",
		"git+https://h/b@main~1",
		"git+https://h/b@main^",
		"git+https://h/b@a..b",
		"git+https://h/b@a:b",
		"git+https://h/b@%2d-upload-pack",
		"git+https://h/b@a%20b",
		"git+https://h/b@a%00",
		"git+https://h/b#subdirectory=../x",
		"git+https://h/b#subdirectory=/etc",
		"git+https://h/b#subdirectory=a/%2e%2e/%2e%2e/x",
		"git+https://h/b#subdirectory=-x",
		"git+https://h/ b",
		"git+https://h/b\n",
	};
	for (size_t i = 0; i < sizeof(refused) / sizeof(*refused); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct git_address got;
		struct error err = { 0 };
		if (git_address_parse(&arena, slice_from(refused[i]), &got, &err) == 0)
			fail_msg("accepted %s", refused[i]);
		assert_int_equal(err.kind, ERROR_INPUT);
	}
	assert_true(is_vcs_address(S("hg+https://h/b")));
	assert_true(is_vcs_address(S("ssh://h/b")));
	assert_false(is_vcs_address(S("https://h/b")));
	assert_false(is_vcs_address(S("./git+x")));
}

// --- repositories ----------------------------------------------------------------------

static const char *const git_path = "/usr/bin/git";

static void in_shell(struct test_folder *folder, const char *script)
{
	static const char *const environment[] = {
		"PATH=/usr/bin:/bin",
		"GIT_CONFIG_GLOBAL=/dev/null",
		"GIT_CONFIG_NOSYSTEM=1",
		"GIT_AUTHOR_NAME=a",
		"GIT_AUTHOR_EMAIL=a@example.org",
		"GIT_COMMITTER_NAME=a",
		"GIT_COMMITTER_EMAIL=a@example.org",
		"GIT_AUTHOR_DATE=1700000000 +0000",
		"GIT_COMMITTER_DATE=1700000000 +0000",
		NULL,
	};
	const char *const arguments[] = { "/bin/sh", "-ec", script, NULL };
	struct process_job job = { .arguments = arguments,
				   .environment = environment,
				   .directory = folder->path,
				   .limit_seconds = 60 };
	struct error err = { 0 };
	int code = -1;
	if (process_run(&job, &code, &err) < 0 || code != 0)
		fail_msg("'%s' ended with %d %s", script, code, err.cause);
}

static struct git git_in(const struct test_folder *folder)
{
	return (struct git){ .program = git_path, .cache_directory = folder->path };
}

static struct git_address address_of(struct test_folder *folder, const char *end)
{
	struct git_address address;
	struct error err = { 0 };
	struct slice text =
		arena_printf(&folder->arena, "git+file://%s/%s", folder->path, end);
	if (git_address_parse(&folder->arena, text, &address, &err) < 0)
		fail_msg("%s", err.cause);
	return address;
}

static struct slice commit_of(struct test_folder *folder, const char *end)
{
	struct git git = git_in(folder);
	struct git_address address = address_of(folder, end);
	struct error err = { 0 };
	struct slice commit;
	if (git_find_commit(&git, &address, &folder->arena, &commit, &err) < 0)
		fail_msg("%s: %s", end, err.cause);
	return commit;
}

static struct checkout checkout_of(struct test_folder *folder, struct store *store,
				   const char *end)
{
	struct git git = git_in(folder);
	struct git_address address = address_of(folder, end);
	struct slice commit = commit_of(folder, end);
	struct checkout tree;
	struct error err = { 0 };
	git.store = store;
	if (git_take_checkout(&git, &address, commit, &tree, &err) < 0)
		fail_msg("%s: %s", end, err.cause);
	return tree;
}

static struct slice archive_of(struct test_folder *folder, struct store *store,
			       const struct checkout *tree)
{
	struct slice bytes = S("");
	struct error err = { 0 };
	if (file_read(store_file_path(store, &tree->sha256, &folder->arena), MIB,
		      ERROR_IO, &folder->arena, &bytes, &err) < 0)
		fail_msg("%s", err.cause);
	return bytes;
}

#define NEED_GIT()                          \
	do {                                \
		if (!file_exists(git_path)) \
			skip();             \
	} while (0)

static void test_revisions(void **state)
{
	(void)state;
	NEED_GIT();
	struct test_folder folder = test_folder_make();
	in_shell(&folder, "git init -q -b main r; cd r; echo 1 >a; git add a; "
			  "git commit -q -m 1; git tag -a -m t v1; git branch v2; "
			  "echo 2 >a; git commit -q -a -m 2; git tag v2; "
			  "git update-ref refs/pull/7/head HEAD~1");
	struct slice first = commit_of(&folder, "r@v1"), last = commit_of(&folder, "r");
	assert_int_equal(first.len, 40);
	assert_false(slice_eq(first, last));
	assert_true(slice_eq(commit_of(&folder, "r@main"), last));
	assert_true(slice_eq(commit_of(&folder, "r@HEAD"), last));
	assert_true(slice_eq(commit_of(&folder, "r@v2"), first)); // the branch
	assert_true(slice_eq(commit_of(&folder, "r@refs/tags/v2"), last));
	assert_true(slice_eq(commit_of(&folder, "r@refs/pull/7/head"), first));
	const char *by_id = arena_printf(&folder.arena, "r@%.*s", SLICE_ARG(last)).ptr;
	assert_true(slice_eq(commit_of(&folder, by_id), last));
	const char *by_start = arena_printf(&folder.arena, "r@%.8s", last.ptr).ptr;
	assert_true(slice_eq(commit_of(&folder, by_start), last));
	test_folder_remove(&folder);
}

static void expect_failure(struct test_folder *folder, const struct git *git,
			   const char *end, enum error_kind kind)
{
	struct git_address address = address_of(folder, end);
	struct error err = { 0 };
	struct slice commit;
	assert_int_equal(git_find_commit(git, &address, &folder->arena, &commit, &err),
			 -1);
	if (err.kind != kind)
		fail_msg("%s: kind %d, %s", end, err.kind, err.cause);
}

static void test_what_cannot_be_had(void **state)
{
	(void)state;
	NEED_GIT();
	struct test_folder folder = test_folder_make();
	struct git git = git_in(&folder), none = git, offline = git;
	none.program = NULL;
	offline.offline = true;
	in_shell(&folder, "git init -q -b main r; cd r; echo 1 >a; git add a; "
			  "git commit -q -m 1");
	expect_failure(&folder, &git, "r@nowhere", ERROR_NO);
	expect_failure(&folder, &git, "r@0123456789012345678901234567890123456789",
		       ERROR_NO);
	expect_failure(&folder, &git, "absent", ERROR_SOURCE);
	expect_failure(&folder, &none, "r", ERROR_SOURCE);
	expect_failure(&folder, &offline, "r", ERROR_SOURCE);
	test_folder_remove(&folder);
}

// What was fetched once is not there for ever, nor in the way of what came after it.
static void test_branches_and_tags_that_are_gone(void **state)
{
	(void)state;
	NEED_GIT();
	struct test_folder folder = test_folder_make();
	struct git git = git_in(&folder);
	in_shell(&folder, "git init -q -b main r; cd r; echo 1 >a; git add a; "
			  "git commit -q -m 1; git branch x; git tag t");
	struct slice first = commit_of(&folder, "r@x");
	assert_true(slice_eq(commit_of(&folder, "r@t"), first));
	in_shell(&folder, "cd r; git branch -q -D x; git tag -d t >/dev/null; "
			  "echo 2 >a; git commit -q -a -m 2; git branch x/y");
	expect_failure(&folder, &git, "r@x", ERROR_NO);
	expect_failure(&folder, &git, "r@t", ERROR_NO);
	assert_false(slice_eq(commit_of(&folder, "r@x/y"), first));
	const char *by_id = arena_printf(&folder.arena, "r@%.*s", SLICE_ARG(first)).ptr;
	assert_true(slice_eq(commit_of(&folder, by_id), first));
	test_folder_remove(&folder);
}

// A few KiB in the repository, and more than a tree may hold outside of it.
static void test_a_commit_that_unpacks_to_too_much(void **state)
{
	(void)state;
	NEED_GIT();
	struct test_folder folder = test_folder_make();
	struct store *store;
	struct checkout tree;
	struct error err = { 0 };
	assert_int_equal(store_open(folder.path, &store, &err), 0);
	in_shell(
		&folder,
		"git init -q -b main r; cd r; "
		"id=$(head -c 67108864 /dev/zero | git hash-object -w --stdin); "
		"tree=$(for i in $(seq 129); do printf '100644 blob %s\\tf%s\\n' $id $i; "
		"done | git mktree); "
		"git update-ref refs/heads/main $(git commit-tree -m 1 $tree)");
	struct git git = git_in(&folder);
	struct git_address address = address_of(&folder, "r");
	struct slice commit = commit_of(&folder, "r");
	git.store = store;
	assert_int_equal(git_take_checkout(&git, &address, commit, &tree, &err), -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	store_close(store);
	test_folder_remove(&folder);
}

// What attributes would change in a checkout stays as it is committed.
static void test_tree_is_what_is_committed(void **state)
{
	(void)state;
	NEED_GIT();
	struct test_folder folder = test_folder_make();
	struct store *store;
	struct error err = { 0 };
	assert_int_equal(store_open(folder.path, &store, &err), 0);
	in_shell(
		&folder,
		"git init -q -b main r; cd r; mkdir d; printf 'one\\n' >d/a; "
		"printf '#!' >run; chmod 755 run; ln -s d/a link; printf '%s' '$Format:%H$' >s; "
		"printf '%s\\n' '* text eol=crlf' 's export-subst' 'd export-ignore' "
		"'run filter=lfs' >.gitattributes; "
		"git add .; git commit -q -m 1; git tag v1.2");
	struct checkout tree = checkout_of(&folder, store, "r");
	struct slice bytes = archive_of(&folder, store, &tree);
	assert_int_equal(bytes.len, tree.size);
	assert_true(slice_contains(bytes, S("source/d/a")));
	assert_true(slice_contains(bytes, S("one\n")));
	assert_false(slice_contains(bytes, S("one\r\n")));
	assert_true(slice_contains(bytes, S("$Format:%H$")));
	assert_true(slice_contains(bytes, S("source/.git_archival.txt")));
	assert_true(slice_contains(bytes, S("describe-name: v1.2-0-g")));
	// The same again, from another cache, with other times.
	in_shell(&folder, "mv git git-before; rm -rf files; mkdir -p files/sha256");
	struct checkout again = checkout_of(&folder, store, "r");
	assert_true(sha256_eq(&again.sha256, &tree.sha256));
	store_close(store);
	test_folder_remove(&folder);
}

static void test_hooks_and_configuration_run_nothing(void **state)
{
	(void)state;
	NEED_GIT();
	struct test_folder folder = test_folder_make();
	struct store *store;
	struct error err = { 0 };
	assert_int_equal(store_open(folder.path, &store, &err), 0);
	in_shell(&folder,
		 "git init -q -b main r; cd r; printf 1 >a; printf '*.x filter=evil\\n' "
		 ">.gitattributes; printf 2 >b.x; git add .; git commit -q -m 1; cd ..; "
		 "printf '#!/bin/sh\\ntouch %s/ran\\n' \"$PWD\" >evil; chmod 755 evil; "
		 "mkdir hooks; for h in post-checkout reference-transaction "
		 "post-index-change; do cp evil hooks/$h; done; "
		 "printf '[core]\\n\\thooksPath = %s/hooks\\n\\tfsmonitor = %s/evil\\n"
		 "[filter \"evil\"]\\n\\tsmudge = %s/evil\\n' \"$PWD\" \"$PWD\" \"$PWD\" "
		 ">.gitconfig");
	struct git git = git_in(&folder);
	const char *environment[] = {
		arena_printf(&folder.arena, "HOME=%s", folder.path).ptr,
		"PATH=/usr/bin:/bin", NULL
	};
	git.environment = environment;
	struct git_address address = address_of(&folder, "r");
	struct slice commit;
	struct checkout tree;
	assert_int_equal(git_find_commit(&git, &address, &folder.arena, &commit, &err),
			 0);
	git.store = store;
	assert_int_equal(git_take_checkout(&git, &address, commit, &tree, &err), 0);
	assert_false(file_exists(path_join(&folder.arena, folder.path, S("ran"))));
	store_close(store);
	test_folder_remove(&folder);
}

static void test_submodules(void **state)
{
	(void)state;
	NEED_GIT();
	struct test_folder folder = test_folder_make();
	struct store *store;
	struct error err = { 0 };
	assert_int_equal(store_open(folder.path, &store, &err), 0);
	in_shell(
		&folder,
		"git init -q -b main inner; cd inner; echo deep >x; git add .; "
		"git commit -q -m 1; cd ..; git init -q -b main r; cd r; "
		"git -c protocol.file.allow=always submodule --quiet add ../inner lib/in; "
		"git config -f .gitmodules submodule.lib/in.url ../inner; "
		"git add .; git commit -q -m 2");
	struct checkout tree = checkout_of(&folder, store, "r"),
			slashed = checkout_of(&folder, store, "r/");
	struct slice bytes = archive_of(&folder, store, &tree);
	assert_true(sha256_eq(&tree.sha256, &slashed.sha256));
	assert_true(slice_contains(bytes, S("source/lib/in/x")));
	assert_true(slice_contains(bytes, S("deep\n")));
	in_shell(&folder, "cd r; git config -f .gitmodules submodule.lib/in.url "
			  "'ext::sh -c id'; git commit -q -a -m 3");
	struct git git = git_in(&folder);
	struct git_address address = address_of(&folder, "r");
	struct slice commit = commit_of(&folder, "r");
	git.store = store;
	assert_int_equal(git_take_checkout(&git, &address, commit, &tree, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	store_close(store);
	test_folder_remove(&folder);
}

// A repository that a package names may not send the user's ssh elsewhere.
static void test_submodules_of_what_nobody_here_has_chosen(void **state)
{
	(void)state;
	NEED_GIT();
	struct test_folder folder = test_folder_make();
	struct store *store;
	struct error err = { 0 };
	in_shell(
		&folder,
		"git init -q -b main r; cd r; git update-index --add --cacheinfo "
		"160000,1111111111111111111111111111111111111111,sub; "
		"printf '[submodule \"sub\"]\\n\\tpath = sub\\n\\turl = git@h.example:x/y.git\\n' >.gitmodules; "
		"git add .gitmodules; git commit -q -m 1");
	assert_int_equal(store_open(folder.path, &store, &err), 0);
	struct slice commit = commit_of(&folder, "r@main");
	struct git git = git_in(&folder);
	struct git_address address = address_of(&folder, "r@main");
	struct checkout tree;
	git.store = store;
	git.https_alone = true;
	assert_int_equal(git_take_checkout(&git, &address, commit, &tree, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_true(slice_contains(slice_from(err.cause), S("https alone")));
	store_close(store);
	test_folder_remove(&folder);
}

// --- folders ---------------------------------------------------------------------------

// --- folders ---------------------------------------------------------------------------

struct taken {
	struct test_folder folder;
	struct store *store;
	struct checkout tree;
	struct left_out_list left_out;
	struct error err;
};

static struct taken taken_make(void)
{
	struct taken taken = { .folder = test_folder_make() };
	assert_int_equal(store_open(taken.folder.path, &taken.store, &taken.err), 0);
	in_shell(&taken.folder, "mkdir p; touch p/pyproject.toml");
	return taken;
}

static void taken_end(struct taken *taken)
{
	store_close(taken->store);
	test_folder_remove(&taken->folder);
}

static int take_folder(struct taken *taken, const char *include)
{
	struct slice items[] = { slice_from(include) };
	struct directory_request request = {
		.path = path_join(&taken->folder.arena, taken->folder.path, S("p")),
		.shown = "p",
		.subdirectory = S(""),
		.cache_directory = taken->folder.path,
		.include = { items, include ? 1 : 0, 1 },
	};
	request.path = path_real(&taken->folder.arena, request.path).ptr;
	taken->err = (struct error){ 0 };
	return directory_take_checkout(&request, taken->store, &taken->folder.arena,
				       &taken->tree, &taken->left_out, &taken->err);
}

static bool has(struct taken *taken, const char *text)
{
	return slice_contains(archive_of(&taken->folder, taken->store, &taken->tree),
			      slice_from(text));
}

static bool leaves_out(const struct taken *taken, const char *path,
		       enum left_out_kind kind)
{
	for (size_t i = 0; i < taken->left_out.len; i++)
		if (slice_eq(taken->left_out.items[i].path, slice_from(path)))
			return taken->left_out.items[i].kind == kind;
	return false;
}

static void test_folder_without_what_no_build_reads(void **state)
{
	(void)state;
	struct taken taken = taken_make();
	in_shell(&taken.folder,
		 "mkdir -p p/src/build p/build/lib p/.git p/env p/src/__pycache__; "
		 "echo 1 >p/src/build/__init__.py; echo 2 >p/build/lib/stale; "
		 "echo 3 >p/.git/config; touch p/env/pyvenv.cfg; echo 4 >p/out; "
		 "touch p/src/__pycache__/a.pyc; ln -s ../out p/src/in");
	assert_int_equal(take_folder(&taken, NULL), 0);
	struct sha256 before = taken.tree.sha256;
	assert_true(has(&taken, "source/src/build/__init__.py"));
	assert_true(has(&taken, "source/src/in"));
	assert_false(has(&taken, "stale"));
	assert_false(has(&taken, ".git/"));
	assert_false(has(&taken, "pyvenv.cfg"));
	assert_false(has(&taken, ".pyc"));
	assert_true(leaves_out(&taken, "build/", LEFT_OUT_MADE));
	assert_true(leaves_out(&taken, ".git/", LEFT_OUT_OF_CHECKOUT));
	assert_true(leaves_out(&taken, "env/", LEFT_OUT_OF_CHECKOUT));
	in_shell(&taken.folder, "touch -d 2001-01-01 p/out; chmod 664 p/out");
	assert_int_equal(take_folder(&taken, NULL), 0);
	assert_true(sha256_eq(&taken.tree.sha256, &before));
	in_shell(&taken.folder, "echo 5 >p/out");
	assert_int_equal(take_folder(&taken, NULL), 0);
	assert_false(sha256_eq(&taken.tree.sha256, &before));
	taken_end(&taken);
}

static void test_folder_without_private_things(void **state)
{
	(void)state;
	struct taken taken = taken_make();
	in_shell(
		&taken.folder,
		"cd p; mkdir -p .aws src; for f in .env .env.local .netrc .pypirc id_rsa "
		"src/.env src/store.p12 .aws/credentials; do echo SECRET >$f; done; "
		"echo shown >.env.example; echo shown >id_rsa.pub; "
		"printf '%s\\nSECRET' '-----BEGIN OPENSSH PRIVATE KEY-----' >src/some.txt; "
		"echo '-----BEGIN CERTIFICATE-----' >src/roots.pem; ln -s .env link");
	assert_int_equal(take_folder(&taken, NULL), 0);
	assert_false(has(&taken, "SECRET"));
	assert_true(has(&taken, "source/.env.example"));
	assert_true(has(&taken, "source/id_rsa.pub"));
	assert_true(has(&taken, "source/src/roots.pem"));
	assert_true(leaves_out(&taken, ".env", LEFT_OUT_PRIVATE));
	assert_true(leaves_out(&taken, ".aws/", LEFT_OUT_PRIVATE));
	assert_true(leaves_out(&taken, "src/.env", LEFT_OUT_PRIVATE));
	assert_true(leaves_out(&taken, "src/some.txt", LEFT_OUT_PRIVATE));
	assert_int_equal(take_folder(&taken, "src/.env"), 0);
	assert_true(has(&taken, "source/src/.env"));
	assert_false(leaves_out(&taken, "src/.env", LEFT_OUT_PRIVATE));
	assert_true(leaves_out(&taken, ".env", LEFT_OUT_PRIVATE));
	taken_end(&taken);
}

static void test_folder_without_what_git_ignores(void **state)
{
	(void)state;
	struct taken taken = taken_make();
	in_shell(
		&taken.folder,
		"mkdir -p p/src/data p/lib; cd p; printf 'data/\\n*.db\\n!kept.db\\nlib/\\n/out.txt\\n' >.gitignore; "
		"echo 1 >src/data/x; echo 2 >a.db; echo 3 >kept.db; echo 4 >lib/tracked.py; echo 5 >lib/made.py; "
		"echo 6 >out.txt; echo 7 >src/out.txt; echo '*.tmp' >src/.gitignore; echo 8 >src/b.tmp; echo 9 >c.tmp; "
		"git init -q . && git add -f lib/tracked.py");
	assert_int_equal(take_folder(&taken, NULL), 0);
	assert_true(leaves_out(&taken, "src/data/", LEFT_OUT_IGNORED));
	assert_true(leaves_out(&taken, "a.db", LEFT_OUT_IGNORED));
	assert_true(leaves_out(&taken, "out.txt", LEFT_OUT_IGNORED));
	assert_true(leaves_out(&taken, "src/b.tmp", LEFT_OUT_IGNORED));
	assert_true(has(&taken, "source/kept.db"));
	assert_true(has(&taken, "source/src/out.txt"));
	assert_true(has(&taken, "source/c.tmp"));
	assert_true(has(&taken, "source/lib/tracked.py"));
	assert_int_equal(take_folder(&taken, "/src/data"), 0);
	assert_true(has(&taken, "source/src/data/x"));
	// What lies above counts, too
	in_shell(&taken.folder, "rm -rf p/.git p/.gitignore; git init -q .; "
				"printf '/p/out.txt\\nkept.db\\n/src\\n' >.gitignore");
	assert_int_equal(take_folder(&taken, NULL), 0);
	assert_true(leaves_out(&taken, "out.txt", LEFT_OUT_IGNORED));
	assert_true(leaves_out(&taken, "kept.db", LEFT_OUT_IGNORED));
	assert_true(has(&taken, "source/src/out.txt"));
	taken_end(&taken);
}

// A home folder that is a repository ignores all that it does not name; so does a folder that a tool has made.
static void test_folder_that_is_ignored_itself(void **state)
{
	(void)state;
	static const char *const patterns[] = { "*", "/p", "p/", "**", "pyproject.toml" };
	for (size_t i = 0; i < sizeof(patterns) / sizeof(*patterns); i++) {
		struct taken taken = taken_make();
		in_shell(&taken.folder,
			 "git init -q .; echo 1 >p/a.log; echo '*.log' >p/.gitignore");
		in_shell(&taken.folder, arena_printf(&taken.folder.arena,
						     "echo '%s' >.gitignore", patterns[i])
						.ptr);
		assert_int_equal(take_folder(&taken, NULL), 0);
		assert_true(has(&taken, "source/pyproject.toml"));
		if (i < 4)
			assert_true(leaves_out(&taken, "a.log", LEFT_OUT_IGNORED));
		in_shell(&taken.folder, "echo '*' >p/.gitignore");
		assert_int_equal(take_folder(&taken, NULL), 0);
		assert_true(has(&taken, "source/pyproject.toml"));
		taken_end(&taken);
	}
}

static void test_folder_whose_links_lead_out(void **state)
{
	(void)state;
	static const char *const links[] = {
		"ln -s ../elsewhere p/x",
		"ln -s $PWD/elsewhere p/x",
		"ln -s $PWD/p/inside p/x", // where it is unpacked, that is another place
		"ln -s ../folder p/x",
		"mkdir -p p/d/e; ln -s ../.. p/d/e/up; ln -s up/../elsewhere p/d/e/x",
		"mkdir -p p/d; ln -s .. p/d/up; ln -s up/../elsewhere p/d/x",
		"mkdir -p p/d; ln -s .. p/d/up; ln -s up/../nothing p/d/x",
		"ln -s ../nothing p/x",
		"ln -s .. p/x",
		"ln -s /etc/passwd p/x",
		"ln -s /proc/self/cwd p/x",
	};
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		struct taken taken = taken_make();
		in_shell(&taken.folder,
			 "echo SECRET >elsewhere; mkdir folder; echo in >p/inside");
		in_shell(&taken.folder, links[i]);
		if (take_folder(&taken, NULL) == 0)
			fail_msg("%s", links[i]);
		assert_int_equal(taken.err.kind, ERROR_INPUT);
		assert_true(slice_contains(slice_from(taken.err.cause),
					   S("leads out of the source tree")));
		taken_end(&taken);
	}
}

static void test_folder_whose_links_stay_inside(void **state)
{
	(void)state;
	struct taken taken = taken_make();
	in_shell(
		&taken.folder,
		"mkdir -p p/d; echo in >p/inside; ln -s ../inside p/d/a; ln -s a p/d/b; ln -s d p/e; "
		"ln -s nothing p/dangling; ln p/inside p/hard; ln -s .. p/d/up");
	assert_int_equal(take_folder(&taken, NULL), 0);
	assert_true(has(&taken, "source/d/b"));
	assert_true(has(&taken, "source/dangling"));
	assert_true(has(&taken, "source/hard"));
	taken_end(&taken);
}

static void test_folder_with_private_modes(void **state)
{
	(void)state;
	struct taken taken = taken_make();
	in_shell(
		&taken.folder,
		"echo 1 >p/private; chmod 600 p/private; echo 2 >p/run; chmod 755 p/run; "
		"echo 3 >p/shared; chmod 640 p/shared");
	assert_int_equal(take_folder(&taken, NULL), 0);
	const char *path =
		store_file_path(taken.store, &taken.tree.sha256, &taken.folder.arena);
	assert_int_equal(place_look(path).mode, 0600);
	const char *list =
		arena_printf(
			&taken.folder.arena,
			"tar tvf %s >list; grep -q '^-rw------- .*private' list && "
			"grep -q '^-rwxr-xr-x .*run' list && grep -q '^-rw------- .*shared' list",
			path)
			.ptr;
	in_shell(&taken.folder, list);
	taken_end(&taken);
}

static void test_folder_with_special_files(void **state)
{
	(void)state;
	struct taken taken = taken_make();
	in_shell(&taken.folder,
		 "mkfifo p/pipe; mkdir p/d; mkfifo p/d/.env; mkfifo p/.gitignore");
	assert_int_equal(take_folder(&taken, "pipe"), 0);
	assert_true(leaves_out(&taken, "pipe", LEFT_OUT_SPECIAL));
	assert_true(leaves_out(&taken, "d/.env", LEFT_OUT_SPECIAL));
	taken_end(&taken);
}

static void test_folder_that_is_no_project(void **state)
{
	(void)state;
	struct taken taken = taken_make();
	in_shell(
		&taken.folder,
		"rm p/pyproject.toml; mkfifo p/pyproject.toml; mkdir p/a; touch p/a/setup.py");
	assert_int_equal(take_folder(&taken, NULL), -1);
	assert_int_equal(taken.err.kind, ERROR_INPUT);
	assert_true(slice_contains(slice_from(taken.err.cause),
				   S("has neither pyproject.toml")));
	// Not even the folder of archives was made
	assert_int_equal(place_look(path_join(&taken.folder.arena, taken.folder.path,
					      S("git")))
				 .kind,
			 PLACE_ABSENT);
	taken_end(&taken);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_refused_addresses),
		cmocka_unit_test(test_revisions),
		cmocka_unit_test(test_what_cannot_be_had),
		cmocka_unit_test(test_branches_and_tags_that_are_gone),
		cmocka_unit_test(test_a_commit_that_unpacks_to_too_much),
		cmocka_unit_test(test_tree_is_what_is_committed),
		cmocka_unit_test(test_hooks_and_configuration_run_nothing),
		cmocka_unit_test(test_submodules),
		cmocka_unit_test(test_submodules_of_what_nobody_here_has_chosen),
		cmocka_unit_test(test_folder_without_what_no_build_reads),
		cmocka_unit_test(test_folder_without_private_things),
		cmocka_unit_test(test_folder_without_what_git_ignores),
		cmocka_unit_test(test_folder_that_is_ignored_itself),
		cmocka_unit_test(test_folder_whose_links_lead_out),
		cmocka_unit_test(test_folder_whose_links_stay_inside),
		cmocka_unit_test(test_folder_with_private_modes),
		cmocka_unit_test(test_folder_with_special_files),
		cmocka_unit_test(test_folder_that_is_no_project),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
