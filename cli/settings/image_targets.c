// SPDX-License-Identifier: MIT
// Turns what a base image has into targets.
#include "cli/settings/image_targets.h"

#include "oci/oci.h"

static struct slice platform_of(struct arena *arena, const struct image *image)
{
	// The one variant that is a platform of its own here; arm64/v8 is arm64.
	bool arm = slice_eq(image->architecture, S("arm"));
	return arena_printf(arena, "%.*s/%.*s%s:%s%u.%u", SLICE_ARG(image->os),
			    SLICE_ARG(image->architecture), arm ? "/v7" : "",
			    image->libc == LIBC_MUSL ? "musl" : "glibc",
			    image->libc_major, image->libc_minor);
}

static int check_image(const struct image *image, const char *ref, bool python_given,
		       struct error *err)
{
	if (!slice_eq(image->os, S("linux")))
		return error_set(err, ERROR_INPUT,
				 "'%s' is an image for '%.*s', not for linux", ref,
				 SLICE_ARG(image->os));
	if (image->libc == LIBC_NONE)
		return error_set(
			err, ERROR_INPUT,
			"'%s' has no libc that is known here, so no wheel fits it", ref);
	if (image->python.len == 0 && !python_given) {
		error_set(err, ERROR_INPUT, "'%s' has no Python", ref);
		return error_hint(err, "say which one it will have with --python");
	}
	return 0;
}

static int add_target(struct cli *cli, struct slice python, struct slice platform,
		      struct target_list *targets, struct error *err)
{
	struct target target;
	if (target_init(&cli->arena, python, platform, &target, err) < 0)
		return -1;
	return target_list_add(&cli->arena, targets, &target, err);
}

static int add_image(struct cli *cli, const struct text_list *pythons, const char *ref,
		     const struct image *image, struct target_list *targets,
		     struct error *err)
{
	if (check_image(image, ref, pythons->len > 0, err) < 0)
		return -1;
	struct slice platform = platform_of(&cli->arena, image);
	detail(cli, "%s: Python %.*s, %.*s", ref, SLICE_ARG(image->python),
	       SLICE_ARG(platform));
	if (pythons->len == 0)
		return add_target(cli, image->python, platform, targets, err);
	for (size_t i = 0; i < pythons->len; i++)
		if (add_target(cli, slice_from(pythons->items[i]), platform, targets,
			       err) < 0)
			return -1;
	return 0;
}

int image_targets(struct cli *cli, const struct text_list *images,
		  const struct text_list *pythons, struct target_list *ret_targets,
		  struct error *err)
{
	struct target_list targets = { 0 };
	for (size_t i = 0; i < images->len; i++) {
		const char *ref = images->items[i];
		struct image_list found;
		if (oci_read_images(slice_from(ref), &cli->arena, &found, err) < 0)
			return error_during(err, "reading the image '%s'", ref);
		for (size_t j = 0; j < found.len; j++)
			if (add_image(cli, pythons, ref, &found.items[j], &targets, err) <
			    0)
				return error_during(err, "reading the image '%s'", ref);
	}
	*ret_targets = targets;
	return 0;
}
