// SPDX-License-Identifier: MIT
// Folders held by a handle, and what is made, moved and removed in them: the only way in which pinbake writes.
//
// A name is relative to its folder and may have several parts. None of them is followed where it is a link, none is
// "..": whatever lies in the folder, a checkout's link or an archive's, no call reaches outside of it. How a path
// leads to the folder itself is the business of who named it.
//
//	struct folder folder = { .fd = -1 };
//	if (folder_open_output(".pinbake", &folder, err) < 0)      // ours alone, no link
//		return -1;
//	status = folder_make(&folder, "layers", 0755, err);        // nor is what is made in it
#pragma once

#include "base/files.h"
#include "base/places.h"

struct folder {
	int fd;     // -1: none
	char *path; // for messages; mem_alloc
};

void folder_close(struct folder *folder); // fine on one that was never opened (fd -1)

// The folder that the user named, links followed. ERROR_IO.
NODISCARD int folder_open(const char *path, struct folder *ret_folder, struct error *err);
// The folder that the last part of a path lies in; *ret_name is that part, borrowed.
NODISCARD int folder_open_parent(const char *path, struct folder *ret_folder,
				 const char **ret_name, struct error *err);
// For results: made where it is absent, with the mode 0755. ERROR_INPUT if the path ends in a link or what is there
// belongs to somebody else.
NODISCARD int folder_open_output(const char *path, struct folder *ret_folder,
				 struct error *err);
// For what nobody else may change: made where it is absent, with the mode 0700. ERROR_INPUT if it belongs to somebody
// else, or others may write to it or rename a folder above it. option: by which another folder is chosen, for hints.
NODISCARD int folder_open_private(const char *path, const char *option,
				  struct folder *ret_folder, struct error *err);
// Does what is held belong to us, and can nobody else write to it? ERROR_INPUT.
NODISCARD int folder_check_private(const struct folder *folder, const char *option,
				   struct error *err);

// Of what is in a folder. NULL as the name is the folder itself.
NODISCARD int folder_enter(const struct folder *folder, const char *name,
			   struct folder *ret_folder, struct error *err);
struct place folder_look(const struct folder *folder, const char *name);
NODISCARD int folder_names(const struct folder *folder, const char *name,
			   struct arena *arena, struct name_list *ret_names,
			   struct error *err);
// A regular file, to be closed by fd_close. -1 and ERROR_IO if there is none.
NODISCARD int folder_open_file(const struct folder *folder, const char *name, int *ret_fd,
			       struct error *err);

// As file_map_open.
NODISCARD int folder_map(const struct folder *folder, const char *name,
			 struct file_map *ret_map, struct error *err);

// The whole file, as file_read.
NODISCARD int folder_read(const struct folder *folder, const char *name,
			  uint64_t max_bytes, struct arena *arena,
			  struct slice *ret_bytes, struct error *err);

// Every part that is absent is made, and all that are there belong to us; the last gets exactly this mode. ERROR_INPUT
// where one is a link, no folder or somebody else's.
NODISCARD int folder_make(const struct folder *folder, const char *name, unsigned mode,
			  struct error *err);
// As file_create, with exactly this mode.
NODISCARD int folder_create(const struct folder *folder, const char *name, unsigned mode,
			    struct file_writer *ret_writer, struct error *err);
// A new name for a file of another folder, else a copy. -1 and ERROR_IO also where the name is taken.
NODISCARD int folder_link_or_copy(const struct folder *from_folder, const char *from,
				  const struct folder *to_folder, const char *to,
				  struct error *err);
// The mode of a regular file. ERROR_IO.
NODISCARD int folder_set_mode(const struct folder *folder, const char *name,
			      unsigned mode, struct error *err);
// Within one folder; an existing file is replaced.
NODISCARD int folder_rename(const struct folder *folder, const char *from, const char *to,
			    struct error *err);
// One file or link. True if it is gone.
bool folder_remove(const struct folder *folder, const char *name);
// Like rm -rf; an absent tree is fine. Links in it are removed, not followed.
NODISCARD int folder_remove_tree(const struct folder *folder, const char *name,
				 struct error *err);

// --- trees under construction ------------------------------------------------------------

// A new file with exactly this mode and no temporary name; -1 if it exists. To be closed by place_end or fd_close.
NODISCARD int folder_create_new(const struct folder *folder, const char *name,
				unsigned mode, int *ret_fd, struct error *err);
// A new folder with exactly this mode; -1 if it exists.
NODISCARD int folder_make_new(const struct folder *folder, const char *name,
			      unsigned mode, struct error *err);
NODISCARD int folder_symlink(const struct folder *folder, const char *name,
			     const char *target, struct error *err);
// False if it is no symbolic link.
bool folder_link_text(const struct folder *folder, const char *name, struct arena *arena,
		      struct slice *ret_target);
// from_folder NULL: from is a path.
NODISCARD int folder_hard_link(const struct folder *from_folder, const char *from,
			       const struct folder *to_folder, const char *to,
			       struct error *err);
// Of a link itself. "" is the folder.
NODISCARD int folder_set_time(const struct folder *folder, const char *name,
			      uint64_t mtime_s, struct error *err);
// Of the folder itself.
NODISCARD int folder_set_own_mode(const struct folder *folder, unsigned mode,
				  struct error *err);
// Two folders change places, atomically if the system can.
NODISCARD int folder_exchange(const struct folder *folder, const char *a, const char *b,
			      struct error *err);
// Makes the folder if it is absent and locks it for this process until the handle is closed. ERROR_IO where another
// process holds it, ERROR_INPUT where it is a link or somebody else's. The lock follows the folder when it is renamed.
NODISCARD int folder_lock(const struct folder *folder, const char *name,
			  struct folder *ret_locked, struct error *err);
