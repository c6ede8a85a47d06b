// SPDX-License-Identifier: MIT
// Addresses of git, and what source trees say of themselves: what they give is metadata
// that can be read, and addresses hold nothing that git takes for an option.
#include "builder/source/source.h"
#include "resolver/index/static_project.h"
#include "tests/fuzz/fuzz.h"

static const struct static_known nothing_known = { { "", 0 }, { "", 0 } };

static void try_address(struct arena *arena, struct slice input)
{
	struct git_address address;
	struct error err = { 0 };
	if (git_address_parse(arena, input, &address, &err) < 0)
		return;
	if (slice_starts_with(address.revision, S("-")) ||
	    slice_starts_with(address.subdirectory, S("-")) ||
	    !slice_contains(address.url, S("://")))
		CHECK(!"an address that could be an option");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice input = fuzz_text(data, size), headers = S(""), why = S("");
	try_address(&arena, input);
	if (!static_project_headers(input, &nothing_known, &arena, &headers, &why) &&
	    why.len == 0)
		CHECK(!"no reason was given");
	why = S("");
	if (!static_setup_cfg_headers(&(struct static_setup){ input, S(""), S("") },
				      &nothing_known, &arena, &headers, &why) &&
	    why.len == 0)
		CHECK(!"no reason was given");
	return 0;
}
