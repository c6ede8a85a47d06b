"""`pinbake why NAME --held-back` asks what `pinbake lock` would ask, and what it advises works when it is run as it stands."""

import os
import re
import shlex
import subprocess
import sys
import unittest

from harness import Case, Index, PINBAKE, wheel
from sdist_maker import PYTHON, sdist

LABEL = "e2e"


class HeldBack(Case):
    """Nothing but the lock, the project's file or the command line says where the index is."""

    def setUp(self):
        super().setUp()
        self.index.add(*(wheel("lib", version) for version in ("1.0", "2.0")))
        (self.dir / "bin").mkdir()
        (self.dir / "bin/pinbake").symlink_to(PINBAKE)

    def lock_old(self, *args, requirements="lib\n", target=None):
        """A lock of the time when lib 2.0 was not there yet."""
        newer = self.index.wheels.pop("lib-2.0-py3-none-any.whl")
        if requirements:
            self.write("requirements.in", requirements)
        self.ok("lock", *args, *(self.TARGET if target is None else target))
        self.index.add(newer)

    def why(self, *args, name="lib"):
        return self.ok("why", name, "--held-back", *args).out

    def advice(self, *args, name="lib"):
        """The command that is told."""
        found = re.search(r"^(pinbake lock.*) moves it$", out := self.why(*args, name=name), re.M)
        self.assertTrue(found, out)
        return found[1]

    def follow(self, *args, lock="pylock.toml", name="lib", version="2.0"):
        """Runs what is advised in a shell, letter by letter; nothing but the pin may be another one."""
        before, text = self.pins(lock), self.read(lock)
        command = self.advice(*args, name=name)
        path = f"{self.dir / 'bin'}{os.pathsep}{os.environ['PATH']}"
        done = subprocess.run(["/bin/sh", "-c", command], cwd=self.work, capture_output=True, text=True,
                              env=self.environment(PATH=path, PINBAKE_CACHE_DIR=str(self.cache)))
        self.assertEqual(done.returncode, 0, command + "\n" + done.stderr)
        self.assertEqual(self.pins(lock), {**before, name: version}, command)
        for part in (r"^\[tool.pinbake\]\n(?:.+\n)*", r"^environments = \[\n(?:.+\n)*", r"(?m)^index = .*"):
            self.assertEqual(set(re.findall(part, self.read(lock), re.M)), set(re.findall(part, text, re.M)), command)
        return command

    def test_the_index_is_that_of_the_lock(self):
        self.lock_old("requirements.in", "--index-url", self.index.url)
        command = self.follow()
        self.assertIn(f"--index-url {self.index.url.rstrip('/')}", command)

    def test_json_says_the_same(self):
        self.lock_old("requirements.in", "--index-url", self.index.url)
        out = self.why("--json")
        self.assertRegex(out, '"verdict": "free"')
        self.assertRegex(out, '"to": "2.0"')

    def test_several_indexes(self):
        other = Index()
        self.addCleanup(other.close)
        other.add(wheel("plain", "1.0"))
        self.lock_old("requirements.in", "--index-url", self.index.url, "--extra-index-url", other.url, requirements="lib\nplain\n")
        other.add(wheel("lib", "1.0"))  # would be asked first: the lock has lib from elsewhere
        other.wheels.pop("lib-1.0-py3-none-any.whl")
        self.follow()

    def test_files_of_a_folder(self):
        links = self.work / "our wheels"
        links.mkdir()
        for version in ("1.0", "2.0"):
            each = wheel("lib", version)
            (links / each.filename).write_bytes(each.content)
            if version == "1.0":
                self.write("requirements.in", "lib\n")
                self.ok("lock", "requirements.in", *self.TARGET, "--no-index", "--find-links", "our wheels")
        command = self.follow()
        self.assertIn("--find-links 'our wheels'", command)
        self.assertIn("--no-index", command)

    def test_settings_of_the_project(self):
        self.write("pinbake.toml", f'index-url = "{self.index.url}"\nrequirements = ["requirements.in"]\nconstraints = ["bounds.txt"]\n'
                   'python = "3.12"\nplatform = "linux/amd64"\n')
        self.write("bounds.txt", "lib<2\n")
        self.lock_old(target=())
        out = self.why()
        self.assertIn("lib 1.0 is the newest release that can be chosen", out)
        self.assertRegex(out, "your constraint lib<2 rules out lib 2.0 +bounds.txt:1:1")
        self.write("bounds.txt", "lib<3\n")
        self.assertEqual(self.follow(), "pinbake lock -P lib")

    def test_other_targets_than_the_settings_say(self):
        self.write("pinbake.toml", f'index-url = "{self.index.url}"\nrequirements = ["requirements.in"]\npython = "3.11"\n')
        self.lock_old()
        self.assertRegex(self.follow(), r"^pinbake lock --target cp312-linux-amd64-\S+ -P lib$")

    def test_extras_of_the_settings(self):
        self.index.add(wheel("tool", "1.0", requires=["lib<2"]))
        self.write("pyproject.toml", '[project]\nname = "app"\nversion = "1"\ndependencies = ["lib"]\n[project.optional-dependencies]\n'
                   f'web = ["tool"]\n[tool.pinbake]\nextras = ["web"]\nindex-url = "{self.index.url}"\n')
        self.lock_old(requirements=None)
        self.assertIn("tool 1.0 needs lib<2", self.why())
        self.index.add(wheel("tool", "1.1", requires=["lib"]))
        self.ok("lock", *self.TARGET, "-P", "tool")
        self.assertRegex(self.follow(), r"^pinbake lock --target \S+ -P lib$")

    def test_a_lock_of_other_files_than_the_settings_say(self):
        self.write("pinbake.toml", f'index-url = "{self.index.url}"\nrequirements = ["other.in"]\n')
        self.write("other.in", "nothing\n")
        self.lock_old("requirements.in")
        self.assertRegex(self.follow(), r"^pinbake lock requirements.in --target \S+ -P lib$")

    def test_included_files(self):
        self.write("pinbake.toml", f'index-url = "{self.index.url}"\nrequirements = ["requirements.in"]\n')
        self.write("base.in", "lib\n")
        self.lock_old(requirements="-r base.in\n")
        self.assertRegex(self.follow(), r"^pinbake lock --target \S+ -P lib$")

    def test_options_are_said_again(self):
        self.write("it's bounds.txt", "lib<3\n")
        self.lock_old("requirements.in", "-i", self.index.url, "-o", "pylock.dev.toml", "-c", "it's bounds.txt")
        self.index.add(wheel("lib", "3.0"))
        command = self.follow("--lock", "pylock.dev.toml", "-c", "it's bounds.txt", lock="pylock.dev.toml")
        self.assertIn("--constraint 'it'\\''s bounds.txt'", command)
        self.assertIn("--output pylock.dev.toml", command)
        self.assertFalse((self.work / "pylock.toml").exists())

    def test_all_targets_of_the_lock_stay(self):
        self.lock_old("requirements.in", "-i", self.index.url, "--platform", "linux/arm64")
        one = re.search(r'"(cp312-linux-arm64[^"]*)"', self.read("pylock.toml"))[1]
        command = self.follow("--target", one)
        self.assertEqual(len(re.findall("--target", command)), 2)

    def test_a_password_is_not_told(self):
        self.index.users["/simple/"] = "me:hunter2"
        secret = self.index.url.replace("://", "://me:hunter2@")
        self.lock_old("requirements.in", "-i", secret)
        out = self.why("-i", secret)
        self.assertIn("--index-url", out)
        self.assertNotIn("hunter2", out)

    def test_what_is_to_be_asked_for(self):
        """Where -P alone does not do it, the line that is named does."""
        self.index.add(wheel("user", "1.0", requires=["lib"]), wheel("user", "2.0", requires=["lib<2"]))
        self.lock_old("requirements.in", "-i", self.index.url, requirements="lib\nuser\n")
        out = self.why()
        found = re.search(r"^ask for it: '(.*)'$", out, re.M)
        if not found:
            self.assertRegex(out, "is held back from 2.0 as long as nothing else goes back")
            self.assertIn("user 2.0 → 1.0", out)
            self.write("requirements.in", "lib>1.0\nuser\n")
        else:
            self.write("requirements.in", f"{found[1]}\nuser\n")
        self.ok("lock", "requirements.in", "-i", self.index.url, *self.TARGET)
        self.assertEqual(self.pins(), {"lib": "2.0", "user": "1.0"})

    def test_the_edit_that_is_told(self):
        self.lock_old("requirements.in", "-i", self.index.url, requirements="# ours\nlib<2\n")
        found = re.search(r"^to let it move: relax requirements.in:2 to '(.*)'$", out := self.why(), re.M)
        self.assertTrue(found, out)
        self.write("requirements.in", f"# ours\n{found[1]}\n")
        self.ok("lock", "requirements.in", "-i", self.index.url, *self.TARGET, "-P", "lib")
        self.assertEqual(self.pins(), {"lib": "2.0"})

    def test_backends_are_asked_where_lock_asks_them(self):
        self.write("pinbake.toml", f'index-url = "{self.index.url}"\nrequirements = ["requirements.in"]\n')
        config = self.dir / "home/.config/pinbake/config.toml"
        config.parent.mkdir(parents=True)
        config.write_text(f'build = true\npython-bin = "{sys.executable}"\n')
        self.index.wheels.clear()
        self.index.add(sdist("lib", "1.0", dynamic="Requires-Dist"))
        self.write("requirements.in", "lib\n")
        self.ok("lock", "--python", PYTHON)
        self.index.add(sdist("lib", "2.0", dynamic="Requires-Dist"))
        self.follow()

    def test_torch_stays_with_its_backend(self):
        torch = Index()
        self.addCleanup(torch.close)

        def serve(*versions):
            body = ""
            for version in versions:
                each = wheel("torch", version, tag="cp312-cp312-linux_x86_64")
                escaped = each.filename.replace("+", "%2B")
                body += f'<a href="/files/{escaped}#sha256={each.sha256}">{each.filename}</a>\n'
                for name in (each.filename, escaped):
                    torch.raw[f"/files/{name}"] = ("application/octet-stream", each.content, {})
            torch.raw["/whl/cu128/torch/"] = ("text/html", f"<html><body>{body}</body></html>".encode(), {"Cache-Control": "no-cache"})

        serve("2.8.0+cu128")
        self.lock_old("requirements.in", "-i", self.index.url, "--torch-backend", "cu128", "--torch-index", torch.base + "/whl",
                      requirements="lib\ntorch\n")
        serve("2.8.0+cu128", "2.9.0+cu128")
        command = self.follow(name="torch", version="2.9.0+cu128")
        self.assertNotIn("extra-index-url", command)
        self.assertEqual(shlex.split(command)[:3], ["pinbake", "lock", "requirements.in"])

    def test_errors_of_the_settings(self):
        self.lock_old("requirements.in", "-i", self.index.url)
        self.write("pinbake.toml", "index-ur = 'x'\n")
        self.fails(3, "why", "lib", "--held-back", says="pinbake.toml:1:1: error: there is no setting 'index-ur'")


if __name__ == "__main__":
    unittest.main()
