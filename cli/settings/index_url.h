// SPDX-License-Identifier: MIT
// Indexes as they are given: an address, maybe a name before it, maybe user and password from elsewhere.
#pragma once

#include "base/origin.h"
#include "cli/cli.h"

// "https://h/simple" or "NAME=https://h/simple", without the name. What PINBAKE_INDEX_NAME_USERNAME, …_PASSWORD and the
// same of UV say of that name goes to the logins, with the host that PINBAKE_INDEX_NAME_URL binds it to.
struct address index_address(struct cli *cli, struct slice given, enum origin origin,
			     struct login_list *logins);
// PINBAKE_INDEX_USERNAME and PINBAKE_INDEX_PASSWORD, for the main index, whoever names it.
void add_main_login(struct cli *cli, struct login_list *logins);
// The logins of the names in a list of "NAME=URL".
void add_named_logins(struct cli *cli, const struct text_list *named, enum origin origin,
		      struct login_list *logins);
// The index that the settings name, else the Python Package Index.
struct address configured_index(struct cli *cli);

// The words of a setting ("" for none), each through index_address.
void add_index_words(struct cli *cli, const char *words, enum origin origin,
		     struct address_list *urls, struct login_list *logins);
// PINBAKE_EXTRA_INDEX_URL and the like, and UV_INDEX.
void add_configured_extra_indexes(struct cli *cli, struct address_list *urls,
				  struct login_list *logins);

// PINBAKE_FIND_LINKS and the like.
void add_configured_links(struct cli *cli, struct address_list *links);

// All that is configured and may have a password, which is in it: the user's own word.
struct address_list configured_credentials(struct cli *cli);
