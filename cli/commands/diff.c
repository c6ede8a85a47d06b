// SPDX-License-Identifier: MIT
// pinbake diff: what one lock has that another has not.
#include "cli/cli.h"

#include "base/text.h"

// Entries of one name in both locks, paired; a or b is NULL where the other stands alone.
struct pair {
	const struct lock_package *a, *b;
};

struct comparison {
	struct cli *cli;
	struct loaded_lock a, b;
	struct {
		struct pair *items;
		size_t len, cap;
	} pairs; // those that differ
};

// --- files -----------------------------------------------------------------------------------------------------------

static size_t file_count(const struct lock_package *package)
{
	return package->wheels_len + package->has_sdist + package->has_archive;
}

static const struct lock_file *file_at(const struct lock_package *package, size_t i)
{
	if (i < package->wheels_len)
		return &package->wheels[i];
	return package->has_sdist && i == package->wheels_len ? &package->sdist
							      : &package->archive;
}

static struct slice file_name(const struct lock_file *file)
{
	if (file->name.len)
		return file->name;
	return file->url.len ? file->url : file->path;
}

static const struct lock_file *file_named(const struct lock_package *package,
					  struct slice name)
{
	for (size_t i = 0; i < file_count(package); i++)
		if (slice_eq(file_name(file_at(package, i)), name))
			return file_at(package, i);
	return NULL;
}

static bool same_hashes(const struct lock_file *a, const struct lock_file *b)
{
	bool same = sha256_eq(&a->sha256, &b->sha256) && a->hashes_len == b->hashes_len;
	for (size_t i = 0; same && i < a->hashes_len; i++)
		same = slice_eq(a->hashes[i].algorithm, b->hashes[i].algorithm) &&
		       slice_eq(a->hashes[i].hex, b->hashes[i].hex);
	return same;
}

static bool same_files(const struct lock_package *a, const struct lock_package *b)
{
	bool same = file_count(a) == file_count(b);
	for (size_t i = 0; same && i < file_count(a); i++) {
		const struct lock_file *other = file_named(b, file_name(file_at(a, i)));
		same = other && same_hashes(file_at(a, i), other);
	}
	return same;
}

// Trees have no files: what they are is where they come from.
static bool same_place(const struct lock_package *a, const struct lock_package *b)
{
	return a->has_vcs == b->has_vcs && slice_eq(a->vcs.url, b->vcs.url) &&
	       slice_eq(a->vcs.path, b->vcs.path) &&
	       slice_eq(a->vcs.commit_id, b->vcs.commit_id) &&
	       slice_eq(a->vcs.subdirectory, b->vcs.subdirectory) &&
	       a->has_directory == b->has_directory &&
	       slice_eq(a->directory.path, b->directory.path) &&
	       slice_eq(a->directory.subdirectory, b->directory.subdirectory);
}

static bool same_source(const struct lock_package *a, const struct lock_package *b)
{
	return same_place(a, b) && a->directory.editable == b->directory.editable;
}

// --- packages --------------------------------------------------------------------------------------------------------

static bool same_package(const struct lock_package *a, const struct lock_package *b)
{
	return slice_eq(a->version, b->version) &&
	       slice_eq(a->marker_text, b->marker_text) && same_source(a, b) &&
	       same_files(a, b);
}

// Entries of one name: items[0..len), and which have their counterpart already.
struct group {
	const struct lock_package *items;
	size_t len;
	bool *is_paired;
};

static struct group group_at(struct arena *arena, const struct lock *lock, size_t from)
{
	struct group group = { .items = lock->packages + from };
	while (from + group.len < lock->len &&
	       slice_eq(group.items[group.len].name, group.items[0].name))
		group.len++;
	group.is_paired = arena_new_array(arena, bool, group.len + 1);
	return group;
}

static void add_pair(struct comparison *comparison, const struct lock_package *a,
		     const struct lock_package *b)
{
	if (!a || !b || !same_package(a, b))
		*array_push(&comparison->cli->arena, &comparison->pairs) =
			(struct pair){ a, b };
}

static bool version_alike(const struct lock_package *a, const struct lock_package *b)
{
	return slice_eq(a->version, b->version);
}

static bool marker_alike(const struct lock_package *a, const struct lock_package *b)
{
	return slice_eq(a->marker_text, b->marker_text);
}

static bool name_alike(const struct lock_package *a, const struct lock_package *b)
{
	return slice_eq(a->name, b->name);
}

// By version, then by marker, then as they come; what is left came or went.
static void pair_group(struct comparison *comparison, struct group a, struct group b)
{
	bool (*const alike[])(const struct lock_package *,
			      const struct lock_package *) = { version_alike,
							       marker_alike, name_alike };
	for (size_t pass = 0; pass < 3; pass++)
		for (size_t i = 0; i < a.len; i++)
			for (size_t j = 0; j < b.len && !a.is_paired[i]; j++)
				if (!b.is_paired[j] &&
				    alike[pass](&a.items[i], &b.items[j])) {
					a.is_paired[i] = b.is_paired[j] = true;
					add_pair(comparison, &a.items[i], &b.items[j]);
				}
	for (size_t i = 0; i < a.len; i++)
		if (!a.is_paired[i])
			add_pair(comparison, &a.items[i], NULL);
	for (size_t j = 0; j < b.len; j++)
		if (!b.is_paired[j])
			add_pair(comparison, NULL, &b.items[j]);
}

static void compare_packages(struct comparison *comparison)
{
	const struct lock *a = &comparison->a.lock, *b = &comparison->b.lock;
	struct arena *arena = &comparison->cli->arena;
	for (size_t i = 0, j = 0; i < a->len || j < b->len;) {
		int order = i == a->len ? 1
			    : j == b->len
				    ? -1
				    : slice_cmp(a->packages[i].name, b->packages[j].name);
		struct group left =
			order <= 0 ? group_at(arena, a, i) : (struct group){ 0 };
		struct group right =
			order >= 0 ? group_at(arena, b, j) : (struct group){ 0 };
		pair_group(comparison, left, right);
		i += left.len;
		j += right.len;
	}
}

// --- text ------------------------------------------------------------------------------------------------------------

static const char *arrow(void)
{
	return locale_is_utf8() ? "→" : "->";
}

static void print_sole(char sign, const struct lock_package *package)
{
	bool has_marker = package->marker_text.len > 0;
	print("%c %.*s %.*s%s%.*s", sign, SLICE_ARG(package->name),
	      SLICE_ARG(package->version), has_marker ? " ; " : "",
	      SLICE_ARG(package->marker_text));
}

static struct slice marker_in_words(struct slice marker)
{
	return marker.len ? marker : S("everywhere");
}

static void print_files(const struct pair *pair)
{
	for (size_t i = 0; i < file_count(pair->a); i++) {
		struct slice name = file_name(file_at(pair->a, i));
		const struct lock_file *other = file_named(pair->b, name);
		if (!other)
			print("    - %.*s", SLICE_ARG(name));
		else if (!same_hashes(file_at(pair->a, i), other))
			print("    ! %.*s has other bytes: another hash",
			      SLICE_ARG(name));
	}
	for (size_t i = 0; i < file_count(pair->b); i++) {
		struct slice name = file_name(file_at(pair->b, i));
		if (!file_named(pair->a, name))
			print("    + %.*s", SLICE_ARG(name));
	}
}

static const char *source_change(const struct lock_package *a,
				 const struct lock_package *b)
{
	if (same_source(a, b))
		return "";
	if (!same_place(a, b))
		return ", from another source";
	return b->directory.editable ? ", editable now" : ", no longer editable";
}

static void print_change(const struct pair *pair)
{
	const struct lock_package *a = pair->a, *b = pair->b;
	struct line line = { 0 };
	line_add(&line, "~ %.*s%s%.*s", SLICE_ARG(a->name), a->version.len ? " " : "",
		 SLICE_ARG(a->version));
	if (!slice_eq(a->version, b->version))
		line_add(&line, " %s %.*s", arrow(), SLICE_ARG(b->version));
	line_add(&line, "%s", source_change(a, b));
	line_print(&line);
	if (!slice_eq(a->marker_text, b->marker_text))
		print("    for %.*s %s %.*s", SLICE_ARG(marker_in_words(a->marker_text)),
		      arrow(), SLICE_ARG(marker_in_words(b->marker_text)));
	// Another version has other files, of course.
	if (slice_eq(a->version, b->version))
		print_files(pair);
}

// --- what the locks are for ------------------------------------------------------------------------------------------

struct texts {
	struct slice *items;
	size_t len, cap;
};

struct facet {
	const char *name;
	struct texts a, b;
};

enum { FACETS = 6 };

static struct texts texts_of(struct slice *items, size_t len)
{
	return (struct texts){ items, len, len };
}

static struct texts text_of(struct arena *arena, struct slice text)
{
	struct texts texts = { 0 };
	if (text.len)
		*array_push(arena, &texts) = text;
	return texts;
}

static struct texts requirement_texts(struct arena *arena, const struct lock *lock)
{
	struct texts texts = { 0 };
	for (size_t i = 0; i < lock->requirements_len; i++)
		*array_push(arena, &texts) =
			lock_requirement_text(arena, &lock->requirements[i]);
	return texts;
}

static struct texts cutoff_texts(struct arena *arena, const struct lock *lock)
{
	struct texts texts = { 0 };
	for (size_t i = 0; i < lock->package_cutoffs_len; i++) {
		const struct lock_cutoff *cutoff = &lock->package_cutoffs[i];
		struct slice moment = cutoff->moment.len ? cutoff->moment : S("false");
		*array_push(arena, &texts) =
			arena_printf(arena, "%.*s=%.*s", SLICE_ARG(cutoff->name),
				     SLICE_ARG(moment));
	}
	return texts;
}

static void collect_facets(const struct comparison *comparison,
			   struct facet facets[FACETS])
{
	const struct lock *a = &comparison->a.lock, *b = &comparison->b.lock;
	struct arena *arena = &comparison->cli->arena;
	facets[0] = (struct facet){ "targets", texts_of(a->targets, a->targets_len),
				    texts_of(b->targets, b->targets_len) };
	facets[1] = (struct facet){ "environments",
				    texts_of(a->environments, a->environments_len),
				    texts_of(b->environments, b->environments_len) };
	facets[2] = (struct facet){ "requires-python", text_of(arena, a->requires_python),
				    text_of(arena, b->requires_python) };
	facets[3] = (struct facet){ "exclude-newer", text_of(arena, a->exclude_newer),
				    text_of(arena, b->exclude_newer) };
	facets[4] = (struct facet){ "exclude-newer-package", cutoff_texts(arena, a),
				    cutoff_texts(arena, b) };
	facets[5] = (struct facet){ "requirements", requirement_texts(arena, a),
				    requirement_texts(arena, b) };
}

// What of `from` is not in `other`.
static struct texts texts_missing(struct arena *arena, const struct texts *from,
				  const struct texts *other)
{
	struct texts missing = { 0 };
	for (size_t i = 0; i < from->len; i++)
		if (!slices_have(other->items, other->len, from->items[i]))
			*array_push(arena, &missing) = from->items[i];
	return missing;
}

static void print_texts(char sign, const char *name, const struct texts *texts)
{
	for (size_t i = 0; i < texts->len; i++)
		print("%c %s: %.*s", sign, name, SLICE_ARG(texts->items[i]));
}

// --- JSON ------------------------------------------------------------------------------------------------------------

static json_t *texts_as_json(const struct texts *texts)
{
	json_t *list = json_array();
	for (size_t i = 0; i < texts->len; i++)
		json_array_append_new(list, text_as_json(texts->items[i]));
	return list;
}

static json_t *side_as_json(const struct lock_package *package)
{
	json_t *side = json_object(), *files = json_array();
	for (size_t i = 0; i < file_count(package); i++) {
		const struct lock_file *file = file_at(package, i);
		json_t *item = json_object();
		json_object_set_new(item, "file", text_as_json(file_name(file)));
		if (!sha256_is_zero(&file->sha256))
			json_object_set_new(item, "hash", digest_as_json(&file->sha256));
		json_array_append_new(files, item);
	}
	json_object_set_new(side, "version", text_as_json(package->version));
	if (package->marker_text.len)
		json_object_set_new(side, "marker", text_as_json(package->marker_text));
	if (package->directory.editable)
		json_object_set_new(side, "editable", json_true());
	json_object_set_new(side, "files", files);
	return side;
}

static json_t *pairs_as_json(const struct comparison *comparison)
{
	json_t *list = json_array();
	for (size_t i = 0; i < comparison->pairs.len; i++) {
		const struct pair *pair = &comparison->pairs.items[i];
		json_t *item = json_object();
		json_object_set_new(item, "name",
				    text_as_json(pair->a ? pair->a->name
							 : pair->b->name));
		json_object_set_new(item, "change",
				    json_string(!pair->a   ? "added"
						: !pair->b ? "removed"
							   : "changed"));
		if (pair->a)
			json_object_set_new(item, "before", side_as_json(pair->a));
		if (pair->b)
			json_object_set_new(item, "after", side_as_json(pair->b));
		json_array_append_new(list, item);
	}
	return list;
}

// --- the command -----------------------------------------------------------------------------------------------------

static void print_pairs(const struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->pairs.len; i++) {
		const struct pair *pair = &comparison->pairs.items[i];
		if (!pair->a)
			print_sole('+', pair->b);
		else if (!pair->b)
			print_sole('-', pair->a);
		else
			print_change(pair);
	}
}

// Shows or adds what differs between what the locks are for; returns how much.
static size_t tell_facets(const struct comparison *comparison, json_t *changes)
{
	struct arena *arena = &comparison->cli->arena;
	struct facet facets[FACETS];
	size_t count = 0;
	collect_facets(comparison, facets);
	for (size_t i = 0; i < FACETS; i++) {
		struct texts removed = texts_missing(arena, &facets[i].a, &facets[i].b);
		struct texts added = texts_missing(arena, &facets[i].b, &facets[i].a);
		count += removed.len + added.len;
		if (removed.len + added.len && changes)
			json_object_set_new(changes, facets[i].name,
					    json_pack("{s:o, s:o}", "removed",
						      texts_as_json(&removed), "added",
						      texts_as_json(&added)));
		if (!changes) {
			print_texts('-', facets[i].name, &removed);
			print_texts('+', facets[i].name, &added);
		}
	}
	return count;
}

static int run_diff(struct cli *cli, void *opaque, const struct text_list *arguments,
		    json_t *result, struct error *err)
{
	(void)opaque;
	struct comparison comparison = { .cli = cli };
	if (arguments->len != 2) {
		error_set(err, ERROR_USAGE, "two locks are compared, but %zu %s named",
			  arguments->len, arguments->len == 1 ? "was" : "were");
		return error_hint(err, "name them: pinbake diff old.toml pylock.toml");
	}
	if (read_lock(cli, arguments->items[0], &comparison.a, err) < 0 ||
	    read_lock(cli, arguments->items[1], &comparison.b, err) < 0)
		return -1;
	show_diagnostics(cli);
	compare_packages(&comparison);
	json_t *changes = cli->common.json ? json_object() : NULL;
	size_t count = tell_facets(&comparison, changes) + comparison.pairs.len;
	if (changes) {
		json_object_set_new(result, "lock", changes);
		json_object_set_new(result, "packages", pairs_as_json(&comparison));
	} else {
		print_pairs(&comparison);
	}
	if (count == 0)
		return 0;
	error_set(err, ERROR_NO, "the locks differ in %zu place%s", count, plural(count));
	return COMMAND_SAYS_NO;
}

static const struct option_table TABLE = { 0 };

const struct command command_diff = {
	.name = "diff",
	.arguments = "LOCK LOCK [options]",
	.summary = "show what differs between two locks; exit 1 if anything does",
	.examples =
		"  pinbake diff old.toml pylock.toml\n"
		"  git show HEAD:pylock.toml > old.toml; pinbake diff old.toml pylock.toml\n",
	.options = &TABLE,
	.is_local = true,
	.values_size = 0,
	.run = run_diff,
};
