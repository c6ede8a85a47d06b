"""What source distributions are built with: recorded by lock, used by bake, whatever the index says by then."""

import io
import os
import re
import shutil
import subprocess
import sys
import tarfile
import unittest

from harness import wheel
from sdist_maker import BuildCase, sdist

LABEL = "e2e"

NEEDS_HELPER = '[build-system]\nrequires = ["helper>=1"]\nbuild-backend = "backend"\nbackend-path = ["back"]\n'
WRITES_WORD = "import helper\n    files['demo/word.txt'] = helper.WORD"
ASKS_FOR_SECOND = "get_requires_for_build_wheel(config_settings=None):\n    return ['second']\n\n\ndef "


def helper(version):
    return wheel("helper", version, files={"helper.py": f"WORD = 'helped by {version}'\n"})


def tool(name, requires, code="pass"):
    """A source distribution that needs others to be built, and is a module itself."""
    project = f'[build-system]\nrequires = {requires!r}\nbuild-backend = "backend"\nbackend-path = ["back"]\n'
    return sdist(name, "1.0", code, project, files={f"{name}/__init__.py": "WORD = 'from source'\n"})


class BuildRecords(BuildCase):
    def demo(self, *more, code=WRITES_WORD, project=NEEDS_HELPER, extra=""):
        self.index.add(sdist("demo", "1.0", code, project, extra), *more)

    def word(self):
        return self.built_file("demo/word.txt")

    def test_lock_records_and_bake_obeys(self):
        self.demo(helper("1.0"))
        self.lock("demo\n")
        self.assertIn("[[packages.tool.pinbake.builds]]", self.read("pylock.toml"))
        self.assertIn('requires = [\n    "helper>=1",\n]', self.read("pylock.toml"))
        self.index.add(helper("2.0"))
        result = self.bake("--index-url", self.index.url)
        self.assertNotIn("does not record", result.err)
        self.assertEqual(self.word(), "helped by 1.0")

    def test_no_password_is_recorded(self):
        served = self.index.url.split("/simple")[0].replace("://", "://me:hunter2@") + "/files/helper-1.0-py3-none-any.whl"
        self.demo(helper("1.0"), project=NEEDS_HELPER.replace("helper>=1", f"helper @ {served}"))
        self.lock("demo\n", "--allow-direct", "helper")
        lock = self.read("pylock.toml")
        self.assertIn('requires = [\n    "helper @ http://127.0.0.1', lock)
        self.assertNotIn("hunter2", lock)
        result = self.bake("--index-url", self.index.url)
        self.assertNotIn("does not record", result.err)
        self.assertEqual(self.word(), "helped by 1.0")

    def test_518_a_path_is_no_requirement(self):
        folder = self.work / "mine"
        folder.mkdir()
        (folder / "pyproject.toml").write_text('[project]\nname = "mine"\nversion = "1.0"\n')
        self.demo(project=NEEDS_HELPER.replace("helper>=1", str(folder)))
        self.write("requirements.in", "demo\n")
        self.assertIn("is a path, and no requirement of a build", self.ok(*self.lock_args()).err)
        self.assertNotIn("mine", self.read("pylock.toml"))

    def test_offline_from_a_filled_store(self):
        self.demo(helper("1.0"))
        self.lock("demo\n")
        self.bake("--index-url", self.index.url)
        before = self.layers()
        for path in self.cache.glob("built/key/*"):
            path.unlink()
        result = self.bake("--offline")
        self.assertIn("building demo", result.err)
        self.assertEqual(self.layers(), before)

    def test_a_lock_without_records_says_so(self):
        self.demo(helper("1.0"))
        self.lock("demo\n")
        text = self.read("pylock.toml")
        self.write("pylock.toml", text[:text.index("[[packages.tool.pinbake.builds]]")])
        result = self.bake("--index-url", self.index.url)
        self.assertIn("the lock does not record what 'demo' is built with", result.err)

    def test_what_the_backend_asks_for_besides(self):
        self.demo(helper("1.0"), wheel("second", "1.0", files={"second.py": ""}), extra=ASKS_FOR_SECOND,
                  code=WRITES_WORD + "\n    import second")
        self.lock("demo\n")
        result = self.bake("--index-url", self.index.url)
        self.assertIn("does not record all that 'demo' is built with", result.err)
        self.assertEqual(self.word(), "helped by 1.0")

    def test_a_record_stays_until_it_is_upgraded(self):
        self.demo(helper("1.0"))
        self.lock("demo\n")
        self.index.add(helper("2.0"))
        self.ok(*self.lock_args(), "--check", "--refresh")
        self.ok(*self.lock_args(), "--upgrade-package", "helper", "--refresh")
        self.assertIn("helper-2.0-py3-none-any.whl", self.read("pylock.toml"))

    def test_a_wheel_built_by_another_record_is_not_taken(self):
        self.demo(helper("1.0"))
        self.lock("demo\n")
        self.bake("--index-url", self.index.url)
        self.index.add(helper("2.0"))
        self.ok(*self.lock_args(), "--upgrade-package", "helper", "--refresh")
        shutil.rmtree(self.work / ".pinbake")
        self.assertIn("building demo", self.bake("--index-url", self.index.url).err)
        self.assertEqual(self.word(), "helped by 2.0")

    def test_a_wheel_built_with_another_cutoff_is_not_taken(self):
        self.demo()
        self.index.add(helper("1.0"))
        self.lock("demo\n", "--exclude-newer-package", "helper=2025-01-01")
        self.bake("--index-url", self.index.url)
        self.lock("demo\n", "--exclude-newer-package", "helper=2025-01-02")
        self.assertIn("building demo", self.bake("--index-url", self.index.url).err)
        self.assertNotIn("building demo", self.bake("--index-url", self.index.url).err)

    def test_requirements_that_are_built_themselves(self):
        self.demo(tool("helper", ["inner"], "import inner"), wheel("inner", "1.0", files={"inner.py": ""}))
        self.lock("demo\n")
        nested = "[[packages.tool.pinbake.builds.packages.tool.pinbake.builds.packages]]\nname = \"inner\""
        self.assertIn(nested, self.read("pylock.toml"))
        result = self.bake("--index-url", self.index.url)
        self.assertLess(result.err.index("building demo"), result.err.index("building helper"))
        self.assertEqual(self.word(), "from source")

    def test_a_wheel_is_taken_before_a_newer_source(self):
        self.demo(helper("1.0"), sdist("helper", "3.0"))
        self.lock("demo\n")
        self.assertIn("helper-1.0-py3-none-any.whl", self.read("pylock.toml"))

    def test_a_circle_names_its_chain(self):
        chain = ("demo 1.0 is built with helper 1.0, which is built with other 1.0, which is built with demo 1.0: "
                 "none of them can be the first")
        self.demo(tool("helper", ["other"]), tool("other", ["demo"]))
        self.write("requirements.in", "demo\n")
        self.assertIn(chain, self.ok(*self.lock_args()).err)
        self.bake_fails(1, "--index-url", self.index.url, says=re.escape(chain))

    def test_unknown_requirements_are_a_warning(self):
        self.demo()
        self.write("requirements.in", "demo\n")
        self.assertIn("does not record what 'demo' 1.0 is built with: the index has no package named 'helper'",
                      self.ok(*self.lock_args()).err)

    def lock_and_build(self, *args):
        return self.ok(*self.lock_args(), "--build", "--python-bin", sys.executable, *args)

    def recorded(self):
        """The digest of the wheel that the lock records."""
        return re.search(r'builds\.wheel\]\n(?:.*\n)*?hashes = \{ sha256 = "([0-9a-f]{64})"', self.read("pylock.toml"))[1]

    def test_lock_build_records_wheel_and_backend(self):
        self.demo(helper("1.0"), wheel("second", "1.0", files={"second.py": ""}), extra=ASKS_FOR_SECOND,
                  code=WRITES_WORD + "\n    import second")
        self.write("requirements.in", "demo\n")
        self.lock_and_build()
        text = self.read("pylock.toml")
        self.assertIn('requires = [\n    "helper>=1",\n    "second",\n]', text)
        self.assertRegex(text, r'builds\.wheel\]\nname = "demo-1\.0-py3-none-any\.whl"\nsize = \d+\n')
        self.lock_and_build("--check")
        self.ok(*self.lock_args(), "--check")
        result = self.bake("--offline", env={"PATH": "/nowhere"})
        self.assertNotIn("building", result.err)
        self.assertEqual(self.word(), "helped by 1.0")

    def test_another_wheel_is_refused_and_accepted_by_lock(self):
        self.index.add(sdist("demo", "1.0", "files['demo/count.txt'] = str(time.time_ns())"))
        self.write("requirements.in", "demo\n")
        self.lock_and_build()
        first = self.recorded()
        store = self.cache / "files/sha256" / first
        self.bake("-o", "same")
        for path in self.cache.glob("built/key/*"):
            path.unlink()
        kept = self.dir / "kept"
        store.rename(kept)
        says = [r"another wheel than the lock records: \d+ bytes \(sha256 " + first[:12], "hint: 'pinbake lock --build'"]
        self.bake_fails(5, says=says)
        kept.rename(store)
        for path in self.cache.glob("built/key/*"):
            path.unlink()
        result = self.lock_and_build()
        self.assertIn("'demo' is built to another wheel than was recorded: 'demo/count.txt' differs", result.err)
        self.assertNotEqual(self.recorded(), first)
        self.bake("-o", "same")

    def test_lock_records_that_builds_reach_the_network(self):
        self.index.add(sdist("demo", "1.0", "import socket; files['demo/net.txt'] = str(socket.if_nameindex())"))
        self.lock("demo\n", "--build-network")
        self.assertIn("network = true\n", self.read("pylock.toml"))
        result = self.bake("--build-network")
        self.assertIn("building demo 1.0 with network", result.err)
        self.ok(*self.lock_args(), "--check")

    def test_targets_that_cannot_be_built_here_are_a_warning(self):
        self.index.add(sdist("demo", "1.0"))
        self.write("requirements.in", "demo\n")
        result = self.ok(*self.lock_args(), "--platform", "windows/amd64", "--build", "--python-bin", sys.executable)
        self.assertRegex(result.err, "nothing is built for cp[0-9]+-windows-amd64: source distributions for .* cannot")
        self.assertEqual(self.read("pylock.toml").count("builds.wheel]"), 1)

    # --- what is no source distribution of an index

    def source_tree(self, folder="app", helper=">=1"):
        """A folder whose build needs a helper; a commit and an archive of it are other sources of the same."""
        with tarfile.open(fileobj=io.BytesIO(sdist("demo", "1.0", WRITES_WORD, NEEDS_HELPER.replace(">=1", helper)).content)) as archive:
            archive.extractall(self.work)
        shutil.move(self.work / "demo-1.0", self.work / folder)
        project = self.work / folder / "pyproject.toml"
        project.write_text(project.read_text() + '[project]\nname = "demo"\nversion = "1.0"\n')
        return self.work / folder

    def lock_source(self, requirements):
        self.write("requirements.in", requirements)
        self.ok(*self.lock_args())

    def check_recorded(self, requirement):
        """Locked with helper 1.0, it is built with that for ever, offline too, and nobody warns."""
        self.lock_source(requirement + "\n")
        text = self.read("pylock.toml")
        self.assertIn('requires = [\n    "helper>=1",\n]', text)
        self.assertIn("helper-1.0-py3-none-any.whl", text)
        self.index.add(helper("2.0"))
        first = self.bake("--index-url", self.index.url)
        self.assertNotIn("record", first.err)
        self.assertEqual(self.word(), "helped by 1.0")
        before = self.layers()
        shutil.rmtree(self.cache / "built/key")
        again = self.bake("--offline", "-o", "again")
        self.assertIn("building demo", again.err)
        self.assertNotIn("record", again.err)
        self.assertEqual(self.layers("again").keys(), before.keys())
        self.ok(*self.lock_args(), "--check", "--refresh")

    def test_folders_are_recorded(self):
        self.index.add(helper("1.0"))
        self.source_tree()
        self.check_recorded("./app")

    def test_commits_are_recorded(self):
        self.index.add(helper("1.0"))
        root = self.source_tree()
        self.commit(root)
        self.check_recorded(f"demo @ git+file://{root}@main")

    def test_archives_at_addresses_are_recorded(self):
        self.index.add(helper("1.0"))
        source = sdist("demo", "1.0", WRITES_WORD, NEEDS_HELPER)
        path = self.work / source.filename
        path.write_bytes(source.content)
        self.check_recorded(f"demo @ {path.as_uri()}")

    def commit(self, root):
        who = {f"GIT_{each}_{what}": "a@example.org" for each in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        for words in (("init", "-q", "-b", "main"), ("add", "."), ("commit", "-q", "-m", "x")):
            subprocess.run(["git", "-C", str(root), *words], check=True,
                           env={"PATH": os.environ["PATH"], "HOME": str(self.work), "GIT_CONFIG_NOSYSTEM": "1", **who})

    def test_a_changed_folder_is_recorded_anew(self):
        self.index.add(helper("1.0"), helper("2.0"))
        self.source_tree(helper="<2")
        self.lock_source("./app\n")
        self.assertIn("helper-1.0-py3-none-any.whl", self.read("pylock.toml"))
        shutil.rmtree(self.work / "app")
        self.source_tree(helper=">=2")
        self.lock_source("./app\n")
        self.assertIn("helper-2.0-py3-none-any.whl", self.read("pylock.toml"))

    def test_lock_build_records_commits_and_no_wheel_of_folders(self):
        self.index.add(helper("1.0"), wheel("second", "1.0", files={"second.py": ""}))
        root = self.source_tree()
        backend = root / "back/backend.py"
        backend.write_text(backend.read_text().replace("def build_wheel", "def " + ASKS_FOR_SECOND + "build_wheel"))
        self.write("requirements.in", "./app\n")
        self.lock_and_build()
        self.assertIn('"second",\n]', self.read("pylock.toml"))
        self.assertNotIn("builds.wheel]", self.read("pylock.toml"))
        self.assertNotIn("record", self.bake("--offline").err)
        self.commit(root)
        self.write("requirements.in", f"demo @ git+file://{root}\n")
        (self.work / "pylock.toml").unlink()
        self.lock_and_build()
        self.assertIn('"second",\n]', self.read("pylock.toml"))
        self.assertIn("builds.wheel]", self.read("pylock.toml"))
        self.assertNotIn("building", self.bake("--offline", "-o", "other", env={"PATH": os.environ["PATH"]}).err)

    def test_targets_with_equal_records_share_one(self):
        self.index.add(sdist("demo", "1.0"))
        self.write("requirements.in", "demo\n")
        self.ok(*self.lock_args(), "--platform", "linux/arm64")
        self.assertEqual(self.read("pylock.toml").count("[[packages.tool.pinbake.builds]]"), 1)

    def test_old_setuptools_gets_wheel(self):
        project = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'
        self.index.add(sdist("demo", "1.0", project=project), wheel("setuptools", "68.0.0"), wheel("wheel", "0.40"))
        self.lock("demo\n")
        self.assertIn("wheel-0.40-py3-none-any.whl", self.read("pylock.toml"))
        self.index.add(wheel("setuptools", "70.1.0"))
        self.relock("demo\n", "--refresh")
        self.assertNotIn("wheel-0.40-py3-none-any.whl", self.read("pylock.toml"))


if __name__ == "__main__":
    unittest.main()
