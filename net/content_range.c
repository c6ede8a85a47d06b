// SPDX-License-Identifier: MIT
// Reads the header Content-Range.
#include "net/content_range.h"

bool content_range_parse(struct slice text, struct content_range *ret_range)
{
	struct content_range range = { 0 };
	struct slice unit = S("bytes "), from, to;
	text = slice_trim(text);
	if (text.len < unit.len ||
	    !slice_eq_ignore_case(slice_range(text, 0, unit.len), unit))
		return false;
	text = slice_skip(text, unit.len);
	if (!slice_cut(&text, '-', &from) || !slice_cut(&text, '/', &to) ||
	    !slice_parse_u64(from, UINT64_MAX, &range.from) ||
	    !slice_parse_u64(to, UINT64_MAX, &range.to) || range.from > range.to)
		return false;
	range.has_size = !slice_eq(text, S("*"));
	if (range.has_size &&
	    (!slice_parse_u64(text, UINT64_MAX, &range.size) || range.to >= range.size))
		return false;
	*ret_range = range;
	return true;
}
