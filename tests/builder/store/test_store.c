// SPDX-License-Identifier: MIT
// The store: downloads from a server that misbehaves on purpose, layer records, counting,
// verifying and pruning.
#include "base/places.h"
#include "builder/store/blobs.h"
#include "builder/wheel/wheel.h"
#include "net/transfer.h"
#include "tests/builder/builder_test.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

// --- a server of one file --------------------------------------------------------------

struct server {
	int listener;
	uint16_t port;
	pthread_t thread;
	struct slice body;
	size_t cut_after; // of the body, in each answer; 0: never
	bool no_ranges, missing;
	atomic_int requests, ranges;
	atomic_bool stop;
};

static void send_all(int fd, struct slice bytes)
{
	while (bytes.len) {
		ssize_t n = send(fd, bytes.ptr, bytes.len, MSG_NOSIGNAL);
		if (n <= 0)
			return;
		bytes = slice_skip(bytes, (size_t)n);
	}
}

static size_t range_start(struct slice request)
{
	uint64_t from = 0;
	size_t at = slice_find(request, S("Range: bytes="));
	if (at == SLICE_NONE)
		return 0;
	struct slice number = slice_skip(request, at + strlen("Range: bytes=")),
		     head = { 0 };
	slice_cut(&number, '-', &head);
	return slice_parse_u64(head, UINT32_MAX, &from) ? (size_t)from : 0;
}

static void answer(struct server *server, int fd)
{
	char text[4096], head[256];
	ssize_t n = recv(fd, text, sizeof(text), 0);
	if (n <= 0)
		return;
	size_t from = range_start((struct slice){ text, (size_t)n });
	atomic_fetch_add(&server->requests, 1);
	if (from)
		atomic_fetch_add(&server->ranges, 1);
	if (server->no_ranges)
		from = 0;
	struct slice body =
		server->missing ? S("no such file") : slice_skip(server->body, from);
	int len;
	if (server->missing)
		len = snprintf(head, sizeof(head),
			       "HTTP/1.1 404 Not Found\r\nContent-Length: %zu\r\n"
			       "Connection: close\r\n\r\n",
			       body.len);
	else if (from)
		len = snprintf(
			head, sizeof(head),
			"HTTP/1.1 206 Partial\r\nContent-Length: %zu\r\n"
			"Content-Range: bytes %zu-%zu/%zu\r\nConnection: close\r\n\r\n",
			body.len, from, server->body.len - 1, server->body.len);
	else
		len = snprintf(head, sizeof(head),
			       "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\n"
			       "Connection: close\r\n\r\n",
			       body.len);
	send_all(fd, (struct slice){ head, (size_t)len });
	send_all(fd, server->cut_after ? slice_range(body, 0, server->cut_after) : body);
}

static void *serve(void *context)
{
	struct server *server = context;
	while (!atomic_load(&server->stop)) {
		int fd = accept(server->listener, NULL, NULL);
		if (fd < 0)
			break;
		answer(server, fd);
		shutdown(fd, SHUT_RDWR);
		close(fd);
	}
	return NULL;
}

static void server_start(struct server *server)
{
	struct sockaddr_in address = { .sin_family = AF_INET,
				       .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(address);
	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&address,
			      sizeof(address)),
			 0);
	assert_int_equal(listen(server->listener, 16), 0);
	assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &len),
			 0);
	server->port = ntohs(address.sin_port);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

static void server_stop(struct server *server)
{
	atomic_store(&server->stop, true);
	shutdown(server->listener, SHUT_RDWR);
	pthread_join(server->thread, NULL);
	close(server->listener);
}

// --- a store, a net and a lock of one wheel --------------------------------------------

struct world {
	struct test_folder folder;
	struct arena *arena;
	struct store *store;
	struct net *net;
	struct test_lock lock;
	struct lock_file *file;
	struct slice bytes;
	struct server server;
};

static struct slice big_wheel(struct arena *arena, struct wheel_maker *maker)
{
	char *noise = arena_alloc(arena, 400000, 1);
	uint32_t x = 1;
	for (size_t i = 0; i < 400000; i++) {
		x = x * 1103515245u + 12345u;
		noise[i] = (char)(x >> 24 & 0xff);
	}
	*maker = wheel_maker_new(arena, "demo", "1.0");
	wheel_maker_add(maker, "demo/noise.bin", (struct slice){ noise, 400000 });
	return wheel_maker_finish(maker);
}

static void world_make(struct world *world)
{
	struct error err = { 0 };
	struct wheel_maker maker;
	const struct net_config config = { .retries = 1, .stall_timeout_ms = 5000 };
	*world = (struct world){ .folder = test_folder_make() };
	world->arena = &world->folder.arena;
	world->lock.arena = world->arena;
	if (store_open(test_path(&world->folder, "store"), &world->store, &err) < 0 ||
	    net_open(&config, &world->net, &err) < 0)
		fail_msg("%s", err.cause);
	world->bytes = big_wheel(world->arena, &maker);
	world->server.body = world->bytes;
	server_start(&world->server);
	const struct lock_choice *choice =
		test_lock_add(&world->lock, &maker, world->bytes);
	world->file = choice->package->wheels;
	world->file->url =
		arena_printf(world->arena, "http://127.0.0.1:%u/files/demo.whl",
			     world->server.port);
}

static void world_end(struct world *world)
{
	server_stop(&world->server);
	net_close(world->net);
	store_close(world->store);
	test_folder_remove(&world->folder);
}

static int fetch_from(struct world *world, const struct store_locator *locator,
		      struct error *err)
{
	struct fetch_request request = {
		.choices = world->lock.selection.items,
		.len = world->lock.selection.len,
		.folder = world->folder.path,
		.admit = wheel_admit,
	};
	if (locator)
		request.locator = *locator;
	return store_fetch(world->store, world->net, &request, NULL, err);
}

static void assert_fetched(struct world *world)
{
	struct error err = { 0 };
	if (fetch_from(world, NULL, &err) < 0)
		fail_msg("%s", err.cause);
	assert_true(store_has_file(world->store, &world->file->sha256));
	const char *path =
		store_file_path(world->store, &world->file->sha256, world->arena);
	assert_true(slice_eq(test_read(world->arena, path), world->bytes));
}

static size_t files_in_store(struct world *world)
{
	struct name_list names = { 0 };
	struct error err = { 0 };
	assert_int_equal(directory_names(test_path(&world->folder, "store/files/sha256"),
					 world->arena, &names, &err),
			 0);
	return names.len;
}

static void assert_fetch_fails(struct world *world, enum error_kind kind, const char *why)
{
	struct error err = { 0 };
	if (fetch_from(world, NULL, &err) == 0)
		fail_msg("fetched, expected: %s", why);
	if (err.kind != kind || !strstr(err.cause, why))
		fail_msg("kind %d: %s", err.kind, err.cause);
	assert_int_equal(files_in_store(world), 0); // not even a temporary file
}

// --- fetching --------------------------------------------------------------------------

static void test_fetch_once(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	assert_fetched(&world);
	assert_int_equal(atomic_load(&world.server.requests), 1);
	assert_fetched(&world); // the store comes first
	assert_int_equal(atomic_load(&world.server.requests), 1);
	world_end(&world);
}

static void test_fetch_again_what_was_cut_in_the_store(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	test_write(store_file_path(world.store, &world.file->sha256, world.arena),
		   S("half"));
	assert_fetched(&world);
	world_end(&world);
}

static void test_fetch_resumes_by_range(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	world.server.cut_after = 100000;
	assert_fetched(&world);
	assert_true(atomic_load(&world.server.ranges) >= 3);
	world_end(&world);
}

static void test_fetch_from_a_server_without_ranges(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	world.server.cut_after = 300000;
	world.server.no_ranges = true;
	assert_fetch_fails(&world, ERROR_SOURCE, "comes incomplete");
	assert_true(atomic_load(&world.server.requests) < 20);
	world_end(&world);
}

static void test_fetch_wrong_hash(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	world.file->sha256.bytes[0] ^= 1;
	assert_fetch_fails(&world, ERROR_INTEGRITY, "but the lock says");
	world_end(&world);
}

static void test_751_8_wrong_size(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	world.file->size -= 1;
	assert_fetch_fails(&world, ERROR_INTEGRITY, "has more than");
	world.file->size += 2;
	assert_fetch_fails(&world, ERROR_INTEGRITY, "but the lock says");
	world_end(&world);
}

static void test_fetch_missing(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	world.server.missing = true;
	assert_fetch_fails(&world, ERROR_SOURCE, "HTTP status 404");
	world_end(&world);
}

static void test_inst_2_bad_record_never_enters(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	struct wheel_maker maker = wheel_maker_new(world.arena, "demo", "1.0");
	wheel_maker_add(&maker, "demo/x.py", S("x"))->unlisted = true;
	struct slice bytes = wheel_maker_finish(&maker);
	world.server.body = bytes;
	world.file->sha256 = sha256_of(bytes);
	world.file->size = bytes.len;
	assert_fetch_fails(&world, ERROR_INTEGRITY,
			   "'demo/x.py' is not listed in RECORD");
	world_end(&world);
}

static void test_fetch_truncated_wheel(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	world.server.body = slice_range(world.bytes, 0, world.bytes.len / 2);
	world.file->sha256 = sha256_of(world.server.body);
	world.file->size = world.server.body.len;
	assert_fetch_fails(&world, ERROR_INTEGRITY, "broken zip archive");
	world_end(&world);
}

static int locate_elsewhere(void *context, const struct lock_package *wanted,
			    const struct lock_file *file, struct arena *arena,
			    struct slice *ret_url, struct error *err)
{
	(void)wanted;
	(void)file;
	(void)err;
	*ret_url = arena_dup(arena, *(struct slice *)context);
	return 0;
}

// The index by name and hash is asked before the lock's url; where it fails, the url is
// next.
static void test_fetch_order_of_sources(void **state)
{
	(void)state;
	struct world world;
	struct error err = { 0 };
	world_make(&world);
	struct slice elsewhere = world.file->url;
	const struct store_locator locator = { .locate = locate_elsewhere,
					       .context = &elsewhere };
	world.file->url = S("http://127.0.0.1:1/nowhere.whl");
	assert_int_equal(fetch_from(&world, &locator, &err), 0);
	assert_int_equal(store_clear(world.store, &(struct store_usage){ 0 }, &err), 0);
	world.file->url = elsewhere;
	elsewhere = S("http://127.0.0.1:1/nowhere.whl");
	assert_fetched(&world);
	world_end(&world);
}

static void test_751_6_path_beside_the_lock(void **state)
{
	(void)state;
	struct world world;
	struct error err = { 0 };
	world_make(&world);
	world.file->url = S("");
	world.file->path = S("wheels/demo.whl");
	assert_fetch_fails(&world, ERROR_SOURCE, "cannot read");
	assert_int_equal(make_directories(test_path(&world.folder, "wheels"), &err), 0);
	test_write(test_path(&world.folder, "wheels/demo.whl"), world.bytes);
	assert_fetched(&world);
	assert_int_equal(store_prune(world.store, &(struct prune_limits){ 0, 0, 0 },
				     &(struct store_usage){ 0 }, &err),
			 0);
	world.file->path = S("");
	world.file->url =
		arena_printf(world.arena, "file://%s/wheels/demo.whl", world.folder.path);
	assert_fetched(&world);
	assert_int_equal(atomic_load(&world.server.requests), 0);
	world_end(&world);
}

static void test_fetch_without_hash(void **state)
{
	(void)state;
	struct world world;
	world_make(&world);
	world.file->sha256 = (struct sha256){ 0 };
	assert_fetch_fails(&world, ERROR_INPUT, "no SHA-256");
	world_end(&world);
}

// A full disk, as RLIMIT_FSIZE shows it: the write fails, the path is named, nothing
// stays.
static void test_fetch_disk_full(void **state)
{
	(void)state;
	struct world world;
	struct rlimit before, small = { .rlim_cur = 100000 };
	world_make(&world);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	small.rlim_max = before.rlim_max;
	void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	assert_fetch_fails(&world, ERROR_IO, "store/files/sha256/");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
	signal(SIGXFSZ, handler);
	world_end(&world);
}

static void test_fetch_interrupted(void **state)
{
	(void)state;
	struct world world;
	struct error err = { 0 };
	volatile int interrupted = 1;
	world_make(&world);
	net_close(world.net);
	const struct net_config config = { .interrupted = &interrupted };
	assert_int_equal(net_open(&config, &world.net, &err), 0);
	assert_int_equal(fetch_from(&world, NULL, &err), -1);
	assert_int_equal(err.kind, ERROR_INTERRUPTED);
	assert_int_equal(files_in_store(&world), 0);
	world_end(&world);
}

// Several processes want the same file at once: each one ends with the whole file there.
static void test_fetch_by_several_processes(void **state)
{
	(void)state;
	enum { PROCESSES = 5 };
	struct world world;
	pid_t children[PROCESSES];
	world_make(&world);
	world.server.cut_after = 150000;
	for (size_t i = 0; i < PROCESSES; i++) {
		children[i] = fork();
		if (children[i] == 0) {
			const struct net_config config = { .retries = 1 };
			struct error err = { 0 };
			if (net_open(&config, &world.net, &err) < 0 ||
			    fetch_from(&world, NULL, &err) < 0)
				_exit(1);
			_exit(0);
		}
	}
	for (size_t i = 0; i < PROCESSES; i++) {
		int status = 0;
		assert_int_equal(waitpid(children[i], &status, 0), children[i]);
		assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	assert_int_equal(files_in_store(&world), 1);
	assert_fetched(&world); // from the store, its bytes right
	world_end(&world);
}

// --- upkeep ----------------------------------------------------------------------------

static struct sha256 put_file(struct world *world, const char *text)
{
	struct slice bytes = slice_from(text);
	struct sha256 digest = sha256_of(bytes);
	test_write(store_file_path(world->store, &digest, world->arena), bytes);
	return digest;
}

static void set_last_use(struct world *world, const struct sha256 *digest, time_t when)
{
	const struct timespec times[2] = { { .tv_sec = when },
					   { .tv_nsec = UTIME_OMIT } };
	assert_int_equal(utimensat(AT_FDCWD,
				   store_file_path(world->store, digest, world->arena),
				   times, 0),
			 0);
}

static void test_store_usage_and_prune(void **state)
{
	(void)state;
	struct world world;
	struct error err = { 0 };
	world_make(&world);
	struct sha256 old = put_file(&world, "old file"),
		      middle = put_file(&world, "middle"),
		      young = put_file(&world, "new");
	set_last_use(&world, &old, 1000);
	set_last_use(&world, &middle, 2000);
	set_last_use(&world, &young, 3000);
	struct store_usage usage = { 0 };
	assert_int_equal(store_usage(world.store, &usage, &err), 0);
	assert_int_equal(usage.kinds[STORE_FILES].count, 3);
	assert_int_equal(usage.kinds[STORE_FILES].bytes, 17);
	struct store_usage freed = { 0 };
	assert_int_equal(store_prune(world.store, &(struct prune_limits){ 3500, 1000, 3 },
				     &freed, &err),
			 0);
	// Old and middle; the young one is within the size, and too young
	assert_int_equal(store_usage_bytes(&freed), 14);
	assert_true(store_has_file(world.store, &young));
	assert_int_equal(store_prune(world.store, &(struct prune_limits){ 3500, 1000, 0 },
				     &freed, &err),
			 0);
	assert_int_equal(store_usage_bytes(&freed), 0);
	assert_int_equal(store_prune(world.store, &(struct prune_limits){ 3500, 0, 0 },
				     &freed, &err),
			 0);
	assert_int_equal(store_usage_bytes(&freed), 3);
	world_end(&world);
}

#define HEX_16 "0123456789abcdef"
#define HEX_64 HEX_16 HEX_16 HEX_16 HEX_16

static void put_in(struct world *world, const char *name)
{
	struct error err = { 0 };
	const char *path = path_join(world->arena, test_path(&world->folder, "store"),
				     slice_from(name));
	assert_int_equal(make_directories(path_directory(world->arena, path), &err), 0);
	test_write(path, S("12345"));
}

// Everything has a kind; prune takes what is old of each but the index and the notes of
// keys, and what a killed process left a day ago, also below the size.
static void test_store_knows_all_that_lies_in_it(void **state)
{
	(void)state;
	static const struct {
		const char *path;
		enum store_kind kind;
		bool pruned;
	} rows[] = {
		{ "files/sha256/" HEX_64 ".a.part", STORE_PARTIAL, true },
		{ "layers/sha256/" HEX_64, STORE_LAYERS, true },
		{ "layers/sha256/baking-" HEX_64 ".part", STORE_PARTIAL, true },
		{ "layers/key/" HEX_64, STORE_NOTES, false },
		{ "layers/paths/" HEX_64, STORE_NOTES, true },
		{ "bytecode/" HEX_64, STORE_BYTECODE, true },
		{ "unpacked/" HEX_64 "/0-3610a686-5", STORE_UNPACKED, true },
		{ "unpacked/clone-probe.abc.part", STORE_PARTIAL, true },
		{ "built/key/" HEX_64, STORE_NOTES, false },
		{ "built/logs/demo-1.0-0123456789ab.log", STORE_NOTES, true },
		{ "built/work/demo.lock", STORE_PARTIAL, true },
		{ "git/" HEX_16 HEX_16 "/repo/objects/aa", STORE_REPOSITORIES, true },
		{ "answers/" HEX_16, STORE_ANSWERS, true },
		{ "index.mdb", STORE_INDEX, false },
		{ "index.lock", STORE_INDEX, false },
	};
	// Whoever names a folder as the cache may have put these there.
	static const char *const foreign[] = {
		"files/sha256/notes.part", "layers/sha256/11",   "unpacked/mine/file",
		"built/logs/diary.log",    "git/project/README", "answers/letter",
		"other/" HEX_64,
	};
	enum {
		ROWS = sizeof(rows) / sizeof(rows[0]),
		FOREIGN = sizeof(foreign) / sizeof(foreign[0]),
		DAYS = 100 * 86400
	};
	struct world world;
	struct error err = { 0 };
	struct store_usage usage = { 0 }, freed = { 0 };
	uint64_t counts[STORE_KINDS] = { 0 };
	world_make(&world);
	const char *root = test_path(&world.folder, "store");
	for (size_t i = 0; i < ROWS; i++) {
		put_in(&world, rows[i].path);
		counts[rows[i].kind]++;
	}
	for (size_t i = 0; i < FOREIGN; i++)
		put_in(&world, foreign[i]);
	assert_int_equal(store_usage(world.store, &usage, &err), 0);
	for (size_t i = 0; i < STORE_KINDS; i++) {
		assert_int_equal(usage.kinds[i].count, counts[i]);
		assert_int_equal(usage.kinds[i].bytes, 5 * counts[i]);
		assert_non_null(store_kind_name((enum store_kind)i));
	}
	uint64_t now = (uint64_t)time(NULL);
	assert_int_equal(store_prune(world.store, &(struct prune_limits){ now, DAYS, 0 },
				     &freed, &err),
			 0);
	assert_int_equal(store_usage_bytes(&freed), 0);
	assert_int_equal(store_prune(world.store,
				     &(struct prune_limits){ now + 2 * DAYS, DAYS, 0 },
				     &freed, &err),
			 0);
	for (size_t i = 0; i < ROWS; i++)
		assert_int_equal(file_exists(path_join(world.arena, root,
						       slice_from(rows[i].path))),
				 !rows[i].pruned);
	assert_int_equal(store_clear(world.store, &freed, &err), 0);
	assert_int_equal(store_usage(world.store, &usage, &err), 0);
	assert_int_equal(store_usage_bytes(&usage), 0);
	for (size_t i = 0; i < FOREIGN; i++)
		assert_true(file_exists(
			path_join(world.arena, root, slice_from(foreign[i]))));
	world_end(&world);
}

// prune and clear want the store alone; whoever has it open keeps all that is in it.
static void test_prune_beside_another_user(void **state)
{
	(void)state;
	struct world world;
	struct error err = { 0 };
	struct store_usage freed = { 0 };
	struct store *other = NULL;
	world_make(&world);
	struct sha256 file = put_file(&world, "used");
	assert_int_equal(store_open(test_path(&world.folder, "store"), &other, &err), 0);
	assert_int_equal(store_prune(world.store, &(struct prune_limits){ 0, 0, 0 },
				     &freed, &err),
			 -1);
	assert_int_equal(err.kind, ERROR_IO);
	assert_int_equal(store_clear(world.store, &freed, &(struct error){ 0 }), -1);
	assert_true(store_has_file(world.store, &file));
	store_close(other);
	assert_int_equal(store_clear(world.store, &freed, &err), 0);
	assert_int_equal(store_usage_bytes(&freed), 4);
	world_end(&world);
}

static void test_store_verify(void **state)
{
	(void)state;
	struct world world;
	struct error err = { 0 };
	uint64_t checked = 0;
	world_make(&world);
	struct sha256 good = put_file(&world, "good"), bad = put_file(&world, "bad");
	assert_int_equal(store_verify(world.store, false, NULL, &checked, &err), 0);
	assert_int_equal(checked, 2);
	test_write(store_file_path(world.store, &bad, world.arena), S("rotten"));
	assert_int_equal(store_verify(world.store, false, NULL, &checked, &err), -1);
	assert_int_equal(err.kind, ERROR_INTEGRITY);
	assert_true(store_has_file(world.store, &bad));
	assert_int_equal(store_verify(world.store, true, NULL, &checked, &err), -1);
	assert_false(store_has_file(world.store, &bad));
	assert_true(store_has_file(world.store, &good));
	assert_int_equal(store_verify(world.store, true, NULL, &checked, &err), 0);
	world_end(&world);
}

static void test_key_2_layer_records(void **state)
{
	(void)state;
	struct world world;
	struct error err = { 0 };
	struct layer_record record = { .key = sha256_of(S("k")),
				       .digest = sha256_of(S("d")),
				       .diff_id = sha256_of(S("t")),
				       .size = 1,
				       .tar_size = 10240,
				       .entries = 3,
				       .packages = S("a 1.0, b 2.0") };
	const struct layer_record *again = &record;
	world_make(&world);
	assert_int_equal(store_layer_record_read(world.store, &record.key, world.arena,
						 &again, &err),
			 0);
	assert_null(again);
	assert_int_equal(store_layer_record_write(world.store, &record, &err), 0);
	assert_int_equal(store_layer_record_read(world.store, &record.key, world.arena,
						 &again, &err),
			 0);
	assert_non_null(again);
	assert_true(sha256_eq(&again->digest, &record.digest) &&
		    sha256_eq(&again->diff_id, &record.diff_id));
	assert_int_equal(again->tar_size, 10240);
	assert_true(slice_eq(again->packages, record.packages));
	// A record that somebody edited, or that belongs to another key, is none.
	const char *path =
		arena_printf(world.arena, "%s/store/layers/key/%.*s", world.folder.path,
			     SLICE_ARG(sha256_hex(world.arena, &record.key)))
			.ptr;
	struct slice text = test_read(world.arena, path);
	char *edited = arena_alloc(world.arena, text.len, 1);
	memcpy(edited, text.ptr, text.len);
	edited[slice_find(text, S("10240"))] = '2';
	test_write(path, (struct slice){ edited, text.len });
	assert_int_equal(store_layer_record_read(world.store, &record.key, world.arena,
						 &again, &err),
			 0);
	assert_null(again);
	// Blobs: the size is part of the question.
	assert_false(store_has_layer(world.store, &record.digest, 1));
	test_write(store_layer_path(world.store, &record.digest, world.arena), S("d"));
	assert_true(store_has_layer(world.store, &record.digest, 1));
	assert_false(store_has_layer(world.store, &record.digest, 2));
	world_end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fetch_once),
		cmocka_unit_test(test_fetch_again_what_was_cut_in_the_store),
		cmocka_unit_test(test_fetch_resumes_by_range),
		cmocka_unit_test(test_fetch_from_a_server_without_ranges),
		cmocka_unit_test(test_fetch_wrong_hash),
		cmocka_unit_test(test_751_8_wrong_size),
		cmocka_unit_test(test_fetch_missing),
		cmocka_unit_test(test_inst_2_bad_record_never_enters),
		cmocka_unit_test(test_fetch_truncated_wheel),
		cmocka_unit_test(test_fetch_order_of_sources),
		cmocka_unit_test(test_751_6_path_beside_the_lock),
		cmocka_unit_test(test_fetch_without_hash),
		cmocka_unit_test(test_fetch_disk_full),
		cmocka_unit_test(test_fetch_interrupted),
		cmocka_unit_test(test_fetch_by_several_processes),
		cmocka_unit_test(test_store_usage_and_prune),
		cmocka_unit_test(test_store_knows_all_that_lies_in_it),
		cmocka_unit_test(test_prune_beside_another_user),
		cmocka_unit_test(test_store_verify),
		cmocka_unit_test(test_key_2_layer_records),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
