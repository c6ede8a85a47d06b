// SPDX-License-Identifier: MIT
// What makers of trees have in common.
#pragma once

#include "builder/wheel/tree.h"

struct tree_entry *tree_push(struct arena *arena, struct tree *tree); // to be filled
// For qsort of entries: in walk order, those of one path by their wheels.
int tree_by_walk_then_wheel(const void *left, const void *right);
