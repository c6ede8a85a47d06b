// SPDX-License-Identifier: MIT
// Loads libraries by dlopen and dlsym; the program ends here if one is missing.
#include "base/late_library.h"

#include "base/error.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

static void put(const char *text)
{
	ssize_t ignored = write(STDERR_FILENO, text, strlen(text));
	(void)ignored;
}

static _Noreturn void missing(void)
{
	const char *why = dlerror();
	put("pinbake: error: a library of this system is missing: ");
	put(why ? why : "unknown");
	put("\n");
	_exit(ERROR_IO);
}

void late_library_load(const char *soname, const char *const *names,
		       late_function **functions, size_t len)
{
	// Never closed: libraries keep state of their own until the program ends.
	void *library = dlopen(soname, RTLD_NOW | RTLD_LOCAL);
	if (!library)
		missing();
	for (size_t i = 0; i < len; i++) {
		void *symbol = dlsym(library, names[i]);
		if (!symbol)
			missing();
		// ISO C has no cast from an object's address to a function's.
		memcpy(&functions[i], &symbol, sizeof(functions[i]));
	}
}
