// SPDX-License-Identifier: MIT
// Reads pylock.toml strictly: its version, its own keys, its packages, our table.
#include "lockfile/read.h"

#include "base/limits.h"
#include "lockfile/order.h"
#include "packaging/name.h"

#include <stdlib.h>

// False ends the reading, as nothing is known about another major version's keys (751.1).
static bool read_version(struct lock_reader *reader, const struct toml_value *root,
			 struct lock *lock)
{
	const struct toml_value *value =
		read_required(reader, root, S("lock-version"), TOML_STRING);
	struct version version, known;
	if (!value)
		return false;
	lock->lock_version = value->string;
	if (!version_parse(reader->arena, value->string, &version)) {
		read_error(reader, value->span, "'%.*s' is no version",
			   SLICE_ARG(value->string));
		return false;
	}
	if (version.epoch.value != 0 || version.release[0].value != 1) {
		read_error(reader, value->span,
			   "lock-version %.*s is not supported, only 1.0 is",
			   SLICE_ARG(value->string));
		return false;
	}
	if (version_parse(reader->arena, S("1.0"), &known) &&
	    version_cmp(&version, &known) > 0)
		read_warning(
			reader, value->span,
			"lock-version %.*s is newer than 1.0: unknown keys are ignored",
			SLICE_ARG(value->string));
	return true;
}

// The markers of an environment may not ask for extras (751.2, 508.6).
static void read_environments(struct lock_reader *reader, const struct toml_value *root,
			      struct lock *lock)
{
	const struct toml_value **items;
	size_t len = read_items(reader, root, S("environments"), TOML_STRING, &items);
	lock->environments = arena_new_array(reader->arena, struct slice, len);
	lock->environments_len = lock->environments_cap = len;
	for (size_t i = 0; i < len; i++) {
		lock->environments[i] = items[i]->string;
		if (marker_mentions_extra(
			    read_marker(reader, items[i], MARKER_IN_REQUIREMENT)))
			read_error(reader, items[i]->span,
				   "'extra' means nothing in an environment");
	}
}

static size_t read_names(struct lock_reader *reader, const struct toml_value *root,
			 struct slice key, struct slice **ret_names)
{
	const struct toml_value **items;
	size_t len = read_items(reader, root, key, TOML_STRING, &items);
	*ret_names = arena_new_array(reader->arena, struct slice, len);
	for (size_t i = 0; i < len; i++) {
		if (!name_is_valid(items[i]->string))
			read_error(reader, items[i]->span, "'%.*s' is no name",
				   SLICE_ARG(items[i]->string));
		(*ret_names)[i] = name_normalize(reader->arena, items[i]->string);
	}
	return lock_sort_texts(*ret_names, len);
}

// Default groups stand for what is installed anyway and are not offered by name (751.5).
// Both lists are sorted.
static void check_default_groups(struct lock_reader *reader,
				 const struct toml_value *root, const struct lock *lock)
{
	size_t g = 0;
	for (size_t i = 0; i < lock->default_groups_len; i++) {
		struct slice group = lock->default_groups[i];
		while (g < lock->groups_len && slice_cmp(lock->groups[g], group) < 0)
			g++;
		if (g < lock->groups_len && slice_eq(lock->groups[g], group))
			read_warning(
				reader,
				toml_find_entry(root->table, S("default-groups"))
					->key_span,
				"default group '%.*s' is also in 'dependency-groups'",
				SLICE_ARG(group));
	}
}

static void read_uses(struct lock_reader *reader, const struct toml_value *root,
		      struct lock *lock)
{
	lock->extras_len = read_names(reader, root, S("extras"), &lock->extras);
	lock->groups_len =
		read_names(reader, root, S("dependency-groups"), &lock->groups);
	lock->default_groups_len =
		read_names(reader, root, S("default-groups"), &lock->default_groups);
	lock->extras_cap = lock->extras_len;
	lock->groups_cap = lock->groups_len;
	lock->default_groups_cap = lock->default_groups_len;
	check_default_groups(reader, root, lock);
}

// Entries with one name are neighbours. Each that is too many has the place of its own.
static void check_entries(struct lock_reader *reader, const struct lock *lock)
{
	for (size_t i = LIMIT_LOCK_ENTRIES; i < lock->len; i++) {
		const struct lock_package *package = &lock->packages[i];
		if (!slice_eq(package->name, package[-LIMIT_LOCK_ENTRIES].name))
			continue;
		read_error(reader, package->span,
			   "package '%.*s' has more than %d entries",
			   SLICE_ARG(package->name), LIMIT_LOCK_ENTRIES);
		return;
	}
}

static void read_packages(struct lock_reader *reader, const struct toml_value *root,
			  struct lock *lock)
{
	const struct toml_value **items;
	if (!read_required(reader, root, S("packages"), TOML_ARRAY))
		return;
	struct lock found = { .len = read_items(reader, root, S("packages"), TOML_TABLE,
						&items) };
	if (found.len > LIMIT_LOCK_PACKAGES) {
		read_error(reader, items[LIMIT_LOCK_PACKAGES]->span,
			   "the lock has more than %d packages", LIMIT_LOCK_PACKAGES);
		return;
	}
	found.packages = arena_new_array(reader->arena, struct lock_package, found.len);
	for (size_t i = 0; i < found.len; i++)
		read_lock_package(reader, items[i], &found.packages[i]);

	const struct lock_package **sorted =
		lock_sorted_packages(reader->arena, found.packages, found.len);
	lock->packages = arena_new_array(reader->arena, struct lock_package, found.len);
	lock->len = lock->cap = found.len;
	for (size_t i = 0; i < found.len; i++)
		lock->packages[i] = *sorted[i];
	check_entries(reader, lock);
}

// --- [tool.pinbake] (751.15) ------------------------------------------------------------------
// The table is disposable: what is wrong in it costs a warning and the information, never
// the lock.

static const struct toml_value *find_tool(struct lock_reader *reader,
					  const struct toml_value *root)
{
	const struct toml_value *tool =
		read_optional(reader, root, S("tool"), TOML_TABLE);
	const struct toml_value *own = tool ? toml_find(tool->table, S("pinbake")) : NULL;
	if (own && own->type != TOML_TABLE)
		read_warning(reader, own->span,
			     "'tool.pinbake' is not a table and is ignored");
	return own && own->type == TOML_TABLE ? own : NULL;
}

static void read_targets(struct lock_reader *reader, const struct toml_value *own,
			 struct lock *lock)
{
	const struct toml_value *targets = toml_find(own->table, S("targets"));
	if (!targets)
		return;
	bool texts = targets->type == TOML_ARRAY;
	for (size_t i = 0; texts && i < targets->array.len; i++)
		texts = targets->array.items[i].type == TOML_STRING &&
			!read_has_control(targets->array.items[i].string);
	if (!texts) {
		read_warning(reader, targets->span,
			     "'targets' is not an array of strings and is ignored");
		return;
	}
	lock->targets_len = lock->targets_cap =
		read_texts(reader, own, S("targets"), &lock->targets);
}

// Reads a datetime, a date or a text; "" for `false`.
static bool read_moment(const struct toml_value *value, struct slice *ret_moment)
{
	if (value->type == TOML_BOOLEAN && !value->boolean)
		*ret_moment = S("");
	else if (value->type == TOML_STRING && !read_has_control(value->string))
		*ret_moment = value->string;
	else if (value->type >= TOML_OFFSET_DATETIME && value->type <= TOML_LOCAL_DATE)
		*ret_moment = toml_source_text(value);
	else
		return false;
	return true;
}

// The cut-off is a datetime, a date, or a text that cli understands (751.16).
static void read_exclude_newer(struct lock_reader *reader, const struct toml_value *own,
			       struct lock *lock)
{
	const struct toml_value *cut_off = toml_find(own->table, S("exclude-newer"));
	if (!cut_off)
		return;
	if (cut_off->type == TOML_BOOLEAN || !read_moment(cut_off, &lock->exclude_newer))
		read_warning(reader, cut_off->span,
			     "'exclude-newer' is no date and is ignored");
}

static int by_cutoff_name(const void *a, const void *b)
{
	return slice_cmp(((const struct lock_cutoff *)a)->name,
			 ((const struct lock_cutoff *)b)->name);
}

// Reads cut-offs like { numpy = 2024-05-01T00:00:00Z, torch = false }.
static void read_package_cutoffs(struct lock_reader *reader, const struct toml_value *own,
				 struct lock *lock)
{
	const struct toml_value *value =
		toml_find(own->table, S("exclude-newer-package"));
	bool good = value && value->type == TOML_TABLE;
	size_t len = good ? value->table->len : 0;
	struct lock_cutoff *found =
		arena_new_array(reader->arena, struct lock_cutoff, len);
	for (size_t i = 0; i < len && good; i++) {
		const struct toml_entry *entry = &value->table->items[i];
		good = name_is_valid(entry->key) &&
		       read_moment(&entry->value, &found[i].moment);
		found[i].name = name_normalize(reader->arena, entry->key);
	}
	if (good && len) {
		qsort(found, len, sizeof(*found), by_cutoff_name);
		lock->package_cutoffs = found;
		lock->package_cutoffs_len = len;
	} else if (value && !good) {
		read_warning(
			reader, value->span,
			"'exclude-newer-package' is not a table of dates and is ignored");
	}
}

// Reads a text of a requirement, "" if it is absent. False if the value is no such text.
static bool read_part(const struct toml_value *table, struct slice key,
		      struct slice *ret_text)
{
	const struct toml_value *value = toml_find(table->table, key);
	if (!value)
		return true;
	if (value->type != TOML_STRING || read_has_control(value->string))
		return false;
	*ret_text = value->string;
	return true;
}

static bool read_requirement(struct lock_reader *reader, const struct toml_value *table,
			     struct lock_requirement *requirement)
{
	if (table->type != TOML_TABLE ||
	    !read_part(table, S("name"), &requirement->name) ||
	    !read_part(table, S("extras"), &requirement->extras) ||
	    !read_part(table, S("specifier"), &requirement->specifier) ||
	    !read_part(table, S("marker"), &requirement->marker) ||
	    !read_part(table, S("file"), &requirement->file) ||
	    !name_is_valid(requirement->name))
		return false;
	requirement->name = name_normalize(reader->arena, requirement->name);
	return true;
}

static void read_requirements(struct lock_reader *reader, const struct toml_value *own,
			      struct lock *lock)
{
	const struct toml_value *value = toml_find(own->table, S("requirements"));
	bool good = value && value->type == TOML_ARRAY;
	size_t len = good ? value->array.len : 0;
	struct lock_requirement *found =
		arena_new_array(reader->arena, struct lock_requirement, len);
	for (size_t i = 0; i < len; i++)
		good &= read_requirement(reader, &value->array.items[i], &found[i]);
	if (good) {
		lock->requirements = found;
		lock->requirements_len = lock->requirements_cap = len;
	} else if (value) {
		read_warning(
			reader, value->span,
			"'requirements' is not an array of requirements and is ignored");
	}
}

struct slice lock_requirement_text(struct arena *arena,
				   const struct lock_requirement *requirement)
{
	struct buf text = { .arena = arena };
	buf_append(&text, requirement->name);
	if (requirement->extras.len)
		buf_printf(&text, "[%.*s]", SLICE_ARG(requirement->extras));
	buf_append(&text, requirement->specifier);
	if (requirement->marker.len)
		buf_printf(&text, "; %.*s", SLICE_ARG(requirement->marker));
	return buf_slice(&text);
}

// Reads a text that matters only when the lock is made again.
static struct slice read_tool_text(struct lock_reader *reader,
				   const struct toml_value *own, struct slice key)
{
	const struct toml_value *value = toml_find(own->table, key);
	if (!value)
		return S("");
	if (value->type == TOML_STRING && !read_has_control(value->string))
		return value->string;
	read_warning(reader, value->span, "'%.*s' is no text and is ignored",
		     SLICE_ARG(key));
	return S("");
}

// --- the file ---------------------------------------------------------------------------------

static void read_all(struct lock_reader *reader, const struct toml_value *root,
		     struct lock *lock)
{
	if (!read_version(reader, root, lock))
		return;
	read_environments(reader, root, lock);
	lock->requires_python = read_requires_python(reader, root);
	read_uses(reader, root, lock);
	lock->created_by = read_required_text(reader, root, S("created-by"));
	read_packages(reader, root, lock);
	const struct toml_value *own = find_tool(reader, root);
	if (own) {
		read_targets(reader, own, lock);
		read_exclude_newer(reader, own, lock);
		read_package_cutoffs(reader, own, lock);
		read_requirements(reader, own, lock);
		lock->torch_backend = read_tool_text(reader, own, S("torch-backend"));
		lock->torch_index = read_tool_text(reader, own, S("torch-index"));
	}
}

int lock_read(const struct source *source, struct arena *arena, struct lock *ret_lock,
	      struct diagnostics *diagnostics)
{
	// Spans point at this copy, since locks and errors live longer than a caller's
	// variable.
	struct source *kept = arena_new(arena, struct source);
	*kept = *source;
	struct lock_reader reader = { kept, arena, diagnostics,
				      slice_contains(source->name, S("://")), 0 };
	struct toml_value root = { .type = TOML_TABLE, .span = { kept, 0, 0 } };
	size_t errors_before = diagnostics->error_count;
	struct lock lock = { 0 };
	if (toml_parse(kept, arena, &root.table, diagnostics) < 0)
		return -1;
	read_all(&reader, &root, &lock);
	if (diagnostics->error_count > errors_before)
		return -1;
	*ret_lock = lock;
	return 0;
}
