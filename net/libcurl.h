// SPDX-License-Identifier: MIT
// The functions of libcurl that net/transfer.c and net/attempt.c call, loaded when the
// first request starts.
#pragma once

#include <curl/curl.h>

#ifdef PINBAKE_LATE_curl

#include "base/late_library.h"

#include <pthread.h>
#include <string.h>

// clang-format off
#define LIBCURL_FUNCTIONS(each) \
	each(curl_easy_cleanup) each(curl_easy_getinfo) each(curl_easy_header) \
	each(curl_easy_init) each(curl_easy_reset) each(curl_easy_setopt) \
	each(curl_easy_strerror) each(curl_global_cleanup) each(curl_global_init) \
	each(curl_multi_add_handle) each(curl_multi_cleanup) each(curl_multi_info_read) \
	each(curl_multi_init) each(curl_multi_perform) each(curl_multi_poll) \
	each(curl_multi_remove_handle) each(curl_multi_setopt) each(curl_slist_append) \
	each(curl_slist_free_all) each(curl_version_info) each(curl_free) each(curl_url) \
	each(curl_url_cleanup) each(curl_url_get) each(curl_url_set)
// clang-format on

LATE_LIBRARY(late_libcurl, PINBAKE_LATE_curl, LIBCURL_FUNCTIONS)

#define curl_easy_cleanup (late_libcurl()->curl_easy_cleanup)
#undef curl_easy_getinfo
#define curl_easy_getinfo (late_libcurl()->curl_easy_getinfo)
#define curl_easy_header  (late_libcurl()->curl_easy_header)
#define curl_easy_init    (late_libcurl()->curl_easy_init)
#define curl_easy_reset   (late_libcurl()->curl_easy_reset)
#undef curl_easy_setopt
#define curl_easy_setopt         (late_libcurl()->curl_easy_setopt)
#define curl_easy_strerror       (late_libcurl()->curl_easy_strerror)
#define curl_global_cleanup      (late_libcurl()->curl_global_cleanup)
#define curl_global_init         (late_libcurl()->curl_global_init)
#define curl_multi_add_handle    (late_libcurl()->curl_multi_add_handle)
#define curl_multi_cleanup       (late_libcurl()->curl_multi_cleanup)
#define curl_multi_info_read     (late_libcurl()->curl_multi_info_read)
#define curl_multi_init          (late_libcurl()->curl_multi_init)
#define curl_multi_perform       (late_libcurl()->curl_multi_perform)
#define curl_multi_poll          (late_libcurl()->curl_multi_poll)
#define curl_multi_remove_handle (late_libcurl()->curl_multi_remove_handle)
#undef curl_multi_setopt
#define curl_multi_setopt   (late_libcurl()->curl_multi_setopt)
#define curl_slist_append   (late_libcurl()->curl_slist_append)
#define curl_slist_free_all (late_libcurl()->curl_slist_free_all)
#define curl_version_info   (late_libcurl()->curl_version_info)
#define curl_free           (late_libcurl()->curl_free)
#define curl_url            (late_libcurl()->curl_url)
#define curl_url_cleanup    (late_libcurl()->curl_url_cleanup)
#define curl_url_get        (late_libcurl()->curl_url_get)
#define curl_url_set        (late_libcurl()->curl_url_set)

#endif
