// SPDX-License-Identifier: MIT
// Turns strings of a TOML document into entries of the requirement set.
#include "resolver/requirements/document.h"

#include "base/limits.h"
#include "packaging/name.h"
#include "resolver/requirements/paths.h"

enum { HINT_DISTANCE = 2 };

int document_load(const char *path, const struct requirement_reader *reader,
		  struct arena *arena, struct source **ret_source,
		  struct diagnostics *diagnostics)
{
	struct error err = { 0 };
	struct source *source = arena_new(arena, struct source);
	const char *tidy = path_tidy(arena, slice_from(path));
	source->name = slice_from(tidy);
	if (slice_eq(source->name, S("-")))
		source->name = S("standard input");
	*ret_source = source;
	if (reader->read(reader->context, tidy, arena, &source->text, &err) == 0)
		return 0;
	struct error *added = diagnostics_add(diagnostics, SEVERITY_ERROR, err.kind,
					      (struct span){ 0 }, "%s", err.cause);
	*added = err;
	return -1;
}

// --- inclusions ----------------------------------------------------------------------

// A marker that holds where both do. Trees of markers cannot be joined by "and", but
// texts can.
static struct marker *both(struct document *document, struct span span, struct marker *a,
			   struct marker *b)
{
	struct marker *joined = NULL;
	struct error impossible;
	if (!a || !b)
		return a ? a : b;
	struct slice left = marker_text(document->arena, a);
	struct slice right = marker_text(document->arena, b);
	struct slice text = arena_printf(document->arena, "(%.*s) and (%.*s)",
					 SLICE_ARG(left), SLICE_ARG(right));
	if (marker_parse(document->arena, text, MARKER_IN_REQUIREMENT, &joined, NULL,
			 &impossible) < 0)
		document_error(document, span,
			       "its marker and those of the lists that include it: %s",
			       impossible.cause);
	return joined;
}

struct inclusion inclusion_of(struct document *document, const struct inclusion *up,
			      struct slice name, struct span span, struct marker *marker)
{
	struct inclusion inner = {
		.up = up,
		.name = name,
		.origin_len = up->origin_len + 1,
		.depth = up->depth + 1,
		.marker = both(document, span, up->marker, marker),
	};
	inner.origin = arena_new_array(document->arena, struct span, inner.origin_len);
	for (size_t i = 0; i < up->origin_len; i++)
		inner.origin[i] = up->origin[i];
	inner.origin[up->origin_len] = span;
	return inner;
}

bool inclusion_is_open(const struct inclusion *inclusion, struct slice name)
{
	for (; inclusion; inclusion = inclusion->up)
		if (slice_eq(inclusion->name, name))
			return true;
	return false;
}

bool document_step(struct document *document, const struct inclusion *inclusion,
		   struct span span)
{
	if (document->steps > LIMIT_REQUIREMENTS)
		return false;
	if (inclusion->depth > LIMIT_INCLUDE_DEPTH) {
		document_error(document, span,
			       "lists include one another more than %d deep",
			       LIMIT_INCLUDE_DEPTH);
		document->steps = LIMIT_REQUIREMENTS;
	} else if (document->steps == LIMIT_REQUIREMENTS) {
		document_error(document, span, "more than %d requirements in all",
			       LIMIT_REQUIREMENTS);
	}
	return ++document->steps <= LIMIT_REQUIREMENTS;
}

// --- entries -------------------------------------------------------------------------

int document_requirement(struct document *document, const struct toml_value *string,
			 struct requirement *ret_requirement)
{
	struct requirement_bad bad = { 0 };
	struct error err = { 0 };
	if (requirement_parse(document->arena, string->string, REQUIREMENT_STRICT,
			      ret_requirement, &bad, &err) == 0)
		return 0;
	struct span place = toml_place(string, bad.offset, bad.len);
	struct error *added = document_error(document, place, "%s", err.cause);
	if (err.hint[0])
		error_hint(added, "%s", err.hint);
	return -1;
}

void document_add(struct document *document, const struct toml_value *string,
		  const struct requirement *requirement,
		  const struct inclusion *inclusion)
{
	struct requirement_set *set = document->set;
	set->entries = array_grow(document->arena, set->entries, set->len, &set->cap,
				  sizeof(*set->entries));
	struct requirement_entry *entry = &set->entries[set->len++];
	*entry = (struct requirement_entry){
		.requirement = *requirement,
		.span = toml_place(string, 0, string->string.len),
		.origin = inclusion->origin,
		.origin_len = inclusion->origin_len,
	};
	entry->requirement.marker =
		both(document, string->span, inclusion->marker, requirement->marker);
}

void document_add_python(struct document *document, const struct toml_value *string)
{
	struct requirement_set *set = document->set;
	struct project_python python = { .text = string->string, .span = string->span };
	struct error err = { 0 };
	size_t bad = 0;
	if (specifier_set_parse(document->arena, string->string, false,
				&python.specifiers, &bad, &err) < 0) {
		document_error(document, toml_place(string, bad, 1), "%s", err.cause);
		return;
	}
	set->pythons = array_grow(document->arena, set->pythons, set->pythons_len,
				  &set->pythons_cap, sizeof(*set->pythons));
	set->pythons[set->pythons_len++] = python;
}

// --- lists by name -------------------------------------------------------------------

static void add_list(struct document *document, const struct toml_entry *entry,
		     const char *what, struct named_lists *lists)
{
	struct slice name = name_normalize(document->arena, entry->key);
	uint32_t other;
	if (!name_is_valid(entry->key)) {
		document_error(document, entry->key_span,
			       "'%.*s' is no name for %s: expected letters, digits, "
			       "'-', '_' and '.'",
			       SLICE_ARG(entry->key), what);
		return;
	}
	if (!map_insert(&lists->ids, name, (uint32_t)lists->len, &other)) {
		struct slice before = lists->items[other].entry->key;
		document_error(document, entry->key_span,
			       "'%.*s' and '%.*s' are the same name of %s",
			       SLICE_ARG(before), SLICE_ARG(entry->key), what);
		return;
	}
	*array_push(document->arena, lists) = (struct named_list){ name, entry };
}

void named_lists_read(struct document *document, const struct toml_table *table,
		      const char *what, struct named_lists *ret_lists)
{
	*ret_lists = (struct named_lists){ .ids.arena = document->arena };
	for (size_t i = 0; table && i < table->len; i++)
		add_list(document, &table->items[i], what, ret_lists);
}

const struct named_list *named_lists_find(const struct named_lists *lists,
					  struct slice name)
{
	uint32_t id;
	return map_find(&lists->ids, name, &id) ? &lists->items[id] : NULL;
}

void named_lists_hint(const struct named_lists *lists, struct slice name,
		      struct error *err)
{
	const struct named_list *nearest = NULL;
	size_t least = HINT_DISTANCE + 1;
	for (size_t i = 0; i < lists->len; i++) {
		size_t distance = name_distance(lists->items[i].name, name, least);
		if (distance < least) {
			least = distance;
			nearest = &lists->items[i];
		}
	}
	if (nearest)
		error_hint(err, "did you mean '%.*s'?", SLICE_ARG(nearest->name));
	else if (lists->len && lists->len <= 8)
		error_hint(err, "there is '%.*s'%s", SLICE_ARG(lists->items[0].name),
			   lists->len > 1 ? " and others" : "");
}
