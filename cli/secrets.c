// SPDX-License-Identifier: MIT
// The last gate before anything is printed: most texts are redacted where they are made
// (url_redact), but a message may quote any word of the command line or of a file.
#include "cli/secrets.h"

#include <string.h>

// Userinfo has none of these unless they are percent-encoded (RFC 3986, 3.2.1).
static bool ends_authority(char c)
{
	return (unsigned char)c <= ' ' || memchr("/?#'\"<>\\", c, 8) != NULL;
}

// The '@' that ends the userinfo of an authority at `from`, or SLICE_NONE. A password may
// hold an '@' that should have been encoded: the last one counts.
static size_t userinfo_end(const char *text, size_t len, size_t from)
{
	size_t end = SLICE_NONE;
	for (size_t i = from; i < len && !ends_authority(text[i]); i++)
		if (text[i] == '@')
			end = i;
	return end;
}

void mask_secrets(char *text, size_t len)
{
	for (size_t i = 0; i + 3 < len; i++) {
		if (memcmp(text + i, "://", 3) != 0)
			continue;
		size_t end = userinfo_end(text, len, i + 3);
		for (size_t at = i + 3; end != SLICE_NONE && at < end; at++)
			text[at] = '*';
	}
}

struct error error_masked(const struct error *err)
{
	struct error masked = *err;
	mask_secrets(masked.cause, strlen(masked.cause));
	mask_secrets(masked.hint, strlen(masked.hint));
	for (unsigned i = 0; i < masked.frame_count; i++)
		mask_secrets(masked.frames[i], strlen(masked.frames[i]));
	return masked;
}
