// SPDX-License-Identifier: MIT
// Shared libraries that are loaded when the first of their functions is called, not when
// the program starts: most runs fetch nothing, and the libraries that fetching draws in
// cost more time to load than such a run takes.
//
//	#define LIBX_FUNCTIONS(each) each(x_open) each(x_close)
//	LATE_LIBRARY(libx, LIBX_FUNCTIONS)          const struct libx *libx(void)
//	#define x_open (libx()->x_open)             the callers stay as they were
//
// Built with PINBAKE_LATE_LIBRARIES off, the callers link to the libraries as usual.
#pragma once

#include <stddef.h>

typedef void late_function(void);

// Fills functions[i] with the function names[i] of the library. Without the library, or
// without one of its functions, the program ends with a message (exit 70).
void late_library_load(const char *soname, const char *const *names,
		       late_function **functions, size_t len);

#define LATE_MEMBER(name) __typeof__(name) *name;
#define LATE_NAME(name)   #name,

#define LATE_LIBRARY(library, soname, FUNCTIONS)                                \
	struct library {                                                        \
		FUNCTIONS(LATE_MEMBER)                                          \
	};                                                                      \
	static struct library library##_loaded;                                 \
	static void library##_load(void)                                        \
	{                                                                       \
		static const char *const names[] = { FUNCTIONS(LATE_NAME) };    \
		enum { COUNT = sizeof(names) / sizeof(*names) };                \
		late_function *functions[COUNT];                                \
		late_library_load(soname, names, functions, COUNT);             \
		memcpy(&library##_loaded, functions, sizeof(library##_loaded)); \
	}                                                                       \
	static const struct library *library(void)                              \
	{                                                                       \
		static pthread_once_t once = PTHREAD_ONCE_INIT;                 \
		pthread_once(&once, library##_load);                            \
		return &library##_loaded;                                       \
	}
