// SPDX-License-Identifier: MIT
// One line on a foreground terminal, rewritten at most ten times a second; elsewhere one line a stage.
#include "cli/cli.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { INTERVAL_MS = 100 };

static bool in_foreground(const struct cli *cli)
{
	return cli->stderr_is_terminal && stderr_is_ours();
}

static bool wanted(const struct cli *cli)
{
	return !cli->common.quiet && !cli->common.json;
}

void progress_text(struct cli *cli, const char *fmt, ...)
{
	uint64_t now = clock_ms();
	if (!wanted(cli) || !in_foreground(cli) ||
	    now - cli->stage_shown_ms < INTERVAL_MS)
		return;
	cli->stage_shown_ms = now;
	char line[160];
	va_list args;
	va_start(args, fmt);
	vsnprintf(line, sizeof(line), fmt, args);
	va_end(args);
	status_show(line);
	cli->progress_shown = true;
}

void progress_done(struct cli *cli)
{
	if (cli->progress_shown)
		status_clear();
	cli->progress_shown = false;
}

static void stage(void *context, const char *what, uint64_t total)
{
	struct cli *cli = context;
	progress_done(cli);
	snprintf(cli->stage, sizeof(cli->stage), "%s", what);
	cli->stage_total = total;
	cli->stage_shown_ms = 0;
	cli->stage_started_ms = clock_ms();
	if (wanted(cli) && !in_foreground(cli))
		say(cli, "%s", what);
}

// Bytes a second since the stage began; nothing before that says much.
static struct slice rate_text(const struct cli *cli, uint64_t done, struct arena *arena)
{
	uint64_t took_ms = clock_ms() - cli->stage_started_ms;
	if (took_ms < INTERVAL_MS)
		return S("");
	struct slice rate = human_size(arena, done / took_ms * 1000);
	return arena_printf(arena, "  %.*s/s", SLICE_ARG(rate));
}

static void advance(void *context, uint64_t done, struct slice item)
{
	struct cli *cli = context;
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	bool bytes = cli->stage_total > 100000;
	struct slice have =
		bytes ? human_size(&scratch, done)
		      : arena_printf(&scratch, "%llu", (unsigned long long)done);
	struct slice all = bytes ? human_size(&scratch, cli->stage_total)
				 : arena_printf(&scratch, "%llu",
						(unsigned long long)cli->stage_total);
	struct slice rate = bytes ? rate_text(cli, done, &scratch) : S("");
	progress_text(cli, "%s %.*s/%.*s%.*s  %.*s", cli->stage, SLICE_ARG(have),
		      SLICE_ARG(all), SLICE_ARG(rate), SLICE_ARG(item));
}

static uint64_t progress_clock(void *context)
{
	(void)context;
	return clock_ms();
}

static void status(void *context, const char *line)
{
	progress_text(context, "%s", line);
}

void progress_start(struct cli *cli)
{
	cli->progress = (struct work){
		.stage = stage,
		.advance = advance,
		.status = status,
		.clock_ms = progress_clock,
		.context = cli,
		.interrupted = interrupt_flag(),
	};
}
