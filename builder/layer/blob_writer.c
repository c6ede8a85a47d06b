// SPDX-License-Identifier: MIT
// Large pieces are written at once, small ones are gathered first.
#include "builder/layer/blob_writer.h"

#include <string.h>

enum { DIRECT_BYTES = 64 * 1024 };

int blob_writer_init(struct blob_writer *writer, const char *path, struct error *err)
{
	if (file_create(path, 0644, &writer->file, err) < 0)
		return -1;
	writer->hash = sha256_new();
	writer->size = writer->gathered_len = 0;
	return 0;
}

void blob_writer_release(struct blob_writer *writer)
{
	file_abandon(&writer->file);
	sha256_free(writer->hash);
	writer->hash = NULL;
}

static int write_out(struct blob_writer *writer, struct slice bytes, struct error *err)
{
	sha256_update(writer->hash, bytes);
	return file_append(&writer->file, bytes, err);
}

static int flush(struct blob_writer *writer, struct error *err)
{
	struct slice bytes = { writer->gathered, writer->gathered_len };
	writer->gathered_len = 0;
	return write_out(writer, bytes, err);
}

int blob_writer_put(struct blob_writer *writer, struct slice bytes, struct error *err)
{
	size_t room = sizeof(writer->gathered) - writer->gathered_len;
	writer->size += bytes.len;
	if ((bytes.len > room || bytes.len >= DIRECT_BYTES) && flush(writer, err) < 0)
		return -1;
	if (bytes.len >= DIRECT_BYTES)
		return write_out(writer, bytes, err);
	memcpy(writer->gathered + writer->gathered_len, bytes.ptr, bytes.len);
	writer->gathered_len += bytes.len;
	return 0;
}

int blob_writer_commit(struct blob_writer *writer, struct sha256 *ret_digest,
		       struct error *err)
{
	if (flush(writer, err) < 0 || file_commit(&writer->file, false, err) < 0)
		return -1;
	*ret_digest = sha256_finish(writer->hash);
	return 0;
}
