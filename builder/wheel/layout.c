// SPDX-License-Identifier: MIT
// Decides for every entry of a wheel where it is installed; refuses names that could
// reach beyond the prefix.
#include "builder/wheel/layout.h"

#include "base/text.h"
#include "packaging/name.h"

#include <string.h>
#include <sys/stat.h>

enum { LONGEST_COMPONENT = 255, LONGEST_PATH = 4096 };

struct layout_run {
	const struct wheel_file *wheel;
	const struct layout_places *places;
	struct arena *arena;
	struct layout *layout;
};

// A long name is cut, so that the message still shows what is wrong with it.
static int refuse(const struct layout_run *run, const struct zip_entry *zip,
		  const char *why, struct error *err)
{
	enum { SHOWN = 200 };
	struct slice shown = slice_range(zip->name, 0, SHOWN);
	return error_set(err, ERROR_INTEGRITY, "wheel '%.*s': entry '%.*s%s' %s",
			 SLICE_ARG(run->wheel->file_name), SLICE_ARG(shown),
			 zip->name.len > SHOWN ? "…" : "", why);
}

// --- names -----------------------------------------------------------------------------

static const char *component_fault(struct slice component)
{
	if (component.len == 0)
		return "has an empty component";
	if (slice_eq(component, S(".")))
		return "has a '.' component";
	if (slice_eq(component, S("..")))
		return "would leave the environment ('..')";
	return component.len > LONGEST_COMPONENT
		       ? "has a component of more than 255 bytes"
		       : NULL;
}

static const char *byte_fault(struct slice name)
{
	for (size_t i = 0; i < name.len; i++) {
		unsigned char c = (unsigned char)name.ptr[i];
		if (c == '\\')
			return "has a backslash in its name";
		if (c < 0x20 || c == 0x7f)
			return "has a control character in its name";
	}
	return NULL;
}

// What makes a name unfit for a layer (tar.4), NULL for nothing.
static const char *name_fault(struct slice name)
{
	const char *fault = byte_fault(name);
	if (fault)
		return fault;
	if (slice_starts_with(name, S("/")))
		return "has an absolute name";
	if (name.len > LONGEST_PATH)
		return "has a name of more than 4096 bytes";
	if (slice_ends_with(name, S("/")))
		name.len--;
	bool more = true;
	while (more && !fault) {
		struct slice component = { 0 };
		more = slice_cut(&name, '/', &component);
		fault = component_fault(component);
	}
	return fault;
}

// Zip writers leave the type out (0) or say what the entry is; a directory is known by
// its name's final slash.
static const char *type_fault(const struct zip_entry *zip)
{
	unsigned type = zip->external_attributes >> 16 & S_IFMT;
	bool directory = slice_ends_with(zip->name, S("/"));
	if (type == S_IFLNK)
		return "is a symbolic link; wheels have none (PEP 778 is deferred)";
	if (type == 0 || type == (directory ? S_IFDIR : S_IFREG))
		return NULL;
	return directory && type == S_IFREG ? NULL : "is neither a file nor a directory";
}

unsigned wheel_entry_mode(const struct zip_entry *zip)
{
	unsigned mode = zip->external_attributes >> 16;
	return S_ISREG(mode) && (mode & 0111) ? 0755 : 0644;
}

// --- dist-info -------------------------------------------------------------------------

static bool begins_version(struct slice s)
{
	if (s.len > 1 && to_lower(s.ptr[0]) == 'v')
		s = slice_skip(s, 1);
	return s.len && is_digit(s.ptr[0]);
}

// "Demo-1.0" of project "demo" gives "Demo"; "" where the stem is another project's.
// Names may hold '-' in wheels that were not escaped as PEP 427 asks, so each one before
// a version is tried.
static struct slice stem_name(struct slice stem, struct slice project)
{
	for (size_t i = 1; i < stem.len; i++)
		if (stem.ptr[i] == '-' && begins_version(slice_skip(stem, i + 1)) &&
		    name_eq(slice_range(stem, 0, i), project))
			return slice_range(stem, 0, i);
	return S("");
}

static struct slice top_folder(struct slice name)
{
	size_t slash = slice_find_byte(name, '/');
	return slash == SLICE_NONE ? S("") : slice_range(name, 0, slash);
}

// A wheel has one dist-info folder; its spelling is free, but it names the wheel's project
// (inst.5).
static int find_dist_info(const struct layout_run *run, struct error *err)
{
	struct slice found = S(""), file = run->wheel->file_name;
	for (size_t i = 0; i < run->wheel->directory.len; i++) {
		struct slice folder = top_folder(run->wheel->directory.entries[i].name);
		if (!slice_ends_with(folder, S(".dist-info")) || slice_eq(folder, found))
			continue;
		if (found.len)
			return error_set(
				err, ERROR_INTEGRITY,
				"wheel '%.*s' has two dist-info folders: '%.*s' and '%.*s'",
				SLICE_ARG(file), SLICE_ARG(found), SLICE_ARG(folder));
		found = folder;
	}
	if (!found.len)
		return error_set(err, ERROR_INTEGRITY,
				 "wheel '%.*s' has no dist-info folder", SLICE_ARG(file));
	struct slice stem = slice_range(found, 0, found.len - strlen(".dist-info"));
	run->layout->dist_info = found;
	run->layout->distribution = stem_name(stem, run->wheel->name);
	if (!run->layout->distribution.len)
		return error_set(err, ERROR_INTEGRITY,
				 "wheel '%.*s' holds '%.*s', which is not '%.*s'",
				 SLICE_ARG(file), SLICE_ARG(found),
				 SLICE_ARG(run->wheel->name));
	return 0;
}

const struct zip_entry *layout_find_info(const struct layout *layout,
					 struct slice file_name)
{
	for (size_t i = 0; i < layout->len; i++) {
		struct slice name = layout->items[i].zip->name;
		size_t len = layout->dist_info.len;
		if (slice_starts_with(name, layout->dist_info) &&
		    name.len == len + 1 + file_name.len && name.ptr[len] == '/' &&
		    slice_ends_with(name, file_name))
			return layout->items[i].zip;
	}
	return NULL;
}

static bool is_info_file(const struct layout *layout, struct slice name,
			 struct slice file)
{
	return slice_eq(top_folder(name), layout->dist_info) &&
	       slice_eq(slice_skip(name, layout->dist_info.len + 1), file);
}

bool layout_needs_no_row(const struct layout *layout, struct slice entry_name)
{
	return is_info_file(layout, entry_name, S("RECORD")) ||
	       is_info_file(layout, entry_name, S("RECORD.jws")) ||
	       is_info_file(layout, entry_name, S("RECORD.p7s"));
}

// --- spreading -------------------------------------------------------------------------

static struct slice below(struct arena *arena, struct slice folder, struct slice rest)
{
	return arena_printf(arena, "%.*s/%.*s", SLICE_ARG(folder), SLICE_ARG(rest));
}

// lib64 is a link to lib in the skeleton (env.2): what pip writes through that link has
// to lie behind it here.
static struct slice data_path(struct arena *arena, struct slice rest)
{
	if (slice_starts_with(rest, S("lib64/")))
		return below(arena, S("lib"), slice_skip(rest, strlen("lib64/")));
	return rest;
}

static int spread_data(const struct layout_run *run, const struct zip_entry *zip,
		       struct slice inner, struct layout_item *item, struct error *err)
{
	struct slice scheme = { 0 };
	if (!slice_cut(&inner, '/', &scheme))
		return refuse(run, zip, "stands in a data folder without a scheme", err);
	item->role = LAYOUT_PLAIN;
	if (slice_eq(scheme, S("purelib")) || slice_eq(scheme, S("platlib"))) {
		item->path = below(run->arena, run->places->site, inner);
	} else if (slice_eq(scheme, S("data"))) {
		item->path = data_path(run->arena, inner);
	} else if (slice_eq(scheme, S("headers"))) {
		struct slice folder = below(run->arena, run->places->headers,
					    run->layout->distribution);
		item->path = below(run->arena, folder, inner);
	} else if (slice_eq(scheme, S("scripts"))) {
		if (slice_find_byte(inner, '/') != SLICE_NONE)
			return refuse(run, zip,
				      "is a folder in scripts, which holds only files",
				      err);
		item->role = LAYOUT_SCRIPT;
		item->path = below(run->arena, S("bin"), inner);
	} else {
		return refuse(run, zip, "has an unknown data scheme", err);
	}
	return 0;
}

// Bytecode is dropped (env.4), and so are notes that only an installer may make (env.9).
static bool is_dropped(const struct layout *layout, struct slice name)
{
	if (slice_ends_with(name, S("/")) || slice_starts_with(name, S("__pycache__/")) ||
	    slice_contains(name, S("/__pycache__/")))
		return true;
	return is_info_file(layout, name, S("INSTALLER")) ||
	       is_info_file(layout, name, S("REQUESTED")) ||
	       is_info_file(layout, name, S("direct_url.json"));
}

// "lib/python3.12" of "lib/python3.12/site-packages"
static struct slice library_of(const struct layout_places *places)
{
	return slice_range(places->site, 0, slice_find_last_byte(places->site, '/'));
}

// "lib/python312.zip" comes before the library in sys.path.
static bool is_zipped_library(struct slice path)
{
	return slice_starts_with(path, S("lib/python")) &&
	       slice_ends_with(path, S(".zip")) &&
	       slice_find_byte(slice_skip(path, strlen("lib/")), '/') == SLICE_NONE;
}

bool layout_is_reserved(const struct layout_places *places, struct slice path)
{
	// From the last two and from *._pth, an interpreter beside them learns where its library is.
	static const char *const names[] = {
		"bin",        "lib",         "lib64",          "pyvenv.cfg",
		"bin/python", "bin/python3", "bin/pyvenv.cfg", "bin/pybuilddir.txt",
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (slice_eq(path, slice_from(names[i])))
			return true;
	struct slice version = library_of(places);
	if (slice_eq(path, places->site) || slice_eq(path, version))
		return true;
	if (places->system && path_is_below(path, version) &&
	    !path_is_below(path, places->site))
		return true;
	if (places->system && is_zipped_library(path))
		return true;
	if (slice_starts_with(path, S("bin/")) && slice_ends_with(path, S("._pth")))
		return true;
	return slice_starts_with(path, S("bin/")) &&
	       slice_eq(slice_skip(path, strlen("bin/")),
			slice_skip(version, strlen("lib/")));
}

// --- what is not the wheel's ------------------------------------------------------------

// Whatever the case: importlib.metadata lists such folders so.
static bool ends_with_any_case(struct slice s, struct slice ending)
{
	if (s.len < ending.len)
		return false;
	for (size_t i = 0; i < ending.len; i++)
		if (to_lower(s.ptr[s.len - ending.len + i]) != ending.ptr[i])
			return false;
	return true;
}

// "x-1.dist-info" of "lib/python3.12/site-packages/x-1.dist-info/RECORD", and of such a path of any Python: the store
// is checked for none in particular. "" for other paths.
static struct slice entry_of_site(const struct layout_places *places, struct slice path)
{
	struct slice site = places->site, first, second, third, entry;
	struct slice rest = slice_skip(path, site.len + 1);
	if (!path_is_below(path, site)) {
		rest = path;
		bool is_site =
			slice_cut(&rest, '/', &first) && slice_cut(&rest, '/', &second) &&
			slice_cut(&rest, '/', &third) &&
			(slice_eq(first, S("lib")) || slice_eq(first, S("lib64"))) &&
			slice_starts_with(second, S("python")) &&
			slice_ends_with(third, S("-packages"));
		if (!is_site)
			return S("");
	}
	slice_cut(&rest, '/', &entry);
	return entry;
}

static bool is_egg_info_of(struct slice entry, struct slice project)
{
	struct slice stem = slice_range(entry, 0, entry.len - strlen(".egg-info"));
	return name_eq(stem, project) || stem_name(stem, project).len;
}

// What is installed, and which files belong to it, is read from these folders: a wheel writes its own one, and that only
// at its top, where its RECORD speaks for it.
static int check_records(const struct layout_run *run, const struct layout_item *item,
			 struct error *err)
{
	struct slice entry = entry_of_site(run->places, item->path);
	bool at_top = slice_starts_with(item->zip->name, entry);
	if (ends_with_any_case(entry, S(".dist-info")) &&
	    !(at_top && slice_eq(entry, run->layout->dist_info)))
		return refuse(
			run, item->zip,
			"lies in the dist-info folder of another distribution, or "
			"comes into its own through a data folder: pip would take it "
			"for the record of what is installed",
			err);
	if (ends_with_any_case(entry, S(".egg-info")) &&
	    !is_egg_info_of(entry, run->wheel->name))
		return refuse(run, item->zip,
			      "lies in the egg-info of another distribution", err);
	return 0;
}

static int spread_item(const struct layout_run *run, const struct zip_entry *zip,
		       struct layout_item *item, struct error *err)
{
	struct slice folder = top_folder(zip->name), stem = folder;
	item->role = LAYOUT_DROPPED;
	if (is_dropped(run->layout, zip->name))
		return 0;
	if (slice_ends_with(folder, S(".data"))) {
		stem.len -= strlen(".data");
		if (!stem_name(stem, run->wheel->name).len)
			return refuse(run, zip,
				      "stands in a data folder of another project", err);
		return spread_data(run, zip, slice_skip(zip->name, folder.len + 1), item,
				   err);
	}
	item->role = is_info_file(run->layout, zip->name, S("RECORD")) ? LAYOUT_RECORD
								       : LAYOUT_PLAIN;
	item->path = below(run->arena, run->places->site, zip->name);
	return 0;
}

static int lay_out(const struct layout_run *run, const struct zip_entry *zip,
		   struct layout_item *item, struct error *err)
{
	item->zip = zip;
	const char *fault = name_fault(zip->name);
	if (!fault)
		fault = type_fault(zip);
	if (fault)
		return refuse(run, zip, fault, err);
	if (spread_item(run, zip, item, err) < 0)
		return -1;
	if (item->path.len && layout_is_reserved(run->places, item->path))
		return refuse(run, zip, "would replace a part of the environment itself",
			      err);
	return item->path.len ? check_records(run, item, err) : 0;
}

// Every entry of the wheel gets its place in the environment (env.3).
int layout_of_wheel(const struct wheel_file *wheel, const struct layout_places *places,
		    struct arena *arena, struct layout *ret_layout, struct error *err)
{
	struct layout layout = { 0 };
	struct layout_run run = { wheel, places, arena, &layout };
	if (find_dist_info(&run, err) < 0)
		return -1;
	layout.items = arena_new_array(arena, struct layout_item, wheel->directory.len);
	for (size_t i = 0; i < wheel->directory.len; i++)
		if (lay_out(&run, &wheel->directory.entries[i], &layout.items[i], err) <
		    0)
			return -1;
	layout.len = wheel->directory.len;
	*ret_layout = layout;
	return 0;
}
