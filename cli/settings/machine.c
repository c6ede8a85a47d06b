// SPDX-License-Identifier: MIT
// The environment, the clock and signals, read here and handed down as values: the session of the command.
#include "cli/cli.h"
#include "cli/settings/child_environment.h"
#include "cli/settings/index_url.h"
#include "cli/settings/keyring.h"
#include "cli/settings/pip_config.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

const char *setting(const char *name)
{
	const char *value = getenv(name);
	return value && *value ? value : NULL;
}

// The first variable that is set: our own, then those that pip, requests, curl and OpenSSL read.
static const char *first_setting(const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (setting(names[i]))
			return setting(names[i]);
	return NULL;
}

bool locale_is_utf8(void)
{
	static const char *const names[] = { "LC_ALL", "LC_CTYPE", "LANG" };
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		struct slice locale = slice_from(setting(names[i])), name = locale;
		if (locale.len == 0)
			continue;
		slice_cut(&locale, '.', &name);
		slice_cut(&locale, '@', &name);
		return slice_eq_ignore_case(name, S("UTF-8")) ||
		       slice_eq_ignore_case(name, S("UTF8"));
	}
	return false;
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
	// pip.conf has the same names, as options are written
	size_t len = 0;
	for (; name[len] && len + 1 < sizeof(full); len++)
		full[len] = name[len] == '_' ? '-' : to_lower(name[len]);
	full[len] = '\0';
	return pip_config_value(full);
}

static const char *configured_index_text(void)
{
	static const char *const variables[] = { "PINBAKE_INDEX_URL", "PIP_INDEX_URL",
						 "UV_INDEX_URL", "UV_DEFAULT_INDEX" };
	const char *url =
		first_setting(variables, sizeof(variables) / sizeof(*variables));
	return url ? url : pip_config_value("index-url");
}

const char *default_index_url(void)
{
	const char *url = configured_index_text();
	return url ? url : PUBLIC_INDEX_URL;
}

bool index_is_configured(void)
{
	return configured_index_text() != NULL;
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

// What is no absolute path is as good as unset, as the XDG specification wants it.
static const char *absolute_setting(const char *name)
{
	const char *value = setting(name);
	return value && *value == '/' ? value : NULL;
}

static const char *home_directory(void)
{
	const char *home = absolute_setting("HOME");
	const struct passwd *entry = home ? NULL : getpwuid(geteuid());
	return entry && entry->pw_dir && *entry->pw_dir == '/' ? entry->pw_dir : home;
}

int cache_directory(struct cli *cli, const char **ret_path, struct error *err)
{
	const char *base = cli->common.cache_dir ? cli->common.cache_dir
						 : setting("PINBAKE_CACHE_DIR");
	if (base)
		*ret_path = base;
	else if ((base = absolute_setting("XDG_CACHE_HOME")) != NULL)
		*ret_path = path_join(&cli->arena, base, S("pinbake"));
	else if ((base = home_directory()) != NULL)
		*ret_path = path_join(&cli->arena, base, S(".cache/pinbake"));
	if (base)
		return 0;
	error_set(err, ERROR_USAGE, "there is no home folder to keep the cache in");
	return error_hint(err, "--cache-dir DIR, or set HOME");
}

const char *host_platform(struct cli *cli)
{
	static const char *const names[][2] = {
		{ "x86_64", "amd64" },   { "aarch64", "arm64" },   { "armv7l", "arm/v7" },
		{ "i686", "386" },       { "ppc64le", "ppc64le" }, { "s390x", "s390x" },
		{ "riscv64", "riscv64" }
	};
	struct utsname host;
	const char *machine = uname(&host) == 0 ? host.machine : "x86_64";
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(machine, names[i][0]) == 0)
			return arena_printf(&cli->arena, "linux/%s", names[i][1]).ptr;
	return "linux/amd64";
}

// --- the net ---------------------------------------------------------------------------------------------------------

static const char *ca_file(void)
{
	static const char *const own[] = { "PINBAKE_CERT", "PIP_CERT" };
	static const char *const common[] = { "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
					      "CURL_CA_BUNDLE" };
	const char *path = first_setting(own, sizeof(own) / sizeof(*own));
	if (!path)
		path = pip_config_value("cert");
	return path ? path : first_setting(common, sizeof(common) / sizeof(*common));
}

static const char *client_certificate(void)
{
	static const char *const own[] = { "PINBAKE_CLIENT_CERT", "PIP_CLIENT_CERT" };
	const char *path = first_setting(own, sizeof(own) / sizeof(*own));
	if (!path)
		path = pip_config_value("client-cert");
	return path ? path : setting("SSL_CLIENT_CERT");
}

// A number of seconds or tries that a setting gives; what is none is said and passed over.
static unsigned number_setting(struct cli *cli, const char *const *names, size_t count,
			       const char *key, unsigned otherwise)
{
	enum { NUMBER_MAX = 3600 };
	const char *text = first_setting(names, count);
	const char *who = text ? "a variable" : "pip.conf";
	struct slice whole, rest;
	uint64_t number;
	if (!text)
		text = pip_config_value(key);
	if (!text)
		return otherwise;
	rest = slice_from(text);
	slice_cut(&rest, '.', &whole); // pip takes fractions of a second
	if (slice_parse_u64(whole, NUMBER_MAX, &number))
		return (unsigned)number;
	warn(cli, "%s sets '%s' to what is no number up to %d", who, key, NUMBER_MAX);
	return otherwise;
}

static void set_limits(struct cli *cli, struct net_config *config)
{
	static const char *const timeouts[] = { "PINBAKE_TIMEOUT", "PIP_TIMEOUT",
						"PIP_DEFAULT_TIMEOUT",
						"UV_HTTP_TIMEOUT" };
	static const char *const retries[] = { "PINBAKE_RETRIES", "PIP_RETRIES",
					       "UV_HTTP_RETRIES" };
	enum { TRIES = 4, MS = 1000 };
	unsigned seconds =
		number_setting(cli, timeouts, sizeof(timeouts) / sizeof(*timeouts),
			       "timeout", 0);
	config->connect_timeout_ms = config->stall_timeout_ms = seconds * MS;
	config->retries = number_setting(cli, retries, sizeof(retries) / sizeof(*retries),
					 "retries", TRIES);
}

void add_words(struct cli *cli, const char *words, struct slice_list *list)
{
	struct slice rest = slice_from(words), word;
	bool more = rest.len > 0;
	while (more) {
		more = slice_cut(&rest, ' ', &word);
		if (slice_trim(word).len)
			*array_push(&cli->arena, list) = slice_trim(word);
	}
}

// The command line adds to what is configured.
static struct slice_list hosts_of(struct cli *cli, const struct text_list *said,
				  const char *words)
{
	struct slice_list hosts = { 0 };
	for (size_t i = 0; i < said->len; i++)
		*array_push(&cli->arena, &hosts) = slice_trim(slice_from(said->items[i]));
	add_words(cli, words, &hosts);
	return hosts;
}

static void set_hosts(struct cli *cli, struct net_config *config)
{
	const char *words = configured_setting("TRUSTED_HOST");
	struct slice_list trusted = hosts_of(cli, &cli->common.trusted_hosts,
					     words ? words : setting("UV_INSECURE_HOST")),
			  own = hosts_of(cli, &cli->common.password_hosts,
					 setting("PINBAKE_PASSWORD_HOST"));
	config->trusted_hosts = trusted.items;
	config->trusted_len = trusted.len;
	config->password_hosts = own.items;
	config->password_len = own.len;
}

static void tell_of_password(void *context, struct slice text, struct slice hint)
{
	struct cli *cli = context;
	struct error *told = diagnostics_warn(&cli->diagnostics, "%.*s", SLICE_ARG(text));
	if (hint.len)
		error_hint(told, "%.*s", SLICE_ARG(hint));
}

// -vv: when each request was wanted, sent and answered, in milliseconds.
static void show_timing(void *context, const struct net_timing *timing)
{
	const struct cli *cli = context;
	detail(cli, "%7.1f %7.1f %7.1f %7.1f ms  %3u %8llu B  %.*s",
	       (double)timing->asked_us / 1e3, (double)timing->begun_us / 1e3,
	       (double)timing->first_byte_us / 1e3, (double)timing->done_us / 1e3,
	       timing->status, (unsigned long long)timing->bytes, SLICE_ARG(timing->url));
}

static const char *netrc_file(struct cli *cli)
{
	const char *home = setting("HOME");
	if (setting("NETRC"))
		return setting("NETRC");
	return home ? path_join(&cli->arena, home, S(".netrc")) : NULL;
}

// Libraries open these by themselves, and would wait for a pipe.
static int check_kinds(const struct net_config *config, struct error *err)
{
	const char *const files[] = { config->ca_file, config->client_certificate,
				      config->netrc };
	for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++)
		if (files[i] && file_check_kind(files[i], ERROR_INPUT, err) < 0)
			return -1;
	return 0;
}

static int net_config_of(struct cli *cli, struct net_config *ret_config,
			 struct error *err)
{
	struct net_config config = {
		.ca_file = ca_file(),
		.ca_directory = setting("SSL_CERT_DIR"),
		.client_certificate = client_certificate(),
		.netrc = netrc_file(cli),
		.proxy = configured_setting("PROXY"),
		.finds_proxy = true,
		.password_context = cli,
		.warn = tell_of_password,
		.warn_context = cli,
	};
	bool keyring;
	if (keyring_is_wanted(cli, &keyring, err) < 0)
		return -1;
	config.find_password = keyring ? keyring_find_password : NULL;
	if (cli->common.verbose > 1) {
		config.trace = show_timing;
		config.trace_context = cli;
	}
	set_limits(cli, &config);
	set_hosts(cli, &config);
	if (check_kinds(&config, err) < 0)
		return -1;
	*ret_config = config;
	return 0;
}

// --- the session -----------------------------------------------------------------------------------------------------

static void tell(void *context, enum notice_kind kind, struct slice text)
{
	struct cli *cli = context;
	progress_done(cli);
	switch (kind) {
	case NOTICE_STEP: say(cli, "%.*s", SLICE_ARG(text)); break;
	case NOTICE_DETAIL: detail(cli, "%.*s", SLICE_ARG(text)); break;
	case NOTICE_LOG: show_log_tail(cli, text); break;
	}
}

// Another build of the program may answer otherwise, whatever it calls itself.
static const char *program_identity(struct cli *cli)
{
	struct stat self = { 0 };
	(void)stat("/proc/self/exe", &self);
	return arena_printf(&cli->arena, "%s %lld %lld %ld", PINBAKE_VERSION,
			    (long long)self.st_size, (long long)self.st_mtim.tv_sec,
			    self.st_mtim.tv_nsec)
		.ptr;
}

int open_session(struct cli *cli, struct error *err)
{
	struct session_config config = {
		.offline = cli->common.offline,
		.now = clock_seconds(),
		.platform = host_platform(cli),
		.search_path = search_path(cli),
		.python_folders = python_folders(cli),
		.git_environment = git_environment(cli),
		.engine_environment = engine_environment(cli),
		.variable = setting,
		.program = program_identity(cli),
		.work = cli->progress,
		.notice = tell,
		.notice_context = cli,
	};
	if (cli->session)
		return 0;
	if (cache_directory(cli, &config.cache_directory, err) < 0 ||
	    net_config_of(cli, &config.net, err) < 0)
		return -1;
	config.credentials = configured_credentials(cli);
	return pinbake_session_open(&config, &cli->session, err);
}
