// SPDX-License-Identifier: MIT
// PEP 440 versions: parsing, order, normal form (440.1–440.5).
//
//	" V1.0-Alpha_2 "   epoch 0, release 1 0, pre alpha 2   normal form "1.0a2"
//	"1!2.3.post4.dev5+Cu-118"   epoch 1, release 2 3, post 4, dev 5, local "cu" 118
#pragma once

#include "base/arena.h"

// A number of any size: its decimal digits without leading zeros ("" is 0), and its value
// if that fits.
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
	struct slice text; // as written, without surrounding blanks; borrowed
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

// False: not a PEP 440 version. The version borrows from text and allocates from the
// arena.
NODISCARD bool version_parse(struct arena *arena, struct slice text,
			     struct version *ret_version);

// Would version_parse take it? Allocates nothing.
bool version_is_valid(struct slice text);

// <0, 0, >0 in the order of versions (440.1), with the local part or without it.
int version_cmp(const struct version *a, const struct version *b);
int version_cmp_public(const struct version *a, const struct version *b);

bool version_is_prerelease(const struct version *version); // pre or dev (440.4)

// Canonical text, new in the arena: the same for two spellings of a version (but for
// zeros at the end of the release, which are kept).
struct slice version_normal(struct arena *arena, const struct version *version);
