// SPDX-License-Identifier: MIT
// Writes what stands in P/bin; every byte of it is part of the layer format.
#include "builder/wheel/script.h"

// Kernels before 5.1 read 127 bytes of the first line and no blank inside the interpreter's
// path; where that is not enough, a shell starts Python (env.6).
struct slice script_shebang(struct slice python, struct arena *arena)
{
	enum { LONGEST_LINE = 127 };
	struct slice line = arena_printf(arena, "#!%.*s\n", SLICE_ARG(python));
	bool blank = slice_find_byte(python, ' ') != SLICE_NONE ||
		     slice_find_byte(python, '\t') != SLICE_NONE;
	if (line.len <= LONGEST_LINE && !blank)
		return line;
	return arena_printf(arena, "#!/bin/sh\n'''exec' \"%.*s\" \"$0\" \"$@\"\n' '''\n",
			    SLICE_ARG(python));
}

// The program of a console script: it imports one name and calls what it stands for (env.5).
struct slice script_of_entry_point(struct slice python, const struct entry_point *point,
				   struct arena *arena)
{
	struct buf text = { .arena = arena };
	buf_append(&text, script_shebang(python, arena));
	buf_append(&text, S("import sys\nfrom "));
	buf_append(&text, point->module);
	buf_append(&text, S(" import "));
	buf_append(&text, point->import);
	buf_append(&text, S("\nif __name__ == \"__main__\":\n    sys.exit("));
	buf_append(&text, point->attribute);
	buf_append(&text, S("())\n"));
	return buf_slice(&text);
}

bool script_wants_shebang(struct slice start)
{
	return slice_starts_with(start, S("#!python"));
}

// The environment's shebang takes the place of the script's first line (env.7).
struct slice script_with_shebang(struct slice python, struct slice script,
				 struct arena *arena)
{
	struct buf text = { .arena = arena };
	struct slice first = { 0 };
	slice_cut(&script, '\n', &first);
	buf_append(&text, script_shebang(python, arena));
	buf_append(&text, script);
	return buf_slice(&text);
}
