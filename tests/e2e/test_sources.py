"""Packages by git, folders and their metadata, and requirements files at URLs: real git over repositories that the tests
make, backends that bring themselves (backend-path), an index and files on loopback."""

import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import threading
import unittest

from harness import Case, wheel
from sdist_maker import BACKEND, MACHINE, PYTHON, sdist

LABEL = "e2e"
GIT = shutil.which("git")

STATIC = '''[build-system]
requires = []
build-backend = "backend"
backend-path = ["back"]

[project]
name = "{name}"
version = "{version}"
dependencies = [{requires}]
'''
DYNAMIC = STATIC.split("[project]")[0]
EDITABLE = '''

def build_editable(directory, config_settings=None, metadata_directory=None):
    name = "{module}-{version}-py3-none-any.whl"
    info = "{module}-{version}.dist-info/"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        archive.writestr("{module}.pth", os.getcwd() + chr(10))
        archive.writestr(info + "METADATA", "Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
        archive.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nGenerator: t\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr(info + "RECORD", "")
    return name
'''


class Sources(Case):
    TARGET = ("--python", PYTHON, "--platform", f"linux/{MACHINE}")
    BUILD = ("--python-bin", sys.executable)

    def setUp(self):
        super().setUp()
        if not GIT:
            self.skipTest("there is no git")
        self.index.add(wheel("dep", "1.0"), wheel("dep", "2.0"))

    def git(self, folder, *words):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.work), "GIT_CONFIG_NOSYSTEM": "1",
                       **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}}
        done = subprocess.run([GIT, "-C", str(folder), *words], env=environment, check=True, capture_output=True, text=True)
        return done.stdout.strip()

    def tree(self, name, version="1.0", requires=(), project=STATIC, folder=None, value=1):
        """A source tree whose backend is its own."""
        root = self.work / (folder or name)
        module = name.replace("-", "_")
        info = f"{module}-{version}.dist-info"
        needs = "".join(f"Requires-Dist: {each}\n" for each in requires)
        files = {f"{module}.py": f"value = {value}\n",
                 f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needs}",
                 f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: t\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                 f"{info}/RECORD": ""}
        (root / "back").mkdir(parents=True, exist_ok=True)
        (root / "pyproject.toml").write_text(project.format(name=name, version=version,
                                                            requires=", ".join(f'"{each}"' for each in requires)))
        backend = BACKEND.format(module=module, version=version, files=files, code="pass", extra="")
        (root / "back/backend.py").write_text(backend + EDITABLE.format(module=module, version=version, name=name))
        (root / f"{module}.py").write_text(f"value = {value}\n")
        return root

    def repository(self, name, **options):
        root = self.tree(name, **options)
        self.git(root, "init", "-q", "-b", "main")
        return root, self.commit(root)

    def commit(self, root):
        self.git(root, "add", ".")
        self.git(root, "commit", "-q", "-m", "x")
        return self.git(root, "rev-parse", "HEAD")

    def modules(self, *args):
        self.ok("install", "pylock.toml", "--prefix", "venv", "--interpreter", sys.executable, *args)
        return self.work / f"venv/lib/python{PYTHON}/site-packages"

    def pins(self, name="pylock.toml"):
        """Those that have a version."""
        return dict(re.findall(r'^\[\[packages\]\]\nname = "([^"]+)"\nversion = "([^"]+)"', self.read(name), re.M))

    # --- git

    def test_branch_is_locked_by_commit_until_upgrade(self):
        root, first = self.repository("lib", requires=["dep<2"])
        text = f"lib @ git+file://{root}@main\n"
        self.lock(text)
        lock = self.read("pylock.toml")
        self.assertIn(f'[packages.vcs]\ntype = "git"\nurl = "file://{root}"\nrequested-revision = "main"\n'
                      f'commit-id = "{first}"\n', lock)
        self.assertEqual(self.pins(), {"dep": "1.0", "lib": "1.0"})
        self.tree("lib", version="1.1", value=2)
        second = self.commit(root)
        self.lock(text)
        self.assertIn(first, self.read("pylock.toml"))
        root.rename(self.work / "away")
        self.lock(text, "--offline")
        self.assertIn(first, self.read("pylock.toml"))
        (self.work / "away").rename(root)
        self.lock(text, "-P", "lib")
        self.assertIn(second, self.read("pylock.toml"))
        self.assertEqual(self.pins(), {"lib": "1.1"})

    def test_commit_is_built_and_baked(self):
        root, _ = self.repository("lib", folder="all/lib-sub")
        whole = self.work / "all"
        shutil.rmtree(root / ".git")
        self.git(whole, "init", "-q", "-b", "main")
        self.commit(whole)
        self.lock(f"lib @ git+file://{whole}#subdirectory=lib-sub\n")
        self.assertIn('subdirectory = "lib-sub"\n', self.read("pylock.toml"))
        self.ok("bake", "pylock.toml", *self.BUILD)
        before = [path.name for path in sorted((self.work / ".pinbake/layers").iterdir())]
        self.assertEqual((self.modules() / "lib.py").read_text(), "value = 1\n")
        shutil.rmtree(whole)
        shutil.rmtree(self.work / ".pinbake")
        self.ok("bake", "pylock.toml", "--offline", *self.BUILD)
        self.assertEqual([path.name for path in sorted((self.work / ".pinbake/layers").iterdir())], before)

    def test_what_is_refused(self):
        root, _ = self.repository("lib")
        for location, code, says in ((f"git+file://{root}@nowhere", 1, "has no branch, tag or commit 'nowhere'"),
                                     ("git+file:///nowhere/lib", 4, "cannot fetch"),
                                     ("hg+https://127.0.0.1/lib", 3, "git alone"),
                                     ("git+ext::touch%20ran", 3, "git alone"),
                                     (f"git+file://{root}@--upload-pack=touch", 3, "no branch, tag or commit"),
                                     ("git+ssh://-oProxyCommand=x/lib", 3, "begins with '-'"),
                                     (f"git+file://{root}#subdirectory=../..", 3, "refused")):
            with self.subTest(location=location):
                self.write("requirements.in", f"lib @ {location}\n")
                self.fails(code, "lock", "requirements.in", *self.TARGET, says=(re.escape(says), "requirements.in:1:1"))
        self.write("requirements.in", f"lib @ git+file://{root}\n")
        self.fails(4, "lock", "requirements.in", "--offline", *self.TARGET, says=("--offline is set",))
        self.fails(4, "lock", "requirements.in", *self.TARGET, env={"PATH": "/nowhere"}, says=("no program 'git'",))

    # --- folders

    def test_editable_is_installed_in_place_and_baked_as_a_copy(self):
        root = self.tree("app", requires=["dep"])
        self.lock("-e ./app\n")
        self.assertIn('[packages.directory]\npath = "app"\neditable = true\n', self.read("pylock.toml"))
        self.assertNotIn("app", self.pins())  # 751.9: without a version
        site = self.modules()
        self.assertEqual((site / "app.pth").read_text(), f"{root.resolve()}\n")
        self.assertIn('"editable":true', (site / "app-1.0.dist-info/direct_url.json").read_text())
        self.ok("install", "--check", "pylock.toml", "--prefix", "venv", *self.BUILD)
        result = self.ok("bake", "pylock.toml", *self.BUILD)
        self.assertIn("is a copy of it", result.err)
        for path in self.layers().values():
            content = pathlib.Path(path).read_bytes()
            self.assertNotIn(str(root).encode(), content)

    def test_diff_tells_of_editables(self):
        self.tree("app")
        self.write("requirements.in", "./app\n")
        self.ok(*self.lock_args())
        (self.work / "pylock.toml").rename(self.work / "pylock.old.toml")
        self.write("requirements.in", "-e ./app\n")
        self.ok(*self.lock_args())
        self.assertEqual(self.run_program("diff", "pylock.old.toml", "pylock.toml").out, "~ app, editable now\n")
        self.assertEqual(self.run_program("diff", "pylock.toml", "pylock.old.toml").out, "~ app, no longer editable\n")
        after = json.loads(self.run_program("diff", "pylock.old.toml", "pylock.toml", "--json").out)["packages"][0]["after"]
        self.assertTrue(after["editable"])

    def test_metadata_that_only_the_backend_knows(self):
        self.tree("app", version="3.1", requires=["dep<2"], project=DYNAMIC)
        self.write("requirements.in", "./app\n")
        self.fails(3, "lock", "requirements.in", *self.TARGET, says=("does not state its metadata", "--build"))
        self.write("pinbake.toml", "build = true\n")
        self.fails(3, "lock", "requirements.in", "--no-build", *self.TARGET, says=("does not state",))
        (self.work / "pinbake.toml").unlink()
        self.ok(*self.lock_args("requirements.in", "--build", *self.BUILD))
        self.assertEqual(self.pins(), {"dep": "1.0"})
        again = self.ok(*self.lock_args("requirements.in", "--build", "--check", *self.BUILD))
        self.assertNotIn("asking the build backend", again.err)

    def test_two_projects_of_one_commit_say_each_their_own(self):
        self.index.add(wheel("other", "1.0"))
        self.tree("one", requires=["dep<2"], project=DYNAMIC, folder="both/one")
        self.tree("two", requires=["other"], project=DYNAMIC, folder="both/two")
        both = self.work / "both"
        self.git(both, "init", "-q", "-b", "main")
        self.commit(both)
        self.write("requirements.in", "".join(f"{name} @ git+file://{both}#subdirectory={name}\n" for name in ("one", "two")))
        self.ok(*self.lock_args("requirements.in", "--build", *self.BUILD))
        self.assertEqual(self.pins(), {"dep": "1.0", "one": "1.0", "other": "1.0", "two": "1.0"})

    def test_a_subdirectory_stays_inside_its_archive(self):
        self.write("requirements.in", "x @ https://127.0.0.1:9/x-1.0.tar.gz#subdirectory=../y\n")
        self.fails(3, "lock", "requirements.in", *self.TARGET, says=("must lie inside the archive",))

    def test_backend_is_asked_again_when_it_runs_on_something_else(self):
        self.tree("app", version="3.1", project=DYNAMIC.replace("requires = []", 'requires = ["dep"]'))
        asks = "asking the build backend"
        (self.work / "requirements.in").write_text("./app\n")
        lock = (*self.lock_args("requirements.in", "--build", *self.BUILD), "--refresh")
        self.assertIn(asks, self.ok(*lock).err)
        (self.work / "pylock.toml").unlink()
        self.assertNotIn(asks, self.ok(*lock).err)
        self.index.add(wheel("dep", "3.0"))
        self.assertIn(asks, self.ok(*lock).err)
        self.assertNotIn(asks, self.ok(*lock).err)

    def test_sdist_whose_metadata_is_dynamic(self):
        source = sdist("app", "1.0", dynamic="Requires-Dist")
        self.index.add(source)
        self.write("requirements.in", "app\n")
        self.fails(1, *self.lock_args(), says=("a build would be needed",))
        result = self.ok(*self.lock_args("requirements.in", "--build", *self.BUILD))
        self.assertIn("asking the build backend of app", result.err)
        self.assertEqual(self.pins(), {"app": "1.0"})

    def test_without_the_interpreter_a_wheel_is_offered(self):
        self.index.add(sdist("app", "2.0", dynamic="Requires-Dist"), wheel("app", "1.0"))
        self.write("requirements.in", "app\n")
        self.fails(3, *self.lock_args("requirements.in", "--build", "--target", "cp329-linux-amd64-glibc2.36")[:-4],
                   says=("no python3.29 on PATH", "'app==1.0', which has a wheel"))

    # --- requirements files

    def serve(self, files):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if self.path == "/moved/main.txt":
                    self.send_response(302)
                    self.send_header("Location", "/a/main.txt")
                    self.send_header("Content-Length", "0")
                    return self.end_headers()
                body = files.get(self.path)
                self.send_response(200 if body is not None else 404)
                self.send_header("Content-Length", str(len(body or "")))
                self.end_headers()
                self.wfile.write((body or "").encode())

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"http://127.0.0.1:{server.server_port}"

    def test_requirements_at_a_url(self):
        base = self.serve({"/a/main.txt": "-r more/b.txt\n", "/a/more/b.txt": "dep<2\n", "/bad.txt": "dep<<2\n",
                           "/path.txt": "./x.whl\n", "/links.txt": "--find-links ./wheels\ndep\n",
                           "/secret.txt": "dep=={version}\n".replace("{version}", "${HOME}")})
        self.write("requirements.in", f"-r {base}/a/main.txt\n")
        self.ok(*self.lock_args())
        self.assertEqual(self.pins(), {"dep": "1.0"})
        self.write("requirements.in", f"-r {base}/moved/main.txt\n")
        self.ok(*self.lock_args(), "--check")
        for name, code, says in (("bad.txt", 3, "reading what 'requirements.in:1:1' includes"),
                                 ("path.txt", 3, "may not name a path of this machine"),
                                 ("links.txt", 3, "may not name a folder of this machine"),
                                 ("secret.txt", 3, "secret.txt:1:6"), ("absent.txt", 4, "HTTP status 404")):
            with self.subTest(name=name):
                self.write("requirements.in", f"-r {base}/{name}\n")
                result = self.fails(code, "lock", "requirements.in", *self.TARGET, says=(re.escape(says),))
                self.assertNotIn(str(self.dir / "home"), result.err)
        self.fails(4, "lock", f"{base}/a/main.txt", "--offline", *self.TARGET)


if __name__ == "__main__":
    unittest.main()
