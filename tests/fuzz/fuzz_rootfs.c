// SPDX-License-Identifier: MIT
// Layers as dice: whichever files and whiteouts come, what is found is what a plain list of
// the files that are there says.
#include "oci/rootfs.h"
#include "tests/fuzz/fuzz.h"

#include <limits.h>

enum { PATHS = 12, STEPS_MAX = 64 };

static const char *const paths[PATHS] = {
	"usr/local/bin/python3.12",
	"usr/bin/python3.11",
	"bin/python3.9",
	"opt/x/bin/python3.13t",
	"lib/libc-2.31.so",
	"lib/ld-musl-x86_64.so.1",
	"usr/lib/libc.so.6",
	"usr/local/bin/python3",
	"./usr/bin/python3.10",
	"/usr/bin/python3.8",
	"usr/bin",
	"lib",
};

#define GLIBC "GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\n"
#define MUSL \
	"\0" \
	"1.2.5\0"

// Which of the paths are there, and of which layer they are.
struct model {
	size_t layer, of[PATHS];
};

static struct slice plain(size_t at)
{
	struct slice path = slice_from(paths[at]);
	path = slice_skip(path, slice_starts_with(path, S("./")) ? 2 : 0);
	return slice_skip(path, slice_starts_with(path, S("/")));
}

static bool is_at_or_below(struct slice path, struct slice folder)
{
	return folder.len == 0 || slice_eq(path, folder) ||
	       (slice_starts_with(path, folder) && path.ptr[folder.len] == '/');
}

static struct slice folder_of(struct slice path)
{
	size_t slash = slice_find_last_byte(path, '/');
	return slash == SLICE_NONE ? S("") : slice_range(path, 0, slash);
}

static void white_out(struct model *model, struct slice folder)
{
	for (size_t i = 0; i < PATHS; i++)
		if (model->of[i] < model->layer && is_at_or_below(plain(i), folder))
			model->of[i] = 0;
}

static void step(struct model *model, struct rootfs *rootfs, struct fuzz_dice *dice)
{
	size_t at = fuzz_roll(dice, PATHS);
	struct slice path = plain(at), folder = folder_of(path);
	struct arena *arena = rootfs->arena;
	switch (fuzz_roll(dice, 4)) {
	case 0:
		rootfs_next_layer(rootfs);
		model->layer++;
		break;
	case 1:
		rootfs_add(rootfs,
			   arena_printf(arena, "%.*s%s.wh.%.*s", SLICE_ARG(folder),
					folder.len ? "/" : "",
					SLICE_ARG(slice_skip(
						path, folder.len + (folder.len > 0)))),
			   S(""));
		white_out(model, path);
		break;
	case 2:
		rootfs_add(rootfs,
			   arena_printf(arena, "%.*s%s.wh..wh..opq", SLICE_ARG(folder),
					folder.len ? "/" : ""),
			   S(""));
		white_out(model, folder);
		break;
	default:
		rootfs_add(rootfs, slice_from(paths[at]), at == 5 ? S(MUSL) : S(GLIBC));
		model->of[at] = model->layer;
	}
}

static bool is_there(const struct model *model, const struct rootfs_file *file)
{
	for (size_t i = 0; i < PATHS; i++)
		if (slice_eq(plain(i), file->path))
			return model->of[i] > 0;
	return false;
}

static bool any(const struct model *model, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (model->of[i] > 0)
			return true;
	return false;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct fuzz_dice dice = { fuzz_text(data, size) };
	struct rootfs rootfs = { .arena = &arena };
	struct model model = { .layer = 1 };
	rootfs_next_layer(&rootfs);
	for (int i = 0; i < STEPS_MAX && dice.rest.len > 0; i++)
		step(&model, &rootfs, &dice);
	const struct rootfs_file *libc = rootfs_libc(&rootfs),
				 *python = rootfs_python(&rootfs, UINT_MAX);
	CHECK(libc ? is_there(&model, libc) : !any(&model, 4, 7));
	CHECK(python ? is_there(&model, python) : !any(&model, 0, 4));
	return 0;
}
