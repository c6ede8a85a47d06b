// SPDX-License-Identifier: MIT
// Looks over a solution before it is written: hashes that must match, and what deserves a warning.
#include "cli/explain/advice.h"

#include "cli/explain/patch_release.h"
#include "cli/lock/direct.h"
#include "net/url.h"

static const struct pin *pin_named(const struct pin_list *pins, struct slice name)
{
	for (size_t i = 0; i < pins->len; i++)
		if (slice_eq(pins->items[i].project->name, name))
			return &pins->items[i];
	return NULL;
}

// The pin's digest by that algorithm; "" for none.
static struct slice digest_of(const struct pin *pin, struct slice algorithm,
			      struct slice sha256)
{
	for (size_t i = 0; i < pin->hashes_len; i++)
		if (slice_eq(pin->hashes[i].algorithm, algorithm))
			return pin->hashes[i].hex;
	return slice_eq(algorithm, S("sha256")) ? sha256 : S("");
}

static bool is_allowed(const struct requirement_entry *entry, const struct pin *pin,
		       struct slice sha256)
{
	for (size_t i = 0; i < entry->hashes_len; i++) {
		const struct requirement_hash *hash = &entry->hashes[i];
		if (slice_eq(digest_of(pin, hash->algorithm, sha256), hash->hex))
			return true;
	}
	return false;
}

int check_hashes(const struct resolve *resolve, const struct pin_list *pins,
		 struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const struct requirement_set *set = resolve->options->requirements;
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		const struct pin *pin = entry->hashes_len
						? pin_named(pins, entry->requirement.name)
						: NULL;
		if (!pin)
			continue;
		struct slice hex = sha256_hex(&scratch, &pin->sha256);
		if (is_allowed(entry, pin, hex))
			continue;
		error_at(err, ERROR_INTEGRITY, entry->hashes[0].span,
			 "'%.*s' has none of the hashes that are allowed",
			 SLICE_ARG(pin->file->name));
		return error_hint(err, "its SHA-256 is %.*s", SLICE_ARG(hex));
	}
	return 0;
}

// Where the dependencies of a source distribution come from, if not from final metadata.
static const char *sdist_note(const struct resolve *resolve, const struct pin *pin)
{
	const struct file_metadata *found =
		resolve_metadata(resolve, pin->file, resolve->options->target);
	return found && found->from_egg_info ? " (its dependencies from its egg-info)"
					     : "";
}

static void warn_about_pin(struct cli *cli, const struct resolve *resolve,
			   const struct pin *pin)
{
	struct slice name = pin->project->name, version = pin->release->version_text,
		     status = pin->project->status;
	struct slice reason = pin->file->yanked_reason;
	if (pin->yanked)
		warn(cli, "%.*s %.*s is yanked%s%.*s", SLICE_ARG(name),
		     SLICE_ARG(version), reason.len ? ": " : "", SLICE_ARG(reason));
	if (slice_eq(status, S("archived")) || slice_eq(status, S("deprecated")))
		warn(cli, "%.*s is marked as %.*s by its owners", SLICE_ARG(name),
		     SLICE_ARG(status));
	if (pin->file->kind == FILE_SDIST && !direct_tree_of(resolve, pin->file))
		warn(cli,
		     "%.*s %.*s is locked to its source distribution%s: 'pinbake bake' has to build it",
		     SLICE_ARG(name), SLICE_ARG(version), sdist_note(resolve, pin));
	if (sha256_is_zero(&pin->file->sha256) && !url_is_file(pin->file->url))
		warn(cli,
		     "the index gives no SHA-256 for %.*s, so the lock has that of what it sent today",
		     SLICE_ARG(pin->file->name));
}

static const char *nearest_extra(struct resolve *resolve, const struct metadata *metadata,
				 struct slice extra)
{
	struct text_list names = { 0 };
	for (size_t i = 0; i < metadata->extras_len; i++) {
		if (slice_eq(metadata->extras[i], extra))
			return NULL;
		*array_push(&resolve->arena, &names) =
			arena_c_string(&resolve->arena, metadata->extras[i]);
	}
	const char *near = nearest_word(arena_c_string(&resolve->arena, extra),
					names.items, names.len);
	return near ? near : "";
}

// An extra that the release does not have asks for nothing; most often it is misspelt.
static void warn_about_extras(struct cli *cli, struct resolve *resolve,
			      const struct requirement_entry *entry,
			      const struct pin *pin)
{
	const struct file_metadata *found =
		resolve_metadata(resolve, pin->file, resolve->options->target);
	for (size_t i = 0;
	     found && found->state == METADATA_FOUND && i < entry->requirement.extras_len;
	     i++) {
		struct slice extra = entry->requirement.extras[i];
		const char *near = nearest_extra(resolve, &found->metadata, extra);
		if (!near)
			continue;
		struct error *warning =
			diagnostics_add(&cli->diagnostics, SEVERITY_WARNING, ERROR_NO,
					entry->span, "%.*s %.*s has no extra '%.*s'",
					SLICE_ARG(pin->project->name),
					SLICE_ARG(pin->release->version_text),
					SLICE_ARG(extra));
		if (*near)
			error_hint(warning, "did you mean '%s'?", near);
	}
}

static size_t count_undated(const struct resolve *resolve)
{
	size_t undated = 0;
	for (size_t i = 1; i < resolve->nodes.len; i++)
		if (resolve->nodes.items[i].ready &&
		    resolve->nodes.items[i].extra.len == 0)
			undated += resolve->nodes.items[i].candidates.undated;
	return undated;
}

void warn_about_pins(struct cli *cli, struct resolve *resolve,
		     const struct pin_list *pins)
{
	const struct requirement_set *set = resolve->options->requirements;
	for (size_t i = 0; i < pins->len; i++)
		warn_about_pin(cli, resolve, &pins->items[i]);
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		const struct pin *pin =
			entry->is_constraint ? NULL
					     : pin_named(pins, entry->requirement.name);
		if (pin)
			warn_about_extras(cli, resolve, entry, pin);
	}
	warn_about_patch_release(cli, resolve, pins);
	size_t undated = count_undated(resolve);
	if (undated)
		warn(cli,
		     "--exclude-newer kept %zu file%s, because the index does not say when %s uploaded",
		     undated, plural(undated), undated == 1 ? "it was" : "they were");
}
