"""Hostile inputs: pages, metadata and requirements made to crash, hang or fill the memory of a resolver. Each ends in a
clear error with the right exit code, or in an answer of bounded cost: nothing here may run into HANG or above MEMORY."""

import gzip
import io
import json
import os
import pathlib
import unittest
import zipfile
import zlib

from harness import PINBAKE, Case, wheel

LABEL = "e2e"

HANG = 120  # seconds; what is slower than that never ends for whoever waits
MEMORY = 1 << 30  # of data, not of mapped files; the largest input below is 129 MiB
JSON = "application/vnd.pypi.simple.v1+json"
HTML = "text/html"
HAS_SANITIZER = b"__asan_init" in pathlib.Path(PINBAKE).read_bytes()  # its shadow is no memory of ours


def file_row(name, **fields):
    return {"filename": name, "url": f"../../files/{name}", "hashes": {}, **fields}


def page_of(*rows, **fields):
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "app", "files": rows, **fields}).encode()


def bomb(piece, size):
    """The gzip of so many bytes of this piece over and over."""
    packer = zlib.compressobj(9, wbits=31)
    return b"".join([*(packer.compress(piece * (1 << 20)) for _ in range(size // len(piece) >> 20)), packer.flush()])


class Hostile(Case):
    memory = MEMORY

    def run_bounded(self, *args):
        """run_program within HANG and MEMORY."""
        under = () if HAS_SANITIZER else ("sh", "-c", f'ulimit -d {self.memory // 1024} && exec "$@"', "-")
        result = self.run_program(*args, timeout=HANG, under=under)
        self.assertLess(len(result.err), 20_000, "a message, not the input")
        return result

    def ends(self, code, says=(), *options):
        result = self.run_bounded(*self.lock_args("requirements.in", *options))
        self.assertEqual(result.code, code, str(result))
        for pattern in (says,) if isinstance(says, str) else says:
            self.assertRegex(result.err, pattern, str(result))
        if code != 0:
            self.assertFalse((self.work / "pylock.toml").exists())
        return result


class Pages(Hostile):
    def setUp(self):
        super().setUp()
        self.write("requirements.in", "app\n")

    def page_ends(self, code, content, says=(), kind=JSON, **headers):
        """Lock where the page of app is this one."""
        self.index.raw["/simple/app/"] = (kind, content, headers)
        return self.ends(code, says, "--refresh")

    def page_locks(self, version, content, kind=JSON, **headers):
        self.index.add(wheel("app", version))
        self.page_ends(0, content, kind=kind, **headers)
        self.assertEqual(self.pins(), {"app": version})

    def test_brackets(self):
        for content in (b"[" * 20_000_000, b'{"files":' + b"[" * 20_000_000, b'{"a":' * 4_000_000,
                        b'{"meta":' + b"[" * 10_000_000 + b"]" * 10_000_000 + b',"files":[]}'):
            with self.subTest(content[:12]):
                self.page_ends(4, content, says=["app", "nest|no JSON object"])

    @unittest.skipIf(HAS_SANITIZER, "its memmem looks at all that is left of the page for each tag")
    def test_tags(self):
        for content in (b"<" * 20_000_000, b"<a " * 7_000_000, b"<a href='" + b"x" * 20_000_000, b"<!--" * 5_000_000,
                        b"&#" * 10_000_000, b"<a href=x>" + b"&lt;" * 5_000_000):
            with self.subTest(content[:12]):
                result = self.page_ends(1, content, kind=HTML)
                self.assertIn("app", result.err)

    def page_of_releases(self, count):
        row = '{"filename":"app-1.%d-py3-none-any.whl","url":"%d","hashes":{}}'
        rows = ",".join(row % (number, number) for number in range(count))
        return f'{{"meta":{{"api-version":"1.0"}},"name":"app","files":[{rows}]}}'.encode()

    def test_a_million_releases(self):
        app = wheel("app", "1.299999")
        self.index.raw["/simple/app/299999"] = ("application/octet-stream", app.content, {})
        self.page_ends(4, self.page_of_releases(1_000_000), says="the page lists more than 300000 files")
        self.page_ends(0, self.page_of_releases(300_000))
        self.assertEqual(self.pins(), {"app": "1.299999"})

    def test_more_files_than_any_project_has(self):
        self.page_ends(1, b'{"files":[' + b"{}," * 20_000_000 + b"{}]}", says="app")

    def test_a_page_that_is_too_long(self):
        self.page_ends(4, b" " * (129 << 20), says=["app", "larger|long|limit|more than"])

    def test_inflating_page(self):
        for piece in (b" ", b"[", b'{"files":'):
            with self.subTest(piece):
                self.page_ends(4, bomb(piece, 1 << 28), says="app", **{"Content-Encoding": "gzip"})

    def test_coding_that_is_none(self):
        self.page_ends(4, b"not gzip at all", says="app", **{"Content-Encoding": "gzip"})
        self.page_ends(4, gzip.compress(page_of(file_row("app-1.0-py3-none-any.whl")))[:-30], says="app", **{"Content-Encoding": "gzip"})

    def test_wrong_content_type(self):
        app = wheel("app", "1.0")
        content = page_of(file_row(app.filename))
        for kind in ("text/plain", "image/png", "application/octet-stream", "application/xml", "x" * 10_000):
            with self.subTest(kind[:30]):
                self.page_ends(4, content, says="the index answered with '" + kind[:30], kind=kind)

    def test_json_that_says_html_and_html_that_says_json(self):
        app = wheel("app", "1.0")
        self.page_ends(4, page_of(file_row(app.filename)), says="JSON that it calls", kind=HTML)
        self.page_ends(4, f'<a href="../../files/{app.filename}">{app.filename}</a>'.encode(), says="app")

    def test_page_of_another_project(self):
        other = self.index.add(wheel("other", "1.0"))
        result = self.page_ends(1, page_of(file_row(other.filename), name="other"), says="'app' cannot be satisfied")
        self.assertNotIn(self.index.file_path(other), self.index.paths(), str(result))

    def test_files_of_another_project(self):
        other = self.index.add(wheel("other", "9.0"))
        self.page_locks("1.0", page_of(file_row(other.filename), file_row("app-1.0-py3-none-any.whl")))

    def test_keys_twice(self):
        row = json.dumps(file_row("app-1.0-py3-none-any.whl"))
        content = f'{{"name":"app","files":[],"files":[{row}],"name":"app","meta":{{}},"meta":{{"api-version":"1.0"}}}}'
        self.index.raw["/simple/app/"] = (JSON, content.encode(), {})
        self.index.add(wheel("app", "1.0"))
        self.assertIn(self.run_bounded(*self.lock_args()).code, (0, 1, 4))
        self.page_locks("1.0", page_of(file_row("app-1.0-py3-none-any.whl")).replace(
            b'"hashes": {}', b'"hashes": {}, "url": "http://256.256.256.256/", "url": "../../files/app-1.0-py3-none-any.whl"'))

    def test_fields_of_the_wrong_kind(self):
        good = file_row("app-1.0-py3-none-any.whl")
        for key in ("hashes", "requires-python", "size", "upload-time", "yanked", "core-metadata", "dist-info-metadata",
                    "url", "filename", "gpg-sig"):
            for value in (None, 5, -1, 1e400, True, "x", "\0", [], [[]], {}, {"sha256": 5}, {"sha256": "zz"}, {"x": []}):
                rows = [{**good, key: value}] if key != "filename" else [good, {**good, key: value}]
                self.index.raw["/simple/app/"] = (JSON, page_of(*rows).replace(b"Infinity", b"1e400"), {})
                self.index.add(wheel("app", "1.0"))
                with self.subTest(f"{key} = {value!r}"):
                    self.assertIn(self.run_bounded(*self.lock_args("requirements.in", "--refresh")).code, (0, 1, 4, 5))
        for field, value in (("files", 5), ("files", {}), ("files", [5, None, [], "x"]), ("versions", {}), ("meta", []),
                             ("name", 5), ("meta", {"api-version": "2.0"}), ("meta", {"api-version": []}),
                             ("project-status", "archived"), ("project-status", {"status": []})):
            self.index.raw["/simple/app/"] = (JSON, page_of(good, **{field: value}) if field != "files" else
                                              json.dumps({"meta": {}, "name": "app", field: value}).encode(), {})
            with self.subTest(f"{field} = {value!r}"):
                self.assertIn(self.run_bounded(*self.lock_args("requirements.in", "--refresh")).code, (0, 1, 4, 5))

    def test_names_that_are_none(self):
        """Rows whose file name is no wheel's of this project count as if they were not there."""
        names = ["app-1.0\0-py3-none-any.whl", "app-" + "1." * 100_000 + "1-py3-none-any.whl", "a" * 1_000_000,
                 "app-1.0-" + ".".join(["py3"] * 1000) + "-none-" + ".".join(["any"] * 1000) + ".whl",
                 "app-9" + "9" * 100_000 + "!1.0-py3-none-any.whl", "app-2.0-" + "9" * 5000 + "-py3-none-any.whl", "",
                 "../../app-3.0-py3-none-any.whl", "app-4.0-py3-none-any.whl/..", "-----.whl", "app-.tar.gz", ".whl"]
        self.page_locks("1.0", page_of(*map(file_row, names), file_row("app-1.0-py3-none-any.whl")))

    def test_bytes_that_are_no_text(self):
        row = json.dumps(file_row("app-1.0-py3-none-any.whl")).encode()
        for rubbish in (b"\xff\xfe", b"\0", b'"\\ud800"', b'"\xc0\xaf"', b'"\\u0000"', os.urandom(100)):
            content = b'{"name":"app","files":[' + row + b',{"filename":' + rubbish + b'}]}'
            self.index.raw["/simple/app/"] = (JSON, content, {})
            self.index.add(wheel("app", "1.0"))
            with self.subTest(rubbish):
                self.assertIn(self.run_bounded(*self.lock_args("requirements.in", "--refresh")).code, (0, 4))

    def test_an_epoch_beyond_all_numbers(self):
        name = "app-" + "9" * 30 + "!1.0-py3-none-any.whl"
        self.index.add(wheel("app", "9" * 30 + "!1.0"))
        self.assertIn(self.page_of_one(name), (0, 1))

    def page_of_one(self, name):
        self.index.raw["/simple/app/"] = (JSON, page_of(file_row(name)), {})
        return self.run_bounded(*self.lock_args()).code

    def test_requires_python_of_many_clauses(self):
        name = "app-1.0-py3-none-any.whl"
        bounds = ",".join(f"!=3.{minor}.*" for minor in range(100, 100_000))
        self.page_locks("1.0", page_of(file_row(name, **{"requires-python": ">=3.8," + bounds})))

    def test_cut(self):
        self.index.add(wheel("app", "1.0"))
        self.index.fail("/simple/app/", *["cut"] * 50)
        self.ends(4, says="app")

    def test_cut_once(self):
        self.index.add(wheel("app", "1.0"))
        self.index.fail("/simple/app/", "cut")
        self.ends(0)

    def test_redirect_loop(self):
        self.index.fail("/simple/app/", *[(302, {"Location": "/simple/app/"})] * 200)
        self.ends(4, says=["app", "redirect"])

    def test_redirect_to_a_file(self):
        app = wheel("app", "1.0")
        secret = self.write("secret.json", page_of(file_row(app.filename)))
        for location in (secret.as_uri(), "file:/etc/passwd", "FILE:///etc/passwd", "gopher://127.0.0.1:1/x", "ftp://127.0.0.1/x",
                         "dict://127.0.0.1:1/", "data:text/html,<a>", "javascript:1"):
            self.index.faults["/simple/app/"] = [(302, {"Location": location})] * 50
            with self.subTest(location):
                self.ends(4, "app")

    def test_headers_without_end(self):
        self.index.fail("/simple/app/", *[(200, {f"X-{number}": "x" * 60_000 for number in range(90)})] * 50)
        self.assertIn(self.run_bounded(*self.lock_args()).code, (1, 4))

    def test_links_to_files_of_this_machine(self):
        """A page on the network may not name what is on the disk."""
        app = wheel("app", "1.0")
        local = self.write(app.filename, app.content)
        for url in (local.as_uri(), local.as_uri().replace("file:", "FILE:"), f"file:{local}", "file:///dev/zero"):
            with self.subTest(url):
                self.page_ends(1, page_of(file_row(app.filename) | {"url": url}), says="'app' cannot be satisfied")
        self.page_ends(4, page_of(file_row(app.filename) | {"url": str(local)}), says="HTTP status 404")


class Metadata(Hostile):
    def setUp(self):
        super().setUp()
        self.write("requirements.in", "app\n")

    def app(self, text):
        """app 1.0 with this METADATA, in the wheel and beside it."""
        app = wheel("app", "1.0")
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("app-1.0.dist-info/METADATA", text)
            archive.writestr("app-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
            archive.writestr("app-1.0.dist-info/RECORD", "")
        app.content, app.metadata = out.getvalue(), text
        return self.index.add(app)

    def metadata_ends(self, code, says=(), *, name="app", version="1.0", requires=(), text=None, extras=()):
        """Lock app 1.0 whose METADATA is this text, or has these lines."""
        self.app(text if text is not None else wheel(name, version, requires=requires, extras=extras).metadata)
        (self.work / "pylock.toml").unlink(missing_ok=True)
        return self.ends(code, says, "--refresh")

    def test_brackets(self):
        head = b"Metadata-Version: 2.1\nName: app\nVersion: 1.0\nRequires-Dist: "
        for text in (b"[" * 7_000_000, head + b"[" * 7_000_000, head + b"x[" * 3_500_000,
                     head + b"x;" + b"(" * 7_000_000):
            with self.subTest(text[:80]):
                self.metadata_ends(1, "app", text=text)

    def test_20_megabytes(self):
        self.metadata_ends(1, "app", text=b"[" * 20_000_000)

    def test_10_megabytes_of_requirements(self):
        line = b"Requires-Dist: dependency-%06d>=1.0,<2.0; python_version>='3.8'\n"
        text = b"Metadata-Version: 2.1\nName: app\nVersion: 1.0\n" + b"".join(line % n for n in range(160_000))
        self.assertGreater(len(text), 10_000_000)
        self.metadata_ends(1, "app", text=text)

    def test_100_000_dependencies(self):
        self.metadata_ends(1, "app", requires=[f"d{number}" for number in range(100_000)])

    def test_one_dependency_100_000_times(self):
        self.index.add(wheel("dep", "1.0"))
        self.metadata_ends(1, "more than 10000", requires=["dep>=0.1"] * 100_000)
        self.metadata_ends(0, requires=["dep>=0.1"] * 10_000)
        self.assertEqual(self.pins(), {"app": "1.0", "dep": "1.0"})

    def test_a_specifier_of_100_000_clauses(self):
        self.index.add(wheel("dep", "1.0"), wheel("dep", "2.0"))
        self.metadata_ends(1, "more than 512 clauses",
                           requires=["dep" + ",".join(f"!=2.{number}" for number in range(100_000))])
        self.metadata_ends(0, requires=["dep" + ",".join(f"!=2.{number}" for number in range(512))])

    def test_nested_marker(self):
        for depth in (63, 10_000, 1_000_000):
            marker = "(" * depth + "python_version>'3'" + ")" * depth
            with self.subTest(depth):
                self.index.add(wheel("dep", "1.0"))
                self.metadata_ends(0 if depth < 64 else 1, requires=[f"dep; {marker}"])

    def test_long_marker(self):
        self.index.add(wheel("dep", "1.0"))
        self.metadata_ends(1, "4096", requires=["dep; " + " or ".join(f"python_version=='3.{n}'" for n in range(100_000))])
        self.metadata_ends(0, requires=["dep; " + " or ".join(f"python_version=='3.{n}'" for n in range(4000))])
        self.assertEqual(self.pins(), {"app": "1.0", "dep": "1.0"})

    def test_needs_itself(self):
        self.metadata_ends(0, requires=["app", "app>=1", "APP==1.0"])

    def test_needs_another_release_of_itself(self):
        self.metadata_ends(1, "app", requires=["app>1"])

    def test_extras_in_a_circle(self):
        self.write("requirements.in", "app[e0]\n")
        count = 2000
        self.metadata_ends(0, extras=[f"e{n}" for n in range(count)],
                           requires=[f"app[e{(n + 1) % count}]; extra=='e{n}'" for n in range(count)])

    def test_projects_in_a_circle(self):
        self.write("requirements.in", "p0\n")
        self.index.add(*(wheel(f"p{n}", "1.0", requires=[f"p{(n + 1) % 500}"]) for n in range(500)))
        self.ends(0)
        self.assertEqual(len(self.pins()), 500)

    def test_every_extra_needs_every_extra(self):
        self.write("requirements.in", "app[e0]\n")
        names = [f"e{n}" for n in range(60)]
        self.metadata_ends(0, extras=names, requires=[f"app[{','.join(names)}]; extra=='{name}'" for name in names])

    def test_of_another_project(self):
        self.metadata_ends(1, ["app", "other"], name="other")

    def test_of_another_version(self):
        self.metadata_ends(1, ["app", r"9\.9"], version="9.9")

    def test_hash_that_does_not_fit(self):
        """658.2: what does not have the hash that the page gives is not believed."""
        app = self.index.add(wheel("app", "1.0"))
        row = file_row(app.filename, **{"core-metadata": {"sha256": "1" * 64}})
        self.index.raw["/simple/app/"] = (JSON, page_of(row), {})
        self.ends(5, r"app-1\.0-py3-none-any\.whl.* does not have the hash")

    def test_bytes_that_are_no_text(self):
        head = b"Metadata-Version: 2.1\nName: app\nVersion: 1.0\n"
        self.index.add(wheel("dep", "1.0"))
        for line, code in ((b"Requires-Dist: dep\0", 1), (b"Requires-Dist: de\xffp", 1), (b"Summary: \xff\xfe\0", 0),
                           (b"Requires-Dist: dep; python_version > '\0'", 1), (b"\0" * 100_000, 0)):
            with self.subTest(line[:40]):
                self.metadata_ends(code, "app" if code else "locked", text=head + line + b"\n")

    def test_fields_twice(self):
        self.index.add(wheel("dep", "1.0"))
        text = b"Metadata-Version: 2.1\nName: app\nVersion: 1.0\nName: other\nVersion: 2.0\nRequires-Dist: dep\n"
        self.metadata_ends(0, text=text)  # the first one counts, as with pip
        self.assertEqual(self.pins(), {"app": "1.0", "dep": "1.0"})

    def test_absurd_versions(self):
        self.index.add(wheel("dep", "1.0"))
        for bound, code in ((">=" + "1." * 100_000 + "1", 1), ("<" + "9" * 100_000 + "!1", 0), ("!=1." + "9" * 100_000, 0),
                            ("==1" + ".0" * 100_000, 1), ("~=" + "0." * 100_000 + "1", 1), (">=1a" + "9" * 1000, 0)):
            with self.subTest(bound[:12]):
                self.metadata_ends(code, requires=[f"dep{bound}"])

    def test_a_name_of_a_million_characters(self):
        self.metadata_ends(4, "HTTP status 414", requires=["x" * 1_000_000])

    def test_cut_every_time(self):
        app = self.index.add(wheel("app", "1.0"))
        self.index.fail(self.index.file_path(app) + ".metadata", *["cut"] * 50)
        self.index.fail(self.index.file_path(app), *["cut"] * 50)
        self.ends(4, "app")

    def test_inflating_metadata(self):
        app = self.app(b"x" * (1 << 28))
        self.index.raw[self.index.file_path(app) + ".metadata"] = (
            "text/plain", bomb(b"x", 1 << 28), {"Content-Encoding": "gzip"})
        self.ends(1, "app 1.0 cannot be used")


class Requirements(Hostile):
    def requirements_end(self, code, text, says=(), *options):
        self.write("requirements.in", text)
        return self.ends(code, says, *options)

    def test_brackets(self):
        for text in ("[" * 20_000_000, "app[" * 5_000_000, "app;" + "(" * 20_000_000):
            with self.subTest(text[:8]):
                self.requirements_end(3, text, says=r"requirements\.in:1:")

    def test_100_000_lines(self):
        self.index.add(wheel("app", "1.0"))
        self.requirements_end(0, "app>=0.1\n" * 100_000)

    def test_100_000_wrong_lines(self):
        self.requirements_end(3, "app >=< 1\n" * 100_000, says=r"requirements\.in:1:")

    def test_100_000_names(self):
        result = self.requirements_end(1, "".join(f"no-such-{number}\n" for number in range(3000)), "no-such-")
        self.assertLessEqual(len(self.index.paths()), 3200, "each is asked for once")
        self.assertLess(result.err.count("\n"), 200)

    def test_a_name_of_a_million_characters(self):
        result = self.run_bounded_with("x" * 1_000_000 + "\n")
        self.assertIn(result.code, (1, 3, 4), str(result))

    def run_bounded_with(self, text):
        self.write("requirements.in", text)
        return self.run_bounded(*self.lock_args())

    def test_bytes_that_are_no_text(self):
        for text in (b"app\0\n", b"\0", b"app==1.0\0.1\n", b"app\xff\n", b"app; os_name == '\xc0\xaf'\n",
                     b"\xef\xbb\xbfapp >\n", b"\r\0\r\0"):
            with self.subTest(text):
                self.requirements_end(3, text, says=r"requirements\.in")

    def test_absurd_versions(self):
        self.index.add(wheel("app", "1.0"))
        for bound, code in (("<" + "9" * 100_000 + "!1", 0), ("==1" + ".0" * 100_000, 3), ("!=1." + "9" * 1_000_000, 0),
                            (">=" + "1." * 100_000 + "1", 3), ("==9" + "9" * 100_000, 1)):
            with self.subTest(bound[:12]):
                (self.work / "pylock.toml").unlink(missing_ok=True)
                self.requirements_end(code, f"app{bound}\n")

    def test_nested_marker(self):
        self.requirements_end(3, "app; " + "(" * 100_000 + "os_name=='x'" + ")" * 100_000 + "\n", r"requirements\.in:1:")

    def test_continued_without_end(self):
        self.index.add(wheel("app", "1.0"))
        self.requirements_end(0, "app \\\n" + "\\\n" * 100_000 + "\n")

    def test_device_as_file(self):
        result = self.run_bounded("lock", "/dev/zero", "-o", "pylock.toml", "--index-url", self.index.url, *self.TARGET)
        self.assertEqual(result.code, 3, str(result))

    def test_pigeons(self):
        """One more project than there are releases for: the classic that takes exponential time to refute."""
        holes = 7
        for pigeon in range(holes + 1):
            for hole in range(1, holes + 1):
                self.index.add(wheel(f"pigeon{pigeon}", f"{hole}.0", requires=[f"hole{hole}=={pigeon}"]))
        for hole in range(1, holes + 1):
            self.index.add(*(wheel(f"hole{hole}", str(pigeon)) for pigeon in range(holes + 1)))
        self.requirements_end(1, "".join(f"pigeon{pigeon}\n" for pigeon in range(holes + 1)), "pigeon")


if __name__ == "__main__":
    unittest.main()
