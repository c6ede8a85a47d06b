"""What the code of a package that is built can reach: of this machine nothing, be it a wheel's build or a question for
metadata, and whatever a lock asks for. The sandbox itself is tested in C (tests/base/test_sandbox.c)."""

import json
import os
import pathlib
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
    attempt("enter", lambda: enter(1))
    attempt("connect", connect)
    attempt("processes", lambda: sorted(int(name) for name in os.listdir("/proc") if name.isdigit()))
    attempt("home", lambda: os.listdir(pwd.getpwuid(os.getuid()).pw_dir))
    attempt("user", os.getuid)
    attempt("capabilities", lambda: [line for line in open("/proc/self/status") if line.startswith(("Cap", "NoNew", "Seccomp"))])
    attempt("descriptors", lambda: sorted(os.listdir("/proc/self/fd")))
    attempt("tmp", lambda: os.listdir("/tmp") + os.listdir("/var/tmp/pinbake-build"))
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
        self.bake(env=self.environment(PINBAKE_INDEX_PASSWORD="topSECRET"))
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
        self.assertEqual(len(report["tmp"]), 1, report)
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


class Under:
    def __init__(self, words):
        self.words = words

    def __enter__(self):
        return self.words

    def __exit__(self, *_):
        return False


if __name__ == "__main__":
    unittest.main()
