#!/usr/bin/env python3
"""What tests/fuzz/run.py makes of logs, of merges and of corpora."""

import pathlib
import tempfile
import unittest

import run

CLEAN = """#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 30Mb
#512\tpulse  cov: 120 ft: 300 corp: 40/1234b lim: 4 exec/s: 256 rss: 31Mb
Done 1024 runs in 4 second(s)
stat::number_of_executed_units: 1024
stat::average_exec_per_sec:     256
"""
BROKEN = """#2\tINITED cov: 10 ft: 11 corp: 1/1b exec/s: 0 rss: 30Mb
tests/fuzz/fuzz_demo.c:21: left == right does not hold
==7== ERROR: libFuzzer: deadly signal
SUMMARY: libFuzzer: deadly signal
"""


class Logs(unittest.TestCase):
    def test_a_clean_run(self):
        outcome = run.Outcome(CLEAN, 0)
        self.assertEqual((outcome.runs, outcome.rate, outcome.coverage, outcome.corpus, outcome.result),
                         (1024, 256, 120, "40/1234b", "clean"))

    def test_a_finding_is_told_by_the_property_that_broke(self):
        outcome = run.Outcome(BROKEN, 77)
        self.assertFalse(outcome.is_clean)
        self.assertEqual(outcome.result, "tests/fuzz/fuzz_demo.c:21: left == right does not hold")

    def test_a_finding_without_a_property(self):
        self.assertEqual(run.Outcome("SUMMARY: AddressSanitizer: heap-use-after-free x.c:1\n", 1).result,
                         "AddressSanitizer: heap-use-after-free x.c:1")

    def test_a_run_that_says_nothing_is_no_success(self):
        self.assertEqual(run.Outcome("", None).result, "stuck")
        self.assertEqual(run.Outcome(CLEAN, 9).result, "exit code 9")


class Merges(unittest.TestCase):
    def test_control_file(self):
        text = "2\n0\na\nb\nSTARTED 0 3\nFT 0 7 8\nCOV 0 1 2\nSTARTED 1 4\nFT 1 9\nCOV 1 3\n"
        self.assertEqual(run.read_control(text), {"a": {"1", "2"}, "b": {"3"}})

    def test_the_smallest_of_those_with_most_new_edges(self):
        edges = {"seed": {1}, "a": {1, 2, 3}, "b": {1, 2, 3}, "c": {4}, "d": {1, 2}}
        sizes = {"seed": 1, "a": 9, "b": 5, "c": 3, "d": 1}
        self.assertEqual(run.choose(edges, sizes, ["seed"]), ["b", "c"])

    def test_bounds(self):
        names = [f"n{i:03}" for i in range(run.FILES_MAX + 20)]
        edges = {name: {name} for name in names}
        self.assertEqual(len(run.choose(edges, dict.fromkeys(names, 1), names[:5])), run.FILES_MAX - 5)
        self.assertEqual(len(run.choose(edges, dict.fromkeys(names, run.BYTES_MAX // 4), [])), 4)


class Corpora(unittest.TestCase):
    def faults(self, *paths):
        with tempfile.TemporaryDirectory() as scratch:
            folder = pathlib.Path(scratch)
            (folder / "corpus").mkdir()
            for path in paths:
                (folder / path).parent.mkdir(parents=True, exist_ok=True)
                (folder / path).write_bytes(b"x")
            return run.faults(folder)

    def test_a_target_with_a_corpus(self):
        self.assertEqual(self.faults("fuzz_a.c", "corpus/a/seed"), [])

    def test_a_target_without_one(self):
        self.assertEqual(self.faults("fuzz_a.c"), ["fuzz_a.c has no corpus in corpus/a"])

    def test_a_corpus_without_a_target(self):
        self.assertEqual(self.faults("corpus/a/seed"), ["corpus/a is for no target"])

    def test_a_corpus_that_is_too_large(self):
        paths = [f"corpus/a/{i}" for i in range(run.FILES_MAX + 1)]
        self.assertEqual(len(self.faults("fuzz_a.c", *paths)), 1)


if __name__ == "__main__":
    unittest.main()
