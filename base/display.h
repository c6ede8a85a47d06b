// SPDX-License-Identifier: MIT
// Text from elsewhere on its way to people: what it may hold on a terminal, in the log of a build service, and in JSON
// that is read on either.
//
// Written as an escape is what moves the cursor, ends a line (LF, CR, VT, FF, NEL, U+2028, U+2029), turns the direction of
// reading, cannot be seen or passes for a blank, what is no UTF-8, and the '[' or ':' by which build services know a
// command in a log ("##vso[", "##[", "::error::" at the start of a line). All else stays as it is.
#pragma once

#include "base/arena.h"

// Appends the text as a piece of one line, which begins with the buffer: "\n", "\x1b", "\u202e", "\U000e0041"; a byte that
// is no UTF-8 as "\xff", a tab as a blank.
void display_append(struct buf *line, struct slice text);
struct slice display_text(struct arena *arena, struct slice text);

// The columns that a terminal takes for the text as display_append writes it: one for each character.
size_t display_width(struct slice text);

// The beginning of a line that display_append made, of at most so many columns.
struct slice display_first_columns(struct slice line, size_t columns);

// Where the text has what a text of several lines may not hold either, or SLICE_NONE. Line feeds are fine, tabs are not.
size_t display_find_unsafe(struct slice text);

// Where the text has a control character, an end of a line, a sign that turns the direction of reading or a hidden tag, or
// is no UTF-8: what no name, path or address has, and what could add lines or hide some where it is written out again.
size_t display_find_control(struct slice text);
bool display_is_control(uint32_t point); // is that one of them?

// The same JSON text with escapes of JSON in the place of those characters ("\u202e"): each reader sees the same values.
// It must be well-formed, and its strings without control characters below U+0020, as any writer of JSON has it.
struct slice display_json(struct arena *arena, struct slice json);
