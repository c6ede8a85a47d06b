// SPDX-License-Identifier: MIT
// What the stages of lock_read share: whole file (read.c), package (read_package.c),
// distribution file (read_file.c). Private to lockfile/.
//
// Each takes a value that is known to be a table and fills in what it can; problems go to
// the diagnostics and reading goes on, so that one run reports them all. lock_read fails
// if there was any.
#pragma once

#include "base/toml.h"
#include "lockfile/lockfile.h"

struct lock_reader {
	const struct source *source;
	struct arena *arena;
	struct diagnostics *diagnostics;
	bool remote; // fetched from elsewhere: its paths may not leave its folder (751.6)
	unsigned depth; // of build records in build records
};

#define read_error(reader, span, ...)                                               \
	diagnostics_add((reader)->diagnostics, SEVERITY_ERROR, ERROR_INPUT, (span), \
			__VA_ARGS__)
#define read_warning(reader, span, ...)                                               \
	diagnostics_add((reader)->diagnostics, SEVERITY_WARNING, ERROR_INPUT, (span), \
			__VA_ARGS__)

// Has the text a control character, or one that ends or turns a line? No text in a lock
// has more than one line: one that had could add lines where it is written out again, as
// in a requirements file.
bool read_has_control(struct slice text);

// The value of a key, which must have the exact type (toml.1) and, if it is a string, no
// control characters. NULL after an error or if it is absent. An absent one that is
// required is an error at the table: "'created-by' is missing".
const struct toml_value *read_optional(struct lock_reader *reader,
				       const struct toml_value *table, struct slice key,
				       enum toml_type type);
const struct toml_value *read_required(struct lock_reader *reader,
				       const struct toml_value *table, struct slice key,
				       enum toml_type type);
struct slice read_text(struct lock_reader *reader, const struct toml_value *table,
		       struct slice key); // or ""
struct slice read_required_text(struct lock_reader *reader,
				const struct toml_value *table, struct slice key);

// Reads an array whose items all have one type. Items of another type are errors and left
// out. Returns how many there are.
size_t read_items(struct lock_reader *reader, const struct toml_value *table,
		  struct slice key, enum toml_type type,
		  const struct toml_value ***ret_items);
// Reads the strings of an array as they stand.
size_t read_texts(struct lock_reader *reader, const struct toml_value *table,
		  struct slice key, struct slice **ret_texts);

// Read and check markers and specifier sets; where: see marker_parse.
struct marker *read_marker(struct lock_reader *reader, const struct toml_value *value,
			   enum marker_where where);
struct slice read_requires_python(struct lock_reader *reader,
				  const struct toml_value *table);

// Reads the url or path of a file or tree: one of them must be there (751.6). Credentials
// are cut out of the URL.
void read_location(struct lock_reader *reader, const struct toml_value *table,
		   struct slice *ret_url, struct slice *ret_path);
struct slice read_url(struct lock_reader *reader, const struct toml_value *table,
		      struct slice key);
struct slice read_path(struct lock_reader *reader, const struct toml_value *table);
struct slice read_subdirectory(struct lock_reader *reader,
			       const struct toml_value *table);

void read_lock_file(struct lock_reader *reader, const struct toml_value *table,
		    enum lock_file_kind kind, struct lock_file *ret_file);
// The same for a file that has no url and no path, but a name.
void read_built_file(struct lock_reader *reader, const struct toml_value *table,
		     struct lock_file *ret_file);
void read_lock_package(struct lock_reader *reader, const struct toml_value *table,
		       struct lock_package *ret_package);
// Reads named-by of [packages.tool.pinbake]; what is no name is passed over.
void read_named_by(struct lock_reader *reader, const struct toml_value *table,
		   struct lock_package *package);
// Reads [[packages.tool.pinbake.builds]] of a package's table. A record that is wrong
// costs a warning and itself (751.15).
void read_builds(struct lock_reader *reader, const struct toml_value *table,
		 struct lock_package *package);
