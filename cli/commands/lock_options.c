// SPDX-License-Identifier: MIT
// Reads the options of `pinbake lock` into a request.
#include "cli/commands/lock_options.h"

#include "cli/project_file.h"
#include "cli/settings/child_environment.h"
#include "cli/settings/image_targets.h"
#include "cli/settings/index_url.h"
#include "environment/interpreters.h"
#include "settings/conflicts.h"

#include <string.h>

#define AT(member) offsetof(struct lock_values, member)
static const struct option OPTIONS[] = {
	{ "output", 'o', OPTION_TEXT, AT(output), "FILE",
	  "lock to write (default pylock.toml; - is stdout)", false },
	{ "python", 'p', OPTION_LIST, AT(pythons), "X.Y",
	  "Python to lock for, repeatable (default: python3's)", false },
	{ "platform", 0, OPTION_LIST, AT(platforms), "OS/ARCH",
	  "linux/amd64, linux/arm64, macos/arm64, windows/amd64, …; repeatable (default: this machine's)",
	  false },
	{ "target", 0, OPTION_LIST, AT(targets), "NAME",
	  "the full form, repeatable: cp312-linux-amd64-glibc2.36", true },
	{ "for-image", 0, OPTION_LIST, AT(images), "REF",
	  "the targets of a base image: OCI layout, oci-archive or docker save file",
	  false },
	{ "share-versions", 0, OPTION_FLAG, AT(share_versions), NULL,
	  "one version for all Pythons wherever one can serve them, built if need be",
	  true },
	{ "upgrade", 'U', OPTION_FLAG, AT(upgrade), NULL,
	  "do not prefer the pins of the present lock", false },
	{ "upgrade-package", 'P', OPTION_LIST, AT(upgrade_packages), "NAME",
	  "let this pin move, repeatable", false },
	{ "check", 0, OPTION_FLAG, AT(check), NULL,
	  "write nothing; exit 1 if the lock is not what it would be", false },
	{ "repair", 0, OPTION_FLAG, AT(repair), NULL,
	  "where the requirements cannot hold, lock by the smallest edits and name them",
	  false },
	{ "split", 0, OPTION_FLAG, AT(split), NULL,
	  "a lock for each, pylock.NAME.toml, where one cannot hold all targets", false },
	{ "constraint", 'c', OPTION_LIST, AT(constraints), "FILE",
	  "bounds on versions; asks for no package itself", false },
	{ "override", 0, OPTION_LIST, AT(overrides), "FILE",
	  "requirements in the place of what packages ask for", false },
	{ "exclude", 0, OPTION_LIST, AT(excludes), "NAME",
	  "package that is left out wherever another one needs it", true },
	{ "extra", 0, OPTION_LIST, AT(extras), "NAME",
	  "extra of the project in pyproject.toml, repeatable", false },
	{ "all-extras", 0, OPTION_FLAG, AT(all_extras), NULL, "all of its extras",
	  false },
	{ "group", 0, OPTION_LIST, AT(groups), "NAME",
	  "dependency group in pyproject.toml, repeatable", false },
	{ "index-url", 'i', OPTION_TEXT, AT(indexes.index_url), "URL",
	  "package index (default the Python Package Index)", false },
	{ "extra-index-url", 0, OPTION_LIST, AT(indexes.extra_index_urls), "URL",
	  "index that is asked first; the first that has a name wins", false },
	{ "index", 0, OPTION_LIST, AT(indexes.named_indexes), "NAME=URL",
	  "index that only --index-for asks", true },
	{ "index-for", 0, OPTION_LIST, AT(indexes.index_for), "PACKAGE=NAME",
	  "take PACKAGE from this index and no other", true },
	{ "ignore-forbidden", 0, OPTION_LIST, AT(indexes.ignore_forbidden), "HOST",
	  "this index says 403 for packages that it does not have; else 403 ends the search",
	  true },
	{ "find-links", 'f', OPTION_LIST, AT(indexes.find_links), "PATH",
	  "directory or page with distribution files", false },
	{ "allow-direct", 0, OPTION_LIST, AT(indexes.allow_direct), "NAME|HOST",
	  "let packages name addresses of this package or host; repeatable", true },
	{ "no-index", 0, OPTION_FLAG, AT(indexes.no_index), NULL, "use --find-links only",
	  true },
	{ "prerelease", 0, OPTION_TEXT, AT(prerelease), "MODE",
	  "if-necessary (default), allow, disallow, explicit", false },
	{ "only-binary", 0, OPTION_LIST, AT(only_binary), "NAME",
	  "wheels only, for NAME or :all:", false },
	{ "prefer-binary", 0, OPTION_FLAG, AT(prefer_binary), NULL,
	  "an older release that has a wheel before a newer one that has none", true },
	{ "no-binary", 0, OPTION_LIST, AT(no_binary), "NAME",
	  "source distributions only, for NAME or :all:", true },
	{ "resolution", 0, OPTION_TEXT, AT(resolution), "MODE",
	  "highest (default), lowest, lowest-direct", true },
	{ "exclude-newer", 0, OPTION_TEXT, AT(exclude_newer), "WHEN",
	  "ignore files uploaded after a date (2024-05-01), an age (7d, 2w), or the exact pins' own day (pins)",
	  true },
	{ "exclude-newer-package", 0, OPTION_LIST, AT(package_cutoffs), "NAME=WHEN",
	  "another date or age for one package, or 'false' for none; repeatable", true },
	{ "torch-backend", 0, OPTION_TEXT, AT(torch_backend), "NAME",
	  "PyTorch's builds for cpu, cuNNN, rocmN.N or xpu; none: as any package",
	  false },
	{ "torch-index", 0, OPTION_TEXT, AT(torch_index), "URL",
	  "where the indexes of all its backends are", true },
	{ "build", 0, OPTION_FLAG, AT(build), NULL,
	  "build source distributions now: for metadata that they do not state, and to record with what, and to which wheels",
	  false },
	{ "no-build", 0, OPTION_FLAG, AT(no_build), NULL,
	  "do not, whatever the project's settings say", true },
	{ "python-bin", 0, OPTION_TEXT, AT(python_bin), "PATH",
	  "the interpreter that builds (default: pythonX.Y on PATH, then pyenv)", true },
	{ "build-in", 0, OPTION_TEXT, AT(build_in), "IMAGE",
	  "build inside this image, with its Python and compiler", true },
	{ "build-engine", 0, OPTION_TEXT, AT(build_engine), "NAME",
	  "docker or podman (default: the first on PATH)", true },
	{ "build-network", 0, OPTION_FLAG, AT(build_network), NULL,
	  "let builds reach the network, these and those of bake", true },
	{ "build-unconfined", 0, OPTION_FLAG, AT(build_unconfined), NULL,
	  "build without a sandbox: packages' code may do what you may", true },
	{ "source-include", 0, OPTION_LIST, AT(source_include), "PATTERN",
	  "take along what a folder's source would leave out as private or ignored",
	  true },
	{ "format", 0, OPTION_TEXT, AT(format), "FORM",
	  "pylock (default) or requirements", true },
	{ "refresh", 0, OPTION_FLAG, AT(indexes.refresh), NULL,
	  "ask the index again for every page", true },
};

enum { DEFAULT_MINOR_FALLBACK = 13 };

// --- settings --------------------------------------------------------------------------------------------------------

// What the command line asks for of a project is not what the settings would.
static void keep_extras(const struct lock_values *given, bool has_files,
			struct lock_values *values)
{
	bool groups_alone = given->groups.len && !given->extras.len && !given->all_extras;
	if (has_files || groups_alone) {
		values->extras = given->extras;
		values->all_extras = given->all_extras;
	}
	if (has_files)
		values->groups = given->groups;
	values->whole_project = values->extras.len || values->all_extras;
}

static int read_settings(struct cli *cli, struct lock_values *values,
			 struct text_list *inputs, bool sources_alone, struct error *err)
{
	const struct settings_request request = { .command = "lock",
						  .table = &lock_option_table,
						  .values = values,
						  .inputs = inputs,
						  .sources_alone = sources_alone };
	struct lock_values given = *values;
	bool has_files = inputs->len > 0;
	if (settings_read(cli, &request, err) < 0)
		return -1;
	if (given.pythons.len || given.platforms.len || given.targets.len) {
		values->pythons = given.pythons;
		values->platforms = given.platforms;
		values->targets = given.targets;
	}
	keep_extras(&given, has_files, values);
	values->indexes.named_here = given.indexes.named_indexes.len > 0;
	return 0;
}

int lock_read_settings(struct cli *cli, struct lock_values *values,
		       struct text_list *inputs, struct error *err)
{
	return read_settings(cli, values, inputs, false, err);
}

int lock_read_index_settings(struct cli *cli, struct lock_values *values,
			     struct error *err)
{
	struct lock_values all = *values;
	struct text_list inputs = { 0 };
	if (read_settings(cli, &all, &inputs, true, err) < 0)
		return -1;
	values->indexes = all.indexes;
	values->only_binary = all.only_binary;
	values->no_binary = all.no_binary;
	if (!values->source_include.len)
		values->source_include = all.source_include;
	return 0;
}

// --- inputs ----------------------------------------------------------------------------------------------------------

struct lock_inputs lock_inputs_of(struct cli *cli, const struct lock_values *values,
				  const struct text_list *files)
{
	return (struct lock_inputs){
		.files = slices_of(cli, files),
		.extras = slices_of(cli, &values->extras),
		.groups = slices_of(cli, &values->groups),
		.all_extras = values->all_extras,
		.whole_project = values->whole_project,
		.constraints = slices_of(cli, &values->constraints),
		.overrides = slices_of(cli, &values->overrides),
		.excludes = slices_of(cli, &values->excludes),
	};
}

static int releases_of(struct cli *cli, const struct lock_values *values,
		       struct release_request *releases, struct error *err)
{
	static const char *const prereleases[] = { "if-necessary", "allow", "disallow",
						   "explicit" };
	static const char *const resolutions[] = { "highest", "lowest", "lowest-direct" };
	size_t prerelease, resolution;
	if (option_choice("prerelease", values->prerelease, prereleases, 4, &prerelease,
			  err) < 0 ||
	    option_choice("resolution", values->resolution, resolutions, 3, &resolution,
			  err) < 0)
		return -1;
	*releases = (struct release_request){
		.prerelease = (enum prerelease_mode)prerelease,
		.resolution = resolution == 1 ? RESOLUTION_LOWEST : RESOLUTION_HIGHEST,
		.lowest_direct = resolution == 2,
		.share_versions = values->share_versions,
		.prefer_binary = values->prefer_binary,
		.only_binary = slices_of(cli, &values->only_binary),
		.no_binary = slices_of(cli, &values->no_binary),
	};
	return 0;
}

// --- targets ---------------------------------------------------------------------------------------------------------

// X.Y of the interpreter that python3 names.
static struct slice default_python(struct cli *cli)
{
	const struct interpreter_places places = { search_path(cli), NULL };
	struct slice version = interpreter_default_version(&places, &cli->arena);
	return version.len ? version
			   : arena_printf(&cli->arena, "3.%d", DEFAULT_MINOR_FALLBACK);
}

static int add_named_targets(struct cli *cli, const struct text_list *names,
			     struct target_list *targets, struct error *err)
{
	for (size_t i = 0; i < names->len; i++) {
		struct target target;
		if (target_parse(&cli->arena, slice_from(names->items[i]), &target, err) <
			    0 ||
		    target_list_add(&cli->arena, targets, &target, err) < 0)
			return -1;
	}
	return 0;
}

static struct slice text_or(const struct text_list *texts, size_t at,
			    struct slice otherwise)
{
	return at < texts->len ? slice_from(texts->items[at]) : otherwise;
}

int lock_targets_of(struct cli *cli, const struct lock_values *values,
		    struct target_list *ret_targets, struct error *err)
{
	struct target_list targets = { 0 };
	struct slice python = values->pythons.len ? S("") : default_python(cli);
	struct slice platform = slice_from(host_platform(cli));
	if (values->images.len)
		return image_targets(cli, &values->images, &values->pythons, ret_targets,
				     err);
	if (add_named_targets(cli, &values->targets, &targets, err) < 0)
		return -1;
	for (size_t i = 0; !values->targets.len && (i == 0 || i < values->pythons.len);
	     i++) {
		for (size_t j = 0; j == 0 || j < values->platforms.len; j++) {
			struct target target;
			if (target_init(&cli->arena, text_or(&values->pythons, i, python),
					text_or(&values->platforms, j, platform), &target,
					err) < 0 ||
			    target_list_add(&cli->arena, &targets, &target, err) < 0)
				return -1;
		}
	}
	*ret_targets = targets;
	return 0;
}

// --- indexes ---------------------------------------------------------------------------------------------------------

static struct address torch_base_of(struct cli *cli, const struct lock_values *values,
				    struct login_list *logins)
{
	const char *configured = setting("PINBAKE_TORCH_INDEX");
	if (values->torch_index)
		return index_address(cli, slice_from(values->torch_index),
				     option_origin(cli, "torch-index"), logins);
	if (configured)
		return index_address(cli, slice_from(configured), ORIGIN_ENVIRONMENT,
				     logins);
	return (struct address){ S(""), ORIGIN_DEFAULT };
}

static int indexes_of(struct cli *cli, const struct lock_values *values,
		      struct index_request *ret_request, struct error *err)
{
	static const struct text_list no_folders = { 0 };
	const char *backend = setting("PINBAKE_TORCH_BACKEND");
	if (index_request_of(cli, &values->indexes, &no_folders, ret_request, err) < 0)
		return -1;
	ret_request->torch_base = torch_base_of(cli, values, &ret_request->logins);
	ret_request->torch_backend = values->torch_backend ? values->torch_backend
				     : backend             ? backend
							   : setting("UV_TORCH_BACKEND");
	return 0;
}

// --- the request -----------------------------------------------------------------------------------------------------

static struct build_request builds_of(struct cli *cli, const struct lock_values *values)
{
	return (struct build_request){
		.allowed = values->build,
		.network = values->build_network,
		.unconfined = values->build_unconfined,
		.python = values->python_bin,
		.image = values->build_in,
		.engine = values->build_engine,
		.source_include = slices_of(cli, &values->source_include),
	};
}

int lock_request_of(struct cli *cli, const struct lock_values *values,
		    const struct text_list *inputs, struct lock_request *ret_request,
		    struct error *err)
{
	bool wants_requirements =
		values->format && strcmp(values->format, "requirements") == 0;
	const char *path = values->output       ? values->output
			   : wants_requirements ? "requirements.txt"
						: "pylock.toml";
	struct conflict_list *conflicts = arena_new(&cli->arena, struct conflict_list);
	struct lock_request request = {
		.inputs = lock_inputs_of(cli, values, inputs),
		.cutoff = { slice_from(values->exclude_newer),
			    slices_of(cli, &values->package_cutoffs) },
		.path = strcmp(path, "-") == 0 ? NULL : path,
		.present = { .are_requirements = wants_requirements,
			     .upgrade = values->upgrade,
			     .released = slices_of(cli, &values->upgrade_packages) },
		.builds = builds_of(cli, values),
		.conflicts = conflicts,
		.repair = values->repair,
		.may_split = values->split,
		.only_pins = wants_requirements,
		.solve_anew = cli->common.json || cli->common.verbose,
	};
	if (project_conflicts(&cli->arena, &cli->diagnostics, conflicts, err) < 0 ||
	    lock_targets_of(cli, values, &request.targets, err) < 0 ||
	    releases_of(cli, values, &request.releases, err) < 0 ||
	    indexes_of(cli, values, &request.indexes, err) < 0)
		return -1;
	*ret_request = request;
	return 0;
}

// --- the table -------------------------------------------------------------------------------------------------------

static const struct option_rule RULES[] = {
	INDEX_RULES,
	{ "target", OPTION_EXCLUDES, "python platform",
	  "--target already says what --python and --platform would", NULL },
	{ "for-image", OPTION_EXCLUDES, "platform target",
	  "--for-image already says what --platform and --target would", NULL },
	{ "torch-index", OPTION_EXCLUDES, "torch-backend=none no-index", NULL, NULL },
	{ "refresh", OPTION_EXCLUDES, "offline", NULL, NULL },
	{ "upgrade-package", OPTION_EXCLUDES, "format=requirements", NULL, NULL },
	{ "check", OPTION_EXCLUDES, "output=-", NULL, NULL },
	{ "build", OPTION_EXCLUDES, "no-build", NULL, NULL },
	{ "python-bin", OPTION_NEEDS, "build", NULL, NULL },
	{ "build-in", OPTION_NEEDS, "build", NULL, NULL },
	{ "build-unconfined", OPTION_NEEDS, "build", NULL, NULL },
	{ "build-unconfined", OPTION_EXCLUDES, "build-in", NULL, NULL },
	{ "build-engine", OPTION_NEEDS, "build-in", NULL, NULL },
	{ "build-engine", OPTION_NEEDS, "build", NULL, NULL },
	{ "build-engine", OPTION_NEEDS, "build", NULL, NULL },
};

const struct option_table lock_option_table = OPTION_TABLE(OPTIONS, RULES);
