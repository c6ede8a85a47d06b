// SPDX-License-Identifier: MIT
// Reading pylock.toml: what is kept, what is refused and where.
#include "tests/lockfile/fixture.h"

// --- what is kept -----------------------------------------------------------------------------

static const char everything[] =
	"lock-version = '1.0'\n"
	"environments = ['sys_platform == \"linux\"']\n"
	"requires-python = '>=3.12'\n"
	"created-by = 'pinbake'\n"
	"[tool.pinbake]\n"
	"targets = ['cp312-linux-amd64-glibc2.28']\n"
	"exclude-newer = 2025-01-01T00:00:00Z\n"
	"torch-backend = \"cu128\"\n"
	"torch-index = \"https://mirror.example/whl\"\n"
	"[[packages]]\n"
	"name = 'idna'\n"
	"version = '3.10.RC1'\n"
	"marker = 'python_version >= \"3.12\"'\n"
	"requires-python = '>=3.6'\n"
	"dependencies = [{ name = 'b' }, { name = 'a', version = '1' }, {}]\n"
	"index = 'https://pypi.org/simple'\n"
	"attestation-identities = [{ kind = 'GitHub', repository = 'x/y' }]\n"
	"[packages.tool.other]\n"
	"[packages.sdist]\n"
	"path = 'files/idna-3.10rc1.tar.gz'\n"
	"hashes.sha256 = '" HASH_B "'\n"
	"[[packages.wheels]]\n"
	"name = 'idna-3.10rc1-py3-none-any.whl'\n"
	"upload-time = 2024-09-15T18:07:37.5Z\n"
	"url = 'https://files.example/x'\n"
	"size = 70442\n"
	"hashes = { sha512 = '" HASH_C HASH_C "', SHA256 = '" HASH_A "' }\n";

static void test_reads_all_keys(void **state)
{
	(void)state;
	READ(f, everything);
	assert_ok(&f);
	assert_int_equal(f.diagnostics.len, 0);
	assert_text(f.lock.lock_version, "1.0");
	assert_text(f.lock.environments[0], "sys_platform == \"linux\"");
	assert_text(f.lock.requires_python, ">=3.12");
	assert_text(f.lock.created_by, "pinbake");
	assert_text(f.lock.targets[0], "cp312-linux-amd64-glibc2.28");
	assert_text(f.lock.exclude_newer, "2025-01-01T00:00:00Z"); // the moment (751.16)
	assert_text(f.lock.torch_backend, "cu128");
	assert_text(f.lock.torch_index, "https://mirror.example/whl");
	assert_int_equal(f.lock.len, 1);

	const struct lock_package *package = &f.lock.packages[0];
	assert_text(package->name, "idna");
	assert_text(package->version, "3.10rc1");
	assert_text(package->marker_text, "python_version >= \"3.12\"");
	assert_non_null(package->marker);
	assert_text(package->requires_python, ">=3.6");
	assert_int_equal(package->dependencies_len, 2);
	assert_text(package->dependencies[0], "a");
	assert_text(package->index, "https://pypi.org/simple");
	assert_int_equal(span_position(package->span).line, 10);

	assert_true(package->has_sdist);
	assert_text(package->sdist.name, "idna-3.10rc1.tar.gz");
	assert_text(package->sdist.path, "files/idna-3.10rc1.tar.gz");
	const struct lock_file *wheel = &package->wheels[0];
	assert_int_equal(package->wheels_len, 1);
	assert_text(wheel->upload_time, "2024-09-15T18:07:37.5Z");
	assert_true(wheel->has_size && wheel->size == 70442);
	assert_int_equal(wheel->sha256.bytes[31], 0xaa);
	assert_int_equal(wheel->hashes_len, 1);
	assert_text(wheel->hashes[0].algorithm, "sha512");
}

static void test_source_trees(void **state)
{
	(void)state;
	READ(f, HEAD "[[packages]]\nname = 'a'\n"
		     "[packages.vcs]\n"
		     "type = 'git'\n"
		     "url = 'https://git.example/a'\n"
		     "requested-revision = 'main'\n"
		     "commit-id = 'c0ffee'\nsubdirectory = 'sub/dir'\n"
		     "[[packages]]\n"
		     "name = 'b'\n"
		     "[packages.directory]\n"
		     "path = '../b'\n"
		     "editable = true\n"
		     "[[packages]]\n"
		     "name = 'c'\n"
		     "[packages.archive]\n"
		     "url = 'https://c.example/c.zip'\n" HASHES_A);
	assert_ok(&f);
	assert_true(f.lock.packages[0].has_vcs);
	assert_text(f.lock.packages[0].vcs.requested_revision, "main");
	assert_text(f.lock.packages[0].vcs.commit_id, "c0ffee"); // no branch (751.13)
	assert_text(f.lock.packages[0].vcs.subdirectory, "sub/dir");
	assert_true(f.lock.packages[1].directory.editable);
	assert_text(f.lock.packages[1].directory.path, "../b");
	assert_true(f.lock.packages[2].has_archive);
	assert_text(f.lock.packages[2].archive.name, "");
}

#define DIRECTORY_B "[[packages]]\nname = 'b'\n[packages.directory]\npath = 'b'\n"
#define RELEASE_OF_A(version)                           \
	"[[packages]]\nname = 'a'\nversion = '" version \
	"'\n" WHEEL_A("a-" version "-py3-none-any.whl")

static void test_packages_are_sorted(void **state)
{
	(void)state;
	READ(f, HEAD DIRECTORY_B RELEASE_OF_A("1.10") RELEASE_OF_A("1.9"));
	assert_ok(&f);
	assert_text(f.lock.packages[0].version, "1.9");
	assert_text(f.lock.packages[1].version, "1.10");
	assert_text(f.lock.packages[2].name, "b");
}

static void test_751_4_unknown_dependencies_are_fine(void **state)
{
	(void)state;
	READ(f, HEAD "[[packages]]\n"
		     "name = 'idna'\n"
		     "dependencies = [{ name = 'not-in-the-lock' }]\n" IDNA_WHEEL);
	assert_ok(&f);
	assert_int_equal(f.diagnostics.len, 0);
}

static void test_751_5_uses(void **state)
{
	(void)state;
	READ(f, HEAD "extras = []\n"
		     "dependency-groups = ['Dev_Tools', 'main']\n"
		     "default-groups = ['main']\n"
		     "packages = []\n");
	assert_ok(&f);
	assert_text(f.lock.groups[0], "dev-tools");
	assert_text(f.lock.default_groups[0], "main");
	assert_int_equal(f.diagnostics.len, 1);
	assert_int_equal(f.diagnostics.items[0].severity, SEVERITY_WARNING);
	assert_string_equal(f.diagnostics.items[0].error.cause,
			    "default group 'main' is also in 'dependency-groups'");
}

#define FILE_TABLE(keys) HEAD "[[packages]]\nname = 'idna'\n[[packages.wheels]]\n" keys
#define URL              "url = 'https://x.example/idna-3.10-py3-none-any.whl'\n"

static void test_751_7_name_wins_over_url(void **state)
{
	(void)state;
	READ(named, FILE_TABLE("name = 'idna-3.10-py3-none-any.whl'\n"
			       "url = 'https://x.example/y/z'\n" HASHES_A));
	assert_ok(&named);
	READ(decoded,
	     FILE_TABLE(
		     "url = 'https://x.example/idna-3.10%2Bcpu-py3-none-any.whl?a=/b#c=/d'\n" HASHES_A));
	assert_ok(&decoded);
	assert_text(decoded.lock.packages[0].wheels[0].name,
		    "idna-3.10+cpu-py3-none-any.whl");
	assert_text(decoded.lock.packages[0].version, "3.10+cpu");
	READ(path, FILE_TABLE("path = 'wheels\\idna-3.10-py3-none-any.whl'\n"
			      "url = 'https://x.example/other'\n" HASHES_A));
	assert_ok(&path);
	assert_text(path.lock.packages[0].wheels[0].name, "idna-3.10-py3-none-any.whl");
	READ(slash,
	     FILE_TABLE(
		     "url = 'https://x.example/..%2Fidna-3.10-py3-none-any.whl'\n" HASHES_A));
	assert_refused(&slash, "'../idna-3.10-py3-none-any.whl' is no file name", 5, 1);
}

static void test_751_8_upload_time_is_written_in_utc(void **state)
{
	(void)state;
	static const char *const spellings[] = { "2024-09-15T18:07:37Z",
						 "2024-09-15 18:07:37z",
						 "2024-09-15t18:07:37+00:00",
						 "2024-09-15 18:07:37-00:00" };
	for (size_t i = 0; i < sizeof(spellings) / sizeof(spellings[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		READ(f,
		     arena_printf(&arena, FILE_TABLE(URL "upload-time = %s\n" HASHES_A),
				  spellings[i])
			     .ptr);
		assert_ok(&f);
		assert_text(f.lock.packages[0].wheels[0].upload_time,
			    "2024-09-15T18:07:37Z");
	}
}

// --- what is refused --------------------------------------------------------------------------

struct refusal {
	const char *text, *cause;
	size_t line, column;
};

static void check_refusals(const struct refusal *cases, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		READ(f, cases[i].text);
		if (f.result == 0)
			fail_msg("accepted:\n%s", cases[i].text);
		assert_refused(&f, cases[i].cause, cases[i].line, cases[i].column);
	}
}

#define CHECK_REFUSALS(cases) check_refusals((cases), sizeof(cases) / sizeof((cases)[0]))

static void test_751_1_lock_version(void **state)
{
	(void)state;
	static const struct refusal cases[] = {
		{ "created-by = 'x'\npackages = []\n", "'lock-version' is missing", 1,
		  1 },
		{ "lock-version = 1.0\n", "'lock-version' must be a string, not a float",
		  1, 16 },
		{ "lock-version = '2.0'\npackages = 7\n",
		  "lock-version 2.0 is not supported, only 1.0 is", 1, 16 },
		{ "lock-version = '0.9'\n",
		  "lock-version 0.9 is not supported, only 1.0 is", 1, 16 },
		{ "lock-version = 'x'\n", "'x' is no version", 1, 16 },
	};
	CHECK_REFUSALS(cases);
	READ(newer, "lock-version = '1.1'\ncreated-by = 'x'\nnew-key = 1\n" IDNA);
	assert_ok(&newer);
	assert_int_equal(newer.diagnostics.len, 1);
	assert_int_equal(newer.diagnostics.items[0].severity, SEVERITY_WARNING);
	assert_text(newer.lock.lock_version, "1.1");
}

static void test_751_1_file_name(void **state)
{
	(void)state;
	static const char *const valid[] = { "pylock.toml", "pylock.spam.toml",
					     "pylock.a b.toml" };
	static const char *const invalid[] = { "pylock..toml",    "pylock.a.b.toml",
					       "Pylock.toml",     "pylock.tom",
					       "a.pylock.toml",   "pylock.toml\n",
					       "pylock.a.toml\n", "pylocktoml" };
	for (size_t i = 0; i < sizeof(valid) / sizeof(valid[0]); i++)
		assert_true(lock_file_name_is_valid(slice_from(valid[i])));
	for (size_t i = 0; i < sizeof(invalid) / sizeof(invalid[0]); i++)
		assert_false(lock_file_name_is_valid(slice_from(invalid[i])));
}

static void test_file_keys(void **state)
{
	(void)state;
	static const struct refusal cases[] = {
		{ "lock-version = '1.0'\npackages = []", "'created-by' is missing", 1,
		  1 },
		{ HEAD, "'packages' is missing", 1, 1 },
		{ HEAD "packages = {}", "'packages' must be an array, not a table", 3,
		  12 },
		{ HEAD "packages = [1]", "'packages[]' must be a table, not an integer",
		  3, 13 },
		{ HEAD "requires-python = '>=3.6.*'\n" IDNA, NULL, 3, 20 },
		{ HEAD "extras = 'a'\n" IDNA, "'extras' must be an array, not a string",
		  3, 10 },
		{ HEAD "extras = ['-']\n" IDNA, "'-' is no name", 3, 11 },
		{ HEAD "tool = 1\n" IDNA, "'tool' must be a table, not an integer", 3,
		  8 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		READ(f, cases[i].text);
		assert_int_equal(f.result, -1);
		if (cases[i].cause)
			assert_refused(&f, cases[i].cause, cases[i].line,
				       cases[i].column);
		assert_int_equal(span_position(f.diagnostics.items[0].error.span).line,
				 cases[i].line);
	}
}

static void test_package_keys(void **state)
{
	(void)state;
#define PACKAGE(keys) HEAD "[[packages]]\n" keys IDNA_WHEEL
	static const struct refusal cases[] = {
		{ PACKAGE("version = '3.10'\n"), "'name' is missing", 3, 1 },
		{ PACKAGE("name = 'Idna'\n"), "package name 'Idna' is not normalized", 4,
		  8 },
		{ PACKAGE("name = 'idna-'\n"), "'idna-' is no package name", 4, 8 },
		{ PACKAGE("name = 1\n"), "'name' must be a string, not an integer", 4,
		  8 },
		{ PACKAGE("name = 'idna'\nversion = 3.10\n"),
		  "'version' must be a string, not a float", 5, 11 },
		{ PACKAGE("name = 'idna'\n"
			  "version = 'x'\n"),
		  "'x' is no version", 5, 11 },
		{ PACKAGE("name = 'idna'\nversion = '3.9'\n"),
		  "file 'idna-3.10-py3-none-any.whl' is not of version 3.9", 6, 1 },
		{ PACKAGE("name = 'other'\n"),
		  "file 'idna-3.10-py3-none-any.whl' is not of package 'other'", 5, 1 },
		{ PACKAGE("name = 'idna'\nmarker = true\n"),
		  "'marker' must be a string, not a boolean", 5, 10 },
		{ PACKAGE("name = 'idna'\ndependencies = ['a']\n"),
		  "'dependencies[]' must be a table, not a string", 5, 17 },
		{ PACKAGE("name = 'idna'\nindex = '/simple'\n"),
		  "'index' must be an absolute URL", 5, 9 },
		{ PACKAGE("name = 'idna'\nattestation-identities = [{ a = 1 }]\n"),
		  "'kind' is missing", 5, 27 },
		{ PACKAGE("name = 'idna'\ntool = []\n"),
		  "'tool' must be a table, not an array", 5, 8 },
	};
	CHECK_REFUSALS(cases);
}

static void test_errors_in_markers_have_their_place(void **state)
{
	(void)state;
	READ(f, HEAD
	     "[[packages]]\n"
	     "name = 'idna'\n"
	     "marker = 'python_version >= \"3.8\" and colour == \"red\"'\n" IDNA_WHEEL);
	assert_int_equal(f.result, -1);
	struct position place = span_position(f.diagnostics.items[0].error.span);
	assert_int_equal(place.line, 5);
	assert_int_equal(place.column, 39);
}

static void test_751_2_environments(void **state)
{
	(void)state;
	static const char *const wrong[] = { "environments = ['x']\n",
					     "environments = [1]\n",
					     "environments = 'os_name == \"nt\"'\n",
					     "environments = ['extra == \"a\"']\n",
					     "environments = ['\"a\" in extras']\n" };
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		READ(f, arena_printf(&arena, HEAD "%spackages = []\n", wrong[i]).ptr);
		assert_int_equal(f.result, -1);
		assert_int_equal(span_position(f.diagnostics.items[0].error.span).line,
				 3);
	}
}

static void test_751_6_a_fetched_lock_stays_in_its_folder(void **state)
{
	(void)state;
	static const char lock[] =
		HEAD "[[packages]]\nname = 'idna'\n[[packages.wheels]]\n"
		     "path = '../idna-3.10-py3-none-any.whl'\n" HASHES_A;
	AUTO(fixture_release) struct fixture fetched = { 0 };
	fixture_read(&fetched, "https://x.example/pylock.toml", slice_from(lock));
	assert_refused(
		&fetched,
		"path '../idna-3.10-py3-none-any.whl' leaves the folder of a fetched lock",
		6, 8);
	READ(local, lock);
	assert_ok(&local);

	static const char *const inside[] = { "a",    "a/b", "./a", "a/../b",
					      "a//b", "..a", "",    "a\\..\\b" };
	static const char *const outside[] = { "..",  "../a", "a/../..", "/a",
					       "\\a", "C:a",  "c:\\a",   "a\\..\\..\\b" };
	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++)
		assert_false(lock_path_escapes(slice_from(inside[i])));
	for (size_t i = 0; i < sizeof(outside) / sizeof(outside[0]); i++)
		assert_true(lock_path_escapes(slice_from(outside[i])));
}

static void test_751_6_subdirectory_stays_in_its_tree(void **state)
{
	(void)state;
	READ(f, HEAD "[[packages]]\n"
		     "name = 'a'\n"
		     "[packages.directory]\n"
		     "path = 'a'\n"
		     "subdirectory = '../b'\n");
	assert_refused(&f, "'subdirectory' must lie inside the source tree", 7, 16);
}

static void test_file_table(void **state)
{
	(void)state;
	static const struct refusal cases[] = {
		{ FILE_TABLE("name = 'idna-3.10-py3-none-any.whl'\n" HASHES_A),
		  "neither 'url' nor 'path' is given", 5, 1 },
		{ FILE_TABLE("url = 'idna-3.10-py3-none-any.whl'\n" HASHES_A),
		  "'url' must be an absolute URL", 6, 7 },
		{ FILE_TABLE("url = 'https://x.example/idna 3.whl'\n" HASHES_A),
		  "'url' must be an absolute URL", 6, 7 },
		{ FILE_TABLE("url = 'https://x.example/idna-3.10.zip'\n" HASHES_A),
		  "'idna-3.10.zip' is no wheel name", 5, 1 },
		{ FILE_TABLE(URL "size = true\n" HASHES_A),
		  "'size' must be an integer, not a boolean", 7, 8 },
		{ FILE_TABLE(URL "size = 1.0\n" HASHES_A),
		  "'size' must be an integer, not a float", 7, 8 },
		{ FILE_TABLE(URL "size = -1\n" HASHES_A), "'size' is negative", 7, 8 },
		{ FILE_TABLE(URL "upload-time = '2024-01-01T00:00:00Z'\n" HASHES_A),
		  "'upload-time' must be a date-time with offset, not a string", 7, 15 },
		{ FILE_TABLE(URL "upload-time = 2024-01-01T00:00:00\n" HASHES_A),
		  "'upload-time' must be a date-time with offset, not a date-time without offset",
		  7, 15 },
		{ FILE_TABLE(URL "upload-time = 2024-01-01T00:00:00+02:00\n" HASHES_A),
		  "'upload-time' is not in UTC", 7, 15 },
		{ FILE_TABLE(URL), "'hashes' is missing", 5, 1 },
		{ FILE_TABLE(URL "hashes = {}\n"), "no secure hash", 7, 10 },
		{ FILE_TABLE(URL "hashes = { sha256 = 7 }\n"),
		  "'sha256' must be a string, not an integer", 7, 21 },
		{ FILE_TABLE(URL "hashes = { sha256 = 'abc' }\n"),
		  "'abc' is no sha256 in hexadecimal digits", 7, 21 },
		{ FILE_TABLE(URL "hashes = { x = 'xyz' }\n"),
		  "'xyz' is no x in hexadecimal digits", 7, 16 },
		{ FILE_TABLE(URL "hashes = { sha256 = '" HASH_A "', SHA256 = '" HASH_B
				 "' }\n"),
		  "a second sha256 for the same file", 7, 89 },
		{ FILE_TABLE(URL HASHES_A "[[packages.wheels]]\n" URL HASHES_B),
		  "wheel 'idna-3.10-py3-none-any.whl' is listed twice", 3, 1 },
		{ HEAD "[[packages]]\n"
		       "name = 'idna'\n"
		       "[packages.sdist]\n"
		       "url = 'https://x.example/idna-3.10.tar.bz2'\n" HASHES_A,
		  "'idna-3.10.tar.bz2' is no source distribution's name", 5, 1 },
		{ HEAD "[[packages]]\n"
		       "name = 'a'\n"
		       "[packages.vcs]\n"
		       "url = 'https://x.example/'\n"
		       "commit-id = 'a'\n",
		  "'type' is missing", 5, 1 },
		{ HEAD "[[packages]]\nname = 'a'\n[packages.directory]\npath = ''\n",
		  "'path' is empty", 6, 8 },
	};
	CHECK_REFUSALS(cases);
}

#define DIRECTORY "[packages.directory]\npath = 'a'\n"
#define GIT       "type = 'git'\nurl = 'https://x.example/'\ncommit-id = 'a'\n"
#define VCS       "[packages.vcs]\n" GIT
#define ARCHIVE   "[packages.archive]\npath = 'a.zip'\n" HASHES_A

static void test_751_9_one_kind_of_source(void **state)
{
	(void)state;
	static const struct refusal cases[] = {
		{ HEAD "[[packages]]\n"
		       "name = 'idna'\n",
		  "package 'idna' has no source", 3, 1 },
		{ HEAD "[[packages]]\nname = 'idna'\nwheels = []\n",
		  "package 'idna' has no source", 3, 1 },
		{ HEAD IDNA DIRECTORY, "package 'idna' has more than one kind of source",
		  3, 1 },
		{ HEAD IDNA VCS, "package 'idna' has more than one kind of source", 3,
		  1 },
		{ HEAD IDNA ARCHIVE, "package 'idna' has more than one kind of source", 3,
		  1 },
		{ HEAD "[[packages]]\nname = 'a'\n" VCS ARCHIVE,
		  "package 'a' has more than one kind of source", 3, 1 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		READ(f, cases[i].text);
		assert_int_equal(f.diagnostics.error_count, 1);
		assert_string_equal(
			f.diagnostics.items[f.diagnostics.len - 1].error.cause,
			cases[i].cause);
	}
}

static void test_751_9_a_directory_has_no_version(void **state)
{
	(void)state;
	READ(f, HEAD "[[packages]]\nname = 'a'\nversion = '1'\n" DIRECTORY);
	assert_ok(&f);
	assert_text(f.lock.packages[0].version, "");
	assert_int_equal(f.diagnostics.len, 1);
	assert_int_equal(f.diagnostics.items[0].severity, SEVERITY_WARNING);
}

static void test_751_10_md5_alone_is_refused(void **state)
{
	(void)state;
	READ(md5,
	     FILE_TABLE(URL "hashes = { md5 = '00000000000000000000000000000000' }\n"));
	assert_refused(&md5, "no secure hash", 7, 10);
	READ(sha1,
	     FILE_TABLE(
		     URL
		     "hashes = { sha1 = '0000000000000000000000000000000000000000', new1 = 'ab' }\n"));
	assert_refused(&sha1, "no secure hash", 7, 10);
	READ(both,
	     FILE_TABLE(
		     URL
		     "hashes = { md5 = '00000000000000000000000000000000', sha512 = '" HASH_A
			     HASH_B "' }\n"));
	assert_ok(&both);
	assert_int_equal(both.lock.packages[0].wheels[0].hashes_len, 2);
	assert_true(sha256_is_zero(&both.lock.packages[0].wheels[0].sha256));
}

static void test_751_12_attestations_belong_to_the_package(void **state)
{
	(void)state;
	READ(top, HEAD "attestation-identities = 'anything: an unknown key here'\n" IDNA);
	assert_ok(&top);
	READ(package, HEAD "[[packages]]\n"
			   "name = 'idna'\n"
			   "attestation-identities = 'x'\n" IDNA_WHEEL);
	assert_refused(&package,
		       "'attestation-identities' must be an array, not a string", 5, 26);
}

static void test_751_14_508_6_extra_makes_a_lock_invalid(void **state)
{
	(void)state;
	READ(extra, HEAD "[[packages]]\n"
			 "name = 'idna'\n"
			 "marker = 'extra == \"x\"'\n" IDNA_WHEEL);
	assert_int_equal(extra.result, -1);
	assert_int_equal(span_position(extra.diagnostics.items[0].error.span).line, 5);
	READ(extras, HEAD
	     "[[packages]]\n"
	     "name = 'idna'\n"
	     "marker = '\"x\" in extras and \"dev\" in dependency_groups'\n" IDNA_WHEEL);
	assert_ok(&extras);
}

static void test_751_15_tool_data_is_disposable(void **state)
{
	(void)state;
	static const char *const broken[] = {
		"[tool]\npinbake = 1\n",
		"[tool.pinbake]\ntargets = 'x'\n",
		"[tool.pinbake]\n"
		"targets = [1]\n",
		"[tool.pinbake]\n"
		"exclude-newer = 1\n",
		"[tool.pinbake]\nexclude-newer = 10:00:00\n",
		"[tool.pinbake]\nexclude-newer = true\n",
		"[tool.pinbake]\nexclude-newer-package = 'numpy'\n",
		"[tool.pinbake]\nexclude-newer-package = { numpy = true }\n",
		"[tool.pinbake]\nexclude-newer-package = { '-' = false }\n",
		"[tool.pinbake]\nrequirements = 'numpy'\n",
		"[tool.pinbake]\nrequirements = ['numpy']\n",
		"[tool.pinbake]\nrequirements = [{ specifier = '>=2' }]\n",
		"[tool.pinbake]\nrequirements = [{ name = 'numpy', specifier = 2 }]\n",
		"[tool.pinbake]\nrequirements = [{ name = 'numpy', file = \"a\\u001b\" }]\n"
	};
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		READ(f, arena_printf(&arena, HEAD "%s" IDNA, broken[i]).ptr);
		assert_ok(&f);
		assert_int_equal(f.diagnostics.len, 1);
		assert_int_equal(f.diagnostics.items[0].severity, SEVERITY_WARNING);
		assert_int_equal(f.lock.len, 1);
		assert_int_equal(f.lock.targets_len, 0);
		assert_int_equal(f.lock.requirements_len, 0);
		assert_int_equal(f.lock.package_cutoffs_len, 0);
	}
}

static void test_751_16_cut_offs_of_packages_are_read_back(void **state)
{
	(void)state;
	const char *canonical =
		"\nexclude-newer-package = { a-b = false, numpy = 2025-01-01 }\n";
	READ(f,
	     HEAD "[tool.pinbake]\n"
		  "exclude-newer-package = { numpy = 2025-01-01, A_b = false }\n" IDNA);
	assert_ok(&f);
	assert_int_equal(f.lock.package_cutoffs_len, 2);
	assert_text(f.lock.package_cutoffs[0].name, "a-b");
	assert_text(f.lock.package_cutoffs[0].moment, "");
	assert_text(f.lock.package_cutoffs[1].moment, "2025-01-01");
	struct slice text = lock_write(&f.arena, &f.lock);
	assert_true(slice_contains(text, slice_from(canonical)));
}

static void test_751_16_cut_off_is_read_back(void **state)
{
	(void)state;
	static const char *const forms[] = { "2025-01-01", "2025-01-01T00:00:00Z",
					     "2025-01-01T00:00:00.5+02:00" };
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		READ(f, arena_printf(&arena,
				     HEAD "[tool.pinbake]\nexclude-newer = %s\n" IDNA,
				     forms[i])
				.ptr);
		assert_ok(&f);
		assert_text(f.lock.exclude_newer, forms[i]);
		assert_true(slice_contains(lock_write(&f.arena, &f.lock),
					   arena_printf(&arena,
							"\n"
							"exclude-newer = %s\n",
							forms[i])));
	}
}

static void test_credentials_are_cut_out(void **state)
{
	(void)state;
	READ(f, HEAD "[[packages]]\n"
		     "name = 'idna'\n"
		     "index = 'https://user:hunter2@x.example/simple'\n" IDNA_WHEEL);
	assert_ok(&f);
	assert_text(f.lock.packages[0].index, "https://x.example/simple");
	assert_int_equal(f.diagnostics.len, 1);
	const struct error *warning = &f.diagnostics.items[0].error;
	assert_null(warning->span.source); // the line would show it
	assert_false(slice_contains(slice_from(warning->cause), S("hunter2")));
	READ(at, HEAD "[[packages]]\n"
		      "name = 'idna'\n"
		      "index = 'https://x.example/@scope?a@b'\n" IDNA_WHEEL);
	assert_ok(&at);
	assert_text(at.lock.packages[0].index, "https://x.example/@scope?a@b");
}

static void test_no_text_has_two_lines(void **state)
{
	(void)state;
	static const struct refusal cases[] = {
		{ HEAD
		  "[[packages]]\nname = 'idna'\nmarker = \"os_name != 'a\\n-r x'\"\n" IDNA_WHEEL,
		  "'marker' has a control character", 5, 10 },
		{ HEAD "environments = [\"os_name != 'a\\n'\"]\n" IDNA,
		  "'environments[]' has a control character", 3, 17 },
		{ HEAD
		  "[[packages]]\nname = 'a'\n[packages.vcs]\ntype = 'git'\npath = 'x'\ncommit-id = \"c\\n\"\n",
		  "'commit-id' has a control character", 8, 13 },
	};
	CHECK_REFUSALS(cases);
	READ(targets, HEAD "[tool.pinbake]\ntargets = [\"a\\n-r x\"]\n" IDNA);
	assert_ok(&targets);
	assert_int_equal(targets.lock.targets_len, 0);
	assert_int_equal(targets.diagnostics.len, 1);
}

static void test_all_problems_at_once(void **state)
{
	(void)state;
	READ(f, "lock-version = '1.0'\n"
		"environments = 1\n"
		"[[packages]]\n"
		"name = 'A'\n"
		"[[packages]]\n"
		"version = 1\n");
	assert_int_equal(f.result, -1);
	assert_int_equal(f.diagnostics.error_count, 5);
}

static void test_broken_toml(void **state)
{
	(void)state;
	READ(f, "lock-version = '1.0'\nlock-version = '1.0'\n");
	assert_refused(&f, "'lock-version' is defined twice (first at pylock.toml:1:1)",
		       2, 1);
	READ(empty, "");
	assert_refused(&empty, "'lock-version' is missing", 1, 1);
}

static void test_texts_have_one_line_and_one_direction(void **state)
{
	(void)state;
	static const char *const bad[] = { "\\n",     "\\u001B",    "\\u007F", "\\u0085",
					   "\\u2028", "\\u2029",    "\\u202E", "\\u2066",
					   "\\u061C", "\\U000E0041" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		READ(f,
		     arena_printf(&arena,
				  HEAD "[[packages]]\nname = 'a'\n[packages.directory]\n"
				       "path = \"a%s\"\n",
				  bad[i])
			     .ptr);
		assert_refused(&f, "'path' has a control character", 6, 8);
	}
}

static void test_commits_are_words(void **state)
{
	(void)state;
	static const char *const bad[] = { "a b", "-x", "a@b", "a/b", "a --hash=b" };
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		static const char lock[] =
			HEAD "[[packages]]\nname = 'a'\n[packages.vcs]\n"
			     "url = 'https://x.example/a'\n";
		READ(f, arena_printf(&arena, "%stype = 'git'\ncommit-id = '%s'\n", lock,
				     bad[i])
				.ptr);
		assert_refused(&f,
			       arena_printf(&arena, "'%s' is no 'commit-id'", bad[i]).ptr,
			       8, 13);
		READ(g, arena_printf(&arena, "%stype = '%s'\ncommit-id = 'c0ffee'\n",
				     lock, bad[i])
				.ptr);
		assert_refused(&g, arena_printf(&arena, "'%s' is no 'type'", bad[i]).ptr,
			       7, 8);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts_have_one_line_and_one_direction),
		cmocka_unit_test(test_commits_are_words),
		cmocka_unit_test(test_reads_all_keys),
		cmocka_unit_test(test_source_trees),
		cmocka_unit_test(test_packages_are_sorted),
		cmocka_unit_test(test_751_4_unknown_dependencies_are_fine),
		cmocka_unit_test(test_751_5_uses),
		cmocka_unit_test(test_751_7_name_wins_over_url),
		cmocka_unit_test(test_751_8_upload_time_is_written_in_utc),
		cmocka_unit_test(test_751_1_lock_version),
		cmocka_unit_test(test_751_1_file_name),
		cmocka_unit_test(test_file_keys),
		cmocka_unit_test(test_package_keys),
		cmocka_unit_test(test_errors_in_markers_have_their_place),
		cmocka_unit_test(test_751_2_environments),
		cmocka_unit_test(test_751_6_a_fetched_lock_stays_in_its_folder),
		cmocka_unit_test(test_751_6_subdirectory_stays_in_its_tree),
		cmocka_unit_test(test_file_table),
		cmocka_unit_test(test_751_9_one_kind_of_source),
		cmocka_unit_test(test_751_9_a_directory_has_no_version),
		cmocka_unit_test(test_751_10_md5_alone_is_refused),
		cmocka_unit_test(test_751_12_attestations_belong_to_the_package),
		cmocka_unit_test(test_751_14_508_6_extra_makes_a_lock_invalid),
		cmocka_unit_test(test_751_15_tool_data_is_disposable),
		cmocka_unit_test(test_751_16_cut_off_is_read_back),
		cmocka_unit_test(test_751_16_cut_offs_of_packages_are_read_back),
		cmocka_unit_test(test_credentials_are_cut_out),
		cmocka_unit_test(test_no_text_has_two_lines),
		cmocka_unit_test(test_all_problems_at_once),
		cmocka_unit_test(test_broken_toml),
	};
	return cmocka_run_group_tests_name("lock_read", tests, NULL, NULL);
}
