// SPDX-License-Identifier: MIT
// Heavy wheels get a layer each, the rest are dealt by a hash of the name: a changed pin
// changes one layer and moves no other.
#include "builder/layer/plan.h"

enum { BUCKETS_BELOW = 1 }; // the skeleton

uint32_t plan_bucket(struct slice name)
{
	struct sha256 digest = sha256_of(name);
	const unsigned char *b = digest.bytes;
	uint32_t number =
		(uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
	return number % PLAN_BUCKETS;
}

static int check_choice(const struct lock_choice *choice, struct error *err)
{
	const struct lock_package *package = choice->package;
	if (!choice->file || !lock_file_is_wheel(choice->file)) {
		error_at(err, ERROR_INPUT, package->span,
			 "'%.*s' is not locked to a wheel", SLICE_ARG(package->name));
		return error_hint(err, "build a wheel of it and lock that");
	}
	if (sha256_is_zero(&choice->file->sha256))
		return error_at(err, ERROR_INPUT, package->span,
				"'%.*s' has no SHA-256 in the lock",
				SLICE_ARG(package->name));
	return 0;
}

// Only the sizes of the lock count (plan.1). Without sizes every wheel goes into a
// bucket, which is still the same on every host.
static uint64_t wheel_bytes(const struct lock_choice *choice)
{
	return choice->file->has_size ? choice->file->size : 0;
}

static size_t count_layers(const struct plan_request *request, uint64_t threshold)
{
	const struct lock_selection *selection = request->selection;
	bool used[PLAN_BUCKETS] = { false }, compiled[PLAN_BUCKETS] = { false };
	size_t count = BUCKETS_BELOW;
	for (size_t i = 0; i < selection->len; i++) {
		const struct lock_choice *choice = &selection->items[i];
		uint32_t bucket = plan_bucket(choice->package->name);
		if (wheel_bytes(choice) >= threshold || !used[bucket])
			count++;
		if (wheel_bytes(choice) < threshold)
			used[bucket] = true;
		count += request->bytecode && !compiled[bucket];
		compiled[bucket] = true;
	}
	return count;
}

// While there are too many layers the threshold doubles (plan.3).
static int find_threshold(const struct plan_request *request, uint64_t *ret_threshold,
			  struct error *err)
{
	unsigned taken = request->base_layers + PLAN_RESERVED_LAYERS;
	unsigned room = taken < PLAN_IMAGE_LAYERS_MAX ? PLAN_IMAGE_LAYERS_MAX - taken : 0;
	size_t budget = room < PLAN_LAYERS_MAX ? room : PLAN_LAYERS_MAX;
	for (uint64_t threshold = PLAN_HEAVY_BYTES; threshold < UINT64_MAX / 2;
	     threshold *= 2) {
		if (count_layers(request, threshold) <= budget) {
			*ret_threshold = threshold;
			return 0;
		}
	}
	return error_set(err, ERROR_NO,
			 "a base of %u layers leaves no room for the %zu that are needed",
			 request->base_layers, count_layers(request, UINT64_MAX));
}

static struct plan_layer *add_layer(struct plan *plan, enum plan_kind kind,
				    struct slice name, struct arena *arena)
{
	plan->layers = array_grow(arena, plan->layers, plan->len, &plan->cap,
				  sizeof(*plan->layers));
	struct plan_layer *layer = &plan->layers[plan->len++];
	layer->kind = kind;
	layer->name = name;
	return layer;
}

static void add_choice(struct plan_layer *layer, const struct lock_choice *choice,
		       struct arena *arena)
{
	layer->choices = array_grow(arena, layer->choices, layer->len, &layer->cap,
				    sizeof(*layer->choices));
	layer->choices[layer->len++] = choice;
	layer->wheel_bytes += wheel_bytes(choice);
}

static void add_heavy(struct plan *plan, const struct lock_selection *selection,
		      struct arena *arena)
{
	for (size_t i = 0; i < selection->len; i++) {
		const struct lock_choice *choice = &selection->items[i];
		if (wheel_bytes(choice) >= plan->heavy_threshold)
			add_choice(add_layer(plan, PLAN_HEAVY, choice->package->name,
					     arena),
				   choice, arena);
	}
}

static void add_bucket(struct plan *plan, const struct lock_selection *selection,
		       uint32_t bucket, struct arena *arena)
{
	struct plan_layer *layer = NULL;
	for (size_t i = 0; i < selection->len; i++) {
		const struct lock_choice *choice = &selection->items[i];
		if (wheel_bytes(choice) >= plan->heavy_threshold ||
		    plan_bucket(choice->package->name) != bucket)
			continue;
		if (!layer) {
			layer = add_layer(plan, PLAN_BUCKET,
					  arena_printf(arena, "bucket-%02u", bucket),
					  arena);
			layer->bucket = bucket;
		}
		add_choice(layer, choice, arena);
	}
}

// Bytecode lies apart from the wheels, because it changes with the interpreter (plan.5).
static void add_bytecode(struct plan *plan, const struct lock_selection *selection,
			 uint32_t bucket, struct arena *arena)
{
	struct plan_layer *layer = NULL;
	for (size_t i = 0; i < selection->len; i++) {
		const struct lock_choice *choice = &selection->items[i];
		if (plan_bucket(choice->package->name) != bucket)
			continue;
		if (!layer) {
			layer = add_layer(plan, PLAN_PYC,
					  arena_printf(arena, "pyc-%02u", bucket), arena);
			layer->bucket = bucket;
		}
		add_choice(layer, choice, arena);
	}
}

static struct slice package_list(const struct plan_layer *layer, struct arena *arena)
{
	struct buf text = { .arena = arena };
	for (size_t i = 0; i < layer->len; i++) {
		const struct lock_package *package = layer->choices[i]->package;
		buf_printf(&text, "%s%.*s %.*s", i ? ", " : "", SLICE_ARG(package->name),
			   SLICE_ARG(package->version));
	}
	return buf_slice(&text);
}

int plan_make(const struct plan_request *request, struct arena *arena,
	      struct plan *ret_plan, struct error *err)
{
	const struct lock_selection *selection = request->selection;
	struct plan plan = { 0 };
	for (size_t i = 0; i < selection->len; i++) {
		if (check_choice(&selection->items[i], err) < 0)
			return -1;
	}
	if (find_threshold(request, &plan.heavy_threshold, err) < 0)
		return -1;
	add_layer(&plan, PLAN_SKELETON, S("skeleton"), arena);
	add_heavy(&plan, selection, arena);
	for (uint32_t bucket = 0; bucket < PLAN_BUCKETS; bucket++)
		add_bucket(&plan, selection, bucket, arena);
	for (uint32_t bucket = 0; request->bytecode && bucket < PLAN_BUCKETS; bucket++)
		add_bytecode(&plan, selection, bucket, arena);
	for (size_t i = 0; i < plan.len; i++)
		plan.layers[i].packages = package_list(&plan.layers[i], arena);
	*ret_plan = plan;
	return 0;
}

const char *plan_kind_name(enum plan_kind kind)
{
	if (kind == PLAN_SKELETON)
		return "skeleton";
	return kind == PLAN_PYC ? "pyc" : "wheels";
}

void plan_drop_skeleton(struct plan *plan)
{
	plan->layers++;
	plan->len--;
	plan->cap--;
}

struct plan_order plan_order(const struct plan *plan, struct arena *arena)
{
	struct plan_order order = { 0 };
	for (size_t i = 0; i < plan->len; i++) {
		for (size_t k = 0; k < plan->layers[i].len; k++) {
			order.choices = array_grow(arena, order.choices, order.len,
						   &order.cap, sizeof(*order.choices));
			order.choices[order.len++] = plan->layers[i].choices[k];
		}
	}
	return order;
}
