// SPDX-License-Identifier: MIT
// Tree → files: directories first, then contents by several threads, times last and from
// the leaves up.
#include "builder/install/tree_writer.h"

#include "base/map.h"
#include "base/parallel.h"
#include "builder/wheel/wheel.h"

#include <stdatomic.h>
#include <string.h>

enum {
	DIRECTORY_MODE = 0755,
	BLOCK = 64, // entries that a thread takes at once
};

struct writing {
	struct tree_writer *writer;
	// By wheel: its new RECORD's path, relative to the prefix
	const struct slice *records;
	const struct slice *record_bytes;
	struct inflater **inflaters; // by worker
	struct linking linking;
	struct wheel_sums *sums; // by wheel, where files that lie about may be taken
	atomic_uint_least64_t files, bytes;
};

static struct slice relative(const struct tree_writer_options *options, struct slice path)
{
	return path.len > options->prefix.len ? slice_skip(path, options->prefix.len + 1)
					      : S("");
}

// "" for the root itself
static const char *name_of(const struct tree_writer *writer, struct slice path,
			   struct arena *arena)
{
	return arena_c_string(arena, relative(writer->options, path));
}

// --- directories and links -------------------------------------------------------------

// A folder that an earlier tree has made may stay. A file cannot be in its place: joining
// the trees has refused that.
static int make_directory(const struct folder *root, const char *name, struct error *err)
{
	return folder_look(root, name).kind == PLACE_DIRECTORY
		       ? 0
		       : folder_make_new(root, name, DIRECTORY_MODE, err);
}

static int write_folders_and_links(const struct tree_writer *writer,
				   const struct tree *tree, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const struct folder *root = writer->options->root;
	for (size_t i = 0; i < tree->len; i++) {
		const struct tree_entry *entry = &tree->entries[i];
		const char *name = name_of(writer, entry->path, &scratch);
		if (entry->kind == TREE_DIRECTORY &&
		    entry->path.len > writer->options->prefix.len &&
		    make_directory(root, name, err) < 0)
			return -1;
		if (entry->kind == TREE_SYMLINK &&
		    (folder_symlink(root, name, arena_c_string(&scratch, entry->bytes),
				    err) < 0 ||
		     folder_set_time(root, name, writer->options->mtime, err) < 0))
			return -1;
	}
	return 0;
}

// --- files -----------------------------------------------------------------------------

static int write_new(const struct writing *writing, const struct tree_entry *entry,
		     const char *name, unsigned worker, struct error *err)
{
	const struct tree_writer_options *options = writing->writer->options;
	AUTO(fd_close) int fd = -1;
	if (folder_create_new(options->root, name, entry->mode, &fd, err) < 0)
		return -1;
	struct place_output output = { fd, name };
	int status =
		entry->zip
			? entry_stream(&writing->writer->wheels[entry->wheel], entry->zip,
				       writing->inflaters[worker],
				       (struct inflate_sink){ place_take, &output }, err)
			: place_take(&output, entry->bytes, err);
	if (status < 0)
		return -1;
	return place_end(&fd, name, options->mtime, err);
}

static bool former_matches(const struct wheel_sums *sums, const struct zip_entry *zip,
			   const struct folder *former, const char *name)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	struct error ignored = { 0 };
	return folder_map(former, name, &map, &ignored) == 0 &&
	       wheel_sums_match(sums, zip, map.bytes);
}

// Links the file of the former environment, where its package's RECORD is the same and
// the file is what the wheel's RECORD says. A file that the store has, too, is not taken unless hard
// links are asked for.
static bool link_former(const struct writing *writing, const struct tree_entry *entry,
			const char *name)
{
	const struct tree_writer_options *options = writing->writer->options;
	struct slice below = relative(options, entry->path);
	struct error ignored = { 0 };
	if (!options->former || !entry->zip ||
	    !former_owns(options->former, below, writing->records[entry->wheel],
			 writing->record_bytes[entry->wheel]))
		return false;
	const struct folder *former = options->former->root;
	struct place place = folder_look(former, name);
	return place.kind == PLACE_FILE && place.mode == entry->mode &&
	       place.size == entry->zip->size &&
	       place.mtime_s == (int64_t)options->mtime &&
	       (place.links == 1 || options->link_mode == LINK_HARDLINK) &&
	       former_matches(&writing->sums[entry->wheel], entry->zip, former, name) &&
	       folder_hard_link(former, name, options->root, name, &ignored) == 0;
}

static uint64_t size_of(const struct tree_entry *entry)
{
	return entry->zip ? entry->zip->size : entry->bytes.len;
}

static int write_entry(struct writing *writing, const struct tree_entry *entry,
		       unsigned worker, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const char *name = name_of(writing->writer, entry->path, &scratch);
	if (link_former(writing, entry, name) ||
	    (entry->zip && linking_place(&writing->linking, entry, name, &scratch)))
		return 0;
	return write_new(writing, entry, name, worker, err);
}

static bool is_file(const struct tree_entry *entry)
{
	return entry->kind == TREE_FILE_FROM_WHEEL || entry->kind == TREE_FILE_GENERATED;
}

static const struct tree_entry *entry_at(const struct tree_writer *writer, size_t index)
{
	const struct tree *skeleton = writer->skeleton, *packages = writer->packages;
	return index < skeleton->len ? &skeleton->entries[index]
				     : &packages->entries[index - skeleton->len];
}

static size_t count_entries(const struct tree_writer *writer)
{
	return writer->skeleton->len + writer->packages->len;
}

static int write_counted(struct writing *writing, const struct tree_entry *entry,
			 unsigned worker, struct error *err)
{
	const struct work *work = writing->writer->options->work;
	if (work_heed(work, err) < 0 || write_entry(writing, entry, worker, err) < 0)
		return -1;
	uint64_t files = atomic_fetch_add(&writing->files, 1) + 1;
	atomic_fetch_add(&writing->bytes, size_of(entry));
	if (worker == 0)
		work_advance(work, files,
			     relative(writing->writer->options, entry->path));
	return 0;
}

// One thread writes a block of neighbours: two threads that make files in one folder wait
// for each other.
static int write_block(void *context, size_t block, unsigned worker, struct error *err)
{
	struct writing *writing = context;
	size_t count = count_entries(writing->writer), end = (block + 1) * BLOCK;
	for (size_t i = block * BLOCK; i < end && i < count; i++) {
		const struct tree_entry *entry = entry_at(writing->writer, i);
		if (is_file(entry) && write_counted(writing, entry, worker, err) < 0)
			return -1;
	}
	return 0;
}

// Finds the RECORD that each wheel will have: by it link_former knows an unchanged
// package.
static void find_records(const struct tree_writer *writer, struct slice *paths,
			 struct slice *bytes)
{
	for (size_t i = 0; i < writer->packages->len; i++) {
		const struct tree_entry *entry = &writer->packages->entries[i];
		if (entry->kind != TREE_FILE_GENERATED ||
		    !slice_ends_with(entry->path, S(".dist-info/RECORD")))
			continue;
		paths[entry->wheel] = relative(writer->options, entry->path);
		bytes[entry->wheel] = entry->bytes;
	}
}

// Where the former environment has the package, only files that somebody touched are
// missing.
static int prepare_linking(struct writing *writing, struct arena *scratch,
			   struct error *err)
{
	const struct tree_writer *writer = writing->writer;
	const struct tree_writer_options *options = writer->options;
	bool *wanted = arena_new_array(scratch, bool, writer->wheels_len + 1);
	for (size_t i = 0; i < writer->wheels_len; i++)
		wanted[i] = !options->former ||
			    !former_owns(options->former, writing->records[i],
					 writing->records[i], writing->record_bytes[i]);
	struct linking_options linking = {
		.store = options->store,
		.mode = options->link_mode,
		.root = options->root,
		.wheels = writer->wheels,
		.wanted = wanted,
		.sums = writing->sums,
		.wheels_len = writer->wheels_len,
		.inflaters = writing->inflaters,
		.jobs = options->jobs,
		.work = options->work,
	};
	return linking_prepare(&writing->linking, &linking, scratch, err);
}

static int read_sums(struct writing *writing, struct arena *scratch, struct error *err)
{
	const struct tree_writer *writer = writing->writer;
	writing->sums =
		arena_new_array(scratch, struct wheel_sums, writer->wheels_len + 1);
	if (!writer->options->former && writer->options->link_mode == LINK_INFLATE)
		return 0;
	for (size_t i = 0; i < writer->wheels_len; i++)
		if (wheel_sums_read(&writer->wheels[i], writing->inflaters[0], scratch,
				    &writing->sums[i], err) < 0)
			return -1;
	return 0;
}

static int write_files(struct tree_writer *writer, struct arena *scratch,
		       struct error *err)
{
	size_t count = (count_entries(writer) + BLOCK - 1) / BLOCK;
	unsigned workers = parallel_workers(writer->options->jobs, SIZE_MAX);
	struct slice *paths =
		arena_new_array(scratch, struct slice, writer->wheels_len + 1);
	struct slice *bytes =
		arena_new_array(scratch, struct slice, writer->wheels_len + 1);
	struct writing writing = {
		.writer = writer,
		.records = paths,
		.record_bytes = bytes,
		.inflaters = arena_new_array(scratch, struct inflater *, workers)
	};
	find_records(writer, paths, bytes);
	for (unsigned i = 0; i < workers; i++)
		writing.inflaters[i] = inflater_new();
	int status = read_sums(&writing, scratch, err);
	if (status == 0)
		status = prepare_linking(&writing, scratch, err);
	if (status == 0)
		status = parallel_for(writer->options->jobs, count, write_block, &writing,
				      err);
	for (unsigned i = 0; i < workers; i++)
		inflater_free(writing.inflaters[i]);
	writer->files = atomic_load(&writing.files);
	writer->bytes = atomic_load(&writing.bytes);
	writer->linked = atomic_load(&writing.linking.linked);
	writer->cloned = atomic_load(&writing.linking.cloned);
	writer->copied = atomic_load(&writing.linking.copied);
	writer->changed = linking_finish(&writing.linking);
	return status;
}

int tree_writer_write(struct tree_writer *writer, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	if (write_folders_and_links(writer, writer->skeleton, err) < 0 ||
	    write_folders_and_links(writer, writer->packages, err) < 0)
		return -1;
	return write_files(writer, &scratch, err);
}

// --- strangers -------------------------------------------------------------------------

static int make_parents(const struct tree_writer *writer, struct slice path,
			struct arena *scratch, bool *ret_made, struct error *err)
{
	*ret_made = false;
	for (size_t i = 0; i < path.len; i++) {
		if (path.ptr[i] != '/')
			continue;
		const struct folder *root = writer->options->root;
		const char *folder = arena_c_string(scratch, slice_range(path, 0, i));
		enum place_kind kind = folder_look(root, folder).kind;
		if (kind != PLACE_ABSENT && kind != PLACE_DIRECTORY)
			return 0;
		if (kind == PLACE_ABSENT &&
		    folder_make_new(root, folder, DIRECTORY_MODE, err) < 0)
			return -1;
	}
	*ret_made = true;
	return 0;
}

int tree_writer_carry_over(struct tree_writer *writer, struct slice path,
			   struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const struct folder *root = writer->options->root;
	const char *name = arena_c_string(&scratch, path);
	bool made;
	if (folder_look(root, name).kind != PLACE_ABSENT)
		return 0;
	if (make_parents(writer, path, &scratch, &made, err) < 0)
		return -1;
	return made ? folder_hard_link(writer->options->former->root, name, root, name,
				       err)
		    : 0;
}

// --- times -----------------------------------------------------------------------------

static int set_directory_times(const struct tree_writer *writer, const struct tree *tree,
			       struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	for (size_t i = tree->len; i-- > 0;) {
		const struct tree_entry *entry = &tree->entries[i];
		if (entry->kind == TREE_DIRECTORY &&
		    entry->path.len >= writer->options->prefix.len &&
		    folder_set_time(writer->options->root,
				    name_of(writer, entry->path, &scratch),
				    writer->options->mtime, err) < 0)
			return -1;
	}
	return 0;
}

int tree_writer_finish(struct tree_writer *writer, struct error *err)
{
	if (folder_set_own_mode(writer->options->root, DIRECTORY_MODE, err) < 0 ||
	    set_directory_times(writer, writer->packages, err) < 0)
		return -1;
	return set_directory_times(writer, writer->skeleton, err);
}

// --- is it there already? --------------------------------------------------------------

// Files that pinbake makes are compared byte by byte: the RECORDs among them vouch for
// all the others.
static bool has_bytes(const struct folder *root, const char *name, struct slice bytes)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	struct error ignored = { 0 };
	return folder_map(root, name, &map, &ignored) == 0 && slice_eq(map.bytes, bytes);
}

static bool entry_is_current(const struct tree_writer *writer,
			     const struct tree_entry *entry, const struct folder *root,
			     struct arena *scratch)
{
	struct slice target = { 0 };
	const char *name = name_of(writer, entry->path, scratch);
	struct place place = folder_look(root, name);
	switch (entry->kind) {
	case TREE_DIRECTORY:
		return place.kind == PLACE_DIRECTORY && place.mode == entry->mode;
	case TREE_SYMLINK:
		return folder_link_text(root, name, scratch, &target) &&
		       slice_eq(target, entry->bytes);
	case TREE_FILE_FROM_WHEEL:
	case TREE_FILE_GENERATED: break;
	}
	if (place.kind != PLACE_FILE || place.mode != entry->mode ||
	    place.size != size_of(entry) ||
	    place.mtime_s != (int64_t)writer->options->mtime)
		return false;
	return entry->zip || has_bytes(root, name, entry->bytes);
}

static bool tree_is_current(const struct tree_writer *writer, const struct tree *tree,
			    const struct folder *root)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	for (size_t i = 0; i < tree->len; i++) {
		const struct tree_entry *entry = &tree->entries[i];
		if (entry->path.len >= writer->options->prefix.len &&
		    !entry_is_current(writer, entry, root, &scratch))
			return false;
	}
	return true;
}

bool tree_writer_is_current(const struct tree_writer *writer, const struct folder *root)
{
	return tree_is_current(writer, writer->skeleton, root) &&
	       tree_is_current(writer, writer->packages, root);
}
