"""bake and install of locked source distributions: built by an interpreter of the target, with backends that bring
themselves (backend-path), so that no index is needed."""

import re
import sys
import tarfile
import time
import unittest

from harness import tree, wheel
from sdist_maker import MACHINE, PYTHON, BuildCase, sdist

LABEL = "e2e"


class Sdists(BuildCase):
    def test_517_backend_in_the_tree(self):
        self.locked(sdist("demo", "1.0"))
        result = self.bake()
        self.assertIn("building demo 1.0", result.err)
        self.assertEqual(self.built_file("demo/__init__.py"), "version = '1.0'\n")
        self.assertIn("demo/__init__.py,sha256=", self.built_file("demo-1.0.dist-info/RECORD"))

    def test_a_build_happens_once(self):
        self.locked(sdist("demo", "1.0"))
        self.bake()
        before = self.layers()
        again = self.ok("bake", "pylock.toml", "--python-bin", sys.executable, "--offline")
        self.assertNotIn("building", again.err)
        self.assertEqual(self.layers(), before)

    def test_the_same_bytes_another_time_in_another_place(self):
        self.locked(sdist("demo", "1.0", files={"demo/big.txt": "some words " * 300_000, "demo/run.sh": "#!/bin/sh\n"}))
        self.bake()
        before = set(self.layers())
        time.sleep(2.1)  # the clock of zip ticks every two seconds
        self.bake("--cache-dir", "another/cache", "-o", "other", env={"TZ": "Asia/Tokyo"})
        self.assertEqual(set(self.layers("other")), before)

    def test_install_builds_too(self):
        self.locked(sdist("demo", "1.0"))
        self.ok("install", "pylock.toml", "--prefix", "env", "--interpreter", sys.executable)
        self.assertIn(f"lib/python{PYTHON}/site-packages/demo/__init__.py", tree(self.work / "env"))

    def test_no_build_refuses(self):
        self.locked(sdist("demo", "1.0"))
        self.bake_fails(3, "--no-build", says="'demo' is not locked to a wheel")

    def test_builds_have_no_network_and_no_environment(self):
        code = ("import socket, sys\n"
                "    try:\n"
                f"        socket.create_connection(('127.0.0.1', {self.index.url.split(':')[2].split('/')[0]}), 5)\n"
                "        files['demo/net.txt'] = 'open'\n"
                "    except OSError:\n"
                "        files['demo/net.txt'] = 'cut'\n"
                "    files['demo/env.txt'] = chr(10).join(sorted(os.environ))")
        self.locked(sdist("demo", "1.0", code))
        result = self.bake(env={"SECRET_TOKEN": "xyz"})
        if "grants no namespaces" not in result.err:
            self.assertEqual(self.built_file("demo/net.txt"), "cut")
        self.assertNotIn("SECRET_TOKEN", self.built_file("demo/env.txt"))
        self.assertIn("SOURCE_DATE_EPOCH", self.built_file("demo/env.txt"))
        self.bake("--build-network", "-o", ".pinbake")
        texts = [content for path, content in self.members().items() if path.endswith("demo/net.txt")]
        self.assertIn(b"open", texts)

    def test_requirements_of_a_build(self):
        """Those of pyproject.toml and those the backend asks for come from the index, at the lock's cut-off."""
        helper = wheel("helper", "1.0", files={"helper.py": "WORD = 'helped'\n"})
        self.index.add(helper, wheel("helper", "2.0", files={"helper.py": "WORD = 'too new'\n"}),
                       wheel("second", "1.0", files={"second.py": "WORD = 'twice'\n"}))
        self.index.uploads["helper-2.0-py3-none-any.whl"] = "2024-06-01T00:00:00Z"
        extra = "get_requires_for_build_wheel(config_settings=None):\n    return ['second']\n\n\ndef "
        code = "import helper, second\n    files['demo/word.txt'] = helper.WORD + ' ' + second.WORD"
        project = ('[build-system]\nrequires = ["helper"]\nbuild-backend = "backend"\n'
                   'backend-path = ["back"]\n')
        self.index.add(sdist("demo", "1.0", code, project, extra))
        self.lock("demo\n", "--exclude-newer", "2024-03-01")
        self.bake("--index-url", self.index.url)
        self.assertEqual(self.built_file("demo/word.txt"), "helped twice")

    def test_517_1_build_system_without_requires(self):
        self.locked(sdist("demo", "1.0", project='[build-system]\nbuild-backend = "backend"\n'))
        self.bake_fails(3, says=r"\[build-system\] has no 'requires'")

    def test_517_2_backend_path_stays_inside(self):
        for path in ("..", "/usr", "back/../.."):
            project = f'[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["{path}"]\n'
            with self.subTest(path):
                self.index.add(sdist("demo", "1.0", project=project))
                self.relock("demo\n")
                self.bake_fails(1, says="leads out of the source tree")

    def test_archive_stays_inside(self):
        for name in ("../outside.txt", "/tmp/outside.txt"):
            with self.subTest(name):
                self.index.add(sdist("demo", "1.0", entries=[tarfile.TarInfo(name)]))
                self.relock("demo\n")
                self.bake_fails(1, says="(bad name|leads out)")

    def test_failure_shows_the_end_of_its_log(self):
        code = ("print('working on it')\n"
                "    raise SystemExit('native.c:1:10: fatal error: ffi.h: No such file or directory')")
        self.locked(sdist("demo", "1.0", code))
        result = self.bake_fails(1, says=["working on it", "headers of libffi are missing",
                                          "hint: .*apt-get install libffi-dev"])
        log = re.search(r"log is (\S+\.log)", result.err).group(1)
        self.assertIn("working on it", open(log).read())
        self.assertEqual(self.layers(), {})

    def test_wheel_of_another_release_is_refused(self):
        self.locked(sdist("demo", "1.0", "name = 'demo-2.0-py3-none-any.whl'"))
        self.bake_fails(5, says="the lock says demo 1.0")

    def test_interpreter_of_another_version(self):
        self.index.add(sdist("demo", "1.0"))
        self.write("requirements.in", "demo\n")
        other = "3.9" if PYTHON != "3.9" else "3.10"
        self.ok("lock", "requirements.in", "-o", "pylock.toml", "--index-url", self.index.url, "--python", other,
                "--platform", f"linux/{MACHINE}")
        self.bake_fails(3, says="but the lock is for")

    def test_interrupt_ends_a_build(self):
        self.locked(sdist("demo", "1.0", "time.sleep(60)"))
        process = self.start("bake", "pylock.toml", "--python-bin", sys.executable)
        begun = time.monotonic()
        result = self.interrupt(process, lambda: list(self.dir.glob("**/built/logs/*.log")))
        self.assertEqual(result.code, 130, str(result))
        self.assertLess(time.monotonic() - begun, 30)


if __name__ == "__main__":
    unittest.main()
