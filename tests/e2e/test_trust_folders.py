"""What of a folder goes into its source, and what does not."""

import io
import os
import shutil
import socket
import stat
import sys
import tarfile
import unittest

from sdist_maker import BuildCase, sdist

LABEL = "e2e"

# Packs all that it is given, behind links, too.
BACKEND = '''import os, zipfile


def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "app-1.0-py3-none-any.whl"
    with zipfile.ZipFile(os.path.join(directory, name), "w") as archive:
        for root, _, files in os.walk("."):
            for file in files:
                archive.write(os.path.join(root, file), os.path.join("app", root, file))
        archive.writestr("app-1.0.dist-info/METADATA", "Metadata-Version: 2.1\\nName: app\\nVersion: 1.0\\n")
        archive.writestr("app-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        archive.writestr("app-1.0.dist-info/RECORD", "")
    return name
'''
PROJECT = '''[build-system]
requires = []
build-backend = "be"
backend-path = ["."]
[project]
name = "app"
version = "1.0"
'''


class Folders(BuildCase):
    def setUp(self):
        super().setUp()
        self.app = self.work / "app"
        self.app.mkdir()
        (self.app / "be.py").write_text(BACKEND)
        (self.app / "pyproject.toml").write_text(PROJECT)
        self.write("requirements.in", "./app\n")

    def put(self, path, text="SECRET\n", mode=0o644):
        place = self.app / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
        place.chmod(mode)
        return place

    def lock_app(self, *args, **options):
        return self.ok("lock", "requirements.in", "--no-index", *self.TARGET, *args, **options)

    def cached(self):
        """The cached sources: {path in it: entry}, {path in it: bytes}, their files' modes."""
        entries, contents, modes = {}, {}, set()
        for path in (self.cache / "files/sha256").iterdir():
            if not tarfile.is_tarfile(path):
                continue
            modes.add(stat.S_IMODE(path.stat().st_mode))
            with tarfile.open(path) as archive:
                for entry in archive:
                    entries[entry.name] = entry
                    if entry.isfile():
                        contents[entry.name] = archive.extractfile(entry).read()
        return entries, contents, modes

    def test_links_that_lead_out(self):
        """Absolute or not, to files or folders, one through another; of a folder that is edited, too."""
        self.write("secret/key", "SECRET\n")
        for line in ("./app\n", "-e ./app\n", "app @ file://{work}/app\n"):
            for link, target in (("data.bin", f"{self.work}/secret/key"), ("data.bin", "../secret/key"), ("all", "../secret"),
                                 ("d/data", "../../secret/key"), ("d/data", "up/../secret/key"), ("me", str(self.app / "be.py"))):
                with self.subTest(line=line, link=link, target=target):
                    self.write("requirements.in", line.format(work=self.work))
                    (self.app / "d").mkdir(exist_ok=True)
                    if "up/" in target:
                        os.symlink("..", self.app / "d/up")
                    os.symlink(target, self.app / link)
                    self.fails(3, "lock", "requirements.in", "--no-index", *self.TARGET, says="leads out of the source tree")
                    self.assertFalse((self.work / "pylock.toml").exists())
                    os.unlink(self.app / link)
                    shutil.rmtree(self.app / "d")

    def test_link_that_comes_after_the_lock(self):
        self.lock_app()
        self.write("secret", "SECRET\n")
        os.symlink("../secret", self.app / "data.bin")
        self.bake_fails(3, "--no-index", says="leads out of the source tree")

    def test_links_inside(self):
        self.put("data/real.txt", "inside\n")
        os.symlink("data/real.txt", self.app / "link.txt")
        os.link(self.app / "data/real.txt", self.app / "hard.txt")
        self.lock_app()
        self.bake("--no-index")
        self.assertEqual({self.built_file("app/link.txt"), self.built_file("app/hard.txt")}, {"inside\n"})

    def test_private_files(self):
        for path in (".env", ".env.local", "pkg/.netrc", ".pypirc", "id_rsa", ".aws/credentials", ".ssh/config",
                     ".streamlit/secrets.toml", "pkg/terraform.tfstate"):
            self.put(path, mode=0o600)
        self.put("pkg/any.name", "-----BEGIN RSA PRIVATE KEY-----\nSECRET\n", mode=0o600)
        self.put("pkg/private.txt", "mine\n", mode=0o600)
        self.put(".env.example", "shown\n")
        result = self.lock_app()
        self.assertRegex(result.err, r"warning: 10 things of '.*/app' are left out of its source: .*\.env \(private\).* and 5 more")
        self.assertIn("--source-include", result.err)
        self.assertEqual(result.err.count("left out"), 1)
        self.assertIn("left out of", self.lock_app("--verbose").err)
        self.bake("--no-index")
        entries, contents, modes = self.cached()
        self.assertFalse([path for path, text in contents.items() if b"SECRET" in text])
        self.assertIn("source/.env.example", entries)
        self.assertEqual((entries["source/pkg/private.txt"].mode, entries["source/be.py"].mode, modes), (0o600, 0o644, {0o600}))
        self.assertFalse([path for path, text in self.members().items() if b"SECRET" in text])

    def test_what_git_ignores(self):
        self.put(".gitignore", "dump.sql\n/local/\n*.log\n!kept.log\n")
        self.put("pkg/.gitignore", "secrets.json\n")
        for path in ("dump.sql", "local/x", "pkg/secrets.json", "pkg/a.log"):
            self.put(path)
        self.put("kept.log", "kept\n")
        result = self.lock_app()
        self.assertRegex(result.err, r"4 things of .*dump\.sql \(in \.gitignore\).*local/")
        self.bake("--no-index")
        self.assertFalse([path for path, text in self.members().items() if b"SECRET" in text])
        self.assertEqual(self.built_file("app/kept.log"), "kept\n")

    def test_what_is_meant_to_be_in_it(self):
        self.put(".env", "meant\n")
        self.put(".gitignore", "made.txt\n")
        self.put("made.txt", "meant\n")
        include = ("--source-include", ".env", "--source-include", "/made.txt")
        self.assertNotIn("left out", self.lock_app(*include).err)
        self.assertNotIn("left out of its", self.bake("--no-index", *include).err)
        self.assertEqual((self.built_file("app/.env"), self.built_file("app/made.txt")), ("meant\n", "meant\n"))
        for name, text in (("pinbake.toml", 'source-include = [".env"]\n'), ("pinbake.toml", '[bake]\nsource-include = [".env"]\n')):
            self.write(name, text)
            self.fails(3, *(("lock", "requirements.in", "--no-index", *self.TARGET) if "[" != text[0] else
                            ("bake", "pylock.toml", "--no-index")), says="source-include")

    def test_no_project_is_not_read(self):
        """What is asked for by mistake may be a whole home: nothing of it is copied."""
        for name in ("be.py", "pyproject.toml"):
            (self.app / name).unlink()
        self.put("large", "x" * 1000000)
        for line in ("./app\n", "-e ./app\n", "app @ file://{work}/app\n", "./app#subdirectory=sub\n"):
            with self.subTest(line):
                self.write("requirements.in", line.format(work=self.work))
                result = self.run_program("lock", "requirements.in", "--no-index", *self.TARGET)
                self.assertEqual(result.code, 3, str(result))
                self.assertRegex(result.err, "has neither pyproject.toml nor setup.py|there is no folder")
                self.assertFalse(list(self.cache.glob("git/*")) if self.cache.exists() else [])

    def test_cache_in_the_folder(self):
        cache = self.app / "kept"
        self.lock_app(cache=cache)
        self.put("more.txt", "more\n")
        self.lock_app(cache=cache)
        sizes = [path.stat().st_size for path in (cache / "files/sha256").iterdir()]
        self.assertLess(max(sizes), 10000)
        with tarfile.open(max((cache / "files/sha256").iterdir(), key=os.path.getmtime)) as archive:
            self.assertFalse([name for name in archive.getnames() if "kept" in name])

    def test_what_is_no_file(self):
        os.mkfifo(self.app / "pipe")
        with socket.socket(socket.AF_UNIX) as place:
            here = os.getcwd()
            os.chdir(self.app)
            place.bind("socket")
            os.chdir(here)
            result = self.lock_app(timeout=30)
        self.assertRegex(result.err, r"2 things of .*pipe \(no file\), socket \(no file\)")
        self.bake("--no-index")
        self.assertFalse([path for path in self.members() if path.endswith(("pipe", "socket"))])

    def test_links_of_archives(self):
        """One link of an archive through another one."""
        up, out = tarfile.TarInfo("demo-1.0/d/e/up"), tarfile.TarInfo("demo-1.0/d/e/out")
        for entry, target in ((up, "../.."), (out, "up/../../../env")):
            entry.type, entry.linkname = tarfile.SYMTYPE, target
        folder = tarfile.TarInfo("demo-1.0/d/e")
        folder.type, folder.mode = tarfile.DIRTYPE, 0o755
        self.index.add(sdist("demo", "1.0", entries=[folder, up, out]))
        self.lock("demo\n")
        self.bake_fails(1, "--index-url", self.index.url, says="leads out of it")


if __name__ == "__main__":
    unittest.main()
