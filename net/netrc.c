// SPDX-License-Identifier: MIT
// Reads the words of a .netrc one after the other.
#include "net/netrc.h"

struct words {
	struct slice rest;
	struct arena *arena;
};

static void skip_line(struct words *words)
{
	struct slice line;
	slice_cut(&words->rest, '\n', &line);
}

static void skip_blanks(struct words *words)
{
	while (words->rest.len &&
	       (is_space(words->rest.ptr[0]) || words->rest.ptr[0] == '#')) {
		if (words->rest.ptr[0] == '#')
			skip_line(words);
		else
			words->rest = slice_skip(words->rest, 1);
	}
}

static char unescaped(char c)
{
	switch (c) {
	case 'n': return '\n';
	case 'r': return '\r';
	case 't': return '\t';
	default: return c;
	}
}

static struct slice take_quoted(struct words *words)
{
	struct buf out = { .arena = words->arena };
	size_t at = 1;
	while (at < words->rest.len && words->rest.ptr[at] != '"') {
		bool is_escape = words->rest.ptr[at] == '\\' && at + 1 < words->rest.len;
		at += is_escape;
		buf_byte(&out, is_escape ? unescaped(words->rest.ptr[at])
					 : words->rest.ptr[at]);
		at++;
	}
	words->rest = slice_skip(words->rest, at + 1);
	return buf_slice(&out);
}

// What begins with '#' is a comment only where a key word is expected: passwords begin so.
static struct slice take_value(struct words *words)
{
	size_t len = 0;
	while (words->rest.len && is_space(words->rest.ptr[0]))
		words->rest = slice_skip(words->rest, 1);
	if (words->rest.len && words->rest.ptr[0] == '"')
		return take_quoted(words);
	while (len < words->rest.len && !is_space(words->rest.ptr[len]))
		len++;
	struct slice value = slice_range(words->rest, 0, len);
	words->rest = slice_skip(words->rest, len);
	return value;
}

static bool take_word(struct words *words, struct slice *ret_word)
{
	skip_blanks(words);
	if (words->rest.len == 0)
		return false;
	*ret_word = take_value(words);
	return true;
}

// A macro ends at the first empty line.
static void skip_macro(struct words *words)
{
	struct slice line;
	do
		slice_cut(&words->rest, '\n', &line);
	while (words->rest.len && slice_trim(line).len);
}

// What names no machine is for none.
static struct slice machine_of(struct words *words)
{
	struct slice machine = take_value(words);
	return machine.len ? machine : S("\n");
}

void netrc_parse(struct slice text, struct arena *arena, struct netrc *ret_netrc)
{
	struct words words = { text, arena };
	struct netrc netrc = { 0 };
	struct netrc_entry ignored, *entry = &ignored;
	struct slice word;
	while (take_word(&words, &word)) {
		bool is_default = slice_eq(word, S("default"));
		if (slice_eq(word, S("machine")) || is_default) {
			entry = array_push(arena, &netrc);
			*entry = (struct netrc_entry){ S(""), S(""), S("") };
			entry->machine = is_default ? S("") : machine_of(&words);
		} else if (slice_eq(word, S("login")))
			entry->login = take_value(&words);
		else if (slice_eq(word, S("password")))
			entry->password = take_value(&words);
		else if (slice_eq(word, S("account")))
			(void)take_value(&words);
		else if (slice_eq(word, S("macdef")))
			skip_macro(&words);
		else
			entry = &ignored;
	}
	*ret_netrc = netrc;
}

static bool fits(const struct netrc_entry *entry, struct slice user)
{
	return entry->password.len &&
	       (user.len == 0 || entry->login.len == 0 || slice_eq(entry->login, user));
}

const struct netrc_entry *netrc_find(const struct netrc *netrc, struct slice host,
				     struct slice user, bool with_default)
{
	const struct netrc_entry *otherwise = NULL;
	for (size_t i = 0; i < netrc->len; i++) {
		const struct netrc_entry *entry = &netrc->items[i];
		if (!fits(entry, user))
			continue;
		if (slice_eq_ignore_case(entry->machine, host))
			return entry;
		if (entry->machine.len == 0 && !otherwise)
			otherwise = entry;
	}
	return with_default ? otherwise : NULL;
}
