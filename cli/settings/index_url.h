// SPDX-License-Identifier: MIT
// Indexes as they are given: an address, maybe a name before it, maybe user and password from elsewhere.
#pragma once

#include "base/origin.h"
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
struct address configured_index(struct cli *cli);

// The words of a setting ("" for none), each through index_url.
void add_index_words(struct cli *cli, const char *words, enum origin origin,
		     struct address_list *urls);
// PINBAKE_EXTRA_INDEX_URL and the like, and UV_INDEX.
void add_configured_extra_indexes(struct cli *cli, struct address_list *urls);

// PINBAKE_FIND_LINKS and the like.
void add_configured_links(struct cli *cli, struct address_list *links);

// All that is configured and may have a password.
struct address_list configured_credentials(struct cli *cli);
