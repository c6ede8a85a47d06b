// SPDX-License-Identifier: MIT
// The total order of versions (PEP 440), and the canonical text that all spellings of one
// have.
#include "packaging/version.h"

static int cmp_u64(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

// Values decide unless both are saturated; then more digits are more, and digits of one
// length compare as text (440.5).
static int cmp_number(const struct version_number *a, const struct version_number *b)
{
	if (a->value != b->value || a->value != UINT64_MAX)
		return cmp_u64(a->value, b->value);
	if (a->digits.len != b->digits.len)
		return cmp_u64(a->digits.len, b->digits.len);
	return slice_cmp(a->digits, b->digits);
}

// The shorter release counts as padded with zeros (440.1).
static int cmp_release(const struct version *a, const struct version *b)
{
	static const struct version_number zero;
	size_t len = a->release_len > b->release_len ? a->release_len : b->release_len;
	for (size_t i = 0; i < len; i++) {
		int order = cmp_number(i < a->release_len ? &a->release[i] : &zero,
				       i < b->release_len ? &b->release[i] : &zero);
		if (order != 0)
			return order;
	}
	return 0;
}

// A bare dev release comes before the first alpha, a release without a pre part after the
// last rc (440.1).
static int pre_rank(const struct version *version)
{
	if (version->pre != PRE_NONE)
		return (int)version->pre;
	return version->has_dev && !version->has_post ? 0 : PRE_RC + 1;
}

static int cmp_suffix(const struct version *a, const struct version *b)
{
	int order = pre_rank(a) - pre_rank(b);
	if (order == 0 && a->pre != PRE_NONE)
		order = cmp_number(&a->pre_number, &b->pre_number);
	if (order == 0)
		order = (int)a->has_post - (int)b->has_post;
	if (order == 0 && a->has_post)
		order = cmp_number(&a->post_number, &b->post_number);
	if (order == 0)
		order = (int)b->has_dev - (int)a->has_dev;
	if (order == 0 && a->has_dev)
		order = cmp_number(&a->dev_number, &b->dev_number);
	return order;
}

// A number is above a text; numbers compare by value, texts by bytes (440.1).
static int cmp_local_part(const struct version_local_part *a,
			  const struct version_local_part *b)
{
	if (a->is_number != b->is_number)
		return (int)a->is_number - (int)b->is_number;
	return a->is_number ? cmp_number(&a->number, &b->number)
			    : slice_cmp(a->text, b->text);
}

static int cmp_local(const struct version *a, const struct version *b)
{
	for (size_t i = 0; i < a->local_len && i < b->local_len; i++) {
		int order = cmp_local_part(&a->local[i], &b->local[i]);
		if (order != 0)
			return order;
	}
	return cmp_u64(a->local_len, b->local_len);
}

static bool is_plain(const struct version *version)
{
	return version->pre == PRE_NONE && !version->has_post && !version->has_dev;
}

int version_cmp_public(const struct version *a, const struct version *b)
{
	int order = cmp_number(&a->epoch, &b->epoch);
	if (order == 0)
		order = cmp_release(a, b);
	if (order == 0 && !(is_plain(a) && is_plain(b)))
		order = cmp_suffix(a, b);
	return order;
}

int version_cmp(const struct version *a, const struct version *b)
{
	int order = version_cmp_public(a, b);
	return order != 0 ? order : cmp_local(a, b);
}

bool version_is_prerelease(const struct version *version)
{
	return version->pre != PRE_NONE || version->has_dev;
}

static void print_number(struct buf *out, struct slice before,
			 const struct version_number *number)
{
	buf_append(out, before);
	buf_append(out, number->digits.len > 0 ? number->digits : S("0"));
}

static void print_local(struct buf *out, const struct version *version)
{
	for (size_t i = 0; i < version->local_len; i++) {
		const struct version_local_part *part = &version->local[i];
		buf_byte(out, i == 0 ? '+' : '.');
		if (part->is_number)
			print_number(out, S(""), &part->number);
		else
			buf_append(out, part->text);
	}
}

static void print_public(struct buf *out, const struct version *version)
{
	static const struct slice pre_words[] = { [PRE_NONE] = { "", 0 },
						  [PRE_ALPHA] = { "a", 1 },
						  [PRE_BETA] = { "b", 1 },
						  [PRE_RC] = { "rc", 2 } };
	if (version->epoch.digits.len > 0) {
		print_number(out, S(""), &version->epoch);
		buf_byte(out, '!');
	}
	for (size_t i = 0; i < version->release_len; i++)
		print_number(out, i == 0 ? S("") : S("."), &version->release[i]);
	if (version->pre != PRE_NONE)
		print_number(out, pre_words[version->pre], &version->pre_number);
	if (version->has_post)
		print_number(out, S(".post"), &version->post_number);
	if (version->has_dev)
		print_number(out, S(".dev"), &version->dev_number);
}

struct slice version_normal(struct arena *arena, const struct version *version)
{
	struct buf out = { .arena = arena };
	print_public(&out, version);
	print_local(&out, version);
	return buf_slice(&out);
}
