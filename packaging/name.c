// SPDX-License-Identifier: MIT
// Names: validity, the normal form, equality without allocation, and nearness for "did
// you mean".
#include "packaging/name.h"

static bool is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

// A name is checked to the end of the text: a trailing newline is no part of one (503.2).
bool name_is_valid(struct slice name)
{
	if (name.len == 0 || !is_alnum(name.ptr[0]) || !is_alnum(name.ptr[name.len - 1]))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (!is_alnum(name.ptr[i]) && !is_separator(name.ptr[i]))
			return false;
	return true;
}

// Takes the next byte of the normal form (503.1), and what it stands for off *name, which
// is not empty.
static char take_normal(struct slice *name)
{
	size_t len = 0;
	while (len < name->len && is_separator(name->ptr[len]))
		len++;
	char c = len > 0 ? '-' : to_lower(name->ptr[0]);
	*name = slice_skip(*name, len > 0 ? len : 1);
	return c;
}

struct slice name_normalize(struct arena *arena, struct slice name)
{
	char *text = arena_alloc(arena, name.len, 1);
	size_t len = 0;
	while (name.len > 0)
		text[len++] = take_normal(&name);
	return (struct slice){ text, len };
}

bool name_is_normalized(struct slice name)
{
	if (!name_is_valid(name))
		return false;
	while (name.len > 0) {
		struct slice before = name;
		char c = take_normal(&name);
		if (c != before.ptr[0] || before.len - name.len != 1)
			return false;
	}
	return true;
}

bool name_eq(struct slice a, struct slice b)
{
	while (a.len > 0 && b.len > 0)
		if (take_normal(&a) != take_normal(&b))
			return false;
	return a.len == 0 && b.len == 0;
}

bool names_have(const struct slice_list *names, struct slice name)
{
	for (size_t i = 0; names && i < names->len; i++)
		if (name_eq(names->items[i], name))
			return true;
	return false;
}

enum { DISTANCE_LIMIT_MAX = 15 };

static size_t min_of(size_t a, size_t b)
{
	return a < b ? a : b;
}

// Only cells within `limit` of the diagonal can hold a distance within the limit. band[k]
// is row i, column i + k - limit; what lies outside costs limit + 1.
size_t name_distance(struct slice a, struct slice b, size_t limit)
{
	size_t band[2 * DISTANCE_LIMIT_MAX + 3];

	limit = min_of(limit, DISTANCE_LIMIT_MAX);
	if ((a.len > b.len ? a.len - b.len : b.len - a.len) > limit)
		return limit + 1;
	size_t width = 2 * limit + 1;
	for (size_t k = 0; k <= width; k++)
		band[k] = k >= limit && k < width ? k - limit : limit + 1;
	for (size_t i = 1; i <= a.len; i++) {
		size_t left = limit + 1;
		for (size_t k = 0; k < width; k++) {
			size_t cost = limit + 1;
			if (i + k == limit)
				cost = i;
			else if (i + k > limit && i + k - limit <= b.len) {
				bool same = to_lower(a.ptr[i - 1]) ==
					    to_lower(b.ptr[i + k - limit - 1]);
				cost = min_of(band[k] + !same,
					      min_of(left, band[k + 1]) + 1);
			}
			band[k] = left = min_of(cost, limit + 1);
		}
	}
	return band[b.len + limit - a.len];
}

const char *nearest_word(const char *word, const char *const *words, size_t count)
{
	const char *best = NULL;
	size_t best_distance = 3;
	for (size_t i = 0; i < count; i++) {
		size_t distance =
			name_distance(slice_from(word), slice_from(words[i]), 2);
		if (distance < best_distance) {
			best = words[i];
			best_distance = distance;
		}
	}
	return best;
}
