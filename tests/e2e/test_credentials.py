"""Private indexes: where user and password may stand, who wins, and that they are nowhere to be seen (idx.3)."""

import os
import ssl
import stat
import subprocess
import unittest

from harness import Case, Index, wheel

LABEL = "e2e"
USER, SECRET = "build-bot", "s3cr3t/p@ss"
ESCAPED = "s3cr3t%2Fp%40ss"


class Private(Case):
    """An index that wants a user, and a search for secrets after each test."""

    def setUp(self):
        super().setUp()
        self.index.users["/"] = f"{USER}:{SECRET}"
        self.index.add(wheel("app", "1.0", requires=["lib"]))
        self.index.add(wheel("lib", "2.0"))
        self.write("requirements.in", "app\n")
        self.seen = []

    def url(self, user="", index=None):
        return (index or self.index).url.replace("://", f"://{user}@" if user else "://")

    def lock(self, *args, code=0, settings=None, index=None):
        env = self.environment(**{"PINBAKE_INDEX_URL": index or self.url(), **(settings or {})})
        result = self.run_program("lock", "requirements.in", "-vv", *self.TARGET, *args, env=env)
        self.assertEqual(result.code, code, str(result))
        self.seen.append(result)
        return result

    def tearDown(self):
        """Whatever a test did: the secret is in no output, no lock, and no file of the cache."""
        texts = [text.encode() for result in self.seen for text in (result.out, result.err)]
        files = [path for folder in (self.cache, self.work) for path in folder.rglob("*") if path.is_file()]
        texts += [path.read_bytes() for path in files if path.name not in ("pip.conf", "given.in")]
        for text in texts:
            self.assertNotIn(SECRET.encode(), text)
            self.assertNotIn(ESCAPED.encode(), text)
            self.assertNotIn(USER.encode(), text)
        super().tearDown()


class Places(Private):
    def test_in_the_url(self):
        for number, args in enumerate(([], ["--json"])):
            self.lock("-o", f"{number}.toml", *args, index=self.url(f"{USER}:{ESCAPED}"))
        self.assertEqual(self.read("0.toml"), self.read("1.toml"))
        self.ok("bake", "0.toml", "-i", self.url(f"{USER}:{ESCAPED}"))

    def test_bake_takes_them_from_the_settings(self):
        self.lock(index=self.url(f"{USER}:{ESCAPED}"))
        env = self.environment(PINBAKE_INDEX_URL=self.url(), PINBAKE_INDEX_USERNAME=USER, PINBAKE_INDEX_PASSWORD=SECRET)
        self.seen.append(self.ok("bake", env=env))

    def test_variables_of_the_main_index(self):
        self.lock(settings={"PINBAKE_INDEX_USERNAME": USER, "PINBAKE_INDEX_PASSWORD": SECRET})

    def test_variables_complete_the_user_of_the_url(self):
        self.lock(index=self.url(USER), settings={"PINBAKE_INDEX_PASSWORD": SECRET})

    def test_a_requirements_file_does_not_learn_the_variables(self):
        """An index that a file from elsewhere names is not the one that they are for."""
        other = Index()
        self.addCleanup(other.close)
        other.users["/"] = f"{USER}:{SECRET}"
        self.write("requirements.in", f"--index-url {other.url}\napp\n")
        result = self.lock(code=4, settings={"PINBAKE_INDEX_USERNAME": USER, "PINBAKE_INDEX_PASSWORD": SECRET})
        self.assertIn("wants user and password", result.err)

    def test_named_indexes(self):
        for prefix in ("UV", "PINBAKE"):
            with self.subTest(prefix):
                self.lock("--extra-index-url", f"my-corp={self.url()}", "--refresh", index="http://127.0.0.1:1/simple",
                          settings={f"{prefix}_INDEX_MY_CORP_USERNAME": USER, f"{prefix}_INDEX_MY_CORP_PASSWORD": SECRET})

    def test_names_in_uv_index(self):
        self.lock(index="http://127.0.0.1:1/simple",
                  settings={"UV_INDEX": f"corp={self.url()}", "UV_INDEX_CORP_USERNAME": USER,
                            "UV_INDEX_CORP_PASSWORD": SECRET})

    def test_netrc(self):
        (self.dir / "home/.netrc").write_text(f"machine 127.0.0.1 login {USER} password {SECRET}\n")
        self.lock()

    def test_netrc_elsewhere(self):
        path = self.dir / "other-netrc"
        path.write_text(f"machine 127.0.0.1 login {USER} password {SECRET}\n")
        self.lock(settings={"NETRC": str(path)})

    def test_401_names_the_host_and_the_ways(self):
        result = self.lock(code=4)
        self.assertIn("127.0.0.1", result.err)
        self.assertIn("wants user and password (HTTP status 401)", result.err)
        for way in ("PINBAKE_INDEX_USERNAME", "~/.netrc", "--keyring-provider"):
            self.assertIn(way, result.err)

    def test_401_to_a_wrong_password(self):
        result = self.lock("--json", code=4, index=self.url(f"{USER}:{ESCAPED}x"))
        self.assertIn("refuses the user and password", result.out)

    def test_403(self):
        self.index.fail("/simple/app/", *[403] * 10)
        result = self.lock(code=4, index=self.url(f"{USER}:{ESCAPED}"))
        self.assertIn("127.0.0.1", result.err)
        self.assertIn("403 (forbidden) to the user", result.err)

    def test_a_file_that_is_refused(self):
        self.lock(index=self.url(f"{USER}:{ESCAPED}"))
        result = self.run_program("bake")
        self.seen.append(result)
        self.assertEqual(result.code, 4, str(result))
        self.assertIn("wants user and password", result.err)


class Keyring(Private):
    def setUp(self):
        super().setUp()
        self.bin = self.dir / "bin"
        self.bin.mkdir()
        self.asked = self.dir / "asked"

    def keyring(self, body):
        path = self.bin / "keyring"
        path.write_text(f"#!/bin/sh\necho \"$@\" >> {self.asked}\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IXUSR)

    def path(self, **settings):
        return {"PATH": f"{self.bin}:{os.environ['PATH']}", **settings}

    def questions(self):
        return self.asked.read_text().splitlines() if self.asked.exists() else []

    def test_is_asked_for_the_password_once(self):
        self.keyring(f"echo '{SECRET}'")
        self.lock("--keyring-provider", "subprocess", index=self.url(USER), settings=self.path())
        self.assertEqual(self.questions(), [f"get {self.index.url} {USER}"])
        self.asked.unlink()
        self.lock("--keyring-provider", "subprocess", "--offline", index=self.url(USER), settings=self.path())
        self.assertEqual(self.questions(), [])

    def test_is_asked_for_the_host_then(self):
        self.keyring(f"case $2 in http*) exit 1;; esac; echo '{SECRET}'")
        self.lock(index=self.url(USER), settings=self.path(PIP_KEYRING_PROVIDER="subprocess"))
        self.assertEqual(self.questions()[1], f"get {self.index.base.partition('//')[2]} {USER}")

    def test_is_not_asked_unless_told_to(self):
        self.keyring(f"echo '{SECRET}'")
        self.lock(code=4, index=self.url(USER), settings=self.path())
        self.lock("--keyring-provider", "disabled", code=4, index=self.url(USER),
                  settings=self.path(PINBAKE_KEYRING_PROVIDER="subprocess"))
        self.assertEqual(self.questions(), [])

    def test_knows_nothing(self):
        self.keyring(f"echo {SECRET} >&2; exit 1")
        result = self.lock("--keyring-provider", "subprocess", code=4, index=self.url(USER), settings=self.path())
        self.assertIn("keyring has no password", result.err)

    def test_is_missing(self):
        result = self.lock("--keyring-provider", "subprocess", code=4, index=self.url(USER),
                           settings={"PATH": str(self.bin)})
        self.assertIn("no program 'keyring' on PATH", result.err)

    def test_is_not_a_shell(self):
        self.keyring(f"echo '{SECRET}'")
        touched = self.dir / "touched"
        self.lock("--keyring-provider", "subprocess", code=3, settings=self.path(),
                  index=self.url(f"$(touch%20{touched})"))
        self.lock("--keyring-provider", "subprocess", code=4, settings=self.path(),
                  index=self.url("$(touch%20{})".format(str(touched).replace("/", "%2F"))))
        self.assertFalse(touched.exists())

    def test_unknown_provider(self):
        self.lock("--keyring-provider", "subproces", code=2)


class PipConf(Private):
    def configure(self, text, name=".config/pip/pip.conf"):
        path = self.dir / "home" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def lock_with(self, *args, code=0, **settings):
        env = {key: value for key, value in self.environment(**settings).items() if settings.get(key, value) is not None}
        env.pop("PIP_CONFIG_FILE") if "PIP_CONFIG_FILE" not in settings else None
        result = self.run_program("lock", "requirements.in", "-v", *self.TARGET, *args, env=env)
        self.assertEqual(result.code, code, str(result))
        self.seen.append(result)
        return result

    def test_user_file(self):
        self.configure(f"[global]\nindex-url = {self.url(f'{USER}:{ESCAPED}')}\n")
        self.lock_with()

    def test_install_wins_over_global_and_options_over_all(self):
        good = self.url(f"{USER}:{ESCAPED}")
        self.configure(f"[install]\nindex_url = {good}\n[global]\nindex-url = http://127.0.0.1:1/simple\n")
        self.lock_with()
        self.configure("[global]\nindex-url = http://127.0.0.1:1/simple\n")
        self.lock_with("--refresh", PIP_INDEX_URL=good)
        self.lock_with("--refresh", "-i", good)
        self.lock_with("--refresh", PINBAKE_INDEX_URL=good, PIP_INDEX_URL="http://127.0.0.1:1/simple")

    def test_later_files_win(self):
        self.configure("[global]\nindex-url = http://127.0.0.1:1/simple\n", ".pip/pip.conf")
        self.configure("[global]\nindex-url = http://127.0.0.1:2/simple\n")
        path = self.configure(f"[global]\nindex-url = {self.url(f'{USER}:{ESCAPED}')}\n", "own/pip.conf")
        self.lock_with(PIP_CONFIG_FILE=str(path))

    def test_dev_null_means_none(self):
        self.configure(f"[global]\nindex-url = {self.url(f'{USER}:{ESCAPED}')}\n")
        self.lock_with(code=4, PIP_CONFIG_FILE="/dev/null", PINBAKE_INDEX_URL="http://127.0.0.1:1/simple",
                       PINBAKE_RETRIES="0")

    def test_lists_over_lines(self):
        links = self.work / "links"
        links.mkdir()
        extra = wheel("lib", "3.0")
        (links / extra.filename).write_bytes(extra.content)
        self.configure(f"[global]\nindex-url = http://127.0.0.1:1/simple\nextra-index-url =\n"
                       f"    {self.url(f'{USER}:{ESCAPED}')}\nfind-links =\n  {self.dir}/none\n  {links}\n")
        (self.dir / "none").mkdir()
        self.lock_with()
        self.assertEqual(self.pins()["lib"], "3.0")

    def test_a_broken_file_warns(self):
        self.configure(f"[global]\nindex-url = {self.url(f'{USER}:{ESCAPED}')}\nthis is no entry\n")
        self.assertIn("pip.conf:3:1: warning:", self.lock_with().err)

    def test_limits(self):
        self.configure(f"[global]\nindex-url = {self.url(f'{USER}:{ESCAPED}')}\nretries = 0\ntimeout = 3.5\n")
        self.index.fail("/simple/app/", 503)
        self.lock_with(code=4)
        self.configure(f"[global]\nindex-url = {self.url(f'{USER}:{ESCAPED}')}\nretries = many\n")
        self.assertIn("no number", self.lock_with().err)

    def test_proxy(self):
        self.configure("[global]\nindex-url = https://index.invalid/simple\nproxy = http://127.0.0.1:1\nretries = 0\n")
        self.assertIn("127.0.0.1", self.lock_with(code=4).err)
        self.configure(f"[global]\nindex-url = https://index.invalid/simple\nretries = 0\n"
                       f"proxy = http://{USER}:{ESCAPED}@127.0.0.1:1\n")
        self.lock_with(code=4)


class Trusted(Private):
    """A server whose certificate nobody signed."""

    def setUp(self):
        super().setUp()
        made = self.dir / "made"
        made.mkdir()
        if subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                           "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", made / "key",
                           "-out", made / "cert"], capture_output=True).returncode:
            self.skipTest("no openssl to make a certificate with")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made / "cert", made / "key")
        self.secure = Index()
        self.addCleanup(self.secure.close)
        self.secure.server.socket = context.wrap_socket(self.secure.server.socket, server_side=True)
        self.secure.base = self.secure.base.replace("http:", "https:")
        self.secure.url = self.secure.url.replace("http:", "https:")
        self.secure.add(wheel("app", "1.0"))
        self.cert = made / "cert"

    def test_trusted_host_and_cert(self):
        host = self.secure.base.partition("//")[2]
        self.lock(code=4, index=self.secure.url, settings={"PINBAKE_RETRIES": "0"})
        self.lock(index=self.secure.url, settings={"PIP_TRUSTED_HOST": "other.test " + host})
        self.lock("--refresh", index=self.secure.url, settings={"PIP_TRUSTED_HOST": "127.0.0.1"})
        self.lock("--refresh", index=self.secure.url, settings={"PIP_CERT": str(self.cert)})

    def test_redirects_of_a_trusted_host_are_checked_anew(self):
        """It vouches for itself, not for where it sends us."""
        other = Index()
        self.addCleanup(other.close)
        host = self.secure.base.partition("//")[2]
        self.secure.fail("/simple/app/", (302, {"Location": "/simple/app/again/../"}))
        self.lock(index=self.secure.url, settings={"PIP_TRUSTED_HOST": host})
        self.secure.fail("/simple/app/", (302, {"Location": other.url + "app/"}))
        self.lock("--refresh", code=4, index=self.secure.url, settings={"PIP_TRUSTED_HOST": host})
        self.assertEqual(other.paths(), [])
        self.secure.fail("/simple/app/", (302, {"Location": self.secure.url.replace("127.0.0.1", "localhost") + "app/"}))
        self.lock("--refresh", code=4, index=self.secure.url,
                  settings={"PIP_TRUSTED_HOST": host, "PINBAKE_RETRIES": "0"})


if __name__ == "__main__":
    unittest.main()
