"""push: what a registry lacks is sent, once; logins; what goes wrong."""

import base64
import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import time
import unittest
import urllib.request

from harness import Case, wheel
from registry import Registry

LABEL = "e2e"


class PushCase(Case):
    def setUp(self):
        super().setUp()
        self.index.add(wheel("app", "1.0", requires=["lib"]))
        self.index.add(wheel("lib", "2.0"))
        self.lock("app\n")
        self.ok("bake")

    def baked(self):
        """(manifest digest, blobs by digest) of the baked layout."""
        layout = self.work / ".pinbake/oci"
        digest = json.loads((layout / "index.json").read_text())["manifests"][0]["digest"]
        files = {f"sha256:{path.name}": path.read_bytes() for path in (layout / "blobs/sha256").iterdir()}
        manifest = json.loads(files[digest])
        return digest, {each["digest"]: files[each["digest"]] for each in [manifest["config"], *manifest["layers"]]}


class Push(PushCase):
    def setUp(self):
        super().setUp()
        self.registry = Registry()
        self.addCleanup(self.registry.close)
        self.name = f"{self.registry.host}/team/app"

    def login(self, **entry):
        (self.dir / "home/.docker").mkdir(exist_ok=True)
        (self.dir / "home/.docker/config.json").write_text(json.dumps({"auths": {self.registry.host: entry}}))

    def auth(self, text="me:secret"):
        return base64.b64encode(text.encode()).decode()

    def pushed(self, *args, **options):
        result = self.ok("push", self.name, "--json", *args, **options)
        digest, blobs = self.baked()
        self.assertEqual(self.registry.blobs, blobs)
        self.assertEqual(self.registry.manifests["team/app", "latest"], self.registry.manifests["team/app", digest])
        document = json.loads(result.out)
        self.assertEqual((document["digest"], document["blobs"]), (digest, len(blobs)))
        return document

    def test_push_1_all_that_is_missing(self):
        document = self.pushed()
        self.assertEqual(document["sent"], document["blobs"])
        self.assertEqual(document["sent_bytes"], sum(map(len, self.registry.blobs.values())))

    def test_push_1_nothing_twice(self):
        self.pushed()
        self.registry.requests.clear()
        self.assertEqual(self.pushed()["sent"], 0)
        self.assertEqual([method for method, _ in self.registry.requests], ["HEAD", "PUT"])

    def test_push_1_one_changed_pin_is_one_layer(self):
        self.pushed()
        self.index.add(wheel("lib", "3.0"))
        self.relock("app\n")
        self.ok("bake")
        self.registry.requests.clear()
        result = json.loads(self.ok("push", self.name, "--json").out)
        self.assertEqual(result["sent"], 2)  # the layer and the config
        self.assertEqual(self.registry.count("POST"), 2)

    def test_push_3_relative_location_with_a_query(self):
        self.registry.relative = True
        self.pushed()

    def test_push_3_location_elsewhere_gets_no_login(self):
        storage = Registry()
        self.addCleanup(storage.close)
        storage.blobs = self.registry.blobs
        self.registry.storage, self.registry.scheme, self.registry.users = storage, "Basic", {"me": "secret"}
        self.login(auth=self.auth())
        self.pushed()
        self.assertEqual(storage.count("PUT"), len(storage.blobs))
        self.registry.blobs.clear()
        self.registry.manifests.clear()
        storage.scheme, storage.users = "Basic", self.registry.users
        self.fails(4, "push", self.name, says="status 401 when a layer is sent")
        self.assertEqual(storage.authorizations, {None})

    def test_push_5_what_passes_is_tried_again(self):
        self.registry.faults.update({"HEAD": [503], "POST": [429], "PUT": [500, 404]})
        self.pushed()

    def test_push_5_what_stays_is_an_error(self):
        self.registry.faults["PUT"] = [400] * 100
        self.fails(4, "push", self.name, says=["status 400", "pushing '127.0.0.1:"])
        self.assertEqual(self.registry.manifests, {})

    def test_push_6_other_manifest_stored(self):
        self.registry.stored_digest = "sha256:" + "0" * 64
        self.fails(5, "push", self.name, says="stored the manifest as sha256:0000")

    def test_auth_1_bearer(self):
        self.registry.scheme, self.registry.users = "Bearer", {"me": "secret"}
        self.login(auth=self.auth())
        self.pushed()

    def test_auth_1_tokens_that_end_on_the_way(self):
        self.registry.scheme, self.registry.users, self.registry.token_uses = "Bearer", {"me": "secret"}, 4
        self.login(auth=self.auth())
        self.pushed()

    def test_auth_1_identity_token(self):
        self.registry.scheme, self.registry.identity_tokens = "Bearer", {"refresh-me"}
        self.login(identitytoken="refresh-me")
        self.pushed()

    def test_auth_1_identity_token_that_is_not_taken(self):
        self.registry.scheme, self.registry.refresh = "Bearer", False
        self.login(identitytoken="refresh-me")
        self.fails(4, "push", self.name, says="takes none of the logins")
        self.assertEqual([method for method, path in self.registry.requests if path.startswith("/token")], ["POST", "GET"])

    def test_auth_1_basic(self):
        self.registry.scheme, self.registry.users = "Basic", {"me": "secret"}
        self.login(auth=self.auth())
        self.pushed()

    def test_auth_3_tokens_only_from_a_safe_place(self):
        self.registry.scheme, self.registry.realm = "Bearer", "http://169.254.169.254/token"
        self.fails(4, "push", self.name, says="which is not safe")

    def test_auth_4_no_login(self):
        for scheme in ("Basic", "Bearer"):
            with self.subTest(scheme):
                self.registry.scheme, self.registry.users = scheme, {"me": "secret"}
                self.fails(4, "push", self.name, says=["hint: log in with 'docker login'"])

    def test_auth_4_wrong_password_is_not_shown(self):
        self.registry.scheme, self.registry.users = "Bearer", {"me": "secret"}
        self.login(auth=self.auth("me:hunter22"))
        result = self.fails(4, "push", self.name, "-vv", says="takes none of the logins")
        self.assertNotIn("hunter22", result.err)

    def test_auth_4_podman_scopes_by_path(self):
        self.registry.scheme, self.registry.users = "Basic", {"me": "secret"}
        path = self.write("auth.json", json.dumps({"auths": {
            self.registry.host: {"auth": self.auth("me:wrong")}, f"{self.registry.host}/team": {"auth": self.auth()}}}))
        self.pushed(env=self.environment(REGISTRY_AUTH_FILE=str(path)))

    def test_auth_5_credential_program(self):
        self.registry.scheme, self.registry.users = "Basic", {"me": "secret"}
        program = self.write("bin/docker-credential-tests", "#!/bin/sh\nread host\n[ \"$1 $host\" = \"get "
                             f"{self.registry.host}\" ] || exit 1\necho '{{\"Username\": \"me\", \"Secret\": \"secret\"}}'\n")
        program.chmod(0o755)
        config = self.write("docker/config.json", json.dumps({"credsStore": "tests"}))
        self.pushed(env=self.environment(DOCKER_CONFIG=str(config.parent), PATH=f"{program.parent}:{os.environ['PATH']}"))

    def test_other_digest_than_asked_for(self):
        self.fails(1, "push", f"{self.name}@sha256:{'0' * 64}", says="the image is sha256:")
        self.assertEqual(self.registry.requests, [])

    def test_bad_names_and_nothing_baked(self):
        self.fails(2, "push", "Not/A:Name", says="its repository is wrong")
        self.fails(2, "push", says="expected one name")
        self.fails(3, "push", self.name, "--staged", "nowhere", says="hint: bake first")

    def test_registry_away_or_offline(self):
        self.registry.close()
        env = self.environment(PINBAKE_RETRIES="0")
        self.fails(4, "push", self.name, env=env, says="cannot reach 'http://127.0.0.1:")
        self.fails(4, "push", self.name, "--offline", says="--offline is set")

    def test_blob_that_is_not_what_its_name_says(self):
        _, blobs = self.baked()
        layer = max(blobs, key=lambda digest: len(blobs[digest])).removeprefix("sha256:")
        path = self.work / ".pinbake/oci/blobs/sha256" / layer
        content = path.read_bytes()
        path.unlink()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        self.fails(5, "push", self.name, says=["does not hold what its name says", "hint: .*--rehash"])
        self.assertNotIn(f"sha256:{layer}", self.registry.blobs)

    def test_a_link_is_not_sent(self):
        secret = self.write("secret", "precious")
        for path in (self.work / ".pinbake/oci/blobs/sha256").iterdir():
            if b"manifests" not in path.read_bytes() and path.stat().st_nlink > 1:
                path.unlink()
                path.symlink_to(secret)
        self.fails(3, "push", self.name, says="is a link, and is not sent")
        self.assertNotIn(b"precious", self.registry.blobs.values())


@unittest.skipUnless(shutil.which("docker-registry"), "docker-registry is not installed")
class Distribution(PushCase):
    """Distribution, the registry that most others are made of."""

    def setUp(self):
        super().setUp()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.host = f"127.0.0.1:{probe.getsockname()[1]}"
        config = self.write("registry.json", json.dumps({
            "version": 0.1, "log": {"level": "error"}, "http": {"addr": self.host},
            "storage": {"filesystem": {"rootdirectory": str(self.dir / "registry")}}}))
        server = subprocess.Popen(["docker-registry", "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(server.wait)
        self.addCleanup(server.terminate)
        for _ in range(200):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://{self.host}/v2/").close()
                break
            time.sleep(0.05)

    def test_what_is_pushed_is_what_was_baked(self):
        digest, blobs = self.baked()
        result = json.loads(self.ok("push", f"{self.host}/team/app:1", "--json").out)
        self.assertEqual((result["digest"], result["sent"]), (digest, len(blobs)))
        self.assertEqual(json.loads(self.ok("push", f"{self.host}/team/app:2", "--json").out)["sent"], 0)
        request = urllib.request.Request(f"http://{self.host}/v2/team/app/manifests/2",
                                         headers={"Accept": "application/vnd.oci.image.manifest.v1+json"})
        with urllib.request.urlopen(request) as answer:
            self.assertEqual(answer.headers["Docker-Content-Digest"], digest)
        for name, content in blobs.items():
            with urllib.request.urlopen(f"http://{self.host}/v2/team/app/blobs/{name}") as answer:
                self.assertEqual(answer.read(), content)

    @unittest.skipUnless(shutil.which("skopeo"), "skopeo is not installed")
    def test_skopeo_copies_it_back_unchanged(self):
        self.ok("push", f"{self.host}/team/app:1")
        subprocess.run(["skopeo", "copy", "-q", "--src-tls-verify=false", f"docker://{self.host}/team/app:1",
                        f"oci:{self.dir}/copy:1"], check=True, capture_output=True)
        digest, blobs = self.baked()
        copied = {f"sha256:{path.name}" for path in pathlib.Path(self.dir, "copy/blobs/sha256").iterdir()}
        self.assertEqual(copied, {digest, *blobs})


if __name__ == "__main__":
    unittest.main()
