// SPDX-License-Identifier: MIT
// Any bytes as a saved image, and each of its files as a layer: read, or refused with a
// cause.
#include "oci/bundle.h"
#include "oci/oci.h"
#include "oci/rootfs.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/memory_file.h"

enum { NAMES_MAX = 8 };

static void take(void *context, struct slice path, struct slice content)
{
	rootfs_add(context, path, content);
}

static void check(int status, const struct error *err)
{
	if (status < 0)
		CHECK(err->kind != ERROR_NONE && err->cause[0]);
	else
		CHECK(err->kind == ERROR_NONE);
}

static void check_layer(const struct bundle *bundle, struct slice name,
			struct arena *arena)
{
	struct rootfs rootfs = { .arena = arena };
	const struct layer_reader reader = { rootfs_wants_content, take, &rootfs };
	struct error err = { 0 };
	rootfs_next_layer(&rootfs);
	check(bundle_read_layer(bundle, name, &reader, &err), &err);
}

static void check_bundle(const char *path, struct arena *arena)
{
	struct bundle bundle;
	struct slice text;
	struct error err = { 0 };
	int status = bundle_open(path, arena, &bundle, &err);
	check(status, &err);
	for (size_t i = 0; status == 0 && i < bundle.names.len && i < NAMES_MAX; i++) {
		struct slice name = bundle.names.entries[i].key;
		struct error problem = { 0 };
		status = bundle_read(&bundle, name, &text, &problem);
		check(status, &problem);
		CHECK(bundle_has(&bundle, name) || status < 0);
		status = 0;
		if (bundle_has(&bundle, name))
			check_layer(&bundle, name, arena);
	}
}

static void check_images(const char *path, struct arena *arena)
{
	struct image_list images = { 0 };
	struct error err = { 0 };
	int status = oci_read_images(slice_from(path), arena, &images, &err);
	check(status, &err);
	for (size_t i = 0; status == 0 && i < images.len; i++)
		CHECK(images.items[i].libc != LIBC_NONE ||
		      images.items[i].libc_major == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	AUTO(memory_file_close) struct memory_file file = { .fd = -1 };
	if (!memory_file_open(fuzz_text(data, size), &arena, &file))
		return 0;
	check_bundle(file.path, &arena);
	check_images(file.path, &arena);
	return 0;
}
