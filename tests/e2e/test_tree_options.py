"""What is asked of the environment tree: bytecode by the target's own interpreter, and what is left out."""

import csv
import json
import marshal
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
from pathlib import Path

from harness import PINBAKE, Case, noise, tree, wheel

LABEL = "e2e"

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
INTERPRETER = os.path.realpath(os.path.join(sys.base_prefix, "bin", f"python{PYTHON}"))
SITE = f"lib/python{PYTHON}/site-packages"
TAG = sys.implementation.cache_tag


class TreeCase(Case):
    TARGET = ("--python", PYTHON, "--platform", "linux/amd64")

    def files(self, folder=".pinbake", kind=None):
        """Of all layers: {path below the prefix: bytes}, later layers win."""
        found = {}
        for layer in json.loads(self.read(f"{folder}/bake.json"))["layers"]:
            if kind and layer["kind"] != kind:
                continue
            with tarfile.open(self.work / folder / "layers" / layer["digest"] / "layer.tar.gz") as archive:
                for member in archive:
                    if member.isfile():
                        found[member.name.removeprefix("opt/venv/")] = archive.extractfile(member).read()
        return found


@unittest.skipUnless(os.path.exists(INTERPRETER), "no interpreter with a prefix of its own")
class Bytecode(TreeCase):
    def setUp(self):
        super().setUp()
        names = "\n".join(f"def f{i}(path, name={i}):\n    return {{'a', 'b', 'c', 'd'}}, path.name\n" for i in range(50))
        self.index.add(
            wheel("demo", "1.0", requires=["other"],
                  files={"demo/__init__.py": names, "demo/template.py": "{{ name }} = \n", "demo/sub/é.py": "x = 'ü'\n",
                         "shared/__init__.py": "same = 1\n", "shared/contested.py": "who = 'demo'\n"}),
            wheel("other", "1.0", files={"other.py": "import demo\n" + names, "shared/__init__.py": "same = 1\n",
                                         "shared/contested.py": "who = 'other'\n"}))
        self.lock("demo\n")

    def bake(self, *args, **options):
        return self.ok("bake", "pylock.toml", "--pyc", INTERPRETER, *args, **options)

    def test_pyc_1_form_and_place(self):
        """Unchecked-hash, level 0, one beside each source, the final path inside (pyc.3)."""
        self.bake()
        found = self.files(kind="pyc")
        content = found[f"{SITE}/demo/__pycache__/__init__.{TAG}.pyc"]
        self.assertEqual(content[4:8], b"\1\0\0\0")
        self.assertEqual(marshal.loads(content[16:]).co_filename, f"/opt/venv/{SITE}/demo/__init__.py")
        self.assertTrue(all(path.endswith(f".{TAG}.pyc") and path.startswith(SITE) for path in found))
        self.assertIn(f"{SITE}/demo/sub/__pycache__/é.{TAG}.pyc", found)
        self.assertNotIn("pyc", " ".join(self.files(kind="wheels")))

    def test_pyc_4_same_bytes_everywhere(self):
        """Another store, folder, umask, time zone and number of jobs."""
        self.bake()
        elsewhere = self.dir / "elsewhere"
        elsewhere.mkdir()
        shutil.copy(self.work / "pylock.toml", elsewhere)
        env = self.environment(TZ="Asia/Tokyo", PYTHONHASHSEED="7", PYTHONPATH="/nowhere", LC_ALL="C")
        self.bake("-j", "1", "-o", self.work / "again", cache=self.dir / "another", cwd=elsewhere, env=env, umask=0o077)
        self.assertEqual(set(self.layers()), set(self.layers("again")))

    def test_pyc_5_contested_modules_have_none(self):
        self.bake()
        found = self.files(kind="pyc")
        self.assertIn(f"{SITE}/shared/__pycache__/__init__.{TAG}.pyc", found)
        self.assertNotIn(f"{SITE}/shared/__pycache__/contested.{TAG}.pyc", found)

    def test_pyc_6_what_does_not_compile_is_counted(self):
        self.assertEqual(json.loads(self.bake("--json").out)["uncompiled"], 1)
        self.assertNotIn(f"{SITE}/demo/__pycache__/template.{TAG}.pyc", self.files(kind="pyc"))

    def test_pyc_6_what_is_too_large_to_compile_is_counted(self):
        self.index.add(wheel("large", "1.0", files={"large.py": "#\n" * (9 << 20)}))
        self.lock("large\n")
        self.assertEqual(json.loads(self.bake("--json").out)["uncompiled"], 1)

    def test_gz_14_no_module_at_all(self):
        """A layer of bytecode without an entry still has a table of contents."""
        self.index.add(wheel("bare", "1.0", files={}))
        self.lock("bare\n")
        self.bake("--estargz")
        self.assertEqual(set(self.files(kind="pyc")), {".no.prefetch.landmark", "stargz.index.json"})

    def test_pyc_8_wheels_are_compiled_once(self):
        """With all layers gone, an interpreter that can no longer compile is not asked to."""
        self.bake()
        before = set(self.layers())
        for folder in ("layers/sha256", "layers/key"):
            for path in (self.cache / folder).iterdir():
                path.unlink()
        program = self.write("python", f'#!/bin/sh\n[ "$6" != compile ] || exit 9\nexec {INTERPRETER} "$@"\n')
        program.chmod(0o755)
        self.ok("bake", "pylock.toml", "--pyc", program, "-o", "again")
        self.assertEqual(set(self.layers("again")), before)
        shutil.rmtree(self.cache / "bytecode")
        for path in (self.cache / "layers/sha256").iterdir():
            path.unlink()
        self.fails(1, "bake", "pylock.toml", "--pyc", program, "-o", "third", says="ended with 9")

    def test_wheel_layers_are_those_without_bytecode(self):
        """plan.5: a new interpreter must not move a wheel's layer."""
        self.ok("bake", "pylock.toml", "-o", "plain")
        self.bake()
        self.assertLess(set(self.layers("plain")), set(self.layers()))

    def test_another_python_is_refused(self):
        self.ok("lock", "requirements.in", "-o", "other.toml", "--index-url", self.index.url, "--python", "3.99",
                "--platform", "linux/amd64")
        self.fails(3, "bake", "other.toml", "--pyc", INTERPRETER, says="but the lock is for cp399")
        for name in ("no-such-python", "/nowhere/python3"):
            self.fails(3, "bake", "pylock.toml", "--pyc", name, says=f"there is no interpreter '{name}'")

    def test_install_and_import(self):
        """Python takes them as they are: nothing is written, and an edited source has no effect (pyc.2)."""
        prefix = self.work / "env"
        install = ("install", "pylock.toml", "--prefix", prefix, "--interpreter", INTERPRETER, "--pyc", INTERPRETER)
        self.ok(*install)
        self.ok(*install, "--check")
        before = tree(prefix)
        run = [prefix / "bin/python", "-c", "import demo, other; print(demo.f3.__code__.co_filename)"]
        out = subprocess.run(run, check=True, capture_output=True, text=True).stdout
        self.assertEqual(out.strip(), str(prefix / SITE / "demo/__init__.py"))
        self.assertEqual(tree(prefix), before)
        (prefix / SITE / "other.py").write_text("raise SystemExit(5)\n")
        self.assertEqual(subprocess.run(run, check=True, capture_output=True, text=True).stdout, out)
        self.assertEqual(self.run_program(*install, "--check").code, 1)
        (prefix / SITE / f"demo/__pycache__/__init__.{TAG}.pyc").write_bytes(b"")
        self.ok(*install)
        self.ok(*install, "--check")


class LinkMode(TreeCase):
    """Files of wheels out of their unpacked form in the cache: the same tree in every way."""

    MODES = ("inflate", "copy", "clone", "hardlink", "auto")

    def setUp(self):
        super().setUp()
        self.index.add(
            wheel("demo", "1.0", requires=["other"], scripts={"demo": "demo:main"},
                  files={"demo/__init__.py": "def main(): pass\n", "demo/tool": ("#!/bin/sh\n", 0o755), "demo/empty": "",
                         "demo-1.0.data/scripts/run": "#!python\nprint(1)\n",
                         "demo-1.0.data/data/share/demo.bin": noise(300_000)}),
            wheel("other", "1.0"))
        self.lock("demo\n")

    def install(self, name, mode, *args, folder=None, **options):
        return json.loads(self.ok("install", "pylock.toml", "--prefix", (folder or self.work) / name, "--interpreter",
                                  "/usr/bin/python3", "--link-mode", mode, "--json", *args, **options).out)

    def test_every_mode_makes_the_same_tree(self):
        trees = {}
        for mode in self.MODES:
            self.install("env", mode, umask=0o077)
            self.ok("install", "pylock.toml", "--prefix", self.work / "env", "--check")
            trees[mode] = tree(self.work / "env")
            shutil.rmtree(self.work / "env")
        for mode in self.MODES:
            self.assertEqual(trees[mode], trees["inflate"], mode)

    def test_links_are_made_and_files_of_the_environment_are_its_own(self):
        result = self.install("a", "hardlink")
        self.install("b", "hardlink")
        shared = {path.name for path in (self.work / "a").rglob("*")
                  if path.is_file() and not path.is_symlink() and path.stat().st_nlink > 1}
        self.assertLessEqual({"tool", "demo.bin", "METADATA"}, shared)
        self.assertFalse(shared & {"RECORD", "INSTALLER", "demo", "run", "pyvenv.cfg"})
        self.assertGreater(result["linked"], 0)
        self.assertEqual(self.install("c", "inflate")["linked"], 0)

    def test_an_edit_does_not_reach_the_next_environment(self):
        self.install("a", "hardlink")
        module = f"{SITE}/demo/__init__.py"
        (self.work / "a" / module).write_text("raise SystemExit(9)\n")
        self.install("b", "hardlink")
        self.ok("install", "pylock.toml", "--prefix", self.work / "b", "--check")
        self.assertEqual((self.work / "b" / module).read_text(), "def main(): pass\n")
        self.fails(5, "cache", "verify", says="was changed since it was unpacked")
        self.fails(5, "cache", "verify", "--remove")
        self.ok("cache", "verify")

    def test_another_file_system_gets_copies(self):
        folder = Path("/dev/shm")
        if not os.access(folder, os.W_OK) or os.stat(folder).st_dev == os.stat(self.dir).st_dev:
            self.skipTest("no other file system here")
        with tempfile.TemporaryDirectory(dir=folder) as elsewhere:
            result = self.install("env", "hardlink", folder=Path(elsewhere))
            self.assertEqual(result["linked"], 0)
            self.assertGreater(result["copied"], 0)
            self.ok("install", "pylock.toml", "--prefix", Path(elsewhere) / "env", "--check")

    def test_cache_knows_them(self):
        self.install("a", "hardlink")
        holds = json.loads(self.ok("cache", "info", "--json").out)["holds"]
        self.assertEqual(holds["unpacked"]["count"], 2)
        self.assertGreater(holds["unpacked"]["bytes"], 300_000)
        self.ok("cache", "clear")
        self.assertEqual(list((self.cache / "unpacked").iterdir()), [])
        self.assertEqual(len((self.work / "a" / "share/demo.bin").read_bytes()), 300_000)

    def test_unknown_modes_are_refused(self):
        self.fails(2, "install", "pylock.toml", "--link-mode", "symlink", says="unknown link mode 'symlink'")


class SmallDisk(TreeCase):
    """On a file system of its own, which is also another one than the store's: nothing can be linked from there."""

    SCRIPT = """
        mount -t tmpfs -o size=4m tmpfs "$DISK" 2>/dev/null || { echo unsupported; exit 0; }
        step() { echo "$1"; shift; "$@" >"$LOG" 2>&1; echo "exit $?"; }
        step full "$PINBAKE" $INSTALL large.toml; ls -A "$DISK"
        step small "$PINBAKE" $INSTALL small.toml; ls -A "$DISK"
        step update "$PINBAKE" $INSTALL large.toml; ls -A "$DISK"
        step still "$PINBAKE" $INSTALL small.toml --check
        mount -o remount,size=60m "$DISK"
        step again "$PINBAKE" $INSTALL large.toml; ls -A "$DISK"
        step check "$PINBAKE" $INSTALL large.toml --check
        step bake "$PINBAKE" bake large.toml -o "$DISK/out" --cache-dir "$CACHE"
    """

    def test_full_disk_leaves_the_old_environment(self):
        self.index.add(wheel("small", "1.0"), wheel("large", "1.0", files={"large.bin": noise(9 << 20)}))
        for name in ("small", "large"):
            self.write(name + ".in", name + "\n")
            self.ok("lock", name + ".in", "-o", name + ".toml", "--index-url", self.index.url, *self.TARGET)
        disk = self.dir / "disk"
        disk.mkdir()
        env = self.environment(DISK=str(disk), LOG=str(self.dir / "log"), PINBAKE=PINBAKE, CACHE=str(self.cache),
                               INSTALL=f"install --prefix {disk}/env --interpreter /usr/bin/python3 "
                                       f"--cache-dir {self.cache}")
        try:
            result = subprocess.run(["unshare", "--mount", "sh", "-c", self.SCRIPT], cwd=self.work, env=env,
                                    capture_output=True, text=True, timeout=120)
        except FileNotFoundError:
            self.skipTest("no unshare here")
        if result.returncode != 0 or result.stdout == "unsupported\n":
            self.skipTest("a file system of one's own cannot be mounted here")
        self.assertEqual(result.stdout.split(), "full exit 6 small exit 0 env update exit 6 env still exit 0 "
                         "again exit 0 env check exit 0 bake exit 0".split(), (self.dir / "log").read_text())


class Strip(TreeCase):
    def setUp(self):
        super().setUp()
        code = "x = 1\n"
        self.index.add(
            wheel("demo", "1.0", scripts={"demo-check": "demo.asked.tests.run:main"},
                  files={"demo/__init__.py": "from .kept import tests\n", "demo/__init__.pyi": "x: int\n",
                         "demo/tests/__init__.py": code, "demo/tests/data/a.bin": "1234", "demo/sub/tests/test_a.py": code,
                         "demo/kept/tests/__init__.py": code, "demo/asked/tests/run.py": "def main(): pass\n",
                         "demo/lazy/__init__.py": "import lazy_loader\nlazy_loader.attach_stub(__name__, __file__)\n",
                         "demo/lazy/__init__.pyi": code, "demo/data/tests/table.csv": "1,2\n",
                         "demo/named/__init__.py": 'FOLDER = "tests"\n', "demo/named/tests/a.py": code,
                         "demo/far/a.py": "import importlib\nimportlib.import_module('demo.dotted.tests.x')\n",
                         "demo/dotted/tests/x.py": code, "demo/up/here/a.py": "from ..tests import b\n",
                         "demo/up/tests/b.py": code, "demo/include/demo.h": "int x;\n", "demo/include/note.txt": "note\n",
                         "demo/other.h": "int y;\n", "demo-1.0.data/headers/demo.h": "int z;\n"}),
            wheel("triton", "1.0", files={"triton/include/cuda.h": "int x;\n"}))
        self.lock("demo\ntriton\n")

    LEFT_OUT = {"tests": {"demo/tests/__init__.py", "demo/tests/data/a.bin", "demo/sub/tests/test_a.py"},
                "pyi": {"demo/__init__.pyi"}, "headers": {"demo/include/demo.h"}}

    def stripped(self, rules):
        self.ok("bake", "pylock.toml", "-o", "plain")
        result = json.loads(self.ok("bake", "pylock.toml", "--strip", rules, "-o", rules, "--json").out)
        plain, less = self.files("plain"), self.files(rules)
        gone = plain.keys() - less.keys()
        self.assertEqual(less.keys() - plain.keys(), set())
        self.assertEqual((result["stripped_files"], result["stripped_bytes"]),
                         (len(gone), sum(len(plain[path]) for path in gone)))
        return {path.removeprefix(SITE + "/") for path in gone}, less

    def test_env_11_tests(self):
        """Not those of data, of entry points, or that another module of the wheel names."""
        gone, _ = self.stripped("tests")
        self.assertEqual(gone, self.LEFT_OUT["tests"])

    def test_env_11_pyi(self):
        gone, _ = self.stripped("pyi")
        self.assertEqual(gone, self.LEFT_OUT["pyi"])

    def test_env_11_headers(self):
        """Not those of packages that compile at run time, nor those that lie among sources."""
        gone, _ = self.stripped("headers")
        self.assertEqual(gone, self.LEFT_OUT["headers"] | {f"include/site/python{PYTHON}/demo/demo.h"})

    def test_env_11_record_lists_what_is_there(self):
        _, less = self.stripped("headers,tests,pyi")
        rows = csv.reader(less[f"{SITE}/demo-1.0.dist-info/RECORD"].decode().splitlines())
        listed = {os.path.normpath(f"{SITE}/{row[0]}") for row in rows}
        own = {path for path in less if path.startswith((f"{SITE}/demo", "bin/", "include/"))} - \
            {path for path in less if "triton" in path or path.startswith("bin/python")}
        self.assertEqual(listed, own)

    def test_key_1_strip_line(self):
        """Another order of the rules is the same layer; no rules, another."""
        self.ok("bake", "pylock.toml", "--strip", "pyi,tests", "-o", "a")
        self.ok("bake", "pylock.toml", "--strip", "tests,pyi,tests", "-o", "b")
        self.ok("bake", "pylock.toml", "-o", "c")
        self.assertEqual(set(self.layers("a")), set(self.layers("b")))
        self.assertNotEqual(set(self.layers("a")), set(self.layers("c")))
        self.fails(2, "bake", "pylock.toml", "--strip", "docs", says="no strip rule")

    def test_names_without_end(self):
        """Each byte is looked at a few times, however many names there are, or one line holds."""
        many = 300_000
        self.index.add(wheel("endless", "1.0", files={
            "endless/name.py": "tests." * many, "endless/line.py": "x = [" + "tests, " * many,
            "endless/from.py": "from " + "x" * many + " import " + "tests, " * many,
            "endless/blank.py": "from " + " " * many + "tests, " * many,
            "endless/far.py": "from" + " ." * many + "tests\n" + ".tests " * many,
            "endless/sub/tests/a.py": "x = 1\n"}))
        self.lock("endless\n")
        result = json.loads(self.ok("bake", "pylock.toml", "--strip", "tests", "--json", timeout=60).out)
        self.assertEqual(result["stripped_files"], 1)

    def test_install(self):
        prefix = self.work / "env"
        install = ("install", "pylock.toml", "--prefix", prefix, "--interpreter", "/usr/bin/python3", "--strip", "tests")
        self.ok(*install[:-2])
        self.ok(*install)
        self.assertFalse((prefix / SITE / "demo/sub/tests").exists())
        self.ok(*install, "--check")
        self.assertEqual(self.run_program(*install[:-2], "--check").code, 1)


if __name__ == "__main__":
    unittest.main()
