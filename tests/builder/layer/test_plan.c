// SPDX-License-Identifier: MIT
// The plan: heavy wheels, buckets by name, order and budget.
#include "builder/layer/plan.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct arena arena;

struct pin {
	const char *name, *version;
	uint64_t size;
};

static struct lock_selection select_pins(const struct pin *pins, size_t len)
{
	struct lock_selection selection = { 0 };
	for (size_t i = 0; i < len; i++) {
		struct lock_package *package = arena_new(&arena, struct lock_package);
		struct lock_file *file = arena_new(&arena, struct lock_file);
		package->name = slice_from(pins[i].name);
		package->version = slice_from(pins[i].version);
		*file = (struct lock_file){ .kind = LOCK_WHEEL,
					    .name = S("x-1-py3-none-any.whl"),
					    .sha256 = sha256_of(package->name),
					    .has_size = true,
					    .size = pins[i].size };
		*array_push(&arena, &selection) = (struct lock_choice){ package, file };
	}
	return selection;
}

static int make(const struct lock_selection *selection, unsigned base_layers,
		struct plan *ret_plan, struct error *err)
{
	struct plan_request request = { .selection = selection,
					.base_layers = base_layers };
	return plan_make(&request, &arena, ret_plan, err);
}

static struct plan plan_of(const struct pin *pins, size_t len)
{
	struct plan plan = { 0 };
	struct error err = { 0 };
	struct lock_selection selection = select_pins(pins, len);
	if (make(&selection, PLAN_UNKNOWN_BASE, &plan, &err) < 0)
		fail_msg("%s", err.cause);
	return plan;
}

static void test_plan_2_buckets_by_name(void **state)
{
	(void)state;
	assert_int_equal(plan_bucket(S("numpy")), 15);
	assert_int_equal(plan_bucket(S("requests")), 13);
	assert_int_equal(plan_bucket(S("jinja2")), 12);
	assert_int_equal(plan_bucket(S("transformers")), 2);
	assert_int_equal(plan_bucket(S("scikit-learn")), 1);
}

static void expect_layer(const struct plan_layer *layer, const char *name,
			 const char *packages)
{
	assert_string_equal(arena_c_string(&arena, layer->name), name);
	assert_string_equal(arena_c_string(&arena, layer->packages), packages);
}

static void test_plan_4_order(void **state)
{
	(void)state;
	static const struct pin pins[] = { { "jinja2", "3.1.6", 100 },
					   { "numpy", "2.2.6", PLAN_HEAVY_BYTES },
					   { "pandas", "2.0", PLAN_HEAVY_BYTES - 1 },
					   { "requests", "2.32", 100 },
					   { "torch", "2.9.0", PLAN_HEAVY_BYTES * 100 },
					   { "transformers", "4", 5 } };
	struct plan plan = plan_of(pins, sizeof(pins) / sizeof(pins[0]));
	assert_int_equal(plan.heavy_threshold, PLAN_HEAVY_BYTES);
	expect_layer(&plan.layers[0], "skeleton", "");
	expect_layer(&plan.layers[1], "numpy", "numpy 2.2.6");
	expect_layer(&plan.layers[2], "torch", "torch 2.9.0");
	expect_layer(&plan.layers[3], "bucket-02", "transformers 4");
	for (size_t i = 4; i < plan.len; i++)
		assert_true(plan.layers[i - 1].bucket < plan.layers[i].bucket);
	assert_int_equal(plan_order(&plan, &arena).len, 6);
}

static void test_plan_1_no_size_is_not_heavy(void **state)
{
	(void)state;
	static const struct pin pins[] = { { "numpy", "1", 0 } };
	struct lock_selection selection = select_pins(pins, 1);
	struct lock_file file = *selection.items[0].file;
	file.has_size = false;
	file.size = PLAN_HEAVY_BYTES;
	selection.items[0].file = &file;
	struct plan plan;
	struct error err = { 0 };
	assert_int_equal(make(&selection, PLAN_UNKNOWN_BASE, &plan, &err), 0);
	expect_layer(&plan.layers[1], "bucket-15", "numpy 1");
}

static struct pin *many_heavy(size_t len)
{
	struct pin *pins = arena_new_array(&arena, struct pin, len);
	for (size_t i = 0; i < len; i++)
		pins[i] = (struct pin){ arena_printf(&arena, "heavy-%03zu", i).ptr, "1",
					PLAN_HEAVY_BYTES * (i < 60 ? 4 : 1) };
	return pins;
}

static void test_plan_3_threshold_doubles_over_budget(void **state)
{
	(void)state;
	struct plan plan = plan_of(many_heavy(79), 79);
	assert_int_equal(plan.len, 80);
	assert_int_equal(plan.heavy_threshold, PLAN_HEAVY_BYTES);
	plan = plan_of(many_heavy(80), 80);
	assert_int_equal(plan.heavy_threshold, 2 * PLAN_HEAVY_BYTES);
	assert_true(plan.len <= PLAN_LAYERS_MAX);
}

static void test_plan_3_base_without_room(void **state)
{
	(void)state;
	struct plan plan;
	struct error err = { 0 };
	struct lock_selection selection = select_pins(many_heavy(50), 50);
	assert_int_equal(make(&selection, 120, &plan, &err), -1);
	assert_int_equal(err.kind, ERROR_NO);
	assert_int_equal(make(&selection, 100, &plan, &(struct error){ 0 }), 0);
	assert_true(plan.len <= 21);
}

static void test_plan_2_a_bump_moves_nothing(void **state)
{
	(void)state;
	struct pin pins[] = {
		{ "a", "1", 1 }, { "b", "1", 2 }, { "c", "1", 3 }, { "d", "1", 4 }
	};
	struct plan before = plan_of(pins, 4);
	pins[2] = (struct pin){ "c", "2", 5000 };
	struct plan after = plan_of(pins, 4);
	size_t changed = 0;
	assert_int_equal(before.len, after.len);
	for (size_t i = 0; i < before.len; i++) {
		assert_true(slice_eq(before.layers[i].name, after.layers[i].name));
		changed += !slice_eq(before.layers[i].packages, after.layers[i].packages);
	}
	assert_int_equal(changed, 1);
}

static void test_plan_refuses_what_is_no_wheel(void **state)
{
	(void)state;
	static const struct pin pins[] = { { "a", "1", 1 } };
	struct lock_selection selection = select_pins(pins, 1);
	struct lock_file file = *selection.items[0].file;
	struct plan plan;
	struct error err = { 0 };
	selection.items[0].file = &file;
	file.kind = LOCK_SDIST;
	assert_int_equal(make(&selection, 0, &plan, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	selection.items[0].file = NULL;
	assert_int_equal(make(&selection, 0, &plan, &(struct error){ 0 }), -1);
	selection.items[0].file = &file;
	file.kind = LOCK_WHEEL;
	file.sha256 = (struct sha256){ 0 };
	assert_int_equal(make(&selection, 0, &plan, &(struct error){ 0 }), -1);
	file.kind = LOCK_ARCHIVE;
	file.url = S("https://example.org/a-1-py3-none-any.whl");
	file.sha256 = sha256_of(S("a"));
	assert_int_equal(make(&selection, 0, &plan, &err), 0);
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
		cmocka_unit_test(test_plan_2_buckets_by_name),
		cmocka_unit_test(test_plan_4_order),
		cmocka_unit_test(test_plan_1_no_size_is_not_heavy),
		cmocka_unit_test(test_plan_3_threshold_doubles_over_budget),
		cmocka_unit_test(test_plan_3_base_without_room),
		cmocka_unit_test(test_plan_2_a_bump_moves_nothing),
		cmocka_unit_test(test_plan_refuses_what_is_no_wheel),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
