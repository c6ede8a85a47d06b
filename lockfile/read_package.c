// SPDX-License-Identifier: MIT
// Reads one entry of [[packages]]: what it is, when it is wanted, and the one kind of
// source that it comes from.
#include "lockfile/read.h"

#include "lockfile/order.h"
#include "packaging/filename.h"
#include "packaging/name.h"

#include <string.h>

static void read_name(struct lock_reader *reader, const struct toml_value *table,
		      struct lock_package *package)
{
	const struct toml_value *name =
		read_required(reader, table, S("name"), TOML_STRING);
	if (!name)
		return;
	package->name = name->string;
	if (!name_is_valid(name->string)) {
		read_error(reader, name->span, "'%.*s' is no package name",
			   SLICE_ARG(name->string));
	} else if (!name_is_normalized(name->string)) {
		struct slice normal = name_normalize(reader->arena, name->string);
		struct error *error = read_error(reader, name->span,
						 "package name '%.*s' is not normalized",
						 SLICE_ARG(name->string));
		error_hint(error, "write \"%.*s\"", SLICE_ARG(normal));
	}
}

static struct slice read_version(struct lock_reader *reader,
				 const struct toml_value *table)
{
	const struct toml_value *value =
		read_optional(reader, table, S("version"), TOML_STRING);
	struct version version;
	if (!value)
		return S("");
	if (!version_parse(reader->arena, value->string, &version)) {
		read_error(reader, value->span, "'%.*s' is no version",
			   SLICE_ARG(value->string));
		return S("");
	}
	return version_normal(reader->arena, &version);
}

static void read_package_marker(struct lock_reader *reader,
				const struct toml_value *table,
				struct lock_package *package)
{
	const struct toml_value *value =
		read_optional(reader, table, S("marker"), TOML_STRING);
	if (!value)
		return;
	package->marker_text = value->string;
	package->marker = read_marker(reader, value, MARKER_IN_LOCK); // no extra (751.14)
}

// Dependencies are for people and audits, not for installing (751.4). Entries without a
// name, which uv writes, tell us nothing.
static void read_dependencies(struct lock_reader *reader, const struct toml_value *table,
			      struct lock_package *package)
{
	const struct toml_value **items;
	size_t len = read_items(reader, table, S("dependencies"), TOML_TABLE, &items);
	package->dependencies = arena_new_array(reader->arena, struct slice, len);
	for (size_t i = 0; i < len; i++) {
		struct slice name = read_text(reader, items[i], S("name"));
		if (name.len)
			package->dependencies[package->dependencies_len++] =
				name_normalize(reader->arena, name);
	}
	package->dependencies_len =
		lock_sort_texts(package->dependencies, package->dependencies_len);
	package->dependencies_cap = len;
}

// Attestations are checked, since the standard has them in a package (751.12), and not
// kept: no part of pinbake trusts them yet.
static void check_attestations(struct lock_reader *reader, const struct toml_value *table)
{
	const struct toml_value **items;
	size_t len = read_items(reader, table, S("attestation-identities"), TOML_TABLE,
				&items);
	for (size_t i = 0; i < len; i++)
		read_required_text(reader, items[i], S("kind"));
}

// --- what names of files say ------------------------------------------------------------------

// A file must be of this package, and of its version if that is known; else the package
// gets the file's version.
static void check_file_version(struct lock_reader *reader, const struct toml_value *table,
			       struct slice file, struct slice text,
			       struct lock_package *package)
{
	struct version of_file, of_package;
	if (!version_parse(reader->arena, text, &of_file)) {
		read_error(reader, table->span,
			   "file '%.*s' has no valid version in its name",
			   SLICE_ARG(file));
		return;
	}
	if (package->version.len == 0)
		package->version = version_normal(reader->arena, &of_file);
	if (version_parse(reader->arena, package->version, &of_package) &&
	    version_cmp(&of_file, &of_package) != 0)
		read_error(reader, table->span, "file '%.*s' is not of version %.*s",
			   SLICE_ARG(file), SLICE_ARG(package->version));
}

static void check_file_project(struct lock_reader *reader, const struct toml_value *table,
			       struct slice file, struct slice project,
			       const struct lock_package *package)
{
	if (name_is_valid(package->name) && !name_eq(project, package->name))
		read_error(reader, table->span, "file '%.*s' is not of package '%.*s'",
			   SLICE_ARG(file), SLICE_ARG(package->name));
}

static void check_wheel_name(struct lock_reader *reader, const struct toml_value *table,
			     struct slice file, struct lock_package *package)
{
	struct wheel_name name;
	switch (wheel_name_parse(file, &name)) {
	case FILENAME_OK:
		check_file_project(reader, table, file, name.name, package);
		check_file_version(reader, table, file, name.version, package);
		break;
	case FILENAME_VARIANT: break; // never chosen, so it harms nobody
	case FILENAME_OTHER:
	case FILENAME_INVALID:
		read_error(reader, table->span, "'%.*s' is no wheel name",
			   SLICE_ARG(file));
		break;
	}
}

static void check_sdist_name(struct lock_reader *reader, const struct toml_value *table,
			     struct slice file, struct lock_package *package)
{
	struct sdist_name name;
	if (sdist_name_parse(file, package->name, &name) != FILENAME_OK) {
		read_error(reader, table->span, "'%.*s' is no source distribution's name",
			   SLICE_ARG(file));
		return;
	}
	check_file_project(reader, table, file, name.name, package);
	check_file_version(reader, table, file, name.version, package);
}

// --- sources (751.9) --------------------------------------------------------------------------

static void read_wheels(struct lock_reader *reader, const struct toml_value *table,
			struct lock_package *package)
{
	const struct toml_value **items;
	size_t len = read_items(reader, table, S("wheels"), TOML_TABLE, &items);
	package->wheels = arena_new_array(reader->arena, struct lock_file, len);
	package->wheels_len = package->wheels_cap = len;
	for (size_t i = 0; i < len; i++) {
		read_lock_file(reader, items[i], LOCK_WHEEL, &package->wheels[i]);
		if (package->wheels[i].name.len)
			check_wheel_name(reader, items[i], package->wheels[i].name,
					 package);
	}
	lock_sort_files(package->wheels, len);
	for (size_t i = 1; i < len; i++)
		if (package->wheels[i].name.len &&
		    slice_eq(package->wheels[i - 1].name, package->wheels[i].name))
			read_error(reader, table->span, "wheel '%.*s' is listed twice",
				   SLICE_ARG(package->wheels[i].name));
}

static void read_sdist(struct lock_reader *reader, const struct toml_value *table,
		       struct lock_package *package)
{
	const struct toml_value *sdist =
		read_optional(reader, table, S("sdist"), TOML_TABLE);
	if (!sdist)
		return;
	package->has_sdist = true;
	read_lock_file(reader, sdist, LOCK_SDIST, &package->sdist);
	if (package->sdist.name.len && name_is_valid(package->name))
		check_sdist_name(reader, sdist, package->sdist.name, package);
}

static void read_archive(struct lock_reader *reader, const struct toml_value *table,
			 struct lock_package *package)
{
	const struct toml_value *archive =
		read_optional(reader, table, S("archive"), TOML_TABLE);
	if (!archive)
		return;
	package->has_archive = true;
	read_lock_file(reader, archive, LOCK_ARCHIVE, &package->archive);
}

// commit-id is what counts; requested-revision is kept for people (751.13).
static struct slice read_word(struct lock_reader *reader, const struct toml_value *table,
			      struct slice key)
{
	struct slice word = read_required_text(reader, table, key);
	bool good = word.len == 0 || is_alnum(word.ptr[0]);
	for (size_t i = 0; i < word.len; i++)
		good &= is_alnum(word.ptr[i]) || memchr("._-", word.ptr[i], 3);
	if (!good)
		read_error(reader, toml_find(table->table, key)->span,
			   "'%.*s' is no '%.*s'", SLICE_ARG(word), SLICE_ARG(key));
	return word;
}

static void read_vcs(struct lock_reader *reader, const struct toml_value *table,
		     struct lock_package *package)
{
	const struct toml_value *vcs = read_optional(reader, table, S("vcs"), TOML_TABLE);
	if (!vcs)
		return;
	package->has_vcs = true;
	package->vcs.type = read_word(reader, vcs, S("type"));
	read_location(reader, vcs, &package->vcs.url, &package->vcs.path);
	package->vcs.requested_revision = read_text(reader, vcs, S("requested-revision"));
	package->vcs.commit_id = read_word(reader, vcs, S("commit-id"));
	package->vcs.subdirectory = read_subdirectory(reader, vcs);
}

static void read_directory(struct lock_reader *reader, const struct toml_value *table,
			   struct lock_package *package)
{
	const struct toml_value *directory =
		read_optional(reader, table, S("directory"), TOML_TABLE);
	if (!directory)
		return;
	package->has_directory = true;
	if (read_required_text(reader, directory, S("path")).len)
		package->directory.path = read_path(reader, directory);
	const struct toml_value *editable =
		read_optional(reader, directory, S("editable"), TOML_BOOLEAN);
	package->directory.editable = editable && editable->boolean;
	package->directory.subdirectory = read_subdirectory(reader, directory);
	if (package->version.len) {
		read_warning(
			reader, toml_find_entry(table->table, S("version"))->key_span,
			"the version of a directory is ignored: its code may change");
		package->version = S("");
	}
}

static void check_sources(struct lock_reader *reader, const struct lock_package *package)
{
	int kinds = package->has_vcs + package->has_directory + package->has_archive +
		    (package->has_sdist || package->wheels_len > 0);
	if (kinds == 1)
		return;
	struct error *error =
		read_error(reader, package->span, "package '%.*s' has %s",
			   SLICE_ARG(package->name),
			   kinds ? "more than one kind of source" : "no source");
	error_hint(error,
		   "give one of 'vcs', 'directory', 'archive', or 'sdist' and 'wheels'");
}

void read_lock_package(struct lock_reader *reader, const struct toml_value *table,
		       struct lock_package *ret_package)
{
	struct lock_package *package = ret_package;
	size_t errors_before = reader->diagnostics->error_count;
	package->span = table->span;
	read_name(reader, table, package);
	package->version = read_version(reader, table);
	read_package_marker(reader, table, package);
	package->requires_python = read_requires_python(reader, table);
	read_dependencies(reader, table, package);
	package->index = read_url(reader, table, S("index"));
	read_vcs(reader, table, package);
	read_directory(reader, table, package);
	read_archive(reader, table, package);
	read_sdist(reader, table, package);
	read_wheels(reader, table, package);
	check_attestations(reader, table);
	read_named_by(reader, table, package);
	read_builds(reader, table, package);
	if (reader->diagnostics->error_count == errors_before)
		check_sources(reader, package);
}
