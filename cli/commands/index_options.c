// SPDX-License-Identifier: MIT
// Reads the options that say where distributions come from.
#include "cli/commands/index_options.h"

#include "cli/project_file.h"
#include "cli/settings/index_map.h"
#include "cli/settings/index_url.h"

struct slice_list slices_of(struct cli *cli, const struct text_list *texts)
{
	struct slice_list slices = { 0 };
	for (size_t i = 0; i < texts->len; i++)
		*array_push(&cli->arena, &slices) = slice_from(texts->items[i]);
	return slices;
}

// What a project's file says by the user's leave is the user's word.
enum origin option_origin(const struct cli *cli, const char *option)
{
	const struct said *said = setting_said(cli, option);
	if (!said)
		return ORIGIN_DEFAULT;
	return said->is_trusted ? ORIGIN_USER : said->origin;
}

static void add_urls(struct cli *cli, const struct text_list *texts, const char *option,
		     struct index_request *request)
{
	for (size_t i = 0; i < texts->len; i++)
		*array_push(&cli->arena, &request->extra) =
			index_address(cli, slice_from(texts->items[i]),
				      option_origin(cli, option), &request->logins);
}

static void add_links(struct cli *cli, const struct text_list *texts,
		      struct address_list *links)
{
	for (size_t i = 0; i < texts->len; i++)
		*array_push(&cli->arena, links) =
			(struct address){ slice_from(texts->items[i]),
					  option_origin(cli, "find-links") };
}

// Who says where a mapped package comes from: who names the index, or who maps it to a URL.
static enum origin mapped_origin(const struct cli *cli, const struct text_list *named,
				 struct slice url)
{
	for (size_t i = 0; i < named->len; i++) {
		struct slice rest = slice_from(named->items[i]), name;
		if (slice_cut(&rest, '=', &name) && slice_eq(slice_trim(rest), url))
			return option_origin(cli, "index");
	}
	return option_origin(cli, "index-for");
}

static int map_indexes(struct cli *cli, const struct index_values *values,
		       struct index_request *request, struct error *err)
{
	const struct text_list *named = &values->named_indexes;
	struct index_map map;
	if (index_map_read(&cli->arena, named, &values->index_for, &map, err) < 0)
		return -1;
	if (values->named_here &&
	    index_map_check(&cli->arena, named, &values->index_for, err) < 0)
		return -1;
	add_named_logins(cli, named, option_origin(cli, "index"), &request->logins);
	for (size_t i = 0; i < map.urls.len; i++)
		*array_push(&cli->arena, &request->named) =
			(struct address){ map.urls.items[i],
					  mapped_origin(cli, named, map.urls.items[i]) };
	request->mappings = map.mappings.items;
	request->mappings_len = map.mappings.len;
	return 0;
}

// Of the command line, else of PINBAKE_ALLOW_DIRECT, where commas or blanks stand between them.
static void allow_direct(struct cli *cli, const struct index_values *values,
			 struct index_request *request)
{
	struct slice rest = slice_from(setting("PINBAKE_ALLOW_DIRECT")), line, word;
	request->allow_direct = slices_of(cli, &values->allow_direct);
	while (!values->allow_direct.len && rest.len) {
		slice_cut(&rest, ',', &line);
		while (line.len) {
			slice_cut(&line, ' ', &word);
			if (slice_trim(word).len)
				*array_push(&cli->arena, &request->allow_direct) =
					slice_trim(word);
		}
	}
}

int index_request_of(struct cli *cli, const struct index_values *values,
		     const struct text_list *wheelhouses,
		     struct index_request *ret_request, struct error *err)
{
	struct index_request request = { .usual = configured_index(cli),
					 .wheelhouses = slices_of(cli, wheelhouses),
					 .none = values->no_index,
					 .refresh = values->refresh };
	if (values->index_url)
		request.main =
			index_address(cli, slice_from(values->index_url),
				      option_origin(cli, "index-url"), &request.logins);
	add_main_login(cli, &request.logins);
	add_urls(cli, &values->extra_index_urls, "extra-index-url", &request);
	add_links(cli, &values->find_links, &request.find_links);
	add_configured_extra_indexes(cli, &request.usual_extra, &request.logins);
	add_configured_links(cli, &request.usual_links);
	request.ignore_forbidden = slices_of(cli, &values->ignore_forbidden);
	add_words(cli, setting("PINBAKE_IGNORE_FORBIDDEN"), &request.ignore_forbidden);
	allow_direct(cli, values, &request);
	if (map_indexes(cli, values, &request, err) < 0)
		return -1;
	*ret_request = request;
	return 0;
}
