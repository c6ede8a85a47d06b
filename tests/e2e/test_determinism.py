"""The same lock gives the same bytes whoever bakes it, where and how."""

import os
import shutil
import unittest

from harness import Case, noise, tree, wheel

LABEL = "e2e"


class Determinism(Case):
    def setUp(self):
        super().setUp()
        for number in range(12):
            self.index.add(wheel(f"part-{number}", "1.0", scripts={f"part-{number}": f"part_{number}:main"},
                                 files={f"part_{number}/__init__.py": f"def main():\n    print({number})\n",
                                        f"part_{number}/Ünïcode.txt": "text\n" * number,
                                        f"part_{number}/noise.bin": noise(20_000 * number)}))
        self.index.add(wheel("heavy", "1.0", files={"heavy/blob.bin": noise(9 << 20)}))
        self.lock("heavy\n" + "".join(f"part-{number}\n" for number in range(12)))
        self.ok("bake", "pylock.toml", "-o", "reference")
        self.reference = self.content(self.work / "reference")

    @staticmethod
    def content(folder):
        return {path: (kind, digest) for path, (kind, _, digest) in tree(folder).items()}

    def same(self, name, *args, **options):
        self.ok("bake", "pylock.toml", "-o", self.dir / name, *args, **options)
        self.assertEqual(self.content(self.dir / name), self.reference)

    def test_empty_store(self):
        self.same("empty", cache=self.dir / "other-cache")

    def test_layers_known_wheels_gone(self):
        for path in self.cache.rglob("*"):
            if path.is_file() and "files" in path.parts:
                path.unlink()
        self.same("gone")

    def test_jobs(self):
        for jobs in ("1", "2", "7"):
            self.same(f"jobs-{jobs}", "-j", jobs, cache=self.dir / f"cache-{jobs}")

    def test_umask(self):
        for mask in (0o000, 0o077):
            old = os.umask(mask)
            try:
                self.same(f"umask-{mask:o}", cache=self.dir / f"cache-{mask:o}")
            finally:
                os.umask(old)
            modes = {mode for kind, mode, _ in tree(self.dir / f"umask-{mask:o}").values() if kind == "file"}
            self.assertEqual(modes, {0o644})

    def test_time_zone_locale_and_environment(self):
        env = self.environment(TZ="Pacific/Kiritimati", LC_ALL="tr_TR.UTF-8", LANG="C", USER="somebody", COLUMNS="40")
        self.same("zone", env=env, cache=self.dir / "zone-cache")

    def test_working_folder(self):
        elsewhere = self.dir / "quite" / "another place"
        elsewhere.mkdir(parents=True)
        shutil.copy(self.work / "pylock.toml", elsewhere)
        self.same("folder", cwd=elsewhere, cache=self.dir / "folder-cache")

    def test_order_of_the_lock_does_not_matter_to_layers(self):
        text = self.read("pylock.toml")
        self.relock("".join(f"part-{number}\n" for number in reversed(range(12))) + "heavy\n", cache=self.dir / "order-cache")
        self.assertEqual(self.read("pylock.toml"), text)


if __name__ == "__main__":
    unittest.main()
