// SPDX-License-Identifier: MIT
// Any values in a Dockerfile: each instruction stays the one that we write, one to a line,
// and nothing before the block is changed.
#include "builder/image/image.h"
#include "tests/fuzz/fuzz.h"

static bool is_ours(struct slice line)
{
	static const char *const words[] = {
		"FROM ",         "WORKDIR ", "COPY ",
		"RUN ",          "ADD ",     "ENV PATH=",
		"EXPOSE ",       "CMD ",     "# pinbake: begin",
		"# pinbake: end"
	};
	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (slice_starts_with(line, slice_from(words[i])))
			return true;
	return line.len == 0;
}

// A line that ends in an escape goes on in the next one.
static void check_lines(struct slice text)
{
	struct slice line;
	while (text.len > 0) {
		CHECK(slice_cut(&text, '\n', &line));
		if (!is_ours(line))
			fprintf(stderr, "%.*s\n", SLICE_ARG(line));
		CHECK(is_ours(line));
		line = slice_trim(line);
		CHECK(!slice_ends_with(line, S("\\")) && !slice_ends_with(line, S("`")));
		for (size_t i = 0; i < line.len; i++)
			CHECK((unsigned char)line.ptr[i] >= ' ');
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice rest = fuzz_text(data, size), text, existing = fuzz_part(&rest);
	struct layer layer = { .name = S("bucket-01"), .kind = S("wheels") };
	struct bake_result result = { .layers = &layer, .len = 1, .cap = 1 };
	struct error err = { 0 };
	result.prefix = fuzz_part(&rest);
	result.interpreter = fuzz_part(&rest);
	const struct dockerfile_options options = {
		.existing = existing,
		.base = fuzz_part(&rest),
		.prefix = result.prefix,
		.out_directory = fuzz_part(&rest),
		.form = size % 2 ? S("run") : S("add"),
		.workdir = fuzz_part(&rest),
		.app = fuzz_part(&rest),
		.command = fuzz_part(&rest),
		.expose = fuzz_part(&rest),
	};
	if (dockerfile_text(&options, &result, &arena, &text, &err) < 0) {
		CHECK(err.kind != ERROR_NONE && err.cause[0]);
		return 0;
	}
	size_t begin = slice_find(text, S("# pinbake: begin"));
	CHECK(begin != SLICE_NONE);
	if (slice_trim(existing).len == 0)
		check_lines(text);
	else
		CHECK(slice_eq(slice_range(text, 0, begin),
			       slice_range(existing, 0, begin)));
	return 0;
}
