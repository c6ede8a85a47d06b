"""lock and export: from requirements to exact pins, and out again as requirements.txt."""

import json
import re
import tomllib
import unittest

from harness import Case, noise, wheel

LABEL = "e2e"


class FindLinks(Case):
    """Files of a directory are locked by their path from the lock (751.6), and found there by all that read it."""

    def test_751_6_lock_and_files_move_together(self):
        made = wheel("lib", "1.0")
        self.write("wheels/old releases/" + made.filename, made.content)
        self.write("requirements.in", "lib\n")
        (self.work / "locks").mkdir()
        self.ok("lock", "requirements.in", "--no-index", "-f", "wheels/old releases", "-o", "locks/pylock.toml", *self.TARGET)
        package = tomllib.loads(self.read("locks/pylock.toml"))["packages"][0]
        self.assertNotIn("index", package)
        self.assertEqual(package["wheels"][0]["path"], f"../wheels/old releases/{made.filename}")
        self.assertNotIn("url", package["wheels"][0])
        moved = self.dir / "elsewhere"
        self.work.rename(moved)
        self.ok("bake", moved / "locks" / "pylock.toml", "--output", self.dir / "baked", cwd=self.dir, cache=self.dir / "empty")
        self.assertTrue(self.layers(self.dir / "baked"))
        exported = self.ok("export", moved / "locks" / "pylock.toml", cwd=self.dir).out
        self.assertIn('\n--find-links "../wheels/old releases/"\nlib==1.0 \\\n', exported)


class Lock(Case):
    def setUp(self):
        super().setUp()
        self.index.add(
            wheel("app", "1.0", requires=["lib>=1,<2"]),
            wheel("app", "1.1", requires=["lib>=2", "only-old; python_version < '3.9'"]),
            wheel("lib", "1.5"), wheel("lib", "2.0"), wheel("lib", "2.1.dev1"), wheel("lib", "3.0rc1"),
            wheel("only-old", "1.0"))

    def test_newest_with_dependencies(self):
        self.assertEqual(self.lock("app\n"), {"app": "1.1", "lib": "2.0"})

    def test_pylock_is_complete(self):
        self.lock("app\n")
        lock = tomllib.loads(self.read("pylock.toml"))
        self.assertEqual(lock["lock-version"], "1.0")
        self.assertEqual(lock["created-by"], "pinbake")
        self.assertTrue(lock["environments"])
        for package in lock["packages"]:
            (file,) = package["wheels"]
            built = self.index.wheels[file["name"]] if "name" in file else self.index.wheels[file["url"].split("/")[-1]]
            self.assertEqual(file["hashes"]["sha256"], built.sha256)
            self.assertEqual(file["size"], len(built.content))

    def test_same_bytes_again(self):
        self.lock("app\n")
        first = self.read("pylock.toml")
        self.lock("app\n")
        self.assertEqual(self.read("pylock.toml"), first)
        self.lock("app\n", cache=self.dir / "other-cache")
        self.assertEqual(self.read("pylock.toml"), first)

    def test_specifiers_choose(self):
        self.assertEqual(self.lock("app<1.1\n"), {"app": "1.0", "lib": "1.5"})
        self.assertEqual(self.lock("lib==1.*\n"), {"lib": "1.5"})
        self.assertEqual(self.lock("Lib!=2.0\n"), {"lib": "1.5"})

    def test_prereleases(self):
        self.assertEqual(self.lock("lib>=3.0rc1\n"), {"lib": "3.0rc1"})
        self.assertEqual(self.lock("lib\n", "--prerelease", "allow"), {"lib": "3.0rc1"})

    def test_extras_and_markers(self):
        self.index.add(wheel("rich-app", "1.0", extras=["plot"],
                             requires=["lib; extra == 'plot'", "only-old; sys_platform == 'win32'"]))
        self.assertEqual(self.lock("rich-app\n"), {"rich-app": "1.0"})
        self.assertEqual(self.lock("rich_app[plot]\n"), {"lib": "2.0", "rich-app": "1.0"})

    def test_constraints_files_and_continuations(self):
        self.write("limits.txt", "lib<3  # not yet\nunused==9\n")
        self.write("more.in", "lib \\\n   >=1 \\\n   ,<2\n")
        self.assertEqual(self.lock("-r more.in\n", "-c", "limits.txt"), {"lib": "1.5"})
        self.assertEqual(self.lock("-c limits.txt\napp\n"), {"app": "1.1", "lib": "2.0"})

    def test_backtracks_over_versions(self):
        self.index.add(wheel("other", "1.0", requires=["lib<2"]))
        self.assertEqual(self.lock("app\nother\n"), {"app": "1.0", "lib": "1.5", "other": "1.0"})

    def test_yanked_only_by_exact_pin(self):
        self.index.yanked["lib-2.0-py3-none-any.whl"] = "broken"
        self.assertEqual(self.lock("lib\n"), {"lib": "1.5"})
        self.assertEqual(self.lock("lib==2.0\n"), {"lib": "2.0"})

    def test_requires_python(self):
        self.index.add(wheel("lib", "2.5", requires_python=">=3.13"))
        self.assertEqual(self.lock("lib\n"), {"lib": "2.0"})

    def test_platform_tags(self):
        self.index.add(wheel("native", "2.0", tag="cp312-cp312-win_amd64"),
                       wheel("native", "1.0", tag="cp312-cp312-manylinux_2_17_x86_64"),
                       wheel("native", "1.0", tag="cp311-cp311-manylinux_2_17_x86_64"),
                       wheel("native", "1.5", tag="cp312-cp312-manylinux_2_99_x86_64"))
        self.assertEqual(self.lock("native\n"), {"native": "1.0"})
        self.assertIn("cp312-cp312-manylinux_2_17_x86_64.whl", self.read("pylock.toml"))
        self.assertNotIn("win_amd64", self.read("pylock.toml"))

    def test_html_index(self):
        self.index.html = True
        self.assertEqual(self.lock("app\n"), {"app": "1.1", "lib": "2.0"})

    def test_html_and_json_give_one_lock(self):
        self.lock("app\n")
        packages = tomllib.loads(self.read("pylock.toml"))["packages"]
        self.index.html = True
        self.lock("app\n", cache=self.dir / "html-cache")
        for package in tomllib.loads(self.read("pylock.toml"))["packages"]:
            same = next(each for each in packages if each["name"] == package["name"])
            self.assertEqual(package["version"], same["version"])
            self.assertEqual(package["wheels"][0]["hashes"], same["wheels"][0]["hashes"])

    def test_metadata_from_the_tail_of_the_wheel(self):
        self.index.core_metadata = False
        self.index.add(wheel("big", "1.0", requires=["lib"], files={"big/noise.bin": noise(300_000)}))
        self.assertEqual(self.lock("big\n"), {"big": "1.0", "lib": "2.0"})
        fetched = [(path, wanted) for _, path, wanted in self.index.requests if "big-1.0" in path]
        self.assertTrue(fetched)
        # idx.1: a range is as good as the .metadata that is not announced, and never the whole wheel
        self.assertTrue(all(wanted for path, wanted in fetched if path.endswith(".whl")), fetched)

    def test_metadata_without_ranges(self):
        self.index.core_metadata = False
        self.index.ranges = False
        self.assertEqual(self.lock("app\n"), {"app": "1.1", "lib": "2.0"})

    def test_asks_for_no_wheel_it_does_not_need(self):
        self.lock("app\n")
        self.assertEqual([path for path in self.index.paths() if path.endswith(".whl")], [])

    def test_server_errors_are_retried(self):
        self.index.fail("/simple/app/", 500, 503)
        self.index.fail("/simple/lib/", (429, {"Retry-After": "1"}))
        self.assertEqual(self.lock("app\n"), {"app": "1.1", "lib": "2.0"})

    def test_a_server_that_asks_for_a_day_is_not_waited_for(self):
        self.index.fail("/simple/app/", (429, {"Retry-After": "86400"}))
        self.write("requirements.in", "app\n")
        self.fails(4, *self.lock_args(), says="HTTP status 429", timeout=10)

    def test_a_release_that_asks_for_too_much_is_not_chosen(self):
        many = ",".join(f"x{i}" for i in range(10_001))
        self.index.add(wheel("app", "2.0", requires=[f"lib[{many}]"]))
        self.assertEqual(self.lock("app\n"), {"app": "1.1", "lib": "2.0"})
        self.fails(1, *self.lock_args(self.write("two.in", "app==2.0\n")), says="more than 1024 extras")

    def test_offline_from_the_store(self):
        self.lock("app\n")
        first = self.read("pylock.toml")
        (self.work / "pylock.toml").unlink()
        self.index.forget()
        self.lock("app\n", "--offline")
        self.assertEqual(self.read("pylock.toml"), first)
        self.assertEqual(self.index.paths(), [])

    def test_find_links(self):
        folder = self.work / "wheels"
        folder.mkdir()
        local = wheel("local-only", "0.1", requires=["lib"])
        (folder / local.filename).write_bytes(local.content)
        self.assertEqual(self.lock("local-only\n", "--find-links", "wheels"), {"lib": "2.0", "local-only": "0.1"})

    def assert_hashes_are_true(self):
        for package in tomllib.loads(self.read("pylock.toml"))["packages"]:
            (file,) = package["wheels"]
            built = self.index.wheels[file["name"]]
            self.assertEqual(file["hashes"], {"sha256": built.sha256})
            self.assertEqual(file["size"], len(built.content))

    def test_index_without_hashes(self):
        self.index.hashes = False
        for html in (False, True):
            with self.subTest(html=html):
                self.index.html = html
                self.index.forget()
                self.write("requirements.in", "app\n")
                result = self.ok(*self.lock_args(), cache=self.dir / f"cache-{html}")
                self.assertRegex(result.err, r"no SHA-256 for app-1\.1-py3-none-any\.whl")
                self.assert_hashes_are_true()
                whole = [path for _, path, wanted in self.index.requests if path.endswith(".whl") and not wanted]
                self.assertEqual(sorted(whole), ["/files/app-1.1-py3-none-any.whl", "/files/lib-2.0-py3-none-any.whl"])
        self.ok("bake", "pylock.toml")

    def test_index_without_hashes_whose_file_is_gone(self):
        self.index.hashes = False
        self.index.fail("/files/lib-2.0-py3-none-any.whl", 404)
        self.write("requirements.in", "app\n")
        self.fails(4, *self.lock_args(), says=[r"lib-2\.0-py3-none-any\.whl", "404"])
        self.assertFalse((self.work / "pylock.toml").exists())

    def test_file_that_is_cut_while_it_is_hashed(self):
        self.index.hashes = False
        self.index.add(wheel("big", "1.0", files={"big/noise.bin": noise(300_000)}))
        self.index.fail("/files/big-1.0-py3-none-any.whl", "cut")
        self.assertEqual(self.lock("big\n"), {"big": "1.0"})
        self.assert_hashes_are_true()

    def test_hash_of_the_user_where_the_index_has_none(self):
        self.index.hashes = False
        digest = self.index.wheels["lib-2.0-py3-none-any.whl"].sha256
        self.assertEqual(self.lock(f"lib==2.0 --hash=sha256:{digest}\n"), {"lib": "2.0"})
        self.write("requirements.in", f"lib==2.0 --hash=sha256:{'1' * 64}\n")
        self.fails(5, *self.lock_args(), says=digest)

    def test_page_of_links_without_hashes(self):
        page = self.work / "links.html"
        local = wheel("local-only", "0.1")
        (self.work / local.filename).write_bytes(local.content)
        page.write_text(f'<a href="{local.filename}">here</a> <a href="{self.index.base}/files/lib-2.0-py3-none-any.whl">x</a>')
        self.write("requirements.in", "local-only\nlib\n")
        self.ok("lock", "requirements.in", "--no-index", "--find-links", "links.html", *self.TARGET)
        self.assertEqual(self.pins(), {"lib": "2.0", "local-only": "0.1"})
        self.index.add(local)
        self.assert_hashes_are_true()

    def test_several_inputs(self):
        self.write("a.in", "app\n")
        self.write("b.in", "lib<3\n")
        self.ok(*self.lock_args("a.in", "b.in"))
        self.assertEqual(self.pins(), {"app": "1.1", "lib": "2.0"})

    def test_json(self):
        self.write("requirements.in", "app\n")
        result = self.ok(*self.lock_args("requirements.in", "--json"))
        self.assertIn("schema", json.loads(result.out))

    def test_lock_on_stdout(self):
        self.write("requirements.in", "app\n")
        result = self.ok("lock", "requirements.in", "-o", "-", "--index-url", self.index.url, *self.TARGET)
        self.assertEqual(len(tomllib.loads(result.out)["packages"]), 2)

    def test_password_stays_secret(self):
        url = self.index.url.replace("//", "//user:hunter2secret@")
        self.write("requirements.in", "app\nmissing-thing\n")
        result = self.run_program("lock", "requirements.in", "-o", "pylock.toml", "--index-url", url, "--verbose", *self.TARGET)
        self.assertEqual(result.code, 1, str(result))
        self.assertNotIn("hunter2secret", result.out + result.err)
        self.write("requirements.in", "app\n")
        result = self.ok("lock", "requirements.in", "-o", "pylock.toml", "--index-url", url, "--verbose", *self.TARGET)
        self.assertNotIn("hunter2secret", result.out + result.err + self.read("pylock.toml"))


    def test_password_stays_secret_in_quotes_of_input(self):
        secret = self.index.url.replace("//", "//user:hunter2secret@")
        for text, args in ((f"-i {secret} x\napp\n", ()), (f"app @ {secret}app.whl\n", ()),
                           ("app\n", ("--exclude-newer", secret)), ("app\n", (f"--index-ur={secret}",)),
                           ("app\n", ("-i", "user:hunter2secret@host")), ("app\n", ("-i", "ftp://u:hunter2secret@host"))):
            for more in ((), ("--json",)):
                with self.subTest(text=text, args=args, more=more):
                    self.write("requirements.in", text)
                    result = self.run_program("lock", "requirements.in", *self.TARGET, *args, *more)
                    self.assertIn(result.code, (2, 3), str(result))
                    self.assertNotIn("hunter2secret", result.out + result.err)
        self.assertNotIn(b"hunter2secret", b"".join(path.read_bytes() for path in self.cache.rglob("*") if path.is_file()))

    def test_password_of_a_requirement_stays_secret(self):
        secret = self.index.base.replace("//", "//user:hunter2secret@") + "/files/lib-1.0-py3-none-any.whl"
        self.index.add(wheel("lib", "1.0"), wheel("app", "1.0", requires=["lib>=2"]))
        self.write("elsewhere.txt", f"lib @ {secret} ; sys_platform == 'win32'\n")
        for text, code in ((f"lib @ {secret}\n", 0), (f"{secret}\n", 0), (f"lib @ {secret}\napp==1.0\n", 1),
                           (f"lib @ {secret}#sha256={'0' * 64}\n", 3), (f"lib @ {secret}#sha256={'1' * 64}\n", 5),
                           (f"lib @ {secret}x\n", 3), (f"lib @ git+{secret}\n", 4)):
            for more in ((), ("--json",), ("--override", "elsewhere.txt"), ("--format", "requirements", "-o", "-")):
                with self.subTest(text=text, more=more):
                    self.write("requirements.in", text)
                    result = self.run_program("lock", "requirements.in", *self.TARGET, *more)
                    self.assertEqual(result.code, code, str(result))
                    lock = self.work / "pylock.toml"
                    self.assertNotIn("hunter2secret", result.out + result.err + (lock.read_text() if lock.exists() else ""))
        self.assertNotIn(b"hunter2secret", b"".join(path.read_bytes() for path in self.cache.rglob("*") if path.is_file()))

    def test_index_that_is_no_url(self):
        self.write("requirements.in", "app\n")
        (self.work / "wheels").mkdir()
        self.fails(2, "lock", "requirements.in", "-i", "wheels", *self.TARGET, says=["'wheels' is no URL", "--find-links wheels"])


class Export(Case):
    def setUp(self):
        super().setUp()
        self.index.add(wheel("app", "1.0", requires=["lib"]), wheel("lib", "2.0"))
        self.lock("app\n")

    def test_requirements_with_hashes(self):
        out = self.ok("export", "pylock.toml", "--format", "requirements").out
        for built in self.index.wheels.values():
            self.assertRegex(out, rf"(?m)^{built.project}=={re.escape(built.version)}\b")
            self.assertIn(f"--hash=sha256:{built.sha256}", out)

    def test_default_lock_and_output_file(self):
        out = self.ok("export", "--format", "requirements").out
        self.ok("export", "--format", "requirements", "-o", "requirements.txt")
        self.assertEqual(self.read("requirements.txt"), out)

    def test_lock_of_export_is_the_same(self):
        self.ok("export", "--format", "requirements", "-o", "requirements.txt")
        self.ok(*self.lock_args("requirements.txt"))
        self.assertEqual(self.pins(), {"app": "1.0", "lib": "2.0"})


if __name__ == "__main__":
    unittest.main()
