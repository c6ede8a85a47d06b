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

static struct slice with_user(struct cli *cli, struct slice url, struct slice user,
			      struct slice password)
{
	struct url parts;
	struct slice own;
	url_parse(url, &parts);
	bool has_password = slice_find_byte(parts.userinfo, ':') != SLICE_NONE;
	if (!parts.has_authority || has_password || (user.len == 0 && password.len == 0))
		return url;
	own = percent_decode(&cli->arena, parts.userinfo);
	// A password for another user than the URL's is not for it.
	if (own.len && user.len && !slice_eq(own, user))
		return url;
	struct slice who =
		own.len ? parts.userinfo : url_escape_component(&cli->arena, user);
	struct slice secret = url_escape_component(&cli->arena, password);
	struct slice userinfo = arena_printf(&cli->arena, "%.*s%s%.*s", SLICE_ARG(who),
					     password.len ? ":" : "", SLICE_ARG(secret));
	return url_with_userinfo(&cli->arena, url, userinfo);
}

struct slice index_url(struct cli *cli, struct slice given)
{
	struct slice url = slice_trim(given);
	struct slice name = cut_name(&url);
	if (name.len == 0)
		return url;
	return with_user(cli, url, named_setting(cli, name, "USERNAME"),
			 named_setting(cli, name, "PASSWORD"));
}

void add_users(struct cli *cli, const struct text_list *named,
	       struct text_list *ret_named)
{
	*ret_named = (struct text_list){ 0 };
	for (size_t i = 0; i < named->len; i++) {
		struct slice url = slice_from(named->items[i]);
		struct slice name = cut_name(&url);
		struct slice whole = index_url(cli, slice_from(named->items[i]));
		*array_push(&cli->arena, ret_named) =
			name.len ? arena_printf(&cli->arena, "%.*s=%.*s", SLICE_ARG(name),
						SLICE_ARG(whole))
					   .ptr
				 : named->items[i];
	}
}

struct slice main_index_url(struct cli *cli, struct slice given)
{
	return with_user(cli, index_url(cli, given),
			 slice_from(setting("PINBAKE_INDEX_USERNAME")),
			 slice_from(setting("PINBAKE_INDEX_PASSWORD")));
}

// Variables go before pip's files; which of the two a setting stems from is told by who has it.
static enum origin origin_of_setting(const char *key)
{
	return pip_config_value(key) ? ORIGIN_USER : ORIGIN_ENVIRONMENT;
}

struct address configured_index(struct cli *cli)
{
	struct slice given = slice_from(default_index_url());
	if (!index_is_configured())
		return (struct address){ given, ORIGIN_DEFAULT };
	return (struct address){ main_index_url(cli, given),
				 origin_of_setting("index-url") };
}

void add_index_words(struct cli *cli, const char *words, enum origin origin,
		     struct address_list *urls)
{
	struct slice rest = slice_from(words), word;
	bool more = words != NULL;
	while (more) {
		more = slice_cut(&rest, ' ', &word);
		if (slice_trim(word).len)
			*array_push(&cli->arena, urls) =
				(struct address){ index_url(cli, word), origin };
	}
}

void add_configured_extra_indexes(struct cli *cli, struct address_list *urls)
{
	add_index_words(cli, setting("UV_INDEX"), ORIGIN_ENVIRONMENT, urls);
	add_index_words(cli, configured_setting("EXTRA_INDEX_URL"),
			origin_of_setting("extra-index-url"), urls);
}

void add_configured_links(struct cli *cli, struct address_list *links)
{
	add_index_words(cli, configured_setting("FIND_LINKS"),
			origin_of_setting("find-links"), links);
}

struct address_list configured_credentials(struct cli *cli)
{
	struct address_list urls = { 0 };
	if (index_is_configured())
		*array_push(&cli->arena, &urls) = configured_index(cli);
	add_configured_extra_indexes(cli, &urls);
	add_configured_links(cli, &urls);
	return urls;
}
