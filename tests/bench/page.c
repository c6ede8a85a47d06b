// SPDX-License-Identifier: MIT
// How long a large index page takes, from its bytes in memory to the record that the store
// gets: read, grouped, packed. Not in the figure: fetching it, writing the store.
//
//	bench_page [RUNS] [FILE]...
//
// FILE is a page in JSON as an index answers it; without one, a synthetic page of 20 MB with
// the keys and the lengths of the Python Package Index. One line each on stdout, for programs:
//
//	{"page": "synthetic", "bytes": 20033909, "files": 27610, "releases": 502, "runs": 21,
//	 "min_ms": 15.2, "median_ms": 15.9, "cpu_ms": 15.8, "record_bytes": 9269482}
//
// cpu_ms is the median of the processor's time: on a busy machine the better figure.
#include "base/error.h"
#include "resolver/index/page.h"
#include "resolver/index/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SYNTHETIC_BYTES = 20 * 1000 * 1000, RUNS = 21, RUNS_MAX = 1000 };

#define PAGE_MAX ((size_t)256 << 20)

// --- the synthetic page ----------------------------------------------------------------

// Xorshift: digests that no cache line can guess, the same in each run.
static uint64_t next_number(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static const char *digest(struct arena *arena, uint64_t *state)
{
	struct buf text = { .arena = arena };
	for (int i = 0; i < 4; i++)
		buf_printf(&text, "%016llx", (unsigned long long)next_number(state));
	buf_byte(&text, '\0');
	return text.ptr;
}

static void add_file(struct buf *page, struct slice name, uint64_t *state)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const char *metadata = digest(&scratch, state), *blake = digest(&scratch, state);
	unsigned seconds = (unsigned)(next_number(state) % 86400);
	buf_printf(page, "%s{\"core-metadata\":{\"sha256\":\"%s\"},",
		   page->ptr[page->len - 1] == '[' ? "" : ",", metadata);
	buf_printf(page, "\"data-dist-info-metadata\":{\"sha256\":\"%s\"},", metadata);
	buf_printf(page, "\"filename\":\"%.*s\",\"hashes\":{\"sha256\":\"%s\"},",
		   SLICE_ARG(name), digest(&scratch, state));
	buf_printf(
		page,
		"\"provenance\":\"https://index.example/integrity/big/v1/%.*s/provenance\",",
		SLICE_ARG(name));
	buf_printf(page, "\"requires-python\":\">=3.9\",\"size\":%u,",
		   (unsigned)(next_number(state) % 90000000));
	buf_printf(page, "\"upload-time\":\"2024-%02u-%02uT%02u:%02u:%02u.%06uZ\",",
		   1 + seconds % 12, 1 + seconds % 28, seconds / 3600, seconds / 60 % 60,
		   seconds % 60, (unsigned)(next_number(state) % 1000000));
	buf_printf(
		page,
		"\"url\":\"https://files.example/packages/%.2s/%.2s/%.60s/%.*s\",\"yanked\":false}",
		blake, blake + 2, blake + 4, SLICE_ARG(name));
}

static void add_release(struct buf *page, unsigned number, uint64_t *state)
{
	static const char *const platforms[] = {
		"macosx_10_12_x86_64",
		"macosx_11_0_arm64",
		"manylinux_2_17_aarch64.manylinux2014_aarch64",
		"manylinux_2_17_armv7l.manylinux2014_armv7l",
		"manylinux_2_17_x86_64.manylinux2014_x86_64",
		"musllinux_1_1_aarch64",
		"musllinux_1_1_x86_64",
		"win32",
		"win_amd64",
	};
	char name[128];
	for (unsigned python = 9; python <= 14; python++) {
		for (size_t i = 0; i < sizeof(platforms) / sizeof(*platforms); i++) {
			snprintf(name, sizeof(name), "big-2.%u.%u-cp3%u-cp3%u-%s.whl",
				 number / 7, number % 7, python, python, platforms[i]);
			add_file(page, slice_from(name), state);
		}
	}
	snprintf(name, sizeof(name), "big-2.%u.%u.tar.gz", number / 7, number % 7);
	add_file(page, slice_from(name), state);
}

static struct slice synthetic_page(struct arena *arena)
{
	struct buf page = { .arena = arena };
	uint64_t state = 0x9e3779b97f4a7c15u;
	buf_append(&page, S("{\"files\":["));
	for (unsigned i = 0; page.len < SYNTHETIC_BYTES; i++)
		add_release(&page, i, &state);
	buf_append(
		&page,
		S("],\"meta\":{\"_last-serial\":1,\"api-version\":\"1.4\"},\"name\":\"big\"}"));
	return buf_slice(&page);
}

// --- measuring -------------------------------------------------------------------------

static double clock_now(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static int by_value(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

struct outcome {
	double wall_ms, cpu_ms;
	size_t files, releases, record_bytes;
};

static struct outcome run_once(const struct page_input *input)
{
	struct arena arena = { 0 }, kept = { 0 };
	struct project project;
	struct slice record = S("");
	struct error err;
	double wall = clock_now(CLOCK_MONOTONIC);
	double cpu = clock_now(CLOCK_PROCESS_CPUTIME_ID);
	if (page_read_record(input, &arena, &kept, &record, &err) < 0) {
		fprintf(stderr, "bench_page: %s\n", err.cause);
		exit(1);
	}
	arena_release(&arena);
	struct outcome outcome = {
		.wall_ms = clock_now(CLOCK_MONOTONIC) - wall,
		.cpu_ms = clock_now(CLOCK_PROCESS_CPUTIME_ID) - cpu,
		.record_bytes = record.len,
	};
	if (record_open(record, 0, &kept, &project)) {
		outcome.files = project.file_len;
		outcome.releases = project.release_len;
	}
	arena_release(&kept);
	return outcome;
}

static void measure(const char *title, const struct page_input *input, size_t runs)
{
	double wall[RUNS_MAX], cpu[RUNS_MAX];
	struct outcome outcome = run_once(input); // the first one meets cold caches
	for (size_t i = 0; i < runs; i++) {
		outcome = run_once(input);
		wall[i] = outcome.wall_ms;
		cpu[i] = outcome.cpu_ms;
	}
	qsort(wall, runs, sizeof(*wall), by_value);
	qsort(cpu, runs, sizeof(*cpu), by_value);
	printf("{\"page\": \"%s\", \"bytes\": %zu, \"files\": %zu, \"releases\": %zu, "
	       "\"runs\": %zu, \"min_ms\": %.2f, \"median_ms\": %.2f, \"cpu_ms\": %.2f, "
	       "\"record_bytes\": %zu}\n",
	       title, input->body.len, outcome.files, outcome.releases, runs, wall[0],
	       wall[runs / 2], cpu[runs / 2], outcome.record_bytes);
}

// The project's name, which a page's files are checked against, is the file's without its
// suffix.
static struct slice name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	struct slice name = slice_from(slash ? slash + 1 : path);
	size_t dot = slice_find_byte(name, '.');
	return slice_range(name, 0, dot);
}

static struct slice read_file(struct arena *arena, const char *path)
{
	FILE *file = fopen(path, "rb");
	char *bytes = arena_alloc(arena, PAGE_MAX, 1);
	size_t len = file ? fread(bytes, 1, PAGE_MAX, file) : 0;
	if (len == 0) {
		fprintf(stderr, "bench_page: cannot read '%s'\n", path);
		exit(1);
	}
	fclose(file);
	return (struct slice){ bytes, len };
}

int main(int argc, char **argv)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct page_input input = { .content_type = S("application/json"),
				    .url = S("https://index.example/simple/big/"),
				    .name = S("big") };
	uint64_t runs = RUNS;
	int at = 1;
	if (at < argc && slice_parse_u64(slice_from(argv[at]), RUNS_MAX, &runs))
		at++;
	if (at == argc) {
		input.body = synthetic_page(&arena);
		measure("synthetic", &input, runs ? runs : 1);
	}
	for (; at < argc; at++) {
		input.body = read_file(&arena, argv[at]);
		input.name = name_of(argv[at]);
		measure(argv[at], &input, runs ? runs : 1);
	}
	return 0;
}
