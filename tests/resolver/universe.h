// SPDX-License-Identifier: MIT
// The universe of a golden case (tests/golden/run.py has the notation) in this process: its releases as wheels in a
// folder, an index over them, its requirements and its target.
//
//	static struct universe universe;
//	if (universe_open(&universe, "/…/cases/cycle.txt"))    // false: it needs more than wheels and one target
//	        driver_solve(&universe.driver, &universe.request, &universe.solution, &universe.err);
//	universe_close(&universe);
#pragma once

#include "base/files.h"
#include "base/limits.h"
#include "resolver/driver/driver.h"
#include "tests/builder/wheel_maker.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

// What of a case is a text; "" where it has none.
struct universe_texts {
	struct slice releases, requirements, target, arguments, error, lock, exit;
	bool has_more; // sections that are not among these, or two of a kind
};

struct universe {
	struct arena arena;
	struct universe_texts texts;
	char folder[64];
	struct net *net;
	struct index *index;
	struct diagnostics diagnostics;
	struct requirement_set set;
	struct slice links;
	struct driver driver;
	struct resolve_request request;
	struct solution *solution;
	int status; // of driver_solve
	struct error err;
};

static inline struct slice *universe_section(struct universe_texts *texts,
					     struct slice kind)
{
	const struct {
		struct slice kind;
		struct slice *text;
	} sections[] = { { S("index"), &texts->releases },
			 { S("requirements"), &texts->requirements },
			 { S("target"), &texts->target },
			 { S("args"), &texts->arguments },
			 { S("stderr"), &texts->error },
			 { S("lock"), &texts->lock },
			 { S("exit"), &texts->exit } };
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		if (slice_eq(kind, sections[i].kind))
			return sections[i].text->len ? NULL : sections[i].text;
	return NULL;
}

static inline void universe_read(struct slice bytes, struct universe_texts *texts)
{
	struct slice *section = NULL, line;
	while (bytes.len) {
		slice_cut(&bytes, '\n', &line);
		if (slice_starts_with(line, S("@"))) {
			struct slice kind = slice_skip(line, 1);
			section = slice_eq(kind, S("stdout"))
					  ? NULL
					  : universe_section(texts, kind);
			texts->has_more |= !section && !slice_eq(kind, S("stdout"));
			if (section)
				*section = (struct slice){ bytes.ptr, 0 };
		} else if (section && bytes.ptr) {
			section->len = (size_t)(bytes.ptr - section->ptr);
		}
	}
}

// "python=>=3.10" → ">=3.10"
static inline bool universe_word(struct slice word, struct slice key,
				 struct slice *ret_value)
{
	if (!slice_starts_with(word, key))
		return false;
	*ret_value = slice_skip(word, key.len);
	return true;
}

// One release: a wheel for each tag. False for what is said of it that a folder of wheels cannot have.
static inline bool universe_add(struct universe *universe, struct slice line,
				struct slice requires)
{
	struct arena *arena = &universe->arena;
	struct slice name, version, word, tags = S("py3-none-any"), tag, python = S(""),
					  extras = S(""), each;
	struct buf metadata = { .arena = arena };
	slice_cut(&line, ' ', &name);
	slice_cut(&line, ' ', &version);
	while (line.len) {
		slice_cut(&line, ' ', &word);
		if (!universe_word(word, S("tags="), &tags) &&
		    !universe_word(word, S("python="), &python) &&
		    !universe_word(word, S("extras="), &extras))
			return false;
	}
	buf_printf(&metadata, "Metadata-Version: 2.1\nName: %.*s\nVersion: %.*s\n",
		   SLICE_ARG(name), SLICE_ARG(version));
	if (python.len)
		buf_printf(&metadata, "Requires-Python: %.*s\n", SLICE_ARG(python));
	while (extras.len) {
		slice_cut(&extras, ',', &each);
		buf_printf(&metadata, "Provides-Extra: %.*s\n", SLICE_ARG(each));
	}
	while (requires.len) {
		slice_cut(&requires, '\n', &each);
		buf_printf(&metadata, "Requires-Dist: %.*s\n",
			   SLICE_ARG(slice_trim(each)));
	}
	while (tags.len) {
		struct error err;
		struct buf module = { .arena = arena };
		slice_cut(&tags, ',', &tag);
		for (size_t i = 0; i < name.len; i++)
			buf_byte(&module,
				 name.ptr[i] == '-' ? '_' : to_lower(name.ptr[i]));
		buf_byte(&module, '\0');
		struct wheel_maker maker = wheel_maker_new(
			arena, buf_slice(&module).ptr,
			arena_printf(arena, "%.*s", SLICE_ARG(version)).ptr);
		maker.tag = tag;
		maker.no_metadata = true;
		wheel_maker_add(&maker, wheel_maker_info(&maker, "METADATA"),
				buf_slice(&metadata));
		assert_int_equal(file_write(path_join(arena, universe->folder,
						      wheel_maker_file_name(&maker)),
					    wheel_maker_finish(&maker), &err),
				 0);
	}
	return true;
}

static inline bool universe_fill(struct universe *universe)
{
	struct slice rest = universe->texts.releases, line, requires;
	while (rest.len) {
		slice_cut(&rest, '\n', &line);
		if (!line.len || line.ptr[0] == '#')
			continue;
		requires = (struct slice){ rest.ptr, 0 };
		while (slice_starts_with(rest, S(" "))) {
			struct slice below;
			slice_cut(&rest, '\n', &below);
			requires.len = (size_t)(rest.ptr - requires.ptr);
		}
		if (!universe_add(universe, line, requires))
			return false;
	}
	return true;
}

static inline int universe_give(void *context, const char *path, struct arena *arena,
				struct slice *ret_text, struct error *err)
{
	const struct universe *universe = context;
	(void)path;
	(void)arena;
	(void)err;
	*ret_text = universe->texts.requirements;
	return 0;
}

static inline void universe_close(struct universe *universe)
{
	struct error err;
	solution_free(universe->solution);
	index_close(universe->index);
	net_close(universe->net);
	assert_int_equal(remove_tree(universe->folder, &err), 0);
	arena_release(&universe->arena);
	*universe = (struct universe){ 0 };
}

static inline bool universe_open_target(struct universe *universe)
{
	struct slice platform = slice_trim(universe->texts.target), python;
	struct target *target = array_push(&universe->arena, &universe->request.targets);
	slice_cut(&platform, ' ', &python);
	return target_init(&universe->arena, python, platform, target, &universe->err) ==
	       0;
}

static inline bool universe_open_rest(struct universe *universe)
{
	const struct requirement_reader reader = { .read = universe_give,
						   .context = universe };
	const struct net_config net = { 0 };
	universe->links = slice_from(universe->folder);
	const struct index_config config = {
		.find_links = &universe->links,
		.find_links_len = 1,
		.store_path = path_join(&universe->arena, universe->folder, S("store")),
		.now = 1700000000,
	};
	universe->diagnostics.arena = &universe->arena;
	if (!universe_fill(universe) || !universe_open_target(universe) ||
	    requirements_read("requirements.in", false, &reader, &universe->arena,
			      &universe->set, &universe->diagnostics) < 0 ||
	    universe->set.options_len)
		return false;
	for (size_t i = 0; i < universe->set.len; i++)
		if (universe->set.entries[i].path.len ||
		    universe->set.entries[i].hashes_len ||
		    universe->set.entries[i].requirement.url.len)
			return false;
	assert_int_equal(net_open(&net, &universe->net, &universe->err), 0);
	assert_int_equal(index_open(&config, universe->net, &universe->index,
				    &universe->err),
			 0);
	return true;
}

static inline bool universe_open(struct universe *universe, const char *path)
{
	struct slice bytes;
	*universe = (struct universe){ .folder = "/tmp/pinbake-universe-XXXXXX" };
	assert_non_null(mkdtemp(universe->folder));
	assert_int_equal(file_read(path, MIB, ERROR_INPUT, &universe->arena, &bytes,
				   &universe->err),
			 0);
	universe_read(bytes, &universe->texts);
	if (universe->texts.has_more ||
	    !slice_eq(slice_trim(universe->texts.arguments), S("lock requirements.in")) ||
	    !universe_open_rest(universe)) {
		universe_close(universe);
		return false;
	}
	universe->request.requirements = &universe->set;
	universe->driver = (struct driver){ .arena = &universe->arena,
					    .index = universe->index,
					    .diagnostics = &universe->diagnostics,
					    .usual_index = universe->links };
	driver_init(&universe->driver);
	return true;
}

// Calls check for every case that is a universe; at least `least` have to be.
static inline void universe_each(size_t least, void (*check)(struct universe *universe))
{
	struct arena arena = { 0 };
	struct name_list names;
	struct error err;
	size_t count = 0;
	assert_int_equal(directory_names(GOLDEN_CASES, &arena, &names, &err), 0);
	for (size_t i = 0; i < names.len; i++) {
		static struct universe universe;
		if (!universe_open(&universe,
				   path_join(&arena, GOLDEN_CASES, names.items[i])))
			continue;
		print_message("%s\n", names.items[i].ptr);
		universe.solution = NULL;
		universe.status = driver_solve(&universe.driver, &universe.request,
					       &universe.solution, &universe.err);
		check(&universe);
		universe_close(&universe);
		count++;
	}
	arena_release(&arena);
	print_message("%zu cases\n", count);
	assert_true(count >= least);
}
