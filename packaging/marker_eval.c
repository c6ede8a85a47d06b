// SPDX-License-Identifier: MIT
// Evaluates markers for a target, with one extra or with any (508.2, 508.5, 508.6).
#include "packaging/marker_tree.h"

static struct slice field_text(enum marker_field field,
			       const struct marker_context *context)
{
	const struct target *target = context->target;
	switch (field) {
	case FIELD_OS_NAME: return target->os_name;
	case FIELD_SYS_PLATFORM: return target->sys_platform;
	case FIELD_PLATFORM_MACHINE: return target->platform_machine;
	case FIELD_PLATFORM_PYTHON_IMPLEMENTATION:
		return target->platform_python_implementation;
	case FIELD_PLATFORM_RELEASE: return target->platform_release;
	case FIELD_PLATFORM_SYSTEM: return target->platform_system;
	case FIELD_PLATFORM_VERSION: return target->platform_version;
	case FIELD_PYTHON_VERSION: return target->python_version;
	case FIELD_IMPLEMENTATION_NAME: return target->implementation_name;
	case FIELD_EXTRA: return context->extra;
	// Targets are for CPython alone, whose version is that of the language.
	case FIELD_PYTHON_FULL_VERSION:
	case FIELD_IMPLEMENTATION_VERSION: return target->python_full;
	case FIELD_EXTRAS:
	case FIELD_DEPENDENCY_GROUPS: break;
	}
	BUG("a set has no text");
}

// The field's value as a version. False if it is none, as platform_release may be.
static bool field_version(struct arena *scratch, enum marker_field field,
			  const struct marker_context *context,
			  struct version *ret_version)
{
	switch (field) {
	case FIELD_PYTHON_VERSION:
		*ret_version = context->target->python_version_value;
		return true;
	case FIELD_PYTHON_FULL_VERSION:
	case FIELD_IMPLEMENTATION_VERSION:
		*ret_version = context->target->python_full_version;
		return true;
	case FIELD_PLATFORM_RELEASE:
	case FIELD_PLATFORM_VERSION:
		return version_parse(scratch, field_text(field, context), ret_version);
	case FIELD_OS_NAME:
	case FIELD_SYS_PLATFORM:
	case FIELD_PLATFORM_MACHINE:
	case FIELD_PLATFORM_PYTHON_IMPLEMENTATION:
	case FIELD_PLATFORM_SYSTEM:
	case FIELD_IMPLEMENTATION_NAME:
	case FIELD_EXTRA:
	case FIELD_EXTRAS:
	case FIELD_DEPENDENCY_GROUPS: break;
	}
	return false;
}

static bool set_holds(const struct marker *compare, const struct marker_context *context)
{
	bool groups = compare->field == FIELD_DEPENDENCY_GROUPS;
	const struct slice *items = groups ? context->groups : context->extras;
	size_t len = groups ? context->groups_len : context->extras_len;
	for (size_t i = 0; i < len; i++)
		if (slice_eq(items[i], compare->literal))
			return compare->op == MARKER_IN;
	return compare->op == MARKER_NOT_IN;
}

// Texts have no order: '<=' and '>=' act as '==' (508.2).
static bool text_holds(const struct marker *compare, struct slice value)
{
	struct slice left = compare->literal_first ? compare->literal : value;
	struct slice right = compare->literal_first ? value : compare->literal;
	switch (compare->op) {
	case MARKER_EQUAL:
	case MARKER_LESS_EQUAL:
	case MARKER_GREATER_EQUAL: return slice_eq(left, right);
	case MARKER_NOT_EQUAL: return !slice_eq(left, right);
	case MARKER_IN: return slice_contains(right, left);
	case MARKER_NOT_IN: return !slice_contains(right, left);
	case MARKER_ARBITRARY: return slice_eq_ignore_case(left, right);
	case MARKER_LESS:
	case MARKER_GREATER:
	case MARKER_COMPATIBLE: return false;
	}
	BUG("unknown marker operator");
}

static enum specifier_operator specifier_operator_of(enum marker_operator op)
{
	switch (op) {
	case MARKER_EQUAL: return SPECIFIER_EQUAL;
	case MARKER_NOT_EQUAL: return SPECIFIER_NOT_EQUAL;
	case MARKER_LESS_EQUAL: return SPECIFIER_LESS_EQUAL;
	case MARKER_GREATER_EQUAL: return SPECIFIER_GREATER_EQUAL;
	case MARKER_LESS: return SPECIFIER_LESS;
	case MARKER_GREATER: return SPECIFIER_GREATER;
	case MARKER_COMPATIBLE: return SPECIFIER_COMPATIBLE;
	case MARKER_ARBITRARY: return SPECIFIER_ARBITRARY;
	case MARKER_IN:
	case MARKER_NOT_IN: break;
	}
	BUG("membership is no specifier");
}

// The right side is the specifier, the left side the candidate: "3.8" <= python_version
// asks whether 3.8 is within <=3.12.
static bool compare_holds(const struct marker *compare,
			  const struct marker_context *context)
{
	if (marker_fields[compare->field].type == TYPE_SET)
		return set_holds(compare, context);
	struct slice value = field_text(compare->field, context);
	if (!compare->specifier && !compare->version)
		return text_holds(compare, value);

	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct version version = { 0 };
	if (!field_version(&scratch, compare->field, context, &version))
		return text_holds(compare, value);
	if (compare->specifier)
		return specifier_contains(compare->specifier, &version);
	struct specifier right = { .op = specifier_operator_of(compare->op),
				   .text = value,
				   .version = version };
	return specifier_contains(&right, compare->version);
}

// Recursion ends at LIMIT_NESTING_DEPTH, which the parser enforces.
bool marker_holds(const struct marker *marker, const struct marker_context *context)
{
	if (!marker)
		return true;
	if (marker->kind == MARKER_COMPARE)
		return compare_holds(marker, context);
	bool decides = marker->kind == MARKER_OR;
	for (size_t i = 0; i < marker->len; i++)
		if (marker_holds(marker->items[i], context) == decides)
			return decides;
	return !decides;
}

bool marker_mentions_extra(const struct marker *marker)
{
	if (!marker)
		return false;
	if (marker->kind == MARKER_COMPARE)
		return marker->field == FIELD_EXTRA;
	for (size_t i = 0; i < marker->len; i++)
		if (marker_mentions_extra(marker->items[i]))
			return true;
	return false;
}
