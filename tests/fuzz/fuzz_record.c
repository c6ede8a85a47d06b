// SPDX-License-Identifier: MIT
// RECORD: whatever is read can be written, and reads the same again.
#include "tests/fuzz/fuzz.h"

#include "builder/wheel/record.h"

static struct slice written(const struct record *record, struct arena *arena)
{
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < record->len; i++)
		record_write_row(&out, &record->rows[i]);
	return buf_slice(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct record record = { 0 }, again = { 0 };
	struct error err = { 0 };
	if (record_parse(fuzz_text(data, size), &arena, &record, &err) < 0)
		return 0;
	struct slice text = written(&record, &arena);
	CHECK(record_parse(text, &arena, &again, &err) == 0 && again.len == record.len);
	for (size_t i = 0; i < record.len; i++)
		CHECK(slice_eq(record.rows[i].path, again.rows[i].path) &&
		      slice_eq(record.rows[i].hash, again.rows[i].hash) &&
		      slice_eq(record.rows[i].size, again.rows[i].size));
	return 0;
}
