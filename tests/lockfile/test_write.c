// SPDX-License-Identifier: MIT
// The canonical text: exact bytes, the same ones whatever the order of the input, and
// back again unchanged.
#include "tests/lockfile/fixture.h"

#include <string.h>

// --- a lock to write --------------------------------------------------------------------------

static struct sha256 digest_of(int byte)
{
	struct sha256 digest;
	memset(&digest, byte, sizeof(digest));
	return digest;
}

static struct lock_file wheel_of(struct arena *arena, struct slice name, int byte)
{
	return (struct lock_file){
		.kind = LOCK_WHEEL,
		.name = name,
		.url = arena_printf(arena, "https://files.example/%.*s", SLICE_ARG(name)),
		.sha256 = digest_of(byte),
		.has_size = true,
		.size = 1000,
		.upload_time = S("2024-09-15T18:07:37.123456Z"),
	};
}

static void build_lock(struct arena *arena, struct lock *lock)
{
	static struct slice environments[] = { { "python_version == \"3.12\"", 24 } };
	static struct slice targets[] = { { "cp312-linux-amd64-glibc2.28", 27 } };
	static struct slice dependencies[] = { { "numpy", 5 },
					       { "idna", 4 },
					       { "numpy", 5 } };
	*lock = (struct lock){
		.lock_version = S("1.0"),
		.environments = environments,
		.environments_len = 1,
		.requires_python = S(">=3.12"),
		.created_by = S("pinbake"),
		.targets = targets,
		.targets_len = 1,
		.exclude_newer = S("2025-01-01T00:00:00Z"),
		.torch_backend = S("cu128"),
		.torch_index = S("https://mirror.example/whl"),
		.packages = arena_new_array(arena, struct lock_package, 2),
		.len = 2,
	};
	struct lock_package *numpy = &lock->packages[0], *idna = &lock->packages[1];
	numpy->name = S("numpy");
	numpy->version = S("2.1.0");
	numpy->marker_text = S("sys_platform == \"linux\"");
	numpy->wheels = arena_new_array(arena, struct lock_file, 2);
	numpy->wheels_len = 2;
	numpy->wheels[0] =
		wheel_of(arena, S("numpy-2.1.0-cp312-cp312-manylinux_2_17_x86_64.whl"),
			 0xbb);
	numpy->wheels[1] =
		wheel_of(arena, S("numpy-2.1.0-cp312-cp312-manylinux_2_17_aarch64.whl"),
			 0xaa);
	idna->name = S("idna");
	idna->version = S("3.10");
	idna->requires_python = S(">=3.6");
	idna->dependencies = dependencies;
	idna->dependencies_len = 3;
	idna->index = S("https://pypi.org/simple");
	idna->has_sdist = true;
	idna->sdist = wheel_of(arena, S("idna-3.10.tar.gz"), 0xcc);
	idna->sdist.kind = LOCK_SDIST;
}

static const char canonical[] =
	"lock-version = \"1.0\"\n"
	"environments = [\n"
	"    'python_version == \"3.12\"',\n"
	"]\n"
	"requires-python = \">=3.12\"\n"
	"created-by = \"pinbake\"\n"
	"\n"
	"[tool.pinbake]\n"
	"targets = [\n"
	"    \"cp312-linux-amd64-glibc2.28\",\n"
	"]\n"
	"exclude-newer = 2025-01-01T00:00:00Z\n"
	"torch-backend = \"cu128\"\n"
	"torch-index = \"https://mirror.example/whl\"\n"
	"\n"
	"[[packages]]\n"
	"name = \"idna\"\n"
	"version = \"3.10\"\n"
	"requires-python = \">=3.6\"\n"
	"dependencies = [\n"
	"    { name = \"idna\" },\n"
	"    { name = \"numpy\" },\n"
	"]\n"
	"index = \"https://pypi.org/simple\"\n"
	"\n"
	"[packages.sdist]\n"
	"name = \"idna-3.10.tar.gz\"\n"
	"upload-time = 2024-09-15T18:07:37.123456Z\n"
	"url = \"https://files.example/idna-3.10.tar.gz\"\n"
	"size = 1000\n"
	"hashes = { sha256 = \"" HASH_C "\" }\n"
	"\n"
	"[[packages]]\n"
	"name = \"numpy\"\n"
	"version = \"2.1.0\"\n"
	"marker = 'sys_platform == \"linux\"'\n"
	"\n"
	"[[packages.wheels]]\n"
	"name = \"numpy-2.1.0-cp312-cp312-manylinux_2_17_aarch64.whl\"\n"
	"upload-time = 2024-09-15T18:07:37.123456Z\n"
	"url = \"https://files.example/numpy-2.1.0-cp312-cp312-manylinux_2_17_aarch64.whl\"\n"
	"size = 1000\n"
	"hashes = { sha256 = \"" HASH_A "\" }\n"
	"\n"
	"[[packages.wheels]]\n"
	"name = \"numpy-2.1.0-cp312-cp312-manylinux_2_17_x86_64.whl\"\n"
	"upload-time = 2024-09-15T18:07:37.123456Z\n"
	"url = \"https://files.example/numpy-2.1.0-cp312-cp312-manylinux_2_17_x86_64.whl\"\n"
	"size = 1000\n"
	"hashes = { sha256 = \"" HASH_B "\" }\n";

static void test_exact_bytes(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct lock lock;
	build_lock(&arena, &lock);
	struct slice text = lock_write(&arena, &lock);
	assert_string_equal(arena_c_string(&arena, text), canonical);
}

static void test_order_of_the_input_does_not_matter(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct lock lock;
	build_lock(&arena, &lock);
	struct lock_package first = lock.packages[0];
	struct lock_file wheel = first.wheels[0];
	first.wheels[0] = first.wheels[1];
	first.wheels[1] = wheel;
	lock.packages[0] = lock.packages[1];
	lock.packages[1] = first;
	assert_text(lock_write(&arena, &lock), canonical);
}

// Entries of one name, version and marker are told apart by what they come from.
static void test_equal_names_have_one_order(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct lock_package kinds[5] = { 0 };
	struct lock_file wheels[2] = { wheel_of(&arena, S("n-1-py3-none-any.whl"), 2),
				       wheel_of(&arena, S("n-1-py3-none-any.whl"), 1) };
	kinds[0].has_vcs = true;
	kinds[0].vcs.commit_id = S("c0ffee");
	kinds[1].has_directory = true;
	kinds[1].directory.path = S("n");
	kinds[2].has_archive = true;
	kinds[2].archive = wheels[0];
	kinds[3].has_sdist = true;
	kinds[3].sdist = wheels[0];
	kinds[3].sdist.name = S("n-1.tar.gz");
	kinds[4].wheels = wheels;
	kinds[4].wheels_len = 2;
	struct lock lock = { .lock_version = S("1.0"),
			     .created_by = S("pinbake"),
			     .packages = kinds,
			     .len = 5 };
	for (size_t i = 0; i < lock.len; i++)
		kinds[i].name = S("n");
	struct slice text = lock_write(&arena, &lock);
	for (size_t i = 1; i < lock.len; i++) {
		struct lock_package first = kinds[0];
		kinds[0] = kinds[i];
		kinds[i] = first;
		struct lock_file wheel = wheels[0];
		wheels[0] = wheels[1];
		wheels[1] = wheel;
		assert_true(slice_eq(lock_write(&arena, &lock), text));
	}
}

static void test_no_packages(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	const struct lock lock = { .lock_version = S("1.0"),
				   .created_by = S("pinbake"),
				   .exclude_newer = S("2025-01-01") };
	struct slice text = lock_write(&arena, &lock);
	assert_text(text, "lock-version = \"1.0\"\n"
			  "created-by = \"pinbake\"\n"
			  "packages = []\n"
			  "\n"
			  "[tool.pinbake]\nexclude-newer = 2025-01-01\n");
	READ(f, text.ptr);
	assert_ok(&f);
	assert_int_equal(f.lock.len, 0);
}

// Sorted, each once, one a line.
static void test_751_15_requirements(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct lock_requirement requirements[] = {
		{ .name = S("numpy"), .specifier = S(">=2"), .file = S("b.in") },
		{ .name = S("numpy"), .specifier = S(">=2"), .file = S("a.in") },
		{ .name = S("app"),
		  .extras = S("web"),
		  .marker = S("sys_platform == \"linux\"") },
		{ .name = S("numpy"), .specifier = S(">=2"), .file = S("b.in") },
	};
	struct lock lock = { .lock_version = S("1.0"),
			     .created_by = S("pinbake"),
			     .requirements = requirements,
			     .requirements_len = 4 };
	struct slice text = lock_write(&arena, &lock);
	assert_text(
		text,
		"lock-version = \"1.0\"\n"
		"created-by = \"pinbake\"\n"
		"packages = []\n"
		"\n"
		"[tool.pinbake]\n"
		"requirements = [\n"
		"    { name = \"app\", extras = \"web\", marker = 'sys_platform == \"linux\"' },\n"
		"    { name = \"numpy\", specifier = \">=2\", file = \"a.in\" },\n"
		"    { name = \"numpy\", specifier = \">=2\", file = \"b.in\" },\n"
		"]\n");
	READ(f, text.ptr);
	assert_ok(&f);
	assert_int_equal(f.lock.requirements_len, 3);
	assert_text(lock_requirement_text(&arena, &f.lock.requirements[0]),
		    "app[web]; sys_platform == \"linux\"");
	assert_text(lock_requirement_text(&arena, &f.lock.requirements[1]), "numpy>=2");
	assert_text(f.lock.requirements[2].file, "b.in");
	assert_true(slice_eq(lock_write(&arena, &f.lock), text));
}

static void test_751_5_both_lists_of_uses_or_none(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	static struct slice extras[] = { { "plot", 4 } };
	struct lock lock = { .lock_version = S("1.0"), .created_by = S("pinbake") };
	assert_false(slice_contains(lock_write(&arena, &lock), S("extras")));
	lock.extras = extras;
	lock.extras_len = 1;
	assert_true(slice_contains(
		lock_write(&arena, &lock),
		S("extras = [\n    \"plot\",\n]\ndependency-groups = []\n")));
}

static void test_md_3_old_requires_python_is_corrected_or_left_out(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct lock lock;
	build_lock(&arena, &lock);
	lock.packages[1].requires_python = S(">=2.7.*");
	struct slice text = lock_write(&arena, &lock);
	assert_true(slice_contains(text, S("requires-python = \">=2.7\"\n")));
	lock.packages[1].requires_python = S("python3 please");
	text = lock_write(&arena, &lock);
	assert_false(slice_contains(text, S("please")));
	READ(f, arena_c_string(&arena, text));
	assert_ok(&f);
}

static void test_751_8_only_utc_times_are_written(void **state)
{
	(void)state;
	static const char *const others[] = { "yesterday", "2024-01-01",
					      "2024-01-01T00:00:00",
					      "2024-01-01T00:00:00+01:00", "" };
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct lock lock;
		build_lock(&arena, &lock);
		lock.len = 1;
		lock.packages[0].wheels_len = 1;
		lock.packages[0].wheels[0].upload_time = slice_from(others[i]);
		assert_false(slice_contains(lock_write(&arena, &lock), S("upload-time")));
	}
}

static void test_751_8_times_have_one_spelling(void **state)
{
	(void)state;
	static const char *const others[] = { "2024-01-01T00:00:00.5Z",
					      "2024-01-01t00:00:00.5z",
					      "2024-01-01 00:00:00.5+00:00" };
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct lock lock;
		build_lock(&arena, &lock);
		lock.len = 1;
		lock.packages[0].wheels_len = 1;
		lock.packages[0].wheels[0].upload_time = slice_from(others[i]);
		assert_true(slice_contains(lock_write(&arena, &lock),
					   S("upload-time = 2024-01-01T00:00:00.5Z\n")));
	}
}

// --- property: read(write(x)) is x, and write is a fixpoint -----------------------------------

struct random {
	uint64_t state;
};

static uint32_t random_below(struct random *random, uint32_t limit)
{
	random->state = random->state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random->state >> 33) % limit;
}

static struct slice random_of(struct random *random, const char *const *texts,
			      uint32_t len)
{
	return slice_from(texts[random_below(random, len)]);
}

#define RANDOM_OF(random, texts) \
	random_of((random), (texts), sizeof(texts) / sizeof((texts)[0]))

static const char *const markers[] = {
	"", "", "sys_platform == 'win32'", "python_version < \"3.13\"",
	"'cpu' in extras and \"dev\" in dependency_groups"
};
static const char *const pythons[] = { "", ">=3.8", ">=3.8,<4", "!=3.9.*, >=3.7" };
static const char *const times[] = { "", "2024-01-01T00:00:00Z",
				     "2024-02-29T23:59:59.5Z" };
static const char *const subdirectories[] = { "", "src", "a b/\xc3\xa9",
					      "it's \"\\#$[x]" };
// What a name, path or address may hold, however odd.
static const char *const odd[] = {
	"",          "'",        "\"\"\"",   "\\u0041",      "#",
	"=",         "]]\\",     "\xc2\xa0", "\xe2\x80\x8d", "\xf0\x9f\x90\x8d",
	"::error::", "##vso[x]", "%0A"
};
static const char *const tags[] = { "py3-none-any", "cp312-cp312-manylinux_2_17_x86_64",
				    "cp312-abi3-win_amd64", "py2.py3-none-any" };

static struct lock_file random_file(struct random *random, struct arena *arena,
				    enum lock_file_kind kind, struct slice name)
{
	struct lock_file file = { .kind = kind,
				  .name = kind == LOCK_ARCHIVE ? S("") : name };
	struct slice strange = RANDOM_OF(random, odd);
	bool path = random_below(random, 4) == 0,
	     url = !path || random_below(random, 4) == 0;
	file.url = url ? arena_printf(arena, "https://files.example/%.*s/%.*s",
				      SLICE_ARG(strange), SLICE_ARG(name))
		       : S("");
	file.path = path ? arena_printf(arena, "../some %.*swheels/%.*s",
					SLICE_ARG(strange), SLICE_ARG(name))
			 : S("");
	if (random_below(random, 5) > 0)
		file.sha256 = digest_of((int)random_below(random, 255) + 1);
	if (sha256_is_zero(&file.sha256) || random_below(random, 4) == 0) {
		struct sha256 half = digest_of((int)random_below(random, 256));
		struct slice hex = sha256_hex(arena, &half);
		file.hashes = arena_new_array(arena, struct lock_hash, 2);
		file.hashes[0] = (struct lock_hash){ S("new+hash"), S("00ff") };
		file.hashes[1] = (struct lock_hash){
			S("sha512"),
			arena_printf(arena, "%.*s%.*s", SLICE_ARG(hex), SLICE_ARG(hex))
		};
		file.hashes_len = 2;
	}
	file.has_size = random_below(random, 2);
	file.size = file.has_size ? random_below(random, 1 << 30) : 0;
	file.upload_time = RANDOM_OF(random, times);
	file.subdirectory =
		kind == LOCK_ARCHIVE ? RANDOM_OF(random, subdirectories) : S("");
	return file;
}

static void random_wheels(struct random *random, struct arena *arena,
			  struct lock_package *package)
{
	package->wheels = arena_new_array(arena, struct lock_file, 4);
	uint32_t chosen = 1 + random_below(random, 15);
	for (uint32_t i = 0; i < 4; i++)
		if (chosen >> i & 1)
			package->wheels[package->wheels_len++] =
				random_file(random, arena, LOCK_WHEEL,
					    arena_printf(arena, "%.*s-%.*s-%s.whl",
							 SLICE_ARG(package->name),
							 SLICE_ARG(package->version),
							 tags[i]));
}

static void random_source(struct random *random, struct arena *arena,
			  struct lock_package *package)
{
	struct slice strange = RANDOM_OF(random, odd);
	switch (random_below(random, 6)) {
	case 0:
		package->has_vcs = true;
		package->vcs = (struct lock_vcs){
			S("git"),    S("https://git.example/x"),
			S(""),       RANDOM_OF(random, odd),
			S("c0ffee"), RANDOM_OF(random, subdirectories)
		};
		break;
	case 1:
		package->has_directory = true;
		package->version = S("");
		package->directory = (struct lock_directory){
			arena_printf(arena, "../it%.*s", SLICE_ARG(strange)),
			RANDOM_OF(random, subdirectories), random_below(random, 2)
		};
		break;
	case 2:
		package->has_archive = true;
		package->archive = random_file(random, arena, LOCK_ARCHIVE, S("x.zip"));
		break;
	case 3:
		package->has_sdist = true;
		package->sdist = random_file(random, arena, LOCK_SDIST,
					     arena_printf(arena, "%.*s-%.*s.tar.gz",
							  SLICE_ARG(package->name),
							  SLICE_ARG(package->version)));
		random_wheels(random, arena, package);
		break;
	default: random_wheels(random, arena, package); break;
	}
}

static struct lock random_lock(struct random *random, struct arena *arena)
{
	struct lock lock = { .lock_version = S("1.0"), .created_by = S("pinbake") };
	lock.requires_python = RANDOM_OF(random, pythons);
	lock.exclude_newer = RANDOM_OF(random, times);
	lock.len = random_below(random, 8);
	lock.packages = arena_new_array(arena, struct lock_package, lock.len);
	for (size_t i = 0; i < lock.len; i++) {
		struct lock_package *package = &lock.packages[i];
		package->name = arena_printf(arena, "p%u", random_below(random, 20));
		package->version = arena_printf(arena, "%u.%u", random_below(random, 20),
						random_below(random, 20));
		package->marker_text = RANDOM_OF(random, markers);
		package->requires_python = RANDOM_OF(random, pythons);
		package->dependencies = arena_new_array(arena, struct slice, 2);
		package->dependencies_len = random_below(random, 3);
		for (size_t d = 0; d < package->dependencies_len; d++)
			package->dependencies[d] =
				arena_printf(arena, "p%u", random_below(random, 20));
		random_source(random, arena, package);
	}
	return lock;
}

static void assert_same_file(const struct lock_file *a, const struct lock_file *b)
{
	assert_int_equal(a->kind, b->kind);
	assert_true(slice_eq(a->name, b->name) && slice_eq(a->url, b->url) &&
		    slice_eq(a->path, b->path));
	assert_true(sha256_eq(&a->sha256, &b->sha256));
	assert_true(a->has_size == b->has_size && a->size == b->size);
	assert_true(slice_eq(a->upload_time, b->upload_time) &&
		    slice_eq(a->subdirectory, b->subdirectory));
	assert_int_equal(a->hashes_len, b->hashes_len);
	for (size_t i = 0; i < a->hashes_len; i++)
		assert_true(slice_eq(a->hashes[i].algorithm, b->hashes[i].algorithm) &&
			    slice_eq(a->hashes[i].hex, b->hashes[i].hex));
}

static const struct lock_file *file_named(const struct lock_package *package,
					  struct slice name)
{
	for (size_t i = 0; i < package->wheels_len; i++)
		if (slice_eq(package->wheels[i].name, name))
			return &package->wheels[i];
	fail_msg("no wheel '%.*s'", SLICE_ARG(name));
	return NULL;
}

static bool depends_on(const struct lock_package *package, struct slice name)
{
	for (size_t i = 0; i < package->dependencies_len; i++)
		if (slice_eq(package->dependencies[i], name))
			return true;
	return false;
}

static void assert_same_package(const struct lock_package *a,
				const struct lock_package *b)
{
	assert_true(slice_eq(a->name, b->name) && slice_eq(a->version, b->version));
	assert_true(slice_eq(a->marker_text, b->marker_text) &&
		    slice_eq(a->requires_python, b->requires_python));
	assert_true((a->marker_text.len == 0) == (b->marker == NULL));
	for (size_t i = 0; i < a->dependencies_len; i++)
		assert_true(depends_on(b, a->dependencies[i]));
	assert_true(a->has_vcs == b->has_vcs && a->has_directory == b->has_directory);
	assert_true(slice_eq(a->vcs.commit_id, b->vcs.commit_id) &&
		    slice_eq(a->vcs.requested_revision, b->vcs.requested_revision) &&
		    slice_eq(a->vcs.subdirectory, b->vcs.subdirectory));
	assert_true(slice_eq(a->directory.path, b->directory.path) &&
		    slice_eq(a->directory.subdirectory, b->directory.subdirectory) &&
		    a->directory.editable == b->directory.editable);
	assert_true(a->has_archive == b->has_archive && a->has_sdist == b->has_sdist);
	if (a->has_archive)
		assert_same_file(&a->archive, &b->archive);
	if (a->has_sdist)
		assert_same_file(&a->sdist, &b->sdist);
	assert_int_equal(a->wheels_len, b->wheels_len);
	for (size_t i = 0; i < a->wheels_len; i++)
		assert_same_file(&a->wheels[i], file_named(b, a->wheels[i].name));
}

// Entries of equal name, version and marker may stand in either order; tell them apart by
// their source.
static bool same_identity(const struct lock_package *a, const struct lock_package *b)
{
	return slice_eq(a->name, b->name) && slice_eq(a->version, b->version) &&
	       slice_eq(a->marker_text, b->marker_text);
}

static bool is_unique(const struct lock *lock, const struct lock_package *package)
{
	size_t same = 0;
	for (size_t i = 0; i < lock->len; i++)
		same += same_identity(&lock->packages[i], package);
	return same == 1;
}

static void assert_has_package(const struct lock *lock,
			       const struct lock_package *package)
{
	for (size_t i = 0; i < lock->len; i++)
		if (same_identity(&lock->packages[i], package)) {
			assert_same_package(package, &lock->packages[i]);
			return;
		}
	fail_msg("'%.*s' is lost", SLICE_ARG(package->name));
}

static void test_property_round_trip(void **state)
{
	(void)state;
	struct random random = { 20260101 };
	for (int round = 0; round < 400; round++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct lock lock = random_lock(&random, &arena);
		struct slice text = lock_write(&arena, &lock);
		READ(f, arena_c_string(&arena, text));
		if (f.result < 0)
			print_message("%.*s\n", SLICE_ARG(text));
		assert_ok(&f);
		assert_int_equal(f.diagnostics.len, 0);
		assert_int_equal(f.lock.len, lock.len);
		assert_true(slice_eq(f.lock.exclude_newer, lock.exclude_newer));
		for (size_t i = 0; i < lock.len; i++)
			if (is_unique(&lock, &lock.packages[i]))
				assert_has_package(&f.lock, &lock.packages[i]);
		assert_true(slice_eq(lock_write(&arena, &f.lock), text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_exact_bytes),
		cmocka_unit_test(test_order_of_the_input_does_not_matter),
		cmocka_unit_test(test_equal_names_have_one_order),
		cmocka_unit_test(test_no_packages),
		cmocka_unit_test(test_751_15_requirements),
		cmocka_unit_test(test_751_5_both_lists_of_uses_or_none),
		cmocka_unit_test(test_md_3_old_requires_python_is_corrected_or_left_out),
		cmocka_unit_test(test_751_8_only_utc_times_are_written),
		cmocka_unit_test(test_751_8_times_have_one_spelling),
		cmocka_unit_test(test_property_round_trip),
	};
	return cmocka_run_group_tests_name("lock_write", tests, NULL, NULL);
}
