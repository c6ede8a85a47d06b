// SPDX-License-Identifier: MIT
// A request as bytes: every member, each in a form of its own length, so that none can pass for another.
#include "pinbake/lock_request.h"

#include "net/url.h"

static void put(struct buf *text, struct slice value)
{
	uint32_t len = (uint32_t)value.len;
	buf_append(text, (struct slice){ (const char *)&len, sizeof(len) });
	buf_append(text, value);
}

static void put_number(struct buf *text, uint64_t number)
{
	put(text, (struct slice){ (const char *)&number, sizeof(number) });
}

static void put_text(struct buf *text, const char *value)
{
	put_number(text, value != NULL);
	put(text, slice_from(value));
}

// Without a password: what says where an index or a file is may have one.
static void put_url(struct buf *text, struct slice url)
{
	put(text, url_redact(text->arena, url));
}

static void put_list(struct buf *text, const struct slice_list *list)
{
	put_number(text, list->len);
	for (size_t i = 0; i < list->len; i++)
		put_url(text, list->items[i]);
}

static void put_address(struct buf *text, const struct address *address)
{
	put_url(text, address->url);
	put_number(text, address->origin);
}

static void put_addresses(struct buf *text, const struct address_list *list)
{
	put_number(text, list->len);
	for (size_t i = 0; i < list->len; i++)
		put_address(text, &list->items[i]);
}

static void put_inputs(struct buf *text, const struct lock_inputs *inputs)
{
	put_list(text, &inputs->files);
	put_list(text, &inputs->extras);
	put_list(text, &inputs->groups);
	put_number(text, inputs->all_extras);
	put_number(text, inputs->whole_project);
	put_list(text, &inputs->constraints);
	put_list(text, &inputs->overrides);
	put_list(text, &inputs->excludes);
}

static void put_indexes(struct buf *text, const struct index_request *indexes)
{
	put_address(text, &indexes->main);
	put_addresses(text, &indexes->extra);
	put_address(text, &indexes->usual);
	put_addresses(text, &indexes->usual_extra);
	put_addresses(text, &indexes->find_links);
	put_addresses(text, &indexes->usual_links);
	put_addresses(text, &indexes->named);
	put_number(text, indexes->mappings_len);
	for (size_t i = 0; i < indexes->mappings_len; i++) {
		put(text, indexes->mappings[i].pattern);
		put_number(text, indexes->mappings[i].index);
		put_number(text, indexes->mappings[i].falls_back);
	}
	put_list(text, &indexes->wheelhouses);
	put_list(text, &indexes->ignore_forbidden);
	put_list(text, &indexes->allow_direct);
	put_number(text, indexes->none);
	put_number(text, indexes->refresh);
	put_text(text, indexes->torch_backend);
	put_address(text, &indexes->torch_base);
}

static void put_releases(struct buf *text, const struct release_request *releases)
{
	put_number(text, releases->prerelease);
	put_number(text, releases->resolution);
	put_number(text, releases->lowest_direct);
	put_number(text, releases->share_versions);
	put_number(text, releases->prefer_binary);
	put_list(text, &releases->only_binary);
	put_list(text, &releases->no_binary);
}

static void put_builds(struct buf *text, const struct build_request *builds)
{
	put_number(text, builds->allowed);
	put_number(text, builds->network);
	put_number(text, builds->unconfined);
	put_text(text, builds->python);
	put_text(text, builds->image);
	put_text(text, builds->engine);
	put_list(text, &builds->source_include);
}

static void put_conflicts(struct buf *text, const struct conflict_list *conflicts)
{
	put_number(text, conflicts ? conflicts->len : 0);
	for (size_t i = 0; conflicts && i < conflicts->len; i++) {
		put_number(text, conflicts->items[i].len);
		for (size_t j = 0; j < conflicts->items[i].len; j++) {
			const struct conflict_side *side = &conflicts->items[i].items[j];
			put(text, side->name);
			put_number(text, side->is_group);
			put_text(text, side->torch_backend);
		}
	}
}

void lock_request_describe(const struct lock_request *request, struct buf *text)
{
	put_inputs(text, &request->inputs);
	put_number(text, request->targets.len);
	for (size_t i = 0; i < request->targets.len; i++)
		put(text, request->targets.items[i].name);
	put_indexes(text, &request->indexes);
	put_releases(text, &request->releases);
	put(text, request->cutoff.when);
	put_list(text, &request->cutoff.packages);
	put_number(text, request->present.are_requirements);
	put_number(text, request->present.upgrade);
	put_list(text, &request->present.released);
	put_builds(text, &request->builds);
	put_conflicts(text, request->conflicts);
	put_number(text, request->repair);
	put_number(text, request->may_split);
	put_number(text, request->only_pins);
}

// "7d" says another moment at each run; a date, "pins" and "false" do not.
static bool moves_with_the_clock(struct slice when)
{
	when = slice_trim(when);
	if (slice_eq_ignore_case(when, S("pins")) ||
	    slice_eq_ignore_case(when, S("false")))
		return false;
	for (size_t i = 0; i < when.len; i++)
		if (is_alpha(when.ptr[i]) && when.ptr[i] != 'T' && when.ptr[i] != 'Z')
			return true;
	return slice_find_byte(when, 'P') != SLICE_NONE;
}

bool lock_request_moves_with_the_clock(const struct lock_request *request)
{
	if (moves_with_the_clock(request->cutoff.when))
		return true;
	for (size_t i = 0; i < request->cutoff.packages.len; i++) {
		struct slice when = request->cutoff.packages.items[i], name;
		slice_cut(&when, '=', &name);
		if (moves_with_the_clock(when))
			return true;
	}
	return false;
}
