"""--torch-backend: torch's family from an index of its own, written into the lock and reused (792.1 is here, too)."""

import re
import unittest

from harness import Case, Index, wheel

LABEL = "e2e"
LINUX = "cp312-cp312-linux_x86_64"


class Torch(Case):
    """One server with /whl/BACKEND below it, another one as the ordinary index."""

    def setUp(self):
        super().setUp()
        self.index.add(wheel("torch", "2.9.0", tag="cp312-cp312-manylinux_2_28_x86_64", requires=["nvidia-cublas"]))
        self.index.add(wheel("nvidia-cublas", "12.8", tag="py3-none-manylinux_2_27_x86_64"))
        self.index.add(wheel("filelock", "3.0"))
        self.index.add(wheel("torchserve", "0.12"))
        self.torch = Index()
        self.addCleanup(self.torch.close)
        self.backends = {
            "cpu": [wheel("torch", "2.8.0+cpu", tag=LINUX, requires=["filelock"]),
                    wheel("torch", "2.8.0+cpu.cxx11.abi", tag=LINUX, requires=["filelock"]),
                    wheel("torch", "2.8.0", tag="cp312-none-macosx_11_0_arm64", requires=["filelock"]),
                    wheel("filelock", "99.0")],
            "cu128": [wheel("torch", "2.8.0+cu128", tag=LINUX, requires=["filelock", "nvidia-cublas", "triton==3.4.0"]),
                      wheel("torchvision", "0.23.0+cu128", tag=LINUX, requires=["torch==2.8.0"]),
                      wheel("triton", "3.4.0", tag=LINUX)],
        }
        page = self.torch.page
        for each in {w.filename: w for wheels in self.backends.values() for w in wheels}.values():
            self.torch.add(each)
        handler = self.torch.server.RequestHandlerClass
        test = self

        def find(self, path):
            found = re.fullmatch(r"/whl/([^/]+)/([^/]+)/", path)
            if not found:
                return handler.__mro__[1].find(self, path)
            files = [w for w in test.backends.get(found[1], []) if w.project == found[2]]
            body = "".join(f'<a href="/files/{w.filename.replace("+", "%2B")}#sha256={w.sha256}">{w.filename}</a>\n'
                           for w in files)
            return ("text/html", f"<html><body>{body}</body></html>".encode()) if files else None

        handler.find = lambda self, path: find(self, path.replace("%2B", "+"))
        self.assertTrue(page)
        self.write("requirements.in", "torch\n")

    def lock(self, *args, code=0, target=None, index=True):
        extra = ["--torch-index", self.torch.base + "/whl"] if index else []
        result = self.run_program("lock", "requirements.in", *(target or self.TARGET), *extra, *args,
                                  env=self.environment(PINBAKE_INDEX_URL=self.index.url))
        self.assertEqual(result.code, code, str(result))
        return result

    def test_without_a_backend_it_is_any_package(self):
        self.lock(index=False)
        self.assertEqual(self.pins()["torch"], "2.9.0")
        self.assertNotIn("torch-backend", self.read("pylock.toml"))

    def test_751_1_a_lock_for_each_side_of_a_conflict(self):
        self.write("pyproject.toml", '[project]\nname = "app"\nversion = "1"\ndependencies = ["filelock"]\n'
                   '[project.optional-dependencies]\ncpu = ["torch"]\ngpu = ["torch"]\n'
                   '[tool.pinbake]\nconflicts = [[{ extra = "cpu", torch-backend = "cpu" },'
                   ' { extra = "gpu", torch-backend = "cu128" }]]\n')
        self.ok("lock", "--extra", "cpu", "--extra", "gpu", *self.TARGET, "--torch-index", self.torch.base + "/whl",
                env=self.environment(PINBAKE_INDEX_URL=self.index.url))
        self.assertEqual(self.pins("pylock.cpu.toml"), {"filelock": "3.0", "torch": "2.8.0+cpu"})
        self.assertEqual(self.pins("pylock.gpu.toml")["torch"], "2.8.0+cu128")
        self.assertIn('torch-backend = "cpu"', self.read("pylock.cpu.toml"))
        self.assertIn('torch-backend = "cu128"', self.read("pylock.gpu.toml"))
        self.assertFalse((self.work / "pylock.toml").exists())

    def test_cuda(self):
        self.write("requirements.in", "torch\ntorchvision\n")
        self.lock("--torch-backend", "cu128")
        self.assertEqual(self.pins(), {"torch": "2.8.0+cu128", "torchvision": "0.23.0+cu128", "triton": "3.4.0",
                                       "filelock": "3.0", "nvidia-cublas": "12.8"})
        self.assertIn(f'torch-backend = "cu128"\ntorch-index = "{self.torch.base}/whl"\n', self.read("pylock.toml"))
        self.assertIn(f"{self.torch.base}/whl/cu128", self.read("pylock.toml"))

    def test_cpu_has_exactly_that_local_version(self):
        """2.8.0+cpu.cxx11.abi is newer by PEP 440, and another build."""
        self.lock("--torch-backend", "cpu")
        self.assertEqual(self.pins(), {"torch": "2.8.0+cpu", "filelock": "3.0"})

    def test_other_names_are_not_asked_there(self):
        self.lock("--torch-backend", "cpu")
        self.assertNotIn("/whl/cpu/filelock/", self.torch.paths())
        self.assertNotIn("/simple/torch/", self.index.paths())

    def test_what_has_no_build_of_its_own_may_come_from_elsewhere(self):
        self.write("requirements.in", "torchserve\n")
        self.lock("--torch-backend", "cpu")
        self.assertEqual(self.pins(), {"torchserve": "0.12"})
        self.write("requirements.in", "torchaudio\n")
        self.index.add(wheel("torchaudio", "2.9.0"))
        self.lock("--torch-backend", "cpu", code=1)

    def test_relock_and_check_reuse_it(self):
        self.lock("--torch-backend", "cu128")
        first = self.read("pylock.toml")
        self.lock(index=False)
        self.assertEqual(self.read("pylock.toml"), first)
        self.lock("--check", index=False)
        self.lock("--check", "--torch-backend", "cpu", index=False, code=1)
        self.lock("-U", index=False)
        self.assertEqual(self.read("pylock.toml"), first)
        self.lock("-U", "--torch-backend", "none", index=False)
        self.assertEqual(self.pins()["torch"], "2.9.0")
        self.assertNotIn("torch-", self.read("pylock.toml").partition("[[packages]]")[0])

    def test_another_backend_moves_the_pins(self):
        self.lock("--torch-backend", "cu128")
        self.lock("--torch-backend", "cpu")
        self.assertEqual(self.pins()["torch"], "2.8.0+cpu")

    def test_variable(self):
        result = self.run_program("lock", "requirements.in", *self.TARGET,
                                  env=self.environment(PINBAKE_INDEX_URL=self.index.url, PINBAKE_TORCH_BACKEND="cpu",
                                                       PINBAKE_TORCH_INDEX=self.torch.base + "/whl/"))
        self.assertEqual(result.code, 0, str(result))
        self.assertEqual(self.pins()["torch"], "2.8.0+cpu")

    def test_credentials_of_the_index_are_not_kept(self):
        url = self.torch.base.replace("://", "://someone:s3cr3t@") + "/whl"
        self.torch.users["/"] = "someone:s3cr3t"
        self.lock("--torch-backend", "cpu", "--torch-index", url, index=False)
        self.assertNotIn("s3cr3t", self.read("pylock.toml"))
        self.assertIn(f'torch-index = "{self.torch.base}/whl"', self.read("pylock.toml"))

    def test_never_detected(self):
        result = self.lock("--torch-backend", "auto", code=2)
        self.assertIn("name the accelerator", result.err)

    def test_misspelt_and_new_backends(self):
        self.assertIn("did you mean 'cu128'?", self.lock("--torch-backend", "cuu128", code=2).err)
        self.assertIn("did you mean", self.lock("--torch-backend", "rocm6", code=2).err)
        self.backends["cu140"] = self.backends["cpu"]
        result = self.lock("--torch-backend", "cu140", "--torch-index", self.torch.base + "/whl", code=1)
        self.assertIn("is built for another accelerator", result.err)
        self.lock("--torch-index", self.torch.base, index=False, code=2)

    def test_macos_has_one_backend(self):
        mac = ("--python", "3.12", "--platform", "macos/arm64")
        result = self.lock("--torch-backend", "cu128", target=mac, code=2)
        self.assertIn("--torch-backend cpu", result.err)
        self.lock("--torch-backend", "cpu", target=mac)
        self.assertEqual(self.pins()["torch"], "2.8.0")


class Status(Case):
    """Project status (792.1)."""

    def lock(self, code, **options):
        self.write("requirements.in", "app\n")
        result = self.run_program(*self.lock_args(), **options)
        self.assertEqual(result.code, code, str(result))
        return result

    def test_792_1_quarantined_offers_nothing(self):
        for files in (True, False):
            with self.subTest(files=files):
                self.index.wheels.clear()
                self.index.add(wheel("app", "1.0", requires=["lib"]))
                lib = self.index.add(wheel("lib", "1.0"))
                self.index.statuses["lib"] = ("quarantined", "steals tokens")
                if not files:
                    self.index.wheels[lib.filename].version = "1.0"
                    page = self.index.json_page
                    self.index.json_page = lambda project, found: page(project, [] if project == "lib" else found)
                result = self.lock(1)
                self.assertIn("quarantine", result.err)
                self.assertIn("steals tokens", result.err)
                self.assertFalse((self.work / "pylock.toml").exists())

    def test_792_1_quarantined_and_named(self):
        self.index.add(wheel("app", "1.0"))
        self.index.statuses["app"] = ("quarantined", "")
        self.assertIn("quarantine", self.lock(1).err)

    def test_629_1_newer_minor_version_is_told_once(self):
        for name in ("app", "lib"):
            self.index.add(wheel(name, "1.0", requires=["lib"] if name == "app" else []))
        for html in (False, True):
            self.index.html, self.index.api_version = html, "1.9"
            told = self.lock(0, cache=self.dir / f"cache-{html}").err
            self.assertEqual(told.count("speaks a newer version of the index API"), 1, told)
        self.index.api_version = "1.1"
        self.assertNotIn("newer version", self.lock(0, cache=self.dir / "another").err)

    def test_792_1_archived_and_deprecated_warn(self):
        for status in ("archived", "deprecated"):
            self.index.add(wheel("app", "1.0"))
            self.index.statuses["app"] = (status, "")
            self.assertIn(f"is marked as {status}", self.lock(0).err)


if __name__ == "__main__":
    unittest.main()
