// SPDX-License-Identifier: MIT
// What a page of a package index says in HTML (PEP 503; 503.3): its anchors, base and
// meta elements, pulled one by one.
//
//	<base href="../../"> … <a href="f-1.whl#sha256=…" data-requires-python="&gt;=3.8">
//	HTML_BASE              HTML_ANCHOR
//
// As in browsers, any bytes are a page: nothing is an error. Comments, scripts and styles
// hold no elements. Entities in values are decoded (the ones that indexes use: amp lt gt
// quot apos nbsp, and numbers). Slices borrow from the page, or from the arena where an
// entity was decoded; they are UTF-8 only if the page was.
#pragma once

#include "base/arena.h"

enum html_kind { HTML_ANCHOR, HTML_BASE, HTML_META };

// The rest of an element's attributes is not reported
enum { HTML_ATTRIBUTES_MAX = 16 };

struct html_attribute {
	struct slice name;  // as written: compare ignoring case
	struct slice value; // "" where there is none
};

struct html_element {
	enum html_kind kind;
	struct html_attribute attributes[HTML_ATTRIBUTES_MAX];
	size_t len;
};

struct html_scanner {
	struct slice page;
	struct arena *arena;
	size_t at;
};

void html_begin(struct html_scanner *scanner, struct slice page, struct arena *arena);
// False at the end of the page
bool html_next(struct html_scanner *scanner, struct html_element *ret_element);
// The value of the first attribute of that name; false, and "" in *ret_value, where there
// is none.
bool html_attribute(const struct html_element *element, struct slice name,
		    struct slice *ret_value);
