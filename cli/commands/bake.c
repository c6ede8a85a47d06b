// SPDX-License-Identifier: MIT
// pinbake bake: a lock → layers in .pinbake/, an OCI layout, and on request an archive for `docker load`.
#include "base/zstd_frame.h"
#include "cli/cli.h"
#include "cli/commands/environment_options.h"

#include <string.h>

struct bake_values {
	struct environment_values environment;
	const char *output, *owner, *archive, *tag, *compression;
	bool rehash, estargz, system;
};

#define AT(member) offsetof(struct bake_values, member)
static const struct option OPTIONS[] = {
	{ "output", 'o', OPTION_TEXT, AT(output), "DIR",
	  "directory to fill (default .pinbake)", false },
	{ "prefix", 0, OPTION_TEXT, ENVIRONMENT_AT(struct bake_values, prefix), "PATH",
	  "where the environment will be (default /opt/venv)", false },
	{ "interpreter", 0, OPTION_TEXT, ENVIRONMENT_AT(struct bake_values, interpreter),
	  "PATH", "the image's Python (default /usr/local/bin/pythonX.Y)", false },
	{ "system", 0, OPTION_FLAG, AT(system), NULL,
	  "into the interpreter's own prefix, not a virtual environment", false },
	ENVIRONMENT_OPTIONS(struct bake_values),
	{ "owner", 0, OPTION_TEXT, AT(owner), "UID:GID",
	  "owner of every file (default 0:0)", true },
	{ "archive", 0, OPTION_TEXT, AT(archive), "FILE",
	  "also write an image archive that 'docker load' takes", false },
	{ "tag", 't', OPTION_TEXT, AT(tag), "NAME:TAG",
	  "its name (default pinbake/deps:<plan>)", true },
	{ "compression", 0, OPTION_TEXT, AT(compression), "NAME",
	  "gzip (default), zstd or zstd:LEVEL", true },
	{ "estargz", 0, OPTION_FLAG, AT(estargz), NULL,
	  "add a table of contents for lazy pulling (eStargz)", true },
	{ "rehash", 0, OPTION_FLAG, AT(rehash), NULL,
	  "read every staged layer again and compare", true },
};

// The time and the largest owner that a tar header of a layer may have (tar.10).
enum { DEFAULT_MTIME = 315532800, OWNER_MAX = 2097151 };

static int parse_owner(const char *text, struct pinbake_bake_request *request,
		       struct error *err)
{
	struct slice gid = slice_from(text), uid;
	uint64_t user, group;
	slice_cut(&gid, ':', &uid);
	if (!slice_parse_u64(uid, OWNER_MAX, &user) ||
	    !slice_parse_u64(gid, OWNER_MAX, &group))
		return error_set(
			err, ERROR_USAGE,
			"'%s' is no value for --owner: expected UID:GID, as in 1000:1000",
			text);
	request->uid = (uint32_t)user;
	request->gid = (uint32_t)group;
	return 0;
}

// SOURCE_DATE_EPOCH dates documents; files get it only where it is earlier than what zip can hold (tar.10, oci.5).
static int read_epoch(struct pinbake_bake_request *request, struct error *err)
{
	const char *epoch = setting("SOURCE_DATE_EPOCH");
	request->mtime = DEFAULT_MTIME;
	if (!epoch)
		return 0;
	if (!slice_parse_u64(slice_from(epoch), UINT32_MAX, &request->created))
		return error_set(err, ERROR_USAGE,
				 "SOURCE_DATE_EPOCH is '%s': expected seconds since 1970",
				 epoch);
	if (request->created < request->mtime)
		request->mtime = request->created;
	return 0;
}

static int bad_compression(const char *text, struct error *err)
{
	return error_set(err, ERROR_USAGE,
			 "'%s' is no value for --compression: expected gzip, zstd or "
			 "zstd:LEVEL with a level from %d to %d",
			 text, ZSTD_LEVEL_MIN, ZSTD_LEVEL_MAX);
}

// The form of the layers' blobs: gzip members (gz.3), eStargz (gz.14) or zstd (gz.15).
static int read_coding(const struct bake_values *values,
		       struct pinbake_bake_request *request, struct error *err)
{
	struct slice level = slice_from(values->compression), name;
	uint64_t number = ZSTD_LEVEL_DEFAULT;
	bool has_level = slice_find_byte(level, ':') != SLICE_NONE;
	slice_cut(&level, ':', &name);
	request->coding = values->estargz ? LAYER_ESTARGZ : LAYER_GZIP;
	if (!values->compression || (slice_eq(name, S("gzip")) && !has_level))
		return 0;
	if (!slice_eq(name, S("zstd")) ||
	    (has_level && (!slice_parse_u64(level, ZSTD_LEVEL_MAX, &number) ||
			   number < ZSTD_LEVEL_MIN)))
		return bad_compression(values->compression, err);
	if (values->estargz)
		return error_set(err, ERROR_USAGE,
				 "--estargz is a form of gzip, not of zstd");
	request->coding = LAYER_ZSTD;
	request->zstd_level = (int)number;
	return 0;
}

static int request_of(struct cli *cli, const struct bake_values *values,
		      const struct text_list *arguments,
		      struct pinbake_bake_request *ret_request, struct error *err)
{
	struct pinbake_bake_request request = {
		.out_directory = values->output ? values->output : ".pinbake",
		.system = values->system,
		.rehash = values->rehash,
	};
	if (environment_request_of(cli, &values->environment, arguments,
				   &request.environment, err) < 0 ||
	    (values->owner && parse_owner(values->owner, &request, err) < 0) ||
	    read_epoch(&request, err) < 0 || read_coding(values, &request, err) < 0)
		return -1;
	// What lies above is the base's own, and stays with its owner (env.12).
	if (values->system && request.uid + request.gid > 0)
		return error_set(err, ERROR_USAGE,
				 "--owner would give the base's own folders away: "
				 "with --system they stay with root");
	*ret_request = request;
	return 0;
}

static json_t *layers_as_json(const struct bake_result *baked)
{
	json_t *list = json_array();
	for (size_t i = 0; i < baked->len; i++) {
		const struct layer *layer = &baked->layers[i];
		json_t *item = json_object();
		json_object_set_new(item, "name", text_as_json(layer->name));
		json_object_set_new(item, "kind", text_as_json(layer->kind));
		json_object_set_new(item, "packages", text_as_json(layer->packages));
		json_object_set_new(item, "key", digest_as_json(&layer->key));
		json_object_set_new(item, "digest", digest_as_json(&layer->digest));
		json_object_set_new(item, "diff_id", digest_as_json(&layer->diff_id));
		if (!sha256_is_zero(&layer->toc))
			json_object_set_new(item, "toc", digest_as_json(&layer->toc));
		json_object_set_new(item, "size", json_integer((json_int_t)layer->size));
		json_object_set_new(item, "tar_size",
				    json_integer((json_int_t)layer->tar_size));
		json_object_set_new(item, "entries", json_integer(layer->entries));
		json_object_set_new(item, "baked", json_boolean(layer->baked));
		json_array_append_new(list, item);
	}
	return list;
}

static void report(struct cli *cli, const struct bake_result *baked, const char *output,
		   uint64_t started_ms, json_t *result)
{
	uint64_t size = 0, tar_size = 0, took = clock_ms() - started_ms;
	size_t fresh = 0;
	for (size_t i = 0; i < baked->len; i++) {
		const struct layer *layer = &baked->layers[i];
		struct slice bytes = human_size(&cli->arena, layer->size);
		size += layer->size;
		tar_size += layer->tar_size;
		fresh += layer->baked;
		detail(cli, "%8.*s  %s %.*s%s%.*s", SLICE_ARG(bytes),
		       layer->baked ? "baked " : "cached", SLICE_ARG(layer->name),
		       layer->packages.len ? ": " : "", SLICE_ARG(layer->packages));
	}
	for (size_t i = 0; i < baked->warnings_len; i++)
		warn(cli, "%.*s", SLICE_ARG(baked->warnings[i]));
	show_diagnostics(cli);
	struct slice small = human_size(&cli->arena, size),
		     large = human_size(&cli->arena, tar_size);
	say(cli,
	    "%zu layer%s in %s: %.*s, %.*s unpacked; %zu baked, %zu from the cache, in %llu.%02llu s",
	    baked->len, plural(baked->len), output, SLICE_ARG(small), SLICE_ARG(large),
	    fresh, baked->len - fresh, (unsigned long long)(took / 1000),
	    (unsigned long long)(took % 1000 / 10));
	environment_report(cli, baked->uncompiled, baked->stripped_files,
			   baked->stripped_bytes, result);
	json_object_set_new(result, "layers", layers_as_json(baked));
	json_object_set_new(result, "directory", c_text_as_json(output));
	json_object_set_new(result, "plan", digest_as_json(&baked->plan_digest));
	json_object_set_new(result, "manifest", digest_as_json(&baked->manifest_digest));
	json_object_set_new(result, "config", digest_as_json(&baked->config_digest));
}

static int write_archive(struct cli *cli, const struct bake_values *values,
			 const struct bake_result *baked, const char *output,
			 json_t *result, struct error *err)
{
	const struct pinbake_archive_request request = { .baked = baked,
							 .staged = output,
							 .path = values->archive,
							 .tag = values->tag };
	struct slice tag;
	if (!values->archive)
		return 0;
	if (pinbake_archive(&request, &cli->arena, &tag, err) < 0)
		return -1;
	say(cli, "image %.*s: %s", SLICE_ARG(tag), values->archive);
	json_object_set_new(result, "archive", c_text_as_json(values->archive));
	json_object_set_new(result, "tag", text_as_json(tag));
	return 0;
}

static int run_bake(struct cli *cli, void *opaque, const struct text_list *arguments,
		    json_t *result, struct error *err)
{
	const struct bake_values *values = opaque;
	uint64_t started_ms = clock_ms();
	struct pinbake_bake_request request;
	struct bake_result baked = { 0 };
	if (request_of(cli, values, arguments, &request, err) < 0 ||
	    open_session(cli, err) < 0)
		return -1;
	int status = pinbake_bake(cli->session, &request, &cli->arena, &baked,
				  &cli->diagnostics, err);
	progress_done(cli);
	if (status < 0)
		return -1;
	report(cli, &baked, request.out_directory, started_ms, result);
	return write_archive(cli, values, &baked, request.out_directory, result, err);
}

static const struct option_rule RULES[] = {
	ENVIRONMENT_RULES,
	{ "prefix", OPTION_EXCLUDES, "system", "--prefix has no meaning with --system",
	  "the prefix is that of --interpreter" },
	{ "tag", OPTION_NEEDS, "archive", NULL, NULL },
};

static const struct option_table TABLE = OPTION_TABLE(OPTIONS, RULES);

const struct command command_bake = {
	.name = "bake",
	.arguments = "[LOCK] [options]",
	.summary = "stage a lock's wheels as deterministic layers in .pinbake/",
	.examples = "  pinbake bake\n"
		    "  pinbake bake pylock.toml --prefix /opt/venv -o .pinbake\n"
		    "  pinbake bake --archive deps.tar && docker load -i deps.tar\n",
	.options = &TABLE,
	.values_size = sizeof(struct bake_values),
	.run = run_bake,
};
