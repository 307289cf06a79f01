#!/usr/bin/env python3
"""Checks that no function is longer than 70 lines and no source file longer than 600.

    tools/check_functions.py [--report] [ROOT]

A function's lines are those from its opening brace to its closing brace, both counted; what is
nested in it, lambdas and local classes, belongs to it. Prints one line a finding,
`file:line: what is wrong`, and exits with 1 when there is any. --report also prints how long
functions and files are. Needs no compiler: it pairs braces in the text without comments and
strings, and tells a function from a class, a namespace or a list of values by the words in front
of the brace.
"""

import collections
import pathlib
import re
import sys

from cpp_text import source_files, without_comments_and_strings

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 600

Function = collections.namedtuple("Function", "name line lines")

_DIRECTIVE = re.compile(r"^[ \t]*#(?:[^\\\n]|\\.)*", re.MULTILINE | re.DOTALL)
_SCOPE = re.compile(r"^(?:export\s+)?(?:inline\s+)?(?:namespace\b|extern\s*\")")
# Attributes in front of a type's name may have parentheses, so the word at the start decides.
_TYPE = re.compile(r"^(?:typedef\s+)?(?:class|struct|union|enum)\b")
_NAME = re.compile(r"(~?\w+(?:\s*::\s*~?\w+)*|operator\s*\S+?)\s*\(")


def blanked(text):
    """The text without anything that could hide a brace or a name."""
    return _DIRECTIVE.sub(lambda m: re.sub(r"[^\n]", " ", m.group(0)),
                          without_comments_and_strings(text))


def outer_part(head):
    """`head` without what stands in parentheses, brackets or template arguments' parentheses."""
    depth, kept = 0, []
    for c in head:
        if c in "([":
            depth += 1
            kept.append(c if depth == 1 else "")
        elif c in ")]":
            kept.append(c if depth == 1 else "")
            depth -= 1
        elif depth == 0:
            kept.append(c)
    return "".join(kept)


def without_template_heads(outer):
    """`outer` without `template <...>` and attributes at its start."""
    while True:
        outer = re.sub(r"^(?:\[\]\s*)+", "", outer.lstrip())
        start = re.match(r"template\s*<", outer)
        if not start:
            return outer
        depth, position = 1, start.end()
        while depth > 0 and position < len(outer):
            depth += {"<": 1, ">": -1}.get(outer[position], 0)
            position += 1
        outer = outer[position:]


def kind_of(head):
    """What the brace after `head` opens, outside of functions: scope, type, function or values."""
    outer = outer_part(head).strip()
    outer = re.sub(r"\b(?:public|protected|private)\s*:(?!:)|\b(?:alignas|__attribute__)\(\)", " ",
                   outer).strip()
    if _SCOPE.match(outer):
        return "scope"
    outer = without_template_heads(outer)
    if _TYPE.match(outer):
        return "type"
    if re.search(r"(?<![=!<>])=(?!=)", re.sub(r"operator\s*[^\w\s(]+", "", outer)):
        return "function" if re.search(r"\[\][^=]*$", outer) else "values"
    if "()" not in outer:
        return "values"
    after = outer[outer.index("()") :]
    if re.search(r"(?<!:):(?!:)", after) and re.search(r"[\w>]$", outer):
        return "values"  # A member in a constructor's list, not its body.
    return "function"


def function_name(head):
    """The name in front of the first parenthesis, for a message."""
    names = _NAME.findall(" ".join(head.split()))
    if names and re.match(r"TEST|TYPED_TEST|BENCHMARK", names[0]):
        return " ".join(head.split())
    return names[0] if names else "a lambda"


def functions_of(text):
    """All functions of a file that are not inside another one."""
    code = blanked(text)
    stack = []  # (kind, line of the brace, head)
    head_start = 0
    line = 1
    for position, c in enumerate(code):
        if c == "\n":
            line += 1
        elif c == "{":
            head = code[head_start:position]
            around = stack[-1][0] if stack else "scope"
            kind = {"function": "inner", "inner": "inner", "values": "values"}.get(around)
            kind = kind or kind_of(head)
            stack.append((kind, line, head))
            if kind != "values":
                head_start = position + 1
        elif c == "}" and stack:
            kind, begun, head = stack.pop()
            if kind == "function":
                yield Function(function_name(head), begun, line - begun + 1)
            # After a list of values the declaration goes on: `Part() : a_{1}, b_{2} {`.
            if kind != "values":
                head_start = position + 1
        elif c == ";" and not (stack and stack[-1][0] == "values"):
            head_start = position + 1


def share_within(sizes, limit):
    return 100.0 * sum(1 for size in sizes if size <= limit) / max(1, len(sizes))


def check(root):
    """Returns the findings under `root`, and the sizes of all functions and of all files."""
    root = pathlib.Path(root).resolve()
    found, function_sizes, file_sizes = [], [], []
    for path in source_files(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        lines = text.count("\n")
        file_sizes.append(lines)
        if lines > FILE_LINES_MAX:
            found.append(f"{name}:1: {lines} lines; a file has at most {FILE_LINES_MAX}")
        for function in functions_of(text):
            function_sizes.append(function.lines)
            if function.lines > FUNCTION_LINES_MAX:
                found.append(f"{name}:{function.line}: {function.name} has {function.lines} lines;"
                             f" a function has at most {FUNCTION_LINES_MAX}")
    return found, function_sizes, file_sizes


def main(arguments):
    report = "--report" in arguments
    rest = [a for a in arguments if a != "--report"]
    if len(rest) > 1 or any(a.startswith("-") for a in rest):
        print(__doc__.strip())
        return 0 if rest in (["-h"], ["--help"]) else 2
    found, functions, files = check(rest[0] if rest else pathlib.Path(__file__).parent.parent)
    for line in found:
        print(line)
    if report:
        print(f"{len(functions)} functions, {share_within(functions, 40):.1f} % of at most 40 "
              f"lines, the longest {max(functions, default=0)}")
        print(f"{len(files)} files, {share_within(files, 400):.1f} % of at most 400 lines, "
              f"the longest {max(files, default=0)}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
