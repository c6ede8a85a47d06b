// SPDX-License-Identifier: MIT
// Reports long work to those who listen.
#include "base/work.h"

#include <stdarg.h>
#include <stdio.h>

void work_stage(const struct work *work, const char *what, uint64_t total)
{
	if (work && work->stage)
		work->stage(work->context, what, total);
}

void work_advance(const struct work *work, uint64_t done, struct slice item)
{
	if (work && work->advance)
		work->advance(work->context, done, item);
}

void work_status(const struct work *work, const char *fmt, ...)
{
	char line[160];
	va_list args;
	if (!work || !work->status)
		return;
	va_start(args, fmt);
	(void)vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	work->status(work->context, line);
}

uint64_t work_clock_ms(const struct work *work)
{
	return work && work->clock_ms ? work->clock_ms(work->context) : 0;
}

bool work_is_interrupted(const struct work *work)
{
	return work && work->interrupted && *work->interrupted;
}

int work_heed(const struct work *work, struct error *err)
{
	if (work_is_interrupted(work))
		return error_set(err, ERROR_INTERRUPTED, "interrupted");
	return 0;
}
