// SPDX-License-Identifier: MIT
// Turns setup.cfg into headers of METADATA, if it is all that setuptools would read.
#include "resolver/index/static_project.h"

#include "base/ini.h"
#include "base/toml.h"
#include "packaging/name.h"
#include "packaging/requirement.h"
#include "packaging/version.h"

struct config {
	struct ini_entries entries;
	struct arena *arena;
	struct buf out;
	struct slice why;
};

static void give_up(struct config *config, const char *what, struct slice key)
{
	if (config->why.len == 0)
		config->why =
			arena_printf(config->arena, "%s '%.*s'", what, SLICE_ARG(key));
}

// --- may it be believed --------------------------------------------------------------

static bool requires_only_itself(const struct toml_value *requires, struct arena *arena)
{
	for (size_t i = 0; i < requires->array.len; i++) {
		const struct toml_value *item = &requires->array.items[i];
		struct requirement requirement;
		struct error ignored;
		if (item->type != TOML_STRING ||
		    requirement_parse(arena, item->string, REQUIREMENT_LENIENT,
				      &requirement, NULL, &ignored) < 0 ||
		    (!slice_eq(requirement.name, S("setuptools")) &&
		     !slice_eq(requirement.name, S("wheel"))))
			return false;
	}
	return true;
}

static bool is_plain_setuptools(struct slice pyproject, struct arena *arena)
{
	struct diagnostics diagnostics = { .arena = arena };
	struct source *source = arena_new(arena, struct source);
	struct toml_table *root = NULL;
	*source = (struct source){ S("pyproject.toml"), pyproject };
	if (toml_parse(source, arena, &root, &diagnostics) < 0 ||
	    toml_find(root, S("project")))
		return false;
	const struct toml_value *system = toml_find(root, S("build-system"));
	if (!system)
		return true;
	if (system->type != TOML_TABLE)
		return false;
	const struct toml_value *backend = toml_find(system->table, S("build-backend"));
	const struct toml_value *requires = toml_find(system->table, S("requires"));
	if (backend && (backend->type != TOML_STRING ||
			!slice_starts_with(backend->string, S("setuptools.build_meta"))))
		return false;
	return requires && requires->type == TOML_ARRAY &&
	       requires_only_itself(requires, arena);
}

// Has setup.py nothing but imports of setuptools and one setup() without arguments?
static bool only_calls_setup(struct slice setup_py)
{
	static const char *const lines[] = {
		"",
		"import setuptools",
		"from setuptools import setup",
		"import setuptools; setuptools.setup()",
		"from setuptools import setup; setup()",
		"setup()",
		"setuptools.setup()",
		"if __name__ == \"__main__\":",
		"if __name__ == '__main__':",
	};
	struct slice line;
	bool more = setup_py.len > 0;
	while (more) {
		bool known = false;
		more = slice_cut(&setup_py, '\n', &line);
		line = slice_trim(slice_range(line, 0, slice_find_byte(line, '#')));
		for (size_t i = 0; i < sizeof(lines) / sizeof(*lines); i++)
			known |= slice_eq(line, slice_from(lines[i]));
		if (!known)
			return false;
	}
	return true;
}

// --- its values ----------------------------------------------------------------------

// The value of a key; the last one counts.
static struct slice value_of(const struct config *config, struct slice section,
			     struct slice key)
{
	struct slice found = S("");
	for (size_t i = 0; i < config->entries.len; i++)
		if (slice_eq(config->entries.items[i].section, section) &&
		    slice_eq(config->entries.items[i].key, key))
			found = config->entries.items[i].value;
	return found;
}

// Is it a directive like "attr: web.__version__" or "file: VERSION"?
static bool is_directive(struct slice value)
{
	return slice_starts_with(value, S("attr:")) ||
	       slice_starts_with(value, S("file:")) || slice_contains(value, S("%("));
}

static void put_text(struct config *config, struct slice section, struct slice key,
		     const char *header, struct slice known)
{
	struct slice text = known.len ? known : value_of(config, section, key);
	if (is_directive(text))
		give_up(config, "leaves to the build", key);
	else if (!text.len || slice_find_byte(text, '\n') != SLICE_NONE)
		give_up(config, "has no", key);
	else
		buf_printf(&config->out, "%s: %.*s\n", header, SLICE_ARG(text));
}

// Writes a list of lines. A list on one line is split by setuptools at ';', which a
// marker has, too.
static void put_list(struct config *config, struct slice key, struct slice list,
		     struct slice extra)
{
	bool one_line = slice_find_byte(list, '\n') == SLICE_NONE, more = list.len > 0;
	struct slice line;
	if (is_directive(list) ||
	    (one_line && slice_find_byte(list, ';') != SLICE_NONE)) {
		give_up(config, "leaves to the build", key);
		return;
	}
	while (more) {
		more = slice_cut(&list, '\n', &line);
		line = slice_trim(line);
		if (line.len && line.ptr[0] != '#')
			static_put_requirement(&config->out, line, extra);
	}
}

static void put_extras(struct config *config)
{
	for (size_t i = 0; i < config->entries.len; i++) {
		const struct ini_entry *entry = &config->entries.items[i];
		if (!slice_eq(entry->section, S("options.extras_require")))
			continue;
		if (!name_is_valid(entry->key)) { // "extra:marker"
			give_up(config, "leaves to the build", entry->key);
			return;
		}
		struct slice extra = name_normalize(config->arena, entry->key);
		buf_printf(&config->out, "Provides-Extra: %.*s\n", SLICE_ARG(extra));
		put_list(config, entry->key, entry->value, extra);
	}
}

static void put_options(struct config *config)
{
	struct slice python = value_of(config, S("options"), S("python_requires"));
	struct slice requires = value_of(config, S("options"), S("install_requires"));
	if (python.len)
		put_text(config, S("options"), S("python_requires"), "Requires-Python",
			 S(""));
	put_list(config, S("install_requires"), requires, S(""));
	put_extras(config);
}

bool static_setup_cfg_headers(const struct static_setup *setup,
			      const struct static_known *known, struct arena *arena,
			      struct slice *ret_headers, struct slice *ret_why)
{
	struct diagnostics diagnostics = { .arena = arena };
	struct source *source = arena_new(arena, struct source);
	struct config config = { .arena = arena,
				 .out = { .arena = arena },
				 .why = S("") };
	*source = (struct source){ S("setup.cfg"), setup->setup_cfg };
	if (!is_plain_setuptools(setup->pyproject, arena)) {
		*ret_why = S("is not all that the build reads");
		return false;
	}
	if (!only_calls_setup(setup->setup_py)) {
		*ret_why = S("is not all: setup.py has code of its own");
		return false;
	}
	ini_parse(source, arena, &diagnostics, &config.entries);
	buf_append(&config.out, S("Metadata-Version: 2.2\n"));
	put_text(&config, S("metadata"), S("name"), "Name", known->name);
	put_text(&config, S("metadata"), S("version"), "Version", known->version);
	put_options(&config);
	*ret_why = diagnostics.len ? S("cannot be read") : config.why;
	if (ret_why->len == 0)
		*ret_headers = buf_slice(&config.out);
	return ret_why->len == 0;
}
