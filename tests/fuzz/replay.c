// SPDX-License-Identifier: MIT
// Runs a fuzz target over every file of the directories given: the corpus as an ordinary
// test, without libFuzzer.
#include "tests/fuzz/fuzz.h"

#include "base/files.h"
#include "base/limits.h"

#include <string.h>

// The bytes go to the target in memory of their exact size, so that a sanitizer sees a
// read past their end.
static int replay_file(const char *path, struct error *err)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice bytes;
	if (file_read(path, LIMIT_TEXT_FILE_BYTES, ERROR_IO, &arena, &bytes, err) < 0)
		return -1;
	uint8_t *copy = mem_alloc(bytes.len);
	if (bytes.len > 0)
		memcpy(copy, bytes.ptr, bytes.len);
	LLVMFuzzerTestOneInput(copy, bytes.len);
	mem_free(copy);
	return 0;
}

static int replay_directory(const char *directory, size_t *count, struct error *err)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct name_list names;
	if (directory_names(directory, &arena, &names, err) < 0)
		return -1;
	for (size_t i = 0; i < names.len; i++)
		if (replay_file(path_join(&arena, directory, names.items[i]), err) < 0)
			return -1;
	*count += names.len;
	return 0;
}

int main(int argc, char **argv)
{
	struct error err = { 0 };
	size_t count = 0;
	for (int i = 1; i < argc; i++) {
		if (replay_directory(argv[i], &count, &err) < 0) {
			fprintf(stderr, "%s\n", err.cause);
			return EXIT_FAILURE;
		}
	}
	printf("%zu inputs\n", count);
	return count > 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
