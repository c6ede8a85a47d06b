// SPDX-License-Identifier: MIT
// A remembered lock is found by the description of its request: whatever may change the answer has to change that.
#include "pinbake/lock_request.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static struct slice text_items[] = { { "x", 1 } };
static struct address address_items[] = { { { "https://h/x", 11 }, ORIGIN_ENVIRONMENT } };
static struct index_login login_items[] = { { .user = { "u", 1 } } };
static const struct index_mapping mapping_items[] = { { { "numpy", 5 }, 1, true } };
static struct target target_items[] = { { .name = { "cp312", 5 } } };
static struct conflict_side side_items[] = { { { "cpu", 3 }, true, "cpu" } };
static struct conflict conflict_items[] = { { side_items, 1, 1 } };
static const struct conflict_list conflict_lists[] = { { conflict_items, 1, 1 } };

// Every member is something else than zero. Without names, so that the compiler asks for each that is added later.
#define TEXTS                    \
	{                        \
		text_items, 1, 1 \
	}
#define ADDRESSES                   \
	{                           \
		address_items, 1, 1 \
	}
#define ADDRESS                                           \
	{                                                 \
		{ "https://h/y", 11 }, ORIGIN_ENVIRONMENT \
	}
static const struct lock_request other = {
	{ TEXTS, TEXTS, TEXTS, true, true, TEXTS, TEXTS, TEXTS },
	{ target_items, 1, 1 },
	{ ADDRESS,
	  ADDRESSES,
	  ADDRESS,
	  ADDRESSES,
	  ADDRESSES,
	  ADDRESSES,
	  ADDRESSES,
	  mapping_items,
	  1,
	  TEXTS,
	  { login_items, 1, 1 },
	  TEXTS,
	  TEXTS,
	  true,
	  true,
	  "cpu",
	  ADDRESS },
	{ PRERELEASE_ALLOW, RESOLUTION_LOWEST, true, true, true, TEXTS, TEXTS },
	{ { "2024-01-01", 10 }, TEXTS },
	"pylock.toml",
	{ true, true, TEXTS },
	{ true, true, true, "python3", "image", "podman", TEXTS },
	conflict_lists,
	true,
	true,
	true,
	true,
};

struct member {
	const char *name;
	size_t at, size;
	bool changes_nothing; // of the answer
};

#define MEMBER(name)                                                                  \
	{                                                                             \
#name, offsetof(struct lock_request, name), sizeof(other.name), false \
	}
// What has to be there with it, in one go: items and their number
#define MEMBERS(first, last)                                                       \
	{                                                                          \
#first, offsetof(struct lock_request, first),                      \
			offsetof(struct lock_request, last) + sizeof(other.last) - \
				offsetof(struct lock_request, first),              \
			false                                                      \
	}
#define FREE_MEMBER(name)                                                            \
	{                                                                            \
#name, offsetof(struct lock_request, name), sizeof(other.name), true \
	}

static const struct member members[] = {
	MEMBER(inputs.files),
	MEMBER(inputs.extras),
	MEMBER(inputs.groups),
	MEMBER(inputs.all_extras),
	MEMBER(inputs.whole_project),
	MEMBER(inputs.constraints),
	MEMBER(inputs.overrides),
	MEMBER(inputs.excludes),
	MEMBER(targets),
	MEMBER(indexes.main.url),
	MEMBER(indexes.main.origin),
	MEMBER(indexes.extra),
	MEMBER(indexes.usual.url),
	MEMBER(indexes.usual.origin),
	MEMBER(indexes.usual_extra),
	MEMBER(indexes.find_links),
	MEMBER(indexes.usual_links),
	MEMBER(indexes.named),
	MEMBERS(indexes.mappings, indexes.mappings_len),
	MEMBER(indexes.wheelhouses),
	FREE_MEMBER(indexes.logins), // who is let in does not change what there is
	MEMBER(indexes.ignore_forbidden),
	MEMBER(indexes.allow_direct),
	MEMBER(indexes.none),
	MEMBER(indexes.refresh),
	MEMBER(indexes.torch_backend),
	MEMBER(indexes.torch_base.url),
	MEMBER(indexes.torch_base.origin),
	MEMBER(releases.prerelease),
	MEMBER(releases.resolution),
	MEMBER(releases.lowest_direct),
	MEMBER(releases.share_versions),
	MEMBER(releases.prefer_binary),
	MEMBER(releases.only_binary),
	MEMBER(releases.no_binary),
	MEMBER(cutoff.when),
	MEMBER(cutoff.packages),
	FREE_MEMBER(path), // the caller's key has it besides
	MEMBER(present.are_requirements),
	MEMBER(present.upgrade),
	MEMBER(present.released),
	MEMBER(builds.allowed),
	MEMBER(builds.network),
	MEMBER(builds.unconfined),
	MEMBER(builds.python),
	MEMBER(builds.image),
	MEMBER(builds.engine),
	MEMBER(builds.source_include),
	MEMBER(conflicts),
	MEMBER(repair),
	MEMBER(may_split),
	MEMBER(only_pins),
	FREE_MEMBER(solve_anew),
};
enum { MEMBER_COUNT = sizeof(members) / sizeof(*members) };

static struct slice describe(struct arena *arena, const struct lock_request *request)
{
	struct buf text = { .arena = arena };
	lock_request_describe(request, &text);
	return buf_slice(&text);
}

static void copy_member(const struct member *member, struct lock_request *to)
{
	memcpy((char *)to + member->at, (const char *)&other + member->at, member->size);
}

// Any two of them are told apart, so none is left out and none passes for another.
static void test_every_member_changes_the_description(void **state)
{
	(void)state;
	struct arena arena = { 0 };
	const struct lock_request zero = { 0 };
	struct slice seen[MEMBER_COUNT + 1];
	size_t len = 0;
	seen[len++] = describe(&arena, &zero);
	for (size_t i = 0; i < MEMBER_COUNT; i++) {
		struct lock_request request = { 0 };
		copy_member(&members[i], &request);
		struct slice text = describe(&arena, &request);
		if (members[i].changes_nothing) {
			assert_true(slice_eq(text, seen[0]));
			continue;
		}
		for (size_t j = 0; j < len; j++)
			if (slice_eq(text, seen[j]))
				fail_msg("%s changes nothing, or what another does",
					 members[i].name);
		seen[len++] = text;
	}
	arena_release(&arena);
}

// The table above misses no member: what is left of a full request without those in it is zero.
static void test_the_table_has_every_member(void **state)
{
	(void)state;
	struct lock_request rest;
	memcpy(&rest, &other, sizeof(rest));
	for (size_t i = 0; i < MEMBER_COUNT; i++)
		memset((char *)&rest + members[i].at, 0, members[i].size);
	for (size_t i = 0; i < sizeof(rest); i++)
		if (((const char *)&rest)[i])
			fail_msg(
				"a member at byte %zu of struct lock_request is not in the table",
				i);
}

static void test_passwords_are_left_out(void **state)
{
	(void)state;
	struct arena arena = { 0 };
	struct lock_request request = { 0 };
	request.indexes.main.url = S("https://user:secret@host/simple");
	assert_false(slice_contains(describe(&arena, &request), S("secret")));
	arena_release(&arena);
}

static void test_what_moves_with_the_clock(void **state)
{
	(void)state;
	static const struct {
		const char *when;
		bool moves;
	} cases[] = { { "", false },       { "2024-05-01", false },
		      { "7d", true },      { "2024-05-01T00:00:00Z", false },
		      { "P7D", true },     { "pins", false },
		      { "2 weeks", true }, { "false", false } };
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct lock_request request = { 0 };
		request.cutoff.when = slice_from(cases[i].when);
		assert_int_equal(lock_request_moves_with_the_clock(&request),
				 cases[i].moves);
	}
	struct slice package[] = { S("numpy=3d") };
	struct lock_request request = { .cutoff.packages = { package, 1, 1 } };
	assert_true(lock_request_moves_with_the_clock(&request));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_member_changes_the_description),
		cmocka_unit_test(test_the_table_has_every_member),
		cmocka_unit_test(test_passwords_are_left_out),
		cmocka_unit_test(test_what_moves_with_the_clock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
