"""libpinbake as another program has it: installed, found by pkg-config, used by the example of docs/libpinbake.md."""

import os
import pathlib
import re
import shutil
import subprocess
import unittest

from harness import PINBAKE, Case, wheel

LABEL = "e2e"
ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(PINBAKE).resolve().parent


@unittest.skipUnless((BUILD / "libpinbake.so").exists(), "the program's folder has no libpinbake.so beside it")
@unittest.skipUnless(shutil.which("pkg-config") and shutil.which("cc") and shutil.which("cmake"), "needs cc, cmake, pkg-config")
class Library(Case):
    def setUp(self):
        super().setUp()
        self.prefix = self.dir / "prefix"
        subprocess.run(["cmake", "--install", BUILD, "--prefix", self.prefix], check=True, capture_output=True)
        self.libraries = next(self.prefix.glob("lib*/**/libpinbake.pc")).parent.parent

    def compile(self, *words):
        text = re.search(r"```c\n(.*?)```", (ROOT / "docs/libpinbake.md").read_text(), re.DOTALL)[1]
        source = self.write("example.c", text)
        env = self.environment(PKG_CONFIG_PATH=str(self.libraries / "pkgconfig"))
        flags = subprocess.run(["pkg-config", "--define-variable", f"prefix={self.prefix}", "--cflags", "--libs", "libpinbake"],
                               env=env, check=True, capture_output=True, text=True).stdout.split()
        done = subprocess.run(["cc", "-std=gnu17", "-Wall", "-Werror", source, "-o", self.work / "example", *words, *flags],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stderr)

    def run_example(self):
        return subprocess.run([self.work / "example"], cwd=self.work, capture_output=True, text=True, timeout=120,
                              env=self.environment(LD_LIBRARY_PATH=str(self.libraries)))

    def test_example_locks_as_the_program_does(self):
        for each in (wheel("app", "1.0", requires=["lib<2"]), wheel("lib", "1.0"), wheel("lib", "2.0")):
            self.index.add(each)
        self.write("requirements.in", f"--index-url {self.index.url}\napp\n")
        self.compile()
        done = self.run_example()
        self.assertEqual((done.returncode, done.stdout), (0, "locked: pylock.toml\n"), done.stderr)
        locked = self.read("pylock.toml")
        os.remove(self.work / "pylock.toml")
        self.lock(self.read("requirements.in"))
        self.assertEqual([line for line in self.read("pylock.toml").splitlines() if not line.startswith("#")],
                         [line for line in locked.splitlines() if not line.startswith("#")])

    def test_example_says_why_not(self):
        for each in (wheel("app", "1.0", requires=["lib<2"]), wheel("lib", "1.0"), wheel("lib", "2.0")):
            self.index.add(each)
        self.write("requirements.in", f"--index-url {self.index.url}\napp\nlib==2.0\n")
        self.compile()
        done = self.run_example()
        self.assertEqual(done.returncode, 1)
        self.assertRegex(done.stdout, r"(?s)no versions .* fit together\n  1\. .*app 1\.0 needs lib<2.*lib==2\.0")
        self.assertFalse((self.work / "pylock.toml").exists())

    def test_exports_nothing_but_its_door(self):
        names = subprocess.run(["nm", "-D", "--defined-only", BUILD / "libpinbake.so"], check=True, capture_output=True,
                               text=True).stdout.split("\n")
        exported = {line.split()[-1] for line in names if line}
        declared = set()
        for header in ("pinbake.h", "locks.h", "environments.h"):
            declared |= set(re.findall(r"^[A-Za-z][^;(/]*?\b(pinbake_\w+)\(", (ROOT / "pinbake" / header).read_text(), re.M))
        self.assertEqual(exported, declared)
        archive = BUILD / "libpinbake.a"
        if archive.exists():
            names = subprocess.run(["nm", "-g", "--defined-only", archive], check=True, capture_output=True, text=True).stdout
            self.assertEqual({line.split()[-1] for line in names.split("\n") if " " in line}, declared)

    def test_headers_stand_alone(self):
        """Each installed header compiles by itself, and is one that pinbake.h leads to."""
        folder = self.prefix / "include/pinbake"
        for header in sorted(folder.rglob("*.h")):
            with self.subTest(header.relative_to(folder)):
                done = subprocess.run(["cc", "-std=gnu17", "-fsyntax-only", f"-I{folder}", "-include", header, "-x", "c", os.devnull],
                                      capture_output=True, text=True)
                self.assertEqual((done.returncode, done.stderr), (0, ""))
