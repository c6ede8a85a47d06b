// SPDX-License-Identifier: MIT
// Chooses, locks and clears away the folders of builds.
#include "builder/sdist/room.h"

#include "base/files.h"
#include "base/places.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { WAIT_US = 100 * 1000 };

static struct slice lock_suffix(void)
{
	return S(".lock");
}

// --- where -----------------------------------------------------------------------------

// Builds run what they have compiled, so the file system has to allow that.
static const char *common_folder(void)
{
	static const char *const path = "/var/tmp/pinbake-build";
	struct stat found;
	struct statvfs system;
	if ((mkdir(path, 0700) != 0 && errno != EEXIST) || lstat(path, &found) != 0 ||
	    !S_ISDIR(found.st_mode) || found.st_uid != geteuid() ||
	    (found.st_mode & 0077) != 0 || statvfs(path, &system) != 0 ||
	    (system.f_flag & (ST_NOEXEC | ST_RDONLY)) != 0)
		return NULL;
	return path;
}

static int choose_folder(const char *cache_directory, struct arena *arena,
			 const char **ret_path, struct error *err)
{
	const char *path = common_folder();
	if (!path) {
		path = path_join(arena, cache_directory, S("built/work"));
		if (make_directories(path, err) < 0)
			return -1;
	}
	*ret_path = path_real(arena, path).ptr;
	return 0;
}

// --- locks -----------------------------------------------------------------------------

// The holder of a lock removes its file, so what was opened may be gone by the time that
// it is locked.
static bool is_still_there(int fd, const char *path)
{
	struct stat held, found;
	return fstat(fd, &held) == 0 && lstat(path, &found) == 0 &&
	       held.st_ino == found.st_ino && held.st_dev == found.st_dev;
}

enum lock_result { LOCK_TAKEN, LOCK_BUSY, LOCK_FAILED };

static enum lock_result try_lock(const char *path, int *ret_fd)
{
	for (;;) {
		AUTO(fd_close)
		int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
		if (fd < 0)
			return LOCK_FAILED;
		if (flock(fd, LOCK_EX | LOCK_NB) != 0)
			return errno == EWOULDBLOCK ? LOCK_BUSY : LOCK_FAILED;
		if (!is_still_there(fd, path))
			continue;
		*ret_fd = fd;
		fd = -1;
		return LOCK_TAKEN;
	}
}

static int wait_for_lock(const char *path, const struct work *work, int *ret_fd,
			 struct error *err)
{
	enum lock_result result;
	while ((result = try_lock(path, ret_fd)) == LOCK_BUSY) {
		if (work_heed(work, err) < 0)
			return -1;
		usleep(WAIT_US);
	}
	if (result == LOCK_FAILED)
		return error_errno(err, ERROR_IO, "cannot lock '%s'", path);
	return 0;
}

// --- what crashes left -----------------------------------------------------------------

static void clear_one(const char *folder, struct slice name, struct arena *arena)
{
	struct room left = { .lock = -1 };
	left.path = path_join(arena, folder, name);
	left.lock_path = arena_printf(arena, "%s.lock", left.path).ptr;
	if (try_lock(left.lock_path, &left.lock) == LOCK_TAKEN)
		room_leave(&left);
}

static void clear_left_rooms(const char *folder)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct name_list names = { 0 };
	struct error ignored = { 0 };
	if (directory_names(folder, &scratch, &names, &ignored) < 0)
		return;
	for (size_t i = 0; i < names.len; i++) {
		struct slice name = names.items[i];
		if (slice_ends_with(name, lock_suffix()))
			name.len -= lock_suffix().len;
		if (name.len)
			clear_one(folder, name, &scratch);
	}
}

// --- in and out ------------------------------------------------------------------------

int room_enter(const struct sdist_settings *settings, struct slice name,
	       struct arena *arena, struct room *ret_room, struct error *err)
{
	struct room room = { .lock = -1 };
	const char *folder;
	if (choose_folder(settings->cache_directory, arena, &folder, err) < 0)
		return -1;
	clear_left_rooms(folder);
	room.path = path_join(arena, folder, name);
	room.lock_path = arena_printf(arena, "%s.lock", room.path).ptr;
	if (wait_for_lock(room.lock_path, settings->work, &room.lock, err) < 0)
		return -1;
	if (remove_tree(room.path, err) < 0) {
		fd_close(&room.lock);
		return -1;
	}
	*ret_room = room;
	return 0;
}

// The lock is given back last: while it is held, nobody takes the room for one that a
// crash left.
void room_leave(struct room *room)
{
	struct error ignored = { 0 };
	if (!room->path)
		return;
	if (remove_tree(room->path, &ignored) == 0)
		place_remove(room->lock_path);
	fd_close(&room->lock);
	room->path = NULL;
}
