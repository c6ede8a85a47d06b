// SPDX-License-Identifier: MIT
// Dockerfile and .dockerignore: whole files, the marked block alone, and groups that keep
// the plan's order.
#include "builder/image/stage.h"
#include "tests/builder/builder_test.h"

static struct arena arena;

static struct layer layer_of(const char *name)
{
	return (struct layer){ .name = slice_from(name),
			       .kind = S("wheels"),
			       .digest = sha256_of(slice_from(name)) };
}

static struct bake_result result_of(const char *const *names, size_t len)
{
	struct bake_result result = { .layers = arena_new_array(&arena, struct layer,
								len + 1),
				      .len = len + 1,
				      .prefix = S("/opt/venv"),
				      .interpreter = S("/usr/local/bin/python3.12") };
	result.layers[0] = layer_of("skeleton");
	result.layers[0].kind = S("skeleton");
	for (size_t i = 0; i < len; i++)
		result.layers[i + 1] = layer_of(names[i]);
	return result;
}

static struct dockerfile_options usual(void)
{
	return (struct dockerfile_options){ .base = S("python:3.12-slim"),
					    .prefix = S("/opt/venv"),
					    .out_directory = S(".pinbake"),
					    .form = S("run"),
					    .workdir = S("/app"),
					    .app = S("app.py"),
					    .command = S("[\"python\", \"app.py\"]") };
}

static const char *text_of(struct dockerfile_options options,
			   const struct bake_result *result, const char *existing)
{
	struct slice text;
	struct error err = { 0 };
	options.existing = slice_from(existing);
	if (dockerfile_text(&options, result, &arena, &text, &err) < 0)
		fail_msg("%s", err.cause);
	return arena_c_string(&arena, text);
}

static void test_docker_4_add_form(void **state)
{
	(void)state;
	struct bake_result result = result_of((const char *const[]){ "numpy" }, 1);
	struct dockerfile_options options = usual();
	options.form = S("add");
	options.expose = S("8501");
	const char *a = sha256_hex(&arena, &result.layers[0].digest).ptr,
		   *b = sha256_hex(&arena, &result.layers[1].digest).ptr;
	assert_string_equal(
		text_of(options, &result, ""),
		arena_printf(
			&arena,
			"FROM python:3.12-slim\n# pinbake: begin\n"
			"ADD .pinbake/layers/%s/layer.tar.gz /\nADD .pinbake/layers/%s/layer.tar.gz /\n"
			"ENV PATH=/opt/venv/bin:$PATH\n# pinbake: end\nWORKDIR /app\nCOPY app.py ./\n"
			"EXPOSE 8501\nCMD [\"python\", \"app.py\"]\n",
			a, b)
			.ptr);
}

static void test_docker_12_run_form_has_a_line_a_group(void **state)
{
	(void)state;
	static const char *const names[] = { "faiss-cpu", "numpy",     "pandas",
					     "torch",     "bucket-00", "bucket-15" };
	struct bake_result result = result_of(names, 6);
	struct slice text = slice_from(text_of(usual(), &result, ""));
	size_t lines = 0;
	for (struct slice line; slice_cut(&text, '\n', &line);) {
		if (!slice_starts_with(line, S("RUN ")))
			continue;
		lines++;
		assert_true(slice_starts_with(
			line, S("RUN --mount=type=bind,source=.pinbake/groups/")));
		assert_true(
			slice_ends_with(line, lines == 3
						      ? S("tar -xpzf /mnt/00.tar.gz -C /")
						      : S("|| exit 1; done")));
	}
	assert_int_equal(lines, 4);
}

// The later layer of the plan has to be unpacked later (env.10).
static void test_docker_12_groups_keep_the_plans_order(void **state)
{
	(void)state;
	static const char *const names[] = { "a", "m",   "n",         "onnx",     "r",
					     "s", "zzz", "bucket-00", "bucket-07" };
	struct bake_result result = result_of(names, 9);
	struct stage_groups groups = stage_groups_of(&result, &arena);
	const struct layer *next = result.layers;
	assert_int_equal(groups.len, 4);
	for (size_t i = 0; i < groups.len; i++) {
		for (size_t k = 0; k < groups.items[i].len; k++)
			assert_ptr_equal(groups.items[i].layers[k], next++);
	}
	assert_ptr_equal(next, result.layers + result.len);
}

static void test_docker_12_one_pin_changes_one_group(void **state)
{
	(void)state;
	static const char *const names[] = { "numpy", "torch", "bucket-03" };
	struct bake_result result = result_of(names, 3);
	struct stage_groups before = stage_groups_of(&result, &arena);
	result.layers[2].digest = sha256_of(S("bumped"));
	struct stage_groups after = stage_groups_of(&result, &arena);
	size_t changed = 0;
	for (size_t i = 0; i < before.len; i++)
		changed += !sha256_eq(&before.items[i].digest, &after.items[i].digest);
	assert_int_equal(changed, 1);
}

static void test_docker_1_only_the_block_is_replaced(void **state)
{
	(void)state;
	struct bake_result result = result_of((const char *const[]){ "numpy" }, 1);
	struct dockerfile_options options = usual();
	options.form = S("add");
	const char *text = text_of(
		options, &result,
		"# mine\nFROM x\n  # pinbake: begin\nold\n# pinbake: end\r\nUSER me\n");
	assert_true(slice_starts_with(slice_from(text),
				      S("# mine\nFROM x\n# pinbake: begin\nADD ")));
	assert_true(slice_ends_with(slice_from(text), S("# pinbake: end\nUSER me\n")));
	assert_false(slice_contains(slice_from(text), S("old")));
	assert_string_equal(text_of(options, &result, text), text);
}

static void test_docker_1_no_block_no_guess(void **state)
{
	(void)state;
	static const char *const existing[] = {
		"FROM x\n", "FROM x\n# pinbake: begin\n", "# pinbake: end\nFROM x\n",
		"# pinbake: end\n# pinbake: begin\n",
		"# pinbake: begin\n# pinbake: begin\n# pinbake: end\n"
	};
	struct bake_result result = result_of(NULL, 0);
	for (size_t i = 0; i < sizeof(existing) / sizeof(existing[0]); i++) {
		struct slice text;
		struct error err = { 0 };
		struct dockerfile_options options = usual();
		options.existing = slice_from(existing[i]);
		assert_int_equal(dockerfile_text(&options, &result, &arena, &text, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_INPUT);
	}
}

static void test_dockerfile_defaults(void **state)
{
	(void)state;
	struct bake_result result = result_of(NULL, 0);
	struct dockerfile_options options = { .form = S("run"),
					      .out_directory = S("./.pinbake/"),
					      .prefix = S("/opt/venv"),
					      .app = S("src/ app.py pyproject.toml") };
	const char *text = text_of(options, &result, "\n");
	assert_true(
		slice_starts_with(slice_from(text),
				  S("FROM python:3.12-slim\n# pinbake: begin\n"
				    "RUN --mount=type=bind,source=.pinbake/groups/")));
	assert_true(
		slice_ends_with(slice_from(text),
				S("COPY src/ ./src/\nCOPY app.py pyproject.toml ./\n")));
}

static void test_dockerfile_refused_values(void **state)
{
	(void)state;
	struct bake_result result = result_of(NULL, 0);
	struct dockerfile_options cases[] = { usual(), usual(), usual(), usual() };
	cases[0].form = S("copy");
	cases[1].out_directory = S("/tmp/x");
	cases[2].command = S("a\nRUN b");
	cases[3].out_directory = S("../x");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct slice text;
		struct error err = { 0 };
		assert_int_equal(dockerfile_text(&cases[i], &result, &arena, &text, &err),
				 -1);
		assert_int_equal(err.kind, ERROR_USAGE);
	}
}

struct refused {
	enum { BASE, FOLDER, WORKDIR, APP, COMMAND, EXPOSE, PREFIX } member;
	const char *value;
};

static struct slice *member_of(struct dockerfile_options *options,
			       const struct refused *one)
{
	struct slice *const members[] = { &options->base,    &options->out_directory,
					  &options->workdir, &options->app,
					  &options->command, &options->expose,
					  &options->prefix };
	return members[one->member];
}

static int try_value(const struct refused *one, const char *existing,
		     struct slice *ret_text)
{
	struct bake_result result = result_of(NULL, 0);
	struct dockerfile_options options = usual();
	struct error err = { 0 };
	result.prefix = S("");
	options.expose = S("8501");
	options.existing = slice_from(existing);
	*member_of(&options, one) = slice_from(one->value);
	return dockerfile_text(&options, &result, &arena, ret_text, &err);
}

static void test_docker_13_a_value_stays_in_its_line(void **state)
{
	(void)state;
	static const struct refused cases[] = {
		{ BASE, "python:3\nRUN evil" },
		{ BASE, "python:3\rRUN evil" },
		{ BASE, "python:3 \\" },
		{ BASE, "python:3`" },
		{ BASE, "python:$X" },
		{ BASE, "--platform=$X python" },
		{ BASE, "a AS b c" },
		{ BASE, "a\xe2\x80\xae" },
		{ FOLDER, "a,from=evil" },
		{ FOLDER, "a b" },
		{ FOLDER, "a/../../b" },
		{ FOLDER, "--from=evil" },
		{ FOLDER, "a\"b" },
		{ FOLDER, "a$b" },
		{ FOLDER, "" },
		{ FOLDER, "a\xe2\x80\xa8" },
		{ WORKDIR, "/a\\" },
		{ WORKDIR, "/a`" },
		{ WORKDIR, "$HOME" },
		{ WORKDIR, "/a\033[2J" },
		{ APP, "--from=evil /x" },
		{ APP, "a.py --chown=0" },
		{ APP, "<<EOF" },
		{ APP, "a.py <<-EOF" },
		{ APP, "[\"a\"," },
		{ APP, "a'b" },
		{ APP, "a\\" },
		{ APP, "a\xc2\x85"
		       "b" },
		{ COMMAND, "[\"a\"] \\" },
		{ COMMAND, "[\"a\"" },
		{ COMMAND, "[1]" },
		{ COMMAND, "{}" },
		{ COMMAND, "[\"a\",\n\"b\"]" },
		{ COMMAND, "sh -c evil" },
		{ EXPOSE, "80\nRUN evil" },
		{ EXPOSE, "80\\" },
		{ EXPOSE, "$PORT" },
		{ EXPOSE, "80/evil" },
		{ EXPOSE, "80-" },
		{ EXPOSE, "99999" },
		{ PREFIX, "/opt/venv\nRUN evil" },
		{ PREFIX, "/opt/$X" },
		{ PREFIX, "/opt/a:/b" },
		{ PREFIX, "/opt/a\\" },
		{ PREFIX, "/opt/a\"b" },
		{ PREFIX, "opt" },
	};
	static const char block[] = "FROM x\n# pinbake: begin\n# pinbake: end\n";
	struct slice text;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		if (try_value(&cases[i], "", &text) == 0 ||
		    try_value(&cases[i], block, &text) == 0)
			fail_msg("case %zu is taken: %s", i, cases[i].value);
	}
}

static void test_docker_13_what_people_write_is_taken(void **state)
{
	(void)state;
	static const struct refused cases[] = {
		{ BASE, "ghcr.io:443/a/b_c:1.2-x@sha256:abc" },
		{ BASE, "python:3.12 AS deps" },
		{ BASE, "--platform=linux/amd64 python:3.12 as deps" },
		{ FOLDER, "./build/.pinbake/" },
		{ FOLDER, "gr\xc3\xbc\xc3\x9f" },
		{ WORKDIR, "/srv/my app" },
		{ APP, "src/ *.py a-b.py .env.example" },
		{ COMMAND, "[\"sh\", \"-c\", \"echo $HOME \\\\\"]" },
		{ EXPOSE, "80 53/udp 8000-8010/TCP" },
		{ PREFIX, "/opt/venv-1.0" },
	};
	struct slice text;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (try_value(&cases[i], "", &text) < 0)
			fail_msg("case %zu is refused: %s", i, cases[i].value);
	const struct refused blank = { PREFIX, "/opt/my venv" };
	assert_int_equal(try_value(&blank, "", &text), 0);
	assert_true(slice_contains(text, S("ENV PATH=\"/opt/my venv\"/bin:$PATH\n")));
}

// What stands between the marks is ours, whoever wrote it.
static void test_docker_1_forged_blocks(void **state)
{
	(void)state;
	struct bake_result result = result_of(NULL, 0);
	struct dockerfile_options options = usual();
	static const char *const broken[] = {
		"FROM x\nRUN a \\\n# pinbake: begin\n# pinbake: end\n",
		"FROM x\nRUN a \\\n\n# b\n# pinbake: begin\n# pinbake: end\n",
		"# escape=`\nFROM x\nRUN a `\n# pinbake: begin\n# pinbake: end\n",
		"FROM x\n# pinbake: begin\n# pinbake: begin\n# pinbake: end\n",
		"FROM x\n# pinbake: end\n# pinbake: begin\n",
		"FROM x\n# pinbake: begin\n# pinbake: end\n# pinbake: end\n",
	};
	const char *text =
		text_of(options, &result,
			"# syntax=a\n# Escape = `\nFROM x\nRUN a \\\n"
			"# pinbake: begin\nRUN evil \\\n# pinbake: end\nRUN b\n");
	assert_false(slice_contains(slice_from(text), S("evil")));
	assert_true(slice_ends_with(slice_from(text), S("# pinbake: end\nRUN b\n")));
	for (size_t i = 0; i < sizeof(broken) / sizeof(*broken); i++) {
		struct error err = { 0 };
		struct slice ignored;
		options.existing = slice_from(broken[i]);
		assert_int_equal(dockerfile_text(&options, &result, &arena, &ignored,
						 &err),
				 -1);
		assert_int_equal(err.kind, ERROR_INPUT);
	}
}

static void test_ctx_7_dockerignore(void **state)
{
	(void)state;
	static const char block[] =
		"# pinbake: begin\n.pinbake/*\n!.pinbake/layers\n!.pinbake/groups\n# pinbake: end\n";
	struct slice fresh = dockerignore_text(S(""), &arena);
	assert_true(slice_starts_with(fresh, S(".git\n")));
	assert_true(slice_ends_with(fresh, slice_from(block)));
	assert_true(slice_eq(dockerignore_text(fresh, &arena), fresh));
	assert_string_equal(arena_c_string(&arena,
					   dockerignore_text(S("*\n!app.py"), &arena)),
			    arena_printf(&arena, "*\n!app.py\n%s", block).ptr);
}

static void test_ctx_7_the_block_moves_to_the_end(void **state)
{
	(void)state;
	struct slice text =
		dockerignore_text(S("a\n# pinbake: begin\nold\n# pinbake: end\nb\n"),
				  &arena);
	assert_true(slice_starts_with(text, S("a\nb\n# pinbake: begin\n")));
	// A begin that no end follows takes nothing of the user's away.
	text = dockerignore_text(S("a\n# pinbake: begin\nb\n"), &arena);
	assert_true(
		slice_starts_with(text, S("a\n# pinbake: begin\nb\n# pinbake: begin\n")));
	assert_true(slice_eq(dockerignore_text(text, &arena), text));
}

static int release(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_docker_4_add_form),
		cmocka_unit_test(test_docker_12_run_form_has_a_line_a_group),
		cmocka_unit_test(test_docker_12_groups_keep_the_plans_order),
		cmocka_unit_test(test_docker_12_one_pin_changes_one_group),
		cmocka_unit_test(test_docker_1_only_the_block_is_replaced),
		cmocka_unit_test(test_docker_1_no_block_no_guess),
		cmocka_unit_test(test_dockerfile_defaults),
		cmocka_unit_test(test_dockerfile_refused_values),
		cmocka_unit_test(test_docker_13_a_value_stays_in_its_line),
		cmocka_unit_test(test_docker_13_what_people_write_is_taken),
		cmocka_unit_test(test_docker_1_forged_blocks),
		cmocka_unit_test(test_ctx_7_dockerignore),
		cmocka_unit_test(test_ctx_7_the_block_moves_to_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
