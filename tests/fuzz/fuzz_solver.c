// SPDX-License-Identifier: MIT
// Fuzz: bytes as the dice of a toy universe. The answer agrees with brute force, its proof holds and has no
// fact too many, and prefetching changes nothing.
#include "tests/fuzz/fuzz.h"

#include "tests/resolver/solver/toy.h"

static void check_fault(const char *fault)
{
	if (fault)
		fprintf(stderr, "fuzz_solver: %s\n", fault);
	CHECK(!fault);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct toy_dice dice = { .bytes = data, .len = size }, whims = { .state = size };
	struct toy toy = toy_random(&dice);
	struct solver *strict = solver_new(), *chatty = solver_new();
	enum solver_state answer = toy_solve(&toy, strict, NULL);
	check_fault(toy_fault(&toy, strict, answer));
	CHECK(answer == SOLVER_SOLVED || toy_is_minimal(&toy, solver_conflict(strict)));
	CHECK(toy_solve(&toy, chatty, &whims) == answer);
	for (uint32_t p = 0; p < toy.len; p++)
		CHECK(solver_pick(strict, p) == solver_pick(chatty, p));
	solver_free(strict);
	solver_free(chatty);
	return 0;
}
