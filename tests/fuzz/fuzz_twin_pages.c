// SPDX-License-Identifier: MIT
// One project as a page in JSON and as one in HTML: both say the same of the same files.
#include "tests/fuzz/fuzz.h"

#include "tests/resolver/index/whole_pages.h"

enum { FILES_MAX = 12 };

static const char *const names[] = {
	"foo-1.0-py3-none-any.whl",
	"foo-1.0-cp312-cp312-manylinux_2_28_x86_64.whl",
	"Foo-1.0.0-2-py2.py3-none-any.whl",
	"foo-1.0.tar.gz",
	"foo-2.0rc1.zip",
	"foo-2!1.0+local.1-py3-none-any.whl",
	"bar-1.0.tar.gz",
	"foo-1.0.exe",
	"foo-x.tar.gz",
};
static const char *const pythons[] = {
	">=3.8", "<4", ">=3.8,!=3.9.*", "~=3.7", "3", "x"
};
static const char *const places[] = { "",
				      "../../files/",
				      "https://files.example/a/",
				      "//cdn.example/",
				      "/x/",
				      "https://me:pw@files.example/" };

struct twin {
	struct slice name, place, hash, python, reason;
	bool has_reason, has_metadata;
};

// A text that stands in both pages: in quotes of HTML, and without what neither would keep
// as it is.
static struct slice roll_text(struct fuzz_dice *dice, struct arena *arena)
{
	struct slice raw = fuzz_take(dice, fuzz_roll(dice, 16));
	struct buf text = { .arena = arena };
	for (size_t i = 0; i < raw.len; i++)
		buf_byte(&text, (char)(' ' + (unsigned char)raw.ptr[i] % 95));
	return slice_trim(buf_slice(&text));
}

static struct twin roll_twin(struct fuzz_dice *dice, struct arena *arena)
{
	enum {
		NAMES = sizeof(names) / sizeof(*names),
		PYTHONS = sizeof(pythons) / sizeof(*pythons),
		PLACES = sizeof(places) / sizeof(*places)
	};
	struct twin twin = { .name = slice_from(names[fuzz_roll(dice, NAMES)]) };
	struct sha256 digest = sha256_of(fuzz_take(dice, 1));
	unsigned python = fuzz_roll(dice, PYTHONS + 2);
	twin.place = slice_from(places[fuzz_roll(dice, PLACES)]);
	twin.hash = fuzz_roll(dice, 2) ? sha256_hex(arena, &digest) : S("");
	twin.python = python < PYTHONS    ? slice_from(pythons[python])
		      : python == PYTHONS ? roll_text(dice, arena)
					  : S("");
	twin.has_metadata = fuzz_roll(dice, 2);
	twin.has_reason = fuzz_roll(dice, 2);
	twin.reason = twin.has_reason ? roll_text(dice, arena) : S("");
	return twin;
}

static void put_html(struct buf *out, struct slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		switch (text.ptr[i]) {
		case '&': buf_append(out, S("&amp;")); break;
		case '<': buf_append(out, S("&lt;")); break;
		case '>': buf_append(out, S("&gt;")); break;
		case '"': buf_append(out, S("&#34;")); break;
		default: buf_byte(out, text.ptr[i]);
		}
	}
}

static void put_json(struct buf *out, struct slice text)
{
	buf_byte(out, '"');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			buf_byte(out, '\\');
		buf_byte(out, text.ptr[i]);
	}
	buf_byte(out, '"');
}

static void put_anchor(struct buf *out, const struct twin *twin)
{
	buf_printf(out, "<a href=\"%.*s%.*s", SLICE_ARG(twin->place),
		   SLICE_ARG(twin->name));
	if (twin->hash.len)
		buf_printf(out, "#sha256=%.*s", SLICE_ARG(twin->hash));
	buf_append(out, S("\" data-requires-python=\""));
	put_html(out, twin->python);
	buf_byte(out, '"');
	if (twin->has_metadata)
		buf_append(out, S(" data-core-metadata=\"true\""));
	if (twin->has_reason) {
		buf_append(out, S(" data-yanked=\""));
		put_html(out, twin->reason);
		buf_byte(out, '"');
	}
	buf_printf(out, ">%.*s</a><br>\n", SLICE_ARG(twin->name));
}

static void put_member(struct buf *out, const struct twin *twin, bool is_first)
{
	buf_append(out, is_first ? S("{\"filename\":") : S(",{\"filename\":"));
	put_json(out, twin->name);
	buf_printf(out, ",\"url\":\"%.*s%.*s\",\"hashes\":{", SLICE_ARG(twin->place),
		   SLICE_ARG(twin->name));
	if (twin->hash.len)
		buf_printf(out, "\"sha256\":\"%.*s\"", SLICE_ARG(twin->hash));
	buf_append(out, S("},\"requires-python\":"));
	put_json(out, twin->python);
	if (twin->has_metadata)
		buf_append(out, S(",\"core-metadata\":true"));
	if (twin->has_reason) {
		buf_append(out, S(",\"yanked\":"));
		if (twin->reason.len)
			put_json(out, twin->reason);
		else
			buf_append(out, S("true"));
	}
	buf_byte(out, '}');
}

static void check_file(const struct project_file *json, const struct project_file *html)
{
	CHECK(json->kind == html->kind && slice_eq(json->name, html->name));
	CHECK(slice_eq(json->url, html->url) &&
	      slice_find_byte(json->url, '@') == SLICE_NONE);
	CHECK(sha256_eq(&json->sha256, &html->sha256));
	CHECK(slice_eq(json->requires_python, html->requires_python));
	CHECK(json->yanked == html->yanked);
	CHECK(slice_eq(json->yanked_reason, html->yanked_reason));
	CHECK(json->has_core_metadata == html->has_core_metadata);
}

static struct project read_page(struct arena *arena, struct slice body,
				struct slice content_type)
{
	struct project project;
	struct error err = { 0 };
	const struct page_input input = { .body = body,
					  .content_type = content_type,
					  .url = S("https://index.example/simple/foo/"),
					  .name = S("foo") };
	CHECK(page_read(&input, arena, &project, &err) == 0);
	return project;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct fuzz_dice dice = { fuzz_text(data, size) };
	struct buf html = { .arena = &arena }, json = { .arena = &arena };
	buf_append(&html, S("<!DOCTYPE html><html><body>\n"));
	buf_append(&json,
		   S("{\"meta\":{\"api-version\":\"1.0\"},\"name\":\"foo\",\"files\":["));
	for (int i = 0; i < FILES_MAX && dice.rest.len > 0; i++) {
		struct twin twin = roll_twin(&dice, &arena);
		put_anchor(&html, &twin);
		put_member(&json, &twin, i == 0);
	}
	buf_append(&html, S("</body></html>\n"));
	buf_append(&json, S("]}"));
	struct project one = read_page(&arena, buf_slice(&json), S("application/json")),
		       other = read_page(&arena, buf_slice(&html), S("text/html"));
	CHECK(one.file_len == other.file_len && one.release_len == other.release_len &&
	      one.skipped == other.skipped);
	for (size_t i = 0; i < one.file_len; i++)
		check_file(&one.files[i], &other.files[i]);
	return 0;
}
