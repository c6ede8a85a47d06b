#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""cited_ids.py finds what it should, and nothing else: small trees with one fault each."""

import pathlib
import tempfile
import unittest

import cited_ids

STANDARDS = """# Standards

[names](#names-pep-503), [layers](layers.md#env.10)

## Names (PEP 503)

- <a id="503.1"></a>**503.1** Lower case.
- <a id="503.2"></a>**503.2** To the end.
- <a id="751.9"></a>**751.9** One source, see [503.1](#503.1).
- <a id="md.1"></a>**md.1** Versions.
"""
LAYERS = """# Layers

- <a id="env.10"></a>**env.10** Collisions.
- <a id="gz.3"></a>**gz.3** Members.
- <a id="gz.6"></a>**gz.6** Stored.
- <a id="plan.1"></a>**plan.1** Heavy.
"""


class CitedIds(unittest.TestCase):
    def check(self, files):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            for name, text in {"docs/standards.md": STANDARDS, "docs/layers.md": LAYERS, **files}.items():
                (root / name).parent.mkdir(parents=True, exist_ok=True)
                (root / name).write_text(text, encoding="utf-8")
            return cited_ids.check(root)

    def assert_clean(self, files):
        self.assertEqual(self.check(files), [])

    def assert_found(self, files, *parts):
        problems = self.check(files)
        self.assertEqual(len(problems), 1, problems)
        for part in parts:
            self.assertIn(part, problems[0])

    # --- citations ---

    def test_what_has_an_entry_is_fine(self):
        self.assert_clean({
            "a.c": "// Names end (503.2), files collide (env.10) and members are stored (gz.3–gz.6).\n"
                   "int f(void); // one source (751.9)\n/* All of env.* and gz.3 to gz.6. */\n",
            "tests/test_a.c": "static void test_env_10_winner(void **state)\n",
            "tests/test_a.py": '"""503.1 in a docstring"""\n# (md.1)\ndef test_751_9_sources(): pass\n',
            "tests/case.txt": "Lower case (503.1).\n",
        })

    def test_an_id_without_an_entry(self):
        self.assert_found({"a.c": "\n\nint x;\n// It is so (env.12).\n"}, "a.c:4", "env.12 has no entry")
        self.assert_found({"a.h": "int x; // why (751.1)\n"}, "751.1")
        self.assert_found({"a.py": "# why (gz.4)\n"}, "a.py:1", "gz.4")
        self.assert_found({"a.py": 'def f():\n    """It is so (gz.4)."""\n'}, "a.py:2", "gz.4")
        self.assert_found({"tests/case.txt": "Why (plan.2).\n"}, "plan.2")
        self.assert_found({"data/x.toml": "# md.2\n"}, "md.2")
        self.assert_found({"docs/more.md": "as `env.3` says\n"}, "docs/more.md:1", "env.3")

    def test_a_family_that_is_planned_has_no_entries(self):
        self.assert_found({"a.c": "// Fixes are a union (osv.8).\n"}, "osv.8 has no entry")
        self.assert_found({"a.c": "// All rules of osv.* hold.\n"}, "osv.*")

    def test_ends_of_ranges(self):
        self.assert_found({"a.c": "// Members and more (gz.3–gz.9).\n"}, "gz.9")
        self.assert_found({"a.c": "// Members and more (gz.1-gz.6).\n"}, "gz.1 ")

    def test_the_line_of_a_joined_comment(self):
        self.assert_found({"a.c": "// One line\n// and another\n// that cites env.11 here.\n"}, "a.c:3")

    def test_a_family_that_is_misspelt(self):
        for word in ("evn.10", "enf.10", "env2.10", "envs.10", "en.10"):
            with self.subTest(word):
                problems = self.check({"a.c": f"// Files collide as {word} says.\n"})
                self.assertEqual(len(problems), word not in ("env2.10", "en.10"), problems)
        self.assert_found({"a.c": "// They collide (evn.10).\n"}, "is env.10 meant?")
        self.assert_found({"a.c": "// Heavy wheels, says Plan.1, are alone.\n"}, "lower case")

    def test_a_family_that_nobody_knows(self):
        self.assert_found({"a.c": "// Names are so (640.1).\n"}, "640.1 has no entry")
        self.assert_found({"a.c": "// Names are so (503.1, foobar.3).\n"}, "foobar.3")

    def test_what_is_no_id(self):
        self.assert_clean({
            "a.c": "// 127.0.0.1, libc.so.6, lib.so.1, 3.12, glibc 2.36, 440.10a, 1.503.2, rc.1 and 503.2.1\n"
                   "// test-env.12, pylock.env.12.toml, env.012, env.123, ../gz.4, env.10.tar, 542.8 ms, (3.12), key.1x\n"
                   'const char *s = "env.12 (gz.4) // 751.1"; double d = 751.1, e = 503.5;\n',
            "a.py": 's = "env.12 and 751.1"\n',
            "tests/test_a.c": "static void test_404_is_an_answer(void)\nstatic void test_png_10_x(void)\nint env_12_x;\n",
            "data/page.json": '{"size": 640.1, "v": "127.0.0.1"}\n',
        })

    def test_names_of_tests(self):
        self.assert_found({"tests/test_a.c": "\nstatic void test_env_12_x(void **state)\n"}, "test_a.c:2", "env.12")
        self.assert_found({"tests/test_a.c": "static void test_evn_10_x(void **state)\n"}, "test_evn_10_x")
        self.assert_found({"tests/test_a.c": "static void test_640_1_x(void **state)\n"}, "640.1")
        self.assert_found({"tests/test_a.py": "def test_751_1_x(): pass\n"}, "751.1")

    # --- comments ---

    def test_comments_that_are_ids_alone(self):
        for text in ("// env.10", "// env.10.", "// (gz.3)", "/* gz.3, gz.6 */", "// gz.3–gz.6", "// gz.3 and gz.6:"):
            with self.subTest(text):
                self.assert_found({"a.c": f"int a;\n{text}\nint x;\n"}, "a.c:2", "an id alone")
        self.assert_found({"a.c": "int x; // 751.9\n"}, "an id alone")
        self.assert_found({"a.c": "// Two places\nint x; // (751.9)\nint y; // of it\n"}, "a.c:2", "an id alone")

    def test_comments_that_begin_with_an_id(self):
        self.assert_found({"a.c": "// env.10: the winner is the upper one.\n"}, "a.c:1", "begins with env.10")
        self.assert_found({"a.c": "// 751.9 says so.\n"}, "begins with 751.9")
        self.assert_found({"a.c": "// Words.\n// gz.3, gz.6: and more words.\n"}, "a.c:2", "begins with gz.3")
        self.assert_found({"a.c": "// Words.\n//\n// gz.3 begins the paragraph.\n"}, "a.c:3", "begins with gz.3")

    def test_words_around_an_id(self):
        self.assert_clean({
            "a.c": "// A sentence whose citation is on the next line\n// (env.10).\n\n// Many of them (503.1,\n"
                   "// 503.2): fine, too.\n// --- sources (751.9) ----\nint x; // upper (gz.3)\n",
        })

    # --- the dictionary ---

    def test_an_entry_twice(self):
        more = LAYERS + '- <a id="503.1"></a>**503.1** Again.\n'
        self.assert_found({"docs/layers.md": more}, "docs/layers.md:7", "503.1 has an entry already")

    def test_an_anchor_that_is_not_its_id(self):
        self.assert_found({"docs/layers.md": LAYERS + '- <a id="up"></a>**gz.8** X.\n'}, "gz.8 has the anchor up")

    def test_an_entry_that_is_none(self):
        self.assert_found({"docs/layers.md": LAYERS + '- <a id="up"></a> X.\n'}, "this is no entry")
        self.assert_found({"docs/layers.md": LAYERS + '- <a id="gz.07"></a>**gz.07** X.\n'}, "'gz.07' is no id")

    # --- links ---

    def test_links_that_lead_nowhere(self):
        self.assert_found({"docs/a.md": "# A\n\n[x](#b)\n"}, "docs/a.md:3", "'#b'")
        self.assert_found({"docs/a.md": "[x](layers.md#env.99x)\n"}, "env.99x")
        self.assert_found({"README.md": "[x](docs/none.md)\n"}, "there is no 'docs/none.md'")
        self.assert_found({"docs/a.md": '<img src="no.svg">\n'}, "no.svg")

    def test_links_that_lead_somewhere(self):
        self.assert_clean({
            "docs/a.md": "# A `b` of c, twice\n## Same\n## Same\n[x](#a-b-of-c-twice) [y](#same-1) [z](layers.md#env.10)\n"
                         "`[no](#link)` [far](https://h/x#y)\n```\n[no](#link)\n# no heading\n```\n",
            "README.md": "[x](docs/a.md#same)\n",
        })

    def test_paths_that_are_not_there(self):
        files = {"base/zip.c": "\n", "docs/layers.md": LAYERS + "`base/zip*` `base/` `bin/python` `base/zip.c`\n"}
        self.assert_clean(files)
        self.assert_found({**files, "docs/layers.md": LAYERS + "`base/zap*`\n"}, "layers.md:7", "there is no 'base/zap*'")

    def test_an_anchor_twice(self):
        self.assert_found({"docs/a.md": '<a id="x"></a> <a id="x"></a>\n'}, "#x is there twice")


if __name__ == "__main__":
    unittest.main()
