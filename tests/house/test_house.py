#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Each rule of the house is broken once in a small tree, to show that its check sees it, and kept once."""

import contextlib
import io
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import types
import unittest

import allowed
import calls
import layout
import rooms
import run
from tree import Tree, code_of

HEAD = "// SPDX-License-Identifier: MIT\n// What this file is for.\n"
ROOMS = """
pinbake_room(base          ""          "z")   # pinbake_room(not "this" "")
pinbake_room(store         "base"      "")
pinbake_room(store/blobs   "store"     "")
pinbake_room(solver        "base"      "")
pinbake_doors(base *)
"""


def lists(inner=None, long=None, share=100.0):
    return types.SimpleNamespace(INNER_HEADERS=inner or {}, LONG_DOORS=long or {}, DOOR_LINES_MAX=150, CLI_SHARE_MAX=share)


class TreeTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.trees = pathlib.Path(folder.name)
        self.count = 0

    def tree(self, files, cmake=ROOMS):
        """A tree of these files, those that are not named made of a head alone."""
        usual = {"base/text.h": "", "store/store.h": "", "store/blobs/blobs.h": "", "solver/solver.h": "", "cli/cli.h": ""}
        self.count += 1
        self.root = self.trees / str(self.count)
        self.root.mkdir()
        (self.root / "CMakeLists.txt").write_text(cmake)
        for path, text in (usual | files).items():
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text if text.startswith("//!") else HEAD + text)
        return Tree(self.root)

    def findings(self, check, files, given=None, cmake=ROOMS):
        with contextlib.redirect_stdout(io.StringIO()):
            return check(self.tree(files, cmake), given or lists())

    def assert_found(self, part, check, files, given=None, cmake=ROOMS):
        found = self.findings(check, files, given, cmake)
        self.assertTrue(any(part in problem for problem in found), f"'{part}' is not in {found}")

    def assert_clean(self, check, files, given=None, cmake=ROOMS):
        self.assertEqual(self.findings(check, files, given, cmake), [])


class RoomsTest(TreeTest):
    def test_rooms_are_those_of_cmake(self):
        tree = self.tree({})
        self.assertEqual(tree.folders, ["base", "store", "store/blobs", "solver", "cli"])
        self.assertEqual(tree.room_of("store/blobs/a.c"), "store/blobs")
        self.assertEqual(tree.room_of("store/other/a.c"), "store")
        self.assertIsNone(tree.room_of("tests/base/test_a.c"))
        self.assertEqual(tree.below("store/blobs"), {"base", "store", "store/blobs"})

    def test_include_downward(self):
        self.assert_clean(rooms.check_includes, {
            "store/a.c": '#include "store/store.h"\n#include "base/text.h"\n#include <stdio.h>\n',
            "store/blobs/a.c": '#include "base/text.h"\n',
            "cli/a.c": '#include "solver/solver.h"\n#include "cli/cli.h"\n'})

    def test_include_upward(self):
        self.assert_found("store/a.c:3: includes cli/cli.h, upward", rooms.check_includes,
                          {"store/a.c": '#include "cli/cli.h"\n'})
        self.assert_found("base/a.h:4: includes store/store.h, upward", rooms.check_includes,
                          {"base/a.h": '\n# include "store/store.h"\n'})
        self.assert_found("upward: store stands below store/blobs", rooms.check_includes,
                          {"store/a.c": '#include "store/blobs/blobs.h"\n'})

    def test_include_of_a_room_that_is_not_linked_to(self):
        self.assert_found("solver does not link to store", rooms.check_includes,
                          {"solver/a.c": '#include "store/store.h"\n'})

    def test_include_by_another_path(self):
        self.assert_found("'store.h' is no header of a room", rooms.check_includes, {"store/a.c": '#include "store.h"\n'})

    def test_link_upward(self):
        cmake = 'pinbake_room(base "store" "")\npinbake_room(store\n\t"nowhere"\n\t"")\n'
        found = self.findings(rooms.check_includes, {}, cmake=cmake)
        self.assertIn("CMakeLists.txt: base links upward, to store", found)
        self.assertIn("CMakeLists.txt: store links to 'nowhere', which is no room", found)

    def test_folder_without_room(self):
        self.assert_found("audit/a.c: stands in no room", rooms.check_includes, {"audit/a.c": ""})

    def test_tests_may_look_into_rooms(self):
        inside = {"tests/store/test_a.c": '#include "store/inner.h"\n#include "cli/cli.h"\n', "store/inner.h": ""}
        self.assert_clean(rooms.check_includes, inside)
        self.assert_clean(rooms.check_doors, inside)

    def test_cycle(self):
        ring = {"base/a.h": '#include "base/b.h"\n', "base/b.h": '#include "base/c.h"\n', "base/c.h": '#include "base/a.h"\n'}
        self.assert_found("base/a.h → base/b.h → base/c.h → base/a.h", rooms.check_cycles, ring)
        self.assert_found("base/a.h → base/a.h", rooms.check_cycles, {"base/a.h": '#include "base/a.h"\n'})
        self.assert_clean(rooms.check_cycles, {**ring, "base/a.h": "", "base/c.h": '#include "base/a.h"\n#include "base/b.h"\n',
                                               "base/b.h": '#include "base/a.h"\n'})


class DoorsTest(TreeTest):
    INNER = {"store/inner.h": "", "cli/a.c": '#include "store/inner.h"\n', "cli/b.c": '#include "store/inner.h"\n'}

    def test_door(self):
        self.assert_clean(rooms.check_doors, {"cli/a.c": '#include "store/store.h"\n#include "base/text.h"\n'
                                                         '#include "store/blobs/blobs.h"\n',
                                              "store/a.c": '#include "store/inner.h"\n', "store/inner.h": ""})

    def test_inner_header(self):
        self.assert_found("store/inner.h is no door of store, and 2 files of cli include it (0 may): cli/a.c:3, cli/b.c:3",
                          rooms.check_doors, self.INNER)

    def test_doors_of_cmake(self):
        self.assert_clean(rooms.check_doors, self.INNER, cmake=ROOMS + "pinbake_doors(store store.h inner.h)\n")
        self.assert_found("store/store.h is no door", rooms.check_doors,
                          {"cli/a.c": '#include "store/store.h"\n', "store/x.h": ""},
                          cmake=ROOMS + "pinbake_doors(store x.h)\n")

    def test_door_that_is_not_there(self):
        self.assert_found("store/gate.h is a door that is not there", rooms.check_doors, {},
                          cmake=ROOMS + "pinbake_doors(store gate.h)\n")

    def test_doors_of_no_room(self):
        with self.assertRaises(SystemExit):
            self.tree({}, cmake=ROOMS + "pinbake_doors(nowhere *)\n")

    def test_exceptions_only_shrink(self):
        self.assert_clean(rooms.check_doors, self.INNER, lists(inner={("store/inner.h", "cli"): 2}))
        self.assert_found("2 files of cli include it (1 may)", rooms.check_doors, self.INNER,
                          lists(inner={("store/inner.h", "cli"): 1}))
        self.assert_found("solver does not include store/inner.h any more", rooms.check_doors, self.INNER,
                          lists(inner={("store/inner.h", "cli"): 2, ("store/inner.h", "solver"): 1}))

    def test_length(self):
        self.assert_clean(rooms.check_door_length, {"store/store.h": "\n" * 148, "store/inner.h": "\n" * 200})
        self.assert_found("store/store.h: 151 lines, at most 150", rooms.check_door_length, {"store/store.h": "\n" * 149})
        self.assert_found("base/text.h: 151 lines", rooms.check_door_length, {"base/text.h": "\n" * 149})

    def test_long_doors_only_shrink(self):
        long = lists(long={"store/store.h": 160})
        self.assert_clean(rooms.check_door_length, {"store/store.h": "\n" * 155}, long)
        self.assert_found("161 lines, at most 160", rooms.check_door_length, {"store/store.h": "\n" * 159}, long)
        self.assert_found("store/store.h is not long any more", rooms.check_door_length, {"store/store.h": "\n" * 148}, long)
        self.assert_found("store/gone.h is not long any more", rooms.check_door_length, {}, lists(long={"store/gone.h": 160}))

    def test_share_of_the_program(self):
        files = {"cli/a.c": "\n" * 88, "base/a.c": "\n" * 290, "tests/base/test_a.c": "\n" * 1000}  # 92 of 392
        self.assert_clean(rooms.check_cli_share, files, lists(share=23.5))
        self.assert_found("cli/ is 23.47 % of the code, at most 23.4 %", rooms.check_cli_share, files, lists(share=23.4))


class CallsTest(TreeTest):
    RULES = [calls.Rule("malloc str*dup", "no", {"base/arena.c": "makes arenas"}),
             calls.Rule("getenv", "never", {"cli/": "the program"}),
             calls.Rule("curl_*", "elsewhere", {"net/transfer.c": "transfers"}, where_linked=True)]

    def judge(self, *pairs):
        return calls.judge({("base/arena.c", "malloc"), *pairs}, self.RULES)

    def test_owners(self):
        self.assertEqual(self.judge(("cli/settings.c", "getenv"), ("net/transfer.c", "curl_easy_init"), ("a/b.c", "memcpy")), [])

    def test_others(self):
        self.assertEqual(self.judge(("base/map.c", "malloc")), ["base/map.c: uses malloc: no"])
        self.assertEqual(self.judge(("base/map.c", "strndup")), ["base/map.c: uses strndup: no"])
        self.assertEqual(self.judge(("client/a.c", "getenv")), ["client/a.c: uses getenv: never"])
        self.assertEqual(self.judge(("oci/a.c", "curl_easy_init")), ["oci/a.c: uses curl_easy_init: elsewhere"])

    def test_owners_only_shrink(self):
        self.assertEqual(calls.judge(set(), self.RULES),
                         ["calls.py: base/arena.c uses none of 'malloc str*dup' any more: take it away"])

    def test_names_of_the_c_library(self):
        for symbol, name in (("__printf_chk", "printf"), ("__isoc99_sscanf", "sscanf"), ("__isoc23_strtol", "strtol"),
                             ("open64", "open"), ("__open64_2", "__open"), ("stdout@GLIBC_2.2.5", "stdout"),
                             ("crc64_of", "crc64_of"), ("strtol", "strtol")):
            self.assertEqual(calls.plain(symbol), name)

    def test_every_rule_has_reasons(self):
        for rule in [*calls.RULES, calls.DESCRIPTORS]:
            self.assertTrue(rule.why and all(rule.may.values()), rule.symbols)
            self.assertTrue(set(rule.may) == {"cli/"} or "cli/" not in rule.may or rule.owner("cli/main.c") == "cli/")

    def test_descriptors(self):
        owners = {path: "write(STDERR_FILENO);\n" for path in calls.DESCRIPTORS.may }
        self.assert_clean(calls.check_descriptors, {**owners, "base/a.c": "// STDOUT_FILENO\n"})
        self.assert_found("cli/a.c: uses STDOUT_FILENO", calls.check_descriptors, {**owners, "cli/a.c": "STDOUT_FILENO"})
        self.assert_found("base/a.c: uses STDOUT_FILENO", calls.check_descriptors, {**owners, "base/a.c": "STDOUT_FILENO"})
        self.assert_found("base/arena.c uses none of", calls.check_descriptors, {**owners, "base/arena.c": ""})

    @unittest.skipUnless(shutil.which("cc") and shutil.which("nm"), "no compiler here")
    def test_objects(self):
        code = "#include <stdio.h>\n#include <stdlib.h>\n#include <time.h>\n"
        files = {"base/a.c": code + "void f(void);\nvoid f(void) { printf(\"%s %ld\", getenv(\"A\"), (long)time(NULL)); }\n",
                 "cli/a.c": code + "void g(void);\nvoid g(void) { printf(\"%s\", getenv(\"A\")); }\n",
                 "cli/output.c": code + "void h(void);\nvoid h(void) { printf(\"%s\", getenv(\"A\")); }\n"}
        tree = self.tree(files)
        build = self.root / "build"
        build.mkdir()
        entries = [{"directory": str(build), "file": str(self.root / path),
                    "command": f"cc -c {self.root / path} -o {path[:-2].replace('/', '_')}.o"} for path in files]
        for entry in entries:
            subprocess.run(entry["command"].split(), cwd=build, check=True)
        (build / "compile_commands.json").write_text(json.dumps(entries))
        found = [problem for problem in calls.check_calls(tree, build) if not problem.startswith("calls.py")]
        self.assertEqual([problem.split(":")[0] + problem.split(":")[1] for problem in found],
                         ["base/a.c uses getenv", "base/a.c uses printf", "base/a.c uses time", "cli/a.c uses printf"])
        os.remove(build / "base_a.o")
        self.assertIn("base/a.c: has not been built", calls.check_calls(tree, build)[0])


class LayoutTest(TreeTest):
    def assert_torn(self, part, code, path="base/a.h"):
        self.assert_found(part, layout.check_torn, {path: code})

    def test_type_apart_from_its_name(self):
        for code in ("\tstruct slice\n\t\tname; // long\n", "\tconst char *const\n\t\t*names;\n",
                     "\tstruct former *\n\t\tformer;\n",
                     "void f(const struct lexer\n\t\t*lexer);\n", "static unsigned long\nf(void)\n", "\tFILE\n\t\t*file;\n",
                     "\tARRAY_OF(struct slice)\n\tnames; // long\n"):
            self.assert_torn("base/a.h:3: a type stands apart", code)

    def test_what_is_no_torn_type(self):
        code = ('\tif (a)\n\t\tb();\n\telse\n\t\tc();\n\tdo\n\t\td();\n#include "x" // y\nint a\n\t= 1;\n'
                '#define X a \\\n\tb\nstatic const char *t = "a" HASH_A\n\tHASH_B;\n'
                "// a comment\n// of two lines\nf(a,\n  b);\nint b[] = { 1,\n\t\t2 };\n")
        self.assert_clean(layout.check_torn, {"base/a.c": code})

    def test_torn_declaration(self):
        for code in ("void f(\n\tint a);\n", "NODISCARD int f(\n\tint a,\n\tint b); // long\n", "\tint (*ask)(\n\t\tint a);\n"):
            self.assert_torn("a declaration is torn at its parenthesis", code)

    def test_torn_call(self):
        self.assert_torn("base/a.h:4: a call is torn", "{\n\tuse(\n\t\ta, b); // comment\n}\n")
        self.assert_torn("a call is torn", '{\n\tuse(\n\t\t"%s", f(a, b),\n\t\tc);\n}\n')
        text = "x" * 60
        self.assert_clean(layout.check_torn, {"base/a.c": f'{{\n\t\t\treturn error_set(\n\t\t\t\terr, "{text}");\n}}\n'})
        self.assert_torn("a call is torn", f'{{\n\treturn error_set(\n\t\terr, "{text}");\n}}\n')
        halves = f'"{text}"\n\t\t\t\t"{text}"'
        self.assert_torn("a call is torn", f"{{\n\treturn error_set(\n\t\terr, {halves});\n}}\n")

    def test_spread_by_a_comment(self):
        for code in ("int take(struct a *a,\n\t struct b *b); // both\n", "\tsize_t len =\n\t\tlength(a); // of a\n",
                     "\tA =\n\t\t1, // first\n"):
            self.assert_torn("base/a.h:4: fits on one line, were the comment above it", code)
        long = "struct a_rather_long_name *a"
        self.assert_clean(layout.check_torn, {"base/a.c": f"int take({long}, {long},\n\t {long}); // all\n"
                                                          "int take(struct a *a,\n\t struct b *b);\n"
                                                          "\tint a; // one\n\tint b; // other\n\tf(a, // why\n\t  b);\n"
                                                          "\tif (a)\n\t\tb(); // or not\n"})

    def test_indentation(self):
        for code in ("\tfor (size_t i = 0; i < len; i++)\n\tall[i] = 0;\n", "\tif (a &&\n\t    (b ||\n\t     c))\n\tf();\n",
                     "\tif (a) {\n\t} else\n\tf();\n", "\twhile (a) // (\n\n\tf();\n", "\t} else if (a)\n\tf();\n"):
            self.assert_found("stands no deeper", layout.check_indentation, {"base/a.c": code})
        self.assert_clean(layout.check_indentation, {
            "base/a.c": "\tif (a)\n\t\tf();\n\telse if (b)\n\t\tg();\n\telse\n\t\th();\n\twhile (f())\n\t\t;\n"
                        "\tfor (;;) {\n\t}\n\tif (s == ')')\n\t\tf(\"(\");\n#define X \\\n\tdo { \\\n\t} while (0)\nint a;\n"
                        "\tif (a &&\n\t    b)\n\t\tf();\n\tdo\n\t\tf();\n\twhile (g());\n"})

    def test_heads(self):
        for text in ("//! SPDX\n", "//!\n" + HEAD):
            self.assert_found("the first line is not", layout.check_heads, {"base/a.c": text})
        for text in ("#pragma once\n", "//\n// A sentence that comes late.\n"):
            tree = self.tree({"base/a.c": ""})
            (self.root / "base/a.c").write_text(layout.LICENCE + "\n" + text)
            self.assertEqual(layout.check_heads(tree, lists()), ["base/a.c:2: no sentence says what this file's part is"])
        self.assert_clean(layout.check_heads, {"base/a.c": ""})

    def test_formatter(self):
        try:
            layout.find_formatter()
        except layout.Skip as reason:
            self.skipTest(str(reason))
        shutil.copy(run.ROOT / ".clang-format", self.trees)
        self.assert_clean(layout.check_formatter, {"base/a.c": "int a;\n\nstatic int f(int b)\n{\n\treturn b;\n}\n"})
        self.assert_found("base/a.c:3: is not as", layout.check_formatter, {"base/a.c": "int  a;\n"})

    def test_settings_tear_nothing(self):
        """What the formatter's settings are for: `requires` is a name, and a return type stays on its line."""
        try:
            formatter = layout.find_formatter()
        except layout.Skip as reason:
            self.skipTest(str(reason))
        code = ("void f(void)\n{\n\tfor (;;)\n\t\trequires[i] = system->requires[i];\n}\n\n"
                "const struct incompatibility *incompatibility_with_a_name(struct solver *solver,\n"
                "\t\t\t\t\t\t\t\t  struct rank_set ranks);\n")
        command = [formatter, f"--style=file:{run.ROOT}/.clang-format"]
        text = subprocess.run(command, input=code, capture_output=True, text=True, check=True).stdout
        self.assertIn("\n\t\trequires[i] = system->requires[i];\n", text)
        self.assertIn("\nconst struct incompatibility *incompatibility_with_a_name(struct solver *solver,\n", text)

    def test_code_of(self):
        self.assertEqual(code_of('a("x // y", \'"\'); // z\nb /* c\n */ e'), 'a("______", \'_\'); \nb \n e')


class RunTest(TreeTest):
    def run_check(self, name, files):
        output = io.StringIO()
        with contextlib.redirect_stdout(output):
            code = run.run(name, self.tree(files), None)
        return code, output.getvalue()

    def test_exit_codes(self):
        self.assertEqual(self.run_check("heads", {}), (0, ""))
        code, output = self.run_check("heads", {"base/a.c": "//!\n"})
        self.assertEqual((code, output.count("base/a.c:1")), (1, 1))

    def test_skip_is_told(self):
        def skip(tree, given):
            raise layout.Skip("no formatter")

        saved = run.CHECKS["formatter"]
        self.addCleanup(run.CHECKS.__setitem__, "formatter", saved)
        run.CHECKS["formatter"] = skip
        self.assertEqual(self.run_check("formatter", {}), (run.SKIPPED, "house/formatter: skipped: no formatter\n"))

    def test_ctest_runs_all(self):
        listed = (run.ROOT / "tests/tests.cmake").read_text()
        line = next(line for line in listed.splitlines() if "foreach(check " in line)
        self.assertEqual(line.split("(check ")[1].rstrip(")").split(), list(run.CHECKS))

    def test_limits_are_numbers(self):
        self.assertGreater(allowed.CLI_SHARE_MAX, 0)
        self.assertTrue(all(limit > 0 for limit in allowed.INNER_HEADERS.values()))
        self.assertTrue(all(limit > allowed.DOOR_LINES_MAX for limit in allowed.LONG_DOORS.values()))


if __name__ == "__main__":
    unittest.main()
