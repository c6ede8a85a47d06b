// SPDX-License-Identifier: MIT
// What a user wrote is quoted in messages, passwords in URLs are not.
#pragma once

#include "base/error.h"

// "https://user:password@host/" becomes "https://*************@host/": as many columns
// as before, so that carets still stand below what they point at. In place.
void mask_secrets(char *text, size_t len);
struct error error_masked(const struct error *err); // all of its texts
