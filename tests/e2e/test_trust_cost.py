"""A run that takes long ends soon after Ctrl-C, whatever it is at, and leaves nothing half-written."""

import gzip
import hashlib
import io
import json
import signal
import tarfile
import time
import unittest
import zlib

from harness import Case, Result, wheel
from test_hostile_wheels import LOCK, Archive

LABEL = "e2e"

SOON = 3  # seconds: it is half of one, but machines that test are busy


def zeros_deflated(size):
    """A raw deflate stream of so many zeros, made of one piece again and again."""
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = 1 << 24
    first = coder.compress(bytes(piece)) + coder.flush(zlib.Z_FULL_FLUSH)
    return first * (size // piece) + coder.flush(zlib.Z_FINISH)


def bomb(path, size):
    """A source distribution whose gzip stream goes on for long before its PKG-INFO."""
    head = tarfile.TarInfo("app-1.0/noise")
    head.size = size
    pieces = [gzip.compress(head.tobuf(), 1)]
    piece = gzip.compress(bytes(1 << 26), 1)
    path.write_bytes(b"".join(pieces + [piece] * (size >> 26)))


class Interrupted(Case):
    def ends_soon(self, *args, after, how=(signal.SIGINT,)):
        """Start it, wait, send the signals; it must be the work that is interrupted, not its end that is awaited."""
        process = self.start(*args)
        time.sleep(after)
        if process.poll() is not None:
            out, err = process.communicate()
            self.fail(f"it took less than {after} s: no test\n{Result(args, process.returncode, out.decode(), err.decode())}")
        sent = time.monotonic()
        for number in how:
            process.send_signal(number)
            time.sleep(0.02)
        out, err = process.communicate(timeout=60)
        took = time.monotonic() - sent
        result = Result(args, process.returncode, out.decode(), err.decode())
        self.assertEqual(result.code, 130, str(result))
        self.assertLess(took, SOON, str(result))
        self.assertIn("interrupted", result.out if "--json" in args else result.err)
        print(f"        {args[0]} after {after} s: ended within {took:.2f} s", flush=True)
        return result

    def nothing_is_left(self, *names):
        """Of the files of the work folder only those of the test; and the cache is sound."""
        found = [str(path.relative_to(self.work)) for path in self.work.rglob("*")
                 if path.is_file() and path.name != ".gitignore"]
        self.assertEqual(sorted(found), sorted(names))
        self.ok("cache", "verify")

    def big_wheel(self):
        """Eight GiB of zeros, which are unpacked and hashed before the wheel enters the store."""
        size = 8 << 30
        archive = Archive()
        archive.add("app/zeros.bin", b"", data=zeros_deflated(size), size=size, crc=1, zip64=True,
                    row="app/zeros.bin,sha256=" + "A" * 43 + f",{size}\n")
        content = archive.bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        self.write("wheel.whl", content)
        self.write("pylock.toml", LOCK.format(size=len(content), sha256=sha256))

    BAKE = ("bake", "pylock.toml", "--offline", "--target", "cp312-linux-amd64-glibc2.28")

    def test_a_wheel_that_unpacks_to_much(self):
        self.big_wheel()
        for after in (0.3, 1.0):
            self.ends_soon(*self.BAKE, after=after)
        self.nothing_is_left("pylock.toml", "wheel.whl")

    def test_every_signal_once_and_twice(self):
        self.big_wheel()
        for how in ((signal.SIGTERM,), (signal.SIGHUP,), (signal.SIGINT, signal.SIGINT), (signal.SIGINT, signal.SIGTERM),
                    (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)):
            with self.subTest(how):
                self.ends_soon(*self.BAKE, after=0.3, how=how)
        result = self.ends_soon(*self.BAKE, "--json", after=0.3)
        self.assertEqual(json.loads(result.out)["error"]["kind"], "interrupted")
        self.nothing_is_left("pylock.toml", "wheel.whl")

    def test_a_source_distribution_that_unpacks_to_much(self):
        bomb(self.work / "app-1.0.tar.gz", 16 << 30)
        self.write("requirements.in", "./app-1.0.tar.gz\n")
        self.ends_soon(*self.lock_args(), after=0.5)
        self.nothing_is_left("app-1.0.tar.gz", "requirements.in")

    def test_a_file_that_is_hashed(self):
        with open(self.work / "app-1.0-py3-none-any.whl", "wb") as file:
            file.truncate(64 << 30)
        self.write("requirements.in", "./app-1.0-py3-none-any.whl\n")
        self.ends_soon(*self.lock_args(), after=0.5)

    def test_a_large_page(self):
        """The page is read at one go, by a thread that asks for nothing."""
        files = ",".join(f'{{"filename":"app-{number}-py3-none-any.whl","url":"a{number}","hashes":{{}}}}'
                         for number in range(1_500_000))
        body = f'{{"meta":{{"api-version":"1.0"}},"name":"app","files":[{files}]}}'.encode()
        self.index.raw["/simple/app/"] = ("application/vnd.pypi.simple.v1+json", body, {})
        self.write("requirements.in", "app\n")
        process = self.start(*self.lock_args())
        while "/simple/app/" not in self.index.paths():
            time.sleep(0.01)
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        sent = time.monotonic()
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 130)
        self.assertLess(time.monotonic() - sent, SOON)
        self.nothing_is_left("requirements.in")

    def test_a_server_that_says_nothing(self):
        self.index.delays["/simple/app/"] = 30
        self.index.add(wheel("app", "1.0"))
        self.write("requirements.in", "app\n")
        self.ends_soon(*self.lock_args(), after=0.5)
        self.nothing_is_left("requirements.in")


if __name__ == "__main__":
    unittest.main()
