#!/usr/bin/env python3
"""Golden tests: one text file a case, the program's output compared byte for byte.

    run.py [--accept] [TEXT...]       the cases with TEXT in their name; --accept writes what was seen into them

A case is a few lines on what it shows, then sections:

    @index [NAME]         releases, one a line; main is what the program is configured to use, another one is {NAME};
                          its files are below {NAME-files}
        app 1.0 extras=plot python=>=3.10 yanked="why"        one wheel, py3-none-any, with requirements below it,
          lib>=1,<2                                           one a line, indented
          pillow; extra == 'plot'
        lib 1.5 tags=cp312-cp312-win_amd64,py2-none-any       a wheel for each tag
        lib 2.0 sdist uploaded=2024-05-01T00:00:00Z           no wheel, a source distribution ("wheel sdist": both);
                                                              dynamic=Requires-Dist: its metadata is not final
        lib 0.9 sdist=egg                                     an old one: PKG-INFO 1.1, and the indented lines are the
                                                              requires.txt of its egg-info; sdist=bare: without egg-info
    @files DIR            the same notation, as files in a directory (for --find-links)
    @requirements [NAME]  a requirements file; NAME is requirements.in by default
    @file NAME            any other file
    @environment          NAME=value, one a line
    @registry             an empty container registry, {registry} in the lines below
    @target               3.12 linux/amd64: said to each lock
    @args                 command lines without the program's name; all but the last must succeed, the last is compared
    @stdout @stderr       what it printed; a missing section is empty
    @lock                 the bytes of pylock.toml afterwards; compared only where there is this section
    @exit                 its exit code; a missing section is 0

Times read "in T s", the main index http://main.test and others likewise, the case's folder /case, the registry's host
registry.test, and digests beside it nothing but zeros.
"""

import argparse
import difflib
import hashlib
import io
import pathlib
import re
import shlex
import struct
import sys
import unittest
import zipfile
import zlib

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "e2e"))
sys.dont_write_bytecode = True

from harness import Case, Index, Wheel, add_entry, normalize, record_row  # noqa: E402
from registry import Registry  # noqa: E402

CASES = HERE / "cases"
RESULTS = ("stdout", "stderr", "lock", "exit")
SECTION = re.compile(r"^@(index|files|requirements|file|environment|registry|target|args|stdout|stderr|lock|exit)(?: (\S+))?$")


# --- the text of a case ---------------------------------------------------------------------------


class Section:
    def __init__(self, kind, name, text):
        self.kind, self.name, self.text = kind, name, text


def read_case(text):
    """Its title and its sections; the blank line before the next section belongs to neither."""
    title, sections, lines = [], [], []
    for line in text.splitlines(keepends=True):
        found = SECTION.match(line.rstrip("\n"))
        if found:
            lines = []
            sections.append((found[1], found[2], lines))
        else:
            (lines if sections else title).append(line)
    return "".join(title), [Section(kind, name, "".join(lines[:-1] if lines and lines[-1] == "\n" else lines))
                            for kind, name, lines in sections]


def write_case(title, sections):
    out = [title]
    for section in sections:
        name = f" {section.name}" if section.name else ""
        out.append(f"@{section.kind}{name}\n{section.text}\n")
    return "".join(out)[:-1]


# --- its universe ---------------------------------------------------------------------------------


class Release:
    """One line of an index section and the indented ones below it."""

    def __init__(self, line):
        self.name, self.version, *words = shlex.split(line)
        self.requires = []
        self.flags = {word for word in words if "=" not in word}
        self.values = dict(word.split("=", 1) for word in words if "=" in word)
        unknown = (self.flags - {"sdist", "wheel", "yanked"}) | (
            set(self.values) - {"extras", "python", "tags", "yanked", "uploaded", "dynamic", "sdist"})
        if unknown:
            raise ValueError(f"unknown words {sorted(unknown)} in {line!r}")

    def metadata(self, version):
        lines = [f"Metadata-Version: {version}", f"Name: {self.name}", f"Version: {self.version}"]
        if "dynamic" in self.values:
            lines.append(f"Dynamic: {self.values['dynamic']}")
        if "python" in self.values:
            lines.append(f"Requires-Python: {self.values['python']}")
        lines += [f"Provides-Extra: {extra}" for extra in self.values.get("extras", "").split(",") if extra]
        lines += [f"Requires-Dist: {requirement}" for requirement in self.requires]
        return ("\n".join(lines) + "\n").encode()

    def files(self):
        sdist = "sdist" in self.flags or "sdist" in self.values
        if not sdist or "wheel" in self.flags:
            for tag in self.values.get("tags", "py3-none-any").split(","):
                yield self.wheel(tag)
        if sdist:
            yield self.sdist()

    def wheel(self, tag):
        """Stored, not deflated, so that its bytes depend on no library."""
        module = self.name.replace("-", "_").lower()
        info = f"{module}-{self.version}.dist-info"
        metadata = self.metadata("2.1")
        pure = "true" if tag.endswith("none-any") else "false"
        entries = {f"{module}/__init__.py": f'__version__ = "{self.version}"\n'.encode(), f"{info}/METADATA": metadata,
                   f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: {pure}\nTag: {tag}\n".encode()}
        record = "".join(record_row(path, content) for path, content in entries.items()) + f"{info}/RECORD,,\n"
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w") as archive:
            for path, content in (entries | {f"{info}/RECORD": record.encode()}).items():
                add_entry(archive, path, content, 0o644, zipfile.ZIP_STORED)
        return Wheel(f"{module}-{self.version}-{tag}.whl", out.getvalue(), metadata, self.values.get("python"))

    def sdist(self):
        module = self.name.replace("-", "_").lower()
        folder = f"{module}-{self.version}"
        content = self.sdist_files(module)
        archive = b"".join(tar_entry(f"{folder}/{path}", text) for path, text in content.items()) + bytes(1024)
        source = Wheel(f"{folder}.tar.gz", gzip_stored(archive), content["PKG-INFO"], self.values.get("python"))
        source.version = self.version
        return source

    def sdist_files(self, module):
        if "sdist" not in self.values:
            return {"PKG-INFO": self.metadata("2.2")}
        requires, self.requires = self.requires, []
        files = {"PKG-INFO": self.metadata("1.1")}
        if self.values["sdist"] == "egg":
            files[f"{module}.egg-info/SOURCES.txt"] = b"setup.py\n"
            files[f"{module}.egg-info/requires.txt"] = "".join(f"{line}\n" for line in requires).encode()
        self.requires = requires
        return files


def tar_entry(path, content):
    """A ustar header and the padded file."""
    header = bytearray(struct.pack("100s8s8s8s12s12s8s1s100s6s2s", path.encode(), b"0000644\0", b"0000000\0",
                                   b"0000000\0", b"%011o\0" % len(content), b"0" * 11 + b"\0", b" " * 8, b"0", b"",
                                   b"ustar\0", b"00").ljust(512, b"\0"))
    header[148:156] = b"%06o\0 " % sum(header)
    return bytes(header) + content.ljust(-(-len(content) // 512) * 512, b"\0")


def gzip_stored(content):
    """A gzip member with one stored block: the same bytes with any zlib."""
    block = b"\1" + struct.pack("<HH", len(content), len(content) ^ 0xFFFF) + content
    return b"\x1f\x8b\x08" + bytes(6) + b"\xff" + block + struct.pack("<II", zlib.crc32(content), len(content))


def releases_of(text):
    releases = []
    for line in text.splitlines():
        if line.startswith(" "):
            releases[-1].requires.append(line.strip())
        elif line and not line.startswith("#"):
            releases.append(Release(line))
    return releases


def fill_index(index, text):
    for release in releases_of(text):
        for each in release.files():
            each.project = normalize(release.name)
            index.add(each)
            if "yanked" in release.flags | set(release.values):
                index.yanked[each.filename] = release.values.get("yanked", True)
            if "uploaded" in release.values:
                index.uploads[each.filename] = release.values["uploaded"]


# --- running it -----------------------------------------------------------------------------------


class Golden(Case):
    """One method a case file, added below."""

    accept = False

    def check(self, path):
        before = path.read_text()
        title, sections = read_case(before)
        seen = self.play(sections)
        kept = [section for section in sections if section.kind not in RESULTS]
        wants_lock = any(section.kind == "lock" for section in sections)
        results = [Section(kind, None, seen[kind]) for kind in RESULTS
                   if (seen[kind] or kind == "lock") and (kind != "lock" or wants_lock)]
        after = write_case(title, kept + results)
        if after == before:
            return
        if self.accept:
            path.write_text(after)
            return
        self.fail("".join(difflib.unified_diff(before.splitlines(True), after.splitlines(True), str(path.name), "seen")))

    def play(self, sections):
        """Lays out the case's files, runs its commands, returns the results by kind."""
        self.indexes = {"main": self.index}
        self.settings = {}
        self.registry = Registry() if any(section.kind == "registry" for section in sections) else None
        if self.registry:
            self.addCleanup(self.registry.close)
        for section in sections:
            if section.kind == "index" and section.name not in (None, "main"):
                self.indexes[section.name] = Index()
                self.addCleanup(self.indexes[section.name].close)
        for section in sections:
            self.lay_out(section)
        result = None
        for line in self.first(sections, "args").splitlines() or [""]:
            if result is not None:
                self.assertEqual(result.code, 0, str(result))
            result = self.run_line(line, self.first(sections, "target").split())
        lock = self.work / "pylock.toml"
        return {"stdout": self.normal(result.out), "stderr": self.normal(result.err),
                "lock": self.normal(lock.read_text()) if lock.exists() else "",
                "exit": f"{result.code}\n" if result.code else ""}

    @staticmethod
    def first(sections, kind):
        return next((section.text for section in sections if section.kind == kind), "")

    def lay_out(self, section):
        if section.kind == "index":
            fill_index(self.indexes[section.name or "main"], self.expand(section.text))
        elif section.kind == "files":
            (self.work / section.name).mkdir()
            for release in releases_of(section.text):
                for each in release.files():
                    (self.work / section.name / each.filename).write_bytes(each.content)
        elif section.kind == "requirements":
            self.write(section.name or "requirements.in", self.expand(section.text))
        elif section.kind == "file":
            self.write(section.name, self.expand(section.text))
        elif section.kind == "environment":
            self.settings.update(line.split("=", 1) for line in self.expand(section.text).splitlines())

    def run_line(self, line, target):
        args = shlex.split(self.expand(line))
        if args[:1] == ["lock"] and target:
            args += ["--python", target[0], "--platform", target[1]]
        settings = {"PINBAKE_INDEX_URL": self.index.url, "PINBAKE_CACHE_DIR": str(self.cache), **self.settings}
        return self.run_program(*args, cache=False, env=self.environment(**settings))

    def expand(self, text):
        for name, index in self.indexes.items():
            text = text.replace("{%s}" % name, index.url).replace("{%s-files}" % name, index.base + "/files")
        return text.replace("{registry}", self.registry.host) if self.registry else text

    def normal(self, text):
        for name, index in self.indexes.items():
            text = text.replace(index.base, f"http://{name}.test")
        text = text.replace(str(self.dir), "/case")
        if self.registry:
            text = text.replace(self.registry.host, "registry.test")
            text = re.sub(r"\bsha256:[0-9a-f]{64}\b", "sha256:" + "0" * 64, text)  # the lock names the index's port
        return re.sub(r"\bin \d+\.\d+ s\b", "in T s", text)


def method_name(path):
    return "test_" + path.stem.replace("-", "_")


for case_path in sorted(CASES.glob("*.txt")):
    def run_case(self, path=case_path):
        self.check(path)
    run_case.__doc__ = None
    setattr(Golden, method_name(case_path), run_case)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accept", action="store_true", help="write what was seen into the cases")
    parser.add_argument("texts", nargs="*", metavar="TEXT", help="only cases with one of these in their name")
    options = parser.parse_args()
    Golden.accept = options.accept
    names = [name for name in unittest.defaultTestLoader.getTestCaseNames(Golden)
             if not options.texts or any(text.replace("-", "_") in name for text in options.texts)]
    suite = unittest.TestSuite(Golden(name) for name in names)
    result = unittest.TextTestRunner(verbosity=1).run(suite)
    return 0 if result.wasSuccessful() else 1


if __name__ == "__main__":
    sys.exit(main())
