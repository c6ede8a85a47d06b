"""No option is taken and then not heeded, on the command line or in the project's file."""

import re
import unittest

from harness import Case, ROOT, sdist, wheel

LABEL = "e2e"
TARGET = "cp312-linux-amd64-glibc2.28"

# command line → the two options that its message names
USELESS = {
    "lock r.in --build-engine podman": ("build-engine", "build-in"),
    "lock r.in --build-in image": ("build-in", "build"),
    "lock r.in --python-bin /usr/bin/python3": ("python-bin", "build"),
    "lock r.in --build --no-build": ("build", "no-build"),
    "lock r.in --no-index -i http://127.0.0.1:1/simple": ("index-url", "no-index"),
    "lock r.in --no-index --extra-index-url http://127.0.0.1:1/simple": ("extra-index-url", "no-index"),
    "lock r.in --no-index --index-for a=http://127.0.0.1:1/simple": ("index-for", "no-index"),
    "lock r.in --index a=http://127.0.0.1:1/simple": ("index", "index-for"),
    "lock r.in --index a=http://x/simple --index b=http://y/simple --index-for lib=a": ("index", "index-for"),
    "lock r.in --refresh --offline": ("refresh", "offline"),
    "lock r.in --format requirements -P lib": ("upgrade-package", "format requirements"),
    "lock r.in --check -o -": ("check", "output -"),
    "lock r.in --target x --platform linux/amd64": ("target", "platform"),
    "lock r.in --for-image x --platform linux/amd64": ("for-image", "platform"),
    "lock r.in --torch-backend none --torch-index http://127.0.0.1:1": ("torch-index", "torch-backend none"),
    "lock r.in --torch-backend cpu --torch-index http://127.0.0.1:1 --no-index": ("torch-index", "no-index"),
    "lock r.in -q -v": ("verbose", "quiet"),
    "bake --no-build --build-in image": ("build-in", "no-build"),
    "bake --no-build --build-network": ("build-network", "no-build"),
    "bake --no-build --python-bin /usr/bin/python3": ("python-bin", "no-build"),
    "bake --build-in image --python-bin /usr/bin/python3": ("python-bin", "build-in"),
    "bake --build-engine podman": ("build-engine", "build-in"),
    "bake --no-index --index-for a=http://127.0.0.1:1/simple": ("index-for", "no-index"),
    "bake --tag a:b": ("tag", "archive"),
    "bake --system --prefix /x": ("prefix", "system"),
    "install --check --link-mode copy": ("link-mode", "check"),
    "install --build-engine podman": ("build-engine", "build-in"),
    "why lib --no-index": ("no-index", "held-back"),
    "why lib -c c.txt": ("constraint", "held-back"),
    "why lib --extra x": ("extra", "held-back or --requirements"),
    "why lib --group x": ("group", "held-back or --requirements"),
    "why lib --keyring-provider subprocess": ("keyring-provider subprocess", "held-back"),
}
OF_ACTIONS = {"max-size": ("prune", "1G"), "max-age": ("prune", "3"), "remove": ("verify", None)}


class Options(Case):
    def setUp(self):
        super().setUp()
        self.index.add(wheel("lib", "1.0"))
        self.index.add(wheel("more", "1.0"))
        self.index.add(wheel("test", "1.0"))
        self.write("r.in", "lib\n")

    def environment(self, **changes):
        return super().environment(**{"PINBAKE_INDEX_URL": self.index.url, **changes})

    def test_each_is_an_error_that_names_both(self):
        for line, (option, other) in USELESS.items():
            with self.subTest(line=line):
                result = self.fails(2, *line.split())
                self.assertRegex(result.err, rf"--{option}\b")
                self.assertRegex(result.err, rf"--{other}")
                self.assertEqual(self.index.paths(), [])

    def test_the_message_has_a_hint(self):
        self.fails(2, "bake", "--tag", "a:b", says=["error: --tag has no effect without --archive", "hint: add --archive, or leave --tag out"])
        self.fails(2, "lock", "r.in", "--no-index", "-i", "http://h/simple",
                   says=["error: --index-url has no effect with --no-index", "hint: leave one of the two out"])

    def test_actions_of_the_cache(self):
        for option, (action, value) in OF_ACTIONS.items():
            for other in {"dir", "info", "verify", "prune", "clear"} - {action}:
                with self.subTest(option=option, other=other):
                    self.fails(2, "cache", other, f"--{option}", *([value] if value else []),
                               says=[f"--{option} has no effect on '{other}'", f"hint: it is for '{action}'"])

    def test_no_password_is_asked_for_without_an_index(self):
        for command in ("tree", "diff", "export", "dockerfile", "cache"):
            with self.subTest(command=command):
                self.fails(2, command, "--keyring-provider", "subprocess", says=f"no effect on 'pinbake {command}'")

    def test_rules_name_options_that_there_are(self):
        helps = "".join(self.ok(command, "--help").out for command in
                        ("lock", "tree", "why", "diff", "export", "bake", "install", "dockerfile", "push", "cache", "config", "trust"))
        options = set(re.findall(r"--([a-z-]+)", helps))
        rows = [row for path in (ROOT / "cli").rglob("*.[ch]")
                for row in re.findall(r'\{ "([^"]+)", OPTION_(NEEDS|EXCLUDES|OF_ACTION), "([^"]+)"', path.read_text())]
        self.assertGreater(len(rows), 40)
        for option, kind, others in rows:
            names = [option] + ([] if kind == "OF_ACTION" else others.split())
            self.assertLessEqual({name.partition("=")[0] for name in names}, options)

    def test_json(self):
        out = self.run_program("bake", "--tag", "a:b", "--json").out
        self.assertIn("--tag has no effect without --archive", out)

    # --- heeded rather than refused

    def project(self, settings=""):
        self.write("pyproject.toml", '[project]\nname = "app"\nversion = "1"\ndependencies = ["lib"]\n[project.optional-dependencies]\n'
                   'more = ["more"]\n[dependency-groups]\ntest = ["test"]\n' + settings)

    def locked(self, *args):
        (self.work / "pylock.toml").unlink(missing_ok=True)
        self.ok("lock", *self.TARGET, *args)
        return set(self.pins())

    def test_groups_and_extras_of_the_project(self):
        self.project()
        self.assertEqual(self.locked("--group", "test"), {"test"})
        for extras in (("--all-extras",), ("--extra", "more")):
            self.assertEqual(self.locked("--group", "test", *extras), {"lib", "more", "test"})
        self.fails(2, "lock", "r.in", "--group", "test", "--all-extras", *self.TARGET,
                   says="--extra and --all-extras are for a pyproject.toml, and none is given")
        self.assertEqual(self.locked("r.in", "--group", "test"), {"lib", "test"})

    def test_groups_and_extras_of_the_settings(self):
        self.project('[tool.pinbake]\nextras = ["more"]\ngroups = ["test"]\n')
        self.assertEqual(self.locked(), {"lib", "more", "test"})
        self.assertEqual(self.locked("--group", "test"), {"test"})

    def test_a_side_of_a_conflict_is_a_lock_of_the_project(self):
        self.project('[tool.pinbake]\nconflicts = [[{ extra = "more" }, { group = "test" }]]\n')
        self.ok("lock", *self.TARGET, "--extra", "more", "--group", "test")
        self.assertEqual(set(self.pins("pylock.more.toml")), {"lib", "more"})
        self.assertEqual(set(self.pins("pylock.test.toml")), {"lib", "test"})

    def test_check_of_requirements(self):
        args = ("lock", "r.in", *self.TARGET, "--format", "requirements", "--check")
        self.fails(1, *args, says="'requirements.txt' is no lock yet")
        self.ok(*args[:-1])
        self.ok(*args)
        self.index.add(wheel("lib", "2.0"))
        self.ok(*args, "--refresh")  # the pins that it has stay
        self.fails(1, *args, "--refresh", "--upgrade", says="'requirements.txt' is out of date")

    def test_what_the_settings_have_is_there(self):
        self.write("pinbake.toml", 'build-in = "image"\nbuild = true\n')
        self.ok("trust")
        self.ok("lock", "r.in", *self.TARGET, "--build-engine", "podman")
        self.write("pinbake.toml", 'build-in = "image"\n')
        self.ok("trust")
        self.fails(2, "lock", "r.in", *self.TARGET, "--build-engine", "podman", says="--build-engine has no effect without --build\n")

    def test_the_command_line_ends_what_the_settings_say(self):
        self.write("pinbake.toml", f'target = "{TARGET}"\nindex-url = "http://127.0.0.1:1/simple"\nbuild = true\n')
        links = self.work / "links"
        links.mkdir()
        (links / "lib-1.0-py3-none-any.whl").write_bytes(self.index.wheels["lib-1.0-py3-none-any.whl"].content)
        self.assertEqual(self.locked("r.in", "--no-index", "--find-links", "links", "--no-build"), {"lib"})

    def test_what_is_said_of_a_package_goes_before_what_is_said_of_all(self):
        self.index.add(sdist("lib", "1.0"))
        for args, kinds in ((("--only-binary", ":all:", "--no-binary", "lib"), {"lib": "tar.gz", "more": "whl"}),
                            (("--no-binary", ":all:", "--only-binary", "more", "--only-binary", "lib"), {"lib": "whl", "more": "whl"})):
            with self.subTest(args=args):
                self.write("r.in", "lib\nmore\n")
                self.locked("r.in", *args, "--refresh")
                files = re.findall(r'^name = "(lib|more)-1\.0.*?(whl|tar\.gz)"', self.read("pylock.toml"), re.M)
                self.assertEqual(dict(files), kinds)
        self.fails(2, "lock", "r.in", "--no-binary", "Lib", "--only-binary", "lib", *self.TARGET,
                   says=["--no-binary lib and --only-binary lib exclude each other", "hint: leave one of the two out"])

    # --- a Dockerfile that is there

    def test_dockerfile_that_is_there(self):
        self.locked("r.in")
        self.ok("bake")
        first = ("dockerfile", "--base", "python:3.12-slim", "--app", "app.py", "--app", "src/", "--workdir", "/srv", "--expose", "80",
                 "--command", "python app.py")
        self.ok(*first)
        self.ok(*first)
        self.ok("dockerfile", "--prefix", "/opt/venv")
        for args, line in ((("--base", "debian:12"), "FROM debian:12"), (("--workdir", "/else"), "WORKDIR /else"),
                           (("--expose", "81"), "EXPOSE 81"), (("--app", "other.py"), "COPY other.py"),
                           (("--command", "python other.py"), re.escape('CMD ["python", "other.py"]'))):
            with self.subTest(args=args):
                self.fails(2, "dockerfile", *args,
                           says=[f"{args[0]} has no effect: 'Dockerfile' is there", f"hint: put the line there yourself: {line}"])
                self.ok("dockerfile", *args, "-o", "-")
        self.fails(2, "dockerfile", "--prefix", "/else",
                   says=["--prefix has no effect: what is baked is for '/opt/venv'", "hint: .*pinbake bake --prefix /else"])

    # --- the project's file

    def test_tables_of_commands(self):
        for command in ("lock", "tree", "why", "diff", "export", "bake", "install", "dockerfile", "push", "cache"):
            self.write("pinbake.toml", f"[{command}]\n")
            self.locked("r.in")

    def test_unknown_tables(self):
        for name, hint in (("image", "tables have the names of commands"), ("psuh", "did you mean 'push'"), ("audit", "tables have")):
            with self.subTest(name=name):
                self.write("pinbake.toml", f"\n[{name}]\nx = 1\n")
                self.fails(3, "lock", "r.in", *self.TARGET,
                           says=[rf"pinbake.toml:2:2: error: there is no setting or command '{name}'", f"hint: {hint}"])
        self.write("pinbake.toml", "push = 3\n")
        self.fails(3, "lock", "r.in", *self.TARGET, says=r"pinbake.toml:1:8: error: 'push' must be a table")

    def test_a_table_is_heeded_by_its_command(self):
        self.locked("r.in")
        self.project('[tool.pinbake]\nbake = { prefix = "/opt/app" }\n')
        self.ok("bake")
        self.ok("dockerfile")
        self.assertIn("ENV PATH=/opt/app/bin", self.read("Dockerfile"))
        self.ok("bake", "--prefix", "/opt/other", "-o", "other")
        self.assertIn("/opt/other/bin", self.ok("dockerfile", "--staged", "other", "-o", "-").out)
        self.write("pinbake.toml", "[bake]\nprefx = '/x'\n")
        self.fails(3, "bake", says=[r"pinbake.toml:2:1: error: there is no setting 'prefx'", "hint: did you mean 'prefix'"])
        self.write("pinbake.toml", "[export]\nno-hashes = true\n")
        self.assertNotIn("--hash", self.ok("export").out)
        self.write("pinbake.toml", "resolution = 'lowest'\n[lock]\nresolution = 'highest'\n")
        self.index.add(wheel("lib", "2.0"))
        self.ok("lock", "r.in", *self.TARGET, "--upgrade", "--refresh")
        self.assertEqual(self.pins()["lib"], "2.0")

    def test_settings_that_exclude_each_other(self):
        self.write("pinbake.toml", "no-index = true\nindex-url = 'http://h/simple'\n")
        self.fails(3, "lock", "r.in", *self.TARGET,
                   says=[r"pinbake.toml:2:1: error: 'index-url' and 'no-index' exclude each other", "hint: leave one of the two out"])
        self.write("pinbake.toml", "no-index = false\n[bake]\nsystem = true\nprefix = '/x'\n")
        self.locked("r.in")
        self.fails(3, "bake", says=r"pinbake.toml:4:1: error: 'prefix' and 'system' exclude each other")


if __name__ == "__main__":
    unittest.main()
