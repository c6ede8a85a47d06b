// SPDX-License-Identifier: MIT
// Sends an OCI layout on disk to a registry, as far as the registry lacks it (distribution-spec 1.1, push.1–push.6).
//
//	HEAD manifest ──200──▶ done (with a tag: PUT it)
//	      │404
//	      ▼           ┌─200──▶ there
//	HEAD each blob ───┤
//	                  └─404──▶ POST uploads/ ──202, Location──▶ PUT Location?digest= ──201──▶ there
//	                                                                              all there ──▶ PUT manifest
//
// Blobs go in parallel, as many as the net allows; a 401 at any place is answered once for
// each step, with a new token.
#pragma once

#include "oci/login.h"
#include "oci/reference.h"

struct registry_config {
	struct net *net;
	struct login_finder finder;
	bool plain_http;
	// Is told the bytes of the blobs that are there by now, and of all. May be NULL.
	void (*advance)(void *context, uint64_t done, uint64_t total);
	void *context;
};

struct push_result {
	struct slice manifest_digest; // 64 hex digits
	size_t blobs, sent;         // of the image, and of them those that were not there
	uint64_t bytes, sent_bytes; // the same as bytes
	bool was_there;             // the registry had the manifest
};

// layout: the directory of an OCI layout with one image, as bake writes it. ERROR_INPUT: no
// such layout, or its documents are malformed; ERROR_INTEGRITY: a blob is not what the
// manifest says, or the registry stored something else (push.6); ERROR_SOURCE: the registry
// is away, refuses, or wants a login that nobody knows.
NODISCARD int registry_push(const struct registry_config *config,
			    const struct reference *reference, const char *layout,
			    struct arena *arena, struct push_result *ret_result,
			    struct error *err);
