# SPDX-License-Identifier: MIT
"""What no object file may call, read from the objects themselves with `nm -u`: no macro hides a call from that.

The objects are those of compile_commands.json, so what an earlier build has left is not looked at.
"""

import fnmatch
import json
import pathlib
import re
import shlex
import subprocess


class Rule:
    def __init__(self, symbols, why, may=None, where_linked=False):
        self.symbols = symbols.split()
        self.why = why
        self.may = may or {}  # file, or folder with a final slash → why it may; a file that does not is to be taken away
        self.where_linked = where_linked  # the library may be loaded late instead: then nothing calls it by its name

    def names(self, symbol):
        return any(fnmatch.fnmatchcase(symbol, pattern) for pattern in self.symbols)

    def owner(self, source):
        return next((own for own in self.may if source == own or own.endswith("/") and source.startswith(own)), None)


RULES = [
    Rule("strcpy strcat strncpy stpcpy sprintf vsprintf gets", "it writes without a bound"),
    Rule("strtok atoi atol atoll strtol strtoll strtoul strtoull sscanf vsscanf",
         "it hides state or errors; see slice_parse_u64"),
    Rule("gmtime localtime ctime asctime rand random srand mktemp tempnam tmpnam setlocale",
         "it has state of the whole process, or differs from machine to machine"),
    Rule("system popen", "a shell would read the text; see base/process.h"),
    Rule("malloc calloc realloc reallocarray aligned_alloc memalign posix_memalign strdup strndup asprintf vasprintf",
         "memory comes from arenas",
         {"base/arena.c": "this is where it comes from"}),
    Rule("rename renameat renameat2", "a file appears whole or not at all; see base/files.h",
         {"base/folder.c": "this is how", "base/folder_tree.c": "the exchange of two environments",
          "base/files.c": "a file that is written whole, and files of the cache by their path"}),
    Rule("unlink unlinkat remove rmdir nftw ftw", "what is removed is looked at by a handle; see base/folder.h",
         {"base/folder.c": "this is how", "base/files.c": "its own temporary file, by a handle",
          "base/places.c": "one file of a folder that nobody else writes to"}),
    Rule("mkdir mkdirat link linkat symlink symlinkat mknod mknodat mkfifo chmod fchmodat lchown chown truncate",
         "what is made is made in a folder held by a handle; see base/folder.h",
         {"base/folder.c": "this is how", "base/folder_tree.c": "and this",
          "base/folder_trust.c": "the folders above, which are looked at before",
          "base/files.c": "the folders on the way to a path of the user's",
          "builder/sdist/room.c": "the rooms of builds, whose owner and mode are looked at"}),
    Rule("mkstemp mkostemp mkstemps mkostemps mkdtemp tmpfile", "a shared folder is no place for files: see file_create"),
    Rule("open creat fopen", "files are read and written by base/files.h",
         {"base/files.c": "this is how",
          "builder/sdist/room.c": "the lock of a room that builds share",
          "base/sandbox.c": "the maps of a child's namespace in /proc, and the log",
          "base/sandbox_child.c": "its own children in /proc, between fork and exec",
          "base/sandbox_root.c": "files of a root under construction, between fork and exec"}),
    Rule("openat openat2", "a name in a folder is opened by base/folder.h",
         {"base/below.c": "this is how", "base/folder.c": "what was made just now, and the user's own paths",
          "base/places.c": "locks of a folder that is there",
          "base/copies.c": "reads what is copied"}),
    Rule("curl_*", "transfers are net/'s alone",
         {"net/transfer.c": "the transfers", "net/attempt.c": "one of them"}, where_linked=True),
    Rule("exit quick_exit", "only the program ends itself", {"cli/": "the program"}),
    # What a library must be handed instead of helping itself to it: by the session, or by what is lent for long work.
    Rule("getenv secure_getenv environ __environ setenv unsetenv putenv clearenv", "the environment is the program's",
         {"cli/": "the program"}),
    Rule("time clock clock_gettime gettimeofday timespec_get ftime times getrusage", "the clock is the program's",
         {"cli/": "the program",
          "net/attempt.c": "monotonic, for the pauses and the deadline of a transfer; nothing of it reaches a result"}),
    Rule("signal sigaction sigset sigwait sigwaitinfo sigtimedwait signalfd sigprocmask pthread_sigmask raise",
         "signals are the program's",
         {"cli/": "the program",
          "net/transfer.c": "holds SIGPIPE back while TLS writes to a closed connection, then puts all as it was",
          "base/sandbox_child.c": "gives a child the default signals, between fork and exec"}),
    Rule("stdin stdout stderr printf vprintf puts putchar putchar_unlocked perror psignal getchar scanf vscanf "
         "warnx err errx verr verrx vwarn vwarnx error syslog vsyslog putc fputc fputs fwrite fprintf vfprintf",
         "a library prints nothing, and the program through one door, which escapes what a terminal may not get",
         {"cli/output.c": "the door"}),
    Rule("warn", "a library prints nothing: what it has to say is a value", {"cli/": "a function of its own"}),
    Rule("isatty ttyname ttyname_r tcgetattr tcgetpgrp", "the terminal is the program's", {"cli/output.c": "the door"}),
    Rule("uname gethostname getlogin getlogin_r getpwuid getpwuid_r getpwnam getpwnam_r",
         "what machine and user this is, the program says", {"cli/": "the program"}),
]

# The same for what is written without a stream: the names of the two descriptors.
DESCRIPTORS = Rule(
    "STDOUT_FILENO STDERR_FILENO", "a library prints nothing, and the program through its door",
    {"cli/output.c": "the door, which asks whether they are terminals",
     "cli/settings/interrupts.c": "the last words of a process that did not end soon enough after Ctrl-C",
     "cli/settings/program.c": "those of a child, between fork and exec",
     "base/arena.c": "the last words of a process without memory",
     "base/error.c": "the last words of a process that found a bug of ours",
     "base/late_library.c": "the last words of a process whose libraries are not installed",
     "base/process.c": "those of a child, between fork and exec"})


def plain(symbol):
    """The function that a C file named: without what headers and versions of the C library make of it."""
    symbol = symbol.split("@")[0]
    symbol = re.sub(r"^__isoc\d+_", "", symbol)
    symbol = re.sub(r"^__(\w+)_chk$", r"\1", symbol)
    return re.sub(r"^(\w*[a-z])64(_2)?$", r"\1", symbol)


def objects_of(root, build):
    """(source, object) of all sources that are built, tests left out."""
    commands = json.loads((pathlib.Path(build) / "compile_commands.json").read_text())
    for entry in commands:
        source = pathlib.Path(entry["directory"], entry["file"])
        words = entry.get("arguments") or shlex.split(entry["command"])
        path = pathlib.Path(entry["directory"], words[words.index("-o") + 1])
        if source.is_relative_to(root) and not source.is_relative_to(build):
            name = source.relative_to(root).as_posix()
            if not name.startswith("tests/"):
                yield name, path


def undefined(objects):
    """(source, symbol) of what objects use and do not have."""
    sources = {str(path): source for source, path in objects}
    if not sources:
        return set()
    listing = subprocess.run(["nm", "-A", "-u", *sources], capture_output=True, text=True, check=True).stdout
    return {(sources[path], symbol) for path, symbol in re.findall(r"^(.+?):\s+\w (\S+)$", listing, re.MULTILINE)}


def judge(calls, rules):
    """calls: (source, name). What the rules say of them, and which files need their leave no more."""
    problems = []
    used = set()
    for source, name in sorted(calls):
        for number, rule in enumerate(rules):
            if not rule.names(name):
                continue
            owner = rule.owner(source)
            if owner is None:
                problems.append(f"{source}: uses {name}: {rule.why}")
            used.add((number, owner))
    for number, rule in enumerate(rules):
        for owner in rule.may:
            if not owner.endswith("/") and not rule.where_linked and (number, owner) not in used:
                problems.append(f"calls.py: {owner} uses none of '{' '.join(rule.symbols)}' any more: take it away")
    return problems


def check_calls(tree, build):
    """Nobody calls what is forbidden; memory, files, clock, signals, environment and terminal have their owners."""
    objects = list(objects_of(tree.root, build))
    problems = [f"{source}: has not been built: {path}" for source, path in objects
                if source in tree.files and not path.exists()]
    built = [(source, path) for source, path in objects if path.exists()]
    calls = {(source, plain(symbol)) for source, symbol in undefined(built)}
    if not problems and not calls:
        problems.append(f"{build}: its objects call nothing: not machine code, or nothing was built")
    return problems + judge(calls, RULES)


def check_descriptors(tree, allowed):
    """Nobody but the program writes to standard output or standard error past the streams."""
    pattern = re.compile(r"\b(%s)\b" % "|".join(DESCRIPTORS.symbols))
    calls = {(path, name) for path in tree.sources for name in pattern.findall(tree.code(path))}
    return judge(calls, [DESCRIPTORS])
