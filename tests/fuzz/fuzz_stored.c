// SPDX-License-Identifier: MIT
// What the store keeps beside pages: how fresh they are, and sealed notes. Any bytes are
// refused or lie within themselves; what is written reads back.
#include "base/sealed.h"
#include "resolver/index/freshness.h"
#include "tests/fuzz/fuzz.h"

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
	check_note(&arena, text);
	(void)sealed_open(&text);
	if (sealed_take(&text, "name", &read))
		CHECK(read.len <= size);
	(void)sealed_take_digest(&text, "sum", &digest);
	(void)sealed_take_number(&text, "len", UINT32_MAX, &number);
	return 0;
}
