// SPDX-License-Identifier: MIT
// Any bytes as the wheel of project "demo": what passes the check makes a tree in order,
// below the prefix only.
#include "tests/fuzz/fuzz.h"

#include "builder/wheel/tree.h"

#include <sys/mman.h>
#include <unistd.h>

// A mapping of a file, as in the store: readers give its pages back.
static bool map_bytes(const uint8_t *data, size_t size, struct file_map *ret_map)
{
	int fd = memfd_create("wheel", MFD_CLOEXEC);
	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return false;
	void *at = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return false;
	ret_map->bytes = (struct slice){ at, size };
	return true;
}

static void check_tree(const struct tree *tree)
{
	for (size_t i = 0; i < tree->len; i++) {
		struct slice path = tree->entries[i].path;
		CHECK(i == 0 || path_cmp_walk(tree->entries[i - 1].path, path) < 0);
		CHECK(i < 2 || slice_starts_with(path, S("opt/venv/")));
		CHECK(!slice_contains(path, S("/../")) && !slice_contains(path, S("//")));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	AUTO(wheel_file_close)
	struct wheel_file wheel = { .name = S("demo"),
				    .version = S("1.0"),
				    .file_name = S("demo-1.0-py3-none-any.whl") };
	struct error err = { 0 };
	struct target target = { .python_major = 3, .python_minor = 12 };
	struct tree_options options = { .prefix = S("/opt/venv"),
					.interpreter = S("/usr/bin/python3"),
					.strip = (unsigned)size & 7,
					.target = &target };
	struct tree tree = { 0 };
	uint64_t need;
	if (size == 0 || !map_bytes(data, size, &wheel.map))
		return 0;
	if (zip_read_directory(&arena, wheel.map.bytes, size, &wheel.directory, &need,
			       &err) < 0)
		return 0;
	bool sound = wheel_check(&wheel, NULL, &err) == 0;
	if (tree_of_wheels(&options, (struct wheel_list){ &wheel, 1 }, &arena, &tree,
			   &err) == 0)
		check_tree(&tree);
	else
		CHECK(!sound || err.kind == ERROR_INTEGRITY);
	return 0;
}
