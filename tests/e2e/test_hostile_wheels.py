"""Hostile wheels, one by one, through the real program: each is refused with an error that names it, and nothing is written
but the store's own folders. The archives are made byte by byte, as no zip library writes them."""

import base64
import concurrent.futures
import hashlib
import random
import re
import struct
import subprocess
import unittest
import zlib

from harness import Case, PINBAKE, Wheel, noise

LABEL = "e2e"
LOCAL, CENTRAL, END, END64, LOCATOR, DESCRIPTOR = (b"PK\3\4", b"PK\1\2", b"PK\5\6", b"PK\6\6", b"PK\6\7", b"PK\7\x08")
ONES16, ONES32 = 0xffff, 0xffffffff


def deflated(content):
    coder = zlib.compressobj(6, zlib.DEFLATED, -15)
    return coder.compress(content) + coder.flush()


def zstd_frame(content):
    """A zstd frame of raw blocks, and of blocks of one byte where the content has them (RFC 8878, 3.1.1)."""
    out = b"\x28\xb5\x2f\xfd\x00\x38"  # no checksum, no size, a window of 128 KiB
    blocks = [content[at:at + (1 << 17)] for at in range(0, len(content), 1 << 17)] or [b""]
    for number, block in enumerate(blocks):
        same = block and block.count(block[:1]) == len(block)
        head = (number == len(blocks) - 1) | (1 if same else 0) << 1 | len(block) << 3
        out += struct.pack("<I", head)[:3] + (block[:1] if same else block)
    return out


class Entry:
    def __init__(self, path, content, **other):
        self.path, self.content = path, content
        self.method, self.flags, self.mode = 8, 0x800, 0o100644
        self.data = None            # compressed; made by method 0 or 8
        self.tail = b""             # after the data, counted as compressed
        self.crc = self.size = self.compressed = None  # what the directory says instead of the truth
        self.local_path = None
        self.row = True             # in RECORD; a text is the row itself
        self.zip64 = self.descriptor = False
        self.offset = None          # instead of the true one
        self.lies = {}              # fields of the local header instead of the true ones
        self.gap = b""              # after the data and what belongs to it
        self.extra = b""            # of the directory's record
        self.listed = True          # in the directory
        self.__dict__.update(other)

    def prepare(self):
        name = self.path.encode() if isinstance(self.path, str) else self.path
        self.name = name
        if self.data is None:
            self.data = deflated(self.content) if self.method == 8 else self.content
        self.data += self.tail
        if self.crc is None:
            self.crc = zlib.crc32(self.content)
        if self.size is None:
            self.size = len(self.content)
        if self.compressed is None:
            self.compressed = len(self.data)

    def fields(self, local):
        size, compressed, extra = self.size, self.compressed, b""
        if self.zip64:
            extra = struct.pack("<HHQQ", 1, 16, size, compressed)
            size = compressed = ONES32
        crc = self.crc
        if local and self.descriptor:
            crc = size = compressed = 0
        flags, method = self.flags | (8 if self.descriptor else 0), self.method
        if local:
            flags, method, crc = (self.lies.get(key, true) for key, true in (("flags", flags), ("method", method), ("crc", crc)))
            compressed, size = self.lies.get("compressed", compressed), self.lies.get("size", size)
        else:
            extra += self.extra
        return struct.pack("<HHHHHIIIHH", 45 if self.zip64 else 20, flags, method, 0, 0x5022, crc, compressed, size,
                           len(self.name), len(extra)), extra


class Archive:
    """A wheel that may be wrong in every place; RECORD is right unless an entry says otherwise."""

    def __init__(self, name="app", version="1.0"):
        self.name, self.version, self.info = name, version, f"{name}-{version}.dist-info"
        self.entries, self.zip64_end, self.with_record = [], False, True
        self.metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode()
        self.add(f"{self.info}/METADATA", self.metadata)
        self.add(f"{self.info}/WHEEL", b"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n")

    def add(self, path, content, **other):
        self.entries.append(Entry(path, content, **other))
        return self.entries[-1]

    def row(self, entry):
        if entry.row is not True:
            return entry.row or ""
        digest = base64.urlsafe_b64encode(hashlib.sha256(entry.content).digest()).rstrip(b"=").decode()
        return f"{entry.path},sha256={digest},{len(entry.content)}\n"

    def bytes(self):
        if self.with_record and not any(entry.path == f"{self.info}/RECORD" for entry in self.entries):
            rows = "".join(self.row(entry) for entry in self.entries if isinstance(entry.path, str))
            self.add(f"{self.info}/RECORD", (rows + f"{self.info}/RECORD,,\n").encode(), row=False)
        out, directory, at = [], [], 0
        for entry in self.entries:
            entry.prepare()
            head, extra = entry.fields(True)
            local = entry.local_path.encode() if entry.local_path else entry.name
            piece = [LOCAL, head[:22] + struct.pack("<HH", len(local), len(extra)), local, extra, entry.data]
            if entry.descriptor:
                piece.append(DESCRIPTOR + struct.pack("<III", entry.crc, entry.compressed, entry.size))
            piece.append(entry.gap)
            head, extra = entry.fields(False)
            offset = at if entry.offset is None else entry.offset
            if entry.listed:
                directory += [CENTRAL, struct.pack("<H", 0x0314), head, struct.pack("<HHHII", 0, 0, 0, entry.mode << 16, offset),
                              entry.name, extra]
            out += piece
            at += sum(map(len, piece))
        listed = b"".join(directory)
        count = sum(entry.listed for entry in self.entries)
        end = b""
        if self.zip64_end:
            end = END64 + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, count, count, len(listed), at) + \
                LOCATOR + struct.pack("<IQI", 0, at + len(listed), 1)
            end += END + struct.pack("<HHHHIIH", 0, 0, ONES16, ONES16, ONES32, ONES32, 0)
        else:
            end = END + struct.pack("<HHHHIIH", 0, 0, count, count, len(listed), at, 0)
        return b"".join(out) + listed + end

    def wheel(self):
        return Wheel(f"{self.name}-{self.version}-py3-none-any.whl", self.bytes(), self.metadata)


LOCK = """lock-version = "1.0"
created-by = "tests"

[[packages]]
name = "app"
version = "1.0"
wheels = [{{name = "app-1.0-py3-none-any.whl", path = "wheel.whl", size = {size}, hashes = {{sha256 = "{sha256}"}}}}]
"""


class HostileWheels(Case):
    """bake takes the wheel from a lock that names it by its path and true hash: only its inside can be at fault."""

    def put(self, content, folder=None):
        folder = folder or self.work
        folder.mkdir(exist_ok=True)
        (folder / "wheel.whl").write_bytes(content)
        (folder / "pylock.toml").write_text(LOCK.format(size=len(content), sha256=hashlib.sha256(content).hexdigest()))

    def world(self):
        """All that lies in the test's folder, but for the store and what bake fills."""
        own = (self.cache, self.work / ".pinbake")
        return sorted(str(path) for path in self.dir.rglob("*") if not any(path.is_relative_to(each) for each in own))

    def stored(self):
        return [path for path in self.cache.rglob("*") if path.is_file() and "sha256" in path.parts]

    def bake(self, archive, *args):
        self.put(archive if isinstance(archive, bytes) else archive.bytes())
        return self.run_program("bake", "pylock.toml", *self.BAKE, *args)

    BAKE = ("--offline", "--target", "cp312-linux-amd64-glibc2.28")

    def refused(self, archive, says):
        before_content = archive if isinstance(archive, bytes) else archive.bytes()
        self.put(before_content)
        before = self.world()
        result = self.run_program("bake", "pylock.toml", *self.BAKE)
        self.assertEqual(result.code, 5, str(result))
        self.assertRegex(result.err, "app-1.0-py3-none-any.whl")
        self.assertRegex(result.err, says)
        self.assertEqual(self.world(), before)
        self.assertEqual((self.stored(), self.layers()), ([], {}))

    def accepted(self, archive):
        result = self.bake(archive)
        self.assertEqual(result.code, 0, str(result))
        return result

    def each(self, cases):
        for says, change in cases:
            with self.subTest(says):
                archive = Archive()
                change(archive)
                self.refused(archive, says)

    def test_the_maker_makes_good_wheels(self):
        archive = Archive()
        archive.add("app/__init__.py", b"x = 1\n")
        archive.add("app/stored.bin", noise(70_000), method=0)
        archive.add("app/late.py", b"y = 1\n", descriptor=True)
        self.accepted(archive)

    def test_names_that_leave_the_tree(self):
        self.each((says, lambda archive, path=path: archive.add(path, b"x = 1\n")) for path, says in (
            ("../evil.py", r"'\.\.'"), ("app/../../evil.py", r"'\.\.'"), ("/etc/evil", "absolute"), ("app/./x.py", r"'\.'"),
            ("app//x.py", "empty component"), ("app\\..\\evil.py", "backslash"), ("app-1.0.data/data/../../evil", r"'\.\.'"),
            ("app/" + "n" * 256, "255"), ("app/" + "n/" * 2100 + "x", "4096"), ("app/a\x01b.py", "control character"),
            ("app/a\nb.py", "control character"), ("app-1.0.data/data/bin/python", "environment itself"),
            ("app-1.0.data/data/pyvenv.cfg", "environment itself")))

    def test_names_that_are_no_text(self):
        self.each((("not UTF-8", lambda archive: archive.add(b"app/\xff.py", b"x", row=False)),
                   ("NUL", lambda archive: archive.add("app/a\0b.py", b"x", row=False)),
                   ("empty", lambda archive: archive.add("", b"x", row=False))))

    def test_778_1_symbolic_links_and_devices(self):
        self.each(((says, lambda archive, mode=mode: archive.add("app/x", b"/etc/passwd", mode=mode)) for mode, says in (
            (0o120777, "symbolic link"), (0o020644, "neither a file"), (0o060644, "neither a file"), (0o010644, "neither a file"))))

    def test_duplicate_names(self):
        def twice(archive):
            archive.add("app/x.py", b"x = 1\n")
            archive.add("app/x.py", b"x = 2\n", row=False)

        def one_place(archive):
            archive.add("app/x.py", b"x = 1\n")
            archive.add("app-1.0.data/purelib/app/x.py", b"x = 2\n")
        self.each((("occurs twice", twice), ("one place", one_place)))

    def test_file_against_directory(self):
        archive = Archive()
        archive.add("app/x", b"1")
        archive.add("app/x/y.py", b"2")
        self.put(archive.bytes())
        result = self.run_program("bake", "pylock.toml", *self.BAKE)
        self.assertEqual((result.code, self.layers()), (5, {}), str(result))
        self.assertRegex(result.err, "directory")

    def test_names_that_only_a_system_holds_to_be_equal(self):
        """Linux keeps both; who copies the tree elsewhere loses one: it is said."""
        for first, second in (("app/Readme.txt", "app/README.txt"), ("app/\u00e9.txt", "app/e\u0301.txt"),
                              ("app/\u00c9.txt", "app/\u00e9.txt"), ("app/stra\u00dfe", "app/STRASSE")):
            with self.subTest(second):
                archive = Archive()
                archive.add(first, b"1")
                archive.add(second, b"2")
                result = self.accepted(archive)
                self.assertRegex(result.err, "differ in case")

    def test_zip_1_other_compressions(self):
        self.each(((says, lambda archive, method=method: archive.add("app/x.py", b"x = 1\n", method=method)) for method, says in (
            (9, "deflate64"), (12, "bzip2"), (14, "LZMA"), (95, "xz"), (98, "PPMd"), (99, "encryption"), (77, "method 77"))))

    def test_gz_8_zstd_is_read(self):
        archive = Archive()
        archive.add("app/a.py", b"", method=93, data=zstd_frame(b""))
        archive.add("app/b.py", b"y = 2\n" * 100_000, method=93, data=zstd_frame(b"y = 2\n" * 100_000))
        self.accepted(archive)

    def test_zstd_that_lies(self):
        good = zstd_frame(b"y = 2\n" * 1000)
        self.each(((says, lambda archive, other=other: archive.add("app/b.py", b"y = 2\n" * 1000, method=93, **other))
                   for says, other in (("ends early", {"data": good[:-1]}), ("zstd data", {"data": good, "tail": b"more"}),
                                       ("longer than", {"data": good, "size": 5999}), ("length", {"data": good, "size": 6001}),
                                       ("CRC-32", {"data": good, "crc": 1}), ("zstd data", {"data": b"y" * 50}))))

    def test_encrypted(self):
        self.each((("encrypted", lambda archive, flags=flags: archive.add("app/x.py", b"x", flags=flags))
                   for flags in (0x801, 0x841, 0x2800)))

    def test_lying_numbers(self):
        self.each(((says, lambda archive, other=other: archive.add("app/x.bin", noise(4992), **other)) for says, other in (
            ("CRC-32", {"crc": 1}), ("longer than", {"size": 4991}), ("length", {"size": 4993}), ("length", {"size": 4993, "method": 0}),
            ("CRC-32", {"crc": 1, "method": 0}), ("overlap|reaches|directory", {"compressed": 1 << 20}),
            ("belong to no entry", {"compressed": 100}), ("more than its bytes can hold", {"size": 1 << 30}),
            ("unpacks to too much", {"size": 1 << 40, "zip64": True}), ("another name", {"local_path": "app/y.bin"}))))

    def test_local_headers_that_disagree_with_the_directory(self):
        """A reader that streams believes the local header, one that seeks believes the directory."""
        self.each(((says, lambda archive, other=other: archive.add("app/x.py", b"x = 1\n", **other)) for says, other in (
            ("other flags", {"lies": {"flags": 0x808}}), ("other flags", {"lies": {"flags": 0}}),
            ("other flags", {"lies": {"flags": 0x801}}), ("another compression", {"lies": {"method": 0}}),
            ("another checksum", {"lies": {"crc": 1}}), ("other sizes", {"lies": {"size": 5}}),
            ("other sizes", {"lies": {"compressed": 0}}), ("other sizes", {"lies": {"compressed": ONES32, "size": ONES32}}),
            ("other sizes", {"descriptor": True, "lies": {"size": 1}}),
            ("another checksum", {"descriptor": True, "lies": {"crc": 1}}),
            ("sizes and the checksum that are its own", {"flags": 0x808, "gap": DESCRIPTOR + bytes(12)}),
            ("sizes and the checksum that are its own", {"flags": 0x808}),
            ("between its data and their sizes", {"descriptor": True, "tail": b"tail"}))))

    def test_entries_that_the_directory_leaves_out(self):
        def before(archive):
            archive.entries.insert(0, Entry("app/hidden.py", b"x = 1\n", listed=False))
        self.each((("belong to no entry", lambda archive: archive.add("app/x.py", b"x", gap=b"\0" * 4)),
                   ("belong to no entry", lambda archive: archive.add("app/hidden.py", b"x", listed=False, row=False)),
                   ("begins with bytes", before)))

    def test_names_that_programs_read_differently(self):
        self.each((("not marked as UTF-8", lambda archive: archive.add("app/caf\u00e9.py", b"x", flags=0)),
                   ("not UTF-8", lambda archive: archive.add(b"app/caf\x82.py", b"x", flags=0, row=False)),
                   ("extra field", lambda archive: archive.add(
                       "app/x.py", b"x", extra=struct.pack("<HHBI", 0x7075, 13, 1, zlib.crc32(b"app/x.py")) + b"app/z.py")),
                   ("folder with content", lambda archive: archive.add("app/x/", b"x", row=False))))

    def test_two_end_records(self):
        good = Archive().bytes()
        comment = END + bytes(18)
        self.refused(good[:-2] + struct.pack("<H", len(comment)) + comment, "two end records")

    def test_records_of_other_distributions(self):
        other = "other-2.0.dist-info/RECORD"
        self.each((("records? .*another distribution|another distribution",
                    lambda archive, path=path: archive.add(path, b"x")) for path in (
            f"app-1.0.data/purelib/{other}", f"app-1.0.data/platlib/{other}",
            f"app-1.0.data/data/lib/python3.12/site-packages/{other}",
            f"app-1.0.data/data/lib64/python3.12/site-packages/{other}", "app-1.0.data/purelib/app-1.0.dist-info/direct_url.json",
            "app-1.0.data/purelib/Other-2.0.DIST-INFO/METADATA", "other-2.0.Dist-Info/METADATA", "other.egg-info/PKG-INFO",
            "app-1.0.data/purelib/other-2.0-py3.12.egg-info")))
        archive = Archive()
        archive.add("app.egg-info/PKG-INFO", b"x")
        archive.add("app/_vendor/other-2.0.dist-info/METADATA", b"x")
        self.accepted(archive)

    def test_what_an_interpreter_reads_beside_itself(self):
        """With such a file in bin/, python3 would start with another library."""
        self.each((("environment itself", lambda archive, path=path: archive.add(path, b"x")) for path in (
            "app-1.0.data/scripts/pyvenv.cfg", "app-1.0.data/data/bin/pyvenv.cfg", "app-1.0.data/scripts/python3.12._pth",
            "app-1.0.data/data/bin/pybuilddir.txt")))

    def test_metadata_that_names_another(self):
        def metadata(text):
            def change(archive):
                archive.entries[0].content = text
            return change
        self.each((("that it is 'other'", metadata(b"Metadata-Version: 2.1\nName: other\nVersion: 1.0\n")),
                   ("that it is version '1.1'", metadata(b"Metadata-Version: 2.1\nName: app\nVersion: 1.1\n")),
                   ("no file METADATA", lambda archive: archive.entries.pop(0))))

    def test_overlapping_entries(self):
        """Many names for one stream: the bomb that needs no nesting."""
        def overlap(archive):
            archive.add("app/bomb.bin", bytes(1 << 20))
            for number in range(100):
                archive.add(f"app/{number}.bin", bytes(1 << 20), offset=0, data=b"", compressed=1029)
        self.each((("overlap", overlap),))

    def test_bomb_of_many_terabytes(self):
        """The directory alone tells: nothing is unpacked."""
        def bomb(archive):
            for number in range(70):
                archive.add(f"app/{number}.bin", b"", data=deflated(bytes(1 << 20)), size=1 << 30, zip64=True)
        self.each((("unpacks to too much", bomb),))

    def test_record(self):
        other = "app/x.py,sha256=" + "A" * 43 + ",2\n"
        self.each((("not listed in RECORD", lambda archive: archive.add("app/x.py", b"x", row=False)),
                   ("RECORD says", lambda archive: archive.add("app/x.py", b"x", row=other)),
                   ("SHA-256 or stronger", lambda archive: archive.add("app/x.py", b"x", row="app/x.py,,\n")),
                   ("SHA-256 or stronger", lambda archive: archive.add("app/x.py", b"x", row="app/x.py,md5=nTFBhh,1\n")),
                   ("two different rows", lambda archive: archive.add("app/x.py", b"x", row=other + other.replace("A", "B"))),
                   ("no file RECORD", lambda archive: setattr(archive, "with_record", False))))

    def test_inst_3_data_of_unknown_scheme(self):
        self.each((("unknown data scheme", lambda archive: archive.add("app-1.0.data/libs/x", b"x")),
                   ("without a scheme", lambda archive: archive.add("app-1.0.data/x", b"x")),
                   ("folder in scripts", lambda archive: archive.add("app-1.0.data/scripts/a/b", b"x")),
                   ("another project", lambda archive: archive.add("other-1.0.data/data/x", b"x"))))

    def test_scripts(self):
        points = "app-1.0.dist-info/entry_points.txt"
        self.each((says, lambda archive, text=text: archive.add(points, text)) for says, text in (
            ("entry|script|name", b"[console_scripts]\nru\0n = app:main\n"), ("entry|script|name", b"[console_scripts]\n../run = app:main\n"),
            ("entry|module|function|target", b"[console_scripts]\nrun = app:ma\0in\n"),
            ("entry|module|function|target", b"[console_scripts]\nrun = app:main; import os\n"),
            ("target", b"[console_scripts]\nrun = 1app:main\n")))

    def test_env_2_names_of_the_environment(self):
        """Only the target tells which name its interpreter has: the store may hold such a wheel, no tree does."""
        for path, content in (("app-1.0.data/scripts/python3.12", b"x"),
                              ("app-1.0.dist-info/entry_points.txt", b"[console_scripts]\npython = app:main\n")):
            archive = Archive()
            archive.add(path, content)
            result = self.bake(archive)
            self.assertEqual((result.code, self.layers()), (5, {}), str(result))
            self.assertRegex(result.err, "environment")

    def test_script_with_nul_is_bytes_like_any_other(self):
        """A script need not be text: programs are shipped so. Its bytes stay as they are, and behind `#!python` too."""
        archive = Archive()
        archive.add("app-1.0.data/scripts/tool", b"\x7fELF\0\0\0\1")
        archive.add("app-1.0.data/scripts/text", b"#!python\nprint('a\0b')\n")
        self.accepted(archive)
        root = self.dir / "root"
        root.mkdir()
        for path in self.layers().values():
            subprocess.run(["tar", "-xpzf", path, "-C", root], check=True)
        self.assertEqual((root / "opt/venv/bin/tool").read_bytes(), b"\x7fELF\0\0\0\1")
        self.assertEqual((root / "opt/venv/bin/text").read_bytes(), b"#!/opt/venv/bin/python\nprint('a\0b')\n")

    def test_dist_info(self):
        def two(archive):
            archive.add("app-2.0.dist-info/METADATA", b"x")

        def foreign(archive):
            for entry in archive.entries:
                entry.path = entry.path.replace("app-1.0", "evil-1.0")
            archive.info = "evil-1.0.dist-info"
        self.each((("two dist-info folders", two), ("is not 'app'", foreign),
                   ("no dist-info folder", lambda archive: archive.entries.clear() or setattr(archive, "with_record", False))))

    def test_zip64_of_small_files(self):
        archive = Archive()
        archive.zip64_end = True
        archive.add("app/a.py", b"x = 1\n", zip64=True)
        archive.add("app/b.bin", noise(3000), method=0, zip64=True)
        self.accepted(archive)

    def test_zip64_that_contradicts_itself(self):
        archive = Archive()
        archive.zip64_end = True
        content = archive.bytes()
        at = content.rindex(END)
        self.refused(content[:at + 10] + struct.pack("<H", 99) + content[at + 12:], "contradict|disks")
        self.refused(content[:at - 20 + 8] + struct.pack("<Q", len(content)) + content[at - 4:], "zip64 end record")

    def test_bytes_around_the_archive(self):
        content = Archive().bytes()
        self.refused(b"#!/bin/sh\n" + content, "directory does not end")
        self.refused(content + b"\n", "end record")
        self.refused(b"", "too short|no bytes|zip")
        self.refused(b"PK", "too short")

    def small(self):
        archive = Archive()
        archive.add("app/__init__.py", b"x = 1\n" * 20)
        archive.add("app-1.0.data/scripts/run", b"#!python\nprint(1)\n", mode=0o100755)
        return archive.bytes()

    def bake_all(self, contents):
        """Exit codes and messages of baking each content in a folder and a store of its own."""
        def one(numbered):
            number, content = numbered
            folder = self.dir / f"try-{number % 4}"
            self.put(content, folder)
            done = subprocess.run([PINBAKE, "bake", "pylock.toml", "-q", *self.BAKE, "--cache-dir", folder / f"cache-{number}"], cwd=folder,
                                  env=self.environment(), capture_output=True, text=True)
            stored = [path for path in (folder / f"cache-{number}").rglob("*") if path.is_file() and "files" in path.parts]
            subprocess.run(["rm", "-rf", folder / ".pinbake", folder / f"cache-{number}"], check=True)
            return done.returncode, done.stderr, stored
        found = []
        for at in range(0, len(contents), 4):
            with concurrent.futures.ThreadPoolExecutor(4) as pool:
                found += pool.map(one, enumerate(contents[at:at + 4], at))
        return found

    def test_truncated_at_every_byte(self):
        content = self.small()
        found = self.bake_all([content[:length] for length in range(len(content))])
        self.assertEqual({code for code, _, _ in found}, {5}, [text for code, text, _ in found if code != 5][:3])
        self.assertEqual([stored for _, _, stored in found if stored], [])

    def test_flipped_bits(self):
        """Whatever one bit does, the program answers: it is refused, or (times and versions in headers, say) changes nothing."""
        content, dice = self.small(), random.Random(20)
        flips = dice.sample(range(len(content) * 8), 400)
        found = self.bake_all([content[:bit // 8] + bytes([content[bit // 8] ^ 1 << bit % 8]) + content[bit // 8 + 1:] for bit in flips])
        self.assertLessEqual({code for code, _, _ in found}, {0, 5}, [text for code, text, _ in found if code not in (0, 5)][:3])
        self.assertGreater(sum(code == 5 for code, _, _ in found), 200)
        self.assertEqual([stored for code, _, stored in found if code and stored], [])

    def test_a_million_entries(self):
        """Refused by the directory's count alone, in no time and memory."""
        archive = Archive()
        content = archive.bytes()
        one = archive.entries[0]
        row = CENTRAL + struct.pack("<H", 0x0314) + one.fields(False)[0][:-4] + struct.pack("<HHHHHII", 10, 0, 0, 0, 0, 0o100644 << 16, 0)
        rows = b"".join(row + b"app/%06d" % number for number in range(1_000_000))
        at = content.index(CENTRAL)
        end = END64 + struct.pack("<QHHIIQQQQ", 44, 45, 45, 0, 0, 1_000_000, 1_000_000, len(rows), at) + \
            LOCATOR + struct.pack("<IQI", 0, at + len(rows), 1) + \
            END + struct.pack("<HHHHIIH", 0, 0, ONES16, ONES16, ONES32, ONES32, 0)
        self.refused(content[:at] + rows + end, "1000000 entries")

    def test_an_entry_of_more_than_4_gib(self):
        """Slow: 4.1 GiB of zeros in 4 MB of deflate, through the check, the bake and GNU tar."""
        size = 4_402_341_478
        piece = bytes(1 << 20)
        coder = zlib.compressobj(9, zlib.DEFLATED, -15)
        first = coder.compress(piece) + coder.flush(zlib.Z_FULL_FLUSH)
        again = coder.compress(piece) + coder.flush(zlib.Z_FULL_FLUSH)
        rest = coder.compress(bytes(size % (1 << 20))) + coder.flush(zlib.Z_FINISH)
        data = first + again * (size // (1 << 20) - 1) + rest
        digest, crc = hashlib.sha256(), 0
        for at in range(0, size, 1 << 20):
            part = piece[:min(1 << 20, size - at)]
            digest.update(part)
            crc = zlib.crc32(part, crc)
        hashed = base64.urlsafe_b64encode(digest.digest()).rstrip(b"=").decode()
        archive = Archive()
        archive.add("app/zeros.bin", b"", data=data, size=size, crc=crc, zip64=True, row=f"app/zeros.bin,sha256={hashed},{size}\n")
        archive.add("app/after.py", b"x = 1\n")
        self.accepted(archive)
        layer = max(self.layers().values(), key=lambda path: path.stat().st_size)
        self.assertLess(layer.stat().st_size, 6_000_000)
        listed = subprocess.run(["tar", "-tvzf", layer], check=True, capture_output=True, text=True).stdout
        self.assertRegex(listed, rf"{size} .*app/zeros\.bin")
        self.assertTrue(re.search(r" 6 .*app/after\.py", listed), listed)



if __name__ == "__main__":
    unittest.main()
