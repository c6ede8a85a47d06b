// SPDX-License-Identifier: MIT
// Fuzz: a line of specifiers, then a line with a version. What is valid strictly is valid
// leniently and means the same; the canonical text parses to itself and admits the same.
#include "tests/fuzz/fuzz.h"

#include "packaging/specifier.h"

static void check_laws(const struct specifier *specifier, const struct version *version)
{
	struct specifier other = *specifier;
	if (specifier->op != SPECIFIER_EQUAL)
		return;
	other.op = SPECIFIER_NOT_EQUAL;
	CHECK(specifier_contains(specifier, version) !=
	      specifier_contains(&other, version));
	if (specifier->wildcard)
		return;
	other.op = SPECIFIER_LESS;
	bool less = specifier_contains(&other, version);
	other.op = SPECIFIER_GREATER;
	bool greater = specifier_contains(&other, version);
	CHECK(!(less && greater));
	CHECK(!specifier_contains(specifier, version) || !(less || greater));
}

static void check_version(const struct specifier_set *set,
			  const struct specifier_set *again, struct arena *arena,
			  struct slice text)
{
	struct version version;
	if (!version_parse(arena, text, &version))
		return;
	CHECK(specifier_set_contains(set, &version) ==
	      specifier_set_contains(again, &version));
	for (size_t i = 0; i < set->len; i++)
		check_laws(&set->items[i], &version);
}

static void check_set(struct arena *arena, const struct specifier_set *set,
		      struct slice version)
{
	struct specifier_set again;
	struct error err = { 0 };
	struct slice text = specifier_set_text(arena, set);
	CHECK(specifier_set_parse(arena, text, false, &again, NULL, &err) == 0);
	CHECK(slice_eq(specifier_set_text(arena, &again), text));
	CHECK(specifier_set_names_prerelease(set) ==
	      specifier_set_names_prerelease(&again));
	CHECK(specifier_set_is_exact_pin(set) == specifier_set_is_exact_pin(&again));
	check_version(set, &again, arena, version);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice version = fuzz_text(data, size), text;
	struct specifier_set strict, lenient;
	struct error err = { 0 };
	size_t offset = 0;
	slice_cut(&version, '\n', &text);
	bool is_strict =
		specifier_set_parse(&arena, text, false, &strict, &offset, &err) == 0;
	CHECK(is_strict || (offset <= text.len && err.kind == ERROR_INPUT));
	bool is_lenient =
		specifier_set_parse(&arena, text, true, &lenient, NULL, &err) == 0;
	if (is_strict) {
		CHECK(is_lenient);
		CHECK(slice_eq(specifier_set_text(&arena, &strict),
			       specifier_set_text(&arena, &lenient)));
	}
	if (is_lenient)
		check_set(&arena, &lenient, version);
	return 0;
}
