// SPDX-License-Identifier: MIT
// Questions as bytes, and the files of their answers.
//
//	header │ question │ present lock │ evidence │ summary │ answer, unless it is the present lock
#include "pinbake/remembered.h"

#include "base/folder.h"
#include "base/limits.h"
#include "net/url.h"

#include <string.h>

#define ANSWER_MAGIC 0x616e7377u // "answ", and a check of the byte order
enum { ANSWER_LAYOUT = 2, ANSWERS_MAX = 64 };
#define ANSWER_BYTES_MAX (8 * MIB) // of one file: a lock of 64 targets has about one

struct packed_answer {
	uint32_t magic, layout;
	uint64_t sum; // crc64_of all that follows
	uint32_t len[ANSWER_PARTS];
	uint32_t is_present; // the answer is the lock that was there
};

// --- questions -----------------------------------------------------------------------------------------------------

static void put(struct buf *text, struct slice value)
{
	uint32_t len = (uint32_t)value.len;
	buf_append(text, (struct slice){ (const char *)&len, sizeof(len) });
	buf_append(text, value);
}

static void put_number(struct buf *text, uint64_t number)
{
	put(text, (struct slice){ (const char *)&number, sizeof(number) });
}

// Without a password: what says where an index or a file is may have one.
static void put_url(struct buf *text, struct slice url)
{
	put(text, url_redact(text->arena, url));
}

static void put_entry(struct buf *text, const struct requirement_entry *entry)
{
	const struct requirement *asked = &entry->requirement;
	put(text, entry->span.source->name);
	put(text, asked->text);
	put(text, requirement_text(text->arena, asked));
	put(text, entry->parent);
	put_number(text, entry->is_constraint);
	put_number(text, entry->is_override);
	// Of overrides the lock tells the line, see put_policies
	put_number(text, entry->is_override ? span_position(entry->span).line : 0);
	put_number(text, entry->hashes_len);
	for (size_t i = 0; i < entry->hashes_len; i++)
		put(text, entry->hashes[i].hex);
	put_number(text, entry->config_settings_len);
	for (size_t i = 0; i < entry->config_settings_len; i++)
		put(text, entry->config_settings[i]);
}

static void put_set(struct buf *text, const struct requirement_set *set)
{
	put_number(text, set->len);
	for (size_t i = 0; i < set->len; i++)
		put_entry(text, &set->entries[i]);
	put_number(text, set->excludes_len);
	for (size_t i = 0; i < set->excludes_len; i++) {
		put(text, set->excludes[i].parent);
		put(text, set->excludes[i].name);
	}
	put_number(text, set->pythons_len);
	for (size_t i = 0; i < set->pythons_len; i++)
		put(text, set->pythons[i].text);
	put_number(text, set->options_len);
	for (size_t i = 0; i < set->options_len; i++) {
		put_number(text, set->options[i].kind);
		put_url(text, set->options[i].value);
	}
}

// Of a local file or a URL the requirement does not say what is in it.
static bool names_files(const struct requirement_set *set)
{
	for (size_t i = 0; i < set->len; i++)
		if (set->entries[i].path.len || set->entries[i].editable ||
		    set->entries[i].requirement.url.len)
			return true;
	return false;
}

bool remembered_ask(struct session *session, const struct remembered_call *call,
		    struct remembered_question *ret_question)
{
	struct arena *arena = session->arena;
	struct buf text = { .arena = arena };
	const struct lock_request *request = call->request;
	// What a build says depends on this machine.
	if (request->solve_anew || request->builds.allowed || request->indexes.refresh ||
	    call->config->find_links_len || names_files(call->set) ||
	    lock_request_moves_with_the_clock(request))
		return false;
	put(&text, slice_from(session->config.program));
	lock_request_describe(request, &text);
	put_set(&text, call->set);
	struct remembered_question question = { .text = buf_slice(&text),
						.present = call->present };
	question.directory = path_join(arena, call->config->store_path, S("answers"));
	question.path =
		path_join(arena, question.directory,
			  arena_printf(arena, "%016llx",
				       (unsigned long long)crc64_of(question.text)));
	*ret_question = question;
	return true;
}

// --- answers -------------------------------------------------------------------------------------------------------

static uint64_t sum_of(struct slice bytes)
{
	return crc64_of(slice_skip(bytes, offsetof(struct packed_answer, len)));
}

// The parts of a file that is whole. Its text is that of the present lock where it says so.
bool answer_unpack(struct slice bytes, struct slice ret_parts[ANSWER_PARTS])
{
	struct packed_answer header;
	if (bytes.len < sizeof(header))
		return false;
	memcpy(&header, bytes.ptr, sizeof(header));
	if (header.magic != ANSWER_MAGIC || header.layout != ANSWER_LAYOUT ||
	    header.sum != sum_of(bytes))
		return false;
	struct slice rest = slice_skip(bytes, sizeof(header));
	for (size_t i = 0; i < ANSWER_PARTS; i++) {
		if (header.len[i] > rest.len)
			return false;
		ret_parts[i] = slice_range(rest, 0, header.len[i]);
		rest = slice_skip(rest, header.len[i]);
	}
	if (header.is_present)
		ret_parts[PART_TEXT] = ret_parts[PART_PRESENT];
	return rest.len == 0;
}

bool remembered_find(struct session *session, const struct remembered_question *question,
		     const struct index_config *config,
		     struct remembered_answer *ret_answer)
{
	struct slice bytes, parts[ANSWER_PARTS];
	struct error ignored;
	if (!file_exists(question->path) ||
	    file_read(question->path, ANSWER_BYTES_MAX, ERROR_IO, session->arena, &bytes,
		      &ignored) < 0 ||
	    !answer_unpack(bytes, parts) ||
	    !slice_eq(parts[PART_QUESTION], question->text) ||
	    !slice_eq(parts[PART_PRESENT], question->present) ||
	    !index_evidence_holds(config, parts[PART_EVIDENCE]))
		return false;
	*ret_answer = (struct remembered_answer){ parts[PART_TEXT], parts[PART_SUMMARY] };
	return true;
}

struct slice answer_pack(struct arena *arena, const struct slice parts[ANSWER_PARTS])
{
	struct buf bytes = { .arena = arena };
	struct packed_answer header = { .magic = ANSWER_MAGIC, .layout = ANSWER_LAYOUT };
	header.is_present = slice_eq(parts[PART_TEXT], parts[PART_PRESENT]);
	for (size_t i = 0; i < ANSWER_PARTS; i++)
		header.len[i] =
			i == PART_TEXT && header.is_present ? 0 : (uint32_t)parts[i].len;
	buf_append(&bytes, (struct slice){ (const char *)&header, sizeof(header) });
	for (size_t i = 0; i < ANSWER_PARTS; i++)
		buf_append(&bytes, slice_range(parts[i], 0, header.len[i]));
	header.sum = sum_of(buf_slice(&bytes));
	memcpy(bytes.ptr, &header, sizeof(header));
	return buf_slice(&bytes);
}

static void remove_answers(const char *directory, const struct name_list *names)
{
	enum { DIGITS = 16 };
	struct folder folder = { .fd = -1 };
	struct error ignored;
	if (folder_open(directory, &folder, &ignored) < 0)
		return;
	for (size_t i = 0; i < names->len; i++)
		if (names->items[i].len == DIGITS)
			(void)folder_remove(&folder, names->items[i].ptr);
	folder_close(&folder);
}

// Of many answers none is worth much: all go, and those still asked for come back.
static void bound(struct session *session, const struct remembered_question *question)
{
	struct name_list names;
	struct error ignored;
	if (!file_exists(question->path) &&
	    directory_names(question->directory, session->arena, &names, &ignored) == 0 &&
	    names.len >= ANSWERS_MAX)
		remove_answers(question->directory, &names);
	(void)!make_directories(question->directory, &ignored);
}

void remembered_keep(struct session *session, const struct remembered_question *question,
		     const struct index *index, const struct remembered_answer *answer)
{
	struct slice parts[ANSWER_PARTS] = { [PART_QUESTION] = question->text,
					     [PART_PRESENT] = question->present,
					     [PART_SUMMARY] = answer->summary,
					     [PART_TEXT] = answer->text };
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	struct error ignored;
	if (!index_evidence(index, session->arena, &parts[PART_EVIDENCE]))
		return;
	struct slice bytes = answer_pack(session->arena, parts);
	if (bytes.len > ANSWER_BYTES_MAX)
		return;
	bound(session, question);
	if (file_create(question->path, 0644, &writer, &ignored) == 0 &&
	    file_append(&writer, bytes, &ignored) == 0)
		(void)!file_commit(&writer, false, &ignored);
}
