// SPDX-License-Identifier: MIT
// Which values a Dockerfile takes as they are (docker.13).
#include "builder/image/instruction.h"

#include "base/display.h"
#include "base/text.h"

#include <jansson.h>
#include <string.h>

// --- words -------------------------------------------------------------------------------

// Are all bytes letters, digits or among these?
static bool has_only(struct slice text, const char *others)
{
	for (size_t i = 0; i < text.len; i++)
		if (!is_alnum(text.ptr[i]) && !strchr(others, text.ptr[i]))
			return false;
	return slice_find_byte(text, '\0') == SLICE_NONE;
}

// Nothing that a builder, or the shell-like reader in it, sees more in than the characters.
static bool is_plain(struct slice text)
{
	if (display_find_unsafe(text) != SLICE_NONE)
		return false;
	for (size_t i = 0; i < text.len; i++)
		if (memchr("\n\"'$`\\", text.ptr[i], 6))
			return false;
	return slice_find(text, S("<<")) == SLICE_NONE;
}

static bool is_word(struct slice word)
{
	return is_plain(word) && !slice_starts_with(word, S("-")) &&
	       !slice_starts_with(word, S("["));
}

// Does each word, of those between blanks, fit?
static bool all_words(struct slice text, bool (*fits)(struct slice word))
{
	struct slice word;
	bool more = true, good = true;
	while (more && good) {
		more = slice_cut(&text, ' ', &word);
		good = word.len == 0 || fits(word);
	}
	return good;
}

// --- kinds -------------------------------------------------------------------------------

static bool is_base(struct slice value)
{
	struct slice platform = S("--platform="), image, word;
	if (slice_starts_with(value, platform)) {
		slice_cut(&value, ' ', &word);
		if (!has_only(slice_skip(word, platform.len), "/._-"))
			return false;
	}
	slice_cut(&value, ' ', &image);
	if (image.len == 0 || !is_alnum(image.ptr[0]) || !has_only(image, "/:@._-"))
		return false;
	if (value.len == 0)
		return true;
	slice_cut(&value, ' ', &word);
	return slice_eq_ignore_case(word, S("AS")) && value.len && has_only(value, "._-");
}

// A comma begins another option of a mount.
static bool is_folder(struct slice value)
{
	return value.len && is_word(value) && path_stays_below(value) &&
	       slice_find_byte(value, ' ') == SLICE_NONE &&
	       slice_find_byte(value, ',') == SLICE_NONE &&
	       slice_find_byte(value, '*') == SLICE_NONE &&
	       slice_find_byte(value, '?') == SLICE_NONE &&
	       slice_find_byte(value, '[') == SLICE_NONE;
}

static bool is_files(struct slice value)
{
	return all_words(value, is_word);
}

static bool is_port(struct slice word)
{
	const uint64_t port_max = 65535;
	struct slice protocol = word, ports, first;
	uint64_t number;
	bool has_protocol = slice_cut(&protocol, '/', &ports);
	if (has_protocol && !slice_eq_ignore_case(protocol, S("tcp")) &&
	    !slice_eq_ignore_case(protocol, S("udp")) &&
	    !slice_eq_ignore_case(protocol, S("sctp")))
		return false;
	bool is_range = slice_cut(&ports, '-', &first);
	return slice_parse_u64(first, port_max, &number) &&
	       (!is_range || slice_parse_u64(ports, port_max, &number));
}

static bool is_ports(struct slice value)
{
	return all_words(value, is_port);
}

static bool is_command(struct slice value)
{
	if (display_find_unsafe(value) != SLICE_NONE ||
	    slice_find_byte(value, '\n') != SLICE_NONE)
		return false;
	json_t *words = json_loadb(value.ptr, value.len, 0, NULL);
	bool good = json_is_array(words);
	for (size_t i = 0; good && i < json_array_size(words); i++)
		good = json_is_string(json_array_get(words, i));
	json_decref(words);
	return good;
}

static const struct {
	const char *name, *expected;
	bool (*fits)(struct slice value);
} kinds[] = {
	[VALUE_BASE] = { "base image",
			 "NAME:TAG, perhaps with --platform= before it or "
			 "AS NAME behind",
			 is_base },
	[VALUE_FOLDER] = { "folder inside the build context",
			   "a relative path without blanks, commas and wildcards",
			   is_folder },
	[VALUE_WORKDIR] = { "working directory", "a path without quotes, '$' and '\\'",
			    is_word },
	[VALUE_FILES] = { "list of application files",
			  "paths without quotes, '$' and '\\'", is_files },
	[VALUE_PORTS] = { "list of ports", "numbers, as in 8501 or 53/udp", is_ports },
	[VALUE_COMMAND] = { "command", "words, or a JSON array of them", is_command },
};

int instruction_check(enum instruction_value kind, struct slice value, struct error *err)
{
	if ((value.len == 0 && kind != VALUE_FOLDER) || kinds[kind].fits(value))
		return 0;
	return error_set(err, ERROR_USAGE,
			 "'%.*s' is no %s for a Dockerfile: expected %s",
			 SLICE_ARG(value), kinds[kind].name, kinds[kind].expected);
}

// --- lines -------------------------------------------------------------------------------

void instruction_put_path(struct buf *text, struct slice path)
{
	if (has_only(path, "/._-+@~"))
		buf_append(text, path);
	else
		buf_printf(text, "\"%.*s\"", SLICE_ARG(path));
}

// "# escape=`" counts where nothing but such comments stands before it.
static char escape_of(struct slice dockerfile)
{
	struct slice line;
	while (dockerfile.len) {
		slice_cut(&dockerfile, '\n', &line);
		line = slice_trim(line);
		if (!slice_starts_with(line, S("#")))
			break;
		struct slice value = slice_trim(slice_skip(line, 1)), name;
		if (slice_cut(&value, '=', &name) &&
		    slice_eq_ignore_case(slice_trim(name), S("escape")))
			return slice_eq(slice_trim(value), S("`")) ? '`' : '\\';
	}
	return '\\';
}

bool instruction_is_open(struct slice dockerfile)
{
	char escape = escape_of(dockerfile);
	struct slice line;
	bool is_open = false;
	while (dockerfile.len) {
		slice_cut(&dockerfile, '\n', &line);
		line = slice_trim(line);
		// Comments and empty lines are passed over inside of an instruction.
		if (line.len && line.ptr[0] != '#')
			is_open = line.ptr[line.len - 1] == escape;
	}
	return is_open;
}
