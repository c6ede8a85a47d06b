// SPDX-License-Identifier: MIT
// Wheels unpacked once, for install to link, clone or copy: a folder a wheel, flat, each
// file named after its place in the archive and what has to be in it.
//
//	unpacked/HEX/INDEX-CRC32-SIZE    unpacked/3f9a…/17-8c736521-4096
//
// A folder appears by one rename, whole. Its files have the mode and the time that they
// have in environments, as a hard link shares both. A file that somebody wrote to, maybe
// through such a link, has another time or size: then nobody uses it any more.
#pragma once

#include "base/folder.h"
#include "base/zip.h"
#include "builder/store/store.h"

enum { UNPACKED_MTIME = 315532800 }; // the oldest time that a zip file can hold (tar.10)

// The folder of a wheel; may not exist.
const char *store_unpacked_path(const struct store *store, const struct sha256 *wheel,
				struct arena *arena);
// Is it there? Then it counts as used now (prune's order).
bool store_has_unpacked(const struct store *store, const struct sha256 *wheel);
// Can files be cloned from here into the folder?
bool store_unpacked_clones_to(const struct store *store, const char *folder);

// Where an entry of the wheel's directory lies in it; "" as the folder: its name there.
const char *unpacked_file(const char *folder, const struct zip_directory *directory,
			  const struct zip_entry *zip, struct arena *arena);
// Is the file there and untouched, as far as a look can tell?
bool unpacked_is_untouched(const char *path, const struct zip_entry *zip, unsigned mode);

// A folder being filled: its own alone, whatever other processes do. Removed by the next
// one to unpack this wheel, or by prune, when its owner was killed.
struct unpacking {
	const struct folder *cache;
	// Names in the cache; work NULL: somebody else is at it, or has done it
	const char *work, *final;
	struct folder folder; // that is being filled; locked
};

// Writes nothing but the empty folder. Texts live in arena.
NODISCARD int unpacking_begin(const struct store *store, const struct sha256 *wheel,
			      struct arena *arena, struct unpacking *ret_unpacking,
			      struct error *err);
// The rename. Another's folder that was faster stays.
NODISCARD int unpacking_commit(struct unpacking *unpacking, struct error *err);
void unpacking_end(struct unpacking *unpacking); // removes what was not committed

// Reads every file again. -1, naming the first, where one is not what its name says.
NODISCARD int unpacked_check(const char *folder, struct error *err);
