#!/usr/bin/env python3
"""Runs fuzz targets that libFuzzer drives (cmake --preset fuzz), and keeps their corpora.

    run.py fuzz [--seconds N] [--jobs N] [NAME...]   N seconds each, some at a time, then a table; 1 if one found something
    run.py merge [NAME...]                           takes what reached new code into tests/fuzz/corpus, within its bounds
    run.py check                                     every target has a corpus, every corpus a target, none is too large

What a run keeps is below build/fuzz: corpus/NAME grows from run to run, NAME.log is the last output, found/NAME-crash-…
is an input that broke a property; `build/fuzz/fuzz_NAME FILE` repeats it. Such an input belongs into tests/fuzz/corpus
under a name that says what it is, together with the mend.
"""

import argparse
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
CORPUS = HERE / "corpus"
BUILD = HERE.parent.parent / "build" / "fuzz"

# Of one target's corpus in the tree: it is replayed with every test run, and stays in the history for ever.
FILES_MAX, BYTES_MAX = 64, 64 * 1024

GRACE_S = 120  # a target that has not ended so long after its time is stuck
LIMITS = ["-timeout=30", "-rss_limit_mb=2048", "-print_final_stats=1"]


def targets(folder=HERE):
    return sorted(path.stem.removeprefix("fuzz_") for path in folder.glob("fuzz_*.c"))


def inputs(folder):
    return sorted(path for path in folder.iterdir() if path.is_file()) if folder.is_dir() else []


# --- a run ----------------------------------------------------------------------------------------


class Outcome:
    """What the log of a run says."""

    def __init__(self, log, code):
        def last(pattern):
            found = re.findall(pattern, log, re.M)
            return found[-1] if found else ""

        self.runs = int(last(r"^stat::number_of_executed_units:\s*(\d+)") or 0)
        self.rate = int(last(r"^stat::average_exec_per_sec:\s*(\d+)") or 0)
        self.coverage = int(last(r"^#\d+.*? cov: (\d+)") or 0)
        self.corpus = last(r"^#\d+.*? corp: (\d+/\S+)")
        self.is_clean = code == 0
        self.result = "clean" if self.is_clean else self.complaint(log, code)

    @staticmethod
    def complaint(log, code):
        for pattern in (r"^(.*\S+\.[ch]:\d+: .* does not hold)$", r"^SUMMARY: (.*)$", r"^.*ERROR: (.*)$"):
            if found := re.search(pattern, log, re.M):
                return found.group(1)
        return "stuck" if code is None else f"exit code {code}"


def command(build, name, seconds):
    found, grown = build / "found", build / "corpus" / name
    found.mkdir(exist_ok=True)
    grown.mkdir(parents=True, exist_ok=True)
    words = [build / f"fuzz_{name}", f"-max_total_time={seconds}", *LIMITS, f"-artifact_prefix={found}/{name}-"]
    dictionary = HERE / "dictionaries" / f"{name}.dict"
    if dictionary.exists():
        words.append(f"-dict={dictionary}")
    return [str(word) for word in [*words, grown, *([CORPUS / name] if inputs(CORPUS / name) else [])]]


def run_one(build, name, seconds):
    log = build / f"{name}.log"
    with log.open("wb") as out:
        try:
            code = subprocess.run(command(build, name, seconds), stdout=out, stderr=out, stdin=subprocess.DEVNULL,
                                  timeout=seconds + GRACE_S).returncode
        except subprocess.TimeoutExpired:
            code = None
    return Outcome(log.read_text(errors="replace"), code)


HEAD = f"{'target':20} {'runs':>10} {'runs/s':>8} {'coverage':>8} {'corpus':>12}  result"


def row(name, outcome):
    return (f"{name:20} {outcome.runs:>10} {outcome.rate:>8} {outcome.coverage:>8} {outcome.corpus:>12}  "
            f"{outcome.result}")


def fuzz(options):
    names = options.names or targets()
    if len(names) == 1:  # somebody watches
        return subprocess.run(command(options.build, names[0], options.seconds)).returncode
    outcomes = {}
    with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
        running = {pool.submit(run_one, options.build, name, options.seconds): name for name in names}
        for future in concurrent.futures.as_completed(running):
            outcomes[running[future]] = future.result()
            print(row(running[future], future.result()), file=sys.stderr, flush=True)
    print(f"\n{HEAD}")
    for name in names:
        print(row(name, outcomes[name]))
    bad = [name for name in names if not outcomes[name].is_clean]
    print(f"\n{len(names)} targets, {options.seconds} s each: {len(names) - len(bad)} clean, {len(bad)} with a finding")
    for name in bad:
        print(f"  {name}: {options.build / f'{name}.log'}")
        for path in inputs(options.build / "found"):
            if path.name.startswith(f"{name}-"):
                print(f"    {path}")
    return 1 if bad else 0


# --- corpora --------------------------------------------------------------------------------------


def read_control(text):
    """The control file of a merge: the edges of each file, by its name."""
    lines = text.splitlines()
    names = lines[2:2 + int(lines[0])]
    edges = {}
    for line in lines[2 + len(names):]:
        kind, *rest = line.split()
        if kind == "COV":
            edges.setdefault(names[int(rest[0])], set()).update(rest[1:])
    return edges


def choose(edges, sizes, kept):
    """Which files to add to those that are kept: always the one with most new edges, of those the smallest."""
    seen = set().union(*(edges.get(name, set()) for name in kept))
    room_files, room_bytes = FILES_MAX - len(kept), BYTES_MAX - sum(sizes[name] for name in kept)
    chosen, left = [], sorted(set(edges) - set(kept))
    while left and room_files > len(chosen):
        best = max(left, key=lambda name: (len(edges[name] - seen), -sizes[name]))
        left.remove(best)
        if not edges[best] - seen:
            break
        if sizes[best] <= room_bytes:
            chosen.append(best)
            seen |= edges[best]
            room_bytes -= sizes[best]
    return chosen


def merge_one(build, name):
    folders = [folder for folder in (CORPUS / name, build / "corpus" / name) if inputs(folder)]
    with tempfile.TemporaryDirectory() as scratch:
        control = pathlib.Path(scratch) / "control"
        (pathlib.Path(scratch) / "merged").mkdir()
        subprocess.run([build / f"fuzz_{name}", "-merge=1", f"-merge_control_file={control}", *LIMITS[:2],
                        f"{scratch}/merged", *folders], check=True, capture_output=True)
        edges = read_control(control.read_text())
    kept = [str(path) for path in inputs(CORPUS / name)]
    sizes = {path: os.path.getsize(path) for path in {*edges, *kept}}
    chosen = choose(edges, sizes, kept)
    (CORPUS / name).mkdir(parents=True, exist_ok=True)
    for path in chosen:
        shutil.copyfile(path, CORPUS / name / os.path.basename(path)[:12])
    print(f"{name:20} {len(kept):>4} + {len(chosen)}")


def merge(options):
    for name in options.names or targets():
        merge_one(options.build, name)
    return 0


def faults(folder):
    """What is wrong with the corpora of the targets in a folder."""
    names = set(targets(folder))
    found = [f"corpus/{path.name} is for no target" for path in sorted((folder / "corpus").iterdir())
             if path.name not in names]
    for name in sorted(names):
        files = inputs(folder / "corpus" / name)
        if not files:
            found.append(f"fuzz_{name}.c has no corpus in corpus/{name}")
        if len(files) > FILES_MAX or sum(path.stat().st_size for path in files) > BYTES_MAX:
            found.append(f"corpus/{name} is larger than {FILES_MAX} files or {BYTES_MAX} bytes")
    return found


def check(options):
    found = faults(HERE)
    print("\n".join(found) or f"{len(targets())} targets")
    return 1 if found else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, default=BUILD)
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("what", choices=["fuzz", "merge", "check"])
    parser.add_argument("names", nargs="*", metavar="NAME")
    options = parser.parse_intermixed_args()
    if unknown := set(options.names) - set(targets()):
        parser.error(f"no such target: {', '.join(sorted(unknown))} (there are: {', '.join(targets())})")
    return {"fuzz": fuzz, "merge": merge, "check": check}[options.what](options)


if __name__ == "__main__":
    sys.exit(main())
