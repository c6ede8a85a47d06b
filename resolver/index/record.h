// SPDX-License-Identifier: MIT
// A project as one packed value of the store, which is used in place, without parsing or
// copying a page.
//
//	header │ releases │ files │ tag sets │ requires-python │ texts ║ cold rows │ cold texts
//	└─────────────── hot: under one CRC, looked at by choosing ──┘   └ one file's: when asked for
//
// Fixed-size rows with offsets into the texts, in the byte order of the machine (the
// store is a cache of one machine). A run that locks reads the hot part of each page. Of
// the cold rows, which are nine tenths of it, it reads those of chosen files only; each
// has a CRC of its own.
#pragma once

#include "resolver/index/index.h"
#include "resolver/index/value.h"

// A part of the store's layout; any change of a row, or of keys, changes it.
enum { RECORD_LAYOUT = 6 };

// False for a record that is damaged or of another layout, which is as good as none. The
// project borrows from the record, and takes from the arena what is asked of it later;
// its files get `index`.
NODISCARD bool record_open(struct slice record, uint32_t index, struct arena *arena,
			   struct project *ret_project);
// The same for a value of the store, of which only those parts are read that are looked
// at.
NODISCARD bool record_open_value(const struct value *value, uint32_t index,
				 struct arena *arena, struct project *ret_project);

// Brings all releases and files into the arena, as if they were read from a page, so that
// they can be changed. Does nothing for a project that is so already.
void record_expand(struct project *project, struct arena *arena);
