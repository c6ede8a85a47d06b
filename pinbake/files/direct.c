// SPDX-License-Identifier: MIT
// The host of drivers: takes what a requirement names, and asks backends.
#include "pinbake/files/direct.h"

#include "pinbake/builds/metadata.h"
#include "pinbake/relock.h"

static int take_direct(void *context, const struct direct_request *request,
		       struct direct_file *ret_file, struct error *err)
{
	const struct direct_host *host = context;
	bool is_tree = direct_is_tree(host->session->arena, request->location);
	if (request->editable && !is_tree) {
		error_set(err, ERROR_INPUT, "'%.*s' is no folder of a source tree",
			  SLICE_ARG(request->location));
		return error_hint(err, "-e takes a folder; leave it out for a file");
	}
	return is_tree ? direct_take_tree(host, request, ret_file, err)
		       : direct_take_archive(host->session, request, ret_file, err);
}

static int ask_backend(void *context, const struct metadata_question *question,
		       const struct file_metadata **ret_metadata, struct error *err)
{
	const struct direct_host *host = context;
	if (host->relock &&
	    relock_check_file(host->relock, question->name, question->file, err) < 0)
		return -1;
	return metadata_builds_ask(host->builds, question, ret_metadata, err);
}

int direct_host_open(struct direct_host *host, struct supply *supply,
		     struct driver *ret_driver, struct error *err)
{
	struct session *session = host->session;
	struct index *index;
	if (supply_index(session, supply, &index, err) < 0)
		return -1;
	*ret_driver = (struct driver){
		.arena = session->arena,
		.index = index,
		.work = &session->config.work,
		.diagnostics = session->diagnostics,
		.addresses = supply_address_rules(supply),
		.host = { .take_direct = take_direct,
			  .ask_backend = host->builds ? ask_backend : NULL,
			  .context = host },
	};
	host->driver = ret_driver;
	driver_init(ret_driver);
	return 0;
}
