// SPDX-License-Identifier: MIT
// What is left out of an environment on request (env.11). Rules look at one wheel alone and
// at its bytes only; nothing of dist-info is ever left out.
//
//	tests    folders named "tests" in site-packages, from the first one of a path on, with all that is in them; kept
//	         are those without any .py file (data), those that an entry point names, and those that a module outside
//	         them names: by dotted name ("demo.tests.util", "from ..tests import x"), as a name that is imported
//	         ("from . import tests"), or in quotes
//	pyi      *.pyi in site-packages; kept where the .py beside it reads it (attach_stub of lazy_loader)
//	headers  all of the headers scheme, and *.h *.hh *.hpp *.hxx *.cuh below folders named "include" in site-packages;
//	         the latter are kept in packages that compile at run time
#pragma once

#include "builder/wheel/layout.h"

struct stripped {
	uint64_t files, bytes;
};

// Turns items that the rules leave out into LAYOUT_DROPPED.
NODISCARD int strip_layout(const struct wheel_file *wheel,
			   const struct layout_places *places, struct layout *layout,
			   struct stripped *ret_stripped, struct error *err);
