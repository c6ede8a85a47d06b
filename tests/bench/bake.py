"""Time and peak memory of `bake`: everything, and with nothing changed, beside `tar | gzip -6` of the same tree and
beside inflating and hashing every wheel once (inflate_once.c)."""

import os
import pathlib
import shutil
import subprocess
import sys

from measure import INPUTS, PINBAKE, WORK, Run, fresh, median, seconds, table

REPEAT = 3


def wheels_in(store):
    found = []
    for path in sorted(store.rglob("*")):
        if path.is_file() and not path.is_symlink() and "layers" not in path.parts:
            with open(path, "rb") as file:
                if file.read(4) == b"PK\3\4":
                    found.append(path)
    return found


def tree_size(folder):
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return len(files), sum(path.stat().st_size for path in files)


def main():
    work = fresh(WORK / "bake")
    (work / "requirements.in").write_text("\n".join(INPUTS["streamlit"].split()) + "\n")
    pinbake = [PINBAKE]
    store = work / "store"
    Run([*pinbake, "lock", "requirements.in", "-o", "pylock.toml", "--python", "3.12", "--platform", "linux/amd64",
         "--cache-dir", store], cwd=work).must()
    # An install fetches every wheel and bakes no layer: the store from which each cold bake starts.
    install = Run([*pinbake, "install", "pylock.toml", "--prefix", work / "tree", "--interpreter", sys.executable,
                   "--cache-dir", store], cwd=work).must()
    wheels = wheels_in(store)
    files, size = tree_size(work / "tree")
    cores = os.cpu_count()

    floor = work / "inflate_once"
    subprocess.run(["cc", "-O2", "-o", floor, pathlib.Path(__file__).with_name("inflate_once.c"), "-lisal", "-lcrypto"], check=True)
    floor_one = [Run([floor, 1, *wheels]).must() for _ in range(REPEAT)]
    floor_all = [Run([floor, cores, *wheels]).must() for _ in range(REPEAT)]

    def bake(jobs):
        runs = []
        for _ in range(REPEAT):
            copy = work / "copy"
            shutil.rmtree(copy, ignore_errors=True)
            shutil.copytree(store, copy)
            shutil.rmtree(work / "out", ignore_errors=True)
            runs.append(Run([*pinbake, "bake", "pylock.toml", "-o", "out", "-j", jobs, "--cache-dir", copy], cwd=work).must())
        return runs

    one, every = bake(1), bake(cores)
    unchanged = [Run([*pinbake, "bake", "pylock.toml", "-o", "out", "--cache-dir", work / "copy"], cwd=work).must()
                 for _ in range(REPEAT)]
    shutil.rmtree(work / "out")
    restaged = Run([*pinbake, "bake", "pylock.toml", "-o", "out", "--cache-dir", work / "copy"], cwd=work).must()
    gzip = Run(["bash", "-c", 'tar -C "$1" -cf - . | gzip -6 >"$2"', "-", work / "tree", work / "tree.tar.gz"]).must()

    layers = [path.stat().st_size for path in (work / "out/layers").glob("*/layer.tar.gz")]
    base = median(floor_all)

    def row(name, runs):
        return [name, seconds(median(runs)), f"{median(runs) / base:.2f}", f"{gzip.seconds / median(runs):.1f}x",
                f"{max(run.peak_bytes for run in runs) / 1e6:.0f} MB"]

    table(f"{len(wheels)} wheels, {files} files, {size / 1e6:.0f} MB unpacked, {len(layers)} layers of "
          f"{sum(layers) / 1e6:.0f} MB; {cores} cores; median of {REPEAT}",
          ["", "time", "/ floor", "tar|gzip /", "peak memory"],
          [row("inflate and hash once, 1 process", floor_one), row(f"inflate and hash once, {cores} processes (floor)", floor_all),
           row("bake -j 1", one), row(f"bake -j {cores}", every), row("bake, nothing changed", unchanged),
           row("bake, layers known, to a new folder", [restaged]), row("install (with download)", [install]),
           row("tar | gzip -6", [gzip])])
    print(f"\ntar.gz of the tree: {(work / 'tree.tar.gz').stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
