"""Files: what a checkout, another user or a changed cache can make pinbake write, remove, read or pass on."""

import hashlib
import os
import pathlib
import shutil
import socket
import subprocess
import tarfile
import unittest

from harness import PINBAKE, Case, wheel

LABEL = "e2e"
NOBODY = 65534
PYTHON = ("--interpreter", "/usr/local/bin/python3.12")


class Files(Case):
    def setUp(self):
        super().setUp()
        self.index.add(wheel("demo", "1.0", files={"demo.py": "x = 1\n"}))
        self.lock("demo\n")
        self.victim = self.dir / "victim"
        self.victim.mkdir(mode=0o700)
        (self.victim / "thesis").write_text("precious")
        os.chmod(self.victim / "thesis", 0o600)

    def assert_untouched(self):
        self.assertEqual(sorted(os.listdir(self.victim)), ["thesis"])
        self.assertEqual((self.victim / "thesis").read_text(), "precious")
        self.assertEqual(os.stat(self.victim).st_mode & 0o777, 0o700)
        self.assertEqual(os.stat(self.victim / "thesis").st_mode & 0o777, 0o600)


class Output(Files):
    """Below .pinbake no link is followed, and only what pinbake makes is removed."""

    def link(self, name, target=None):
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(os.path.relpath(target or self.victim, path.parent))

    def test_a_link_in_the_place_of_a_folder(self):
        for name in (".pinbake", ".pinbake/layers", ".pinbake/groups", ".pinbake/oci", ".pinbake/oci/blobs",
                     ".pinbake/oci/blobs/sha256"):
            with self.subTest(name=name):
                self.link(name)
                self.fails(3, "bake", says=["a link lies on the way", "hint: .*remove it"])
                self.run_program("dockerfile")
                self.assert_untouched()
                path = self.work / ".pinbake"
                path.unlink() if path.is_symlink() else shutil.rmtree(path)

    def test_a_link_in_the_folder_of_a_layer(self):
        self.ok("bake")
        for folder in ("layers", "groups"):
            with self.subTest(folder=folder):
                layer = next((self.work / ".pinbake" / folder).iterdir())
                shutil.rmtree(layer)
                layer.symlink_to(self.victim)
                self.fails(3, "bake", says="a link lies on the way")
                self.run_program("dockerfile")
                self.assert_untouched()
                layer.unlink()

    def test_a_link_in_the_place_of_a_file_is_replaced(self):
        self.ok("bake")
        staged = sorted(path for path in (self.work / ".pinbake").rglob("*") if path.is_file())
        self.assertGreater(len(staged), 6)
        before = {path: path.read_bytes() for path in staged}
        for path in staged:
            path.unlink()
            path.symlink_to(self.victim / "thesis")
        self.ok("bake")
        self.assertEqual({path: path.read_bytes() for path in staged}, before)
        self.assertFalse(any(path.is_symlink() for path in staged))
        self.assert_untouched()

    def test_a_second_name_of_a_file_is_left_alone(self):
        self.ok("bake")
        for path in sorted(path for path in (self.work / ".pinbake").rglob("*") if path.is_file()):
            path.unlink()
            os.link(self.victim / "thesis", path)
        self.ok("bake")
        self.assert_untouched()
        self.layers()

    def test_a_staged_layer_of_the_right_size_and_other_bytes(self):
        self.ok("bake")
        for path in (self.work / ".pinbake").rglob("*.tar.gz"):
            size = path.stat().st_size
            path.unlink()
            path.write_bytes(b"E" * size)
        self.ok("bake")
        self.layers()
        for path in (self.work / ".pinbake/groups").rglob("*.tar.gz"):
            tarfile.open(path).getnames()

    def test_what_is_not_ours_stays(self):
        self.lock("demo\n")
        self.ok("bake")
        self.ok("dockerfile")
        old = set(self.layers())
        kept = [self.write(f".pinbake/{name}", "mine") for name in
                ("layers/notes.txt", "layers/mine/file", "groups/mine", "oci/blobs/sha256/mine", "notes",
                 f"layers/{'0' * 64}/own")]
        self.index.add(wheel("demo", "2.0"))
        self.lock("demo==2\n")
        self.ok("bake")
        result = self.ok("dockerfile")
        self.assertEqual([path.read_text() for path in kept], ["mine"] * len(kept))
        self.assertEqual(result.err.count("not from pinbake"), 1)
        self.assertEqual(len(old - set(self.layers())), 1)  # that of demo; the skeleton has not changed

    def test_an_archive_put_beside_those_of_a_group_is_refused(self):
        self.ok("bake")
        group = next((self.work / ".pinbake/groups").iterdir())
        (group / "99.tar.gz").write_bytes(b"would be unpacked")
        self.fails(3, "bake", says=["99.tar.gz' is not from pinbake, and the image would unpack it", "remove it"])

    def test_a_folder_of_another_user_is_refused(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        self.ok("bake")
        for name in (".pinbake", ".pinbake/layers"):
            with self.subTest(name=name):
                os.chown(self.work / name, NOBODY, NOBODY)
                self.fails(3, "bake", says=[f"belongs to user {NOBODY}", "chown"])
                os.chown(self.work / name, 0, 0)

    def test_results_replace_links_and_keep_modes(self):
        for args, name in ((self.lock_args("requirements.in"), "pylock.toml"),
                           (("export", "-o", "out.txt"), "out.txt"),
                           (("bake", "--archive", "image.tar", "--tag", "demo:1"), "image.tar")):
            with self.subTest(name=name):
                text = (self.work / "pylock.toml").read_text()
                (self.work / name).unlink(missing_ok=True)
                if name == "pylock.toml":
                    self.write("saved.toml", text)
                (self.work / name).symlink_to(self.victim / "thesis")
                self.run_program(*args)
                self.assert_untouched()
                if (self.work / name).is_symlink():
                    (self.work / name).unlink()
                    self.ok(*args)
        os.chmod(self.work / "out.txt", 0o600)
        self.write("out.txt", "old")
        self.ok("export", "-o", "out.txt")
        self.assertEqual(os.stat(self.work / "out.txt").st_mode & 0o777, 0o600)

    def test_a_dockerfile_that_is_a_link_is_no_way_to_read_a_file(self):
        self.ok("bake")
        (self.victim / "thesis").write_text("# pinbake: begin\n# pinbake: end\nsecret\n")
        os.chmod(self.victim / "thesis", 0o600)
        for name in ("Dockerfile", ".dockerignore"):
            with self.subTest(name=name):
                (self.work / name).symlink_to(self.victim / "thesis")
                self.fails(3, "dockerfile", says=f"'(./)?{name}' is a link")
                self.assertTrue((self.work / name).is_symlink())
                (self.work / name).unlink()
                (self.work / "Dockerfile").unlink(missing_ok=True)

    def test_the_umask_counts_for_results(self):
        (self.work / "pylock.toml").unlink()
        self.ok(*self.lock_args("requirements.in"), umask=0o077)
        self.assertEqual(os.stat(self.work / "pylock.toml").st_mode & 0o777, 0o600)
        self.ok("bake", umask=0o077)  # modes are part of a build context: those there are forced (ctx.4)
        self.assertEqual(os.stat(self.work / ".pinbake").st_mode & 0o777, 0o755)

    def test_a_device_is_not_replaced(self):
        os.mkfifo(self.work / "pipe")
        for target in ("pipe", "/dev/null"):
            self.fails(3, "export", "-o", target, says="not a file")
        self.assertTrue(pathlib.Path("/dev/null").is_char_device())


class Environment(Files):
    """An environment that came with a checkout, or is another's, leads nowhere."""

    def install(self, code=0, prefix="env", says=()):
        result = self.run_program("install", "--prefix", prefix, *PYTHON)
        self.assertEqual(result.code, code, str(result))
        for pattern in (says,) if isinstance(says, str) else says:
            self.assertRegex(result.err, pattern, str(result))
        return result

    def assert_untouched(self):
        super().assert_untouched()
        self.assertEqual(os.stat(self.victim / "thesis").st_nlink, 1)

    def test_links_in_the_place_of_folders(self):
        site = "lib/python3.12/site-packages"
        self.index.add(wheel("other", "1.0"))
        for name in ("", "lib", "lib/python3.12", site, "bin", "include"):
            with self.subTest(name=name):
                shutil.rmtree(self.work / "env", ignore_errors=True)
                self.lock("demo\n")
                self.install()
                path = self.work / "env" / name
                shutil.rmtree(path, ignore_errors=True)
                path.symlink_to(self.victim)
                self.lock("demo\nother\n")
                self.run_program("install", "--check", "--prefix", "env", *PYTHON)
                self.run_program("install", "--prefix", "env", *PYTHON)
                self.assert_untouched()
                if path.is_symlink():
                    path.unlink()

    def test_links_beside_it(self):
        (self.work / "env.pinbake-new").symlink_to(self.victim)
        self.install(3, says="a link lies on the way")
        self.assert_untouched()
        (self.work / "env.pinbake-new").unlink()
        (self.work / "env.pinbake-new").mkdir()
        (self.work / "env.pinbake-new/lib").symlink_to(self.victim)  # left by a run that was killed, as it seems
        self.install()
        self.assert_untouched()

    def test_its_own_links_stay(self):
        self.install()
        self.assertEqual(os.readlink(self.work / "env/lib64"), "lib")
        self.write("env/lib/python3.12/site-packages/own.py", "mine")
        self.index.add(wheel("other", "1.0"))
        self.lock("demo\nother\n")
        self.install()
        self.assertEqual(self.read("env/lib/python3.12/site-packages/own.py"), "mine")
        self.assertEqual(os.readlink(self.work / "env/lib64"), "lib")

    def test_others_may_not_write_to_it(self):
        self.install()
        for name in ("", "lib", "lib/python3.12/site-packages", "bin"):
            with self.subTest(name=name):
                os.chmod(self.work / "env" / name, 0o777)
                self.install(3, says=["others may write to", "chmod go-w", "--prefix"])
                os.chmod(self.work / "env" / name, 0o755)
        self.install()

    def test_another_user_owns_it(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        self.install()
        for name in ("", "lib/python3.12/site-packages"):
            with self.subTest(name=name):
                os.chown(self.work / "env" / name, NOBODY, NOBODY)
                self.install(3, says=[f"belongs to user {NOBODY}", "chown", "--prefix"])
                os.chown(self.work / "env" / name, 0, 0)
        os.mkdir(self.work / "env.pinbake-new")
        os.chown(self.work / "env.pinbake-new", NOBODY, NOBODY)
        self.index.add(wheel("other", "1.0"))
        self.lock("demo\nother\n")
        self.install(3, says="belongs to user")


class Cache(Files):
    """The cache is its user's alone."""

    def bake(self, code=None, says=(), **options):
        args = ("bake", "-o", "out")
        return self.ok(*args, **options) if code is None else self.fails(code, *args, says=says, **options)

    def test_it_is_made_for_its_user_alone(self):
        shutil.rmtree(self.cache)
        self.bake(umask=0o000)
        self.assertEqual(os.stat(self.cache).st_mode & 0o777, 0o700)

    def test_others_may_not_write_to_it(self):
        self.bake()
        for name, mode in ((".", 0o777), (".", 0o770), ("files", 0o777), ("layers/key", 0o775), ("unpacked", 0o1777)):
            with self.subTest(name=name, mode=mode):
                path = self.cache / name
                before = os.stat(path).st_mode & 0o7777
                os.chmod(path, mode)
                self.bake(3, ["others may write to", "chmod go-w", "--cache-dir"])
                os.chmod(path, before)
        self.bake()

    def test_another_user_owns_it(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        self.bake()
        for name in (".", "files", "layers/key", "index.mdb"):
            with self.subTest(name=name):
                os.chown(self.cache / name, NOBODY, NOBODY)
                for args in (("bake", "-o", "out"), self.lock_args("requirements.in"), ("cache", "clear"),
                             ("install", "--prefix", "env")):
                    self.fails(3, *args, says=["belongs to user|not this user's", "--cache-dir"])
                os.chown(self.cache / name, 0, 0)

    def test_another_user_owns_a_folder_above(self):
        if os.geteuid() != 0:
            self.skipTest("only root can give files away")
        above = self.dir / "above"
        (above / "cache").mkdir(parents=True, mode=0o700)
        os.chown(above, NOBODY, NOBODY)
        self.bake(3, [f"above' belongs to user {NOBODY}", "--cache-dir"], cache=above / "cache")
        os.chown(above, 0, 0)
        os.chmod(above, 0o777)
        self.bake(3, "others may write to '.*above'", cache=above / "cache")
        self.assertEqual(os.listdir(above / "cache"), [])
        os.chmod(above, 0o1777)
        self.bake(cache=above / "cache")

    def test_a_link_in_the_cache_is_not_followed(self):
        self.bake()
        for name in ("files", "files/sha256", "layers", "layers/sha256", "layers/key", "unpacked", "bytecode", "git",
                     "answers", "built", "index.mdb"):
            with self.subTest(name=name):
                path = self.cache / name
                aside = self.dir / "aside"
                if path.exists():
                    path.rename(aside)
                path.symlink_to(self.victim if "." not in name else self.victim / "thesis")
                for args in (("cache", "clear"), ("cache", "prune", "--max-size", "0"), ("cache", "verify", "--remove"),
                             ("bake", "-o", "out"), self.lock_args("requirements.in")):
                    self.fails(3, *args, says="is a link")
                self.assert_untouched()
                path.unlink()
                if aside.exists():
                    aside.rename(path)

    def test_its_own_path_may_be_a_link_of_the_user(self):
        (self.dir / "disk").mkdir(mode=0o700)
        (self.dir / "link").symlink_to(self.dir / "disk")
        self.bake(cache=self.dir / "link")
        self.assertIn("files", os.listdir(self.dir / "disk"))

    def test_clear_removes_only_what_pinbake_makes(self):
        self.bake()
        own = [("files/sha256/notes.txt", "x"), ("git/project/file", "x"), ("answers/letter.txt", "x"),
               ("built/logs/diary", "x"), ("other/file", "x")]
        for name, text in own:
            path = self.cache / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.ok("cache", "clear")
        self.assertEqual([name for name, _ in own if not (self.cache / name).exists()], [])
        self.assertEqual([path for path in (self.cache / "layers").rglob("*") if path.is_file()], [])

    def without_home(self, **changes):
        env = self.environment(**changes)
        del env["HOME"]
        return env

    def test_without_home_the_users_entry_decides(self):
        env = self.without_home()
        home = pathlib.Path(os.path.expanduser(f"~{__import__('pwd').getpwuid(os.geteuid()).pw_name}"))
        for changed in (env, {**env, "HOME": ""}, {**env, "HOME": "relative"}, {**env, "XDG_CACHE_HOME": "relative"}):
            result = self.ok("cache", "dir", cache=False, env=changed)
            self.assertEqual(result.out.strip(), str(home / ".cache/pinbake"))

    def test_without_any_home_it_has_to_be_named(self):
        if os.geteuid() != 0:
            self.skipTest("only root can become a user without an entry")
        self.without_privileges()
        os.chmod(self.dir, 0o755)
        stranger = {"user": 54321, "group": 54321, "extra_groups": []}
        try:
            subprocess.run([PINBAKE, "--version"], capture_output=True, check=True, **stranger)
        except (OSError, subprocess.CalledProcessError):
            self.skipTest("no other user may run the program")
        self.fails(2, "cache", "dir", cache=False, env=self.without_home(), says=["no home folder", "--cache-dir"],
                   **stranger)

    def test_a_relative_xdg_folder_is_passed_over(self):
        env = self.environment(XDG_CACHE_HOME="relative")
        self.assertEqual(self.ok("cache", "dir", cache=False, env=env).out.strip(),
                         str(self.dir / "home/.cache/pinbake"))

    def test_nothing_in_a_shared_folder_is_taken(self):
        if os.geteuid() != 0 or os.path.exists("/var/tmp/pinbake-cache"):
            self.skipTest("wants to be another user")
        shared = pathlib.Path("/var/tmp/pinbake-cache")
        shared.mkdir(mode=0o777)
        self.addCleanup(shutil.rmtree, shared)
        os.chown(shared, NOBODY, NOBODY)
        env = self.without_home(XDG_CACHE_HOME=str(self.dir / "xdg"))
        self.ok("bake", "-o", "out", cache=False, env=env)
        self.assertEqual(os.listdir(shared), [])

    def test_a_relative_cache_serves_urls(self):
        demo = wheel("direct", "1.0")
        self.index.add(demo)
        self.write("requirements.in", f"direct @ {self.index.url.split('/simple')[0]}{self.index.file_path(demo)}\n")
        self.ok(*self.lock_args("requirements.in"), cache="./relative/cache")
        self.ok("bake", "-o", "out", cache="relative/cache")
        self.ok("install", "--prefix", "env", *PYTHON, cache="relative/cache")


class Stored(Files):
    """What the cache holds is hashed when a run first uses it; what is not what its name says is had anew."""

    WARNING = "was changed since it was verified.*it is made anew"

    def stored(self, folder="files/sha256"):
        return sorted(path for path in (self.cache / folder).iterdir() if path.is_file())

    def tamper(self, path):
        """Other bytes, of the same length, in place."""
        content = bytearray(path.read_bytes())
        for at in range(0, len(content), 7):
            content[at] ^= 1
        with open(path, "r+b") as file:
            file.write(content)

    def replace_wheel(self, **files):
        """The cache's wheel becomes a well-formed one with other code."""
        path, = self.stored()
        path.write_bytes(wheel("demo", "1.0", files={"demo.py": "EVIL\n", **files}).content)

    def tree(self, folder):
        return {path.relative_to(folder): path.read_bytes() for path in sorted(pathlib.Path(folder).rglob("*"))
                if path.is_file() and not path.is_symlink()}

    def test_bake_takes_no_changed_wheel(self):
        self.ok("bake", "-o", "first")
        for change in (self.replace_wheel, lambda: self.tamper(self.stored()[0])):
            change()
            shutil.rmtree(self.cache / "layers")
            self.assertRegex(self.ok("bake", "-o", "second").err, self.WARNING)
            self.assertEqual(self.tree(self.work / "first"), self.tree(self.work / "second"))

    def test_install_and_its_check_take_no_changed_wheel(self):
        self.ok("install", "--prefix", "first", *PYTHON)
        for mode in ("auto", "copy", "hardlink", "inflate"):
            with self.subTest(mode=mode):
                self.replace_wheel()
                shutil.rmtree(self.cache / "unpacked", ignore_errors=True)
                self.assertRegex(self.ok("install", "--prefix", f"env-{mode}", "--link-mode", mode, *PYTHON).err,
                                 self.WARNING)
                module = f"env-{mode}/lib/python3.12/site-packages/demo.py"
                self.assertEqual(self.read(module), "x = 1\n")

    def test_the_check_holds_the_wheel_against_the_lock(self):
        self.ok("install", "--prefix", "env", *PYTHON)
        site = self.work / "env/lib/python3.12/site-packages"
        self.replace_wheel()
        evil = wheel("demo", "1.0", files={"demo.py": "EVIL\n"})
        with __import__("zipfile").ZipFile(__import__("io").BytesIO(evil.content)) as archive:
            archive.extractall(site)
        result = self.run_program("install", "--check", "--prefix", "env", *PYTHON)
        self.assertEqual(result.code, 1, str(result))
        self.assertRegex(result.err + result.out, "demo.py")
        self.assertRegex(result.err, self.WARNING)

    def test_without_its_source_it_is_an_integrity_error(self):
        self.ok("bake", "-o", "first")
        for args in (("install", "--prefix", "env", *PYTHON), ("install", "--check", "--prefix", "env", *PYTHON),
                     ("bake", "-o", "other")):
            with self.subTest(args=args):
                self.replace_wheel()
                shutil.rmtree(self.cache / "layers", ignore_errors=True)
                (self.work / "env").mkdir(exist_ok=True)
                self.fails(5, *args, "--offline", says=["was changed since it was verified", "hint: .*removed"])
                self.assertEqual(self.stored(), [])
                self.ok("bake", "-o", "third")

    def test_a_changed_layer_goes_into_no_other_output(self):
        self.ok("bake", "-o", "first", "--compression", "gzip")
        for path in self.stored("layers/sha256"):
            path.unlink()  # not the staged one, which is the same file
        shutil.rmtree(self.work / "first")
        self.ok("bake", "-o", "first")
        good = {path.name: path.read_bytes() for path in self.stored("layers/sha256")}
        for path in self.stored("layers/sha256"):
            info = path.stat()
            self.tamper(path)
            os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))  # nothing shows but its bytes
        self.assertRegex(self.ok("bake", "-o", "second").err, self.WARNING)
        for digest, path in self.layers("second").items():
            self.assertEqual(path.read_bytes(), good[digest])
        self.ok("bake", "-o", "first", "--rehash")
        self.layers("first")

    def test_a_staged_layer_that_was_written_to_is_baked_again(self):
        self.ok("bake")
        for path in (self.work / ".pinbake/layers").rglob("*.gz"):
            self.tamper(path)  # the cache's own file: it is a hard link
        self.ok("bake")
        self.layers()
        self.ok("bake", "--archive", "image.tar")

    def test_an_archive_takes_no_changed_layer(self):
        self.ok("bake")
        for path in (self.work / ".pinbake/oci/blobs/sha256").iterdir():
            info = path.stat()
            if info.st_nlink > 1:
                self.tamper(path)
                os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
        self.fails(5, "bake", "--archive", "image.tar", says="does not hold what its name says")
        self.assertFalse((self.work / "image.tar").exists())

    def test_a_changed_unpacked_file_is_not_linked(self):
        for mode in ("copy", "hardlink"):
            with self.subTest(mode=mode):
                self.ok("install", "--prefix", f"one-{mode}", "--link-mode", mode, *PYTHON)
                for path in (self.cache / "unpacked").rglob("*-*"):
                    if path.is_file():
                        info = path.stat()
                        self.tamper(path)
                        os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
                self.ok("install", "--prefix", f"two-{mode}", "--link-mode", mode, *PYTHON)
                self.assertEqual(self.read(f"two-{mode}/lib/python3.12/site-packages/demo.py"), "x = 1\n")

    def test_a_file_of_a_former_environment_is_not_taken_unseen(self):
        self.index.add(wheel("other", "1.0"))
        self.ok("install", "--prefix", "env", *PYTHON)
        module = self.work / "env/lib/python3.12/site-packages/demo.py"
        info = module.stat()
        self.tamper(module)
        os.utime(module, ns=(info.st_atime_ns, info.st_mtime_ns))
        self.lock("demo\nother\n")
        self.ok("install", "--prefix", "env", *PYTHON)
        self.assertEqual(module.read_text(), "x = 1\n")


class Inputs(Files):
    """What is no file is refused at once, where it is not handed over by a shell."""

    def setUp(self):
        super().setUp()
        self.pipe = self.work / "pipe"
        os.mkfifo(self.pipe)

    def refused(self, *args, code=3, what="named pipe", **options):
        return self.fails(code, *args, says=f"it is a {what}, not a file", timeout=20, **options)

    def test_files_that_are_pipes(self):
        for args in (self.lock_args("pipe"), self.lock_args("requirements.in", "-c", "pipe"),
                     self.lock_args("requirements.in", "--override", "pipe"), ("export", "pipe"), ("bake", "pipe"),
                     ("install", "pipe", "--prefix", "env"), ("tree", "pipe"), ("diff", "pipe", "pylock.toml")):
            with self.subTest(args=args):
                self.refused(*args)

    def test_lines_that_name_pipes(self):
        for line in ("-r pipe", "-c pipe", "-r /dev/stdin", "-r /dev/fd/0", "-c -"):
            with self.subTest(line=line):
                self.write("requirements.in", line + "\n")
                self.fails(3, *self.lock_args("requirements.in"), timeout=20)

    def test_files_that_are_devices_and_sockets(self):
        server = socket.socket(socket.AF_UNIX)
        self.addCleanup(server.close)
        server.bind(str(self.work / "socket"))
        self.refused(*self.lock_args("/dev/zero"), what="device")
        self.refused(*self.lock_args("socket"), what="socket")

    def test_the_project_and_its_lock(self):
        os.mkfifo(self.work / "pinbake.toml")
        self.refused(*self.lock_args("requirements.in"))
        os.unlink(self.work / "pinbake.toml")
        os.mkfifo(self.work / "pyproject.toml")
        self.refused(*self.lock_args("pyproject.toml"))
        self.run_program(*self.lock_args("requirements.in"), timeout=20)  # which does not ask for it
        (self.work / "pylock.toml").unlink()
        os.mkfifo(self.work / "pylock.toml")
        self.refused("bake")
        self.run_program(*self.lock_args("requirements.in"), timeout=20)

    def test_settings_of_the_user(self):
        env = self.environment(PIP_CONFIG_FILE=str(self.pipe))
        self.assertIn("named pipe", self.ok(*self.lock_args("requirements.in"), env=env, timeout=20).err)
        for name in ("NETRC", "PIP_CERT", "SSL_CERT_FILE", "PIP_CLIENT_CERT"):
            with self.subTest(name=name):
                self.refused(*self.lock_args("requirements.in", "--refresh"),
                             env=self.environment(**{name: str(self.pipe)}))

    def test_files_that_a_lock_or_a_folder_names(self):
        demo = wheel("local", "1.0")
        self.write("links/" + demo.filename, demo.content)
        self.write("requirements.in", f"local @ file://{self.work}/links/{demo.filename}\n")
        self.ok(*self.lock_args("requirements.in"))
        (self.work / "links" / demo.filename).unlink()
        os.mkfifo(self.work / "links" / demo.filename)
        shutil.rmtree(self.cache)
        self.refused("bake")
        self.refused(*self.lock_args("requirements.in"))
        self.write("requirements.in", "local\n")
        self.refused("lock", "requirements.in", "--no-index", "--find-links", "links", *self.TARGET)
        self.refused("lock", "requirements.in", "--no-index", "--find-links", "pipe", *self.TARGET)
        self.assertNotEqual(self.run_program("bake", "--wheelhouse", "links", "--no-index", timeout=20).code, 0)

    def test_images(self):
        os.makedirs(self.work / "layout/blobs")
        os.mkfifo(self.work / "layout/index.json")
        os.mkfifo(self.work / "layout/oci-layout")
        for image in ("pipe", "layout"):
            self.refused("lock", "requirements.in", "--for-image", image, "--index-url", self.index.url)

    def test_what_a_shell_hands_over_is_read(self):
        command = f"{PINBAKE} lock <(echo demo) -o from-shell.toml --cache-dir {self.cache} --index-url {self.index.url} " + \
            " ".join(self.TARGET)
        done = subprocess.run(["bash", "-c", command], cwd=self.work, env=self.environment(), capture_output=True,
                              timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        self.assertIn("demo", self.pins("from-shell.toml"))

    def test_standard_input_is_read(self):
        for name in ("-", "/dev/stdin"):
            done = subprocess.run([PINBAKE, "lock", name, "-o", "from-stdin.toml", "--cache-dir", self.cache, "--index-url",
                                   self.index.url, *self.TARGET], input=b"demo\n", cwd=self.work,
                                  env=self.environment(), capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr.decode())

    def test_the_null_device_is_an_empty_file(self):
        self.ok(*self.lock_args("requirements.in", "-c", "/dev/null"))


if __name__ == "__main__":
    unittest.main()
