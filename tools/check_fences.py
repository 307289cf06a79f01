#!/usr/bin/env python3
"""Checks that no source uses a stand-alone memory fence.

    tools/check_fences.py [ROOT]

ThreadSanitizer does not understand them, so a program that has one cannot be checked for races:
an order is always said at the atomic that needs it. Prints `file:line` of each, and exits with 1
when there is any.
"""

import pathlib
import re
import sys

from cpp_text import source_files, without_comments_and_strings

FENCE = re.compile(r"\b(?:atomic_(?:thread|signal)_fence|__atomic_thread_fence|__sync_synchronize"
                   r"|_mm_[lms]fence)\b")


def findings(root):
    root = pathlib.Path(root).resolve()
    for path in source_files(root):
        code = without_comments_and_strings(path.read_text(encoding="utf-8"))
        for number, line in enumerate(code.splitlines(), 1):
            found = FENCE.search(line)
            if found:
                yield (f"{path.relative_to(root).as_posix()}:{number}: {found.group(0)}: say the "
                       "memory order at the atomic instead")


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
