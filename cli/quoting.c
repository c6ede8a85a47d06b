// SPDX-License-Identifier: MIT
// Whose text may be quoted. A requirements file that came with a checkout can name any file of this machine, and a link in
// it can lead to one: then messages tell the place, but not what stands there, since a log may be public.
#include "cli/cli.h"
#include "cli/settings_file.h"
#include "cli/secrets.h"
#include "packaging/name.h"

#include <string.h>

// A word of the command line, of an option what follows its '='.
static struct slice said_path(const char *word)
{
	struct slice value = slice_from(word), name;
	if (word[0] == '-' && slice_cut(&value, '=', &name))
		return value;
	return slice_from(word);
}

// "./a.in" and "a.in" are one.
static bool is_same_path(struct slice a, struct slice b)
{
	while (slice_starts_with(a, S("./")))
		a = slice_skip(a, 2);
	while (slice_starts_with(b, S("./")))
		b = slice_skip(b, 2);
	return slice_eq(a, b);
}

static bool is_said(const struct cli *cli, struct slice name)
{
	for (size_t i = 0; cli->words && cli->words[i]; i++)
		if (is_same_path(said_path(cli->words[i]), name))
			return true;
	return false;
}

// Everything lies below the root; of the root's own there are the files in it.
static bool lies_in(struct slice real, struct slice folder)
{
	if (slice_eq(folder, S("/")))
		return slice_find_last_byte(real, '/') == 0;
	return folder.len && path_lies_in(real, folder);
}

// Does the file lie in the folder, below no folder or file that hides (".git/config", ".env")?
static bool lies_openly_in(struct slice real, struct slice folder)
{
	struct slice rest, part;
	bool more = true, open = lies_in(real, folder);
	for (rest = slice_skip(real, folder.len + (folder.len > 1)); more && open;) {
		more = slice_cut(&rest, '/', &part);
		open = !slice_starts_with(part, S("."));
	}
	return open;
}

// The folder that a path of the command line leads to; "" where that is elsewhere than it looks, by a link in the present
// folder.
static struct slice said_folder(struct arena *arena, const char *path)
{
	struct slice here = path_real(arena, "."),
		     folder = path_real(arena, path_directory(arena, path));
	bool looks_inside = path_stays_below(slice_from(path));
	return looks_inside && !path_is_below(folder, here) ? S("") : folder;
}

// In the folder of a file that the command line names?
static bool lies_beside_said(const struct cli *cli, struct arena *arena,
			     struct slice real)
{
	for (size_t i = 0; cli->words && cli->words[i]; i++) {
		const char *word = arena_c_string(arena, said_path(cli->words[i]));
		if (file_exists(word) && !path_is_directory(word) &&
		    lies_openly_in(real, said_folder(arena, word)))
			return true;
	}
	return false;
}

static bool is_url(struct slice name)
{
	return slice_contains(name, S("://"));
}

bool may_quote(const struct cli *cli, const struct source *source)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	const char *path = arena_c_string(&scratch, source->name);
	bool said = is_said(cli, source->name);
	if (cli->own && cli->own->source == source)
		return true;
	for (size_t i = 0; i < cli->private_sources.len; i++)
		if (cli->private_sources.items[i] == source)
			return false;
	if (is_url(source->name))
		return said;
	struct slice real = path_real(&scratch, path);
	if (real.len == 0) // no file: the command line, standard input, a text of our own
		return true;
	// Said in person, and no link to elsewhere
	struct slice beside = said_folder(&scratch, path);
	if (said && lies_in(real, beside))
		return true;
	return lies_openly_in(real, path_real(&scratch, ".")) ||
	       lies_beside_said(cli, &scratch, real);
}

// Of "'a' is no 'b'" stays "'…'": what stands in the file may have quotes itself.
static void blank_quotes(char *text, size_t size)
{
	static const char mark[] = "'…'";
	char *first = strchr(text, '\''), *last = strrchr(text, '\'');
	if (!first || last == first)
		return;
	size_t rest = strlen(last + 1), at = (size_t)(first - text);
	if (at + sizeof(mark) + rest > size)
		rest = 0;
	memmove(first + sizeof(mark) - 1, last + 1, rest);
	memcpy(first, mark, sizeof(mark) - 1);
	first[sizeof(mark) - 1 + rest] = '\0';
}

// A requirement that could be read may be talked about, but for a lone word, as the only line of a file with a password is.
static bool may_name(const struct cli *cli, struct span span)
{
	struct slice text =
		slice_range(span.source->text, span.offset, span.offset + span.len);
	return !name_is_valid(slice_trim(text)) || may_quote(cli, span.source);
}

struct error error_to_show(const struct cli *cli, const struct error *err)
{
	struct error shown = error_masked(err);
	if (!err->span.source ||
	    (err->kind == ERROR_NO ? may_name(cli, err->span)
				   : may_quote(cli, err->span.source)))
		return shown;
	blank_quotes(shown.cause, sizeof(shown.cause));
	error_hint(&shown,
		   "nothing of it is quoted, since the file is not the project's");
	return shown;
}
