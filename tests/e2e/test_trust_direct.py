"""Who says where a package comes from: addresses in the metadata of packages and of their builds, and files that were
locked and are other ones by now."""

import json
import os
import re
import shutil
import subprocess
import sys
import unittest

from harness import Index, sdist, wheel
from sdist_maker import PYTHON, BuildCase, sdist as built_sdist

LABEL = "e2e"
GIT = shutil.which("git")
PROJECT = '[project]\nname = "{name}"\nversion = "1.0"\ndependencies = [{needs}]\n'
BUILD = '[build-system]\nrequires = [{needs}]\nbuild-backend = "backend"\nbackend-path = ["back"]\n'


def quoted(needs):
    return ", ".join(f'"{each}"' for each in needs)


class Trust(BuildCase):
    """Beside the index of the test, files elsewhere that nobody has named to pinbake."""

    def setUp(self):
        super().setUp()
        self.away = Index()
        self.addCleanup(self.away.close)
        self.evil = self.away.add(wheel("dep", "9.0"))
        self.url = f"{self.away.base}/files/{self.evil.filename}"
        self.host = self.away.base.split("//")[1]
        self.index.add(wheel("dep", "1.0"))

    def refused(self, requirements, *args, says=(), who="app 1.0", files=("requirements.in",), **options):
        """Exit code 3, which names who asks and for what; nobody is asked elsewhere, and there is no lock."""
        self.write("requirements.in", requirements)
        result = self.fails(3, "lock", *files, *self.TARGET, *(args if "--no-index" in args else ("--index-url", self.index.url, *args)),
                            says=(re.escape(who), "asks for 'dep' from", *says), **options)
        self.assertEqual(self.away.paths(), [], str(result))
        self.assertFalse((self.work / "pylock.toml").exists())
        return result

    def folder(self, path, needs=(), build=(), name="app"):
        root = self.work / path
        (root / "back").mkdir(parents=True, exist_ok=True)
        (root / "pyproject.toml").write_text(PROJECT.format(name=name, needs=quoted(needs)) + BUILD.format(needs=quoted(build)))
        return root

    def git(self, folder, *words):
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.work), "GIT_CONFIG_NOSYSTEM": "1",
                       **{f"GIT_{who}_{what}": "a@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}}
        return subprocess.run([GIT, "-C", str(folder), *words], env=environment, check=True, capture_output=True,
                              text=True).stdout.strip()

    def repository(self, root):
        if not GIT:
            self.skipTest("there is no git")
        self.git(root, "init", "-q", "-b", "main")
        return self.commit(root)

    def commit(self, root):
        self.git(root, "add", "-A")
        self.git(root, "commit", "-q", "--allow-empty", "-m", "x")
        return self.git(root, "rev-parse", "HEAD")


class Addresses(Trust):
    """Metadata that names addresses."""

    def app(self, need=None):
        self.index.add(wheel("app", "1.0", requires=[need or f"dep @ {self.url}"]))

    # --- refused

    def test_no_package_says_where_another_one_comes_from(self):
        self.app()
        result = self.refused("app\n", says=("--allow-direct dep",))
        self.assertIn("a package may not say where another one comes from", result.err)
        self.assertEqual(result.err.count("asks for"), 1)

    def test_nor_a_package_of_a_package(self):
        self.app()
        self.index.add(wheel("top", "1.0", requires=["app"]))
        self.refused("top\n")

    def test_an_older_release_is_no_silent_answer(self):
        self.app()
        self.index.add(wheel("app", "0.9", requires=["dep"]))
        self.refused("app\n")
        self.assertEqual(self.lock("app<1\n"), {"app": "0.9", "dep": "1.0"})

    def test_nor_an_extra(self):
        self.index.add(wheel("app", "1.0", requires=[f"dep @ {self.url} ; extra == 'more'"], extras=["more"]))
        self.refused("app[more]\n", who="app[more] 1.0")
        self.assertEqual(self.lock("app\n"), {"app": "1.0"})

    def test_nor_a_source_distribution(self):
        self.index.add(sdist("app", "1.0", requires=[f"dep @ {self.url}"]))
        self.refused("app\n")

    def test_nor_a_wheel_of_ones_own(self):
        self.app()
        name = "app-1.0-py3-none-any.whl"
        self.write(name, self.index.wheels[name].content)
        self.refused(f"./{name}\n")

    def test_nor_a_commit_or_a_folder_from_elsewhere(self):
        setup = '[metadata]\nname = app\nversion = 1.0\n[options]\ninstall_requires =\n  dep @ {url}\n'
        root = self.folder("../other", [f"dep @ {self.url}"])
        self.repository(root)
        self.refused(f"app @ git+file://{root.resolve()}\n")
        self.refused(f"{root.resolve()}\n")
        for path in root.rglob("pyproject.toml"):
            path.unlink()
        (root / "setup.cfg").write_text(setup.format(url=self.url))
        self.commit(root)
        self.refused(f"app @ git+file://{root.resolve()}\n")
        self.refused(f"{root.resolve()}\n")

    def test_nor_the_hint_of_a_conflict_or_a_repair(self):
        """With nothing that the user could free, the address must not come in."""
        self.app()
        self.index.add(wheel("dep", "2.0"))
        for requirements in ("app\ndep==1.0\n", "app\ndep==7.0\n"):
            for args in ((), ("--repair",)):
                self.write("requirements.in", requirements)
                result = self.run_program(*self.lock_args("requirements.in", "--allow-direct", "dep", *args))
                self.assertIn(result.code, (1, 3), str(result))
                self.assertNotRegex(result.err, r"9\.0.*hint|to 'dep==9|dep @ http.*hint: .*dep @")
                self.assertEqual(self.away.paths(), [])

    # --- never, whatever is allowed

    def test_names_that_are_the_users(self):
        self.app()
        allow = ("--allow-direct", "dep", "--allow-direct", self.host)
        for requirements in ("app\ndep\n", "app\ndep==1.0\n", "app\ndep ; sys_platform == 'win32'\n", "app\n-c c.txt\n"):
            with self.subTest(requirements):
                self.write("c.txt", "dep<2\n")
                result = self.refused(requirements, *allow, says=("you say yourself", "--override"))
                self.assertNotIn("--allow-direct", result.err)

    def test_names_that_are_mapped(self):
        self.app()
        named = ("--index", f"mine={self.index.url}", "--allow-direct", "dep")
        for pattern in ("dep", "de*", "*"):
            with self.subTest(pattern):
                self.refused("app\n", *named, "--index-for", f"{pattern}=mine", says=("an index of its own",))
        self.write("pinbake.toml", f'index = {{ mine = "{self.index.url}" }}\nindex-for = {{ "de*" = "mine" }}\n')
        self.refused("app\n", "--allow-direct", "dep", says=("an index of its own",))

    def test_no_index_is_asked(self):
        self.app()
        links = self.work / "links"
        links.mkdir()
        name = "app-1.0-py3-none-any.whl"
        (links / name).write_bytes(self.index.wheels[name].content)
        self.refused("app\n", "--no-index", "--find-links", "links", says=("no index is asked",),
                     env=self.environment(PINBAKE_ALLOW_DIRECT="dep"))
        self.refused("--no-index\n--find-links links\napp\n", "--no-index", says=("no index is asked",))
        self.write("dep-1.0-py3-none-any.whl", wheel("dep", "1.0").content)
        (links / name).write_bytes(wheel("app", "1.0", requires=[f"dep @ file://{self.work}/dep-1.0-py3-none-any.whl"]).content)
        self.refused("app\n", "--no-index", "--find-links", "links", says=("no index is asked",))

    def test_schemes(self):
        for url in ("http://203.0.113.1/dep-9.0-py3-none-any.whl", "git+http://203.0.113.1/dep.git", "ftp://127.0.0.1/dep-9.0.tar.gz",
                    f"file://{self.work}/dep-9.0-py3-none-any.whl", f"git+file://{self.work}/dep", "git+ssh://git@127.0.0.1/dep.git",
                    "git+ext::touch%20x", "http://127.0.0.1.example.org/dep-9.0-py3-none-any.whl",
                    "http://user@203.0.113.1/dep-9.0-py3-none-any.whl", "http://127.0.0.1@203.0.113.1/dep-9.0-py3-none-any.whl"):
            with self.subTest(url):
                self.app(f"dep @ {url}")
                self.refused("app\n", "--refresh", "--allow-direct", "dep", says=("no https address|http to another machine",))

    def test_a_checked_out_file_allows_nothing(self):
        self.app()
        for name, text in (("pinbake.toml", 'allow-direct = ["dep"]\n'), ("pyproject.toml", '[tool.pinbake]\nallow-direct = "dep"\n')):
            with self.subTest(name):
                self.write(name, text)
                self.write("requirements.in", "app\n")
                self.fails(3, *self.lock_args(), says="allow-direct")
                self.assertEqual(self.away.paths(), [])
                (self.work / name).unlink()

    def test_an_override_takes_it_from_the_index(self):
        self.app()
        self.write("o.txt", "dep\n")
        self.assertEqual(self.lock("app\n", "--override", "o.txt"), {"app": "1.0", "dep": "1.0"})
        self.assertEqual(self.away.paths(), [])

    def test_hosts_are_no_prefixes(self):
        self.app()
        for word in ("127.0.0", "127.0.0.1:1", "0.0.1", "de", "dep.org", self.host + "0"):
            with self.subTest(word):
                self.refused("app\n", "--allow-direct", word)

    # --- followed

    def test_what_is_allowed_is_followed_and_said(self):
        self.app()
        for args, env in ((("--allow-direct", "Dep"), {}), (("--allow-direct", "127.0.0.1"), {}), (("--allow-direct", self.host), {}),
                          ((), {"PINBAKE_ALLOW_DIRECT": "other, dep"})):
            with self.subTest(args=args, env=env):
                (self.work / "pylock.toml").unlink(missing_ok=True)
                self.write("requirements.in", "app\n")
                result = self.ok(*self.lock_args("requirements.in", *args), env=self.environment(**env))
                self.assertIn("dep (app) from an address that a package names", result.err)
                self.assertEqual(self.pins(), {"app": "1.0", "dep": "9.0"})
        lock = self.read("pylock.toml")
        self.assertIn('[packages.tool.pinbake]\nnamed-by = ["app"]\n'.replace('["app"]', '[\n    "app",\n]'), lock)
        why = self.ok("why", "dep")
        self.assertIn(f"from {self.url}, an address in the metadata of app", why.out)
        entry = json.loads(self.ok("why", "dep", "--json").out)["entries"][0]
        self.assertEqual((entry["address"], entry["named_by"]), (self.url, ["app"]))
        told = json.loads(self.ok(*self.lock_args("requirements.in", "--allow-direct", "dep", "--json")).out)
        self.assertEqual([each.get("named_by") for each in told["packages"]], [None, ["app"]])
        self.ok(*self.lock_args("requirements.in", "--allow-direct", "dep", "--check"))
        self.fails(3, *self.lock_args("requirements.in", "--check"), says="asks for 'dep'")

    def test_requirements_of_ones_own(self):
        self.app("dep")
        self.assertEqual(self.lock(f"app\ndep @ {self.url}\n"), {"app": "1.0", "dep": "9.0"})
        self.assertNotIn("named-by", self.read("pylock.toml"))

    def test_folders_of_ones_own(self):
        """One that is edited, or lies in what is locked, says it as a requirements file would."""
        self.write("dep-9.0-py3-none-any.whl", self.evil.content)
        here = f"dep @ file://{self.work}/dep-9.0-py3-none-any.whl"
        for path, need, line in (("sub/app", f"dep @ {self.url}", "./sub/app\n"), ("sub/app", here, "./sub/app\n"),
                                 ("../beside", f"dep @ {self.url}", "-e ../beside\n")):
            with self.subTest(path=path, need=need):
                (self.work / "pylock.toml").unlink(missing_ok=True)
                self.folder(path, [need])
                self.write("requirements.in", line)
                result = self.ok(*self.lock_args())
                self.assertIn("dep-9.0", self.read("pylock.toml"))
                self.assertNotIn("an address that a package names", result.err)

    def test_folder_beside_the_file_that_names_it(self):
        self.folder("../svc/app", [f"dep @ {self.url}"])
        (self.dir / "svc/requirements.in").write_text("./app\n")
        self.ok(*self.lock_args("../svc/requirements.in"))
        self.assertIn("dep-9.0", self.read("pylock.toml"))

    def test_project_as_the_input(self):
        self.write("pyproject.toml", PROJECT.format(name="mine", needs=quoted([f"dep @ {self.url}"])))
        self.ok(*self.lock_args("pyproject.toml"))
        self.assertEqual(self.pins(), {"dep": "9.0"})

    def test_ssh_of_ones_own(self):
        """git+ssh in requirements, and in the metadata of an own folder."""
        root = self.folder("../repo", name="lib")
        commit = self.repository(root)
        tools = self.dir / "tools"
        tools.mkdir()
        fake = tools / "ssh"
        fake.write_text('#!/bin/sh\nfor last; do :; done\nexec sh -c "$last"\n')
        fake.chmod(0o755)
        env = self.environment(PATH=f"{tools}:{os.environ['PATH']}")
        location = f"git+ssh://git@host.example{root.resolve()}@main"
        self.write("requirements.in", f"lib @ {location}\n")
        self.ok(*self.lock_args(), env=env)
        self.assertIn(f'commit-id = "{commit}"', self.read("pylock.toml"))
        (self.work / "pylock.toml").unlink()
        self.folder("app", [f"lib @ {location}"])
        self.write("requirements.in", "-e ./app\n")
        self.ok(*self.lock_args(), env=env)
        self.assertIn(f'commit-id = "{commit}"', self.read("pylock.toml"))
        (self.work / "pylock.toml").unlink()
        self.index.add(wheel("web", "1.0", requires=[f"lib @ {location}"]))
        self.write("requirements.in", "web\n")
        self.fails(3, *self.lock_args("requirements.in", "--allow-direct", "lib"), env=env, says="web 1.0 asks for 'lib'")


class BuildAddresses(Trust):
    """Builds that name addresses."""

    def demo(self, needs, extra=""):
        self.index.add(built_sdist("demo", "1.0", project=BUILD.format(needs=quoted(needs)), extra=extra))

    def test_requirements_of_a_build(self):
        egg = f"git+{self.away.base}/x.git#egg=dep"
        for need in (f"dep @ {self.url}", egg):
            with self.subTest(need):
                self.demo([need])
                result = self.refused("demo\n", "--refresh", who="the build of demo 1.0", says=("--allow-direct dep",))
                self.assertNotIn("--override", result.err)

    def test_of_a_commit(self):
        root = self.folder("../other", build=[f"dep @ {self.url}"])
        self.repository(root)
        self.refused(f"app @ git+file://{root.resolve()}\n", who="the build of app 1.0")

    def test_of_a_backend_that_asks_for_more(self):
        extra = f"get_requires_for_build_wheel(config_settings=None):\n    return ['dep @ {self.url}']\n\n\ndef "
        self.demo([], extra)
        self.lock("demo\n")
        self.bake_fails(3, "--index-url", self.index.url, says=("the build of demo", "asks for 'dep'"))
        self.assertEqual(self.away.paths(), [])
        self.bake("--index-url", self.index.url, "--allow-direct", "dep")
        self.assertIn(f"/files/{self.evil.filename}", self.away.paths())

    def test_what_a_build_needs_needs(self):
        self.index.add(wheel("helper", "1.0", requires=[f"dep @ {self.url}"]))
        self.demo(["helper"])
        self.refused("demo\n", who="helper 1.0")

    def test_names_of_the_user(self):
        self.demo([f"dep @ {self.url}"])
        self.refused("demo\ndep\n", "--allow-direct", "dep", who="the build of demo 1.0", says=("you say yourself",))

    def test_allowed_and_said(self):
        self.demo([f"dep @ {self.url}"])
        self.write("requirements.in", "demo\n")
        result = self.ok(*self.lock_args("requirements.in", "--allow-direct", "dep"))
        self.assertIn("dep (the build of demo) from an address that a package names", result.err)

    def test_a_record_of_the_lock_does_not_bring_it_in(self):
        self.demo([f"dep @ {self.url}"])
        self.lock("demo\n", "--allow-direct", "dep")
        lock = self.read("pylock.toml")
        self.assertIn(self.url, lock)
        self.fails(3, *self.lock_args(), says="the build of demo 1.0 asks for 'dep'")
        self.assertEqual(self.read("pylock.toml"), lock)
        self.demo(["dep"])  # another file of that name, so not the locked one any more
        self.write("pylock.toml", lock.replace(re.search(r"demo-1.0.tar.gz.*?sha256 = \"([0-9a-f]+)", lock, re.S)[1],
                                               self.index.wheels["demo-1.0.tar.gz"].sha256)
                   .replace(re.search(r'demo-1.0.tar.gz.*?size = (\d+)', lock, re.S)[0].split()[-1] + "\n",
                            f"{len(self.index.wheels['demo-1.0.tar.gz'].content)}\n"))
        self.ok(*self.lock_args("requirements.in", "--refresh"))
        self.assertNotIn(self.url, self.read("pylock.toml"))

    def test_own_folder(self):
        self.folder("app", build=[f"dep @ {self.url}"])
        self.write("requirements.in", "./app\n")
        self.ok(*self.lock_args())
        self.assertIn(self.url, self.read("pylock.toml"))


class LockedFiles(Trust):
    """A locked file stays the file that it was."""

    def setUp(self):
        super().setUp()
        self.index.add(wheel("lib", "1.0"))
        self.lock("lib\n")
        self.before = self.read("pylock.toml")

    def other(self, name="lib", **options):
        return wheel(name, "1.0", files={f"{name}.py": "replaced = True\n"}, **options)

    def is_refused(self, *args, says=(), requirements="requirements.in"):
        before = self.read("pylock.toml")
        result = self.fails(5, *self.lock_args(requirements, *args), says=("another file than the one that is locked", *says))
        self.assertEqual(self.read("pylock.toml"), before)
        return result

    def test_of_an_index(self):
        old, new = self.index.wheels["lib-1.0-py3-none-any.whl"].sha256, self.index.add(self.other()).sha256
        for args in (("--refresh",), ("--refresh", "--check"), ("--refresh", "--repair"), ("--refresh", "-P", "dep")):
            with self.subTest(args):
                self.is_refused(*args, says=("lib-1.0-py3-none-any.whl", old, new, "-P lib"))
        told = self.run_program(*self.lock_args("requirements.in", "--refresh", "--json"))
        self.assertEqual(told.code, 5)
        self.assertIn(new, json.loads(told.out)["error"]["message"])

    def test_is_taken_with_the_users_word(self):
        new = self.index.add(self.other()).sha256
        for args in (("-P", "lib"), ("-P", "LIB"), ("--upgrade",)):
            with self.subTest(args):
                self.write("pylock.toml", self.before)
                self.ok(*self.lock_args("requirements.in", "--refresh", *args))
                self.assertIn(new, self.read("pylock.toml"))
        self.write("pylock.toml", self.before)
        self.lock(f"lib --hash=sha256:{new}\n", "--refresh")

    def test_of_html_and_of_pages_without_digests(self):
        self.index.html = True
        self.index.add(self.other())
        self.is_refused("--refresh")
        self.index.hashes = False
        self.is_refused("--refresh")
        self.index.html = False
        self.is_refused("--refresh")

    def test_of_another_size(self):
        text = re.sub(r"hashes = \{ sha256 = \"[0-9a-f]+\" \}", 'hashes = { sha512 = "' + "0" * 128 + '" }', self.before)
        self.write("pylock.toml", text)
        self.index.add(self.other())
        self.is_refused("--refresh", says="bytes")

    def test_of_find_links(self):
        links = self.work / "links"
        links.mkdir()
        name = "lib-1.0-py3-none-any.whl"
        for args in (("--find-links", "links"), ("--no-index", "--find-links", "links")):
            with self.subTest(args):
                (self.work / "pylock.toml").unlink()
                shutil.copyfile(self.write("x", wheel("lib", "1.0").content), links / name)
                command = ("lock", "requirements.in", *self.TARGET, *args)
                self.index.wheels.pop(name, None)
                command += () if "--no-index" in args else ("--index-url", self.index.url)
                self.ok(*command)
                (links / name).write_bytes(self.other().content)
                self.fails(5, *command, says="another file than the one that is locked")

    def test_of_a_source_distribution(self):
        (self.work / "pylock.toml").unlink()
        self.index.wheels.clear()
        self.index.add(sdist("lib", "1.0"))
        self.lock("lib\n", "--refresh")
        self.index.add(sdist("lib", "1.0", requires=["lib2 ; python_version < '3'"]))
        self.is_refused("--refresh")

    def test_code_of_another_source_is_not_asked(self):
        (self.work / "pylock.toml").unlink()
        self.index.wheels.clear()
        self.index.add(built_sdist("lib", "1.0", dynamic="Requires-Dist"))
        builds = ("--build", "--python-bin", sys.executable)
        self.lock("lib\n", "--refresh", *builds)
        self.index.add(built_sdist("lib", "1.0", "pass  # replaced", dynamic="Requires-Dist"))
        result = self.is_refused("--refresh", *builds)
        self.assertNotIn("asking the build backend", result.err)

    def test_of_an_address(self):
        (self.work / "pylock.toml").unlink()
        self.lock(f"dep @ {self.url}\n")
        new = self.away.add(wheel("dep", "9.0", files={"dep.py": "replaced = True\n"}))
        self.is_refused()
        self.lock(f"dep @ {self.url}#sha256={new.sha256}\n")

    def test_of_a_path_is_said(self):
        (self.work / "pylock.toml").unlink()
        self.write("lib-1.0-py3-none-any.whl", wheel("lib", "1.0").content)
        self.lock("./lib-1.0-py3-none-any.whl\n")
        self.write("lib-1.0-py3-none-any.whl", self.other().content)
        self.assertIn("another file than the one that is locked", self.ok(*self.lock_args()).err)

    def test_of_another_target(self):
        (self.work / "pylock.toml").unlink()
        targets = ("--python", PYTHON, "--platform", "linux/amd64", "--platform", "windows/amd64")
        tags = (f"cp{PYTHON.replace('.', '')}-none-manylinux_2_17_x86_64", f"cp{PYTHON.replace('.', '')}-none-win_amd64")
        self.index.wheels.clear()
        self.index.add(*(wheel("lib", "1.0", tag=tag) for tag in tags))
        self.TARGET = targets
        self.lock("lib\n", "--refresh")
        self.index.add(self.other(tag=tags[1]))
        self.is_refused("--refresh", says="win_amd64")
        self.TARGET = targets[:4]
        self.is_refused("--refresh", says="win_amd64")

    def test_files_of_other_names_are_fine(self):
        self.index.wheels.clear()
        self.index.add(wheel("lib", "1.0", tag="1-py3-none-any"))
        self.lock("lib\n", "--refresh")
        self.assertIn("lib-1.0-1-py3-none-any.whl", self.read("pylock.toml"))

    def test_the_same_name_in_other_letters(self):
        self.index.wheels.clear()
        other = self.other()
        other.filename = "Lib-1.0.0-py3-none-any.whl"
        self.index.add(other)
        self.is_refused("--refresh")

    def test_what_drives_the_pin_out(self):
        """The file that is there now does not fit, so another version would be picked, or none."""
        self.index.add(self.other(requires=["nothing>9"]))
        self.is_refused("--refresh")
        self.index.add(wheel("lib", "0.9"))
        self.is_refused("--refresh")
        self.lock("lib<1\n", "--refresh")

    def test_of_what_a_build_needs(self):
        (self.work / "pylock.toml").unlink()
        self.index.add(built_sdist("demo", "1.0", project=BUILD.format(needs='"lib"')))
        self.lock("demo\n", "--refresh")
        self.index.add(self.other())
        self.lock("demo\n", "--refresh")  # the record stays
        self.index.add(wheel("other", "1.0"))
        self.write("requirements.in", "demo\n")
        self.is_refused("--refresh", "--exclude-newer-package", "other=2030-01-01", says="lib-1.0")

    def test_of_a_part(self):
        self.write("pyproject.toml", PROJECT.format(name="mine", needs="") + '[project.optional-dependencies]\na = ["lib"]\nb = ["dep"]\n'
                   '[tool.pinbake]\nconflicts = [[{ extra = "a" }, { extra = "b" }]]\n')
        args = ("pyproject.toml", "--all-extras", "--refresh")
        self.ok(*self.lock_args(*args))
        self.assertIn("lib", self.read("pylock.a.toml"))
        self.index.add(self.other())
        self.fails(5, *self.lock_args(*args), says="another file than the one that is locked")

    def test_a_lock_that_cannot_be_read_is_not_written_over(self):
        damaged = self.before + "<<<<<<< HEAD\n"
        self.write("pylock.toml", damaged)
        self.fails(3, *self.lock_args(), says=[r"pylock.toml:\d+:1: error", "--upgrade starts anew"])
        self.assertEqual(self.read("pylock.toml"), damaged)

    def test_a_moved_tag(self):
        root = self.folder("../repo", name="lib")
        first = self.repository(root)
        self.git(root, "tag", "v1")
        (self.work / "pylock.toml").unlink()
        self.write("requirements.in", f"lib @ git+file://{root.resolve()}@v1\n")
        self.ok(*self.lock_args())
        (root / "more.txt").write_text("x")
        second = self.commit(root)
        self.git(root, "tag", "-f", "v1")
        for args in ((), ("--refresh",), ("--check",)):
            self.ok(*self.lock_args("requirements.in", *args))
            self.assertIn(first, self.read("pylock.toml"))
        self.ok(*self.lock_args("requirements.in", "-P", "lib"))
        self.assertIn(second, self.read("pylock.toml"))


if __name__ == "__main__":
    unittest.main()
