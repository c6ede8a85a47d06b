"""bake and install of locked source distributions: built by an interpreter of the target, with backends that bring
themselves (backend-path), so that no index is needed."""

import fcntl
import os
import pathlib
import re
import sys
import sysconfig
import tarfile
import time
import unittest

from harness import tree, wheel
from sdist_maker import MACHINE, PYTHON, BuildCase, processes_with, sdist

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
        self.bake("-o", "other", cache=self.work / "another/cache", env={"TZ": "Asia/Tokyo"})
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

    def test_no_control_character_reaches_the_terminal(self):
        self.locked(sdist("demo", "1.0", "print(chr(27) + ']0;title' + chr(7)); raise SystemExit(1)"))
        self.assertNotRegex(self.bake_fails(1, says=r"\| \\x1b\]0;title\\x07").err, "[\x1b\x07]")
        self.assertNotRegex(self.fails(3, "export", "no\x1b[31m.toml").err, "\x1b")

    def test_what_a_backend_leaves_is_a_file_of_its_own(self):
        secret = self.dir / "demo-1.0-py3-none-any.whl"
        secret.write_text("outside")
        cases = (("os.mkfifo('../answer'); os._exit(0)", "without an answer"),
                 ("os.mkfifo(os.path.join(directory, name)); return name", "made no file"),
                 (f"os.symlink({str(secret)!r}, os.path.join(directory, name)); return name", "made no file"))
        for i, (code, says) in enumerate(cases):
            with self.subTest(code=code):
                self.locked(sdist(f"demo{i}", "1.0", code))
                self.bake_fails(1, says=says)

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

    def test_two_bakes_share_one_build(self):
        count = self.dir / "count"
        self.locked(sdist("demo", "1.0", f"open({str(count)!r}, 'a').write('once'); time.sleep(2)"))
        count.unlink(missing_ok=True)
        arguments = ("bake", "pylock.toml", "--python-bin", sys.executable)
        bakes = [self.start(*arguments, "-o", folder) for folder in ("one", "two")]
        for process in bakes:
            self.assertEqual(process.wait(timeout=60), 0)
            process.communicate()
        self.assertEqual(count.read_text(), "once")
        self.assertEqual(set(self.layers("one")), set(self.layers("two")))

    def test_what_a_crash_left_is_removed_and_what_is_in_use_stays(self):
        rooms = self.dir / "cache/built/work"
        common = pathlib.Path("/var/tmp/pinbake-build")
        self.locked(sdist("demo", "1.0"))
        self.bake()
        if common.is_dir() and os.access(common, os.W_OK):
            rooms = common
        left, used = rooms / f"left-{os.getpid()}", rooms / f"used-{os.getpid()}"
        for room in (left, used):
            (room / "src").mkdir(parents=True)
            pathlib.Path(f"{room}.lock").touch()
        with open(f"{used}.lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.bake("-o", "other", cache=self.work / "another")
            self.assertFalse(left.exists() or pathlib.Path(f"{left}.lock").exists())
            self.assertTrue((used / "src").is_dir())
        self.bake("-o", "other", cache=self.work / "third")
        self.assertFalse(used.exists() or pathlib.Path(f"{used}.lock").exists())

    def test_a_killed_bake_leaves_no_build_behind(self):
        source = sdist("demo", "1.0", "time.sleep(60)")
        self.locked(source)
        room = source.sha256[:16]
        process = self.start("bake", "pylock.toml", "--python-bin", sys.executable)
        deadline = time.monotonic() + 30
        while not processes_with(f"/{room}/wheel") and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertTrue(processes_with(f"/{room}/wheel"))
        process.kill()
        process.communicate()
        while processes_with(room) and time.monotonic() < deadline:
            time.sleep(0.05)
        self.assertEqual(processes_with(room), [])

    def test_interrupt_ends_a_build(self):
        self.locked(sdist("demo", "1.0", "time.sleep(60)"))
        process = self.start("bake", "pylock.toml", "--python-bin", sys.executable)
        begun = time.monotonic()
        result = self.interrupt(process, lambda: list(self.dir.glob("**/built/logs/*.log")))
        self.assertEqual(result.code, 130, str(result))
        self.assertLess(time.monotonic() - begun, 30)


class Shared(BuildCase):
    def test_two_bakes_share_one_build(self):
        self.locked(sdist("demo", "1.0", "time.sleep(2)"))
        arguments = ("bake", "pylock.toml", "--python-bin", sys.executable, "-v")
        bakes = [self.start(*arguments, "-o", folder) for folder in ("one", "two")]
        said = [process.communicate(timeout=60)[1].decode() for process in bakes]
        self.assertEqual([process.returncode for process in bakes], [0, 0], said)
        self.assertEqual(sum("another process has just built" in text for text in said), 1, said)
        self.assertEqual(set(self.layers("one")), set(self.layers("two")))


del Sdists.test_two_bakes_share_one_build  # a build can write no file of ours any more


class Flags(BuildCase):
    def test_compilers_get_the_flags_that_python_was_compiled_with(self):
        self.locked(sdist("demo", "1.0", "files['demo/flags.txt'] = os.environ['CFLAGS']"))
        self.bake()
        flags = self.built_file("demo/flags.txt")
        self.assertTrue(flags.startswith(sysconfig.get_config_var("CFLAGS")), flags)
        self.assertIn("-ffile-prefix-map=", flags)

if __name__ == "__main__":
    unittest.main()
