# SPDX-License-Identifier: MIT
"""What includes what: only downward, never in a circle, through doors."""

import collections


def check_includes(tree, allowed):
    """A folder includes only what it links to, and links only to rooms that CMakeLists.txt lists before it."""
    problems = []
    for room in tree.rooms.values():
        for link in room.links:
            if link not in tree.rooms:
                problems.append(f"CMakeLists.txt: {room.folder} links to '{link}', which is no room")
            elif tree.height(link) >= tree.height(room.folder):
                problems.append(f"CMakeLists.txt: {room.folder} links upward, to {link}")
    for path in tree.sources:
        folder = tree.room_of(path)
        if folder is None:
            problems.append(f"{path}: stands in no room of CMakeLists.txt")
            continue
        below = tree.below(folder)
        for line, header in tree.includes(path):
            other = tree.room_of(header)
            if header not in tree.files or other is None:
                problems.append(f"{path}:{line}: '{header}' is no header of a room; write its path from the root")
            elif tree.height(other) > tree.height(folder):
                problems.append(f"{path}:{line}: includes {header}, upward: {folder} stands below {other}")
            elif other not in below:
                problems.append(f"{path}:{line}: includes {header}, but {folder} does not link to {other}")
    return problems


def check_cycles(tree, allowed):
    """No header includes itself by way of others."""
    problems = []
    state = {}

    def visit(path, way):
        state[path] = "open"
        for _, header in tree.includes(path):
            if state.get(header) == "open":
                problems.append("includes in a circle: " + " → ".join([*way[way.index(header) :], header]))
            elif header not in state and header in tree.files:
                visit(header, [*way, header])
        state[path] = "done"

    for path in tree.files:
        if path not in state:
            visit(path, [path])
    return problems


def check_doors(tree, allowed):
    """From outside a room only its doors are included. Headers at the door of a room exist."""
    problems = []
    for room in tree.rooms.values():
        for door in [] if room.is_toolbox() else room.doors:
            if f"{room.folder}/{door}" not in tree.files and any(tree.room_of(path) == room.folder for path in tree.files):
                problems.append(f"CMakeLists.txt: {room.folder}/{door} is a door that is not there: see pinbake_doors")
    found = collections.defaultdict(list)
    for path in tree.sources:
        for line, header in tree.includes(path):
            if header in tree.files and tree.room_of(header) != tree.room_of(path) and not tree.is_door(header):
                found[header, tree.room_of(path)].append(f"{path}:{line}")
    for (header, folder), places in sorted(found.items()):
        limit = allowed.INNER_HEADERS.get((header, folder), 0)
        if len(places) > limit:
            problems.append(f"{header} is no door of {tree.room_of(header)}, and {len(places)} files of {folder} include it"
                            f" ({limit} may): {', '.join(places)}")
    for header, folder in allowed.INNER_HEADERS:
        if (header, folder) not in found:
            problems.append(f"allowed.py: INNER_HEADERS: {folder} does not include {header} any more: take the entry away")
    return problems


def check_door_length(tree, allowed):
    """A door that is longer than two screens is two rooms."""
    problems = []
    lines = {path: tree.text(path).count("\n") for path in tree.sources if path.endswith(".h") and tree.is_door(path)}
    for path, count in lines.items():
        limit = allowed.LONG_DOORS.get(path, allowed.DOOR_LINES_MAX)
        if count > limit:
            problems.append(f"{path}: {count} lines, at most {limit}: what belongs in another header, or another room?")
    for path in allowed.LONG_DOORS:
        if lines.get(path, 0) <= allowed.DOOR_LINES_MAX:
            problems.append(f"allowed.py: LONG_DOORS: {path} is not long any more: take the entry away")
    return problems


def check_cli_share(tree, allowed):
    """The program's own folder is a thin client of the rooms."""
    lines = {path: tree.text(path).count("\n") for path in tree.sources}
    own = sum(count for path, count in lines.items() if tree.room_of(path) == "cli")
    share = 100 * own / max(1, sum(lines.values()))
    print(f"cli/: {own} of {sum(lines.values())} lines of C without tests, {share:.2f} %; at most {allowed.CLI_SHARE_MAX} %")
    return [] if share <= allowed.CLI_SHARE_MAX else [f"cli/ is {share:.2f} % of the code, at most {allowed.CLI_SHARE_MAX} %"]
