// SPDX-License-Identifier: MIT
// What a source tree says of its project without being built: [project] of
// pyproject.toml (PEP 621) and, of setuptools' older form, setup.cfg; as headers of
// metadata that is final (643.1).
//
//	[project]                            Metadata-Version: 2.2
//	name = "web"                         Name: web
//	version = "1.0"                      Version: 1.0
//	dependencies = ["flask>=2"]     →    Requires-Dist: flask>=2
//	[project.optional-dependencies]      Provides-Extra: fast
//	fast = ["uvloop; os_name=='posix'"]  Requires-Dist: uvloop ; (os_name=='posix') and extra == "fast"
#pragma once

#include "base/arena.h"
#include "base/error.h"

// What is known from elsewhere (the file name of a source distribution). What is "" has
// to be in the file, and not in `dynamic`.
struct static_known {
	struct slice name, version;
};

// True with *ret_headers; else *ret_why says, to follow "its pyproject.toml", why not.
// None of dependencies, optional-dependencies and requires-python may be in `dynamic`,
// even where it has a value (621.1, 808.1).
bool static_project_headers(struct slice pyproject, const struct static_known *known,
			    struct arena *arena, struct slice *ret_headers,
			    struct slice *ret_why);

// The texts of the files that setuptools reads; "" for one that is not there.
struct static_setup {
	struct slice setup_cfg, setup_py, pyproject;
};

// The same of setup.cfg, if nothing else can have a say: there is no [project], the
// backend is setuptools and requires nothing but itself and wheel, and setup.py is not
// there or only calls setup().
bool static_setup_cfg_headers(const struct static_setup *setup,
			      const struct static_known *known, struct arena *arena,
			      struct slice *ret_headers, struct slice *ret_why);

// --- for both: one requirement, as written, under an extra ("" for none)
void static_put_requirement(struct buf *out, struct slice text, struct slice extra);
