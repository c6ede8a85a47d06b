// SPDX-License-Identifier: MIT
// Looks at the compilers and linkers of this machine.
#include "builder/sdist/toolchain.h"

#include "base/files.h"
#include "base/places.h"

static const char *const names[] = { "cc",      "c++",      "gcc",   "g++", "clang",
				     "clang++", "gfortran", "rustc", "ld",  "as" };

static void add_program(struct buf *text, const char *name)
{
	struct arena *arena = text->arena;
	struct slice path = slice_from(BUILD_PATH), folder;
	struct slice real = S("");
	while (path.len && !real.len) {
		slice_cut(&path, ':', &folder);
		real = path_real(arena, path_join(arena, arena_c_string(arena, folder),
						  slice_from(name)));
	}
	if (!real.len)
		return;
	struct place place = place_look(real.ptr);
	buf_printf(text, "%s %.*s %llu %lld\n", name, SLICE_ARG(real),
		   (unsigned long long)place.size, (long long)place.mtime_s);
}

struct sha256 toolchain_digest(void)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf text = { .arena = &scratch };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		add_program(&text, names[i]);
	return text.len ? sha256_of(buf_slice(&text)) : (struct sha256){ 0 };
}
