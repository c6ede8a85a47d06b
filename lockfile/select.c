// SPDX-License-Identifier: MIT
// Finds what a target takes from a lock, by the steps of the specification's
// "Installation", looking at nothing but the lock and the target (751.11).
#include "lockfile/order.h"

#include "base/text.h"
#include "packaging/filename.h"

struct selector {
	const struct lock *lock;
	const struct target *target;
	struct marker_context context;
	struct arena *arena;
	struct error *err;
};

// --- may this lock be used at all -------------------------------------------------------------

static int check_extras(const struct selector *selector,
			const struct lock_select_options *options)
{
	const struct lock *lock = selector->lock;
	for (size_t i = 0; i < options->extras_len; i++)
		if (!slices_have(lock->extras, lock->extras_len, options->extras[i]))
			return error_set(selector->err, ERROR_NO,
					 "the lock has no extra '%.*s'",
					 SLICE_ARG(options->extras[i]));
	for (size_t i = 0; i < options->groups_len; i++)
		if (!slices_have(lock->groups, lock->groups_len, options->groups[i]) &&
		    !slices_have(lock->default_groups, lock->default_groups_len,
				 options->groups[i]))
			return error_set(selector->err, ERROR_NO,
					 "the lock has no dependency group '%.*s'",
					 SLICE_ARG(options->groups[i]));
	return 0;
}

// requires-python has to hold (751.3). Markers and Python versions see the same Python:
// the first release where the patch is open.
static bool python_fits(const struct selector *selector, struct slice requires_python)
{
	struct specifier_set set;
	struct error ignored;
	if (requires_python.len == 0)
		return true;
	return specifier_set_parse(selector->arena, requires_python, false, &set, NULL,
				   &ignored) == 0 &&
	       specifier_set_contains(&set, &selector->target->python_full_version);
}

static int check_python(const struct selector *selector)
{
	if (python_fits(selector, selector->lock->requires_python))
		return 0;
	return error_set(selector->err, ERROR_NO,
			 "the lock needs Python %.*s, target %.*s has %.*s",
			 SLICE_ARG(selector->lock->requires_python),
			 SLICE_ARG(selector->target->name),
			 SLICE_ARG(selector->target->python_full));
}

// One of the lock's environments has to match the target (751.2).
static int check_environments(const struct selector *selector)
{
	const struct lock *lock = selector->lock;
	const struct marker_context context = { .target = selector->target };
	for (size_t i = 0; i < lock->environments_len; i++) {
		struct marker *marker;
		if (marker_parse(selector->arena, lock->environments[i],
				 MARKER_IN_REQUIREMENT, &marker, NULL, selector->err) < 0)
			return error_during(selector->err,
					    "reading environment '%.*s' of the lock",
					    SLICE_ARG(lock->environments[i]));
		if (marker_holds(marker, &context))
			return 0;
	}
	if (lock->environments_len == 0)
		return 0;
	error_set(selector->err, ERROR_NO,
		  "the lock is not for target %.*s: none of its environments holds",
		  SLICE_ARG(selector->target->name));
	return error_hint(
		selector->err,
		"lock for it with '--target %.*s'; the first environment is %.*s",
		SLICE_ARG(selector->target->name), SLICE_ARG(lock->environments[0]));
}

// --- the file of a package --------------------------------------------------------------------

// Wheels of variants, and files without a proper name, are never taken.
static const struct lock_file *best_wheel(const struct selector *selector,
					  const struct lock_package *package)
{
	const struct lock_file *best = NULL;
	struct wheel_name best_name = { 0 }, name;
	for (size_t i = 0; i < package->wheels_len; i++) {
		const struct lock_file *wheel = &package->wheels[i];
		if (wheel_name_parse(wheel->name, &name) != FILENAME_OK ||
		    wheel_rank(selector->target, &name) == TAG_INCOMPATIBLE)
			continue;
		if (!best || wheel_prefer(selector->target, &name, &best_name) < 0) {
			best = wheel;
			best_name = name;
		}
	}
	return best;
}

static int fail_no_file(const struct selector *selector,
			const struct lock_package *package)
{
	error_at(selector->err, ERROR_NO, package->span,
		 "no wheel of %.*s %.*s in the lock fits target %.*s",
		 SLICE_ARG(package->name), SLICE_ARG(package->version),
		 SLICE_ARG(selector->target->name));
	return error_hint(selector->err, "lock for it with '--target %.*s'",
			  SLICE_ARG(selector->target->name));
}

static int choose_file(const struct selector *selector,
		       const struct lock_package *package,
		       const struct lock_file **ret_file)
{
	*ret_file = NULL;
	if (package->has_vcs || package->has_directory)
		return 0;
	if (package->has_archive) {
		*ret_file = &package->archive;
		return 0;
	}
	*ret_file = best_wheel(selector, package);
	if (!*ret_file && package->has_sdist)
		*ret_file = &package->sdist;
	return *ret_file ? 0 : fail_no_file(selector, package);
}

// --- packages ---------------------------------------------------------------------------------

static int check_package(const struct selector *selector,
			 const struct lock_package *package,
			 const struct lock_package *before)
{
	if (!python_fits(selector, package->requires_python))
		return error_at(selector->err, ERROR_NO, package->span,
				"%.*s %.*s needs Python %.*s, target %.*s has %.*s",
				SLICE_ARG(package->name), SLICE_ARG(package->version),
				SLICE_ARG(package->requires_python),
				SLICE_ARG(selector->target->name),
				SLICE_ARG(selector->target->python_full));
	if (before && slice_eq(before->name, package->name))
		return error_at(
			selector->err, ERROR_NO, package->span,
			"the lock has two entries of '%.*s' for target %.*s: %.*s and %.*s",
			SLICE_ARG(package->name), SLICE_ARG(selector->target->name),
			SLICE_ARG(before->version), SLICE_ARG(package->version));
	return 0;
}

static int select_packages(const struct selector *selector,
			   struct lock_selection *selection)
{
	// Entries with one name are neighbours in this order.
	const struct lock_package **packages =
		lock_sorted_packages(selector->arena, selector->lock->packages,
				     selector->lock->len);
	const struct lock_package *before = NULL;
	for (size_t i = 0; i < selector->lock->len; i++) {
		const struct lock_package *package = packages[i];
		const struct lock_file *file;
		if (!marker_holds(package->marker, &selector->context))
			continue;
		if (check_package(selector, package, before) < 0 ||
		    choose_file(selector, package, &file) < 0)
			return -1;
		*array_push(selector->arena, selection) =
			(struct lock_choice){ package, file };
		before = package;
	}
	return 0;
}

int lock_select(const struct lock *lock, const struct lock_select_options *options,
		struct arena *arena, struct lock_selection *ret_selection,
		struct error *err)
{
	struct selector selector = {
		.lock = lock, .target = options->target, .arena = arena, .err = err
	};
	bool default_groups = options->groups == NULL;
	selector.context = (struct marker_context){
		.target = options->target,
		.extras = options->extras,
		.extras_len = options->extras_len,
		.groups = default_groups ? lock->default_groups : options->groups,
		.groups_len =
			default_groups ? lock->default_groups_len : options->groups_len,
	};
	struct lock_selection selection = { 0 };
	if (check_extras(&selector, options) < 0 || check_python(&selector) < 0 ||
	    check_environments(&selector) < 0 ||
	    select_packages(&selector, &selection) < 0)
		return -1;
	*ret_selection = selection;
	return 0;
}
