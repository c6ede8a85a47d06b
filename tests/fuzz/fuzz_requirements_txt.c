// SPDX-License-Identifier: MIT
// Fuzz: any bytes as a requirements file, and as each file it includes: every span lies
// in its source.
#include "tests/fuzz/fuzz.h"

#include "resolver/requirements/requirements.h"

struct input {
	struct slice bytes;
	unsigned reads;
};

// A few includes are enough: what they include is the same text again.
enum { READS_MAX = 8 };

static int read_input(void *context, const char *path, struct arena *arena,
		      struct slice *ret_text, struct error *err)
{
	struct input *input = context;
	if (input->reads++ >= READS_MAX)
		return error_set(err, ERROR_INPUT, "cannot read '%s'", path);
	*ret_text = arena_dup(arena, input->bytes);
	return 0;
}

static const char *variable(const char *name)
{
	return name[0] < 'M' ? "1.0" : NULL;
}

static void check_span(struct span span)
{
	if (!span.source)
		return;
	CHECK(span.offset <= span.source->text.len &&
	      span.len <= span.source->text.len - span.offset);
	(void)span_position(span);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct input input = { fuzz_text(data, size), 0 };
	struct requirement_reader reader = { read_input, &input, variable, NULL, NULL };
	struct requirement_set set = { 0 };
	struct diagnostics diagnostics = { .arena = &arena };
	int result = requirements_read("a/b", false, &reader, &arena, &set, &diagnostics);
	CHECK((result < 0) == (diagnostics.error_count > 0));
	for (size_t i = 0; i < set.len; i++)
		check_span(set.entries[i].span);
	for (size_t i = 0; i < set.options_len; i++)
		check_span(set.options[i].span);
	for (size_t i = 0; i < diagnostics.len; i++)
		check_span(diagnostics.items[i].error.span);
	return 0;
}
