"""The forms a layer's blob can have: gzip members, one zstd frame (gz.15), eStargz (gz.14). The reader of eStargz here follows
the text of its specification, not our writer."""

import ctypes
import ctypes.util
import hashlib
import io
import json
import re
import subprocess
import tarfile
import unittest
import zlib

from harness import noise
from test_bake import Baked
from test_hostile_wheels import Archive, zstd_frame

LABEL = "e2e"
FOOTER = 51


def unzstd(blob, size):
    """Through the system's libzstd, which dpkg itself needs."""
    library = ctypes.CDLL(ctypes.util.find_library("zstd") or "libzstd.so.1")
    library.ZSTD_decompress.restype = ctypes.c_size_t
    library.ZSTD_decompress.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.c_char_p, ctypes.c_size_t]
    out = ctypes.create_string_buffer(size)
    got = library.ZSTD_decompress(out, size, blob, len(blob))
    assert got == size, f"{got} bytes instead of {size}"
    return out.raw


def gunzip(blob):
    """Python's own is slow where there are many members."""
    return subprocess.run(["gzip", "-dc"], input=blob, check=True, capture_output=True).stdout


def member_at(blob, offset):
    """One gzip member: what it inflates to, and where the next one begins."""
    inflater, content, at, step = zlib.decompressobj(wbits=31), [], offset, 1 << 16
    while not inflater.eof:
        assert at < len(blob), f"the member at {offset} does not end"
        content.append(inflater.decompress(blob[at:at + step]))
        at += step
    return b"".join(content), min(at, len(blob)) - len(inflater.unused_data)


class Stargz:
    """An eStargz blob, read from its end as a snapshotter would: footer, table of contents, single files."""

    def __init__(self, blob):
        footer = blob[-FOOTER:]
        assert footer[:4] == b"\x1f\x8b\x08\x04" and footer[10:12] == b"\x1a\0", footer
        assert footer[12:16] == b"SG\x16\0", footer
        found = re.fullmatch(rb"([0-9a-f]{16})STARGZ", footer[16:38])
        assert gunzip(footer) == b""
        self.blob, self.toc_offset = blob, int(found[1], 16)
        member, end = member_at(blob, self.toc_offset)
        assert end == len(blob) - FOOTER, "readers take one member for the table"
        with tarfile.open(fileobj=io.BytesIO(member)) as archive:
            self.names_at_end = archive.getnames()
            self.toc_bytes = archive.extractfile("stargz.index.json").read()
        assert self.toc_bytes.endswith(b"}"), "readers hash no further than the document"
        self.toc = json.loads(self.toc_bytes)

    def files(self):
        """Path to content, each from its own members alone, every digest checked."""
        found, parts, name = {}, [], None
        for entry in self.toc["entries"]:
            if entry["type"] not in ("reg", "chunk"):
                continue
            if entry["type"] == "reg":
                name, size, digest = entry["name"], entry.get("size", 0), entry.get("digest")
                assert name not in found
                found[name] = b""
            assert entry["name"] == name
            if not size:
                continue
            if entry["type"] == "chunk":
                assert entry["chunkOffset"] == len(found[name])
            content, _ = member_at(self.blob, entry["offset"])
            content = content[:entry.get("chunkSize") or None]
            assert entry["chunkDigest"] == "sha256:" + hashlib.sha256(content).hexdigest(), name
            found[name] += content
            if len(found[name]) == size and digest:
                assert digest == "sha256:" + hashlib.sha256(found[name]).hexdigest(), name
        return found


class Codings(Baked):
    def result(self, folder):
        return json.loads((self.work / folder / "bake.json").read_text())

    def manifest(self, folder):
        oci = self.work / folder / "oci"
        index = json.loads((oci / "index.json").read_text())
        return json.loads(self.blob(oci, index["manifests"][0]["digest"]))

    def setUp(self):
        super().setUp()
        # Content of every kind: stored, empty, larger than a run's piece, generated beyond one.
        archive = Archive("kinds", "1.0")
        archive.add("kinds/stored.bin", noise(200_000), method=0)
        archive.add("kinds/empty.py", b"")
        archive.add("kinds/zstd.txt", b"zstd " * 700_000, method=93, data=zstd_frame(b"zstd " * 700_000))
        archive.add("kinds/tail.txt", b"tail " * 500_000, tail=b"rest")
        for number in range(12_000):
            archive.add(f"kinds/many/{number:05}_{'x' * 40}.py", b"x = %d\n" % number)
        self.index.add(archive.wheel())
        self.relock("app\nlib<2\nkinds\n")

    def test_gz_15_zstd_has_the_diff_ids_of_gzip(self):
        self.bake("-o", "gz")
        self.bake("-o", "zst", "--compression", "zstd")
        plain, other = self.result("gz"), self.result("zst")
        self.assertEqual([layer["diff_id"] for layer in plain["layers"]], [layer["diff_id"] for layer in other["layers"]])
        self.assertNotEqual(plain["plan"], other["plan"])
        types = {layer["mediaType"] for layer in self.manifest("zst")["layers"]}
        self.assertEqual(types, {"application/vnd.oci.image.layer.v1.tar+zstd"})
        for layer in other["layers"]:
            path = self.work / "zst/layers" / layer["digest"] / "layer.tar.zst"
            blob = path.read_bytes()
            self.assertEqual(hashlib.sha256(blob).hexdigest(), layer["digest"])
            tar = unzstd(blob, layer["tar_size"])
            self.assertEqual(hashlib.sha256(tar).hexdigest(), layer["diff_id"])

    def test_gz_15_same_bytes_again(self):
        self.bake("-o", "one", "--compression", "zstd:5", "-j1")
        self.bake("-o", "two", "--compression", "zstd:5", "-j4", cache=self.dir / "other")
        self.bake("-o", "three", "--compression", "zstd:1")
        one, two, three = (self.result(folder) for folder in ("one", "two", "three"))
        self.assertEqual(one, two)
        self.assertNotEqual([layer["digest"] for layer in one["layers"]], [layer["digest"] for layer in three["layers"]])

    def test_compression_options(self):
        for value in ("zip", "zstd:0", "zstd:20", "zstd:x", "gzip:6", ""):
            self.fails(2, "bake", "pylock.toml", "--compression", value, says="expected gzip, zstd or zstd:LEVEL")
        self.fails(2, "bake", "pylock.toml", "--compression", "zstd", "--estargz", says="--estargz")
        self.bake("--compression", "gzip")

    def test_docker_11_run_form_refuses_zstd(self):
        self.bake("--compression", "zstd")
        self.fails(2, "dockerfile", "--base", "python:3.12-slim", says=["zstd", "--form add"])
        self.ok("dockerfile", "--base", "python:3.12-slim", "--form", "add")
        self.assertRegex(self.read("Dockerfile"), r"(?m)^ADD \.pinbake/layers/[0-9a-f]{64}/layer\.tar\.zst /$")

    def test_gz_14_estargz(self):
        self.bake("-o", "gz")
        self.bake("-o", "star", "--estargz")
        descriptors = self.manifest("star")["layers"]
        plain = {entry: content for path in self.plan("gz") for entry, content in self.content(path).items()}
        seen = {}
        for descriptor, path in zip(descriptors, self.plan("star")):
            subprocess.run(["gzip", "-t", path], check=True)
            subprocess.run(["tar", "-tzf", path], check=True, capture_output=True)
            self.assertEqual(descriptor["mediaType"], "application/vnd.oci.image.layer.v1.tar+gzip")
            blob = path.read_bytes()
            star = Stargz(blob)
            self.assertEqual(descriptor["annotations"]["containerd.io/snapshot/stargz/toc.digest"],
                             "sha256:" + hashlib.sha256(star.toc_bytes).hexdigest())
            self.assertEqual((star.toc["version"], star.names_at_end), (1, ["stargz.index.json"]))
            self.check_entries(blob, star)
            seen.update(star.files())
        self.assertEqual(seen.pop(".no.prefetch.landmark"), b"\x0f")
        self.assertEqual(seen, plain)

    @staticmethod
    def content(path):
        with tarfile.open(fileobj=io.BytesIO(gunzip(path.read_bytes()))) as archive:
            return {entry.name: archive.extractfile(entry).read() for entry in archive if entry.isfile()}

    def check_entries(self, blob, star):
        """The table says what the tar says, in its order."""
        rows = [entry for entry in star.toc["entries"] if entry["type"] != "chunk"]
        with tarfile.open(fileobj=io.BytesIO(gunzip(blob))) as archive:
            entries = archive.getmembers()
        self.assertEqual(entries.pop().name, "stargz.index.json")
        self.assertEqual(len(rows), len(entries))
        for row, entry in zip(rows, entries):
            kind = "dir" if entry.isdir() else "symlink" if entry.issym() else "reg"
            bits = {"dir": 0o40000, "symlink": 0o120000, "reg": 0o100000}[kind]
            self.assertEqual((row["name"], row["type"], row["mode"], row["uid"], row["gid"], row["modtime"]),
                             (entry.name + ("/" if entry.isdir() else ""), kind, bits | entry.mode, 0, 0,
                              "1980-01-01T00:00:00Z"))
            self.assertEqual((row.get("size", 0), row.get("linkName", "")), (entry.size, entry.linkname))

    def test_gz_14_members_begin_where_the_table_says(self):
        self.bake("--estargz")
        for path in self.plan():
            blob, starts, at = path.read_bytes(), set(), 0
            while at < len(blob):
                starts.add(at)
                _, at = member_at(blob, at)
            star = Stargz(blob)
            self.assertLessEqual({row["offset"] for row in star.toc["entries"] if "offset" in row} | {0, star.toc_offset}, starts)

    def test_gz_14_same_bytes_again(self):
        self.bake("-o", "one", "--estargz", "-j1")
        self.bake("-o", "two", "--estargz", "-j4", cache=self.dir / "other")
        self.assertEqual(self.result("one"), self.result("two"))
        self.bake("-o", "three", "--estargz")
        self.assertEqual(self.result("three"), self.result("one"))



if __name__ == "__main__":
    unittest.main()
