// SPDX-License-Identifier: MIT
// The functions of libarchive that are called, loaded for the first archive. They are for the rooms that CMakeLists.txt
// lets use them; base does not.
#pragma once

#include <archive.h>
#include <archive_entry.h>

#ifdef PINBAKE_LATE_archive

#include "base/late_library.h"

#include <pthread.h>
#include <string.h>

// clang-format off
#define LIBARCHIVE_FUNCTIONS(each) \
	each(archive_entry_filetype) each(archive_entry_hardlink) \
	each(archive_entry_pathname) each(archive_entry_size) each(archive_entry_symlink) \
	each(archive_error_string) each(archive_filter_bytes) each(archive_read_data) \
	each(archive_read_data_block) each(archive_read_free) each(archive_read_new) \
	each(archive_read_next_header) each(archive_read_open) \
	each(archive_read_open_filename) each(archive_read_open_memory) \
	each(archive_read_support_filter_gzip) each(archive_read_support_filter_zstd) \
	each(archive_read_support_format_tar) each(archive_read_support_format_zip)
// clang-format on

LATE_LIBRARY(late_libarchive, PINBAKE_LATE_archive, LIBARCHIVE_FUNCTIONS)

#define archive_entry_filetype     (late_libarchive()->archive_entry_filetype)
#define archive_entry_hardlink     (late_libarchive()->archive_entry_hardlink)
#define archive_entry_pathname     (late_libarchive()->archive_entry_pathname)
#define archive_entry_size         (late_libarchive()->archive_entry_size)
#define archive_entry_symlink      (late_libarchive()->archive_entry_symlink)
#define archive_error_string       (late_libarchive()->archive_error_string)
#define archive_filter_bytes       (late_libarchive()->archive_filter_bytes)
#define archive_read_data          (late_libarchive()->archive_read_data)
#define archive_read_data_block    (late_libarchive()->archive_read_data_block)
#define archive_read_free          (late_libarchive()->archive_read_free)
#define archive_read_new           (late_libarchive()->archive_read_new)
#define archive_read_next_header   (late_libarchive()->archive_read_next_header)
#define archive_read_open          (late_libarchive()->archive_read_open)
#define archive_read_open_filename (late_libarchive()->archive_read_open_filename)
#define archive_read_open_memory   (late_libarchive()->archive_read_open_memory)
#define archive_read_support_filter_gzip \
	(late_libarchive()->archive_read_support_filter_gzip)
#define archive_read_support_filter_zstd \
	(late_libarchive()->archive_read_support_filter_zstd)
#define archive_read_support_format_tar \
	(late_libarchive()->archive_read_support_format_tar)
#define archive_read_support_format_zip \
	(late_libarchive()->archive_read_support_format_zip)

#endif
