// SPDX-License-Identifier: MIT
// Folds names. The library is loaded for the first name that is not ASCII; most wheels
// have none.
#include "base/fold.h"

#include <utf8proc.h>

#ifdef PINBAKE_LATE_utf8proc

#include "base/late_library.h"

#include <pthread.h>
#include <string.h>

#define LIBUTF8PROC_FUNCTIONS(each) each(utf8proc_map)

LATE_LIBRARY(late_utf8proc, PINBAKE_LATE_utf8proc, LIBUTF8PROC_FUNCTIONS)

#define utf8proc_map (late_utf8proc()->utf8proc_map)

#endif

static struct slice in_lower_case(struct arena *arena, struct slice text, bool *ret_ascii)
{
	char *lower = arena_alloc(arena, text.len + 1, 1);
	*ret_ascii = true;
	for (size_t i = 0; i < text.len; i++) {
		lower[i] = to_lower(text.ptr[i]);
		*ret_ascii = *ret_ascii && (unsigned char)text.ptr[i] < 0x80;
	}
	return (struct slice){ lower, text.len };
}

struct slice fold_name(struct arena *arena, struct slice utf8)
{
	bool ascii;
	utf8proc_uint8_t *folded = NULL;
	struct slice lower = in_lower_case(arena, utf8, &ascii);
	if (ascii)
		return lower;
	utf8proc_ssize_t len =
		utf8proc_map((const utf8proc_uint8_t *)utf8.ptr,
			     (utf8proc_ssize_t)utf8.len, &folded,
			     UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_CASEFOLD);
	if (len < 0)
		return lower; // not UTF-8, which zip directories refuse
	struct slice copy =
		arena_dup(arena, (struct slice){ (const char *)folded, (size_t)len });
	mem_free(folded);
	return copy;
}
