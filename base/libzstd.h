// SPDX-License-Identifier: MIT
// The functions of libzstd that are called, loaded for the first frame.
#pragma once

#include <zstd.h>

#ifdef PINBAKE_LATE_zstd

#include "base/late_library.h"

#include <pthread.h>
#include <string.h>

// clang-format off
#define LIBZSTD_FUNCTIONS(each) \
	each(ZSTD_CCtx_setParameter) each(ZSTD_compressStream2) each(ZSTD_createCCtx) \
	each(ZSTD_createDCtx) each(ZSTD_DCtx_reset) each(ZSTD_decompressStream) \
	each(ZSTD_freeCCtx) each(ZSTD_freeDCtx) each(ZSTD_getErrorName) each(ZSTD_isError) \
	each(ZSTD_versionString)
// clang-format on

LATE_LIBRARY(late_libzstd, PINBAKE_LATE_zstd, LIBZSTD_FUNCTIONS)

#define ZSTD_CCtx_setParameter (late_libzstd()->ZSTD_CCtx_setParameter)
#define ZSTD_compressStream2   (late_libzstd()->ZSTD_compressStream2)
#define ZSTD_createCCtx        (late_libzstd()->ZSTD_createCCtx)
#define ZSTD_createDCtx        (late_libzstd()->ZSTD_createDCtx)
#define ZSTD_DCtx_reset        (late_libzstd()->ZSTD_DCtx_reset)
#define ZSTD_decompressStream  (late_libzstd()->ZSTD_decompressStream)
#define ZSTD_freeCCtx          (late_libzstd()->ZSTD_freeCCtx)
#define ZSTD_freeDCtx          (late_libzstd()->ZSTD_freeDCtx)
#define ZSTD_getErrorName      (late_libzstd()->ZSTD_getErrorName)
#define ZSTD_isError           (late_libzstd()->ZSTD_isError)
#define ZSTD_versionString     (late_libzstd()->ZSTD_versionString)

#endif
