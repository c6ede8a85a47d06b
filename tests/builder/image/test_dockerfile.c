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
		cmocka_unit_test(test_ctx_7_dockerignore),
		cmocka_unit_test(test_ctx_7_the_block_moves_to_the_end),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
