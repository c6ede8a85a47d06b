// SPDX-License-Identifier: MIT
// Writes the canonical pylock.toml: keys in the order of the specification, everything
// sorted, one fact a line, so that a changed pin is a small diff.
//
//	lock-version, environments, requires-python, extras, dependency-groups, default-groups, created-by
//	[tool.pinbake]        targets, exclude-newer, requirements: at the top, where people look for what the lock is for
//	[[packages]]          one for each pin, then [[packages.wheels]], [packages.sdist], … of it
//	[packages.tool.pinbake]  named-by: whose metadata names the address of it
//	[[packages.tool.pinbake.builds]]  what an sdist is built with: packages again
#include "base/display.h"
#include "base/toml_write.h"
#include "lockfile/order.h"

#include "base/toml.h"

static void write_optional(struct buf *buf, struct slice key, struct slice text)
{
	if (text.len)
		toml_write_string_line(buf, key, text);
}

// Write the header of a table below the key `at` of a package, as a paragraph of its own.
static void write_table_header(struct buf *buf, struct slice at, const char *key)
{
	buf_printf(buf, "\n[%.*s.%s]\n", SLICE_ARG(at), key);
}

static void write_item_header(struct buf *buf, struct slice at, const char *key)
{
	buf_printf(buf, "\n[[%.*s.%s]]\n", SLICE_ARG(at), key);
}

static void write_sorted_array(struct buf *buf, struct slice key,
			       const struct slice *items, size_t len)
{
	size_t kept;
	const struct slice *sorted = lock_sorted_texts(buf->arena, items, len, &kept);
	toml_write_string_array(buf, key, sorted, kept);
}

// Metadata of old releases holds clauses that no reader of locks accepts (md.3:
// ">=2.7.*"). What can be understood is written in its correct form, the rest is left
// out: the files themselves still say it.
static void write_requires_python(struct buf *buf, struct slice text)
{
	struct specifier_set set;
	struct error ignored;
	if (text.len == 0)
		return;
	if (specifier_set_parse(buf->arena, text, false, &set, NULL, &ignored) < 0) {
		if (specifier_set_parse(buf->arena, text, true, &set, NULL, &ignored) < 0)
			return;
		text = specifier_set_text(buf->arena, &set);
	}
	write_optional(buf, S("requires-python"), text);
}

// Can readers that use Python's datetime hold the moment? It has no year 0 and no leap
// seconds.
static bool is_portable(const struct toml_datetime *datetime)
{
	return datetime->year > 0 && datetime->second < 60;
}

// The upload time is a native datetime in UTC (751.8). An index's answer that is none is
// left out, since nothing depends on it.
static void write_upload_time(struct buf *buf, struct slice text)
{
	enum toml_type type;
	struct toml_datetime datetime;
	if (toml_parse_datetime(text, &type, &datetime) && type == TOML_OFFSET_DATETIME &&
	    datetime.offset_minutes == 0 && is_portable(&datetime))
		toml_write_raw_line(buf, S("upload-time"),
				    lock_utc_text(buf->arena, text));
}

// Writes hashes by algorithm; sha256 is one among the others here.
static void write_hashes(struct buf *buf, const struct lock_file *file)
{
	size_t len = 0;
	struct lock_hash *all =
		arena_new_array(buf->arena, struct lock_hash, file->hashes_len + 1);
	for (size_t i = 0; i < file->hashes_len; i++)
		all[len++] = file->hashes[i];
	if (!sha256_is_zero(&file->sha256))
		all[len++] = (struct lock_hash){ S("sha256"),
						 sha256_hex(buf->arena, &file->sha256) };
	lock_sort_hashes(all, len);
	buf_append(buf, S("hashes = {"));
	for (size_t i = 0; i < len; i++) {
		buf_append(buf, i ? S(", ") : S(" "));
		toml_write_key(buf, all[i].algorithm);
		buf_append(buf, S(" = "));
		toml_write_string(buf, all[i].hex);
	}
	buf_append(buf, len ? S(" }\n") : S("}\n"));
}

static void write_file(struct buf *buf, const struct lock_file *file)
{
	if (file->kind != LOCK_ARCHIVE)
		write_optional(buf, S("name"), file->name);
	write_upload_time(buf, file->upload_time);
	write_optional(buf, S("url"), file->url);
	write_optional(buf, S("path"), file->path);
	if (file->has_size)
		toml_write_integer_line(buf, S("size"), file->size);
	write_hashes(buf, file);
	write_optional(buf, S("subdirectory"), file->subdirectory);
}

static void write_vcs(struct buf *buf, const struct lock_vcs *vcs)
{
	toml_write_string_line(buf, S("type"), vcs->type);
	write_optional(buf, S("url"), vcs->url);
	write_optional(buf, S("path"), vcs->path);
	write_optional(buf, S("requested-revision"), vcs->requested_revision);
	toml_write_string_line(buf, S("commit-id"), vcs->commit_id);
	write_optional(buf, S("subdirectory"), vcs->subdirectory);
}

static void write_directory(struct buf *buf, const struct lock_directory *directory)
{
	toml_write_string_line(buf, S("path"), directory->path);
	if (directory->editable)
		toml_write_boolean_line(buf, S("editable"), true);
	write_optional(buf, S("subdirectory"), directory->subdirectory);
}

static void write_dependencies(struct buf *buf, const struct lock_package *package)
{
	size_t len;
	const struct slice *names = lock_sorted_texts(buf->arena, package->dependencies,
						      package->dependencies_len, &len);
	if (len == 0)
		return;
	toml_write_raw_line(buf, S("dependencies"), S("["));
	for (size_t i = 0; i < len; i++) {
		buf_append(buf, S("    { name = "));
		toml_write_string(buf, names[i]);
		buf_append(buf, S(" },\n"));
	}
	buf_append(buf, S("]\n"));
}

static void write_sources(struct buf *buf, struct slice at,
			  const struct lock_package *package)
{
	if (package->has_vcs) {
		write_table_header(buf, at, "vcs");
		write_vcs(buf, &package->vcs);
	}
	if (package->has_directory) {
		write_table_header(buf, at, "directory");
		write_directory(buf, &package->directory);
	}
	if (package->has_archive) {
		write_table_header(buf, at, "archive");
		write_file(buf, &package->archive);
	}
	if (package->has_sdist) {
		write_table_header(buf, at, "sdist");
		write_file(buf, &package->sdist);
	}
	const struct lock_file *wheels = lock_sorted_wheels(buf->arena, package);
	for (size_t i = 0; i < package->wheels_len; i++) {
		write_item_header(buf, at, "wheels");
		write_file(buf, &wheels[i]);
	}
}

// Writes a wheel that was built: it has a name and a digest, but no url or path.
static void write_built_wheel(struct buf *buf, struct slice at,
			      const struct lock_build *build)
{
	if (build->wheel.name.len == 0)
		return;
	write_table_header(buf, at, "wheel");
	write_file(buf, &build->wheel);
	write_optional(buf, S("python"), build->python);
}

static void write_packages(struct buf *buf, struct slice at,
			   const struct lock_package *packages, size_t len);

static void write_builds(struct buf *buf, struct slice at,
			 const struct lock_package *package)
{
	struct slice here =
		arena_printf(buf->arena, "%.*s.tool.pinbake.builds", SLICE_ARG(at));
	struct slice below = arena_printf(buf->arena, "%.*s.packages", SLICE_ARG(here));
	for (size_t i = 0; i < package->builds_len; i++) {
		const struct lock_build *build = &package->builds[i];
		write_item_header(buf, at, "tool.pinbake.builds");
		write_sorted_array(buf, S("targets"), build->targets, build->targets_len);
		toml_write_string_array(buf, S("requires"), build->requires,
					build->requires_len);
		if (build->network)
			toml_write_boolean_line(buf, S("network"), true);
		write_built_wheel(buf, here, build);
		write_packages(buf, below, build->packages, build->len);
	}
}

static void write_named_by(struct buf *buf, struct slice at,
			   const struct lock_package *package)
{
	if (package->named_by_len == 0)
		return;
	write_table_header(buf, at, "tool.pinbake");
	write_sorted_array(buf, S("named-by"), package->named_by, package->named_by_len);
}

static void write_package(struct buf *buf, struct slice at,
			  const struct lock_package *package)
{
	buf_printf(buf, "\n[[%.*s]]\n", SLICE_ARG(at));
	toml_write_string_line(buf, S("name"), package->name);
	write_optional(buf, S("version"), package->version);
	write_optional(buf, S("marker"), package->marker_text);
	write_requires_python(buf, package->requires_python);
	write_dependencies(buf, package);
	write_optional(buf, S("index"), package->index);
	write_sources(buf, at, package);
	write_named_by(buf, at, package);
	write_builds(buf, at, package);
}

// Writes packages. Their records hold packages again, LIMIT_BUILD_DEPTH deep at most.
static void write_packages(struct buf *buf, struct slice at,
			   const struct lock_package *packages, size_t len)
{
	const struct lock_package **sorted =
		lock_sorted_packages(buf->arena, packages, len);
	for (size_t i = 0; i < len; i++)
		write_package(buf, at, sorted[i]);
}

// A lock for several uses says both lists, even where one is empty; one for a single use
// says neither (751.5).
static void write_uses(struct buf *buf, const struct lock *lock)
{
	if (lock->extras_len || lock->groups_len) {
		write_sorted_array(buf, S("extras"), lock->extras, lock->extras_len);
		write_sorted_array(buf, S("dependency-groups"), lock->groups,
				   lock->groups_len);
	}
	if (lock->default_groups_len)
		write_sorted_array(buf, S("default-groups"), lock->default_groups,
				   lock->default_groups_len);
}

// Is the cut-off a moment that other readers can hold? It is written as the moment that
// it was, not as a duration (751.16).
static bool is_portable_moment(struct slice text)
{
	enum toml_type type;
	struct toml_datetime datetime;
	return toml_parse_datetime(text, &type, &datetime) && type != TOML_LOCAL_TIME &&
	       is_portable(&datetime);
}

static void write_exclude_newer(struct buf *buf, struct slice text)
{
	if (is_portable_moment(text))
		toml_write_raw_line(buf, S("exclude-newer"), text);
	else
		write_optional(buf, S("exclude-newer"), text);
}

// Writes exclude-newer-package = { numpy = 2024-05-01T00:00:00Z, torch = false }.
static void write_package_cutoffs(struct buf *buf, const struct lock *lock)
{
	const char *separator = "exclude-newer-package = { ";
	for (size_t i = 0; i < lock->package_cutoffs_len; i++) {
		const struct lock_cutoff *cutoff = &lock->package_cutoffs[i];
		buf_printf(buf, "%s", separator);
		toml_write_key(buf, cutoff->name);
		buf_append(buf, S(" = "));
		if (cutoff->moment.len == 0)
			buf_append(buf, S("false"));
		else if (is_portable_moment(cutoff->moment))
			buf_append(buf, cutoff->moment);
		else
			toml_write_string(buf, cutoff->moment);
		separator = ", ";
	}
	if (lock->package_cutoffs_len)
		buf_append(buf, S(" }\n"));
}

static void write_policies(struct buf *buf, struct slice key,
			   const struct lock_policy *policies, size_t len)
{
	if (len == 0)
		return;
	toml_write_raw_line(buf, key, S("["));
	for (size_t i = 0; i < len; i++) {
		buf_append(buf, S("    { what = "));
		toml_write_string(buf, policies[i].text);
		buf_append(buf, S(", from = "));
		toml_write_string(buf, policies[i].place);
		buf_append(buf, S(" },\n"));
	}
	buf_append(buf, S("]\n"));
}

static void write_item(struct buf *buf, struct slice key, struct slice text)
{
	if (text.len == 0)
		return;
	buf_printf(buf, ", %.*s = ", SLICE_ARG(key));
	toml_write_string(buf, text);
}

static void write_requirements(struct buf *buf, const struct lock *lock)
{
	size_t len;
	const struct lock_requirement *sorted =
		lock_sorted_requirements(buf->arena, lock, &len);
	if (len == 0)
		return;
	toml_write_raw_line(buf, S("requirements"), S("["));
	for (size_t i = 0; i < len; i++) {
		buf_append(buf, S("    { name = "));
		toml_write_string(buf, sorted[i].name);
		write_item(buf, S("extras"), sorted[i].extras);
		write_item(buf, S("specifier"), sorted[i].specifier);
		write_item(buf, S("marker"), sorted[i].marker);
		if (display_find_control(sorted[i].file) == SLICE_NONE)
			write_item(buf, S("file"), sorted[i].file);
		buf_append(buf, S(" },\n"));
	}
	buf_append(buf, S("]\n"));
}

static void write_tool(struct buf *buf, const struct lock *lock)
{
	if (lock->targets_len == 0 && lock->exclude_newer.len == 0 &&
	    lock->package_cutoffs_len == 0 && lock->overrides_len == 0 &&
	    lock->excludes_len == 0 && lock->requirements_len == 0 &&
	    lock->torch_backend.len == 0)
		return;
	buf_append(buf, S("\n[tool.pinbake]\n"));
	if (lock->targets_len)
		write_sorted_array(buf, S("targets"), lock->targets, lock->targets_len);
	write_exclude_newer(buf, lock->exclude_newer);
	write_package_cutoffs(buf, lock);
	write_optional(buf, S("torch-backend"), lock->torch_backend);
	write_optional(buf, S("torch-index"), lock->torch_index);
	write_policies(buf, S("overrides"), lock->overrides, lock->overrides_len);
	write_policies(buf, S("excludes"), lock->excludes, lock->excludes_len);
	write_requirements(buf, lock);
}

struct slice lock_write(struct arena *arena, const struct lock *lock)
{
	struct buf buf = { .arena = arena };
	toml_write_string_line(&buf, S("lock-version"), lock->lock_version);
	if (lock->environments_len)
		write_sorted_array(&buf, S("environments"), lock->environments,
				   lock->environments_len);
	write_requires_python(&buf, lock->requires_python);
	write_uses(&buf, lock);
	toml_write_string_line(&buf, S("created-by"), lock->created_by);
	if (lock->len == 0)
		buf_append(&buf, S("packages = []\n"));
	write_tool(&buf, lock);
	write_packages(&buf, S("packages"), lock->packages, lock->len);
	return buf_slice(&buf);
}
