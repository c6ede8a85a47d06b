"""Text from elsewhere that speaks to a terminal, to the log of a build service, or to the next line of a file: one hostile
universe through every command and every stream, and each value of an option, a lock and bake.json in turn."""

import json
import os
import pty
import re
import socket
import stat
import subprocess
import sys
import threading

from harness import Case, PINBAKE, Result, wheel
from registry import Registry
from sdist_maker import BuildCase, sdist

LABEL = "e2e"

# What ends a line, moves the cursor, turns or hides text, or is a command in a log. HIT would begin a line.
UNSEEN = "\x1b]0;HIT\x07\x1b[2J\x08\x7f\x9b31m\x85\u061c\u200b\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069\ufeff\U000e0041"
LINES = "\nHIT\rHIT\x0bHIT\x0cHIT\x85HIT\u2028HIT\n::error::HIT\n##vso[task.setvariable variable=HIT]HIT\n##[add-mask]HIT\n"
POISON = "p" + UNSEEN + LINES
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]")
COMMAND = re.compile(r"^\s*::|##[A-Za-z]*\[", re.M)
HIT = re.compile(r"^HIT", re.M)
COLOR = re.compile("\x1b\\[[0-9;]*m")


def is_clean(output):
    """What is wrong with the bytes of a stream, or None."""
    try:
        text = output.decode()
    except UnicodeDecodeError as error:
        return f"no UTF-8: {error}"
    for pattern in (FORBIDDEN, COMMAND, HIT):
        found = pattern.search(text)
        if found:
            return f"{found[0]!r} in {text[max(0, found.start() - 80):found.end() + 80]!r}"
    return None


class TextCase(Case):
    def finish(self, *args, **options):
        """Run the program; whatever it says must be clean. Its result, with bytes."""
        process = self.start(*args, **options)
        out, err = process.communicate(timeout=120)
        result = Result(args, process.returncode, out, err)
        self.assertIn(result.code, range(0, 8), f"{args}\n{out}\n{err}")
        for name, stream in (("stdout", out), ("stderr", err)):
            self.assertIsNone(is_clean(stream), f"{name} of {args!r}, exit {result.code}")
        return result

    def speak(self, *args, **options):
        """The command as people use it, with more words, in JSON, in colour and quietly. The results, by form."""
        results = {}
        for form in ((), ("--verbose", "--verbose"), ("--json",), ("--quiet",)):
            results[form] = self.finish(*args, *form, **options)
        return results

    def commands(self):
        overview = self.ok("help", cache=False).out
        names = re.findall(r"^  ([a-z][a-z-]*)  +\S", overview.split("commands:")[1], re.M)
        self.assertGreater(len(names), 9)
        return names

    def options(self, command):
        """(name, takes a value) of each option that its help shows."""
        text = self.ok(command, "--help", cache=False).out
        return [(name, bool(value)) for name, value in re.findall(r"^  (?:-\w,|   ) --([a-z-]+)( [A-Z]\S*)?", text, re.M)]


# A command line of each command that gets somewhere, in the universe below.
LINES_OF = {
    "lock": ["lock", "requirements.in", "-o", "new.toml", "{index}", "{target}"],
    "tree": ["tree"],
    "why": ["why", "lib"],
    "diff": ["diff", "pylock.toml", "other.toml"],
    "export": ["export"],
    "bake": ["bake"],
    "install": ["install", "--prefix", "env", "--interpreter", sys.executable],
    "dockerfile": ["dockerfile", "-o", "-"],
    "push": ["push", "{registry}/deps"],
    "cache": ["cache", "info"],
    "config": ["config", "--all", "--show-origin"],
    "trust": ["trust", "--check"],
}


class Universe(TextCase):
    """An index whose every field is hostile beside packages that can be had."""

    def setUp(self):
        super().setUp()
        self.registry = Registry()
        self.addCleanup(self.registry.close)
        self.fill()
        self.write("requirements.in", "app\nyanked==1.0\n")
        self.write("plain.in", "lib\n")
        self.ok("lock", "plain.in", "-o", "other.toml", "--index-url", self.index.url, *self.TARGET)
        self.ok("lock", "requirements.in", "-o", "pylock.toml", "--index-url", self.index.url, *self.TARGET)

    def fill(self):
        strange = {f"lib/{POISON.replace('/', '')[:40]}.py": "x = 1\n", "lib/__init__.py": ""}
        self.index.add(wheel("lib", "1.0", files={"lib/__init__.py": ""}))
        self.index.add(wheel("lib", "2.0", files=strange))
        self.index.add(wheel("app", "1.0", requires=["lib<2"]))
        self.index.add(wheel("app", "2.0", requires=[f"lib; os_name == '{UNSEEN}'", f"lib {POISON}"]))
        yanked = self.index.add(wheel("yanked", "1.0"))
        self.index.yanked[yanked.filename] = POISON
        self.index.statuses["app"] = ("deprecated", POISON)
        self.index.statuses["lib"] = (POISON, POISON)

    def line(self, command):
        words = []
        for word in LINES_OF[command]:
            if word == "{index}":
                words += ["--index-url", self.index.url]
            elif word == "{target}":
                words += self.TARGET
            else:
                words.append(word.replace("{registry}", self.registry.host))
        return words

    def test_every_command(self):
        self.assertEqual(sorted(self.commands()), sorted(LINES_OF), "a new command needs a line here")
        for command in LINES_OF:
            with self.subTest(command):
                results = self.speak(*self.line(command))
                self.assertTrue(any(result.out + result.err for result in results.values()))
                if results[("--json",)].out:
                    json.loads(results[("--json",)].out)

    def test_every_option(self):
        """A hostile value for each option that takes one, and for each argument."""
        self.ok("bake")
        for command in LINES_OF:
            for name, takes_value in self.options(command):
                if not takes_value or name in ("output", "staged", "prefix", "cache-dir", "archive"):
                    continue
                with self.subTest(command=command, option=name):
                    self.finish(*self.line(command), f"--{name}={POISON}")
                    self.finish(*self.line(command), f"--{name}={POISON}", "--json")
            for argument in (POISON, POISON.encode() + b"\xff\xfe\xc0", "--" + POISON, "-" + POISON):
                with self.subTest(command=command, argument=argument):
                    self.finish(command, argument)
                    self.finish(command, argument, "--json")
        self.finish(POISON)
        self.finish(POISON, "--json")

    def test_every_place(self):
        """Folders and files with such names: what is written, read, baked and made."""
        odd = os.fsencode(UNSEEN + "\n::error::HIT") + b"\xff\xc0"
        folder = os.path.join(os.fsencode(self.work), odd)
        os.mkdir(folder)
        for name in ("requirements.in", "pylock.toml", "other.toml"):
            with open(os.path.join(folder, odd + name.encode()), "wb") as file:
                file.write((self.work / name).read_bytes())
        lock = odd + b"pylock.toml"
        for args in (["lock", odd + b"requirements.in", "-o", lock, "--index-url", self.index.url, *self.TARGET],
                     ["tree", lock], ["why", "lib", lock], ["diff", lock, odd + b"other.toml"],
                     ["export", lock, "-o", odd + b"out"], ["bake", lock, "-o", odd + b"baked", "--archive", odd + b"tar"],
                     ["install", lock, "--prefix", odd + b"env", "--interpreter", sys.executable],
                     ["install", lock, "--prefix", odd + b"env", "--interpreter", sys.executable, "--check"],
                     ["dockerfile", "--staged", odd + b"baked", "-o", odd + b"Dockerfile"],
                     ["push", self.registry.host + "/deps", "--staged", odd + b"baked"]):
            with self.subTest(args):
                for form in ((), ("--verbose",), ("--json",)):
                    self.start_raw(*args, *form, cwd=folder)
        for action in ("dir", "info", "verify", "prune", "clear"):
            for form in ((), ("--json",)):
                self.start_raw("cache", action, *form, cwd=folder, cache=os.path.join(folder, odd + b"cache"))

    def start_raw(self, *args, cwd, cache=None):
        words = [arg if isinstance(arg, bytes) else str(arg).encode() for arg in args]
        words += [b"--cache-dir", cache or os.fsencode(self.cache)]
        done = subprocess.run([os.fsencode(PINBAKE), *words], cwd=cwd, env=self.environment(), capture_output=True, timeout=120)
        self.assertIn(done.returncode, range(0, 8), f"{words}\n{done.stderr}")
        for stream in (done.stdout, done.stderr):
            self.assertIsNone(is_clean(stream), f"{words}, exit {done.returncode}")

    def test_every_variable(self):
        names = ["PINBAKE_INDEX_URL", "PINBAKE_EXTRA_INDEX_URL", "PINBAKE_FIND_LINKS", "PINBAKE_CERT", "SSL_CERT_FILE", "https_proxy",
                 "http_proxy", "SOURCE_DATE_EPOCH", "XDG_CACHE_HOME", "HOME", "PIP_CONFIG_FILE", "NETRC", "TERM", "LC_ALL",
                 "DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "PYENV_ROOT", "PINBAKE_BUILD", "PINBAKE_INDEX_FOR", "PIP_INDEX_URL"]
        for name in names:
            with self.subTest(name):
                env = self.environment(**{name: POISON})
                for args in (["lock", "requirements.in", "-o", "-", *self.TARGET], ["bake"], ["cache", "dir"]):
                    self.finish(*args, cache=False if args[0] == "cache" else None, env=env)
                    self.finish(*args, "--json", cache=False if args[0] == "cache" else None, env=env)

    def test_requirements_are_quoted_safely(self):
        for line in (f"lib=={POISON}", f"lib ; os_name == '{UNSEEN}'x", f"\tlib\t==\x1b[2J x", f"-r {UNSEEN}", f"--{UNSEEN}",
                     f"lib @ https://\x1b[2J/{UNSEEN}", "::error::HIT", "##vso[HIT]", f"--index-url {UNSEEN}", f"-e {UNSEEN}",
                     f"# {UNSEEN}\nlib=={UNSEEN}", "lib==\u202e1 ; x"):
            with self.subTest(line):
                self.write("bad.in", line + "\n")
                for form in ((), ("--json",), ("--verbose",)):
                    self.finish("lock", "bad.in", "-o", "-", "--index-url", self.index.url, *self.TARGET, *form)

    def test_on_a_terminal(self):
        """Progress is a line that is rewritten; nothing but that and colours reaches the terminal."""
        self.index.delays[self.index.page_path("lib")] = 0.2
        for args in (self.line("lock"), ["bake"], [*self.line("install"), "--check"], self.line("push"), ["lock", POISON]):
            child, terminal = pty.fork()
            if child == 0:
                os.chdir(self.work)
                words = [PINBAKE, *args, "--cache-dir", str(self.cache)]
                os.execve(PINBAKE, words, self.environment(TERM="xterm"))
            seen = b""
            while True:
                try:
                    piece = os.read(terminal, 65536)
                except OSError:  # its other end is closed
                    break
                seen += piece
            os.close(terminal)
            os.waitpid(child, 0)
            with self.subTest(args):
                self.assertIn(b"\x1b[", seen)
                text = COLOR.sub("", seen.decode()).replace("\r\x1b[K", "").replace("\r\n", "\n")
                self.assertIsNone(is_clean(text.encode()))

    def test_passwords_stay_in_their_file(self):
        host = self.index.base[len("http://"):]
        self.write("secret.in", f"lib @ http://user:hunter2@{host}{self.index.file_path(wheel('lib', '1.0'))}\n")
        self.ok("lock", "secret.in", "-o", "secret.toml", "--index-url", self.index.url, *self.TARGET)
        for args in (["why", "lib", "secret.toml"], ["why", "lib", "secret.toml", "-r", "secret.in"], ["tree", "secret.toml"], ["export", "secret.toml"],
                     ["why", "lib", "--lock", "secret.toml", "--held-back", "secret.in"]):
            for result in self.speak(*args).values():
                self.assertNotIn(b"hunter2", result.out + result.err, args)

    def test_carets_stand_below_what_is_wrong(self):
        self.write("bad.in", "lib\x1b[31m==1\n")
        err = self.finish("lock", "bad.in", "-o", "-", "--index-url", self.index.url, *self.TARGET).err.decode().splitlines()
        at = next(i for i, line in enumerate(err) if "lib\\x1b[31m" in line)
        self.assertEqual(err[at].index("\\x1b"), err[at + 1].index("^"), err)

    def test_colours_are_the_programs_own(self):
        self.write("bad.in", f"lib=={UNSEEN}\n")
        process = self.start("lock", "bad.in", "-o", "-", "--color", "always", *self.TARGET)
        err = process.communicate(timeout=60)[1]
        self.assertIn(b"\x1b[1;31merror:", err)
        self.assertIsNone(is_clean(COLOR.sub("", err.decode()).encode()))

    def test_project_settings(self):
        for text in (f'[lock]\nplatform = ["{{}}"]\n', '[lock]\n"{}" = 1\n', '["{}"]\n', 'index-url = "{}"\n', '[dockerfile]\nbase = "{}"\n',
                     '[bake]\nprefix = "{}"\n', "{}", '[lock]\npython = ["{}"]\n'):
            for poison in (json.dumps(POISON)[1:-1].replace("\\u007f", "\x7f"), UNSEEN):
                self.write("pinbake.toml", text.format(poison.replace("\x7f", "\\u007f")))
                for command in ("lock", "bake", "dockerfile", "tree"):
                    with self.subTest(text=text, command=command):
                        self.finish(*self.line(command))
                        self.finish(*self.line(command), "--json")

    def test_pages(self):
        rows = {"filename": POISON, "url": POISON, "hashes": {POISON: POISON}, "requires-python": POISON, "yanked": POISON,
                "upload-time": POISON, "size": POISON}
        good = {"filename": "odd-1.0-py3-none-any.whl", "url": "../../files/odd-1.0-py3-none-any.whl",
                "hashes": {"sha256": self.index.add(wheel("odd", "1.0")).sha256}}
        self.write("odd.in", "odd\n")
        for key, value in rows.items():
            page = {"meta": {"api-version": "1.1"}, "name": "odd", "files": [{**good, key: value}]}
            self.lock_page(page, key)
        for key in ("name", "meta", "files", "versions", "project-status", "alternate-locations"):
            self.lock_page({"meta": {"api-version": "1.1"}, "name": "odd", "files": [good], key: POISON}, key)
            self.lock_page({"meta": {"api-version": "1.1"}, "name": "odd", "files": [good], key: [POISON]}, key)
        self.lock_page({"meta": {"api-version": POISON}, "name": "odd", "files": [good]}, "api-version")
        html = f'<html><a href="{POISON}" data-yanked="{POISON}" data-requires-python="{POISON}">{POISON}</a></html>'
        self.index.raw["/simple/odd/"] = ("text/html", html.encode(), {})
        self.speak("lock", "odd.in", "-o", "-", "--index-url", self.index.url, *self.TARGET, "--refresh")

    def lock_page(self, page, what):
        self.index.raw["/simple/odd/"] = ("application/vnd.pypi.simple.v1+json", json.dumps(page).encode(), {})
        with self.subTest(what):
            self.speak("lock", "odd.in", "-o", "-", "--index-url", self.index.url, *self.TARGET, "--refresh")

    def test_metadata(self):
        self.write("odd.in", "odd\n")
        for line in (f"Requires-Dist: lib @ https://x/{UNSEEN}", f"Requires-Dist: {UNSEEN}", f"Requires-Python: {UNSEEN}",
                     f"Provides-Extra: {UNSEEN}", f"Summary: {UNSEEN}", f"Requires-Dist: lib=={UNSEEN}",
                     f"Requires-Dist: lib; os_name == '{UNSEEN}'", f"Name: {UNSEEN}", f"Version: {UNSEEN}",
                     "Requires-Dist: lib>9 ; os_name != '\u202e\u2066'", "Requires-Dist: nosuch\x1b[2J"):
            made = wheel("odd", "1.0")
            made.metadata = made.metadata + line.encode() + b"\n"
            self.index.add(made)
            with self.subTest(line):
                self.speak("lock", "odd.in", "-o", "-", "--index-url", self.index.url, *self.TARGET, "--refresh")

    def test_files_of_wheels(self):
        name = UNSEEN + "\n::error::HIT"
        files = {"odd/__init__.py": "", f"odd/{name}.py": "x", "odd-1.0.data/scripts/" + name: "#!python\n"}
        scripts = {f"a{UNSEEN}": "odd:main", "b": f"odd:{UNSEEN}"}
        for made in (wheel("odd", "1.0", files=files), wheel("odd", "1.0", scripts=scripts),
                     wheel("odd", "1.0", raw_files={f"odd/{name}": "not in RECORD"}), wheel("odd", "1.0", raw_files={f"../{name}": ""}),
                     wheel("odd", "1.0", files={f"{name}/__init__.py": "x"}), wheel("odd", "1.0", files={f"odd/{name}.py": "1 +"})):
            self.index.add(made)
            self.write("odd.in", "odd\n")
            self.ok("lock", "odd.in", "-o", "odd.toml", "--index-url", self.index.url, *self.TARGET, "-P", "odd")
            for args in (["bake", "odd.toml", "-o", "odd"], ["bake", "odd.toml", "-o", "odd", "--pyc", sys.executable],
                         ["install", "odd.toml", "--prefix", "odd-env", "--interpreter", sys.executable],
                         ["install", "odd.toml", "--prefix", "odd-env", "--interpreter", sys.executable, "--check"]):
                with self.subTest(args):
                    self.speak(*args)


class Locks(TextCase):
    """Each text of a lock in turn, and keys that nobody knows."""

    def setUp(self):
        super().setUp()
        self.index.add(wheel("lib", "1.0"))
        self.index.add(wheel("app", "1.0", requires=["lib; os_name == 'posix'"]))
        self.lock("app\n", "--exclude-newer", "2025-01-01")
        self.write("good.toml", self.read("pylock.toml"))

    def commands_with(self, text):
        self.write("pylock.toml", text)
        for args in (["tree"], ["tree", "--invert", "lib"], ["why", "lib"], ["diff", "good.toml", "pylock.toml"], ["export"],
                     ["bake"], ["install", "--prefix", "env"],
                     ["lock", "requirements.in", "--index-url", self.index.url, *self.TARGET, "-o", "pylock.toml", "--check"]):
            for form in ((), ("--json",), ("--verbose",)):
                self.finish(*args, *form)

    def test_every_text(self):
        good = self.read("good.toml")
        places = [match.span(1) for match in re.finditer(r'(?<== )("[^"\n]*"|\'[^\'\n]*\')', good)]
        places += [match.span(1) for match in re.finditer(r'^    ("[^"\n]*")', good, re.M)]
        self.assertGreater(len(places), 12)
        escaped = '"p' + "".join(f"\\u{ord(c):04X}" if ord(c) < 0x10000 else f"\\U{ord(c):08X}" for c in POISON) + '"'
        raw = '"1' + "".join(c for c in UNSEEN if c >= " " and c != "\x7f") + '##vso[x]"'
        for start, end in places:
            for value in (escaped, raw):
                with self.subTest(good[max(0, start - 30):end], value=value[:9]):
                    self.commands_with(good[:start] + value + good[end:])

    def test_unknown_keys(self):
        good = self.read("good.toml")
        for text in (good.replace("[[packages]]", f'"\\u001b[2J\\u202E\\nHIT" = 1\n[[packages]]', 1), good + "\x1b[2J", good + UNSEEN,
                     good.replace('lock-version = "1.0"', 'lock-version = "1.99"')):
            self.commands_with(text)


class Written(TextCase):
    """What is written can be read again, and nothing more than was meant."""

    def setUp(self):
        super().setUp()
        self.lib = self.index.add(wheel("lib", "1.0"))
        self.write("requirements.in", "lib\n")

    def page(self, **fields):
        row = {"filename": self.lib.filename, "url": f"../../files/{self.lib.filename}", "hashes": {"sha256": self.lib.sha256},
               "size": len(self.lib.content), **fields}
        self.index.raw["/simple/lib/"] = ("application/vnd.pypi.simple.v1+json", json.dumps(
            {"meta": {"api-version": "1.1"}, "name": "lib", "files": [row]}).encode(), {})

    def test_locks_of_odd_pages(self):
        name = self.lib.filename
        for fields in ({"size": 1 << 63}, {"size": (1 << 64) - 1}, {"size": -1}, {"url": f"../../files/x y/{name}"},
                       {"url": f"../../files/\x1b[2J/{name}"}, {"url": f"../../files/a\nb/{name}"}, {"url": f"../../files/{UNSEEN}/{name}"},
                       {"url": f"../../files/{name}?a b"}, {"url": f"../../files/gr\u00fcn/{name}"}, {"upload-time": POISON},
                       {"requires-python": f">=3{UNSEEN}"}, {"hashes": {"sha256": self.lib.sha256, POISON: "00", "sha512": "00"}}):
            with self.subTest(fields):
                self.page(**fields)
                (self.work / "pylock.toml").unlink(missing_ok=True)
                self.ok(*self.lock_args("requirements.in", "--refresh"))
                for command in (["tree"], ["export"], ["diff", "pylock.toml", "pylock.toml"]):
                    self.assertEqual(self.finish(*command).err, b"")
                self.assertNotRegex(self.read("pylock.toml"), "(?m)^HIT|[\u2028\u202e\x85]")

    def test_places_that_no_lock_can_hold(self):
        for name in ("e\x1bsc", "n\nl", "t\tab", "ls\u2028", "bidi\u202e", os.fsdecode(b"latin\xff")):
            with self.subTest(name):
                folder = os.path.join(os.fsencode(self.work), os.fsencode(name))
                os.mkdir(folder)
                with open(os.path.join(folder, self.lib.filename.encode()), "wb") as file:
                    file.write(self.lib.content)
                with open(os.path.join(folder, b"pyproject.toml"), "w", encoding="utf-8") as file:
                    file.write('[project]\nname = "app"\nversion = "1"\n')
                result = self.finish("lock", "requirements.in", "-o", "pylock.toml", "--no-index", "--find-links", name, *self.TARGET)
                self.assertEqual(result.code, 3, result.err)
                self.assertIn(b"no lock can hold", result.err)
                self.write("bad.in", b"./" + os.fsencode(name) + b"\n")
                result = self.finish(*self.lock_args("bad.in"))
                self.assertEqual(result.code, 3, result.err)
                self.assertRegex(result.err, rb"^bad.in:1:\d+: error")
                if "\n" not in name and "\t" not in name and "\u2028" not in name:
                    self.write("bad.in", b"app @ git+https://127.0.0.1:1/a.git@" + os.fsencode(name) + b"\n")
                    result = self.finish(*self.lock_args("bad.in"))
                    self.assertEqual(result.code, 3, result.err)
                    self.assertRegex(result.err, rb"^bad.in:1:\d+: error")
                self.write("bad.in", "./" + "".join(f"%{byte:02X}" for byte in os.fsencode(name)) + "\nfile://" + "".join(
                    f"%{byte:02X}" for byte in folder).replace("%2F", "/") + "\n")
                result = self.finish(*self.lock_args("bad.in"))
                self.assertNotEqual(result.code, 0, result.err)
                self.assertFalse((self.work / "pylock.toml").exists())

    def test_a_file_with_an_odd_name(self):
        for name in ("r\x1b.in", "r\n.in", "r\u2028.in", "r\u202e.in", os.fsdecode(b"r\xff.in")):
            with open(os.path.join(os.fsencode(self.work), os.fsencode(name)), "w", encoding="utf-8") as file:
                file.write("lib\n")
            self.ok(*self.lock_args(name))
            self.assertEqual(self.ok("tree").err, "", name)

    def test_export_adds_nothing(self):
        """pip reads the exported file as it was meant, or there is none."""
        self.ok(*self.lock_args())
        good = self.read("pylock.toml")
        evil = ("x --hash=sha256:" + "0" * 64, "x #y", "x\\", "$HOME", "${HOME}", "x --index-url http://127.0.0.1:1/", "x; y", "x\u00a0# y", "-r x")
        for value in evil:
            for key in ("name", "version", "marker", "url"):
                line = {"marker": f"marker = {json.dumps(f'os_name != {chr(39)} {value}{chr(39)}')}\nversion",
                        "url": f"url = {json.dumps('https://127.0.0.1/' + value)}"}.get(key, f"{key} = {json.dumps(value)}")
                self.write("pylock.toml", re.sub(rf"(?m)^{'version' if key == 'marker' else key} = .*$", lambda found: (
                    line.replace("\nversion", "\n" + found[0])), good))
                with self.subTest(key, value=value):
                    for args in ((), ("--no-hashes",)):
                        result = self.finish("export", *args)
                        if result.code == 0:
                            lines = [text for text in result.out.decode().splitlines() if text and text[0] != "#"]
                            self.assertRegex(lines[0], r"^lib==1\.0( ; os_name != ' x; y')?( \\)?$")
                            self.assertEqual(len(lines), 1 if args else 2, lines)

    def test_export_of_sources(self):
        head = 'lock-version = "1.0"\ncreated-by = "x"\n[[packages]]\nname = "a"\n'
        for source in ('[packages.directory]\npath = {}\n', '[packages.vcs]\ntype = "git"\nurl = "https://h/a"\ncommit-id = "c0"\nsubdirectory = {}\n',
                       '[packages.vcs]\ntype = {}\nurl = "https://h/a"\ncommit-id = "c0"\n', '[packages.vcs]\ntype = "git"\nurl = "https://h/a"\ncommit-id = {}\n',
                       '[packages.archive]\nurl = "https://h/a.zip"\nsubdirectory = {}\nhashes = {{ sha256 = "' + "0" * 64 + '" }}\n',
                       '[packages.archive]\npath = {}\nhashes = {{ sha256 = "' + "0" * 64 + '" }}\n'):
            for value in ("x --hash=sha256:00", "x #y", "x\\", "$HOME", "x; y", "x\u2028--index-url y", "x\x85-r y", "x\n-r y", "x[y]", "x&egg=b"):
                if value == "x&egg=b" and "path = " in source:
                    continue
                self.write("pylock.toml", head + source.format(json.dumps(value)))
                with self.subTest(source, value=value):
                    result = self.finish("export", "--no-hashes")
                    self.assertIn(result.code, (1, 3), result.out)
                    self.assertEqual(result.out, b"")


class Elsewhere(TextCase):
    """A file that a checkout names, or links to, and that is not of the project: its place is told, its text is not."""

    SECRET = ("root:$6$hunter2:19000:0:99999:7:::\npassword = 'hunter2'\n-r 'hunter2/x'\nhunter2 @ ./hunter2\n--hunter2 hunter2\n"
              "a==hunter2 hunter2\n[hunter2\n{\"auth\": \"hunter2\"\nhunter2 ; hunter2 == 'hunter2'\n")

    def setUp(self):
        super().setUp()
        self.index.add(wheel("lib", "1.0"))
        self.lock("lib\n")
        self.ok("bake")
        (self.dir / "outside").mkdir()
        self.secret = self.dir / "outside/secret.txt"
        self.secret.write_text(self.SECRET)

    def keeps_it(self, *args, env=None, place="secret.txt|link|\\.git/config|\\.env|pip.conf|pyproject.toml|pylock.toml|pinbake.toml"):
        for form in ((), ("--json",), ("--verbose",)):
            with self.subTest(args, form=form):
                result = self.finish(*args, *form, env=env)
                self.assertNotIn(b"hunter2", result.out + result.err)
                self.assertRegex((result.out + result.err).decode(), place)
                self.assertNotEqual(result.code, 0)

    def test_requirements(self):
        os.symlink(self.secret, self.work / "link.in")
        os.symlink(self.dir / "outside", self.work / "linked")
        self.write(".git/config", self.SECRET)
        self.write(".env", self.SECRET)
        for name in ("../outside/secret.txt", str(self.secret), "link.in", "linked/secret.txt", ".git/config", ".env", f"file://{self.secret}",
                     "./x/../../outside/secret.txt"):
            for kind in ("-r", "-c", "--requirement=", "--constraint "):
                self.write("bad.in", f"lib\n{kind} {name}\n".replace("= ", "="))
                self.keeps_it(*self.lock_args("bad.in"))
        self.keeps_it(*self.lock_args("link.in"))
        self.keeps_it(*self.lock_args("linked/secret.txt"))

    def test_a_lone_word(self):
        """A file with a token has one word, which is a good name of a package."""
        self.secret.write_text("hunter2\n")
        self.write("bad.in", "lib\n-r ../outside/secret.txt\n")
        self.keeps_it("lock", "bad.in", "-o", "-", "--index-url", self.index.url, *self.TARGET)

    def test_settings(self):
        for key in ("constraint", "override", "requirements"):
            self.write("pinbake.toml", f"[lock]\n{key} = ['../outside/secret.txt']\n")
            result = self.finish("lock", "-o", "new.toml", "--index-url", self.index.url, *self.TARGET)
            self.assertNotIn(b"hunter2", result.out + result.err)
        (self.work / "pinbake.toml").unlink()
        for name, commands in {"pinbake.toml": (["lock", "requirements.in"], ["bake"], ["tree"]), "pyproject.toml": (["lock", "pyproject.toml"],),
                               "pylock.toml": (["tree"], ["why", "lib"], ["export"], ["bake"], ["install", "--check"], ["diff", "pylock.toml", "x"])}.items():
            path = self.work / name
            path.unlink(missing_ok=True)
            os.symlink(self.secret, path)
            for command in commands:
                self.keeps_it(*command)
            path.unlink()

    def test_settings_of_the_user(self):
        conf = self.write("pip.conf", "[global]\nindex-url https://u:hunter2@127.0.0.1:1/\n = hunter2\n[hunter2\nhunter2\n")
        result = self.finish(*self.lock_args(), env=self.environment(PIP_CONFIG_FILE=str(conf)))
        self.assertIn(b"pip.conf:4:1", result.err)
        self.assertNotIn(b"hunter2", result.out + result.err)
        self.write("home/config.json", '{"auths": {"127.0.0.1:1": {"auth": hunter2}}}')
        registry = Registry()
        self.addCleanup(registry.close)
        registry.scheme, registry.users = "Basic", {"user": "hunter3"}
        result = self.finish("push", registry.host + "/deps", env=self.environment(DOCKER_CONFIG=str(self.work / "home")))
        self.assertIn(b"line 1 is no JSON", result.err)
        self.assertNotIn(b"hunter2", result.out + result.err)

    def test_layouts(self):
        (self.work / ".pinbake/oci/index.json").unlink()
        os.symlink(self.secret, self.work / ".pinbake/oci/index.json")
        self.keeps_it("push", "127.0.0.1:1/deps", place="index")
        (self.work / ".pinbake/bake.json").unlink()
        os.symlink(self.secret, self.work / ".pinbake/bake.json")
        self.keeps_it("dockerfile", "-o", "-", place="bake.json")

    def test_files_of_the_project_are_quoted(self):
        self.write("sub/more.in", "lib==hunter2 x\n")
        self.write("bad.in", "-r sub/more.in\n")
        self.assertIn(b"    1 | lib==hunter2 x", self.finish(*self.lock_args("bad.in")).err)
        self.assertIn(b"    1 | lib==hunter2 x", self.finish(*self.lock_args(self.work / "bad.in"), cwd=self.dir / "outside").err)
        other = self.dir / "outside/more.in"
        other.write_text("lib==hunter2 x\n")
        self.assertIn(b"    1 | lib==hunter2 x", self.finish(*self.lock_args("../outside/more.in")).err)
        self.write("bad.in", "-r ../outside/wants.in\n")
        (self.dir / "outside/wants.in").write_text("lib>=2\n")
        err = self.finish(*self.lock_args("bad.in")).err
        self.assertIn(b"../outside/wants.in:1:1", err)
        self.assertIn(b"lib", err)


class Staged(TextCase):
    """What stands in .pinbake/ is checked when it is read back."""

    def setUp(self):
        super().setUp()
        self.index.add(wheel("lib", "1.0"))
        self.lock("lib\n")
        self.ok("bake")
        self.registry = Registry()
        self.addCleanup(self.registry.close)

    def places(self, value, way=()):
        """(way to it) of each text and number."""
        if isinstance(value, dict):
            for key in value:
                yield from self.places(value[key], (*way, key))
        elif isinstance(value, list):
            for i, item in enumerate(value):
                yield from self.places(item, (*way, i))
        else:
            yield way

    def replaced(self, document, way, value):
        copy = json.loads(json.dumps(document))
        at = copy
        for key in way[:-1]:
            at = at[key]
        at[way[-1]] = value
        return copy

    def test_bake_json(self):
        path = self.work / ".pinbake/bake.json"
        good = json.loads(path.read_text())
        texts = ["/opt/venv\nRUN HIT\nENV X=1", "/opt/venv\rRUN HIT", "a\u2028RUN HIT", "/opt/venv \\", "$(HIT)", "\"HIT", "../../HIT", "/HIT",
                 POISON, "", "x" * 100000, "<<HIT", 1, None, ["HIT"], {"HIT": 1}, -1, 1.5, 1 << 62, True]
        count = 0
        for way in self.places(good):
            for value in texts:
                changed = self.replaced(good, way, value)
                if changed == good:
                    continue
                path.write_text(json.dumps(changed))
                with self.subTest(way, value=value):
                    for form in ((), ("--json",)):
                        result = self.finish("dockerfile", "-o", "-", *form)
                        self.assertNotIn(b"HIT", re.sub(rb"(?m)^ENV PATH=/HIT/bin:\$PATH$|\\nENV PATH=/HIT/bin:\$PATH", b"", result.out)
                                         if way == ("prefix",) and value == "/HIT" else result.out)
                        if result.code:
                            self.assertEqual(result.code, 3)
                            self.assertIn(b"bake.json", result.out + result.err)
                            self.assertIn(b"pinbake bake", result.out + result.err)
                            count += 1
        self.assertGreater(count, 200)

    def test_names_the_member(self):
        path = self.work / ".pinbake/bake.json"
        path.write_text(path.read_text().replace("/opt/venv", "/opt/venv\\nRUN evil"))
        self.fails(3, "dockerfile", "-o", "-", says=["'prefix' in bake.json", r"hint: .*'pinbake bake'"])
        self.fails(3, "dockerfile", says="'prefix' in bake.json")
        self.assertFalse((self.work / "Dockerfile").exists())

    def test_layout(self):
        folder = self.work / ".pinbake/oci"
        index = folder / "index.json"
        good = json.loads(index.read_text())
        for way in self.places(good):
            for value in (POISON, "sha256:" + POISON, "../../x", 7, None):
                index.write_text(json.dumps(self.replaced(good, way, value)))
                with self.subTest(way, value=value):
                    for form in ((), ("--json",)):
                        self.finish("push", self.registry.host + "/deps:1", *form)
        index.write_text(json.dumps(good))
        self.ok("push", self.registry.host + "/deps:1")

    def test_options_of_the_dockerfile(self):
        for name in ("base", "app", "command", "expose", "workdir", "staged", "prefix", "form"):
            for value in ("x\nRUN HIT", "x\rRUN HIT", "x\u2028RUN HIT", "x \\", "x`", "a <<HIT", "$HIT", "x\x85RUN HIT", '["HIT" \\',
                          "--from=HIT x", "\x1b[2J", "\u202eHIT"):
                with self.subTest(name, value=value):
                    result = self.finish("dockerfile", "-o", "-", f"--{name}", value)
                    if result.code == 0:
                        self.assertEqual(name, "command")
                        self.assertTrue(json.loads(re.search(rb"^CMD (.*)$", result.out, re.M)[1]))
                    else:
                        self.assertIn(result.code, (2, 3))
                        self.assertEqual(result.out, b"")
                    self.write("pinbake.toml", f"[dockerfile]\n{name} = " + (
                        json.dumps([value] if name == "app" else value).replace("\x7f", "\\u007f")) + "\n")
                    again = self.finish("dockerfile", "-o", "-")
                    if name not in ("staged", "prefix"):
                        self.assertEqual(again.code == 0, result.code == 0, (again.err, result.err))
                    (self.work / "pinbake.toml").unlink()

    def test_existing_dockerfile(self):
        self.write("Dockerfile", "FROM x\nRUN a \\\n# pinbake: begin\n# pinbake: end\n")
        self.fails(3, "dockerfile", says=["continues into it", "hint:"])
        self.write("Dockerfile", "FROM x\n# pinbake: begin\nRUN HIT\n# pinbake: end\nRUN b\n")
        self.ok("dockerfile")
        self.assertNotIn("HIT", self.read("Dockerfile"))
        self.write("Dockerfile", "FROM x\n# \x1b[2J\u202e\nRUN \x1b\n")
        for form in ((), ("--json",)):
            self.finish("dockerfile", "--workdir", "/else", *form)


class Servers(TextCase):
    """Reason phrases, headers and bodies of answers, of an index and of a registry."""

    def setUp(self):
        super().setUp()
        self.answer = b""
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.host = "127.0.0.1:%d" % self.socket.getsockname()[1]
        self.addCleanup(self.socket.close)
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                connection.sendall(self.answer)

    def test_answers(self):
        odd = "\x1b]0;HIT\x07\x9b31m\u202e\u2028HIT \x85 ::error::HIT ##vso[x]"
        self.index.add(wheel("lib", "1.0"))
        self.lock("lib\n")
        self.ok("bake")
        for status in (200, 301, 302, 400, 401, 403, 404, 503):
            for headers in ({},) if status == 503 else ({}, {"Location": odd}, {"Content-Type": odd}, {"WWW-Authenticate": f'Bearer realm="{odd}"'}, {"ETag": odd},
                            {"WWW-Authenticate": f'Bearer realm="http://{self.host}/{odd}",service="{odd}"'}, {"Retry-After": "0"},
                            {"Docker-Content-Digest": odd}, {"Location": f"http://{self.host}/{odd}"}, {"Content-Encoding": odd}):
                body = json.dumps({"errors": [{"code": odd, "message": odd}], "message": odd, "token": odd}).encode()
                lines = [f"HTTP/1.1 {status} {odd}", *(f"{key}: {value}" for key, value in headers.items()),
                         f"Content-Length: {len(body)}", "Connection: close", "Retry-After: 0", "", ""]
                self.answer = "\r\n".join(lines).encode() + body
                with self.subTest(status=status, headers=headers):
                    self.finish("push", f"{self.host}/deps:1", "--json" if status % 2 else "--verbose")
                    self.finish("lock", "requirements.in", "-o", "-", "--index-url", f"http://{self.host}/simple", *self.TARGET,
                                "--json" if status % 2 else "--verbose", "--refresh")


class Programs(TextCase):
    """What git, keyring and helpers of container engines say."""

    def program(self, name):
        folder = self.dir / "bin"
        folder.mkdir(exist_ok=True)
        path = folder / name
        path.write_text(f"#!{sys.executable}\nimport sys\ntext = {POISON!r}\nsys.stdout.write(text)\nsys.stderr.write(text)\nsys.exit(1)\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return self.environment(PATH=f"{folder}:{os.environ['PATH']}")

    def test_git(self):
        env = self.program("git")
        self.write("requirements.in", "app @ git+https://127.0.0.1:1/app.git@main\n")
        for form in ((), ("--verbose",), ("--json",)):
            result = self.finish(*self.lock_args("requirements.in", *form), env=env)
            self.assertNotEqual(result.code, 0)

    def test_keyring(self):
        self.index.add(wheel("lib", "1.0"))
        self.index.users["/"] = "user:secret"
        self.write("requirements.in", "lib\n")
        env = self.program("keyring")
        for form in ((), ("--verbose",), ("--json",)):
            self.finish(*self.lock_args("requirements.in", "--keyring-provider", "subprocess", *form), env=env)


class Builds(BuildCase, TextCase):
    """Logs of build backends."""

    def test_logs(self):
        code = f"import sys; sys.stdout.write({POISON!r}); sys.stderr.write({POISON!r}); raise RuntimeError({POISON!r})"
        self.index.add(sdist("lib", "1.0", code=code))
        self.index.add(sdist("dyn", "1.0", dynamic="Requires-Dist", code=code))
        self.write("requirements.in", "lib\n")
        self.write("dyn.in", "dyn\n")
        build = ("--build", "--python-bin", sys.executable)
        for form in ((), ("--verbose",), ("--json",)):
            result = self.finish(*self.lock_args("dyn.in", *build, *form))
            self.assertNotEqual(result.code, 0, result.err)
            self.assertIn(b"\\x1b", result.out + result.err if not form or form[0] != "--json" else b"\\x1b")
            self.finish(*self.lock_args("requirements.in", *build, *form))
            self.finish("bake", "--python-bin", sys.executable, *form)
