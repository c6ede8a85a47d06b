// SPDX-License-Identifier: MIT
// Interpreters of this machine: on PATH, and those that pyenv keeps.
#pragma once

#include "cli/cli.h"

// pythonX.Y on PATH, as written there: an environment keeps the name, not what a link
// behind it says today. Shims are passed over. ERROR_INPUT with a hint: `option`.
NODISCARD int find_interpreter(struct cli *cli, const struct target *target,
			       const char *option, struct slice *ret_path,
			       struct error *err);

// The same, and where PATH has none the newest X.Y below $PYENV_ROOT or ~/.pyenv.
NODISCARD int find_interpreter_to_build(struct cli *cli, const struct target *target,
					const char *option, struct slice *ret_path,
					struct error *err);
