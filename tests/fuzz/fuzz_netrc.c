// SPDX-License-Identifier: MIT
// Any text as a .netrc: a host gets the password of its own entry, or of the default where
// that was asked for, and what is written down reads back.
#include "net/netrc.h"
#include "tests/fuzz/fuzz.h"

static void check_found(const struct netrc *netrc, struct slice host)
{
	const struct netrc_entry *own = netrc_find(netrc, host, S(""), false);
	const struct netrc_entry *any = netrc_find(netrc, host, S(""), true);
	const struct netrc_entry *mine = netrc_find(netrc, host, S("me"), false);
	CHECK(!own || slice_eq_ignore_case(own->machine, host));
	CHECK(!any || any == own || (!own && any->machine.len == 0));
	CHECK(!mine || (slice_eq_ignore_case(mine->machine, host) &&
			(mine->login.len == 0 || slice_eq(mine->login, S("me")))));
	CHECK(!own || own->password.len > 0);
}

static void put_word(struct buf *out, const char *key, struct slice value)
{
	buf_printf(out, " %s \"", key);
	for (size_t i = 0; i < value.len; i++) {
		if (value.ptr[i] == '"' || value.ptr[i] == '\\')
			buf_byte(out, '\\');
		buf_byte(out, value.ptr[i]);
	}
	buf_byte(out, '"');
}

static void check_again(struct arena *arena, const struct netrc *netrc)
{
	struct buf text = { .arena = arena };
	struct netrc again;
	for (size_t i = 0; i < netrc->len; i++) {
		const struct netrc_entry *entry = &netrc->items[i];
		if (entry->machine.len > 0)
			put_word(&text, "machine", entry->machine);
		else
			buf_append(&text, S(" default"));
		put_word(&text, "login", entry->login);
		put_word(&text, "password", entry->password);
		buf_byte(&text, '\n');
	}
	netrc_parse(buf_slice(&text), arena, &again);
	CHECK(again.len == netrc->len);
	for (size_t i = 0; i < again.len; i++)
		CHECK(slice_eq(again.items[i].machine, netrc->items[i].machine) &&
		      slice_eq(again.items[i].login, netrc->items[i].login) &&
		      slice_eq(again.items[i].password, netrc->items[i].password));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct netrc netrc;
	netrc_parse(fuzz_text(data, size), &arena, &netrc);
	check_found(&netrc, S("good.example"));
	check_found(&netrc, S("default"));
	for (size_t i = 0; i < netrc.len && i < 8; i++)
		if (netrc.items[i].machine.len > 0)
			check_found(&netrc, netrc.items[i].machine);
	check_again(&arena, &netrc);
	return 0;
}
