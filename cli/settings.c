// SPDX-License-Identifier: MIT
// The environment, the clock and signals, read here and handed down as values.
#include "cli/cli.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

static volatile int interrupt_seen;

static void on_interrupt(int signal_number)
{
	// The second one means it: the default action ends the process. Temporary files of a finished rename are whole.
	interrupt_seen = signal_number;
	signal(signal_number, SIG_DFL);
}

void catch_interrupts(void)
{
	struct sigaction action = { .sa_handler = on_interrupt };
	sigemptyset(&action.sa_mask);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

const volatile int *interrupt_flag(void)
{
	return &interrupt_seen;
}

bool interrupted(void)
{
	return interrupt_seen != 0;
}

const char *setting(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

const char *configured_setting(const char *name)
{
	static const char *const prefixes[] = { "PINBAKE_", "PIP_", "UV_" };
	char full[64];
	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		snprintf(full, sizeof(full), "%s%s", prefixes[i], name);
		if (setting(full))
			return setting(full);
	}
	return NULL;
}

static const char *configured_index(void)
{
	const char *url = configured_setting("INDEX_URL");
	return url ? url : setting("UV_DEFAULT_INDEX");
}

const char *default_index_url(void)
{
	const char *url = configured_index();
	return url ? url : "https://pypi.org/simple";
}

bool index_is_configured(void)
{
	return configured_index() != NULL;
}

struct slice host_platform(struct arena *arena)
{
	static const char *const names[][2] = { { "x86_64", "amd64" },	{ "aarch64", "arm64" }, { "armv7l", "arm/v7" },
						{ "i686", "386" },	{ "ppc64le", "ppc64le" }, { "s390x", "s390x" },
						{ "riscv64", "riscv64" } };
	struct utsname host;
	const char *machine = uname(&host) == 0 ? host.machine : "x86_64";
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(machine, names[i][0]) == 0)
			return arena_printf(arena, "linux/%s", names[i][1]);
	return S("linux/amd64");
}

uint64_t clock_seconds(void)
{
	return (uint64_t)time(NULL);
}

uint64_t clock_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

const char *cache_directory(struct cli *cli)
{
	const char *base;
	if (cli->common.cache_dir)
		return cli->common.cache_dir;
	if ((base = setting("PINBAKE_CACHE_DIR")) != NULL)
		return base;
	if ((base = setting("XDG_CACHE_HOME")) != NULL)
		return path_join(&cli->arena, base, S("pinbake"));
	if ((base = setting("HOME")) != NULL)
		return path_join(&cli->arena, base, S(".cache/pinbake"));
	return "/var/tmp/pinbake-cache";
}

// The first variable that is set: our own, then those that pip, requests, curl and OpenSSL read.
static const char *first_setting(const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (setting(names[i]))
			return setting(names[i]);
	return NULL;
}

int open_net(struct cli *cli, struct net **ret_net, struct error *err)
{
	static const char *const ca_files[] = { "PINBAKE_CERT", "PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
						"CURL_CA_BUNDLE" };
	static const char *const client_certificates[] = { "PINBAKE_CLIENT_CERT", "PIP_CLIENT_CERT",
							   "SSL_CLIENT_CERT" };
	struct net_config config = {
		.ca_file = first_setting(ca_files, sizeof(ca_files) / sizeof(*ca_files)),
		.ca_directory = setting("SSL_CERT_DIR"),
		.client_certificate = first_setting(client_certificates,
						    sizeof(client_certificates) / sizeof(*client_certificates)),
		.proxy = setting("PIP_PROXY"),
		.offline = cli->common.offline,
		.retries = 4,
		.interrupted = &interrupt_seen,
	};
	return net_open(&config, ret_net, err);
}

int open_store(struct cli *cli, struct store **ret_store, struct error *err)
{
	return store_open(cache_directory(cli), ret_store, err);
}

void store_cleanup(struct store **store)
{
	store_close(*store);
}

void net_cleanup(struct net **net)
{
	net_close(*net);
}
