// SPDX-License-Identifier: MIT
// --build-in: the container engine of this machine, and an image's Python.
#pragma once

#include "builder/sdist/sdist.h"
#include "pinbake/session.h"

// image: as named; engine: "docker", "podman" or a path, NULL for the first there is on
// PATH. Finds the image, fetching it unless --offline. ret_container->image is its id.
// ERROR_INPUT: no engine; ERROR_SOURCE: no image.
NODISCARD int build_engine_open(struct session *session, const char *image,
				const char *engine, struct container *ret_container,
				struct error *err);

// The target's Python in there. ERROR_INPUT: there is none, or it is another machine's.
NODISCARD int build_engine_python(struct session *session, const struct target *target,
				  const struct container *container,
				  struct sdist_python *ret_python, struct error *err);
