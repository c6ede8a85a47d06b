#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How the time of each parser of outside bytes grows, and that of whole runs:
`growth.py build/release/bench_growth build/release/pinbake [TEXT]`.

Each case of growth.c, and of growth_runs.py, is read at sizes n, 2n, 4n and 8n. The exponent is 1 for a time in proportion to the size, 2 where it
is quadratic. It is measured again where it looks too large: a busy machine and its caches make some tenths. Ends with 1
where one stays above the limit.
"""

import json
import subprocess
import sys

import growth_runs

LIMIT = 1.25
CACHES = 0.35  # what a table that leaves the processor's caches may take more
TRIES = 3


# What is quadratic in something else that is bounded.
KNOWN = {"run: extras": "n² steps to choose among n extras of one release, at most LIMIT_RELEASE_NEEDS"}


def run(program, text):
    if text.startswith("run:"):
        return []
    out = subprocess.run([program, *([text] if text else [])], stdout=subprocess.PIPE, check=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def limit(row):
    """What takes 50 ns a byte or less is bound by memory: its steps leave one cache after the other."""
    return LIMIT + (CACHES if row["ms"][-1] * 1e6 / row["bytes"] < 50 else 0)


def measured(driver, program, text):
    yield from run(driver, text)
    yield from growth_runs.rows(program, text)


def main():
    driver, program = sys.argv[1:3]
    text = sys.argv[3] if len(sys.argv) > 3 else ""
    bad = 0
    print(f"{'case':<36} {'MB':>7} {'ms at 8n':>9} {'ns/byte':>8}  exponent")
    for row in measured(driver, program, text):
        for _ in range(TRIES):
            if row["exponent"] > limit(row) and row["case"] not in KNOWN:
                again = [each for each in measured(driver, program, row["case"]) if each["case"] == row["case"]]
                row = min([row, *again], key=lambda each: each["exponent"])
        over = row["exponent"] > limit(row) and row["case"] not in KNOWN
        bad += over
        print(f"{row['case']:<36} {row['bytes'] / 1e6:7.1f} {row['ms'][-1]:9.1f} {row['ms'][-1] * 1e6 / row['bytes']:8.1f}"
              f"  {row['exponent']:8.2f}{'  TOO MUCH' if over else ''}"
              f"  {KNOWN.get(row['case'], '')}".rstrip(), flush=True)
    print(f"{bad} cases grow too fast" if bad else "every case grows in proportion")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
