"""Time and memory of `bake`: everything, one small pin changed, nothing changed; beside `tar | gzip -6` of the same tree
and beside inflating and hashing every wheel once (inflate_once.c). The kinds of runs take turns, so that a busy machine
slows all of them. Draws docs/bake.svg, in which every time is a multiple of that lower bound."""

import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import time

from drawing import drawing
from measure import INPUTS, PINBAKE, WORK, Run, fresh, median, seconds, table

REPEAT = 5
SMALL = "idna"  # the pin that changes
DRAWING = pathlib.Path(__file__).resolve().parents[2] / "docs/bake.svg"


def is_wheel(path):
    if not path.is_file() or path.is_symlink() or "layers" in path.parts:
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"PK\3\4"


def tree_size(folder):
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    return len(files), sum(path.stat().st_size for path in files)


def linked_copy(source, target):
    """A store like another one. What is in it is only ever replaced, so links will do."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, copy_function=lambda a, b: os.link(a, b) if "sha256" in a else shutil.copy2(a, b))


class Bench:
    def __init__(self):
        self.work = fresh(WORK / "bake")
        self.cores = os.cpu_count()
        self.store = self.work / "store"     # wheels, no layers
        self.staged = self.work / "staged"   # wheels, and the layers of pylock.toml
        self.copy = self.work / "copy"

    def pinbake(self, *args):
        return Run([PINBAKE, *args], cwd=self.work).must()

    def lock(self, name, extra=""):
        (self.work / "requirements.in").write_text("\n".join(INPUTS["streamlit"].split()) + "\n" + extra)
        self.pinbake("lock", "requirements.in", "-o", name, "--python", "3.12", "--platform", "linux/amd64",
                     "--cache-dir", self.store)
        # An install fetches every wheel and bakes no layer.
        return self.pinbake("install", name, "--prefix", self.work / f"tree-{name}", "--interpreter", sys.executable,
                            "--cache-dir", self.store)

    def prepare(self):
        self.install = self.lock("pylock.toml")
        self.wheels = sorted(path for path in self.store.rglob("*") if is_wheel(path))
        text = (self.work / "pylock.toml").read_text()
        version = re.search(rf'^name = "{SMALL}"\nversion = "([^"]+)"', text, re.M).group(1)
        # The same lock but for one pin: constraints keep the others.
        pins = re.findall(r'^\[\[packages\]\]\nname = "([^"]+)"\nversion = "([^"]+)"', text, re.M)
        self.lock("changed.toml", "".join(f"{name}=={pin}\n" for name, pin in pins if name != SMALL) + f"{SMALL}<{version}\n")
        self.tree = self.work / "tree-pylock.toml"
        linked_copy(self.store, self.staged)
        self.pinbake("bake", "pylock.toml", "-o", "out", "--cache-dir", self.staged)
        self.floor_program = self.work / "inflate_once"
        source = pathlib.Path(__file__).with_name("inflate_once.c")
        subprocess.run(["cc", "-O2", "-o", self.floor_program, source, "-lisal", "-lcrypto"], check=True)

    # --- kinds of runs

    def floor(self, jobs=None):
        return Run([self.floor_program, jobs or self.cores, *self.wheels]).must()

    def full(self, jobs=None):
        linked_copy(self.store, self.copy)
        shutil.rmtree(self.work / "full", ignore_errors=True)
        return self.pinbake("bake", "pylock.toml", "-o", "full", "-j", jobs or self.cores, "--cache-dir", self.copy)

    def changed(self):
        linked_copy(self.staged, self.copy)
        shutil.rmtree(self.work / "changed", ignore_errors=True)
        shutil.copytree(self.work / "out", self.work / "changed", copy_function=os.link)
        return self.pinbake("bake", "changed.toml", "-o", "changed", "--cache-dir", self.copy)

    def unchanged(self):
        return self.pinbake("bake", "pylock.toml", "-o", "out", "--cache-dir", self.staged)

    def restaged(self):
        shutil.rmtree(self.work / "again", ignore_errors=True)
        return self.pinbake("bake", "pylock.toml", "-o", "again", "--cache-dir", self.staged)

    def gzip(self):
        return Run(["bash", "-c", 'tar -C "$1" -cf - . | gzip -6 >"$2"', "-", self.tree, self.work / "tree.tar.gz"]).must()

    def anonymous_peak(self):
        """Most anonymous memory that a full bake is seen to have, looked at every few milliseconds."""
        linked_copy(self.store, self.copy)
        shutil.rmtree(self.work / "full", ignore_errors=True)
        process = subprocess.Popen([PINBAKE, "bake", "pylock.toml", "-q", "-o", "full", "--cache-dir", self.copy], cwd=self.work)
        peak = 0
        while process.poll() is None:
            try:
                text = pathlib.Path(f"/proc/{process.pid}/smaps_rollup").read_text()
            except OSError:
                break
            found = re.search(r"^Anonymous: +(\d+) kB", text, re.M)
            peak = max(peak, int(found.group(1)) * 1024 if found else 0)
            time.sleep(0.003)
        process.wait()
        return peak


def main():
    bench = Bench()
    bench.prepare()
    kinds = {"floor": bench.floor, "full": bench.full, "changed": bench.changed, "unchanged": bench.unchanged,
             "restaged": bench.restaged}
    runs = {name: [] for name in kinds}
    for _ in range(REPEAT):
        for name, run in kinds.items():
            runs[name].append(run())
    one_floor = [bench.floor(1) for _ in range(3)]
    one_full = [bench.full(1) for _ in range(3)]
    gzip = [bench.gzip()]  # it takes long
    anonymous = bench.anonymous_peak()

    files, size = tree_size(bench.tree)
    layers = [path.stat().st_size for path in (bench.work / "out/layers").glob("*/layer.tar.gz")]
    base = median(runs["floor"])
    # Each bake against the lower bound that ran just before it: what slows both cancels.
    pairs = statistics.median(full.seconds / floor.seconds for full, floor in zip(runs["full"], runs["floor"]))

    def row(name, some):
        return [name, seconds(median(some)), f"{median(some) / base:.3f}", f"{median(gzip) / median(some):.1f}x",
                f"{max(run.peak_bytes for run in some) / 1e6:.0f} MB"]

    table(f"{len(bench.wheels)} wheels, {files} files, {size / 1e6:.0f} MB unpacked, {len(layers)} layers of "
          f"{sum(layers) / 1e6:.0f} MB; {bench.cores} cores; median of {REPEAT}, in turns",
          ["", "time", "/ floor", "tar|gzip /", "peak memory"],
          [row(f"inflate and hash once, {bench.cores} processes (floor)", runs["floor"]),
           row(f"bake -j {bench.cores}", runs["full"]), row(f"bake, {SMALL} changed", runs["changed"]),
           row("bake, nothing changed", runs["unchanged"]), row("bake, layers known, to a new folder", runs["restaged"]),
           row("inflate and hash once, 1 process", one_floor), row("bake -j 1", one_full),
           row("install (with download)", [bench.install]), row("tar | gzip -6", gzip)])
    print(f"\nbake / floor, median of neighbours: {pairs:.2f}; bake -j 1 / 1 process: {median(one_full) / median(one_floor):.2f}\n"
          f"anonymous memory of a full bake, peak: {anonymous / 1e6:.0f} MB\n"
          f"tar.gz of the tree: {(bench.work / 'tree.tar.gz').stat().st_size / 1e6:.0f} MB")
    title = f"{size / 1e6:.0f} MB in {files:,} files of {len(bench.wheels)} wheels"
    DRAWING.write_text(drawing(title, "time as a multiple of inflating and hashing every byte once", [
        ("tar | gzip -6", median(gzip) / base, False), ("lower bound", 1, False), ("bake, everything", pairs, True),
        ("bake, one small pin changed", median(runs["changed"]) / base, True),
        ("bake, nothing changed", median(runs["unchanged"]) / base, True)],
        1e-3, 100.0))
    print(f"drawn: {os.path.relpath(DRAWING)}")


if __name__ == "__main__":
    main()
