// SPDX-License-Identifier: MIT
// Reads pages in JSON (PEP 691, 700, 714, 792): unknown keys are passed over, keys come
// in any order (691.3).
#include "resolver/index/page.h"

#include "base/json_scanner.h"

#include <string.h>

// Inlined, since the length is known then: a page has ten keys for each of tens of
// thousands of files.
static inline bool is_key(struct slice key, struct slice known)
{
	return key.len == known.len && memcmp(key.ptr, known.ptr, known.len) == 0;
}

// Reads {"sha256": "…"} or `true`; *ret_there is false for anything else.
static void read_hashes(struct json_scanner *scanner, bool *ret_there,
			struct sha256 *ret_sha256)
{
	struct slice key, hex;
	enum json_token token = json_next(scanner);
	*ret_there = token == JSON_TRUE || token == JSON_OBJECT;
	if (token != JSON_OBJECT) {
		json_skip_rest(scanner);
		return;
	}
	while (json_next_key(scanner, &key)) {
		if (!is_key(key, S("sha256")))
			json_skip(scanner);
		else if (json_read_string(scanner, &hex))
			(void)sha256_parse_hex(hex, ret_sha256);
	}
}

// Reads the digests of a file; the strongest one beside SHA-256 is kept, too.
static void read_file_hashes(struct json_scanner *scanner, struct project_file *file)
{
	struct slice key, hex;
	if (json_next(scanner) != JSON_OBJECT) {
		json_skip_rest(scanner);
		return;
	}
	while (json_next_key(scanner, &key)) {
		bool is_usual = is_key(key, S("sha256"));
		if (!is_usual && !slice_starts_with(key, S("sha")))
			json_skip(scanner);
		else if (!json_read_string(scanner, &hex))
			continue;
		else if (is_usual)
			(void)sha256_parse_hex(hex, &file->sha256);
		else
			page_keep_hash(scanner->arena, file, key, hex);
	}
}

static void read_yanked(struct json_scanner *scanner, struct project_file *file)
{
	enum json_token token = json_next(scanner);
	file->yanked = token == JSON_TRUE || token == JSON_STRING; // also "" (592.1)
	if (token == JSON_STRING)
		file->yanked_reason = scanner->text;
	json_skip_rest(scanner);
}

// What a page says under the names of PEP 658 and PEP 714, which mean the same. The newer
// name wins, in whatever order they come (658.1).
struct metadata_keys {
	bool has_new, new_there, old_there;
	struct sha256 new_sha256, old_sha256;
};

static void read_file_key(struct json_scanner *scanner, struct slice key,
			  struct project_file *file, struct metadata_keys *metadata)
{
	if (is_key(key, S("filename")))
		(void)json_read_string(scanner, &file->name);
	else if (is_key(key, S("url")))
		(void)json_read_string(scanner, &file->url);
	else if (is_key(key, S("hashes")))
		read_file_hashes(scanner, file);
	else if (is_key(key, S("requires-python")))
		(void)json_read_string(scanner, &file->requires_python);
	else if (is_key(key, S("size")))
		file->has_size = json_read_u64(scanner, &file->size) &&
				 file->size <= INT64_MAX; // what a lock can hold
	else if (is_key(key, S("upload-time")))
		(void)json_read_string(scanner, &file->upload_time);
	else if (is_key(key, S("yanked")))
		read_yanked(scanner, file);
	else if (is_key(key, S("core-metadata"))) {
		metadata->has_new = true;
		read_hashes(scanner, &metadata->new_there, &metadata->new_sha256);
	} else if (is_key(key, S("dist-info-metadata")))
		read_hashes(scanner, &metadata->old_there, &metadata->old_sha256);
	else
		json_skip(scanner);
}

static int read_file(struct page *page, struct json_scanner *scanner, struct error *err)
{
	struct project_file file = { 0 };
	struct metadata_keys metadata = { 0 };
	struct slice key;
	while (json_next_key(scanner, &key))
		read_file_key(scanner, key, &file, &metadata);
	file.has_core_metadata =
		metadata.has_new ? metadata.new_there : metadata.old_there;
	file.metadata_sha256 =
		metadata.has_new ? metadata.new_sha256 : metadata.old_sha256;
	return page_add(page, &file, err);
}

static int read_files(struct page *page, struct json_scanner *scanner, struct error *err)
{
	if (json_next(scanner) != JSON_ARRAY) {
		json_skip_rest(scanner);
		return 0;
	}
	while (json_next_item(scanner)) {
		if (scanner->token != JSON_OBJECT)
			json_skip_rest(scanner);
		else if (read_file(page, scanner, err) < 0)
			return -1;
	}
	return 0;
}

static void read_status(struct page *page, struct json_scanner *scanner)
{
	struct slice key;
	if (json_next(scanner) != JSON_OBJECT) {
		json_skip_rest(scanner);
		return;
	}
	while (json_next_key(scanner, &key)) {
		if (is_key(key, S("status")))
			(void)json_read_string(scanner, &page->project->status);
		else if (is_key(key, S("reason")))
			(void)json_read_string(scanner, &page->project->status_reason);
		else
			json_skip(scanner);
	}
}

static int read_meta(struct page *page, struct json_scanner *scanner, struct error *err)
{
	struct slice key, version = S("1.0");
	if (json_next(scanner) != JSON_OBJECT) {
		json_skip_rest(scanner);
		return 0;
	}
	while (json_next_key(scanner, &key)) {
		if (is_key(key, S("api-version")))
			(void)json_read_string(scanner, &version);
		else
			json_skip(scanner);
	}
	return page_check_api(page, version, err);
}

// The bytes of a file with the required keys of PEP 691, and a short name and address.
// Room for too many files costs nothing, since it is never touched; room for too few
// leaves copies behind.
enum { FILE_BYTES = 64 };

int page_read_json(struct page *page, struct error *err)
{
	struct json_scanner scanner;
	struct slice key;
	page_reserve(page, FILE_BYTES);
	json_begin(&scanner, page->input->body, page->arena);
	if (json_next(&scanner) != JSON_OBJECT && !scanner.problem)
		return error_set(err, ERROR_SOURCE, "the page is no JSON object");
	while (json_next_key(&scanner, &key)) {
		if (is_key(key, S("files"))) {
			if (read_files(page, &scanner, err) < 0)
				return -1;
		} else if (is_key(key, S("meta"))) {
			if (read_meta(page, &scanner, err) < 0)
				return -1;
		} else if (is_key(key, S("project-status"))) {
			read_status(page, &scanner);
		} else {
			json_skip(&scanner);
		}
	}
	return json_end(&scanner, err);
}
