"""Time of `lock` for three real inputs over the default index: cold, warm and offline, beside uv where it is
installed, with every pin on which the two differ."""

import os
import re
import shutil
import sys

from measure import INPUTS, PINBAKE, WORK, Run, fresh, median, seconds, table

REPEAT = 5


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


def in_turns(commands):
    """One run of each, REPEAT times over, so that what slows the machine for a while slows all alike."""
    env = environment()
    rounds = [[Run(command, env=env) for command in commands] for _ in range(REPEAT)]
    return [list(runs) for runs in zip(*rounds)]


def seconds_or_none(runs):
    return median(runs) if all(run.code == 0 for run in runs) else None


def measure(tools):
    """For each (command, store): seconds of a cold run, of warm runs, of offline runs, None where one fails, and
    the cold run."""
    colds = []
    for command, store in tools:
        fresh(store)
        colds.append(Run(command, env=environment()))
        if colds[-1].code != 0:
            print(f"$ {' '.join(map(str, command))}\nexit {colds[-1].code}\n{colds[-1].err[-2000:]}")
    warm = in_turns([command for command, _ in tools])
    offline = in_turns([[*command, "--offline"] for command, _ in tools])
    return [(cold.seconds if cold.code == 0 else None, seconds_or_none(a), seconds_or_none(b), cold)
            for cold, a, b in zip(colds, warm, offline)]


def main():
    fresh(WORK / "resolve")
    uv = shutil.which("uv")
    python = ["--python", interpreter(uv)] if uv else []
    rows, differences = [], []
    for name, requirements in INPUTS.items():
        work = fresh(WORK / "resolve" / name)
        source, lock, compiled = work / "requirements.in", work / "pylock.toml", work / "requirements.txt"
        source.write_text("\n".join(requirements.split()) + "\n")
        tools = [([PINBAKE, "lock", source, "-o", lock, "--python", "3.12", "--platform", "linux/amd64",
                   "--cache-dir", work / "store"], work / "store")]
        if uv:
            tools.append(([uv, "pip", "compile", source, "-o", compiled, "--python-version", "3.12", *python,
                           "--generate-hashes", "--python-platform", "x86_64-manylinux_2_28", "--no-header", "-q",
                           "--upgrade", "--cache-dir", work / "uv-store"], work / "uv-store"))
        ours, *theirs = measure(tools)
        pins = pins_of_lock(lock.read_text()) if lock.exists() else {}
        rows.append([f"{name}: pinbake", len(pins), *map(seconds, ours[:3]), f"{ours[3].peak_bytes / 1e6:.0f} MB"])
        if not uv:
            continue
        theirs = theirs[0]
        uv_pins = pins_of_requirements(compiled.read_text()) if compiled.exists() else {}
        rows.append([f"{name}: uv", len(uv_pins), *map(seconds, theirs[:3]), f"{theirs[3].peak_bytes / 1e6:.0f} MB"])
        rows.append([f"{name}: uv / pinbake", "", *(f"{b / a:.1f}x" if a and b else "–" for a, b in
                                                   zip(ours[:3], theirs[:3])), ""])
        for package in sorted(set(pins) | set(uv_pins)):
            if pins.get(package) != uv_pins.get(package):
                differences.append([f"{name}: {package}", pins.get(package, "–"), uv_pins.get(package, "–")])
    table(f"lock, Python 3.12, linux/amd64; warm and offline: median of {REPEAT}",
          ["input", "pins", "cold", "warm", "offline", "peak (cold)"], rows)
    if differences:
        table("pins that differ", ["package", "pinbake", "uv"], differences)
    elif uv:
        print("\nEvery pin is the same.")


if __name__ == "__main__":
    main()
