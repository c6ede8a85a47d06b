// SPDX-License-Identifier: MIT
// Ctrl-C, and what else asks the program to end. Work heeds the flag between two pieces; a timer ends the process where
// a piece takes too long. That is as good an end: what is written appears whole or not at all, and the next run sweeps
// up what was begun.
#include "base/process.h"
#include "cli/cli.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { END_AFTER_MS = 400 };

static volatile int interrupt_seen;
static volatile sig_atomic_t ended_as_json;
static timer_t end_timer;

// Only the first one starts the timer: later ones ask for what happens already.
static void on_interrupt(int signal_number)
{
	const struct itimerspec after = { .it_value.tv_nsec = END_AFTER_MS * 1000000L };
	int kept = errno;
	if (!interrupt_seen)
		timer_settime(end_timer, 0, &after, NULL);
	interrupt_seen = signal_number;
	errno = kept;
}

static void last_words(int fd, const char *text)
{
	(void)!write(fd, text, strlen(text));
}

static void on_timer(int signal_number)
{
	(void)signal_number;
	process_end_all();
	if (ended_as_json)
		last_words(
			STDOUT_FILENO,
			"{\n  \"error\": {\n    \"exit\": 130,\n    \"kind\": \"interrupted\",\n"
			"    \"message\": \"interrupted\"\n  },\n  \"ok\": false,\n"
			"  \"schema\": \"pinbake.error/1\"\n}\n");
	else
		last_words(STDERR_FILENO, "error: interrupted\n");
	_exit(ERROR_INTERRUPTED);
}

// SIGHUP stays ignored where nohup has begun us.
void catch_interrupts(bool as_json)
{
	struct sigaction action = { .sa_handler = on_interrupt }, hangup;
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGALRM };
	ended_as_json = as_json;
	signal(SIGALRM, on_timer);
	if (timer_create(CLOCK_MONOTONIC, &event, &end_timer) != 0)
		BUG("the kernel gives no timer");
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	if (sigaction(SIGHUP, NULL, &hangup) == 0 && hangup.sa_handler != SIG_IGN)
		sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

const volatile int *interrupt_flag(void)
{
	return &interrupt_seen;
}
