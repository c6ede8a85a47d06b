// SPDX-License-Identifier: MIT
// Fuzz: any bytes as a pyproject.toml with all its extras and groups, as a script, and as
// a file of overrides: every span lies in its source, and says what was read from it.
#include "tests/fuzz/fuzz.h"

#include "resolver/requirements/project.h"

static int read_input(void *context, const char *path, struct arena *arena,
		      struct slice *ret_text, struct error *err)
{
	struct slice *bytes = context;
	if (!slice_eq(slice_from(path), S("input")))
		return error_set(err, ERROR_INPUT, "cannot read '%s'", path);
	*ret_text = arena_dup(arena, *bytes);
	return 0;
}

static struct slice check_span(struct span span)
{
	if (!span.source)
		return S("");
	CHECK(span.offset <= span.source->text.len &&
	      span.len <= span.source->text.len - span.offset);
	(void)span_position(span);
	return slice_range(span.source->text, span.offset, span.offset + span.len);
}

// A string without escapes stands in the source as it is, up to the end of its line.
static void check_entry(const struct requirement_entry *entry, bool is_toml)
{
	struct slice found = slice_trim(check_span(entry->span));
	for (size_t i = 0; i < entry->origin_len; i++)
		(void)check_span(entry->origin[i]);
	if (is_toml && !slice_contains(found, S("\\")))
		CHECK(slice_starts_with(entry->requirement.text, found));
}

static void check_result(int result, const struct requirement_set *set,
			 const struct diagnostics *diagnostics, bool is_toml)
{
	CHECK((result < 0) == (diagnostics->error_count > 0));
	for (size_t i = 0; i < set->len; i++)
		check_entry(&set->entries[i], is_toml);
	for (size_t i = 0; i < set->pythons_len; i++)
		(void)check_span(set->pythons[i].span);
	for (size_t i = 0; i < diagnostics->len; i++)
		(void)check_span(diagnostics->items[i].error.span);
}

enum form { FORM_PROJECT, FORM_SCRIPT, FORM_OVERRIDES };

static void read_as(enum form form, struct slice bytes)
{
	static const struct project_request all = { .dependencies = true,
						    .all_extras = true,
						    .all_groups = true };
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct requirement_reader reader = { read_input, &bytes, NULL, NULL, NULL };
	struct requirement_set set = { 0 };
	struct diagnostics diagnostics = { .arena = &arena };
	int result = 0;
	switch (form) {
	case FORM_PROJECT:
		result = requirements_read_project("input", &all, &reader, &arena, &set,
						   &diagnostics);
		break;
	case FORM_SCRIPT:
		result = requirements_read_script("input", &reader, &arena, &set,
						  &diagnostics);
		break;
	case FORM_OVERRIDES:
		result = requirements_read_overrides("input", &reader, &arena, &set,
						     &diagnostics);
		break;
	}
	check_result(result, &set, &diagnostics, form != FORM_OVERRIDES);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	read_as(FORM_PROJECT, fuzz_text(data, size));
	read_as(FORM_SCRIPT, fuzz_text(data, size));
	read_as(FORM_OVERRIDES, fuzz_text(data, size));
	return 0;
}
