# SPDX-License-Identifier: MIT
"""How the sources look: the formatter's form, and where the formatter alone would spoil it."""

import os
import re
import shutil
import subprocess
from concurrent.futures import ThreadPoolExecutor

COLUMNS = 90
CLANG_FORMAT = "14"


class Skip(Exception):
    """The check cannot be made here."""


def find_formatter():
    for name in (f"clang-format-{CLANG_FORMAT}", "clang-format"):
        if shutil.which(name):
            version = subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout
            if re.search(rf"version {CLANG_FORMAT}\.", version):
                return name
    raise Skip(f"clang-format {CLANG_FORMAT} is not installed")


def check_formatter(tree, allowed):
    """clang-format would leave every file as it is."""
    formatter = find_formatter()
    jobs = os.cpu_count() or 1

    def run(paths):
        command = [formatter, "--dry-run", "-Werror", "--ferror-limit=1", *paths]
        return subprocess.run(command, cwd=tree.root, capture_output=True, text=True, check=False)

    with ThreadPoolExecutor(jobs) as pool:
        results = list(pool.map(run, (tree.files[start :: jobs * 4] for start in range(jobs * 4))))
    problems = []
    for result in results:
        complaints = re.findall(r"^(\S+:\d+):\d+: error: code should be clang-formatted", result.stderr, re.MULTILINE)
        problems += [f"{place}: is not as {formatter} has it; ./dev format mends it" for place in complaints]
        if result.returncode and not complaints:
            problems.append(result.stderr.strip())
    return problems


# --- torn declarations ------------------------------------------------------------------------------

# A word at the end of a line that what follows may stand below.
MAY_END_A_LINE = re.compile(r"(^|[^\w])(else|do|[A-Z][A-Z0-9_]*)$")
TYPES_IN_CAPITALS = re.compile(r"\b(FILE|DIR|CURL|CURLM|MDB_\w+)$")


def torn_type(lines, number):
    """A type, alone, with its name on the next line. What a macro stands for is nobody's declaration."""
    code, below = lines[number].rstrip(), lines[number + 1].strip()
    in_macro = code.endswith("\\") or number > 0 and lines[number - 1].rstrip().endswith("\\")
    if in_macro or code.lstrip().startswith("#") or not re.match(r"[A-Za-z_*]", below):
        return False
    if re.search(r"(^|\s)[A-Z][A-Z_]*_OF\([^;]*\)$", code):
        return True
    if TYPES_IN_CAPITALS.search(code):
        return True
    return bool(re.search(r"[\w*]$", code)) and not MAY_END_A_LINE.search(code)


def arguments_behind(lines, number):
    """What the parenthesis that ends a line holds, cut where a line may be broken: at commas and between literals.

    The last has what sticks to the closing parenthesis: `x);`, `x) "and a literal"`.
    """
    pieces, piece, depth = [], "", 0
    for line in (line.strip() for line in lines[number + 1 :]):
        for place, character in enumerate(line + " "):
            if character in ")]}" and depth == 0:
                return [*pieces, piece.strip() + re.match(r'\S*( "\S*")*', line[place:])[0]]
            depth += (character in "([{") - (character in ")]}")
            piece += character
            between_literals = piece.endswith('" ') and line[place + 1 : place + 2] in ("", '"')
            if depth == 0 and (character == "," or between_literals):
                pieces.append(piece.strip())
                piece = ""
    return pieces


def torn_parenthesis(lines, number):
    """A parenthesis that ends its line: always of a declaration, of a call where what it is given had room behind it."""
    line = lines[number].rstrip()
    if not line.endswith("(") or line.lstrip().startswith("#"):
        return None
    if re.match(r"\w", line) or line.endswith(")("):
        return "a declaration is torn at its parenthesis: put the comment above it, or shorten a name"
    column = len(line.expandtabs(8))
    if all(column + len(piece) <= COLUMNS for piece in arguments_behind(lines, number) if piece):
        return "a call is torn at its parenthesis, though all that it is given fits behind it"
    return None


def spread_by_comment(text, code, number):
    """A statement that would stand on one line, had it no comment behind it."""
    def has_comment(at):
        return len(code[at].rstrip()) < len(text[at].rstrip())

    last = code[number].rstrip()
    if not has_comment(number) or not last.endswith((";", ",")) or last.lstrip().startswith("}"):
        return False
    first = number
    while first > 0:
        above = code[first - 1].strip()
        ends = above.endswith((";", "{", "}", ":", "\\")) or above.endswith(",") and last.endswith(",")
        if not above or ends or above.startswith("#") or has_comment(first - 1):
            break
        first -= 1
    if first == number or re.match(r"\s*(if|for|while|switch|else)\b", code[first]):
        return False
    joined = code[first].rstrip()
    for line in code[first + 1 : number + 1]:
        joined += ("" if joined.endswith(("(", "*")) else " ") + line.strip()
    return len(joined.expandtabs(8)) <= COLUMNS


def check_torn(tree, allowed):
    """No type stands apart from its name, no parenthesis ends a line without need, no comment spreads what it is about."""
    problems = []
    for path in tree.files:
        text, lines = tree.text(path).split("\n"), tree.code(path).split("\n")
        for number in range(len(lines) - 1):
            if torn_type(lines, number):
                problems.append(f"{path}:{number + 1}: a type stands apart from its name: put the comment above it")
            if spread_by_comment(text, lines, number):
                problems.append(f"{path}:{number + 1}: fits on one line, were the comment above it")
            complaint = torn_parenthesis(lines, number)
            if complaint:
                problems.append(f"{path}:{number + 1}: {complaint}")
    return problems


# --- indentation ----------------------------------------------------------------------------------

CONDITION = re.compile(r"(\t*)(?:\} )?(?:else )?(?:if|for|while|switch) \(|(\t*)(?:\} )?(?:else|do)$")


def end_of_condition(lines, number):
    """(line, rest of it) where the parentheses that line `number` opens are closed."""
    depth = 0
    for at in range(number, len(lines)):
        for place, character in enumerate(lines[at]):
            depth += (character == "(") - (character == ")")
            if character == ")" and depth == 0:
                return at, lines[at][place + 1 :].strip(" \t\\")
    return len(lines) - 1, ""


def check_indentation(tree, allowed):
    """A statement stands deeper than the if, for, while or else that it belongs to."""
    problems = []
    for path in tree.files:
        lines = tree.code(path).split("\n")
        for number, line in enumerate(lines):
            match = CONDITION.match(line.rstrip())
            if not match:
                continue
            depth = len(match[1] if match[1] is not None else match[2])
            end, rest = (number, "") if line.rstrip().endswith(("else", "do")) else end_of_condition(lines, number)
            if rest or line.strip().startswith("} while"):
                continue
            below = next((below for below in lines[end + 1 :] if below.strip()), "")
            if len(below) - len(below.lstrip("\t")) <= depth:
                problems.append(f"{path}:{number + 1}: the statement below stands no deeper than this line")
    return problems


# --- the head of a file ---------------------------------------------------------------------------

LICENCE = "// SPDX-License-Identifier: MIT"


def check_heads(tree, allowed):
    """Every file begins with its licence and a sentence on its part; a unit test's name says that already."""
    problems = []
    for path in tree.files:
        lines = tree.text(path).split("\n")
        if lines[0] != LICENCE:
            problems.append(f"{path}:1: the first line is not '{LICENCE}'")
            continue
        head = []
        for line in lines[1:]:
            if not re.match(r"// ?\S", line):
                break
            head.append(line[2:].strip())
        text = " ".join(head)
        is_unit_test = re.match(r"tests/.*/test_\w+\.c$", path)
        if not is_unit_test and (len(text.split()) < 3 or not re.search(r"\S[.:](\s|$)", text)):
            problems.append(f"{path}:2: no sentence says what this file's part is")
    return problems
