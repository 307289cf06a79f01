"""Reads C++ just well enough for the checkers of this folder, which must be quick and need no
compiler."""

import pathlib
import re

SUFFIXES = (".hpp", ".cpp")
ROOMS = ("engine", "storage", "net", "bench", "tests", "tools")

# What can hide a brace or a word: in the order in which the alternatives must be tried.
_HIDDEN = re.compile(
    r"""
      //(?:[^\\\n]|\\.)*                                  # a comment to the end of the line
    | /\*.*?\*/                                           # a comment
    | (?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"   # a raw string
    | (?:u8|[uUL])?"(?:[^"\\\n]|\\.)*"                    # a string
    | (?<![0-9A-Fa-f])(?:u8|[uUL])?'(?:[^'\\\n]|\\.)+'    # a character; 1'000 is not one
    """,
    re.VERBOSE | re.DOTALL,
)


def _blank(match):
    text = match.group(0)
    # The quotes stay, so that `f("x")` still has something between its parentheses.
    keep = text[0] != "/" and len(text) >= 2
    inner = text[1:-1] if keep else text
    inner = "".join("\n" if c == "\n" else " " for c in inner)
    return '"' + inner + '"' if keep else inner


def without_comments_and_strings(text):
    """The same text, line for line and column for column, with comments and the insides of
    strings and characters replaced by spaces."""
    return _HIDDEN.sub(_blank, text)


def source_files(root):
    """The C++ files of the rooms under `root`, sorted."""
    root = pathlib.Path(root)
    found = []
    for room in ROOMS:
        found += [p for p in (root / room).rglob("*") if p.suffix in SUFFIXES and p.is_file()]
    return sorted(found)
