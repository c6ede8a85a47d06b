// SPDX-License-Identifier: MIT
// Pushes an image: one session, a state for each blob, and the manifest last.
#include "oci/registry.h"

#include "base/digest.h"
#include "base/files.h"
#include "base/limits.h"
#include "net/url.h"
#include "oci/bundle.h"
#include "oci/documents.h"

enum {
	TRIES = 3, // of a blob: a session of its own may be lost, a token may end
};
#define ANSWER_BYTES_MAX (1 * MIB)

#define MANIFEST_TYPE "application/vnd.oci.image.manifest.v1+json"
#define ACCEPTED                                                               \
	MANIFEST_TYPE ", application/vnd.oci.image.index.v1+json, "            \
		      "application/vnd.docker.distribution.manifest.v2+json, " \
		      "application/vnd.docker.distribution.manifest.list.v2+json"

enum step { STEP_ASK, STEP_BEGIN, STEP_SEND, STEP_THERE };

struct blob {
	struct slice digest; // 64 hex digits
	const char *path;
	uint64_t size;
	enum step step;
	unsigned tries, logins;
	struct slice location; // of STEP_SEND
};

struct session {
	const struct registry_config *config;
	const struct reference *reference;
	struct arena *arena;
	struct slice api;
	struct slice authorization; // "" until the registry asks
	struct slice manifest, manifest_digest;
	ARRAY_OF(struct blob) blobs;
	uint64_t done_bytes;
	struct push_result result;
};

// --- requests --------------------------------------------------------------------------

static void add_header(struct net_request *request, struct slice name, struct slice value)
{
	request->headers[request->header_len++] = (struct net_header){ name, value };
}

// A place to send to, or to which a redirect leads, may be somebody else's. It gets no
// login, and none is looked up because it asks (auth.3).
static bool is_own(const struct session *session, struct slice url)
{
	return url_same_origin(session->api, url);
}

static struct net_request new_request(const struct session *session,
				      enum net_method method, struct slice url)
{
	struct net_request request = {
		.method = method,
		.url = url,
		.plain_http = session->config->plain_http && is_own(session, url),
		.max_bytes = ANSWER_BYTES_MAX,
		.owner = session,
	};
	if (session->authorization.len && is_own(session, url))
		add_header(&request, S("Authorization"), session->authorization);
	return request;
}

static struct slice blob_url(const struct session *session, const struct blob *blob)
{
	return arena_printf(session->arena, "%.*s/blobs/sha256:%.*s",
			    SLICE_ARG(session->api), SLICE_ARG(blob->digest));
}

static struct slice manifest_url(const struct session *session, struct slice name)
{
	return arena_printf(session->arena, "%.*s/manifests/%.*s",
			    SLICE_ARG(session->api), SLICE_ARG(name));
}

// The Location of an upload may carry a query of its own (push.3).
static struct slice send_url(const struct session *session, const struct blob *blob)
{
	bool has_query = slice_find_byte(blob->location, '?') != SLICE_NONE;
	return arena_printf(session->arena, "%.*s%cdigest=sha256:%.*s",
			    SLICE_ARG(blob->location), has_query ? '&' : '?',
			    SLICE_ARG(blob->digest));
}

static void start_step(const struct session *session, const struct blob *blob)
{
	struct net_request request;
	if (blob->step == STEP_ASK) {
		request = new_request(session, NET_HEAD, blob_url(session, blob));
	} else if (blob->step == STEP_BEGIN) {
		struct slice url = arena_printf(session->arena, "%.*s/blobs/uploads/",
						SLICE_ARG(session->api));
		request = new_request(session, NET_POST, url);
	} else {
		request = new_request(session, NET_PUT, send_url(session, blob));
		request.body_path = blob->path;
		add_header(&request, S("Content-Type"), S("application/octet-stream"));
	}
	request.tag = (uint64_t)(blob - session->blobs.items);
	net_start(session->config->net, &request);
}

// --- answers ---------------------------------------------------------------------------

static bool wants_login(const struct session *session,
			const struct net_response *response)
{
	return !response->failed && response->status == 401 &&
	       is_own(session, response->final_url);
}

static int login(struct session *session, const struct net_response *response,
		 struct error *err)
{
	struct login_request request = {
		.net = session->config->net,
		.finder = &session->config->finder,
		.key = reference_login_key(session->reference),
		.repository = session->reference->repository,
		.api = session->api,
		.challenge = arena_dup(session->arena, response->www_authenticate),
		.scope = arena_printf(session->arena, "repository:%.*s:pull,push",
				      SLICE_ARG(session->reference->repository)),
	};
	return login_authorize(&request, session->arena, &session->authorization, err);
}

static int refused(const struct session *session, const struct net_response *response,
		   const char *what, struct error *err)
{
	if (response->failed) {
		*err = response->error;
		return -1;
	}
	error_set(err, ERROR_SOURCE, "'%.*s' answers status %u when %s",
		  SLICE_ARG(session->reference->host), response->status, what);
	if (response->status == 401 || response->status == 403)
		error_hint(err, "log in to a user that may push to '%.*s'",
			   SLICE_ARG(session->reference->repository));
	if (response->status == 413)
		error_hint(err,
			   "a proxy before the registry limits the size of a request");
	return -1;
}

static void is_there(struct session *session, struct blob *blob, bool sent)
{
	blob->step = STEP_THERE;
	session->done_bytes += blob->size;
	if (sent) {
		session->result.sent++;
		session->result.sent_bytes += blob->size;
	}
	if (session->config->advance)
		session->config->advance(session->config->context, session->done_bytes,
					 session->result.bytes);
}

static int next_try(const struct session *session, struct blob *blob,
		    const struct net_response *response, struct error *err)
{
	if (response->failed || ++blob->tries >= TRIES)
		return refused(session, response, "a layer is sent", err);
	blob->step = STEP_BEGIN;
	return 0;
}

static int take_location(const struct session *session, struct blob *blob,
			 const struct net_response *response, struct error *err)
{
	if (response->location.len == 0)
		return error_set(err, ERROR_SOURCE,
				 "'%.*s' begins an upload and does not say where",
				 SLICE_ARG(session->reference->host));
	blob->location = url_resolve(session->arena, response->final_url,
				     arena_dup(session->arena, response->location));
	blob->step = STEP_SEND;
	return 0;
}

// A registry would refuse other bytes, but it would have them by then: a link in the layout can lead to any file.
static int check_blob(struct session *session, const struct blob *blob, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	if (path_is_link(blob->path))
		return error_set(err, ERROR_INPUT, "'%s' is a link, and is not sent",
				 blob->path);
	if (file_map_open(blob->path, ERROR_IO, &map, err) < 0)
		return -1;
	struct sha256 digest = sha256_of(map.bytes);
	if (slice_eq(sha256_hex(session->arena, &digest), blob->digest))
		return 0;
	error_set(err, ERROR_INTEGRITY, "'%s' does not hold what its name says",
		  blob->path);
	return error_hint(err, "'pinbake bake --rehash' puts right what is staged");
}

static int step_on(struct session *session, struct blob *blob,
		   const struct net_response *response, struct error *err)
{
	unsigned status = response->failed ? 0 : response->status;
	if (wants_login(session, response) && blob->logins++ < TRIES) {
		if (blob->step == STEP_SEND)
			blob->step = STEP_BEGIN;
		return login(session, response, err);
	}
	if (blob->step == STEP_ASK && status == 200)
		is_there(session, blob, false);
	else if (blob->step == STEP_ASK && status == 404)
		blob->step = STEP_BEGIN;
	else if (blob->step == STEP_BEGIN && status == 202)
		return check_blob(session, blob, err) < 0
			       ? -1
			       : take_location(session, blob, response, err);
	else if (blob->step == STEP_SEND && (status == 201 || status == 204))
		is_there(session, blob, true);
	else if (blob->step == STEP_SEND)
		return next_try(session, blob, response, err);
	else
		return refused(session, response, "asked for a layer", err);
	return 0;
}

static int send_blobs(struct session *session, struct error *err)
{
	size_t left = session->blobs.len;
	for (size_t i = 0; i < session->blobs.len; i++)
		start_step(session, &session->blobs.items[i]);
	while (left) {
		struct net_response response;
		if (net_wait_for(session->config->net, session, &response, err) < 0)
			return -1;
		struct blob *blob = &session->blobs.items[response.tag];
		int status = step_on(session, blob, &response, err);
		net_response_release(&response);
		if (status < 0)
			return -1;
		if (blob->step == STEP_THERE)
			left--;
		else
			start_step(session, blob);
	}
	return 0;
}

// --- the manifest ----------------------------------------------------------------------

// Makes one request, with a login if the registry asks for one.
static int ask(struct session *session, struct net_request request,
	       struct net_response *ret_response, struct error *err)
{
	for (bool logged_in = false;; logged_in = true) {
		net_start(session->config->net, &request);
		if (net_wait_for(session->config->net, session, ret_response, err) < 0)
			return -1;
		if (logged_in || !wants_login(session, ret_response))
			return 0;
		int status = login(session, ret_response, err);
		net_response_release(ret_response);
		if (status < 0)
			return -1;
		struct net_request again =
			new_request(session, request.method, request.url);
		for (size_t i = 0; i < request.header_len; i++)
			if (!slice_eq(request.headers[i].name, S("Authorization")))
				add_header(&again, request.headers[i].name,
					   request.headers[i].value);
		again.body = request.body;
		request = again;
	}
}

static struct slice own_digest(const struct session *session)
{
	return arena_printf(session->arena, "sha256:%.*s",
			    SLICE_ARG(session->manifest_digest));
}

static int manifest_is_there(struct session *session, bool *ret_there, struct error *err)
{
	struct net_response response;
	struct net_request request =
		new_request(session, NET_HEAD,
			    manifest_url(session, own_digest(session)));
	add_header(&request, S("Accept"), S(ACCEPTED));
	if (ask(session, request, &response, err) < 0)
		return -1;
	int status = 0;
	*ret_there = !response.failed && response.status == 200;
	if (response.failed || (response.status != 200 && response.status != 404))
		status = refused(session, &response, "asked for the manifest", err);
	net_response_release(&response);
	return status;
}

static int check_stored(const struct session *session,
			const struct net_response *response, struct error *err)
{
	if (response->failed || (response->status != 201 && response->status != 200))
		return refused(session, response, "the manifest is sent", err);
	if (response->content_digest.len &&
	    !slice_eq(response->content_digest, own_digest(session)))
		return error_set(
			err, ERROR_INTEGRITY,
			"'%.*s' stored the manifest as %.*s, but it is sha256:%.*s",
			SLICE_ARG(session->reference->host),
			SLICE_ARG(response->content_digest),
			SLICE_ARG(session->manifest_digest));
	return 0;
}

static int put_manifest(struct session *session, struct error *err)
{
	struct slice tag = session->reference->tag;
	struct net_response response;
	struct net_request request =
		new_request(session, NET_PUT,
			    manifest_url(session, tag.len ? tag : own_digest(session)));
	request.body = session->manifest;
	add_header(&request, S("Content-Type"), S(MANIFEST_TYPE));
	if (ask(session, request, &response, err) < 0)
		return -1;
	int status = check_stored(session, &response, err);
	net_response_release(&response);
	return status;
}

// --- the layout ------------------------------------------------------------------------

static int add_blob(struct session *session, const char *layout,
		    const struct descriptor *descriptor, struct error *err)
{
	struct blob blob = { .digest = descriptor->digest,
			     .path = path_join(session->arena, layout,
					       descriptor->file) };
	if (!file_size(blob.path, &blob.size))
		return error_set(err, ERROR_INPUT, "'%s' has no blob '%.*s'", layout,
				 SLICE_ARG(descriptor->digest));
	for (size_t i = 0; i < session->blobs.len; i++)
		if (slice_eq(session->blobs.items[i].digest, blob.digest))
			return 0; // two layers of the same bytes
	*array_push(session->arena, &session->blobs) = blob;
	session->result.bytes += blob.size;
	return 0;
}

static int read_layout(struct session *session, const char *layout, struct error *err)
{
	struct bundle bundle;
	struct slice text;
	struct descriptor_list images;
	struct manifest manifest;
	if (bundle_open(layout, session->arena, &bundle, err) < 0 ||
	    bundle_read(&bundle, S("index.json"), &text, err) < 0 ||
	    documents_read_index(text, session->arena, &images, err) < 0)
		return -1;
	if (images.len != 1 || !images.items[0].is_image)
		return error_set(err, ERROR_INPUT,
				 "'%s' has %zu images, and one is pushed at a time",
				 layout, images.len);
	if (bundle_read(&bundle, images.items[0].file, &session->manifest, err) < 0 ||
	    documents_read_manifest(session->manifest, session->arena, &manifest, err) <
		    0 ||
	    add_blob(session, layout, &manifest.config, err) < 0)
		return -1;
	struct sha256 digest = sha256_of(session->manifest);
	session->manifest_digest = sha256_hex(session->arena, &digest);
	if (!slice_eq(session->manifest_digest, images.items[0].digest))
		return error_set(err, ERROR_INTEGRITY,
				 "the manifest in '%s' is not what index.json says",
				 layout);
	for (size_t i = 0; i < manifest.layers.len; i++)
		if (add_blob(session, layout, &manifest.layers.items[i], err) < 0)
			return -1;
	return 0;
}

static int push(struct session *session, struct error *err)
{
	struct slice expected = session->reference->digest;
	if (expected.len && !slice_eq(expected, session->manifest_digest))
		return error_set(err, ERROR_NO,
				 "the image is sha256:%.*s, not sha256:%.*s",
				 SLICE_ARG(session->manifest_digest),
				 SLICE_ARG(expected));
	if (manifest_is_there(session, &session->result.was_there, err) < 0 ||
	    (!session->result.was_there && send_blobs(session, err) < 0))
		return -1;
	return put_manifest(session, err);
}

int registry_push(const struct registry_config *config, const struct reference *reference,
		  const char *layout, struct arena *arena, struct push_result *ret_result,
		  struct error *err)
{
	struct session session = {
		.config = config,
		.reference = reference,
		.arena = arena,
		.api = reference_api(reference, config->plain_http, arena),
		.authorization = S(""),
	};
	if (read_layout(&session, layout, err) < 0)
		return error_during(err, "reading the image in '%s'", layout);
	int status = push(&session, err);
	net_cancel(config->net, &session);
	if (status < 0)
		return error_during(err, "pushing '%.*s'",
				    SLICE_ARG(reference_text(reference, arena)));
	session.result.blobs = session.blobs.len;
	session.result.manifest_digest = session.manifest_digest;
	*ret_result = session.result;
	return 0;
}
