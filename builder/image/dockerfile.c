// SPDX-License-Identifier: MIT
// Dockerfile lines for baked layers (docker.1, docker.2, docker.4, docker.12) and the
// .dockerignore block (ctx.7).
#include "builder/image/instruction.h"
#include "builder/image/stage.h"
#include "builder/wheel/tree.h"

static const char begin_mark[] = "# pinbake: begin", end_mark[] = "# pinbake: end";

// One line per group: the directory is mounted, its name is the content's digest
// (buildah's key for RUN is the text).
static void put_run_line(struct buf *text, struct slice directory,
			 const struct stage_group *group)
{
	buf_printf(text, "RUN --mount=type=bind,source=%.*s/groups/%.*s,target=/mnt ",
		   SLICE_ARG(directory),
		   SLICE_ARG(sha256_hex(text->arena, &group->digest)));
	if (group->len == 1)
		buf_append(text, S("tar -xpzf /mnt/00.tar.gz -C /\n"));
	else
		buf_append(
			text,
			S("for f in /mnt/*.tar.gz; do tar -xpzf \"$f\" -C / || exit 1; done\n"));
}

static void put_block(struct buf *text, const struct dockerfile_options *options,
		      const struct bake_result *result)
{
	struct slice directory = options->out_directory;
	struct stage_groups groups = stage_groups_of(result, text->arena);
	buf_printf(text, "%s\n", begin_mark);
	if (slice_eq(options->form, S("add"))) {
		for (size_t i = 0; i < result->len; i++)
			buf_printf(text, "ADD %.*s/layers/%.*s/layer.tar.%s /\n",
				   SLICE_ARG(directory),
				   SLICE_ARG(sha256_hex(text->arena,
							&result->layers[i].digest)),
				   stage_suffix(result));
	} else {
		for (size_t i = 0; i < groups.len; i++)
			put_run_line(text, directory, &groups.items[i]);
	}
	// Base images have their own prefix on PATH (docker.1).
	if (result->scheme == SCHEME_VENV) {
		buf_append(text, S("ENV PATH="));
		instruction_put_path(text, options->prefix);
		buf_append(text, S("/bin:$PATH\n"));
	}
	buf_printf(text, "%s\n", end_mark);
}

// What stands before and after the lines `begin` … `end`; without such a pair all is
// before.
struct marked {
	struct slice before, after;
	unsigned begins, ends;
	bool found;
};

static struct marked find_block(struct slice text)
{
	struct marked found = { .before = text };
	struct slice rest = text, line, before = text;
	while (rest.len > 0) {
		size_t at = text.len - rest.len;
		slice_cut(&rest, '\n', &line);
		line = slice_trim(line);
		if (slice_eq(line, slice_from(begin_mark))) {
			found.begins++;
			before = slice_range(text, 0, at);
		} else if (slice_eq(line, slice_from(end_mark))) {
			if (found.begins > 0 && found.ends == 0) {
				found.found = true;
				found.before = before;
				found.after = slice_skip(text, text.len - rest.len);
			}
			found.ends++;
		}
	}
	return found;
}

static void put_line(struct buf *text, const char *instruction, struct slice value)
{
	if (value.len > 0)
		buf_printf(text, "%s %.*s\n", instruction, SLICE_ARG(value));
}

// COPY takes a directory's content, not the directory itself, so a directory is told by
// its final slash.
static void put_copies(struct buf *text, struct slice app)
{
	struct buf files = { .arena = text->arena };
	struct slice word;
	while (app.len > 0) {
		slice_cut(&app, ' ', &word);
		if (slice_ends_with(word, S("/")))
			buf_printf(text, "COPY %.*s ./%.*s\n", SLICE_ARG(word),
				   SLICE_ARG(word));
		else if (word.len > 0)
			buf_printf(&files, "%.*s ", SLICE_ARG(word));
	}
	if (files.len > 0)
		buf_printf(text, "COPY %.*s./\n", SLICE_ARG(buf_slice(&files)));
}

// "/usr/local/bin/python3.12" → "python:3.12-slim": layers are for one X.Y only.
static struct slice default_base(const struct bake_result *result, struct arena *arena)
{
	size_t at = slice_find_last_byte(result->interpreter, '/');
	struct slice name =
		slice_skip(result->interpreter, at == SLICE_NONE ? 0 : at + 1);
	struct slice minor = slice_skip(name, sizeof("python3.") - 1);
	uint64_t ignored;
	if (!slice_starts_with(name, S("python3.")) ||
	    !slice_parse_u64(minor, UINT16_MAX, &ignored))
		return S("python:3-slim");
	return arena_printf(arena, "python:%.*s-slim",
			    SLICE_ARG(slice_skip(name, sizeof("python") - 1)));
}

static struct slice new_file(const struct dockerfile_options *options,
			     const struct bake_result *result, struct arena *arena)
{
	struct buf text = { .arena = arena };
	put_line(&text, "FROM",
		 options->base.len ? options->base : default_base(result, arena));
	put_block(&text, options, result);
	put_line(&text, "WORKDIR", options->workdir);
	put_copies(&text, options->app);
	put_line(&text, "EXPOSE", options->expose);
	put_line(&text, "CMD", options->command);
	return buf_slice(&text);
}

// A base's tar knows gzip, but for zstd it needs a program that few bases have (docker.11,
// bld.6).
static int check_coding(const struct dockerfile_options *options,
			const struct bake_result *result, struct error *err)
{
	if (result->coding != LAYER_ZSTD || slice_eq(options->form, S("add")))
		return 0;
	error_set(err, ERROR_USAGE, "the run form does not take zstd layers");
	return error_hint(err, "--form add, which needs Docker 23 or newer, or 'pinbake "
			       "bake' without --compression zstd");
}

static int check_options(const struct dockerfile_options *options, struct error *err)
{
	const struct {
		enum instruction_value kind;
		struct slice value;
	} values[] = {
		{ VALUE_FOLDER, options->out_directory },
		{ VALUE_BASE, options->base },
		{ VALUE_WORKDIR, options->workdir },
		{ VALUE_FILES, options->app },
		{ VALUE_COMMAND, options->command },
		{ VALUE_PORTS, options->expose },
	};
	if (!slice_eq(options->form, S("run")) && !slice_eq(options->form, S("add")))
		return error_set(err, ERROR_USAGE,
				 "'%.*s' is no form: expected run or add",
				 SLICE_ARG(options->form));
	for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++)
		if (instruction_check(values[i].kind, values[i].value, err) < 0)
			return -1;
	return tree_check_prefix(options->prefix, err);
}

// The user decides where the block stands in a file of theirs: in a file without one no
// place is guessed.
static int replace_block(const struct dockerfile_options *options,
			 const struct bake_result *result, struct arena *arena,
			 struct slice *ret_text, struct error *err)
{
	struct marked found = find_block(options->existing);
	if (!found.found || found.begins != 1 || found.ends != 1) {
		error_set(err, ERROR_INPUT, "the Dockerfile has %s block of pinbake",
			  found.begins + found.ends ? "a broken" : "no");
		return error_hint(err,
				  "put the lines '%s' and '%s' where the dependencies go",
				  begin_mark, end_mark);
	}
	if (instruction_is_open(found.before)) {
		error_set(err, ERROR_INPUT,
			  "the line before '%s' in the Dockerfile continues into it",
			  begin_mark);
		return error_hint(err, "take the escape at its end away, or move '%s'",
				  begin_mark);
	}
	struct buf text = { .arena = arena };
	buf_append(&text, found.before);
	put_block(&text, options, result);
	buf_append(&text, found.after);
	*ret_text = buf_slice(&text);
	return 0;
}

int dockerfile_text(const struct dockerfile_options *options,
		    const struct bake_result *result, struct arena *arena,
		    struct slice *ret_text, struct error *err)
{
	struct dockerfile_options clean = *options;
	while (slice_starts_with(clean.out_directory, S("./")))
		clean.out_directory = slice_skip(clean.out_directory, 2);
	while (slice_ends_with(clean.out_directory, S("/")) &&
	       clean.out_directory.len > 1)
		clean.out_directory.len--;
	// The layers hold one prefix; another one in PATH could only be wrong.
	if (result->prefix.len)
		clean.prefix = result->prefix;
	if (check_options(&clean, err) < 0 || check_coding(&clean, result, err) < 0)
		return -1;
	if (slice_trim(clean.existing).len > 0)
		return replace_block(&clean, result, arena, ret_text, err);
	*ret_text = new_file(&clean, result, arena);
	return 0;
}

static const char ignored_by_default[] =
	".git\n.hg\n.svn\n"
	".venv\nvenv\nenv\n.conda\n"
	"**/__pycache__\n**/*.py[cod]\n.pytest_cache\n.mypy_cache\n.ruff_cache\n.tox\n.nox\n.cache\n"
	"**/.ipynb_checkpoints\nnode_modules\nwandb\nmlruns\n"
	".env\n.env.*\n*.pem\n*.key\n.netrc\n.aws\n.ssh\n"
	".dockerignore\nDockerfile\n";

struct slice dockerignore_text(struct slice existing, struct arena *arena)
{
	struct buf text = { .arena = arena };
	struct marked found = find_block(existing);
	if (slice_trim(existing).len == 0) {
		buf_append(&text, slice_from(ignored_by_default));
	} else {
		buf_append(&text, found.before);
		buf_append(&text, found.after);
		if (text.len > 0 && text.ptr[text.len - 1] != '\n')
			buf_byte(&text, '\n');
	}
	// The last pattern of the file that matches counts, so the block is moved to the
	// end.
	buf_printf(&text, "%s\n.pinbake/*\n!.pinbake/layers\n!.pinbake/groups\n%s\n",
		   begin_mark, end_mark);
	return buf_slice(&text);
}
