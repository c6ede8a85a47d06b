"""What the code of a package that is built can reach: of this machine nothing, be it a wheel's build or a question for
metadata, and whatever a lock asks for. The sandbox itself is tested in C (tests/base/test_sandbox.c)."""

import json
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

import harness
from sdist_maker import BuildCase, no_sandbox, processes_with, sdist

LABEL = "e2e"

# Runs within build_wheel: what can be read, reached and done there, as JSON in the wheel.
LOOK = '''
    import ctypes, json, pwd, socket, subprocess
    report = {{}}
    def attempt(name, work):
        try:
            report[name] = work()
        except BaseException as error:
            report[name] = type(error).__name__
    def environ(pid):
        return open("/proc/%d/environ" % pid, "rb").read().decode("utf-8", "replace")
    def enter(pid):
        fd = os.open("/proc/%d/ns/net" % pid, os.O_RDONLY)
        return ctypes.CDLL(None).setns(fd, 0)
    def connect():
        socket.create_connection(("127.0.0.1", {port}), 2)
        return "reached"
    for path in {paths!r}:
        attempt("read " + path, lambda: open(path).read())
        attempt("write " + path, lambda: open(path, "a").write("x"))
    attempt("environ of 1", lambda: environ(1))
    attempt("environ of parent", lambda: environ(os.getppid()))
    attempt("words", lambda: [open("/proc/%s/cmdline" % name).read() for name in ("1", os.getppid())])
    attempt("enter", lambda: enter(1))
    attempt("connect", connect)
    attempt("processes", lambda: sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
    attempt("home", lambda: os.listdir(pwd.getpwuid(os.getuid()).pw_dir))
    attempt("user", os.getuid)
    attempt("capabilities", lambda: [line for line in open("/proc/self/status") if line.startswith(("Cap", "NoNew", "Seccomp"))])
    attempt("descriptors", lambda: sorted(os.listdir("/proc/self/fd")))
    attempt("tmp", lambda: os.listdir("/tmp"))
    attempt("sudo", lambda: subprocess.call(["unshare", "-U", "true"], stderr=subprocess.DEVNULL))
    attempt("environment", lambda: dict(os.environ))
    files["demo/report.json"] = json.dumps(report)
'''


def need_sandbox(test):
    if no_sandbox():
        test.skipTest(no_sandbox())


class Sandbox(BuildCase):
    def look_code(self, paths=()):
        port = self.index.url.split(":")[2].split("/")[0]
        return LOOK.format(port=port, paths=[str(path) for path in paths]).strip()

    def report(self):
        return json.loads(self.built_file("demo/report.json"))

    def secrets(self):
        """Files that a build has no business with: in the home, the project, the cache and elsewhere of a user's."""
        paths = [self.dir / "home/.netrc", self.work / ".env", self.cache / "kept", self.dir / "elsewhere",
                 pathlib.Path(f"/var/tmp/pinbake-test-{os.getpid()}")]
        for path in paths:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("secret words")
            path.chmod(0o666)
        self.addCleanup(paths[-1].unlink)
        return paths

    def test_a_build_reaches_nothing_of_the_machine(self):
        need_sandbox(self)
        secrets = self.secrets()
        self.locked(sdist("demo", "1.0", self.look_code([*secrets, "/etc/shadow"])))
        self.bake("--extra-index-url", "https://me:topSECRET@127.0.0.1:1/", "--offline",
                  env=self.environment(PINBAKE_INDEX_PASSWORD="topSECRET"))
        report = self.report()
        for path in [*secrets, "/etc/shadow"]:
            self.assertIn(report[f"read {path}"], ("FileNotFoundError", "PermissionError"), path)
        self.assertEqual([path.read_text() for path in secrets], ["secret words"] * len(secrets))
        self.assertNotIn("topSECRET", json.dumps(report))
        self.assertEqual(report["environ of 1"], "PermissionError")
        self.assertIn(report["enter"], (-1, "PermissionError"))
        self.assertEqual(report["connect"], "OSError")
        self.assertEqual(len(report["processes"]), 2, report)
        self.assertEqual(report["user"], 1000)
        self.assertEqual(len(report["descriptors"]), 4, report)  # the last is that of the question
        self.assertLessEqual(set(report["tmp"]), {self.dir.name})  # where the cache is there, the room is, too
        self.assertNotEqual(report["sudo"], 0)
        for line in report["capabilities"]:
            word, value = line.split()
            self.assertEqual(int(value, 16), {"NoNewPrivs:": 1, "Seccomp:": 2, "Seccomp_filters:": int(value, 16)}.get(word, 0))

    def test_so_does_a_question_for_metadata(self):
        need_sandbox(self)
        secret = self.secrets()[0]
        project = '[build-system]\nrequires = []\nbuild-backend = "be"\nbackend-path = ["."]\n[project]\nname = "p"\ndynamic = ["version", "dependencies"]\n'
        hook = (f"import os\ndef prepare_metadata_for_build_wheel(d, c=None):\n"
                f"    assert not os.path.exists({str(secret)!r}) and not os.path.exists({str(self.work)!r})\n"
                "    os.makedirs(d + '/p-1.dist-info')\n"
                "    open(d + '/p-1.dist-info/METADATA', 'w').write('Metadata-Version: 2.1\\nName: p\\nVersion: 1\\n')\n"
                "    return 'p-1.dist-info'\n"
                "def build_wheel(d, c=None, m=None):\n"
                "    import zipfile\n"
                "    with zipfile.ZipFile(d + '/p-1-py3-none-any.whl', 'w') as wheel:\n"
                "        wheel.writestr('p-1.dist-info/METADATA', 'Metadata-Version: 2.1\\nName: p\\nVersion: 1\\n')\n"
                "        wheel.writestr('p-1.dist-info/WHEEL', 'Wheel-Version: 1.0\\nTag: py3-none-any\\n')\n"
                "        wheel.writestr('p-1.dist-info/RECORD', '')\n"
                "    return 'p-1-py3-none-any.whl'\n")
        self.write("p/pyproject.toml", project)
        self.write("p/be.py", hook)
        self.write("requirements.in", "./p\n")
        self.ok(*self.lock_args(), "--build", "--python-bin", sys.executable)

    def test_nothing_of_it_goes_on_running(self):
        need_sandbox(self)
        code = ("marker = 'left-by-' + 'a-build'\n"
                "    import subprocess, sys\n"
                "    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', marker], start_new_session=True)")
        self.locked(sdist("demo", "1.0", code))
        self.bake()
        self.assertEqual(processes_with("left-by-a-build"), [])

    def test_an_interrupt_ends_it_at_once(self):
        self.locked(sdist("demo", "1.0", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(60)"))
        process = self.start("bake", "pylock.toml", "--python-bin", sys.executable)
        result = self.interrupt(process, lambda: processes_with("build_wheel.py wheel"))
        self.assertEqual(result.code, 130, str(result))

    def test_a_lock_cannot_open_the_network(self):
        self.index.add(sdist("demo", "1.0", self.look_code()))
        self.lock("demo\n", "--build-network")
        line = self.read("pylock.toml").splitlines().index("network = true") + 1
        says = [rf"pylock.toml:{line}:11: error: the lock asks that the build of 'demo' 1.0 may reach the network",
                "hint: .*--build-network"]
        self.bake_fails(3, says=says)
        self.fails(3, "install", "pylock.toml", "--prefix", "env", "--interpreter", sys.executable, says=says)
        self.assertEqual(list(self.cache.glob("built/logs/*")), [])
        self.bake("--build-network")
        self.assertEqual(self.report()["connect"], "reached")
        # What was built with the user's leave needs no more of it.
        self.bake("-o", "again")
        shutil.rmtree(self.cache / "built")
        self.fails(3, *self.lock_args(), "--build", "--python-bin", sys.executable, says=says)
        self.ok(*self.lock_args())
        self.assertIn("network = true\n", self.read("pylock.toml"))  # it goes on asking

    def test_nor_can_that_of_a_build_requirement(self):
        self.index.add(sdist("helper", "1.0"))
        self.index.add(sdist("demo", "1.0", project='[build-system]\nrequires = ["helper"]\nbuild-backend = "backend"\n'
                             'backend-path = ["back"]\n'))
        self.lock("demo\n", "--build-network")
        text = self.read("pylock.toml")
        self.assertEqual(text.count("network = true\n"), 2, text)
        inner = text.index("network = true\n") if text.index("builds.packages") < text.index("network = true\n") \
            else text.rindex("network = true\n")
        outer = text.rindex("network = true\n") if inner == text.index("network = true\n") else text.index("network = true\n")
        self.write("pylock.toml", text[:outer] + text[outer + len("network = true\n"):])
        self.bake_fails(3, says="the lock asks that the build of '(helper|demo)' 1.0 may reach the network")

    def test_bytecode_is_made_in_it_too(self):
        """Also with a cache that is named as seen from here, and where no sandbox can be had."""
        self.locked(sdist("demo", "1.0"))
        bake = ("bake", "pylock.toml", "--python-bin", sys.executable, "--pyc", sys.executable, "--cache-dir", "c")
        self.ok(*bake, cache=False)
        first = self.layers()
        self.assertTrue(any("/__pycache__/" in name for name in self.members()))
        shutil.rmtree(self.work / "c/bytecode")
        shutil.rmtree(self.work / "c/keys", ignore_errors=True)
        with self.without_namespaces() as under:
            self.ok(*bake, "-o", "other", cache=False, under=under, env=harness.Case.environment(self))
        self.assertEqual(set(self.layers("other")), set(first))

    def test_without_a_sandbox_there_is_no_build(self):
        self.locked(sdist("demo", "1.0", self.look_code()))
        self.write("requirements.in", "demo\n")
        bake = ("bake", "pylock.toml", "--python-bin", sys.executable)
        with self.without_namespaces() as under:
            confined = harness.Case.environment(self)
            result = self.fails(3, *bake, under=under, env=confined,
                                says=["no sandbox can be made here: ", "hint: .*--build-in.*--build-unconfined"])
            self.assertNotIn("building", result.err)
            self.fails(3, *self.lock_args(), "--build", "--python-bin", sys.executable, under=under, env=confined,
                       says="no sandbox can be made here: ")
            result = self.ok(*bake, "--build-unconfined", under=under, env=confined)
            self.assertEqual(result.err.count("warning: --build-unconfined: the code of packages"), 1, str(result))
        report = self.report()
        self.assertIn(report["connect"], ("PermissionError", "OSError"))
        self.assertIn("NoNewPrivs:\t1\n", report["capabilities"])
        self.bake("-o", "other", env={**confined, "PINBAKE_BUILD_UNCONFINED": "1"})

    def without_namespaces(self):
        """A prefix of commands for which the kernel makes no more namespaces."""
        if no_sandbox():
            return Under(())
        script = 'echo 0 >/proc/sys/user/max_user_namespaces && exec "$@"'
        under = ("unshare", "--user", "--map-root-user", "sh", "-c", script, "sh")
        if subprocess.run([*under, "true"], capture_output=True).returncode:
            self.skipTest("namespaces cannot be taken away here")
        return Under(under)

    def test_an_unconfined_build_leaves_nothing_running(self):
        code = ("import subprocess, sys\n"
                "    subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', 'left-by-' + 'unconfined'], "
                "start_new_session=True)")
        self.locked(sdist("demo", "1.0", code))
        self.bake("--build-unconfined")
        self.assertEqual(processes_with("left-by-unconfined"), [])


class Output(BuildCase):
    """What a build leaves behind is not taken for what it says it is."""

    def made(self, code, **options):
        self.locked(sdist("demo", "1.0", f"path = os.path.join(directory, name)\n    {code}", **options))

    def test_a_wheel_that_is_a_link(self):
        self.write("outside.whl", "secret words")
        self.made(f"os.symlink({str(self.work / 'outside.whl')!r}, path)\n    return name")
        result = self.bake_fails(1, says="the backend made no file")
        self.assertNotIn("secret words", result.err)

    def test_a_wheel_that_is_a_pipe(self):
        self.made("os.mkfifo(path)\n    return name")
        self.bake_fails(1, says="the backend made no file", timeout=30)

    def test_a_wheel_that_is_elsewhere(self):
        self.made("os.rename(__file__, os.path.dirname(directory) + '/' + name)\n    return '../' + name")
        self.bake_fails(1, says="which is no wheel")

    def test_a_wheel_that_is_a_folder(self):
        self.made("os.mkdir(path)\n    return name")
        self.bake_fails(1, says="the backend made no file")

    def test_folders_that_are_deep_and_closed_are_removed(self):
        need_sandbox(self)
        code = ("import sys; here = os.getcwd(); os.makedirs('a'); os.chdir('a')\n"
                "    for i in range(500):\n"
                "        os.mkdir('d' * 20)\n"
                "        os.chdir('d' * 20)\n"
                "    os.chdir(here)\n"
                "    for mode in (0, 0o500, 0o300):\n"
                "        os.makedirs('closed%d/x/y' % mode)\n"
                "        os.chmod('closed%d/x' % mode, mode)\n"
                "    os.chmod('.', 0o500)")
        source = sdist("demo", "1.0", code)
        self.index.add(source)
        self.write("requirements.in", "demo\n")
        who = self.without_privileges()
        python = ("/usr/bin/python3",) if who else (sys.executable,)
        version = subprocess.run([*python, "-c", "import sys; print('%d.%d' % sys.version_info[:2])"], capture_output=True,
                                 text=True).stdout.strip()
        self.ok("lock", "requirements.in", "-o", "pylock.toml", "--index-url", self.index.url, "--python", version, *self.TARGET[2:],
                **who)
        self.ok("bake", "pylock.toml", "--python-bin", *python, **who)
        rooms = [self.cache / "built/work" / source.sha256[:16], pathlib.Path("/var/tmp/pinbake-build") / source.sha256[:16]]
        self.assertEqual([str(room) for room in rooms if room.exists()], [])

    def test_metadata_that_is_elsewhere(self):
        self.write("p/pyproject.toml", '[build-system]\nrequires = []\nbuild-backend = "be"\nbackend-path = ["."]\n'
                   '[project]\nname = "p"\ndynamic = ["version", "dependencies"]\n')
        self.write("requirements.in", "./p\n")
        for answer in ("../home", "/etc", "x"):
            self.write("p/be.py", "import os\ndef prepare_metadata_for_build_wheel(d, c=None):\n"
                       "    open(d + '/../home/METADATA', 'w').write('Metadata-Version: 2.1\\nName: p\\nVersion: 1\\n')\n"
                       f"    os.symlink('/etc', d + '/x')\n    return {answer!r}\n")
            with self.subTest(answer=answer):
                self.fails(1, *self.lock_args(), "--build", "--python-bin", sys.executable,
                           says="(did not say what it made|made no file)")


class Editable(BuildCase):
    """A build in the project's own folder may write there, but not what git would run, and it is the folder's owner."""

    PROJECT = ('[build-system]\nrequires = []\nbuild-backend = "be"\nbackend-path = ["."]\n'
               '[project]\nname = "p"\nversion = "1"\n')
    BACKEND = """
import os, zipfile
def build_editable(directory, config_settings=None, metadata_directory=None):
    open("made-here", "w").write(str(os.stat("pyproject.toml").st_uid == os.getuid()))
    for path in (".git/hooks/pre-commit", ".git/config"):
        try:
            open(path, "a").write("x")
        except OSError:
            continue
        raise SystemExit("could write to " + path)
    try:
        open("../outside", "w").write("gone with the sandbox")
    except OSError:
        pass
    with zipfile.ZipFile(directory + "/p-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("p.pth", os.getcwd())
        wheel.writestr("p-1.dist-info/METADATA", "Metadata-Version: 2.1\\nName: p\\nVersion: 1\\n")
        wheel.writestr("p-1.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("p-1.dist-info/RECORD", "")
    return "p-1-py3-none-any.whl"
"""

    def test_editable(self):
        need_sandbox(self)
        self.write("p/pyproject.toml", self.PROJECT)
        self.write("p/be.py", self.BACKEND)
        self.write("p/.git/hooks/x", "")
        self.write("p/.git/config", "")
        self.write("requirements.in", "-e ./p\n")
        self.ok(*self.lock_args())
        install = ("install", "pylock.toml", "--interpreter", sys.executable, "--prefix")
        self.ok(*install, "one")
        self.assertEqual(self.read("p/made-here"), "True")
        self.assertEqual(self.read("p/.git/config"), "")
        self.assertFalse((self.work / "outside").exists())
        if os.geteuid() != 0:
            return
        for path in [self.work / "p", *(self.work / "p").rglob("*")]:
            os.chown(path, 1234, 1234)
        (self.work / "p/made-here").unlink()
        self.ok(*install, "two")
        self.assertEqual((self.work / "p/made-here").stat().st_uid, 1234)


class Under:
    def __init__(self, words):
        self.words = words

    def __enter__(self):
        return self.words

    def __exit__(self, *_):
        return False


if __name__ == "__main__":
    unittest.main()
