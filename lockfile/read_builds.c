// SPDX-License-Identifier: MIT
// Reads what a package of a lock is built with: our own records in its table.
#include "lockfile/read.h"

#include "base/limits.h"
#include "lockfile/order.h"
#include "packaging/filename.h"
#include "packaging/name.h"

// Reads the wheel that the package was built to. It has no url or path: it is made, not
// fetched.
static void read_wheel(struct lock_reader *reader, const struct toml_value *table,
		       struct lock_build *build)
{
	const struct toml_value *wheel =
		read_optional(reader, table, S("wheel"), TOML_TABLE);
	struct wheel_name name;
	if (!wheel)
		return;
	read_built_file(reader, wheel, &build->wheel);
	if (wheel_name_parse(build->wheel.name, &name) != FILENAME_OK)
		read_error(reader, wheel->span, "'%.*s' is no wheel name",
			   SLICE_ARG(build->wheel.name));
	build->python = read_text(reader, wheel, S("python"));
}

static void read_packages(struct lock_reader *reader, const struct toml_value *table,
			  struct lock_build *build)
{
	const struct toml_value **items;
	build->len = read_items(reader, table, S("packages"), TOML_TABLE, &items);
	build->packages = arena_new_array(reader->arena, struct lock_package, build->len);
	for (size_t i = 0; i < build->len; i++)
		read_lock_package(reader, items[i], &build->packages[i]);
}

static void read_build(struct lock_reader *reader, const struct toml_value *table,
		       struct lock_build *build)
{
	const struct toml_value *network =
		read_optional(reader, table, S("network"), TOML_BOOLEAN);
	build->targets_len = read_texts(reader, table, S("targets"), &build->targets);
	build->targets_len = lock_sort_texts(build->targets, build->targets_len);
	build->requires_len = read_texts(reader, table, S("requires"), &build->requires);
	build->network = network && network->boolean;
	if (build->network)
		build->network_span = network->span;
	read_packages(reader, table, build);
	read_wheel(reader, table, build);
}

// True if all of the record can be used.
static bool read_alone(struct lock_reader *reader, const struct toml_value *table,
		       struct lock_build *ret_build)
{
	struct diagnostics *outer = reader->diagnostics;
	struct diagnostics own = { .arena = reader->arena };
	struct lock_build build = { 0 };
	reader->diagnostics = &own;
	reader->depth++;
	if (toml_check_type(table, TOML_TABLE, S("builds[]"), &own))
		read_build(reader, table, &build);
	reader->depth--;
	reader->diagnostics = outer;
	for (size_t i = 0; i < own.len; i++) {
		const struct error *error = &own.items[i].error;
		if (own.items[i].severity != SEVERITY_ERROR)
			continue;
		read_warning(reader, error->span, "a record of a build is ignored: %s",
			     error->cause);
		return false;
	}
	*ret_build = build;
	return true;
}

static const struct toml_value *find_own(const struct toml_value *table, const char *key)
{
	const char *const way[] = { "tool", "pinbake", key };
	for (size_t i = 0; table && i < sizeof(way) / sizeof(*way); i++)
		table = table->type == TOML_TABLE
				? toml_find(table->table, slice_from(way[i]))
				: NULL;
	return table;
}

// For people alone: what is no list of texts is passed over.
void read_named_by(struct lock_reader *reader, const struct toml_value *table,
		   struct lock_package *package)
{
	const struct toml_value *names = find_own(table, "named-by");
	size_t len = names && names->type == TOML_ARRAY ? names->array.len : 0;
	package->named_by = arena_new_array(reader->arena, struct slice, len);
	for (size_t i = 0; i < len; i++)
		if (names->array.items[i].type == TOML_STRING &&
		    name_is_valid(names->array.items[i].string))
			package->named_by[package->named_by_len++] =
				names->array.items[i].string;
}

void read_builds(struct lock_reader *reader, const struct toml_value *table,
		 struct lock_package *package)
{
	read_optional(reader, table, S("tool"), TOML_TABLE);
	const struct toml_value *records = find_own(table, "builds");
	if (!records)
		return;
	if (records->type != TOML_ARRAY || reader->depth == LIMIT_BUILD_DEPTH) {
		read_warning(reader, records->span,
			     records->type != TOML_ARRAY
				     ? "'builds' is not an array and is ignored"
				     : "records of builds are nested too deep");
		return;
	}
	size_t len = records->array.len;
	package->builds = arena_new_array(reader->arena, struct lock_build, len);
	package->builds_cap = len;
	for (size_t i = 0; i < len; i++)
		package->builds_len += read_alone(reader, &records->array.items[i],
						  &package->builds[package->builds_len]);
}
