// SPDX-License-Identifier: MIT
// The folders of each scheme.
#include "builder/wheel/scheme.h"

#include "builder/wheel/layout.h"

static const char *const names[] = { "venv", "base", "debian" };
enum { SCHEMES = sizeof(names) / sizeof(names[0]) };

const char *scheme_name(enum scheme scheme)
{
	return names[scheme];
}

bool scheme_parse(struct slice name, enum scheme *ret_scheme)
{
	for (unsigned i = 0; i < SCHEMES; i++) {
		if (!slice_eq(name, slice_from(names[i])))
			continue;
		*ret_scheme = (enum scheme)i;
		return true;
	}
	return false;
}

// Debian keeps /usr to its own packages: what others install for its Python goes below
// /usr/local. Alpine, the one with musl, does not.
int scheme_of_system(struct slice interpreter, const struct target *target,
		     enum scheme *ret_scheme, struct slice *ret_prefix, struct error *err)
{
	size_t slash = slice_find_last_byte(interpreter, '/');
	struct slice folder =
		slice_range(interpreter, 0, slash == SLICE_NONE ? 0 : slash);
	struct slice bin = S("/bin");
	if (!slice_ends_with(folder, bin) || folder.len == bin.len)
		return error_set(
			err, ERROR_INPUT,
			"'%.*s' is not PREFIX/bin/NAME: its packages' place is unknown",
			SLICE_ARG(interpreter));
	struct slice prefix = slice_range(folder, 0, folder.len - bin.len);
	bool debian = slice_eq(prefix, S("/usr")) && target->os == OS_LINUX_GLIBC;
	*ret_scheme = debian ? SCHEME_DEBIAN : SCHEME_BASE;
	*ret_prefix = debian ? S("/usr/local") : prefix;
	return 0;
}

struct slice scheme_site_directory(enum scheme scheme, const struct target *target,
				   struct arena *arena)
{
	return arena_printf(arena, "lib/python%u.%u%s/%s-packages", target->python_major,
			    target->python_minor, target->free_threaded ? "t" : "",
			    scheme == SCHEME_DEBIAN ? "dist" : "site");
}

// Python 3.7 and older name the folder of their headers after their ABI ("m").
struct slice scheme_headers_directory(enum scheme scheme, const struct target *target,
				      struct arena *arena)
{
	bool old = target->python_major == 3 && target->python_minor < 8;
	const char *abi = target->free_threaded ? "t" : old ? "m" : "";
	bool venv = scheme == SCHEME_VENV;
	return arena_printf(arena, "include/%spython%u.%u%s", venv ? "site/" : "",
			    target->python_major, target->python_minor, venv ? "" : abi);
}

struct layout_places layout_places_of(const struct tree_options *options,
				      struct arena *arena)
{
	const struct target *target = options->target;
	bool system = options->scheme != SCHEME_VENV;
	struct slice own =
		arena_printf(arena, "%.*s/bin/python", SLICE_ARG(options->prefix));
	return (struct layout_places){
		.site = scheme_site_directory(options->scheme, target, arena),
		.headers = scheme_headers_directory(options->scheme, target, arena),
		.python = system ? options->interpreter : own,
		.strip = options->strip,
		.system = system,
	};
}
