// SPDX-License-Identifier: MIT
// Wheel tags of a target in order of preference, and the rank of a wheel among them.
//
//	cp312-cp312-P  cp312-abi3-P  cp312-none-P  cp311-abi3-P … cp32-abi3-P
//	py312-none-P   py3-none-P    py311-none-P … py30-none-P
//	cp312-none-any
//	py312-none-any py3-none-any  py311-none-any … py30-none-any
//
// where P stands for every platform in its own order, best first.
#include "packaging/tags.h"

#include "base/limits.h"
#include "base/map.h"
#include "packaging/tags_platform.h"

#include <string.h>

enum { ABI3_FIRST_MINOR = 2, PYMALLOC_LAST_MINOR = 7 };

struct maker {
	struct arena *arena;
	struct target *target;
	struct platform_list platforms;
};

static void add_tag(struct maker *maker, struct slice tag)
{
	struct target *target = maker->target;
	target->tags = array_grow(maker->arena, target->tags, target->tag_len,
				  &target->tag_cap, sizeof(*target->tags));
	if (map_insert(target->tag_ranks, tag, (uint32_t)target->tag_len, NULL))
		target->tags[target->tag_len++] = tag;
}

static void add_platforms(struct maker *maker, struct slice python, struct slice abi)
{
	struct slice start = arena_printf(maker->arena, "%.*s-%.*s-", SLICE_ARG(python),
					  SLICE_ARG(abi));
	for (size_t i = 0; i < maker->platforms.len; i++) {
		struct slice platform = maker->platforms.items[i];
		char *tag = arena_alloc(maker->arena, start.len + platform.len + 1, 1);
		memcpy(tag, start.ptr, start.len);
		memcpy(tag + start.len, platform.ptr, platform.len);
		add_tag(maker, (struct slice){ tag, start.len + platform.len });
	}
}

static struct slice python_tag(struct maker *maker, const char *interpreter,
			       unsigned minor)
{
	return arena_printf(maker->arena, "%s%u%u", interpreter,
			    maker->target->python_major, minor);
}

// The tag of the target's ABI: "cp312", "cp313t", "cp37m".
static struct slice abi_tag(struct maker *maker)
{
	const struct target *target = maker->target;
	const char *flag = target->python_minor <= PYMALLOC_LAST_MINOR ? "m" : "";
	return arena_printf(maker->arena, "cp%u%u%s", target->python_major,
			    target->python_minor, target->free_threaded ? "t" : flag);
}

// CPython takes the stable ABI of this and every older minor version; free-threaded
// builds have their own (PEP 803; 425.5).
static void add_cpython(struct maker *maker)
{
	const struct target *target = maker->target;
	struct slice stable = target->free_threaded ? S("abi3t") : S("abi3");
	struct slice python = python_tag(maker, "cp", target->python_minor);
	add_platforms(maker, python, abi_tag(maker));
	add_platforms(maker, python, stable);
	add_platforms(maker, python, S("none"));
	for (unsigned minor = target->python_minor; minor-- > ABI3_FIRST_MINOR;)
		add_platforms(maker, python_tag(maker, "cp", minor), stable);
}

// Adds py312, py3, then py311 down to py30, with every platform or with "any".
static void add_generic(struct maker *maker)
{
	const struct target *target = maker->target;
	add_platforms(maker, python_tag(maker, "py", target->python_minor), S("none"));
	add_platforms(maker, arena_printf(maker->arena, "py%u", target->python_major),
		      S("none"));
	for (unsigned minor = target->python_minor; minor-- > 0;)
		add_platforms(maker, python_tag(maker, "py", minor), S("none"));
}

void tags_of_target(struct arena *arena, struct target *target)
{
	struct maker maker = { .arena = arena, .target = target };
	struct slice any[] = { S("any") };
	target->tags = NULL;
	target->tag_len = target->tag_cap = 0;
	target->tag_ranks = arena_new(arena, struct map);
	target->tag_ranks->arena = arena;
	platforms_of_target(arena, target, &maker.platforms);
	add_cpython(&maker);
	add_generic(&maker);
	maker.platforms = (struct platform_list){ .items = any, .len = 1 };
	add_platforms(&maker, python_tag(&maker, "cp", target->python_minor), S("none"));
	add_generic(&maker);
}

static size_t set_size(struct slice set)
{
	size_t size = 1;
	for (size_t i = 0; i < set.len; i++)
		size += set.ptr[i] == '.';
	return size;
}

// The rank of one combination, in lower case. One that is longer than any tag of a target
// is incompatible.
static int rank_of(const struct target *target, struct slice python, struct slice abi,
		   struct slice platform)
{
	char text[128];
	const struct slice parts[] = { python, S("-"), abi, S("-"), platform };
	size_t len = 0;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i].len > sizeof(text) - len)
			return TAG_INCOMPATIBLE;
		for (size_t k = 0; k < parts[i].len; k++)
			text[len++] = to_lower(parts[i].ptr[k]);
	}
	uint32_t rank;
	return map_find(target->tag_ranks, (struct slice){ text, len }, &rank)
		       ? (int)rank
		       : TAG_INCOMPATIBLE;
}

static int better(int a, int b)
{
	if (a == TAG_INCOMPATIBLE || b == TAG_INCOMPATIBLE)
		return a > b ? a : b;
	return a < b ? a : b;
}

static int best_platform(const struct target *target, struct slice python,
			 struct slice abi, struct slice platforms)
{
	int best = TAG_INCOMPATIBLE;
	struct slice platform;
	for (bool more = true; more;) {
		more = slice_cut(&platforms, '.', &platform);
		best = better(best, rank_of(target, python, abi, platform));
	}
	return best;
}

static int best_abi(const struct target *target, struct slice python, struct slice abis,
		    struct slice platforms)
{
	int best = TAG_INCOMPATIBLE;
	struct slice abi;
	for (bool more = true; more;) {
		more = slice_cut(&abis, '.', &abi);
		best = better(best, best_platform(target, python, abi, platforms));
	}
	return best;
}

// The product of a wheel's tags is capped before anything is expanded (425.1).
int wheel_rank(const struct target *target, const struct wheel_name *wheel)
{
	size_t pythons = set_size(wheel->python), abis = set_size(wheel->abi),
	       platforms = set_size(wheel->platform);
	if (pythons > LIMIT_TAG_PRODUCT || abis > LIMIT_TAG_PRODUCT ||
	    platforms > LIMIT_TAG_PRODUCT ||
	    pythons * abis * platforms > LIMIT_TAG_PRODUCT)
		return TAG_INCOMPATIBLE;
	int best = TAG_INCOMPATIBLE;
	struct slice rest = wheel->python, python;
	for (bool more = true; more;) {
		more = slice_cut(&rest, '.', &python);
		best = better(best,
			      best_abi(target, python, wheel->abi, wheel->platform));
	}
	return best;
}

static struct slice after_digits(struct slice build)
{
	while (build.len > 0 && is_digit(build.ptr[0]))
		build = slice_skip(build, 1);
	return build;
}

// Build tags compare by their leading number, then as text; a wheel with a build tag is a
// later build than one without (425.6).
static int cmp_build(const struct wheel_name *a, const struct wheel_name *b)
{
	if ((a->build.len > 0) != (b->build.len > 0))
		return a->build.len > 0 ? 1 : -1;
	if (a->build_number != b->build_number)
		return a->build_number > b->build_number ? 1 : -1;
	return slice_cmp(after_digits(a->build), after_digits(b->build));
}

int wheel_prefer(const struct target *target, const struct wheel_name *a,
		 const struct wheel_name *b)
{
	int order = wheel_rank(target, a) - wheel_rank(target, b);
	if (order == 0)
		order = cmp_build(b, a);
	return order != 0 ? order : slice_cmp(a->file, b->file);
}
