"""Downloads of `bake`: several processes share one, a wheelhouse comes before the network, and a terminal sees how it goes."""

import contextlib
import os
import pty
import re
import signal
import time
import unittest

from harness import Case, PINBAKE, noise, wheel

LABEL = "e2e"


class Shared(Case):
    def setUp(self):
        super().setUp()
        self.big = self.index.add(wheel("big", "1.0", files={"big/noise.bin": noise(300_000)}))
        self.index.add(wheel("small", "1.0"))
        self.lock("big\nsmall\n")
        self.path = self.index.file_path(self.big)
        self.index.forget()

    def bake(self, number):
        return self.start("bake", "pylock.toml", "-o", f"out-{number}")

    def until(self, happened):
        end = time.monotonic() + 30
        while not happened():
            self.assertLess(time.monotonic(), end, "it does not happen")
            time.sleep(0.01)

    def test_several_processes_share_one_download(self):
        self.index.delays[self.path] = 0.005
        first = self.bake(0)
        self.until(lambda: self.path in self.index.paths())
        others = [self.bake(number) for number in (1, 2)]
        for process in (first, *others):
            _, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, err)
        self.assertEqual(self.index.paths().count(self.path), 1, self.index.paths())
        self.assertEqual(self.layers("out-0").keys(), self.layers("out-2").keys())
        self.assertEqual(list((self.cache / "files/loading").iterdir()), [])

    def test_who_waits_takes_over_from_a_killed_process(self):
        self.index.delays[self.path] = 0.02
        first = self.bake(0)
        self.until(lambda: self.path in self.index.paths())
        second = self.bake(1)
        time.sleep(0.3)
        self.assertEqual(self.index.paths().count(self.path), 1)
        self.index.delays.clear()
        first.send_signal(signal.SIGKILL)
        first.communicate()
        _, err = second.communicate(timeout=60)
        self.assertEqual(second.returncode, 0, err)
        self.assertEqual(self.index.paths().count(self.path), 2)
        self.ok("cache", "verify")

    def test_who_waits_can_be_interrupted(self):
        self.index.delays[self.path] = 0.05
        first = self.bake(0)
        self.until(lambda: self.path in self.index.paths())
        second = self.bake(1)
        time.sleep(0.5)
        second.send_signal(signal.SIGINT)
        second.communicate(timeout=10)
        self.assertEqual(second.returncode, 130)
        first.kill()
        first.communicate()


class Wheelhouse(Case):
    def setUp(self):
        super().setUp()
        self.app = self.index.add(wheel("app", "1.0", requires=["lib"]))
        self.lib = self.index.add(wheel("lib", "2.0"))
        self.lock("app\n")
        self.house = self.dir / "house"
        self.house.mkdir()
        (self.house / self.app.filename).write_bytes(self.app.content)
        self.index.forget()

    def test_files_come_from_it_and_the_rest_from_the_network(self):
        self.ok("bake", "pylock.toml", "--wheelhouse", self.house)
        self.assertEqual([path for path in self.index.paths() if path.startswith("/files/")], [self.index.file_path(self.lib)])

    def test_offline(self):
        (self.dir / "second").mkdir()
        (self.dir / "second" / self.lib.filename).write_bytes(self.lib.content)
        self.fails(4, "bake", "pylock.toml", "--offline", "--wheelhouse", self.house)
        houses = ("--wheelhouse", self.house, "--wheelhouse", self.dir / "second")
        self.ok("bake", "pylock.toml", "--offline", *houses)
        self.ok("install", "pylock.toml", "--offline", *houses, "--prefix", self.dir / "venv", "--interpreter", "/usr/bin/python3",
                cache=self.dir / "other")
        self.assertEqual(self.index.paths(), [])

    def test_other_bytes_under_the_name_are_passed_over(self):
        (self.house / self.app.filename).write_bytes(self.app.content + b"x")
        (self.house / self.lib.filename).write_bytes(bytes(len(self.lib.content)))
        self.ok("bake", "pylock.toml", "--wheelhouse", self.house)
        self.assertEqual(self.index.paths().count(self.index.file_path(self.app)), 1)
        self.ok("cache", "verify")

    def test_no_such_folder_is_no_wheelhouse(self):
        self.ok("bake", "pylock.toml", "--wheelhouse", self.dir / "nowhere")


class Progress(Case):
    def test_bytes_and_rate_on_a_terminal(self):
        big = self.index.add(wheel("big", "1.0", files={"big/noise.bin": noise(300_000)}))
        self.lock("big\n")
        self.index.delays[self.index.file_path(big)] = 0.002
        seen = b""
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(self.work)
            os.execve(PINBAKE, [PINBAKE, "bake", "pylock.toml", "--cache-dir", str(self.cache)], self.environment())
        with contextlib.suppress(OSError):  # the terminal closes with the program
            while piece := os.read(terminal, 65536):
                seen += piece
        self.assertEqual(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 0, seen)
        os.close(terminal)
        self.assertRegex(seen.decode(), r"downloading \d[\d.]* k?B/30\d kB  [\d.]+ k?B/s  big-1\.0")
        self.assertFalse(re.search(r"/s", seen.decode().rsplit("\x1b[K", 1)[-1]))


if __name__ == "__main__":
    unittest.main()
