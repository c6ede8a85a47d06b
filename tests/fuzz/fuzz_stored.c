// SPDX-License-Identifier: MIT
// What the store keeps beside pages: how fresh they are, when files were first seen, and
// sealed notes. Any bytes are refused or lie within themselves; what is written reads back.
#include "base/sealed.h"
#include "resolver/index/freshness.h"
#include "resolver/index/seen.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_forged(struct arena *arena, struct slice text)
{
	struct freshness freshness, again;
	if (!freshness_unpack(text, &freshness))
		return;
	CHECK(freshness.etag.len + freshness.last_modified.len <= text.len);
	CHECK(freshness_unpack(freshness_pack(&freshness, arena), &again));
	CHECK(again.fetched_at == freshness.fetched_at &&
	      again.max_age == freshness.max_age && again.absent == freshness.absent &&
	      again.content == freshness.content);
	CHECK(slice_eq(again.etag, freshness.etag) &&
	      slice_eq(again.last_modified, freshness.last_modified));
	CHECK(freshness.fetched_at == 0 ||
	      !freshness_holds(&freshness, freshness.fetched_at - 1));
}

// A journal whose sum is right: a file keeps the date that it got.
static void check_journal(struct arena *arena, struct slice text)
{
	enum { SUM_AT = 4, SUMMED_FROM = 16, NOW = 1000, LATER = 2000 };
	struct project_file file = { .name = S("foo-1.0.tar.gz") }, again = file;
	struct seen seen;
	if (text.len < SUMMED_FROM)
		return;
	char *copy = arena_alloc(arena, text.len, 1);
	memcpy(copy, text.ptr, text.len);
	text.ptr = copy;
	uint32_t sum = crc32_update(0, slice_skip(text, SUMMED_FROM));
	memcpy(copy + SUM_AT, &sum, sizeof(sum));
	seen_begin(&seen, text, NOW, arena);
	seen_date(&seen, &file);
	struct slice journal = seen_end(&seen);
	seen_begin(&seen, journal.len ? journal : text, LATER, arena);
	seen_date(&seen, &again);
	CHECK(again.first_seen == file.first_seen || journal.len == 0);
}

static void check_note(struct arena *arena, struct slice value)
{
	struct buf note = { .arena = arena };
	struct slice text, read;
	uint64_t number;
	if (slice_find_byte(value, '\n') != SLICE_NONE)
		return;
	sealed_put(&note, "name", value);
	sealed_put_number(&note, "len", value.len);
	sealed_close(&note);
	text = buf_slice(&note);
	CHECK(sealed_open(&text));
	CHECK(sealed_take(&text, "name", &read) == (value.len > 0 || text.len > 0));
	CHECK(slice_eq(read, value));
	CHECK(sealed_take_number(&text, "len", UINT64_MAX, &number) &&
	      number == value.len && text.len == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice text = fuzz_text(data, size), read;
	struct sha256 digest;
	uint64_t number;
	check_forged(&arena, text);
	check_journal(&arena, text);
	check_note(&arena, text);
	(void)sealed_open(&text);
	if (sealed_take(&text, "name", &read))
		CHECK(read.len <= size);
	(void)sealed_take_digest(&text, "sum", &digest);
	(void)sealed_take_number(&text, "len", UINT32_MAX, &number);
	return 0;
}
