// SPDX-License-Identifier: MIT
// When a transfer is worth another try, and how long to wait before it. A pure function:
// no clock, no chance.
#pragma once

#include "base/slice.h"

// May the status be another one next time? 408, 429, and 5xx but 501 and 505.
bool retry_status(unsigned status);

// Is a Retry-After of so many seconds too long to wait here and now?
bool retry_is_too_late(uint64_t retry_after_seconds);

// Milliseconds before try `attempt` (1 is the first repetition) of a transfer of `url`.
// Doubles from 250 ms to at most 10 s; up to half of it depends on the url, so that many
// transfers that failed together do not return together. The server's Retry-After
// (seconds, 0 for none) is a lower bound, at most a minute.
uint64_t retry_delay_ms(struct slice url, unsigned attempt, uint64_t retry_after_seconds);
