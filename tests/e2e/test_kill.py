"""bake and install killed at random points, several at once on one store: nothing bad is left behind.

PINBAKE_KILL_ROUNDS sets the number of rounds (1000 takes some minutes), PINBAKE_KILL_SEED repeats a run's choices."""

import hashlib
import os
import random
import shutil
import time
import unittest

from harness import Case, Result, noise, wheel

LABEL = "e2e"

ROUNDS = int(os.environ.get("PINBAKE_KILL_ROUNDS", "40"))
SECONDS = 15 if ROUNDS <= 100 else 3600  # a slow machine does fewer rounds
SEED = int(os.environ.get("PINBAKE_KILL_SEED", "0")) or int.from_bytes(os.urandom(4), "big")


class Kill(Case):
    LOCKS = ("old", "new")

    def setUp(self):
        super().setUp()
        for number in range(8):
            for version in ("1.0", "2.0") if number % 2 else ("1.0",):
                files = {f"part_{number}/file_{i}.py": f"VERSION = '{version}'\nTEXT = '{'x' * i * 40}'\n" for i in range(60)}
                files[f"part_{number}/noise.bin"] = noise(200_000 * number)
                self.index.add(wheel(f"part-{number}", version, files=files, scripts={f"part-{number}": f"part_{number}:x"}))
        self.index.add(wheel("goes", "1.0"), wheel("comes", "1.0"))
        parts = [f"part-{number}" for number in range(8)]
        self.relock("\n".join(f"{part}<2" for part in parts) + "\ngoes\n")
        self.write("old.toml", self.read("pylock.toml"))
        self.relock("\n".join(parts) + "\ncomes\n")
        self.write("new.toml", self.read("pylock.toml"))
        self.prefix = self.dir / "env"
        started = time.monotonic()
        self.expected = {}
        for name in self.LOCKS:
            self.ok("bake", f"{name}.toml", "-o", f"reference-{name}")
            self.expected[name] = set(self.layers(f"reference-{name}"))
        self.longest = (time.monotonic() - started) / 2 * 1.2
        self.random = random.Random(SEED)

    def install_args(self, name, *args):
        return ("install", f"{name}.toml", "--prefix", self.prefix, "--interpreter", "/usr/local/bin/python3.12", *args)

    def choose(self):
        name = self.random.choice(self.LOCKS)
        if self.random.random() < 0.5:
            return self.install_args(name, "-j", self.random.randint(1, 3),
                                     "--link-mode", self.random.choice(["auto", "copy", "hardlink"]))
        return "bake", f"{name}.toml", "-o", self.random.choice(["out-a", "out-b"]), "-j", self.random.randint(1, 3)

    def damage(self):
        """What a run finds is never quite the same: parts of the cache, of the output or of all are gone."""
        gone = {0: self.cache / "layers", 1: self.cache / "files", 2: self.work / "out-a", 3: self.prefix,
                4: self.cache / "unpacked"}
        for path in self.random.sample(sorted(gone.values()), self.random.randint(0, 2)):
            shutil.rmtree(path, ignore_errors=True)

    def kill_some(self):
        """Two or three processes, each killed at a time of its own; those that end before may fail only of being
        in each other's way."""
        running = [(self.random.uniform(0, self.longest), self.start(*args), args)
                   for args in (self.choose() for _ in range(self.random.randint(2, 3)))]
        started = time.monotonic()
        for moment, process, args in sorted(running, key=lambda each: each[0]):
            time.sleep(max(0, started + moment - time.monotonic()))
            process.kill()
            out, err = process.communicate()
            result = Result(args, process.returncode, out.decode(), err.decode())
            self.assertIn(result.code, (-9, 0, 6), str(result))
            self.killed += result.code == -9

    def which_environment(self):
        """"old", "new", or None where there is none; anything else fails."""
        if not self.prefix.exists():
            return None
        checks = {name: self.run_program("install", f"{name}.toml", "--prefix", self.prefix, "--check")
                  for name in self.LOCKS}
        equal = [name for name, result in checks.items() if result.code == 0]
        self.assertEqual(len(equal), 1, "\n".join(map(str, checks.values())))
        return equal[0]

    def staged_layers_are_whole(self):
        for path in self.work.glob("out-*/layers/*/layer.tar.gz"):
            self.assertEqual(hashlib.sha256(path.read_bytes()).hexdigest(), path.parent.name)

    def next_run_succeeds(self):
        name, folder = self.random.choice(self.LOCKS), self.random.choice(["out-a", "out-b"])
        if self.random.random() < 0.5:
            self.ok(*self.install_args(name))
            self.assertEqual(self.which_environment(), name)
            self.assertEqual([path.name for path in self.dir.glob("env*")], ["env"])
        else:
            self.ok("bake", f"{name}.toml", "-o", folder)
            self.assertLessEqual(self.expected[name], set(self.layers(folder)))

    def test_store_and_environment_outlive_kills(self):
        self.killed = rounds = 0
        deadline = time.monotonic() + SECONDS
        seen = []
        while rounds < ROUNDS and time.monotonic() < deadline:
            with self.subTest(round=rounds, seed=SEED):
                self.damage()
                self.kill_some()
                self.ok("cache", "verify")
                seen.append(self.which_environment())
                self.staged_layers_are_whole()
                self.next_run_succeeds()
            rounds += 1
        self.assertGreater(self.killed, 0)
        print(f"        {rounds} rounds, {self.killed} processes killed, seed {SEED}; environments found:",
              ", ".join(f"{seen.count(name)} {name or 'none'}" for name in (*self.LOCKS, None)), flush=True)


if __name__ == "__main__":
    unittest.main()
