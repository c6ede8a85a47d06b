// SPDX-License-Identifier: MIT
// Reads data/torch-backends.txt and makes an index and its routes of the chosen backend.
#include "resolver/driver/torch.h"

#include "packaging/name.h"
#include "net/url.h"
#include "resolver/driver/torch_table.h"

// --- the table -------------------------------------------------------------------------------------------------------

// The rest of the at-th line, where its first word is `kind`.
static bool table_line(size_t at, const char *kind, struct slice *ret_rest)
{
	struct slice word;
	*ret_rest = slice_from(torch_table[at]);
	slice_cut(ret_rest, ' ', &word);
	return slice_eq(word, slice_from(kind));
}

static struct slice own_base(void)
{
	struct slice rest;
	for (size_t i = 0; i < torch_table_len; i++)
		if (table_line(i, "index", &rest))
			return rest;
	BUG("the table of PyTorch's backends names no index");
}

static bool is_local(struct slice *package)
{
	struct slice name, rest = *package;
	slice_cut(&rest, ' ', &name);
	*package = name;
	return slice_eq(rest, S("local"));
}

static bool is_listed(struct slice backend)
{
	struct slice rest;
	for (size_t i = 0; i < torch_table_len; i++)
		if (table_line(i, "backend", &rest) && slice_eq(rest, backend))
			return true;
	return false;
}

// --- the choice ------------------------------------------------------------------------------------------------------

// cu and digits, rocm and a version: what PyTorch may publish next.
static bool is_well_formed(struct slice backend)
{
	enum { CUDA_DIGITS_MIN = 2, CUDA_DIGITS_MAX = 4, DIGITS_MAX = 9999 };
	struct slice rest, part;
	uint64_t number;
	if (slice_starts_with(backend, S("cu")))
		return backend.len >= 2 + CUDA_DIGITS_MIN &&
		       backend.len <= 2 + CUDA_DIGITS_MAX &&
		       slice_parse_u64(slice_skip(backend, 2), DIGITS_MAX, &number);
	if (!slice_starts_with(backend, S("rocm")))
		return false;
	rest = slice_skip(backend, 4);
	bool more = slice_find_byte(rest, '.') != SLICE_NONE;
	if (!more)
		return false;
	while (more) {
		more = slice_cut(&rest, '.', &part);
		if (!slice_parse_u64(part, DIGITS_MAX, &number))
			return false;
	}
	return true;
}

static int refuse(const char *text, struct error *err)
{
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	ARRAY_OF(const char *) names = { 0 };
	struct slice rest;
	error_set(
		err, ERROR_USAGE,
		"'%s' is no backend of PyTorch: expected cpu, cuNNN as in cu128, rocmN.N as in rocm6.4, xpu or none",
		text);
	if (slice_eq(slice_from(text), S("auto")))
		return error_hint(
			err,
			"a lock does not depend on the machine that makes it: name the accelerator it is for");
	for (size_t i = 0; i < torch_table_len; i++)
		if (table_line(i, "backend", &rest))
			*array_push(&scratch, &names) = rest.ptr;
	const char *near = nearest_word(text, names.items, names.len);
	return near ? error_hint(err, "did you mean '%s'?", near) : -1;
}

static int check_backend(const char *text, struct diagnostics *diagnostics,
			 struct error *err)
{
	struct slice backend = slice_from(text);
	if (slice_eq(backend, S("none")) || is_listed(backend))
		return 0;
	if (!is_well_formed(backend))
		return refuse(text, err);
	diagnostics_warn(diagnostics, "'%s' is no backend of PyTorch that is known here",
			 text);
	return 0;
}

// PyTorch builds for macOS with one backend only.
static int check_targets(struct slice backend, const struct target_list *targets,
			 struct error *err)
{
	for (size_t i = 0; i < targets->len; i++) {
		if (targets->items[i].os != OS_MACOS || slice_eq(backend, S("cpu")))
			continue;
		error_set(err, ERROR_USAGE, "%.*s cannot have the torch backend %.*s",
			  SLICE_ARG(targets->items[i].name), SLICE_ARG(backend));
		return error_hint(err, "lock macOS by itself, with --torch-backend cpu");
	}
	return 0;
}

static int check_base(struct slice base, struct error *err)
{
	struct url parts;
	url_parse(base, &parts);
	if (slice_eq_ignore_case(parts.scheme, S("http")) ||
	    slice_eq_ignore_case(parts.scheme, S("https")) ||
	    slice_eq_ignore_case(parts.scheme, S("file")))
		return 0;
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct slice shown = url_redact(&scratch, base);
	return error_set(
		err, ERROR_USAGE,
		"'%.*s' is no URL of an index: expected http://, https:// or file://",
		SLICE_ARG(shown));
}

static int choose_base(struct arena *arena, struct slice given,
		       const struct lock *present, struct torch_choice *choice,
		       struct error *err)
{
	choice->base = given.len ? given : present->torch_index;
	struct slice base = choice->base.len ? choice->base : own_base();
	while (slice_ends_with(base, S("/")))
		base.len--;
	choice->url = arena_printf(arena, "%.*s/%.*s", SLICE_ARG(base),
				   SLICE_ARG(choice->backend));
	return check_base(base, err);
}

bool torch_is_index_of(const struct lock *lock, struct slice url)
{
	struct slice base = lock->torch_index.len ? lock->torch_index : own_base();
	while (slice_ends_with(base, S("/")))
		base.len--;
	struct slice rest = slice_skip(url, base.len + 1);
	while (slice_ends_with(rest, S("/")))
		rest.len--;
	return lock->torch_backend.len && slice_starts_with(url, base) &&
	       url.len > base.len && slice_eq(rest, lock->torch_backend);
}

int torch_choose(const struct torch_question *question, struct arena *arena,
		 struct torch_choice *ret_choice, struct diagnostics *diagnostics,
		 struct error *err)
{
	const struct address *base = &question->base;
	const struct lock *present = question->present;
	const char *backend = question->backend;
	struct torch_choice choice = { 0 };
	*ret_choice = choice;
	if (!backend && present->torch_backend.len)
		backend = arena_c_string(arena, present->torch_backend);
	if (!backend && base->url.len && base->origin != ORIGIN_ENVIRONMENT) {
		error_set(err, ERROR_USAGE, "--torch-index without a backend");
		return error_hint(err, "name one with --torch-backend");
	}
	if (!backend)
		return 0;
	if (check_backend(backend, diagnostics, err) < 0)
		return -1;
	choice.backend = slice_from(backend);
	if (slice_eq(choice.backend, S("none")))
		return 0;
	if (check_targets(choice.backend, question->targets, err) < 0 ||
	    choose_base(arena, base->url, present, &choice, err) < 0)
		return -1;
	*ret_choice = choice;
	return 0;
}

// --- its effects -----------------------------------------------------------------------------------------------------

void torch_add_index(struct arena *arena, const struct torch_choice *choice,
		     struct index_config *config)
{
	ARRAY_OF(struct index_mapping) mappings = { 0 };
	struct slice name;
	size_t len = config->index_len + config->explicit_len;
	if (!choice || choice->backend.len == 0)
		return;
	struct slice *urls = arena_new_array(arena, struct slice, len + 1);
	for (size_t i = 0; i < len; i++)
		urls[i] = config->index_urls[i];
	urls[len] = choice->url;
	for (size_t i = 0; i < torch_table_len; i++) {
		if (!table_line(i, "package", &name))
			continue;
		bool only = is_local(&name);
		*array_push(arena, &mappings) =
			(struct index_mapping){ name, (uint32_t)len, !only };
	}
	// The user's own come last and so win.
	for (size_t i = 0; i < config->mapping_len; i++)
		*array_push(arena, &mappings) = config->mappings[i];
	config->index_urls = urls;
	config->explicit_len++;
	config->mappings = mappings.items;
	config->mapping_len = mappings.len;
}

struct slice torch_local_version(const struct torch_choice *choice, struct slice package)
{
	struct slice name;
	if (!choice || choice->backend.len == 0)
		return S("");
	for (size_t i = 0; i < torch_table_len; i++)
		if (table_line(i, "package", &name) && is_local(&name) &&
		    slice_eq(name, package))
			return choice->backend;
	return S("");
}

void torch_note(struct arena *arena, const struct torch_choice *choice, struct lock *lock)
{
	lock->torch_backend = choice->backend;
	lock->torch_index = url_redact(arena, choice->base);
}
