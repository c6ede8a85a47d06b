// SPDX-License-Identifier: MIT
// Reads parts of a stored value, in place or by pread.
#include "resolver/index/value.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

struct value value_of(struct slice bytes)
{
	return (struct value){ .bytes = bytes, .fd = -1 };
}

static bool read_whole(int fd, char *to, size_t len, uint64_t offset)
{
	while (len > 0) {
		ssize_t got = pread(fd, to, len, (off_t)offset);
		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			return false;
		to += got;
		offset += (size_t)got;
		len -= (size_t)got;
	}
	return true;
}

const void *value_read(const struct value *value, size_t at, size_t len, size_t align,
		       struct arena *arena)
{
	const char *in_place = value->fd < 0 ? value->bytes.ptr + at : NULL;
	if (in_place && (uintptr_t)in_place % align == 0)
		return in_place;
	char *copy = arena_alloc(arena, len, align);
	if (!in_place)
		return read_whole(value->fd, copy, len, value->offset + at) ? copy : NULL;
	if (len)
		memcpy(copy, in_place, len);
	return copy;
}
