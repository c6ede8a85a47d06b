# SPDX-License-Identifier: MIT
"""Random cases with the answers of Python's `packaging`, one a line, for test_differential.c.

A line is KIND TAB field TAB ... TAB answer; bytes outside "!".."~" and the percent sign stand as %XX. Where the two are
meant to differ the answer is "?", and `Difference` says why. Usage: differential.py CASES SEED. Exit 77: no `packaging`
of 26 or later, which reads markers and tags as the standards do now.
"""

import random
import re
import sys

try:
    import packaging
    from packaging import _manylinux, _musllinux, tags
    from packaging.markers import InvalidMarker, Marker, UndefinedComparison
    from packaging.metadata import parse_email
    from packaging.requirements import InvalidRequirement, Requirement
    from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
    from packaging.utils import (
        InvalidName,
        InvalidSdistFilename,
        InvalidWheelFilename,
        canonicalize_name,
        parse_sdist_filename,
        parse_wheel_filename,
    )
    from packaging.version import InvalidVersion, Version
except ImportError:
    sys.exit(77)

if Version(packaging.__version__).major < 26:
    sys.exit(77)


class Difference(Exception):
    """The two differ on purpose; the message is the reason."""


def encode(text):
    data = text.encode("utf-8", "surrogateescape")
    return "".join(chr(b) if 0x21 <= b <= 0x7E and b != 0x25 else "%%%02X" % b for b in data)


def emit(kind, *fields):
    sys.stdout.write("\t".join((kind, *map(encode, fields))) + "\n")


def is_plain(text):
    return all("!" <= c <= "~" and c not in "/\\" for c in text)


# --- inputs -------------------------------------------------------------------------------------------------------

rng = random.Random()
pick = rng.choice

NUMBERS = "0 1 2 3 5 9 10 12 99 2024 00 01 007 20240101 18446744073709551614 18446744073709551615 18446744073709551616 "
NUMBERS = (NUMBERS + "99999999999999999999999 018446744073709551615").split()
NOISE = list(".-_+!*~=<>, 019avrcpdb") + ["\t", "\n", "é", "１", "ſ", "\u00a0", "\x1f", "\0", "post", "dev", "rc", "%"]


def number():
    return pick(NUMBERS) if rng.random() < 0.25 else str(rng.randrange(4))


def any_case(text):
    return text if rng.random() < 0.8 else "".join(pick((c.upper(), c.lower())) for c in text)


def part(words):
    return pick(("", ".", "-", "_")) + any_case(pick(words)) + pick(("", "", "", ".", "-", "_")) + pick(("", number()))


def version(local=True):
    text = pick(("", "", "", "", "v", "V")) + pick(("",) * 8 + ("1!", "0!", number() + "!"))
    text += ".".join(number() for _ in range(pick((1, 2, 2, 2, 3, 3, 4, 6))))
    if rng.random() < 0.3:
        text += part(("a", "b", "c", "rc", "alpha", "beta", "pre", "preview"))
    if rng.random() < 0.3:
        text += "-" + number() if rng.random() < 0.2 else part(("post", "rev", "r"))
    if rng.random() < 0.25:
        text += part(("dev",))
    if local and rng.random() < 0.2:
        pieces = [any_case(pick(("a", "abc", "ubuntu", "cu118", "1a", number(), number()))) for _ in range(pick((1, 1, 2, 3)))]
        text += "+" + pieces[0] + "".join(pick("._-") + p for p in pieces[1:])
    return text


def mutate(text, chance=0.15):
    while rng.random() < chance:
        at = rng.randrange(len(text) + 1)
        act = rng.random()
        if act < 0.4:
            text = text[:at] + pick(NOISE) + text[at:]
        elif act < 0.8:
            text = text[:at] + text[at + 1 :]
        else:
            text = text[:at] + text[max(0, at - 2) : at] + text[at:]
    return text


def near(text):
    """A version that has something in common with another, so that the hard comparisons come up."""
    try:
        v = Version(text)
    except InvalidVersion:
        return version()
    release = list(v.release)
    act = rng.randrange(6)
    if act == 0:
        release.append(0)
    elif act == 1 and len(release) > 1:
        release.pop()
    elif act == 2:
        release[-1] += 1
    epoch = f"{v.epoch}!" if v.epoch else ""
    step = pick((0, 0, 0, 1))
    pre = f"{v.pre[0]}{v.pre[1] + step}" if v.pre and rng.random() < 0.7 else pick(("", "", "", "a0", "rc1"))
    post = f".post{v.post + step}" if v.post is not None and rng.random() < 0.7 else pick(("", "", "", ".post0", ".post1"))
    dev = f".dev{v.dev + step}" if v.dev is not None and rng.random() < 0.7 else pick(("", "", "", ".dev0", ".dev1"))
    local = f"+{v.local}" if v.local and rng.random() < 0.7 else pick(("", "", "", "+x", "+1"))
    return epoch + ".".join(map(str, release)) + pre + post + dev + local


# --- cases --------------------------------------------------------------------------------------------------------


def parse_version(text):
    """None where invalid."""
    if text.strip() != text.strip(" \t\n\r\f\v"):
        raise Difference("only ASCII blanks are stripped")
    try:
        return Version(text)
    except InvalidVersion:
        return None


def case_version():
    text = mutate(pick(("", "", "", " ", "\n")) + version() + pick(("", "", "", " ")))
    try:
        v = parse_version(text)
        answer = "!" if v is None else f"{v} {v.public} {int(v.is_prerelease)}"
    except Difference:
        answer = "?"
    emit("version", text, answer)


def case_order():
    a = version()
    b = near(a) if rng.random() < 0.8 else version()
    va, vb = Version(a), Version(b)
    emit("order", a, b, str((va > vb) - (va < vb)))


def clause(base):
    op = pick((">=", "<=", "==", "!=", "<", ">", "~=", "==="))
    # Locals belong to == and != alone; now and then they turn up elsewhere.
    text = near(base) if rng.random() < 0.6 else version(local=False)
    if op not in ("==", "!=", "===") and rng.random() < 0.95:
        text = text.split("+")[0]
    if op in ("==", "!=") and rng.random() < 0.3:
        text = ".".join(str(n) for n in Version(text).release[: pick((1, 2, 3))]) + ".*"
    elif rng.random() < 0.01:
        text += ".*"
    return pick(("", "", "", " ")) + op + pick(("", "", "", " ")) + text + pick(("", "", "", " "))


def holds(specifiers, candidate):
    clauses = [c.strip() for c in specifiers.split(",")]
    if "" in clauses[:-1]:
        raise Difference("an empty clause is refused, but for one comma at the end (508.4)")
    if "===" in clauses:
        raise Difference("=== wants something to compare with")
    if specifiers.strip() != specifiers.strip(" \t\n\r\f\v") or any(c in specifiers for c in "\x1f\u00a0"):
        raise Difference("only ASCII blanks are blanks")
    try:
        parsed = SpecifierSet(specifiers)
    except InvalidSpecifier:
        return "!"
    # === compares with the version as written or with its normal form (440.9).
    return str(int(all(any(s.contains(t, prereleases=True) for t in (candidate, str(Version(candidate)))) for s in parsed)))


def case_specifier():
    candidate = version()
    text = mutate(",".join(clause(candidate) for _ in range(pick((1, 1, 1, 2, 3)))), 0.08)
    try:
        answer = holds(text, candidate)
    except Difference:
        answer = "?"
    emit("specifier", text, candidate, answer)


def name():
    alphabet = "aAbZ019" + "-_." * 2
    return "".join(pick(alphabet) for _ in range(pick((1, 1, 2, 3, 5, 8))))


def case_name():
    text = mutate(name(), 0.1)
    try:
        emit("name", text, canonicalize_name(text, validate=True))
    except InvalidName:
        emit("name", text, "!")


def tag_set(members):
    return ".".join(any_case(pick(members)) for _ in range(pick((1, 1, 1, 2, 3))))


def wheel_text():
    project = name().replace("-", "_") if rng.random() < 0.3 else pick(("a", "Foo.Bar", "x_y"))
    if rng.random() < 0.9:
        project = project.strip("_.") or "a"
    parts = [project, version().replace("-", "_")]
    if rng.random() < 0.3:
        parts.append(number() + pick(("", "", "abc", "_1", ".2")))
    parts.append(tag_set(("py3", "py2", "cp312", "cp39", "cp313", "py312", "cp38", "py30")))
    parts.append(tag_set(("none", "cp312", "abi3", "cp313t", "cp39")))
    parts.append(tag_set(("any", "linux_x86_64", "manylinux1_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64",
                          "musllinux_1_1_x86_64", "win_amd64", "macosx_11_0_arm64", "macosx_10_9_universal2",
                          "manylinux_2_17_aarch64", "manylinux_2_28_x86_64", "win32")))
    return "-".join(parts) + ".whl"


def parse_wheel(text):
    """(answer, tags); tags None where invalid."""
    if not is_plain(text):
        raise Difference("a file name is printable ASCII without slashes")
    stem = text[:-4].split("-") if text.endswith(".whl") else []
    if stem and not (stem[0][:1].isalnum() and stem[0][-1:].isalnum()):
        raise Difference("the name part is a project name")
    if len(stem) == 7 or (len(stem) == 6 and not stem[2][:1].isdigit()):
        raise Difference("variant labels (PEP 825)")
    try:
        project, v, build, found = parse_wheel_filename(text)
    except InvalidWheelFilename:
        return "!" if text.endswith(".whl") else "other", None
    if any(not all(c.isalnum() or c == "_" for c in t.interpreter) for t in found):
        raise Difference("a Python tag is made of letters, digits and '_'")
    number_text = str(min(build[0], 2**64 - 1)) if build else "0"
    return f"{project} {v} {number_text}", found


def case_wheel():
    text = mutate(wheel_text(), 0.06)
    try:
        answer, _ = parse_wheel(text)
    except Difference:
        answer = "?"
    emit("wheel", text, answer)


def case_sdist():
    text = mutate(pick(("a", "Foo.Bar", "x_y", "a-b", name())) + "-" + version() + pick((".tar.gz", ".tar.gz", ".zip")), 0.06)
    stem = text[: -7 if text.endswith(".tar.gz") else -4]
    project = stem.rpartition("-")[0]
    try:
        if not is_plain(text):
            raise Difference("a file name is printable ASCII without slashes")
        parsed_name, v = parse_sdist_filename(text)
        canonicalize_name(project, validate=True)
        emit("sdist", text, f"{parsed_name} {v}")
    except InvalidSdistFilename:
        emit("sdist", text, "!" if text.endswith((".tar.gz", ".zip")) else "other")
    except InvalidName:
        emit("sdist", text, "!")
    except Difference:
        emit("sdist", text, "?")


# --- targets ------------------------------------------------------------------------------------------------------

LINUX = {"amd64": "x86_64", "arm64": "aarch64", "386": "i686", "armv7": "armv7l", "ppc64le": "ppc64le", "s390x": "s390x",
         "riscv64": "riscv64"}


def linux_platforms(machine, glibc=(-1, -1), musl=None):
    _manylinux._get_glibc_version = lambda: _manylinux._GLibCVersion(*glibc)
    _manylinux._have_compatible_abi = lambda executable, archs: True
    _musllinux._get_musl_version = lambda executable: musl and _musllinux._MuslVersion(*musl)
    many = list(_manylinux.platform_tags([machine])) if glibc[0] > 0 else []
    # 425.6: packaging puts linux_* first, we put it last.
    return many + list(_musllinux.platform_tags([machine])) + [f"linux_{machine}"]


def all_platforms():
    for arch, machine in LINUX.items():
        for minor in (4, 5, 12, 16, 17, 18, 28, 31, 34, 36, 39, 42):
            yield f"linux-{arch}-glibc2.{minor}", linux_platforms(machine, glibc=(2, minor))
        for minor in (0, 1, 2, 3):
            yield f"linux-{arch}-musl1.{minor}", linux_platforms(machine, musl=(1, minor))
    for major in range(11, 28):
        for minor in (0, 3):
            yield f"macos-arm64-{major}.{minor}", list(tags.mac_platforms((major, minor), "arm64"))
            yield f"macos-amd64-{major}.{minor}", list(tags.mac_platforms((major, minor), "x86_64"))
    for minor in range(0, 17):
        yield f"macos-amd64-10.{minor}", list(tags.mac_platforms((10, minor), "x86_64"))
    yield "windows-amd64", ["win_amd64"]
    yield "windows-arm64", ["win_arm64"]
    yield "windows-386", ["win32"]


def all_targets():
    for platform, platforms in all_platforms():
        for minor in range(3, 17):
            for thread in ("", "t") if minor >= 13 else ("",):
                abi = f"cp3{minor}{thread}" + ("m" if minor < 8 else "")
                yield f"cp3{minor}{thread}-{platform}", minor, abi, platforms


def target_tags(target):
    _, minor, abi, platforms = target
    if not platforms:
        return list(tags.compatible_tags((3, minor), f"cp3{minor}", ["-"]))
    return [*tags.cpython_tags((3, minor), [abi], platforms), *tags.compatible_tags((3, minor), f"cp3{minor}", platforms)]


def emit_targets(count):
    targets = [t for t in all_targets() if t[3]]
    for target in targets if count >= len(targets) else rng.sample(targets, count):
        emit("target", target[0], ",".join(map(str, target_tags(target))))


def emit_ranks(count):
    wanted = ("cp312-linux-amd64-glibc2.28", "cp39-linux-amd64-musl1.2", "cp313t-macos-arm64-14.0", "cp312-windows-amd64")
    tables = []
    for target in all_targets():
        if target[0] in wanted:
            ranks = {}
            for tag in target_tags(target):
                ranks.setdefault(tag, len(ranks))
            tables.append((target[0], ranks))
    for _ in range(count):
        target, ranks = pick(tables)
        text = wheel_text()
        try:
            _, found = parse_wheel(text)
        except Difference:
            continue
        if found:
            emit("rank", target, text, str(min((ranks[t] for t in found if t in ranks), default=-1)))


# --- markers, requirements, metadata ------------------------------------------------------------------------------

ENVIRONMENTS = {
    "cp312.4-linux-amd64-glibc2.28": ("posix", "linux", "Linux", "x86_64", "3.12.4"),
    "cp39.18-macos-arm64-14.0": ("posix", "darwin", "Darwin", "arm64", "3.9.18"),
    "cp313.0-windows-amd64": ("nt", "win32", "Windows", "AMD64", "3.13.0"),
}
OPERATORS = ("==", "!=", "<", ">", "<=", ">=", "~=", "===", "in", "not in")
TEXT_FIELDS = {
    "os_name": ("posix", "nt", "java"), "sys_platform": ("linux", "win32", "darwin", "linux2", "lin"),
    "platform_system": ("Linux", "Windows", "Darwin", ""), "platform_machine": ("x86_64", "AMD64", "arm64", "86"),
    "implementation_name": ("cpython", "pypy"), "platform_python_implementation": ("CPython", "PyPy", "Jython"),
    "extra": ("x", "Foo.Bar", "foo_bar", "y"),
}
VERSION_FIELDS = ("python_version", "python_full_version", "implementation_version")


def environment(target, extra):
    names = ("os_name", "sys_platform", "platform_system", "platform_machine", "python_full_version")
    known = dict(zip(names, ENVIRONMENTS[target]))
    full = known["python_full_version"]
    return {**known, "python_version": full.rpartition(".")[0], "implementation_version": full, "extra": extra,
            "implementation_name": "cpython", "platform_python_implementation": "CPython"}


def comparison(strict):
    """One with its field on either side. Where strict, what is asked is what both define alike."""
    if rng.random() < 0.5:
        field, op = pick(VERSION_FIELDS), pick(OPERATORS[:7])
        value = pick(("3.8", "3.9", "3.12", "3.12.4", "3.13", "3", "3.9.18", "3.13.0rc1", "4", "3.12.0"))
        if op in ("==", "!=") and rng.random() < 0.3:
            value += ".*"
        if op == "~=" and "." not in value:
            op = ">="
    else:
        field = pick(tuple(TEXT_FIELDS))
        op, value = pick(("==", "!=") if strict or field == "extra" else ("==", "!=", "in", "not in")), pick(TEXT_FIELDS[field])
        if op.endswith("in"):
            value = pick((value, value + ", " + pick(TEXT_FIELDS[field])))
    quote = pick("'\"")
    blanks = pick((" ", " ", "  ", "" if not op.endswith("in") else " "))
    sides = [field, f"{quote}{value}{quote}"]
    if op in ("==", "!=") and "*" not in value and rng.random() < 0.1:
        sides.reverse()
    return blanks.join((sides[0], op, sides[1]))


def marker(depth=0, strict=False):
    if depth > 2 or rng.random() < 0.4:
        return comparison(strict)
    inner = pick((" and ", " or ")).join(marker(depth + 1, strict) for _ in range(pick((2, 2, 3))))
    return pick(("{}", "({})", "( {} )")).format(inner)


def refuse_texts(parts):
    """Where a field that is a version meets a literal that is none."""
    for part in parts:
        if isinstance(part, list):
            refuse_texts(part)
        elif isinstance(part, tuple):
            sides = {type(side).__name__: side.value for side in (part[0], part[2])}
            if sides.get("Variable") in VERSION_FIELDS and not part[1].value.endswith("in"):
                try:
                    Specifier(f"{part[1].value} {sides.get('Value', '1')}")
                except InvalidSpecifier:
                    raise Difference("a user's literal that is no version is an error (508.2)") from None


def holds_for(parsed, target, extra=""):
    return int(parsed.evaluate(environment(target, extra)))


def case_marker():
    text, target, extra = mutate(marker(), 0.05), pick(tuple(ENVIRONMENTS)), pick(("", "x", "foo-bar"))
    try:
        parsed = Marker(text)
        refuse_texts(parsed._markers)
        answer = str(holds_for(parsed, target, extra))
    except InvalidMarker:
        answer = "!"
    except (Difference, UndefinedComparison):
        answer = "?"
    if any(c in text for c in "\x1f\u00a0\f\v\n\r\\"):
        answer = "?"  # blanks are blank and tab; escapes are none
    emit("marker", text, target, extra, answer)


def requirement():
    extras = pick(("", "", "", "[x]", "[Foo.Bar, x]", "[ ]", "[y,y]"))
    where = pick(("", "", " ")) + ",".join(clause(version()) for _ in range(pick((0, 1, 1, 2))))
    if rng.random() < 0.1:
        where = " @ https://example.org/a-1.0-py3-none-any.whl"
    elif rng.random() < 0.1:
        where = f"({where})"
    condition = (" " if "@" in where else pick(("", " "))) + "; " + marker() if rng.random() < 0.4 else ""
    return (name().strip("-_.") or "a") + extras + where + condition


def clauses_of(specifiers):
    """As a set: neither says in which order or how often."""
    return ",".join(sorted({f"{each.operator}{each.version}" for each in specifiers}))


def refuse_loose(parsed):
    if parsed.url and ("\0" in parsed.url or not re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", parsed.url)):
        raise Difference("a URL has a scheme, and no NUL")
    if any(each.endswith("_") for each in (parsed.name, *parsed.extras)):
        raise Difference("a name ends with a letter or digit (508.4)")


def case_requirement():
    text, target = mutate(requirement(), 0.05), pick(tuple(ENVIRONMENTS))
    try:
        if any(c in text for c in "\x1f\u00a0\f\v\n\r\\é１ſ"):
            raise Difference("blanks are blank and tab; only ASCII is a name")
        if "===" in text or ",," in text.replace(" ", "") or "," in text.partition(";")[0].rstrip()[-2:]:
            raise Difference("what === compares with, and empty clauses, are the specifier's business")
        parsed = Requirement(text)
        refuse_loose(parsed)
        if parsed.marker:
            refuse_texts(parsed.marker._markers)
        truth = str(holds_for(parsed.marker, target)) if parsed.marker else "1"
        names = ",".join(sorted({canonicalize_name(extra) for extra in parsed.extras}))
        candidate = version()
        admits = "" if parsed.url else str(int(parsed.specifier.contains(candidate, prereleases=True)))
        answer = f"{canonicalize_name(parsed.name)} [{names}] {parsed.url or ''} {truth} {admits}"
    except InvalidRequirement:
        candidate, answer = "1.0", "!"
    except (Difference, UndefinedComparison, TypeError):
        candidate, answer = "1.0", "?"
    emit("requirement", text, target, candidate, answer)


def case_metadata():
    """What a document's fields say: name, version, bound on Python, requirements, extras."""
    needs = [mutate(pick(("a", "b>=1", "c[x]<2; python_version>'3'", "d ; extra == 'x'", "e (>=1.0)")), 0.05)
             for _ in range(pick((0, 1, 2, 4)))]
    lines = [f"Metadata-Version: {pick(('2.1', '2.1', '1.2', '2.2', '2.3', '2.4', '1.0'))}", f"Name: {name().strip('-_.') or 'a'}",
             f"Version: {version()}", *(f"Provides-Extra: {extra}" for extra in ("x", "Y_z")[: pick((0, 1, 2))]),
             *(f"Requires-Dist: {need}" for need in needs), "Summary: " + pick(("one", "é", "a: b", "")),
             "Keywords: " + pick(("a,b", "", "x y")), *pick(((), ("Requires-Python: >=3.8",), ("Requires-Python:>=3, <4",)))]
    head, rest = lines[:1], lines[1:]
    rng.shuffle(rest)
    folded = [pick(("{}", "{}", "{}", "{} ")).format(line.replace(": ", pick((": ", ":", ":  ")), 1)) for line in head + rest]
    text = pick(("\n", "\n", "\r\n")).join(folded + pick(([], ["", "Requires-Dist: body"], ["", "", "text"]))) + pick(("", "\n"))
    raw, _ = parse_email(text.encode("utf-8", "surrogateescape"))
    said = {field: raw.get(field, "").strip(" ") for field in ("name", "version", "requires_python")}
    try:
        if any(c in need for need in needs for c in "\x1f\u00a0\f\v\n\r\\\0é１ſ"):
            raise Difference("a line of its own, or blanks that are none")
        wanted = []
        for need in raw.get("requires_dist", ()):
            try:
                parsed = Requirement(need)
            except InvalidRequirement:
                raise Difference("old metadata is read leniently (md.3)") from None
            refuse_loose(parsed)
            if "===" in need or need.rstrip().endswith(";") or re.search("[<>]\\s*['\"]=", need):
                raise Difference("as with requirements")
            truth = holds_for(parsed.marker, "cp312.4-linux-amd64-glibc2.28", "x") if parsed.marker else 1
            extras = ",".join(sorted({canonicalize_name(extra) for extra in parsed.extras}))
            wanted.append(f"{canonicalize_name(parsed.name)}[{extras}]{truth}")
        extras = " ".join(canonicalize_name(extra.strip(" ")) for extra in raw.get("provides_extra", ()))
        answer = f"{said['name']} {said['version']} ({said['requires_python']}) ({' '.join(wanted)}) ({extras})"
    except (Difference, UndefinedComparison):
        answer = "?"
    emit("metadata", text, answer)


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    rng.seed(seed)
    sys.set_int_max_str_digits(0)
    for case in (case_version, case_order, case_specifier, case_name, case_wheel, case_sdist, case_marker,
                 case_requirement, case_metadata):
        for _ in range(count):
            case()
    emit_targets(count // 100)
    emit_ranks(count)


main()
