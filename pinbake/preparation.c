// SPDX-License-Identifier: MIT
// Makes a request ready, one step after the other.
#include "pinbake/preparation.h"

#include "net/url.h"
#include "pinbake/policy.h"

int preparation_policy(struct preparation *preparation, struct error *err)
{
	const struct lock_request *request = preparation->request;
	struct resolve_request *solve = &preparation->solve;
	*solve = (struct resolve_request){ .requirements = &preparation->set,
					   .targets = request->targets };
	solve->policy.torch = &preparation->torch;
	return policy_read(preparation->session->arena, &request->releases,
			   &preparation->set, &solve->policy, err);
}

int preparation_supply(struct preparation *preparation,
		       const struct index_request *indexes, struct error *err)
{
	const struct supply_request asked = { .indexes = indexes,
					      .set = &preparation->set };
	struct supply *supply = &preparation->supply;
	if (supply_choose(preparation->session, &asked, supply, err) < 0)
		return -1;
	supply->binary = preparation->solve.policy.binary;
	supply->binary_len = preparation->solve.policy.binary_len;
	return 0;
}

int preparation_cutoff(struct preparation *preparation, struct error *err)
{
	struct session *session = preparation->session;
	const struct cutoff_request *asked = &preparation->request->cutoff;
	const struct lock *kept = preparation->kept;
	struct cutoff *cutoff = &preparation->cutoff;
	uint64_t now = session->config.now;
	if (cutoff_read(session->arena, asked->when, now, cutoff, err) < 0)
		return -1;
	if (kept)
		cutoff_keep(cutoff, kept);
	return cutoff_read_packages(session->arena, &asked->packages, now, kept, cutoff,
				    err);
}

int preparation_torch(struct preparation *preparation, struct error *err)
{
	struct session *session = preparation->session;
	const struct lock_request *request = preparation->request;
	const struct torch_question question = {
		.backend = request->indexes.torch_backend,
		.base = request->indexes.torch_base,
		.present = preparation->present,
		.targets = &request->targets,
	};
	return torch_choose(&question, session->arena, &preparation->torch,
			    session->diagnostics, err);
}

// What a backend says is asked for where the request allows it.
static void allow_builds(struct preparation *preparation)
{
	const struct build_request *builds = &preparation->request->builds;
	if (!builds->allowed)
		return;
	metadata_builds_init(&preparation->builds, preparation->session,
			     &preparation->supply, builds, &preparation->solve.policy);
	preparation->builds.lock_path = preparation->lock_path;
	preparation->host.builds = &preparation->builds;
}

int preparation_open(struct preparation *preparation, struct error *err)
{
	struct session *session = preparation->session;
	struct driver *driver = &preparation->driver;
	supply_add_torch(session, &preparation->supply, &preparation->torch);
	preparation->host = (struct direct_host){ .session = session,
						  .present = preparation->kept,
						  .released = preparation->released,
						  .relock = preparation->relock };
	allow_builds(preparation);
	if (direct_host_open(&preparation->host, &preparation->supply, driver, err) < 0)
		return -1;
	driver->usual_index =
		url_redact(session->arena, preparation->request->indexes.usual.url);
	if (cutoff_apply(&preparation->cutoff, driver, &preparation->solve, err) < 0)
		return -1;
	return driver_take_direct(driver, &preparation->set, &preparation->solve.targets,
				  err);
}

void preparation_release(struct preparation *preparation)
{
	supply_release(&preparation->supply);
}
