// SPDX-License-Identifier: MIT
// Requirements files: lines, options, includes, constraints, and the place of every
// error.
#include "resolver/requirements/requirements.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

// The files of one case, in place of a disk.
struct file {
	const char *path, *text;
	size_t len; // 0: strlen
};

struct run {
	struct arena arena;
	struct requirement_set set;
	struct diagnostics diagnostics;
	const struct file *files;
	size_t count;
	int result;
};

static int read_case(void *context, const char *path, struct arena *arena,
		     struct slice *ret_text, struct error *err)
{
	const struct run *run = context;
	for (size_t i = 0; i < run->count; i++) {
		const struct file *file = &run->files[i];
		if (strcmp(file->path, path) == 0) {
			size_t len = file->len ? file->len : strlen(file->text);
			*ret_text = arena_dup(arena, (struct slice){ file->text, len });
			return 0;
		}
	}
	return error_set(err, ERROR_INPUT, "cannot read '%s'", path);
}

static const char *fake_getenv(const char *name)
{
	if (strcmp(name, "LEAST") == 0)
		return "2.0";
	if (strcmp(name, "HASHES") == 0)
		return "--pre --no-index";
	return strcmp(name, "EMPTY") == 0 ? "" : NULL;
}

static struct run *start(const struct file *files, size_t count, bool constraints)
{
	struct run *run = test_calloc(1, sizeof(*run));
	*run = (struct run){ .files = files, .count = count };
	run->diagnostics.arena = &run->arena;
	struct requirement_reader reader = { read_case, run, fake_getenv, NULL, NULL };
	run->result = requirements_read(files[0].path, constraints, &reader, &run->arena,
					&run->set, &run->diagnostics);
	assert_int_equal(run->result<0, run->diagnostics.error_count> 0);
	return run;
}

static void finish(struct run *run)
{
	arena_release(&run->arena);
	test_free(run);
}

static struct run *start_text(const char *text)
{
	struct file file = { "r.in", text, 0 };
	return start(&file, 1, false);
}

// "sub/more.in:2:1" of a span.
static struct slice place(struct run *run, struct span span)
{
	if (!span.source)
		return S("");
	struct position at = span_position(span);
	return arena_printf(&run->arena, "%.*s:%zu:%zu", SLICE_ARG(span.source->name),
			    at.line, at.column);
}

// All of a set in one text, an item a line.
static const char *describe(struct run *run)
{
	struct buf buf = { .arena = &run->arena };
	for (size_t i = 0; i < run->set.len; i++) {
		const struct requirement_entry *e = &run->set.entries[i];
		struct slice what =
			e->requirement.name.len
				? requirement_text(&run->arena, &e->requirement)
				: e->path;
		buf_printf(&buf, "%.*s%s%s%.*s", SLICE_ARG(place(run, e->span)),
			   e->is_constraint ? " constraint" : "",
			   e->editable ? " editable " : " ", SLICE_ARG(what));
		for (size_t j = 0; j < e->origin_len; j++)
			buf_printf(&buf, " < %.*s", SLICE_ARG(place(run, e->origin[j])));
		for (size_t j = 0; j < e->hashes_len; j++)
			buf_printf(&buf, " %.*s:%.4s", SLICE_ARG(e->hashes[j].algorithm),
				   e->hashes[j].hex.ptr);
		for (size_t j = 0; j < e->config_settings_len; j++)
			buf_printf(&buf, " {%.*s}", SLICE_ARG(e->config_settings[j]));
		buf_byte(&buf, '\n');
	}
	for (size_t i = 0; i < run->set.options_len; i++) {
		const struct requirement_option *o = &run->set.options[i];
		buf_printf(&buf, "%.*s option %d %.*s\n", SLICE_ARG(place(run, o->span)),
			   (int)o->kind, SLICE_ARG(o->value));
	}
	for (size_t i = 0; i < run->diagnostics.len; i++) {
		const struct error *e = &run->diagnostics.items[i].error;
		buf_printf(&buf, "%.*s+%zu error %s", SLICE_ARG(place(run, e->span)),
			   e->span.len, e->cause);
		buf_printf(&buf, e->hint[0] ? " (%s)\n" : "\n", e->hint);
	}
	return arena_c_string(&run->arena, buf_slice(&buf));
}

struct vector {
	const char *text, *wanted;
};

static void expect_all(const struct vector *vectors, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct run *run = start_text(vectors[i].text);
		const char *found = describe(run);
		if (strcmp(found, vectors[i].wanted) != 0)
			fail_msg("'%s':\nfound\n%swanted\n%s", vectors[i].text, found,
				 vectors[i].wanted);
		finish(run);
	}
}

#define HEX64 "0123456789abcdef0123456789ABCDEF0123456789abcdef0123456789abcdef"

static void test_req_1_lines_join_then_comments_go(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "", "" },
		{ "# only\n\n   \n", "" },
		{ "foo\nbar", "r.in:1:1 foo\nr.in:2:1 bar\n" },
		{ "foo\r\nbar\rbaz", "r.in:1:1 foo\nr.in:2:1 bar\nr.in:2:5 baz\n" },
		{ "  foo  # why\n", "r.in:1:3 foo\n" },
		{ "foo #why\tnot\n", "r.in:1:1 foo\n" },
		{ "foo @ https://x/y#egg=a\n", "r.in:1:1 foo @ https://x/y#egg=a\n" },
		{ "foo \\\n  >=1, \\\n  <2\nbar\n",
		  "r.in:1:1 foo>=1,<2\nr.in:4:1 bar\n" },
		{ "foob\\\nar\n", "r.in:1:1 foobar\n" },
		{ "foo # a \\\nbar\nbaz\n", "r.in:1:1 foo\nr.in:3:1 baz\n" },
		{ "foo \\\n# a \\\nbar\n", "r.in:1:1 foo\nr.in:3:1 bar\n" },
		{ "foo\\\n# a\nbar\n", "r.in:1:1 foo\nr.in:3:1 bar\n" },
		{ "foo \\", "r.in:1:1 foo\n" },
		{ "foo>=1 \\\n\nbar", "r.in:1:1 foo>=1\nr.in:3:1 bar\n" },
		{ "foo\xc2\xa0# wide blank\n\xe2\x80\x83"
		  "bar\xc2\xa0\n",
		  "r.in:1:1 foo\nr.in:2:4 bar\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_req_2_variables(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "foo>=${LEAST}\n", "r.in:1:1 foo>=2.0\n" },
		{ "${HASHES}\n", "r.in:1:1 option 6 \nr.in:1:1 option 2 \n" },
		{ "-i https://x/${EMPTY}/${UNSET}/$LEAST/${least}/${}\n",
		  "r.in:1:1 option 0 https://x/${EMPTY}/${UNSET}/$LEAST/${least}/${}\n" },
		// The error is in the value; its place is the variable.
		{ "foo >= 1, ==${LEAST}.x\n",
		  "r.in:1:13+10 error '2.0.x' is not a version\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static bool is_ours(void *context, struct slice url)
{
	(void)context;
	return slice_starts_with(url, S("https://ours/"));
}

// What the one line of a file comes to, where variables are for https://ours/ alone.
static size_t errors_of(const char *text)
{
	struct file file = { "r.in", text, 0 };
	struct run run = { .files = &file, .count = 1 };
	run.diagnostics.arena = &run.arena;
	struct requirement_reader reader = { read_case, &run, fake_getenv, NULL,
					     is_ours };
	(void)!requirements_read("r.in", false, &reader, &run.arena, &run.set,
				 &run.diagnostics);
	size_t errors = run.diagnostics.error_count;
	for (size_t i = 0; i < run.diagnostics.len; i++)
		assert_non_null(strstr(run.diagnostics.items[i].error.cause,
				       "a variable of your environment"));
	arena_release(&run.arena);
	return errors;
}

static void test_req_2_variables_go_to_ones_own_hosts(void **state)
{
	(void)state;
	static const char *const good[] = {
		"foo>=${LEAST}",
		"foo[x${LEAST}]",
		"${HASHES}",
		"-i https://ours/${LEAST}",
		"-i https://ours/${LEAST} # https://theirs/",
		"foo @ git+https://ours/${LEAST}.git",
		"-f file:///tmp/${LEAST}",
		"-f ./${LEAST}",
		"./lib/foo-${LEAST}.tar.gz",
		"lib/foo-${LEAST}.tar.gz",
		"-i https://theirs/${UNSET}",
	};
	static const char *const bad[] = {
		"-i https://theirs/${LEAST}",
		"-i https://${LEAST}.theirs/",
		"-i https://ours/ --extra-index-url https://theirs/${LEAST}",
		"-i https://ours/?https://theirs/${LEAST}",
		"-i https://ours/${LEAST} -f https://theirs/",
		"-i https://ours@theirs/${LEAST}",
		"-i http://ours/${LEAST}",
		"-i \"https://theirs/${LEAST}\"",
		"foo @ https://theirs/foo-${LEAST}-py3-none-any.whl",
		"foo @ git+ssh://git@theirs/${LEAST}.git",
		"https://theirs/foo-${LEAST}.tar.gz",
		"-i https://the\\\nirs/${LEAST}",
		"foo${LEAST}",
		"foo-${LEAST}>=1",
		"${LEAST} @ https://ours/x.whl",
	};
	for (size_t i = 0; i < COUNT(good); i++)
		if (errors_of(good[i]) != 0)
			fail_msg("%s", good[i]);
	for (size_t i = 0; i < COUNT(bad); i++)
		if (errors_of(bad[i]) != 1)
			fail_msg("%s", bad[i]);
}

static void test_req_3_options(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "-i https://a\n--index-url=https://b\n--extra-index-url 'https://c'\n--no-index\n",
		  "r.in:1:1 option 0 https://a\nr.in:2:1 option 0 https://b\nr.in:3:1 option 1 https://c\n"
		  "r.in:4:1 option 2 \n" },
		{ "--no-binary :all: --only-binary=a,b\n",
		  "r.in:1:1 option 4 :all:\nr.in:1:19 option 5 a,b\n" },
		{ "--pre\n--prefer-binary\n--require-hashes\n--trusted-host h\n--use-feature f\n",
		  "r.in:1:1 option 6 \nr.in:2:1 option 7 \nr.in:3:1 option 8 \nr.in:4:1 option 9 h\n"
		  "r.in:5:1 option 10 f\n" },
		{ "-f links\n-f https://x/y\n-f/abs/links\n",
		  "r.in:1:1 option 3 links\nr.in:2:1 option 3 https://x/y\nr.in:3:1 option 3 /abs/links\n" },
		{ "--extra-index https://c\n",
		  "r.in:1:1 option 1 https://c\n" }, // cut short, yet unique
		{ "--no-require-hashes\n", "" },
		{ "foo==1 --hash=sha256:" HEX64 " \\\n  --hash sha512:" HEX64 HEX64 "\n",
		  "r.in:1:1 foo==1 sha256:0123 sha512:0123\n" },
		{ "foo --config-settings=\"a=b c\" -C d=e\n",
		  "r.in:1:1 foo {a=b c} {d=e}\n" },
		// A marker is not split as a shell would.
		{ "foo ; os_name == 'a b' --hash=sha256:" HEX64 "\n",
		  "r.in:1:1 foo; os_name == \"a b\" sha256:0123\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_req_3_option_errors(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "--indx-url https://a\nfoo\n",
		  "r.in:2:1 foo\nr.in:1:1+10 error unknown option '--indx-url' (did you mean '--index-url'?)\n" },
		{ "--no-such\n", "r.in:1:1+9 error unknown option '--no-such'\n" },
		{ "-x\n", "r.in:1:1+2 error unknown option '-x'\n" },
		{ "--pr\n",
		  "r.in:1:1+4 error unknown option '--pr' (did you mean '--pre'?)\n" },
		{ "-r\n", "r.in:1:1+2 error '--requirement' needs a value\n" },
		{ "--hash=\n", "r.in:1:1+7 error '--hash' needs a value\n" },
		{ "--pre=yes\n", "r.in:1:1+9 error '--pre' takes no value\n" },
		{ "--pre foo\n",
		  "r.in:1:7+3 error unexpected 'foo' after an option (put it on a line of its own)\n" },
		{ "-i 'a\n", "r.in:1:4+2 error the quote ' is not closed\n" },
		{ "foo --pre\n",
		  "r.in:1:5+5 error '--pre' does not belong to a requirement (put it on a line of its own)\n" },
		{ "--all-releases :all:\n",
		  "r.in:1:1+20 error '--all-releases' is not supported yet\n" },
		{ "foo==1 \\\n# why\n--hash=sha256:" HEX64 "\n",
		  "r.in:1:1 foo==1\nr.in:3:1+78 error '--hash' without a requirement (a comment line or a missing '\\' "
		  "ends the line it was to continue)\n" },
		{ "foo --hash=md5:00\n",
		  "r.in:1:12+6 error expected 'sha256:', 'sha384:' or 'sha512:' and digits, found "
		  "'md5:00' (md5 proves nothing any more: use sha256)\n" },
		{ "foo --hash sha256:12\n",
		  "r.in:1:12+9 error expected 64 hexadecimal digits after 'sha256:', found 2 characters\n" },
		{ "foo --hash abc\n",
		  "r.in:1:12+3 error expected 'sha256:', 'sha384:' or 'sha512:' and digits, found 'abc'\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_req_6_editables_paths_and_urls(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "-e .\n--editable=./x\n-e foo\n",
		  "r.in:1:4 editable .\nr.in:2:12 editable ./x\nr.in:3:4 editable foo\n" },
		{ "./x[a, B_c] ; os_name=='nt'\n", "r.in:1:1 ./x\n" },
		{ "../x\n/abs/x\nsub/x\nfoo-1.0.zip\nfoo-1.0-py3-none-any.whl\n",
		  "r.in:1:1 ../x\nr.in:2:1 /abs/x\nr.in:3:1 sub/x\nr.in:4:1 foo-1.0.zip\n"
		  "r.in:5:1 foo-1.0-py3-none-any.whl\n" },
		{ "https://x/foo.whl\nHTTPS://x/y ; os_name=='nt'\n",
		  "r.in:1:1 https://x/foo.whl\nr.in:2:1 HTTPS://x/y\n" },
		{ "git+https://x/y.git@v1#egg=Foo[b]&subdirectory=z\n",
		  "r.in:1:1 foo[b] @ git+https://x/y.git@v1#egg=Foo[b]&subdirectory=z\n" },
		{ "-e git+https://x/y.git#egg=foo\n",
		  "r.in:1:4 editable foo @ git+https://x/y.git#egg=foo\n" },
		{ "-e 'foo @ git+https://x/y.git ; os_name==\"nt\"'\n",
		  "r.in:1:4 editable foo @ git+https://x/y.git ; os_name == \"nt\"\n" },
		{ "foo @ file:///a/b.whl\n", "r.in:1:1 foo @ file:///a/b.whl\n" },
		{ "foo;\n", "r.in:1:1 foo\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_req_6_extras_and_marker_of_a_path(void **state)
{
	(void)state;
	struct run *run = start_text("./x[b, A_c] ; os_name=='nt'\n");
	const struct requirement *requirement = &run->set.entries[0].requirement;
	assert_int_equal(run->set.len, 1);
	assert_int_equal(requirement->extras_len, 2);
	assert_true(slice_eq(requirement->extras[0], S("a-c")));
	assert_non_null(requirement->marker);
	assert_true(slice_eq(requirement->text, S("./x[b, A_c] ; os_name=='nt'")));
	finish(run);
}

static void test_req_9_errors_have_line_and_column(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "foo\n  bar=1\nbaz\n",
		  "r.in:1:1 foo\nr.in:3:1 baz\nr.in:2:6+2 error expected an operator such as '>=' or '==', found '=1' "
		  "(did you mean '=='?)\n" },
		{ "foo \\\n  >=1, \\\n   oops\n",
		  "r.in:3:4+4 error expected an operator such as '>=' or '==', found 'oops'\n" },
		{ "foo ; \\\n os_nam == 'nt'\n",
		  "r.in:2:2+6 error unknown marker variable 'os_nam' (did you mean 'os_name'?)\n" },
		{ "foo ; os_name\n",
		  "r.in:1:14+0 error expected a comparison such as '==', '>=' or 'in', found nothing\n" },
		{ "foo \\ \n  >=1 # why\n",
		  "r.in:1:5+1 error the '\\' does not continue the line: something follows it (remove what stands between "
		  "the '\\' and the end of the line)\n"
		  "r.in:2:3+2 error expected a project name, found '>='\n" },
		{ "./x[a b]\n",
		  "r.in:1:7+1 error expected ',' or ']' after an extra, found 'b'\n" },
		{ "./x[a] ; os_nam=='nt'\n",
		  "r.in:1:10+6 error unknown marker variable 'os_nam' (did you mean 'os_name'?)\n" },
		{ "https://x ; os_nam=='nt'\n",
		  "r.in:1:13+6 error unknown marker variable 'os_nam' (did you mean 'os_name'?)\n" },
		{ "git+https://x#egg=a==1\n",
		  "r.in:1:19+4 error '#egg=' takes a name and extras only, found 'a==1'\n" },
		{ "git+https://x#egg=-\n",
		  "r.in:1:19+1 error expected a project name, found '-'\n" },
		// Quotes are gone from the value, so the whole of it is the place.
		{ "-e \"foo @ git+https://x ; os_nam=='nt'\"\n",
		  "r.in:1:4+36 error unknown marker variable 'os_nam' (did you mean 'os_name'?)\n" },
		{ "-e git+https://x ; os_name=='nt'\n",
		  "r.in:1:18+1 error unexpected ';' after an option (quote the value together with its marker: -e "
		  "'NAME @ URL ; MARKER')\n" },
	};
	expect_all(vectors, COUNT(vectors));
}

static void test_req_4_includes_are_relative_to_their_file(void **state)
{
	(void)state;
	static const struct file files[] = {
		{ "a/r.in", "-r sub/x.in\n-c ../c.txt\nfoo\n-r sub/x.in\n", 0 },
		{ "a/sub/x.in", "bar\n--requirement=./y.in\n", 0 },
		{ "a/sub/y.in", "baz\n", 0 },
		{ "c.txt", "baz<3\n-r d.txt\n", 0 },
		{ "d.txt", "qux<4\n-f links\n", 0 },
	};
	struct run *run = start(files, COUNT(files), false);
	assert_string_equal(describe(run),
			    "a/sub/x.in:1:1 bar < a/r.in:1:1\n"
			    "a/sub/y.in:1:1 baz < a/r.in:1:1 < a/sub/x.in:2:1\n"
			    "c.txt:1:1 constraint baz<3 < a/r.in:2:1\n"
			    "d.txt:1:1 constraint qux<4 < a/r.in:2:1 < c.txt:2:1\n"
			    "a/r.in:3:1 foo\n"
			    "a/sub/x.in:1:1 bar < a/r.in:4:1\n"
			    "a/sub/y.in:1:1 baz < a/r.in:4:1 < a/sub/x.in:2:1\n"
			    "d.txt:2:1 option 3 links\n");
	finish(run);
}

static void test_req_4_recursion_names_both_files(void **state)
{
	(void)state;
	static const struct file files[] = {
		{ "r.in", "foo\n-r sub/x.in\n", 0 },
		{ "sub/x.in", "-c ../sub/../r.in\nbar\n", 0 },
	};
	struct run *run = start(files, COUNT(files), false);
	assert_string_equal(
		describe(run),
		"r.in:1:1 foo\nsub/x.in:2:1 bar < r.in:2:1\n"
		"sub/x.in:1:1+17 error 'sub/x.in' includes 'r.in', which is still being read\n");
	finish(run);
}

static int read_deeper(void *context, const char *path, struct arena *arena,
		       struct slice *ret_text, struct error *err)
{
	(void)err;
	(void)context;
	*ret_text = arena_printf(arena, "-r x%s\n-r y%s\n", path, path);
	return 0;
}

static void test_req_4_inclusion_is_bounded(void **state)
{
	(void)state;
	struct arena arena = { 0 };
	struct requirement_set set = { 0 };
	struct diagnostics diagnostics = { .arena = &arena };
	struct requirement_reader reader = { read_deeper, NULL, NULL, NULL, NULL };
	assert_int_equal(requirements_read("r", false, &reader, &arena, &set,
					   &diagnostics),
			 -1);
	assert_non_null(strstr(diagnostics.items[0].error.cause, "include one another"));
	arena_release(&arena);
}

static void test_req_4_what_cannot_be_read(void **state)
{
	(void)state;
	static const struct file files[] = {
		{ "r.in", "-r none.in\n-r https://x/y\n-c file:///a%20b\nfoo\n", 0 },
		{ "/a b", "bar\n", 0 },
	};
	struct run *run = start(files, COUNT(files), false);
	assert_string_equal(describe(run),
			    "/a b:1:1 constraint bar < r.in:3:1\nr.in:4:1 foo\n"
			    "r.in:1:1+10 error cannot read 'none.in'\n"
			    "r.in:2:4+11 error a file at a URL cannot be read here\n");
	finish(run);
}

static void test_req_7_constraints(void **state)
{
	(void)state;
	static const struct file file = {
		"c.txt", "foo<2\nbar[x]<2\n-e ./x\n./y\nhttps://x/y\nbaz @ https://x/y\n",
		0
	};
	struct run *run = start(&file, 1, true);
	assert_string_equal(
		describe(run),
		"c.txt:1:1 constraint foo<2\nc.txt:6:1 constraint baz @ https://x/y\n"
		"c.txt:2:1+8 error a requirement with extras cannot be a constraint (leave out "
		"the extras: a constraint bounds 'bar' whatever its extras)\n"
		"c.txt:3:4+3 error an editable requirement cannot be a constraint\n"
		"c.txt:4:1+3 error a requirement without a name cannot be a constraint\n"
		"c.txt:5:1+11 error a requirement without a name cannot be a constraint\n");
	finish(run);
}

struct encoded {
	const char *text;
	size_t len;
	const char *wanted;
};

#define BYTES(literal) literal, sizeof(literal) - 1

static void test_req_5_encodings(void **state)
{
	(void)state;
	static const struct encoded vectors[] = {
		{ BYTES("\xef\xbb\xbf"
			"foo\n"),
		  "r.in:1:1 foo\n" },
		{ BYTES("\xff\xfe"
			"f\0o\0o\0\n\0#\0\x3d\xd8\0\xde"),
		  "r.in:1:1 foo\n" },
		{ BYTES("\xfe\xff\0f\0o\0o"), "r.in:1:1 foo\n" },
		{ BYTES("\xff\xfe"
			"f\0o"),
		  "+0 error 'r.in' is not valid UTF-16 at byte 4\n" },
		{ BYTES("\xff\xfe\0\xd8"
			"a\0"),
		  "+0 error 'r.in' is not valid UTF-16 at byte 2\n" },
		{ BYTES("\xff\xfe\0\0f\0\0\0"),
		  "+0 error 'r.in' is UTF-32, which is not supported (save the file as "
		  "UTF-8)\n" },
		{ BYTES("# -*- coding: latin-1 -*-\n./\xe9\n"), "r.in:2:1 ./\xc3\xa9\n" },
		{ BYTES("\n# vim: fileencoding=CP1252\n./\x80\n"),
		  "r.in:3:1 ./\xe2\x82\xac\n" },
		{ BYTES("# coding utf-8\nfoo\n"), "r.in:2:1 foo\n" },
		{ BYTES("# coding: koi8-r\n"),
		  "r.in:1:11+6 error the encoding 'koi8-r' is not supported (save the "
		  "file as UTF-8)\n" },
		{ BYTES("foo\n# Jos\xe9\n"),
		  "r.in:2:6+1 error the byte 0xe9 is not valid UTF-8 (save the file as UTF-8, or "
		  "name its encoding in the first line: '# coding: latin-1')\n" },
		{ BYTES("f\0o\0"),
		  "r.in:1:2+1 error the text holds a NUL byte (the file may be UTF-16 without a byte order "
		  "mark: save it as UTF-8)\n" },
	};
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct file file = { "r.in", vectors[i].text, vectors[i].len };
		struct run *run = start(&file, 1, false);
		assert_string_equal(describe(run), vectors[i].wanted);
		finish(run);
	}
}

static void test_standard_input_has_a_name(void **state)
{
	(void)state;
	static const struct file files[] = { { "-", "foo bar\n-r x.in\n", 0 },
					     { "x.in", "baz\n", 0 } };
	struct run *run = start(files, COUNT(files), false);
	assert_string_equal(
		describe(run),
		"x.in:1:1 baz < standard input:2:1\nstandard input:1:5+3 error expected a version specifier "
		"such as '>=1.0', '@', ';' or the end, found 'bar'\n");
	finish(run);
}

static void test_arguments_of_the_command_line(void **state)
{
	(void)state;
	struct run *run = test_calloc(1, sizeof(*run));
	run->diagnostics.arena = &run->arena;
	assert_int_equal(requirements_add_argument(S(" numpy>=2 "), &run->arena,
						   &run->set, &run->diagnostics),
			 0);
	assert_int_equal(requirements_add_argument(S("./x"), &run->arena, &run->set,
						   &run->diagnostics),
			 0);
	assert_int_equal(requirements_add_argument(S("numpy=2"), &run->arena, &run->set,
						   &run->diagnostics),
			 -1);
	assert_int_equal(requirements_add_argument(S(""), &run->arena, &run->set,
						   &run->diagnostics),
			 -1);
	assert_string_equal(
		describe(run),
		"command line:1:2 numpy>=2\ncommand line:1:1 ./x\n"
		"command line:1:6+2 error expected an operator such as '>=' or '==', found '=2' (did you mean "
		"'=='?)\ncommand line:1:1+0 error expected a project name, found nothing\n");
	finish(run);
}

static void test_spans_stay_on_the_first_line(void **state)
{
	(void)state;
	struct run *run = start_text("foo \\\n  >=1\n");
	assert_int_equal(run->set.entries[0].span.offset, 0);
	assert_int_equal(run->set.entries[0].span.len, 5);
	finish(run);
}

static void test_many_errors_are_counted(void **state)
{
	(void)state;
	struct arena arena = { 0 };
	struct buf buf = { .arena = &arena };
	for (unsigned i = 0; i < 50; i++)
		buf_append(&buf, S("foo=1\n"));
	struct run *run = start_text(arena_c_string(&arena, buf_slice(&buf)));
	assert_int_equal(run->diagnostics.len, DIAGNOSTICS_MAX);
	assert_int_equal(run->diagnostics.error_count, 50);
	finish(run);
	arena_release(&arena);
}

// "place parent: requirement" an override a line, then problems.
static const char *read_overrides(struct run *run, const char *text)
{
	struct buf buf = { .arena = &run->arena };
	struct file file = { "o.txt", text, 0 };
	run->files = &file;
	run->count = 1;
	run->diagnostics.arena = &run->arena;
	struct requirement_reader reader = { read_case, run, fake_getenv, NULL, NULL };
	int result = requirements_read_overrides("o.txt", &reader, &run->arena, &run->set,
						 &run->diagnostics);
	assert_int_equal(result<0, run->diagnostics.error_count> 0);
	for (size_t i = 0; i < run->set.len; i++) {
		const struct requirement_entry *e = &run->set.entries[i];
		assert_true(e->is_override && !e->is_constraint);
		buf_printf(&buf, "%.*s ", SLICE_ARG(e->parent));
	}
	buf_append(&buf, slice_from(describe(run)));
	return arena_c_string(&run->arena, buf_slice(&buf));
}

static void test_overrides(void **state)
{
	(void)state;
	static const struct vector vectors[] = {
		{ "a==1\n", " o.txt:1:1 a==1\n" },
		{ "P_x:a==1 # why\nq : b\n", "p-x q o.txt:1:5 a==1\no.txt:2:5 b\n" },
		{ "a @ https://x/a.whl\n", " o.txt:1:1 a @ https://x/a.whl\n" },
		{ "p:a @ file:///a.whl\n", "p o.txt:1:3 a @ file:///a.whl\n" },
		{ "https://x/a.whl\n",
		  "o.txt:1:1+15 error a requirement without a name cannot be an override\n" },
		{ "-e a\n-c c\n-i u\n",
		  "o.txt:1:4+1 error a requirement without a name cannot be an override\n"
		  "o.txt:2:1+4 error a file of overrides cannot include constraints\n"
		  "o.txt:3:1+4 error '--index-url' has no meaning in a file of overrides\n" },
	};
	for (size_t i = 0; i < COUNT(vectors); i++) {
		struct run *run = test_calloc(1, sizeof(*run));
		assert_string_equal(read_overrides(run, vectors[i].text),
				    vectors[i].wanted);
		finish(run);
	}
}

static void test_excludes(void **state)
{
	(void)state;
	AUTO(arena_cleanup) struct arena arena = { 0 };
	struct diagnostics diagnostics = { .arena = &arena };
	struct requirement_set set = { 0 };
	assert_int_equal(requirements_add_exclude(S("A.b"), &arena, &set, &diagnostics),
			 0);
	assert_int_equal(requirements_add_exclude(S("P:c"), &arena, &set, &diagnostics),
			 0);
	assert_int_equal(requirements_add_exclude(S("c>1"), &arena, &set, &diagnostics),
			 -1);
	assert_int_equal(requirements_add_exclude(S(":"), &arena, &set, &diagnostics),
			 -1);
	assert_int_equal(set.excludes_len, 2);
	assert_true(slice_eq(set.excludes[0].name, S("a-b")));
	assert_true(slice_eq(set.excludes[1].parent, S("p")));
	assert_true(slice_eq(set.excludes[1].name, S("c")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_req_1_lines_join_then_comments_go),
		cmocka_unit_test(test_req_2_variables),
		cmocka_unit_test(test_req_2_variables_go_to_ones_own_hosts),
		cmocka_unit_test(test_req_3_options),
		cmocka_unit_test(test_req_3_option_errors),
		cmocka_unit_test(test_req_6_editables_paths_and_urls),
		cmocka_unit_test(test_req_6_extras_and_marker_of_a_path),
		cmocka_unit_test(test_req_9_errors_have_line_and_column),
		cmocka_unit_test(test_req_4_includes_are_relative_to_their_file),
		cmocka_unit_test(test_req_4_recursion_names_both_files),
		cmocka_unit_test(test_req_4_inclusion_is_bounded),
		cmocka_unit_test(test_req_4_what_cannot_be_read),
		cmocka_unit_test(test_req_7_constraints),
		cmocka_unit_test(test_req_5_encodings),
		cmocka_unit_test(test_standard_input_has_a_name),
		cmocka_unit_test(test_arguments_of_the_command_line),
		cmocka_unit_test(test_spans_stay_on_the_first_line),
		cmocka_unit_test(test_many_errors_are_counted),
		cmocka_unit_test(test_overrides),
		cmocka_unit_test(test_excludes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
