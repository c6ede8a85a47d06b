// SPDX-License-Identifier: MIT
// Writes and reads the store's small texts.
#include "base/sealed.h"

void sealed_put(struct buf *text, const char *name, struct slice value)
{
	buf_printf(text, "%s ", name);
	buf_append(text, value);
	buf_byte(text, '\n');
}

void sealed_put_digest(struct buf *text, const char *name, const struct sha256 *digest)
{
	sealed_put(text, name, sha256_hex(text->arena, digest));
}

void sealed_put_number(struct buf *text, const char *name, uint64_t number)
{
	buf_printf(text, "%s %llu\n", name, (unsigned long long)number);
}

void sealed_close(struct buf *text)
{
	struct sha256 sum = sha256_of(buf_slice(text));
	sealed_put_digest(text, "sum", &sum);
}

bool sealed_open(struct slice *text)
{
	struct sha256 said, sum;
	size_t tail = sizeof("sum \n") - 1 + SHA256_HEX;
	if (text->len < tail || text->ptr[text->len - 1] != '\n')
		return false;
	struct slice lines = slice_range(*text, 0, text->len - tail),
		     last = slice_skip(*text, lines.len);
	sum = sha256_of(lines);
	if (!sealed_take_digest(&last, "sum", &said) || !sha256_eq(&sum, &said))
		return false;
	*text = lines;
	return true;
}

bool sealed_take(struct slice *text, const char *name, struct slice *ret_value)
{
	struct slice line = { 0 }, want = slice_from(name);
	if (!slice_cut(text, '\n', &line) || !slice_starts_with(line, want) ||
	    line.len <= want.len || line.ptr[want.len] != ' ')
		return false;
	*ret_value = slice_skip(line, want.len + 1);
	return true;
}

bool sealed_take_digest(struct slice *text, const char *name, struct sha256 *ret_digest)
{
	struct slice value = { 0 };
	return sealed_take(text, name, &value) && sha256_parse_hex(value, ret_digest);
}

bool sealed_take_number(struct slice *text, const char *name, uint64_t max,
			uint64_t *ret_number)
{
	struct slice value = { 0 };
	return sealed_take(text, name, &value) && slice_parse_u64(value, max, ret_number);
}
