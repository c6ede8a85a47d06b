// SPDX-License-Identifier: MIT
// Headers of layers as dice: what our writer writes, libarchive reads back.
#include "tests/fuzz/fuzz.h"

#include "base/arena.h"
#include "base/tar.h"

#include <archive.h>
#include <archive_entry.h>
#include <locale.h>
#include <string.h>
#include <sys/stat.h>

static struct tar_entry roll_entry(struct fuzz_dice *dice)
{
	static const enum tar_type types[] = { TAR_FILE, TAR_DIRECTORY, TAR_SYMLINK,
					       TAR_HARD_LINK };
	struct tar_entry entry = { .type = types[fuzz_roll(dice, 4)] };
	entry.mode = fuzz_roll(dice, 256) * 2 + fuzz_roll(dice, 2);
	entry.uid = fuzz_roll(dice, 256) << fuzz_roll(dice, 15);
	entry.gid = fuzz_roll(dice, 256) << fuzz_roll(dice, 15);
	entry.mtime = (uint64_t)fuzz_roll(dice, 256) << fuzz_roll(dice, 26);
	if (entry.type == TAR_FILE)
		entry.size = (uint64_t)fuzz_roll(dice, 256) << fuzz_roll(dice, 40);
	entry.path = fuzz_take(dice, 2 * fuzz_roll(dice, 200));
	entry.link = entry.type == TAR_SYMLINK || entry.type == TAR_HARD_LINK
			     ? fuzz_take(dice, 2 * fuzz_roll(dice, 200))
			     : S("");
	return entry;
}

static struct slice without_slashes(struct slice path)
{
	while (slice_ends_with(path, S("/")))
		path.len--;
	return path;
}

static bool is_ascii(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] > 0x7f)
			return false;
	return true;
}

// Beyond ASCII libarchive composes letters, and it loses a link's target where the header
// proper has nothing of it: one of slashes, or without any ASCII.
static void check_text(const char *text, struct slice expected)
{
	struct slice read = without_slashes(slice_from(text));
	bool is_lost = read.len == 0 && expected.ptr[0] == '/';
	CHECK(slice_eq(read, without_slashes(expected)) || !is_ascii(expected) ||
	      is_lost);
}

static void check_entry(struct archive_entry *read, const struct tar_entry *entry)
{
	check_text(archive_entry_pathname(read), entry->path);
	CHECK(archive_entry_perm(read) == (mode_t)entry->mode);
	CHECK(archive_entry_uid(read) == entry->uid &&
	      archive_entry_gid(read) == entry->gid);
	CHECK(archive_entry_mtime(read) == (time_t)entry->mtime);
	CHECK(archive_entry_size(read) == (la_int64_t)entry->size);
	if (entry->type == TAR_SYMLINK)
		check_text(archive_entry_symlink(read), entry->link);
	if (entry->type == TAR_HARD_LINK)
		check_text(archive_entry_hardlink(read), entry->link);
	if (entry->type == TAR_DIRECTORY)
		CHECK(archive_entry_filetype(read) == AE_IFDIR);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct fuzz_dice dice = { fuzz_text(data, size) };
	struct tar_entry entry = roll_entry(&dice);
	struct tar_header header;
	struct archive_entry *read;
	struct error err = { 0 };
	// Names of wheels are UTF-8.
	if (slice_find_bad_utf8(entry.path) != SLICE_NONE ||
	    slice_find_bad_utf8(entry.link) != SLICE_NONE)
		return 0;
	if (tar_header_write(&entry, &header, &err) < 0) {
		CHECK(err.kind == ERROR_INTEGRITY && err.cause[0]);
		return 0;
	}
	CHECK(tar_path_is_fit(entry.path) && header.len % TAR_BLOCK_BYTES == 0);
	// libarchive converts texts to those of the locale.
	CHECK(setlocale(LC_CTYPE, "C.UTF-8"));
	struct archive *archive = archive_read_new();
	archive_read_support_format_tar(archive);
	CHECK(archive_read_open_memory(archive, header.bytes, header.len) == ARCHIVE_OK);
	int status = archive_read_next_header(archive, &read);
	CHECK(status == ARCHIVE_OK || status == ARCHIVE_WARN);
	check_entry(read, &entry);
	archive_read_free(archive);
	return 0;
}
