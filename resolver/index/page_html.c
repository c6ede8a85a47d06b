// SPDX-License-Identifier: MIT
// Reads pages in HTML (PEP 503 with 592, 629, 658, 714, 792): each anchor is a file
// (503.3).
#include "resolver/index/page.h"

#include "base/html_links.h"
#include "base/text.h"
#include "net/url.h"

// Reads data-core-metadata="true" or "sha256=…"; the older name counts only if the newer
// one is absent (658.1).
static void read_metadata_attribute(const struct html_element *anchor,
				    struct project_file *file)
{
	struct slice value;
	if (!html_attribute(anchor, S("data-core-metadata"), &value) &&
	    !html_attribute(anchor, S("data-dist-info-metadata"), &value))
		return;
	file->has_core_metadata = !slice_eq_ignore_case(value, S("false"));
	if (slice_starts_with(value, S("sha256=")))
		(void)sha256_parse_hex(slice_skip(value, 7), &file->metadata_sha256);
}

static bool is_distribution(struct slice name)
{
	static const char *const ends[] = { ".whl", ".gz", ".zip", ".egg",
					    ".bz2", ".xz", ".exe" };
	for (size_t i = 0; i < sizeof(ends) / sizeof(*ends); i++)
		if (slice_ends_with(name, slice_from(ends[i])))
			return true;
	return false;
}

static int read_anchor(struct page *page, struct slice base,
		       const struct html_element *anchor, bool *has_files,
		       struct error *err)
{
	struct project_file file = { 0 };
	struct slice href;
	if (!html_attribute(anchor, S("href"), &href))
		return 0;
	href = slice_trim(href);
	file.url = url_resolve(page->arena, base, href);
	file.name = url_file_name(page->arena, file.url);
	*has_files |= is_distribution(file.name);
	html_attribute(anchor, S("data-requires-python"), &file.requires_python);
	file.yanked = html_attribute(anchor, S("data-yanked"), &file.yanked_reason);
	read_metadata_attribute(anchor, &file);
	return page_add(page, &file, err);
}

static int read_meta(struct page *page, const struct html_element *meta,
		     struct error *err)
{
	struct slice name, content;
	if (!html_attribute(meta, S("name"), &name) ||
	    !html_attribute(meta, S("content"), &content))
		return 0;
	if (slice_eq_ignore_case(name, S("pypi:repository-version")))
		return page_check_api(page, content, err);
	if (slice_eq_ignore_case(name, S("pypi:project-status")))
		page->project->status = content;
	if (slice_eq_ignore_case(name, S("pypi:project-status-reason")))
		page->project->status_reason = content;
	return 0;
}

static bool has_form(struct slice body)
{
	const struct slice tag = S("<form");
	for (size_t at; (at = slice_find_byte(body, '<')) != SLICE_NONE;
	     body = slice_skip(body, at + 1))
		if (slice_eq_ignore_case(slice_range(body, at, at + tag.len), tag))
			return true;
	return false;
}

// A page to log in at would pass for one of a project without files, and what the server
// has would be taken from elsewhere, or not be missed.
static int refuse_form(const struct page_input *input, struct error *err)
{
	if (!has_form(input->body))
		return 0;
	error_set(err, ERROR_SOURCE,
		  "the server answered with a form, and not with a page of links");
	return error_hint(err, "is it a page to log in at?");
}

// The bytes of an anchor with an address, a digest, and a name.
enum { LINK_BYTES = 160 };

int page_read_html(struct page *page, struct error *err)
{
	struct html_scanner scanner;
	struct html_element element;
	struct slice base = page->input->url, href;
	bool has_base = false, has_files = false;
	page_reserve(page, LINK_BYTES);
	// As in browsers. What a page says gets into locks and documents, which are UTF-8.
	html_begin(&scanner, slice_as_utf8(page->arena, page->input->body), page->arena);
	while (html_next(&scanner, &element)) {
		if (element.kind == HTML_ANCHOR &&
		    read_anchor(page, base, &element, &has_files, err) < 0)
			return -1;
		if (element.kind == HTML_META && read_meta(page, &element, err) < 0)
			return -1;
		if (element.kind == HTML_BASE && !has_base &&
		    html_attribute(&element, S("href"), &href)) {
			has_base = true;
			href = slice_trim(href);
			if (href.len <= PAGE_URL_MAX)
				base = url_resolve(page->arena, base, href);
		}
	}
	return has_files ? 0 : refuse_form(page->input, err);
}
