# SPDX-License-Identifier: MIT
"""How the time of whole runs of the program grows with what an index, a wheel or a lock holds.

Used by growth.py. Each case prepares a folder for n and gives the arguments of the run that is measured; the index is the
one of the end-to-end tests. Times are those of the processor, of the program alone.
"""

import hashlib
import io
import math
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))

from harness import Index, Wheel, wheel  # noqa: E402

TARGET = ("--target", "cp312-linux-amd64-glibc2.28")


class Runs:
    def __init__(self, program):
        self.program = os.path.abspath(program)
        self.dir = pathlib.Path(tempfile.mkdtemp(prefix="pinbake-growth-"))
        self.index = None

    def close(self):
        shutil.rmtree(self.dir)

    def begin(self):
        self.end()
        self.work = self.dir / "work"
        shutil.rmtree(self.work, ignore_errors=True)
        self.work.mkdir()
        self.index = Index()

    def end(self):
        if self.index:
            self.index.close()
        self.index = None

    def run(self, *args):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([self.program, *args, "--cache-dir", self.work / "cache", "-q"], cwd=self.work, stdout=subprocess.DEVNULL,
                       stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, check=False, timeout=600)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000

    def lock_args(self):
        return ("lock", "requirements.in", "--index-url", self.index.url, *TARGET)

    def requirements(self, text):
        (self.work / "requirements.in").write_text(text)
        return self.lock_args()

    # --- cases: prepare for n, return the arguments

    def versions(self, n):
        self.page("app", n)
        return self.requirements("app<0\n")

    def versions_and_specifiers(self, n):
        self.page("app", n)
        return self.requirements("app" + ",".join(f"!={number}" for number in range(500)) + "\n")

    def page(self, name, n):
        files = ",".join(f'{{"filename":"{name}-{number}-py3-none-any.whl","url":"{name}{number}","hashes":{{}}}}'
                         for number in range(n))
        body = f'{{"meta":{{"api-version":"1.0"}},"name":"{name}","files":[{files}]}}'.encode()
        self.index.raw[f"/simple/{name}/"] = ("application/vnd.pypi.simple.v1+json", body, {})

    def many_requirements_of_one(self, n):
        self.index.add(wheel("app", "1.0"))
        return self.requirements("".join(f"app>={number / n:.6f}\n" for number in range(n)))

    def chain(self, n):
        for number in range(n):
            self.index.add(wheel(f"p{number}", "1.0", requires=[f"p{number + 1}"] if number + 1 < n else []))
        return self.requirements("p0\n")

    def fan(self, n):
        for number in range(n):
            self.index.add(wheel(f"p{number}", "1.0"))
        self.index.add(wheel("app", "1.0", requires=[f"p{number}" for number in range(n)]))
        return self.requirements("app\n")

    def conflicts(self, n):
        """Each version of app wants another version of dep, of which there is only one."""
        self.index.add(wheel("dep", "0"))
        for number in range(1, n):
            self.index.add(wheel("app", str(number), requires=[f"dep=={number}"]))
        return self.requirements("app\n")

    def extras(self, n):
        self.index.add(wheel("app", "1.0", extras=[f"e{number}" for number in range(n)],
                             requires=[f"app[e{number + 1}]; extra == 'e{number}'" for number in range(n - 1)]))
        return self.requirements("app[e0]\n")

    def put_wheels(self, *wheels):
        text = 'lock-version = "1.0"\ncreated-by = "bench"\n'
        for each in wheels:
            (self.work / each.filename).write_bytes(each.content)
            text += (f'\n[[packages]]\nname = "{each.project}"\nversion = "{each.version}"\nwheels = [{{name = "{each.filename}", '
                     f'path = "{each.filename}", size = {len(each.content)}, hashes = {{sha256 = "{each.sha256}"}}}}]\n')
        (self.work / "pylock.toml").write_text(text)
        return ("bake", "pylock.toml", "--offline", *TARGET)

    def wheel_entries(self, n):
        return self.put_wheels(wheel("app", "1.0", files={f"app/{number}.py": "" for number in range(n)}))

    def wheel_folders(self, n):
        return self.put_wheels(wheel("app", "1.0", files={"app/" + "/".join("abcdefgh"[:1 + number % 8]) + f"/{number}.py": ""
                                                          for number in range(n)}))

    def wheel_scripts(self, n):
        return self.put_wheels(wheel("app", "1.0", scripts={f"s{number}": "app:main" for number in range(n)}))

    def collisions(self, n):
        files = [{f"shared/{number}.py": text for number in range(n)} for text in ("1", "2")]
        return self.put_wheels(*(wheel(name, "1.0", files=each) for name, each in zip(("app", "lib"), files)))

    def case_twins(self, n):
        return self.put_wheels(wheel("app", "1.0", files={f"app/{name}{number}.py": "" for number in range(n)
                                                          for name in ("a", "A")}))

    def record_rows(self, n):
        return self.put_wheels(self.with_record("".join(f"app/{number}.py,sha256={'A' * 43},1\n" for number in range(n))))

    @staticmethod
    def with_record(more):
        plain = wheel("app", "1.0")
        out = io.BytesIO()
        with zipfile.ZipFile(io.BytesIO(plain.content)) as archive, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
            for entry in archive.infolist():
                content = archive.read(entry)
                made.writestr(entry, content + more.encode() if entry.filename.endswith("RECORD") else content)
        return Wheel(plain.filename, out.getvalue(), plain.metadata)

    def put_lock(self, n, dependencies):
        text = 'lock-version = "1.0"\ncreated-by = "bench"\n'
        for number in range(n):
            needs = "".join(f'{{name = "p{other:06}"}}, ' for other in dependencies(number) if 0 <= other < n)
            text += (f'\n[[packages]]\nname = "p{number:06}"\nversion = "1"\ndependencies = [{needs}]\n'
                     f'wheels = [{{url = "https://x.example/p{number:06}-1-py3-none-any.whl", hashes = {{sha256 = "{0:064}"}}}}]\n'
                     .replace("0" * 64, hashlib.sha256(str(number).encode()).hexdigest()))
        (self.work / "pylock.toml").write_text(text)

    def tree_of_a_chain(self, n):
        self.put_lock(n, lambda number: [number + 1])
        return ("tree", "--json", "pylock.toml")  # the drawing is as wide as the tree is deep

    def tree_of_diamonds(self, n):
        self.put_lock(n, lambda number: [number + 1, number + 2])
        return ("tree", "--json", "pylock.toml")  # the drawing is as wide as the tree is deep

    def why_in_diamonds(self, n):
        self.put_lock(n, lambda number: [number + 1, number + 2])
        return ("why", f"p{n - 1:06}", "pylock.toml")

    def export(self, n):
        self.put_lock(n, lambda number: [0])
        return ("export", "pylock.toml")

    def diff(self, n):
        self.put_lock(n, lambda number: [number + 1])
        shutil.copy(self.work / "pylock.toml", self.work / "pylock.old.toml")
        self.put_lock(n, lambda number: [number + 2])
        return ("diff", "pylock.old.toml", "pylock.toml")


# What is measured, with the smallest n.
CASES = {
    "versions": 25000, "versions_and_specifiers": 2000, "many_requirements_of_one": 2000, "chain": 125, "fan": 125,
    "conflicts": 125, "extras": 500, "wheel_entries": 2000, "wheel_folders": 2000, "wheel_scripts": 1000, "collisions": 2000,
    "case_twins": 2000, "record_rows": 10000,
    "tree_of_a_chain": 1000, "tree_of_diamonds": 1000, "why_in_diamonds": 1000,
    "export": 2000, "diff": 2000,
}
STEPS = 4


def rows(program, text):
    """As growth.c writes them; "bytes" is n here."""
    runs = Runs(program)
    try:
        for name, first in CASES.items():
            title = "run: " + name.replace("_", " ")
            if text and text not in title:
                continue
            times = []
            for step in range(STEPS):
                runs.begin()
                args = getattr(runs, name)(first << step)
                times.append(runs.run(*args))
                runs.end()
            yield {"case": title, "bytes": first << STEPS - 1, "ms": times,
                   "exponent": math.log2(max(times[-1], 1) / max(times[0], 1)) / (STEPS - 1)}
    finally:
        runs.end()
        runs.close()
