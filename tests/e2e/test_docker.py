"""With a real docker daemon: the generated Dockerfile reuses the layers, and what runs is what was locked.

The base image is made here, from this machine's shell, tar, gzip and python3, so nothing is pulled.
"""

import io
import json
import os
import pathlib
import re
import subprocess
import sys
import sysconfig
import tarfile
import time
import unittest
import urllib.error
import urllib.request

from harness import Case, find_docker, tree, wheel

LABEL = "docker"

PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
DOCKER = find_docker()
TAG = f"pinbake-test-{os.getpid()}"
SERVER = """
import http.server


class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        import lib
        body = f"lib {lib.__version__}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main():
    http.server.HTTPServer(("", 8000), Page).serve_forever()
"""


def libraries(path):
    """The shared libraries, the loader among them, that a program needs."""
    out = subprocess.run(["ldd", path], capture_output=True, text=True).stdout
    return re.findall(r"(/[^ ]+) \(0x", out)


class BaseImage:
    """A tar that `docker import` takes: what the RUN form needs, and a Python with its standard library."""

    def __init__(self):
        self.out = io.BytesIO()
        self.archive = tarfile.open(fileobj=self.out, mode="w", format=tarfile.GNU_FORMAT)
        self.seen = set()

    def add(self, path, name):
        """Copy the file, links followed, and the libraries it needs."""
        self.copy(path, name)
        for library in libraries(path):
            self.copy(library, library)

    def copy(self, path, name):
        if name in self.seen:
            return
        self.seen.add(name)
        info = self.archive.gettarinfo(os.path.realpath(path), name.lstrip("/"))
        info.uid = info.gid = 0
        info.type = tarfile.REGTYPE
        info.size = os.stat(path).st_size
        with open(path, "rb") as file:
            self.archive.addfile(info, file)

    def text(self, name, text="", kind=tarfile.REGTYPE, link=""):
        info = tarfile.TarInfo(name)
        info.type, info.linkname, info.size = kind, link, len(text)
        info.mode = 0o755 if kind == tarfile.DIRTYPE else 0o644
        self.archive.addfile(info, io.BytesIO(text.encode()))

    def finish(self):
        self.archive.close()
        return self.out.getvalue()


def base_image():
    base = BaseImage()
    for folder in ("etc", "mnt", "tmp", "root", "usr", "usr/local", "usr/local/bin"):
        base.text(folder, kind=tarfile.DIRTYPE)
    for name in ("bin", "lib", "lib64"):
        if os.path.islink("/" + name):
            base.text("usr/" + name, kind=tarfile.DIRTYPE)
            base.text(name, kind=tarfile.SYMTYPE, link="usr/" + name)
    for name in ("etc/hosts", "etc/resolv.conf"):
        base.text(name)
    base.text("etc/passwd", "root:x:0:0:root:/root:/bin/sh\n")
    for program in ("/bin/sh", "/bin/tar", "/bin/gzip"):
        base.add(program, program)
    python = os.path.realpath(sys.executable)
    base.add(python, f"/usr/local/bin/python{PYTHON}")
    base.text("usr/local/bin/python3", kind=tarfile.SYMTYPE, link=f"python{PYTHON}")
    standard = pathlib.Path(sysconfig.get_path("stdlib"))
    unwanted = {"test", "site-packages", "dist-packages", "__pycache__", "idlelib", "tkinter", "ensurepip", "lib2to3"}
    for path in sorted(standard.rglob("*")):
        inside = path.relative_to(standard)
        if path.is_file() and not unwanted.intersection(inside.parts) and not inside.parts[0].startswith("config-"):
            put = base.add if path.suffix == ".so" else base.copy
            put(path, f"/usr/local/lib/python{PYTHON}/{inside}")
    return base.finish()


def docker(*args, **options):
    return subprocess.run([DOCKER, *args], capture_output=True, env={**os.environ, "DOCKER_BUILDKIT": "1"},
                          timeout=300, **options)


@unittest.skipUnless(DOCKER, "no docker daemon answers, or its client cannot use BuildKit")
class Docker(Case):
    TARGET = ("--python", PYTHON, "--platform", f"linux/{ {'aarch64': 'arm64'}.get(os.uname().machine, 'amd64') }")

    @classmethod
    def setUpClass(cls):
        made = docker("import", "--change", "ENV PATH=/usr/local/bin:/usr/bin:/bin", "-", TAG + "-base", input=base_image())
        if made.returncode != 0:
            raise unittest.SkipTest("docker cannot import an image here: " + made.stderr.decode().strip())

    @classmethod
    def tearDownClass(cls):
        docker("rmi", "-f", TAG, TAG + "-base")

    def setUp(self):
        super().setUp()
        self.index.add(wheel("app", "1.0", requires=["lib"], scripts={"app": "app:main"}, files={"app/__init__.py": SERVER}),
                       wheel("lib", "1.0", scripts={"lib": "lib:main"}), wheel("lib", "2.0", scripts={"lib": "lib:main"}),
                       wheel("third", "1.0"))

    def prepare(self, requirements):
        self.relock(requirements)
        self.ok("bake", "pylock.toml")
        self.write("app.py", "import lib\nprint('app.py with lib', lib.__version__)\n")
        self.ok("dockerfile", "--base", TAG + "-base", "--app", "app.py")

    def build(self):
        """Build the image; returns the builder's plain log."""
        built = docker("build", "--network", "none", "--progress", "plain", "-t", TAG, self.work)
        log = (built.stdout + built.stderr).decode()
        self.assertEqual(built.returncode, 0, log)
        return log

    def output(self, *command):
        ran = docker("run", "--rm", "--network", "none", TAG, *command)
        self.assertEqual(ran.returncode, 0, ran.stderr.decode())
        return ran.stdout.decode()

    @staticmethod
    def run_steps(log):
        """{step number: cached} of the RUN lines of a plain log."""
        steps = dict.fromkeys(re.findall(r"^#(\d+) \[[^]]*\] RUN --mount", log, re.M), False)
        for number in re.findall(r"^#(\d+) CACHED", log, re.M):
            if number in steps:
                steps[number] = True
        return steps

    def test_built_image_runs(self):
        self.prepare("app\nlib<2\nthird\n")
        self.build()
        self.assertEqual(self.output("lib"), "lib 1.0\n")
        self.assertEqual(self.output("python", "-c", "import sys; print(sys.prefix)"), "/opt/venv\n")
        self.assertEqual(self.output("python", "/app/app.py"), "app.py with lib 1.0\n")

    def test_second_build_is_cached(self):
        self.prepare("app\nlib<2\nthird\n")
        self.build()
        self.ok("bake", "pylock.toml")
        self.ok("dockerfile", "--base", TAG + "-base", "--app", "app.py")
        steps = self.run_steps(self.build())
        self.assertTrue(steps)
        self.assertTrue(all(steps.values()), steps)

    def test_one_changed_pin(self):
        self.prepare("app\nlib<2\nthird\n")
        self.build()
        before = set(self.layers())
        # bytes that no earlier run of this test can have left in the builder's cache
        self.index.add(wheel("third", "9.0", files={"third/nonce.txt": os.urandom(16).hex()}))
        self.prepare("app\nlib<2\nthird\n")
        self.assertEqual(len(set(self.layers()) - before), 1)
        steps = self.run_steps(self.build())
        self.assertIn(False, steps.values())
        self.assertEqual(self.output("lib"), "lib 1.0\n")

    def test_tree_in_the_image_is_that_of_install(self):
        self.prepare("app\nlib<2\nthird\n")
        self.build()
        container = docker("create", TAG, "lib").stdout.decode().strip()
        self.addCleanup(docker, "rm", "-f", container)
        root = self.dir / "root"
        root.mkdir()
        exported = docker("export", container).stdout
        with tarfile.open(fileobj=io.BytesIO(exported)) as archive:
            members = [each for each in archive.getmembers() if each.name.startswith("opt/venv/")]
            archive.extractall(root, members)
        prefix = self.dir / "installed" / "opt" / "venv"
        self.ok("install", "pylock.toml", "--prefix", prefix, "--interpreter", "/usr/local/bin/python3.12")
        installed, built = tree(prefix), tree(root / "opt/venv")
        self.assertEqual(set(installed), set(built))
        # the prefix is written into scripts and into the RECORD rows about them
        # and the interpreter into pyvenv.cfg
        same = [path for path in installed if not path.startswith("bin/") and not path.endswith(("/RECORD", "pyvenv.cfg"))]
        self.assertEqual({path: installed[path] for path in same}, {path: built[path] for path in same})

    def test_request_to_the_running_container(self):
        self.prepare("app\nlib<2\n")
        self.build()
        started = docker("run", "-d", "--publish", "127.0.0.1::8000", TAG, "app")
        if started.returncode != 0:
            self.skipTest("docker cannot publish a port here: " + started.stderr.decode().strip())
        container = started.stdout.decode().strip()
        self.addCleanup(docker, "rm", "-f", container)
        port = docker("port", container, "8000").stdout.decode().split(":")[-1].strip()
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        for _ in range(60):
            try:
                with opener.open(f"http://127.0.0.1:{port}/", timeout=5) as answer:
                    self.assertEqual(answer.read(), b"lib 1.0")
                    return
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.25)
        self.fail("no answer; its log: " + docker("logs", container).stderr.decode())

    def test_daemon_takes_the_layers_by_add(self):
        """The same blobs through ADD, which every builder knows."""
        self.prepare("lib<2\n")
        lines = [f"ADD .pinbake/layers/{digest}/layer.tar.gz /" for digest in self.layers()]
        self.write("Dockerfile.add", "\n".join([f"FROM {TAG}-base", *lines, "ENV PATH=/opt/venv/bin:$PATH", ""]))
        (self.work / ".dockerignore").write_text("")
        built = docker("build", "--network", "none", "-f", self.work / "Dockerfile.add", "-t", TAG, self.work)
        self.assertEqual(built.returncode, 0, built.stderr.decode())
        self.assertEqual(self.output("lib"), "lib 1.0\n")

    @staticmethod
    def diff_ids(image):
        shown = docker("image", "inspect", "-f", "{{json .RootFS.Layers}}", image)
        return json.loads(shown.stdout)

    def test_chk_6_diff_ids(self):
        """Built twice without a cache, ADD gives the same layers (20.10 and older ones than BuildKit 0.10: its own, bld.1);
        an archive that is loaded keeps ours."""
        self.prepare("lib<2\n")
        self.ok("bake", "pylock.toml", "--archive", "image.tar", "--tag", TAG)
        baked = json.loads(self.read(".pinbake/bake.json"))["layers"]
        self.write("Dockerfile.add", "\n".join(["FROM scratch", *(f"ADD .pinbake/layers/{layer['digest']}/layer.tar.gz /"
                                                                 for layer in baked), ""]))
        (self.work / ".dockerignore").write_text("")
        seen = []
        for _ in range(2):
            built = docker("build", "--no-cache", "-f", self.work / "Dockerfile.add", "-t", TAG, self.work)
            self.assertEqual(built.returncode, 0, built.stderr.decode())
            seen.append(self.diff_ids(TAG))
        self.assertEqual(seen[0], seen[1])
        self.assertEqual(len(seen[0]), len(baked))
        loaded = docker("load", "-i", self.work / "image.tar")
        self.assertEqual(loaded.returncode, 0, loaded.stderr.decode())
        self.assertEqual(self.diff_ids(TAG), ["sha256:" + layer["diff_id"] for layer in baked])


if __name__ == "__main__":
    unittest.main()
