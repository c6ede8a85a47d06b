// SPDX-License-Identifier: MIT
// Reads challenges: SCHEME name=value, name="value", SCHEME ….
#include "oci/challenge.h"

struct cursor {
	struct slice rest;
	struct arena *arena;
};

static void skip(struct cursor *cursor, bool commas)
{
	while (cursor->rest.len &&
	       (is_blank(cursor->rest.ptr[0]) || (commas && cursor->rest.ptr[0] == ',')))
		cursor->rest = slice_skip(cursor->rest, 1);
}

static bool is_token_byte(char c)
{
	return c > ' ' && c != '"' && c != ',' && c != '=' && c != 0x7f;
}

static struct slice take_token(struct cursor *cursor)
{
	size_t len = 0;
	while (len < cursor->rest.len && is_token_byte(cursor->rest.ptr[len]))
		len++;
	struct slice token = slice_range(cursor->rest, 0, len);
	cursor->rest = slice_skip(cursor->rest, len);
	return token;
}

static struct slice take_quoted(struct cursor *cursor)
{
	struct buf out = { .arena = cursor->arena };
	size_t at = 1;
	while (at < cursor->rest.len && cursor->rest.ptr[at] != '"') {
		if (cursor->rest.ptr[at] == '\\' && at + 1 < cursor->rest.len)
			at++;
		buf_byte(&out, cursor->rest.ptr[at++]);
	}
	cursor->rest = slice_skip(cursor->rest, at + 1);
	return buf_slice(&out);
}

static void set_parameter(struct challenge *challenge, struct slice name,
			  struct slice value)
{
	if (slice_eq_ignore_case(name, S("realm")))
		challenge->realm = value;
	else if (slice_eq_ignore_case(name, S("service")))
		challenge->service = value;
	else if (slice_eq_ignore_case(name, S("scope")))
		challenge->scope = value;
}

// Takes name=value pairs up to the next scheme, which is a word without '='.
static void take_parameters(struct cursor *cursor, struct challenge *challenge)
{
	for (;;) {
		skip(cursor, true);
		struct cursor before = *cursor;
		struct slice name = take_token(cursor);
		skip(cursor, false);
		if (name.len == 0 || cursor->rest.len == 0 ||
		    cursor->rest.ptr[0] != '=') {
			*cursor = before;
			return;
		}
		cursor->rest = slice_skip(cursor->rest, 1);
		skip(cursor, false);
		bool quoted = cursor->rest.len && cursor->rest.ptr[0] == '"';
		set_parameter(challenge, name,
			      quoted ? take_quoted(cursor) : take_token(cursor));
	}
}

static enum challenge_scheme scheme_of(struct slice word)
{
	if (slice_eq_ignore_case(word, S("Bearer")))
		return CHALLENGE_BEARER;
	return slice_eq_ignore_case(word, S("Basic")) ? CHALLENGE_BASIC : CHALLENGE_NONE;
}

struct challenge challenge_parse(struct slice header, struct arena *arena)
{
	struct cursor cursor = { header, arena };
	struct challenge best = { .scheme = CHALLENGE_NONE };
	for (;;) {
		skip(&cursor, true);
		struct slice word = take_token(&cursor);
		if (word.len == 0)
			return best;
		struct challenge challenge = { .scheme = scheme_of(word),
					       .realm = S(""),
					       .service = S(""),
					       .scope = S("") };
		take_parameters(&cursor, &challenge);
		if (challenge.scheme == CHALLENGE_BEARER && challenge.realm.len == 0)
			continue; // there is nobody to ask
		if (challenge.scheme > best.scheme)
			best = challenge;
	}
}
