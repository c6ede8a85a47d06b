// SPDX-License-Identifier: MIT
// Looks the facts up in a log.
#include "builder/sdist/causes.h"

#include "builder/sdist/embedded.h"

// gcc: "fatal error: ffi.h: No such file"; clang: "fatal error: 'ffi.h' file not found".
static struct slice missing_header(struct slice log)
{
	struct slice before = S("fatal error: "), header;
	size_t at;
	while ((at = slice_find(log, before)) != SLICE_NONE) {
		log = slice_skip(log, at + before.len);
		struct slice line = log;
		size_t end = slice_find_byte(line, '\n');
		if (end != SLICE_NONE)
			line = slice_range(line, 0, end);
		if (!slice_contains(line, S("No such file")) &&
		    !slice_contains(line, S("file not found")))
			continue;
		bool quoted = slice_starts_with(line, S("'"));
		line = slice_skip(line, quoted);
		slice_cut(&line, quoted ? '\'' : ':', &header);
		return slice_trim(header);
	}
	return S("");
}

static bool fact_fits(struct slice text, struct slice log, struct slice header)
{
	struct slice word = S("header ");
	if (slice_starts_with(text, word))
		return header.len && slice_eq(header, slice_skip(text, word.len));
	return slice_contains(log, text);
}

struct build_cause build_cause_find(struct slice log)
{
	struct build_cause found = { .header = missing_header(log) };
	struct slice facts = { build_causes, build_causes_len }, line, text;
	bool more = true;
	while (more) {
		more = slice_cut(&facts, '\n', &line);
		if (!line.len || line.ptr[0] == '#')
			continue;
		slice_cut(&line, '|', &text);
		if (!fact_fits(text, log, found.header))
			continue;
		slice_cut(&line, '|', &found.cause);
		found.packages = line;
		return found;
	}
	return found;
}

struct slice build_log_tail(struct slice log, size_t count)
{
	size_t end = log.len, at;
	while (end > 0 && is_space(log.ptr[end - 1]))
		end--;
	for (at = end; at > 0 && count > 0; at--)
		if (log.ptr[at - 1] == '\n' && --count == 0)
			break;
	return slice_range(log, at, end);
}
