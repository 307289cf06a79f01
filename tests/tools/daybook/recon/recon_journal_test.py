#!/usr/bin/env python3
"""A journal as the ledger's side of a comparison: payments are loaded from CSV into an engine, and a
statement of what a bank would have seen is held against its journal, clean and with planted
differences, which are found exactly, beside the engine and without it.

    recon_journal_test.py PATH-TO-DAYBOOK
"""

import json
import os
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2]))
from served_engine import ServedEngine, euros

DAYBOOK = None
SEED = int(os.environ.get("DAYBOOK_TEST_SEED", "1"))
BANK, CUSTOMERS, OTHER = 1, 2, 3
PAYMENTS = 400
HEADER = "reference,amount,currency,status,type\n"


class World(ServedEngine):
    """An engine's directory with payments in two halves, and what a bank has of each."""

    def __init__(self, path):
        super().__init__(DAYBOOK, path / "data")
        self.path = path
        self.random = random.Random(SEED)
        self.statement = []  # reference, cents, status, type
        self.rows = []

    def transfer(self, number, cents, business="", flags="", pending="", timeout="", debit=BANK,
                 credit=CUSTOMERS, code=1):
        if cents is not None and cents < 0:
            debit, credit, cents = credit, debit, -cents
        amount = "" if cents is None else euros(cents)
        business = "name:" + business if business else ""
        self.rows.append([number, debit, credit, amount, 978, code, flags, business, pending, timeout])

    def load(self):
        path = self.path / "transfers.csv"
        lines = ["id,debit_account_id,credit_account_id,amount,ledger,code,flags,business_id,"
                 "pending_id,timeout"]
        lines += [",".join(map(str, row)) for row in self.rows]
        path.write_text("\n".join(lines) + "\n")
        self.run("import", "transfers", path)
        self.rows = []

    def payments(self, first):
        for number in range(first, first + PAYMENTS):
            cents = self.random.randrange(1, 10_000_000) * self.random.choice([1, 1, 1, -1])
            business = "" if number % 7 == 0 else \
                "an-order-with-a-very-long-name-%d" % number if number % 11 == 0 else \
                "order-%d" % number
            self.transfer(number, cents, business)
            self.statement.append((business or str(number), cents, "ok", "charge"))
        # None of the bank's business.
        self.transfer(first + PAYMENTS, 12_345, "elsewhere", debit=CUSTOMERS, credit=OTHER)

    def holds(self):
        both = [("hold-partly", 8_000), ("hold-void", 5_000), ("hold-whole", 3_000),
                ("hold-expired", 2_000), ("hold-open", 1_000), ("", 700)]
        for at, (business, cents) in enumerate(both):
            self.transfer(9_001 + at, cents, business, "pending",
                          timeout="5s" if business == "hold-expired" else "")
        self.transfer(9_101, 3_000, "", "post_pending_transfer|keep_remainder", 9_001)
        self.transfer(9_102, None, "", "void_pending_transfer", 9_002)
        self.transfer(9_103, 3_000, "", "post_pending_transfer", 9_003)
        self.transfer(9_104, 600, "", "post_pending_transfer", 9_006)
        self.statement += [("hold-partly", 3_000, "ok", "charge"),
                           ("hold-partly", 5_000, "open", "charge"),
                           ("hold-void", 5_000, "failed", "charge"),
                           ("hold-whole", 3_000, "ok", "charge"),
                           ("hold-expired", 2_000, "failed", "charge"),
                           ("hold-open", 1_000, "open", "charge"),
                           ("9006", 600, "ok", "charge")]

    def make(self):
        self.start()
        self.run("ledger", "put", 978, "--name", "EUR", "--scale", 2, "--kind", "currency")
        for account in (BANK, CUSTOMERS, OTHER):
            self.run("account", "create", "--id", account, "--ledger", 978, "--code", 10)
        self.payments(1_000)
        self.load()
        self.middle = int(json.loads(self.run("admin", "digest", "--json"))["sequence"])
        self.half = list(self.statement)
        self.payments(5_000)
        self.holds()
        self.transfer(7_001, 4_000, "to-be-refunded")
        self.load()
        self.run("transfer", "reverse", 7_001, "--amount", "15.00")
        self.statement += [("to-be-refunded", 4_000, "ok", "charge"),
                           ("to-be-refunded", -1_500, "ok", "refund")]
        self.run("admin", "advance-clock", 6_000_000_000)
        # The hold that ran out is released before this is answered.
        self.run("hold", "get", 9_004)
        self.end = int(json.loads(self.run("admin", "digest", "--json"))["sequence"])


class ReconJournal(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.world = World(pathlib.Path(cls.directory.name))
        cls.world.make()

    @classmethod
    def tearDownClass(cls):
        if cls.world.engine.poll() is None:
            cls.world.stop()
        cls.directory.cleanup()

    def compare(self, statement, *options, text=None, code=None):
        path = self.world.path / "statement.csv"
        lines = ["%s,%s,EUR,%s,%s" % (reference, euros(cents), status, kind)
                 for reference, cents, status, kind in statement]
        path.write_text(text if text is not None else HEADER + "\n".join(lines) + "\n")
        out = self.world.path / "out.ndjson"
        done = subprocess.run([DAYBOOK, "recon", "compare", "journal:%s" % self.world.data, path,
                               "--json", "--out", out, *map(str, options)],
                              capture_output=True, text=True, check=False)
        if code is not None:
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        if done.returncode == 2:
            return done.stderr, []
        found = [json.loads(line) for line in out.read_text().splitlines()]
        return json.loads(done.stdout), found

    def test_a_clean_statement_agrees_with_the_journal(self):
        report, found = self.compare(self.world.statement, "--account", BANK, code=0)
        self.assertEqual(report["a"]["records"], len(self.world.statement))
        self.assertEqual((report["differences"], report["proof_holds"]), (0, True))
        self.assertEqual([each for each in found if each["name"] != "matched"], [])
        self.assertEqual(report["proof"][0]["sum_a"],
                         euros(sum(c for _, c, status, _ in self.world.statement if status == "ok")))

    def test_planted_differences_are_found_and_no_others(self):
        statement = list(self.world.statement)
        planted = {}
        places = self.world.random.sample(range(PAYMENTS), 40)
        gone = []
        for at, place in enumerate(places):
            reference, cents, status, kind = statement[place]
            if at % 4 == 0:
                statement[place] = (reference, cents + 1_000, status, kind)
                planted[reference] = "amount_short"
            elif at % 4 == 1:
                gone.append(place)
                planted[reference] = "a_only"
            elif at % 4 == 2:
                statement[place] = (reference, cents, "failed", kind)
                planted[reference] = "status_a_ok_b_failed"
            else:
                statement.append(statement[place])
                planted[reference] = "duplicate_b"
        for place in sorted(gone, reverse=True):
            del statement[place]
        statement.append(("nobody-knows-it", 1, "ok", "charge"))
        planted["nobody-knows-it"] = "b_only"
        at = [each[0] for each in statement].index("hold-open")
        statement[at] = ("hold-open", 1_000, "ok", "charge")
        planted["hold-open"] = "status_a_open_b_ok"
        self.world.random.shuffle(statement)
        report, found = self.compare(statement, "--account", BANK, code=1)
        self.assertTrue(report["proof_holds"])
        names = {}
        for each in found:
            if each["name"] == "matched":
                continue  # Told for its note: the key is there twice on both sides.
            reference = each.get("reference_a") or each["reference_b"]
            self.assertNotIn(reference, names)
            names[reference] = each["name"]
        self.assertEqual(names, planted)

    def test_the_result_depends_on_neither_memory_nor_threads(self):
        results = set()
        for options in (("--threads", 1), ("--threads", 2), ("--memory", "16M")):
            self.compare(self.world.statement[5:], "--account", BANK, *options, code=1)
            results.add((self.world.path / "out.ndjson").read_bytes())
        self.assertEqual(len(results), 1)

    def test_the_journal_is_cut_at_a_sequence_or_a_time(self):
        report, _ = self.compare(self.world.half, "--account", BANK, "--until-sequence",
                                 self.world.middle, code=0)
        self.assertEqual(report["a"]["records"], PAYMENTS)
        replayed = json.loads(self.world.run("replay", self.world.data, "--until-sequence",
                                             self.world.middle, "--json"))
        self.compare(self.world.half, "--account", BANK, "--until-time", replayed["commit_time"],
                     code=0)
        # One operation is not cut.
        report, _ = self.compare([], "--account", BANK, "--until-sequence", 12, code=1)
        self.assertGreaterEqual(report["a"]["records"], 1)
        message, _ = self.compare([], "--account", BANK, "--until-sequence", 10**9, code=2)
        self.assertIn("the journal ends at sequence", message)

    def test_a_period_has_an_end(self):
        sequence = ("--until-sequence", self.world.end)
        report, _ = self.compare([], "--account", BANK, *sequence, "--before-time",
                                 "1970-01-01T00:00:00Z", code=0)
        self.assertEqual(report["a"]["records"], 0)
        middle = next(json.loads(line)["timestamp"] for line in self.world.run(
            "dump", self.world.data, "--kind", "transfer").splitlines()
            if json.loads(line)["id"] == "5000")
        counts = [self.compare([], "--account", BANK, *sequence, option, middle, code=1)[0]
                  ["a"]["records"] for option in ("--before-time", "--since-time")]
        self.assertGreaterEqual(counts[0], PAYMENTS)
        self.assertEqual(sum(counts), len(self.world.statement))

    def test_a_ledger_has_no_side(self):
        # Before the transfers of another test.
        amounts = [(reference, abs(cents) if kind == "charge" else cents, status, kind)
                   for reference, cents, status, kind in self.world.statement]
        amounts += [("elsewhere", 12_345, "ok", "charge")] * 2
        self.compare(amounts, "--ledger", 978, "--until-sequence", self.world.end, code=0)

    def test_the_currency_and_decimals_can_be_others(self):
        lines = ["%s,%s00,XEU,%s,%s" % (reference, euros(cents), status, kind)
                 for reference, cents, status, kind in self.world.statement]
        self.compare([], "--account", BANK, "--currency", "XEU", "--scale", "XEU=4",
                     text=HEADER + "\n".join(lines) + "\n", code=0)

    def test_a_statement_in_a_banks_format(self):
        lines = [":20:X", ":25:ACC", ":28C:1", ":60F:C700101EUR0,"]
        total = 0
        for reference, cents, _, _ in self.world.half:
            total += cents
            lines.append(":61:700101%s%s,%02dNTRFNONREF" % (
                "C" if cents > 0 else "D", abs(cents) // 100, abs(cents) % 100))
            lines.append(":86:/EREF/%s" % reference)
        lines.append(":62F:%s700101EUR%d,%02d" % ("C" if total >= 0 else "D", abs(total) // 100,
                                                  abs(total) % 100))
        report, _ = self.compare([], "--account", BANK, "--until-sequence", self.world.middle,
                                 text="\n".join(lines) + "\n-\n", code=0)
        self.assertEqual(report["matched"], PAYMENTS)
        self.assertEqual(report["b"]["control_totals_agreeing"], 1)

    def test_what_an_engine_writes_meanwhile_is_no_part_of_it(self):
        path = self.world.path / "many.csv"
        lines = ["id,debit_account_id,credit_account_id,amount,ledger,code"]
        lines += ["%d,%d,%d,0.01,978,1" % (number, OTHER, CUSTOMERS)
                  for number in range(100_000, 130_000)]
        path.write_text("\n".join(lines) + "\n")
        cuts = set()
        with subprocess.Popen([DAYBOOK, "import", "transfers", path, "--batch", "50"],
                              stdout=subprocess.DEVNULL, env=self.world.environment) as importing:
            while importing.poll() is None or len(cuts) == 0:
                report, _ = self.compare([], "--account", OTHER, code=1)
                cuts.add((int(report["a"]["file"].split()[-1]), report["a"]["records"]))
            self.assertEqual(importing.wait(), 0)
        facts = [json.loads(line) for line in self.world.run(
            "dump", self.world.data, "--kind", "transfer").splitlines()]
        sequences = [int(fact["sequence"]) for fact in facts
                     if str(OTHER) in (fact["debit_account_id"], fact["credit_account_id"])]
        for cut, records in cuts:
            self.assertEqual(records, sum(sequence <= cut for sequence in sequences))

    def test_what_cannot_be_done_is_told(self):
        for options, words in ((("--account", 404), "no account 404"), ((), "needs --account"),
                               (("--account", BANK, "--ledger", 840), "is of ledger 978"),
                               (("--account", "x"), "x")):
            message, _ = self.compare([], *options, code=2)
            self.assertIn(words, message)
        done = subprocess.run([DAYBOOK, "recon", "compare", self.world.path / "statement.csv",
                               self.world.path / "statement.csv", "--account", "1"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("journal:DIR", done.stderr)

    def test_zz_without_the_engine_it_is_the_same(self):
        self.compare(self.world.statement, "--account", BANK, code=0)
        self.world.stop()
        self.compare(self.world.statement, "--account", BANK, code=0)


class ReconFees(unittest.TestCase):
    """Fees that the journal has as transfers of their own, with codes 77 and 78."""

    CLEARING, FEES = 11, 12
    OPTIONS = ("--account", 11, "--fee-code", 77, "--fee-code", 78)

    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.world = World(pathlib.Path(self.directory.name))
        self.world.start()
        self.world.run("ledger", "put", 978, "--name", "EUR", "--scale", 2, "--kind", "currency")
        for account in (self.CLEARING, self.FEES, CUSTOMERS):
            self.world.run("account", "create", "--id", account, "--ledger", 978, "--code", 10)

    def tearDown(self):
        self.world.stop()
        self.directory.cleanup()

    def pay(self, number, cents, business, **more):
        self.world.transfer(number, cents, business, debit=self.CLEARING, **more)

    def fee(self, number, cents, business, code=77, **more):
        self.world.transfer(number, cents, business, debit=self.FEES, credit=self.CLEARING,
                            code=code, **more)

    def compare(self, rows, *options):
        path = self.world.path / "statement.csv"
        path.write_text("reference,amount,fee,currency,status\n" +
                        "".join("%s,%s,%s,EUR,ok\n" % row for row in rows))
        out = self.world.path / "out.ndjson"
        done = subprocess.run([DAYBOOK, "recon", "compare", "journal:%s" % self.world.data, path,
                               "--json", "--out", out, *map(str, options)],
                              capture_output=True, text=True, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        report = json.loads(done.stdout)
        self.assertTrue(report["proof_holds"])
        found = {}
        for line in out.read_text().splitlines():
            each = json.loads(line)
            found.setdefault(each.get("reference_a") or each["reference_b"], []).append(each["name"])
        return report, found

    def test_fees_belong_to_the_payment_with_their_reference(self):
        self.fee(1, 30, "early")  # Before its payment.
        for at, name in enumerate(("good", "early", "two-fees", "wrong", "net", "bare", "captured")):
            self.pay(10 + at, 1_000 + at, name, **({"flags": "pending"} if name == "captured" else {}))
        self.world.transfer(20, 1_006, "", "post_pending_transfer", 16, debit=self.CLEARING)
        self.fee(30, 25, "good")
        self.fee(31, 10, "two-fees")
        self.fee(32, 15, "two-fees", code=78)
        self.fee(33, 25, "wrong")
        self.fee(34, 26, "captured")
        self.fee(35, 500, "monthly")  # Of no payment.
        self.fee(36, 99, "held", flags="pending")  # Nobody has paid that yet.
        self.world.load()
        rows = [("good", "10.00", "0.25"), ("early", "10.01", "0.30"), ("two-fees", "10.02", "0.25"),
                ("wrong", "10.03", "0.26"), ("net", "10.34", "0.30"), ("bare", "10.05", ""),
                ("captured", "10.06", "0.26"), ("monthly", "-5.00", "")]
        report, found = self.compare(rows, *self.OPTIONS)
        self.assertEqual(found, {"wrong": ["fee_mismatch"], "net": ["net_gross"]})
        proof = report["proof"][0]
        self.assertEqual((proof["fee_parts"], proof["fee_parts_amount"]), (6, "-1.31"))
        self.assertEqual((report["a"]["left_out"], report["matched"]), (1, 6))
        self.assertEqual(report["match_rate"], "75.00 %")
        # Without the option the same transfers are movements of their own.
        _, found = self.compare(rows, "--account", 11)
        self.assertEqual(found["good"], ["fee_mismatch", "duplicate_a"])

    def test_a_fee_that_was_given_back_is_none(self):
        self.pay(1, 1_000, "r")
        self.fee(2, 25, "r")
        self.world.load()
        self.world.run("transfer", "reverse", 2)
        report, found = self.compare([("r", "10.00", "")], *self.OPTIONS)
        self.assertEqual((found, report["differences"]), ({}, 0))

    def test_what_cannot_be_done_is_told(self):
        for options, words in ((("--ledger", 978, "--fee-code", 77), "needs --account"),
                               (("--account", 11, "--fee-code", 65_536), "1 to 65535"),
                               (("--account", 11, *(["--fee-code", 1] * 65)), "at most 64")):
            done = subprocess.run([DAYBOOK, "recon", "compare", "journal:%s" % self.world.data,
                                   __file__, *map(str, options)],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)


if __name__ == "__main__":
    DAYBOOK = sys.argv.pop(1)
    print("seed", SEED, file=sys.stderr)
    unittest.main()
