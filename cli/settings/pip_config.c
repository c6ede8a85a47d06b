// SPDX-License-Identifier: MIT
// Finds and reads pip.conf files, and keeps what they say until the program ends.
#include "cli/settings/pip_config.h"

#include "base/ini.h"

#include <string.h>

enum { PIP_CONFIG_BYTES_MAX = 1 << 20 }; // a page of settings; more is no configuration

enum section { SECTION_GLOBAL, SECTION_INSTALL, SECTION_COUNT };

struct pip_value {
	struct slice key; // "index-url"
	const char *text;
};

static struct {
	struct {
		struct pip_value *items;
		size_t len, cap;
	} sections[SECTION_COUNT];
} loaded;

// "--index_url" and "index-url" are the same to pip.
static struct slice normal_key(struct arena *arena, struct slice key)
{
	if (slice_starts_with(key, S("--")))
		key = slice_skip(key, 2);
	char *out = arena_alloc(arena, key.len + 1, 1);
	for (size_t i = 0; i < key.len; i++)
		out[i] = key.ptr[i] == '_' ? '-' : key.ptr[i];
	return (struct slice){ out, key.len };
}

static const char *one_line(struct arena *arena, struct slice value)
{
	char *out = arena_alloc(arena, value.len + 1, 1);
	for (size_t i = 0; i < value.len; i++)
		out[i] = value.ptr[i] == '\n' ? ' ' : value.ptr[i];
	return out;
}

static void keep(struct arena *arena, const struct ini_entry *entry)
{
	enum section section;
	if (slice_eq(entry->section, S("global")))
		section = SECTION_GLOBAL;
	else if (slice_eq(entry->section, S("install")))
		section = SECTION_INSTALL;
	else
		return;
	struct pip_value *value = array_push(arena, &loaded.sections[section]);
	value->key = normal_key(arena, entry->key);
	value->text = one_line(arena, entry->value);
}

static void read_file(struct cli *cli, const char *path)
{
	struct ini_entries entries;
	struct error err = { 0 };
	struct source *source = arena_new(&cli->arena, struct source);
	if (!file_exists(path))
		return;
	source->name = slice_from(path);
	*array_push(&cli->arena, &cli->private_sources) = source;
	if (file_read(path, PIP_CONFIG_BYTES_MAX, ERROR_INPUT, &cli->arena, &source->text,
		      &err) < 0) {
		warn(cli, "%s", err.cause);
		return;
	}
	ini_parse(source, &cli->arena, &cli->diagnostics, &entries);
	for (size_t i = 0; i < entries.len; i++)
		keep(&cli->arena, &entries.items[i]);
}

static void read_in(struct cli *cli, const char *directory, const char *name)
{
	if (directory)
		read_file(cli, path_join(&cli->arena, directory, slice_from(name)));
}

// Later folders of the list count less: they are read first.
static void read_machine_files(struct cli *cli)
{
	const char *listed = setting("XDG_CONFIG_DIRS");
	struct slice rest = slice_from(listed ? listed : "/etc/xdg"), folder;
	struct {
		struct slice *items;
		size_t len, cap;
	} folders = { 0 };
	bool more = true;
	while (more) {
		more = slice_cut(&rest, ':', &folder);
		if (folder.len)
			*array_push(&cli->arena, &folders) = folder;
	}
	for (size_t i = folders.len; i > 0; i--)
		read_in(cli, arena_c_string(&cli->arena, folders.items[i - 1]),
			"pip/pip.conf");
	read_file(cli, "/etc/pip.conf");
}

static void read_user_files(struct cli *cli)
{
	const char *home = setting("HOME"), *config = setting("XDG_CONFIG_HOME");
	read_in(cli, home, ".pip/pip.conf");
	if (config)
		read_in(cli, config, "pip/pip.conf");
	else
		read_in(cli, home, ".config/pip/pip.conf");
}

void pip_config_load(struct cli *cli)
{
	const char *own = setting("PIP_CONFIG_FILE");
	if (own && strcmp(own, "/dev/null") == 0)
		return;
	read_machine_files(cli);
	read_user_files(cli);
	read_in(cli, setting("VIRTUAL_ENV"), "pip.conf");
	if (own)
		read_file(cli, own);
}

const char *pip_config_value(const char *key)
{
	for (size_t s = SECTION_COUNT; s > 0; s--)
		for (size_t i = loaded.sections[s - 1].len; i > 0; i--) {
			const struct pip_value *value =
				&loaded.sections[s - 1].items[i - 1];
			if (slice_eq(value->key, slice_from(key)))
				return value->text[0] ? value->text : NULL;
		}
	return NULL;
}
