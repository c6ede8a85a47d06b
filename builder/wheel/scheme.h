// SPDX-License-Identifier: MIT
// Where packages go below a prefix: a virtual environment's folders, or those of a base
// interpreter (env.1, env.3).
//
//	            venv                           base (--system)           debian (--system, /usr/bin/python3)
//	prefix      as asked: /opt/venv            that of PREFIX/bin/pythonX.Y   /usr/local
//	packages    lib/pythonX.Y/site-packages    the same                  lib/pythonX.Y/dist-packages
//	headers     include/site/pythonX.Y         include/pythonX.Y         include/pythonX.Y
//	scripts     bin, starting P/bin/python     bin, starting the interpreter
#pragma once

#include "base/error.h"
#include "packaging/target.h"

enum scheme {
	SCHEME_VENV, // a virtual environment of its own, with a skeleton
	SCHEME_BASE, // the interpreter's own prefix: /usr/local/lib/python3.12/site-packages
	SCHEME_DEBIAN, // Debian's /usr/bin/python3: /usr/local/lib/python3.11/dist-packages
};

// The one that --system means for an interpreter, and its prefix. ERROR_INPUT unless the path ends in bin/NAME.
NODISCARD int scheme_of_system(struct slice interpreter, const struct target *target,
			       enum scheme *ret_scheme, struct slice *ret_prefix,
			       struct error *err);
const char *scheme_name(enum scheme scheme); // "venv", "base", "debian"
bool scheme_parse(struct slice name, enum scheme *ret_scheme);

// "lib/python3.12/site-packages" (purelib and platlib are one place), "python3.13t" for
// free-threaded builds.
struct slice scheme_site_directory(enum scheme scheme, const struct target *target,
				   struct arena *arena);
// "include/site/python3.12"; each project has a folder in it.
struct slice scheme_headers_directory(enum scheme scheme, const struct target *target,
				      struct arena *arena);
