"""What source distributions are built with comes from where the lock's own packages may come from, and from nowhere else:
what comes back is executed."""

import re
import shutil
import sys
import unittest

from harness import Index, wheel
from sdist_maker import BuildCase, sdist

LABEL = "e2e"

NEEDS_HELPER = '[build-system]\nrequires = ["helper"]\nbuild-backend = "backend"\nbackend-path = ["back"]\n'
WRITES_WORD = "import helper\n    files['demo/word.txt'] = helper.WORD"
ASKS_FOR_SECOND = "get_requires_for_build_wheel(config_settings=None):\n    return ['second']\n\n\ndef "


def helper(version="1.0", word="ours", name="helper"):
    return wheel(name, version, files={f"{name}.py": f"WORD = {word!r}\n"})


class BuildPlaces(BuildCase):
    """self.index is ours; a public one, which the settings name, has a newer helper of somebody else's."""

    def setUp(self):
        super().setUp()
        self.public = Index()
        self.addCleanup(self.public.close)
        self.public.add(helper("9.0", "theirs"), helper("9.0", "theirs", "second"))
        self.links = self.work / "links"
        self.links.mkdir()
        self.settings = {"PINBAKE_INDEX_URL": self.public.url}

    def environment(self, **changes):
        return super().environment(**{**self.settings, **changes})

    def asked_in_public(self, *names):
        return [path for path in self.public.paths() if path.strip("/").split("/")[-1] in (names or ("helper", "second", "demo"))]

    def put(self, *files):
        for each in files:
            (self.links / each.filename).write_bytes(each.content)

    def lock_demo(self, *args, requirements="demo\n"):
        self.write("requirements.in", requirements)
        return self.ok("lock", "requirements.in", *self.TARGET, *args)

    def forget_records(self):
        text = self.read("pylock.toml")
        self.write("pylock.toml", re.sub(r"\[\[packages\.tool\.pinbake\.builds\]\].*?(?=^\[\[packages\]\]|^\[tool\.|\Z)", "", text,
                                         flags=re.S | re.M))
        self.assertNotIn("helper", self.read("pylock.toml"))

    def word(self):
        return self.built_file("demo/word.txt")

    # --- lock

    def check_lock_build(self, *args, requirements="demo\n", asked=()):
        """Metadata of the backend, what it is built with, and what the backend asks for besides: all ours."""
        source = sdist("demo", "1.0", WRITES_WORD + "\n    import second\n    files['demo/second.txt'] = second.WORD", NEEDS_HELPER,
                       ASKS_FOR_SECOND, dynamic="Requires-Dist")
        ours = [source, helper(), helper(name="second")]
        self.put(*ours)
        self.index.add(*ours)
        self.lock_demo("--build", "--python-bin", sys.executable, *args, requirements=requirements)
        self.assertEqual(self.asked_in_public(), list(asked))
        text = self.read("pylock.toml")
        self.assertIn("helper-1.0-py3-none-any.whl", text)
        self.assertIn("second-1.0-py3-none-any.whl", text)
        self.bake()
        self.assertEqual((self.word(), self.built_file("demo/second.txt")), ("ours", "ours"))

    def test_no_index(self):
        self.check_lock_build("--no-index", "--find-links", "links")

    def test_no_index_of_a_requirements_file(self):
        self.check_lock_build(requirements="--no-index\n--find-links links\ndemo\n")

    def test_index_url_of_a_requirements_file(self):
        self.check_lock_build(requirements=f"--index-url {self.index.url}\ndemo\n")

    def test_extra_index_url(self):
        """Only what was asked for is compared with what the other index has, and taken from nowhere else."""
        self.check_lock_build("--extra-index-url", self.index.url, asked=["/simple/demo/"])

    def test_index_for(self):
        self.check_lock_build("--index", f"ours={self.index.url}", *(
            word for name in ("demo", "helper", "second") for word in ("--index-for", f"{name}=ours")))

    def test_settings_of_the_project(self):
        self.write("pinbake.toml", f'index = {{ ours = "{self.index.url}" }}\n'
                   'index-for = { demo = "ours", helper = "ours", second = "ours" }\n')
        self.check_lock_build()

    def test_only_binary_holds_for_what_builds_a_folder(self):
        self.index.add(sdist("helper", "1.0", files={"helper.py": "WORD = 'from source'\n"}))
        app = self.work / "app"
        app.mkdir()
        (app / "pyproject.toml").write_text(NEEDS_HELPER + '[project]\nname = "app"\nversion = "1"\n')
        for args, recorded in (((), True), (("--only-binary", "helper"), False), ((), True)):
            with self.subTest(args=args):
                result = self.lock_demo("--index-url", self.index.url, *args, requirements="./app\n")
                self.assertEqual("helper-1.0.tar.gz" in self.read("pylock.toml"), recorded, str(result))
                self.assertEqual("does not record what 'app' is built with" in result.err, not recorded)

    def test_no_binary_holds_for_a_name_and_not_for_all(self):
        self.index.add(sdist("demo", "1.0", project=NEEDS_HELPER), helper(), sdist("helper", "1.0"))
        for args, name in ((("--no-binary", "helper"), "helper-1.0.tar.gz"), (("--no-binary", ":all:"), "helper-1.0-py3-none-any.whl")):
            with self.subTest(args=args):
                (self.work / "pylock.toml").unlink(missing_ok=True)
                self.lock_demo("--index-url", self.index.url, *args)
                self.assertIn(f'name = "{name}"', self.read("pylock.toml"))

    def test_torch_is_that_of_the_backend(self):
        self.index.add(sdist("demo", "1.0", project=NEEDS_HELPER.replace("helper", "torch")))
        torch = Index()
        self.addCleanup(torch.close)
        served = [wheel("torch", version, files={"torch.py": ""}) for version in ("2.8.0+cu128", "2.9.0+cu999", "2.8.0+cpu")]
        body = "".join(f'<a href="/files/{each.filename.replace("+", "%2B")}#sha256={each.sha256}">{each.filename}</a>\n'
                       for each in served)
        torch.raw["/whl/cu128/torch/"] = ("text/html", f"<html><body>{body}</body></html>".encode(), {})
        for each in served:
            torch.raw[f"/files/{each.filename}"] = torch.raw[f"/files/{each.filename.replace('+', '%2B')}"] = (
                "application/octet-stream", each.content, {})
        self.lock_demo("--index-url", self.index.url, "--torch-backend", "cu128", "--torch-index", torch.base + "/whl")
        self.assertEqual(re.findall(r'name = "torch"\nversion = "([^"]+)"', self.read("pylock.toml")), ["2.8.0+cu128"])

    def test_a_record_of_another_index_is_made_anew(self):
        self.index.add(sdist("demo", "1.0", WRITES_WORD, NEEDS_HELPER), helper("9.0"))
        self.lock_demo("--index-url", self.index.url, "--index-for", f"helper={self.public.url}")
        self.assertIn(self.public.base + "/files/helper-9.0", self.read("pylock.toml"))
        self.lock_demo("--index-url", self.index.url)
        self.assertNotIn(self.public.base, self.read("pylock.toml"))
        self.assertIn(self.index.base + "/files/helper-9.0", self.read("pylock.toml"))

    # --- bake and install, where no record says what to build with

    def locked_without_record(self, *args, more=()):
        source = sdist("demo", "1.0", WRITES_WORD, NEEDS_HELPER)
        self.put(source, helper())
        self.index.add(source, helper(), *more)
        self.lock_demo(*(args or ("--index-url", self.index.url)), requirements="demo\n" + "".join(f"{each.project}\n" for each in more))
        self.forget_records()
        self.public.forget()

    def test_the_lock_names_the_index(self):
        self.locked_without_record()
        self.settings = {}
        self.assertIn("does not record", self.bake().err)
        self.assertEqual(self.word(), "ours")

    def test_install_asks_the_same(self):
        self.locked_without_record()
        self.settings = {}
        self.ok("install", "--prefix", "env", "--interpreter", sys.executable)
        self.assertEqual(next((self.work / "env").rglob("demo/word.txt")).read_text(), "ours")

    def test_a_named_index_goes_before_the_lock(self):
        self.locked_without_record()
        self.bake()
        self.assertEqual(self.word(), "theirs")

    def test_of_several_indexes_of_the_lock_each_has_its_own_names(self):
        self.public.add(wheel("common", "1.0"))
        source = sdist("demo", "1.0", WRITES_WORD, NEEDS_HELPER)
        self.index.add(source, helper(), wheel("common", "2.0"))
        self.settings = {}
        self.lock_demo("--index-url", self.public.url, "--index-for", f"demo={self.index.url}", "--index-for", f"helper={self.index.url}",
                       requirements="common\ndemo\nhelper\n")
        self.assertEqual(self.pins(), {"common": "1.0", "demo": "1.0", "helper": "1.0"})
        text = self.read("pylock.toml")
        start = text.index("[[packages.tool.pinbake.builds]]")
        self.write("pylock.toml", text[:start] + text[text.index("[[packages]]", start):])
        self.public.forget()
        self.bake()
        self.assertEqual(self.word(), "ours")
        self.assertEqual(self.asked_in_public(), [])

    def test_a_lock_of_local_files_has_no_index(self):
        self.locked_without_record("--no-index", "--find-links", "links")
        self.settings = {}
        kept = self.dir / "kept"
        kept.mkdir()
        (self.links / "helper-1.0-py3-none-any.whl").rename(kept / "helper-1.0-py3-none-any.whl")
        self.bake_fails(1, says="no package named 'helper'")
        self.bake("--find-links", kept)
        self.assertEqual(self.word(), "ours")

    def test_a_lock_of_local_files_names_their_folder(self):
        self.locked_without_record("--no-index", "--find-links", "links")
        self.settings = {}
        self.bake()
        self.assertEqual(self.word(), "ours")

    def test_options_of_bake(self):
        self.locked_without_record()
        for args in (("--index-url", self.index.url), ("--extra-index-url", self.index.url), ("--index-for", f"helper={self.index.url}"),
                     ("--no-index", "--find-links", "links"), ("--no-index", "--wheelhouse", "links")):
            with self.subTest(args=args):
                shutil.rmtree(self.cache / "built", ignore_errors=True)
                shutil.rmtree(self.work / ".pinbake", ignore_errors=True)
                self.bake(*args)
                self.assertEqual(self.word(), "ours")
                self.assertEqual(self.asked_in_public("helper"), [])

    def test_bake_reads_the_settings_of_the_project(self):
        self.locked_without_record()
        self.write("pinbake.toml", f'index-for = {{ helper = "{self.index.url}" }}\n')
        self.bake()
        self.assertEqual(self.word(), "ours")
        self.write("pinbake.toml", "no-index = true\nfind-links = 'links'\n")
        shutil.rmtree(self.work / ".pinbake")
        self.bake()
        self.assertEqual(self.word(), "ours")
        self.assertEqual(self.asked_in_public("helper"), [])
        self.write("pinbake.toml", "no-indx = true\n")
        self.bake_fails(3, says="pinbake.toml:1:1: error: there is no setting 'no-indx'")

    def test_the_command_line_goes_before_the_project(self):
        self.locked_without_record()
        self.write("pinbake.toml", "no-index = true\n")
        self.bake("--index-url", self.index.url)
        self.assertEqual(self.word(), "ours")
        self.write("pinbake.toml", f'index-url = "{self.public.url}"\nindex-for = {{ helper = "{self.public.url}" }}\n')
        shutil.rmtree(self.work / ".pinbake")
        self.bake("--no-index", "--find-links", "links")
        self.assertEqual(self.word(), "ours")

    def test_a_wheel_that_was_built_with_others_is_not_taken(self):
        self.locked_without_record()
        self.bake()
        self.assertEqual(self.word(), "theirs")
        shutil.rmtree(self.work / ".pinbake")
        self.assertIn("building demo", self.bake("--index-url", self.index.url).err)
        self.assertEqual(self.word(), "ours")

    # --- files of the lock

    def test_files_are_looked_up_in_the_index_of_the_lock(self):
        gone = self.index.add(wheel("plain", "1.0"))
        self.lock_demo("--index-url", self.index.url, requirements="plain\n")
        self.settings = {}
        text = self.read("pylock.toml")
        self.write("pylock.toml", text.replace(f"/files/{gone.filename}", f"/moved/{gone.filename}"))
        self.index.forget()
        self.ok("bake", "pylock.toml")
        self.assertIn("/simple/plain/", self.index.paths())

    def test_no_index_is_asked_for_a_file_that_is_gone(self):
        gone = self.index.add(wheel("plain", "1.0"))
        self.lock_demo("--index-url", self.index.url, requirements="plain\n")
        self.index.fail(self.index.file_path(gone), *[404] * 9)
        self.public.forget()
        self.fails(4, "bake", "pylock.toml", "--no-index", says="plain-1.0")
        self.assertEqual(self.public.paths(), [])

    def test_names_of_local_files_are_not_asked_for(self):
        self.put(wheel("secret", "1.0"))
        gone = self.index.add(wheel("plain", "1.0"))
        self.lock_demo("--index-url", self.index.url, "--find-links", "links", requirements="secret\nplain\n")
        self.public.add(gone)
        self.public.forget()
        self.ok("bake", "pylock.toml")
        self.assertEqual(self.asked_in_public("secret", "plain"), ["/simple/plain/"])


if __name__ == "__main__":
    unittest.main()
