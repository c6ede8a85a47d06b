// SPDX-License-Identifier: MIT
// Looks at the compilers and linkers of this machine.
#include "base/files.h"
#include "base/places.h"
#include "base/program.h"
#include "builder/sdist/workplace.h"

static const char *const names[] = { "cc",      "c++",      "gcc",   "g++", "clang",
				     "clang++", "gfortran", "rustc", "ld",  "as" };

static void add_program(struct buf *text, const char *const *folders, const char *name)
{
	const char *path = program_find(text->arena, folders, slice_from(name));
	struct slice real = path ? path_real(text->arena, path) : S("");
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
	const char *const *folders = program_folders(&scratch, S(BUILD_PATH));
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		add_program(&text, folders, names[i]);
	return text.len ? sha256_of(buf_slice(&text)) : (struct sha256){ 0 };
}
