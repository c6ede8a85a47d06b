# SPDX-License-Identifier: MIT
"""The sources as the checks of the house style see them: rooms and their doors as CMakeLists.txt lists them, files, includes.

    pinbake_room(base "" "z")              a room, above those that it links to; the order is that of the file
    pinbake_room(net "base" "curl")
    pinbake_doors(base *)                  which of its headers others may include: all of them
    pinbake_doors(net transfer.h url.h)    these; a room that is not listed has the one that is named like its folder
"""

import functools
import os
import pathlib
import re

PROGRAM = "cli"  # the folder above all rooms, which is no library
TESTS = "tests"
NOT_SOURCES = {"build", "docs", "data"}

TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def code_of(text):
    """The text without comments, with literals emptied; lines stay where they are."""

    def blank(match):
        token = match[0]
        if token[0] in "\"'":
            return token[0] + "_" * (len(token) - 2) + token[0]
        return "\n" * token.count("\n")

    return TOKEN.sub(blank, text)


class Room:
    def __init__(self, folder, links):
        self.folder = folder
        self.links = links  # folders
        self.doors = [folder.rsplit("/", 1)[-1] + ".h"]

    def is_toolbox(self):
        return self.doors == ["*"]


class Tree:
    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.rooms = self._read_rooms()
        self.folders = [*self.rooms, PROGRAM]
        self.files = sorted(self._walk())  # "base/arena.c"; tests too
        self.sources = [path for path in self.files if not path.startswith(TESTS + "/")]

    def _read_rooms(self):
        text = re.sub(r"#[^\n]*", "", (self.root / "CMakeLists.txt").read_text())
        rooms = {}
        for name, inside in re.findall(r"^pinbake_(room|doors)\(([^)]*)\)", text, re.MULTILINE):
            words = [quoted or bare for quoted, bare in re.findall(r'"([^"]*)"|([^\s"]+)', inside)]
            if name == "room":
                links = words[1] if len(words) > 1 else ""
                rooms[words[0]] = Room(words[0], [link for link in links.split(";") if link])
            elif words[0] in rooms:
                rooms[words[0]].doors = words[1:]
            else:
                raise SystemExit(f"CMakeLists.txt: pinbake_doors({words[0]}) stands before its room, or has none")
        return rooms

    def _walk(self):
        for directory, folders, names in os.walk(self.root):
            here = pathlib.Path(directory).relative_to(self.root).as_posix()
            if here == ".":
                folders[:] = [name for name in folders if name not in NOT_SOURCES]
            folders[:] = [name for name in folders if not name.startswith(".")]
            yield from (f"{here}/{name}" for name in names if name.endswith((".c", ".h")))

    @functools.lru_cache(maxsize=None)
    def text(self, path):
        return (self.root / path).read_text(encoding="utf-8")

    @functools.lru_cache(maxsize=None)
    def code(self, path):
        return code_of(self.text(path))

    @functools.lru_cache(maxsize=None)
    def room_of(self, path):
        """The folder of the room that a file is in: the longest that its path begins with. None: it is in no room."""
        return max((folder for folder in self.folders if path.startswith(folder + "/")), key=len, default=None)

    def height(self, folder):
        return self.folders.index(folder)

    def below(self, folder):
        """The rooms that a folder may use: itself, those that it links to, and theirs. The program uses all."""
        if folder == PROGRAM:
            return set(self.folders)
        found, left = set(), [folder]
        while left:
            name = left.pop()
            if name not in found:
                found.add(name)
                left += self.rooms[name].links if name in self.rooms else []
        return found

    def includes(self, path):
        """(line, header) of each #include "…" of a file."""
        found = []
        for number, line in enumerate(self.text(path).split("\n"), 1):
            match = re.match(r'\s*#\s*include\s*"([^"]+)"', line)
            if match:
                found.append((number, match[1]))
        return found

    def is_door(self, header):
        room = self.rooms.get(self.room_of(header))
        return room is not None and (room.is_toolbox() or header[len(room.folder) + 1 :] in room.doors)
