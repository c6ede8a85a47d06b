// SPDX-License-Identifier: MIT
// pinbake push: the baked layers, as an image, to a registry.
#include "cli/cli.h"
#include "cli/settings/docker_config.h"
#include "oci/registry.h"

struct push_values {
	const char *staged;
	bool plain_http;
};

#define AT(member) offsetof(struct push_values, member)
static const struct option OPTIONS[] = {
	{ "staged", 0, OPTION_TEXT, AT(staged), "DIR",
	  "what bake has filled (default .pinbake)", false },
	{ "plain-http", 0, OPTION_FLAG, AT(plain_http), NULL,
	  "speak HTTP without TLS; the default for this machine's own addresses", true },
};

static void report(struct cli *cli, const struct reference *reference,
		   const struct push_result *pushed, uint64_t milliseconds,
		   json_t *result)
{
	struct slice text = reference_text(reference, &cli->arena),
		     sent = human_size(&cli->arena, pushed->sent_bytes),
		     digest = arena_printf(&cli->arena, "sha256:%.*s",
					   SLICE_ARG(pushed->manifest_digest));
	json_object_set_new(result, "reference", text_as_json(text));
	json_object_set_new(result, "digest", text_as_json(digest));
	json_object_set_new(result, "blobs", json_integer((json_int_t)pushed->blobs));
	json_object_set_new(result, "sent", json_integer((json_int_t)pushed->sent));
	json_object_set_new(result, "bytes", json_integer((json_int_t)pushed->bytes));
	json_object_set_new(result, "sent_bytes",
			    json_integer((json_int_t)pushed->sent_bytes));
	if (pushed->was_there)
		say(cli, "was there: %.*s@%.*s", SLICE_ARG(text), SLICE_ARG(digest));
	else
		say(cli, "pushed %zu of %zu blobs, %.*s, in %llu.%02llu s: %.*s@%.*s",
		    pushed->sent, pushed->blobs, SLICE_ARG(sent),
		    (unsigned long long)milliseconds / 1000,
		    (unsigned long long)milliseconds / 10 % 100, SLICE_ARG(text),
		    SLICE_ARG(digest));
}

static int run_push(struct cli *cli, void *opaque, const struct text_list *arguments,
		    json_t *result, struct error *err)
{
	const struct push_values *values = opaque;
	struct reference reference;
	struct push_result pushed;
	uint64_t began = clock_ms();
	if (arguments->len != 1)
		return error_set(err, ERROR_USAGE,
				 "expected one name to push to, but there are %zu",
				 arguments->len);
	if (reference_parse(slice_from(arguments->items[0]), &cli->arena, &reference,
			    err) < 0 ||
	    open_session(cli, err) < 0)
		return -1;
	const struct pinbake_push_request request = {
		.reference = &reference,
		.staged = values->staged ? values->staged : ".pinbake",
		.plain_http = values->plain_http,
		.finder = { docker_config_find_login, cli },
	};
	int status = pinbake_push(cli->session, &request, &cli->arena, &pushed, err);
	progress_done(cli);
	if (status == 0)
		report(cli, &reference, &pushed, clock_ms() - began, result);
	return status;
}

static const struct option_table TABLE = { .items = OPTIONS,
					   .len = sizeof(OPTIONS) / sizeof(*OPTIONS) };

const struct command command_push = {
	.name = "push",
	.arguments = "HOST/NAME[:TAG] [options]",
	.summary = "send the baked layers to a registry, as an image",
	.examples =
		"  pinbake push ghcr.io/me/deps:2024-05   what is there already is not sent\n"
		"  pinbake push 127.0.0.1:5000/deps\n",
	.options = &TABLE,
	.values_size = sizeof(struct push_values),
	.run = run_push,
};
