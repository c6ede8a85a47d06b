// SPDX-License-Identifier: MIT
// The functions of libcrypto that digests call, loaded for the first digest.
#pragma once

#include <openssl/evp.h>

#ifdef PINBAKE_LATE_crypto

#include "base/late_library.h"

#include <pthread.h>
#include <string.h>

// clang-format off
#define LIBCRYPTO_FUNCTIONS(each) \
	each(EVP_DigestFinal_ex) each(EVP_DigestInit_ex) each(EVP_DigestUpdate) \
	each(EVP_MD_CTX_free) each(EVP_MD_CTX_new) each(EVP_sha256) each(EVP_sha384) \
	each(EVP_sha512)
// clang-format on

LATE_LIBRARY(late_libcrypto, PINBAKE_LATE_crypto, LIBCRYPTO_FUNCTIONS)

#define EVP_DigestFinal_ex (late_libcrypto()->EVP_DigestFinal_ex)
#define EVP_DigestInit_ex  (late_libcrypto()->EVP_DigestInit_ex)
#define EVP_DigestUpdate   (late_libcrypto()->EVP_DigestUpdate)
#define EVP_MD_CTX_free    (late_libcrypto()->EVP_MD_CTX_free)
#define EVP_MD_CTX_new     (late_libcrypto()->EVP_MD_CTX_new)
#define EVP_sha256         (late_libcrypto()->EVP_sha256)
#define EVP_sha384         (late_libcrypto()->EVP_sha384)
#define EVP_sha512         (late_libcrypto()->EVP_sha512)

#endif
