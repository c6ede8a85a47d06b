// SPDX-License-Identifier: MIT
// Builds inside builds: none without an end.
#include "base/limits.h"
#include "pinbake/builds/build.h"

static bool is_same(const struct lock_package *a, const struct lock_package *b)
{
	return slice_eq(a->name, b->name) && slice_eq(a->version, b->version);
}

// "a 1.0 is built with b 2.0, which is built with a 1.0", from the outside in.
static void add_links(struct buf *text, const struct build_chain *chain,
		      const struct lock_package *end)
{
	if (!is_same(chain->package, end))
		add_links(text, chain->outer, end);
	buf_printf(text, "%.*s %.*s%s", SLICE_ARG(chain->package->name),
		   SLICE_ARG(chain->package->version),
		   is_same(chain->package, end) ? " is built with "
						: ", which is built with ");
}

int build_chain_check(const struct build_chain *chain, const struct lock_package *package,
		      struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct buf text = { .arena = &scratch };
	const struct build_chain *link = chain;
	if (chain && chain->depth + 1 >= LIMIT_BUILD_DEPTH)
		return error_set(
			err, ERROR_NO,
			"more than %d builds inside each other, down to %.*s %.*s",
			LIMIT_BUILD_DEPTH, SLICE_ARG(package->name),
			SLICE_ARG(package->version));
	while (link && !is_same(link->package, package))
		link = link->outer;
	if (!link)
		return 0;
	add_links(&text, chain, package);
	buf_printf(&text, "%.*s %.*s", SLICE_ARG(package->name),
		   SLICE_ARG(package->version));
	return error_set(err, ERROR_NO, "%.*s: none of them can be the first",
			 SLICE_ARG(buf_slice(&text)));
}
