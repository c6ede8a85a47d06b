// SPDX-License-Identifier: MIT
// Draws the seed.
#include "base/seed.h"

#include "base/error.h"

#include <errno.h>
#include <stdatomic.h>
#include <sys/random.h>

static _Atomic uint64_t low, high;
static atomic_bool drawn;

static void draw(struct seed *ret_seed)
{
	ssize_t got;
	do
		got = getrandom(ret_seed, sizeof(*ret_seed), 0);
	while (got < 0 && errno == EINTR);
	if (got != sizeof(*ret_seed))
		BUG("the kernel gives no random bytes");
}

void seed_replace(struct seed seed)
{
	atomic_store(&low, seed.low);
	atomic_store(&high, seed.high);
	atomic_store(&drawn, true);
}

// Of several threads that come first, one is to win.
static void draw_once(void)
{
	static atomic_flag drawing = ATOMIC_FLAG_INIT;
	struct seed seed = { 0 };
	if (!atomic_flag_test_and_set(&drawing)) {
		draw(&seed);
		seed_replace(seed);
	}
	while (!atomic_load(&drawn))
		;
}

struct seed seed_of_process(void)
{
	if (!atomic_load_explicit(&drawn, memory_order_acquire))
		draw_once();
	return (struct seed){ atomic_load_explicit(&low, memory_order_relaxed),
			      atomic_load_explicit(&high, memory_order_relaxed) };
}
