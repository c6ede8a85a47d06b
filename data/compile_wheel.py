# SPDX-License-Identifier: MIT
"""Bytecode of one wheel, made by the interpreter that will load it. pinbake runs it in a fresh process (pyc.4):

    compile_wheel.py describe ANSWER                cache tag, magic number, version, sys.version, and what the
                                                    interpreter consists of, a line each
    compile_wheel.py compile LIST ARCHIVE < WHEEL   LIST: ENTRY<tab>PATH<tab>NAME a line, in the order to compile

ARCHIVE is a zip of stored entries: NAME for each file that compiles, and "uncompiled", the names of the others. A
.pyc is unchecked-hash (PEP 552) and holds PATH, where the source will be. Works from Python 3.7 on.
"""

import importlib.util
import marshal
import os
import sys
import zipfile

UNCHECKED = b"\x01\x00\x00\x00"
SOURCE_BYTES_MAX = 16 << 20  # a wheel of some megabytes can hold gigabytes


def describe(answer):
    lines = [sys.implementation.cache_tag or "", importlib.util.MAGIC_NUMBER.hex(),
             "%d.%d.%d" % sys.version_info[:3], sys.version.replace("\n", " ")]
    lines += [sys.executable, os.path.dirname(os.__file__), os.path.join(sys.base_prefix, "lib")]
    with open(answer, "w", encoding="utf-8") as file:
        file.write("".join(line + "\n" for line in lines))


def compiled(source, path):
    code = compile(source, path, "exec", dont_inherit=True, optimize=0)
    digest = importlib.util.source_hash(source)
    return importlib.util.MAGIC_NUMBER + UNCHECKED + digest + marshal.dumps(code)


def read_source(sources, entry):
    if sources.getinfo(entry).file_size > SOURCE_BYTES_MAX:
        raise ValueError("too large to compile")
    return sources.read(entry)


def compile_all(wheel, rows, archive):
    uncompiled = []
    with zipfile.ZipFile(wheel) as sources, zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as out:
        for entry, path, name in rows:
            try:
                content = compiled(read_source(sources, entry), path)
            except Exception:  # templates, other Pythons' syntax, too deep or too large (pyc.6)
                uncompiled.append(name)
                continue
            out.writestr(zipfile.ZipInfo(name), content)
        out.writestr(zipfile.ZipInfo("uncompiled"), "".join(name + "\n" for name in uncompiled))


def main():
    if sys.argv[1] == "describe":
        describe(sys.argv[2])
        return
    with open(sys.argv[2], encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t") for line in file]
    compile_all(sys.stdin.buffer, rows, sys.argv[3])


main()
