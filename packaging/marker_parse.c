// SPDX-License-Identifier: MIT
// Parses markers by the grammar of PEP 508 (508.3, 508.4). What a comparison means is in
// marker_compare.c.
#include "packaging/marker_tree.h"

#include "base/display.h"
#include "base/limits.h"
#include "packaging/name.h"
#include "packaging/token.h"

const struct marker_field_info marker_fields[MARKER_FIELD_COUNT] = {
	{ "os_name", FIELD_OS_NAME, TYPE_STRING },
	{ "sys_platform", FIELD_SYS_PLATFORM, TYPE_STRING },
	{ "platform_machine", FIELD_PLATFORM_MACHINE, TYPE_STRING },
	{ "platform_python_implementation", FIELD_PLATFORM_PYTHON_IMPLEMENTATION,
	  TYPE_STRING },
	{ "platform_release", FIELD_PLATFORM_RELEASE, TYPE_VERSION_OR_STRING },
	{ "platform_system", FIELD_PLATFORM_SYSTEM, TYPE_STRING },
	{ "platform_version", FIELD_PLATFORM_VERSION, TYPE_VERSION_OR_STRING },
	{ "python_version", FIELD_PYTHON_VERSION, TYPE_VERSION },
	{ "python_full_version", FIELD_PYTHON_FULL_VERSION, TYPE_VERSION },
	{ "implementation_name", FIELD_IMPLEMENTATION_NAME, TYPE_STRING },
	{ "implementation_version", FIELD_IMPLEMENTATION_VERSION, TYPE_VERSION },
	{ "extra", FIELD_EXTRA, TYPE_STRING },
	{ "extras", FIELD_EXTRAS, TYPE_SET },
	{ "dependency_groups", FIELD_DEPENDENCY_GROUPS, TYPE_SET },
};

// Names from before PEP 508 that old metadata still uses (md.3).
static const struct marker_field_info old_names[] = {
	{ "os.name", FIELD_OS_NAME, TYPE_STRING },
	{ "sys.platform", FIELD_SYS_PLATFORM, TYPE_STRING },
	{ "platform.version", FIELD_PLATFORM_VERSION, TYPE_VERSION_OR_STRING },
	{ "platform.machine", FIELD_PLATFORM_MACHINE, TYPE_STRING },
	{ "platform.python_implementation", FIELD_PLATFORM_PYTHON_IMPLEMENTATION,
	  TYPE_STRING },
	{ "python_implementation", FIELD_PLATFORM_PYTHON_IMPLEMENTATION, TYPE_STRING },
};

const char *const marker_operator_texts[MARKER_NOT_IN + 1] = {
	"==", "!=", "<=", ">=", "<", ">", "~=", "===", "in", "not in",
};

struct parser {
	struct arena *arena;
	struct slice text;
	size_t at;
	enum marker_where where;
	unsigned depth;
	size_t terms;
	size_t bad_offset, bad_len; // set with the error
};

static int fail(struct parser *p, size_t offset, size_t len)
{
	p->bad_offset = offset;
	p->bad_len = len;
	return -1;
}

static int fail_expected(struct parser *p, const char *expected, struct error *err)
{
	struct slice token = token_at(p->text, p->at);
	error_set(err, ERROR_INPUT, "expected %s, found %s", expected,
		  token_describe(token).text);
	return fail(p, p->at, token.len);
}

static bool name_at(const struct parser *p, const struct marker_field_info *names,
		    size_t count, struct marker_operand *ret_operand)
{
	for (size_t i = 0; i < count; i++) {
		struct slice name = slice_from(names[i].name);
		if (!word_at(p->text, p->at, name))
			continue;
		*ret_operand = (struct marker_operand){ .field = names[i].field,
							.len = name.len };
		return true;
	}
	return false;
}

static bool field_at(const struct parser *p, struct marker_operand *ret_operand)
{
	return name_at(p, marker_fields, MARKER_FIELD_COUNT, ret_operand) ||
	       name_at(p, old_names, sizeof(old_names) / sizeof(*old_names), ret_operand);
}

static void hint_nearest_field(struct slice token, struct error *err)
{
	enum { NEAR = 2 };
	size_t best = NEAR + 1;
	const char *nearest = NULL;
	for (size_t i = 0; i < MARKER_FIELD_COUNT; i++) {
		size_t distance =
			name_distance(token, slice_from(marker_fields[i].name), NEAR);
		if (distance < best) {
			best = distance;
			nearest = marker_fields[i].name;
		}
	}
	if (nearest)
		error_hint(err, "did you mean '%s'?", nearest);
}

// The operand is neither a quoted text nor a variable of the standard (508.3).
static int fail_operand(struct parser *p, bool is_right, struct error *err)
{
	struct slice token = token_at(p->text, p->at);
	if (token.len == 0 || !is_alnum(token.ptr[0]))
		return fail_expected(p, "a marker variable or a quoted text", err);
	struct token_text shown = token_describe(token);
	if (is_right || is_digit(token.ptr[0])) {
		error_set(err, ERROR_INPUT, "expected a quoted text, found %s",
			  shown.text);
		error_hint(err, "put it in quotes: \"%.*s\"", SLICE_ARG(token));
	} else {
		error_set(err, ERROR_INPUT, "unknown marker variable %s", shown.text);
		hint_nearest_field(token, err);
	}
	return fail(p, p->at, token.len);
}

// The first character of a quoted text that has no business there, or SLICE_NONE. PEP 508
// has no escapes, so a backslash means nothing; control characters but the tab could only
// confuse what is printed.
static size_t find_forbidden(struct slice literal)
{
	size_t backslash = slice_find_byte(literal, '\\');
	for (size_t at = 0; at < literal.len; at++) {
		size_t found = display_find_control(slice_skip(literal, at));
		if (found == SLICE_NONE)
			break;
		at += found;
		if (literal.ptr[at] != '\t')
			return at < backslash ? at : backslash;
	}
	return backslash;
}

static int check_literal(struct parser *p, const struct marker_operand *operand,
			 struct error *err)
{
	struct slice literal = operand->literal;
	size_t bad = find_forbidden(literal);
	if (bad == SLICE_NONE)
		return 0;
	struct slice token = token_at(literal, bad);
	error_set(err, ERROR_INPUT, "%s is not allowed in a quoted text of a marker",
		  token_describe(token).text);
	return fail(p, operand->offset + 1 + bad, token.len);
}

static int parse_operand(struct parser *p, bool is_right,
			 struct marker_operand *ret_operand, struct error *err)
{
	p->at = skip_blanks(p->text, p->at);
	struct slice rest = slice_skip(p->text, p->at);
	if (rest.len && (rest.ptr[0] == '"' || rest.ptr[0] == '\'')) {
		size_t len = slice_find_byte(slice_skip(rest, 1), rest.ptr[0]);
		if (len == SLICE_NONE) {
			error_set(err, ERROR_INPUT, "the quote %c is not closed",
				  rest.ptr[0]);
			return fail(p, p->at, rest.len);
		}
		*ret_operand =
			(struct marker_operand){ .is_literal = true, .len = len + 2 };
		ret_operand->literal = slice_range(rest, 1, len + 1);
	} else if (!field_at(p, ret_operand)) {
		return fail_operand(p, is_right, err);
	}
	ret_operand->offset = p->at;
	p->at += ret_operand->len;
	return ret_operand->is_literal ? check_literal(p, ret_operand, err) : 0;
}

static int fail_operator(struct parser *p, struct error *err)
{
	struct slice token = token_at(p->text, p->at);
	fail_expected(p, "a comparison such as '==', '>=' or 'in'", err);
	const char *meant = operator_meant(token);
	if (meant)
		error_hint(err, "did you mean '%s'?", meant);
	return -1;
}

// The longest operator wins, '===' before '==' (508.4).
static int parse_operator(struct parser *p, enum marker_operator *ret_op,
			  struct error *err)
{
	static const enum marker_operator longest_first[] = {
		MARKER_ARBITRARY, MARKER_EQUAL,      MARKER_COMPATIBLE,
		MARKER_NOT_EQUAL, MARKER_LESS_EQUAL, MARKER_GREATER_EQUAL,
		MARKER_LESS,      MARKER_GREATER,
	};
	p->at = skip_blanks(p->text, p->at);
	struct slice rest = slice_skip(p->text, p->at);
	for (size_t i = 0; i < sizeof(longest_first) / sizeof(*longest_first); i++) {
		struct slice op = slice_from(marker_operator_texts[longest_first[i]]);
		if (slice_starts_with(rest, op) && !slice_starts_with(rest, S("<>"))) {
			p->at += op.len;
			*ret_op = longest_first[i];
			return 0;
		}
	}
	if (word_at(p->text, p->at, S("in"))) {
		p->at += S("in").len;
		*ret_op = MARKER_IN;
		return 0;
	}
	if (!word_at(p->text, p->at, S("not")))
		return fail_operator(p, err);
	p->at = skip_blanks(p->text, p->at + S("not").len);
	if (!word_at(p->text, p->at, S("in")))
		return fail_expected(p, "'in' after 'not'", err);
	p->at += S("in").len;
	*ret_op = MARKER_NOT_IN;
	return 0;
}

static int parse_compare(struct parser *p, struct marker **ret_marker, struct error *err)
{
	if (++p->terms > LIMIT_MARKER_TERMS) {
		error_set(err, ERROR_INPUT, "a marker has at most %d comparisons",
			  LIMIT_MARKER_TERMS);
		return fail(p, p->at, 0);
	}
	struct marker_comparison written = { .where = p->where };
	struct marker *compare = arena_new(p->arena, struct marker);
	if (parse_operand(p, false, &written.left, err) < 0 ||
	    parse_operator(p, &written.op, err) < 0 ||
	    parse_operand(p, true, &written.right, err) < 0)
		return -1;
	if (marker_compare(p->arena, &written, compare, err) < 0)
		return fail(p, written.bad_offset, written.bad_len);
	*ret_marker = compare;
	return 0;
}

static int parse_or(struct parser *p, struct marker **ret_marker, struct error *err);

static int parse_atom(struct parser *p, struct marker **ret_marker, struct error *err)
{
	p->at = skip_blanks(p->text, p->at);
	if (p->at == p->text.len || p->text.ptr[p->at] != '(')
		return parse_compare(p, ret_marker, err);
	size_t open = p->at++;
	if (++p->depth > LIMIT_NESTING_DEPTH) {
		error_set(err, ERROR_INPUT, "parentheses are nested more than %d deep",
			  LIMIT_NESTING_DEPTH);
		return fail(p, open, 1);
	}
	if (parse_or(p, ret_marker, err) < 0)
		return -1;
	p->at = skip_blanks(p->text, p->at);
	if (p->at == p->text.len) {
		error_set(err, ERROR_INPUT, "the parenthesis is not closed");
		return fail(p, open, 1);
	}
	if (p->text.ptr[p->at] != ')')
		return fail_expected(p, "'and', 'or' or ')'", err);
	p->at++;
	p->depth--;
	return 0;
}

// Puts child under parent. A child of the parent's kind is replaced by its own children,
// so that the tree is as flat as the logic.
static void adopt(struct arena *arena, struct marker *parent, struct marker *child)
{
	bool merge = child->kind == parent->kind;
	for (size_t i = 0; i < (merge ? child->len : 1); i++)
		*array_push(arena, parent) = merge ? child->items[i] : child;
}

// Parses a chain of one level: `part (word part)*`.
static int parse_chain(struct parser *p, enum marker_kind kind,
		       struct marker **ret_marker, struct error *err)
{
	struct slice word = kind == MARKER_AND ? S("and") : S("or");
	struct marker *first = NULL, *chain = NULL;
	for (;;) {
		struct marker *part = NULL;
		int result = kind == MARKER_AND ? parse_atom(p, &part, err)
						: parse_chain(p, MARKER_AND, &part, err);
		if (result < 0)
			return -1;
		if (chain)
			adopt(p->arena, chain, part);
		else
			first = part;
		p->at = skip_blanks(p->text, p->at);
		if (!word_at(p->text, p->at, word))
			break;
		p->at += word.len;
		if (!chain) {
			chain = arena_new(p->arena, struct marker);
			chain->kind = kind;
			adopt(p->arena, chain, first);
		}
	}
	*ret_marker = chain ? chain : first;
	return 0;
}

static int parse_or(struct parser *p, struct marker **ret_marker, struct error *err)
{
	return parse_chain(p, MARKER_OR, ret_marker, err);
}

int marker_parse_spanned(struct arena *arena, struct slice text, enum marker_where where,
			 struct marker **ret_marker, struct marker_part *ret_bad,
			 struct error *err)
{
	struct parser p = { .arena = arena, .text = text, .where = where };
	struct marker *marker = NULL;
	int result = parse_or(&p, &marker, err);
	if (result == 0 && p.at < text.len)
		result = fail_expected(&p, "'and', 'or' or the end of the marker", err);
	if (result < 0) {
		*ret_bad = (struct marker_part){ p.bad_offset, p.bad_len };
		return -1;
	}
	*ret_marker = marker;
	return 0;
}

int marker_parse(struct arena *arena, struct slice text, enum marker_where where,
		 struct marker **ret_marker, size_t *ret_bad_offset, struct error *err)
{
	struct marker_part bad;
	if (marker_parse_spanned(arena, text, where, ret_marker, &bad, err) == 0)
		return 0;
	if (ret_bad_offset)
		*ret_bad_offset = bad.offset;
	return -1;
}
