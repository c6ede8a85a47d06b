// SPDX-License-Identifier: MIT
// The key's lines in the order of key.1.
#include "builder/layer/key.h"

#include "base/zstd_frame.h"
#include "builder/wheel/tree.h"

static void put_digest(struct buf *text, const struct sha256 *digest)
{
	buf_append(text, sha256_hex(text->arena, digest));
	buf_byte(text, '\n');
}

// The same value as `version =` of pyvenv.cfg (env.2).
static void put_python(struct buf *text, const struct bake_request *request)
{
	const struct target *target = request->tree.target;
	buf_printf(text, "python %.*s ", SLICE_ARG(request->tree.interpreter));
	if (target->python_patch_given)
		buf_printf(text, "%.*s\n", SLICE_ARG(target->python_full));
	else
		buf_printf(text, "%u.%u\n", target->python_major, target->python_minor);
}

static void put_strip(struct buf *text, const struct bake_request *request)
{
	if (!request->tree.strip) {
		buf_append(text, S("strip none\n"));
		return;
	}
	struct sha256 digest =
		sha256_of(strip_rules_text(request->tree.strip, text->arena));
	buf_append(text, S("strip "));
	put_digest(text, &digest);
}

static void put_wheel(struct buf *text, const struct lock_choice *choice)
{
	struct slice name = choice->package->name,
		     direct_url = wheel_direct_url(choice, text->arena);
	buf_printf(text, "wheel %.*s ", SLICE_ARG(name));
	put_digest(text, &choice->file->sha256);
	if (direct_url.len > 0) {
		struct sha256 digest = sha256_of(direct_url);
		buf_printf(text, "direct %.*s ", SLICE_ARG(name));
		put_digest(text, &digest);
	}
}

static void put_coding(struct buf *text, const struct bake_request *request)
{
	switch (request->coding) {
	case LAYER_GZIP: buf_append(text, S("coding gzip-members-1\n")); return;
	case LAYER_ESTARGZ: buf_append(text, S("coding estargz-2\n")); return;
	case LAYER_ZSTD: break;
	}
	buf_printf(text, "coding zstd %.*s %d\n", SLICE_ARG(zstd_version()),
		   request->zstd_level);
}

struct slice layer_key_text(const struct plan_layer *layer,
			    const struct bake_request *request, struct arena *arena)
{
	struct buf text = { .arena = arena };
	buf_printf(&text, "pinbake-layer 1\nkind %s\n", plan_kind_name(layer->kind));
	buf_printf(&text, "prefix %.*s\n", SLICE_ARG(request->tree.prefix));
	buf_printf(&text, "site %.*s\n",
		   SLICE_ARG(scheme_site_directory(request->tree.scheme,
						   request->tree.target, arena)));
	buf_printf(&text, "owner %u:%u\n", request->uid, request->gid);
	buf_printf(&text, "mtime %llu\n", (unsigned long long)request->mtime);
	put_coding(&text, request);
	put_strip(&text, request);
	if (layer->kind == PLAN_SKELETON)
		put_python(&text, request);
	if (request->tree.scheme != SCHEME_VENV)
		buf_printf(&text, "scheme %s %.*s\n", scheme_name(request->tree.scheme),
			   SLICE_ARG(request->tree.interpreter));
	if (layer->kind == PLAN_PYC)
		buf_append(&text, bytecode_key_line(request->bytecode, arena));
	for (size_t i = 0; i < layer->len; i++)
		put_wheel(&text, layer->choices[i]);
	for (size_t i = 0; i < layer->skips.len; i++)
		buf_printf(&text, "skip %.*s\n", SLICE_ARG(layer->skips.items[i]));
	return buf_slice(&text);
}

struct sha256 layer_key(const struct plan_layer *layer,
			const struct bake_request *request)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	return sha256_of(layer_key_text(layer, request, &scratch));
}

struct sha256 plan_digest(const struct sha256 *keys, size_t len)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf text = { .arena = &scratch };
	for (size_t i = 0; i < len; i++)
		put_digest(&text, &keys[i]);
	return sha256_of(buf_slice(&text));
}
