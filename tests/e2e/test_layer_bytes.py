"""Layers against a second implementation of their form, and the vectors of both."""

import hashlib
import json
import unittest

import layer_reference
from harness import Case, noise, wheel

LABEL = "e2e"


class LayerBytes(Case):
    def test_vectors(self):
        vectors = {b"pinbake\n": "2bc8cc4b4acc4ee50200", bytes(512): "631805233a0400",
                   b"abcdeabcdeabcdXabcd": "4b4c4a4e49851311201600"}
        for content, coded in vectors.items():
            self.assertEqual(layer_reference.code_run(content).hex(), coded)

    def test_layers(self):
        long_name = "deep/" + "folder-of-forty-characters-or-a-few-more/" * 5 + "größe.py"
        self.index.add(wheel("app", "1.0", requires=["lib", "native"], scripts={"app": "app:main"},
                             files={"app/__init__.py": "def main():\n    print('hello')\n", "app/empty": "",
                                    "app/data/größe.txt": "Grüße\n", long_name: "x = 1\n",
                                    "app/" + "n" * 120: "long\n", "app/run.sh": ("#!/bin/sh\n", 0o755),
                                    "app-1.0.data/scripts/tool": ("#!python\nprint(1)\n", 0o755)}),
                       wheel("lib", "1.0", files={f"lib/module_{i}.py": f"value = {i}\n" * i for i in range(60)}),
                       wheel("native", "1.0", tag="cp312-cp312-manylinux_2_17_x86_64",
                             files={"native/code.so": noise(300_000)}))
        self.lock("app\n")
        self.ok("bake", "pylock.toml")
        wheels = [built.content for built in self.index.wheels.values()]
        for digest, path in self.layers().items():
            made = layer_reference.layer_bytes(path.read_bytes(), wheels)
            self.assertEqual(hashlib.sha256(made).hexdigest(), digest, path)

    def test_diff_ids(self):
        self.index.add(wheel("lib", "1.0"))
        self.lock("lib\n")
        self.ok("bake", "pylock.toml")
        baked = json.loads((self.work / ".pinbake/bake.json").read_text())
        layers = self.layers()
        for layer in baked["layers"]:
            tar = layer_reference.gzip.decompress(layers[layer["digest"]].read_bytes())
            self.assertEqual(hashlib.sha256(tar).hexdigest(), layer["diff_id"])
            self.assertEqual(len(tar), layer["tar_size"])


if __name__ == "__main__":
    unittest.main()
