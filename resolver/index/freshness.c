// SPDX-License-Identifier: MIT
// Packs freshness records, and reads the one directive of Cache-Control that matters
// here.
#include "resolver/index/freshness.h"

#include <string.h>

enum { LONGEST_AGE = 24 * 60 * 60 };

struct packed_freshness {
	uint64_t fetched_at, max_age, content;
	uint32_t layout, absent, etag_len, last_modified_len;
};

struct slice freshness_pack(const struct freshness *freshness, struct arena *arena)
{
	struct packed_freshness packed = {
		.fetched_at = freshness->fetched_at,
		.max_age = freshness->max_age,
		.content = freshness->content,
		.layout = FRESHNESS_LAYOUT,
		.absent = freshness->absent,
		.etag_len = (uint32_t)freshness->etag.len,
		.last_modified_len = (uint32_t)freshness->last_modified.len,
	};
	struct buf out = { .arena = arena };
	buf_append(&out, (struct slice){ (const char *)&packed, sizeof(packed) });
	buf_append(&out, freshness->etag);
	buf_append(&out, freshness->last_modified);
	return buf_slice(&out);
}

bool freshness_unpack(struct slice text, struct freshness *ret_freshness)
{
	struct packed_freshness packed;
	if (text.len < sizeof(packed))
		return false;
	memcpy(&packed, text.ptr, sizeof(packed));
	struct slice rest = slice_skip(text, sizeof(packed));
	if (packed.layout != FRESHNESS_LAYOUT ||
	    rest.len != (size_t)packed.etag_len + packed.last_modified_len)
		return false;
	*ret_freshness = (struct freshness){
		.fetched_at = packed.fetched_at,
		.max_age = packed.max_age,
		.absent = packed.absent != 0,
		.content = packed.content,
		.etag = slice_range(rest, 0, packed.etag_len),
		.last_modified = slice_skip(rest, packed.etag_len),
	};
	return true;
}

bool freshness_holds(const struct freshness *freshness, uint64_t now)
{
	return now >= freshness->fetched_at &&
	       now - freshness->fetched_at < freshness->max_age;
}

uint64_t freshness_max_age(struct slice cache_control, uint64_t otherwise)
{
	uint64_t age = otherwise;
	for (bool more = true; more;) {
		struct slice directive, name;
		more = slice_cut(&cache_control, ',', &directive);
		slice_cut(&directive, '=', &name);
		name = slice_trim(name);
		if (slice_eq_ignore_case(name, S("no-store")) ||
		    slice_eq_ignore_case(name, S("no-cache")))
			return 0;
		if (slice_eq_ignore_case(name, S("max-age")))
			(void)slice_parse_u64(slice_trim(directive), UINT64_MAX, &age);
	}
	return age < LONGEST_AGE ? age : LONGEST_AGE;
}
