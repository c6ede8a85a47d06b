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

#include "builder/builder.h"

// "lib/python3.12/site-packages" (purelib and platlib are one place), "python3.13t" for
// free-threaded builds.
struct slice scheme_site_directory(enum scheme scheme, const struct target *target,
				   struct arena *arena);
// "include/site/python3.12"; each project has a folder in it.
struct slice scheme_headers_directory(enum scheme scheme, const struct target *target,
				      struct arena *arena);
