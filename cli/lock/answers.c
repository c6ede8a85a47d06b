// SPDX-License-Identifier: MIT
// Questions as bytes, and the files of their answers.
//
//	header │ question │ present lock │ evidence │ summary │ answer, unless it is the present lock
#include "cli/lock/answers.h"

#include "base/files.h"
#include "base/limits.h"
#include "net/url.h"

#include <string.h>
#include <sys/stat.h>

#define ANSWER_MAGIC 0x616e7377u // "answ", and a check of the byte order
enum { ANSWER_LAYOUT = 1, ANSWERS_MAX = 64 };
#define ANSWER_BYTES_MAX (8 * MIB) // of one file: a lock of 64 targets has about one

enum part { PART_QUESTION, PART_PRESENT, PART_EVIDENCE, PART_SUMMARY, PART_TEXT, PARTS };

struct packed_answer {
	uint32_t magic, layout;
	uint64_t sum; // crc64_of all that follows
	uint32_t len[PARTS];
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

// Another build of the program may answer otherwise, whatever it calls itself.
static void put_program(struct buf *text)
{
	struct stat self = { 0 };
	put(text, S(PINBAKE_VERSION));
	(void)stat("/proc/self/exe", &self);
	put_number(text, (uint64_t)self.st_size);
	put_number(text, (uint64_t)self.st_mtim.tv_sec);
	put_number(text, (uint64_t)self.st_mtim.tv_nsec);
}

// What says where packages come from is in the index's config, and there without secrets.
static bool is_told_by_config(const struct option *option)
{
	static const char *const names[] = {
		"index-url", "extra-index-url", "index",
		"index-for", "find-links",      "torch-index"
	};
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(option->name, names[i]) == 0)
			return true;
	return false;
}

static void put_text(struct buf *text, const char *value)
{
	put_number(text, value != NULL);
	put_url(text, slice_from(value));
}

static void put_option(struct buf *text, const struct option *option, const void *values)
{
	const char *at = (const char *)values + option->offset;
	struct text_list list;
	const char *value;
	switch (option->type) {
	case OPTION_FLAG: put_number(text, *(const bool *)(const void *)at); break;
	case OPTION_COUNT: put_number(text, *(const unsigned *)(const void *)at); break;
	case OPTION_TEXT:
		memcpy(&value, at, sizeof(value));
		put_text(text, value);
		break;
	case OPTION_LIST:
		memcpy(&list, at, sizeof(list));
		put_number(text, list.len);
		for (size_t i = 0; i < list.len; i++)
			put_url(text, slice_from(list.items[i]));
		break;
	}
}

// All of them, so that none can be forgotten, but for what only says what to do with the answer.
static void put_options(struct buf *text, const struct lock_values *values)
{
	for (size_t i = 0; i < lock_option_table.len; i++) {
		const struct option *option = &lock_option_table.items[i];
		if (strcmp(option->name, "check") != 0 && !is_told_by_config(option))
			put_option(text, option, values);
	}
	// Settings that stand for options, see torch.h.
	put_text(text, setting("PINBAKE_TORCH_BACKEND"));
	put_text(text, setting("UV_TORCH_BACKEND"));
	put_url(text, slice_from(values->torch_index ? values->torch_index
						     : setting("PINBAKE_TORCH_INDEX")));
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

static void put_config(struct buf *text, const struct index_config *config)
{
	put_number(text, config->index_len);
	put_number(text, config->explicit_len);
	for (size_t i = 0; i < config->index_len + config->explicit_len; i++)
		put_url(text, config->index_urls[i]);
	put_number(text, config->mapping_len);
	for (size_t i = 0; i < config->mapping_len; i++) {
		put(text, config->mappings[i].pattern);
		put_number(text, config->mappings[i].index);
		put_number(text, config->mappings[i].falls_back);
	}
}

// "7d" says another moment at each run; a date, "pins" and "false" do not.
static bool moves_with_the_clock(struct slice when)
{
	when = slice_trim(when);
	if (slice_eq_ignore_case(when, S("pins")) ||
	    slice_eq_ignore_case(when, S("false")))
		return false;
	for (size_t i = 0; i < when.len; i++)
		if (is_alpha(when.ptr[i]) && when.ptr[i] != 'T' && when.ptr[i] != 'Z')
			return true;
	return slice_find_byte(when, 'P') != SLICE_NONE;
}

static bool depends_on_the_clock(const struct lock_values *values)
{
	if (moves_with_the_clock(slice_from(values->exclude_newer)))
		return true;
	for (size_t i = 0; i < values->package_cutoffs.len; i++) {
		struct slice when = slice_from(values->package_cutoffs.items[i]), name;
		slice_cut(&when, '=', &name);
		if (moves_with_the_clock(when))
			return true;
	}
	return false;
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

bool answers_ask(struct cli *cli, const struct lock_question *lock,
		 struct answer_question *ret_question)
{
	struct buf text = { .arena = &cli->arena };
	// The first two tell of the solving itself, and what a build says depends on this machine.
	if (cli->common.json || cli->common.verbose || lock->values->build ||
	    lock->values->indexes.refresh || lock->config->find_links_len ||
	    names_files(lock->set) || depends_on_the_clock(lock->values))
		return false;
	put_program(&text);
	put_options(&text, lock->values);
	put_number(&text, lock->inputs->len);
	for (size_t i = 0; i < lock->inputs->len; i++)
		put_url(&text, slice_from(lock->inputs->items[i]));
	put_number(&text, lock->targets->len);
	for (size_t i = 0; i < lock->targets->len; i++)
		put(&text, lock->targets->items[i].name);
	put_set(&text, lock->set);
	put_config(&text, lock->config);
	struct answer_question question = { .text = buf_slice(&text),
					    .present = lock->present };
	question.directory =
		path_join(&cli->arena, lock->config->store_path, S("answers"));
	question.path =
		path_join(&cli->arena, question.directory,
			  arena_printf(&cli->arena, "%016llx",
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
static bool unpack(struct slice bytes, struct slice ret_parts[PARTS])
{
	struct packed_answer header;
	if (bytes.len < sizeof(header))
		return false;
	memcpy(&header, bytes.ptr, sizeof(header));
	if (header.magic != ANSWER_MAGIC || header.layout != ANSWER_LAYOUT ||
	    header.sum != sum_of(bytes))
		return false;
	struct slice rest = slice_skip(bytes, sizeof(header));
	for (size_t i = 0; i < PARTS; i++) {
		if (header.len[i] > rest.len)
			return false;
		ret_parts[i] = slice_range(rest, 0, header.len[i]);
		rest = slice_skip(rest, header.len[i]);
	}
	if (header.is_present)
		ret_parts[PART_TEXT] = ret_parts[PART_PRESENT];
	return rest.len == 0;
}

bool answers_find(struct cli *cli, const struct answer_question *question,
		  const struct index_config *config, struct answer *ret_answer)
{
	struct slice bytes, parts[PARTS];
	struct error ignored;
	if (!file_exists(question->path) ||
	    file_read(question->path, ANSWER_BYTES_MAX, ERROR_IO, &cli->arena, &bytes,
		      &ignored) < 0 ||
	    !unpack(bytes, parts) || !slice_eq(parts[PART_QUESTION], question->text) ||
	    !slice_eq(parts[PART_PRESENT], question->present) ||
	    !index_evidence_holds(config, parts[PART_EVIDENCE]))
		return false;
	*ret_answer = (struct answer){ parts[PART_TEXT], parts[PART_SUMMARY] };
	return true;
}

static struct slice pack(struct arena *arena, const struct slice parts[PARTS])
{
	struct buf bytes = { .arena = arena };
	struct packed_answer header = { .magic = ANSWER_MAGIC, .layout = ANSWER_LAYOUT };
	header.is_present = slice_eq(parts[PART_TEXT], parts[PART_PRESENT]);
	for (size_t i = 0; i < PARTS; i++)
		header.len[i] =
			i == PART_TEXT && header.is_present ? 0 : (uint32_t)parts[i].len;
	buf_append(&bytes, (struct slice){ (const char *)&header, sizeof(header) });
	for (size_t i = 0; i < PARTS; i++)
		buf_append(&bytes, slice_range(parts[i], 0, header.len[i]));
	header.sum = sum_of(buf_slice(&bytes));
	memcpy(bytes.ptr, &header, sizeof(header));
	return buf_slice(&bytes);
}

// Of many answers none is worth much: all go, and those still asked for come back.
static void bound(struct cli *cli, const struct answer_question *question)
{
	struct name_list names;
	struct error ignored;
	if (!file_exists(question->path) &&
	    directory_names(question->directory, &cli->arena, &names, &ignored) == 0 &&
	    names.len >= ANSWERS_MAX)
		(void)!remove_tree(question->directory, &ignored);
	(void)!make_directories(question->directory, &ignored);
}

void answers_keep(struct cli *cli, const struct answer_question *question,
		  const struct index *index, const struct answer *answer)
{
	struct slice parts[PARTS] = { [PART_QUESTION] = question->text,
				      [PART_PRESENT] = question->present,
				      [PART_SUMMARY] = answer->summary,
				      [PART_TEXT] = answer->text };
	AUTO(file_abandon) struct file_writer writer = { .fd = -1 };
	struct error ignored;
	if (!index_evidence(index, &cli->arena, &parts[PART_EVIDENCE]))
		return;
	struct slice bytes = pack(&cli->arena, parts);
	if (bytes.len > ANSWER_BYTES_MAX)
		return;
	bound(cli, question);
	if (file_create(question->path, 0644, &writer, &ignored) == 0 &&
	    file_append(&writer, bytes, &ignored) == 0)
		(void)!file_commit(&writer, false, &ignored);
}
