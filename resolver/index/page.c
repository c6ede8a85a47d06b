// SPDX-License-Identifier: MIT
// What the two formats of pages have in common: which one it is, the API version, and a
// file's name and address.
#include "resolver/index/page.h"

#include "base/limits.h"
#include "base/text.h"
#include "net/url.h"
#include "packaging/name.h"

#ifdef __SSE2__
#include <emmintrin.h>
#endif

// Longer than any real file name; the store's records have offsets in it in 16 bits.
enum { FILE_NAME_MAX = 1024 };

void page_begin(struct page *page, const struct page_input *input, struct arena *arena,
		struct project *project)
{
	*project = (struct project){ .name = input->name, .state = PROJECT_FOUND };
	*page = (struct page){ .input = input, .arena = arena, .project = project };
}

void page_reserve(struct page *page, size_t bytes_a_file)
{
	size_t count = page->input->body.len / bytes_a_file + 1;
	if (count > LIMIT_PAGE_FILES)
		count = LIMIT_PAGE_FILES;
	if (page->rows) {
		page_rows_reserve(page, count);
		return;
	}
	page->project->files = arena_new_array(page->arena, struct project_file, count);
	page->project->file_cap = count;
}

int page_check_api(struct page *page, struct slice version, struct error *err)
{
	enum { MINOR_KNOWN = 5 };
	struct slice rest = version, major;
	uint64_t minor = 0;
	slice_cut(&rest, '.', &major);
	if (!slice_eq(major, S("1")) || !slice_parse_u64(rest, UINT32_MAX, &minor))
		return error_set(err, ERROR_SOURCE,
				 "the index speaks version '%.*s' of the API, not 1",
				 SLICE_ARG(version));
	page->project->newer_api = minor > MINOR_KNOWN;
	return 0;
}

static bool read_name(struct page *page, struct project_file *file)
{
	struct sdist_name sdist;
	if (file->name.len > FILE_NAME_MAX)
		return false;
	if (slice_ends_with(file->name, S(".whl"))) {
		file->kind = FILE_WHEEL;
		if (page->rows && page_rows_know(page, file))
			return true;
		const struct wheel_name *last = page->last.file.len ? &page->last : NULL;
		if (wheel_name_parse_after(file->name, last, &file->wheel) !=
			    FILENAME_OK ||
		    !((last && slice_eq(file->wheel.name, last->name)) ||
		      name_eq(file->wheel.name, page->input->name)))
			return false;
		page->last = file->wheel;
		return true;
	}
	file->kind = FILE_SDIST;
	return sdist_name_parse(file->name, page->input->name, &sdist) == FILENAME_OK;
}

void page_keep_hash(struct arena *arena, struct project_file *file,
		    struct slice algorithm, struct slice hex)
{
	bool is_512 = slice_eq(algorithm, S("sha512"));
	if ((!is_512 && !slice_eq(algorithm, S("sha384"))) ||
	    hex.len != (is_512 ? SHA512_HEX : SHA384_HEX) ||
	    file->other_hash.len > hex.len || !slice_is_hex(hex))
		return;
	file->other_hash = arena_printf(arena, "%.*s=%.*s", SLICE_ARG(algorithm),
					SLICE_ARG(slice_lower(arena, hex)));
}

// Takes the digest of "#sha256=…" (PEP 503) if the page gives no better one.
static void read_fragment(struct arena *arena, struct project_file *file)
{
	size_t at = slice_find_byte(file->url, '#');
	if (at == SLICE_NONE)
		return;
	struct slice fragment = slice_skip(file->url, at + 1), part;
	file->url = slice_range(file->url, 0, at);
	for (bool more = true; more;) {
		more = slice_cut(&fragment, '&', &part);
		if (slice_starts_with(part, S("sha256=")) &&
		    sha256_is_zero(&file->sha256))
			(void)sha256_parse_hex(slice_skip(part, 7), &file->sha256);
		else if (slice_starts_with(part, S("sha384=")) ||
			 slice_starts_with(part, S("sha512=")))
			page_keep_hash(arena, file, slice_range(part, 0, 6),
				       slice_skip(part, 7));
	}
}

// Is there a byte that matters for cutting off fragments, resolving, redacting or escaping:
// '#', '@', a dot behind a slash, or what is no visible ASCII? Looks at sixteen at a time, since addresses are a third
// of a page.
#ifdef __SSE2__
enum { URL_STEP = sizeof(__m128i) };

static __m128i load(const char *ptr)
{
	return _mm_loadu_si128((const __m128i_u *)(const void *)ptr);
}

static __m128i marks_at(const char *ptr)
{
	const __m128i bytes = load(ptr);
	const __m128i dots =
		_mm_and_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')),
			      _mm_cmpeq_epi8(load(ptr - 1), _mm_set1_epi8('/')));
	const __m128i unsafe = // bytes from 0x80 on are negative
		_mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8('!')),
			     _mm_cmpeq_epi8(bytes, _mm_set1_epi8(0x7f)));
	return _mm_or_si128(_mm_or_si128(dots, unsafe),
			    _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('#')),
					 _mm_cmpeq_epi8(bytes, _mm_set1_epi8('@'))));
}

static bool has_marks(const char *ptr, const char *end)
{
	__m128i marks = marks_at(end - URL_STEP);
	for (; end - ptr > URL_STEP; ptr += URL_STEP)
		marks = _mm_or_si128(marks, marks_at(ptr));
	return _mm_movemask_epi8(marks) != 0;
}
#else
enum { URL_STEP = 1 };

static bool has_marks(const char *ptr, const char *end)
{
	for (; ptr < end; ptr++)
		if (*ptr == '#' || *ptr == '@' || *ptr <= ' ' || *ptr >= 0x7f ||
		    (*ptr == '.' && ptr[-1] == '/'))
			return true;
	return false;
}
#endif

// Is the address absolute, with nothing to cut off, resolve or redact, as nearly all are?
static bool is_plain_url(struct slice url)
{
	const struct slice scheme = S("https://");
	return url.len >= scheme.len + URL_STEP && slice_starts_with(url, scheme) &&
	       !has_marks(url.ptr + scheme.len, url.ptr + url.len);
}

// Makes the address absolute, without a password. False if this page may not name it: a
// file of this machine, unless the page is one, too, or a directory (which has no URL).
static bool settle_url(struct page *page, struct project_file *file)
{
	struct slice base = page->input->url;
	file->url = url_redact(page->arena, url_resolve(page->arena, base, file->url));
	file->url = url_escape_unsafe(page->arena, file->url);
	struct url url;
	url_parse(file->url, &url);
	// "https:x" has no host: no server is asked for it, and no lock takes it.
	if (file->url.len > PAGE_URL_MAX || (base.len > 0 && !url.has_authority))
		return false;
	return !slice_eq_ignore_case(url.scheme, S("file")) || base.len == 0 ||
	       url_is_file(base);
}

int page_add(struct page *page, struct project_file *file, struct error *err)
{
	struct project *project = page->project;
	if ((page->rows ? page_rows_len(page->rows) : project->file_len) ==
	    LIMIT_PAGE_FILES)
		return error_set(err, ERROR_SOURCE, "the page lists more than %u files",
				 LIMIT_PAGE_FILES);
	bool is_plain = is_plain_url(file->url);
	if (!is_plain)
		read_fragment(page->arena, file);
	if (file->url.len == 0 || file->url.len > PAGE_URL_MAX ||
	    !read_name(page, file) || !(is_plain || settle_url(page, file))) {
		project->skipped++;
		return 0;
	}
	file->requires_python = slice_trim(file->requires_python);
	if (page->input->seen)
		seen_date(page->input->seen, file);
	if (page->rows) {
		page_rows_add(page, file);
		return 0;
	}
	project->files = array_grow(page->arena, project->files, project->file_len,
				    &project->file_cap, sizeof(*project->files));
	project->files[project->file_len++] = *file;
	return 0;
}

enum page_format { PAGE_JSON, PAGE_HTML, PAGE_OTHER };

// The format by the body's first byte.
static enum page_format looks_like(struct slice body)
{
	struct slice start = slice_range(body, 0, 256);
	if (slice_starts_with(start, S("\xef\xbb\xbf")))
		start = slice_skip(start, 3);
	start = slice_trim(start);
	if (slice_starts_with(start, S("{")))
		return PAGE_JSON;
	return slice_starts_with(start, S("<")) ? PAGE_HTML : PAGE_OTHER;
}

// The format by what the server calls it.
static enum page_format format_of(const struct page_input *input)
{
	struct slice rest = input->content_type, type;
	slice_cut(&rest, ';', &type);
	type = slice_trim(type);
	if (slice_eq_ignore_case(type, S("text/html")) ||
	    slice_eq_ignore_case(type, S("application/vnd.pypi.simple.v1+html")) ||
	    slice_eq_ignore_case(type, S("application/xhtml+xml")))
		return PAGE_HTML;
	if (slice_eq_ignore_case(type, S("application/json")) ||
	    (slice_starts_with(type, S("application/vnd.pypi.simple.")) &&
	     slice_ends_with(type, S("+json"))))
		return PAGE_JSON;
	return type.len == 0 ? looks_like(input->body) : PAGE_OTHER;
}

// A body that is clearly of the other format is not read as what the server calls it: no
// package would be found in it, or the JSON would be malformed (691.1).
static int refuse_wrong_type(const struct page_input *input, enum page_format format,
			     struct error *err)
{
	enum page_format real = looks_like(input->body);
	if (format == PAGE_OTHER)
		return error_set(err, ERROR_SOURCE,
				 "the index answered with '%.*s', not with JSON or HTML",
				 SLICE_ARG(input->content_type));
	if (real == PAGE_OTHER || real == format)
		return 0;
	error_set(err, ERROR_SOURCE, "the index answered with %s that it calls '%.*s'",
		  real == PAGE_JSON ? "JSON" : "HTML", SLICE_ARG(input->content_type));
	if (real == PAGE_HTML)
		return error_hint(err, "is it a page to log in at, or an error page?");
	return error_hint(
		err,
		"its server must call such pages application/vnd.pypi.simple.v1+json");
}

int page_read_files(struct page *page, struct error *err)
{
	const struct page_input *input = page->input;
	if (input->url.len > PAGE_URL_MAX)
		return error_set(err, ERROR_SOURCE,
				 "the address of the page is too long");
	enum page_format format = format_of(input);
	if (refuse_wrong_type(input, format, err) < 0)
		return -1;
	return format == PAGE_JSON ? page_read_json(page, err)
				   : page_read_html(page, err);
}

int page_read_links(struct page *page, struct error *err)
{
	if (looks_like(page->input->body) != PAGE_JSON)
		return page_read_html(page, err);
	error_set(err, ERROR_SOURCE, "the server answered with JSON, not with HTML");
	return error_hint(err, "is it an error page?");
}
