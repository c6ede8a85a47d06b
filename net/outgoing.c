// SPDX-License-Identifier: MIT
// Hands out a body piece by piece.
#include "net/outgoing.h"

#include "base/limits.h"

#include <string.h>

enum { GIVE_BACK_BYTES = 4 * MIB };

int outgoing_open(const char *path, struct outgoing *ret_outgoing, struct error *err)
{
	*ret_outgoing = (struct outgoing){ .bytes = S("") };
	if (file_map_open(path, ERROR_IO, &ret_outgoing->map, err) < 0)
		return -1;
	ret_outgoing->bytes = ret_outgoing->map.bytes;
	return 0;
}

void outgoing_close(struct outgoing *outgoing)
{
	file_map_close(&outgoing->map);
	*outgoing = (struct outgoing){ .bytes = S("") };
}

static void give_back(const struct outgoing *outgoing, size_t before)
{
	size_t from = before / GIVE_BACK_BYTES, to = outgoing->sent / GIVE_BACK_BYTES;
	if (outgoing->map.bytes.len && from < to)
		file_map_done_with(&outgoing->map, from * GIVE_BACK_BYTES,
				   (to - from) * GIVE_BACK_BYTES);
}

size_t outgoing_read(struct outgoing *outgoing, char *buffer, size_t len)
{
	size_t before = outgoing->sent;
	struct slice part = slice_range(outgoing->bytes, before, before + len);
	memcpy(buffer, part.ptr, part.len);
	outgoing->sent += part.len;
	give_back(outgoing, before);
	return part.len;
}

bool outgoing_seek(struct outgoing *outgoing, uint64_t offset)
{
	if (offset > outgoing->bytes.len)
		return false;
	outgoing->sent = (size_t)offset;
	return true;
}
