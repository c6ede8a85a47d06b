#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""How the time of each parser of outside bytes grows: `growth.py build/release/bench_growth [TEXT]`.

Each case of growth.c is read at sizes n, 2n, 4n and 8n. The exponent is 1 for a time in proportion to the size, 2 where it
is quadratic. It is measured again where it looks too large: a busy machine and its caches make some tenths. Ends with 1
where one stays above the limit.
"""

import json
import subprocess
import sys

LIMIT = 1.25
CACHES = 0.35  # what a table that leaves the processor's caches may take more
TRIES = 3


def run(program, text):
    out = subprocess.run([program, *([text] if text else [])], stdout=subprocess.PIPE, check=True, text=True).stdout
    return [json.loads(line) for line in out.splitlines()]


def limit(row):
    """What takes 50 ns a byte or less is bound by memory: its steps leave one cache after the other."""
    return LIMIT + (CACHES if row["ms"][-1] * 1e6 / row["bytes"] < 50 else 0)


def main():
    program, text = sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else ""
    bad = 0
    print(f"{'case':<36} {'MB':>7} {'ms at 8n':>9} {'ns/byte':>8}  exponent")
    for row in run(program, text):
        for _ in range(TRIES):
            if row["exponent"] > limit(row):
                again = [each for each in run(program, row["case"]) if each["case"] == row["case"]]
                row = min([row, *again], key=lambda each: each["exponent"])
        over = row["exponent"] > limit(row)
        bad += over
        print(f"{row['case']:<36} {row['bytes'] / 1e6:7.1f} {row['ms'][-1]:9.1f} {row['ms'][-1] * 1e6 / row['bytes']:8.1f}"
              f"  {row['exponent']:8.2f}{'  TOO MUCH' if over else ''}", flush=True)
    print(f"{bad} cases grow too fast" if bad else "every case grows in proportion")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
