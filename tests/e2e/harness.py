"""What the end-to-end tests share: wheels made in memory, an index on loopback, and the program run as a user would.

    index = Index()                                     a package index on 127.0.0.1
    index.add(wheel("demo", "1.0", requires=["dep>=1"]))
    case.run("lock", "requirements.in", ...)            the program with a store and a home of its own
"""

import base64
import contextlib
import hashlib
import html
import http.server
import io
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import tarfile
import tempfile
import threading
import time
import unittest
import zipfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
PINBAKE = os.path.abspath(os.environ.get("PINBAKE_BIN", ROOT / "build/release/pinbake"))


def normalize(name):
    return re.sub(r"[-_.]+", "-", name).lower()


# --- wheels ---------------------------------------------------------------------------------------


class Wheel:
    """A wheel file: its name, its bytes, and the METADATA that an index may serve beside it."""

    def __init__(self, filename, content, metadata, requires_python=None):
        self.filename = filename
        self.content = content
        self.metadata = metadata
        self.requires_python = requires_python
        self.project = normalize(filename.split("-")[0])
        self.version = filename.split("-")[1]

    @property
    def sha256(self):
        return hashlib.sha256(self.content).hexdigest()


def record_row(path, content):
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
    return f"{path},sha256={digest},{len(content)}\n"


def wheel(name, version, requires=(), files=None, scripts=None, tag="py3-none-any", extras=(),
          requires_python=None, raw_files=None, metadata_name=None):
    """Build a wheel. `files` are paths to contents, a (content, mode) pair sets the mode; `raw_files`
    enter the archive under any name at all, without a row in RECORD; `scripts` are console scripts."""
    module = name.replace("-", "_").lower()
    info = f"{module}-{version}.dist-info"
    if files is None:
        files = {f"{module}/__init__.py": f'__version__ = "{version}"\n\n\ndef main():\n    print("{name} {version}")\n'}
    lines = ["Metadata-Version: 2.1", f"Name: {metadata_name or name}", f"Version: {version}"]
    if requires_python:
        lines.append(f"Requires-Python: {requires_python}")
    lines += [f"Provides-Extra: {extra}" for extra in extras]
    lines += [f"Requires-Dist: {requirement}" for requirement in requires]
    metadata = ("\n".join(lines) + "\n").encode()
    pure = "true" if tag.endswith("none-any") else "false"
    entries = dict(files)
    entries[f"{info}/METADATA"] = metadata
    entries[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: {pure}\nTag: {tag}\n"
    if scripts:
        entries[f"{info}/entry_points.txt"] = "[console_scripts]\n" + "".join(
            f"{script} = {target}\n" for script, target in scripts.items())
    out = io.BytesIO()
    record = ""
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in entries.items():
            content, mode = content if isinstance(content, tuple) else (content, 0o644)
            content = content.encode() if isinstance(content, str) else content
            add_entry(archive, path, content, mode)
            record += record_row(path, content)
        for path, content in (raw_files or {}).items():
            add_entry(archive, path, content.encode(), 0o644)
            record += record_row(path, content.encode())
        add_entry(archive, f"{info}/RECORD", (record + f"{info}/RECORD,,\n").encode(), 0o644)
    return Wheel(f"{module}-{version}-{tag}.whl", out.getvalue(), metadata, requires_python)


def sdist(name, version, requires=()):
    """A source distribution whose PKG-INFO is static (Metadata 2.2)."""
    folder = f"{name.replace('-', '_').lower()}-{version}"
    metadata = "".join([f"Metadata-Version: 2.2\nName: {name}\nVersion: {version}\n",
                        *(f"Requires-Dist: {requirement}\n" for requirement in requires)]).encode()
    project = b'[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz", format=tarfile.PAX_FORMAT) as archive:
        for path, content in (("PKG-INFO", metadata), ("pyproject.toml", project)):
            entry = tarfile.TarInfo(f"{folder}/{path}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    source = Wheel(f"{folder}.tar.gz", out.getvalue(), metadata)
    source.version = version
    return source


def noise(size):
    """Bytes that do not compress, the same in every run."""
    return b"".join(hashlib.sha256(i.to_bytes(4, "big")).digest() for i in range(size // 32))


def add_entry(archive, path, content, mode, method=zipfile.ZIP_DEFLATED):
    entry = zipfile.ZipInfo(path, (2020, 2, 2, 2, 2, 2))
    entry.external_attr = (0o100000 | mode) << 16
    entry.create_system = 3
    entry.compress_type = method
    archive.writestr(entry, content)


# --- the index ------------------------------------------------------------------------------------


class Index:
    """A package index on loopback: PEP 691 JSON or PEP 503 HTML, PEP 658 metadata, range requests; each can be
    switched off, and any path can be made to misbehave."""

    def __init__(self):
        self.wheels = {}
        self.html = False
        self.core_metadata = True
        self.hashes = True
        self.ranges = True
        self.cache_control = "no-cache"
        self.wrong_hash = {}      # file name -> the hash that the page claims
        self.yanked = {}          # file name -> reason
        self.uploads = {}         # file name -> upload time
        self.api_version = "1.1"
        self.statuses = {}        # project -> (status, reason) as of PEP 792
        self.raw = {}             # path -> (content type, bytes, headers) to answer with, whatever is there
        self.users = {}           # path prefix -> "user:password" that requests below it must have
        self.faults = {}          # path -> list of actions, one used up by each request
        self.delays = {}          # path -> seconds between the small pieces it is sent in
        self.requests = []
        self.authorizations = []  # path -> header of requests that had one, as pairs
        self.lock = threading.Lock()
        index = self

        class Handler(_Handler):
            pass

        Handler.index = index
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that goes away is no news
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        self.url = self.base + "/simple/"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()

    def add(self, *wheels):
        for each in wheels:
            self.wheels[each.filename] = each
        return wheels[0]

    def fail(self, path, *actions):
        """Each action answers one request for the path: a status, a (status, headers) pair, or "cut"."""
        self.faults.setdefault(path, []).extend(actions)

    def page_path(self, name):
        return f"/simple/{normalize(name)}/"

    def file_path(self, wheel):
        return f"/files/{wheel.filename}"

    def paths(self):
        with self.lock:
            return [path for _, path, _ in self.requests]

    def forget(self):
        with self.lock:
            self.requests.clear()

    def page(self, project):
        files = [each for each in self.wheels.values() if each.project == project]
        if not files:
            return None
        if self.html:
            return "text/html; charset=utf-8", self.html_page(project, files)
        return "application/vnd.pypi.simple.v1+json", self.json_page(project, files)

    def hashes_of(self, each):
        return {"sha256": self.wrong_hash.get(each.filename, each.sha256)} if self.hashes else {}

    def json_page(self, project, files):
        rows = []
        for each in files:
            row = {"filename": each.filename, "url": f"../../files/{each.filename}",
                   "hashes": self.hashes_of(each), "size": len(each.content),
                   "upload-time": self.uploads.get(each.filename, "2024-01-02T03:04:05.000000Z"),
                   "yanked": self.yanked.get(each.filename, False)}
            if each.requires_python:
                row["requires-python"] = each.requires_python
            if self.core_metadata and each.filename.endswith(".whl"):
                row["core-metadata"] = {"sha256": hashlib.sha256(each.metadata).hexdigest()}
            rows.append(row)
        page = {"meta": {"api-version": self.api_version}, "name": project, "files": rows,
                "versions": sorted({each.version for each in files})}
        if project in self.statuses:
            status, reason = self.statuses[project]
            page["project-status"] = {"status": status, **({"reason": reason} if reason else {})}
        return json.dumps(page).encode()

    def html_page(self, project, files):
        out = [f'<!DOCTYPE html><html><head><meta name="pypi:repository-version" content="{self.api_version}">'
               f"<title>{project}</title></head><body>"]
        for each in files:
            claimed = "".join(f"#sha256={digest}" for digest in self.hashes_of(each).values())
            attributes = f'href="../../files/{each.filename}{claimed}"'
            if each.requires_python:
                attributes += f' data-requires-python="{html.escape(each.requires_python)}"'
            if self.core_metadata and each.filename.endswith(".whl"):
                digest = hashlib.sha256(each.metadata).hexdigest()
                attributes += f' data-core-metadata="sha256={digest}"'
            if each.filename in self.yanked:
                attributes += f' data-yanked="{html.escape(self.yanked[each.filename])}"'
            out.append(f"<a {attributes}>{each.filename}</a><br>")
        return "\n".join(out + ["</body></html>"]).encode()


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes
    index = None

    def log_message(self, *_):
        pass

    def do_HEAD(self):
        self.answer()

    def do_GET(self):
        self.answer()

    def answer(self):
        path = self.path.split("?")[0].split("#")[0]
        with self.index.lock:
            self.index.requests.append((self.command, path, self.headers.get("Range")))
            if self.headers.get("Authorization"):
                self.index.authorizations.append((path, self.headers["Authorization"]))
            actions = self.index.faults.get(path)
            action = actions.pop(0) if actions else None
        if action == "cut":
            found = self.find(path)
            content = found[1] if found else b""
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content[:len(content) // 2])
            self.close_connection = True
            return
        if action is None and not self.is_let_in(path):
            action = (401, {"WWW-Authenticate": 'Basic realm="index"'})
        if action is not None:
            status, headers = action if isinstance(action, tuple) else (action, {})
            self.send_body(status, "text/plain", b"no\n", headers)
            return
        if path in self.index.raw:
            kind, content, headers = self.index.raw[path]
            self.send_body(200, kind, content, headers)
            return
        found = self.find(path)
        if found and path.startswith("/simple/"):
            tag = '"' + hashlib.sha256(found[1]).hexdigest()[:16] + '"'
            headers = {"ETag": tag, "Cache-Control": self.index.cache_control}
            if self.headers.get("If-None-Match") == tag:
                self.send_body(304, None, b"", headers)
            else:
                self.send_body(200, *found, headers)
            return
        if found is None:
            self.send_body(404, "text/plain", b"not found\n")
        else:
            self.send_body(200, *found)

    def is_let_in(self, path):
        given = self.headers.get("Authorization", "").partition(" ")[2]
        wanted = [user for prefix, user in self.index.users.items() if path.startswith(prefix)]
        return not wanted or given == base64.b64encode(wanted[0].encode()).decode()

    def find(self, path):
        if path.startswith("/simple/"):
            return self.index.page(path[len("/simple/"):].strip("/"))
        if not path.startswith("/files/"):
            return None
        name = path[len("/files/"):]
        if name.endswith(".metadata") and self.index.core_metadata:
            wheel_ = self.index.wheels.get(name[:-len(".metadata")])
            return wheel_ and ("application/octet-stream", wheel_.metadata)
        wheel_ = self.index.wheels.get(name)
        return wheel_ and ("application/octet-stream", wheel_.content)

    def send_body(self, status, kind, body, headers=None):
        wanted = self.headers.get("Range")
        extra = dict(headers or {})
        if status == 200 and wanted and self.index.ranges and not self.path.startswith("/simple/"):
            first, last = re.fullmatch(r"bytes=(\d*)-(\d*)", wanted).groups()
            start = int(first) if first else max(0, len(body) - int(last))
            stop = min(len(body), int(last) + 1) if first and last else len(body)
            if start >= len(body):
                status, extra["Content-Range"], body = 416, f"bytes */{len(body)}", b""
            else:
                status, extra["Content-Range"] = 206, f"bytes {start}-{stop - 1}/{len(body)}"
                body = body[start:stop]
        if self.index.ranges:
            extra["Accept-Ranges"] = "bytes"
        self.send_response(status)
        if kind is not None:
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
        for key, value in extra.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command == "HEAD":
            return
        delay = self.index.delays.get(self.path.split("?")[0])
        with contextlib.suppress(ConnectionError):
            if delay is None:
                self.wfile.write(body)
                return
            for at in range(0, len(body), 1024):
                self.wfile.write(body[at:at + 1024])
                self.wfile.flush()
                time.sleep(delay)


# --- the program ----------------------------------------------------------------------------------


def find_docker():
    """A docker client that speaks BuildKit to a running daemon, or None. 18.09 to 22 have it built in, later ones
    need the buildx plugin."""
    for folder in os.environ["PATH"].split(os.pathsep):
        client = os.path.join(folder, "docker")
        if not os.access(client, os.X_OK):
            continue
        found = re.search(r" (\d+)\.", subprocess.run([client, "--version"], capture_output=True, text=True).stdout)
        if not found or (int(found[1]) >= 23 and
                         subprocess.run([client, "buildx", "version"], capture_output=True).returncode != 0):
            continue
        with contextlib.suppress(subprocess.TimeoutExpired):
            if subprocess.run([client, "info"], capture_output=True, timeout=20).returncode == 0:
                return client
    return None


class Result:
    def __init__(self, args, code, out, err):
        self.args, self.code, self.out, self.err = args, code, out, err

    def __str__(self):
        return (f"$ pinbake {' '.join(map(str, self.args))}\nexit {self.code}\n"
                f"--- stdout\n{self.out[-4000:]}\n--- stderr\n{self.err[-4000:]}")


class Case(unittest.TestCase):
    """A test with a folder, a home, a store and an index of its own."""

    TARGET = ("--python", "3.12", "--platform", "linux/amd64")
    maxDiff = 20000

    def setUp(self):
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="pinbake-test-"))
        self.addCleanup(shutil.rmtree, self.dir, ignore_errors=True)
        self.work = self.dir / "work"
        self.cache = self.dir / "cache"
        for folder in (self.work, self.dir / "home"):
            folder.mkdir()
        self.index = Index()
        self.addCleanup(self.index.close)

    def environment(self, **changes):
        env = {"PATH": os.environ["PATH"], "HOME": str(self.dir / "home"), "LC_ALL": "C.UTF-8",
               "PIP_CONFIG_FILE": os.devnull}  # the machine's own pip.conf is no part of a test
        for name, value in os.environ.items():
            if name.endswith("SAN_OPTIONS"):
                env[name] = value
        env.update(changes)
        return env

    def write(self, name, text):
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def read(self, name):
        return (self.work / name).read_text()

    def start(self, *args, cache=None, cwd=None, env=None, under=(), **options):
        command = [*under, PINBAKE, *map(str, args)]
        if cache is not False:
            command += ["--cache-dir", str(cache or self.cache)]
        return subprocess.Popen(command, cwd=cwd or self.work, env=env or self.environment(), stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options)

    def without_privileges(self):
        """Options of start() for a user whom file modes bind, who owns this test's files: root is not bound."""
        if os.geteuid() != 0:
            return {}
        nobody = 65534
        for path in [self.dir, *self.dir.rglob("*")]:
            os.chown(path, nobody, nobody)
        who = {"user": nobody, "group": nobody, "extra_groups": []}
        try:
            subprocess.run([PINBAKE, "--version"], cwd=self.work, capture_output=True, check=True, **who)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("root may read every file, and no other user may run the program")
        return who

    def run_program(self, *args, timeout=120, **options):
        process = self.start(*args, **options)
        try:
            out, err = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
            self.fail(f"still running after {timeout} s\n"
                      f"{Result(args, 'none', out.decode('utf-8', 'replace'), err.decode('utf-8', 'replace'))}")
        result = Result(args, process.returncode, out.decode("utf-8", "replace"), err.decode("utf-8", "replace"))
        self.assertGreaterEqual(result.code, 0, f"killed by signal {-result.code}\n{result}")
        self.assertNotIn("Sanitizer", result.err, str(result))
        return result

    def ok(self, *args, **options):
        """Run the program, which must succeed."""
        result = self.run_program(*args, **options)
        self.assertEqual(result.code, 0, str(result))
        return result

    def fails(self, code, *args, says=(), **options):
        """Run the program, which must fail with this exit code and say all of this on stderr, and nothing on stdout."""
        result = self.run_program(*args, **options)
        self.assertEqual(result.code, code, str(result))
        for pattern in (says,) if isinstance(says, str) else says:
            self.assertRegex(result.err, pattern, str(result))
        self.assertEqual(result.out, "", str(result))
        return result

    def lock_args(self, *args):
        return ("lock", *(args or ("requirements.in",)), "-o", "pylock.toml", "--index-url", self.index.url, *self.TARGET)

    def lock(self, requirements, *args, **options):
        """Lock these requirements, which must succeed; returns {name: version}."""
        self.write("requirements.in", requirements)
        self.ok(*self.lock_args("requirements.in", *args), **options)
        return self.pins()

    def relock(self, requirements, *args, **options):
        """Lock with nothing preferred from an earlier lock."""
        (self.work / "pylock.toml").unlink(missing_ok=True)
        return self.lock(requirements, *args, **options)

    def pins(self, name="pylock.toml"):
        text = self.read(name)
        pairs = re.findall(r'^\[\[packages\]\]\nname = "([^"]+)"\nversion = "([^"]+)"', text, re.M)
        self.assertEqual(len(pairs), text.count("[[packages]]"), text)
        return dict(pairs)

    def layers(self, folder=".pinbake"):
        """Baked layers: {digest: path}, each checked to be what its name says."""
        found = {}
        for path in sorted((self.work / folder / "layers").glob("*/layer.tar.gz")):
            digest = hashlib.sha256(path.read_bytes()).hexdigest()
            self.assertEqual(path.parent.name, digest)
            found[digest] = path
        return found

    def interrupt(self, process, when, timeout=30):
        """Send SIGINT as soon as `when()` holds; returns the result."""
        deadline = time.monotonic() + timeout
        while not when():
            if process.poll() is not None or time.monotonic() > deadline:
                break
            time.sleep(0.02)
        time.sleep(0.2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=timeout)
        return Result(process.args[1:], process.returncode, out.decode(), err.decode())


def tree(folder):
    """Everything below a folder: {path: (kind, mode, content digest or link target)}."""
    found = {}
    for root, folders, files in os.walk(folder):
        for name in folders + files:
            path = os.path.join(root, name)
            key = os.path.relpath(path, folder)
            mode = os.lstat(path).st_mode & 0o7777
            if os.path.islink(path):
                found[key] = ("link", 0o777, os.readlink(path))
            elif os.path.isdir(path):
                found[key] = ("folder", mode, "")
            else:
                with open(path, "rb") as file:
                    found[key] = ("file", mode, hashlib.sha256(file.read()).hexdigest())
    return found
