// SPDX-License-Identifier: MIT
// What stands before and after an entry's data in a zip archive. Readers that stream believe it, those that seek believe
// the directory: an archive is one file for both only if the two agree.
#pragma once

#include "base/zip.h"

enum zip_flag {
	ZIP_FLAG_LATE = 1 << 3,  // sizes and checksum follow the data
	ZIP_FLAG_UTF8 = 1 << 11, // of the name
	ZIP_FLAGS_ENCRYPTED = 1 << 0 | 1 << 6 | 1 << 13,
};

// rest: the archive's bytes from the entry's local header on, as far as they are at hand. ERROR_INTEGRITY, naming the
// entry: no header, another name, flags, method, checksum or sizes than in the directory, or data that do not end where
// the next entry or the directory begins.
NODISCARD int zip_local_data(const struct zip_entry *entry, struct slice rest,
			     struct slice *ret_data, struct error *err);

// The bytes of extra field `id`, the first of them; NULL where there is none. ret_twice: there is another (or NULL).
struct slice zip_extra_field(struct slice extra, uint16_t id, bool *ret_twice);
// A field that some readers take the name from says the same name as all read.
bool zip_extra_keeps_name(struct slice extra, struct slice name);

// -1, with "zip entry 'name' what".
int zip_entry_error(const struct zip_entry *entry, struct error *err, const char *what);
