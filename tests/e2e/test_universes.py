"""lock in small random universes, held against every choice there is.

A universe is a handful of projects with a few releases each: pre-releases, yanked ones, ones for another Python or
platform; requirements with bounds, extras and markers. What can be locked, and what can be chosen, is found out here by
trying everything, with versions as tuples and markers as functions.
"""

import collections
import random
import tomllib

from harness import Case, wheel

LABEL = "e2e"

Target = collections.namedtuple("Target", "python platform")
TARGETS = [Target(minor, platform) for minor in (11, 12) for platform in ("linux", "win32")]

VERSIONS = {"1.0": (1, 0, 1), "1.1": (1, 1, 1), "2.0rc1": (2, 0, 0), "2.0": (2, 0, 1), "2.1": (2, 1, 1)}

BOUNDS = {
    "": lambda version, bound: True,
    ">=": lambda version, bound: version >= bound,
    "<=": lambda version, bound: version <= bound,
    "==": lambda version, bound: version == bound,
    "!=": lambda version, bound: version != bound,
    # 440.7: 2.0rc1 is not below 2.0
    "<": lambda version, bound: version < bound and not (version[2] == 0 < bound[2] and version[:2] == bound[:2]),
}

MARKERS = {
    "": lambda target: True,
    "sys_platform == 'linux'": lambda target: target.platform == "linux",
    "sys_platform == 'win32'": lambda target: target.platform == "win32",
    "python_version < '3.12'": lambda target: target.python < 12,
    "python_version >= '3.12' and os_name == 'posix'": lambda target: target == (12, "linux"),
}

PYTHONS = {None: lambda minor: True, ">=3.12": lambda minor: minor >= 12, "<3.12": lambda minor: minor < 12}

TAGS = {
    "py3-none-any": lambda target: True,
    "cp312-cp312-manylinux_2_17_x86_64": lambda target: target == (12, "linux"),
    "cp311-abi3-win_amd64": lambda target: target.platform == "win32",
}


class Need(collections.namedtuple("Need", "name extra operator bound marker")):
    """A requirement, and for which targets it counts."""

    def __str__(self):
        return self.text(self.marker)

    def text(self, marker):
        extra = f"[{self.extra}]" if self.extra else ""
        return f"{self.name}{extra}{self.operator}{self.bound}" + (f"; {marker}" if marker else "")

    def of_extra(self, extra):
        """As a line of Requires-Dist that the extra switches on."""
        return self.text(f"({self.marker}) and extra == '{extra}'" if self.marker else f"extra == '{extra}'")

    def admits(self, version):
        return BOUNDS[self.operator](VERSIONS[version], VERSIONS.get(self.bound))


class Release:
    def __init__(self, dice, needs, extra_needs):
        self.needs, self.extra_needs = needs, extra_needs
        self.yanked = dice.random() < 0.2
        self.python = dice.choice([None] * 8 + [">=3.12", "<3.12"])
        self.tag = dice.choice(["py3-none-any"] * 12 + list(TAGS))

    def wheel(self, name, version):
        extras = ["more"] if self.extra_needs else []
        requires = [*map(str, self.needs), *(need.of_extra("more") for need in self.extra_needs)]
        return wheel(name, version, requires=requires, extras=extras, tag=self.tag, requires_python=self.python)


class Universe:
    def __init__(self, seed):
        dice = random.Random(seed)
        self.names = [f"u{seed}-{letter}" for letter in "abcde"[:dice.randint(3, 5)]]
        self.projects = {name: dict.fromkeys(dice.sample(list(VERSIONS), dice.choice([1, 3, 4, 5])))
                         for name in self.names}
        for name, releases in self.projects.items():
            releases.update({version: self.release(dice, name) for version in releases})
        self.roots = [self.need(dice) for _ in range(dice.randint(1, 3))]
        self.targets = dice.sample(TARGETS, 2)

    def need(self, dice, name=None):
        operator = dice.choice(["", "", "", "", ">=", ">=", "<=", "<=", "==", "!=", "<"])
        name = name or ("no-such-project" if dice.random() < 0.01 else dice.choice(self.names))
        bound = dice.choice(list(dice.choice([VERSIONS, self.projects.get(name, VERSIONS)])) if operator else [""])
        return Need(name, dice.choice(["", "", "more"]), operator, bound, dice.choice([""] * 8 + [*MARKERS]))

    def release(self, dice, name):
        needs = [self.need(dice) for _ in range(dice.choice([0, 1, 1, 2, 2]))]
        extra_needs = [self.need(dice) for _ in range(dice.choice([0, 1, 2]))]
        if dice.random() < 0.05:
            extra_needs.append(self.need(dice, name))  # an extra may ask for its own project
        return Release(dice, needs, extra_needs)

    def serve(self, index):
        index.wheels.clear()
        for name, releases in self.projects.items():
            for version, release in releases.items():
                made = index.add(release.wheel(name, version))
                if release.yanked:
                    index.yanked[made.filename] = "broken"

    def is_usable(self, target, name, version):
        release = self.projects[name][version]
        pinned = any(root.name == name and root.operator == "==" and root.bound == version and
                     MARKERS[root.marker](target) for root in self.roots)
        return ((pinned or not release.yanked) and PYTHONS[release.python](target.python) and
                TAGS[release.tag](target))

    def usable(self, target, name):
        return [version for version in self.projects.get(name, ()) if self.is_usable(target, name, version)]

    def follow(self, target, pins, needs=None):
        """From the roots through the pins: the first project that no pin is for (or None), whether nothing that was
        asked for is broken, and the projects reached. needs gets what is asked for."""
        reached, todo = set(), [need for need in self.roots if MARKERS[need.marker](target)]
        todo = todo if needs is None else needs.extend(todo) or needs
        for need in todo:
            if need.name not in pins:
                return need.name, True, reached
            if not need.admits(pins[need.name]):
                return None, False, reached
            release = self.projects[need.name][pins[need.name]]
            for extra, wanted in (("", release.needs), (need.extra, release.extra_needs if need.extra else [])):
                if (need.name, extra) not in reached:
                    reached.add((need.name, extra))
                    todo += [each for each in wanted if MARKERS[each.marker](target)]
        return None, True, reached

    def lacks(self, name, version):
        return not self.projects[name][version].extra_needs

    def without_extra(self, target, pins, needs, preference):
        """Is a release without an extra that is asked for pinned, where the best that may be pinned has it?"""
        for need in needs:
            if need.extra and self.lacks(need.name, pins[need.name]):
                admitted = [version for version in self.usable(target, need.name)
                            if all(each.admits(version) for each in needs if each.name == need.name)]
                if not self.lacks(need.name, max(admitted, key=preference)):
                    return True
        return False

    def needless_prerelease(self, target, pins, needs):
        """Is a pre-release pinned that nobody names, where a stable release may be?"""
        for name, version in pins.items():
            asked = [need for need in needs if need.name == name]
            if VERSIONS[version][2] == 0 and not any("rc" in need.bound and need.operator != "!=" for need in asked) and any(
                    VERSIONS[other][2] and all(need.admits(other) for need in asked)
                    for other in self.usable(target, name)):
                return True
        return False

    def is_plain(self, target, pins, needs, preference):
        """Whatever was asked for, and whatever the others are: each extra is there, and what is pinned is stable."""
        for need in needs:
            if need.extra and self.lacks(need.name, pins[need.name]):
                return False
        return all(VERSIONS[version][2] or preference is by_version
                   for version in pins.values())

    def has_solution(self, target, pins, preference=None):
        """preference: a plain one (is_plain)."""
        needs = []
        missing, fits, _ = self.follow(target, pins, needs)
        if missing is None:
            return fits and (preference is None or self.is_plain(target, pins, needs, preference))
        return any(self.has_solution(target, {**pins, missing: version}, preference)
                   for version in self.usable(target, missing))

    def __str__(self):
        lines = [f"targets: {self.targets}", "roots: " + " | ".join(map(str, self.roots))]
        for name, releases in self.projects.items():
            for version, release in sorted(releases.items()):
                needs = [*map(str, release.needs), *(need.of_extra("more") for need in release.extra_needs)]
                flags = f"{'yanked ' if release.yanked else ''}{release.python or ''} {release.tag}"
                lines.append(f"{name} {version} {flags}: " + " | ".join(needs))
        return "\n".join(lines)


def stable_first(version):
    """440.10: pre-releases only where no stable release will do."""
    key = VERSIONS[version]
    return key[2], key


def by_version(version):
    return VERSIONS[version]


def lowest(version):
    major, minor, stable = VERSIONS[version]
    return stable, -major, -minor


def environment(target):
    linux = target.platform == "linux"
    return {"python_version": f"3.{target.python}", "python_full_version": f"3.{target.python}.0",
            "sys_platform": target.platform, "os_name": "posix" if linux else "nt",
            "platform_system": "Linux" if linux else "Windows", "platform_machine": "x86_64" if linux else "AMD64",
            "implementation_name": "cpython", "platform_python_implementation": "CPython"}


class Universes(Case):
    def lock_for(self, universe, targets, *options):
        """The pins for each of the targets, or None where the answer is no."""
        universe.serve(self.index)
        self.write("requirements.in", "".join(f"{need}\n" for need in universe.roots))
        (self.work / "pylock.toml").unlink(missing_ok=True)
        names = [word for target in targets for word in ("--target", self.name_of(target))]
        result = self.run_program("lock", "requirements.in", "-o", "pylock.toml", "--index-url", self.index.url,
                                  *names, *options)
        self.assertIn(result.code, (0, 1), f"{result}\n{universe}")
        if result.code == 1:
            return None
        packages = tomllib.loads(self.read("pylock.toml")).get("packages", [])
        return [self.pins_of(packages, target) for target in targets]

    def name_of(self, target):
        return f"cp3{target.python}-" + ("linux-amd64-glibc2.28" if target.platform == "linux" else "windows-amd64")

    def pins_of(self, packages, target):
        # A marker of the lock is an expression of Python, too; its versions compare as text here.
        chosen = [package for package in packages if eval(package.get("marker", "True"), environment(target))]
        pins = {package["name"]: package["version"] for package in chosen}
        self.assertEqual(len(pins), len(chosen))
        for package in chosen:
            tags = [file["name"].split("-", 2)[2].removesuffix(".whl") for file in package["wheels"]]
            self.assertEqual(sum(TAGS[tag](target) for tag in tags), 1, package)
        return pins

    def check(self, universe, target, pins, preference, is_first):
        needs = []
        missing, fits, reached = universe.follow(target, pins, needs)
        self.assertEqual((missing, fits), (None, True), universe)
        # A later target prefers what an earlier one has.
        if is_first:
            self.assertFalse(universe.without_extra(target, pins, needs, preference), f"{pins}\n{universe}")
        if is_first and preference is not by_version:
            self.assertFalse(universe.needless_prerelease(target, pins, needs), f"{pins}\n{universe}")
        self.assertEqual({name for name, _ in reached}, set(pins), universe)
        for name, version in pins.items():
            self.assertTrue(universe.is_usable(target, name, version), f"{name} {version}\n{universe}")

    def check_best(self, universe, target, pins, preference):
        """No pin could be a better release while the others stay."""
        for name, version in pins.items():
            for other in universe.usable(target, name):
                if preference(other) > preference(version):
                    needs, better = [], {**pins, name: other}
                    missing, fits, _ = universe.follow(target, better, needs)
                    self.assertFalse(missing is None and fits and universe.is_plain(target, better, needs, preference),
                                     f"{name} {other}, not {version}\n{pins}\n{universe}")

    def check_universes(self, seeds, target_count, *options, preference=stable_first):
        solved = 0
        for seed in seeds:
            universe = Universe(seed)
            targets = universe.targets[:target_count]
            locked = self.lock_for(universe, targets, *options)
            # What needs a release without an extra that others have, or a pre-release that others would do without, may
            # be refused.
            if any(not universe.has_solution(target, {}) for target in targets):
                self.assertIsNone(locked, universe)
            if locked is None:
                self.assertFalse(all(universe.has_solution(target, {}, preference) for target in targets), universe)
            if locked is not None:
                solved += 1
                for target, pins in zip(targets, locked):
                    self.check(universe, target, pins, preference, target is targets[0])
                # later targets take what fits of the first one's picks
                self.check_best(universe, targets[0], locked[0], preference)
        self.assertGreater(solved, len(seeds) // 4)
        self.assertLess(solved, len(seeds) * 3 // 4)

    def test_one_target(self):
        self.check_universes(range(90), 1)

    def test_two_targets(self):
        self.check_universes(range(1000, 1060), 2)

    def test_prereleases_allowed(self):
        self.check_universes(range(2000, 2040), 1, "--prerelease", "allow", preference=by_version)

    def test_lowest(self):
        self.check_universes(range(3000, 3040), 1, "--resolution", "lowest", preference=lowest)
