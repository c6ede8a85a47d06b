"""Time of `lock` for three real inputs over the default index: cold, warm and offline, beside uv where it is
installed, with every pin on which the two differ."""

import os
import re
import shutil

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


def three_times(command, store):
    """Seconds of a cold run, of warm runs, of offline runs; None where a run fails."""
    env = environment()
    fresh(store)
    cold = Run(command, env=env)
    if cold.code != 0:
        print(f"$ {' '.join(map(str, command))}\nexit {cold.code}\n{cold.err[-2000:]}")
        return None, None, None, cold
    warm = [Run(command, env=env) for _ in range(REPEAT)]
    offline = [Run([*command, "--offline"], env=env) for _ in range(REPEAT)]
    good = all(run.code == 0 for run in offline)
    return cold.seconds, median(warm), median(offline) if good else None, cold


def main():
    uv = shutil.which("uv")
    rows, differences = [], []
    for name, requirements in INPUTS.items():
        work = fresh(WORK / "resolve" / name)
        source, lock, compiled = work / "requirements.in", work / "pylock.toml", work / "requirements.txt"
        source.write_text("\n".join(requirements.split()) + "\n")
        store = work / "store"
        ours = three_times([PINBAKE, "lock", source, "-o", lock, "--python", "3.12", "--platform", "linux/amd64",
                            "--cache-dir", store], store)
        pins = pins_of_lock(lock.read_text()) if lock.exists() else {}
        rows.append([f"{name}: pinbake", len(pins), *map(seconds, ours[:3]), f"{ours[3].peak_bytes / 1e6:.0f} MB"])
        if not uv:
            continue
        store = work / "uv-store"
        theirs = three_times([uv, "pip", "compile", source, "-o", compiled, "--python-version", "3.12", "--generate-hashes",
                              "--python-platform", "x86_64-manylinux_2_28", "--no-header", "-q", "--upgrade",
                              "--cache-dir", store], store)
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
