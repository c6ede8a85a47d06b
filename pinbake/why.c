// SPDX-License-Identifier: MIT
// Why a pin is not newer: the request that locks it is prepared as for locking, and asked about.
#include "lockfile/graph.h"
#include "lockfile/load.h"
#include "pinbake/inputs.h"
#include "pinbake/preparation.h"
#include "pinbake/reach.h"

struct why {
	struct session *session;
	const struct why_request *request;
	struct loaded_lock present;
	struct preparation prepared;
	struct index_request indexes; // with the places that the lock names
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

// As the command that is told would have them: what only the lock names is named like an option.
static void add_places_of_lock(struct why *why, struct lock_places *ret_places)
{
	const struct lock_request *request = &why->request->lock;
	const struct supply_request by_lock = { .indexes = &request->indexes,
						.set = &why->prepared.set,
						.lock = &why->present.lock,
						.lock_path = why->present.path };
	supply_places_of_lock(why->session, &by_lock, ret_places);
	why->indexes = supply_with_places(why->session, &request->indexes, ret_places);
}

static int prepare(struct why *why, struct lock_places *ret_places, struct error *err)
{
	struct preparation *prepared = &why->prepared;
	*prepared = (struct preparation){ .session = why->session,
					  .request = &why->request->lock,
					  .lock_path = why->present.path,
					  .kept = &why->present.lock,
					  .present = &why->present.lock };
	if (reach_begin(why->session, &prepared->request->indexes, err) < 0 ||
	    inputs_read(why->session, &prepared->request->inputs, &prepared->set, err) <
		    0 ||
	    preparation_policy(prepared, err) < 0 ||
	    preparation_cutoff(prepared, err) < 0)
		return -1;
	// What such a release holds back is the answer.
	prepared->solve.policy.unbuilt = UNBUILT_LEFT_OUT;
	add_places_of_lock(why, ret_places);
	return preparation_torch(prepared, err) < 0
		       ? -1
		       : preparation_supply(prepared, &why->indexes, err);
}

static int ask(struct why *why, struct held_back *ret_answer, struct error *err)
{
	struct preparation *prepared = &why->prepared;
	const struct held_back_request request = {
		.solve = &prepared->solve,
		.asked = why->request->asked.len ? &why->request->asked : NULL,
		.cutoff = &prepared->cutoff,
		.lock = &why->present.lock,
		.lock_path = why->present.path,
		.name = why->request->name,
		.offline = why->session->config.offline,
	};
	if (preparation_open(prepared, err) < 0)
		return -1;
	return explain_held_back(&prepared->driver, &request, ret_answer, err);
}

int pinbake_why_not_newer(struct session *session, const struct why_request *request,
			  struct arena *arena, struct why_outcome *ret_outcome,
			  struct diagnostics *diagnostics, struct error *err)
{
	struct why why = { .session = session, .request = request };
	struct why_outcome outcome;
	session->arena = arena;
	session->diagnostics = diagnostics;
	session->source_include = request->lock.builds.source_include;
	if (lock_load(request->lock.path, arena, &why.present, diagnostics, err) < 0 ||
	    check_name(&why, err) < 0 || prepare(&why, &outcome.places, err) < 0)
		return -1;
	int status = ask(&why, &outcome.held_back, err);
	preparation_release(&why.prepared);
	if (status == 0)
		*ret_outcome = outcome;
	return status;
}
