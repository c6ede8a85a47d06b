// SPDX-License-Identifier: MIT
// The options that bake and install share: which lock's target, what the environment is like, how what has no wheel is
// built.
#pragma once

#include "cli/commands/index_options.h"

struct environment_values {
	struct index_values indexes;
	const char *prefix, *interpreter, *target, *jobs, *python_bin, *build_in,
		*build_engine, *bytecode, *strip;
	struct text_list wheelhouses, source_include;
	bool strict, no_build, build_network, build_unconfined;
};

#define ENVIRONMENT_AT(type, member) \
	(offsetof(type, environment) + offsetof(struct environment_values, member))

// Rows of an option table, for a command whose values hold a struct environment_values named environment.
// clang-format off
#define ENVIRONMENT_OPTIONS(type) \
	{ "pyc", 0, OPTION_TEXT, ENVIRONMENT_AT(type, bytecode), "PYTHON", \
	  "add bytecode, compiled by this interpreter of the target", false }, \
	{ "strip", 0, OPTION_TEXT, ENVIRONMENT_AT(type, strip), "RULES", \
	  "leave out tests, pyi, headers: a list with commas", true }, \
	{ "jobs", 'j', OPTION_TEXT, ENVIRONMENT_AT(type, jobs), "N", \
	  "threads (default: processors)", false }, \
	{ "target", 0, OPTION_TEXT, ENVIRONMENT_AT(type, target), "NAME", \
	  "which of the lock's targets", true }, \
	{ "index-url", 'i', OPTION_TEXT, ENVIRONMENT_AT(type, indexes.index_url), "URL", \
	  "index to look files up in, by name and hash", true }, \
	{ "extra-index-url", 0, OPTION_LIST, ENVIRONMENT_AT(type, indexes.extra_index_urls), "URL", \
	  "index that is asked first, as for lock", true }, \
	{ "index", 0, OPTION_LIST, ENVIRONMENT_AT(type, indexes.named_indexes), "NAME=URL", \
	  "index that only --index-for asks", true }, \
	{ "index-for", 0, OPTION_LIST, ENVIRONMENT_AT(type, indexes.index_for), "PACKAGE=NAME", \
	  "take PACKAGE from this index and no other", true }, \
	{ "ignore-forbidden", 0, OPTION_LIST, ENVIRONMENT_AT(type, indexes.ignore_forbidden), "HOST", \
	  "this index says 403 for packages that it does not have", true }, \
	{ "find-links", 'f', OPTION_LIST, ENVIRONMENT_AT(type, indexes.find_links), "PATH", \
	  "directory or page with distribution files", true }, \
	{ "allow-direct", 0, OPTION_LIST, ENVIRONMENT_AT(type, indexes.allow_direct), "NAME|HOST", \
	  "let builds name addresses of this package or host; repeatable", true }, \
	{ "no-index", 0, OPTION_FLAG, ENVIRONMENT_AT(type, indexes.no_index), NULL, \
	  "ask no index, neither for files nor for what builds need", true }, \
	{ "wheelhouse", 0, OPTION_LIST, ENVIRONMENT_AT(type, wheelhouses), "DIR", \
	  "take files from this folder first, by name and hash; repeatable", true }, \
	{ "source-include", 0, OPTION_LIST, ENVIRONMENT_AT(type, source_include), "PATTERN", \
	  "take along what a folder's source would leave out as private or ignored", true }, \
	{ "strict", 0, OPTION_FLAG, ENVIRONMENT_AT(type, strict), NULL, \
	  "files of two packages that differ are an error", true }, \
	{ "no-build", 0, OPTION_FLAG, ENVIRONMENT_AT(type, no_build), NULL, \
	  "refuse source distributions instead of building them", false }, \
	{ "python-bin", 0, OPTION_TEXT, ENVIRONMENT_AT(type, python_bin), "PATH", \
	  "the interpreter that builds (default: --interpreter's, PATH, pyenv)", true }, \
	{ "build-in", 0, OPTION_TEXT, ENVIRONMENT_AT(type, build_in), "IMAGE", \
	  "build inside this image, with its Python and compiler", false }, \
	{ "build-engine", 0, OPTION_TEXT, ENVIRONMENT_AT(type, build_engine), "NAME", \
	  "docker or podman (default: the first on PATH)", true }, \
	{ "build-network", 0, OPTION_FLAG, ENVIRONMENT_AT(type, build_network), NULL, \
	  "let builds reach the network", true }, \
	{ "build-unconfined", 0, OPTION_FLAG, ENVIRONMENT_AT(type, build_unconfined), NULL, \
	  "build without a sandbox: packages' code may do what you may", true }

// Rows of its rules.
#define ENVIRONMENT_RULES \
	INDEX_RULES, \
	{ "python-bin", OPTION_EXCLUDES, "build-in no-build", NULL, NULL }, \
	{ "build-in", OPTION_EXCLUDES, "no-build", NULL, NULL }, \
	{ "build-network", OPTION_EXCLUDES, "no-build", NULL, NULL }, \
	{ "build-unconfined", OPTION_EXCLUDES, "build-in no-build", NULL, NULL }, \
	{ "source-include", OPTION_EXCLUDES, "no-build", NULL, NULL }, \
	{ "build-engine", OPTION_NEEDS, "build-in", NULL, NULL }
// clang-format on

// What the options ask for, and the lock that is the only argument, or pylock.toml. ERROR_USAGE.
NODISCARD int environment_request_of(struct cli *cli,
				     const struct environment_values *values,
				     const struct text_list *arguments,
				     struct environment_request *ret_request,
				     struct error *err);

// One line each for what was left out, into *result too.
void environment_report(const struct cli *cli, uint64_t uncompiled,
			uint64_t stripped_files, uint64_t stripped_bytes, json_t *result);
