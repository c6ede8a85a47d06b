// SPDX-License-Identifier: MIT
// POSIX threads behind a counted loop and a task queue.
#include "base/parallel.h"

#include "base/arena.h"

#include <pthread.h>
#include <unistd.h>

enum { MOST_THREADS = 64 };

unsigned processor_count(void)
{
	long count = sysconf(_SC_NPROCESSORS_ONLN);
	if (count < 1)
		return 1;
	return count > MOST_THREADS ? MOST_THREADS : (unsigned)count;
}

static unsigned thread_count(unsigned jobs)
{
	unsigned count = jobs ? jobs : processor_count();
	return count > MOST_THREADS ? MOST_THREADS : count;
}

// Of several failures the one is kept whose work was handed out first, so that the same
// input gives the same report.
struct first_failure {
	bool any;
	size_t index;
	struct error error;
};

static void note_failure(struct first_failure *failure, size_t index,
			 const struct error *error)
{
	if (failure->any && failure->index < index)
		return;
	*failure = (struct first_failure){ true, index, *error };
}

// --- the loop --------------------------------------------------------------------------

struct loop {
	pthread_mutex_t mutex;
	size_t next, count;
	unsigned helpers; // threads that have begun
	parallel_work work;
	void *context;
	struct first_failure failure;
};

static bool take_index(struct loop *loop, size_t *ret_index)
{
	pthread_mutex_lock(&loop->mutex);
	bool more = loop->next < loop->count && !loop->failure.any;
	if (more)
		*ret_index = loop->next++;
	pthread_mutex_unlock(&loop->mutex);
	return more;
}

static void run_worker(struct loop *loop, unsigned worker)
{
	size_t index;
	while (take_index(loop, &index)) {
		struct error error = { 0 };
		if (loop->work(loop->context, index, worker, &error) == 0)
			continue;
		pthread_mutex_lock(&loop->mutex);
		note_failure(&loop->failure, index, &error);
		pthread_mutex_unlock(&loop->mutex);
	}
}

static void *run_loop(void *argument)
{
	struct loop *loop = argument;
	pthread_mutex_lock(&loop->mutex);
	unsigned worker = ++loop->helpers;
	pthread_mutex_unlock(&loop->mutex);
	run_worker(loop, worker);
	return NULL;
}

unsigned parallel_workers(unsigned jobs, size_t count)
{
	unsigned threads = thread_count(jobs);
	if (count < threads)
		threads = (unsigned)count;
	return threads ? threads : 1;
}

int parallel_for(unsigned jobs, size_t count, parallel_work work, void *context,
		 struct error *err)
{
	pthread_t threads[MOST_THREADS];
	unsigned started = 0, workers = parallel_workers(jobs, count);
	struct loop loop = { .count = count, .work = work, .context = context };
	pthread_mutex_init(&loop.mutex, NULL);
	// The caller is one of the workers: one job starts no thread, and the work is
	// done even if the system gives no threads.
	while (started + 1 < workers &&
	       pthread_create(&threads[started], NULL, run_loop, &loop) == 0)
		started++;
	run_worker(&loop, 0);
	for (unsigned i = 0; i < started; i++)
		pthread_join(threads[i], NULL);
	pthread_mutex_destroy(&loop.mutex);
	if (!loop.failure.any)
		return 0;
	*err = loop.failure.error;
	return -1;
}

// --- the crew --------------------------------------------------------------------------

struct task {
	crew_task run;
	void *context;
};

struct crew {
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct task *tasks; // all that were added since the last wait
	size_t len, cap, next, done;
	bool closing;
	struct first_failure failure;
	unsigned threads_len;
	pthread_t threads[MOST_THREADS];
};

static bool has_task(const struct crew *crew)
{
	return crew->next < crew->len;
}

static void run_task(struct crew *crew, size_t index, struct task task)
{
	struct error error = { 0 };
	bool skip = crew->failure.any;
	pthread_mutex_unlock(&crew->mutex);
	int status = skip ? 0 : task.run(task.context, &error);
	pthread_mutex_lock(&crew->mutex);
	if (status < 0)
		note_failure(&crew->failure, index, &error);
	crew->done++;
	pthread_cond_broadcast(&crew->changed);
}

static void *run_crew(void *argument)
{
	struct crew *crew = argument;
	pthread_mutex_lock(&crew->mutex);
	for (;;) {
		while (!has_task(crew) && !crew->closing)
			pthread_cond_wait(&crew->changed, &crew->mutex);
		if (crew->closing)
			break;
		size_t index = crew->next++;
		run_task(crew, index, crew->tasks[index]);
	}
	pthread_mutex_unlock(&crew->mutex);
	return NULL;
}

struct crew *crew_new(unsigned jobs)
{
	struct crew *crew = mem_alloc(sizeof(*crew));
	pthread_mutex_init(&crew->mutex, NULL);
	pthread_cond_init(&crew->changed, NULL);
	unsigned wanted = thread_count(jobs);
	while (crew->threads_len < wanted &&
	       pthread_create(&crew->threads[crew->threads_len], NULL, run_crew, crew) ==
		       0)
		crew->threads_len++;
	return crew;
}

void crew_add(struct crew *crew, crew_task task, void *context)
{
	pthread_mutex_lock(&crew->mutex);
	if (crew->len == crew->cap) {
		crew->cap = crew->cap ? crew->cap * 2 : 32;
		crew->tasks = mem_realloc(crew->tasks, crew->cap * sizeof(*crew->tasks));
	}
	crew->tasks[crew->len++] = (struct task){ task, context };
	pthread_cond_broadcast(&crew->changed);
	pthread_mutex_unlock(&crew->mutex);
}

bool crew_failed(struct crew *crew)
{
	pthread_mutex_lock(&crew->mutex);
	bool failed = crew->failure.any;
	pthread_mutex_unlock(&crew->mutex);
	return failed;
}

// The waiting thread helps, so that the work is done even if there are no other threads.
int crew_wait(struct crew *crew, struct error *err)
{
	int status = 0;
	pthread_mutex_lock(&crew->mutex);
	while (crew->done < crew->len) {
		if (has_task(crew)) {
			size_t index = crew->next++;
			run_task(crew, index, crew->tasks[index]);
		} else {
			pthread_cond_wait(&crew->changed, &crew->mutex);
		}
	}
	if (crew->failure.any) {
		*err = crew->failure.error;
		status = -1;
	}
	crew->len = crew->next = crew->done = 0;
	crew->failure = (struct first_failure){ 0 };
	pthread_mutex_unlock(&crew->mutex);
	return status;
}

void crew_free(struct crew *crew)
{
	if (!crew)
		return;
	pthread_mutex_lock(&crew->mutex);
	crew->closing = true;
	pthread_cond_broadcast(&crew->changed);
	pthread_mutex_unlock(&crew->mutex);
	for (unsigned i = 0; i < crew->threads_len; i++)
		pthread_join(crew->threads[i], NULL);
	pthread_cond_destroy(&crew->changed);
	pthread_mutex_destroy(&crew->mutex);
	mem_free(crew->tasks);
	mem_free(crew);
}
