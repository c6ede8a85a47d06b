#!/usr/bin/env python3
"""Run the end-to-end tests of some labels and sum up.

    run.py [--with JUNIT.xml] [-k TEXT] [--wheels WHICH] [LABEL...]

Labels: e2e, network, docker; none means all. The program is the one that PINBAKE_BIN names, else
build/release/pinbake. --with adds the results of a ctest run to the last line, `N passed, N failed, N skipped`.
--wheels says which real wheels are compared with what pip and uv make of them: few, all, or groups of
test_real_wheels.py by name.
"""

import argparse
import importlib
import os
import pathlib
import re
import sys
import time
import unittest
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True


class Printer(unittest.TestResult):
    """One line a test; a failed one with its traceback."""

    passed = 0

    def startTest(self, test):
        super().startTest(test)
        self.started = time.monotonic()

    def line(self, word, test, note=""):
        seconds = time.monotonic() - self.started
        print(f"{word:<7} {test.id()} ({seconds:.1f} s){note}", flush=True)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1
        self.line("ok", test)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        if not hasattr(self, "started"):
            self.started = time.monotonic()
        self.line("skipped", test, f": {reason}")

    def addFailure(self, test, error):
        super().addFailure(test, error)
        self.line("FAILED", test, "\n" + self.failures[-1][1])

    def addError(self, test, error):
        super().addError(test, error)
        if not hasattr(self, "started"):
            self.started = time.monotonic()
        self.line("FAILED", test, "\n" + self.errors[-1][1])

    def addSubTest(self, test, subtest, error):
        super().addSubTest(test, subtest, error)
        if error is not None:
            self.line("FAILED", subtest, "\n" + (self.failures + self.errors)[-1][1])


def tests_of(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_of(test)
        else:
            yield test


def select(labels, text):
    selected = unittest.TestSuite()
    for path in sorted(HERE.glob("test_*.py")):
        module = importlib.import_module(path.stem)
        if not labels or module.LABEL in labels:
            for test in tests_of(unittest.defaultTestLoader.loadTestsFromModule(module)):
                if text in test.id():
                    selected.addTest(test)
    return selected


def count_junit(path):
    """Passed, failed, skipped of a ctest run: a cmocka program counts as the tests it says it ran, others as one."""
    counts = [0, 0, 0]
    for case in xml.etree.ElementTree.parse(path).getroot().iter("testcase"):
        output = case.findtext("system-out") or ""
        inner = [sum(map(int, re.findall(rf"\[ *{word} *\] (\d+) test", output)))
                 for word in ("PASSED", "FAILED", "SKIPPED")]
        status = case.get("status")
        if status == "fail" and not inner[1]:
            inner = [inner[0], 1, inner[2]]
        elif not any(inner):
            inner = [1, 0, 0] if status == "run" else [0, 0, 1]
        counts = [a + b for a, b in zip(counts, inner)]
    return counts


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--with", dest="junit", help="a JUnit file of ctest to be counted in")
    parser.add_argument("-k", default="", metavar="TEXT", help="only tests with this in their name")
    parser.add_argument("--wheels", metavar="WHICH", help="real wheels: few, all, or groups by name")
    parser.add_argument("labels", nargs="*")
    options = parser.parse_args()
    if options.wheels:
        os.environ["PINBAKE_TEST_WHEELS"] = options.wheels

    counts = [0, 0, 0]
    if options.junit:
        if os.path.exists(options.junit):
            counts = count_junit(options.junit)
        else:
            print(f"FAILED  ctest wrote no {options.junit}")
            counts = [0, 1, 0]

    result = Printer()
    select(options.labels, options.k).run(result)
    failed = len(result.failures) + len(result.errors) + len(result.unexpectedSuccesses)
    counts = [counts[0] + result.passed, counts[1] + failed, counts[2] + len(result.skipped)]
    print("{} passed, {} failed, {} skipped".format(*counts))
    return 1 if counts[1] else 0


if __name__ == "__main__":
    sys.exit(main())
