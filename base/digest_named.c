// SPDX-License-Identifier: MIT
// The SHA-2 family by name, through libcrypto.
#include "base/digest_named.h"

#include "base/base64.h"
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

struct slice named_digest_base64url(struct named_digest *digest, struct arena *arena)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	EVP_DigestFinal_ex(digest->context, bytes, &len);
	return base64_encode(arena, (struct slice){ (const char *)bytes, len },
			     BASE64_URL);
}

struct slice named_digest_hex(struct named_digest *digest, struct arena *arena)
{
	unsigned char bytes[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	struct buf hex = { .arena = arena };
	EVP_DigestFinal_ex(digest->context, bytes, &len);
	for (unsigned i = 0; i < len; i++)
		buf_printf(&hex, "%02x", bytes[i]);
	return buf_slice(&hex);
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
