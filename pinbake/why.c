// SPDX-License-Identifier: MIT
// Why a pin is not newer: the request that locks it is prepared as for locking, and asked about.
#include "pinbake/builds/metadata.h"
#include "pinbake/files/direct.h"
#include "pinbake/inputs.h"
#include "pinbake/policy.h"
#include "pinbake/supply.h"

#include "lockfile/graph.h"
#include "lockfile/load.h"
#include "net/url.h"

struct why {
	struct session *session;
	const struct why_request *request;
	struct loaded_lock present;
	struct requirement_set set;
	struct torch_choice torch;
	struct cutoff cutoff;
	struct resolve_request solve;
	struct index_request indexes; // with the places that the lock names
	struct supply supply;
	struct driver driver;
	struct direct_host host;
	struct metadata_builds builds;
};

// A name that the lock does not have is told before any requirement is read.
static int check_name(const struct why *why, struct error *err)
{
	struct lock_graph graph;
	uint32_t first;
	size_t len;
	lock_graph_init(&graph, why->session->arena, &why->present.lock);
	return lock_graph_get(&graph, why->present.path, why->request->name, &first, &len,
			      err);
}

static int read_asked(struct why *why, struct error *err)
{
	struct session *session = why->session;
	const struct lock_request *request = &why->request->lock;
	const struct lock *lock = &why->present.lock;
	uint64_t now = session->config.now;
	if (inputs_read(session, &request->inputs, &why->set, err) < 0)
		return -1;
	why->solve = (struct resolve_request){ .requirements = &why->set,
					       .targets = request->targets };
	if (policy_read(session->arena, &request->releases, &why->set, &why->solve.policy,
			err) < 0)
		return -1;
	why->solve.policy.torch = &why->torch;
	if (cutoff_read(session->arena, request->cutoff.when, now, &why->cutoff, err) < 0)
		return -1;
	cutoff_keep(&why->cutoff, lock);
	return cutoff_read_packages(session->arena, &request->cutoff.packages, now, lock,
				    &why->cutoff, err);
}

// As the command that is told would have them: what only the lock names is named like an option.
static int choose_supply(struct why *why, struct lock_places *ret_places,
			 struct error *err)
{
	struct session *session = why->session;
	const struct lock_request *request = &why->request->lock;
	const struct supply_request by_lock = { .indexes = &request->indexes,
						.set = &why->set,
						.lock = &why->present.lock,
						.lock_path = why->present.path };
	supply_places_of_lock(session, &by_lock, ret_places);
	why->indexes = supply_with_places(session, &request->indexes, ret_places);
	const struct torch_question torch = { .backend = request->indexes.torch_backend,
					      .base = request->indexes.torch_base,
					      .present = &why->present.lock,
					      .targets = &request->targets };
	const struct supply_request asked = { .indexes = &why->indexes,
					      .set = &why->set };
	if (torch_choose(&torch, session->arena, &why->torch, session->diagnostics, err) <
		    0 ||
	    supply_choose(session, &asked, &why->supply, err) < 0)
		return -1;
	why->supply.binary = why->solve.policy.binary;
	why->supply.binary_len = why->solve.policy.binary_len;
	supply_add_torch(session, &why->supply, &why->torch);
	return 0;
}

// What a backend says is asked for where locking would ask.
static void open_driver(struct why *why, struct index *index)
{
	struct session *session = why->session;
	const struct lock_request *request = &why->request->lock;
	why->driver =
		(struct driver){ .arena = session->arena,
				 .index = index,
				 .work = &session->config.work,
				 .diagnostics = session->diagnostics,
				 .usual_index = url_redact(session->arena,
							   request->indexes.usual.url) };
	driver_init(&why->driver);
	why->host = (struct direct_host){ .session = session,
					  .driver = &why->driver,
					  .present = &why->present.lock };
	if (request->builds.allowed) {
		metadata_builds_init(&why->builds, session, &why->supply,
				     &request->builds, &why->solve.policy);
		why->builds.lock_path = why->present.path;
		why->host.builds = &why->builds;
	}
	direct_host_put(&why->host, &why->driver);
}

static int ask(struct why *why, struct held_back *ret_answer, struct error *err)
{
	struct index *index;
	const struct held_back_request request = {
		.solve = &why->solve,
		.asked = why->request->asked.len ? &why->request->asked : NULL,
		.cutoff = &why->cutoff,
		.lock = &why->present.lock,
		.lock_path = why->present.path,
		.name = why->request->name,
		.offline = why->session->config.offline,
	};
	if (supply_index(why->session, &why->supply, &index, err) < 0)
		return -1;
	open_driver(why, index);
	if (cutoff_apply(&why->cutoff, &why->driver, &why->solve, err) < 0 ||
	    driver_take_direct(&why->driver, &why->set, &why->solve.targets, err) < 0)
		return -1;
	return explain_held_back(&why->driver, &request, ret_answer, err);
}

int pinbake_why_not_newer(struct session *session, const struct why_request *request,
			  struct arena *arena, struct why_outcome *ret_outcome,
			  struct diagnostics *diagnostics, struct error *err)
{
	struct why why = { .session = session, .request = request };
	struct why_outcome outcome;
	session->arena = arena;
	session->diagnostics = diagnostics;
	if (lock_load(request->lock.path, arena, &why.present, diagnostics, err) < 0 ||
	    check_name(&why, err) < 0 || read_asked(&why, err) < 0 ||
	    choose_supply(&why, &outcome.places, err) < 0)
		return -1;
	int status = ask(&why, &outcome.held_back, err);
	supply_release(&why.supply);
	if (status == 0)
		*ret_outcome = outcome;
	return status;
}
