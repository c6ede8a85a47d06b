// SPDX-License-Identifier: MIT
// Takes the bytes of one file, holds them against the lock, and lets the file in.
#include "builder/store/arrival.h"

#include "base/limits.h"

// Limits a file of which the lock says no size; the largest wheel on any index is below 4
// GB.
#define UNKNOWN_SIZE_MAX (16 * GIB)

struct arrival arrival_of(struct store *store, const struct lock_choice *choice,
			  struct slice file_name)
{
	return (struct arrival){
		.store = store,
		.file = choice->file,
		.file_name = file_name,
		.project = choice->package->name,
		.loading.held.fd = -1,
		.writer.fd = -1,
	};
}

static bool has_begun(const struct arrival *arrival)
{
	return arrival->writer.temporary != NULL;
}

uint64_t arrival_size(const struct arrival *arrival)
{
	return has_begun(arrival) ? arrival->writer.written : 0;
}

static int begin(struct arrival *arrival, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	if (has_begun(arrival))
		return 0;
	if (!arrival->hash)
		arrival->hash = sha256_new();
	const char *path =
		store_file_path(arrival->store, &arrival->file->sha256, &scratch);
	return file_create(path, 0644, &arrival->writer, err);
}

static int wrong_size(const struct arrival *arrival, uint64_t size, struct error *err)
{
	unsigned long long locked = arrival->file->size;
	if (size > locked)
		error_set(err, ERROR_INTEGRITY,
			  "'%.*s' has more than the %llu bytes of the lock",
			  SLICE_ARG(arrival->file_name), locked);
	else
		error_set(err, ERROR_INTEGRITY,
			  "'%.*s' has %llu bytes, but the lock says %llu",
			  SLICE_ARG(arrival->file_name), (unsigned long long)size,
			  locked);
	return error_hint(
		err, "the file was replaced or cut at its source; try again, or make "
		     "the lock anew");
}

int arrival_take(struct arrival *arrival, struct slice bytes, struct error *err)
{
	const struct lock_file *file = arrival->file;
	uint64_t most = file->has_size ? file->size : UNKNOWN_SIZE_MAX;
	if (begin(arrival, err) < 0)
		return -1;
	if (bytes.len > most - arrival->writer.written)
		return wrong_size(arrival, UINT64_MAX, err);
	sha256_update(arrival->hash, bytes);
	return file_append(&arrival->writer, bytes, err);
}

void arrival_forget(struct arrival *arrival)
{
	file_abandon(&arrival->writer);
	sha256_free(arrival->hash);
	arrival->hash = NULL;
}

// Size and SHA-256 of what arrived have to be those of the lock (751.8).
int arrival_check(struct arrival *arrival, struct slice address, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const struct lock_file *file = arrival->file;
	if (begin(arrival, err) < 0) // an empty file has no bytes to begin with
		return -1;
	if (file->has_size && arrival->writer.written != file->size)
		return wrong_size(arrival, arrival->writer.written, err);
	struct sha256 digest = sha256_finish(arrival->hash);
	if (sha256_eq(&digest, &file->sha256))
		return 0;
	error_set(err, ERROR_INTEGRITY,
		  "'%.*s' has the SHA-256 %.*s, but the lock says %.*s (from '%.*s')",
		  SLICE_ARG(arrival->file_name), SLICE_ARG(sha256_hex(&scratch, &digest)),
		  SLICE_ARG(sha256_hex(&scratch, &file->sha256)), SLICE_ARG(address));
	return error_hint(err,
			  "the file was replaced at its source, or somebody tampers with "
			  "it: do not install it");
}

int arrival_enter(void *context, struct error *err)
{
	struct arrival *arrival = context;
	struct arrived_file file = {
		.path = arrival->writer.temporary,
		.name = arrival->file_name,
		.project = arrival->project,
		.is_wheel = arrival->file->kind == LOCK_WHEEL ||
			    slice_ends_with(arrival->file_name, S(".whl")),
	};
	if (arrival->admit(&file, arrival->work, err) < 0 ||
	    file_commit(&arrival->writer, true, err) < 0)
		return -1;
	store_vouch(arrival->store, &arrival->file->sha256);
	loading_end(&arrival->loading);
	return 0;
}

void arrival_release(struct arrival *arrival)
{
	arrival_forget(arrival);
	loading_end(&arrival->loading);
}
