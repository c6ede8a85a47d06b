// SPDX-License-Identifier: MIT
// Reports long work to those who listen.
#include "base/work.h"

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
