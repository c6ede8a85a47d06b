// SPDX-License-Identifier: MIT
// SHA-256 through libcrypto's EVP (SHA-NI where the processor has it), CRCs through ISA-L.
#include "base/digest.h"

#include "base/base64.h"
#include "base/error.h"
#include "base/libcrypto.h"

#include <isa-l/crc.h>
#include <isa-l/crc64.h>
#include <string.h>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

struct sha256_state {
	EVP_MD_CTX *context;
};

static void begin(struct sha256_state *state)
{
	if (!state->context || EVP_DigestInit_ex(state->context, EVP_sha256(), NULL) != 1)
		BUG("libcrypto offers no SHA-256");
}

struct sha256_state *sha256_new(void)
{
	struct sha256_state *state = mem_alloc(sizeof(*state));
	state->context = EVP_MD_CTX_new();
	begin(state);
	return state;
}

void sha256_update(struct sha256_state *state, struct slice bytes)
{
	EVP_DigestUpdate(state->context, bytes.ptr, bytes.len);
}

struct sha256 sha256_finish(struct sha256_state *state)
{
	struct sha256 digest;
	EVP_DigestFinal_ex(state->context, digest.bytes, NULL);
	begin(state);
	return digest;
}

void sha256_free(struct sha256_state *state)
{
	if (!state)
		return;
	EVP_MD_CTX_free(state->context);
	mem_free(state);
}

void sha256_cleanup(struct sha256_state **state)
{
	sha256_free(*state);
}

struct sha256 sha256_of(struct slice bytes)
{
	AUTO(sha256_cleanup) struct sha256_state *state = sha256_new();
	sha256_update(state, bytes);
	return sha256_finish(state);
}

bool sha256_eq(const struct sha256 *a, const struct sha256 *b)
{
	return memcmp(a->bytes, b->bytes, SHA256_BYTES) == 0;
}

bool sha256_is_zero(const struct sha256 *digest)
{
	static const struct sha256 zero;
	return sha256_eq(digest, &zero);
}

struct slice sha256_hex(struct arena *arena, const struct sha256 *digest)
{
	static const char digits[] = "0123456789abcdef";
	char *text = arena_alloc(arena, SHA256_HEX + 1, 1);
	for (size_t i = 0; i < SHA256_BYTES; i++) {
		text[2 * i] = digits[digest->bytes[i] >> 4];
		text[2 * i + 1] = digits[digest->bytes[i] & 15];
	}
	return (struct slice){ text, SHA256_HEX };
}

#ifdef __SSE2__
enum { HEX_STEP = 16 };

static __m128i at_most(__m128i bytes, char max)
{
	return _mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(max)), bytes);
}

// Turns sixteen digits into eight bytes at once, since an index page has tens of
// thousands of digests.
static bool parse_hex_step(const char *hex, unsigned char *ret_bytes)
{
	const __m128i text = _mm_loadu_si128((const __m128i_u *)(const void *)hex);
	const __m128i digit = _mm_sub_epi8(text, _mm_set1_epi8('0'));
	const __m128i letter =
		_mm_sub_epi8(_mm_or_si128(text, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
	const __m128i is_digits = at_most(digit, 9), is_letters = at_most(letter, 5);
	if (_mm_movemask_epi8(_mm_or_si128(is_digits, is_letters)) != 0xffff)
		return false;
	const __m128i ten = _mm_add_epi8(letter, _mm_set1_epi8(10));
	const __m128i half = _mm_or_si128(_mm_and_si128(is_digits, digit),
					  _mm_and_si128(is_letters, ten));
	const __m128i pairs =
		_mm_or_si128(_mm_slli_epi16(half, 4), _mm_srli_epi16(half, 8));
	const __m128i bytes = _mm_and_si128(pairs, _mm_set1_epi16(0xff));
	_mm_storel_epi64((__m128i_u *)(void *)ret_bytes, _mm_packus_epi16(bytes, bytes));
	return true;
}
#else
enum { HEX_STEP = 8 };

// Sets the highest bit of each byte of the word that is from `low` to `high`; bytes above
// 0x7f get none.
static uint64_t bytes_between(uint64_t word, unsigned low, unsigned high)
{
	const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
	uint64_t seven = word & ~highs;
	return (ones * (127 + high + 1) - seven) & ~word & (seven + ones * (128 - low)) &
	       highs;
}

// Turns eight digits into four bytes at once.
static bool parse_hex_step(const char *hex, unsigned char *ret_bytes)
{
	const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
	uint64_t word;
	memcpy(&word, hex, sizeof(word));
	if ((bytes_between(word, '0', '9') | bytes_between(word, 'A', 'F') |
	     bytes_between(word, 'a', 'f')) != highs)
		return false;
	// The low half of 'a' is 1, so a letter's value is that plus 9; only letters have
	// bit 6.
	uint64_t half = (word & ones * 0x0f) + 9 * (word >> 6 & ones);
	uint64_t pairs = half << 4 | half >> 8;
	for (size_t i = 0; i < 4; i++)
		ret_bytes[i] = (unsigned char)(pairs >> 16 * i);
	return true;
}
#endif

bool sha256_parse_hex(struct slice hex, struct sha256 *ret_digest)
{
	struct sha256 digest;
	bool good = hex.len == SHA256_HEX;
	for (size_t i = 0; good && i < SHA256_HEX; i += HEX_STEP)
		good = parse_hex_step(hex.ptr + i, digest.bytes + i / 2);
	if (good)
		*ret_digest = digest;
	return good;
}

struct slice sha256_base64url(struct arena *arena, const struct sha256 *digest)
{
	struct slice bytes = { (const char *)digest->bytes, SHA256_BYTES };
	return base64_encode(arena, bytes, BASE64_URL);
}

uint32_t crc32_update(uint32_t crc, struct slice bytes)
{
	const size_t step = (size_t)1 << 30;
	while (bytes.len) {
		struct slice part = slice_range(bytes, 0, step);
		crc = crc32_gzip_refl(crc, (const unsigned char *)part.ptr, part.len);
		bytes = slice_skip(bytes, part.len);
	}
	return crc;
}

uint64_t crc64_of(struct slice bytes)
{
	return crc64_ecma_refl(0, (const unsigned char *)bytes.ptr, bytes.len);
}
