// SPDX-License-Identifier: MIT
// Parses version specifiers into clauses, and prints them. What a clause admits is in
// specifier_match.c.
#include "packaging/specifier.h"

#include "base/limits.h"

// Longer spellings first: "===" before "==" (508.4).
static const struct {
	struct slice text;
	enum specifier_operator op;
} OPERATORS[] = {
	{ { "===", 3 }, SPECIFIER_ARBITRARY },    { { "==", 2 }, SPECIFIER_EQUAL },
	{ { "!=", 2 }, SPECIFIER_NOT_EQUAL },     { { "<=", 2 }, SPECIFIER_LESS_EQUAL },
	{ { ">=", 2 }, SPECIFIER_GREATER_EQUAL }, { { "~=", 2 }, SPECIFIER_COMPATIBLE },
	{ { "<", 1 }, SPECIFIER_LESS },           { { ">", 1 }, SPECIFIER_GREATER },
};
enum { OPERATOR_COUNT = sizeof(OPERATORS) / sizeof(OPERATORS[0]) };

struct parser {
	struct arena *arena;
	struct slice text; // whole, so that `at` is the offset to report
	size_t at;
	bool lenient;
	struct error *err;
};

static struct slice rest_of(const struct parser *parser)
{
	return slice_skip(parser->text, parser->at);
}

static void skip_blanks(struct parser *parser)
{
	while (parser->at < parser->text.len && is_space(parser->text.ptr[parser->at]))
		parser->at++;
}

static bool next_is(const struct parser *parser, char c)
{
	return parser->at < parser->text.len && parser->text.ptr[parser->at] == c;
}

// A '!' without '=' belongs to an epoch.
static bool starts_operator(struct slice text)
{
	return text.ptr[0] == '<' || text.ptr[0] == '>' ||
	       slice_starts_with(text, S("==")) || slice_starts_with(text, S("!=")) ||
	       slice_starts_with(text, S("~="));
}

static int expect_operator(struct parser *parser)
{
	struct slice rest = rest_of(parser);
	error_set(parser->err, ERROR_INPUT,
		  "expected an operator such as '>=' or '==', found '%.*s'",
		  SLICE_ARG(rest));
	if (slice_starts_with(rest, S("=>")) || slice_starts_with(rest, S("=<")))
		error_hint(parser->err, "write '%c='", rest.ptr[1]);
	else if (next_is(parser, '='))
		error_hint(parser->err, "an exact version is written with '=='");
	return -1;
}

static int parse_operator(struct parser *parser, struct specifier *specifier)
{
	struct slice rest = rest_of(parser);
	size_t i = 0;
	while (i < OPERATOR_COUNT && !slice_starts_with(rest, OPERATORS[i].text))
		i++;
	if (i == OPERATOR_COUNT)
		return expect_operator(parser);
	specifier->op = OPERATORS[i].op;
	parser->at += OPERATORS[i].text.len;
	// Old metadata's "!=~5.0" means "!=5.0.*" (md.3).
	if (parser->lenient && specifier->op == SPECIFIER_NOT_EQUAL &&
	    next_is(parser, '~')) {
		parser->at++;
		specifier->wildcard = true;
	}
	return 0;
}

// The version ends at a blank or a comma; in old metadata also where the next operator
// stands without a comma.
static struct slice take_version_text(struct parser *parser, enum specifier_operator op)
{
	struct slice rest = rest_of(parser);
	size_t len = 0;
	while (len < rest.len && !is_space(rest.ptr[len]) && rest.ptr[len] != ',' &&
	       !(parser->lenient && op != SPECIFIER_ARBITRARY &&
		 starts_operator(slice_skip(rest, len))))
		len++;
	parser->at += len;
	return slice_range(rest, 0, len);
}

static struct slice without_quotes(struct slice text)
{
	while (text.len > 0 && (text.ptr[0] == '\'' || text.ptr[0] == '"'))
		text = slice_skip(text, 1);
	while (text.len > 0 &&
	       (text.ptr[text.len - 1] == '\'' || text.ptr[text.len - 1] == '"'))
		text.len--;
	return text;
}

static bool takes_wildcard(enum specifier_operator op)
{
	return op == SPECIFIER_EQUAL || op == SPECIFIER_NOT_EQUAL;
}

// Cuts ".*" off. Old metadata also has "5.0*", and ">=2.7.*", where the wildcard means
// nothing (md.3).
static void cut_wildcard(const struct parser *parser, struct specifier *specifier)
{
	struct slice *text = &specifier->text;
	if (parser->lenient)
		*text = without_quotes(*text);
	if (slice_ends_with(*text, S(".*"))) {
		text->len -= 2;
		specifier->wildcard = true;
	} else if (parser->lenient && slice_ends_with(*text, S("*"))) {
		text->len--;
		specifier->wildcard = true;
	}
	if (parser->lenient && !takes_wildcard(specifier->op))
		specifier->wildcard = false;
}

static bool is_release_only(const struct version *version)
{
	return !version_is_prerelease(version) && !version->has_post &&
	       version->local_len == 0;
}

// '.*' follows a bare release, '~=' needs two numbers (440.8), and a local part stands
// only where equality is asked for.
static int check_version(const struct parser *parser, const struct specifier *specifier)
{
	const struct version *version = &specifier->version;
	struct slice text = specifier->text;
	if (specifier->wildcard && !takes_wildcard(specifier->op)) {
		error_set(parser->err, ERROR_INPUT, "'.*' goes with '==' and '!=' only");
		return error_hint(parser->err, "leave out the '.*'");
	}
	if (specifier->wildcard && !is_release_only(version))
		return error_set(parser->err, ERROR_INPUT,
				 "'.*' may follow a release number only, not '%.*s'",
				 SLICE_ARG(text));
	if (version->local_len > 0 && !takes_wildcard(specifier->op))
		return error_set(parser->err, ERROR_INPUT,
				 "the local version '%.*s' goes with '==' and '!=' only",
				 SLICE_ARG(text));
	if (specifier->op == SPECIFIER_COMPATIBLE && version->release_len < 2) {
		error_set(parser->err, ERROR_INPUT,
			  "'~=' needs two numbers or more, found '%.*s'",
			  SLICE_ARG(text));
		return error_hint(parser->err, "write '~=%.*s.0' or '>=%.*s'",
				  SLICE_ARG(text), SLICE_ARG(text));
	}
	return 0;
}

static int check_arbitrary(const struct parser *parser, struct slice text)
{
	if (text.len == 0)
		return error_set(parser->err, ERROR_INPUT,
				 "expected a version after '==='");
	if (slice_find_byte(text, ';') != SLICE_NONE ||
	    slice_find_byte(text, ')') != SLICE_NONE)
		return error_set(parser->err, ERROR_INPUT, "'%.*s' is not a version",
				 SLICE_ARG(text));
	return 0;
}

static int refuse_version(const struct parser *parser, struct slice text)
{
	size_t dots = 0;
	for (size_t i = 0; i < text.len; i++)
		dots += text.ptr[i] == '.';
	if (dots >= LIMIT_VERSION_NUMBERS)
		return error_set(parser->err, ERROR_INPUT,
				 "a version of more than %d numbers",
				 LIMIT_VERSION_NUMBERS);
	return error_set(parser->err, ERROR_INPUT, "'%.*s' is not a version",
			 SLICE_ARG(text));
}

static int parse_version(struct parser *parser, struct specifier *specifier)
{
	size_t start = parser->at;
	specifier->text = take_version_text(parser, specifier->op);
	size_t end = parser->at;
	parser->at = start; // the place of an error
	if (specifier->op == SPECIFIER_ARBITRARY) {
		if (check_arbitrary(parser, specifier->text) < 0)
			return -1;
		parser->at = end;
		return 0;
	}
	if (specifier->text.len == 0)
		return error_set(parser->err, ERROR_INPUT,
				 "expected a version after the operator");
	struct slice written = specifier->text;
	cut_wildcard(parser, specifier);
	if (!version_parse(parser->arena, specifier->text, &specifier->version))
		return refuse_version(parser, written);
	if (check_version(parser, specifier) < 0)
		return -1;
	parser->at = end;
	return 0;
}

// After a clause comes the end, a comma, or in old metadata the next clause at once.
static int parse_comma(struct parser *parser)
{
	skip_blanks(parser);
	if (parser->at == parser->text.len)
		return 0;
	if (next_is(parser, ',')) {
		parser->at++;
		return 0;
	}
	if (parser->lenient)
		return 0;
	return error_set(parser->err, ERROR_INPUT, "expected ',' before '%.*s'",
			 SLICE_ARG(rest_of(parser)));
}

static int parse_clauses(struct parser *parser, struct specifier_set *set)
{
	for (;;) {
		skip_blanks(parser);
		while (parser->lenient && next_is(parser, ',')) {
			parser->at++;
			skip_blanks(parser);
		}
		if (parser->at == parser->text.len)
			return 0;
		struct specifier specifier = { 0 };
		if (parse_operator(parser, &specifier) < 0)
			return -1;
		skip_blanks(parser);
		if (parse_version(parser, &specifier) < 0 || parse_comma(parser) < 0)
			return -1;
		if (set->len == LIMIT_SPECIFIERS)
			return error_set(parser->err, ERROR_INPUT, "more than %d clauses",
					 LIMIT_SPECIFIERS);
		*array_push(parser->arena, set) = specifier;
	}
}

int specifier_set_parse(struct arena *arena, struct slice text, bool lenient,
			struct specifier_set *ret_set, size_t *ret_bad_offset,
			struct error *err)
{
	struct parser parser = {
		.arena = arena, .text = text, .lenient = lenient, .err = err
	};
	struct specifier_set set = { 0 };
	if (parse_clauses(&parser, &set) < 0) {
		if (ret_bad_offset)
			*ret_bad_offset = parser.at;
		return -1;
	}
	*ret_set = set;
	return 0;
}

static struct slice operator_text(enum specifier_operator op)
{
	for (size_t i = 0; i < OPERATOR_COUNT; i++)
		if (OPERATORS[i].op == op)
			return OPERATORS[i].text;
	BUG("unknown operator");
}

struct slice specifier_set_text(struct arena *arena, const struct specifier_set *set)
{
	struct buf out = { .arena = arena };
	for (size_t i = 0; i < set->len; i++) {
		const struct specifier *specifier = &set->items[i];
		if (i > 0)
			buf_byte(&out, ',');
		buf_append(&out, operator_text(specifier->op));
		buf_append(&out, specifier->op == SPECIFIER_ARBITRARY
					 ? specifier->text
					 : version_normal(arena, &specifier->version));
		if (specifier->wildcard)
			buf_append(&out, S(".*"));
	}
	return buf_slice(&out);
}
