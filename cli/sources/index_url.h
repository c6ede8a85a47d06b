// SPDX-License-Identifier: MIT
// Indexes as they are given: an address, maybe a name before it, maybe user and password from elsewhere.
#pragma once

#include "cli/cli.h"

// "https://h/simple" or "NAME=https://h/simple", with the user and password that PINBAKE_INDEX_NAME_USERNAME,
// UV_INDEX_NAME_USERNAME and …_PASSWORD give. What the URL itself says comes first.
struct slice index_url(struct cli *cli, struct slice given);
// The same for the index that is asked last: PINBAKE_INDEX_USERNAME and PINBAKE_INDEX_PASSWORD, too. Not for one that
// a requirements file names: a file from elsewhere must not learn them.
struct slice main_index_url(struct cli *cli, struct slice given);
// The same for each "NAME=URL" of a list; the names stay.
void add_users(struct cli *cli, const struct text_list *named,
	       struct text_list *ret_named);
// main_index_url of the one that the settings name, else the Python Package Index, for which there are none.
struct slice configured_index_url(struct cli *cli);

struct url_list {
	struct slice *items;
	size_t len, cap;
};
// The words of a setting ("" for none), each through index_url.
void add_index_words(struct cli *cli, const char *words, struct url_list *urls);
// PINBAKE_EXTRA_INDEX_URL and the like, and UV_INDEX.
void add_configured_extra_indexes(struct cli *cli, struct url_list *urls);

// Lets the net know the credentials of all that is configured.
void use_configured_credentials(struct cli *cli, struct net *net);
