// SPDX-License-Identifier: MIT
// What a comparison of a marker means: which operators go with which type of field, and
// where a variable exists at all (508.1, 508.2, 508.6).
#include "packaging/marker_tree.h"

#include "packaging/name.h"
#include "packaging/token.h"

static int fail(struct marker_comparison *c, size_t offset, size_t len)
{
	c->bad_offset = offset;
	c->bad_len = len;
	return -1;
}

static int fail_whole(struct marker_comparison *c)
{
	return fail(c, c->left.offset, c->right.offset + c->right.len - c->left.offset);
}

// 'extra' means nothing in a lock, 'extras' and 'dependency_groups' nothing elsewhere
// (508.6).
static int check_place(struct marker_comparison *c, const struct marker_operand *variable,
		       struct error *err)
{
	bool in_lock = c->where == MARKER_IN_LOCK;
	const struct marker_field_info *info = &marker_fields[variable->field];
	if (in_lock && variable->field == FIELD_EXTRA) {
		error_set(err, ERROR_INPUT, "'extra' has no meaning in a lock file");
		error_hint(err, "a lock asks for an extra by '\"name\" in extras'");
		return fail(c, variable->offset, variable->len);
	}
	if (!in_lock && info->type == TYPE_SET) {
		error_set(err, ERROR_INPUT, "'%s' has a meaning in lock files only",
			  info->name);
		return fail(c, variable->offset, variable->len);
	}
	return 0;
}

static bool is_membership(enum marker_operator op)
{
	return op == MARKER_IN || op == MARKER_NOT_IN;
}

// `op literal` as a specifier of one clause, NULL if it is none: ">=" with "3.8,<4" is no
// comparison, nor is ">" with "=3".
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

static int fail_no_version(struct marker_comparison *c, const struct marker *compare,
			   const struct marker_operand *literal, struct error *err)
{
	struct slice text = compare->literal;
	error_set(err, ERROR_INPUT, "'%s' cannot be compared by '%s' with '%.*s'",
		  marker_fields[compare->field].name, marker_operator_texts[compare->op],
		  SLICE_ARG(text));
	if (slice_ends_with(text, S(".*")) && compare->op != MARKER_COMPATIBLE)
		error_hint(err, "'.*' goes with '==' and '!=' only: write \"%.*s\"",
			   (int)text.len - 2, text.ptr);
	return fail(c, literal->offset, literal->len);
}

// Versions are compared as specifiers do, without 'in' (508.2). What installers do with a
// bad version differs from the standard: packaging compares texts. That stays possible in
// metadata, whose author cannot be asked; elsewhere a comparison that can only be false
// is an error.
static int check_version(struct arena *arena, struct marker_comparison *c,
			 struct marker *compare, const struct marker_operand *literal,
			 struct error *err)
{
	bool strictly_version = marker_fields[compare->field].type == TYPE_VERSION;
	if (is_membership(compare->op)) {
		if (c->where != MARKER_IN_LOCK || !strictly_version)
			return 0;
		error_set(err, ERROR_INPUT, "'%s' is a version: '%s' does not apply",
			  marker_fields[compare->field].name,
			  marker_operator_texts[compare->op]);
		return fail(c, literal->offset, literal->len);
	}
	if (compare->op == MARKER_ARBITRARY) // compares texts, and any will do (440.9)
		return 0;
	compile_version(arena, compare);
	if (compare->specifier || compare->version)
		return 0;
	bool as_text = !strictly_version || c->where == MARKER_IN_METADATA;
	if (as_text && compare->op != MARKER_COMPATIBLE)
		return 0;
	return fail_no_version(c, compare, literal, err);
}

// Sets know only 'in' with the text on the left, texts have no '~=' (508.2).
static int check_text(struct marker_comparison *c, const struct marker *compare,
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
	return fail_whole(c);
}

// Names of extras and groups are compared normalised (685.1).
static bool is_name_field(enum marker_field field)
{
	return field == FIELD_EXTRA || marker_fields[field].type == TYPE_SET;
}

int marker_compare(struct arena *arena, struct marker_comparison *c,
		   struct marker *ret_compare, struct error *err)
{
	bool literal_first = c->left.is_literal;
	if (c->left.is_literal == c->right.is_literal) {
		error_set(
			err, ERROR_INPUT,
			"a comparison needs a variable and a quoted text; these are two %s",
			literal_first ? "texts" : "variables");
		return fail_whole(c);
	}
	const struct marker_operand *variable = literal_first ? &c->right : &c->left;
	const struct marker_operand *literal = literal_first ? &c->left : &c->right;
	if (check_place(c, variable, err) < 0)
		return -1;
	*ret_compare = (struct marker){ .kind = MARKER_COMPARE,
					.op = c->op,
					.field = variable->field,
					.literal_first = literal_first,
					.literal = literal->literal };
	if (is_name_field(variable->field))
		ret_compare->literal = name_normalize(arena, literal->literal);
	enum marker_type type = marker_fields[variable->field].type;
	if (type == TYPE_VERSION || type == TYPE_VERSION_OR_STRING)
		return check_version(arena, c, ret_compare, literal, err);
	return check_text(c, ret_compare, err);
}
