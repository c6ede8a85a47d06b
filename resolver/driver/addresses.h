// SPDX-License-Identifier: MIT
// Which addresses the metadata of packages may name: `Requires-Dist: x @ https://…`, and the same in a build's
// requirements. Whoever wrote the package would else decide where another one comes from.
//
//	x is asked for, bounded or replaced by the user, or comes from an index of its own ──▶ never
//	no index is asked at all                                                          ──▶ never
//	ssh, http to another machine, a path of this one                                  ──▶ never
//	else                                         ──▶ where the user has allowed the name or the host
#pragma once

#include "base/arena.h"
#include "base/error.h"

struct index_config;

struct address_rules {
	const struct slice *allowed; // names of packages, and hosts: "host", "host:8443"
	size_t allowed_len;
	const struct index_config *places; // NULL: neither mappings nor --no-index
	struct {
		struct slice *items;
		size_t len, cap;
	} own_names; // normalized: of packages that the user says something of
};

struct address_claim {
	struct slice who;  // "web 1.0", for messages
	struct slice name; // of the package that is needed, normalized
	struct slice url;
	bool is_build; // of the requirements of a build, which no override replaces
};

// ERROR_INPUT, `refused`, which says who asks for what, and how it can be allowed, where it can.
NODISCARD int address_rules_check(const struct address_rules *rules,
				  const struct address_claim *claim, struct error *err);
// Of an address whose file is there already, as a record names it: the same, without the words.
bool address_rules_admit(const struct address_rules *rules, struct slice name,
			 struct slice url);
