"""Bad input: each with a clear error and the documented exit code."""

import contextlib
import io
import os
import signal
import socket
import subprocess
import unittest
import zipfile

from harness import PINBAKE, Case, noise, wheel

LABEL = "e2e"


class Usage(Case):
    def test_unknown_option(self):
        self.fails(2, "lock", "--indx-url", "x", says=["'--indx-url'", r"--index-url"], cache=False)

    def test_unknown_command(self):
        self.fails(2, "lok", says=["'lok'", "lock"], cache=False)

    def test_missing_value(self):
        self.fails(2, "lock", "requirements.in", "--python", cache=False, says="--python")

    def test_bad_python(self):
        self.write("requirements.in", "app\n")
        self.fails(2, "lock", "requirements.in", "--python", "banana", says="'banana'")

    def test_bad_platform(self):
        self.write("requirements.in", "app\n")
        self.fails(2, "lock", "requirements.in", "--platform", "amiga/68k", says="amiga")

    def test_no_command(self):
        self.assertEqual(self.run_program(cache=False).code, 2)

    def test_help(self):
        commands = ("lock", "export", "bake", "install", "dockerfile", "cache")
        short = self.ok("-h", cache=False)
        for command in commands:
            self.assertIn(command, short.out)
        for args in [["-h"], ["--help"]] + [[command, flag] for command in commands for flag in ("-h", "--help")]:
            result = self.ok(*args, cache=False)
            self.assertEqual(result.err, "", str(result))
            self.assertLessEqual(max(map(len, result.out.splitlines())), 80, str(result))

    def test_version(self):
        self.assertRegex(self.ok("--version", cache=False).out, r"^pinbake \d+\.\d+")


class Inputs(Case):
    def lock_fails(self, code, *args, says=(), **options):
        result = self.fails(code, *self.lock_args(*args), says=says, **options)
        self.assertFalse((self.work / "pylock.toml").exists())
        return result

    def test_missing_file(self):
        self.lock_fails(3, "nowhere.in", says="nowhere.in")

    def test_unreadable_file(self):
        (self.work / "requirements.in").mkdir()
        self.lock_fails(3, says="requirements.in")

    def test_unreadable_for_this_user(self):
        self.write("requirements.in", "app\n").chmod(0)
        self.lock_fails(3, says=["requirements.in", "[Pp]ermission"], **self.without_privileges())

    def test_missing_included_file(self):
        self.write("requirements.in", "app\n-r nowhere.in\n")
        self.lock_fails(3, says=["nowhere.in", r"requirements\.in:2"])

    def test_syntax_error_has_a_place_and_a_caret(self):
        self.write("requirements.in", "# fine\nalso-fine\napp >=< 1.0\n")
        self.lock_fails(3, says=[r"requirements\.in:3:\d+", r"app >=< 1\.0", r"\^"])

    def test_several_syntax_errors_at_once(self):
        self.write("requirements.in", "app==\n==1\nlib[\n")
        self.lock_fails(3, says=[r"requirements\.in:1:", r"requirements\.in:2:", r"requirements\.in:3:"])

    def test_bad_marker(self):
        self.write("requirements.in", "app; python_versoin > '3'\n")
        self.lock_fails(3, says=[r"requirements\.in:1:\d+", "python_version", r"\^"])

    def test_binary_rubbish(self):
        self.write("requirements.in", bytes(range(256)) * 4)
        self.lock_fails(3, says="requirements.in")

    def test_unknown_package(self):
        self.index.add(wheel("streamlit", "1.0"))
        self.write("requirements.in", "streamlit\n")
        self.ok(*self.lock_args())
        (self.work / "pylock.toml").unlink()
        self.write("requirements.in", "\nstreamlitt\n")
        self.lock_fails(1, says=["streamlitt", r"requirements\.in:2:1", "did you mean.*'streamlit'"])

    def test_unknown_package_without_a_guess(self):
        self.write("requirements.in", "no-such-thing-at-all\n")
        self.lock_fails(1, says=["no-such-thing-at-all", r"requirements\.in:1:1"])

    def test_no_solution_names_every_line(self):
        self.index.add(wheel("app", "1.0", requires=["lib<2"]), wheel("lib", "1.0"), wheel("lib", "2.0"))
        self.write("requirements.in", "app\n")
        self.write("more.in", "\n\nlib>=2\n")
        self.lock_fails(1, "requirements.in", "more.in",
                        says=[r"requirements\.in:1:1", r"more\.in:3:1", r"app 1\.0", r"lib ?< ?2"])

    def test_no_such_version(self):
        self.index.add(wheel("lib", "1.0"))
        self.write("requirements.in", "lib>=9\n")
        self.lock_fails(1, says=[r"requirements\.in:1:1", r"lib ?>= ?9"])

    def test_no_wheel_for_the_target(self):
        self.index.add(wheel("native", "1.0", tag="cp312-cp312-win_amd64"))
        self.write("requirements.in", "native\n")
        self.lock_fails(1, says=["native", r"requirements\.in:1:1"])

    def test_old_output_survives_a_failure(self):
        self.write("pylock.toml", "precious\n")
        self.write("requirements.in", "no-such-thing-at-all\n")
        self.fails(1, *self.lock_args("requirements.in", "--upgrade"))
        self.assertEqual(self.read("pylock.toml"), "precious\n")

    def test_broken_lock(self):
        for text, says in [("not toml [[[\n", r"pylock\.toml:1:\d+"), ('lock-version = "9.0"\n', "9.0"),
                           ('lock-version = "1.0"\ncreated-by = "x"\n', "packages"), ("", "pylock.toml")]:
            with self.subTest(text):
                self.write("pylock.toml", text)
                self.fails(3, "bake", "pylock.toml", says=[r"pylock\.toml", says])

    def test_missing_lock(self):
        self.fails(3, "bake", "pylock.toml", says=r"pylock\.toml")


class Sources(Case):
    def test_index_down(self):
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            port = closed.getsockname()[1]
        self.write("requirements.in", "app\n")
        self.fails(4, "lock", "requirements.in", "-o", "pylock.toml", "--index-url", f"http://127.0.0.1:{port}/simple/",
                   *self.TARGET, says=f"127.0.0.1:{port}")

    def test_index_answers_500_for_ever(self):
        self.index.fail("/simple/app/", *[500] * 50)
        self.write("requirements.in", "app\n")
        self.fails(4, *self.lock_args(), says="500")

    def test_index_forbids(self):
        self.index.fail("/simple/app/", *[403] * 50)
        self.write("requirements.in", "app\n")
        self.fails(4, *self.lock_args(), says="403")

    def test_offline_without_a_store(self):
        self.write("requirements.in", "app\n")
        self.fails(4, *self.lock_args("requirements.in", "--offline"), says=["app", "offline"])

    def test_rubbish_page(self):
        self.index.page = lambda project: ("application/vnd.pypi.simple.v1+json", b'{"files": [{')
        self.write("requirements.in", "app\n")
        result = self.run_program(*self.lock_args())
        self.assertIn(result.code, (4, 5), str(result))

    def test_wrong_content_types_are_named(self):
        page = self.index.page
        self.index.add(wheel("app", "1.0"))
        self.write("requirements.in", "app\n")
        for kind, html, says in (("text/html", False, "JSON that it calls 'text/html'"),
                                 ("application/json", True, "HTML that it calls 'application/json'"),
                                 ("text/plain", False, "with 'text/plain', not with JSON or HTML")):
            self.index.html = html
            self.index.page = lambda project, kind=kind: (kind, page(project)[1])
            self.fails(4, *self.lock_args(), says=says)

    def test_page_cut_once(self):
        self.index.add(wheel("app", "1.0"))
        self.index.fail("/simple/app/", "cut")
        self.write("requirements.in", "app\n")
        self.ok(*self.lock_args())

    def test_page_always_cut(self):
        self.index.add(wheel("app", "1.0"))
        self.index.fail("/simple/app/", *["cut"] * 50)
        self.write("requirements.in", "app\n")
        self.fails(4, *self.lock_args(), says=["/simple/app/", "bytes remaining|closed"])

    def test_connection_cut_is_retried_then_given_up(self):
        self.index.add(wheel("app", "1.0"))
        self.lock("app\n")
        self.index.fail("/files/app-1.0-py3-none-any.whl", *["cut"] * 50)
        self.fails(4, "bake", "pylock.toml", says="app-1.0-py3-none-any.whl")

    def test_connection_cut_once(self):
        self.index.add(wheel("app", "1.0"))
        self.lock("app\n")
        self.index.fail("/files/app-1.0-py3-none-any.whl", "cut")
        self.ok("bake", "pylock.toml")

    def test_file_gone(self):
        app = self.index.add(wheel("app", "1.0"))
        self.lock("app\n")
        del self.index.wheels[app.filename]
        self.fails(4, "bake", "pylock.toml", says=r"app-1\.0-py3-none-any\.whl|app 1\.0")


class Integrity(Case):
    def bake_fails(self, bad, says, replace=None):
        """Lock with a wheel, then bake what the index has by now; nothing may be left behind."""
        self.index.add(bad)
        self.lock(f"{bad.project}\n")
        if replace is not None:
            bad.content = replace
        self.fails(5, "bake", "pylock.toml", says=says)
        self.assertEqual(self.layers(), {})
        self.assertEqual(self.run_program("cache", "verify").code, 0)

    def test_wrong_hash_from_the_index(self):
        bad = wheel("app", "1.0")
        self.index.wrong_hash[bad.filename] = "1" * 64
        self.bake_fails(bad, [r"app-1\.0-py3-none-any\.whl", "1" * 64, bad.sha256])

    def test_other_bytes_than_locked(self):
        self.bake_fails(wheel("app", "1.0"), r"app-1\.0", replace=wheel("app", "1.0", requires=["evil"]).content)

    def test_truncated_wheel(self):
        bad = wheel("app", "1.0", files={"app/noise.bin": noise(50_000)})
        self.bake_fails(bad, r"app-1\.0", replace=bad.content[:-2000])

    def test_truncated_wheel_with_its_own_hash(self):
        bad = wheel("app", "1.0", files={"app/noise.bin": noise(50_000)})
        bad.content = bad.content[:-2000]
        self.bake_fails(bad, r"app-1\.0")

    def test_path_that_leaves_the_tree(self):
        for path in ("../evil.py", "app/../../evil.py", "/etc/evil", "app/..", "app\\..\\..\\evil.py",
                     "app-1.0.data/scripts/../../../evil", "app-1.0.data/data/../../evil"):
            with self.subTest(path):
                bad = wheel("app", "1.0", raw_files={path: "x"})
                self.index.add(bad)
                self.relock("app\n")
                self.fails(5, "bake", "pylock.toml", says=r"app-1\.0")
                self.fails(5, "install", "pylock.toml", "--prefix", self.dir / "venv",
                           "--interpreter", "/usr/local/bin/python3.12", says=r"app-1\.0")
                self.assertEqual(self.layers(), {})
                self.assertEqual(list(self.dir.rglob("evil*")), [])

    def test_damaged_file_in_the_wheel(self):
        bad = wheel("app", "1.0", files={"app/noise.bin": noise(50_000)})
        content = bytearray(bad.content)
        content[20_000] ^= 0xFF
        bad.content = bytes(content)
        self.bake_fails(bad, r"app-1\.0")

    def test_record_with_a_wrong_hash(self):
        bad = wheel("app", "1.0", files={"app/__init__.py": "VALUE = 1\n"})
        other = wheel("app", "1.0", files={"app/__init__.py": "VALUE = 2\n"})
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(bad.content)) as a, zipfile.ZipFile(io.BytesIO(other.content)) as b:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as merged:
                for entry in a.infolist():
                    source = b if entry.filename == "app/__init__.py" else a
                    merged.writestr(entry, source.read(entry.filename))
        bad.content = out.getvalue()
        self.bake_fails(bad, ["RECORD", "__init__.py"])

    def test_file_missing_from_record(self):
        bad = wheel("app", "1.0")
        out = io.BytesIO(bad.content)
        with zipfile.ZipFile(out, "a") as archive:
            archive.writestr("app/stowaway.py", "x = 1\n")
        bad.content = out.getvalue()
        self.bake_fails(bad, ["RECORD", "stowaway"])

    def test_metadata_of_another_project(self):
        self.index.add(wheel("app", "1.0", metadata_name="other"))
        self.write("requirements.in", "app\n")
        result = self.run_program(*self.lock_args())
        self.assertIn(result.code, (1, 5), str(result))


class Local(Case):
    def test_store_is_unreadable_for_this_user(self):
        self.index.add(wheel("app", "1.0"))
        self.lock("app\n")
        for path in self.cache.rglob("*"):
            path.chmod(0)
        self.fails(6, *self.lock_args(), says=["store", str(self.cache), "[Pp]ermission"], **self.without_privileges())

    @contextlib.contextmanager
    def small_disk(self, size):
        place = self.dir / "disk"
        place.mkdir()
        if os.geteuid() != 0 or subprocess.run(
                ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", place], capture_output=True).returncode != 0:
            self.skipTest("a small tmpfs cannot be mounted here")
        try:
            yield place
        finally:
            subprocess.run(["umount", "-l", place], check=True)

    def test_store_cannot_be_made(self):
        self.index.add(wheel("app", "1.0"))
        self.write("file", "not a folder\n")
        self.write("requirements.in", "app\n")
        self.fails(6, *self.lock_args(), cache=self.work / "file" / "cache", says="file/cache")

    def test_output_folder_missing(self):
        self.index.add(wheel("app", "1.0"))
        self.write("requirements.in", "app\n")
        self.fails(6, "lock", "requirements.in", "-o", "no/such/folder/pylock.toml", "--index-url", self.index.url,
                   *self.TARGET, says="no/such/folder/pylock.toml")

    def test_disk_full_in_the_store(self):
        self.index.add(wheel("app", "1.0", files={"app/noise.bin": noise(8_000_000)}))
        self.lock("app\n")
        with self.small_disk("4m") as place:
            result = self.run_program("bake", "pylock.toml", cache=place / "cache")
            self.assertEqual(result.code, 6, str(result))
            self.assertRegex(result.err, "[Nn]o space left")
            left = [path for path in place.rglob("*") if path.is_file() and path.suffix not in (".mdb", ".lock")]
            self.assertEqual([path for path in left if "sha256" in str(path)], [])
        self.assertEqual(self.layers(), {})

    def test_disk_full_at_the_output(self):
        self.index.add(wheel("app", "1.0"))
        self.write("requirements.in", "app\n")
        with self.small_disk("64k") as place:
            with contextlib.suppress(OSError), open(place / "filler", "wb", buffering=0) as filler:
                while True:
                    filler.write(b"x" * 4096)
            result = self.run_program("lock", "requirements.in", "-o", place / "pylock.toml", "--index-url", self.index.url,
                                      *self.TARGET)
            self.assertEqual(result.code, 6, str(result))
            self.assertRegex(result.err, "[Nn]o space left")
            self.assertEqual([path.name for path in place.iterdir()], ["filler"])

    def test_standard_output_full(self):
        self.index.add(wheel("app", "1.0"))
        self.lock("app\n")
        for command in ("export --format requirements", "lock requirements.in -o - --offline --index-url " + self.index.url,
                        "lock --help", "--help", "--version", "cache info --json"):
            with self.subTest(command), open("/dev/full", "w") as full:
                process = subprocess.run([PINBAKE, *command.split()], cwd=self.work, stdout=full, stderr=subprocess.PIPE,
                                         env=self.environment(PINBAKE_CACHE_DIR=str(self.cache)))
                self.assertEqual(process.returncode, 6, process.stderr)
                self.assertIn(b"error: cannot write to stdout", process.stderr)


class Interrupted(Case):
    def test_lock(self):
        app = self.index.add(wheel("app", "1.0"))
        self.index.delays["/simple/app/"] = 5
        for number in range(200):
            self.index.uploads[self.index.add(wheel("app", f"0.{number}")).filename] = "2020-01-01T00:00:00Z"
        self.write("requirements.in", "app\n")
        process = self.start(*self.lock_args())
        result = self.interrupt(process, lambda: "/simple/app/" in self.index.paths())
        self.assertEqual(result.code, 130, str(result))
        self.assertEqual([path.name for path in self.work.iterdir()], ["requirements.in"])
        self.index.delays.clear()
        self.assertEqual(self.lock("app\n"), {"app": app.version})

    def test_bake(self):
        big = self.index.add(wheel("app", "1.0", files={"app/noise.bin": noise(500_000)}))
        self.lock("app\n")
        self.index.delays[self.index.file_path(big)] = 0.05
        process = self.start("bake", "pylock.toml")
        result = self.interrupt(process, lambda: self.index.file_path(big) in self.index.paths())
        self.assertEqual(result.code, 130, str(result))
        self.assertEqual(self.layers(), {})
        left = [path for path in (self.work / ".pinbake").rglob("*") if path.is_file() and path.name != ".gitignore"]
        self.assertEqual(left, [])
        self.assertEqual([path for path in self.cache.rglob("*") if path.is_file() and "files" in path.parts], [])
        self.ok("cache", "verify")
        self.index.delays.clear()
        self.ok("bake", "pylock.toml")

    def test_terminated(self):
        self.index.add(wheel("app", "1.0"))
        self.index.delays["/simple/app/"] = 5
        self.write("requirements.in", "app\n")
        for number in range(200):
            self.index.add(wheel("app", f"0.{number}"))
        process = self.start(*self.lock_args())
        while "/simple/app/" not in self.index.paths() and process.poll() is None:
            pass
        process.send_signal(signal.SIGKILL)
        process.communicate()
        self.index.delays.clear()
        self.assertEqual(self.lock("app\n"), {"app": "1.0"})
        self.assertEqual(sorted(path.name for path in self.work.iterdir()), ["pylock.toml", "requirements.in"])


if __name__ == "__main__":
    unittest.main()
