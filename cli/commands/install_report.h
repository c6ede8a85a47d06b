// SPDX-License-Identifier: MIT
// What `install` and `install --check` say of an environment, for people and as JSON.
#pragma once

#include "builder/install/install.h"
#include "cli/cli.h"

void report_install(struct cli *cli, const char *prefix,
		    const struct install_result *installed, uint64_t took_ms,
		    json_t *result);

// Lists at most 20 differences and their number. ERROR_NO: there are some.
NODISCARD int report_install_check(struct cli *cli,
				   const struct pinbake_install_request *request,
				   const struct install_check_result *checked,
				   json_t *result, struct error *err);
