"""What the benchmarks share: inputs, timed runs with peak memory, tables."""

import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

INPUTS = {
    "streamlit": "streamlit pandas numpy scikit-learn joblib ydata-profiling",
    "torch": "torch transformers[sentencepiece] datasets accelerate peft trl gradio sentence-transformers langchain"
             " faiss-cpu",
    "jupyter": "jupyter",
}
PINBAKE = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else "build/release/pinbake")
WORK = pathlib.Path("build/bench").resolve()


class Run:
    """One finished command: its exit status, output, seconds and peak resident bytes."""

    def __init__(self, command, cwd=None, env=None):
        out_path, err_path = WORK / "stdout", WORK / "stderr"
        with open(out_path, "wb") as out, open(err_path, "wb") as err:
            start = time.perf_counter()
            process = subprocess.Popen([str(word) for word in command], cwd=cwd, env=env, stdin=subprocess.DEVNULL,
                                       stdout=out, stderr=err)
            _, status, usage = os.wait4(process.pid, 0)
            self.seconds = time.perf_counter() - start
        process.returncode = self.code = os.waitstatus_to_exitcode(status)
        self.peak_bytes = usage.ru_maxrss * 1024
        self.cpu_seconds = usage.ru_utime + usage.ru_stime
        self.out = out_path.read_text(errors="replace")
        self.err = err_path.read_text(errors="replace")
        self.command = command

    def must(self):
        if self.code != 0:
            print(f"$ {' '.join(map(str, self.command))}\nexit {self.code}\n{self.err[-3000:]}")
            sys.exit(1)
        return self


def median(runs):
    return statistics.median(run.seconds for run in runs)


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def seconds(value):
    if value is None:
        return "–"
    return f"{value * 1000:.1f} ms" if value < 1 else f"{value:.2f} s"


def table(title, head, rows):
    widths = [max(len(str(row[i])) for row in [head, *rows]) for i in range(len(head))]
    print(f"\n{title}\n")
    for row in [head, ["-" * width for width in widths], *rows]:
        cells = [str(cell).ljust(width) if i == 0 else str(cell).rjust(width)
                 for i, (cell, width) in enumerate(zip(row, widths))]
        print("  ".join(cells).rstrip())
    sys.stdout.flush()
