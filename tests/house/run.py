#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The rules of the house that a program can check. ctest runs each as house/NAME; by hand:

    run.py NAME [--build build/asan]     one of them; exit 1 where it finds something, 77 where it cannot be made here
    run.py --build build/asan            all
    run.py --list                        what there is
"""

import argparse
import pathlib
import sys

import allowed
import calls
import layout
import rooms
from tree import Tree

CHECKS = {
    "includes": rooms.check_includes,
    "cycles": rooms.check_cycles,
    "doors": rooms.check_doors,
    "door_length": rooms.check_door_length,
    "cli_share": rooms.check_cli_share,
    "calls": calls.check_calls,
    "descriptors": calls.check_descriptors,
    "formatter": layout.check_formatter,
    "torn": layout.check_torn,
    "indentation": layout.check_indentation,
    "heads": layout.check_heads,
}
SKIPPED = 77
ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(name, tree, build):
    """The exit code of one check, its findings on standard output."""
    try:
        problems = CHECKS[name](tree, build if name == "calls" else allowed)
    except layout.Skip as reason:
        print(f"house/{name}: skipped: {reason}")
        return SKIPPED
    for problem in problems:
        print(problem)
    return 1 if problems else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME")
    parser.add_argument("--root", type=pathlib.Path, default=ROOT)
    parser.add_argument("--build", type=pathlib.Path, help="a build of the tree, for what is read from objects")
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    if options.list:
        for name, check in CHECKS.items():
            print(f"{name:12} {check.__doc__}")
        return 0
    unknown = [name for name in options.names if name not in CHECKS]
    if unknown:
        parser.error(f"no such check: {', '.join(unknown)}; --list names them")
    names = options.names or list(CHECKS)
    if "calls" in names and not options.build:
        parser.error("the check 'calls' reads objects: say where with --build")
    tree = Tree(options.root.resolve())
    codes = [run(name, tree, options.build.resolve() if options.build else None) for name in names]
    return 1 if 1 in codes else SKIPPED if codes == [SKIPPED] else 0


if __name__ == "__main__":
    sys.exit(main())
