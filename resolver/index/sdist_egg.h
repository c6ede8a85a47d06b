// SPDX-License-Identifier: MIT
// What an old source distribution (PKG-INFO below 2.2) says of its dependencies in the
// egg-info that setuptools put into it (md.3): the answer of setup.py on the author's
// machine. It is the best that can be had without running setup.py, and callers say so.
//
//	six>=1.9                      Requires-Dist: six>=1.9
//	[socks]                       Provides-Extra: socks
//	PySocks                       Requires-Dist: PySocks ; extra == "socks"
//	[:python_version<"3"]    →
//	futures                       Requires-Dist: futures ; (python_version<"3")
//	[test:sys_platform=="win32"]  Provides-Extra: test
//	colorama                      Requires-Dist: colorama ; (sys_platform=="win32") and extra == "test"
#pragma once

#include "resolver/index/sdist.h"

// Is its metadata version too old to say what is final (643.1)?
bool pkg_info_is_old(struct slice pkg_info);

// bytes as in sdist_walk; pkg_info: its PKG-INFO. SDIST_FOUND: *ret_text is the PKG-INFO
// with the dependencies of NAME.egg-info/requires.txt as headers before it; an egg-info
// without that file has none. SDIST_ABSENT: there is no egg-info of that name.
enum sdist_result sdist_egg_info(struct slice bytes, struct slice pkg_info,
				 struct arena *arena, struct slice *ret_text,
				 struct error *err);

// Turns requires.txt into headers of METADATA, each line with its end.
struct slice egg_requires_headers(struct arena *arena, struct slice requires);
