#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Ids of rules, `751.9` or `env.12`: whoever cites one finds what it means in docs/standards.md or docs/layers.md.

    cited_ids.py [--root DIR]     prints what is wrong, a line each; exit 1 where there is something

An id is FAMILY.NUMBER. The family is the number of a PEP, in three digits, or a word of lower-case letters; the number is
one or two digits, without a zero before them. What touches it on the left is no letter, digit, dot, slash, dash or
underscore, and what follows it is no letter, digit or underscore, nor a dot or dash with such a one behind it; but a dash
may stand between two ids. So `127.0.0.1`, `3.12`, `libc.so.6`, `440.10a`, `test-env.1` and `key.2.5` hold no id.

An entry of the dictionary is a line of one of its two files that begins with

    - <a id="env.12"></a>**env.12** …

and its families are those that have an entry, or stand in PLANNED. Ids are looked for

    in C and Python      in comments and docstrings, and in names of tests: test_env_12_…, test_751_9_…
    elsewhere            in all of the text

There, whatever has a family's name is a citation. In comments and names of tests a family that is none is an error too,
where it can hardly be something else: a number of a PEP that nobody knows, in parentheses like a citation; a word that is
one slip away from a family (evn for env); a family with a capital.

What is checked:

    every id that is cited has an entry, and so have the two ends of a range (gz.3–gz.6); env.* needs the family
    a comment in C says in words what it is about, with the id after them: none is ids alone or begins with one
    no id has two entries, and the anchor of an entry is its id
    links within docs/ and from README.md lead somewhere, and so do the paths that the dictionary names: `lockfile/`
"""

import argparse
import ast
import io
import os
import pathlib
import re
import sys
import tokenize

DICTIONARY = ["docs/standards.md", "docs/layers.md"]
# Families of rules for parts that do not exist yet: known as families, without entries.
PLANNED = "scan map std frz osv abi 708 740 752 770 794 829".split()

SKIPPED_FOLDERS = {"build", ".git", "corpus"}  # the corpora of fuzz targets are bytes
TEXTS = (".md", ".txt", ".toml", ".json", ".cmake", ".yml", ".in", ".sh", ".awk", "dev", "CMakeLists.txt")

NUMBER = r"[1-9][0-9]?"
DASH = r"\s*(?:–|-|to)\s*"
SHAPE = rf"(?:[a-z]+|[0-9]{{3}})\.(?:{NUMBER}|\*)"
BEFORE = r"(?:(?<![A-Za-z0-9_./-])|(?<=[0-9]-))"
AFTER = rf"(?![A-Za-z0-9_])(?!\.[A-Za-z0-9_])(?!-(?!{SHAPE})[A-Za-z0-9_])"
LIKE_ID = re.compile(rf"{BEFORE}([A-Za-z]+|[0-9]{{3}})\.({NUMBER}|\*)" + AFTER)
# What may be between ids where nothing is said about them.
FILLING = re.compile(r"(?:[\s,;.:()–-]|\band\b|\bor\b|\bto\b)+")

ENTRY = re.compile(rf'^- <a id="([^"]*)"></a>\*\*([^*]*)\*\*')
C_TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)
TEST_NAME = re.compile(r"test_([a-z]+|[0-9]{3})_([0-9]{1,2})_")


class Dictionary:
    def __init__(self, root):
        self.entries = {}  # id → "docs/layers.md:12"
        self.problems = []
        for path in DICTIONARY:
            self._read(root, path)
        self.families = {id.split(".")[0] for id in self.entries}
        self.known = self.families | set(PLANNED)
        self.words = sorted(family for family in self.known if family.isalpha())

    def _read(self, root, path):
        if not (root / path).exists():
            raise SystemExit(f"{path} is not there")
        for number, line in enumerate((root / path).read_text(encoding="utf-8").split("\n"), 1):
            entry = ENTRY.match(line)
            place = f"{path}:{number}"
            if not entry:
                if line.startswith('- <a id="'):
                    self.problems.append(f"{place}: this is no entry: write - <a id=\"ID\"></a>**ID** and what it says")
                continue
            anchor, name = entry.groups()
            if anchor != name:
                self.problems.append(f"{place}: the entry of {name} has the anchor {anchor}")
            if not re.fullmatch(rf"(?:[a-z]+|[0-9]{{3}})\.{NUMBER}", name):
                self.problems.append(f"{place}: '{name}' is no id")
            if name in self.entries:
                self.problems.append(f"{place}: {name} has an entry already, in {self.entries[name]}")
            self.entries.setdefault(name, place)

    def meant(self, word):
        """The family that a word is one slip away from: a letter more, less, other, or two that are swapped."""
        if len(word) < 3 or word in self.known:
            return None
        return next((family for family in self.words if len(family) > 2 and is_one_slip(word, family)), None)


def is_one_slip(a, b):
    if len(a) == len(b):
        wrong = [i for i in range(len(a)) if a[i] != b[i]]
        if len(wrong) == 2:
            i, k = wrong
            return k == i + 1 and a[i] == b[k] and a[k] == b[i]
        return len(wrong) == 1
    short, long = sorted((a, b), key=len)
    return len(long) == len(short) + 1 and any(long[:i] + long[i + 1 :] == short for i in range(len(long)))


# --- what is looked at ------------------------------------------------------------------------------------------------


class Text:
    """A piece of a file in which ids are looked for. is_comment: of C or Python."""

    def __init__(self, line, text, is_comment=False):
        self.line, self.text, self.is_comment = line, text, is_comment

    def line_at(self, offset):
        return self.line + self.text.count("\n", 0, offset)


def c_comments(source):
    """Comments, those on lines of their own joined with what follows them; the signs are blanks, so that lines stay."""
    comments = []
    last_end_line, last_is_own = None, False
    for match in C_TOKEN.finditer(source):
        if match[0][0] in "\"'":
            continue
        line = source.count("\n", 0, match.start()) + 1
        before = source[source.rfind("\n", 0, match.start()) + 1 : match.start()]
        text = re.sub(r"^(//|/\*)|\*/$", "  ", match[0])
        is_own = not before.strip()
        if is_own and last_is_own and line == last_end_line + 1:
            comments[-1].text += "\n" + text
        else:
            comments.append(Text(line, text, is_comment=True))
        last_end_line, last_is_own = line + match[0].count("\n"), is_own
    return comments


def python_comments(source):
    comments = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            comments.append(Text(token.start[0], token.string[1:], is_comment=True))
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, kinds) and ast.get_docstring(node, clean=False) is not None:
            string = node.body[0].value
            comments.append(Text(string.lineno, string.value, is_comment=True))
    return comments


def texts_of(path, source):
    if path.endswith((".c", ".h")):
        return c_comments(source)
    if path.endswith(".py"):
        return python_comments(source)
    return [Text(1, source)]


def files_of(root):
    for directory, folders, names in os.walk(root):
        here = pathlib.Path(directory).relative_to(root)
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS)
        if here.parts:
            folders[:] = [name for name in folders if not name.startswith(".")]
        for name in sorted(names):
            if name.endswith((".c", ".h", ".py", *TEXTS)):
                yield (here / name).as_posix()


# --- citations --------------------------------------------------------------------------------------------------------


def is_cited_form(text, match):
    """Does it stand in parentheses that hold ids alone, as a citation does?"""
    start, end = text.rfind("(", 0, match.start()), text.find(")", match.end())
    if start < 0 or end < 0:
        return False
    inside = text[start + 1 : end]
    return not FILLING.sub("", re.sub(SHAPE, "", inside))


def check_like_id(dictionary, piece, match):
    """What is wrong with something that has the shape of an id; None for nothing, or where it is none."""
    family, number = match.groups()
    if family in dictionary.known:
        if number == "*":
            return None if family in dictionary.families else f"no rule of {family}.* has an entry"
        return None if f"{family}.{number}" in dictionary.entries else f"{family}.{number} has no entry"
    if not piece.is_comment:
        return None
    if family.lower() in dictionary.families and number != "*":
        return f"{match[0]}: ids are written in lower case"
    meant = dictionary.meant(family)
    if meant and number != "*":
        return f"{match[0]}: there is no such family; is {meant}.{number} meant?"
    if is_cited_form(piece.text, match):
        return f"{match[0]} has no entry, and nothing else of that family"
    return None


def check_citations(dictionary, path, source):
    problems = []
    for piece in texts_of(path, source):
        for match in LIKE_ID.finditer(piece.text):
            problem = check_like_id(dictionary, piece, match)
            if problem:
                problems.append(f"{path}:{piece.line_at(match.start())}: {problem}")
    for line, name in names_of(path, source):
        match = TEST_NAME.match(name)
        problem = match and check_test_name(dictionary, *match.groups())
        if problem:
            problems.append(f"{path}:{line}: {name}: {problem}")
    return problems


def names_of(path, source):
    """(line, name) of the functions in a file of tests."""
    if path.endswith(".py"):
        return [(node.lineno, node.name) for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    if not path.endswith(".c"):
        return []
    found = re.finditer(r"^static void (test_\w+)\(", source, re.MULTILINE)
    return [(source.count("\n", 0, match.start()) + 1, match[1]) for match in found]


def check_test_name(dictionary, family, number):
    is_citation = family in dictionary.known or family.isdigit() or dictionary.meant(family)
    if is_citation and f"{family}.{number}" not in dictionary.entries:
        return f"{family}.{number} has no entry"
    return None


# --- comments that say nothing ----------------------------------------------------------------------------------------


def check_words(dictionary, path, source):
    """Comments of C that are ids alone, or a paragraph of which begins with one."""
    problems = []
    id = rf"(?:{'|'.join(sorted(dictionary.known))})\.(?:{NUMBER}|\*)"
    begins = re.compile(rf"(?:\A|\n[ \t]*\n)\s*\(?({id}){AFTER}|\n\s*({id})(?:(?:,|{DASH}| and)\s*{id})*:\s")
    for piece in c_comments(source):
        if re.search(BEFORE + id + AFTER, piece.text) and not FILLING.sub("", re.sub(id, "", piece.text)):
            problems.append(f"{path}:{piece.line}: this comment is an id alone: say what the rule is about")
            continue
        for match in begins.finditer(piece.text):
            name = match[1] or match[2]
            line = piece.line_at(match.start(1 if match[1] else 2))
            problems.append(f"{path}:{line}: a comment begins with {name}: words first, the id after them in parentheses")
    return problems


# --- links ------------------------------------------------------------------------------------------------------------


def without_code(text):
    text = re.sub(r"^```.*?^```", lambda m: "\n" * m[0].count("\n"), text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


def slug_of(heading):
    """The anchor that GitHub gives a heading."""
    heading = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors_of(text):
    anchors, headings = re.findall(r'<a id="([^"]+)"', text), {}
    outside = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for heading in re.findall(r"^#{1,6} +(.+?)\s*#*$", outside, flags=re.MULTILINE):
        slug = slug_of(heading)
        again = headings.get(slug, 0)
        headings[slug] = again + 1
        anchors.append(f"{slug}-{again}" if again else slug)
    return anchors


def check_links(root, path):
    problems = []
    text = (root / path).read_text(encoding="utf-8")
    for anchor in sorted({anchor for anchor in anchors_of(text) if anchors_of(text).count(anchor) > 1}):
        problems.append(f"{path}: the anchor #{anchor} is there twice")
    plain = without_code(text)
    for match in re.finditer(r"\]\(([^)\s]+)\)|<img[^>]* src=\"([^\"]+)\"", plain):
        target = match[1] or match[2]
        if re.match(r"[a-z]+:", target):
            continue
        line = plain.count("\n", 0, match.start()) + 1
        name, _, anchor = target.partition("#")
        file = (root / path).parent / name if name else root / path
        if not file.exists():
            problems.append(f"{path}:{line}: there is no '{name}'")
        elif anchor and anchor not in anchors_of(file.read_text(encoding="utf-8")):
            problems.append(f"{path}:{line}: there is no anchor '{target}'")
    return problems


def check_paths(root, path):
    """Files and folders of the tree that the dictionary names as code, with a * or without."""
    problems = []
    text = (root / path).read_text(encoding="utf-8")
    for match in re.finditer(r"`([a-z]+/[\w./*-]*)`", text):
        name = match[1]
        if (root / name.split("/")[0]).is_dir() and not any(root.glob(name.rstrip("/"))):
            problems.append(f"{path}:{text.count(chr(10), 0, match.start()) + 1}: there is no '{name}'")
    return problems


def check(root):
    dictionary = Dictionary(root)
    problems = list(dictionary.problems)
    for path in files_of(root):
        try:
            source = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a test's input
        problems += check_citations(dictionary, path, source)
        if path.endswith((".c", ".h")):
            problems += check_words(dictionary, path, source)
        if path == "README.md" or (path.startswith("docs/") and path.endswith(".md")):
            problems += check_links(root, path)
        if path in DICTIONARY:
            problems += check_paths(root, path)
    return problems


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    problems = check(parser.parse_args().root.resolve())
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
