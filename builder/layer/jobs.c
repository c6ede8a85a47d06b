// SPDX-License-Identifier: MIT
// Threads that take the next index until there is none; the caller waits and reports what is done.
#include "builder/layer/jobs.h"

#include "base/arena.h"

#include <pthread.h>
#include <unistd.h>

enum { THREADS_MAX = 64 };

struct pool {
	const struct jobs *jobs;
	pthread_mutex_t mutex; // over all that follows
	pthread_cond_t changed;
	size_t next, running;
	size_t *finished; // indexes in the order in which they ended
	size_t finished_len;
	bool failed;
	size_t failed_index;
	struct error error;
};

// Called with the mutex held.
static void note_result(struct pool *pool, size_t index, int status, const struct error *err)
{
	pool->running--;
	if (status == 0) {
		pool->finished[pool->finished_len++] = index;
	} else if (!pool->failed || index < pool->failed_index) {
		pool->failed = true;
		pool->failed_index = index;
		pool->error = *err;
	}
	pthread_cond_signal(&pool->changed);
}

static void *work(void *context)
{
	struct pool *pool = context;
	pthread_mutex_lock(&pool->mutex);
	while (!pool->failed && pool->next < pool->jobs->count) {
		size_t index = pool->next++;
		struct error err = { 0 };
		pool->running++;
		pthread_mutex_unlock(&pool->mutex);
		int status = pool->jobs->run(pool->jobs->context, index, &err);
		pthread_mutex_lock(&pool->mutex);
		note_result(pool, index, status, &err);
	}
	pthread_mutex_unlock(&pool->mutex);
	return NULL;
}

// Reports what ends until nothing runs and nothing will.
static void wait_for_all(struct pool *pool)
{
	size_t reported = 0;
	pthread_mutex_lock(&pool->mutex);
	for (;;) {
		while (reported < pool->finished_len) {
			size_t index = pool->finished[reported++];
			pthread_mutex_unlock(&pool->mutex);
			if (pool->jobs->done)
				pool->jobs->done(pool->jobs->context, index);
			pthread_mutex_lock(&pool->mutex);
		}
		bool over = pool->failed || pool->next == pool->jobs->count;
		if (over && pool->running == 0 && reported == pool->finished_len)
			break;
		if (reported == pool->finished_len)
			pthread_cond_wait(&pool->changed, &pool->mutex);
	}
	pthread_mutex_unlock(&pool->mutex);
}

static unsigned thread_count(const struct jobs *jobs)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned count = jobs->threads ? jobs->threads : processors > 0 ? (unsigned)processors : 1;
	if (count > THREADS_MAX)
		count = THREADS_MAX;
	return count > jobs->count ? (unsigned)jobs->count : count;
}

int jobs_run(const struct jobs *jobs, struct error *err)
{
	pthread_t threads[THREADS_MAX];
	AUTO(arena_cleanup) struct arena scratch = { 0 };
	struct pool pool = { .jobs = jobs, .finished = arena_new_array(&scratch, size_t, jobs->count) };
	unsigned wanted = thread_count(jobs), started = 0;
	pthread_mutex_init(&pool.mutex, NULL);
	pthread_cond_init(&pool.changed, NULL);
	while (started < wanted && pthread_create(&threads[started], NULL, work, &pool) == 0)
		started++;
	if (started == 0)
		work(&pool); // no thread to be had: in this one
	wait_for_all(&pool);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_cond_destroy(&pool.changed);
	pthread_mutex_destroy(&pool.mutex);
	if (!pool.failed)
		return 0;
	*err = pool.error;
	return -1;
}
