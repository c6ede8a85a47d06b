"""This build beside an earlier one, which PINBAKE_BEFORE names: lock from the cache, lock --check, bake, bake of what is
known, over the real index. The two take turns in one run; every ratio is the median of those of neighbouring
runs, below 1 where this build is faster. Locks and layers of both are compared, too."""

import os
import pathlib
import shutil
import statistics
import sys

from measure import INPUTS, PINBAKE, WORK, Run, fresh, median, seconds, table

REPEAT = 31
SLOW_REPEAT = 7


class Build:
    def __init__(self, name, program):
        self.name, self.program = name, program
        self.folder = fresh(WORK / "before" / name)
        self.cache = self.folder / "cache"
        self.input = self.folder / "requirements.in"
        self.lock_file = self.folder / "pylock.toml"
        self.owner = 1000

    def run(self, *words):
        env = {name: value for name, value in os.environ.items() if name != "PIP_FIND_LINKS"}
        return Run([self.program, *words, "--cache-dir", self.cache, "-q"], cwd=self.folder, env=env).must()

    def lock(self, *words):
        return self.run("lock", "requirements.in", "-o", "pylock.toml", "--python", "3.12", "--platform", "linux/amd64",
                        *words)

    def lock_anew(self):
        self.lock_file.unlink(missing_ok=True)
        shutil.rmtree(self.cache / "answers", ignore_errors=True)  # solved, not remembered
        return self.lock("--offline")

    def lock_json(self):
        self.lock_file.unlink(missing_ok=True)
        return self.lock("--offline", "--json")

    def lock_again(self):
        self.lock_file.unlink(missing_ok=True)
        return self.lock("--offline")

    def check(self):
        return self.lock("--offline", "--check")

    def bake(self):
        self.owner += 1  # another key for every layer, so that none is known
        return self.run("bake", "--offline", "--owner", f"{self.owner}:0")

    def bake_again(self):
        return self.run("bake", "--offline")


def layers(build):
    folder = build.folder / ".pinbake/layers"
    return sorted(path.name for path in folder.iterdir())


def main():
    before = os.environ.get("PINBAKE_BEFORE")
    if not before:
        sys.exit("PINBAKE_BEFORE=PATH has to name the earlier build's program")
    rows = []
    for name in ("streamlit", "jupyter"):
        builds = [Build("old", os.path.abspath(before)), Build("new", PINBAKE)]
        for build in builds:
            build.input.write_text(INPUTS[name].replace(" ", "\n") + "\n")
            build.lock()
            build.run("bake")
        same = builds[0].lock_file.read_text() == builds[1].lock_file.read_text()
        print(f"{name}: locks are {'the same' if same else 'DIFFERENT'};"
              f" layers are {'the same' if layers(builds[0]) == layers(builds[1]) else 'DIFFERENT'}")
        for step, repeat in (("lock_anew", REPEAT), ("lock_json", REPEAT), ("lock_again", REPEAT), ("check", REPEAT), ("bake", SLOW_REPEAT),
                             ("bake_again", REPEAT)):
            runs = [[], []]
            for _ in range(repeat):
                for at, build in enumerate(builds):
                    runs[at].append(getattr(build, step)())
            ratio = statistics.median(new.seconds / old.seconds for old, new in zip(*runs))
            memory = statistics.median(new.peak_bytes / old.peak_bytes for old, new in zip(*runs))
            rows.append([name, step.replace("_", " "), seconds(median(runs[0])), seconds(median(runs[1])),
                         f"{ratio:.2f}", f"{memory:.2f}"])
    table("This build beside an earlier one", ["input", "step", "before", "now", "time", "memory"], rows)


if __name__ == "__main__":
    pathlib.Path(WORK).mkdir(parents=True, exist_ok=True)
    main()
