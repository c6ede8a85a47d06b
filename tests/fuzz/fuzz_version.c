// SPDX-License-Identifier: MIT
// Fuzz: two lines as versions. The order is antisymmetric and agrees with the normal
// form, which parses to itself.
#include "tests/fuzz/fuzz.h"

#include "packaging/version.h"

static int sign(int order)
{
	return (order > 0) - (order < 0);
}

static void check_one(struct arena *arena, const struct version *version)
{
	struct version again;
	struct slice normal = version_normal(arena, version);
	CHECK(version_parse(arena, normal, &again));
	CHECK(version_cmp(version, &again) == 0);
	CHECK(slice_eq(version_normal(arena, &again), normal));
	struct slice local = normal, public;
	slice_cut(&local, '+', &public);
	CHECK(version_parse(arena, public, &again));
	CHECK(version_cmp_public(version, &again) == 0);
	CHECK(again.local_len == 0);
	CHECK(sign(version_cmp(version, &again)) == (version->local_len > 0));
	CHECK(version_is_prerelease(&again) == version_is_prerelease(version));
}

static void check_pair(struct arena *arena, const struct version *a,
		       const struct version *b)
{
	CHECK(version_cmp(a, b) == 0 ||
	      sign(version_cmp(a, b)) == -sign(version_cmp(b, a)));
	CHECK(sign(version_cmp_public(a, b)) == -sign(version_cmp_public(b, a)));
	if (slice_eq(version_normal(arena, a), version_normal(arena, b)))
		CHECK(version_cmp(a, b) == 0);
	if (version_cmp_public(a, b) != 0)
		CHECK(sign(version_cmp(a, b)) == sign(version_cmp_public(a, b)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice second = fuzz_text(data, size), first;
	slice_cut(&second, '\n', &first);
	struct version a, b;
	bool has_a = version_parse(&arena, first, &a),
	     has_b = version_parse(&arena, second, &b);
	CHECK(has_a == version_is_valid(first));
	CHECK(has_b == version_is_valid(second));
	if (has_a)
		check_one(&arena, &a);
	if (has_a && has_b)
		check_pair(&arena, &a, &b);
	return 0;
}
