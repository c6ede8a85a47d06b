// SPDX-License-Identifier: MIT
// One TOML or Python file read into a requirement set, and the set as text.
#pragma once

#include "resolver/requirements/requirements.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static int read_text(void *context, const char *path, struct arena *arena,
		     struct slice *ret_text, struct error *err)
{
	(void)path, (void)err;
	*ret_text = arena_dup(arena, slice_from(context));
	return 0;
}

static void add_place(struct buf *buf, struct span span)
{
	if (!span.source)
		return;
	struct position at = span_position(span);
	buf_printf(buf, "%zu:%zu", at.line, at.column);
}

// "9:6 rich>=1 < 4:2" a requirement, with the places that included it.
static const char *describe_set(struct arena *arena, const struct requirement_set *set,
				const struct diagnostics *diagnostics)
{
	struct buf buf = { .arena = arena };
	for (size_t i = 0; i < set->pythons_len; i++) {
		add_place(&buf, set->pythons[i].span);
		buf_printf(&buf, " python %.*s\n", SLICE_ARG(set->pythons[i].text));
	}
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		struct slice text = requirement_text(arena, &entry->requirement);
		add_place(&buf, entry->span);
		buf_printf(&buf, " %.*s", SLICE_ARG(text));
		for (size_t j = 0; j < entry->origin_len; j++) {
			buf_append(&buf, S(" < "));
			add_place(&buf, entry->origin[j]);
		}
		buf_byte(&buf, '\n');
	}
	for (size_t i = 0; i < diagnostics->len; i++) {
		const struct error *err = &diagnostics->items[i].error;
		add_place(&buf, err->span);
		buf_printf(&buf, "+%zu error %s", err->span.len, err->cause);
		buf_printf(&buf, err->hint[0] ? " (%s)\n" : "\n", err->hint);
	}
	return arena_c_string(arena, buf_slice(&buf));
}
