// SPDX-License-Identifier: MIT
// Old mirrors and flat pages of links may name files without a digest. Each such file
// that was chosen is hashed as it stands, so that every later reader gets the same one.
#include "pinbake/files/digests.h"

#include "base/digest_named.h"
#include "base/limits.h"
#include "net/url.h"

// As the store has it: the largest wheel on any index is below 4 GB.
#define UNKNOWN_SIZE_MAX (16 * GIB)

// Besides SHA-256, and in the order of lock_hash.
static const char *const OTHERS[PIN_HASHES_MAX] = { "sha384", "sha512" };

struct hashing {
	struct session *session;
	struct pin *pin;
	bool wanted[PIN_HASHES_MAX]; // of OTHERS
	struct sha256_state *state;
	struct named_digest *others[PIN_HASHES_MAX];
	uint64_t received; // bytes
};

struct hashing_list {
	struct hashing *items;
	size_t len, cap;
};

static void hashing_list_release(struct hashing_list *list)
{
	for (size_t i = 0; i < list->len; i++) {
		sha256_free(list->items[i].state);
		for (size_t j = 0; j < PIN_HASHES_MAX; j++)
			named_digest_free(list->items[i].others[j]);
	}
}

static void begin(struct hashing *hashing)
{
	hashing->received = 0;
	for (size_t i = 0; i < PIN_HASHES_MAX; i++) {
		named_digest_free(hashing->others[i]);
		hashing->others[i] = hashing->wanted[i]
					     ? named_digest_new(slice_from(OTHERS[i]))
					     : NULL;
	}
}

static void update(struct hashing *hashing, struct slice bytes)
{
	sha256_update(hashing->state, bytes);
	for (size_t i = 0; i < PIN_HASHES_MAX; i++)
		if (hashing->others[i])
			named_digest_update(hashing->others[i], bytes);
	hashing->received += bytes.len;
}

// What the index says of the file must be true.
static int check_promised(const struct pin *pin, const struct lock_hash *found,
			  struct error *err)
{
	struct slice promised = pin->file->other_hash, algorithm;
	if (!slice_cut(&promised, '=', &algorithm) ||
	    !slice_eq(algorithm, found->algorithm) || slice_eq(promised, found->hex))
		return 0;
	return error_set(err, ERROR_INTEGRITY,
			 "'%.*s' has the %.*s digest %.*s, but its index says %.*s",
			 SLICE_ARG(pin->file->name), SLICE_ARG(algorithm),
			 SLICE_ARG(found->hex), SLICE_ARG(promised));
}

// Into the pin; the digest that the index gives of all of them, too.
static int finish(struct hashing *hashing, struct error *err)
{
	struct pin *pin = hashing->pin;
	const struct sha256 sha256 = sha256_finish(hashing->state);
	if (!sha256_is_zero(&pin->sha256) && !sha256_eq(&pin->sha256, &sha256))
		return error_set(err, ERROR_INTEGRITY,
				 "'%.*s' is not the file whose SHA-256 its index gives",
				 SLICE_ARG(pin->file->name));
	pin->hashes_len = 0;
	for (size_t i = 0; i < PIN_HASHES_MAX; i++) {
		if (!hashing->others[i])
			continue;
		const struct lock_hash found = {
			slice_from(OTHERS[i]),
			named_digest_hex(hashing->others[i], hashing->session->arena)
		};
		if (check_promised(pin, &found, err) < 0)
			return -1;
		pin->hashes[pin->hashes_len++] = found;
	}
	pin->sha256 = sha256;
	pin->size = hashing->received;
	pin->has_size = true;
	return 0;
}

static int hash_local(struct hashing *hashing, const char *path, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	if (file_map_open(path, ERROR_INPUT, &map, err) < 0)
		return -1;
	hashing->state = sha256_new();
	begin(hashing);
	update(hashing, map.bytes);
	return finish(hashing, err);
}

static int take_bytes(void *context, struct slice bytes, struct error *err)
{
	struct hashing *hashing = context;
	(void)err;
	update(hashing, bytes);
	work_status(&hashing->session->config.work, "hashing %.*s",
		    SLICE_ARG(hashing->pin->file->name));
	return 0;
}

static int start_over(void *context, struct error *err)
{
	struct hashing *hashing = context;
	(void)err;
	(void)sha256_finish(hashing->state);
	begin(hashing);
	return 0;
}

static void start_download(struct net *net, struct hashing *hashing, const void *owner)
{
	const struct pin *pin = hashing->pin;
	hashing->state = sha256_new();
	begin(hashing);
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
	return finish(hashing, err);
}

static int await_all(struct session *session, struct net *net, struct hashing_list *list,
		     struct error *err)
{
	for (size_t i = 0; i < list->len; i++)
		start_download(net, &list->items[i], list);
	for (size_t i = 0; i < list->len; i++) {
		struct net_response response;
		if (net_wait_for(net, list, &response, err) < 0)
			return -1;
		int status = take_answer(session->arena, &response, err);
		net_response_release(&response);
		if (status < 0)
			return error_during(
				err,
				"hashing a file whose index does not give the digests");
	}
	return 0;
}

static int download_all(struct session *session, struct hashing_list *list,
			struct error *err)
{
	struct net *net;
	if (session_net(session, &net, err) < 0)
		return -1;
	int status = await_all(session, net, list, err);
	if (status < 0)
		net_cancel(net, list); // their sinks end with this call
	return status;
}

static int hash_one_local(struct hashing *hashing, const char *path, struct error *err)
{
	int status = hash_local(hashing, path, err);
	sha256_free(hashing->state);
	for (size_t i = 0; i < PIN_HASHES_MAX; i++)
		named_digest_free(hashing->others[i]);
	return status;
}

// --- which -----------------------------------------------------------------------------------------------------------

static bool says(const struct requirement_entry *entry, struct slice algorithm)
{
	for (size_t i = 0; i < entry->hashes_len; i++)
		if (slice_eq(entry->hashes[i].algorithm, algorithm))
			return true;
	return false;
}

static struct slice promised_algorithm(const struct pin *pin)
{
	struct slice rest = pin->file->other_hash, algorithm = S("");
	slice_cut(&rest, '=', &algorithm);
	return algorithm;
}

// A digest that the index gives is as good as one that is computed, if its SHA-256 is there to be held to.
static void take_promised(struct pin *pin)
{
	struct slice hex = pin->file->other_hash, algorithm;
	if (slice_cut(&hex, '=', &algorithm))
		pin->hashes[pin->hashes_len++] = (struct lock_hash){ algorithm, hex };
}

// Which digests the file has to be read for. SHA-256 always comes with it.
static bool is_to_be_read(const struct requirement_set *set, struct hashing *hashing)
{
	const struct pin *pin = hashing->pin;
	struct slice promised = promised_algorithm(pin);
	bool lacks_usual = sha256_is_zero(&pin->sha256), lacks_other = false;
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement_entry *entry = &set->entries[i];
		if (!slice_eq(entry->requirement.name, pin->project->name))
			continue;
		for (size_t j = 0; j < PIN_HASHES_MAX; j++) {
			struct slice other = slice_from(OTHERS[j]);
			hashing->wanted[j] |= says(entry, other);
			lacks_other |= says(entry, other) && !slice_eq(other, promised);
		}
	}
	for (size_t j = 0; j < PIN_HASHES_MAX; j++)
		hashing->wanted[j] |= slice_eq(slice_from(OTHERS[j]), promised);
	return lacks_usual || lacks_other;
}

int find_missing_digests(struct session *session, const struct requirement_set *set,
			 struct pin_list *pins, struct error *err)
{
	AUTO(hashing_list_release) struct hashing_list remote = { 0 };
	for (size_t i = 0; i < pins->len; i++) {
		struct pin *pin = &pins->items[i];
		struct hashing hashing = { .session = session, .pin = pin };
		const char *path;
		if (!is_to_be_read(set, &hashing))
			take_promised(pin);
		else if (!url_file_path(session->arena, pin->file->url, &path))
			*array_push(session->arena, &remote) = hashing;
		else if (hash_one_local(&hashing, path, err) < 0)
			return -1;
	}
	return remote.len ? download_all(session, &remote, err) : 0;
}
