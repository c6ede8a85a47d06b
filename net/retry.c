// SPDX-License-Identifier: MIT
// The policy of retries: exponential backoff with a jitter that is a function of the
// address.
#include "net/retry.h"

enum { FIRST_MS = 250, LONGEST_MS = 10 * 1000, RETRY_AFTER_MAX_S = 60 };

bool retry_status(unsigned status)
{
	if (status == 501 || status == 505)
		return false;
	return status == 408 || status == 429 || (status >= 500 && status <= 599);
}

// Hashes the url and the attempt (FNV-1a).
static uint32_t spread(struct slice url, unsigned attempt)
{
	uint32_t hash = 0x811c9dc5u ^ attempt;
	for (size_t i = 0; i < url.len; i++)
		hash = (hash ^ (unsigned char)url.ptr[i]) * 0x01000193u;
	return hash ^ hash >> 15;
}

bool retry_is_too_late(uint64_t retry_after_seconds)
{
	return retry_after_seconds > RETRY_AFTER_MAX_S;
}

uint64_t retry_delay_ms(struct slice url, unsigned attempt, uint64_t retry_after_seconds)
{
	uint64_t whole = FIRST_MS;
	for (unsigned i = 1; i < attempt && whole < LONGEST_MS; i++)
		whole *= 2;
	if (whole > LONGEST_MS)
		whole = LONGEST_MS;
	uint64_t delay = whole / 2 + spread(url, attempt) % (whole / 2 + 1);
	if (retry_after_seconds > RETRY_AFTER_MAX_S)
		retry_after_seconds = RETRY_AFTER_MAX_S;
	return delay > retry_after_seconds * 1000 ? delay : retry_after_seconds * 1000;
}
