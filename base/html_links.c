// SPDX-License-Identifier: MIT
// A tag scanner: finds the elements that matter, reads their attributes the way browsers
// do, decodes entities.
#include "base/encoding.h"
#include "base/html_links.h"
#include "base/text.h"

#include <string.h>

void html_begin(struct html_scanner *scanner, struct slice page, struct arena *arena)
{
	*scanner = (struct html_scanner){ .page = page, .arena = arena };
}

// --- entities ------------------------------------------------------------------------

// body is "#62" or "#x3e", without the ';'. Returns 0 if it stands for no character; HTML
// gives U+FFFD for 0, surrogates and numbers beyond Unicode.
static unsigned numeric_entity(struct slice body)
{
	enum { REPLACEMENT = 0xfffd, LAST = 0x10ffff };
	bool hex = body.len > 1 && to_lower(body.ptr[1]) == 'x';
	struct slice digits = slice_skip(body, hex ? 2 : 1);
	unsigned code = 0;
	for (size_t i = 0; i < digits.len; i++) {
		int digit = hex_value(digits.ptr[i]);
		if (digit < 0 || (!hex && digit > 9))
			return 0;
		code = code * (hex ? 16 : 10) + (unsigned)digit;
		if (code > LAST)
			return REPLACEMENT;
	}
	if (digits.len == 0)
		return 0;
	return code == 0 || (code >= 0xd800 && code <= 0xdfff) ? REPLACEMENT : code;
}

static unsigned named_entity(struct slice body)
{
	static const struct {
		struct slice name;
		unsigned code;
	} known[] = {
		{ { "amp", 3 }, '&' },  { { "lt", 2 }, '<' },    { { "gt", 2 }, '>' },
		{ { "quot", 4 }, '"' }, { { "apos", 4 }, '\'' }, { { "nbsp", 4 }, 0xa0 },
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++)
		if (slice_eq(known[i].name, body))
			return known[i].code;
	return 0;
}

// Returns the character that the entity at the beginning of s ("&…;") stands for, with
// its length in *ret_len; 0 if there is no entity.
static unsigned entity(struct slice s, size_t *ret_len)
{
	enum { LONGEST = 12 };
	size_t end = slice_find_byte(slice_range(s, 0, LONGEST), ';');
	if (end == SLICE_NONE || end < 2)
		return 0;
	struct slice body = slice_range(s, 1, end);
	*ret_len = end + 1;
	return body.ptr[0] == '#' ? numeric_entity(body) : named_entity(body);
}

static struct slice html_decode(struct arena *arena, struct slice text)
{
	if (slice_find_byte(text, '&') == SLICE_NONE)
		return text;
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < text.len;) {
		size_t taken = 1;
		unsigned code =
			text.ptr[i] == '&' ? entity(slice_skip(text, i), &taken) : 0;
		if (code)
			utf8_append(&out, code);
		else
			buf_byte(&out, text.ptr[i]);
		i += code ? taken : 1;
	}
	return buf_slice(&out);
}

// --- tags ----------------------------------------------------------------------------

static struct slice rest_of(const struct html_scanner *scanner)
{
	return slice_skip(scanner->page, scanner->at);
}

static void skip_past(struct html_scanner *scanner, struct slice end)
{
	size_t at = slice_find(rest_of(scanner), end);
	scanner->at = at == SLICE_NONE ? scanner->page.len : scanner->at + at + end.len;
}

static char peek(const struct html_scanner *scanner)
{
	return scanner->at < scanner->page.len ? scanner->page.ptr[scanner->at] : '>';
}

static bool is_one_of(char c, const char *set)
{
	return c != '\0' && strchr(set, c) != NULL;
}

static struct slice take_until(struct html_scanner *scanner, const char *stops)
{
	size_t start = scanner->at;
	while (scanner->at < scanner->page.len && !is_space(peek(scanner)) &&
	       !is_one_of(peek(scanner), stops))
		scanner->at++;
	return slice_range(scanner->page, start, scanner->at);
}

static void skip_space(struct html_scanner *scanner)
{
	while (scanner->at < scanner->page.len && is_space(peek(scanner)))
		scanner->at++;
}

static struct slice take_value(struct html_scanner *scanner)
{
	char quote = peek(scanner);
	if (quote != '"' && quote != '\'')
		return take_until(scanner, ">");
	scanner->at++;
	struct slice rest = rest_of(scanner);
	size_t end = slice_find_byte(rest, quote);
	struct slice value = slice_range(rest, 0, end == SLICE_NONE ? rest.len : end);
	scanner->at += value.len + (end != SLICE_NONE);
	return value;
}

// The next attribute of the open tag; false at its '>', which is taken.
static bool next_attribute(struct html_scanner *scanner,
			   struct html_attribute *ret_attribute)
{
	while (is_space(peek(scanner)) || peek(scanner) == '/')
		scanner->at++;
	if (peek(scanner) == '>') {
		scanner->at += scanner->at < scanner->page.len;
		return false;
	}
	// a name may begin with '=', as in browsers, so the loop always moves on
	size_t start = scanner->at++;
	take_until(scanner, "/>=");
	ret_attribute->name = slice_range(scanner->page, start, scanner->at);
	ret_attribute->value = S("");
	skip_space(scanner);
	if (peek(scanner) != '=')
		return true;
	scanner->at++;
	skip_space(scanner);
	ret_attribute->value = take_value(scanner);
	return true;
}

// Scripts and styles end only at their own end tag.
static void skip_raw_text(struct html_scanner *scanner, struct slice name)
{
	while (scanner->at < scanner->page.len) {
		skip_past(scanner, S("</"));
		if (slice_eq_ignore_case(slice_range(rest_of(scanner), 0, name.len),
					 name))
			return;
	}
}

static bool kind_of(struct slice name, enum html_kind *ret_kind)
{
	bool anchor = slice_eq_ignore_case(name, S("a")),
	     base = slice_eq_ignore_case(name, S("base"));
	if (!anchor && !base && !slice_eq_ignore_case(name, S("meta")))
		return false;
	*ret_kind = anchor ? HTML_ANCHOR : base ? HTML_BASE : HTML_META;
	return true;
}

static void read_attributes(struct html_scanner *scanner,
			    struct html_element *ret_element)
{
	struct html_attribute attribute;
	ret_element->len = 0;
	while (next_attribute(scanner, &attribute)) {
		if (ret_element->len == HTML_ATTRIBUTES_MAX)
			continue;
		attribute.value = html_decode(scanner->arena, attribute.value);
		ret_element->attributes[ret_element->len++] = attribute;
	}
}

static void skip_attributes(struct html_scanner *scanner)
{
	struct html_attribute ignored;
	while (next_attribute(scanner, &ignored))
		;
}

bool html_next(struct html_scanner *scanner, struct html_element *ret_element)
{
	for (;;) {
		skip_past(scanner, S("<"));
		if (scanner->at >= scanner->page.len)
			return false;
		if (slice_starts_with(rest_of(scanner), S("!--"))) {
			skip_past(scanner, S("-->"));
			continue;
		}
		if (!is_alpha(peek(scanner)))
			continue;
		struct slice name = take_until(scanner, "/>");
		if (kind_of(name, &ret_element->kind)) {
			read_attributes(scanner, ret_element);
			return true;
		}
		skip_attributes(scanner);
		if (slice_eq_ignore_case(name, S("script")) ||
		    slice_eq_ignore_case(name, S("style")))
			skip_raw_text(scanner, name);
	}
}

bool html_attribute(const struct html_element *element, struct slice name,
		    struct slice *ret_value)
{
	for (size_t i = 0; i < element->len; i++) {
		if (slice_eq_ignore_case(element->attributes[i].name, name)) {
			*ret_value = element->attributes[i].value;
			return true;
		}
	}
	*ret_value = S("");
	return false;
}
