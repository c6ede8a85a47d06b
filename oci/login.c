// SPDX-License-Identifier: MIT
// Trades a password, an identity token or nothing for what a registry takes.
#include "oci/login.h"

#include "base/base64.h"
#include "base/limits.h"
#include "net/url.h"
#include "oci/challenge.h"

#include <jansson.h>

#define TOKEN_DOCUMENT_MAX (1 * MIB) // tokens of clouds are some kilobytes

static int login_error(const struct login_request *request, const char *why,
		       struct error *err)
{
	error_set(err, ERROR_SOURCE, "'%.*s' %s", SLICE_ARG(request->key), why);
	error_hint(
		err,
		"log in with 'docker login' or 'podman login' to a user that may push to '%.*s'",
		SLICE_ARG(request->repository));
	return -1;
}

static struct slice basic(struct arena *arena, const struct registry_login *login)
{
	struct slice both = arena_printf(arena, "%.*s:%.*s", SLICE_ARG(login->user),
					 SLICE_ARG(login->secret));
	struct slice coded = base64_encode(arena, both, BASE64_STANDARD);
	return arena_printf(arena, "Basic %.*s", SLICE_ARG(coded));
}

// --- the place for tokens --------------------------------------------------------------

// Tokens come over https, or over http where the registry itself does (auth.3). An
// address that only this machine's own network has could be asked for other secrets than
// ours.
static bool realm_is_safe(struct slice api, struct slice realm)
{
	struct url parts;
	url_parse(realm, &parts);
	if (slice_starts_with(parts.host_port, S("169.254.")) ||
	    slice_starts_with(parts.host_port, S("[fe80:")))
		return false;
	return slice_eq(parts.scheme, S("https")) ||
	       (slice_eq(parts.scheme, S("http")) &&
		slice_starts_with(api, S("http://")));
}

static void add_field(struct buf *out, char before, const char *name, struct slice value)
{
	if (value.len == 0)
		return;
	struct slice escaped = url_escape_component(out->arena, value);
	buf_printf(out, "%c%s=%.*s", before, name, SLICE_ARG(escaped));
}

static struct slice get_url(const struct login_request *request,
			    const struct challenge *challenge, struct arena *arena)
{
	struct buf out = { .arena = arena };
	bool has_query = slice_find_byte(challenge->realm, '?') != SLICE_NONE;
	buf_append(&out, challenge->realm);
	add_field(&out, has_query ? '&' : '?', "scope", request->scope);
	add_field(&out, '&', "service", challenge->service);
	return buf_slice(&out);
}

// The form of OAuth 2 that trades an identity token.
static struct slice refresh_form(const struct login_request *request,
				 const struct challenge *challenge,
				 const struct registry_login *login, struct arena *arena)
{
	struct buf out = { .arena = arena };
	buf_append(&out, S("grant_type=refresh_token&client_id=pinbake"));
	add_field(&out, '&', "refresh_token", login->secret);
	add_field(&out, '&', "scope", request->scope);
	add_field(&out, '&', "service", challenge->service);
	return buf_slice(&out);
}

// The JSON document of a place for tokens: "token", else "access_token".
static int login_read_token(struct slice text, struct arena *arena,
			    struct slice *ret_token, struct error *err)
{
	json_t *root = json_loadb(text.ptr, text.len, 0, NULL);
	const json_t *token = json_object_get(root, "token");
	if (!json_string_length(token))
		token = json_object_get(root, "access_token");
	struct slice found = { json_string_value(token), json_string_length(token) };
	bool ok = found.len > 0;
	for (size_t i = 0; i < found.len; i++)
		ok = ok && found.ptr[i] > ' ' && found.ptr[i] < 0x7f;
	if (ok)
		*ret_token = arena_dup(arena, found);
	json_decref(root);
	return ok ? 0
		  : error_set(err, ERROR_SOURCE,
			      "the registry's place for tokens gave none");
}

static int exchange(struct net *net, const struct net_request *request,
		    struct net_response *ret_response, struct error *err)
{
	net_start(net, request);
	return net_wait_for(net, request->owner, ret_response, err);
}

// Releases the response.
static int take_token(const struct login_request *request, struct net_response *response,
		      struct arena *arena, struct slice *ret_token, struct error *err)
{
	int status = -1;
	if (response->failed)
		*err = response->error;
	else if (response->status == 401 || response->status == 403)
		login_error(request, "takes none of the logins that are known for it",
			    err);
	else if (response->status != 200)
		error_set(err, ERROR_SOURCE, "'%.*s' answers with status %u",
			  SLICE_ARG(response->final_url), response->status);
	else
		status = login_read_token(response->body, arena, ret_token, err);
	net_response_release(response);
	return status;
}

// Asks for a token without a login, or by user and password.
static struct net_request get_request(const struct login_request *request,
				      const struct challenge *challenge,
				      const struct registry_login *login,
				      struct arena *arena)
{
	struct net_request get = { .url = get_url(request, challenge, arena),
				   .plain_http = url_same_origin(request->api,
								 challenge->realm),
				   .max_bytes = TOKEN_DOCUMENT_MAX,
				   .owner = challenge };
	if (login)
		get.headers[get.header_len++] =
			(struct net_header){ S("Authorization"), basic(arena, login) };
	return get;
}

// Asks for a token by an identity token.
static struct net_request refresh_request(const struct login_request *request,
					  const struct challenge *challenge,
					  const struct registry_login *login,
					  struct arena *arena)
{
	return (struct net_request){
		.url = challenge->realm,
		.method = NET_POST,
		.body = refresh_form(request, challenge, login, arena),
		.headers = { { S("Content-Type"),
			       S("application/x-www-form-urlencoded") } },
		.header_len = 1,
		.max_bytes = TOKEN_DOCUMENT_MAX,
		.owner = challenge,
	};
}

static int fetch_token(const struct login_request *request,
		       const struct challenge *challenge,
		       const struct registry_login *login, struct arena *arena,
		       struct slice *ret_token, struct error *err)
{
	struct net_response response;
	struct net_request get = get_request(request, challenge, login, arena);
	if (login && login->is_identity_token) {
		struct net_request post =
			refresh_request(request, challenge, login, arena);
		if (exchange(request->net, &post, &response, err) < 0)
			return -1;
		if (response.failed || response.status != 404)
			return take_token(request, &response, arena, ret_token, err);
		net_response_release(&response); // this registry knows GET alone
	}
	if (exchange(request->net, &get, &response, err) < 0)
		return -1;
	return take_token(request, &response, arena, ret_token, err);
}

int login_authorize(const struct login_request *request, struct arena *arena,
		    struct slice *ret_authorization, struct error *err)
{
	struct challenge challenge = challenge_parse(request->challenge, arena);
	struct registry_login login;
	struct slice token;
	bool is_private = url_is_private(request->api);
	bool known = is_private && request->finder && request->finder->find &&
		     request->finder->find(request->finder->context, request->key,
					   request->repository, arena, &login);
	if (challenge.scheme == CHALLENGE_NONE)
		return login_error(request, "refuses, and does not say what it wants",
				   err);
	if (challenge.scheme == CHALLENGE_BASIC) {
		if (!known)
			return login_error(
				request,
				is_private
					? "wants a login"
					: "wants a login, and none is sent over plain http to another machine",
				err);
		*ret_authorization = basic(arena, &login);
		return 0;
	}
	if (!realm_is_safe(request->api, challenge.realm))
		return error_set(err, ERROR_SOURCE,
				 "'%.*s' sends for tokens to '%.*s', which is not safe",
				 SLICE_ARG(request->key),
				 SLICE_ARG(url_redact(arena, challenge.realm)));
	if (fetch_token(request, &challenge, known ? &login : NULL, arena, &token, err) <
	    0)
		return error_during(err, "asking for a token for '%.*s'",
				    SLICE_ARG(request->repository));
	*ret_authorization = arena_printf(arena, "Bearer %.*s", SLICE_ARG(token));
	return 0;
}
