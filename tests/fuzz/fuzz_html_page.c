// SPDX-License-Identifier: MIT
// Fuzz: a project page in HTML. Any bytes are some page; addresses come out absolute and
// without userinfo.
#include "tests/fuzz/fuzz.h"

#include "net/url.h"
#include "tests/resolver/index/whole_pages.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct project project, again;
	struct error err;
	struct url url;
	const struct page_input input = { .body = fuzz_text(data, size),
					  .content_type = S("text/html"),
					  .url = S("https://index.example/simple/foo/"),
					  .name = S("foo") };
	if (page_read(&input, &arena, &project, &err) < 0)
		return 0;
	for (size_t i = 0; i < project.file_len; i++) {
		url_parse(project.files[i].url, &url);
		CHECK(url.scheme.len > 0);
		CHECK(url.userinfo.len == 0);
		CHECK(!url.has_fragment);
		CHECK(slice_find_bad_utf8(project.files[i].url) == SLICE_NONE);
		CHECK(slice_find_bad_utf8(project.files[i].yanked_reason) == SLICE_NONE);
	}
	CHECK(slice_find_bad_utf8(project.status_reason) == SLICE_NONE);
	CHECK(record_open(record_pack(&project, &arena), 0, &arena, &again));
	return 0;
}
