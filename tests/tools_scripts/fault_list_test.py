#!/usr/bin/env python3
"""Checks the fault list of tests/README.md against the tests.

Every number of the list has one row. Every file that a row names exists, and has every test that
the row names of it; a row without a test says why. Every number that a row says is tested stands
in a test or script as "Fault N", alone or in a line such as "Fault 23: ...", and no test names a
number that the list has not.
"""

import pathlib
import re
import sys
import unittest

TESTS = pathlib.Path(__file__).resolve().parent.parent
NUMBERS = [*range(1, 52), 53, 54]
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$")
MENTION = re.compile(r"\bFaults? ((?:\d+(?:, | and )?)+)")
# `path` and, behind a colon, its tests: `replay/verify_test.cpp`: `Verify.FindsASegmentThatIsGone`.
PLACE = re.compile(r"`([\w./]+\.(?:cpp|py|sh))`((?:(?::|,) `[\w.]+`)*)")
NOT_HERE = "not here:"


def rows(text):
    """{number: (fault, covered by)} of the table in the text. Numbers that come twice are wrong."""
    found = {}
    for line in text.splitlines():
        match = ROW.match(line)
        if match:
            number = int(match[1])
            if number in found:
                raise ValueError(f"fault {number} has two rows")
            found[number] = (match[2].strip(), match[3].strip())
    return found


def places(cell):
    """The files and tests that a cell names: [(path, [test, ...])]."""
    return [(path, re.findall(r"`([\w.]+)`", tests)) for path, tests in PLACE.findall(cell)]


def has_test(source, name):
    """Does this source of tests define Suite.Name, or a script a function of that name?"""
    if "." not in name:
        return re.search(rf"^\s*(?:def |)\b{re.escape(name)}\b\s*\(", source, re.M) is not None
    suite, test = name.split(".", 1)
    return re.search(rf"\bTEST(?:_F|_P)?\(\s*{suite},\s*{test}\)", source) is not None


def mentions(root):
    """{number: files that name it} over all tests and scripts."""
    found = {}
    here = pathlib.Path(__file__).name
    for path in sorted(root.rglob("*")):
        if path.suffix not in (".cpp", ".hpp", ".py", ".sh") or path.name == here:
            continue
        for match in MENTION.finditer(path.read_text(encoding="utf-8")):
            for number in re.findall(r"\d+", match[1]):
                found.setdefault(int(number), []).append(path)
    return found


def missing(row, cell, root):
    """What the cell of a row names and is not there, one line each."""
    for path, tests in places(cell):
        if not (root / path).is_file():
            yield f"{row}: there is no {path}"
            continue
        source = (root / path).read_text(encoding="utf-8")
        for test in tests:
            if not has_test(source, test):
                yield f"{row}: {path} has no {test}"


def findings(readme, root):
    """What is wrong, one line each."""
    table = rows(readme)
    said = mentions(root)
    for number in NUMBERS:
        if number not in table:
            yield f"fault {number} has no row"
    for number in sorted({*table, *said} - set(NUMBERS)):
        yield f"fault {number} is not one of the list"
    for number, (_, cell) in sorted(table.items()):
        named = places(cell)
        if not named and NOT_HERE not in cell:
            yield f"fault {number} names no test, nor why there is none"
        if named and number not in said:
            yield f"no test says Fault {number}"
        yield from missing(f"fault {number}", cell, root)


class FaultList(unittest.TestCase):
    def test_is_what_the_tests_are(self):
        readme = (TESTS / "README.md").read_text(encoding="utf-8")
        self.assertEqual(list(findings(readme, TESTS)), [])

    def test_every_sort_of_mistake_is_found(self):
        good = (TESTS / "README.md").read_text(encoding="utf-8")
        row = next(line for line in good.splitlines() if line.startswith("| 16 |"))

        def found(changed):
            return list(findings(good.replace(row, changed), TESTS))

        self.assertEqual(found(""), ["fault 16 has no row"])
        self.assertIn("fault 16 names no test, nor why there is none",
                      found("| 16 | something | somewhere |"))
        self.assertEqual(found("| 16 | something | `replay/nothing.cpp` |"),
                         ["fault 16: there is no replay/nothing.cpp"])
        self.assertEqual(found("| 16 | something | `replay/verify_test.cpp`: `Verify.Nothing` |"),
                         ["fault 16: replay/verify_test.cpp has no Verify.Nothing"])
        self.assertIn("fault 99 is not one of the list",
                      found(row + "\n| 99 | something | not here: it needs a moon |"))
        with self.assertRaises(ValueError):
            found(row + "\n" + row)


if __name__ == "__main__":
    sys.exit(unittest.main())
