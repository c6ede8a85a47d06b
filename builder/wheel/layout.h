// SPDX-License-Identifier: MIT
// Where each entry of a wheel goes below the prefix (env.3, env.4; inst.1–inst.3), and
// which entries no wheel may have.
//
//	demo/a.py                       ──▶ S/demo/a.py
//	demo-1.0.data/scripts/run       ──▶ bin/run                              script
//	demo-1.0.data/data/share/x      ──▶ share/x
//	demo-1.0.data/headers/demo.h    ──▶ include/site/python3.12/demo/demo.h
//	demo/__pycache__/a.pyc          ──▶ nowhere                              dropped
#pragma once

#include "builder/wheel/tree.h"

struct layout_places {
	struct slice site;    // "lib/python3.12/site-packages"
	struct slice headers; // "include/site/python3.12"
	struct slice python;  // what scripts start: "/opt/venv/bin/python"
	unsigned strip;       // enum strip_rule: what stays out (env.11)
	bool system;          // the base's own folders: its library may not be replaced
};

struct layout_places layout_places_of(const struct tree_options *options,
				      struct arena *arena);

enum layout_role {
	LAYOUT_PLAIN,
	LAYOUT_SCRIPT,  // from .data/scripts
	LAYOUT_RECORD,  // RECORD itself: written anew
	LAYOUT_DROPPED, // directories, __pycache__, notes of another installer
};

struct layout_item {
	const struct zip_entry *zip;
	struct slice path; // relative to the prefix; "" where dropped
	enum layout_role role;
};

struct layout {
	struct slice dist_info; // "Demo-1.0.dist-info", as the wheel spells it (inst.5)
	struct slice distribution; // "Demo"
	struct layout_item *items; // one for every entry, in the archive's order
	size_t len;
};

// ERROR_INTEGRITY, naming file and entry: an absolute name, an empty, "." or ".."
// component, a backslash, NUL or other control character, a symbolic link or device
// (778.1), a component or path that is too long (tar.4), no or several dist-info folders
// or one of another project, a file in the dist-info or egg-info of another distribution
// or brought there by a data folder, an unknown .data scheme, a folder in scripts/, a path that
// the environment itself needs (bin/python, pyvenv.cfg, …).
NODISCARD int layout_of_wheel(const struct wheel_file *wheel,
			      const struct layout_places *places, struct arena *arena,
			      struct layout *ret_layout, struct error *err);

// The entry DIST_INFO/file_name, or NULL.
const struct zip_entry *layout_find_info(const struct layout *layout,
					 struct slice file_name);

// RECORD.jws and RECORD.p7s sign RECORD and therefore need no row in it (inst.2).
bool layout_needs_no_row(const struct layout *layout, struct slice entry_name);

// Is this path, relative to the prefix, a part of the skeleton (env.2), which no wheel
// may replace?
bool layout_is_reserved(const struct layout_places *places, struct slice path);
