#!/usr/bin/env python3
"""Checks the cases of tests/README.md against the tests.

Every case has one row. Every file that a row names exists, and has every test that the row names of
it; a row without a test says what is not there. A test that has a case's number in its name stands
in that case's row.
"""

import pathlib
import re
import sys
import unittest

from fault_list_test import missing, places

TESTS = pathlib.Path(__file__).resolve().parent.parent
NUMBERS = [*range(1, 43), *range(44, 47), *range(48, 52), *range(53, 56), *range(57, 61)]
ROW = re.compile(r"^\| case (\d+) \| ([^|]+) \| ([^|]+) \|$")
NUMBERED = re.compile(r"\bTEST(?:_F|_P)?\(\s*(\w+),\s*(Case(\d+)\w*)\)")
NOT_THERE = "not there:"


def rows(text):
    """{number: what its tests are} of the table in the text. Numbers that come twice are wrong."""
    found = {}
    for line in text.splitlines():
        match = ROW.match(line)
        if match:
            number = int(match[1])
            if number in found:
                raise ValueError(f"case {number} has two rows")
            found[number] = match[3].strip()
    return found


def numbered_tests(root):
    """[(number, path, "Suite.Name")] of the tests that have a case's number in their names."""
    for path in sorted(root.rglob("*.cpp")):
        for suite, name, number in NUMBERED.findall(path.read_text(encoding="utf-8")):
            yield int(number), path.relative_to(root).as_posix(), f"{suite}.{name}"


def findings(readme, root):
    """What is wrong, one line each."""
    table = rows(readme)
    for number in NUMBERS:
        if number not in table:
            yield f"case {number} has no row"
    for number in sorted(set(table) - set(NUMBERS)):
        yield f"case {number} is not one of the list"
    named = set()
    for number, cell in sorted(table.items()):
        if not places(cell) and NOT_THERE not in cell:
            yield f"case {number} names no test, nor what is not there"
        yield from missing(f"case {number}", cell, root)
        for path, tests in places(cell):
            named.update((number, path, test) for test in tests)
            if not tests and (root / path).is_file():
                yield f"case {number}: which test of {path}?"
    for number, path, test in numbered_tests(root):
        if (number, path, test) not in named:
            yield f"case {number} does not name {test} of {path}"


class CaseList(unittest.TestCase):
    def test_is_what_the_tests_are(self):
        readme = (TESTS / "README.md").read_text(encoding="utf-8")
        self.assertEqual(list(findings(readme, TESTS)), [])

    def test_every_sort_of_mistake_is_found(self):
        good = (TESTS / "README.md").read_text(encoding="utf-8")
        row = next(line for line in good.splitlines() if line.startswith("| case 50 |"))

        def found(changed):
            return list(findings(good.replace(row, changed), TESTS))

        self.assertEqual(found(""), ["case 50 has no row"])
        self.assertEqual(found("| case 50 | something | somewhere |"),
                         ["case 50 names no test, nor what is not there"])
        self.assertEqual(found("| case 50 | something | not there: a moon |"), [])
        self.assertEqual(found("| case 50 | something | `engine/nothing.cpp`: `A.B` |"),
                         ["case 50: there is no engine/nothing.cpp"])
        self.assertEqual(found("| case 50 | some | `engine/tcc/tcc_test.cpp`: `TccTest.Not` |"),
                         ["case 50: engine/tcc/tcc_test.cpp has no TccTest.Not"])
        self.assertEqual(found("| case 50 | something | `engine/tcc/tcc_test.cpp` |"),
                         ["case 50: which test of engine/tcc/tcc_test.cpp?"])
        self.assertEqual(found(row + "\n| case 43 | something | not there: a moon |"),
                         ["case 43 is not one of the list"])
        numbered = next(line for line in good.splitlines() if line.startswith("| case 53 |"))
        name = "EngineCaseTest.Case53ASecondVersionWhileTheFirstOneRuns"
        self.assertIn(name, numbered)
        self.assertEqual(list(findings(good.replace(numbered, numbered.replace(
            f"`engine/saga/engine_cases_test.cpp`: `{name}`; ", "")), TESTS)),
            [f"case 53 does not name {name} of engine/saga/engine_cases_test.cpp"])
        with self.assertRaises(ValueError):
            found(row + "\n" + row)


if __name__ == "__main__":
    sys.exit(unittest.main())
