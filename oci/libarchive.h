// SPDX-License-Identifier: MIT
// What bundle.c calls of libarchive, loaded for the first image.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#ifdef PINBAKE_LATE_archive

#include "base/late_library.h"

#include <pthread.h>
#include <string.h>

// clang-format off
#define OCI_LIBARCHIVE_FUNCTIONS(each) \
	each(archive_entry_filetype) each(archive_entry_hardlink) each(archive_entry_pathname) \
	each(archive_entry_symlink) each(archive_error_string) each(archive_read_data) \
	each(archive_read_free) each(archive_read_new) each(archive_read_next_header) \
	each(archive_read_open) each(archive_read_open_filename) each(archive_read_support_filter_gzip) \
	each(archive_read_support_filter_zstd) each(archive_read_support_format_tar)
// clang-format on

LATE_LIBRARY(oci_libarchive, PINBAKE_LATE_archive, OCI_LIBARCHIVE_FUNCTIONS)

#define archive_entry_filetype     (oci_libarchive()->archive_entry_filetype)
#define archive_entry_hardlink     (oci_libarchive()->archive_entry_hardlink)
#define archive_entry_pathname     (oci_libarchive()->archive_entry_pathname)
#define archive_entry_symlink      (oci_libarchive()->archive_entry_symlink)
#define archive_error_string       (oci_libarchive()->archive_error_string)
#define archive_read_data          (oci_libarchive()->archive_read_data)
#define archive_read_free          (oci_libarchive()->archive_read_free)
#define archive_read_new           (oci_libarchive()->archive_read_new)
#define archive_read_next_header   (oci_libarchive()->archive_read_next_header)
#define archive_read_open          (oci_libarchive()->archive_read_open)
#define archive_read_open_filename (oci_libarchive()->archive_read_open_filename)
#define archive_read_support_filter_gzip \
	(oci_libarchive()->archive_read_support_filter_gzip)
#define archive_read_support_filter_zstd \
	(oci_libarchive()->archive_read_support_filter_zstd)
#define archive_read_support_format_tar \
	(oci_libarchive()->archive_read_support_format_tar)

#endif
