// SPDX-License-Identifier: MIT
// Baked layers to a registry.
#include "pinbake/session.h"

static void advance(void *context, uint64_t done, uint64_t total)
{
	const struct session *session = context;
	work_status(&session->config.work, "pushing: %llu of %llu kB",
		    (unsigned long long)done / 1000, (unsigned long long)total / 1000);
}

int pinbake_push(struct session *session, const struct pinbake_push_request *request,
		 struct arena *arena, struct push_result *ret_result, struct error *err)
{
	const char *layout = path_join(arena, request->staged, S("oci"));
	struct net *net;
	if (!path_is_directory(layout)) {
		error_set(err, ERROR_INPUT, "there is no baked image in '%s'", layout);
		return error_hint(err, "bake first: pinbake bake");
	}
	if (session_net(session, &net, err) < 0)
		return -1;
	struct registry_config config = { .net = net,
					  .finder = request->finder,
					  .plain_http = request->plain_http,
					  .advance = advance,
					  .context = session };
	return registry_push(&config, request->reference, layout, arena, ret_result, err);
}

int pinbake_store(struct session *session, struct store **ret_store, struct error *err)
{
	return session_store(session, ret_store, err);
}
