// SPDX-License-Identifier: MIT
// The files of a request as one set of requirements, every entry with its place.
#pragma once

#include "pinbake/session.h"

// Reads requirements files, pyproject.toml (that of the current folder where nothing is named), scripts, constraints,
// overrides and excludes; files at URLs by the session's net. The set lives in the session's arena. ERROR_INPUT or
// ERROR_SOURCE with all problems as diagnostics, but for a single one, which is the error itself; ERROR_USAGE.
NODISCARD int inputs_read(struct session *session, const struct lock_inputs *asked,
			  struct requirement_set *set, struct error *err);

// Does each target fit the requires-python of the projects and scripts? ERROR_NO with its place.
NODISCARD int inputs_check_python(const struct requirement_set *set,
				  const struct target_list *targets, struct error *err);
