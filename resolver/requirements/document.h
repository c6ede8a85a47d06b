// SPDX-License-Identifier: MIT
// What readers of TOML documents share (pyproject.toml, script blocks): requirements as
// strings with a place, lists by name, and lists that include others.
//
//	[dependency-groups]
//	dev = ["pytest", {include-group = "lint"}]     inclusion "dev"
//	lint = ["ruff>=0.4"]                              └ inclusion "lint", origin 2:19
#pragma once

#include "base/map.h"
#include "base/toml_place.h"
#include "resolver/requirements/requirements.h"

struct document {
	const struct source *source;
	struct arena *arena;
	struct requirement_set *set;
	struct diagnostics *diagnostics;
	size_t steps; // items read so far, every inclusion anew
};

#define document_error(document, span, ...)                                           \
	diagnostics_add((document)->diagnostics, SEVERITY_ERROR, ERROR_INPUT, (span), \
			__VA_ARGS__)

// Loads the file at `path`, "-" for standard input, as a source that lives in the arena.
// If it cannot be read, the error goes to diagnostics.
NODISCARD int document_load(const char *path, const struct requirement_reader *reader,
			    struct arena *arena, struct source **ret_source,
			    struct diagnostics *diagnostics);

// Lists that are being read, innermost first. Zeroed is the outermost one.
struct inclusion {
	const struct inclusion *up;
	struct slice name; // normalized
	struct span *origin;
	size_t origin_len;
	unsigned depth;
	struct marker *marker; // what must hold for all of the list; NULL: nothing
};

// Describes a list at `span` that `up` includes; marker is added to that of up.
struct inclusion inclusion_of(struct document *document, const struct inclusion *up,
			      struct slice name, struct span span, struct marker *marker);
bool inclusion_is_open(const struct inclusion *inclusion, struct slice name);

// Counts an item that is read, since lists that include one another multiply. False, with
// one error, once too many items have been read or too many lists stand in one another.
bool document_step(struct document *document, const struct inclusion *inclusion,
		   struct span span);

// Parses a PEP 508 string; -1 after an error, whose place is the bad part of the string
// (621.2).
NODISCARD int document_requirement(struct document *document,
				   const struct toml_value *string,
				   struct requirement *ret_requirement);
void document_add(struct document *document, const struct toml_value *string,
		  const struct requirement *requirement,
		  const struct inclusion *inclusion);

// Keeps requires-python for the driver; errors as above.
void document_add_python(struct document *document, const struct toml_value *string);

// The entries of a table by normalized name.
struct named_list {
	struct slice name;
	const struct toml_entry *entry;
};
struct named_lists {
	struct named_list *items; // in the table's order
	size_t len, cap;
	struct map ids;
};

// Reads the entries of a table, which may be NULL. Two names that are the same when
// normalized are an error (735.1); what: "group".
void named_lists_read(struct document *document, const struct toml_table *table,
		      const char *what, struct named_lists *ret_lists);
const struct named_list *named_lists_find(const struct named_lists *lists,
					  struct slice name);
// Adds "did you mean 'test'?" to an error about a name that is not there.
void named_lists_hint(const struct named_lists *lists, struct slice name,
		      struct error *err);
