// SPDX-License-Identifier: MIT
// One dependency specifier from text and back (PEP 508; 508.4): name, extras, specifiers
// or URL, marker, in one pass.
#include "packaging/requirement.h"

#include <stdlib.h>

#include "base/limits.h"
#include "packaging/marker_tree.h"
#include "packaging/name.h"
#include "packaging/token.h"

struct parser {
	struct arena *arena;
	struct slice text; // trailing blanks cut
	size_t at;
	bool lenient;
	struct requirement_bad bad; // set with the error
};

static int fail(struct parser *p, size_t offset, size_t len)
{
	p->bad = (struct requirement_bad){ offset, len };
	return -1;
}

static int fail_expected(struct parser *p, const char *expected, struct error *err)
{
	struct slice token = token_at(p->text, p->at);
	error_set(err, ERROR_INPUT, "expected %s, found %s", expected,
		  token_describe(token).text);
	return fail(p, p->at, token.len);
}

static bool next_is(const struct parser *p, char c)
{
	return p->at < p->text.len && p->text.ptr[p->at] == c;
}

static void skip(struct parser *p)
{
	p->at = skip_blanks(p->text, p->at);
}

// Parses the name of a project or an extra. It ends before the first byte that no name
// has, so 'foo-' is a bad name, not 'foo' and a rest.
static int parse_name(struct parser *p, const char *what, struct slice *ret_name,
		      struct error *err)
{
	struct slice token = token_at(p->text, p->at);
	if (token.len == 0 || !is_alnum(token.ptr[0]))
		return fail_expected(p, what, err);
	if (!name_is_valid(token)) {
		error_set(err, ERROR_INPUT, "%s is not a valid name",
			  token_describe(token).text);
		error_hint(err, "a name begins and ends with a letter or digit");
		return fail(p, p->at, token.len);
	}
	*ret_name = token;
	p->at += token.len;
	return 0;
}

static int compare_slices(const void *a, const void *b)
{
	const struct slice *left = a, *right = b;
	return slice_cmp(*left, *right);
}

static size_t sort_without_duplicates(struct slice *names, size_t len)
{
	size_t kept = 0;
	if (len)
		qsort(names, len, sizeof(*names), compare_slices);
	for (size_t i = 0; i < len; i++)
		if (kept == 0 || !slice_eq(names[kept - 1], names[i]))
			names[kept++] = names[i];
	return kept;
}

static int parse_extras(struct parser *p, struct requirement *requirement,
			struct error *err)
{
	ARRAY_OF(struct slice) extras = { 0 };
	size_t open = p->at++;
	for (skip(p); !next_is(p, ']'); skip(p)) {
		struct slice extra;
		if (p->at == p->text.len) {
			error_set(err, ERROR_INPUT,
				  "the bracket of the extras is not closed");
			return fail(p, open, 1);
		}
		if (parse_name(p, "the name of an extra", &extra, err) < 0)
			return -1;
		if (extras.len == LIMIT_REQUIREMENT_EXTRAS) {
			error_set(err, ERROR_INPUT, "more than %d extras",
				  LIMIT_REQUIREMENT_EXTRAS);
			return fail(p, open, 1);
		}
		// Names of extras are compared normalised (685.1).
		*array_push(p->arena, &extras) = name_normalize(p->arena, extra);
		skip(p);
		if (next_is(p, ']'))
			break;
		if (p->at < p->text.len && !next_is(p, ','))
			return fail_expected(p, "',' or ']' after an extra", err);
		if (p->at < p->text.len)
			p->at++;
		skip(p);
		if (next_is(p, ']'))
			return fail_expected(p, "the name of an extra", err);
	}
	p->at++;
	requirement->extras = extras.items;
	requirement->extras_len = sort_without_duplicates(extras.items, extras.len);
	return 0;
}

// The length of the clause from a bad byte on: to the next comma or blank.
static size_t bad_clause_length(struct slice specifiers, size_t from)
{
	size_t end = from;
	while (end < specifiers.len && specifiers.ptr[end] != ',' &&
	       !is_space(specifiers.ptr[end]))
		end++;
	return end - from;
}

// Finds a byte that is not plain ASCII: a wide blank that was copied from a page would
// otherwise look like a part of the version in the message.
static size_t find_odd_byte(struct slice specifiers)
{
	for (size_t i = 0; i < specifiers.len; i++) {
		unsigned char byte = (unsigned char)specifiers.ptr[i];
		if (byte > '~' || (byte < ' ' && !is_space(specifiers.ptr[i])))
			return i;
	}
	return SLICE_NONE;
}

static int parse_specifiers(struct parser *p, size_t end, struct requirement *requirement,
			    struct error *err)
{
	struct slice text = slice_range(p->text, p->at, end);
	size_t bad = find_odd_byte(text);
	if (bad != SLICE_NONE) {
		p->at += bad;
		return fail_expected(p, "a version specifier", err);
	}
	if (specifier_set_parse(p->arena, text, p->lenient, &requirement->specifiers,
				&bad, err) < 0) {
		const char *meant = operator_meant(token_at(text, bad));
		if (meant)
			error_hint(err, "did you mean '%s'?", meant);
		return fail(p, p->at + bad, bad_clause_length(text, bad));
	}
	p->at = end;
	return 0;
}

// Old metadata lets "(1.0)" stand for any release of 1.0 (PEP 345; md.3).
static bool parse_bare_version(struct parser *p, size_t end,
			       struct requirement *requirement)
{
	struct slice text = slice_trim(slice_range(p->text, p->at, end));
	struct version version;
	struct error ignored;
	if (!p->lenient || !version_parse(p->arena, text, &version))
		return false;
	struct slice prefix = arena_printf(p->arena, "==%.*s.*", SLICE_ARG(text));
	struct slice exact = slice_range(prefix, 0, prefix.len - 2);
	if (specifier_set_parse(p->arena, prefix, false, &requirement->specifiers, NULL,
				&ignored) < 0 &&
	    specifier_set_parse(p->arena, exact, false, &requirement->specifiers, NULL,
				&ignored) < 0)
		return false;
	p->at = end;
	return true;
}

static int parse_parenthesised(struct parser *p, struct requirement *requirement,
			       struct error *err)
{
	size_t open = p->at++;
	size_t len = slice_find_byte(slice_skip(p->text, p->at), ')');
	if (len == SLICE_NONE) {
		error_set(err, ERROR_INPUT, "the parenthesis is not closed");
		return fail(p, open, 1);
	}
	size_t end = p->at + len;
	if (!parse_bare_version(p, end, requirement) &&
	    parse_specifiers(p, end, requirement, err) < 0)
		return -1;
	p->at++;
	return 0;
}

static bool has_scheme(struct slice url)
{
	size_t colon = slice_find_byte(url, ':');
	if (colon == SLICE_NONE || colon == 0 || !is_alpha(url.ptr[0]))
		return false;
	for (size_t i = 1; i < colon; i++)
		if (!is_alnum(url.ptr[i]) && url.ptr[i] != '+' && url.ptr[i] != '-' &&
		    url.ptr[i] != '.')
			return false;
	return true;
}

// A ';' belongs to the URL that it touches (508.4). It is an error if what follows reads
// as a marker, since that was not meant.
static int check_semicolon(struct parser *p, size_t start, struct slice url,
			   struct error *err)
{
	size_t semicolon = slice_find_byte(url, ';');
	if (semicolon == SLICE_NONE)
		return 0;
	struct marker *ignored;
	struct error no_marker;
	struct slice rest = slice_skip(p->text, start + semicolon + 1);
	if (marker_parse(p->arena, rest, MARKER_IN_METADATA, &ignored, NULL, &no_marker) <
		    0 &&
	    !(semicolon == url.len - 1 && rest.len))
		return 0;
	error_set(err, ERROR_INPUT, "the ';' of the marker reads as part of the URL");
	error_hint(err, "a URL requirement needs a space before ';'");
	return fail(p, start + semicolon, 1);
}

static int check_url_bytes(struct parser *p, size_t start, struct slice url,
			   struct error *err)
{
	for (size_t i = 0; i < url.len; i++) {
		if ((unsigned char)url.ptr[i] > ' ' && url.ptr[i] != 0x7f)
			continue;
		error_set(err, ERROR_INPUT, "%s is not allowed in a URL",
			  token_describe(slice_range(url, i, i + 1)).text);
		return fail(p, start + i, 1);
	}
	return 0;
}

static int parse_url(struct parser *p, struct requirement *requirement, struct error *err)
{
	p->at++;
	skip(p);
	size_t start = p->at;
	while (p->at < p->text.len && !is_blank(p->text.ptr[p->at]))
		p->at++;
	struct slice url = slice_range(p->text, start, p->at);
	if (!has_scheme(url)) {
		struct token_text shown = token_describe(url);
		error_set(err, ERROR_INPUT, "expected a URL after '@', found %s",
			  shown.text);
		if (url.len && (url.ptr[0] == '.' || url.ptr[0] == '/'))
			error_hint(err, "a path is written as 'file:///absolute/path'");
		return fail(p, start, url.len);
	}
	requirement->url = url;
	return check_url_bytes(p, start, url, err) < 0
		       ? -1
		       : check_semicolon(p, start, url, err);
}

static int fail_details(struct parser *p, const struct requirement *requirement,
			struct error *err)
{
	struct slice token = token_at(p->text, p->at);
	fail_expected(p, "a version specifier such as '>=1.0', '@', ';' or the end", err);
	if (token.len && is_digit(token.ptr[0]))
		error_hint(err, "did you mean '%.*s==%.*s'?",
			   SLICE_ARG(requirement->raw_name), SLICE_ARG(token));
	return -1;
}

// Parses what is between the name and the marker.
static int parse_details(struct parser *p, struct requirement *requirement,
			 struct error *err)
{
	skip(p);
	if (p->at == p->text.len || next_is(p, ';'))
		return 0;
	if (next_is(p, '@'))
		return parse_url(p, requirement, err);
	if (next_is(p, '('))
		return parse_parenthesised(p, requirement, err);
	if (!is_operator(p->text.ptr[p->at]) && !(p->lenient && next_is(p, ',')))
		return fail_details(p, requirement, err);
	size_t len = slice_find_byte(slice_skip(p->text, p->at), ';');
	return parse_specifiers(p, len == SLICE_NONE ? p->text.len : p->at + len,
				requirement, err);
}

static int parse_marker(struct parser *p, struct requirement *requirement,
			struct error *err)
{
	skip(p);
	if (p->at == p->text.len)
		return 0;
	if (!next_is(p, ';'))
		return fail_expected(p, "';' with a marker or the end", err);
	p->at++;
	skip(p);
	if (p->at == p->text.len)
		return p->lenient ? 0 : fail_expected(p, "a marker after ';'", err);
	struct slice rest = slice_skip(p->text, p->at);
	struct marker_part bad;
	if (marker_parse_spanned(p->arena, rest,
				 p->lenient ? MARKER_IN_METADATA : MARKER_IN_REQUIREMENT,
				 &requirement->marker, &bad, err) < 0)
		return fail(p, p->at + bad.offset, bad.len);
	return 0;
}

static int parse_all(struct parser *p, struct requirement *requirement, struct error *err)
{
	size_t bad = slice_find_bad_utf8(p->text);
	if (bad != SLICE_NONE) {
		error_set(err, ERROR_INPUT, "the byte 0x%02x is not valid UTF-8",
			  (unsigned)(unsigned char)p->text.ptr[bad]);
		return fail(p, bad, 1);
	}
	if (parse_name(p, "a project name", &requirement->raw_name, err) < 0)
		return -1;
	requirement->name = name_normalize(p->arena, requirement->raw_name);
	skip(p);
	if (next_is(p, '[') && parse_extras(p, requirement, err) < 0)
		return -1;
	if (parse_details(p, requirement, err) < 0)
		return -1;
	return parse_marker(p, requirement, err);
}

int requirement_parse(struct arena *arena, struct slice text, enum requirement_mode mode,
		      struct requirement *ret_requirement,
		      struct requirement_bad *ret_bad, struct error *err)
{
	struct slice trimmed = slice_trim(text);
	struct parser p = { .arena = arena,
			    .text = trimmed,
			    .lenient = mode == REQUIREMENT_LENIENT };
	struct requirement requirement = { .text = trimmed, .url = S("") };
	if (parse_all(&p, &requirement, err) < 0) {
		if (ret_bad) {
			*ret_bad = p.bad;
			ret_bad->offset += (size_t)(trimmed.ptr - text.ptr);
		}
		return -1;
	}
	*ret_requirement = requirement;
	return 0;
}

struct slice requirement_text(struct arena *arena, const struct requirement *requirement)
{
	struct buf buf = { .arena = arena };
	buf_append(&buf, requirement->name);
	for (size_t i = 0; i < requirement->extras_len; i++) {
		buf_byte(&buf, i == 0 ? '[' : ',');
		buf_append(&buf, requirement->extras[i]);
	}
	if (requirement->extras_len)
		buf_byte(&buf, ']');
	buf_append(&buf, specifier_set_text(arena, &requirement->specifiers));
	if (requirement->url.len) {
		buf_append(&buf, S(" @ "));
		buf_append(&buf, requirement->url);
	}
	if (requirement->marker) {
		buf_append(&buf, requirement->url.len ? S(" ; ") : S("; "));
		buf_append(&buf, marker_text(arena, requirement->marker));
	}
	return buf_slice(&buf);
}
