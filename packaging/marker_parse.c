// SPDX-License-Identifier: MIT
// Text to marker tree: the grammar of PEP 508, and which comparisons have a meaning
// (508.1–508.4, 508.6).
#include "packaging/marker_tree.h"

#include "base/limits.h"
#include "packaging/name.h"
#include "packaging/token.h"

// Comparisons of one marker: exporters write a few hundred, and evaluating over all
// extras is quadratic in them.
enum { MARKER_TERMS_MAX = 4096 };

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

// One side of a comparison.
struct operand {
	bool is_literal;
	struct slice literal; // without the quotes
	enum marker_field field;
	size_t offset, len; // in the text, quotes included
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
		    size_t count, struct operand *ret_operand)
{
	for (size_t i = 0; i < count; i++) {
		struct slice name = slice_from(names[i].name);
		if (!word_at(p->text, p->at, name))
			continue;
		*ret_operand =
			(struct operand){ .field = names[i].field, .len = name.len };
		return true;
	}
	return false;
}

static bool field_at(const struct parser *p, struct operand *ret_operand)
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

// 508.3: neither a quoted text nor a variable of the standard.
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

// PEP 508 knows no escapes, so a backslash has no meaning; control characters could only
// confuse what is printed.
static int check_literal(struct parser *p, const struct operand *operand,
			 struct error *err)
{
	size_t bad = slice_find_bad_utf8(operand->literal);
	for (size_t i = 0; i < operand->literal.len; i++) {
		char c = operand->literal.ptr[i];
		if (i != bad && c != '\\' && ((unsigned char)c >= ' ' || c == '\t') &&
		    c != 0x7f)
			continue;
		error_set(err, ERROR_INPUT,
			  "%s is not allowed in a quoted text of a marker",
			  token_describe(slice_range(operand->literal, i, i + 1)).text);
		return fail(p, operand->offset + 1 + i, 1);
	}
	return 0;
}

static int parse_operand(struct parser *p, bool is_right, struct operand *ret_operand,
			 struct error *err)
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
		*ret_operand = (struct operand){ .is_literal = true, .len = len + 2 };
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

// 508.4: the longest operator wins, '===' before '=='.
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

// 508.6: which variables exist where.
static int check_place(struct parser *p, const struct operand *variable,
		       struct error *err)
{
	bool in_lock = p->where == MARKER_IN_LOCK;
	const struct marker_field_info *info = &marker_fields[variable->field];
	if (in_lock && variable->field == FIELD_EXTRA) {
		error_set(err, ERROR_INPUT, "'extra' has no meaning in a lock file");
		error_hint(err, "a lock asks for an extra by '\"name\" in extras'");
		return fail(p, variable->offset, variable->len);
	}
	if (!in_lock && info->type == TYPE_SET) {
		error_set(err, ERROR_INPUT, "'%s' has a meaning in lock files only",
			  info->name);
		return fail(p, variable->offset, variable->len);
	}
	return 0;
}

static bool is_membership(enum marker_operator op)
{
	return op == MARKER_IN || op == MARKER_NOT_IN;
}

// `op literal` as a specifier, NULL where it is none. One clause only: ">=" and "3.8,<4"
// are no comparison, nor are ">" and "=3".
static const struct specifier *specifier_of(struct arena *arena, enum marker_operator op,
					    struct slice literal)
{
	struct slice trimmed = slice_trim(literal);
	if (trimmed.len == 0 || is_operator(trimmed.ptr[0]) ||
	    slice_find_byte(trimmed, ',') != SLICE_NONE)
		return NULL;
	struct slice text = arena_printf(arena, "%s%.*s", marker_operator_texts[op],
					 SLICE_ARG(trimmed));
	struct specifier_set set = { 0 };
	struct error ignored;
	if (specifier_set_parse(arena, text, false, &set, NULL, &ignored) < 0 ||
	    set.len != 1)
		return NULL;
	return &set.items[0];
}

static void compile_version(struct arena *arena, struct marker *compare)
{
	if (!compare->literal_first) {
		compare->specifier = specifier_of(arena, compare->op, compare->literal);
		return;
	}
	struct version *version = arena_new(arena, struct version);
	if (version_parse(arena, compare->literal, version))
		compare->version = version;
}

static int fail_no_version(struct parser *p, const struct marker *compare,
			   const struct operand *literal, struct error *err)
{
	struct slice text = compare->literal;
	error_set(err, ERROR_INPUT, "'%s' cannot be compared by '%s' with '%.*s'",
		  marker_fields[compare->field].name, marker_operator_texts[compare->op],
		  SLICE_ARG(text));
	if (slice_ends_with(text, S(".*")) && compare->op != MARKER_COMPATIBLE)
		error_hint(err, "'.*' goes with '==' and '!=' only: write \"%.*s\"",
			   (int)text.len - 2, text.ptr);
	return fail(p, literal->offset, literal->len);
}

// 508.2 on versions. What installers do with a bad version differs from the standard:
// packaging compares texts. That stays possible in metadata, whose author cannot be
// asked; elsewhere a comparison that can only be false is an error.
static int check_version(struct parser *p, struct marker *compare,
			 const struct operand *literal, struct error *err)
{
	bool strictly_version = marker_fields[compare->field].type == TYPE_VERSION;
	if (is_membership(compare->op)) {
		if (p->where != MARKER_IN_LOCK || !strictly_version)
			return 0;
		error_set(err, ERROR_INPUT, "'%s' is a version: '%s' does not apply",
			  marker_fields[compare->field].name,
			  marker_operator_texts[compare->op]);
		return fail(p, literal->offset, literal->len);
	}
	if (compare->op == MARKER_ARBITRARY) // 440.9: of texts, and any text will do
		return 0;
	compile_version(p->arena, compare);
	if (compare->specifier || compare->version)
		return 0;
	bool as_text = !strictly_version || p->where == MARKER_IN_METADATA;
	if (as_text && compare->op != MARKER_COMPATIBLE)
		return 0;
	return fail_no_version(p, compare, literal, err);
}

// 508.2 on sets and texts.
static int check_text(struct parser *p, const struct marker *compare, size_t offset,
		      struct error *err)
{
	const struct marker_field_info *info = &marker_fields[compare->field];
	if (info->type == TYPE_SET &&
	    !(compare->literal_first && is_membership(compare->op)))
		error_set(err, ERROR_INPUT,
			  "'%s' is a set: only '\"name\" in %s' and 'not in' apply",
			  info->name, info->name);
	else if (compare->op == MARKER_COMPATIBLE || compare->op == MARKER_ARBITRARY)
		error_set(err, ERROR_INPUT, "'%s' compares versions, and '%s' is a text",
			  marker_operator_texts[compare->op], info->name);
	else
		return 0;
	return fail(p, offset, p->at - offset);
}

// 685.1: names of extras and groups are compared normalised.
static bool is_name_field(enum marker_field field)
{
	return field == FIELD_EXTRA || marker_fields[field].type == TYPE_SET;
}

static int check_compare(struct parser *p, struct marker *compare,
			 const struct operand *left, const struct operand *right,
			 struct error *err)
{
	if (left->is_literal == right->is_literal) {
		error_set(
			err, ERROR_INPUT,
			"a comparison needs a variable and a quoted text; these are two %s",
			left->is_literal ? "texts" : "variables");
		return fail(p, left->offset, p->at - left->offset);
	}
	const struct operand *variable = left->is_literal ? right : left;
	const struct operand *literal = left->is_literal ? left : right;
	if (check_place(p, variable, err) < 0)
		return -1;
	compare->literal_first = left->is_literal;
	compare->field = variable->field;
	compare->literal = is_name_field(variable->field)
				   ? name_normalize(p->arena, literal->literal)
				   : literal->literal;
	enum marker_type type = marker_fields[variable->field].type;
	if (type == TYPE_VERSION || type == TYPE_VERSION_OR_STRING)
		return check_version(p, compare, literal, err);
	return check_text(p, compare, left->offset, err);
}

static int parse_compare(struct parser *p, struct marker **ret_marker, struct error *err)
{
	if (++p->terms > MARKER_TERMS_MAX) {
		error_set(err, ERROR_INPUT, "a marker has at most %d comparisons",
			  MARKER_TERMS_MAX);
		return fail(p, p->at, 0);
	}
	struct marker *compare = arena_new(p->arena, struct marker);
	compare->kind = MARKER_COMPARE;
	struct operand left = { 0 }, right = { 0 };
	if (parse_operand(p, false, &left, err) < 0 ||
	    parse_operator(p, &compare->op, err) < 0 ||
	    parse_operand(p, true, &right, err) < 0 ||
	    check_compare(p, compare, &left, &right, err) < 0)
		return -1;
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

// Puts child under parent; a child of the parent's kind gives its own children instead,
// which is what keeps the tree as flat as the logic is.
static void adopt(struct arena *arena, struct marker *parent, struct marker *child)
{
	bool merge = child->kind == parent->kind;
	for (size_t i = 0; i < (merge ? child->len : 1); i++)
		*array_push(arena, parent) = merge ? child->items[i] : child;
}

// A chain of one level: `part (word part)*`.
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
			 struct marker **ret_marker, size_t *ret_bad_offset,
			 size_t *ret_bad_len, struct error *err)
{
	struct parser p = { .arena = arena, .text = text, .where = where };
	struct marker *marker = NULL;
	int result = parse_or(&p, &marker, err);
	if (result == 0 && p.at < text.len)
		result = fail_expected(&p, "'and', 'or' or the end of the marker", err);
	if (result < 0) {
		*ret_bad_offset = p.bad_offset;
		*ret_bad_len = p.bad_len;
		return -1;
	}
	*ret_marker = marker;
	return 0;
}

int marker_parse(struct arena *arena, struct slice text, enum marker_where where,
		 struct marker **ret_marker, size_t *ret_bad_offset, struct error *err)
{
	size_t offset, len;
	if (marker_parse_spanned(arena, text, where, ret_marker, &offset, &len, err) == 0)
		return 0;
	if (ret_bad_offset)
		*ret_bad_offset = offset;
	return -1;
}
