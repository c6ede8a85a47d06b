// SPDX-License-Identifier: MIT
// The index against a server on loopback and places on disk: what is asked, what is kept,
// what is answered.
#include "resolver/index/index.h"

#include "base/files.h"
#include "tests/net/loopback.h"
#include "tests/resolver/index/archives.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <cmocka.h>

enum { NOW = 1000000, JSON = 1 };

#define JSON_TYPE "Content-Type: application/vnd.pypi.simple.v1+json\r\n"
#define METADATA_TEXT \
	"Metadata-Version: 2.2\nName: foo\nVersion: 1.0\nRequires-Dist: bar>=2\n"

static struct loopback server, second;
static char directory[64];

// One run of the program: net and index, opened and closed.
struct run {
	struct arena arena;
	struct net *net;
	struct index *index;
	struct slice urls[2];
	struct index_config config;
	unsigned retries;
};

static void begin(struct run *run)
{
	struct error err;
	const struct net_config net_config = { .retries = run->retries,
					       .offline = run->config.offline };
	if (run->config.index_len == 0 && run->config.find_links_len == 0) {
		run->urls[0] = arena_printf(&run->arena, "%s/simple/", server.url);
		run->config.index_len = 1;
	}
	run->config.index_urls = run->urls;
	run->config.store_path = arena_printf(&run->arena, "%s/store", directory).ptr;
	if (run->config.now == 0)
		run->config.now = NOW;
	net_close(run->net); // of the run before, where there was one
	assert_int_equal(net_open(&net_config, &run->net, &err), 0);
	if (index_open(&run->config, run->net, &run->index, &err) < 0)
		fail_msg("%s", err.cause);
}

static void finish(struct run *run)
{
	index_close(run->index);
	net_close(run->net);
	arena_release(&run->arena);
}

static const struct project *get_project(struct run *run, const char *name)
{
	struct error err;
	index_want_project(run->index, slice_from(name));
	while (!index_project(run->index, slice_from(name)))
		if (index_wait(run->index, &err) < 0)
			fail_msg("%s", err.cause);
	return index_project(run->index, slice_from(name));
}

static const struct file_metadata *get_metadata(struct run *run,
						const struct project *project,
						size_t file)
{
	struct error err;
	index_want_metadata(run->index, project,
			    project_file_get(project, (uint32_t)file));
	while (!index_metadata(run->index, project_file_get(project, (uint32_t)file)))
		if (index_wait(run->index, &err) < 0)
			fail_msg("%s", err.cause);
	return index_metadata(run->index, project_file_get(project, (uint32_t)file));
}

#define FOO_PAGE                                                                                                   \
	"{\"files\":[{\"filename\":\"foo-1.0-py3-none-any.whl\",\"url\":\"../../files/foo-1.0-py3-none-any.whl\"," \
	"\"core-metadata\":true}]}"

static void serve(struct loopback_route *routes, size_t len)
{
	loopback_start(&server, routes, len);
}

static void test_503_4_691_1_what_is_asked(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/simple/foo/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = FOO_PAGE },
		{ .path = "/files/foo-1.0-py3-none-any.whl.metadata",
		  .status = 200,
		  .body = METADATA_TEXT },
	};
	struct run run = { 0 };
	serve(routes, 2);
	begin(&run);
	const struct project *project = get_project(&run, "foo");
	assert_int_equal(project->state, PROJECT_FOUND);
	assert_int_equal(project->release_len, 1);
	assert_true(slice_eq(project->index_url,
			     arena_printf(&run.arena, "%s/simple", server.url)));
	const struct file_metadata *metadata = get_metadata(&run, project, 0);
	assert_int_equal(metadata->state, METADATA_FOUND);
	assert_int_equal(metadata->metadata.requires_len, 1);
	assert_int_equal(loopback_count(&server, "GET /simple/foo/ HTTP"), 1);
	assert_int_equal(
		loopback_count(
			&server,
			"Accept: application/vnd.pypi.simple.v1+json, "
			"application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.1"),
		1);
	assert_int_equal(index_counts(run.index).pages_fetched, 1);
	assert_int_equal(index_counts(run.index).metadata_fetched, 1);
	finish(&run);
	loopback_stop(&server);
}

static void test_a_warm_run_asks_nothing(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/simple/foo/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = FOO_PAGE },
		{ .path = "/files/foo-1.0-py3-none-any.whl.metadata",
		  .status = 200,
		  .body = METADATA_TEXT },
	};
	serve(routes, 2);
	for (int i = 0; i < 3; i++) {
		struct run run = { .config.now = NOW + 100 * (uint64_t)i,
				   .config.offline = i == 2 };
		begin(&run);
		const struct project *project = get_project(&run, "foo");
		assert_int_equal(project->state, PROJECT_FOUND);
		assert_int_equal(get_metadata(&run, project, 0)->state, METADATA_FOUND);
		assert_int_equal(get_project(&run, "missing")->state, PROJECT_ABSENT);
		assert_int_equal(index_counts(run.index).pages_from_store, i ? 1 : 0);
		assert_int_equal(index_counts(run.index).metadata_from_store, i ? 1 : 0);
		finish(&run);
	}
	// the page, the metadata, and once what is missing
	assert_int_equal(server.request_len, 3);
	loopback_stop(&server);
}

static void test_a_stale_page_is_asked_for_again(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/simple/foo/",
		  .status = 200,
		  .headers = JSON_TYPE "ETag: \"one\"\r\nCache-Control: max-age=60\r\n",
		  .body = FOO_PAGE,
		  .uses = 1 },
		{ .path = "/simple/foo/", .status = 304 },
	};
	serve(routes, 2);
	static const uint64_t times[] = { NOW, NOW + 59, NOW + 60, NOW + 120 };
	static const size_t requests[] = { 1, 1, 2, 2 };
	for (size_t i = 0; i < 4; i++) {
		struct run run = { .config.now = times[i] };
		begin(&run);
		assert_int_equal(get_project(&run, "foo")->state, PROJECT_FOUND);
		assert_int_equal(server.request_len, requests[i]);
		assert_int_equal(index_counts(run.index).pages_revalidated, i == 2);
		finish(&run);
	}
	struct run run = { .config.now = NOW + 121, .config.refresh = true };
	begin(&run);
	assert_int_equal(get_project(&run, "foo")->release_len, 1);
	finish(&run);
	// The 304s named no ETag: the first one is kept.
	assert_int_equal(loopback_count(&server, "If-None-Match: \"one\""), 2);
	loopback_stop(&server);
}

static void test_592_3_a_changed_page_replaces_the_old_one(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/simple/foo/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = "{\"files\":[{\"filename\":\"foo-1.0.tar.gz\",\"url\":\"x\",\"yanked\":true}]}",
		  .uses = 1 },
		{ .path = "/simple/foo/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = "{\"files\":[{\"filename\":\"foo-1.0.tar.gz\",\"url\":\"x\",\"yanked\":false}]}" },
	};
	serve(routes, 2);
	for (size_t i = 0; i < 3; i++) {
		struct run run = { .config.now = NOW + 700 * i };
		begin(&run);
		assert_int_equal(project_file_get(get_project(&run, "foo"), 0)->yanked,
				 i == 0);
		finish(&run);
	}
	loopback_stop(&server);
}

// A look at foo, and at bar, which is not there; what it rests on.
static struct slice look(struct run *run)
{
	struct slice evidence = S("");
	begin(run);
	assert_int_equal(get_project(run, "foo")->state, PROJECT_FOUND);
	assert_int_equal(get_project(run, "bar")->state, PROJECT_ABSENT);
	assert_true(index_evidence(run->index, &run->arena, &evidence));
	index_close(run->index);
	run->index = NULL;
	return evidence;
}

static void test_evidence_holds_until_a_page_changes(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/simple/foo/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = FOO_PAGE },
	};
	struct run run = { 0 };
	serve(routes, 1);
	struct slice evidence = look(&run);
	struct index_config config = run.config;
	assert_true(index_evidence_holds(&config, evidence));
	for (size_t i = 1; i < evidence.len; i++)
		(void)!index_evidence_holds(&config, slice_range(evidence, 0, i));
	config.now = NOW + 700;
	assert_false(index_evidence_holds(&config, evidence));
	config.offline = true;
	assert_true(index_evidence_holds(&config, evidence));
	config.offline = false;
	// Fetched again, the same: a second look rests on the same.
	run.config.now = NOW + 700;
	assert_true(slice_eq(look(&run), evidence));
	assert_true(index_evidence_holds(&config, evidence));
	config.refresh = true;
	assert_false(index_evidence_holds(&config, evidence));
	config.refresh = false;
	routes[0].body = "{\"files\":[{\"filename\":\"foo-1.0.tar.gz\",\"url\":\"x\"}]}";
	run.config.now = config.now = NOW + 1400;
	struct slice after = look(&run);
	assert_false(index_evidence_holds(&config, evidence));
	assert_true(index_evidence_holds(&config, after));
	config.offline = true;
	assert_false(index_evidence_holds(&config, evidence));
	config.store_path = arena_printf(&run.arena, "%s/other", directory).ptr;
	assert_false(index_evidence_holds(&config, after));
	finish(&run);
	loopback_stop(&server);
}

static void test_no_evidence_of_what_the_store_does_not_hold(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/simple/foo/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = FOO_PAGE },
		{ .path = "/files/foo-1.0-py3-none-any.whl.metadata",
		  .status = 200,
		  .body = METADATA_TEXT },
		{ .path = "/simple/hidden/", .status = 403 },
	};
	struct slice ignored;
	serve(routes, 3);
	for (int i = 0; i < 2; i++) {
		struct run run = { 0 };
		begin(&run);
		const struct project *foo = get_project(&run, "foo");
		assert_true(index_evidence(run.index, &run.arena, &ignored));
		if (i == 0)
			get_metadata(&run, foo, 0); // of a file without a digest
		else
			get_project(&run, "hidden");
		assert_false(index_evidence(run.index, &run.arena, &ignored));
		finish(&run);
	}
	loopback_stop(&server);
}

static void test_offline_without_a_record_fails(void **state)
{
	(void)state;
	struct run run = { .config.offline = true };
	serve(NULL, 0);
	begin(&run);
	const struct project *project = get_project(&run, "foo");
	assert_int_equal(project->state, PROJECT_FAILED);
	assert_int_equal(project->error->kind, ERROR_SOURCE);
	assert_string_equal(project->error->cause,
			    "'foo' is not in the store and --offline is set");
	assert_int_equal(server.request_len, 0);
	finish(&run);
	loopback_stop(&server);
}

static void open_two(struct run *run)
{
	run->urls[0] = arena_printf(&run->arena, "%s/simple", server.url);
	run->urls[1] = arena_printf(&run->arena, "%s/simple", second.url);
	run->config.index_len = 2;
	begin(run);
}

static void test_the_first_index_that_has_the_name_wins(void **state)
{
	(void)state;
	struct loopback_route first_routes[] = {
		{ .path = "/simple/both/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = "{\"files\":[]}" },
		{ .path = "/simple/forbidden/", .status = 403 },
		{ .path = "/simple/refused/", .status = 403 },
		{ .path = "/simple/broken/", .status = 503 },
		{ .path = "/simple/private/", .status = 401 },
		{ .path = "/simple/odd/",
		  .status = 200,
		  .headers = "Content-Type: text/plain\r\n",
		  .body = "hello" },
	};
	struct loopback_route second_routes[] = {
		{ .path = "/simple/both/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = "{\"files\":[{}]}" },
		{ .path = "/simple/only/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = "{\"files\":[]}" },
		{ .path = "/simple/forbidden/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = "{\"files\":[]}" },
	};
	struct run run = { 0 };
	serve(first_routes, 6);
	loopback_start(&second, second_routes, 3);
	open_two(&run);
	assert_int_equal(get_project(&run, "both")->skipped, 0);
	assert_int_equal(get_project(&run, "only")->state, PROJECT_FOUND);
	assert_int_equal(get_project(&run, "missing")->state, PROJECT_ABSENT);
	assert_null(get_project(&run, "missing")->error);
	static const char *const failing[] = { "forbidden", "refused", "broken",
					       "private", "odd" };
	for (size_t i = 0; i < 5; i++) {
		const struct project *project = get_project(&run, failing[i]);
		assert_int_equal(project->state, PROJECT_FAILED);
		assert_int_equal(project->error->kind, ERROR_SOURCE);
	}
	assert_int_equal(loopback_count(&second, "both"), 0);
	assert_int_equal(loopback_count(&second, "broken"), 0);
	assert_int_equal(loopback_count(&second, "private"), 0);
	assert_int_equal(loopback_count(&second, "forbidden"), 0);
	finish(&run);
	loopback_stop(&second);
	loopback_stop(&server);
}

// An index that says 403 for what it does not have is known by its host.
static void test_forbidden_may_mean_absent(void **state)
{
	(void)state;
	struct loopback_route first_routes[] = {
		{ .path = "/simple/forbidden/", .status = 403 },
		{ .path = "/simple/refused/", .status = 403 },
		{ .path = "/simple/private/", .status = 401 },
	};
	struct loopback_route second_routes[] = {
		{ .path = "/simple/forbidden/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = "{\"files\":[]}" },
	};
	struct run run = { 0 };
	serve(first_routes, 3);
	loopback_start(&second, second_routes, 1);
	*array_push(&run.arena, &run.config.ignore_forbidden) =
		arena_printf(&run.arena, "127.0.0.1:%u", server.port);
	open_two(&run);
	assert_int_equal(get_project(&run, "forbidden")->state, PROJECT_FOUND);
	assert_int_equal(get_project(&run, "refused")->state, PROJECT_ABSENT);
	assert_int_equal(get_project(&run, "refused")->error->kind, ERROR_SOURCE);
	assert_int_equal(get_project(&run, "private")->state, PROJECT_FAILED);
	finish(&run);
	loopback_stop(&second);
	loopback_stop(&server);
}

static void test_a_mapped_name_has_one_index(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/simple/both/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = "{\"files\":[]}" },
		{ .path = "/simple/acme-core/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = "{\"files\":[]}" },
	};
	const struct index_mapping mappings[] = { { S("both"), 1, false },
						  { S("acme-*"), 1, false },
						  { S("acme-open"), 0, false },
						  { S("gone"), 1, false } };
	struct run run = { 0 };
	serve(routes, 2);
	loopback_start(&second, routes, 2);
	run.config.index_len = 1;
	run.config.explicit_len = 1;
	run.config.mappings = mappings;
	run.config.mapping_len = 4;
	run.urls[0] = arena_printf(&run.arena, "%s/simple", server.url);
	run.urls[1] = arena_printf(&run.arena, "%s/simple", second.url);
	begin(&run);
	assert_true(slice_eq(get_project(&run, "both")->index_url, run.urls[1]));
	assert_true(slice_eq(get_project(&run, "acme-core")->index_url, run.urls[1]));
	assert_int_equal(get_project(&run, "acme-open")->state, PROJECT_ABSENT);
	assert_int_equal(get_project(&run, "gone")->state, PROJECT_ABSENT);
	assert_int_equal(get_project(&run, "other")->state, PROJECT_ABSENT);
	assert_int_equal(loopback_count(&server, "both"), 0);
	assert_int_equal(loopback_count(&server, "acme-core"), 0);
	assert_int_equal(loopback_count(&server, "gone"), 0);
	assert_int_equal(loopback_count(&second, "acme-open"), 0);
	assert_int_equal(loopback_count(&second, "other"), 0);
	finish(&run);
	loopback_stop(&server);
	loopback_stop(&second);
}

// Offline, an index that was never asked may have the name: a later one must not be taken
// for the first.
static void test_offline_does_not_pass_over_an_index(void **state)
{
	(void)state;
	struct loopback_route routes[] = { { .path = "/simple/foo/",
					     .status = 200,
					     .headers = JSON_TYPE,
					     .body = "{\"files\":[]}" } };
	serve(NULL, 0);
	loopback_start(&second, routes, 1);
	struct run only_second = { .config.index_len = 1 };
	only_second.urls[0] = arena_printf(&only_second.arena, "%s/simple", second.url);
	begin(&only_second);
	assert_int_equal(get_project(&only_second, "foo")->state, PROJECT_FOUND);
	finish(&only_second);
	struct run both = { .config.offline = true };
	open_two(&both);
	assert_int_equal(get_project(&both, "foo")->state, PROJECT_FAILED);
	finish(&both);
	loopback_stop(&second);
	loopback_stop(&server);
}

static void test_many_are_asked_at_once(void **state)
{
	(void)state;
	struct run run = { 0 };
	struct error err;
	serve(NULL, 0);
	begin(&run);
	for (unsigned i = 0; i < 60; i++)
		index_want_project(run.index, arena_printf(&run.arena, "name-%u", i));
	index_want_project(run.index, S("name-1"));
	size_t known = 0;
	while (known < 60) {
		assert_int_equal(index_wait(run.index, &err), 0);
		known = 0;
		for (unsigned i = 0; i < 60; i++)
			known += index_project(run.index,
					       arena_printf(&run.arena, "name-%u", i)) !=
				 NULL;
	}
	assert_int_equal(server.request_len, 60);
	// nothing under way: returns at once
	assert_int_equal(index_wait(run.index, &err), 0);
	finish(&run);
	loopback_stop(&server);
}

// The net may be shared, as a download does that asks the index where a file is.
static void test_other_requests_on_the_net_are_let_alone(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/simple/foo/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = FOO_PAGE },
		{ .path = "/other", .status = 200, .body = "other" },
	};
	struct run run = { 0 };
	struct net_response got;
	struct error err;
	serve(routes, 2);
	begin(&run);
	const struct net_request other = {
		.url = arena_printf(&run.arena, "%s/other", server.url), .max_bytes = 100
	};
	net_start(run.net, &other);
	assert_int_equal(get_project(&run, "foo")->state, PROJECT_FOUND);
	assert_int_equal(net_wait_for(run.net, NULL, &got, &err), 0);
	assert_true(slice_eq(got.body, S("other")));
	net_response_release(&got);
	finish(&run);
	loopback_stop(&server);
}

static struct loopback_route page_with(struct run *run, const char *file,
				       struct slice bytes)
{
	struct sha256 digest = sha256_of(bytes);
	return (struct loopback_route){
		.path = "/simple/foo/",
		.status = 200,
		.headers = JSON_TYPE,
		.body = arena_printf(
				&run->arena,
				"{\"files\":[{\"filename\":\"%s\",\"url\":\"/files/%s\",\"size\":%zu,"
				"\"hashes\":{\"sha256\":\"%.*s\"}}]}",
				file, file, bytes.len,
				SLICE_ARG(sha256_hex(&run->arena, &digest)))
				.ptr,
	};
}

static void test_idx_1_metadata_by_range_and_kept_by_digest(void **state)
{
	(void)state;
	struct run run = { 0 };
	const struct member members[] = {
		{ "foo/data", make_noise(&run.arena, 200000) },
		{ "foo-1.0.dist-info/METADATA",
		  S(METADATA_TEXT "\nA long description\n") },
	};
	struct slice wheel = make_zip(&run.arena, members, 2);
	struct loopback_route routes[] = {
		page_with(&run, "foo-1.0-py3-none-any.whl", wheel),
		{ .path = "/files/foo-1.0-py3-none-any.whl",
		  .status = 200,
		  .body = wheel.ptr,
		  .body_len = wheel.len,
		  .ranges = true },
	};
	serve(routes, 2);
	begin(&run);
	const struct file_metadata *got = get_metadata(&run, get_project(&run, "foo"), 0);
	assert_int_equal(got->state, METADATA_FOUND);
	assert_int_equal(got->metadata.requires_len, 1);
	assert_int_equal(loopback_count(&server, ".metadata"), 0);
	assert_int_equal(loopback_count(&server, "Range: bytes="), 1);
	index_close(run.index);
	begin(&run);
	got = get_metadata(&run, get_project(&run, "foo"), 0);
	assert_int_equal(got->state, METADATA_FOUND);
	assert_int_equal(server.request_len, 2);
	finish(&run);
	loopback_stop(&server);
}

// A server that answers every address with some page must not poison the store.
static void test_658_2_what_is_no_metadata_is_not_believed(void **state)
{
	(void)state;
	struct run run = { 0 };
	const struct member members[] = {
		{ "foo/data", make_noise(&run.arena, 700000) },
		{ "foo-1.0.dist-info/METADATA", S(METADATA_TEXT) },
	};
	struct slice wheel = make_zip(&run.arena, members, 2);
	struct loopback_route routes[] = {
		page_with(&run, "foo-1.0-py3-none-any.whl", wheel),
		{ .path = "/files/foo-1.0-py3-none-any.whl.metadata",
		  .status = 200,
		  .body = "<html>please log in</html>" },
		{ .path = "/files/foo-1.0-py3-none-any.whl",
		  .status = 200,
		  .body = wheel.ptr,
		  .body_len = wheel.len },
	};
	serve(routes, 3);
	begin(&run);
	const struct file_metadata *got = get_metadata(&run, get_project(&run, "foo"), 0);
	assert_int_equal(got->state, METADATA_FOUND);
	assert_int_equal(got->metadata.requires_len, 1);
	assert_int_equal(loopback_count(&server, ".metadata"), 1);
	finish(&run);
	loopback_stop(&server);
}

static void check_sdist(const char *pkg_info, enum metadata_state expected,
			const char *cause)
{
	struct run run = { 0 };
	const struct member members[] = { { "foo-1.0/PKG-INFO", slice_from(pkg_info) } };
	struct slice bytes = make_tar_gz(&run.arena, members, 1);
	struct loopback_route routes[] = {
		page_with(&run, "foo-1.0.tar.gz", bytes),
		{ .path = "/files/foo-1.0.tar.gz",
		  .status = 200,
		  .body = bytes.ptr,
		  .body_len = bytes.len },
	};
	serve(routes, 2);
	for (int i = 0; i < 2; i++) { // fresh, and from the store
		run.config.offline = i == 1;
		begin(&run);
		const struct file_metadata *got =
			get_metadata(&run, get_project(&run, "foo"), 0);
		assert_int_equal(got->state, expected);
		if (cause)
			assert_string_equal(got->error->cause, cause);
		index_close(run.index);
	}
	net_close(run.net);
	arena_release(&run.arena);
	loopback_stop(&server);
	struct error err;
	assert_int_equal(remove_tree(directory, &err), 0);
}

static void test_643_1_only_static_sdists_are_believed(void **state)
{
	(void)state;
	check_sdist("Metadata-Version: 2.2\nName: foo\nVersion: 1.0\n", METADATA_FOUND,
		    NULL);
	check_sdist(
		"Metadata-Version: 2.4\nName: Foo\nVersion: 1.0.0\nDynamic: Description\n",
		METADATA_FOUND, NULL);
	check_sdist(
		"Metadata-Version: 2.1\nName: foo\nVersion: 1.0\n", METADATA_UNUSABLE,
		"its source distribution does not state its dependencies (metadata version 2.1); "
		"a build would be needed");
	check_sdist(
		"Metadata-Version: 2.2\nName: foo\nVersion: 1.0\nDynamic: Requires-Dist\n",
		METADATA_UNUSABLE,
		"its source distribution does not state its dependencies (they are dynamic); "
		"a build would be needed");
}

static void test_a_file_must_be_what_its_name_says(void **state)
{
	(void)state;
	check_sdist("Metadata-Version: 2.2\nName: evil\nVersion: 1.0\n",
		    METADATA_UNUSABLE,
		    "'foo-1.0.tar.gz' calls itself 'evil' 1.0 in its metadata");
	check_sdist("Metadata-Version: 2.2\nName: foo\nVersion: 1.1\n", METADATA_UNUSABLE,
		    "'foo-1.0.tar.gz' calls itself 'foo' 1.1 in its metadata");
}

static void test_wrong_hash_is_an_integrity_error_and_not_kept(void **state)
{
	(void)state;
	struct run run = { 0 };
	const struct member members[] = { { "foo-1.0/PKG-INFO", S(METADATA_TEXT) } };
	struct slice bytes = make_tar_gz(&run.arena, members, 1);
	struct loopback_route routes[] = {
		page_with(&run, "foo-1.0.tar.gz", S("other bytes")),
		{ .path = "/files/foo-1.0.tar.gz",
		  .status = 200,
		  .body = bytes.ptr,
		  .body_len = bytes.len },
	};
	serve(routes, 2);
	begin(&run);
	const struct file_metadata *got = get_metadata(&run, get_project(&run, "foo"), 0);
	assert_int_equal(got->state, METADATA_FAILED);
	assert_int_equal(got->error->kind, ERROR_INTEGRITY);
	finish(&run);
	loopback_stop(&server);
}

static void test_similar_names_nearest_first(void **state)
{
	(void)state;
	static const char *const names[] = { "numpy", "numba", "nump", "scipy" };
	struct slice page = S("{\"files\":[]}"), got[2];
	struct loopback_route routes[4];
	char paths[4][32];
	struct run run = { 0 };
	for (size_t i = 0; i < 4; i++) {
		snprintf(paths[i], sizeof(paths[i]), "/simple/%s/", names[i]);
		routes[i] = (struct loopback_route){ .path = paths[i],
						     .status = 200,
						     .headers = JSON_TYPE,
						     .body = page.ptr };
	}
	serve(routes, 4);
	begin(&run);
	for (size_t i = 0; i < 4; i++)
		get_project(&run, names[i]);
	for (int i = 0; i < 2; i++) {
		get_project(&run, "numpi");
		assert_int_equal(index_similar_names(run.index, S("numpi"), &run.arena,
						     got, 2),
				 2);
		assert_true(slice_eq(got[0], S("nump")));
		assert_true(slice_eq(got[1], S("numpy")));
		assert_int_equal(index_similar_names(run.index, S("pandas"), &run.arena,
						     got, 2),
				 0);
		if (i == 0) { // the next run knows them from the store
			index_close(run.index);
			begin(&run);
		}
	}
	finish(&run);
	loopback_stop(&server);
}

static const char *wheelhouse(struct run *run)
{
	struct error err;
	const struct member members[] = { { "foo-1.0.dist-info/METADATA",
					    S(METADATA_TEXT) } };
	struct slice wheel = make_zip(&run->arena, members, 1);
	const char *path = arena_printf(&run->arena, "%s/wheel house", directory).ptr;
	assert_int_equal(make_directories(path, &err), 0);
	assert_int_equal(file_write(path_join(&run->arena, path,
					      S("foo-1.0-py3-none-any.whl")),
				    wheel, &err),
			 0);
	assert_int_equal(file_write(path_join(&run->arena, path, S("foo-2.0.tar.gz")),
				    S("x"), &err),
			 0);
	assert_int_equal(file_write(path_join(&run->arena, path, S("bar-1.0.tar.gz")),
				    S("x"), &err),
			 0);
	return path;
}

static void test_find_links_directory_alone(void **state)
{
	(void)state;
	struct run run = { .config.offline = true };
	struct slice link = slice_from(wheelhouse(&run));
	run.config.find_links = &link;
	run.config.find_links_len = 1;
	begin(&run);
	const struct project *project = get_project(&run, "foo");
	assert_int_equal(project->state, PROJECT_FOUND);
	assert_int_equal(project->release_len, 2);
	const struct project_file *wheel = project_file_get(project, 0);
	assert_true(slice_starts_with(wheel->url, S("file:///")));
	assert_true(slice_ends_with(wheel->url,
				    S("/wheel%20house/foo-1.0-py3-none-any.whl")));
	assert_true(wheel->has_size && !sha256_is_zero(&wheel->sha256));
	assert_int_equal(wheel->index, 0);
	assert_int_equal(get_metadata(&run, project, 0)->state, METADATA_FOUND);
	assert_int_equal(get_metadata(&run, project, 1)->state, METADATA_UNUSABLE);
	assert_int_equal(get_project(&run, "nothing")->state, PROJECT_ABSENT);
	finish(&run);
}

static void test_find_links_add_to_the_index(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/simple/foo/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = FOO_PAGE },
		{ .path = "/links.html",
		  .status = 200,
		  .headers = "Content-Type: text/html\r\n",
		  .body = "<a href=\"f/foo-3.0-py3-none-any.whl\">x</a><a href=\"f/bar-1.0.tar.gz\">x</a>" },
	};
	struct run run = { .config.index_len = 1 };
	serve(routes, 2);
	run.urls[0] = arena_printf(&run.arena, "%s/simple", server.url);
	struct slice links[] = { slice_from(wheelhouse(&run)),
				 arena_printf(&run.arena, "%s/links.html", server.url) };
	run.config.find_links = links;
	run.config.find_links_len = 2;
	begin(&run);
	const struct project *project = get_project(&run, "foo");
	assert_int_equal(project->release_len, 3);
	const struct project_file *files = project->files;
	// The index's own entry stays
	assert_true(slice_starts_with(files[0].url, S("http://")));
	assert_int_equal(files[0].index, 0);
	assert_int_equal(files[1].index, 1);
	assert_int_equal(files[2].index, 2);
	assert_true(slice_ends_with(files[2].url, S("/f/foo-3.0-py3-none-any.whl")));
	// No index has it
	assert_int_equal(get_project(&run, "bar")->state, PROJECT_FOUND);
	assert_int_equal(loopback_count(&server, "links.html"), 1);
	finish(&run);
	loopback_stop(&server);
}

static void test_find_links_that_cannot_be_read_fail(void **state)
{
	(void)state;
	struct run run = { 0 };
	struct slice links[] = { S("/nonexistent/wheelhouse") };
	run.config.find_links = links;
	run.config.find_links_len = 1;
	begin(&run);
	const struct project *project = get_project(&run, "foo");
	assert_int_equal(project->state, PROJECT_FAILED);
	assert_int_equal(project->error->kind, ERROR_INPUT);
	finish(&run);
}

static void test_index_in_a_directory(void **state)
{
	(void)state;
	struct run run = { .config.index_len = 1, .config.offline = true };
	struct error err;
	const char *page = arena_printf(&run.arena, "%s/simple/foo", directory).ptr;
	assert_int_equal(make_directories(page, &err), 0);
	page = path_join(&run.arena, page, S("index.html"));
	assert_int_equal(file_write(page, S("<a href=\"foo-1.0.tar.gz\">x</a>"), &err),
			 0);
	run.urls[0] = arena_printf(&run.arena, "file://%s/simple/", directory);
	begin(&run);
	const struct project *project = get_project(&run, "foo");
	assert_int_equal(project->state, PROJECT_FOUND);
	assert_true(slice_ends_with(project_file_get(project, 0)->url,
				    S("/simple/foo/foo-1.0.tar.gz")));
	assert_int_equal(get_project(&run, "bar")->state, PROJECT_ABSENT);
	finish(&run);
}

static void test_idx_3_the_store_holds_no_password(void **state)
{
	(void)state;
	struct loopback_route routes[] = {
		{ .path = "/simple/foo/",
		  .status = 200,
		  .headers = JSON_TYPE,
		  .body = FOO_PAGE },
		{ .path = "/files/foo-1.0-py3-none-any.whl.metadata",
		  .status = 200,
		  .body = METADATA_TEXT },
	};
	struct run run = { .config.index_len = 1 };
	struct error err;
	serve(routes, 2);
	run.urls[0] = arena_printf(&run.arena, "http://user:secret@127.0.0.1:%u/simple",
				   server.port);
	begin(&run);
	const struct project *project = get_project(&run, "foo");
	assert_int_equal(project->state, PROJECT_FOUND);
	assert_false(slice_contains(project_file_get(project, 0)->url, S("secret")));
	assert_false(slice_contains(project->index_url, S("secret")));
	assert_int_equal(get_metadata(&run, project, 0)->state, METADATA_FOUND);
	// Page and file of one origin
	assert_int_equal(loopback_count(&server, "Authorization: Basic"), 2);
	index_close(run.index);
	struct slice bytes;
	const char *path = arena_printf(&run.arena, "%s/store/index.mdb", directory).ptr;
	assert_int_equal(file_read(path, 1 << 30, ERROR_IO, &run.arena, &bytes, &err), 0);
	assert_true(slice_contains(bytes, S("foo-1.0-py3-none-any.whl")));
	assert_false(slice_contains(bytes, S("secret")));
	net_close(run.net);
	arena_release(&run.arena);
	loopback_stop(&server);
}

static int make_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof(directory), "/tmp/pinbake-index-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	struct error err;
	return remove_tree(directory, &err);
}

#define WITH_DIRECTORY(test) \
	cmocka_unit_test_setup_teardown(test, make_directory, remove_directory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_DIRECTORY(test_503_4_691_1_what_is_asked),
		WITH_DIRECTORY(test_a_warm_run_asks_nothing),
		WITH_DIRECTORY(test_a_stale_page_is_asked_for_again),
		WITH_DIRECTORY(test_592_3_a_changed_page_replaces_the_old_one),
		WITH_DIRECTORY(test_evidence_holds_until_a_page_changes),
		WITH_DIRECTORY(test_no_evidence_of_what_the_store_does_not_hold),
		WITH_DIRECTORY(test_offline_without_a_record_fails),
		WITH_DIRECTORY(test_the_first_index_that_has_the_name_wins),
		WITH_DIRECTORY(test_forbidden_may_mean_absent),
		WITH_DIRECTORY(test_a_mapped_name_has_one_index),
		WITH_DIRECTORY(test_offline_does_not_pass_over_an_index),
		WITH_DIRECTORY(test_many_are_asked_at_once),
		WITH_DIRECTORY(test_other_requests_on_the_net_are_let_alone),
		WITH_DIRECTORY(test_idx_1_metadata_by_range_and_kept_by_digest),
		WITH_DIRECTORY(test_658_2_what_is_no_metadata_is_not_believed),
		WITH_DIRECTORY(test_643_1_only_static_sdists_are_believed),
		WITH_DIRECTORY(test_a_file_must_be_what_its_name_says),
		WITH_DIRECTORY(test_wrong_hash_is_an_integrity_error_and_not_kept),
		WITH_DIRECTORY(test_similar_names_nearest_first),
		WITH_DIRECTORY(test_find_links_directory_alone),
		WITH_DIRECTORY(test_find_links_add_to_the_index),
		WITH_DIRECTORY(test_find_links_that_cannot_be_read_fail),
		WITH_DIRECTORY(test_index_in_a_directory),
		WITH_DIRECTORY(test_idx_3_the_store_holds_no_password),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
