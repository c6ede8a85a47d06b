// SPDX-License-Identifier: MIT
// Splits a line into words and options. Markers never come here, since a shell's quoting
// would spoil them (req.3).
#include "resolver/requirements/options.h"

#include "packaging/name.h"

struct option_info {
	const char *name;
	char letter; // of the short form; 0 for none
	bool takes_value;
	enum line_option_kind kind;
	enum option_kind run_kind;
};

static const struct option_info known_options[] = {
	{ "--requirement", 'r', true, LINE_OPTION_REQUIREMENT, 0 },
	{ "--constraint", 'c', true, LINE_OPTION_CONSTRAINT, 0 },
	{ "--editable", 'e', true, LINE_OPTION_EDITABLE, 0 },
	{ "--hash", 0, true, LINE_OPTION_HASH, 0 },
	{ "--config-settings", 'C', true, LINE_OPTION_CONFIG_SETTINGS, 0 },
	{ "--index-url", 'i', true, LINE_OPTION_RUN, OPTION_INDEX_URL },
	{ "--pypi-url", 0, true, LINE_OPTION_RUN, OPTION_INDEX_URL },
	{ "--extra-index-url", 0, true, LINE_OPTION_RUN, OPTION_EXTRA_INDEX_URL },
	{ "--no-index", 0, false, LINE_OPTION_RUN, OPTION_NO_INDEX },
	{ "--find-links", 'f', true, LINE_OPTION_RUN, OPTION_FIND_LINKS },
	{ "--no-binary", 0, true, LINE_OPTION_RUN, OPTION_NO_BINARY },
	{ "--only-binary", 0, true, LINE_OPTION_RUN, OPTION_ONLY_BINARY },
	{ "--pre", 0, false, LINE_OPTION_RUN, OPTION_PRE },
	{ "--prefer-binary", 0, false, LINE_OPTION_RUN, OPTION_PREFER_BINARY },
	{ "--require-hashes", 0, false, LINE_OPTION_RUN, OPTION_REQUIRE_HASHES },
	{ "--trusted-host", 0, true, LINE_OPTION_RUN, OPTION_TRUSTED_HOST },
	{ "--use-feature", 0, true, LINE_OPTION_RUN, OPTION_USE_FEATURE },
	// Tells pip not to ask for the hashes of all requirements because one has them,
	// which pinbake never does.
	{ "--no-require-hashes", 0, false, LINE_OPTION_IGNORED, 0 },
	{ "--all-releases", 0, true, LINE_OPTION_UNSUPPORTED, 0 },
	{ "--only-final", 0, true, LINE_OPTION_UNSUPPORTED, 0 },
};
enum { KNOWN_OPTIONS = sizeof(known_options) / sizeof(*known_options) };

struct word {
	struct slice text;
	size_t offset, len; // in the line's text, quotes included
	bool verbatim;
};

struct words {
	struct word *items;
	size_t len, cap;
};

struct parser {
	struct arena *arena;
	const struct logical_line *line;
	struct diagnostics *diagnostics;
	struct words words;
	size_t next; // word
};

static struct span word_span(const struct parser *p, const struct word *word)
{
	return line_span(p->line, word->offset, word->len);
}

size_t line_options_start(struct slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '-' && (i == 0 || is_blank(text.ptr[i - 1])))
			return i;
	return text.len;
}

// Splits off a word as a POSIX shell does: '…' is verbatim; a backslash escapes '"' and
// '\' in "…", and anything elsewhere.
static int split_word(struct parser *p, struct slice text, size_t *at)
{
	size_t start = *at, i = start;
	struct buf buf = { .arena = p->arena };
	char quote = 0;
	for (; i < text.len && (quote || !is_space(text.ptr[i])); i++) {
		char c = text.ptr[i];
		bool escapes =
			i + 1 < text.len && c == '\\' && quote != '\'' &&
			(!quote || text.ptr[i + 1] == '"' || text.ptr[i + 1] == '\\');
		if (escapes)
			buf_byte(&buf, text.ptr[++i]);
		else if (quote ? c == quote : c == '"' || c == '\'')
			quote = quote ? 0 : c;
		else
			buf_byte(&buf, c);
	}
	if (quote) {
		diagnostics_add(p->diagnostics, SEVERITY_ERROR, ERROR_INPUT,
				line_span(p->line, start, i - start),
				"the quote %c is not closed", quote);
		return -1;
	}
	struct slice raw = slice_range(text, start, i), cooked = buf_slice(&buf);
	bool verbatim = slice_eq(raw, cooked);
	*array_push(p->arena, &p->words) =
		(struct word){ verbatim ? raw : cooked, start, i - start, verbatim };
	*at = i;
	return 0;
}

static int split_words(struct parser *p, size_t at)
{
	struct slice text = p->line->text;
	while (at < text.len) {
		if (is_space(text.ptr[at]))
			at++;
		else if (split_word(p, text, &at) < 0)
			return -1;
	}
	return 0;
}

// Options may be cut short if that is unique, as with Python's optparse.
static const struct option_info *find_long(struct slice name)
{
	const struct option_info *found = NULL;
	for (size_t i = 0; i < KNOWN_OPTIONS; i++) {
		struct slice known = slice_from(known_options[i].name);
		if (slice_eq(known, name))
			return &known_options[i];
		if (name.len <= 2 || !slice_starts_with(known, name))
			continue;
		if (found)
			return NULL;
		found = &known_options[i];
	}
	return found;
}

static const struct option_info *find_short(char letter)
{
	for (size_t i = 0; i < KNOWN_OPTIONS; i++)
		if (letter && known_options[i].letter == letter)
			return &known_options[i];
	return NULL;
}

static void hint_nearest(struct slice name, struct error *err)
{
	enum { NEAR = 2 };
	size_t best = NEAR + 1;
	for (size_t i = 0; i < KNOWN_OPTIONS; i++) {
		size_t distance =
			name_distance(name, slice_from(known_options[i].name), NEAR);
		if (distance < best) {
			best = distance;
			error_hint(err, "did you mean '%s'?", known_options[i].name);
		}
	}
}

static int fail_unknown(struct parser *p, const struct word *word, struct slice name)
{
	struct error *err = diagnostics_add(p->diagnostics, SEVERITY_ERROR, ERROR_INPUT,
					    word_span(p, word), "unknown option '%.*s'",
					    SLICE_ARG(name));
	hint_nearest(name, err);
	if (slice_eq(name, S("--")))
		error_hint(err, "a requirement stands before its options");
	return -1;
}

static int fail_stray(struct parser *p, const struct word *word)
{
	struct error *err =
		diagnostics_add(p->diagnostics, SEVERITY_ERROR, ERROR_INPUT,
				word_span(p, word), "unexpected '%.*s' after an option",
				SLICE_ARG(word->text));
	if (slice_starts_with(word->text, S(";")))
		error_hint(
			err,
			"quote the value together with its marker: -e 'NAME @ URL ; MARKER'");
	else
		error_hint(err, "put it on a line of its own");
	return -1;
}

static void add_option(struct parser *p, struct line_options *options,
		       const struct option_info *info, const struct word *option,
		       const struct word *value)
{
	size_t end = value ? value->offset + value->len : option->offset + option->len;
	const struct word *valued = value ? value : option;
	struct line_option *added = array_push(p->arena, options);
	*added = (struct line_option){
		.kind = info->kind,
		.run_kind = info->run_kind,
		.name = info->name,
		.value = value ? value->text : S(""),
		.span = line_span(p->line, option->offset, end - option->offset),
		.value_span = word_span(p, valued),
		.value_offset = valued->offset,
		.value_len = valued->len,
		.value_is_verbatim = valued->verbatim,
	};
}

// The value that is glued to its option, as in `--hash=x` or `-rx`: the word from byte
// `from` on.
static struct word rest_of_word(const struct word *word, size_t from)
{
	struct word rest = *word;
	rest.text = slice_skip(word->text, from);
	if (word->verbatim) {
		rest.offset += from;
		rest.len -= from;
	}
	return rest;
}

static int parse_valued(struct parser *p, struct line_options *options,
			const struct option_info *info, const struct word *option,
			const struct word *glued)
{
	const struct word *value = glued;
	if (!info->takes_value && glued) {
		diagnostics_add(p->diagnostics, SEVERITY_ERROR, ERROR_INPUT,
				word_span(p, option), "'%s' takes no value", info->name);
		return -1;
	}
	if (info->takes_value && !glued && p->next < p->words.len)
		value = &p->words.items[p->next++];
	if (info->takes_value && (!value || value->text.len == 0)) {
		diagnostics_add(p->diagnostics, SEVERITY_ERROR, ERROR_INPUT,
				word_span(p, option), "'%s' needs a value", info->name);
		return -1;
	}
	add_option(p, options, info, option, value);
	return 0;
}

static int parse_option(struct parser *p, struct line_options *options)
{
	const struct word *word = &p->words.items[p->next++];
	struct slice text = word->text;
	if (slice_starts_with(text, S("--"))) {
		size_t equals = slice_find_byte(text, '=');
		struct slice name =
			slice_range(text, 0, equals == SLICE_NONE ? text.len : equals);
		const struct option_info *info = find_long(name);
		if (!info)
			return fail_unknown(p, word, name);
		struct word glued = rest_of_word(word, name.len + 1);
		return parse_valued(p, options, info, word,
				    equals == SLICE_NONE ? NULL : &glued);
	}
	if (text.len < 2 || text.ptr[0] != '-')
		return fail_stray(p, word);
	const struct option_info *info = find_short(text.ptr[1]);
	if (!info)
		return fail_unknown(p, word, text);
	struct word glued = rest_of_word(word, 2);
	return parse_valued(p, options, info, word, text.len > 2 ? &glued : NULL);
}

int line_options_parse(struct arena *arena, const struct logical_line *line, size_t start,
		       struct line_options *ret_options, struct diagnostics *diagnostics)
{
	struct parser p = { .arena = arena, .line = line, .diagnostics = diagnostics };
	struct line_options options = { 0 };
	if (split_words(&p, start) < 0)
		return -1;
	while (p.next < p.words.len)
		if (parse_option(&p, &options) < 0)
			return -1;
	*ret_options = options;
	return 0;
}
