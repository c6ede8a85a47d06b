// SPDX-License-Identifier: MIT
#include "net/netrc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct arena arena;

static void check(const char *text, const char *host, const char *user,
		  const char *expected)
{
	struct netrc netrc;
	netrc_parse(slice_from(text), &arena, &netrc);
	const struct netrc_entry *entry =
		netrc_find(&netrc, slice_from(host), slice_from(user), false);
	struct slice found =
		entry ? arena_printf(&arena, "%.*s:%.*s", SLICE_ARG(entry->login),
				     SLICE_ARG(entry->password))
		      : S("none");
	if (!slice_eq(found, slice_from(expected)))
		fail_msg("%s of %s in %s: %.*s", user, host, text, SLICE_ARG(found));
}

static void test_entries(void **state)
{
	(void)state;
	check("machine h login me password secret", "h", "", "me:secret");
	check("machine\nh\tlogin me\r\n  password  secret\r\n", "H", "", "me:secret");
	check("machine g login a password b machine h password c login d", "h", "",
	      "d:c");
	check("machine h login me account x password secret", "h", "", "me:secret");
	check("machine h password secret", "h", "anyone", ":secret");
	check("machine h login me", "h", "", "none");
	check("machine h login me password secret", "x.h", "", "none");
	check("machine h.example login me password secret", "h", "", "none");
	check("", "h", "", "none");
}

static void test_users(void **state)
{
	(void)state;
	static const char text[] =
		"machine h login a password 1\nmachine h login b password 2\n";
	check(text, "h", "", "a:1");
	check(text, "h", "b", "b:2");
	check(text, "h", "c", "none");
}

static void test_words(void **state)
{
	(void)state;
	check("machine h login \"my name\" password \"a \\\"b\\\\\"", "h", "",
	      "my name:a \"b\\");
	check("# machine h login x password y\nmachine h login me password #1", "h", "",
	      "me:#1");
	check("machine h login me password a#b # why\n", "h", "", "me:a#b");
	check("macdef m\nmachine h login x password y\n\nmachine h login me password z",
	      "h", "", "me:z");
	check("machine h login me password \"open", "h", "", "me:open");
	check("machine", "", "", "none");
	check("machine \"\" login a password b", "h", "", "none");
	check("login a password b machine h login me password c", "h", "", "me:c");
	check("machine h login me nonsense password c", "h", "", "none");
}

static void test_the_default_is_asked_for(void **state)
{
	(void)state;
	struct netrc netrc;
	netrc_parse(S("default login any password d\nmachine h login me password c"),
		    &arena, &netrc);
	assert_null(netrc_find(&netrc, S("other"), S(""), false));
	assert_true(
		slice_eq(netrc_find(&netrc, S("other"), S(""), true)->password, S("d")));
	assert_true(slice_eq(netrc_find(&netrc, S("h"), S(""), true)->password, S("c")));
	// an empty name of a host is nobody's default
	assert_null(netrc_find(&netrc, S("\n"), S(""), false));
}

static int end(void **state)
{
	(void)state;
	arena_release(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_entries),
		cmocka_unit_test(test_users),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_the_default_is_asked_for),
	};
	return cmocka_run_group_tests(tests, NULL, end);
}
