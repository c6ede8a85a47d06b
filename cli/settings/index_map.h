// SPDX-License-Identifier: MIT
// Which index has which package, as the user says it: --index NAME=URL, --index-for PACKAGE=NAME.
//
// A package that is mapped comes from that index and from nowhere else; an index that is only named is asked for nothing
// else. So neither can a public index slip in a private name, nor a private one shadow a public name.
#pragma once

#include "cli/options.h"
#include "resolver/index/index.h"

struct index_map {
	struct {
		struct slice *items;
		size_t len, cap;
	} urls;
	struct {
		struct index_mapping *items;
		size_t len, cap;
	} mappings;
};

// Does each of the named indexes have a package to give? ERROR_USAGE for one that nothing is taken from.
NODISCARD int index_map_check(struct arena *arena, const struct text_list *named,
			      const struct text_list *wanted, struct error *err);
// named: "NAME=URL"; wanted: "PACKAGE=NAME" or "PACKAGE=URL", the package perhaps with a '*' at its end. ERROR_USAGE.
NODISCARD int index_map_read(struct arena *arena, const struct text_list *named,
			     const struct text_list *wanted, struct index_map *ret_map,
			     struct error *err);
