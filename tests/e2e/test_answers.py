"""Answers of earlier runs: given again where nothing changed, never where anything did."""

import os
import shutil
import subprocess
import time
import unittest

import harness
from harness import Case, wheel

LABEL = "e2e"


class Answers(Case):
    def setUp(self):
        super().setUp()
        self.index.cache_control = "max-age=600"
        self.index.add(
            wheel("app", "1.0", requires=["lib>=1,<2"]), wheel("app", "1.1", requires=["lib>=2"]),
            wheel("lib", "1.5"), wheel("lib", "2.0"), wheel("other", "1.0"))
        self.write("requirements.in", "app\n")
        self.args = ["requirements.in"]
        self.settle()

    def kept(self):
        """The files of answers, each with what a rewrite changes."""
        folder = self.cache / "answers"
        return {path.name: path.stat().st_ino for path in folder.iterdir()} if folder.exists() else {}

    def run_lock(self, *args, **options):
        return self.ok(*self.lock_args(*self.args, *args), **options)

    def settle(self):
        """The first run has no lock to keep pins of, the second has: another question."""
        self.run_lock()
        self.run_lock()

    def solves(self, *args, **options):
        before = self.kept()
        result = self.run_lock(*args, **options)
        self.assertNotEqual(self.kept(), before, "an answer was given, but something had changed")
        return result

    def given(self, *args, **options):
        before = self.kept()
        self.assertTrue(before)
        self.index.forget()
        result = self.run_lock(*args, **options)
        self.assertEqual(self.kept(), before, "nothing had changed, but the lock was solved again")
        self.assertEqual(self.index.paths(), [])
        return result

    def test_nothing_changed(self):
        first = self.read("pylock.toml")
        result = self.given()
        self.assertEqual(self.read("pylock.toml"), first)
        self.assertRegex(result.err, r"locked 2 packages for cp312-linux-amd64-glibc2\.28 in ")
        self.assertRegex(self.given("--check").err, r"checked 2 packages for ")
        self.given("--offline")
        self.given("--quiet")

    def test_check_of_a_lock_that_is_out_of_date(self):
        self.write("requirements.in", "app\nother\n")
        for _ in range(2):
            self.fails(1, *self.lock_args("requirements.in", "--check"), says="'pylock.toml' is out of date")

    def test_first_lock_is_written_again(self):
        first = self.read("pylock.toml")
        (self.work / "pylock.toml").unlink()
        self.run_lock()
        (self.work / "pylock.toml").unlink()
        self.given()
        self.assertEqual(self.read("pylock.toml"), first)

    def test_changed_requirement(self):
        self.write("requirements.in", "app<1.1\n")
        self.solves()
        self.assertEqual(self.pins(), {"app": "1.0", "lib": "1.5"})

    def test_changed_included_file(self):
        self.write("requirements.in", "-r more.in\n")
        self.write("more.in", "app\n")
        self.settle()
        self.given()
        self.write("more.in", "app\nother\n")
        self.solves()
        self.assertIn("other", self.pins())

    def test_changed_constraint(self):
        self.write("limits.txt", "lib<3\n")
        self.args += ["-c", "limits.txt"]
        self.settle()
        self.given()
        self.write("limits.txt", "lib<2\n")
        self.solves()
        self.assertEqual(self.pins(), {"app": "1.0", "lib": "1.5"})

    def test_moved_override(self):
        self.write("over.txt", "lib<2\n")
        self.args += ["--override", "over.txt"]
        self.settle()
        self.given()
        self.assertIn("over.txt:1", self.read("pylock.toml"))
        self.write("over.txt", "# because\nlib<2\n")
        self.solves()
        self.assertIn("over.txt:2", self.read("pylock.toml"))

    def test_changed_project(self):
        self.args = ["pyproject.toml"]
        project = '[project]\nname = "x"\nversion = "1"\ndependencies = ["app"]\n[dependency-groups]\ntest = ["other"]\n'
        self.write("pyproject.toml", project)
        self.settle()
        self.given()
        self.write("pyproject.toml", project + '[tool.pinbake]\nresolution = "lowest"\n')
        before = self.kept()
        self.run_program(*self.lock_args(*self.args))  # whether or not it takes that setting
        self.write("pyproject.toml", project.replace('["app"]', '["app<1.1"]'))
        self.run_lock()
        self.assertNotEqual(self.kept(), before)
        self.assertEqual(self.pins(), {"app": "1.0", "lib": "1.5"})

    def test_options(self):
        for options in (["--resolution", "lowest"], ["--prerelease", "allow"], ["--only-binary", ":all:"],
                        ["--exclude", "lib"], ["--upgrade"], ["-P", "lib"], ["--python", "3.11"],
                        ["--exclude-newer", "2024-05-01"]):
            with self.subTest(options):
                self.solves(*options)

    def test_changed_index_url(self):
        second = harness.Index()
        self.addCleanup(second.close)
        second.cache_control = "max-age=600"
        second.add(wheel("lib", "2.5"))
        self.run_lock("--extra-index-url", second.url)  # it warns, so it is not kept
        self.assertEqual(self.pins()["lib"], "2.5")

    def test_index_by_setting(self):
        second = harness.Index()
        self.addCleanup(second.close)
        second.add(wheel("lib", "2.5"))
        (self.work / "pylock.toml").unlink()
        self.run_lock(env=self.environment(PINBAKE_EXTRA_INDEX_URL=second.url))
        self.assertEqual(self.pins()["lib"], "2.5")

    def test_refreshed_page_with_other_content(self):
        self.index.add(wheel("lib", "2.1"))
        self.given()  # the index says that its pages hold for ten minutes
        self.run_lock("--refresh")
        (self.work / "pylock.toml").unlink()
        self.run_lock()
        self.assertEqual(self.pins()["lib"], "2.1")
        self.index.yanked["lib-2.1-py3-none-any.whl"] = "broken"
        self.run_lock()
        self.run_lock("--refresh", "--upgrade")
        self.assertEqual(self.pins()["lib"], "2.0")

    def test_refreshed_page_with_the_same_content(self):
        self.run_lock("--refresh")
        self.given()

    def test_page_that_is_no_longer_fresh(self):
        self.index.cache_control = "max-age=1"
        self.run_lock("--refresh")
        time.sleep(1.1)
        self.index.forget()
        self.run_lock()
        self.assertIn(self.index.page_path("lib"), self.index.paths())
        self.index.add(wheel("lib", "2.1"))
        time.sleep(1.1)
        self.run_lock("--upgrade")
        self.assertEqual(self.pins()["lib"], "2.1")

    def test_pages_that_must_be_asked_for(self):
        self.index.cache_control = "no-cache"
        self.run_lock("--refresh")
        self.index.forget()
        self.run_lock()
        self.assertIn(self.index.page_path("lib"), self.index.paths())

    def test_changed_lock(self):
        self.write("older.in", "app<1.1\n")
        self.ok("lock", "older.in", "-o", "older.toml", "--index-url", self.index.url, *self.TARGET)
        self.write("pylock.toml", self.read("older.toml").replace("<1.1", "").replace("older.in", "requirements.in"))
        self.solves()
        self.assertEqual(self.pins(), {"app": "1.0", "lib": "1.5"})  # pins are kept
        self.write("pylock.toml", "no lock")
        self.fails(3, *self.lock_args(*self.args), says="pylock.toml:1:4: error")
        self.assertEqual(self.read("pylock.toml"), "no lock")
        self.run_lock("--upgrade")
        self.assertEqual(self.pins(), {"app": "1.1", "lib": "2.0"})

    def test_local_wheel(self):
        path = self.work / "local-1.0-py3-none-any.whl"
        path.write_bytes(wheel("local", "1.0", requires=["lib<2"]).content)
        self.write("requirements.in", f"./{path.name}\n")
        self.settle()
        self.assertEqual(self.pins()["lib"], "1.5")
        path.write_bytes(wheel("local", "1.0", requires=["lib>=2"]).content)
        self.run_lock()
        self.assertEqual(self.pins()["lib"], "2.0")

    def test_address_in_metadata_that_was_out_of_reach(self):
        """A need for a URL that cannot be had rules a release out, but only as long as that is so."""
        dep = wheel("dep", "1.0")
        path = f"/elsewhere/{dep.filename}"
        self.index.raw[path] = ("application/octet-stream", dep.content, {})
        self.index.add(wheel("app", "1.2", requires=[f"dep @ {self.index.base}{path}"]))
        for args, version in ((["--refresh"], "1.1"), ([], "1.1"), (["--offline"], "1.1"), ([], "1.2")):
            with self.subTest(args, version=version):
                (self.work / "pylock.toml").unlink()
                if version == "1.1" and args != ["--offline"]:
                    self.index.fail(path, 404)
                self.run_lock("--allow-direct", "dep", *args)
                self.assertEqual(self.pins()["app"], version)

    def test_find_links(self):
        folder = self.work / "links"
        folder.mkdir()
        self.args += ["--find-links", "links"]
        self.settle()
        self.given()  # an empty folder has nothing to say
        (folder / "lib-3.0-py3-none-any.whl").write_bytes(wheel("lib", "3.0").content)
        self.run_lock("--upgrade")
        self.assertEqual(self.pins()["lib"], "3.0")
        (folder / "lib-3.0-py3-none-any.whl").unlink()
        self.run_lock("--upgrade")
        self.assertEqual(self.pins()["lib"], "2.0")

    def test_local_index(self):
        page = self.work / "simple" / "lib" / "index.html"
        page.parent.mkdir(parents=True)
        for version in ("4.0", "4.1"):
            built = wheel("lib", version)
            (page.parent / built.filename).write_bytes(built.content)
            page.write_text(f'<a href="{built.filename}">{built.filename}</a>')
            self.run_lock("--extra-index-url", f"file://{self.work}/simple", "--upgrade")
            self.assertEqual(self.pins()["lib"], version)

    def test_age_as_cut_off(self):
        before = self.kept()
        (self.work / "pylock.toml").unlink()
        self.run_lock("--exclude-newer", "7d")
        self.assertEqual(self.kept(), before)

    def test_builds(self):
        before = self.kept()
        self.run_lock("--build")
        self.assertEqual(self.kept(), before)

    def test_deleted_store(self):
        for name in ("index.mdb", "index.mdb-lock"):
            (self.cache / name).unlink()
        self.index.add(wheel("lib", "2.1"))
        self.run_lock("--upgrade")
        self.assertEqual(self.pins()["lib"], "2.1")
        self.run_lock()
        self.ok("cache", "clear")
        self.assertEqual(self.kept(), {})
        self.run_lock()

    def test_other_program(self):
        copy = self.dir / "pinbake"
        shutil.copy(harness.PINBAKE, copy)
        os.utime(copy, ns=(1, 1))
        before = self.kept()
        subprocess.run([copy, *self.lock_args(*self.args), "--cache-dir", self.cache], cwd=self.work,
                       env=self.environment(), check=True, capture_output=True)
        self.assertNotEqual(self.kept(), before)

    def test_damaged_answer(self):
        first = self.read("pylock.toml")
        (path,) = (self.cache / "answers").iterdir()
        whole = path.read_bytes()
        for place in (0, 9, 40, len(whole) // 2, len(whole) - 1):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1:])
            self.run_lock()
            self.assertEqual(self.read("pylock.toml"), first)
            self.assertEqual(path.read_bytes(), whole)
        path.write_bytes(whole[:50])
        self.run_lock()
        self.assertEqual(path.read_bytes(), whole)

    def test_warnings_are_told_again(self):
        self.index.yanked["lib-1.5-py3-none-any.whl"] = "broken"
        self.write("requirements.in", "lib==1.5\n")
        for _ in range(3):
            self.assertRegex(self.run_lock("--refresh").err + self.run_lock().err, "yanked")
            self.assertRegex(self.run_lock().err, "yanked")

    def test_secrets_are_not_kept(self):
        url = self.index.url.replace("http://", "http://me:hunter2@")
        self.ok("lock", "requirements.in", "-o", "pylock.toml", "--index-url", url, *self.TARGET)
        for path in (self.cache / "answers").iterdir():
            self.assertNotIn(b"hunter2", path.read_bytes())

    def test_secrets_in_addresses_of_files_and_of_single_packages_are_not_kept(self):
        base = self.index.base.replace("http://", "http://me:hunter2@")
        for name, text in (("all.txt", b"app\n"), ("limits.txt", b"lib<3\n"), ("over.txt", b"lib<3\n")):
            self.index.raw[f"/{name}"] = ("text/plain", text, {})
        for args in ([f"{base}/all.txt"], ["requirements.in", "-c", f"{base}/limits.txt"],
                     ["requirements.in", "--override", f"{base}/over.txt"],
                     ["requirements.in", "--index-for", f"app={base}/simple/"]):
            with self.subTest(args):
                before = self.kept()
                self.ok(*self.lock_args(*args))
                self.assertNotEqual(self.kept(), before)
                for path in (self.cache / "answers").iterdir():
                    self.assertNotIn(b"hunter2", path.read_bytes())

    def test_other_index_for_a_package(self):
        second = harness.Index()
        self.addCleanup(second.close)
        second.cache_control = "max-age=600"
        second.add(wheel("lib", "2.5"))
        self.solves("--index-for", f"lib={second.url}", "--upgrade")
        self.assertEqual(self.pins()["lib"], "2.5")
        self.solves("--index-for", f"lib={self.index.url}", "--upgrade")
        self.assertEqual(self.pins()["lib"], "2.0")

    def test_answers_are_bounded(self):
        for i in range(70):
            (self.cache / "answers" / f"{i:016x}").write_bytes(b"old")
        self.write("requirements.in", "app\nother\n")
        self.run_lock()
        self.assertEqual(len(self.kept()), 1)


if __name__ == "__main__":
    unittest.main()
