// SPDX-License-Identifier: MIT
// What exists: project pages of package indexes, and the metadata of their files.
//
//	name ──page (PEP 691 JSON or 503 HTML)──▶ project: releases by version, files of each
//	                                              │ target + policy (candidates.h)
//	                                              ▼
//	                                 candidates: which file a release means, or why none
//	file ──ladder: store → .metadata → tail range → whole file──▶ metadata
//
// Requests are started (`want`) and awaited apart, so that many are in flight: the driver
// wants everything the solver hinted at, then waits for what it needs. Answers are kept
// in the store (LMDB; pages with freshness, metadata for ever) and found there the next
// time; --offline never goes further.
#pragma once

#include "base/digest.h"
#include "net/transfer.h"
#include "packaging/filename.h"
#include "packaging/metadata.h"

// Names that come from one index and no other place: "numpy", "acme-*".
struct index_mapping {
	struct slice pattern; // normalized but for its '*'
	uint32_t index;       // of index_urls
	bool falls_back;      // a name that this index lacks is looked for like any other
};

// The one that counts for a normalized name: one of the name itself before any pattern, of several the last. NULL: none.
const struct index_mapping *index_mapping_find(const struct index_mapping *mappings,
					       size_t len, struct slice name);

struct index_config {
	// The first that has the name wins; no slash is needed at the end.
	const struct slice *index_urls;
	size_t index_len;
	// So many more of index_urls are asked only for names that are mapped to them.
	size_t explicit_len;
	// The last mapping that fits counts; one of a name comes before any pattern.
	const struct index_mapping *mappings;
	size_t mapping_len;
	const struct slice *find_links; // directories, HTML pages
	size_t find_links_len;
	// Hosts that say 403 for what they do not have; of any other it ends the search
	struct slice_list ignore_forbidden;
	const char *store_path; // directory of index.mdb; created
	bool offline, refresh;
	uint64_t now; // seconds since 1970, handed in (no clock here)
	// Freshness of answers without cache headers; 0: 600.
	uint64_t max_age_seconds;
};

enum file_kind { FILE_WHEEL, FILE_SDIST };

struct project_file {
	enum file_kind kind;
	struct slice name, url;  // url absolute
	struct wheel_name wheel; // FILE_WHEEL
	struct sha256 sha256;    // zero if the index gives none
	// "sha512=0f…" or "sha384=…", lower case, where the index gives it; "" for none
	struct slice other_hash;
	bool has_size, yanked, has_core_metadata;
	uint64_t size;
	struct slice yanked_reason;   // "" for none
	struct slice requires_python; // "" for none
	struct slice upload_time;     // as given by the index, "" for none
	// If there is no upload time, but the store knows when the file came (seen.h):
	// seconds since 1970; else 0.
	uint64_t first_seen;
	struct sha256 metadata_sha256; // zero if unknown
	uint32_t index;                // which of index_urls; find-links come after
	uint32_t tag_set;              // of FILE_WHEEL: the same number for the same tags
	uint32_t python_set;           // the same number for the same requires_python
};

struct release {
	struct version version;
	struct slice version_text; // normal form
	// Its files among the project's: wheels by name, then sdists.
	uint32_t first_file, file_len;
};

// What choosing needs of each release and file is in small rows, which are read in place.
struct release_row {
	uint32_t first_file, file_len;
	uint32_t version_offset; // where project_version_text finds it
	uint16_t version_len;
	uint16_t is_prerelease;
};

#define UPLOAD_UNKNOWN INT64_MIN
#define TAG_SET_SDIST  UINT32_MAX

struct file_row {
	// Microseconds since 1970: of the upload, else of when the file was first seen;
	// or UPLOAD_UNKNOWN.
	int64_t uploaded;
	uint32_t tag_set; // or TAG_SET_SDIST
	uint32_t python_set : 31, yanked : 1;
};

enum project_state {
	PROJECT_FOUND,
	PROJECT_ABSENT, // 404 from every index
	PROJECT_FAILED, // an index could not answer: `error`
};

struct project {
	struct slice name; // normalized
	enum project_state state;
	// Why it failed, or why an index that may say 403 for absent did so; or NULL.
	const struct error *error;
	size_t release_len, file_len;
	const struct release_row *release_rows; // ascending version order
	const struct file_row *file_rows;
	// The number of sets that rows name by number, see project_tag_set().
	uint32_t tag_set_len, python_set_len;
	// Those of a page that was just read. NULL if the project is from the store,
	// which gives single ones when asked: project_release(), project_file_get().
	struct release *releases;
	struct project_file *files;
	size_t release_cap, file_cap;
	struct slice *tag_sets, *python_sets;
	struct record *record; // NULL with `files`
	// The number of files that no rule could read (bad names, eggs, exes, variants).
	size_t skipped;
	struct slice status, status_reason; // project-status (792.1), "" for none
	struct slice index_url;             // the one that answered, redacted
	// The index speaks a minor version that is not known here: worth a warning
	// (629.1)
	bool newer_api;
};

// When the file was uploaded, or first seen if that is not known, as RFC 3339 text; "" for neither.
struct slice file_moment(struct arena *arena, const struct project_file *file);

// A release by rank, and a file by its place, of a project that was found. They live as
// long as the project; the same question gives the same pointer. A file of a damaged
// record has an empty url.
const struct release *project_release(const struct project *project, uint32_t rank);
struct slice project_version_text(const struct project *project, uint32_t rank);
const struct project_file *project_file_get(const struct project *project, uint32_t at);
// "py2.py3-none-any"
struct slice project_tag_set(const struct project *project, uint32_t tag_set);
struct slice project_python_set(const struct project *project, uint32_t python_set);

// For a project that was put together from releases and files: numbers the files' tag_set
// and python_set, and writes the rows and the texts of the sets. To be called again after
// any change; otherwise choosing does it each time.
void project_write_rows(struct project *project, struct arena *arena);

enum metadata_state {
	METADATA_FOUND,
	// Malformed, or an sdist without static metadata: `error` says why
	METADATA_UNUSABLE,
	METADATA_FAILED, // could not be had: `error`
};

struct file_metadata {
	enum metadata_state state;
	const struct error *error; // NULL with METADATA_FOUND
	struct metadata metadata; // what resolving needs: without classifiers and License
	// It is METADATA_UNUSABLE, but the build backend of the sdist knows the metadata.
	bool needs_build;
	// It is an old sdist's: what setup.py said on its author's machine (sdist_egg.h).
	bool from_egg_info;
};

struct index;

NODISCARD int index_open(const struct index_config *config, struct net *net,
			 struct index **ret_index, struct error *err);
// Ends all that was handed out, before the net is closed; NULL is fine. Writes what is new into the store, errors aside.
void index_close(struct index *index);

// Start what is neither known nor under way yet. Names are normalized.
void index_want_project(struct index *index, struct slice name);
void index_want_metadata(struct index *index, const struct project *project,
			 const struct project_file *file);
// NULL while unknown. Pointers stay valid until index_close.
const struct project *index_project(const struct index *index, struct slice name);
const struct file_metadata *index_metadata(const struct index *index,
					   const struct project_file *file);
// Blocks until at least one wanted thing became known. ERROR_INTERRUPTED, ERROR_IO (of
// the store). Failures of single pages or files are answers, and no errors here. Returns
// at once if nothing is under way.
NODISCARD int index_wait(struct index *index, struct error *err);

// The evidence for all answers so far, as bytes to keep. False if the store alone cannot
// vouch for them (local files, find-links, files without a digest, failures).
NODISCARD bool index_evidence(const struct index *index, struct arena *arena,
			      struct slice *ret_evidence);
// Would the store of that config give the same answers again, unchanged and, but for --offline, still fresh?
NODISCARD bool index_evidence_holds(const struct index_config *config,
				    struct slice evidence);

struct index_counts {
	uint64_t pages_fetched, pages_from_store, pages_revalidated, metadata_fetched,
		metadata_from_store;
};
struct index_counts index_counts(const struct index *index);
// Names that the store knows within edit distance 2, nearest first, at most max: for "did you mean".
size_t index_similar_names(const struct index *index, struct slice name,
			   struct arena *arena, struct slice *ret_names, size_t max);

// The text of a file in the top folder of a source distribution ("pyproject.toml"), "" for none. ERROR_INTEGRITY: bytes
// are no archive.
NODISCARD int index_sdist_text(struct slice bytes, struct slice name, struct arena *arena,
			       struct slice *ret_text, struct error *err);
