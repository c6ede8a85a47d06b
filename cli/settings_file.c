// SPDX-License-Identifier: MIT
// Opens the files of settings, and asks whose word they are.
#include "cli/settings_file.h"

#include "cli/settings/home.h"

static struct settings_file *new_file(struct cli *cli, const char *path,
				      enum origin origin)
{
	struct settings_file *file = arena_new(&cli->arena, struct settings_file);
	*file = (struct settings_file){ .path = path, .origin = origin };
	return file;
}

static bool add_error(struct cli *cli, const struct error *err)
{
	*diagnostics_add(&cli->diagnostics, SEVERITY_ERROR, err->kind, (struct span){ 0 },
			 "%s", err->cause) = *err;
	return false;
}

// --- the project's ---------------------------------------------------------------------------------------------------

static const struct toml_table *tool_table(struct cli *cli, const struct toml_table *root)
{
	const struct toml_value *tool = toml_find(root, S("tool"));
	if (!tool || tool->type != TOML_TABLE)
		return NULL;
	const struct toml_value *own =
		toml_find_typed(tool->table, S("pinbake"), TOML_TABLE, &cli->diagnostics);
	return own ? own->table : NULL;
}

// A pyproject.toml without a word on us is not ours to judge: it may be wrong, and not be asked for.
static const struct toml_table *project_table(struct cli *cli, const char **ret_path)
{
	struct diagnostics ignored = { .arena = &cli->arena };
	struct toml_table *root;
	*ret_path = "pinbake.toml";
	if (file_exists(*ret_path))
		return toml_document(&cli->arena, *ret_path, &cli->diagnostics, &root) ==
				       0
			       ? root
			       : NULL;
	*ret_path = "pyproject.toml";
	return file_exists(*ret_path) &&
			       toml_document(&cli->arena, *ret_path, &ignored, &root) == 0
		       ? tool_table(cli, root)
		       : NULL;
}

// The text that was read, from which the places of all that is said in it count.
static const struct source *source_of(const struct toml_table *table)
{
	return table && table->len ? table->items[0].key_span.source : NULL;
}

static bool check_planted(struct cli *cli, const char *path)
{
	struct error err = { 0 };
	if (trust_is_not_planted(path))
		return true;
	error_set(&err, ERROR_INPUT,
		  "'%s' belongs to another user, in a folder that everybody may write to",
		  path);
	error_hint(&err, "work in a folder of your own, or remove the file");
	return add_error(cli, &err);
}

const struct settings_file *project_settings(struct cli *cli)
{
	const char *path;
	if (cli->project)
		return cli->project;
	const struct toml_table *table = project_table(cli, &path);
	struct settings_file *file = new_file(cli, path, ORIGIN_PROJECT);
	file->source = source_of(table);
	file->table = table && check_planted(cli, path) ? table : NULL;
	cli->project = file;
	return file;
}

struct trust_file project_identity(struct cli *cli)
{
	const struct settings_file *file = project_settings(cli);
	struct slice here = path_real(&cli->arena, ".");
	return (struct trust_file){
		slice_from(path_join(&cli->arena, here.ptr, slice_from(file->path))),
		sha256_of(file->source ? file->source->text : S(""))
	};
}

// --- the user's ------------------------------------------------------------------------------------------------------

// XDG folders count where they are absolute.
static const char *xdg_folder(struct cli *cli, const char *variable, struct slice below)
{
	const char *folder = setting(variable), *home = user_home(cli);
	if (folder && *folder == '/')
		return folder;
	return home ? path_join(&cli->arena, home, below) : NULL;
}

// A home that is the checkout itself holds what came with it.
static int check_brought(const char *path, const char *variable, struct error *err)
{
	if (!trust_may_be_brought(path))
		return 0;
	error_set(err, ERROR_INPUT,
		  "'%s' lies in the current folder, with which it may have come", path);
	return error_hint(err, "set %s, or HOME, to a folder outside of it", variable);
}

const struct settings_file *user_settings(struct cli *cli)
{
	struct error err = { 0 };
	struct toml_table *root;
	if (cli->own)
		return cli->own;
	const char *folder = xdg_folder(cli, "XDG_CONFIG_HOME", S(".config"));
	struct settings_file *file = new_file(cli, "", ORIGIN_USER);
	cli->own = file;
	if (!folder)
		return file;
	file->path = path_join(&cli->arena, folder, S("pinbake/config.toml"));
	if (!file_exists(file->path))
		return file;
	if (trust_check_owner(file->path, ERROR_INPUT, &err) < 0 ||
	    check_brought(file->path, "XDG_CONFIG_HOME", &err) < 0)
		add_error(cli, &err);
	else if (toml_document(&cli->arena, file->path, &cli->diagnostics, &root) == 0)
		file->table = root, file->source = source_of(root);
	return file;
}

const char *trust_folder(struct cli *cli, struct error *err)
{
	const char *state = xdg_folder(cli, "XDG_STATE_HOME", S(".local/state"));
	const char *folder =
		state ? path_join(&cli->arena, state, S("pinbake/trust")) : NULL;
	if (!folder)
		error_set(err, ERROR_INPUT, "there is no home to remember anything in");
	return folder && check_brought(folder, "XDG_STATE_HOME", err) == 0 ? folder
									   : NULL;
}

// Of one content alone, so that who changes the file in a pull request has not changed what CI allows.
static bool variable_trusts(struct cli *cli, const struct sha256 *content)
{
	const char *text = setting("PINBAKE_TRUST");
	struct sha256 digest;
	struct error err = { 0 };
	if (!text)
		return false;
	if (sha256_parse_hex(slice_from(text), &digest))
		return sha256_eq(&digest, content);
	error_set(&err, ERROR_INPUT, "PINBAKE_TRUST is no SHA-256 of a project's file");
	error_hint(&err, "'pinbake trust' says it");
	return add_error(cli, &err);
}

bool project_is_trusted(struct cli *cli)
{
	struct trust_file file = project_identity(cli);
	struct error err = { 0 };
	struct error nowhere = { 0 };
	const char *folder = trust_folder(cli, &nowhere);
	bool has = variable_trusts(cli, &file.content);
	if (!has && folder && trust_has(folder, &file, &has, &err) < 0)
		return add_error(cli, &err);
	return has;
}
