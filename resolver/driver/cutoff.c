// SPDX-License-Identifier: MIT
// Reads and works out the cut-off.
#include "resolver/driver/driver.h"

#include "packaging/name.h"

enum { SECONDS_A_DAY = 86400, AGE_DAYS_MAX = 36500 };

// --- ages ------------------------------------------------------------------------------------------------------------

static uint64_t seconds_of_unit(struct slice unit)
{
	static const struct {
		const char *names[4];
		uint64_t seconds;
	} units[] = {
		{ { "w", "week", "weeks", "" }, 7 * SECONDS_A_DAY },
		{ { "d", "day", "days", "" }, SECONDS_A_DAY },
		{ { "h", "hour", "hours", "hr" }, 3600 },
		{ { "m", "min", "minute", "minutes" }, 60 },
	};
	for (size_t i = 0; i < sizeof(units) / sizeof(*units) && unit.len; i++)
		for (size_t j = 0; j < 4; j++)
			if (slice_eq_ignore_case(unit, slice_from(units[i].names[j])))
				return units[i].seconds;
	return 0;
}

static struct slice take_while(struct slice *rest, bool (*wanted)(char))
{
	size_t len = 0;
	while (len < rest->len && wanted(rest->ptr[len]))
		len++;
	struct slice taken = slice_range(*rest, 0, len);
	*rest = slice_skip(*rest, len);
	return taken;
}

static struct slice take_one(struct slice *rest)
{
	struct slice taken = slice_range(*rest, 0, 1);
	*rest = slice_skip(*rest, 1);
	return taken;
}

// "30 days", "1d12h", and after "P" the units of ISO 8601, where "T" stands before hours and minutes. Months and years
// have no fixed length.
static bool read_age(struct slice text, uint64_t *ret_seconds)
{
	bool is_iso = text.len && to_lower(text.ptr[0]) == 'p', in_time = false,
	     any = false;
	struct slice rest = is_iso ? slice_skip(text, 1) : text;
	uint64_t sum = 0;
	while ((rest = slice_trim(rest)).len) {
		uint64_t count, unit;
		if (is_iso && !in_time && to_lower(rest.ptr[0]) == 't') {
			in_time = true;
			rest = slice_skip(rest, 1);
		}
		if (!slice_parse_u64(take_while(&rest, is_digit),
				     AGE_DAYS_MAX * UINT64_C(24), &count))
			return false;
		rest = slice_trim(rest);
		unit = seconds_of_unit(is_iso ? take_one(&rest)
					      : take_while(&rest, is_alpha));
		if (unit == 0 || (is_iso && in_time != (unit < SECONDS_A_DAY)))
			return false;
		sum += count * unit;
		any = true;
	}
	*ret_seconds = sum;
	return any && sum <= AGE_DAYS_MAX * (uint64_t)SECONDS_A_DAY;
}

// --- the option ------------------------------------------------------------------------------------------------------

static bool read_moment(struct arena *arena, struct slice text, struct slice *ret_moment)
{
	int64_t microseconds;
	bool has_time = slice_find_byte(text, ':') != SLICE_NONE;
	struct slice moment =
		has_time ? text : arena_printf(arena, "%.*sT00:00:00Z", SLICE_ARG(text));
	if (!upload_time_parse(moment, &microseconds))
		return false;
	*ret_moment = moment;
	return true;
}

int cutoff_read(struct arena *arena, struct slice text, uint64_t now,
		struct cutoff *ret_cutoff, struct error *err)
{
	struct cutoff cutoff = { .kind = CUTOFF_NONE, .moment = S("") };
	uint64_t age;
	text = slice_trim(text);
	if (slice_eq_ignore_case(text, S("pins"))) {
		cutoff.kind = CUTOFF_PINS;
		cutoff.spares_pins = true;
	} else if (read_moment(arena, text, &cutoff.moment)) {
		cutoff.kind = CUTOFF_MOMENT;
	} else if (read_age(text, &age) && age <= now) {
		cutoff.kind = CUTOFF_AGE;
		cutoff.moment = upload_time_text(arena, now - age);
	} else if (text.len) {
		error_set(
			err, ERROR_USAGE,
			"'%.*s' is no value for --exclude-newer: expected a date, an age or 'pins'",
			SLICE_ARG(text));
		return error_hint(
			err,
			"write it as 2024-05-01, 2024-05-01T12:00:00Z, 7d, '2 weeks' or pins");
	}
	*ret_cutoff = cutoff;
	return 0;
}

// --- single packages ---------------------------------------------------------------------------------------------------

const struct lock_cutoff *cutoff_of_package(const struct lock_cutoff *items, size_t len,
					    struct slice name)
{
	for (size_t i = 0; i < len; i++)
		if (slice_eq(items[i].name, name))
			return &items[i];
	return NULL;
}

struct slice cutoff_for(const struct resolve_policy *policy, struct slice name)
{
	const struct lock_cutoff *own =
		cutoff_of_package(policy->package_cutoffs, policy->package_cutoffs_len,
				  name);
	return own ? own->moment : policy->exclude_newer;
}

void cutoff_set_package(struct arena *arena, struct cutoff *cutoff,
			const struct lock_cutoff *entry)
{
	struct lock_cutoff *items =
		arena_new_array(arena, struct lock_cutoff, cutoff->packages_len + 1);
	size_t len = 0, at = 0;
	for (; at < cutoff->packages_len &&
	       slice_cmp(cutoff->packages[at].name, entry->name) < 0;
	     at++)
		items[len++] = cutoff->packages[at];
	items[len++] = *entry;
	if (at < cutoff->packages_len && slice_eq(cutoff->packages[at].name, entry->name))
		at++;
	while (at < cutoff->packages_len)
		items[len++] = cutoff->packages[at++];
	cutoff->packages = items;
	cutoff->packages_len = len;
}

// An age says another moment every day: that of the lock stays.
static int read_package(struct arena *arena, struct slice text, uint64_t now,
			const struct lock *present, struct lock_cutoff *ret_entry,
			struct error *err)
{
	struct slice when = text, name;
	const struct lock_cutoff *kept = NULL;
	uint64_t age;
	if (!slice_cut(&when, '=', &name) || !name_is_valid(slice_trim(name)))
		return error_set(
			err, ERROR_USAGE,
			"'%.*s' is no value for --exclude-newer-package: expected NAME=WHEN",
			SLICE_ARG(text));
	when = slice_trim(when);
	struct lock_cutoff entry = { name_normalize(arena, slice_trim(name)), S("") };
	if (present)
		kept = cutoff_of_package(present->package_cutoffs,
					 present->package_cutoffs_len, entry.name);
	bool is_age = read_age(when, &age) && age <= now;
	if (is_age)
		entry.moment = kept && kept->moment.len
				       ? kept->moment
				       : upload_time_text(arena, now - age);
	if (!is_age && !slice_eq_ignore_case(when, S("false")) &&
	    !read_moment(arena, when, &entry.moment)) {
		error_set(
			err, ERROR_USAGE,
			"'%.*s' is no value for --exclude-newer-package: expected a date, an age or 'false'",
			SLICE_ARG(text));
		return error_hint(err,
				  "write it as %.*s=2024-05-01, %.*s=7d or %.*s=false",
				  SLICE_ARG(entry.name), SLICE_ARG(entry.name),
				  SLICE_ARG(entry.name));
	}
	*ret_entry = entry;
	return 0;
}

int cutoff_read_packages(struct arena *arena, const struct slice_list *texts,
			 uint64_t now, const struct lock *present, struct cutoff *cutoff,
			 struct error *err)
{
	struct lock_cutoff entry;
	if (present) {
		cutoff->packages = present->package_cutoffs;
		cutoff->packages_len = present->package_cutoffs_len;
	}
	for (size_t i = 0; i < texts->len; i++) {
		if (read_package(arena, texts->items[i], now, present, &entry, err) < 0)
			return -1;
		cutoff_set_package(arena, cutoff, &entry);
	}
	return 0;
}

// --- the present lock ------------------------------------------------------------------------------------------------

static bool is_later(const struct lock_file *file, int64_t moment)
{
	int64_t uploaded;
	return upload_time_parse(file->upload_time, &uploaded) && uploaded > moment;
}

// Only with pins spared can a lock hold what was uploaded after its own cut-off.
static bool holds_later_files(const struct lock *lock, int64_t moment)
{
	for (size_t i = 0; i < lock->len; i++) {
		const struct lock_package *package = &lock->packages[i];
		if (cutoff_of_package(lock->package_cutoffs, lock->package_cutoffs_len,
				      package->name))
			continue;
		if (package->has_sdist && is_later(&package->sdist, moment))
			return true;
		for (size_t j = 0; j < package->wheels_len; j++)
			if (is_later(&package->wheels[j], moment))
				return true;
	}
	return false;
}

void cutoff_keep(struct cutoff *cutoff, const struct lock *present)
{
	struct cutoff kept = { .kind = CUTOFF_MOMENT, .moment = present->exclude_newer };
	int64_t moment;
	if (cutoff->kind == CUTOFF_MOMENT || cutoff->kind == CUTOFF_PINS ||
	    !upload_time_parse(present->exclude_newer, &moment))
		return;
	kept.packages = cutoff->packages;
	kept.packages_len = cutoff->packages_len;
	kept.spares_pins = holds_later_files(present, moment);
	*cutoff = kept;
}

// --- pins ------------------------------------------------------------------------------------------------------------

struct moment {
	bool known;
	int64_t microseconds;
	struct slice text;
};

// The first upload of a release, of the files that say when.
static struct moment first_upload(const struct project *project,
				  const struct release *release)
{
	struct moment first = { 0 };
	for (uint32_t i = 0; i < release->file_len; i++) {
		struct moment one = { .known = true,
				      .text = project_file_get(project,
							       release->first_file + i)
						      ->upload_time };
		if (upload_time_parse(one.text, &one.microseconds) &&
		    (!first.known || one.microseconds < first.microseconds))
			first = one;
	}
	return first;
}

static void add_pin(const struct project *project, const struct specifier_set *specifiers,
		    struct moment *latest)
{
	for (uint32_t i = 0; i < project->release_len; i++) {
		if (!specifier_set_contains(specifiers,
					    &project_release(project, i)->version))
			continue;
		struct moment one = first_upload(project, project_release(project, i));
		if (one.known &&
		    (!latest->known || one.microseconds > latest->microseconds))
			*latest = one;
	}
}

static bool is_pin_for_some(const struct requirement_entry *entry,
			    const struct target_list *targets)
{
	if (entry->is_constraint ||
	    !specifier_set_is_exact_pin(&entry->requirement.specifiers))
		return false;
	for (size_t i = 0; i < targets->len; i++) {
		struct marker_context context = { .target = &targets->items[i] };
		if (marker_holds(entry->requirement.marker, &context))
			return true;
	}
	return false;
}

static int find_moment_of_pins(struct driver *driver, const struct requirement_set *set,
			       const struct target_list *targets,
			       struct slice *ret_moment, struct error *err)
{
	struct index *index = driver->index;
	struct moment latest = { .text = S("") };
	size_t pins = 0;
	work_status(driver->work, "looking up when the pins were uploaded");
	for (size_t i = 0; i < set->len; i++) {
		if (!is_pin_for_some(&set->entries[i], targets))
			continue;
		index_want_project(index, set->entries[i].requirement.name);
		pins++;
	}
	if (pins == 0)
		return error_set(
			err, ERROR_USAGE,
			"--exclude-newer pins: the requirements have no exact pin ('name==1.0')");
	for (size_t i = 0; i < set->len; i++) {
		const struct requirement *requirement = &set->entries[i].requirement;
		if (!is_pin_for_some(&set->entries[i], targets))
			continue;
		while (!index_project(index, requirement->name))
			if (index_wait(index, err) < 0)
				return -1;
		add_pin(index_project(index, requirement->name), &requirement->specifiers,
			&latest);
	}
	*ret_moment = latest.text;
	return 0;
}

int cutoff_apply(const struct cutoff *cutoff, struct driver *driver,
		 struct resolve_request *request, struct error *err)
{
	struct resolve_policy *policy = &request->policy;
	policy->exclude_newer = cutoff->moment;
	policy->spares_pins = cutoff->spares_pins;
	policy->package_cutoffs = cutoff->packages;
	policy->package_cutoffs_len = cutoff->packages_len;
	if (cutoff->kind != CUTOFF_PINS)
		return 0;
	return find_moment_of_pins(driver, request->requirements, &request->targets,
				   &policy->exclude_newer, err);
}
