#!/usr/bin/env python3
"""`daybook recon compare` against a naive comparison that shares no code with it.

    recon_oracle_test.py PATH-TO-DAYBOOK

On random files of all classes: every record's class and every pair, key by key; the proof; the same
bytes whatever the memory, the threads and the order of lines; mirrored codes when the files change
places; exactly one difference more for one record more; the memory that was asked for is kept.
DAYBOOK_TEST_LONG=1 makes ten times the rounds. The seed of a round is printed when it fails.
"""

import collections
import csv
import json
import os
import pathlib
import random
import resource
import subprocess
import sys
import tempfile
import unittest

import naive_compare as naive

DAYBOOK = None
ROUNDS = 10 if os.environ.get("DAYBOOK_TEST_LONG") == "1" else 1
COLUMNS = ["reference", "amount", "currency", "status", "time", "fee", "type", "party",
           "settlement_amount", "settlement_currency"]


def text_of(minor, currency):
    scale = naive.SCALE.get(currency, 2)
    digits = str(abs(minor)).rjust(scale + 1, "0")
    text = digits[:-scale] + "." + digits[-scale:] if scale else digits
    return "-" + text if minor < 0 else text


def time_text(seconds):
    return "" if seconds is None else (
        "2026-01-%02dT%02d:00:00Z" % (1 + seconds // 24 % 28, seconds % 24))


class World:
    """Two random files that agree in most things."""

    def __init__(self, seed, references, splits=False):
        self.random = random.Random(seed)
        self.splits = splits
        self.a, self.b = [], []
        for index in range(references):
            self.add_reference(index)

    def add_reference(self, index):
        dice = self.random
        reference = dice.choice(["r%d" % index, "ref-%06d" % index, "é%d" % index,
                                 "a-long-reference-whose-key-is-a-digest-%d" % index,
                                 '"%d", quoted' % index, "=x%d" % index])
        if dice.random() < 0.02:
            reference = dice.choice(["", "NOTPROVIDED"])
        parties = ["m%d" % dice.randrange(3)] * 2
        if dice.random() < 0.03:
            parties[1] = "other"
        if dice.random() < 0.03:
            parties[dice.randrange(2)] = ""
        for _ in range(dice.choice([1] * 12 + [2, 3, 5])):
            row = self.row(reference)
            for side, rows in enumerate((self.a, self.b)):
                copy = dict(row, party=parties[side])
                if side == 1 and dice.random() < 0.3:
                    self.change(copy)
                if dice.random() > 0.04:
                    rows += self.parts_of(copy)
                if dice.random() < 0.03:
                    rows.append(dict(copy))

    def parts_of(self, row):
        """The row, or several that mostly make the same sum."""
        dice = self.random
        if not self.splits or dice.random() < 0.6:
            return [row]
        count, left = dice.choice([2, 2, 3, 7]), row["minor"]
        parts = []
        for _ in range(count - 1):
            part = dice.randrange(-5, 1 + max(0, left))
            parts.append(dict(row, minor=part, fee=0))
            left -= part
        parts.append(dict(row, minor=left + dice.choice([0] * 8 + [-100, -1, 1, 2, row["fee"]])))
        if dice.random() < 0.1:
            dice.choice(parts)["status"] = dice.choice(naive.STATUS)
        if dice.random() < 0.1:
            # Nothing else has this amount, so that which record it is paired with is certain.
            amount = dice.randrange(10**7, 10**8)
            parts[-1]["minor"] += parts[0]["minor"] - amount
            parts[0].update(minor=amount, party=dice.choice(["", "other"]))
        if row["hours"] is not None and dice.random() < 0.3:
            parts[0]["hours"] = row["hours"] + 24 * dice.choice([1, 5])
        if dice.random() < 0.1:
            parts.pop()
        return parts

    def row(self, reference):
        dice = self.random
        currency = dice.choice(["EUR", "EUR", "USD", "JPY", "KWD"])
        return {"reference": reference, "minor": dice.choice([1, 2, 3, 500, dice.randrange(10**6),
                                                              -dice.randrange(1000), 10**25]),
                "currency": currency, "status": dice.choice(["ok"] * 8 + naive.STATUS),
                "hours": None if dice.random() < 0.03 else dice.randrange(24 * 20),
                "fee": dice.choice([0, 0, 0, 7]), "type": dice.choice(["charge"] * 8 + naive.TYPES),
                "settlement": ""}

    def change(self, row):
        dice = self.random
        kind = dice.randrange(10)
        if kind == 0:
            row["minor"] += dice.choice([-100, -2, -1, 1, 2, 100])
        elif kind == 1:
            row["status"] = dice.choice(naive.STATUS)
        elif kind == 2:
            row["type"] = dice.choice(naive.TYPES)
        elif kind == 3:
            row["currency"] = dice.choice(["EUR", "USD", "JPY"])
        elif kind == 4:
            row["fee"] = dice.choice([0, 5, 7])
        elif kind == 5:
            row["minor"] -= row["fee"]
            row["fee"] = 0
        elif kind == 6 and row["hours"] is not None:
            row["hours"] += dice.choice([24, 24 * 4])
        elif kind == 7:
            row["reference"] = "moved-" + row["reference"]
        elif kind == 8:
            row["reference"] = ""
        else:
            # The newest of both files: what has no partner yet may still get one.
            self.a.append(dict(row, reference="new-in-a-" + row["reference"], hours=24 * 25))
            row["reference"], row["hours"] = "new-in-b-" + row["reference"], 24 * 25 + 1
            row["minor"] += 12_345  # No fallback rule finds it.

    def write(self, path, rows, order):
        rows = list(rows)
        random.Random(order).shuffle(rows)
        with open(path, "w", newline="", encoding="utf-8") as out:
            writer = csv.writer(out, lineterminator=random.Random(order).choice(["\n", "\r\n"]))
            writer.writerow(COLUMNS)
            for row in rows:
                writer.writerow([row["reference"], text_of(row["minor"], row["currency"]),
                                 row["currency"], row["status"], time_text(row["hours"]),
                                 text_of(row["fee"], row["currency"]) if row["fee"] else "",
                                 row["type"], row["party"], *self.settlement(row)])

    @staticmethod
    def settlement(row):
        """In a second currency; a function of the reference and the side's party alone."""
        if len(row["reference"]) % 3:
            return ["", ""]
        return [("%d.00" % (len(row["reference"]) + (row["party"] == "other"))), "GBP"]


class ReconOracle(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.directory.name)

    def tearDown(self):
        self.directory.cleanup()

    def compare(self, *options, a="a.csv", b="b.csv", out="out.csv"):
        """The report, and the bytes of the differences."""
        done = subprocess.run([DAYBOOK, "recon", "compare", self.path / a, self.path / b, "--json",
                               "--out", self.path / out, *options], capture_output=True, text=True,
                              check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        report = json.loads(done.stdout)
        self.assertTrue(report["proof_holds"])
        self.assertEqual(done.returncode, 1 if report["differences"] else 0)
        return report, (self.path / out).read_bytes()

    def rows(self, name="out.csv"):
        with open(self.path / name, newline="", encoding="utf-8") as lines:
            return list(csv.DictReader(lines))

    @staticmethod
    def key_of(outcome):
        """What identifies an outcome in the file of differences."""
        def side(record):
            if record is None:
                return ("",) * 6
            reference = "" if record.reference == "NOTPROVIDED" else record.reference
            if reference[:1] in "=+-@" and reference:
                reference = "'" + reference
            return (reference, record.currency, text_of(record.amount, record.currency),
                    text_of(record.fee, record.currency) if record.fee else "", record.status,
                    record.type)
        code = naive.primary(outcome.codes)
        return (code, frozenset(outcome.codes - {code}), side(outcome.a), side(outcome.b),
                outcome.parts)

    @staticmethod
    def key_of_row(row):
        names = {"matched_tolerance": 1, "a_only": 10, "a_pending": 11, "b_only": 12,
                 "b_pending": 13, "amount_short": 20, "amount_over": 21, "fee_mismatch": 22,
                 "net_gross": 23, "fx_difference": 24, "rounding": 25, "currency_mismatch": 30,
                 "status_a_ok_b_failed": 31, "status_a_open_b_ok": 32, "type_mismatch": 33,
                 "party_mismatch": 34, "date_mismatch": 35, "reference_mismatch": 36,
                 "duplicate_a": 40, "duplicate_b": 41, "duplicate_both": 42, "reversed": 50,
                 "refunded": 51, "chargeback": 52, "split_incomplete": 60, "split_matched": 61,
                 "ambiguous": 72}
        also = frozenset(names[word] for word in row["also"].split("|") if word)
        def side(s):
            return tuple(row[column + s] for column in
                         ("reference_", "currency_", "amount_", "fee_", "status_", "type_"))
        parts = tuple(int(row["parts_" + s] or 1) for s in "ab")
        return int(row["code"]), also, side("a"), side("b"), parts

    def check_world(self, seed, rules, options):
        world = World(seed, 400, rules.group_sum)
        world.write(self.path / "a.csv", world.a, seed)
        world.write(self.path / "b.csv", world.b, seed + 1)
        report, _ = self.compare(*options)
        a, bad_a = naive.read(self.path / "a.csv", "a")
        b, bad_b = naive.read(self.path / "b.csv", "b")
        self.assertEqual((bad_a, bad_b), ([], []))
        outcomes = naive.compare(a, b, rules)
        self.assertEqual(sum((o.parts[0] if o.a else 0) + (o.parts[1] if o.b else 0)
                             for o in outcomes), len(a) + len(b))
        wanted = collections.Counter(self.key_of(o) for o in outcomes if o.codes)
        found = collections.Counter(self.key_of_row(row) for row in self.rows())
        self.assertEqual((wanted - found, found - wanted), ({}, {}),
                         "seed %d %s" % (seed, options))
        codes = collections.Counter(naive.primary(o.codes) for o in outcomes)
        told = collections.Counter()
        for each in report["classes"]:
            told[each["code"]] += each["count"]
        self.assertEqual(codes, +told, "seed %d" % seed)
        return codes

    def test_agrees_key_by_key_and_meets_every_class(self):
        met = collections.Counter()
        for round_number in range(8 * ROUNDS):
            met += self.check_world(round_number, naive.Rules(), [])
            met += self.check_world(
                1000 + round_number,
                naive.Rules(window=2, tolerance={"EUR": (2, None)},
                            fallback=[{"amount", "day"}, {"amount", "party"}]),
                ["--window", "2", "--tolerance", "EUR=2", "--fallback", "amount+day",
                 "--fallback", "amount+party"])
            met += self.check_world(2000 + round_number, naive.Rules(group_sum=True),
                                    ["--group", "sum"])
            met += self.check_world(
                3000 + round_number,
                naive.Rules(window=2, tolerance={"EUR": (2, None), "JPY": (1, None)},
                            fallback=[{"amount", "day"}], group_sum=True),
                ["--window", "2", "--tolerance", "EUR=2", "--tolerance", "JPY=1", "--fallback",
                 "amount+day", "--group", "sum"])
        for code in (0, 1, 10, 11, 12, 13, 20, 21, 22, 23, 24, 25, 30, 31, 32, 33, 34, 40, 41, 50,
                     51, 52, 60, 72):
            self.assertGreater(met[code], 0, "no record of code %d: the test proves less" % code)

    def test_memory_threads_and_order_of_lines_do_not_change_a_byte(self):
        world = World(77, 60_000)
        options = ["--window", "2", "--tolerance", "EUR=2,cap=500", "--fallback", "amount+day"]
        wanted = None
        spilled = set()
        for order, memory, threads in ((1, "512M", 2), (2, "16M", 1), (3, "16M", 3), (4, "24M", 2),
                                       (5, "512M", 1), (6, "64M", 16)):
            world.write(self.path / "a.csv", world.a, order)
            world.write(self.path / "b.csv", world.b, order + 50)
            report, out = self.compare("--memory", memory, "--threads", str(threads), *options)
            spilled.add(report["spilled_runs"] > 0)
            wanted = wanted or out
            self.assertEqual(wanted, out, "%s, %d threads" % (memory, threads))
        self.assertEqual(spilled, {True, False}, "both ways must have been gone")

    def test_sums_depend_on_nothing_else_either(self):
        world = World(78, 8_000, splits=True)
        wanted = None
        for order, memory, threads in ((1, "512M", 2), (2, "16M", 1), (3, "16M", 3)):
            world.write(self.path / "a.csv", world.a, order)
            world.write(self.path / "b.csv", world.b, order + 50)
            _, out = self.compare("--memory", memory, "--threads", str(threads), "--group", "sum",
                                  "--tolerance", "EUR=2,cap=500", "--fallback", "amount+day")
            wanted = wanted or out
            self.assertEqual(wanted, out, "%s, %d threads" % (memory, threads))

    def test_parts_make_a_whole(self):
        header = b"reference,amount,currency,status,time"
        self.write_lines("a.csv", [header, b"one,100.00,EUR,ok,", b"short,100.00,EUR,ok,",
                                   b"equal,30.00,EUR,ok,", b"equal,70.00,EUR,ok,",
                                   b"alone,1.00,EUR,ok,", b"alone,1.00,EUR,ok,"])
        self.write_lines("b.csv", [header, b"one,30.00,EUR,ok,", b"one,70.00,EUR,ok,",
                                   b"short,30.00,EUR,ok,", b"short,69.99,EUR,ok,",
                                   b"equal,70.00,EUR,ok,"])
        report, _ = self.compare("--group", "sum")
        found = sorted((row["name"], row["also"], row["reference_a"], row["delta"], row["parts_a"],
                        row["parts_b"]) for row in self.rows())
        self.assertEqual(found, [
            ("a_only", "", "alone", "-1.00", "", ""), ("a_only", "", "alone", "-1.00", "", ""),
            ("matched", "split_matched", "one", "0.00", "1", "2"),
            ("split_incomplete", "", "equal", "-30.00", "", ""),
            ("split_incomplete", "amount_over|rounding", "short", "-0.01", "1", "2")])
        self.assertEqual((report["matched"], report["differences"]), (2, 4))
        # A tolerance counts until its cap is used up: the cent of `short` is granted, or not.
        for cap, name in ((1, "matched_tolerance"), (0, "split_incomplete")):
            self.compare("--group", "sum", "--tolerance", "EUR=1,cap=%d" % cap)
            names = {row["reference_a"]: row["name"] for row in self.rows()}
            self.assertEqual(names["short"], name)
        (self.path / "map.json").write_text('{"group": "sum"}')
        by_mapping, _ = self.compare("--map-b", str(self.path / "map.json"))
        for each in (report, by_mapping):
            each.pop("seconds")
        self.assertEqual(report, by_mapping)
        self.assertIn("only 'sum'", self.fails(str(self.path / "a.csv"), str(self.path / "b.csv"),
                                               "--group", "x"))

    def write_lines(self, name, lines):
        (self.path / name).write_bytes(b"\n".join(lines) + b"\n")

    def test_bad_lines_are_kept_word_for_word_and_cost_no_other(self):
        header = b"\xef\xbb\xbfreference,amount,currency,status,time"
        good = [b"r%d,%d.00,EUR,ok,2026-01-02" % (i, i) for i in range(1, 9)]
        bad = [b"x,1.00,EUR,ok", b"x,1.001,EUR,ok,2026-01-02", b"x,1.00,EUR,ok,2026-02-30",
               b"x,1.00,EUR,what,2026-01-02", b'"x,1.00,EUR,ok,2026-01-02', b"=1+1", b"\xff,1,EUR,ok,"]
        lines = [header]
        for i in range(max(len(good), len(bad))):
            lines += good[i:i + 1] + bad[i:i + 1]
        self.write_lines("a.csv", lines)
        self.write_lines("b.csv", [header] + good)
        report, _ = self.compare()
        self.assertEqual(report["matched"], len(good))
        self.assertEqual(report["a"]["invalid"], len(bad))
        whole = (self.path / "a.csv").read_bytes()
        with open(self.path / "out.csv", newline="", encoding="utf-8",
                  errors="surrogateescape") as out:
            rows = list(csv.DictReader(out))
        self.assertEqual(len(rows), len(bad))
        for row, line in zip(rows, bad):
            text = row["text"].encode(errors="surrogateescape")
            self.assertEqual(text, b"'" + line if line.startswith(b"=") else line)
            self.assertEqual((row["code"], row["side"]), ("70", "a"))
            at = int(row["offset"])
            self.assertEqual(whole[at:at + len(line)], line)
            self.assertEqual(lines[int(row["line"]) - 1], line)

    def fails(self, *arguments):
        done = subprocess.run([DAYBOOK, "recon", "compare", *arguments], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 2, done.stdout)
        return done.stderr

    def test_limits_hold_at_and_one_past(self):
        header = b"reference,amount,currency,status,time"
        self.write_lines("b.csv", [header])
        a, b = str(self.path / "a.csv"), str(self.path / "b.csv")
        for count in (32_768, 32_769):
            self.write_lines("a.csv", [header] + [b"same,1,EUR,ok,"] * count)
            if count == 32_768:
                report, _ = self.compare("--memory", "16M")
                self.assertEqual(report["differences"], count)
            else:
                self.assertIn("have the reference 'same'", self.fails(a, b))
        self.write_lines("a.csv", [header] + [b",1,EUR,ok,"] * 40_000)
        self.assertEqual(self.compare()[0]["differences"], 40_000)
        dated = [b",1,EUR,ok,2026-01-02"] * 32_768
        self.write_lines("a.csv", [header] + dated)
        self.assertEqual(self.compare("--fallback", "amount+day")[0]["differences"], len(dated))
        self.write_lines("a.csv", [header] + dated + dated[:1])
        self.assertIn("fallback", self.fails(a, b, "--fallback", "amount+day"))
        for count in (1_024, 1_025):
            self.write_lines("a.csv", [header] + [b"r,1,C%d,ok," % i for i in range(count)])
            if count == 1_024:
                self.assertEqual(self.compare()[0]["differences"], count)
            else:
                self.assertIn("currencies", self.fails(a, b))
        self.assertIn("--memory", self.fails(a, b, "--memory", "15M"))

    def test_what_cannot_be_done_is_said(self):
        header = b"reference,amount,currency,status,time"
        self.write_lines("a.csv", [header, b"r,1,EUR,ok,"])
        self.write_lines("wrong.csv", [b"id;amount", b"r;1"])
        (self.path / "empty.csv").write_bytes(b"")
        a = str(self.path / "a.csv")
        self.assertIn("no column is called 'reference'", self.fails(a, str(self.path / "wrong.csv")))
        self.assertIn("empty", self.fails(a, str(self.path / "empty.csv")))
        self.assertIn("cannot be opened", self.fails(a, str(self.path / "none.csv")))
        self.assertIn("not a file", self.fails(a, str(self.path)))
        self.assertIn("--tolerance", self.fails(a, a, "--tolerance", "EUR"))
        self.assertIn("--fallback", self.fails(a, a, "--fallback", "day"))
        self.assertIn("no directory", self.fails(a, a, "--spill", str(self.path / "none")))
        out = str(self.path / "none" / "out.csv")
        self.assertIn("none", self.fails(a, a, "--out", out))

    def test_json_lines_say_what_csv_says(self):
        world = World(4, 200)
        world.write(self.path / "a.csv", world.a, 1)
        world.write(self.path / "b.csv", world.b, 1)
        self.compare()
        _, text = self.compare(out="out.ndjson")
        lines = [json.loads(line) for line in text.decode().splitlines()]
        rows = self.rows()
        self.assertEqual(len(lines), len(rows))
        for line, row in zip(lines, rows):
            self.assertIsInstance(line["code"], int)
            self.assertIsInstance(line.get("amount_a", ""), str)
            # What is empty is left out; formulas need no apostrophe here.
            self.assertEqual({name: str(value) for name, value in line.items()},
                             {name: value.removeprefix("'") for name, value in row.items() if value})

    def test_a_tolerance_ends_with_its_cap(self):
        header = b"reference,amount,currency,status,time"
        self.write_lines("a.csv", [header] + [b"r%d,10.00,EUR,ok," % i for i in range(5)])
        self.write_lines("b.csv", [header] + [b"r%d,10.03,EUR,ok," % i for i in range(5)])
        report, _ = self.compare("--tolerance", "EUR=3,cap=9")
        counts = {each["name"]: each["count"] for each in report["classes"]}
        self.assertEqual(counts, {"matched_tolerance": 3, "amount_short": 2})
        self.assertEqual([row["reference_a"] for row in self.rows() if row["code"] == "20"],
                         ["r3", "r4"])

    def test_a_trailer_is_held_against_the_lines(self):
        (self.path / "map.json").write_text(json.dumps({
            "columns": {"reference": "id", "amount": "sum"}, "currency": "EUR",
            "trailer": {"first_field": "TOTAL", "count": 1, "sum": 2, "currency": "EUR"}}))
        lines = [b"id,sum", b"r1,10.00", b"r2,2.50"]
        for trailer, agrees in (([b"TOTAL,2,12.50"], True), ([b"TOTAL,3,12.50"], False),
                                ([b"TOTAL,2,12.51"], False), ([], False)):
            for name in ("a.csv", "b.csv"):
                self.write_lines(name, lines + trailer)
            done = subprocess.run([DAYBOOK, "recon", "compare", self.path / "a.csv",
                                   self.path / "b.csv", "--map", self.path / "map.json", "--json"],
                                  capture_output=True, text=True, check=False)
            report = json.loads(done.stdout)
            self.assertEqual((report["differences"], report["control_totals_agree"]), (0, agrees))
            self.assertEqual(done.returncode, 0 if agrees else 1)

    def test_one_record_more_is_one_difference_more(self):
        world = World(5, 300)
        world.write(self.path / "b.csv", world.b, 1)
        world.write(self.path / "a.csv", world.a, 1)
        before, _ = self.compare()
        more = world.row("nobody-else-has-this")
        more["party"] = ""
        for side, rows in (("a.csv", world.a), ("b.csv", world.b)):
            world.write(self.path / side, rows + [more], 1)
            after, _ = self.compare()
            self.assertEqual(after["differences"], before["differences"] + 1)
            world.write(self.path / side, rows, 1)

    def test_files_that_change_places_have_mirrored_codes(self):
        mirror = {10: 12, 12: 10, 20: 21, 21: 20, 40: 41, 41: 40}
        world = World(9, 2_000)
        for row in world.a + world.b:
            # 31 and 32 are about A being ok or open; the other way they are amounts.
            if row["status"] in ("open", "failed"):
                row["status"] = "ok"
        world.write(self.path / "a.csv", world.a, 1)
        world.write(self.path / "b.csv", world.b, 2)
        counts = []
        for names in (("a.csv", "b.csv"), ("b.csv", "a.csv")):
            report, _ = self.compare(a=names[0], b=names[1])
            count = collections.Counter()
            for each in report["classes"]:
                count[each["code"]] += each["count"]
            counts.append(+count)
        self.assertEqual(counts[0], collections.Counter(
            {mirror.get(code, code): n for code, n in counts[1].items()}))

    def test_the_memory_that_was_asked_for_is_kept(self):
        if b"__asan_init" in pathlib.Path(DAYBOOK).read_bytes():
            self.skipTest("an instrumented program takes memory of its own")

        def peak(*arguments):
            """Peak resident memory in KiB of a run of the program."""
            script = ("import resource, subprocess, sys\n"
                      "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, check=False)\n"
                      "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)")
            done = subprocess.run([sys.executable, "-c", script, DAYBOOK, *arguments],
                                  capture_output=True, text=True, check=True)
            return int(done.stdout)
        world = World(3, 160_000)
        world.write(self.path / "a.csv", world.a, 1)
        world.write(self.path / "b.csv", world.b, 2)
        program = peak("--version")
        files = [str(self.path / "a.csv"), str(self.path / "b.csv")]
        for mebibytes in (16, 32):
            used = peak("recon", "compare", *files, "--memory", "%dM" % mebibytes, "--threads", "2",
                        "--out", str(self.path / "out.csv"), "--fallback", "amount+day")
            self.assertLess(used - program, mebibytes * 1024)
        # What it would take without a limit, or the test could not fail.
        free = peak("recon", "compare", *files, "--memory", "1G")
        self.assertGreater(free - program, 32 * 1024)


if __name__ == "__main__":
    DAYBOOK = sys.argv.pop(1)
    unittest.main()
