"""Time and memory of `lock` for three real inputs over the default index: cold, from the cache alone (warm), and when
nothing is to be done (--check); beside uv and pip where they are installed, with every pin on which uv differs. The tools
take turns, so that a busy machine slows all of them; every figure is a median, every ratio one of neighbouring runs. Large
index pages are timed by page.c. Draws docs/resolve.svg, in which every time is a multiple of uv's."""

import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys

from drawing import drawing
from measure import INPUTS, PINBAKE, WORK, Run, fresh, median, seconds, table

REPEAT = 5
WARM_REPEAT = 15
PIP_SECONDS = 120
TIMED_OUT = 124  # what timeout(1) says
DRAWING = pathlib.Path(__file__).resolve().parents[2] / "docs/resolve.svg"
LARGE_PROJECT = "pydantic-core"


def environment():
    env = {name: value for name, value in os.environ.items() if name != "PIP_FIND_LINKS"}
    env["UV_PYTHON_DOWNLOADS"] = "never"
    return env


def pins_of_lock(text):
    return dict(re.findall(r'^\[\[packages\]\]\nname = "([^"]+)"\nversion = "([^"]+)"', text, re.M))


def pins_of_requirements(text):
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)==([^\s;\\]+)", text, re.M))


def interpreter(uv):
    """The file of Python 3.12, else of this one: uv spends as long on a version manager's shims as on all the rest."""
    found = Run([uv, "python", "find", "--no-project", "3.12"], env=environment())
    return os.path.realpath(found.out.strip() if found.code == 0 else sys.executable)


class Tool:
    """How one tool locks one input: its command, its store, and what it leaves."""

    def __init__(self, name, work, command, offline=(), check=None):
        self.name, self.store, self.command = name, work / f"{name}-store", command(work, work / f"{name}-store")
        self.offline, self.check = list(offline), check

    def cold(self):
        fresh(self.store)
        return Run(self.command, env=environment())

    def warm(self):
        return Run([*self.command, *self.offline], env=environment())

    def unchanged(self):
        return Run([*self.command, *self.offline, *self.check], env=environment())


def pinbake(work, store):
    return [PINBAKE, "lock", work / "requirements.in", "-o", work / "pylock.toml", "--python", "3.12", "--platform",
            "linux/amd64", "--cache-dir", store]


def uv_compile(uv):
    python = interpreter(uv)
    return lambda work, store: [
        uv, "pip", "compile", work / "requirements.in", "-o", work / "requirements.txt", "--python-version", "3.12", "--python",
        python, "--generate-hashes", "--python-platform", "x86_64-manylinux_2_28", "--no-header", "-q", "--upgrade",
        "--cache-dir", store]


def pip_report(pip):
    return lambda work, store: [
        pip, "install", "--dry-run", "--ignore-installed", "--report", work / "report.json", "-q", "-r",
        work / "requirements.in", "--python-version", "3.12", "--platform", "manylinux_2_28_x86_64", "--platform",
        "manylinux_2_17_x86_64", "--only-binary", ":all:", "--target", work / "none", "--disable-pip-version-check",
        "--cache-dir", store]


def in_turns(kinds, repeat):
    """One run of each, over and over; {name: runs}, without those that fail."""
    runs = {name: [] for name in kinds}
    for _ in range(repeat):
        for name, run in kinds.items():
            runs[name].append(run())
    for name, some in runs.items():
        failed = next((run for run in some if run.code != 0), None)
        if failed and failed.code == TIMED_OUT:
            print(f"{name} was not done after {PIP_SECONDS} s with {failed.command[-1].parent.name}")
            runs[name] = []
        elif failed:
            print(f"$ {' '.join(map(str, failed.command))}\nexit {failed.code}\n{failed.err[-1000:]}")
            runs[name] = []
    return runs


def ratio(ours, theirs):
    """How many of ours fit into one of theirs: the median over neighbours, or None."""
    return statistics.median(b.seconds / a.seconds for a, b in zip(ours, theirs)) if ours and theirs else None


class Input:
    def __init__(self, name, uv, pip):
        self.name, self.work = name, fresh(WORK / "resolve" / name)
        (self.work / "requirements.in").write_text("\n".join(INPUTS[name].split()) + "\n")
        self.tools = [Tool("pinbake", self.work, pinbake, ["--offline"], ["--check"])]
        if uv:
            self.tools.append(Tool("uv", self.work, uv_compile(uv), ["--offline"], []))
        self.pip = Tool("pip", self.work, pip_report(pip)) if pip else None

    def measure(self):
        self.cold = in_turns({tool.name: tool.cold for tool in self.tools}, REPEAT)
        if self.pip:
            self.pip.command = ["timeout", str(PIP_SECONDS), *self.pip.command]
            self.cold["pip"] = in_turns({"pip": self.pip.cold}, 1)["pip"]
            self.pip_warm = in_turns({"pip": self.pip.warm}, 1)["pip"] if self.cold["pip"] else []
        self.warm = in_turns({tool.name: tool.warm for tool in self.tools}, WARM_REPEAT)
        # uv has no check: what it does where nothing has changed is a warm run.
        self.unchanged = in_turns({tool.name: tool.unchanged for tool in self.tools}, WARM_REPEAT)
        if self.pip:
            self.warm["pip"] = self.pip_warm
        self.pins = self.read("pylock.toml", pins_of_lock)
        self.uv_pins = self.read("requirements.txt", pins_of_requirements)

    def read(self, name, pins_of):
        path = self.work / name
        return pins_of(path.read_text()) if path.exists() else {}

    def rows(self):
        for name in ("pinbake", "uv", "pip"):
            if name not in self.cold:
                continue
            kinds = [self.cold[name], self.warm.get(name, []), self.unchanged.get(name, [])]
            pins = {"pinbake": self.pins, "uv": self.uv_pins}.get(name, ())
            yield [f"{self.name}: {name}", len(pins) or "", *(seconds(median(runs)) if runs else "–" for runs in kinds),
                   *(f"{max(run.peak_bytes for run in runs) / 1e6:.0f} MB" if runs else "–" for runs in kinds[:2])]
        for name in ("uv", "pip"):
            if name in self.cold:
                found = [ratio(kind.get("pinbake"), kind.get(name)) for kind in (self.cold, self.warm, self.unchanged)]
                yield [f"{self.name}: {name} / pinbake", "", *(f"{value:.1f}x" if value else "–" for value in found), "", ""]

    def differences(self):
        for package in sorted(set(self.pins) | set(self.uv_pins)):
            if self.pins.get(package) != self.uv_pins.get(package):
                yield [f"{self.name}: {package}", self.pins.get(package, "–"), self.uv_pins.get(package, "–")]

    def bars(self):
        """As multiples of uv's time in the same kind of run."""
        for kind, runs in (("cold", self.cold), ("warm", self.warm), ("nothing changed", self.unchanged)):
            own = ratio(runs.get("uv"), runs.get("pinbake"))
            if own:
                yield f"{self.name}, {kind}", own, True
            pip = ratio(runs.get("uv"), runs.get("pip"))
            if pip:
                yield f"{self.name}, {kind}: pip", pip, False


def pages():
    """Lines of bench_page: the synthetic page, and a real large one where the index can be asked."""
    built = subprocess.run(["cmake", "--build", "build/release", "--target", "bench_page"], capture_output=True)
    if built.returncode != 0:
        print("\nbench_page cannot be built; large pages are left out")
        return []
    page = WORK / "resolve" / f"{LARGE_PROJECT}.json"  # named after the project: bench_page reads it as that
    got = subprocess.run(["curl", "-sfL", "--compressed", "-H", "Accept: application/vnd.pypi.simple.v1+json", "-o", page,
                          f"{index_url()}/{LARGE_PROJECT}/"])
    real = [page] if got.returncode == 0 else []
    lines = [Run(["build/release/bench_page"]).must(), *(Run(["build/release/bench_page", "21", file]).must() for file in real)]
    found = [json.loads(line) for run in lines for line in run.out.splitlines()]
    return [[LARGE_PROJECT if str(line["page"]).endswith(".json") else line["page"], f"{line['bytes'] / 1e6:.1f} MB",
             line["files"], f"{line['median_ms']:.1f} ms", f"{line['cpu_ms']:.1f} ms"] for line in found]


def index_url():
    asked = (os.environ.get(name) for name in ("PINBAKE_INDEX_URL", "PIP_INDEX_URL", "UV_INDEX_URL"))
    given = next(filter(None, asked), None)
    if given is None and shutil.which("pip"):
        given = Run(["pip", "config", "get", "global.index-url"], env=environment()).out.strip()
    return (given or "https://pypi.org/simple").rstrip("/")


def main():
    fresh(WORK / "resolve")
    uv, pip = shutil.which("uv"), shutil.which("pip")
    for name, path in (("uv", uv), ("pip", pip)):
        if not path:
            print(f"{name} is not installed and left out")
    inputs = [Input(name, uv, pip) for name in INPUTS]
    for each in inputs:
        each.measure()
    table(f"lock, Python 3.12, linux/amd64; cold: median of {REPEAT}, warm (from the cache) and unchanged: of {WARM_REPEAT}; "
          "pip: one run", ["input", "pins", "cold", "warm", "unchanged", "peak (cold)", "peak (warm)"],
          [row for each in inputs for row in each.rows()])
    differences = [row for each in inputs for row in each.differences()]
    if uv and differences:
        table("pins that differ", ["package", "pinbake", "uv"], differences)
    elif uv:
        print("\nEvery pin is the same.")
    rows = pages()
    if rows:
        table("reading an index page", ["page", "size", "files", "time", "processor"], rows)
    bars = [bar for each in inputs for bar in each.bars()]
    if bars:
        counts = ", ".join(f"{each.name} ({len(each.pins)} pins)" for each in inputs)
        DRAWING.write_text(drawing(f"lock: {counts}", "time as a multiple of uv's in the same kind of run", bars, 1e-3, 100.0))
        print(f"\ndrawn: {os.path.relpath(DRAWING)}")


if __name__ == "__main__":
    main()
