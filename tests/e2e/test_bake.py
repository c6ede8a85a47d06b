"""bake, install, dockerfile and cache: from a lock to layers, and the same tree by every road."""

import base64
import csv
import hashlib
import json
import os
import subprocess
import tarfile
import unittest

from harness import Case, noise, sdist, tree, wheel

LABEL = "e2e"

HEAVY = 9 << 20


class Baked(Case):
    """A lock of three small wheels."""

    def setUp(self):
        super().setUp()
        self.index.add(
            wheel("app", "1.0", requires=["lib", "native"], scripts={"app": "app:main", "app-shout": "app:shout.loud"},
                  files={"app/__init__.py": "def main():\n    print('hello')\n", "app/data/größe.txt": "Grüße\n",
                         "app/run.sh": ("#!/bin/sh\n", 0o755), "app/empty": "",
                         "app-1.0.data/scripts/app-tool": ("#!python\nprint('tool')\n", 0o755),
                         "app-1.0.data/data/share/app/note.txt": "note\n"}),
            wheel("lib", "1.0"), wheel("lib", "2.0"),
            wheel("native", "1.0", tag="cp312-cp312-manylinux_2_17_x86_64",
                  files={"native/" + "long-folder-name/" * 12 + "code.so": noise(300_000)}))
        self.lock("app\nlib<2\n")

    def bake(self, *args, **options):
        return self.ok("bake", "pylock.toml", *args, **options)

    def unpack(self, folder, into):
        """What the RUN step does with the layers, in the order of the Dockerfile; returns the root."""
        into.mkdir()
        for path in self.plan(folder):
            subprocess.run(["tar", "-xpzf", path, "-C", into], check=True)
        return into

    def plan(self, folder=".pinbake"):
        """Layer files in plan order, as the OCI manifest has them."""
        oci = self.work / folder / "oci"
        index = json.loads((oci / "index.json").read_text())
        manifest = json.loads(self.blob(oci, index["manifests"][0]["digest"]))
        return [oci / "blobs" / layer["digest"].replace(":", "/") for layer in manifest["layers"]]

    @staticmethod
    def blob(oci, digest):
        return (oci / "blobs" / digest.replace(":", "/")).read_bytes()


class Bake(Baked):
    def test_context_folder(self):
        self.bake()
        layers = self.layers()
        self.assertGreaterEqual(len(layers), 2)
        self.assertEqual((self.work / ".pinbake/.gitignore").read_text().strip(), "*")
        for path in layers.values():
            self.assertEqual(path.stat().st_mode & 0o777, 0o644)
            self.assertEqual(path.parent.stat().st_mode & 0o777, 0o755)

    def test_system(self):
        """env.1: into the base's own prefix, with its interpreter in the scripts, and no skeleton."""
        self.bake("--system")
        root = self.unpack(".pinbake", self.dir / "root")
        found = tree(root / "usr/local")
        self.assertIn("lib/python3.12/site-packages/app/__init__.py", found)
        self.assertEqual({path for path in found if path.startswith("bin/")}, {"bin/app", "bin/app-shout", "bin/app-tool"})
        self.assertEqual((root / "usr/local/bin/app").read_text().splitlines()[0], "#!/usr/local/bin/python3.12")
        self.assertEqual((root / "usr/local/bin/app-tool").read_text().splitlines()[0], "#!/usr/local/bin/python3.12")
        self.assertNotIn("pyvenv.cfg", found)
        self.ok("dockerfile", "--base", "python:3.12-slim")
        self.assertNotIn("ENV PATH", self.read("Dockerfile"))
        self.bake("--system", "--interpreter", "/usr/bin/python3.12", "-o", "debian")
        root = self.unpack("debian", self.dir / "debian")
        self.assertTrue((root / "usr/local/lib/python3.12/dist-packages/app/__init__.py").exists())
        self.fails(2, "bake", "--system", "--prefix", "/opt/venv", says="--prefix has no meaning")
        for bad in ("/usr/local/bin/", "/usr/local/bin/python\n3.12", '/usr/local/bin/python"'):
            self.fails(3, "bake", "--system", "--interpreter", bad, says="the interpreter '/usr/local/bin/")
        self.fails(2, "bake", "--system", "--owner", "1000:1000", says="stay with root")

    def test_oci_layout(self):
        self.bake()
        self.assertEqual({path.name for path in self.plan()}, set(self.layers()))
        oci = self.work / ".pinbake/oci"
        self.assertEqual(json.loads((oci / "oci-layout").read_text()), {"imageLayoutVersion": "1.0.0"})
        index = json.loads((oci / "index.json").read_text())
        manifest = json.loads(self.blob(oci, index["manifests"][0]["digest"]))
        config = json.loads(self.blob(oci, manifest["config"]["digest"]))
        self.assertEqual(len(config["rootfs"]["diff_ids"]), len(manifest["layers"]))
        for layer, path in zip(manifest["layers"], self.plan()):
            self.assertEqual(layer["size"], path.stat().st_size)

    def test_wheels_already_in_the_store(self):
        self.bake()
        self.index.forget()
        self.bake("-o", "again")
        self.assertEqual(self.index.paths(), [])
        self.assertEqual(set(self.layers()), set(self.layers("again")))

    def test_offline_needs_the_store(self):
        self.fails(4, "bake", "pylock.toml", "--offline")
        self.bake()
        self.bake("--offline", "-o", "offline")

    def test_url_is_a_hint(self):
        """The URL in the lock is dead; the index that is configured has the file by name and hash."""
        text = self.read("pylock.toml").replace(self.index.base, "http://127.0.0.1:9")
        self.write("pylock.toml", text)
        self.bake("--index-url", self.index.url)

    def test_one_pin_one_layer(self):
        self.bake()
        before = set(self.layers())
        self.index.add(wheel("lib", "1.1"))
        self.relock("app\nlib<2\n")
        self.assertEqual(self.pins()["lib"], "1.1")
        self.bake("-o", "after")
        after = set(self.layers("after"))
        self.assertEqual((len(after - before), len(before - after)), (1, 1))

    def test_heavy_wheel_has_its_own_layer(self):
        self.bake()
        before = set(self.layers())
        self.index.add(wheel("heavy", "1.0", files={"heavy/blob.bin": noise(HEAVY)}))
        self.relock("app\nlib<2\nheavy\n")
        self.bake("-o", "after")
        after = set(self.layers("after"))
        self.assertEqual((len(after - before), len(before - after)), (1, 0))

    def test_stale_layers_go(self):
        self.bake()
        self.index.add(wheel("lib", "1.1"))
        self.relock("app\nlib<2\n")
        self.bake()
        self.ok("dockerfile", "--base", "python:3.12-slim")
        names = {path.name for path in (self.work / ".pinbake/layers").iterdir()}
        self.assertEqual(names, {path.name for path in self.plan()})

    def test_damaged_layer_is_found_by_rehash(self):
        self.bake()
        path = next(iter(self.layers().values()))
        good = path.read_bytes()
        path.unlink()
        path.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        self.bake("--rehash")
        self.assertEqual(path.read_bytes(), good)

    def test_source_distribution_is_refused(self):
        self.index.add(sdist("source-only", "1.0", requires=["lib"]))
        self.assertEqual(self.lock("source-only\n", "--upgrade"), {"lib": "2.0", "source-only": "1.0"})
        result = self.run_program("bake", "pylock.toml", "--no-build")
        self.assertIn(result.code, (1, 3), str(result))
        self.assertIn("source-only", result.err)
        self.assertEqual(self.layers(), {})

    def test_json(self):
        self.assertIn("schema", json.loads(self.bake("--json").out))

    def test_gzip_tar_and_python_read_the_layers(self):
        self.bake()
        for path in self.layers().values():
            subprocess.run(["gzip", "-t", path], check=True)
            listed = subprocess.run(["tar", "-tzf", path], check=True, capture_output=True, text=True,
                                    env={**os.environ, "LC_ALL": "C.UTF-8"}).stdout.splitlines()
            with tarfile.open(path) as archive:
                members = archive.getmembers()
                for member in members:
                    if member.isfile():
                        self.assertEqual(len(archive.extractfile(member).read()), member.size)
                    self.assertEqual((member.uid, member.gid, member.uname, member.gname), (0, 0, "", ""))
            self.assertEqual(len(listed), len(members))


class Install(Baked):
    def install(self, prefix, *args):
        python = () if "--interpreter" in args else ("--interpreter", "/usr/local/bin/python3.12")
        return self.ok("install", "pylock.toml", "--prefix", prefix, *python, *args)

    def test_tree(self):
        prefix = self.dir / "venv"
        self.install(prefix)
        site = prefix / "lib/python3.12/site-packages"
        self.assertEqual((site / "app/data/größe.txt").read_text(), "Grüße\n")
        self.assertEqual((site / "app-1.0.dist-info/INSTALLER").read_text(), "pinbake\n")
        self.assertEqual((prefix / "share/app/note.txt").read_text(), "note\n")
        self.assertEqual((site / "app/run.sh").stat().st_mode & 0o777, 0o755)
        self.assertEqual((prefix / "bin/app").read_text().splitlines()[0], f"#!{prefix}/bin/python")
        self.assertEqual((prefix / "bin/app-tool").read_text(), f"#!{prefix}/bin/python\nprint('tool')\n")
        self.assertFalse((site / "app-1.0.data").exists())

    def test_record_is_true(self):
        prefix = self.dir / "venv"
        self.install(prefix)
        site = prefix / "lib/python3.12/site-packages"
        listed = set()
        for record in site.glob("*.dist-info/RECORD"):
            for path, digest, size in csv.reader(record.read_text().splitlines()):
                file = (site / path).resolve()
                listed.add(file)
                if digest:
                    content = file.read_bytes()
                    expected = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
                    self.assertEqual((digest, size), (f"sha256={expected}", str(len(content))), path)
        found = {path.resolve() for path in prefix.rglob("*") if path.is_file() and not path.is_symlink()}
        self.assertEqual({str(path) for path in found - listed}, {str(prefix.resolve() / "pyvenv.cfg")})
        self.assertEqual(listed - found, set())

    def test_same_tree_as_the_layers(self):
        prefix, python = self.dir / "venv", "/usr/local/bin/python3.12"
        self.install(prefix, "--interpreter", python)
        self.bake("--prefix", prefix, "--interpreter", python)
        root = self.unpack(".pinbake", self.dir / "root")
        baked = root / prefix.relative_to("/")
        installed, unpacked = tree(prefix), tree(baked)
        self.assertEqual(installed, unpacked)
        for path in installed:
            if not (prefix / path).is_symlink():
                self.assertEqual((prefix / path).stat().st_mtime, (baked / path).stat().st_mtime, path)

    def test_same_files_as_pip(self):
        """Beside what the documents name (RECORD, INSTALLER, REQUESTED, script bodies, bytecode) pip unpacks the same."""
        prefix, target = self.dir / "venv", self.dir / "target"
        self.install(prefix)
        wheels = self.dir / "wheels"
        wheels.mkdir()
        for built in self.index.wheels.values():
            if built.project in ("app", "lib") and built.filename != "lib-2.0-py3-none-any.whl":
                (wheels / built.filename).write_bytes(built.content)
        pip = subprocess.run(["python3", "-m", "pip", "install", "--no-index", "--no-deps", "--no-compile", "--target", target,
                              "--disable-pip-version-check", *sorted(wheels.iterdir())], capture_output=True, text=True)
        if pip.returncode != 0:
            self.skipTest("pip is not usable here: " + (pip.stderr.strip().splitlines() or ["?"])[-1])

        def comparable(folder):
            return {path: entry for path, entry in tree(folder).items()
                    if not path.startswith(("bin", "share", "native")) and
                    os.path.basename(path) not in ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")}
        self.assertEqual(comparable(prefix / "lib/python3.12/site-packages"), comparable(target))

    def test_offline_after_bake(self):
        self.bake()
        self.index.forget()
        self.install(self.dir / "venv", "--offline")
        self.assertEqual(self.index.paths(), [])

    def test_again_over_itself(self):
        prefix = self.dir / "venv"
        self.install(prefix)
        first = tree(prefix)
        result = self.run_program("install", "pylock.toml", "--prefix", prefix, "--interpreter", "/usr/local/bin/python3.12")
        self.assertIn(result.code, (0, 6), str(result))
        self.assertEqual(tree(prefix), first)


class Dockerfile(Baked):
    BASE = "python:3.12-slim"

    def test_block(self):
        self.bake()
        self.write("app.py", "print('hello')\n")
        self.ok("dockerfile", "--base", self.BASE, "--app", "app.py")
        text = self.read("Dockerfile")
        begin, end = text.index("# pinbake: begin"), text.index("# pinbake: end")
        self.assertRegex(text[:begin], rf"(?m)^FROM {self.BASE}")
        self.assertIn("RUN --mount=type=bind", text[begin:end])
        self.assertIn("ENV PATH=/opt/venv/bin:$PATH", text[begin:end])
        self.assertRegex(text[end:], r"(?m)^COPY .*app\.py")
        ignore = self.read(".dockerignore")
        self.assertTrue(ignore.endswith("# pinbake: begin\n.pinbake/*\n!.pinbake/layers\n# pinbake: end\n") or
                        "!.pinbake/" in ignore, ignore)

    def test_only_the_block_is_ours(self):
        self.bake()
        self.ok("dockerfile", "--base", self.BASE)
        text = self.read("Dockerfile")
        first_end = text.index("# pinbake: end")
        mine = "# mine\n" + text[:first_end] + text[first_end:] + 'LABEL kept="yes"\n'
        self.write("Dockerfile", mine)
        self.index.add(wheel("lib", "1.1"))
        self.relock("app\nlib<2\n")
        self.bake()
        self.ok("dockerfile", "--base", self.BASE)
        after = self.read("Dockerfile")
        self.assertTrue(after.startswith("# mine\n"), after)
        self.assertIn('LABEL kept="yes"', after)
        self.assertNotEqual(after, mine)
        self.assertEqual(after.count("# pinbake: begin"), 1)

    def test_same_text_again(self):
        self.bake()
        self.ok("dockerfile", "--base", self.BASE)
        first = self.read("Dockerfile"), self.read(".dockerignore")
        self.ok("dockerfile", "--base", self.BASE)
        self.assertEqual((self.read("Dockerfile"), self.read(".dockerignore")), first)

    def test_before_bake(self):
        result = self.run_program("dockerfile", "--base", self.BASE)
        self.assertIn(result.code, (1, 3), str(result))
        self.assertIn("pinbake bake", result.err)


class Cache(Baked):
    def test_dir(self):
        self.assertEqual(self.ok("cache", "dir").out, f"{self.cache}\n")
        home = self.environment(XDG_CACHE_HOME=str(self.dir / "xdg"))
        self.assertEqual(self.ok("cache", "dir", cache=False, env=home).out, f"{self.dir / 'xdg'}/pinbake\n")
        self.assertEqual(self.ok("cache", "dir", cache=False).out, f"{self.dir / 'home'}/.cache/pinbake\n")

    def test_info(self):
        self.bake()
        self.assertIn(str(self.cache), self.ok("cache", "info").out)
        self.assertIn("schema", json.loads(self.ok("cache", "info", "--json").out))

    def test_verify_finds_damage(self):
        self.bake()
        self.ok("cache", "verify")
        stored = next(path for path in self.cache.rglob("*") if path.is_file() and "files" in path.parts)
        stored.chmod(0o644)
        content = bytearray(stored.read_bytes())
        content[len(content) // 2] ^= 1
        stored.write_bytes(bytes(content))
        self.fails_verify(stored)

    def fails_verify(self, stored):
        result = self.run_program("cache", "verify")
        self.assertEqual(result.code, 5, str(result))
        self.assertIn(stored.name[-20:], result.out + result.err)

    def test_prune_and_clear(self):
        self.bake()
        self.ok("cache", "prune")
        self.ok("cache", "clear")
        left = [path for path in self.cache.rglob("*") if path.is_file() and path.suffix not in (".mdb", ".lock")] \
            if self.cache.exists() else []
        self.assertEqual(left, [])
        self.bake("-o", "again")

    def test_clear_of_nothing(self):
        self.ok("cache", "clear", cache=self.dir / "never-made")

    def test_info_of_nothing(self):
        self.ok("cache", "info", cache=self.dir / "never-made")


if __name__ == "__main__":
    unittest.main()
