"""Digests beside SHA-256: those that a requirement allows (req.3), and those that an index gives."""

import hashlib
import tomllib
import unittest

from harness import Case, wheel

LABEL = "e2e"


class Hashes(Case):
    def setUp(self):
        super().setUp()
        self.wheel = self.index.add(wheel("lib", "1.0"))
        self.sha512 = hashlib.sha512(self.wheel.content).hexdigest()
        self.sha384 = hashlib.sha384(self.wheel.content).hexdigest()

    def given(self, **digests):
        self.index.hashes_of = lambda _: digests

    def asked(self, *hashes):
        self.write("requirements.in", "lib==1.0" + "".join(f" --hash={each}" for each in hashes) + "\n")
        return self.lock_args("requirements.in")

    def written(self):
        return tomllib.loads(self.read("pylock.toml"))["packages"][0]["wheels"][0]["hashes"]

    def fetched(self):
        return self.index.file_path(self.wheel) in self.index.paths()

    def test_req_3_sha512_alone_is_computed(self):
        self.ok(*self.asked(f"sha512:{self.sha512}"))
        self.assertEqual(self.written(), {"sha256": self.wheel.sha256, "sha512": self.sha512})
        self.ok(*self.asked("sha384:" + "0" * 96, f"sha384:{self.sha384.upper()}"))
        self.assertEqual(self.written(), {"sha256": self.wheel.sha256, "sha384": self.sha384})

    def test_req_3_sha512_of_another_file(self):
        self.fails(5, *self.asked("sha512:" + "0" * 128), says="'lib-1.0-py3-none-any.whl' has none of the hashes")

    def test_one_of_several_is_enough(self):
        self.ok(*self.asked("sha512:" + "0" * 128, f"sha256:{self.wheel.sha256}"))

    def test_index_gives_sha512_only(self):
        self.given(sha512=self.sha512)
        self.ok(*self.asked())
        self.assertEqual(self.written(), {"sha256": self.wheel.sha256, "sha512": self.sha512})

    def test_index_gives_a_wrong_sha512(self):
        self.given(sha512="0" * 128)
        self.fails(5, *self.asked(), says="has the sha512 digest [0-9a-f]{128}, but its index says 0{128}")
        self.given(sha384="1" * 96)
        self.fails(5, *self.asked(), "--refresh", says="has the sha384 digest")

    def test_index_gives_both_and_nothing_is_fetched(self):
        self.given(sha256=self.wheel.sha256, sha512=self.sha512)
        self.ok(*self.asked(f"sha512:{self.sha512}"))
        self.assertFalse(self.fetched())
        self.assertEqual(self.written(), {"sha256": self.wheel.sha256, "sha512": self.sha512})
        self.ok(*self.asked(f"sha384:{self.sha384}"))
        self.assertTrue(self.fetched())

    def test_index_gives_a_sha256_of_another_file(self):
        self.given(sha256="ab" * 32)
        self.fails(5, *self.asked(f"sha512:{self.sha512}"), says="is not the file whose SHA-256 its index gives")

    def test_html_fragment(self):
        self.index.html = True
        page = self.index.html_page
        self.index.html_page = lambda *args: page(*args).replace(f"#sha256={self.wheel.sha256}".encode(),
                                                                 f"#sha512={self.sha512}".encode())
        self.ok(*self.asked())
        self.assertEqual(self.written(), {"sha256": self.wheel.sha256, "sha512": self.sha512})

    def test_index_with_md5_only_is_as_one_without(self):
        self.given(md5="0" * 32)
        result = self.ok(*self.asked())
        self.assertIn("the index gives no SHA-256 for lib-1.0-py3-none-any.whl", result.err)
        self.assertEqual(self.written(), {"sha256": self.wheel.sha256})


if __name__ == "__main__":
    unittest.main()
