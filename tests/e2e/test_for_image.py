"""--for-image: the target of a base image, from layouts and archives made here."""

import gzip
import hashlib
import io
import json
import tarfile
import unittest

from harness import Case

LABEL = "e2e"
GLIBC = b"\0GNU C Library (Debian GLIBC 2.36-9) stable release version 2.36.\n"
MUSL = b"\x001.2.5\0musl libc (%s)\nVersion %s\n"
MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"


def layer(files, compress=True):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(path)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return gzip.compress(out.getvalue(), mtime=0) if compress else out.getvalue()


class Layout:
    """Blobs and an index, written as a directory or a tar file."""

    def __init__(self):
        self.blobs = {}
        self.manifests = []

    def blob(self, content, kind):
        content = content if isinstance(content, bytes) else json.dumps(content).encode()
        digest = hashlib.sha256(content).hexdigest()
        self.blobs[f"blobs/sha256/{digest}"] = content
        return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(content)}

    def image(self, *layers, tag=None, architecture="amd64", python="3.12.4", **config):
        environment = [f"PYTHON_VERSION={python}"] if python else []
        config = self.blob({"os": "linux", "architecture": architecture, "config": {"Env": environment},
                            "rootfs": {"type": "layers", "diff_ids": []}, **config}, "application/vnd.oci.image.config.v1+json")
        layers = [self.blob(each, "application/vnd.oci.image.layer.v1.tar+gzip") for each in layers]
        manifest = self.blob({"schemaVersion": 2, "config": config, "layers": layers}, MANIFEST)
        if tag:
            manifest["annotations"] = {"org.opencontainers.image.ref.name": tag}
        self.manifests.append(manifest)
        return manifest

    def files(self):
        return {"oci-layout": b'{"imageLayoutVersion": "1.0.0"}', **self.blobs,
                "index.json": json.dumps({"schemaVersion": 2, "manifests": self.manifests}).encode()}


class ForImage(Case):
    DEBIAN = {"usr/lib/x86_64-linux-gnu/libc.so.6": GLIBC, "usr/local/bin/python3.12": b"elf"}
    ALPINE = {"lib/ld-musl-x86_64.so.1": MUSL, "usr/local/bin/python3.12": b"elf"}

    def setUp(self):
        super().setUp()
        self.layout = Layout()
        self.write("requirements.in", "")

    def lay_out(self, name="image", files=None):
        for path, content in (files or self.layout.files()).items():
            self.write(f"{name}/{path}", content)
        return name

    def archive(self, name="image.tar", files=None):
        self.write(name, layer(files or self.layout.files(), compress=False))
        return name

    def targets(self, *args, code=0, says=""):
        result = self.run_program("lock", "requirements.in", "--json", *args,
                                  env=self.environment(PINBAKE_INDEX_URL=self.index.url))
        self.assertEqual(result.code, code, str(result))
        self.assertIn(says, result.out)
        return json.loads(result.out).get("targets")

    def test_layout_and_archive(self):
        self.layout.image(layer(self.DEBIAN), layer({"etc/motd": b"hello"}))
        for ref in (self.lay_out(), "oci:image", self.archive(), "oci-archive:image.tar"):
            self.assertEqual(self.targets("--for-image", ref), ["cp312-linux-amd64-glibc2.36"])

    def test_musl(self):
        self.layout.image(layer(self.ALPINE))
        self.assertEqual(self.targets("--for-image", self.lay_out()), ["cp312-linux-amd64-musl1.2"])

    def test_upper_layers_count(self):
        self.layout.image(layer(self.ALPINE), layer({"lib/.wh.ld-musl-x86_64.so.1": b"", "usr/local/bin/.wh..wh..opq": b""}),
                          layer({"lib64/libc.so.6": GLIBC.replace(b"2.36.", b"2.41."), "usr/bin/python3.13": b""}))
        self.assertEqual(self.targets("--for-image", self.lay_out()), ["cp313-linux-amd64-glibc2.41"])

    def test_docker_save_of_old(self):
        config = json.dumps({"os": "linux", "architecture": "arm64", "variant": "v8", "rootfs": {},
                             "config": {"Env": ["PYTHON_VERSION=3.12.1"]}}).encode()
        files = {"abc.json": config, "l1/layer.tar": layer(self.DEBIAN, compress=False),
                 "manifest.json": json.dumps([{"Config": "abc.json", "RepoTags": ["a:b"], "Layers": ["l1/layer.tar"]}]).encode()}
        for ref in (self.archive(files=files), self.lay_out(files=files), "docker-archive:image.tar", "image.tar:a:b"):
            self.assertEqual(self.targets("--for-image", ref), ["cp312-linux-arm64-glibc2.36"])

    def test_platforms_that_are_not_there_are_passed_over(self):
        one = self.layout.image(layer(self.DEBIAN))
        two = self.layout.image(layer({"x": b"", **self.DEBIAN}), architecture="arm64")
        gone = {**one, "digest": "sha256:" + "0" * 64}
        note = {**self.layout.blob({"config": one, "layers": []}, MANIFEST),
                "annotations": {"vnd.docker.reference.type": "attestation-manifest"}}
        self.layout.manifests = [self.layout.blob({"manifests": [one, gone, two, note]}, INDEX)]
        self.assertEqual(self.targets("--for-image", self.lay_out()),
                         ["cp312-linux-amd64-glibc2.36", "cp312-linux-arm64-glibc2.36"])

    def test_tags(self):
        self.layout.image(layer(self.DEBIAN), tag="slim")
        self.layout.image(layer(self.ALPINE), tag="alpine")
        self.targets("--for-image", self.lay_out(), code=3, says="name one of them: image:slim")
        self.assertEqual(self.targets("--for-image", "image:alpine"), ["cp312-linux-amd64-musl1.2"])
        self.targets("--for-image", "image:none", code=3, says="no such image")

    def test_several_images(self):
        self.layout.image(layer(self.DEBIAN))
        first, self.layout = self.lay_out("one"), Layout()
        self.layout.image(layer(self.ALPINE), python=None)
        self.assertEqual(self.targets("--for-image", first, "--for-image", self.lay_out("two")),
                         ["cp312-linux-amd64-glibc2.36", "cp312-linux-amd64-musl1.2"])

    def test_no_python_no_libc(self):
        self.layout.image(layer({"lib/libc.so.6": GLIBC}), python=None)
        self.targets("--for-image", self.lay_out(), code=3, says="has no Python")
        self.assertEqual(self.targets("--for-image", "image", "--python", "3.11"), ["cp311-linux-amd64-glibc2.36"])
        self.layout = Layout()
        self.layout.image(layer({"app": b""}))
        self.targets("--for-image", self.lay_out("scratch"), code=3, says="no libc")

    def test_usage(self):
        self.layout.image(layer(self.DEBIAN))
        self.targets("--for-image", self.lay_out(), "--platform", "linux/amd64", code=2)
        self.targets("--for-image", "nowhere.tar", code=3, says="docker save")
        self.write("text.tar", "no archive\n" * 100)
        self.targets("--for-image", "text.tar", code=3, says="as a tar file")
        self.targets("--for-image", ".", code=3, says="is no image")

    def test_damage_is_noticed(self):
        manifest = self.layout.image(layer(self.DEBIAN))
        files = self.layout.files()
        path = "blobs/sha256/" + manifest["digest"].partition(":")[2]
        files[path] = files[path].replace(b'"schemaVersion": 2', b'"schemaVersion": 3')
        self.targets("--for-image", self.lay_out(files=files), code=5, says="has the SHA-256")
        self.targets("--for-image", self.archive(files=files), code=5)
        self.layout.image(layer(self.DEBIAN)[:-30], architecture="arm64")
        self.targets("--for-image", self.lay_out("cut"), code=3, says="reading layer 1")

    def test_hostile_indexes_end(self):
        deep = self.layout.image(layer(self.DEBIAN))
        for _ in range(10):
            deep = self.layout.blob({"manifests": [deep]}, INDEX)
        self.layout.manifests = [deep]
        self.targets("--for-image", self.lay_out(), code=3, says="nested too deeply")
        for number, text in enumerate((b"[" * 100000, b"{}", b'{"manifests": [{"digest": "sha256:../../../etc/passwd"}]}')):
            self.targets("--for-image", self.lay_out(f"bad{number}", {"index.json": text}), code=3)


if __name__ == "__main__":
    unittest.main()
