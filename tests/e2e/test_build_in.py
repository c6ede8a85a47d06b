"""bake and lock --build-in IMAGE, with an engine that writes down what it is asked and runs it here."""

import json
import os
import sys
import unittest

from sdist_maker import PYTHON, BuildCase, sdist

LABEL = "e2e"

ENGINE = '''#!{python}
import json, os, sys
with open({log!r}, "a") as log:
    log.write(json.dumps([sys.argv[1:], sorted(os.environ)]) + "\\n")
if sys.argv[1:3] == ["image", "inspect"]:
    if sys.argv[-1] != "base:1":
        sys.exit("Error: no such image: " + sys.argv[-1])
    print("sha256:0123abcd")
elif sys.argv[1] == "pull":
    sys.exit("Error: the registry does not know it")
elif sys.argv[1] == "run":
    command = sys.argv[sys.argv.index("sha256:0123abcd") + 1:]
    os.chdir(sys.argv[sys.argv.index("--workdir") + 1])
    os.execv("/usr/bin/env", ["env", *command])
'''


class BuildIn(BuildCase):
    def setUp(self):
        super().setUp()
        self.log = self.dir / "engine.log"
        self.bin = self.dir / "bin"
        self.bin.mkdir()
        engine = self.bin / "docker"
        engine.write_text(ENGINE.format(python=sys.executable, log=str(self.log)))
        engine.chmod(0o755)
        (self.bin / f"python{PYTHON}").symlink_to(sys.executable)

    def calls(self, word):
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        return [(arguments, names) for arguments, names in map(json.loads, lines) if arguments[0] == word]

    def bake_in(self, image, *args, code=0):
        env = {**self.environment(), "PATH": str(self.bin), "SECRET_TOKEN": "xyz"}
        command = ("bake", "pylock.toml", "--build-in", image, *args)
        return self.ok(*command, env=env) if code == 0 else self.fails(code, *command, env=env)

    def test_each_step_runs_in_a_closed_container(self):
        self.locked(sdist("demo", "1.0", "files['demo/env.txt'] = chr(10).join(sorted(os.environ))"))
        self.bake_in("base:1")
        runs = self.calls("run")
        self.assertEqual(len(runs), 4)  # describe, unpack, requires, wheel
        for run, names in runs:
            for word in ("--network=none", "--read-only", "--cap-drop=ALL", "--rm"):
                self.assertIn(word, run)
            self.assertIn(f"{os.geteuid()}:{os.getegid()}", run)
            self.assertNotIn("SECRET_TOKEN", names)
        mounts = [word for word in runs[1][0] if word.startswith("type=bind")]
        self.assertEqual(len(mounts), 1, mounts)  # of the cache nothing
        mounts = [word for word in runs[3][0] if word.startswith("type=bind")]
        self.assertRegex(mounts[-1], r'/env",.*,readonly$')
        self.assertNotIn("SECRET_TOKEN", self.built_file("demo/env.txt"))

    def test_the_same_bytes_as_here(self):
        self.locked(sdist("demo", "1.0", files={"demo/data.txt": "words " * 1000}))
        self.bake()
        before = set(self.layers())
        self.bake_in("base:1", "-o", "other")
        self.assertEqual(set(self.layers("other")), before)
        self.bake_in("base:1", "-o", "other", "--offline")

    def test_network_where_it_was_asked_for(self):
        self.locked(sdist("demo", "1.0"))
        self.bake_in("base:1", "--build-network")
        self.assertTrue(all("--network=bridge" in run for run, _ in self.calls("run")[1:]))

    def test_so_are_questions_for_metadata(self):
        self.write("p/pyproject.toml", '[build-system]\nrequires = []\nbuild-backend = "be"\nbackend-path = ["."]\n'
                   '[project]\nname = "p"\ndynamic = ["version", "dependencies"]\n')
        self.write("p/be.py", "import os\ndef prepare_metadata_for_build_wheel(d, c=None):\n    os.makedirs(d + '/p-1.dist-info')\n"
                   "    open(d + '/p-1.dist-info/METADATA', 'w').write('Metadata-Version: 2.1\\nName: p\\nVersion: 1\\n')\n"
                   "    return 'p-1.dist-info'\ndef build_wheel(d, c=None, m=None):\n    raise SystemExit('no wheel of it')\n")
        self.write("requirements.in", "./p\n")
        env = {**self.environment(), "PATH": str(self.bin)}
        self.fails(1, *self.lock_args(), "--build", "--build-in", "base:1", env=env, says="no wheel of it")
        steps = [next(word for word in run if word in ("describe", "unpack", "requires", "metadata", "wheel"))
                 for run, _ in self.calls("run")]
        self.assertEqual(steps, ["describe", "unpack", "requires", "metadata", "describe", "unpack", "requires", "wheel"])
        (self.bin / f"python{PYTHON}").unlink()
        self.fails(3, *self.lock_args(), "--build", "--build-in", "base:1", env=env, cache=self.dir / "other",
                   says="the image has no python")  # one of this machine does not take its place

    def test_no_such_image(self):
        self.locked(sdist("demo", "1.0"))
        self.assertIn("no image 'other:1': Error: the registry does not know it", self.bake_in("other:1", code=4).err)
        self.assertEqual(len(self.calls("pull")), 1)
        self.assertIn("no such image", self.bake_in("other:1", "--offline", code=4).err)
        self.assertEqual(len(self.calls("pull")), 1)

    def test_no_such_python_in_it(self):
        self.locked(sdist("demo", "1.0"))
        (self.bin / f"python{PYTHON}").unlink()
        self.assertIn(f"the image has no python{PYTHON} on its PATH", self.bake_in("base:1", code=3).err)

    def answer(self, line, text):
        """The image's Python describes itself as it is, but for one line."""
        python = self.bin / f"python{PYTHON}"
        python.unlink()
        python.write_text(f"#!{sys.executable}\nimport subprocess, sys\n"
                          f"subprocess.run([{sys.executable!r}, *sys.argv[1:]], check=True)\n"
                          f"lines = open(sys.argv[4]).read().splitlines()\nlines[{line}] = {text!r}\n"
                          "open(sys.argv[4], 'w').write(chr(10).join(lines) + chr(10))\n")
        python.chmod(0o755)

    def test_an_image_that_is_not_the_targets_is_refused(self):
        self.locked(sdist("demo", "1.0"))
        for line, text, says in ((4, "musl", "the image has musl, but the lock is for cp"),
                                 (3, "linux-riscv64", "the image is for linux-riscv64, but the lock is for cp"),
                                 (1, "free", f"the image is Python {sys.version.split()[0]}t, but the lock is for cp"),
                                 (0, "3.4.5", "the image is Python 3.4.5, but the lock is for cp")):
            with self.subTest(says=says):
                self.answer(line, text)
                self.assertIn(says, self.bake_in("base:1", code=3).err)
                self.assertEqual(len(self.calls("run")), 1)
                self.log.unlink()

    def test_no_engine(self):
        self.locked(sdist("demo", "1.0"))
        self.bake_fails(3, "--build-in", "base:1", "--build-engine", "nerdctl", says="there is no 'nerdctl' to build with")

    def test_an_image_is_no_option(self):
        self.locked(sdist("demo", "1.0"))
        self.bake_fails(2, "--build-in=--help", says="'--help' is no image")

    def test_an_interrupt_removes_the_container(self):
        self.locked(sdist("demo", "1.0", "open('begun', 'w'); time.sleep(60)"))
        env = {**self.environment(), "PATH": f"{self.bin}:/usr/bin:/bin"}
        process = self.start("bake", "pylock.toml", "--build-in", "base:1", env=env)
        result = self.interrupt(process, lambda: any("wheel" in run for run, _ in self.calls("run")))
        self.assertEqual(result.code, 130, str(result))
        names = [run[run.index("--name") + 1] for run, _ in self.calls("run")]
        self.assertEqual(self.calls("rm")[-1][0], ["rm", "-f", names[-1]])
        self.assertIn(f"-{os.geteuid()}-", names[-1])  # others may share the daemon


if __name__ == "__main__":
    unittest.main()
