"""From a lock to an image, and to a registry: `bake` and the RUN step of its Dockerfile beside a Dockerfile that runs
`uv pip install` over the same wheels with a warm cache mount; `push` beside `docker push`, to a registry on the loopback
interface. Wants a docker daemon, uv, Debian's docker-registry, and a local image of the target's Python
(PINBAKE_BENCH_BASE, default python:3.12-slim)."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import sys
import time
import tomllib
import urllib.request

from measure import INPUTS, PINBAKE, WORK, Run, fresh, median, seconds, table

REPEAT = 3
BASE = os.environ.get("PINBAKE_BENCH_BASE", "python:3.12-slim")
DOCKER = shutil.which("docker", path="/usr/bin:/usr/local/bin:" + os.environ.get("PATH", ""))
REGISTRY = shutil.which("docker-registry")
UV = shutil.which("uv")

UV_DOCKERFILE = f"""\
FROM {BASE}
ARG ROUND
WORKDIR /app
COPY requirements.txt .
RUN --mount=type=bind,source=uv,target=/usr/local/bin/uv --mount=type=bind,source=wheels,target=/wheels \\
    --mount=type=cache,target=/root/.cache/uv \\
    uv pip install --system --no-index --find-links /wheels -r requirements.txt && : "$ROUND"
"""


def missing():
    if not DOCKER or Run([DOCKER, "image", "inspect", BASE]).code != 0:
        return f"no docker daemon with the image {BASE}"
    return None if UV and REGISTRY else "uv or docker-registry is not installed"


@contextlib.contextmanager
def registry(work):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = work / "registry.json"
    config.write_text(json.dumps({"version": 0.1, "log": {"level": "error"}, "http": {"addr": f"127.0.0.1:{port}"},
                                  "storage": {"filesystem": {"rootdirectory": str(work / "registry")}}}))
    process = subprocess.Popen([REGISTRY, "serve", config], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(100):
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/v2/")
                break
            time.sleep(0.05)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait()


class Bench:
    def __init__(self, host):
        self.host, self.work, self.round = host, WORK / "image", 0
        self.store, self.copy = self.work / "store", self.work / "copy"
        self.env = {**os.environ, "DOCKER_BUILDKIT": "1"}

    def prepare(self):
        (self.work / "requirements.in").write_text("\n".join(INPUTS["streamlit"].split()) + "\n")
        self.pinbake("lock", "requirements.in", "-o", "pylock.toml", "--python", "3.12", "--platform", "linux/amd64",
                     "--cache-dir", self.store)
        self.pinbake("install", "--prefix", self.work / "tree", "--interpreter", sys.executable, "--cache-dir", self.store)
        context = fresh(self.work / "uv")
        (context / "wheels").mkdir()
        lock = tomllib.loads((self.work / "pylock.toml").read_text())
        for package in lock["packages"]:
            for wheel in package["wheels"]:
                name = wheel.get("name") or wheel["url"].rsplit("/", 1)[1]
                os.link(self.store / "files/sha256" / wheel["hashes"]["sha256"], context / "wheels" / name)
        shutil.copy2(UV, context / "uv")
        (context / "requirements.txt").write_text(self.pinbake("export").out)
        (context / "Dockerfile").write_text(UV_DOCKERFILE)
        self.uv()  # fills the cache mount
        shutil.rmtree(self.work / "tree")

    def pinbake(self, *args):
        return Run([PINBAKE, *args], cwd=self.work).must()

    # --- kinds of runs

    def bake(self):
        shutil.rmtree(self.copy, ignore_errors=True)
        shutil.copytree(self.store, self.copy, copy_function=os.link)
        shutil.rmtree(self.work / ".pinbake", ignore_errors=True)
        return self.pinbake("bake", "--cache-dir", self.copy)

    def build(self):
        """The image by the Dockerfile that reuses the layers; every step done anew."""
        self.pinbake("dockerfile", "--base", BASE, "-o", "Dockerfile")
        return Run([DOCKER, "build", "--no-cache", "-q", "-t", "bench-pinbake", "."], cwd=self.work, env=self.env).must()

    def uv(self):
        self.round += 1
        return Run([DOCKER, "build", "-q", "--build-arg", f"ROUND={self.round}.{os.getpid()}", "-t", f"{self.host}/uv:{self.round}",
                    self.work / "uv"], env=self.env).must()

    def docker_push(self):
        return Run([DOCKER, "push", "-q", f"{self.host}/uv:{self.round}"], env=self.env).must()

    def push(self):
        self.round += 1
        return self.pinbake("push", f"{self.host}/pinbake{self.round}:latest")


def main():
    fresh(WORK / "image")
    why = missing()
    if why:
        print(f"bench image: left out, {why}")
        return
    with registry(WORK / "image") as host:
        bench = Bench(host)
        bench.prepare()
        kinds = {"bake": bench.bake, "push": bench.push, "build": bench.build, "uv": bench.uv, "docker push": bench.docker_push}
        runs = {name: [] for name in kinds}
        for _ in range(REPEAT):
            for name, run in kinds.items():
                runs[name].append(run())

    def ratio(theirs, ours):
        return statistics.median(sum(runs[name][i].seconds for name in theirs) / sum(runs[name][i].seconds for name in ours)
                                 for i in range(REPEAT))

    table(f"a lock of {len(list((bench.work / 'uv/wheels').iterdir()))} wheels to an image on {BASE}; median of {REPEAT}, in turns",
          ["", "time"],
          [["bake, layers not known", seconds(median(runs["bake"]))], ["push of them", seconds(median(runs["push"]))],
           ["docker build that unpacks them", seconds(median(runs["build"]))],
           ["docker build, RUN uv pip install", seconds(median(runs["uv"]))],
           ["docker push of it", seconds(median(runs["docker push"]))]])
    print(f"\nRUN uv / bake: {ratio(['uv'], ['bake']):.1f}x\n"
          f"RUN uv / bake and docker build: {ratio(['uv'], ['bake', 'build']):.1f}x\n"
          f"RUN uv and docker push / bake and push: {ratio(['uv', 'docker push'], ['bake', 'push']):.1f}x")


if __name__ == "__main__":
    main()
