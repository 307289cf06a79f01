#!/usr/bin/env python3
"""Checks the walls between the rooms: which folder may include which, and who owns a library.

    tools/check_rooms.py [ROOT]

Prints one line a finding, `file:line: what is wrong`, and exits with 1 when there is any. The
walls are the tables below; moving one is a decision, and this file is where it is written down.
"""

import collections
import pathlib
import re
import sys

from cpp_text import source_files, without_comments_and_strings

# Who may include what. The longest folder that holds a file decides; what is listed are prefixes
# of the included path. A folder may always include itself.
WALLS = {
    "engine/base": [],
    "engine/model": ["engine/base/"],
    "engine/ports": ["engine/base/", "engine/model/"],
    # Bytes of other systems to entries: what a record is, and nothing of comparing.
    "engine/recon/formats": ["engine/base/", "engine/recon/invalid_line.hpp",
                             "engine/recon/recon_limits.hpp", "engine/recon/record.hpp"],
    "engine": ["engine/"],
    # Bytes that survive. Of the model, storage knows only what a sequence is.
    "storage": ["engine/base/", "engine/ports/", "engine/model/sequence.hpp"],
    # The keys of sealed texts, and what such a text looks like.
    "storage/secrets": ["engine/base/", "engine/ports/", "engine/model/sealed_text.hpp",
                        "storage/file/"],
    # The protocol. It never sees how anything is decided or stored.
    "net": ["engine/base/", "engine/model/", "engine/ports/"],
    "tools": ["engine/", "storage/", "net/"],
    "bench": ["engine/", "storage/", "net/", "tools/", "tests/support/"],
    "tests": ["engine/", "storage/", "net/", "tools/"],
}

# Who may name a library's headers: prefix of the header -> prefixes of the files.
OWNERS = {
    "lmdb.h": ["storage/lmdb/"],
    "boost/asio": ["net/", "tests/net/", "tools/"],
    "flatbuffers/": ["net/protocol/", "engine/codec/"],
    "xxhash.h": ["engine/base/hash.cpp"],
    "openssl/": ["engine/base/hash.cpp", "net/", "storage/secrets/sealing.cpp"],
    "CLI/": ["tools/"],
    "date/": ["tools/daybook/recon/definition/time_zone.cpp"],
    "expat.h": ["engine/recon/formats/xml_reader.cpp"],
    "nlohmann/": ["engine/saga/document.cpp", "tools/", "tests/"],
    "sqlite3.h": ["net/client/step_file.cpp", "tests/net/client/"],
    "spdlog/": ["tools/", "net/"],
    "gtest/": ["tests/"],
    "gmock/": ["tests/"],
    "benchmark/": ["bench/"],
}

# Code that flatc makes has no file in the tree; it is as private as its library.
GENERATED = "_generated.h"
GENERATED_OWNERS = ["net/protocol/", "engine/codec/", "tests/net/", "tests/engine/codec/",
                    "tests/fuzz/"]

# Rooms whose subfolders must not include each other in a circle.
LAYERED = ("engine", "storage", "net")

INCLUDE = re.compile(r'^\s*#\s*include\s*(?:<([^>\n]+)>|"([^"\n]+)")')
Include = collections.namedtuple("Include", "line target quoted")


def includes_of(text):
    """The include directives of a file; those in comments do not count."""
    code = without_comments_and_strings(text).splitlines()
    for number, line in enumerate(text.splitlines(), 1):
        found = INCLUDE.match(line)
        if found and code[number - 1].lstrip().startswith("#"):
            yield Include(number, found.group(1) or found.group(2), found.group(2) is not None)


def folder_of(name):
    """The entry of WALLS that decides for the file `name`."""
    return max((f for f in WALLS if name.startswith(f + "/")), key=len, default=None)


def wall_fault(root, name, include):
    """What is wrong with this include as seen from the rooms, or None."""
    target = include.target
    if target.endswith(GENERATED):
        if not name.startswith(tuple(GENERATED_OWNERS)):
            return f"{target} is generated code, which only {', '.join(GENERATED_OWNERS)} may see"
        return None
    if target.startswith(".") or "/../" in target:
        return f"{target}: write the path from the top of the tree"
    in_room = target.split("/")[0] in {folder.split("/")[0] for folder in WALLS}
    if not in_room:
        return f'"{target}" is not a path from the top of the tree' if include.quoted else None
    folder = folder_of(name)
    if not target.startswith((folder + "/", *WALLS[folder])):
        return f"{folder} may not include {target}"
    if not (root / target).is_file():
        return f"{target} does not exist"
    return None


def owner_fault(name, include):
    """What is wrong with this include as seen from the libraries, or None."""
    for header, owners in OWNERS.items():
        if include.target.startswith(header) and not name.startswith(tuple(owners)):
            return f"{include.target} may be included only in {', '.join(owners)}"
    return None


def circles(edges):
    """The circles in a graph {folder: {folder: place}}: lists of folders, each circle once."""
    found = {}

    def walk(path):
        for following in edges.get(path[-1], {}):
            if following == path[0]:
                turn = path.index(min(path))
                found.setdefault(tuple(path[turn:] + path[:turn]))
            # Only folders after the first one: each circle is found from its smallest member.
            elif following > path[0] and following not in path:
                walk(path + [following])

    for start in sorted(edges):
        walk([start])
    return [list(circle) for circle in found]


def findings(root):
    """All findings under `root`, as lines of text."""
    root = pathlib.Path(root).resolve()
    edges = collections.defaultdict(dict)
    for path in source_files(root):
        name = path.relative_to(root).as_posix()
        here = "/".join(name.split("/")[:2])
        for include in includes_of(path.read_text(encoding="utf-8")):
            place = f"{name}:{include.line}"
            for fault in (wall_fault(root, name, include), owner_fault(name, include)):
                if fault:
                    yield f"{place}: {fault}"
            there = "/".join(include.target.split("/")[:2])
            room = name.split("/")[0]
            if room in LAYERED and there != here and include.target.startswith(room + "/") \
                    and include.target.count("/") > 1 and name.count("/") > 1:
                edges[here].setdefault(there, place)
    for circle in circles(edges):
        way = " -> ".join(circle + circle[:1])
        yield f"{edges[circle[-1]][circle[0]]}: folders include each other in a circle: {way}"


def main(arguments):
    if len(arguments) > 1 or arguments[:1] in (["-h"], ["--help"]):
        print(__doc__.strip())
        return 0 if len(arguments) == 1 else 2
    found = list(findings(arguments[0] if arguments else pathlib.Path(__file__).parent.parent))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
