// SPDX-License-Identifier: MIT
// The SHA-2 family by name, through libcrypto.
#include "base/digest_named.h"

#include "base/error.h"
#include "base/libcrypto.h"

struct named_digest {
	EVP_MD_CTX *context;
};

static const EVP_MD *find_algorithm(struct slice name)
{
	if (slice_eq(name, S("sha256")))
		return EVP_sha256();
	if (slice_eq(name, S("sha384")))
		return EVP_sha384();
	return slice_eq(name, S("sha512")) ? EVP_sha512() : NULL;
}

struct named_digest *named_digest_new(struct slice algorithm)
{
	const EVP_MD *known = find_algorithm(algorithm);
	if (!known)
		return NULL;
	struct named_digest *digest = mem_alloc(sizeof(*digest));
	digest->context = EVP_MD_CTX_new();
	if (!digest->context || EVP_DigestInit_ex(digest->context, known, NULL) != 1)
		BUG("libcrypto offers no SHA-2");
	return digest;
}

void named_digest_update(struct named_digest *digest, struct slice bytes)
{
	EVP_DigestUpdate(digest->context, bytes.ptr, bytes.len);
}

static struct slice base64url(const unsigned char *bytes, size_t len, struct arena *arena)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	struct buf text = { .arena = arena };
	unsigned bits = 0, count = 0;
	for (size_t i = 0; i < len; i++) {
		bits = (bits << 8 | bytes[i]) & 0xffffu;
		for (count += 8; count >= 6; count -= 6)
			buf_byte(&text, letters[bits >> (count - 6) & 63]);
	}
	if (count)
		buf_byte(&text, letters[bits << (6 - count) & 63]);
	return buf_slice(&text);
}

struct slice named_digest_base64url(struct named_digest *digest, struct arena *arena)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_DigestFinal_ex(digest->context, bytes, &len);
	return base64url(bytes, len, arena);
}

void named_digest_free(struct named_digest *digest)
{
	if (!digest)
		return;
	EVP_MD_CTX_free(digest->context);
	mem_free(digest);
}

void named_digest_cleanup(struct named_digest **digest)
{
	named_digest_free(*digest);
}
