// SPDX-License-Identifier: MIT
#include "net/url.h"

#include "net/transfer.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct arena arena;

static void check(struct slice got, const char *expected)
{
	assert_string_equal(arena_c_string(&arena, got), expected);
}

static void test_parts_of_a_url(void **state)
{
	(void)state;
	struct url url;
	url_parse(S("https://u:p@host:8443/a/b?q=1#frag"), &url);
	check(url.scheme, "https");
	check(url.userinfo, "u:p");
	check(url.host_port, "host:8443");
	check(url.path, "/a/b");
	check(url.query, "q=1");
	check(url.fragment, "frag");
	url_parse(S("../x"), &url);
	assert_int_equal(url.scheme.len, 0);
	assert_false(url.has_authority);
	check(url.path, "../x");
	url_parse(S("//host"), &url);
	check(url.host_port, "host");
	assert_int_equal(url.path.len, 0);
}

static void test_rfc_3986_examples_resolve(void **state)
{
	(void)state;
	static const char *const cases[][2] = {
		{ "g:h", "g:h" },
		{ "g", "http://a/b/c/g" },
		{ "./g", "http://a/b/c/g" },
		{ "g/", "http://a/b/c/g/" },
		{ "/g", "http://a/g" },
		{ "//g", "http://g" },
		{ "?y", "http://a/b/c/d;p?y" },
		{ "g?y", "http://a/b/c/g?y" },
		{ "#s", "http://a/b/c/d;p?q#s" },
		{ "g#s", "http://a/b/c/g#s" },
		{ "g?y#s", "http://a/b/c/g?y#s" },
		{ ";x", "http://a/b/c/;x" },
		{ "", "http://a/b/c/d;p?q" },
		{ ".", "http://a/b/c/" },
		{ "./", "http://a/b/c/" },
		{ "..", "http://a/b/" },
		{ "../", "http://a/b/" },
		{ "../g", "http://a/b/g" },
		{ "../..", "http://a/" },
		{ "../../g", "http://a/g" },
		{ "../../../g", "http://a/g" },
		{ "/./g", "http://a/g" },
		{ "/../g", "http://a/g" },
		{ "g.", "http://a/b/c/g." },
		{ "..g", "http://a/b/c/..g" },
		{ "./../g", "http://a/b/g" },
		{ "./g/.", "http://a/b/c/g/" },
		{ "g/./h", "http://a/b/c/g/h" },
		{ "g/../h", "http://a/b/c/h" },
		{ "g;x=1/../y", "http://a/b/c/y" },
		{ "g?y/../x", "http://a/b/c/g?y/../x" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		check(url_resolve(&arena, S("http://a/b/c/d;p?q"),
				  slice_from(cases[i][0])),
		      cases[i][1]);
}

static void test_691_2_relative_files_of_index_pages(void **state)
{
	(void)state;
	struct slice page = S("https://index.example/root/simple/numpy/");
	check(url_resolve(&arena, page, S("../../packages/a/n-1.whl#sha256=00")),
	      "https://index.example/root/packages/a/n-1.whl#sha256=00");
	check(url_resolve(&arena, S("https://h"), S("a")), "https://h/a");
	check(url_resolve(&arena, S("file:///w/simple/n/"), S("n-1.whl")),
	      "file:///w/simple/n/n-1.whl");
}

static void test_idx_3_redaction(void **state)
{
	(void)state;
	check(url_redact(&arena, S("https://user:secret@host/x?y#z")),
	      "https://host/x?y#z");
	check(url_redact(&arena, S("https://user@host")), "https://host");
	check(url_redact(&arena, S("https://a@b:c@host/")), "https://host/");
	check(url_redact(&arena, S("https://host/a@b")), "https://host/a@b");
	check(url_redact(&arena, S("not a url@x")), "not a url@x");
	check(url_redact(&arena, S("https://user:pa#ss@host/x")),
	      "https://user:pa#ss@host/x");
}

static void test_751_7_file_names(void **state)
{
	(void)state;
	check(url_file_name(
		      &arena,
		      S("https://h/a/torch-2.0%2Bcpu-py3-none-any.whl?x=/y#sha256=1/2")),
	      "torch-2.0+cpu-py3-none-any.whl");
	check(url_file_name(&arena, S("n-1.tar.gz")), "n-1.tar.gz");
	check(url_file_name(&arena, S("https://h/a/")), "");
	check(url_file_name(&arena, S("https://h/%zz%4")), "%zz%4");
}

static void test_origins(void **state)
{
	(void)state;
	assert_true(url_same_origin(S("https://H/x"), S("HTTPS://u:p@h:443/y")));
	assert_true(url_same_origin(S("http://h:80"), S("http://h")));
	assert_false(url_same_origin(S("http://h"), S("https://h")));
	assert_false(url_same_origin(S("https://h"), S("https://h:8443")));
	assert_false(url_same_origin(S("https://h"), S("https://h.evil")));
	assert_false(url_same_origin(S("/x"), S("/x")));
	check(url_with_userinfo(&arena, S("https://h/x"), S("u:p")), "https://u:p@h/x");
	check(url_with_userinfo(&arena, S("https://a@h/x"), S("u")), "https://u@h/x");
}

static void test_paths_and_file_urls(void **state)
{
	(void)state;
	const char *path;
	check(url_from_path(&arena, "/a b/c%d/\xc3\xa9+x.whl"),
	      "file:///a%20b/c%25d/%C3%A9+x.whl");
	assert_true(url_file_path(&arena, S("file:///a%20b/c%25d#x"), &path));
	assert_string_equal(path, "/a b/c%d");
	assert_true(url_file_path(&arena, S("FILE://localhost/x"), &path));
	assert_false(url_file_path(&arena, S("file://host/x"), &path));
	assert_false(url_file_path(&arena, S("file:///x%00y"), &path));
	assert_false(url_file_path(&arena, S("https://h/x"), &path));
	assert_false(url_file_path(&arena, S("/x"), &path));
}

static void test_unsafe_bytes_are_escaped(void **state)
{
	(void)state;
	check(url_escape_unsafe(&arena, S("https://h/a b\t\xc3\xa9\x7f%20?x#y")),
	      "https://h/a%20b%09%C3%A9%7F%20?x#y");
}

static int release(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

static void test_hosts_that_all_read_alike(void **state)
{
	(void)state;
	static const struct {
		const char *url, *host; // NULL: none
		unsigned port;
	} cases[] = {
		{ "https://h.example/x", "h.example", 443 },
		{ "HTTP://u:p@h_1-a:08080?q", "h_1-a", 8080 },
		{ "https://a@b@h/", "h", 443 },
		{ "https://h:/x", "h", 443 },
		{ "http://[2001:db8::1]:80/", "[2001:db8::1]", 80 },
		{ "https://h", "h", 443 },
		{ "https://h.example./", "h.example.", 443 },
		{ "https://h:0/", NULL, 0 },
		{ "https://h:65536/", NULL, 0 },
		{ "https://h:4 3/", NULL, 0 },
		{ "https://h:443:443/", NULL, 0 },
		{ "https://good%2eexample/", NULL, 0 },
		{ "https://good.example\\.evil/", NULL, 0 },
		{ "https://b\xc3\xbc.example/", NULL, 0 },
		{ "https://-o/", NULL, 0 },
		{ "https://.example/", NULL, 0 },
		{ "https://[fe80::1%25eth0]/", NULL, 0 },
		{ "https://[::1]x/", NULL, 0 },
		{ "https://[::1/", NULL, 0 },
		{ "https://[]/", NULL, 0 },
		{ "https:///x", NULL, 0 },
		{ "https:h/x", NULL, 0 },
		{ "//h/x", NULL, 0 },
		{ "ftp://h/x", NULL, 0 },
		{ "file://h/x", NULL, 0 },
		{ "https://h ost/", NULL, 0 },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct slice host = S("");
		unsigned port = 0;
		bool found = url_host(slice_from(cases[i].url), &host, &port);
		if (found != (cases[i].host != NULL) || port != cases[i].port ||
		    !slice_eq(host, slice_from(cases[i].host)))
			fail_msg("%s: %d %.*s %u", cases[i].url, found, SLICE_ARG(host),
				 port);
	}
}

static void test_what_nobody_on_the_way_reads(void **state)
{
	(void)state;
	static const char *const private[] = {
		"https://h/",          "HTTPS://h:80/",         "http://localhost/",
		"http://LOCALHOST:8/", "http://127.0.0.1:80/",  "http://127.255.3.4/",
		"http://[::1]:8080/",  "http://u:p@127.0.0.1/",
	};
	static const char *const open[] = {
		"http://h/",
		"http://localhost.example/",
		"http://127.0.0.1.example/",
		"http://127.1/",
		"http://127.0.0.01/",
		"http://127.0.0.256/",
		"http://127.0.0.1./",
		"http://127.0.0/",
		"http://127.0.0.1.1/",
		"http://0127.0.0.1/",
		"http://2130706433/",
		"http://0x7f.0.0.1/",
		"http://0.0.0.0/",
		"http://128.0.0.1/",
		"http://[::2]/",
		"http://[0:0:0:0:0:0:0:1]/",
		"http://[::ffff:127.0.0.1]/",
		"http://127.0.0.1@h/",
		"http://localhost\\@h/",
		"https://b%61d/",
		"file:///x",
		"",
	};
	for (size_t i = 0; i < sizeof(private) / sizeof(*private); i++)
		if (!url_is_private(slice_from(private[i])))
			fail_msg("%s", private[i]);
	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
		if (url_is_private(slice_from(open[i])))
			fail_msg("%s", open[i]);
}

static void test_words_for_hosts(void **state)
{
	(void)state;
	const struct slice words[] = {
		S("h.example"), S("p:8080"), S("https://s.example/x"),
		S("[::1]:80"),  S("*"),      S("")
	};
	static const struct {
		const char *url;
		bool is_on;
	} cases[] = {
		{ "http://H.example:81/", true },     { "http://x.h.example/", false },
		{ "http://p:8080/", true },           { "http://p/", false },
		{ "https://u@s.example/", true },     { "http://[::1]/", true },
		{ "https://[::1]/", false },          { "http://other/", false },
		{ "http://h.example@other/", false },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (url_is_on(slice_from(cases[i].url), words,
			      sizeof(words) / sizeof(*words)) != cases[i].is_on)
			fail_msg("%s", cases[i].url);
}

static void test_logins(void **state)
{
	(void)state;
	static const char *const cases[][4] = {
		{ "https://h/x", "me", "p@ss:w", "https://me:p%40ss%3Aw@h/x" },
		{ "https://h/x", "", "token", "https://:token@h/x" },
		{ "https://h/x", "me", "", "https://me@h/x" },
		{ "https://h/x", "", "", "https://h/x" },
		{ "https://me@h/x", "", "pw", "https://me:pw@h/x" },
		{ "https://me@h/x", "me", "pw", "https://me:pw@h/x" },
		{ "https://you@h/x", "me", "pw", "https://you@h/x" },
		{ "https://me:own@h/x", "me", "pw", "https://me:own@h/x" },
		{ "links", "me", "pw", "links" },
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		assert_true(slice_eq(url_with_login(&arena, slice_from(cases[i][0]),
						    slice_from(cases[i][1]),
						    slice_from(cases[i][2])),
				     slice_from(cases[i][3])));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_hosts_that_all_read_alike),
		cmocka_unit_test(test_what_nobody_on_the_way_reads),
		cmocka_unit_test(test_words_for_hosts),
		cmocka_unit_test(test_logins),
		cmocka_unit_test(test_parts_of_a_url),
		cmocka_unit_test(test_rfc_3986_examples_resolve),
		cmocka_unit_test(test_691_2_relative_files_of_index_pages),
		cmocka_unit_test(test_idx_3_redaction),
		cmocka_unit_test(test_751_7_file_names),
		cmocka_unit_test(test_origins),
		cmocka_unit_test(test_paths_and_file_urls),
		cmocka_unit_test(test_unsafe_bytes_are_escaped),
	};
	return cmocka_run_group_tests(tests, NULL, release);
}
