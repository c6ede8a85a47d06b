"""Hostile input costs no more than its size: a run that takes long ends soon after Ctrl-C and leaves nothing half-written,
what grows has a limit that is said, and no order of a keyed table reaches an output."""

import gzip
import hashlib
import io
import json
import os
import re
import shutil
import signal
import struct
import tarfile
import time
import unittest
import zlib

from harness import Case, Result, noise, sdist, wheel
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
    line = noise(320)  # zeros are unpacked too fast
    piece = gzip.compress((line * ((1 << 26) // len(line) + 1))[:1 << 26], 1)
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
        bomb(self.work / "app-1.0.tar.gz", 63 << 26)  # just below what is unpacked at all
        self.write("requirements.in", "./app-1.0.tar.gz\n")
        self.ends_soon(*self.lock_args(), after=0.2)
        self.nothing_is_left("app-1.0.tar.gz", "requirements.in")

    def test_a_file_that_is_hashed(self):
        with open(self.work / "app-1.0-py3-none-any.whl", "wb") as file:
            file.truncate(64 << 30)
        self.write("requirements.in", "./app-1.0-py3-none-any.whl\n")
        self.ends_soon(*self.lock_args(), after=0.5)

    def test_a_large_page(self):
        """The page is read at one go, by a thread that asks for nothing."""
        files = ",".join(f'{{"filename":"app-{number}-py3-none-any.whl","url":"a{number}","hashes":{{}},"x":"{"x" * 300}"}}'
                         for number in range(290_000))
        files += ',{"filename":"app-999999-py3-none-any.whl","url":"last","hashes":{},"core-metadata":true}'
        self.index.raw["/simple/app/last.metadata"] = ("text/plain", b"Metadata-Version: 2.1\n" * 1000, {})
        self.index.delays["/simple/app/last.metadata"] = 30  # however fast the page is read, the run goes on
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


def metadata_lines(name, count, prefix="e"):
    """Requirements of so many extras, as many a line as one may have."""
    extras = [f"{prefix}{number}" for number in range(count)]
    return [f"{name}[{','.join(extras[at:at + 1000])}]" for at in range(0, count, 1000)]


class Limits(Case):
    """What may grow with an input ends in an error that says where, what and how much."""

    def refused(self, text, *says):
        self.write("requirements.in", text)
        self.fails(3, *self.lock_args(), says=says)

    def test_requirements_files(self):
        self.refused("app\n" * 200_001, r"requirements.in:200001:1: error: more than 200000 requirements")
        self.refused("--extra-index-url https://example.com/\n" * 1001, r"requirements.in:1001:1: error: more than 1000 options")
        self.refused("app" + ",".join([">=1"] * 513) + "\n", r"requirements.in:1:\d+: error: more than 512 clauses")
        self.refused("app[" + ",".join(f"e{number}" for number in range(1025)) + "]\n", r"requirements.in:1:4: error: more than 1024 extras")
        self.refused("app==1" + ".1" * 128 + "\n", r"requirements.in:1:6: error: a version of more than 128 numbers")
        self.refused("app; " + " or ".join(["os_name == 'x'"] * 4097) + "\n", r"requirements.in:1:\d+: error: .*4096")
        self.refused("app; " + "(" * 65 + "os_name == 'x'" + ")" * 65 + "\n", r"requirements.in:1:\d+: error: .*nested more than 64 deep")

    def test_includes(self):
        for number in range(40):
            self.write(f"in{number}.txt", f"-r in{number + 1}.txt\n")
        self.write("in40.txt", "app\n")
        self.refused("-r in0.txt\n", r"in3\d.txt:1:1: error: files include one another more than 32 deep")

    def test_markers_of_lists_that_include_one_another(self):
        """Each is nested as deep as may be; together they are nested deeper."""
        deep = "os_name == 'a'"
        for _ in range(64):
            deep = f"os_name == 'x' and (os_name == 'y' or {deep})"
        self.write("pyproject.toml", f'''[project]
name = "x"
version = "1"
[project.optional-dependencies]
a = ["x[b]; os_name == 'q' or {deep}"]
b = ["x[c]; os_name == 'q' or os_name == 'r'"]
c = ["foo"]
''')
        self.fails(3, *self.lock_args("pyproject.toml", "--extra", "a"),
                   says=[r"pyproject.toml:6:\d+: error: .*nested more than 64 deep"])

    def test_files_of_a_page(self):
        files = ",".join(f'{{"filename":"app-{number}-py3-none-any.whl","url":"a","hashes":{{}}}}' for number in range(300_001))
        self.index.raw["/simple/app/"] = ("application/vnd.pypi.simple.v1+json",
                                          f'{{"meta":{{"api-version":"1.0"}},"name":"app","files":[{files}]}}'.encode(), {})
        self.write("requirements.in", "app\n")
        self.fails(4, *self.lock_args(), says=["the page lists more than 300000 files", "/simple"])

    def test_what_unpacks_to_much(self):
        """It is seen before it is unpacked, or as soon as it is too much: it costs neither time nor memory."""
        self.write("requirements.in", "app\n")
        source = sdist("app", "1.0")
        head = tarfile.TarInfo("app-1.0/noise")
        head.size = 1 << 40
        source.content = gzip.compress(head.tobuf()) + gzip.compress(bytes(1 << 26)) * 16
        self.index.core_metadata = False
        self.index.add(source)
        self.fails(1, *self.lock_args(), says=["unpacks to more than"], timeout=30)
        self.index.raw["/simple/app/"] = ("application/vnd.pypi.simple.v1+json", gzip.compress(bytes(1 << 26)) * 64,
                                          {"Content-Encoding": "gzip"})
        process = self.start(*self.lock_args(), cache=self.dir / "other")
        out, err = process.stdout.read(), process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, 4, err.decode())
        self.assertLess(used.ru_maxrss, 1 << 20)  # in KiB; it would be four GiB

    def test_nesting_of_toml(self):
        self.write("pyproject.toml", "a = " + "[" * 100 + "]" * 100 + "\n")
        self.fails(3, *self.lock_args("pyproject.toml"), says=[r"pyproject.toml:1:\d+: error: .*64"])

    def test_nesting_of_json(self):
        self.index.raw["/simple/app/"] = ("application/vnd.pypi.simple.v1+json", b"[" * 100_000, {})
        self.write("requirements.in", "app\n")
        self.fails(4, *self.lock_args(), says=[r"app"])

    def test_locks(self):
        head = 'lock-version = "1.0"\ncreated-by = "tests"\n'
        entry = '[[packages]]\nname = "app"\nversion = "{}"\nmarker = "os_name == \'{}\'"\nvcs = {{type = "git", ' \
                'url = "https://example.com/a", commit-id = "' + "0" * 40 + '"}}\n'
        self.write("pylock.toml", head + "".join(entry.format(number, number) for number in range(257)))
        self.fails(3, "tree", "pylock.toml", says=[r"pylock.toml:\d+:1: error: package 'app' has more than 256 entries"])
        self.write("pylock.toml", head + "[[packages]]\n" * 100_001)
        self.fails(3, "tree", "pylock.toml", says=[r"pylock.toml:100003:1: error: the lock has more than 100000 packages"])
        hashes = ", ".join(f'h{number} = "00"' for number in range(33))
        self.write("pylock.toml", head + '[[packages]]\nname = "app"\nversion = "1"\nsdist = {url = '
                   f'"https://example.com/app-1.tar.gz", hashes = {{{hashes}}}}}\n')
        self.fails(3, "tree", "pylock.toml", says=[r"pylock.toml:6:\d+: error: more than 32 hashes of one file"])

    def bake_refused(self, archive, says):
        content = archive.bytes()
        self.write("wheel.whl", content)
        self.write("pylock.toml", LOCK.format(size=len(content), sha256=hashlib.sha256(content).hexdigest()))
        self.fails(5, "bake", "pylock.toml", "--offline", "--target", "cp312-linux-amd64-glibc2.28",
                   says=[says, "app-1.0-py3-none-any.whl"])

    def test_rows_of_a_record(self):
        archive = Archive()
        archive.add("app/x.py", b"x", row="a,,\n" * 501_001)
        self.bake_refused(archive, "RECORD has more than 501000 rows")

    def test_scripts_of_a_wheel(self):
        archive = Archive()
        archive.add("app-1.0.dist-info/entry_points.txt",
                    b"[console_scripts]\n" + b"".join(b"s%d = a:b\n" % number for number in range(10_001)))
        self.bake_refused(archive, "more than 10000 scripts")

    def test_entries_of_a_wheel(self):
        """The end record alone says how many there would be."""
        content = bytearray(Archive().bytes()[:-22])
        at = content.index(b"PK\1\2")
        size = len(content) - at
        content += b"PK\6\6" + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 500_001, 500_001, size, at)
        content += b"PK\6\7" + struct.pack("<IQI", 0, at + size, 1)
        content += b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 0xffff, 0xffff, 0xffffffff, 0xffffffff, 0)

        class Raw:
            @staticmethod
            def bytes():
                return bytes(content)
        self.bake_refused(Raw, "500001 entries; at most 500000")

    def test_packages_of_a_resolve(self):
        """Three releases are enough to ask for more than anybody has."""
        for letter in "abc":
            self.index.add(wheel(f"dep-{letter}", "1.0", extras=[f"e{number}" for number in range(9000)]))
            self.index.add(wheel(f"app-{letter}", "1.0", requires=metadata_lines(f"dep-{letter}", 9000)))
        self.write("requirements.in", "app-a\napp-b\napp-c\n")
        self.fails(1, *self.lock_args(), says=[r"more than 20000 packages are needed, 'dep-.\[e\d+\]' for one"])

    def test_needs_of_a_release(self):
        self.index.add(wheel("dep", "1.0", extras=["x"]), wheel("app", "1.0", requires=metadata_lines("dep", 10_001)))
        self.write("requirements.in", "app\n")
        self.fails(1, *self.lock_args(), says=["asks for more than 10000 packages and extras"])


class Seeds(Case):
    """Each process keys its tables by another seed: whatever hangs on their order differs from run to run."""

    RUNS = 5

    def setUp(self):
        super().setUp()
        for number in range(30):
            for version in ("1.0", "2.0"):
                needs = [f"part-{other}>=1; python_version > '3.{other % 9}'" for other in range(number + 1, min(number + 6, 30))]
                self.index.add(wheel(f"part-{number}", version, requires=[*needs, f"extra-{number}; extra == 'more'"],
                                     extras=["more"], scripts={f"part-{number}": "part:main"},
                                     files={f"part_{number}/__init__.py": version, f"shared/{number % 4}.py": str(number)}))
            self.index.add(wheel(f"extra-{number}", "1.0"))
        self.index.add(wheel("wants-old", "1.0", requires=["part-3<2", "part-4<2"]),
                       wheel("wants-new", "1.0", requires=["part-3>=2", "part-4>=2"]))

    def same(self, *args, code=0, also=lambda: None, before=lambda: None):
        seen = set()
        for _ in range(self.RUNS):
            before()
            result = self.run_program(*args)
            self.assertEqual(result.code, code, str(result))
            seen.add((re.sub(r" in \d+\.\d+ s", "", result.out), re.sub(r" in \d+\.\d+ s", "", result.err), also()))
        self.assertEqual(len(seen), 1, "\n-----\n".join("\n".join(map(str, each)) for each in seen))

    def forget_lock(self):
        (self.work / "pylock.toml").unlink(missing_ok=True)

    def test_locks_and_what_is_said_of_them(self):
        self.write("requirements.in", "".join(f"part-{number}[more]\n" for number in range(0, 30, 3)))
        both = ("--python", "3.9", "--python", "3.12")
        args = ("lock", "requirements.in", "--index-url", self.index.url, "--platform", "linux/amd64", *both)
        self.same(*args, before=self.forget_lock, also=lambda: self.read("pylock.toml"))
        for command in (("tree",), ("tree", "--invert", "part-29"), ("why", "part-29"), ("export",)):
            self.same(*command, "pylock.toml")
        self.write("requirements.in", "wants-old\nwants-new\npart-1\n")
        self.same(*self.lock_args(), code=1, before=self.forget_lock)

    def test_layers(self):
        self.lock("".join(f"part-{number}\n" for number in range(30)))

        def forget():
            for folder in (self.work / ".pinbake", self.cache):
                shutil.rmtree(folder, ignore_errors=True)
        self.same("bake", "pylock.toml", before=forget, also=lambda: tuple(self.layers()))


if __name__ == "__main__":
    unittest.main()
