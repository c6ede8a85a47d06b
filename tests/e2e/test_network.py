"""Over the real default index."""

import os
import unittest

from harness import Case

LABEL = "network"


class DefaultIndex(Case):
    def environment(self, **changes):
        """Proxies and certificates as the machine has them."""
        keep = {name: value for name, value in os.environ.items()
                if name.lower().endswith("_proxy") or name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "CURL_CA_BUNDLE")}
        return super().environment(**keep, **changes)

    def attempt(self, *args):
        """Run the program; a source that is unavailable, three times over, is the network's fault and not ours."""
        for _ in range(3):
            result = self.run_program(*args, timeout=300)
            if result.code != 4:
                return result
        self.skipTest("the index cannot be reached: " + (result.err.strip().splitlines() or ["?"])[0])

    def test_lock_export_and_bake(self):
        self.write("requirements.in", "requests==2.32.3\nrich\n")
        result = self.attempt("lock", "requirements.in", "-o", "pylock.toml", *self.TARGET)
        self.assertEqual(result.code, 0, str(result))
        pins = self.pins()
        self.assertEqual(pins["requests"], "2.32.3")
        self.assertLessEqual({"certifi", "charset-normalizer", "idna", "urllib3", "rich", "pygments"}, set(pins))
        exported = self.ok("export", "--format", "requirements").out
        # the wheel of requests 2.32.3, as the index has had it since 2024
        self.assertIn("70761cfe03c773ceb22aa2f671b4757976145175cdfca038c02654d061d6dcc6", exported)
        result = self.attempt("bake", "pylock.toml")
        self.assertEqual(result.code, 0, str(result))
        self.assertGreaterEqual(len(self.layers()), 2)
        self.ok("lock", "requirements.in", "-o", "offline.toml", "--offline", *self.TARGET)
        self.assertEqual(self.read("offline.toml"), self.read("pylock.toml"))

    def test_unknown_package(self):
        self.write("requirements.in", "pinbake-tests-no-such-package-4711\n")
        result = self.attempt("lock", "requirements.in", "-o", "pylock.toml", *self.TARGET)
        self.assertEqual(result.code, 1, str(result))


if __name__ == "__main__":
    unittest.main()
