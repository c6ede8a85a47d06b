// SPDX-License-Identifier: MIT
// Tells names, paths and URLs apart, and reads what belongs to each: extras, marker, egg
// name, hashes.
#include "resolver/requirements/entry.h"

#include "base/display.h"
#include "base/text.h"
#include "packaging/token.h"

struct parser {
	struct arena *arena;
	const struct entry_text *from;
	struct diagnostics *diagnostics;
};

static struct span place(const struct parser *p, size_t offset, size_t len)
{
	const struct entry_text *from = p->from;
	return from->verbatim ? line_span(from->line, from->offset + offset, len)
			      : line_span(from->line, from->offset, from->len);
}

// Passes on an error of requirement_parse with its place.
static int report(struct parser *p, const struct error *cause, size_t offset, size_t len)
{
	struct error *err = diagnostics_add(p->diagnostics, SEVERITY_ERROR, ERROR_INPUT,
					    place(p, offset, len), "%s", cause->cause);
	if (cause->hint[0])
		error_hint(err, "%s", cause->hint);
	return -1;
}

static bool starts_with_any(struct slice text, const char *const *prefixes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct slice prefix = slice_from(prefixes[i]);
		if (slice_eq_ignore_case(slice_range(text, 0, prefix.len), prefix))
			return true;
	}
	return false;
}

static bool is_vcs_url(struct slice text)
{
	static const char *const prefixes[] = { "git+", "hg+",  "svn+", "bzr+",
						"git:", "ssh:", "sftp:" };
	return starts_with_any(text, prefixes, sizeof(prefixes) / sizeof(*prefixes));
}

static bool is_url(struct slice text)
{
	static const char *const prefixes[] = { "http:", "https:", "ftp:", "file:" };
	return starts_with_any(text, prefixes, sizeof(prefixes) / sizeof(*prefixes)) ||
	       is_vcs_url(text);
}

static bool is_archive(struct slice text)
{
	static const char *const ends[] = {
		".whl", ".zip", ".tar.gz", ".tgz",    ".tar", ".tar.bz2",
		".tbz", ".txz", ".tar.xz", ".tar.lz", ".tlz", ".tar.lzma"
	};
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (slice_ends_with(text, slice_from(ends[i])))
			return true;
	return false;
}

static bool is_requirement_punctuation(char c)
{
	return c == '=' || c == '<' || c == '>' || c == '!' || c == '@' || c == '(' ||
	       c == '[' || c == ' ';
}

// The disk is not asked: a path has a leading dot, or a slash before anything that only a
// requirement has.
static bool looks_like_path(struct slice text)
{
	if (text.len && (text.ptr[0] == '.' || text.ptr[0] == '/'))
		return true;
	for (size_t i = 0; i < text.len && !is_requirement_punctuation(text.ptr[i]); i++)
		if (text.ptr[i] == '/' || text.ptr[i] == '\\')
			return true;
	return false;
}

// The offset of the marker's ';', or the length. In a URL a ';' counts only before a
// blank (508.4).
static size_t find_marker(struct slice text, bool url)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == ';' &&
		    (!url || i + 1 == text.len || is_blank(text.ptr[i + 1])))
			return i;
	return text.len;
}

// The offset of "[extras]" at the end of a path, or its length.
static size_t find_path_extras(struct slice path)
{
	size_t open = slice_find_last_byte(path, '[');
	return slice_ends_with(path, S("]")) && open != SLICE_NONE && open > 0 &&
			       open + 2 < path.len
		       ? open
		       : path.len;
}

// Reads the extras and the marker of something without a name by lending it one.
static int parse_nameless(struct parser *p, struct slice extras, size_t extras_at,
			  struct slice marker, size_t marker_at,
			  struct requirement *ret_requirement)
{
	struct slice lent = arena_printf(p->arena, "x%.*s%s%.*s", SLICE_ARG(extras),
					 marker.len ? ";" : "", SLICE_ARG(marker));
	struct requirement_bad bad;
	struct error err;
	if (requirement_parse(p->arena, lent, REQUIREMENT_STRICT, ret_requirement, &bad,
			      &err) < 0) {
		bool in_extras = bad.offset < 1 + extras.len;
		size_t at = in_extras ? extras_at + bad.offset - 1
				      : marker_at + bad.offset - 2 - extras.len;
		return report(p, &err, at, bad.len);
	}
	ret_requirement->name = ret_requirement->raw_name = S("");
	return 0;
}

// A path or address that no lock could hold.
static int check_address(struct parser *p, struct slice text, struct slice address)
{
	size_t bad = display_find_control(address);
	if (bad == SLICE_NONE)
		return 0;
	struct error err;
	struct slice token = token_at(address, bad);
	error_set(&err, ERROR_INPUT, "%s is not allowed in a path or an address",
		  token_describe(token).text);
	return report(p, &err, (size_t)(address.ptr - text.ptr) + bad, token.len);
}

static int parse_path(struct parser *p, struct slice text,
		      struct requirement_entry *entry)
{
	size_t semicolon = find_marker(text, false);
	struct slice path = slice_trim(slice_range(text, 0, semicolon));
	if (check_address(p, text, path) < 0)
		return -1;
	size_t extras_at = find_path_extras(path);
	struct slice marker = slice_skip(text, semicolon + 1);
	if (parse_nameless(p, slice_skip(path, extras_at), extras_at,
			   slice_trim(marker).len ? marker : S(""), semicolon + 1,
			   &entry->requirement) < 0)
		return -1;
	entry->path = slice_range(path, 0, extras_at);
	return 0;
}

static int parse_egg(struct parser *p, struct slice text, struct slice egg,
		     struct requirement *requirement)
{
	struct requirement named;
	struct requirement_bad bad;
	struct error err;
	size_t at = (size_t)(egg.ptr - text.ptr);
	if (requirement_parse(p->arena, egg, REQUIREMENT_STRICT, &named, &bad, &err) < 0)
		return report(p, &err, at + bad.offset, bad.len);
	if (named.specifiers.len || named.url.len || named.marker) {
		error_set(&err, ERROR_INPUT,
			  "'#egg=' takes a name and extras only, found '%.*s'",
			  SLICE_ARG(egg));
		return report(p, &err, at, egg.len);
	}
	requirement->name = named.name;
	requirement->raw_name = named.raw_name;
	requirement->extras = named.extras;
	requirement->extras_len = named.extras_len;
	return 0;
}

static int parse_url(struct parser *p, struct slice text, struct requirement_entry *entry)
{
	size_t semicolon = find_marker(text, true);
	struct slice url = slice_trim(slice_range(text, 0, semicolon));
	struct slice marker = slice_skip(text, semicolon + 1);
	struct slice egg = url_fragment(url, S("egg"));
	if (check_address(p, text, url) < 0)
		return -1;
	if (parse_nameless(p, S(""), 0, slice_trim(marker).len ? marker : S(""),
			   semicolon + 1, &entry->requirement) < 0)
		return -1;
	if (egg.len == 0) {
		entry->path = url;
		return 0;
	}
	entry->requirement.url = url;
	return parse_egg(p, text, egg, &entry->requirement);
}

// pip takes "name;" for "name".
static struct slice without_empty_marker(struct slice text)
{
	struct slice cut = text;
	cut.len -= slice_ends_with(text, S(";"));
	return slice_trim(cut);
}

static int parse_named(struct parser *p, struct slice text,
		       struct requirement_entry *entry)
{
	struct requirement_bad bad;
	struct error err;
	if (requirement_parse(p->arena, without_empty_marker(text), REQUIREMENT_STRICT,
			      &entry->requirement, &bad, &err) < 0)
		return report(p, &err, bad.offset, bad.len);
	size_t at = slice_find(text, entry->requirement.url);
	return at == SLICE_NONE
		       ? 0
		       : check_address(p, text,
				       slice_range(text, at,
						   at + entry->requirement.url.len));
}

// -e takes a path, a VCS URL or "name @ URL", never a name alone.
static bool is_direct(struct slice text)
{
	size_t at = slice_find_byte(text, '@');
	return at != SLICE_NONE && !looks_like_path(slice_range(text, 0, at)) &&
	       is_url(slice_trim(slice_skip(text, at + 1)));
}

int entry_parse(struct arena *arena, const struct entry_text *from,
		struct requirement_entry *ret_entry, struct diagnostics *diagnostics)
{
	struct parser p = { arena, from, diagnostics };
	struct slice text = from->text;
	struct slice before_marker =
		slice_trim(slice_range(text, 0, find_marker(text, false)));
	struct requirement_entry entry = { .editable = from->editable, .path = S("") };
	bool archive = is_archive(
		slice_range(before_marker, 0, find_path_extras(before_marker)));
	int result;
	if (is_url(text))
		result = parse_url(&p, text, &entry);
	else if (is_direct(text))
		result = parse_named(&p, text, &entry);
	else if (from->editable || looks_like_path(before_marker) || archive)
		result = parse_path(&p, text, &entry);
	else
		result = parse_named(&p, text, &entry);
	if (result < 0)
		return -1;
	entry.span = place(&p, 0, text.len);
	entry.requirement.text = text;
	*ret_entry = entry;
	return 0;
}

int entry_parse_hash(struct arena *arena, struct slice value, struct span span,
		     struct requirement_hash *ret_hash, struct diagnostics *diagnostics)
{
	static const struct {
		const char *name;
		size_t digits;
	} algorithms[] = { { "sha256", 64 }, { "sha384", 96 }, { "sha512", 128 } };
	struct slice hex = value, algorithm;
	bool has_colon = slice_cut(&hex, ':', &algorithm);
	for (size_t i = 0; has_colon && i < sizeof(algorithms) / sizeof(*algorithms);
	     i++) {
		if (!slice_eq_ignore_case(algorithm, slice_from(algorithms[i].name)))
			continue;
		if (hex.len == algorithms[i].digits && slice_is_hex(hex)) {
			*ret_hash =
				(struct requirement_hash){ slice_from(algorithms[i].name),
							   slice_lower(arena, hex),
							   span };
			return 0;
		}
		diagnostics_add(
			diagnostics, SEVERITY_ERROR, ERROR_INPUT, span,
			"expected %zu hexadecimal digits after '%s:', found %zu characters",
			algorithms[i].digits, algorithms[i].name, hex.len);
		return -1;
	}
	struct error *err = diagnostics_add(
		diagnostics, SEVERITY_ERROR, ERROR_INPUT, span,
		"expected 'sha256:', 'sha384:' or 'sha512:' and digits, found '%.*s'",
		SLICE_ARG(value));
	if (has_colon && (slice_eq_ignore_case(algorithm, S("md5")) ||
			  slice_eq_ignore_case(algorithm, S("sha1"))))
		error_hint(err, "%.*s proves nothing any more: use sha256",
			   SLICE_ARG(algorithm));
	return -1;
}
