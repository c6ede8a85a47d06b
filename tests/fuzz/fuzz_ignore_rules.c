// SPDX-License-Identifier: MIT
// Lines of a .gitignore, and a path behind them: what fits a pattern of names and stars is
// what fnmatch says, and the last line that fits decides.
#include "builder/source/ignore_rules.h"
#include "tests/fuzz/fuzz.h"

#include <fnmatch.h>
#include <string.h>

enum { LONGEST = 64 };

// For which fnmatch and git agree: no sets, escapes and double stars.
static bool is_simple(struct slice text, const char *allowed)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_alnum(text.ptr[i]) &&
		    (text.ptr[i] == '\0' || !strchr(allowed, text.ptr[i])))
			return false;
	return text.len > 0 && text.len < LONGEST && !slice_contains(text, S("**")) &&
	       !slice_contains(text, S("//"));
}

static bool fits(struct arena *arena, struct slice line, struct slice path)
{
	struct ignore_rules rules = { .arena = arena };
	ignore_rules_add(&rules, line, S(""), S(""));
	return ignore_rules_fit(&rules, path, false);
}

static void check_line(struct arena *arena, struct slice line, struct slice path)
{
	struct slice pattern = line, name = path;
	if (!is_simple(line, "*?/._-") || !is_simple(path, "/._-") ||
	    slice_ends_with(line, S("/")) || slice_ends_with(path, S("/")) ||
	    slice_starts_with(path, S("/")))
		return;
	bool is_anchored = slice_find_byte(line, '/') != SLICE_NONE;
	if (slice_starts_with(line, S("/")))
		pattern = slice_skip(line, 1);
	size_t slash = slice_find_last_byte(path, '/');
	if (!is_anchored && slash != SLICE_NONE)
		name = slice_skip(path, slash + 1);
	bool expected = fnmatch(arena_c_string(arena, pattern),
				arena_c_string(arena, name), FNM_PATHNAME) == 0;
	CHECK(fits(arena, line, path) == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice path = fuzz_text(data, size), lines = fuzz_part(&path), line;
	struct ignore_rules rules = { .arena = &arena }, negated = { .arena = &arena };
	if (slice_find_byte(path, '\0') != SLICE_NONE)
		return 0;
	ignore_rules_add(&rules, lines, S(""), S(""));
	ignore_rules_add(&negated, lines, S(""), S(""));
	ignore_rules_add(&negated, S("!*"), S(""), S(""));
	(void)ignore_rules_fit(&rules, path, true);
	(void)ignore_rules_fit(&rules, path, false);
	CHECK(!ignore_rules_fit(&negated, path, true));
	slice_cut(&lines, '\n', &line);
	check_line(&arena, line, path);
	return 0;
}
