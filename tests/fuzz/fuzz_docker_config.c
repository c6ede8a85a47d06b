// SPDX-License-Identifier: MIT
// Logins of container engines: a helper's name is no path, a login is a part of the file,
// and what a helper prints is a login or nothing.
#include "oci/docker_config.h"
#include "tests/fuzz/fuzz.h"

static void check_login(const struct registry_login *login, size_t size)
{
	CHECK(login->secret.len <= size && login->user.len <= size);
	CHECK(!login->is_identity_token || login->secret.len > 0);
}

static void check_config(struct arena *arena, struct slice text, struct slice key)
{
	struct docker_config_entry entry;
	struct error err = { 0 };
	if (docker_config_read(text, key, S("team/app"), arena, &entry, &err) < 0) {
		CHECK(err.kind == ERROR_INPUT && err.cause[0]);
		return;
	}
	CHECK(slice_find_byte(entry.helper, '/') == SLICE_NONE);
	CHECK(slice_find_byte(entry.helper, '\0') == SLICE_NONE);
	if (entry.has_login)
		check_login(&entry.login, text.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct slice text = fuzz_text(data, size);
	struct registry_login login;
	check_config(&arena, text, S("host.example"));
	check_config(&arena, text, S("https://index.docker.io/v1/"));
	if (docker_config_read_helper(text, &arena, &login)) {
		CHECK(login.secret.len > 0);
		check_login(&login, size);
	}
	return 0;
}
