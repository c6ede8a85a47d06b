// SPDX-License-Identifier: MIT
// What `install` and `install --check` say of an environment, for people and as JSON.
#pragma once

#include "builder/install/install.h"
#include "cli/cli.h"

void report_install(struct cli *cli, const struct install_request *request,
		    const struct install_result *installed, uint64_t took_ms,
		    json_t *result);

// Compares, and lists at most 20 differences and their number. ERROR_NO: there are some.
NODISCARD int run_install_check(struct cli *cli, struct store *store,
				const struct opened_lock *opened,
				const struct install_request *request, json_t *result,
				struct error *err);
