// SPDX-License-Identifier: MIT
// Reads the options of `pinbake lock`.
#include "cli/lock/lock_options.h"

#include "base/program.h"
#include "cli/explain/advice.h"
#include "cli/lock/image_targets.h"
#include "cli/sources/torch.h"
#include "packaging/name.h"
#include "packaging/target_cover.h"

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
	{ "find-links", 'f', OPTION_LIST, AT(indexes.find_links), "PATH",
	  "directory or page with distribution files", false },
	{ "no-index", 0, OPTION_FLAG, AT(indexes.no_index), NULL, "use --find-links only",
	  true },
	{ "prerelease", 0, OPTION_TEXT, AT(prerelease), "MODE",
	  "if-necessary (default), allow, disallow, explicit", false },
	{ "only-binary", 0, OPTION_LIST, AT(only_binary), "NAME",
	  "wheels only, for NAME or :all:", false },
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
	{ "format", 0, OPTION_TEXT, AT(format), "FORM",
	  "pylock (default) or requirements", true },
	{ "refresh", 0, OPTION_FLAG, AT(indexes.refresh), NULL,
	  "ask the index again for every page", true },
};

enum { DEFAULT_MINOR_FALLBACK = 13 };

// --- reading the options ---------------------------------------------------------------------------------------------

static int read_modes(const struct lock_values *values, struct resolve_options *options,
		      struct error *err)
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
	options->prerelease = (enum prerelease_mode)prerelease;
	options->resolution = resolution == 1 ? RESOLUTION_LOWEST : RESOLUTION_HIGHEST;
	options->lowest_direct = resolution == 2;
	return 0;
}

struct rule_list {
	struct binary_rule *items;
	size_t len, cap;
};

// "a,b" or ":all:" or ":none:", which takes back what was said before.
static void add_rules(struct arena *arena, struct slice names, enum binary_mode mode,
		      struct rule_list *rules)
{
	struct slice name;
	bool more = true;
	while (more) {
		more = slice_cut(&names, ',', &name);
		name = slice_trim(name);
		if (slice_eq(name, S(":none:")))
			*array_push(arena, rules) =
				(struct binary_rule){ S(":all:"), BINARY_ANY };
		else if (slice_eq(name, S(":all:")))
			*array_push(arena, rules) = (struct binary_rule){ name, mode };
		else if (name.len)
			*array_push(arena, rules) =
				(struct binary_rule){ name_normalize(arena, name), mode };
	}
}

static int check_once(const struct rule_list *rules, struct error *err)
{
	for (size_t i = 0; i < rules->len; i++)
		for (size_t j = 0; j < i; j++) {
			const struct binary_rule *a = &rules->items[i],
						 *b = &rules->items[j];
			if (a->mode == b->mode || a->mode == BINARY_ANY ||
			    b->mode == BINARY_ANY || !slice_eq(a->name, b->name))
				continue;
			error_set(err, ERROR_USAGE,
				  "--no-binary %.*s and --only-binary %.*s exclude each "
				  "other",
				  SLICE_ARG(a->name), SLICE_ARG(a->name));
			return error_hint(err, "leave one of the two out");
		}
	return 0;
}

// Those of the two options, whose order is not known: what is said of one package goes before what is said of all.
static int add_own_rules(struct arena *arena, const struct lock_values *values,
			 struct rule_list *rules, struct error *err)
{
	struct rule_list own = { 0 };
	for (size_t i = 0; i < values->no_binary.len; i++)
		add_rules(arena, slice_from(values->no_binary.items[i]), BINARY_NONE,
			  &own);
	for (size_t i = 0; i < values->only_binary.len; i++)
		add_rules(arena, slice_from(values->only_binary.items[i]), BINARY_ONLY,
			  &own);
	for (int names = 0; names < 2; names++)
		for (size_t i = 0; i < own.len; i++)
			if (slice_eq(own.items[i].name, S(":all:")) != (names == 1))
				*array_push(arena, rules) = own.items[i];
	return check_once(&own, err);
}

// Files first, then the command line: what is said last wins (req.3).
static int read_binary_rules(struct cli *cli, const struct lock_values *values,
			     const struct requirement_set *set,
			     struct resolve_options *options, struct error *err)
{
	struct rule_list rules = { 0 };
	for (size_t i = 0; i < set->options_len; i++) {
		if (set->options[i].kind == OPTION_NO_BINARY)
			add_rules(&cli->arena, set->options[i].value, BINARY_NONE,
				  &rules);
		if (set->options[i].kind == OPTION_ONLY_BINARY)
			add_rules(&cli->arena, set->options[i].value, BINARY_ONLY,
				  &rules);
	}
	if (add_own_rules(&cli->arena, values, &rules, err) < 0)
		return -1;
	options->binary = rules.items;
	options->binary_len = rules.len;
	return 0;
}

int lock_read_policy(struct cli *cli, const struct lock_values *values,
		     const struct requirement_set *set, struct resolve_options *options,
		     struct error *err)
{
	if (read_modes(values, options, err) < 0)
		return -1;
	return read_binary_rules(cli, values, set, options, err);
}

// --- targets ---------------------------------------------------------------------------------------------------------

// X.Y of the interpreter that python3 names, read off its file name: no Python is run.
static struct slice default_python(struct cli *cli)
{
	for (const char *const *folder = search_path(cli); *folder; folder++) {
		const char *python = program_in(&cli->arena, *folder, S("python3"));
		struct slice target = python ? path_real(&cli->arena, python) : S("");
		size_t at = slice_find(target, S("/python3."));
		while (at != SLICE_NONE &&
		       slice_contains(slice_skip(target, at + 1), S("/python3.")))
			at += 1 + slice_find(slice_skip(target, at + 1), S("/python3."));
		if (at == SLICE_NONE)
			continue;
		struct slice minor = slice_skip(target, at + sizeof("/python3.") - 1);
		uint64_t number;
		if (slice_parse_u64(minor, 99, &number))
			return arena_printf(&cli->arena, "3.%llu",
					    (unsigned long long)number);
	}
	return arena_printf(&cli->arena, "3.%d", DEFAULT_MINOR_FALLBACK);
}

static int add_target(struct cli *cli, const struct target *target,
		      struct target_list *targets, struct error *err)
{
	for (size_t i = 0; i < targets->len; i++)
		if (slice_eq(targets->items[i].name, target->name))
			return 0;
	if (targets->len == TARGETS_MAX)
		return error_set(err, ERROR_USAGE, "more than %d targets", TARGETS_MAX);
	*array_push(&cli->arena, targets) = *target;
	return 0;
}

static int add_named_targets(struct cli *cli, const struct text_list *names,
			     struct target_list *targets, struct error *err)
{
	for (size_t i = 0; i < names->len; i++) {
		struct target target;
		if (target_parse(&cli->arena, slice_from(names->items[i]), &target, err) <
			    0 ||
		    add_target(cli, &target, targets, err) < 0)
			return -1;
	}
	return 0;
}

static struct slice text_or(const struct text_list *texts, size_t at,
			    struct slice otherwise)
{
	return at < texts->len ? slice_from(texts->items[at]) : otherwise;
}

int lock_read_targets(struct cli *cli, const struct lock_values *values,
		      struct target_list *ret_targets, struct error *err)
{
	struct target_list targets = { 0 };
	struct slice python = values->pythons.len ? S("") : default_python(cli);
	struct slice platform = host_platform(&cli->arena);
	if (values->images.len)
		return image_targets(cli, values, ret_targets, err);
	if (add_named_targets(cli, &values->targets, &targets, err) < 0)
		return -1;
	for (size_t i = 0; !values->targets.len && (i == 0 || i < values->pythons.len);
	     i++) {
		for (size_t j = 0; j == 0 || j < values->platforms.len; j++) {
			struct target target;
			if (target_init(&cli->arena, text_or(&values->pythons, i, python),
					text_or(&values->platforms, j, platform), &target,
					err) < 0 ||
			    add_target(cli, &target, &targets, err) < 0)
				return -1;
		}
	}
	*ret_targets = targets;
	return 0;
}

// --- index -----------------------------------------------------------------------------------------------------------

int lock_index_config(struct cli *cli, const struct lock_values *values,
		      const struct requirement_set *set, struct index_config *ret_config,
		      struct error *err)
{
	const struct index_request request = { .values = &values->indexes, .set = set };
	return index_config_of(cli, &request, ret_config, err);
}

static const struct option_rule RULES[] = {
	PLACES_RULES,
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
	{ "build-engine", OPTION_NEEDS, "build-in", NULL, NULL },
	{ "build-engine", OPTION_NEEDS, "build", NULL, NULL },
};

const struct option_table lock_option_table = OPTION_TABLE(OPTIONS, RULES);
