// SPDX-License-Identifier: MIT
// Looks the facts up in a log.
#include "builder/sdist/causes.h"

#include "builder/sdist/embedded.h"

// Takes what follows `before` in the next line that has it; *log goes on from there.
// False where no line has it any more.
static bool next_after(struct slice *log, struct slice before, struct slice *ret_rest)
{
	size_t at = slice_find(*log, before);
	if (at == SLICE_NONE)
		return false;
	*log = slice_skip(*log, at + before.len);
	size_t end = slice_find_byte(*log, '\n');
	*ret_rest = end == SLICE_NONE ? *log : slice_range(*log, 0, end);
	return true;
}

// gcc: "fatal error: ffi.h: No such file"; clang: "fatal error: 'ffi.h' file not found".
static struct slice missing_header(struct slice log)
{
	struct slice line, header;
	while (next_after(&log, S("fatal error: "), &line)) {
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

// Takes what stands between two texts that follow each other in one line, in the last
// line that has both.
static struct slice between(struct slice log, struct slice before, struct slice after)
{
	struct slice found = S(""), line;
	while (next_after(&log, before, &line)) {
		size_t end = slice_find(line, after);
		if (end != SLICE_NONE)
			found = slice_range(line, 0, end);
	}
	return found;
}

// What tools write around the name of something that they miss.
struct frame {
	const char *before, *after;
};

static bool is_any(struct slice name)
{
	return name.len > 0;
}

static bool is_bare(struct slice name)
{
	return name.len && slice_find_byte(name, '/') == SLICE_NONE &&
	       slice_find_byte(name, ' ') == SLICE_NONE;
}

// The name in the first frame that has one of the wanted kind.
static struct slice framed(struct slice log, const struct frame *frames, size_t len,
			   bool (*is_wanted)(struct slice name))
{
	for (size_t i = 0; i < len; i++) {
		struct slice name = between(log, slice_from(frames[i].before),
					    slice_from(frames[i].after));
		if (is_wanted(name))
			return name;
	}
	return S("");
}

// A library as pkg-config calls it: by pkg-config itself, and by Meson.
static struct slice missing_library(struct slice log)
{
	static const struct frame frames[] = {
		{ "ERROR: Dependency \"", "\" not found" },
		{ "Package '", "', required by 'virtual:world', not found" },
		{ "Package ", " was not found in the pkg-config search path" },
		{ "No package '", "' found" },
	};
	return framed(log, frames, sizeof(frames) / sizeof(*frames), is_any);
}

// A program that Python or a shell looked for on PATH.
static struct slice missing_program(struct slice log)
{
	static const struct frame frames[] = {
		{ "No such file or directory: '", "'" },
		{ "sh: 1: ", ": not found" },
		{ "sh: line 1: ", ": command not found" },
		{ "make: ", ": No such file or directory" },
	};
	return framed(log, frames, sizeof(frames) / sizeof(*frames), is_bare);
}

// "header NAME", "library NAME" and "program NAME" are about what is missing, all else
// about the log's words.
static bool fact_fits(struct slice text, struct slice log,
		      const struct build_cause *missing)
{
	const struct {
		struct slice word, name;
	} kinds[] = {
		{ S("header "), missing->header },
		{ S("library "), missing->library },
		{ S("program "), missing->program },
	};
	for (size_t i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (slice_starts_with(text, kinds[i].word))
			return kinds[i].name.len &&
			       slice_eq(kinds[i].name,
					slice_skip(text, kinds[i].word.len));
	return slice_contains(log, text);
}

struct build_cause build_cause_find(struct slice log)
{
	struct build_cause found = { .header = missing_header(log),
				     .library = missing_library(log),
				     .program = missing_program(log) };
	struct slice facts = { build_causes, build_causes_len }, line, text;
	bool more = true;
	while (more) {
		more = slice_cut(&facts, '\n', &line);
		if (!line.len || line.ptr[0] == '#')
			continue;
		slice_cut(&line, '|', &text);
		if (!fact_fits(text, log, &found))
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
