// SPDX-License-Identifier: MIT
// Fuzz: a file name, then the project it stands under. Parts put together give the name
// back; a rank is a rank.
#include "tests/fuzz/fuzz.h"

#include "packaging/name.h"
#include "packaging/tags.h"

static void check_wheel(struct arena *arena, const struct wheel_name *name)
{
	struct slice again =
		arena_printf(arena, "%.*s-%.*s%s%.*s-%.*s-%.*s-%.*s.whl",
			     SLICE_ARG(name->name), SLICE_ARG(name->version),
			     name->build.len > 0 ? "-" : "", SLICE_ARG(name->build),
			     SLICE_ARG(name->python), SLICE_ARG(name->abi),
			     SLICE_ARG(name->platform));
	CHECK(slice_eq(again, name->file));
	CHECK(name_is_valid(name->name));
	CHECK(version_is_valid(name->version));
	struct target target;
	struct error err = { 0 };
	CHECK(target_init(arena, S("3.12"), S("linux/amd64"), &target, &err) == 0);
	int rank = wheel_rank(&target, name);
	CHECK(rank >= TAG_INCOMPATIBLE && rank < (int)target.tag_len);
	CHECK(wheel_prefer(&target, name, name) == 0);
}

static void check_sdist(const struct sdist_name *name, struct slice project)
{
	CHECK(name->name.len + 1 + name->version.len + (name->zip ? 4 : 7) ==
	      name->file.len);
	CHECK(project.len == 0 || name_eq(name->name, project));
	CHECK(version_is_valid(name->version));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice project = fuzz_text(data, size), file;
	struct wheel_name wheel;
	struct sdist_name sdist;
	slice_cut(&project, '\n', &file);
	if (wheel_name_parse(file, &wheel) == FILENAME_OK)
		check_wheel(&arena, &wheel);
	if (sdist_name_parse(file, project, &sdist) == FILENAME_OK)
		check_sdist(&sdist, project);
	return 0;
}
