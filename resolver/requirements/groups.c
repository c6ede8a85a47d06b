// SPDX-License-Identifier: MIT
// [dependency-groups] (PEP 735): lists of requirements that may include one another.
// Only the groups in use are looked at, besides their names (735.4).
#include "resolver/requirements/pyproject.h"

#include "packaging/name.h"

static void fail_cycle(struct document *document, const struct inclusion *inclusion,
		       struct slice name, struct span span)
{
	struct buf chain = { .arena = document->arena };
	buf_append(&chain, name);
	for (; inclusion && inclusion->name.len; inclusion = inclusion->up) {
		struct slice inner = buf_slice(&chain);
		chain = (struct buf){ .arena = document->arena };
		buf_printf(&chain, "%.*s -> %.*s", SLICE_ARG(inclusion->name),
			   SLICE_ARG(inner));
		if (slice_eq(inclusion->name, name))
			break;
	}
	struct slice text = buf_slice(&chain);
	document_error(document, span, "group '%.*s' includes itself: %.*s",
		       SLICE_ARG(name), SLICE_ARG(text));
}

static void add_group(struct pyproject *project, const struct named_list *group,
		      const struct inclusion *inclusion);

// An include is {include-group = "x"}, without any other key (735.3). NULL after an
// error.
static const struct toml_value *included_name(struct document *document,
					      const struct toml_value *item)
{
	const struct toml_table *table = item->table;
	const struct toml_value *target = toml_find(table, S("include-group"));
	for (size_t i = 0; i < table->len; i++) {
		if (slice_eq(table->items[i].key, S("include-group")))
			continue;
		document_error(document, table->items[i].key_span,
			       "'%.*s' has no meaning here: expected {include-group = "
			       "\"…\"} and no other key",
			       SLICE_ARG(table->items[i].key));
		return NULL;
	}
	if (!target)
		document_error(document, item->span,
			       "an empty table: expected {include-group = \"…\"}");
	else if (toml_check_type(target, TOML_STRING, S("include-group"),
				 document->diagnostics))
		return target;
	return NULL;
}

static void follow_include(struct pyproject *project, const struct toml_value *item,
			   const struct inclusion *inclusion)
{
	struct document *document = &project->document;
	const struct toml_value *target = included_name(document, item);
	if (!target)
		return;
	struct slice name = name_normalize(document->arena, target->string);
	const struct named_list *group = named_lists_find(&project->groups, name);
	if (inclusion_is_open(inclusion, name)) {
		fail_cycle(document, inclusion, name, target->span);
	} else if (!group) {
		struct error *err = document_error(document, target->span,
						   "there is no dependency group '%.*s'",
						   SLICE_ARG(target->string));
		named_lists_hint(&project->groups, name, err);
	} else {
		struct inclusion inner =
			inclusion_of(document, inclusion, name, item->span, NULL);
		add_group(project, group, &inner);
	}
}

// A group's items are added in order, also those that stand there twice (735.2).
static void add_group(struct pyproject *project, const struct named_list *group,
		      const struct inclusion *inclusion)
{
	struct document *document = &project->document;
	const struct toml_value *value = &group->entry->value;
	if (!toml_check_type(value, TOML_ARRAY, group->entry->key, document->diagnostics))
		return;
	for (size_t i = 0; i < value->array.len; i++) {
		const struct toml_value *item = &value->array.items[i];
		if (!document_step(document, inclusion, item->span))
			return;
		if (item->type == TOML_STRING)
			pyproject_add(project, item, inclusion);
		else if (item->type == TOML_TABLE)
			follow_include(project, item, inclusion);
		else
			document_error(document, item->span,
				       "expected a requirement or {include-group = "
				       "\"…\"}, found %s",
				       toml_type_name(item->type));
	}
}

void pyproject_add_group(struct pyproject *project, struct slice asked)
{
	struct document *document = &project->document;
	struct slice name = name_normalize(document->arena, asked);
	const struct named_list *group = named_lists_find(&project->groups, name);
	if (!group) {
		struct slice file = document->source->name;
		struct error *err =
			document_error(document, (struct span){ 0 },
				       "'%.*s' has no dependency group '%.*s'",
				       SLICE_ARG(file), SLICE_ARG(asked));
		named_lists_hint(&project->groups, name, err);
		return;
	}
	struct inclusion outermost = { .name = name };
	add_group(project, group, &outermost);
}
