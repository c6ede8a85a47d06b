// SPDX-License-Identifier: MIT
// How the time of each parser of outside bytes grows with its input. Each case is a text made for the worst: `unit` n
// times between `head` and `tail`, and where it nests, `close` as often after `middle`. "%u" in a unit is its number.
//
//	bench_growth [TEXT]    the cases whose name has TEXT in it
//
// One line each on stdout, for programs; exponent: of the time, from the smallest n to the largest.
//
//	{"case": "toml keys", "bytes": 4194304, "ms": [6.1, 12.2, 24.9, 50.3], "exponent": 1.01}
#include "base/headers.h"
#include "base/html_links.h"
#include "base/ini.h"
#include "base/json_scanner.h"
#include "base/limits.h"
#include "base/map.h"
#include "base/toml.h"
#include "builder/wheel/entry_points.h"
#include "builder/wheel/record.h"
#include "lockfile/export.h"
#include "lockfile/graph.h"
#include "oci/challenge.h"
#include "oci/reference.h"
#include "packaging/filename.h"
#include "packaging/metadata.h"
#include "packaging/name.h"
#include "resolver/index/page.h"
#include "resolver/index/sdist_egg.h"
#include "resolver/index/static_project.h"
#include "resolver/requirements/project.h"
#include "net/url.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

enum { STEPS = 4, ENOUGH_MS = 12, BYTES_MAX = 8 * 1024 * 1024, RUNS = 3 };

// --- what reads ------------------------------------------------------------------------

static void as_toml(struct arena *arena, struct slice text)
{
	struct source source = { S("x.toml"), text };
	struct diagnostics diagnostics = { .arena = arena };
	struct toml_table *root;
	(void)!toml_parse(&source, arena, &root, &diagnostics);
}

static void as_ini(struct arena *arena, struct slice text)
{
	struct source source = { S("x.ini"), text };
	struct diagnostics diagnostics = { .arena = arena };
	struct ini_entries entries;
	ini_parse(&source, arena, &diagnostics, &entries);
}

static void as_headers(struct arena *arena, struct slice text)
{
	struct header_block block;
	struct error err;
	(void)!headers_parse(arena, text, &block, &err);
}

static void as_metadata(struct arena *arena, struct slice text)
{
	struct metadata metadata;
	struct error err;
	(void)!metadata_parse(arena, text, &metadata, &err);
}

static void as_json(struct arena *arena, struct slice text)
{
	struct json_scanner scanner;
	enum json_token token;
	json_begin(&scanner, text, arena);
	while ((token = json_next(&scanner)) != JSON_END && token != JSON_ERROR)
		;
}

static void as_html(struct arena *arena, struct slice text)
{
	struct html_scanner scanner;
	struct html_element element;
	html_begin(&scanner, text, arena);
	while (html_next(&scanner, &element))
		;
}

static void as_page(struct arena *arena, struct slice text, struct slice content_type)
{
	struct page_input input = { .body = text,
				    .content_type = content_type,
				    .url = S("https://index.example/simple/x/"),
				    .name = S("x") };
	struct slice record;
	struct error err;
	(void)!page_read_record(&input, arena, arena, &record, &err);
}

static void as_json_page(struct arena *arena, struct slice text)
{
	as_page(arena, text, S("application/json"));
}

static void as_html_page(struct arena *arena, struct slice text)
{
	as_page(arena, text, S("text/html"));
}

static int give_text(void *context, const char *path, struct arena *arena,
		     struct slice *ret_text, struct error *err)
{
	(void)arena;
	if (strcmp(path, "in") != 0)
		return error_set(err, ERROR_INPUT, "cannot read '%s'", path);
	*ret_text = *(struct slice *)context;
	return 0;
}

static void as_requirements(struct arena *arena, struct slice text)
{
	struct requirement_reader reader = { give_text, &text, NULL, NULL };
	struct requirement_set set = { 0 };
	struct diagnostics diagnostics = { .arena = arena };
	(void)!requirements_read("in", false, &reader, arena, &set, &diagnostics);
}

static void as_project(struct arena *arena, struct slice text)
{
	static const struct project_request all = { .dependencies = true,
						    .all_extras = true,
						    .all_groups = true };
	struct requirement_reader reader = { give_text, &text, NULL, NULL };
	struct requirement_set set = { 0 };
	struct diagnostics diagnostics = { .arena = arena };
	(void)!requirements_read_project("in", &all, &reader, arena, &set, &diagnostics);
}

static void as_script(struct arena *arena, struct slice text)
{
	struct requirement_reader reader = { give_text, &text, NULL, NULL };
	struct requirement_set set = { 0 };
	struct diagnostics diagnostics = { .arena = arena };
	(void)!requirements_read_script("in", &reader, arena, &set, &diagnostics);
}

static void as_requirement(struct arena *arena, struct slice text)
{
	struct requirement requirement;
	struct error err;
	if (requirement_parse(arena, text, REQUIREMENT_STRICT, &requirement, NULL,
			      &err) == 0)
		(void)requirement_text(arena, &requirement);
	(void)!requirement_parse(arena, text, REQUIREMENT_LENIENT, &requirement, NULL,
				 &err);
}

static void as_marker(struct arena *arena, struct slice text)
{
	struct marker *marker;
	struct error err;
	if (marker_parse(arena, text, MARKER_IN_METADATA, &marker, NULL, &err) == 0)
		(void)marker_text(arena, marker);
}

static void as_specifiers(struct arena *arena, struct slice text)
{
	struct specifier_set set;
	struct error err;
	(void)!specifier_set_parse(arena, text, true, &set, NULL, &err);
}

static void as_version(struct arena *arena, struct slice text)
{
	struct version version, other;
	if (version_parse(arena, text, &version) && version_parse(arena, text, &other)) {
		(void)version_cmp(&version, &other);
		(void)version_normal(arena, &version);
	}
}

static void as_names(struct arena *arena, struct slice text)
{
	struct wheel_name wheel;
	struct sdist_name sdist;
	(void)wheel_name_parse(text, &wheel);
	(void)sdist_name_parse(text, S("x"), &sdist);
	(void)name_normalize(arena, text);
	(void)name_eq(text, text);
}

static void as_record(struct arena *arena, struct slice text)
{
	struct record record;
	struct error err;
	struct map rows = { .arena = arena };
	if (record_parse(text, arena, &record, &err) < 0)
		return;
	for (size_t i = 0; i < record.len; i++)
		map_insert(&rows, record.rows[i].path, (uint32_t)i, NULL);
}

static void as_entry_points(struct arena *arena, struct slice text)
{
	struct entry_point_list list;
	struct error err;
	(void)!entry_points_parse(text, arena, &list, &err);
}

static void as_egg_requires(struct arena *arena, struct slice text)
{
	as_metadata(arena, egg_requires_headers(arena, text));
}

static void as_setup_cfg(struct arena *arena, struct slice text)
{
	struct static_known known = { S("x"), S("1") };
	struct slice headers, why;
	(void)static_setup_cfg_headers(&(struct static_setup){ text, S(""), S("") },
				       &known, arena, &headers, &why);
}

static void as_setup_py(struct arena *arena, struct slice text)
{
	struct static_known known = { S("x"), S("1") };
	struct slice headers, why;
	(void)static_setup_cfg_headers(&(struct static_setup){ S("[metadata]\nname=x\n"),
							       text, S("") },
				       &known, arena, &headers, &why);
}

static void as_pyproject(struct arena *arena, struct slice text)
{
	struct static_known known = { S("x"), S("1") };
	struct slice headers, why;
	(void)static_project_headers(text, &known, arena, &headers, &why);
}

static void as_lock(struct arena *arena, struct slice text)
{
	struct source source = { S("pylock.toml"), text };
	struct diagnostics diagnostics = { .arena = arena };
	struct lock_export_options options = { .via = true };
	struct lock_selection selection;
	struct lock_graph graph;
	struct target target;
	struct slice exported;
	struct error err;
	struct lock lock;
	if (lock_read(&source, arena, &lock, &diagnostics) < 0 ||
	    target_parse(arena, S("cp312-linux-amd64-glibc2.28"), &target, &err) < 0)
		return;
	(void)lock_write(arena, &lock);
	lock_graph_init(&graph, arena, &lock);
	if (lock.len)
		(void)lock_graph_chains(&graph, arena, (uint32_t)lock.len - 1, 20);
	(void)!lock_select(&lock, &(struct lock_select_options){ .target = &target },
			   arena, &selection, &err);
	(void)!lock_export_requirements(&lock, &options, arena, &exported, &err);
}

static void as_address(struct arena *arena, struct slice text)
{
	struct reference reference;
	struct error err;
	(void)challenge_parse(text, arena);
	(void)!reference_parse(text, arena, &reference, &err);
	(void)url_redact(arena, text);
	(void)url_resolve(arena, S("https://index.example/simple/x/"), text);
	(void)url_file_name(arena, text);
}

// --- cases -----------------------------------------------------------------------------

struct growth_case {
	const char *name;
	void (*read)(struct arena *arena, struct slice text);
	const char *head, *unit, *middle, *close, *tail;
};

#define REPEAT(name, read, head, unit, tail)         \
	{                                            \
		name, read, head, unit, "", "", tail \
	}
#define NEST(name, read, head, unit, middle, close, tail)   \
	{                                                   \
		name, read, head, unit, middle, close, tail \
	}
#define PACKAGE                                                                    \
	"[[packages]]\nname = \"p%u\"\nversion = \"1\"\nindex = "                  \
	"\"https://x.example/simple\"\n"                                           \
	"wheels = [{url = \"https://x.example/p%u-1-py3-none-any.whl\", hashes = " \
	"{sha256 = \"0000000000000000000000000000000000000000000000000000000000000000\"}}]\n"

static const struct growth_case CASES[] = {
	REPEAT("toml keys", as_toml, "", "k%u = 1\n", ""),
	REPEAT("toml same key", as_toml, "", "k = 1\n", ""),
	REPEAT("toml tables", as_toml, "", "[t%u]\n", ""),
	REPEAT("toml array tables", as_toml, "", "[[a]]\nx = %u\n", ""),
	REPEAT("toml subtables", as_toml, "", "[[a]]\n[a.b]\n[[a.c]]\n", ""),
	REPEAT("toml dotted keys", as_toml, "", "a.b%u.c = 1\n", ""),
	REPEAT("toml long dotted key", as_toml, "a", ".a", " = 1\n"),
	REPEAT("toml inline table", as_toml, "a = {", "k%u = 1, ", "z = 1}\n"),
	REPEAT("toml array", as_toml, "a = [", "%u, ", "]\n"),
	REPEAT("toml string", as_toml, "a = \"", "\\n\\u00e9", "\"\n"),
	REPEAT("toml open string", as_toml, "", "a%u = \"\"\"\n", ""),
	REPEAT("toml quotes", as_toml, "a = '''", "''x", "'''\n"),
	REPEAT("toml comments", as_toml, "a = [", "#\n", "]\n"),
	REPEAT("toml bad lines", as_toml, "", "=\n", ""),
	REPEAT("toml number", as_toml, "a = 1", "_1", "\n"),
	NEST("toml nested", as_toml, "a = ", "[", "", "]", "\n"),
	REPEAT("ini entries", as_ini, "[a]\n", "k%u = 1\n", ""),
	REPEAT("ini sections", as_ini, "", "[s%u]\n", ""),
	REPEAT("ini continued", as_ini, "[a]\nk = \n", "  x\n", ""),
	REPEAT("ini bad lines", as_ini, "[a]\n", "x\n", ""),
	REPEAT("ini no newline", as_ini, "[a]\nk", "[", ""),
	REPEAT("headers", as_headers, "", "N%u: x\n", ""),
	REPEAT("headers continued", as_headers, "Name: x\n", " y\r\n", ""),
	REPEAT("headers without colon", as_headers, "Name: x\n", "aaaaaaaa", ""),
	REPEAT("headers stray lines", as_headers, "", ":\n", ""),
	REPEAT("metadata requires", as_metadata, "Name: x\nVersion: 1\n",
	       "Requires-Dist: p%u (>=1); extra == 'e%u'\n", ""),
	REPEAT("metadata same requirement", as_metadata, "Name: x\nVersion: 1\n",
	       "Requires-Dist: p\n", ""),
	REPEAT("metadata extras", as_metadata, "Name: x\nVersion: 1\n",
	       "Provides-Extra: e%u\n", ""),
	REPEAT("metadata dynamic", as_metadata, "Name: x\nVersion: 1\n", "Dynamic: d%u\n",
	       ""),
	REPEAT("metadata classifiers", as_metadata, "Name: x\nVersion: 1\n",
	       "Classifier: License :: %u\n", ""),
	REPEAT("json array", as_json, "[", "%u,", "1]"),
	REPEAT("json string", as_json, "\"", "\\n\\u00e9\\ud83d\\ude00", "\""),
	REPEAT("json open string", as_json, "\"", "\\\"", ""),
	REPEAT("json blanks", as_json, "[", "  \n", "1]"),
	REPEAT("json number", as_json, "[1", "0", "]"),
	NEST("json nested", as_json, "", "[", "1", "]", ""),
	REPEAT("json objects", as_json, "[", "{\"a\":{\"b\":\"c%u\"}},", "1]"),
	REPEAT("html anchors", as_html, "", "<a href='%u'>x</a>", ""),
	REPEAT("html open tags", as_html, "", "<", ""),
	REPEAT("html open anchors", as_html, "", "<a ", ""),
	REPEAT("html attributes", as_html, "<a ", "b%u=c ", ">"),
	REPEAT("html open quotes", as_html, "", "<a b='", ""),
	REPEAT("html open comments", as_html, "", "<!--", ""),
	REPEAT("html open scripts", as_html, "", "<script>", ""),
	REPEAT("html script ends", as_html, "<script>", "</", ""),
	REPEAT("html entities", as_html, "<a href='", "&amp", "'>"),
	REPEAT("html slashes", as_html, "<a ", "/=", ">"),
	REPEAT("page wheels", as_json_page,
	       "{\"meta\":{\"api-version\":\"1.0\"},\"name\":\"x\",\"files\":[",
	       "{\"filename\":\"x-%u-py3-none-any.whl\",\"url\":\"a\",\"hashes\":{}},",
	       "{}]}"),
	REPEAT("page same version", as_json_page,
	       "{\"meta\":{\"api-version\":\"1.0\"},\"name\":\"x\",\"files\":[",
	       "{\"filename\":\"x-1-%u-py3-none-any.whl\",\"url\":\"a\",\"hashes\":{}},",
	       "{\"filename\":\"x-1-py3-none-any.whl\",\"url\":\"a\",\"hashes\":{}}]}"),
	REPEAT("page same file", as_json_page,
	       "{\"meta\":{\"api-version\":\"1.0\"},\"name\":\"x\",\"files\":[",
	       "{\"filename\":\"x-1-py3-none-any.whl\",\"url\":\"a%u\",\"hashes\":{}},",
	       "{\"filename\":\"x-1-py3-none-any.whl\",\"url\":\"a\",\"hashes\":{}}]}"),
	REPEAT("page equal versions", as_json_page,
	       "{\"meta\":{\"api-version\":\"1.0\"},\"name\":\"x\",\"files\":[",
	       "{\"filename\":\"x-1.0+%u-py3-none-any.whl\",\"url\":\"a\",\"hashes\":{}},",
	       "{\"filename\":\"x-1-py3-none-any.whl\",\"url\":\"a\",\"hashes\":{}}]}"),
	REPEAT("page tags", as_json_page,
	       "{\"meta\":{\"api-version\":\"1.0\"},\"name\":\"x\",\"files\":[",
	       "{\"filename\":\"x-1-py3-none-p%u.whl\",\"url\":\"a\",\"hashes\":{}},",
	       "{\"filename\":\"x-1-py3-none-any.whl\",\"url\":\"a\",\"hashes\":{}}]}"),
	REPEAT("page pythons", as_json_page,
	       "{\"meta\":{\"api-version\":\"1.0\"},\"name\":\"x\",\"files\":[",
	       "{\"filename\":\"x-%u-py3-none-any.whl\",\"url\":\"a\",\"hashes\":{},"
	       "\"requires-python\":\">=3.%u\"},",
	       "{\"filename\":\"x-1-py3-none-any.whl\",\"url\":\"a\",\"hashes\":{}}]}"),
	REPEAT("page sdists", as_json_page,
	       "{\"meta\":{\"api-version\":\"1.0\"},\"name\":\"x\",\"files\":[",
	       "{\"filename\":\"x-%u.tar.gz\",\"url\":\"a\",\"hashes\":{}},",
	       "{\"filename\":\"x-1.tar.gz\",\"url\":\"a\",\"hashes\":{}}]}"),
	REPEAT("page hashes", as_json_page,
	       "{\"meta\":{\"api-version\":\"1.0\"},\"name\":\"x\",\"files\":[{"
	       "\"filename\":\"x-1.tar.gz\",\"url\":\"a\",\"hashes\":{",
	       "\"h%u\":\"00\",", "\"z\":\"1\"}}]}"),
	REPEAT("page of long versions", as_json_page,
	       "{\"meta\":{\"api-version\":\"1.0\"},\"name\":\"x\",\"files\":[{"
	       "\"filename\":\"x-1",
	       ".0", "-py3-none-any.whl\",\"url\":\"a\",\"hashes\":{}}]}"),
	REPEAT("html page", as_html_page, "", "<a href='x-%u-py3-none-any.whl'>x</a>",
	       ""),
	REPEAT("html page bases", as_html_page, "",
	       "<base href='a/b/'><a href='x-%u.tar.gz'>x</a>", ""),
	REPEAT("requirements", as_requirements, "", "p%u>=1\n", ""),
	REPEAT("requirements same", as_requirements, "", "p>=1\n", ""),
	REPEAT("requirements continued", as_requirements, "p", " \\\n", ">=1\n"),
	REPEAT("requirements hashes", as_requirements, "p==1",
	       " \\\n --hash=sha256:"
	       "0000000000000000000000000000000000000000000000000000000000000000",
	       "\n"),
	REPEAT("requirements variables", as_requirements, "-f x", "${A%u}", "\n"),
	REPEAT("requirements options", as_requirements, "",
	       "--extra-index-url https://x%u.example/\n", ""),
	REPEAT("requirements option words", as_requirements, "p", " --global-option=x",
	       "\n"),
	REPEAT("requirements includes", as_requirements, "", "-r in\n", ""),
	REPEAT("requirements absent includes", as_requirements, "", "-r x%u\n", ""),
	REPEAT("requirements bad lines", as_requirements, "", "=%u\n", ""),
	REPEAT("requirements bad bytes", as_requirements, "", "p\xff\n", ""),
	REPEAT("requirements comments", as_requirements, "p", " #", "\n"),
	REPEAT("requirements paths", as_requirements, "", "./a%u/../b\n", ""),
	REPEAT("requirements long path", as_requirements, "./a", "/../b", "\n"),
	REPEAT("requirements quotes", as_requirements, "-f '", "\\'\"", "\n"),
	REPEAT("project dependencies", as_project,
	       "[project]\nname = 'x'\ndependencies = [", "'p%u',", "]\n"),
	REPEAT("project extras", as_project,
	       "[project]\nname = 'x'\n[project.optional-dependencies]\n",
	       "e%u = ['p']\n", ""),
	REPEAT("project extras that include", as_project,
	       "[project]\nname = 'x'\n[project.optional-dependencies]\na = ['p']\n",
	       "e%u = ['x[a]']\n", ""),
	REPEAT("project groups", as_project, "[dependency-groups]\n", "g%u = ['p']\n",
	       ""),
	REPEAT("project groups that include", as_project,
	       "[dependency-groups]\na = ['p']\n", "g%u = [{include-group = 'a'}]\n", ""),
	REPEAT("project group of groups", as_project,
	       "[dependency-groups]\na = ['p']\nb = [", "{include-group = 'a'},", "]\n"),
	REPEAT("project escapes", as_project,
	       "[project]\nname = 'x'\ndependencies = [\"p", "\\u0020", "\"]\n"),
	REPEAT("script", as_script, "# /// script\n", "# k%u = 1\n", "# ///\n"),
	REPEAT("script open blocks", as_script, "", "# /// script\n#\n", ""),
	REPEAT("script of comments", as_script, "# /// script\n", "#\n", ""),
	REPEAT("script other blocks", as_script, "", "# /// a%u\n# ///\n", ""),
	REPEAT("script ends", as_script, "# /// script\n", "# ///\n", ""),
	REPEAT("requirement extras", as_requirement, "p[", "e%u,", "z]"),
	REPEAT("requirement same extra", as_requirement, "p[", "e,", "e]"),
	REPEAT("requirement name", as_requirement, "p", "-_.", "x"),
	REPEAT("requirement url", as_requirement, "p @ https://x/", "a@#", ""),
	REPEAT("requirement blanks", as_requirement, "p", " ", ">=1"),
	REPEAT("specifiers", as_specifiers, "", ">=%u,", ">1"),
	REPEAT("specifiers blanks", as_specifiers, ">=", " ", "1"),
	REPEAT("specifiers operators", as_specifiers, "", ">", "1"),
	REPEAT("specifiers without comma", as_specifiers, "", ">=1", ""),
	REPEAT("specifiers quotes", as_specifiers, "", "'\"", ">=1"),
	REPEAT("marker or", as_marker, "", "os_name == '%u' or ", "os_name == 'x'"),
	REPEAT("marker and or", as_marker, "", "os_name == '%u' and os_name == 'y' or ",
	       "os_name == 'x'"),
	NEST("marker nested", as_marker, "", "(", "os_name == 'x'", ")", ""),
	REPEAT("marker string", as_marker, "os_name == '", "a\\", "'"),
	REPEAT("marker in", as_marker, "python_version in '", "3.%u ", "3.1'"),
	REPEAT("marker blanks", as_marker, "os_name", " ", "== 'x'"),
	REPEAT("version segments", as_version, "1", ".%u", ""),
	REPEAT("version zeros", as_version, "1", ".0", ""),
	REPEAT("version digits", as_version, "1", "0", ""),
	REPEAT("version local", as_version, "1+a", ".1a", ""),
	REPEAT("file name dashes", as_names, "x-1", "-1", ".tar.gz"),
	REPEAT("file name of a wheel", as_names, "x-1-py3-none-a", ".a%u", ".whl"),
	REPEAT("file name of versions", as_names, "x", "-1.0", "-py3-none-any.whl"),
	REPEAT("record rows", as_record, "", "a/%u,,\n", ""),
	REPEAT("record same row", as_record, "", "a,,\n", ""),
	REPEAT("record quotes", as_record, "\"", "\"\"", "\",,\n"),
	REPEAT("record open quotes", as_record, "", "\"a\n", ""),
	REPEAT("record commas", as_record, "a", ",", "\n"),
	REPEAT("record line ends", as_record, "", "\r", ""),
	REPEAT("entry points", as_entry_points, "[console_scripts]\n", "a%u = b:c\n", ""),
	REPEAT("entry points same", as_entry_points, "[console_scripts]\n", "a = b:c\n",
	       ""),
	REPEAT("entry points groups", as_entry_points, "", "[g%u]\na = b\n", ""),
	REPEAT("entry points dotted", as_entry_points, "[console_scripts]\na = b", ".b",
	       ":c\n"),
	REPEAT("entry points extras", as_entry_points, "[console_scripts]\na = b:c [",
	       "e,", "e]\n"),
	REPEAT("egg requires", as_egg_requires, "", "p%u\n", ""),
	REPEAT("egg requires sections", as_egg_requires, "", "[e%u:os_name=='x']\np\n",
	       ""),
	REPEAT("setup.cfg requires", as_setup_cfg,
	       "[metadata]\nname=x\nversion=1\n[options]\ninstall_requires =\n",
	       "  p%u\n", ""),
	REPEAT("setup.cfg extras", as_setup_cfg,
	       "[metadata]\nname=x\nversion=1\n[options.extras_require]\n", "e%u = p\n",
	       ""),
	REPEAT("setup.py lines", as_setup_py, "from setuptools import setup\n", "\n#x",
	       "\nsetup()\n"),
	REPEAT("setup.py quotes", as_setup_py, "", "'''\"\"\"", "\nsetup()\n"),
	REPEAT("pyproject dependencies", as_pyproject,
	       "[project]\nname='x'\nversion='1'\ndependencies=[", "'p%u',", "]\n"),
	REPEAT("pyproject dynamic", as_pyproject,
	       "[project]\nname='x'\nversion='1'\ndynamic=[", "'d%u',", "]\n"),
	REPEAT("pyproject extras", as_pyproject,
	       "[project]\nname='x'\nversion='1'\n[project.optional-dependencies]\n",
	       "e%u=['p']\n", ""),
	REPEAT("lock packages", as_lock, "lock-version = \"1.0\"\ncreated-by = \"x\"\n",
	       PACKAGE, ""),
	REPEAT("lock packages of one name", as_lock,
	       "lock-version = \"1.0\"\ncreated-by = \"x\"\n",
	       "[[packages]]\nname = \"p\"\nversion = \"%u\"\nsdist = {url = "
	       "\"https://x.example/p-%u.tar.gz\", hashes = {sha256 = "
	       "\"0000000000000000000000000000000000000000000000000000000000000000\"}}\n"
	       "marker = \"os_name == '%u'\"\ndependencies = [{name = \"p\"}]\n",
	       ""),
	REPEAT("lock dependencies", as_lock,
	       "lock-version = \"1.0\"\ncreated-by = \"x\"\n",
	       PACKAGE "dependencies = [{name = \"p1\"}, {name = \"p2\"}]\n", ""),
	REPEAT("lock chain", as_lock, "lock-version = \"1.0\"\ncreated-by = \"x\"\n",
	       PACKAGE "dependencies = [{name = \"p%n\"}]\n", ""),
	REPEAT("lock dependency list", as_lock,
	       "lock-version = \"1.0\"\ncreated-by = \"x\"\n[[packages]]\nname = \"a\"\n"
	       "version = \"1\"\nsdist = {url = \"https://x.example/a-1.tar.gz\", hashes = "
	       "{sha256 = \"0000000000000000000000000000000000000000000000000000000000000000\""
	       "}}\ndependencies = [",
	       "{name = \"p%u\"},", "]\n"),
	REPEAT("lock wheels", as_lock,
	       "lock-version = \"1.0\"\ncreated-by = \"x\"\n[[packages]]\nname = \"p\"\n"
	       "version = \"1\"\nwheels = [",
	       "{url = \"https://x.example/p-1-py3-none-a%u.whl\", hashes = {sha256 = "
	       "\"0000000000000000000000000000000000000000000000000000000000000000\"}},",
	       "]\n"),
	REPEAT("lock hashes", as_lock,
	       "lock-version = \"1.0\"\ncreated-by = \"x\"\n[[packages]]\nname = \"p\"\n"
	       "version = \"1\"\nsdist = {url = \"https://x.example/p-1.tar.gz\", hashes = "
	       "{",
	       "h%u = \"00\",", "sha256 = \"00\"}}\n"),
	REPEAT("lock environments", as_lock,
	       "lock-version = \"1.0\"\ncreated-by = \"x\"\nenvironments = [",
	       "\"os_name == '%u'\",", "]\n"),
	REPEAT("lock extras", as_lock,
	       "lock-version = \"1.0\"\ncreated-by = \"x\"\nextras = [", "\"e%u\",",
	       "]\n"),
	REPEAT("lock targets", as_lock,
	       "lock-version = \"1.0\"\ncreated-by = \"x\"\n[tool.pinbake]\ntargets = [",
	       "\"t%u\",", "]\n"),
	REPEAT("lock requirements", as_lock,
	       "lock-version = \"1.0\"\ncreated-by = \"x\"\n[tool.pinbake]\n",
	       "[[tool.pinbake.requirements]]\nname = \"p%u\"\n", ""),
	REPEAT("address path", as_address, "https://x", "/..", ""),
	REPEAT("address users", as_address, "https://x", ":@", "/"),
	REPEAT("address escapes", as_address, "https://x/", "%%41", ""),
	REPEAT("address of challenge", as_address, "Bearer ", "a%u=\"b\\\"\",", "c=d"),
};

// --- texts -----------------------------------------------------------------------------

// "%u" is the number, "%n" the next one.
static void put_unit(struct buf *out, const char *unit, unsigned number)
{
	for (const char *at = unit; *at; at++) {
		if (at[0] == '%' && (at[1] == 'u' || at[1] == 'n'))
			buf_printf(out, "%u", number + (*++at == 'n'));
		else
			buf_byte(out, *at);
	}
}

static struct slice text_of(const struct growth_case *growth, unsigned n,
			    struct arena *arena)
{
	struct buf out = { .arena = arena };
	buf_append(&out, slice_from(growth->head));
	for (unsigned i = 0; i < n; i++)
		put_unit(&out, growth->unit, i);
	buf_append(&out, slice_from(growth->middle));
	for (unsigned i = 0; growth->close[0] && i < n; i++)
		buf_append(&out, slice_from(growth->close));
	buf_append(&out, slice_from(growth->tail));
	return buf_slice(&out);
}

// --- measuring -------------------------------------------------------------------------

static double cpu_ms(void)
{
	struct timespec now;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static double time_of(const struct growth_case *growth, struct slice text)
{
	double best = 0;
	for (int i = 0; i < RUNS; i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		double start = cpu_ms();
		growth->read(&arena, text);
		double took = cpu_ms() - start;
		if (i == 0 || took < best)
			best = took;
	}
	return best;
}

// So large that the largest step takes long enough to be measured, or is as large as inputs may be.
static unsigned first_size(const struct growth_case *growth)
{
	for (unsigned n = 256;; n *= 2) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct slice text = text_of(growth, n, &arena);
		if (time_of(growth, text) >= ENOUGH_MS || text.len >= BYTES_MAX)
			return n;
	}
}

static void measure(const struct growth_case *growth)
{
	unsigned n = first_size(growth);
	double ms[STEPS];
	size_t bytes = 0;
	for (unsigned i = 0; i < STEPS; i++) {
		AUTO(arena_cleanup) struct arena arena = { 0 };
		struct slice text = text_of(growth, n << i, &arena);
		bytes = text.len;
		ms[i] = time_of(growth, text);
	}
	double floor_ms = 0.01; // of what ends early, whatever the size
	double first = ms[0] > floor_ms ? ms[0] : floor_ms,
	       last = ms[STEPS - 1] > floor_ms ? ms[STEPS - 1] : floor_ms;
	printf("{\"case\": \"%s\", \"bytes\": %zu, \"ms\": [%.2f, %.2f, %.2f, %.2f], "
	       "\"exponent\": %.2f}\n",
	       growth->name, bytes, ms[0], ms[1], ms[2], ms[3],
	       log2(last / first) / (STEPS - 1));
	fflush(stdout);
}

int main(int argc, char **argv)
{
	for (size_t i = 0; i < sizeof(CASES) / sizeof(*CASES); i++)
		if (argc < 2 || strstr(CASES[i].name, argv[1]))
			measure(&CASES[i]);
	return 0;
}
