"""Builds where CI runs them: as root inside of a container, of which most can have no sandbox; and in an image by podman
without root."""

import io
import os
import pathlib
import shutil
import subprocess
import sys
import tarfile
import unittest

from harness import PINBAKE, find_docker
from sdist_maker import BuildCase, sdist
from test_docker import base_image

LABEL = "docker"

DOCKER = find_docker()
TAG = f"pinbake-test-ci-{os.getpid()}"


def docker(*args, **options):
    return subprocess.run([DOCKER, *args], capture_output=True, timeout=300, **options)


def empty_image():
    """Folders and links alone: the machine's own /usr is mounted."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        for name in ("usr", "etc", "tmp", "var", "var/tmp", "root", "proc", "dev", "sys"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode = tarfile.DIRTYPE, 0o1777 if name.endswith("tmp") else 0o755
            archive.addfile(entry)
        for name in ("bin", "sbin", "lib", "lib64"):
            if pathlib.Path("/" + name).is_symlink():
                entry = tarfile.TarInfo(name)
                entry.type, entry.linkname = tarfile.SYMTYPE, os.readlink("/" + name)
                archive.addfile(entry)
    return out.getvalue()


@unittest.skipUnless(DOCKER and pathlib.Path("/bin").is_symlink(), "no docker daemon answers, or /usr is not all of the system")
class InDocker(BuildCase):
    @classmethod
    def setUpClass(cls):
        made = docker("import", "-", TAG, input=empty_image())
        if made.returncode != 0:
            raise unittest.SkipTest("docker cannot import an image here: " + made.stderr.decode().strip())

    @classmethod
    def tearDownClass(cls):
        docker("rmi", "-f", TAG)

    def bake_there(self, *args, options=(), variables=()):
        mounts = ["/usr", "/etc/ld.so.cache", "/etc/alternatives", sys.base_prefix, sys.prefix, PINBAKE]
        command = ["run", "--rm", "--network=none", *options, "--workdir", self.work, "-v", f"{self.dir}:{self.dir}"]
        for path in dict.fromkeys(map(str, mounts)):
            if pathlib.Path(path).exists() and not path.startswith("/usr/"):
                command += ["-v", f"{path}:{path}:ro"]
        for variable in variables:
            command += ["-e", variable]
        command += [TAG, PINBAKE, "bake", "pylock.toml", "--python-bin", sys.executable, "--cache-dir", self.cache,
                    "--offline", *args]
        ran = docker(*map(str, command))
        return ran.returncode, ran.stderr.decode()

    def prepare(self):
        self.locked(sdist("demo", "1.0", "files['demo/user.txt'] = str(os.getuid())"))

    def test_as_root_in_a_container(self):
        self.prepare()
        code, said = self.bake_there()
        self.assertEqual(code, 3, said)
        self.assertIn("no sandbox can be made here", said)
        self.assertIn("--build-in", said)
        self.assertIn("--build-unconfined", said)
        code, said = self.bake_there("--build-unconfined")
        self.assertEqual(code, 0, said)
        self.assertIn("building demo 1.0", said)
        self.assertEqual(said.count("warning: --build-unconfined"), 1, said)
        shutil.rmtree(self.cache / "built")
        code, said = self.bake_there(variables=["PINBAKE_BUILD_UNCONFINED=1"])
        self.assertEqual(code, 0, said)

    def test_in_a_container_that_may_make_namespaces(self):
        self.prepare()
        open_ones = [f"--security-opt={word}=unconfined" for word in ("seccomp", "systempaths", "apparmor")]
        code, said = self.bake_there(options=open_ones)
        if "no sandbox can be made here" in said:
            self.skipTest("docker grants no namespaces here at all: " + said)
        self.assertEqual(code, 0, said)
        self.assertIn("building demo 1.0", said)
        self.assertNotIn("--build-unconfined", said)


@unittest.skipUnless(shutil.which("podman"), "there is no podman")
class WithoutRoot(BuildCase):
    """podman run by a user: who runs pinbake, or where that is root, nobody, with a range of numbers of its own."""

    def setUp(self):
        super().setUp()
        settings = self.dir / "home/.config/containers"
        settings.mkdir(parents=True)
        (settings / "storage.conf").write_text('[storage]\ndriver = "vfs"\n[storage.options.vfs]\nignore_chown_errors = "true"\n')
        (settings / "containers.conf").write_text('[engine]\ncgroup_manager = "cgroupfs"\nevents_logger = "file"\n')
        (self.dir / "run").mkdir(mode=0o700)
        self.settings = {**self.environment(), "XDG_RUNTIME_DIR": str(self.dir / "run")}
        self.under = ()
        if os.geteuid() == 0:
            (self.dir / "range").write_text("nobody:200000:65536\n")
            script = (f"mount --bind {self.dir}/range /etc/subuid && mount --bind {self.dir}/range /etc/subgid && "
                      'exec setpriv --reuid 65534 --regid 65534 --clear-groups "$@"')
            self.under = ("unshare", "--mount", "sh", "-c", script, "sh")
            self.without_privileges()

    def podman(self, *args):
        done = subprocess.run([*self.under, "podman", *map(str, args)], capture_output=True, text=True, timeout=300,
                              env=self.settings, cwd=self.work)
        if done.returncode:
            self.skipTest("podman cannot run here without root: " + done.stderr.strip()[-300:])

    def test_build_in_an_image(self):
        image = self.dir / "image.tar"
        content = io.BytesIO(base_image())
        with tarfile.open(fileobj=content, mode="a") as archive:
            archive.add("/usr/bin/env", "usr/bin/env")
        image.write_bytes(content.getvalue())
        image.chmod(0o644)
        self.podman("import", "--change", "ENV PATH=/usr/local/bin:/usr/bin:/bin", image, "pinbake-test-base")
        self.podman("run", "--rm", "--network=none", "--userns=keep-id", "pinbake-test-base", "python3", "-c", "")
        self.index.add(sdist("demo", "1.0", "files['demo/host.txt'] = os.uname().nodename"))
        self.write("requirements.in", "demo\n")
        self.ok(*self.lock_args(), env=self.settings, under=self.under)
        self.ok("bake", "pylock.toml", "--build-in", "localhost/pinbake-test-base", "--build-engine", "podman",
                env=self.settings, timeout=300, under=self.under)
        self.assertEqual(self.built_file("demo/host.txt"), "build")
        self.podman("unshare", "rm", "-rf", self.dir / "home")


if __name__ == "__main__":
    unittest.main()
