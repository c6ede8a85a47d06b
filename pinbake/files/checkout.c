// SPDX-License-Identifier: MIT
// Takes commits and folders into the store, and reads what they say of themselves.
#include "pinbake/files/direct.h"

#include "base/program.h"
#include "pinbake/files/trees.h"
#include "base/text.h"
#include "net/url.h"
#include "packaging/name.h"
#include "resolver/index/static_project.h"

struct taking {
	const struct direct_host *host;
	struct session *session;
	const struct direct_request *request;
	struct arena *arena;
	struct store *store;
	struct checkout checkout;
	struct direct_file *file;
	struct slice shown; // the tree, for people
};

bool direct_is_tree(struct arena *arena, struct slice location)
{
	return is_vcs_address(location) ||
	       path_is_directory(arena_c_string(arena, url_without_fragment(location)));
}

// --- git -------------------------------------------------------------------------------

// The commit that the lock has of the same address and revision, unless it shall move (751.13).
static struct slice locked_commit(const struct taking *taking,
				  const struct git_address *address)
{
	const struct lock *lock = taking->host->present;
	for (size_t i = 0; lock && i < lock->len; i++) {
		const struct lock_package *package = &lock->packages[i];
		const struct lock_vcs *vcs = &package->vcs;
		if (package->has_vcs && slice_eq(vcs->type, S("git")) &&
		    slice_eq(vcs->url, address->url) &&
		    slice_eq(vcs->requested_revision, address->revision) &&
		    slice_eq(vcs->subdirectory, address->subdirectory) &&
		    !names_have(taking->host->released, package->name))
			return vcs->commit_id;
	}
	return S("");
}

static int take_commit(struct taking *taking, struct error *err)
{
	struct session *session = taking->session;
	struct git git = session_git(session);
	struct git_address address;
	if (git_address_parse(taking->arena, taking->request->location, &address, err) <
	    0)
		return -1;
	git.store = taking->store;
	git.https_alone = taking->request->beside == NULL;
	work_status(&session->config.work, "fetching %.*s", SLICE_ARG(address.url));
	struct slice commit = locked_commit(taking, &address);
	if ((commit.len == 0 &&
	     git_find_commit(&git, &address, taking->arena, &commit, err) < 0) ||
	    git_take_checkout(&git, &address, commit, &taking->checkout, err) < 0)
		return -1;
	taking->shown = address.url;
	taking->file->kind = DIRECT_VCS;
	taking->file->url = address.url;
	taking->file->subdirectory = address.subdirectory;
	taking->file->vcs = (struct lock_vcs){
		.type = S("git"),
		.url = address.url,
		.path = S(""),
		.requested_revision = address.revision,
		.commit_id = commit,
		.subdirectory = address.subdirectory,
	};
	return 0;
}

// --- folders ---------------------------------------------------------------------------

// A folder that belongs to what is being locked speaks as its requirements files do; one from elsewhere speaks as any
// package, unless it is one's own to edit.
static bool is_own_folder(const struct taking *taking, struct slice real)
{
	const struct direct_request *request = taking->request;
	return request->beside &&
	       (request->editable ||
		folder_is_of_project(taking->arena, real, request->beside));
}

static int take_folder(struct taking *taking, struct error *err)
{
	const char *given =
		arena_c_string(taking->arena,
			       url_without_fragment(taking->request->location));
	struct slice real = path_real(taking->arena, given);
	struct slice below = url_fragment(taking->request->location, S("subdirectory"));
	if (lock_path_escapes(below))
		return error_set(err, ERROR_INPUT,
				 "'subdirectory' must lie inside the source tree");
	taking->shown = slice_from(given);
	taking->file->kind = DIRECT_DIRECTORY;
	taking->file->path = real.ptr;
	taking->file->is_own = is_own_folder(taking, real);
	taking->file->url = S("");
	taking->file->subdirectory = below;
	const struct named_folder folder = { real.ptr, given, below };
	return folder_take(taking->session, &folder, &taking->checkout, err);
}

// --- what it says of itself ------------------------------------------------------------

static int read_text(const struct taking *taking, struct slice archive, const char *name,
		     struct slice *ret_text, struct error *err)
{
	struct slice below = taking->file->subdirectory;
	struct slice path = arena_printf(taking->arena, "%.*s%s%s", SLICE_ARG(below),
					 below.len ? "/" : "", name);
	return index_sdist_text(archive, path, taking->arena, ret_text, err);
}

// An unpacked source distribution: its PKG-INFO, where that is final (643.1).
static bool read_pkg_info(const struct taking *taking, struct slice text)
{
	struct metadata metadata;
	struct error ignored;
	return text.len &&
	       metadata_parse(taking->arena, text, &metadata, &ignored) == 0 &&
	       metadata_is_static(&metadata);
}

// "" with *ret_why where the tree leaves something to its build.
static int read_static(struct taking *taking, struct slice *ret_headers,
		       struct slice *ret_why, struct error *err)
{
	AUTO(file_map_close) struct file_map map = { 0 };
	static const struct static_known unknown = { { "", 0 }, { "", 0 } };
	const char *path =
		store_file_path(taking->store, &taking->checkout.sha256, taking->arena);
	struct slice pyproject, pkg_info, setup_cfg, setup_py, why;
	if (store_check_file(taking->store, &taking->checkout.sha256, err) < 0 ||
	    file_map_open(path, ERROR_IO, &map, err) < 0 ||
	    read_text(taking, map.bytes, "pyproject.toml", &pyproject, err) < 0 ||
	    read_text(taking, map.bytes, "PKG-INFO", &pkg_info, err) < 0 ||
	    read_text(taking, map.bytes, "setup.cfg", &setup_cfg, err) < 0 ||
	    read_text(taking, map.bytes, "setup.py", &setup_py, err) < 0)
		return -1;
	*ret_headers = S("");
	if (!pyproject.len && !setup_py.len && !setup_cfg.len)
		return error_set(err, ERROR_INPUT,
				 "'%.*s' has neither pyproject.toml nor setup.py%s%.*s",
				 SLICE_ARG(taking->shown),
				 taking->file->subdirectory.len ? " in " : "",
				 SLICE_ARG(taking->file->subdirectory));
	if (static_project_headers(pyproject, &unknown, taking->arena, ret_headers,
				   ret_why))
		return 0;
	if (read_pkg_info(taking, pkg_info)) {
		*ret_headers = pkg_info;
		return 0;
	}
	if (setup_cfg.len &&
	    static_setup_cfg_headers(&(struct static_setup){ setup_cfg, setup_py,
							     pyproject },
				     &unknown, taking->arena, ret_headers, &why))
		session_warn(
			taking->session,
			"the dependencies of '%.*s' are those of its setup.cfg; nothing was built",
			SLICE_ARG(taking->shown));
	return 0;
}

static int refuse_to_build(const struct taking *taking, struct slice why,
			   struct error *err)
{
	error_set(err, ERROR_INPUT,
		  "'%.*s' does not state its metadata: its pyproject.toml %.*s",
		  SLICE_ARG(taking->shown), SLICE_ARG(why));
	return error_hint(err, "--build asks its build backend, which runs its code");
}

static int ask_backend(struct taking *taking, struct slice why,
		       const struct metadata **ret_metadata, struct error *err)
{
	const struct file_metadata *found;
	struct metadata_question question = {
		.file = &taking->file->file,
		.name = taking->request->name,
		.version = S(""),
		.subdirectory = taking->file->subdirectory,
		.is_own = taking->file->is_own,
		.target = taking->request->target,
	};
	if (!taking->host->builds)
		return refuse_to_build(taking, why, err);
	if (driver_ask_backend(taking->host->driver, &question, &found, err) < 0)
		return -1;
	*ret_metadata = &found->metadata;
	return 0;
}

static int find_metadata(struct taking *taking, const struct metadata **ret_metadata,
			 struct error *err)
{
	struct slice headers, why = S("");
	if (read_static(taking, &headers, &why, err) < 0)
		return -1;
	if (!headers.len)
		return ask_backend(taking, why, ret_metadata, err);
	struct file_metadata *found = arena_new(taking->arena, struct file_metadata);
	*found = (struct file_metadata){ .state = METADATA_FOUND };
	if (metadata_parse(taking->arena, headers, &found->metadata, err) < 0) {
		err->kind = ERROR_INPUT;
		return error_during(err, "reading the metadata of '%.*s'",
				    SLICE_ARG(taking->shown));
	}
	taking->file->metadata = found;
	*ret_metadata = &found->metadata;
	return 0;
}

// --- a project with one release --------------------------------------------------------

// As its archive in the store: a source distribution in all but name.
static void put_archive(struct taking *taking)
{
	taking->file->file = (struct project_file){
		.kind = FILE_SDIST,
		.name = S("source tree"),
		.url = url_from_path(taking->arena,
				     store_file_path(taking->store,
						     &taking->checkout.sha256,
						     taking->arena)),
		.sha256 = taking->checkout.sha256,
		.has_size = true,
		.size = taking->checkout.size,
	};
}

static struct slice file_name(struct arena *arena, struct slice name,
			      struct slice version)
{
	struct buf buf = { .arena = arena };
	for (size_t i = 0; i < name.len; i++)
		buf_byte(&buf, name.ptr[i] == '-' ? '_' : name.ptr[i]);
	buf_printf(&buf, "-%.*s.tar.gz", SLICE_ARG(version));
	return buf_slice(&buf);
}

static int put_project(struct taking *taking, const struct metadata *metadata,
		       struct error *err)
{
	struct direct_file *file = taking->file;
	struct slice wanted = taking->request->name;
	file->name = name_normalize(taking->arena, metadata->name);
	if (!name_is_valid(metadata->name) ||
	    !version_parse(taking->arena, metadata->version, &file->release.version))
		return error_set(err, ERROR_INPUT,
				 "'%.*s' calls itself '%.*s' %.*s, which is no release",
				 SLICE_ARG(taking->shown), SLICE_ARG(metadata->name),
				 SLICE_ARG(metadata->version));
	if (wanted.len && !slice_eq(wanted, file->name))
		return error_set(err, ERROR_INPUT,
				 "'%.*s' is the source of '%.*s', not of '%.*s'",
				 SLICE_ARG(taking->shown), SLICE_ARG(file->name),
				 SLICE_ARG(wanted));
	file->release.version_text =
		version_normal(taking->arena, &file->release.version);
	file->file.name =
		file_name(taking->arena, file->name, file->release.version_text);
	file->file.requires_python = metadata->requires_python_text;
	return 0;
}

static int take(struct taking *taking, struct error *err)
{
	const struct metadata *metadata;
	bool is_git = is_vcs_address(taking->request->location);
	if (session_store(taking->session, &taking->store, err) < 0 ||
	    (is_git ? take_commit(taking, err) : take_folder(taking, err)) < 0)
		return -1;
	put_archive(taking);
	if (find_metadata(taking, &metadata, err) < 0)
		return -1;
	return put_project(taking, metadata, err);
}

int direct_take_tree(const struct direct_host *host, const struct direct_request *request,
		     struct direct_file *ret_file, struct error *err)
{
	struct taking taking = { .host = host,
				 .session = host->session,
				 .request = request,
				 .arena = host->session->arena,
				 .file = ret_file };
	*ret_file = (struct direct_file){ .subdirectory = S("") };
	return take(&taking, err);
}
