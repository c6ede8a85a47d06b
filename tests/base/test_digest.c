// SPDX-License-Identifier: MIT
// Digests: known values, streaming, text forms.
#include "base/digest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *text, *hex, *base64url;
} KNOWN[] = {
	{ "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	  "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU" },
	{ "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	  "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0" },
};

static void test_known_digests(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	for (size_t i = 0; i < COUNT(KNOWN); i++) {
		struct sha256 digest = sha256_of(slice_from(KNOWN[i].text)),
			      again = { 0 };
		assert_string_equal(sha256_hex(&arena, &digest).ptr, KNOWN[i].hex);
		assert_string_equal(sha256_base64url(&arena, &digest).ptr,
				    KNOWN[i].base64url);
		assert_true(sha256_parse_hex(slice_from(KNOWN[i].hex), &again));
		assert_true(sha256_eq(&digest, &again));
		assert_false(sha256_is_zero(&digest));
	}
}

static void test_streaming_and_reuse(void **state)
{
	(void)state;
	AUTO(sha256_cleanup) struct sha256_state *stream = sha256_new();
	struct sha256 whole = sha256_of(S("abc"));
	for (int round = 0; round < 3; round++) {
		sha256_update(stream, S("a"));
		sha256_update(stream, S(""));
		sha256_update(stream, S("bc"));
		struct sha256 digest = sha256_finish(stream);
		assert_true(sha256_eq(&digest, &whole));
	}
	sha256_free(NULL);
}

static void test_texts_of_digests(void **state)
{
	static const char *const not_hex[] = {
		"", "abc",
		"g3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b8555",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b85 "
	};
	struct sha256 digest = sha256_of(S("")), upper;
	(void)state;
	assert_true(sha256_parse_hex(
		S("E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"),
		&upper));
	assert_true(sha256_eq(&digest, &upper));
	for (size_t i = 0; i < COUNT(not_hex); i++)
		assert_false(sha256_parse_hex(slice_from(not_hex[i]), &upper));
	memset(&digest, 0, sizeof(digest));
	assert_true(sha256_is_zero(&digest));
}

// Each byte at each place: its digit's value, or none at all.
static void test_each_byte_as_a_hex_digit(void **state)
{
	(void)state;
	static const char digits[] = "0123456789abcdef";
	for (size_t at = 0; at < SHA256_HEX; at++) {
		for (int byte = 0; byte < 256; byte++) {
			char text[SHA256_HEX];
			struct sha256 digest;
			memset(text, '0', sizeof(text));
			text[at] = (char)byte;
			const char *digit = memchr(digits, to_lower((char)byte), 16);
			bool good = sha256_parse_hex((struct slice){ text, sizeof(text) },
						     &digest);
			assert_int_equal(good, digit != NULL);
			if (digit)
				assert_int_equal(digest.bytes[at / 2],
						 (digit - digits) << (at % 2 ? 0 : 4));
		}
	}
}

static void test_crc32(void **state)
{
	(void)state;
	assert_int_equal(crc32_update(0, S("")), 0);
	assert_int_equal(crc32_update(0, S("123456789")), 0xcbf43926u);
	assert_int_equal(crc32_update(crc32_update(0, S("1234")), S("56789")),
			 0xcbf43926u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known_digests),
		cmocka_unit_test(test_streaming_and_reuse),
		cmocka_unit_test(test_texts_of_digests),
		cmocka_unit_test(test_each_byte_as_a_hex_digit),
		cmocka_unit_test(test_crc32),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
