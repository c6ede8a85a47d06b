// SPDX-License-Identifier: MIT
// Reads the fields of METADATA and PKG-INFO that resolving and auditing need, leniently,
// since a release cannot be changed any more (md.1–md.3).
#include "packaging/metadata.h"

#include "base/encoding.h"
#include "base/headers.h"
#include "base/text.h"
#include "packaging/name.h"

enum { METADATA_MAJOR_KNOWN = 2, METADATA_NUMBER_MAX = 9999 };

// setuptools wrote this for years if there was nothing to say.
static bool is_unknown(struct slice value)
{
	return slice_eq(value, S("UNKNOWN"));
}

// A text for people. One that is not UTF-8 is older than the standard's asking for it,
// and in practice Latin-1 (md.2).
static struct slice readable(struct arena *arena, struct slice value)
{
	if (is_unknown(value))
		return S("");
	return slice_find_bad_utf8(value) == SLICE_NONE ? value
							: utf8_from_latin1(arena, value);
}

// A folded value on one line: the line ends and the blanks around them become one blank.
static struct slice on_one_line(struct arena *arena, struct slice value)
{
	struct slice line;
	if (slice_find_byte(value, '\n') == SLICE_NONE)
		return value;
	struct buf buf = { .arena = arena };
	for (bool more = true; more;) {
		more = slice_cut(&value, '\n', &line);
		if (buf.len)
			buf_byte(&buf, ' ');
		buf_append(&buf, slice_trim(line));
	}
	return buf_slice(&buf);
}

static void add_text(struct arena *arena, struct slice **items, size_t *len, size_t *cap,
		     struct slice text)
{
	*items = array_grow(arena, *items, *len, cap, sizeof(**items));
	(*items)[(*len)++] = text;
}

// An unknown minor version only adds fields; an unknown major one may mean anything
// (md.1).
static int read_version(struct metadata *metadata, struct slice value, struct error *err)
{
	struct slice rest = value, major_text, minor_text;
	uint64_t major, minor = 0;
	bool has_minor = slice_cut(&rest, '.', &major_text);
	slice_cut(&rest, '.', &minor_text);
	if (!slice_parse_u64(major_text, METADATA_NUMBER_MAX, &major) ||
	    (has_minor && !slice_parse_u64(minor_text, METADATA_NUMBER_MAX, &minor)))
		return error_set(err, ERROR_SOURCE, "'%.*s' is not a metadata version",
				 SLICE_ARG(value));
	if (major > METADATA_MAJOR_KNOWN)
		return error_set(err, ERROR_SOURCE,
				 "metadata version '%.*s' is not known",
				 SLICE_ARG(value));
	metadata->version_major = (unsigned)major;
	metadata->version_minor = (unsigned)minor;
	return 0;
}

// One that cannot be read asks for nothing, here as on the index's page: the user is told.
static void read_requires_python(struct arena *arena, struct metadata *metadata,
				 struct slice value)
{
	struct error ignored;
	struct slice text = on_one_line(arena, value);
	metadata->requires_python_text = metadata->unreadable_python = S("");
	if (is_unknown(value))
		return;
	if (specifier_set_parse(arena, text, true, &metadata->requires_python, NULL,
				&ignored) == 0) {
		metadata->requires_python_text = text;
		return;
	}
	metadata->requires_python = (struct specifier_set){ 0 };
	metadata->unreadable_python = text;
}

// Of "k8s (>=9.0.0a1.0) ; extra == 'all'" the marker, if that can be read.
static struct marker *marker_of(struct arena *arena, struct slice text)
{
	struct slice rest = text, part;
	struct marker *marker = NULL;
	struct error ignored;
	while (slice_cut(&rest, ';', &part))
		text = rest;
	if (text.len && marker_parse(arena, slice_trim(text), MARKER_IN_METADATA, &marker,
				     NULL, &ignored) < 0)
		return NULL;
	return marker;
}

static int keep_unreadable(struct arena *arena, struct metadata *metadata,
			   struct slice text, struct error *err)
{
	struct marker *marker = marker_of(arena, text);
	if (!marker) {
		err->kind = ERROR_SOURCE;
		return error_during(err, "reading 'Requires-Dist: %.*s'",
				    SLICE_ARG(text));
	}
	metadata->unreadable =
		array_grow(arena, metadata->unreadable, metadata->unreadable_len,
			   &metadata->unreadable_cap, sizeof(*metadata->unreadable));
	metadata->unreadable[metadata->unreadable_len++] =
		(struct unreadable_requirement){ text,
						 arena_dup(arena, slice_from(err->cause)),
						 marker };
	return 0;
}

// One requirement that cannot be understood makes the release ineligible where it is needed, not the package (508.3,
// md.3).
static int read_requires_dist(struct arena *arena, struct metadata *metadata,
			      struct slice value, struct error *err)
{
	struct slice text = on_one_line(arena, value);
	struct requirement requirement;
	if (requirement_parse(arena, text, REQUIREMENT_LENIENT, &requirement, NULL, err) <
	    0)
		return keep_unreadable(arena, metadata, text, err);
	metadata->requires_dist =
		array_grow(arena, metadata->requires_dist, metadata->requires_len,
			   &metadata->requires_cap, sizeof(*metadata->requires_dist));
	metadata->requires_dist[metadata->requires_len++] = requirement;
	return 0;
}

// Names of extras are kept normalised (685.1); one that is invalid cannot be asked for.
static void read_provides_extra(struct arena *arena, struct metadata *metadata,
				struct slice value)
{
	if (name_is_valid(value))
		add_text(arena, &metadata->extras, &metadata->extras_len,
			 &metadata->extras_cap, name_normalize(arena, value));
}

// 'Requires' of metadata 1.1 is not read: it names modules, and no installer ever
// followed it (md.3).
static int read_field(struct arena *arena, struct metadata *metadata,
		      const struct header_field *field, struct error *err)
{
	struct slice name = field->name, value = field->value;
	if (slice_eq_ignore_case(name, S("Requires-Dist")))
		return read_requires_dist(arena, metadata, value, err);
	if (slice_eq_ignore_case(name, S("Provides-Extra")))
		read_provides_extra(arena, metadata, value);
	else if (slice_eq_ignore_case(name, S("Dynamic")))
		add_text(arena, &metadata->dynamic, &metadata->dynamic_len,
			 &metadata->dynamic_cap, slice_lower(arena, value));
	else if (slice_eq_ignore_case(name, S("Classifier")))
		add_text(arena, &metadata->classifiers, &metadata->classifiers_len,
			 &metadata->classifiers_cap, readable(arena, value));
	return 0;
}

static int read_single_fields(struct arena *arena, struct metadata *metadata,
			      const struct header_block *block, struct error *err)
{
	struct slice version = headers_get(block, S("Metadata-Version"));
	metadata->name = headers_get(block, S("Name"));
	metadata->version = headers_get(block, S("Version"));
	metadata->license_expression =
		readable(arena, headers_get(block, S("License-Expression")));
	metadata->license = readable(arena, headers_get(block, S("License")));
	metadata->requires_python_text = S("");
	if (metadata->name.len == 0)
		return error_set(err, ERROR_SOURCE, "the metadata has no 'Name'");
	if (metadata->version.len == 0)
		return error_set(err, ERROR_SOURCE, "the metadata has no 'Version'");
	if (read_version(metadata, version.len ? version : S("1.0"), err) < 0)
		return -1;
	read_requires_python(arena, metadata, headers_get(block, S("Requires-Python")));
	return 0;
}

// Takes room for all requirements at once: they are large, some releases have hundreds,
// and growing would copy them.
static void make_room(struct arena *arena, struct metadata *metadata,
		      const struct header_block *block)
{
	size_t count = 0;
	for (size_t i = 0; i < block->len; i++)
		count += slice_eq_ignore_case(block->fields[i].name, S("Requires-Dist"));
	metadata->requires_dist = arena_new_array(arena, struct requirement, count);
	metadata->requires_cap = count;
}

int metadata_parse(struct arena *arena, struct slice text, struct metadata *ret_metadata,
		   struct error *err)
{
	struct header_block block;
	struct metadata metadata = { 0 };
	if (headers_parse(arena, text, &block, err) < 0 ||
	    read_single_fields(arena, &metadata, &block, err) < 0)
		return -1;
	make_room(arena, &metadata, &block);
	for (size_t i = 0; i < block.len; i++)
		if (read_field(arena, &metadata, &block.fields[i], err) < 0)
			return -1;
	*ret_metadata = metadata;
	return 0;
}

// Metadata is final from version 2.2 on, but for what it calls Dynamic (643.1). A list
// that is both present and Dynamic may grow in the wheel, so it is not final either
// (808.1).
bool metadata_is_static(const struct metadata *metadata)
{
	if (metadata->version_major < 2 ||
	    (metadata->version_major == 2 && metadata->version_minor < 2))
		return false;
	for (size_t i = 0; i < metadata->dynamic_len; i++) {
		struct slice field = metadata->dynamic[i];
		if (slice_eq(field, S("requires-dist")) ||
		    slice_eq(field, S("requires-python")) ||
		    slice_eq(field, S("provides-extra")))
			return false;
	}
	return true;
}
