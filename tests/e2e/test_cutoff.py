"""The cut-off where the index does not say when files were uploaded: the first-seen journal (700.2)."""

import json
import unittest

from harness import Case, wheel

LABEL = "e2e"


class FirstSeen(Case):
    def setUp(self):
        super().setUp()
        self.index.html = True  # no upload-time
        self.index.add(wheel("lib", "1.0"))

    def locked(self, *args, **options):
        (self.work / "pylock.toml").unlink(missing_ok=True)
        self.write("requirements.in", "lib\n")
        return self.ok(*self.lock_args("requirements.in", *args), **options)

    def test_700_2_first_look_keeps_and_counts(self):
        result = self.locked("--exclude-newer", "2021-01-01")
        self.assertEqual(self.pins(), {"lib": "1.0"})
        self.assertIn("--exclude-newer kept 1 file, because the index does not say when it was uploaded", result.err)
        self.assertIn("locked 1 package (1 without upload-time) for", result.err)
        document = json.loads(self.locked("--exclude-newer", "2021-01-01", "--json").out)
        self.assertEqual(document["without_upload_time"], ["lib"])

    def test_700_2_what_comes_later_is_dated(self):
        self.locked()
        self.index.add(wheel("lib", "2.0"))
        self.locked("--exclude-newer", "1d")
        self.assertEqual(self.pins(), {"lib": "1.0"})
        self.locked("--exclude-newer", "2099-01-01")
        self.assertEqual(self.pins(), {"lib": "2.0"})

    def test_700_2_the_date_survives_a_new_page(self):
        self.locked()
        self.index.add(wheel("lib", "2.0"))
        self.locked()
        self.index.add(wheel("lib", "3.0"))
        self.locked("--refresh", "--exclude-newer", "1d")
        self.assertEqual(self.pins(), {"lib": "1.0"})
        self.locked("--offline", "--exclude-newer", "1d")
        self.assertEqual(self.pins(), {"lib": "1.0"})

    def test_700_2_without_the_journal_nothing_is_dated(self):
        self.locked()
        self.index.add(wheel("lib", "2.0"))
        self.locked("--exclude-newer", "1d")
        self.assertEqual(self.pins(), {"lib": "1.0"})
        self.ok("cache", "clear")
        self.locked("--exclude-newer", "1d")
        self.assertEqual(self.pins(), {"lib": "2.0"})

    def test_repair_says_when_it_was_first_seen(self):
        self.locked()
        self.index.add(wheel("lib", "2.0"))
        self.write("requirements.in", "lib==2.0\n")
        (self.work / "pylock.toml").unlink()
        self.fails(1, *self.lock_args("requirements.in", "--exclude-newer", "1d"),
                   says=["lib 2.0 was first seen after the cut-off", r"let lib be newer: --exclude-newer-package lib=20"])
        result = self.ok(*self.lock_args("requirements.in", "--exclude-newer", "1d", "--exclude-newer-package",
                                         "lib=false"))
        self.assertIn("locked 1 package (1 without upload-time)", result.err)


if __name__ == "__main__":
    unittest.main()
