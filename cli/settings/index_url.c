// SPDX-License-Identifier: MIT
// Puts together where an index is and who asks it. Secrets live only in these URLs and in the net (idx.3).
#include "cli/settings/index_url.h"

#include "cli/settings/pip_config.h"
#include "base/text.h"
#include "net/url.h"

static bool is_name_byte(char c)
{
	return is_alnum(c) || c == '-' || c == '_' || c == '.';
}

// Cuts "NAME=" off, where a URL follows.
static struct slice cut_name(struct slice *given)
{
	size_t at = 0;
	while (at < given->len && is_name_byte(given->ptr[at]))
		at++;
	if (at == 0 || at == given->len || given->ptr[at] != '=' ||
	    !slice_contains(slice_skip(*given, at), S("://")))
		return S("");
	struct slice name = slice_range(*given, 0, at);
	*given = slice_skip(*given, at + 1);
	return name;
}

// NAME as a part of a variable: "my-index" is MY_INDEX.
static struct slice variable_part(struct arena *arena, struct slice name)
{
	char *out = arena_alloc(arena, name.len + 1, 1);
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		out[i] = is_alnum(c) ? (char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c)
				     : '_';
	}
	return (struct slice){ out, name.len };
}

static struct slice named_setting(struct cli *cli, struct slice name, const char *what)
{
	static const char *const prefixes[] = { "PINBAKE", "UV" };
	struct slice part = variable_part(&cli->arena, name);
	for (size_t i = 0; i < 2; i++) {
		struct slice variable = arena_printf(&cli->arena, "%s_INDEX_%.*s_%s",
						     prefixes[i], SLICE_ARG(part), what);
		const char *value = setting(variable.ptr);
		if (value)
			return slice_from(value);
	}
	return S("");
}

// The password counts; a user alone may be all that a token needs.
static void add_named_login(struct cli *cli, struct slice name, const struct address *of,
			    struct login_list *logins)
{
	struct slice user = named_setting(cli, name, "USERNAME"),
		     password = named_setting(cli, name, "PASSWORD"),
		     part = variable_part(&cli->arena, name);
	if (user.len == 0 && password.len == 0)
		return;
	*array_push(&cli->arena, logins) = (struct index_login){
		.url = of->url,
		.origin = of->origin,
		.user = user,
		.password = password,
		.bound = named_setting(cli, name, "URL"),
		.variable = arena_printf(&cli->arena, "PINBAKE_INDEX_%.*s_PASSWORD",
					 SLICE_ARG(part))
				    .ptr,
		.bound_by = arena_printf(&cli->arena, "PINBAKE_INDEX_%.*s_URL",
					 SLICE_ARG(part))
				    .ptr,
	};
}

struct address index_address(struct cli *cli, struct slice given, enum origin origin,
			     struct login_list *logins)
{
	struct address address = { slice_trim(given), origin };
	struct slice name = cut_name(&address.url);
	if (name.len)
		add_named_login(cli, name, &address, logins);
	return address;
}

void add_main_login(struct cli *cli, struct login_list *logins)
{
	const struct index_login login = {
		.url = S(""),
		.user = slice_from(setting("PINBAKE_INDEX_USERNAME")),
		.password = slice_from(setting("PINBAKE_INDEX_PASSWORD")),
		.bound = S(""),
		.variable = "PINBAKE_INDEX_PASSWORD",
		.bound_by = "PINBAKE_INDEX_URL",
	};
	if (login.user.len || login.password.len)
		*array_push(&cli->arena, logins) = login;
}

void add_named_logins(struct cli *cli, const struct text_list *named, enum origin origin,
		      struct login_list *logins)
{
	for (size_t i = 0; i < named->len; i++)
		(void)index_address(cli, slice_from(named->items[i]), origin, logins);
}

// Variables go before pip's files; which of the two a setting stems from is told by who has it.
static enum origin origin_of_setting(const char *key)
{
	return pip_config_value(key) ? ORIGIN_USER : ORIGIN_ENVIRONMENT;
}

struct address configured_index(struct cli *cli)
{
	struct slice given = slice_from(default_index_url());
	struct login_list named = { 0 };
	if (!index_is_configured())
		return (struct address){ given, ORIGIN_DEFAULT };
	return index_address(cli, given, origin_of_setting("index-url"), &named);
}

void add_index_words(struct cli *cli, const char *words, enum origin origin,
		     struct address_list *urls, struct login_list *logins)
{
	struct slice rest = slice_from(words), word;
	bool more = words != NULL;
	while (more) {
		more = slice_cut(&rest, ' ', &word);
		if (slice_trim(word).len)
			*array_push(&cli->arena, urls) =
				index_address(cli, word, origin, logins);
	}
}

void add_configured_extra_indexes(struct cli *cli, struct address_list *urls,
				  struct login_list *logins)
{
	add_index_words(cli, setting("UV_INDEX"), ORIGIN_ENVIRONMENT, urls, logins);
	add_index_words(cli, configured_setting("EXTRA_INDEX_URL"),
			origin_of_setting("extra-index-url"), urls, logins);
}

void add_configured_links(struct cli *cli, struct address_list *links)
{
	struct login_list none = { 0 };
	add_index_words(cli, configured_setting("FIND_LINKS"),
			origin_of_setting("find-links"), links, &none);
}

struct address_list configured_credentials(struct cli *cli)
{
	struct address_list urls = { 0 }, bare = { 0 };
	struct login_list logins = { 0 };
	if (index_is_configured()) {
		*array_push(&cli->arena, &bare) = configured_index(cli);
		add_main_login(cli, &logins);
		if (logins.len)
			logins.items[0].url = bare.items[0].url;
	}
	add_configured_extra_indexes(cli, &bare, &logins);
	add_configured_links(cli, &bare);
	for (size_t i = 0; i < logins.len; i++)
		*array_push(&cli->arena, &urls) =
			(struct address){ url_with_login(&cli->arena, logins.items[i].url,
							 logins.items[i].user,
							 logins.items[i].password),
					  ORIGIN_ENVIRONMENT };
	for (size_t i = 0; i < bare.len; i++)
		*array_push(&cli->arena, &urls) = bare.items[i];
	return urls;
}
