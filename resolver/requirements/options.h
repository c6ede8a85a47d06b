// SPDX-License-Identifier: MIT
// The option part of a line, `-r more.in --hash sha256:…`: it is split as a shell does,
// then looked up (req.3).
#pragma once

#include "resolver/requirements/lines.h"
#include "resolver/requirements/requirements.h"

enum line_option_kind {
	LINE_OPTION_RUN,         // of the whole run: enum option_kind says which
	LINE_OPTION_REQUIREMENT, // -r
	LINE_OPTION_CONSTRAINT,  // -c
	LINE_OPTION_EDITABLE,    // -e
	LINE_OPTION_HASH,
	LINE_OPTION_CONFIG_SETTINGS,
	LINE_OPTION_IGNORED,     // known, and without a meaning here
	LINE_OPTION_UNSUPPORTED, // pip knows it, pinbake does not yet
};

struct line_option {
	enum line_option_kind kind;
	enum option_kind run_kind;
	const char *name;       // "--hash", the long form
	struct slice value;     // "" for flags
	struct span span;       // option and value
	struct span value_span; // the value; that of the option for flags
	// The value in the line's text, quotes included; verbatim if there were none.
	size_t value_offset, value_len;
	bool value_is_verbatim;
};

struct line_options {
	struct line_option *items;
	size_t len, cap;
};

// Where the options of a line begin: at the first word with a leading '-'. The length of
// the text if there are none.
size_t line_options_start(struct slice text);

// Parses the options from `start` to the end. Problems go to diagnostics; -1 if there was
// one.
NODISCARD int line_options_parse(struct arena *arena, const struct logical_line *line,
				 size_t start, struct line_options *ret_options,
				 struct diagnostics *diagnostics);
