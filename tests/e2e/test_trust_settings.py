"""Who may decide what: each setting by each origin, files that ask, programs that a checkout brings, and the user's own word."""

import json
import os
import re
import shlex
import shutil
import sys
import unittest

from harness import ROOT, Case, sdist, wheel

LABEL = "e2e"
PYTHON = "%d.%d" % sys.version_info[:2]
# A project's file says these; each leads to a program, to an open network, or out of the folder.
ASKED = {
    "lock": ["allow-direct", "build", "build-in", "build-engine", "build-network", "python-bin", "source-include"],
    "bake": ["allow-direct", "archive", "build-in", "build-engine", "build-network", "pyc", "python-bin", "source-include"],
    "install": ["allow-direct", "build-in", "build-engine", "build-network", "interpreter", "prefix", "pyc", "python-bin", "source-include"],
    "why": ["allow-direct"],
    "dockerfile": ["staged"],
    "push": ["staged"],
}
COMMON_OF_USER = ["cache-dir", "keyring-provider", "color", "offline", "quiet", "verbose"]


class Settings(Case):
    def setUp(self):
        super().setUp()
        self.ran = self.dir / "ran"
        self.changes = {"PINBAKE_INDEX_URL": self.index.url}
        self.index.add(wheel("lib", "1.0"))
        self.write("r.in", "lib\n")

    def environment(self, **changes):
        return super().environment(**{**self.changes, **changes})

    def own(self, text, mode=0o644):
        """The user's configuration."""
        path = self.dir / "home/.config/pinbake/config.toml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
        return path

    def evil(self, name="evil", folder=None):
        """A program that leaves a trace."""
        path = (folder or self.work) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f'#!/bin/sh\necho "$0 $*" >> {shlex.quote(str(self.ran))}\nexit 1\n')
        path.chmod(0o755)
        return path

    def settings(self, *args):
        rows = json.loads(self.ok("config", "--all", "--json", *args).out)["settings"]
        return {(row["command"], row["option"]): row for row in rows}

    def build_project(self):
        """b.in has what would have to be built."""
        self.index.add(sdist("src", "1.0"))
        self.write("b.in", "src\n")


class Table(Settings):
    """Every option of every command, as the program lists them: a new one without a decision fails here."""

    def options_of_help(self):
        overview = self.ok("--help", cache=False).out
        for command in re.findall(r"^  (\w+)", re.search(r"^commands:\n((?:  .+\n)+)", overview, re.M)[1], re.M):
            own = self.ok(command, "--help", cache=False).out.partition("\ncommon options:\n")[0].partition("\noptions:\n")[2]
            for name in re.findall(r"^  (?:-\w, |    )--([a-z-]+)", own, re.M):
                yield command, name

    def test_every_option_has_a_decision(self):
        table = self.settings()
        for command, option in self.options_of_help():
            self.assertIn((command, option), table)
        undecided = [key for key, row in table.items() if row["kind"] == "undecided"]
        self.assertEqual(undecided, [], "give each a row in settings/decisions.c")

    def value_of(self, command, option):
        """A value of the right form that leads outside, as TOML."""
        text = re.search(rf"^  (?:-\w, |    )--{option}(?: (\S+))?(?=\s)", self.ok(command, "--help", cache=False).out, re.M)
        if not text[1]:
            return "true"
        if option in ("index", "index-for", "exclude-newer-package"):
            return '{ a = "b" }'
        return '"/outside/x"' if option in ("prefix", "archive", "staged") else '"x"'

    def entry(self, command, option):
        return f"[{command}]\n{option} = {self.value_of(command, option)}\n"

    def test_what_a_projects_file_says(self):
        """Heeded, asked or refused: each as the table has it, and the user's leave moves the asked ones alone."""
        self.changes = {}
        for (command, option), row in sorted(self.settings().items()):
            if not command:
                continue
            with self.subTest(command=command, option=option, project=row["project"]):
                self.write("pinbake.toml", self.entry(command, option))
                self.ok("trust", "--revoke")
                shown = json.loads(self.ok("config", "--json").out)
                withheld = [(each["option"], each["leave"]) for each in shown["withheld"]]
                heeded = [each for each in shown["settings"] if (each["command"], each["option"]) == (command, option)]
                if row["project"] == "heeded":
                    self.assertEqual(withheld, [])
                    self.assertEqual([each["origin"] for each in heeded], ["the project's file"])
                    self.assertEqual((heeded[0]["file"], heeded[0]["line"]), ("pinbake.toml", 2))
                else:
                    self.assertEqual((withheld, heeded), ([(option, row["project"])], []))
                self.ok("trust")
                after = json.loads(self.ok("config", "--json").out)
                self.assertEqual([each["leave"] for each in after["withheld"]],
                                 ["refused"] if row["project"] == "refused" else [])

    def test_what_the_users_file_says(self):
        self.changes = {}
        for (command, option), row in sorted(self.settings().items()):
            if not command:
                continue
            with self.subTest(command=command, option=option, user=row["user"]):
                self.own(self.entry(command, option))
                result = self.run_program("config", "--json")
                shown = json.loads(result.out)
                if row["user"] == "heeded":
                    found = [each for each in shown["settings"] if (each["command"], each["option"]) == (command, option)]
                    self.assertEqual([each["origin"] for each in found], ["the user's configuration"])
                    self.assertTrue(found[0]["file"].endswith("/.config/pinbake/config.toml"))
                else:
                    self.assertFalse(shown["ok"] and not shown["withheld"])

    def test_what_a_variable_says(self):
        elsewhere = {"index-url", "extra-index-url", "find-links", "torch-index", "torch-backend", "trusted-host"}
        for (command, option), row in sorted(self.settings().items()):
            if not command or option in elsewhere:
                continue
            with self.subTest(command=command, option=option, environment=row["environment"]):
                value = {"true": "1"}.get(self.value_of(command, option), "a=b")
                self.changes = {f"PINBAKE_{option.upper().replace('-', '_')}": value}
                shown = self.settings()[command, option]
                expected = "the environment" if row["environment"] == "heeded" else "a default"
                self.assertEqual(shown["origin"], expected)

    def test_the_list_of_what_is_asked(self):
        """Said by hand once more, so that a change of the table is seen."""
        for command, options in ASKED.items():
            found = sorted(option for (owner, option), row in self.settings().items()
                           if owner == command and row["project"] == "asked")
            self.assertEqual(found, sorted(options), command)
        refused = {option for (_, option), row in self.settings().items() if row["project"] == "refused"}
        self.assertLessEqual({"plain-http", "output", *COMMON_OF_USER}, refused)

    def test_the_page_has_the_same_table(self):
        """docs/security.md against base/origin.c."""
        source = (ROOT / "base/origin.c").read_text()
        rows = dict(re.findall(r'\[(DECISION_\w+)\]\s*= "([-+?]+)"', source))
        names = dict(re.findall(r'\[(DECISION_\w+)\] =\s*"([^"]+)"', source))
        names = {key: text for key, text in names.items() if not re.fullmatch(r"[-+?]+", text)}
        page = (ROOT / "docs/security.md").read_text()
        words = {"+": "yes", "?": "asked", "-": "no"}
        told = {cells[0]: cells[1:] for cells in ([cell.strip() for cell in line.strip("|").split("|")]
                                                  for line in page.splitlines() if line.startswith("| "))}
        self.assertEqual(len(rows), len(names))
        for key, cells in rows.items():
            with self.subTest(key):
                self.assertEqual(told[names[key]], [words[cell] for cell in cells])


class Programs(Settings):
    """A checked-out file never makes a program run."""

    def runs_nothing(self, *args, code=3, says=()):
        self.fails(code, *args, says=says)
        self.assertFalse(self.ran.exists(), self.ran.exists() and self.ran.read_text())

    def test_an_engine_of_the_checkout(self):
        self.evil()
        self.build_project()
        for name, where in (("pinbake.toml", ""), ("pyproject.toml", "[tool.pinbake]\n")):
            with self.subTest(name):
                self.write(name, f'{where}requirements = ["b.in"]\nbuild = true\nbuild-in = "img"\nbuild-engine = "./evil"\n')
                line = 2 + bool(where)
                says = [rf"{name}:{line}:1: error: 'build' decides that a package's build is run",
                        rf"{name}:{line + 2}:16: error: 'build-engine' names a program by its path",
                        "'pinbake trust'", "--build yourself"]
                self.runs_nothing("lock", *self.TARGET, says=says)
                self.ok("trust")
                self.runs_nothing("lock", *self.TARGET, says="names a program by its path")
                (self.work / name).unlink()

    def test_no_stream_and_no_form_of_the_file_gets_around_it(self):
        self.evil()
        self.build_project()
        for text in ('[lock]\nbuild = true\nbuild-in = "i"\nbuild-engine = "./evil"\n',
                     'lock = { build = true, build-in = "i", build-engine = "./evil" }\n',
                     'lock.build = true\nlock.build-in = "i"\nlock.build-engine = "./evil"\n',
                     '"build" = true\n"build-in" = "i"\n"build\\u002dengine" = """./evil"""\n'):
            self.write("pinbake.toml", text)
            for more in ((), ("--json",), ("-q",), ("--offline",), ("--build",), ("--build", "--build-in", "i")):
                with self.subTest(text=text, more=more):
                    result = self.run_program("lock", "b.in", *self.TARGET, *more)
                    self.assertEqual(result.code, 3, str(result))
                    self.assertFalse(self.ran.exists())

    def test_a_name_is_never_found_in_the_folder(self):
        """Neither through the current folder nor through a relative or empty part of PATH."""
        self.build_project()
        for name in ("evil", "docker", "podman", "git", "keyring", f"python{PYTHON}", "python3"):
            self.evil(name)
            self.evil(name, self.work / "bin")
        self.ok("lock", "b.in", "--python", PYTHON)
        for path in (":/usr/bin-none", ".:/usr/bin-none", "bin", "./bin:", "/nowhere::"):
            self.changes["PATH"] = path
            self.write("pinbake.toml", '[bake]\nbuild-in = "img"\nbuild-engine = "evil"\n')
            self.ok("trust")
            self.runs_nothing("bake", says="there is no 'evil' to build with")
            for key in ("python-bin", "pyc"):
                self.write("pinbake.toml", f'[bake]\n{key} = "python{PYTHON}"\n')
                self.ok("trust")
                self.runs_nothing("bake", says="there is no interpreter 'python")
            (self.work / "pinbake.toml").unlink()
            self.runs_nothing("bake", "--build-in", "img", says="neither docker nor podman on PATH")
            self.write("g.in", "x @ git+https://127.0.0.1:1/a.git@main\n")
            self.runs_nothing("lock", "g.in", *self.TARGET, code=4, says="no program 'git' on PATH")
            self.run_program("lock", "r.in", *self.TARGET, "-o", "r.toml", "-i", self.index.url.replace("//", "//user@"),
                             "--keyring-provider", "subprocess")
            self.assertFalse(self.ran.exists(), path)

    def test_a_pyenv_of_the_checkout(self):
        self.build_project()
        self.ok("lock", "b.in", *self.TARGET)
        python = self.work / ".pyenv/versions/3.12.1/bin/python3.12"
        python.parent.mkdir(parents=True)
        shutil.copy("/bin/true", python)
        for changes in ({"HOME": str(self.work)}, {"PYENV_ROOT": ".pyenv"}, {"PYENV_ROOT": str(self.work / ".pyenv")}):
            with self.subTest(changes):
                self.changes = {"PINBAKE_INDEX_URL": self.index.url, "PATH": "/nowhere", **changes}
                self.fails(3, "bake", says="no python3.12 on PATH or in pyenv")

    def test_a_python_that_compiles(self):
        evil = self.evil("python3")
        self.ok("lock", "r.in", *self.TARGET)
        for command in ("bake", "install"):
            for value in ("./python3", str(evil)):
                self.write("pinbake.toml", f'[{command}]\npyc = "{value}"\n')
                self.ok("trust")
                self.runs_nothing(command, says="pinbake.toml:2:7: error: 'pyc' names a program by its path")
        self.write("pinbake.toml", '[install]\ninterpreter = "./python3"\n')
        self.runs_nothing("install", says="'interpreter' names a program by its path")
        self.assertFalse((self.work / ".venv").exists())

    def test_the_prefix_of_an_image_and_its_python_are_texts(self):
        self.ok("lock", "r.in", *self.TARGET)
        self.write("pinbake.toml", '[bake]\nprefix = "/opt/app"\ninterpreter = "/usr/local/bin/python3.12"\n')
        self.ok("bake")

    def test_what_would_be_an_option_to_a_program(self):
        self.evil("keyring", self.dir / "bin")
        self.changes["PATH"] = f"{self.dir}/bin:{os.environ['PATH']}"
        self.run_program("lock", "r.in", *self.TARGET, "-i", "https://user@-oProxyCommand=x/simple",
                         "--keyring-provider", "subprocess", "--offline")
        result = self.run_program("lock", "r.in", *self.TARGET, "-i", "https://user@-x:1/simple",
                                  "--keyring-provider", "subprocess", env=self.environment(PINBAKE_RETRIES="0"))
        self.assertNotEqual(result.code, 0)
        if self.ran.exists():
            self.assertNotRegex(self.ran.read_text(), r"keyring get -")
        self.build_project()
        self.evil("docker", self.dir / "bin")
        self.fails(2, "lock", "b.in", "--build", "--build-in", "--privileged", *self.TARGET, says="is no image")


class Trust(Settings):
    FILE = 'requirements = ["r.in"]\nbuild = true\npython-bin = "no-such-python"\n'

    def refused(self, *args):
        return self.fails(3, "lock", *self.TARGET, *args, says="for which a project's file can only ask")

    def test_allowed_once_and_until_it_changes(self):
        self.write("pinbake.toml", self.FILE)
        self.refused()
        out = self.ok("trust").err
        self.assertIn("pinbake.toml:2:1: build = true", out)
        self.assertIn('pinbake.toml:3:1: python-bin = "no-such-python"', out)
        self.ok("lock", *self.TARGET)
        self.ok("trust", "--check")
        self.write("pinbake.toml", self.FILE + "# a word more\n")
        self.refused()
        self.fails(1, "trust", "--check", says="asks for more than is allowed")
        self.write("pinbake.toml", self.FILE)
        self.ok("lock", *self.TARGET)
        self.ok("trust", "--revoke")
        self.refused()

    def test_another_place_asks_again(self):
        self.write("pinbake.toml", self.FILE)
        self.ok("trust")
        self.write("copy/pinbake.toml", self.FILE)
        self.write("copy/r.in", "lib\n")
        self.fails(3, "lock", *self.TARGET, cwd=self.work / "copy", says="pinbake trust")

    def test_a_script_reads_it(self):
        self.write("pinbake.toml", self.FILE + 'plain-http = true\n[push]\nplain-http = true\nstaged = "/etc"\n')
        self.fails(3, "lock", *self.TARGET, says="there is no setting 'plain-http'")
        self.write("pinbake.toml", self.FILE + '[push]\nplain-http = true\nstaged = "/etc"\n')
        asks = json.loads(self.run_program("trust", "--check", "--json").out)
        self.assertEqual([(each["command"], each["option"], each["leave"], each["line"]) for each in asks["asks"]],
                         [("lock", "build", "asked", 2), ("lock", "python-bin", "asked", 3),
                          ("push", "plain-http", "refused", 5), ("push", "staged", "asked", 6)])
        trusted = json.loads(self.ok("trust", "--json").out)
        self.assertEqual(trusted["file"], str((self.work / "pinbake.toml").resolve()))
        listed = json.loads(self.ok("trust", "--list", "--json").out)["files"]
        self.assertEqual(listed, [{"file": trusted["file"], "sha256": trusted["sha256"]}])
        self.assertIn(trusted["file"], self.ok("trust", "--list").out)
        shown = json.loads(self.run_program("lock", *self.TARGET, "--json", env=self.environment(HOME="/nowhere")).out)
        self.assertEqual((shown["ok"], shown["error"]["exit"]), (False, 3))

    def test_ci_allows_one_content(self):
        self.write("pinbake.toml", self.FILE)
        digest = json.loads(self.ok("trust", "--json").out)["sha256"]
        self.ok("trust", "--revoke")
        self.ok("lock", *self.TARGET, env=self.environment(PINBAKE_TRUST=digest))
        self.refused()
        self.write("pinbake.toml", self.FILE + "# from a fork\n")
        self.changes["PINBAKE_TRUST"] = digest
        self.refused()
        self.changes["PINBAKE_TRUST"] = "1"
        self.fails(3, "lock", *self.TARGET, says="PINBAKE_TRUST is no SHA-256")

    def test_where_it_is_remembered(self):
        self.write("pinbake.toml", self.FILE)
        state = self.dir / "state"
        self.changes["XDG_STATE_HOME"] = str(state)
        self.ok("trust")
        folder = state / "pinbake/trust"
        self.assertEqual(folder.stat().st_mode & 0o777, 0o700)
        self.assertEqual([path.stat().st_mode & 0o777 for path in folder.iterdir()], [0o600])
        folder.chmod(0o777)
        self.fails(3, "lock", *self.TARGET, says=["others may write to '.*trust'", f"hint: chmod go-w {folder}"])

    def test_nothing_to_ask_for(self):
        self.write("pinbake.toml", 'requirements = ["r.in"]\nbuild = false\n[install]\nprefix = ".venv"\n')
        self.assertIn("ask for nothing", self.ok("trust").err)
        self.assertEqual(self.ok("trust", "--list").out, "")

    def test_the_command_line_needs_no_leave(self):
        self.write("pinbake.toml", 'requirements = ["r.in"]\nbuild = true\nbuild-in = "a"\n')
        self.ok("lock", *self.TARGET, "--build", "--build-in", "b")
        self.ok("lock", *self.TARGET, env=self.environment(PINBAKE_BUILD="1", PINBAKE_BUILD_IN="b"))

    def test_another_command_does_not_stumble(self):
        """Where files come from is the project's to say; that `lock` asks for builds is no matter of `bake`."""
        self.write("pinbake.toml", f'index-url = "{self.index.url}"\nrequirements = ["r.in"]\nbuild = true\n')
        self.changes = {}
        self.ok("lock", "--build", *self.TARGET)
        self.ok("bake")
        self.ok("install", "--interpreter", "/usr/bin/python3.12", "--no-build")


class Places(Settings):
    """What is written outside of the project's folder is asked for."""

    def setUp(self):
        super().setUp()
        self.ok("lock", "r.in", *self.TARGET)
        self.outside = self.dir / "outside"
        self.outside.mkdir()
        (self.work / "link").symlink_to(self.outside)
        (self.work / "dangling").symlink_to(self.outside / "new")

    def test_a_prefix(self):
        for value in ("../outside/env", str(self.outside / "env"), "link/env", "link", "dangling", "dangling/x", "link/../x"):
            with self.subTest(value):
                self.write("pinbake.toml", f'[install]\nprefix = "{value}"\n')
                self.fails(3, "install", "--interpreter", "/usr/bin/python3.12",
                           says=["pinbake.toml:2:1: error: 'prefix' leads out of the project's folder", "pinbake trust"])
                self.assertEqual(list(self.outside.iterdir()), [])
        self.write("pinbake.toml", f'[install]\nprefix = "{self.outside}/env"\n')
        self.ok("trust")
        self.ok("install", "--interpreter", "/usr/bin/python3.12")
        self.assertTrue((self.outside / "env/pyvenv.cfg").exists())

    def test_inside_is_heeded(self):
        self.write("pinbake.toml", '[install]\nprefix = "env/here"\n')
        self.ok("install", "--interpreter", "/usr/bin/python3.12")
        self.assertTrue((self.work / "env/here/pyvenv.cfg").exists())

    def test_an_archive_and_a_staged_folder(self):
        self.write("pinbake.toml", '[bake]\narchive = "link/deps.tar"\n')
        self.fails(3, "bake", says="'archive' leads out of the project's folder")
        self.assertEqual(list(self.outside.iterdir()), [])
        self.write("pinbake.toml", '[dockerfile]\nstaged = "../outside"\n')
        self.fails(3, "dockerfile", says="'staged' leads out of the project's folder")

    def test_the_cache_and_the_network_are_the_users(self):
        for key, value in (("cache-dir", '"cache"'), ("keyring-provider", '"subprocess"'), ("offline", "true"), ("color", '"never"')):
            with self.subTest(key):
                self.write("pinbake.toml", f"{key} = {value}\n")
                self.fails(3, "lock", "r.in", *self.TARGET, says=[rf"pinbake.toml:1:1: error: '{key}' is not for the project's file to say"])
                self.assertFalse((self.work / "cache").exists())
        self.write("pinbake.toml", '[cache]\nmax-size = "0"\n')
        self.fails(3, "cache", "prune", says="'max-size' is not for the project's file to say")


class Own(Settings):
    """The user's configuration."""

    def test_the_order(self):
        self.own('resolution = "lowest"\n')
        self.index.add(wheel("lib", "2.0"), wheel("lib", "1.5"))
        self.ok("lock", "r.in", *self.TARGET, "-o", "a.toml")
        self.assertEqual(self.pins("a.toml"), {"lib": "1.0"})
        self.write("pinbake.toml", 'resolution = "highest"\n')
        self.ok("lock", "r.in", *self.TARGET, "-o", "b.toml")
        self.assertEqual(self.pins("b.toml"), {"lib": "2.0"})
        self.ok("lock", "r.in", *self.TARGET, "-o", "c.toml", env=self.environment(PINBAKE_RESOLUTION="lowest"))
        self.assertEqual(self.pins("c.toml"), {"lib": "1.0"})
        self.ok("lock", "r.in", *self.TARGET, "-o", "d.toml", "--resolution", "highest", env=self.environment(PINBAKE_RESOLUTION="lowest"))
        self.assertEqual(self.pins("d.toml"), {"lib": "2.0"})

    def test_variables(self):
        self.changes.update(PINBAKE_BUILD="1", PINBAKE_NO_BUILD="yes")
        self.fails(2, "lock", "r.in", *self.TARGET, says="the variables of --build and --no-build exclude each other")
        self.changes["PINBAKE_NO_BUILD"] = "perhaps"
        self.fails(2, "lock", "r.in", *self.TARGET, says="the variable of --no-build is 'perhaps': expected 1 or 0")
        self.changes.update(PINBAKE_BUILD="0", PINBAKE_NO_BUILD="0")
        self.write("pinbake.toml", "build = true\n")
        self.ok("lock", "r.in", *self.TARGET)
        self.changes.update(PINBAKE_ONLY_BINARY=" lib  other ")
        self.assertEqual(self.settings()["lock", "only-binary"]["value"], ["lib", "other"])

    def test_it_goes_before_what_a_project_can_only_ask_for(self):
        self.own('[bake]\nbuild-in = "own"\n')
        self.write("pinbake.toml", '[bake]\nbuild-in = "theirs"\n')
        row = self.settings()["bake", "build-in"]
        self.assertEqual((row["value"], row["origin"]), ("own", "the user's configuration"))

    def test_a_program_by_its_path_is_fine(self):
        evil = self.evil("engine", self.dir / "tools")
        self.build_project()
        self.own(f'build = true\nbuild-in = "img"\nbuild-engine = "{evil}"\n')
        self.fails(4, "lock", "b.in", *self.TARGET)
        self.assertIn("image inspect", self.ran.read_text())

    def test_a_path_that_would_lead_into_each_checkout(self):
        self.evil("engine", self.work / "tools")
        for key, value in (("build-engine", "tools/engine"), ("python-bin", "./python3"), ("cache-dir", "cache"), ("cache-dir", "./cache")):
            with self.subTest(key):
                path = self.own(f'build = true\nbuild-in = "img"\n{key} = "{value}"\n')
                self.fails(3, "lock", "r.in", *self.TARGET, cache=False,
                           says=[rf"{path}:3:\d+: error: '{key}' is another one in each folder", "hint: name it by an absolute path"])

    def test_what_is_for_all_commands(self):
        self.own(f'cache-dir = "{self.dir}/own-cache"\n')
        self.assertEqual(self.ok("cache", "dir", cache=False).out, f"{self.dir}/own-cache\n")
        self.assertEqual(self.ok("cache", "dir", cache=False, env=self.environment(PINBAKE_CACHE_DIR="/x")).out, "/x\n")

    def test_of_others_or_open_to_others(self):
        path = self.own('resolution = "lowest"\n', 0o664)
        self.fails(3, "lock", "r.in", *self.TARGET, says=["others may write to", f"hint: chmod go-w {path}"])
        path.chmod(0o644)
        path.parent.chmod(0o777)
        self.fails(3, "lock", "r.in", *self.TARGET, says=f"chmod go-w {path.parent}")
        path.parent.chmod(0o755)
        self.ok("lock", "r.in", *self.TARGET)
        if os.geteuid() == 0:
            os.chown(path, 65534, 65534)
            self.fails(3, "lock", "r.in", *self.TARGET, says=["belongs to another user", "hint: chown it"])

    def test_mistakes_have_a_place(self):
        path = self.own("resolutoin = 1\n[lock]\noutput = 'x'\n")
        self.fails(3, "lock", "r.in", *self.TARGET,
                   says=[rf"{path}:1:1: error: there is no setting 'resolutoin'", rf"{path}:3:1: error: 'output' is for one run",
                         rf"error: 2 problems in the settings of '{path}'"])

    def test_a_relative_folder_does_not_count(self):
        self.write("own/pinbake/config.toml", "nonsense = 1\n")
        self.ok("lock", "r.in", *self.TARGET, env=self.environment(XDG_CONFIG_HOME="own"))
        (self.work / "own").rename(self.dir / "own")
        self.fails(3, "lock", "r.in", *self.TARGET, env=self.environment(XDG_CONFIG_HOME=str(self.dir / "own")), says="nonsense")
        self.write(".config/pinbake/config.toml", "nonsense = 1\n")
        self.ok("lock", "r.in", *self.TARGET, env=self.environment(HOME="."))

    def test_a_home_that_is_the_checkout(self):
        self.write(".config/pinbake/config.toml", "resolution = 'lowest'\n")
        self.changes["HOME"] = str(self.work)
        self.fails(3, "lock", "r.in", *self.TARGET, says=["lies in the current folder, with which it may have come", "hint: set XDG_CONFIG_HOME"])
        self.changes["XDG_CONFIG_HOME"] = str(self.dir / "home/.config")
        self.write("pinbake.toml", "build = true\n")
        self.fails(3, "trust", says=["lies in the current folder", "hint: set XDG_STATE_HOME"])
        self.changes["HOME"] = str(self.dir / "home")
        self.ok("trust")
        shutil.copytree(self.dir / "home/.local", self.work / ".local")
        self.changes["HOME"] = str(self.work)
        self.fails(3, "lock", "r.in", *self.TARGET, says="can only ask")

    def test_a_planted_project_file(self):
        """In /tmp, say."""
        if os.geteuid() != 0:
            self.skipTest("only root gives files away")
        shared = self.dir / "shared"
        shared.mkdir()
        (shared / "r.in").write_text("lib\n")
        (shared / "pinbake.toml").write_text("resolution = 'lowest'\n")
        os.chown(shared / "pinbake.toml", 65534, 65534)
        self.ok("lock", "r.in", *self.TARGET, cwd=shared)
        shared.chmod(0o1777)
        self.fails(3, "lock", "r.in", *self.TARGET, cwd=shared, says=["belongs to another user, in a folder that everybody may write to",
                                                                       "hint: work in a folder of your own"])

    def test_passwords_are_not_shown(self):
        self.changes = {}
        self.own('index-url = "https://me:s3cret@h.test/simple"\n')
        for args in (("--show-origin",), ("--all",), ("--json",)):
            result = self.ok("config", *args)
            self.assertIn("h.test", result.out)
            self.assertNotIn("s3cret", result.out + result.err)

    def test_origins_are_shown(self):
        path = self.own("build = true\n")
        self.write("pinbake.toml", "resolution = 'lowest'\n")
        out = self.ok("config", "--show-origin", env=self.environment(PINBAKE_SPLIT="1")).out
        self.assertIn(f"lock.build = true  # {path}:1\n", out)
        self.assertIn('lock.resolution = "lowest"  # pinbake.toml:1\n', out)
        self.assertIn("lock.split = true  # the environment\n", out)


if __name__ == "__main__":
    unittest.main()
