// SPDX-License-Identifier: MIT
// Records of builds: read, written back unchanged, found by target; wrong ones go alone.
#include "tests/lockfile/fixture.h"

#include "base/limits.h"

#define OLD                                                   \
	"\n[[packages]]\nname = \"old\"\nversion = \"1.0\"\n" \
	"\n[packages.sdist]\nname = \"old-1.0.tar.gz\"\nurl = \"https://x/old-1.0.tar.gz\"\n" HASHES_A
#define BUILD "\n[[packages.tool.pinbake.builds]]\n"
#define TARGETS \
	"targets = [\n    \"cp310-linux-amd64-glibc2.28\",\n    \"cp39-linux-amd64-glibc2.28\",\n]\n"
#define REQUIRES "requires = [\n    \"tool>=1\",\n    \"flit_core\",\n]\n"
#define BUILT                                                                           \
	"\n[packages.tool.pinbake.builds.wheel]\nname = \"old-1.0-py3-none-any.whl\"\n" \
	"size = 12\n" HASHES_B "python = \"3.9.18\"\n"
#define TOOL_AT(path)                                                              \
	"\n[[" path "]]\nname = \"tool\"\nversion = \"2.0\"\n\n[" path ".sdist]\n" \
	"name = \"tool-2.0.tar.gz\"\nurl = \"https://x/tool-2.0.tar.gz\"\n" HASHES_C

static const char canonical[] =
	"lock-version = \"1.0\"\ncreated-by = \"pinbake\"\n" OLD BUILD TARGETS REQUIRES
	"network = true\n" BUILT TOOL_AT(
		"packages.tool.pinbake.builds.packages") "\n[[packages.tool.pinbake.builds.packages.tool.pinbake.builds]]\n" TARGETS
							 "requires = []\n";

static void test_a_record_is_read_and_written_unchanged(void **state)
{
	(void)state;
	READ(f, canonical);
	assert_ok(&f);
	const struct lock_build *build =
		lock_build_find(&f.lock.packages[0], S("cp39-linux-amd64-glibc2.28"));
	assert_non_null(build);
	assert_int_equal(build->requires_len, 2);
	assert_text(build->requires[0], "tool>=1");
	assert_true(build->network);
	assert_text(build->wheel.name, "old-1.0-py3-none-any.whl");
	assert_int_equal(build->wheel.sha256.bytes[0], 0xbb);
	assert_text(build->python, "3.9.18");
	assert_int_equal(build->len, 1);
	assert_text(build->packages[0].sdist.name, "tool-2.0.tar.gz");
	assert_non_null(
		lock_build_find(&build->packages[0], S("cp310-linux-amd64-glibc2.28")));
	assert_null(lock_build_find(&f.lock.packages[0], S("cp38")));
	assert_text(lock_write(&f.arena, &f.lock), canonical);
}

// Nothing in a tool's table can make a lock unreadable (751.15).
static void test_751_15_a_wrong_record_goes_alone(void **state)
{
	(void)state;
	static const char *const records[] = {
		BUILD "targets = 1\n",
		BUILD TARGETS "requires = [1]\n",
		BUILD TARGETS "network = 'yes'\n",
		BUILD TARGETS "packages = [{ version = '1.0' }]\n",
		BUILD TARGETS "packages = [{ name = 'tool', version = '1.0' }]\n",
		BUILD TARGETS
		"wheel = { name = 'old.tar.gz', hashes = { sha256 = '" HASH_A "' } }\n",
		BUILD TARGETS "wheel = { name = 'old-1.0-py3-none-any.whl' }\n",
		"[packages.tool.pinbake]\nbuilds = 3\n",
		"[packages.tool.pinbake]\nbuilds = [3]\n",
		"[packages.tool]\npinbake = 'x'\n",
	};
	for (size_t i = 0; i < sizeof(records) / sizeof(*records); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct slice text = arena_printf(&arena, "%s%s%s", HEAD, OLD, records[i]);
		AUTO(fixture_release) struct fixture f = { 0 };
		fixture_read(&f, "pylock.toml", text);
		assert_ok(&f);
		assert_int_equal(f.lock.packages[0].builds_len, 0);
		assert_int_equal(f.diagnostics.len, i < 9);
	}
}

static void test_records_are_nested_only_so_deep(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct buf text = { .arena = &arena };
	struct slice at = S("packages");
	buf_append(&text, S(HEAD));
	for (size_t i = 0; i <= LIMIT_BUILD_DEPTH; i++) {
		buf_printf(&text,
			   "[[%.*s]]\nname = 'a'\nversion = '1'\n"
			   "sdist = { name = 'a-1.tar.gz', url = 'https://x/a-1.tar.gz', "
			   "hashes = { sha256 = '%s' } }\n",
			   SLICE_ARG(at), HASH_A);
		at = arena_printf(&arena, "%.*s.tool.pinbake.builds", SLICE_ARG(at));
		buf_printf(&text, "[[%.*s]]\ntargets = ['t']\n", SLICE_ARG(at));
		at = arena_printf(&arena, "%.*s.packages", SLICE_ARG(at));
	}
	AUTO(fixture_release) struct fixture f = { 0 };
	fixture_read(&f, "pylock.toml", buf_slice(&text));
	assert_ok(&f);
	const struct lock_package *package = &f.lock.packages[0];
	size_t depth = 0;
	for (; package && package->builds_len; depth++)
		package = package->builds[0].len ? &package->builds[0].packages[0] : NULL;
	assert_int_equal(depth, LIMIT_BUILD_DEPTH);
}

#define COMMIT                                                      \
	"[[packages]]\nname = 'a'\nversion = '1'\n[packages.vcs]\n" \
	"type = 'git'\nurl = 'https://x/a'\ncommit-id = '%s'\n"

static struct sha256 digest_with_commit(const char *commit)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	AUTO(fixture_release) struct fixture f = { 0 };
	fixture_read(&f, "pylock.toml", arena_printf(&arena, HEAD COMMIT, commit));
	assert_ok(&f);
	struct lock_build build = { .packages = f.lock.packages, .len = f.lock.len };
	return lock_build_digest(&build);
}

static void test_a_commit_is_in_the_digest(void **state)
{
	(void)state;
	struct sha256 one = digest_with_commit(
			      "0123456789012345678901234567890123456789"),
		      other = digest_with_commit(
			      "9876543210987654321098765432109876543210");
	assert_false(sha256_eq(&one, &other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_record_is_read_and_written_unchanged),
		cmocka_unit_test(test_751_15_a_wrong_record_goes_alone),
		cmocka_unit_test(test_records_are_nested_only_so_deep),
		cmocka_unit_test(test_a_commit_is_in_the_digest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
