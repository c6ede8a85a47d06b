// SPDX-License-Identifier: MIT
// A project as one packed value of the store: read back without parsing a page
// (peers-lock 4.6).
//
//	header │ releases │ hot rows of files │ cold rows of files │ texts
//
// Fixed-size rows with offsets into the texts, in the byte order of the machine (the
// store is a cache of one machine). What choosing needs stands in the hot rows, what only
// a chosen file needs in the cold ones. A CRC covers all of it.
#pragma once

#include "resolver/index/index.h"

// Part of the store's layout; any change of a row changes it
enum { RECORD_LAYOUT = 1 };

// Name, status, releases and files of a project that was found; not `index` of the files,
// `index_url`, `state`, `error`.
struct slice record_pack(const struct project *project, struct arena *arena);

// False for a record that is damaged or of another layout: as good as none. The project
// borrows texts from the record; its files get `index`.
NODISCARD bool record_unpack(struct slice record, uint32_t index, struct arena *arena,
			     struct project *ret_project);
