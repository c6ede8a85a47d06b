// SPDX-License-Identifier: MIT
// A folder of this machine as an archive of what a build reads of it.
#include "builder/source/checkout_archive.h"
#include "builder/source/left_out.h"

#include "base/places.h"
#include "base/text.h"

enum { DEPTH_MAX = 64, OTHERS_READ = 0004, OTHERS = 0077 };

struct walk {
	const struct directory_request *request;
	struct checkout_archive *archive;
	struct arena *arena;
	struct arena *kept; // of the caller
	struct ignore_rules ignored, included;
	struct worktree worktree;
	struct left_out_list left_out;
	const char *marker; // "pyproject.toml", or another one that is there
	struct place cache; // it may lie in the folder
};

// Something below the folder.
struct item {
	struct slice name, inside; // inside: the path from the top
	const char *path;
	struct place place;
	unsigned depth; // of the folder that it is in; 0: the top
};

// --- what is left out ------------------------------------------------------------------------------------------------

static void leave_out(struct walk *walk, const struct item *item, enum left_out_kind kind)
{
	bool is_folder = item->place.kind == PLACE_DIRECTORY;
	*array_push(walk->kept, &walk->left_out) =
		(struct left_out){ arena_printf(walk->kept, "%.*s%s",
						SLICE_ARG(item->inside),
						is_folder ? "/" : ""),
				   kind };
}

// Builds leave what they made in folders of these names, unless a package has the name.
static bool is_build_output(const struct walk *walk, const struct item *item)
{
	static const char *const names[] = { "build", "dist", "wheelhouse" };
	bool is_named = false;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		is_named |= slice_eq(item->name, slice_from(names[i]));
	return is_named && item->depth == 0 &&
	       !file_exists(path_join(walk->arena, item->path, S("__init__.py")));
}

static bool is_environment(const struct walk *walk, const struct item *item)
{
	return file_exists(path_join(walk->arena, item->path, S("pyvenv.cfg")));
}

static bool is_cache(const struct walk *walk, const struct item *item)
{
	return walk->cache.kind == PLACE_DIRECTORY &&
	       item->place.device == walk->cache.device &&
	       item->place.inode == walk->cache.inode;
}

static bool is_left_out(const struct walk *walk, const struct item *item,
			enum left_out_kind *ret_kind)
{
	bool is_folder = item->place.kind == PLACE_DIRECTORY;
	if (item->place.kind == PLACE_OTHER) {
		*ret_kind = LEFT_OUT_SPECIAL;
		return true;
	}
	*ret_kind = LEFT_OUT_MADE;
	if (is_folder && is_cache(walk, item))
		return true;
	if (ignore_rules_fit(&walk->included, item->inside, is_folder))
		return false;
	if (is_never_built(item->name, ret_kind))
		return true;
	*ret_kind = LEFT_OUT_MADE;
	if (is_folder && is_build_output(walk, item))
		return true;
	*ret_kind = LEFT_OUT_OF_CHECKOUT;
	if (is_folder && is_environment(walk, item))
		return true;
	*ret_kind = LEFT_OUT_IGNORED;
	return ignore_rules_fit(&walk->ignored, item->inside, is_folder) &&
	       !worktree_has(&walk->worktree, item->inside, walk->arena);
}

// --- what is put into it ---------------------------------------------------------------------------------------------

// Of a private key it is seen only now that it is one; one that was committed is a test's.
static int put_content(struct walk *walk, const struct item *item, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	unsigned mode = item->place.mode & 0100 ? 0755 : 0644;
	if (file_map_open(item->path, ERROR_INPUT, &map, err) < 0)
		return -1;
	if (is_private_key(map.bytes) &&
	    !ignore_rules_fit(&walk->included, item->inside, false) &&
	    !worktree_has(&walk->worktree, item->inside, walk->arena)) {
		leave_out(walk, item, LEFT_OUT_PRIVATE);
		return 0;
	}
	if (!(item->place.mode & OTHERS_READ))
		mode &= ~(unsigned)OTHERS;
	return checkout_archive_file(walk->archive, item->inside, mode, map.bytes, err);
}

// How many folders a relative path goes up beyond where it begins.
static size_t climbs(struct slice path)
{
	size_t below = 0, above = 0;
	struct slice part;
	while (path.len) {
		slice_cut(&path, '/', &part);
		if (slice_eq(part, S("..")))
			below ? below-- : above++;
		else if (part.len && !slice_eq(part, S(".")))
			below++;
	}
	return above;
}

static size_t folders_above(struct slice inside)
{
	size_t count = 0;
	for (size_t i = 0; i < inside.len; i++)
		count += inside.ptr[i] == '/';
	return count;
}

// ".." behind a name: what that leads to may be a link, and lie elsewhere.
static bool turns_back(struct slice target)
{
	struct slice part;
	bool went_down = false;
	while (target.len) {
		slice_cut(&target, '/', &part);
		if (slice_eq(part, S("..")) && went_down)
			return true;
		went_down |=
			part.len && !slice_eq(part, S(".")) && !slice_eq(part, S(".."));
	}
	return false;
}

// The text says it where the archive is unpacked, wherever that is; what it leads to here may be another link.
static bool leads_out(const struct walk *walk, const struct item *item,
		      struct slice target)
{
	struct slice real = path_real(walk->arena, item->path);
	if (slice_starts_with(target, S("/")) ||
	    climbs(target) > folders_above(item->inside))
		return true;
	return real.len ? !path_is_below(real, slice_from(walk->request->path))
			: turns_back(target);
}

static int put_link(struct walk *walk, const struct item *item, struct error *err)
{
	struct slice target = S("");
	if (!place_link_text(item->path, walk->arena, &target))
		return error_set(err, ERROR_INPUT, "cannot read the link '%s'",
				 item->path);
	if (!leads_out(walk, item, target))
		return checkout_archive_link(walk->archive, item->inside, target, err);
	error_set(err, ERROR_INPUT, "'%s' is a link that leads out of the source tree",
		  item->path);
	return error_hint(
		err, "put a copy of what it leads to in its place, or a relative link");
}

static int put_folder(struct walk *walk, struct slice inside, const char *path,
		      unsigned depth, struct error *err);

static int put_item(struct walk *walk, const struct item *item, struct error *err)
{
	enum left_out_kind kind;
	if (item->place.kind == PLACE_ABSENT) // gone since its name was read
		return 0;
	if (is_left_out(walk, item, &kind)) {
		leave_out(walk, item, kind);
		return 0;
	}
	if (item->place.kind == PLACE_SYMLINK)
		return put_link(walk, item, err);
	if (item->place.kind == PLACE_DIRECTORY)
		return put_folder(walk, item->inside, item->path, item->depth + 1, err);
	return put_content(walk, item, err);
}

// Patterns that leave out the project itself are not about its source.
static bool ignores_marker(const struct walk *walk)
{
	struct slice below = walk->request->subdirectory;
	struct slice marker = arena_printf(walk->arena, "%.*s%s%s", SLICE_ARG(below),
					   below.len ? "/" : "", walk->marker);
	return ignore_rules_fit(&walk->ignored, marker, false) &&
	       !worktree_has(&walk->worktree, marker, walk->arena);
}

static struct slice folder_prefix(struct walk *walk, struct slice inside)
{
	return arena_printf(walk->arena, "%.*s%s", SLICE_ARG(inside),
			    inside.len ? "/" : "");
}

// inside: "" for the top. The patterns of a folder end with it.
static int put_folder(struct walk *walk, struct slice inside, const char *path,
		      unsigned depth, struct error *err)
{
	struct name_list names = { 0 };
	struct slice prefix = folder_prefix(walk, inside);
	size_t rules = walk->ignored.len;
	if (depth > DEPTH_MAX)
		return error_set(err, ERROR_INPUT, "'%s' lies more than %d folders deep",
				 path, DEPTH_MAX);
	if (directory_names(path, walk->arena, &names, err) < 0)
		return -1;
	ignore_rules_read(&walk->ignored, path, prefix, S(""));
	if (depth == 0 && ignores_marker(walk))
		walk->ignored.len = 0;
	for (size_t i = 0; i < names.len; i++) {
		const char *below = path_join(walk->arena, path, names.items[i]);
		const struct item item = {
			.name = names.items[i],
			.inside = arena_printf(walk->arena, "%.*s%.*s", SLICE_ARG(prefix),
					       SLICE_ARG(names.items[i])),
			.path = below,
			.place = place_look(below),
			.depth = depth,
		};
		if (put_item(walk, &item, err) < 0)
			return -1;
	}
	walk->ignored.len = rules;
	return 0;
}

// --- the whole -------------------------------------------------------------------------------------------------------

// Before anything is copied: "./" of a home folder is nobody's source.
static int find_marker(const struct directory_request *request, struct arena *arena,
		       const char **ret_marker, struct error *err)
{
	static const char *const markers[] = { "pyproject.toml", "setup.py",
					       "setup.cfg" };
	struct slice below = request->subdirectory;
	const char *path =
		below.len ? path_join(arena, request->path, below) : request->path;
	if (!path_is_directory(path))
		return error_set(err, ERROR_INPUT, "there is no folder '%s'", path);
	for (size_t i = 0; i < sizeof(markers) / sizeof(*markers); i++) {
		const char *marker = path_join(arena, path, slice_from(markers[i]));
		enum place_kind kind = place_look(marker).kind;
		if (kind == PLACE_FILE || kind == PLACE_SYMLINK) {
			*ret_marker = markers[i];
			return 0;
		}
	}
	return error_set(err, ERROR_INPUT,
			 "'%s' has neither pyproject.toml nor setup.py%s%.*s",
			 request->shown, below.len ? " in " : "", SLICE_ARG(below));
}

static void begin_walk(struct walk *walk)
{
	const struct directory_request *request = walk->request;
	walk->cache = place_look(request->cache_directory);
	walk->ignored.arena = walk->included.arena = walk->arena;
	for (size_t i = 0; i < request->include.len; i++)
		ignore_rules_add(&walk->included, request->include.items[i], S(""),
				 S(""));
	worktree_find(&walk->worktree, slice_from(request->path), walk->arena);
	ignore_rules_read_above(&walk->ignored, &walk->worktree);
}

int directory_take_checkout(const struct directory_request *request, struct store *store,
			    struct arena *arena, struct checkout *ret_checkout,
			    struct left_out_list *ret_left_out, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	AUTO(checkout_archive_abandon)
	struct checkout_archive archive = { .writer.fd = -1 };
	struct walk walk = {
		.request = request, .archive = &archive, .arena = &scratch, .kept = arena
	};
	if (find_marker(request, &scratch, &walk.marker, err) < 0)
		return -1;
	begin_walk(&walk);
	if (checkout_archive_begin(&archive, store, request->cache_directory, err) < 0 ||
	    put_folder(&walk, S(""), request->path, 0, err) < 0)
		return error_during(err, "reading the source tree '%s'", request->path);
	*ret_left_out = walk.left_out;
	return checkout_archive_end(&archive, ret_checkout, err);
}
