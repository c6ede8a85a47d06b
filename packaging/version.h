// SPDX-License-Identifier: MIT
// PEP 440 versions: parsing, order, normal form (440.1–440.5).
#pragma once

#include "base/arena.h"

// A number of any size: its decimal digits without leading zeros ("" is 0), and its value where it fits.
struct version_number {
	struct slice digits;
	uint64_t value; // saturates at UINT64_MAX
};

enum version_pre { PRE_NONE, PRE_ALPHA, PRE_BETA, PRE_RC };

struct version_local_part {
	bool is_number;
	struct version_number number;
	struct slice text; // lower case
};

struct version {
	struct slice text; // as written, without surrounding blanks; borrowed from the parsed slice
	struct version_number epoch;
	struct version_number *release; // at least one
	size_t release_len;
	enum version_pre pre;
	struct version_number pre_number;
	bool has_post, has_dev;
	struct version_number post_number, dev_number;
	struct version_local_part *local;
	size_t local_len; // 0: none
};

// False: not a PEP 440 version. The version borrows from text and allocates from the arena.
NODISCARD bool version_parse(struct arena *arena, struct slice text, struct version *ret_version);
bool version_is_valid(struct slice text); // would version_parse take it? Allocates nothing
int version_cmp(const struct version *a, const struct version *b);          // 440.1, local part included
int version_cmp_public(const struct version *a, const struct version *b);   // local parts ignored
bool version_is_prerelease(const struct version *version);                  // pre or dev (440.4)
struct slice version_normal(struct arena *arena, const struct version *version); // canonical text, local included
struct slice version_public_text(struct arena *arena, const struct version *version); // canonical, no local
