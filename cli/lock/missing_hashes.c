// SPDX-License-Identifier: MIT
// Old mirrors and flat pages of links may name files without a digest. Each such file
// that was chosen is hashed as it stands, so that every later reader gets the same one.
#include "cli/lock/missing_hashes.h"

#include "base/limits.h"
#include "net/url.h"

// As the store has it: the largest wheel on any index is below 4 GB.
#define UNKNOWN_SIZE_MAX (16 * GIB)

struct hashing {
	struct cli *cli;
	struct pin *pin;
	struct sha256_state *state;
	uint64_t received; // bytes
};

struct hashing_list {
	struct hashing *items;
	size_t len, cap;
};

static void hashing_list_release(struct hashing_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		sha256_free(list->items[i].state);
}

static int hash_local(struct pin *pin, const char *path, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	if (file_map_open(path, ERROR_INPUT, &map, err) < 0)
		return -1;
	pin->sha256 = sha256_of(map.bytes);
	pin->size = map.bytes.len;
	pin->has_size = true;
	return 0;
}

static int take_bytes(void *context, struct slice bytes, struct error *err)
{
	struct hashing *hashing = context;
	(void)err;
	sha256_update(hashing->state, bytes);
	hashing->received += bytes.len;
	progress_text(hashing->cli, "hashing %.*s", SLICE_ARG(hashing->pin->file->name));
	return 0;
}

static int start_over(void *context, struct error *err)
{
	struct hashing *hashing = context;
	(void)err;
	(void)sha256_finish(hashing->state);
	hashing->received = 0;
	return 0;
}

static void start_download(struct net *net, struct hashing *hashing, const void *owner)
{
	const struct pin *pin = hashing->pin;
	hashing->state = sha256_new();
	struct net_request request = {
		.url = pin->file->url,
		.max_bytes = pin->has_size ? pin->size : UNKNOWN_SIZE_MAX,
		.sink = take_bytes,
		.restart = start_over,
		.context = hashing,
		.owner = owner,
	};
	net_start(net, &request);
}

static int take_answer(struct arena *arena, const struct net_response *response,
		       struct error *err)
{
	struct hashing *hashing = response->context;
	struct pin *pin = hashing->pin;
	struct slice url = url_redact(arena, pin->file->url);
	if (response->failed) {
		*err = response->error;
		return -1;
	}
	if (response->status != 200)
		return error_set(err, ERROR_SOURCE, "cannot fetch '%.*s': HTTP status %u",
				 SLICE_ARG(url), response->status);
	if (pin->has_size && pin->size != hashing->received)
		return error_set(err, ERROR_INTEGRITY,
				 "'%.*s' has %llu bytes, but its index says %llu",
				 SLICE_ARG(url), (unsigned long long)hashing->received,
				 (unsigned long long)pin->size);
	pin->sha256 = sha256_finish(hashing->state);
	pin->size = hashing->received;
	pin->has_size = true;
	return 0;
}

static int download_all(struct cli *cli, struct net *net, struct hashing_list *list,
			struct error *err)
{
	for (size_t i = 0; i < list->len; i++)
		start_download(net, &list->items[i], list);
	for (size_t i = 0; i < list->len; i++) {
		struct net_response response;
		if (net_wait_for(net, list, &response, err) < 0)
			return -1;
		int status = take_answer(&cli->arena, &response, err);
		net_response_release(&response);
		if (status < 0)
			return error_during(
				err, "hashing a file whose index gives no SHA-256");
	}
	return 0;
}

int find_missing_hashes(struct cli *cli, struct net *net, struct pin_list *pins,
			struct error *err)
{
	AUTO(hashing_list_release) struct hashing_list remote = { 0 };
	for (size_t i = 0; i < pins->len; i++) {
		struct pin *pin = &pins->items[i];
		const char *path;
		if (!sha256_is_zero(&pin->sha256))
			continue;
		if (!url_file_path(&cli->arena, pin->file->url, &path))
			*array_push(&cli->arena, &remote) =
				(struct hashing){ .cli = cli, .pin = pin };
		else if (hash_local(pin, path, err) < 0)
			return -1;
	}
	int status = download_all(cli, net, &remote, err);
	if (status < 0)
		net_cancel(net, &remote); // their sinks end with this call
	return status;
}
