// SPDX-License-Identifier: MIT
// An environment that is there already, before install replaces it: whose it is, which
// files belong to its packages, and which to nobody.
#pragma once

#include "base/folder.h"
#include "base/map.h"

struct former_package {
	// Relative to the prefix: "lib/python3.12/site-packages/demo-1.0.dist-info"
	struct slice dist_info;
	struct slice record;    // bytes of its RECORD, "" without one
	struct slice installer; // "pinbake", "pip", …
};

struct former {
	const struct folder *root; // the prefix
	struct arena *arena;
	struct former_package *packages;
	size_t len, cap;
	struct map owners; // path relative to the prefix -> package, the first to list it
	struct map contested;    // paths that several packages list
	struct slice pyvenv_cfg; // "" without one
};

// Reads dist-info folders below lib/python*/site-packages, through no link. Texts live in arena, and root is borrowed. A
// package whose RECORD is missing or unreadable owns nothing but its dist-info.
NODISCARD int former_read(const struct folder *root, struct arena *arena,
			  struct former *ret_former, struct error *err);

// What lies in one dist-info folder; "" for a file that is not there.
struct former_files {
	struct slice site;      // "lib/python3.12/site-packages"
	struct slice dist_info; // "demo-1.0.dist-info"
	struct slice record, installer;
};

// Adds the package, whose files are those that its RECORD lists below the prefix. Texts
// are borrowed. former_read calls it for each folder that it finds.
void former_add(struct former *former, const struct former_files *files);

// pyvenv.cfg and at least one package of ours; without any package pyvenv.cfg must be the
// very one we would write.
bool former_is_ours(const struct former *former, struct slice our_pyvenv_cfg);

// Does the package with this dist-info and RECORD lie there, and does it alone own the
// path?
bool former_owns(const struct former *former, struct slice path, struct slice record_path,
		 struct slice record);

// Files and links, relative to the prefix, that no package lists and that are neither
// bytecode, dist-info nor a part of the skeleton: somebody put them there. In walk order.
NODISCARD int former_strangers(const struct former *former, struct name_list *ret_paths,
			       struct error *err);
