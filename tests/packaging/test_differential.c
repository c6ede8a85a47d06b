// SPDX-License-Identifier: MIT
// Against Python's `packaging`: differential.py makes random cases with its answers, this
// compares ours. Skipped where there is no python3 with `packaging`. DIFFERENTIAL_CASES
// and DIFFERENTIAL_SEED in the environment ask for more.
#include "packaging/metadata.h"
#include "packaging/name.h"
#include "packaging/specifier.h"
#include "packaging/tags.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_NO_PACKAGING = 77, EXIT_NO_PYTHON = 127, FIELDS_MAX = 4, SHOWN_MAX = 20 };

static unsigned hex_value(char c)
{
	return (unsigned)(is_digit(c) ? c - '0' : c - 'A' + 10);
}

static struct slice decoded(struct arena *arena, struct slice text)
{
	char *bytes = arena_alloc(arena, text.len + 1, 1);
	size_t len = 0;
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] != '%') {
			bytes[len++] = text.ptr[i];
			continue;
		}
		bytes[len++] = (char)(hex_value(text.ptr[i + 1]) << 4 |
				      hex_value(text.ptr[i + 2]));
		i += 2;
	}
	return (struct slice){ bytes, len };
}

static struct slice answer_version(struct arena *arena, const struct slice *fields)
{
	struct version version;
	if (!version_parse(arena, fields[0], &version))
		return S("!");
	struct slice normal = version_normal(arena, &version), local = normal, public;
	slice_cut(&local, '+', &public);
	return arena_printf(arena, "%.*s %.*s %d", SLICE_ARG(normal), SLICE_ARG(public),
			    version_is_prerelease(&version));
}

static struct slice answer_order(struct arena *arena, const struct slice *fields)
{
	struct version a, b;
	if (!version_parse(arena, fields[0], &a) || !version_parse(arena, fields[1], &b))
		return S("!");
	int order = version_cmp(&a, &b);
	return arena_printf(arena, "%d", (order > 0) - (order < 0));
}

static struct slice answer_specifier(struct arena *arena, const struct slice *fields)
{
	struct specifier_set set;
	struct version version;
	struct error err = { 0 };
	if (specifier_set_parse(arena, fields[0], false, &set, NULL, &err) < 0)
		return S("!");
	if (!version_parse(arena, fields[1], &version))
		return S("no version");
	return specifier_set_contains(&set, &version) ? S("1") : S("0");
}

static struct slice answer_name(struct arena *arena, const struct slice *fields)
{
	return name_is_valid(fields[0]) ? name_normalize(arena, fields[0]) : S("!");
}

static struct slice answer_wheel(struct arena *arena, const struct slice *fields)
{
	struct wheel_name name;
	struct version version;
	switch (wheel_name_parse(fields[0], &name)) {
	case FILENAME_OTHER: return S("other");
	case FILENAME_VARIANT: return S("variant");
	case FILENAME_INVALID: return S("!");
	case FILENAME_OK: break;
	}
	if (!version_parse(arena, name.version, &version))
		return S("no version");
	struct slice project = name_normalize(arena, name.name),
		     normal = version_normal(arena, &version);
	return arena_printf(arena, "%.*s %.*s %llu", SLICE_ARG(project),
			    SLICE_ARG(normal), (unsigned long long)name.build_number);
}

static struct slice answer_sdist(struct arena *arena, const struct slice *fields)
{
	struct sdist_name name;
	struct version version;
	enum filename_result result = sdist_name_parse(fields[0], S(""), &name);
	if (result != FILENAME_OK)
		return result == FILENAME_OTHER ? S("other") : S("!");
	if (!version_parse(arena, name.version, &version))
		return S("no version");
	struct slice project = name_normalize(arena, name.name),
		     normal = version_normal(arena, &version);
	return arena_printf(arena, "%.*s %.*s", SLICE_ARG(project), SLICE_ARG(normal));
}

static struct slice answer_target(struct arena *arena, const struct slice *fields)
{
	struct target target;
	struct error err = { 0 };
	struct buf tags = { .arena = arena };
	if (target_parse(arena, fields[0], &target, &err) < 0)
		return S("!");
	for (size_t i = 0; i < target.tag_len; i++)
		buf_printf(&tags, "%s%.*s", i > 0 ? "," : "", SLICE_ARG(target.tags[i]));
	return buf_slice(&tags);
}

static struct slice answer_rank(struct arena *arena, const struct slice *fields)
{
	struct target target;
	struct wheel_name wheel;
	struct error err = { 0 };
	if (target_parse(arena, fields[0], &target, &err) < 0 ||
	    wheel_name_parse(fields[1], &wheel) != FILENAME_OK)
		return S("!");
	return arena_printf(arena, "%d", wheel_rank(&target, &wheel));
}

// Once more from its own text: that means the same.
static int holds_twice(struct arena *arena, const struct marker *marker,
		       enum marker_where where, const struct marker_context *context)
{
	struct marker *again = NULL;
	struct error err = { 0 };
	bool holds = marker_holds(marker, context);
	if (marker && marker_parse(arena, marker_text(arena, marker), where, &again, NULL,
				   &err) < 0)
		return 2;
	return marker_holds(again, context) == holds ? holds : 3;
}

static struct slice answer_marker(struct arena *arena, const struct slice *fields)
{
	struct marker *marker;
	struct target target;
	struct error err = { 0 };
	if (marker_parse(arena, fields[0], MARKER_IN_REQUIREMENT, &marker, NULL, &err) <
	    0)
		return S("!");
	assert_int_equal(target_parse(arena, fields[1], &target, &err), 0);
	struct marker_context context = { .target = &target, .extra = fields[2] };
	return arena_printf(arena, "%d",
			    holds_twice(arena, marker, MARKER_IN_REQUIREMENT, &context));
}

static struct slice joined(struct arena *arena, const struct slice *items, size_t len,
			   const char *between)
{
	struct buf text = { .arena = arena };
	for (size_t i = 0; i < len; i++)
		buf_printf(&text, "%s%.*s", i > 0 ? between : "", SLICE_ARG(items[i]));
	return buf_slice(&text);
}

static struct slice answer_requirement(struct arena *arena, const struct slice *fields)
{
	struct requirement requirement;
	struct target target;
	struct version version;
	struct error err = { 0 };
	if (requirement_parse(arena, fields[0], REQUIREMENT_STRICT, &requirement, NULL,
			      &err) < 0)
		return S("!");
	assert_int_equal(target_parse(arena, fields[1], &target, &err), 0);
	assert_true(version_parse(arena, fields[2], &version));
	struct marker_context context = { .target = &target };
	struct slice extras =
		joined(arena, requirement.extras, requirement.extras_len, ",");
	bool admits = specifier_set_contains(&requirement.specifiers, &version);
	return arena_printf(arena, "%.*s [%.*s] %.*s %d %s", SLICE_ARG(requirement.name),
			    SLICE_ARG(extras), SLICE_ARG(requirement.url),
			    holds_twice(arena, requirement.marker, MARKER_IN_REQUIREMENT,
					&context),
			    requirement.url.len ? "" : (admits ? "1" : "0"));
}

static struct slice needs_text(struct arena *arena, const struct metadata *metadata)
{
	struct target target;
	struct error err = { 0 };
	struct buf text = { .arena = arena };
	assert_int_equal(target_parse(arena, S("cp312.4-linux-amd64-glibc2.28"), &target,
				      &err),
			 0);
	struct marker_context context = { .target = &target, .extra = S("x") };
	for (size_t i = 0; i < metadata->requires_len; i++) {
		const struct requirement *need = &metadata->requires_dist[i];
		struct slice extras = joined(arena, need->extras, need->extras_len, ",");
		buf_printf(&text, "%s%.*s[%.*s]%d", i > 0 ? " " : "",
			   SLICE_ARG(need->name), SLICE_ARG(extras),
			   holds_twice(arena, need->marker, MARKER_IN_METADATA,
				       &context));
	}
	return buf_slice(&text);
}

static struct slice answer_metadata(struct arena *arena, const struct slice *fields)
{
	struct metadata metadata;
	struct error err = { 0 };
	if (metadata_parse(arena, fields[0], &metadata, &err) < 0)
		return arena_printf(arena, "! %s", err.cause);
	struct slice needs = needs_text(arena, &metadata),
		     extras = joined(arena, metadata.extras, metadata.extras_len, " ");
	return arena_printf(arena, "%.*s %.*s (%.*s) (%.*s) (%.*s)",
			    SLICE_ARG(metadata.name), SLICE_ARG(metadata.version),
			    SLICE_ARG(metadata.requires_python_text), SLICE_ARG(needs),
			    SLICE_ARG(extras));
}

static const struct kind {
	const char *name;
	size_t fields;
	struct slice (*answer)(struct arena *arena, const struct slice *fields);
} KINDS[] = {
	{ "version", 1, answer_version },     { "order", 2, answer_order },
	{ "specifier", 2, answer_specifier }, { "name", 1, answer_name },
	{ "wheel", 1, answer_wheel },         { "sdist", 1, answer_sdist },
	{ "target", 1, answer_target },       { "rank", 2, answer_rank },
	{ "marker", 3, answer_marker },       { "requirement", 3, answer_requirement },
	{ "metadata", 1, answer_metadata },
};
enum { KIND_COUNT = sizeof(KINDS) / sizeof(KINDS[0]) };

struct tally {
	size_t cases[KIND_COUNT], meant[KIND_COUNT], different;
};

static size_t kind_of(struct slice name)
{
	size_t kind = 0;
	while (kind < KIND_COUNT && !slice_eq(name, slice_from(KINDS[kind].name)))
		kind++;
	assert_true(kind < KIND_COUNT);
	return kind;
}

static void compare_line(struct slice line, struct tally *tally)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice rest = line, field, fields[FIELDS_MAX];
	slice_cut(&rest, '\t', &field);
	size_t kind = kind_of(field);
	for (size_t i = 0; i < KINDS[kind].fields; i++) {
		assert_true(slice_cut(&rest, '\t', &field));
		fields[i] = decoded(&arena, field);
	}
	struct slice expected = decoded(&arena, rest);
	tally->cases[kind]++;
	if (slice_eq(expected, S("?"))) {
		tally->meant[kind]++;
		return;
	}
	struct slice answer = KINDS[kind].answer(&arena, fields);
	if (slice_eq(answer, expected))
		return;
	if (tally->different++ < SHOWN_MAX)
		print_message("we say '%.*s': %.*s\n",
			      SLICE_ARG(slice_range(answer, 0, 200)),
			      SLICE_ARG(slice_range(line, 0, 400)));
}

static const char *setting(const char *name, const char *otherwise)
{
	const char *value = getenv(name);
	return value ? value : otherwise;
}

static pid_t start_python(int *ret_fd)
{
	int ends[2];
	assert_int_equal(pipe(ends), 0);
	pid_t child = fork();
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execlp(setting("DIFFERENTIAL_PYTHON", "python3"), "python3",
		       TEST_DATA_DIR "/packaging/differential.py",
		       setting("DIFFERENTIAL_CASES", "5000"),
		       setting("DIFFERENTIAL_SEED", "1"), (char *)NULL);
		_exit(EXIT_NO_PYTHON);
	}
	close(ends[1]);
	*ret_fd = ends[0];
	return child;
}

static void compare_all(int fd, struct tally *tally)
{
	FILE *lines = fdopen(fd, "r");
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	assert_non_null(lines);
	while ((len = getline(&line, &room, lines)) > 0)
		compare_line((struct slice){ line, (size_t)len - 1 }, tally);
	free(line);
	fclose(lines);
}

static void test_same_answers_as_packaging(void **state)
{
	struct tally tally = { 0 };
	int fd, status = 0;
	(void)state;
	pid_t child = start_python(&fd);
	compare_all(fd, &tally);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == EXIT_NO_PACKAGING ||
	    WEXITSTATUS(status) == EXIT_NO_PYTHON) {
		print_message("skipped: no python3 with packaging >= 26\n");
		skip();
	}
	assert_int_equal(WEXITSTATUS(status), 0);
	for (size_t i = 0; i < KIND_COUNT; i++) {
		print_message("%-10s %8zu cases, %zu differ on purpose\n", KINDS[i].name,
			      tally.cases[i], tally.meant[i]);
		assert_true(tally.cases[i] > 0);
	}
	assert_int_equal(tally.different, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(
		test_same_answers_as_packaging) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
