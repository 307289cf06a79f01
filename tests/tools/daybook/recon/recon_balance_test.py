#!/usr/bin/env python3
"""A ledger's balance against statements in several formats: they agree; where something was planted,
the difference is told to the cent and with where it comes from, whose parts always make the whole.
And the ledger against its own journal.

    recon_balance_test.py PATH-TO-DAYBOOK
"""

import json
import pathlib
import random
import subprocess
import sys
import tempfile
import unittest

import recon_journal_test
import recon_report_test
from recon_journal_test import BANK, CUSTOMERS, World, euros

DAYBOOK = None
DAY_NS = 86_400_000_000_000


def cents_of(text):
    sign = -1 if text.startswith("-") else 1
    whole, _, decimals = text.lstrip("-").partition(".")
    return sign * (int(whole) * 100 + int(decimals))


def mt940(rows, opening, closing, day="260106"):
    def balance(cents):
        return "%s%sEUR%d,%02d" % ("C" if cents >= 0 else "D", day, abs(cents) // 100,
                                   abs(cents) % 100)
    lines = [":20:X", ":25:ACC-1", ":28C:1", ":60F:" + balance(opening)]
    for reference, cents in rows:
        lines.append(":61:%s%s%d,%02dNTRFNONREF" % (day, "C" if cents > 0 else "D",
                                                    abs(cents) // 100, abs(cents) % 100))
        lines.append(":86:/EREF/%s" % reference)
    return "\n".join(lines + [":62F:" + balance(closing), "-", ""])


def camt(rows, opening, closing):
    def amount(cents):
        return "<Amt Ccy=\"EUR\">%d.%02d</Amt><CdtDbtInd>%s</CdtDbtInd>" % (
            abs(cents) // 100, abs(cents) % 100, "CRDT" if cents >= 0 else "DBIT")
    def balance(code, cents):
        return ("<Bal><Tp><CdOrPrtry><Cd>%s</Cd></CdOrPrtry></Tp>%s<Dt><Dt>2026-01-06</Dt></Dt></Bal>"
                % (code, amount(cents)))
    entries = "".join(
        "<Ntry>%s<Sts>BOOK</Sts><BookgDt><Dt>2026-01-06</Dt></BookgDt><NtryDtls><TxDtls><Refs>"
        "<EndToEndId>%s</EndToEndId></Refs></TxDtls></NtryDtls></Ntry>" % (amount(cents), reference)
        for reference, cents in rows)
    return ("<?xml version=\"1.0\"?><Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.02\">"
            "<BkToCstmrStmt><Stmt><Id>1</Id><Acct><Id><IBAN>ACC-1</IBAN></Id></Acct>%s%s%s</Stmt>"
            "</BkToCstmrStmt></Document>\n" % (balance("OPBD", opening), balance("CLBD", closing),
                                              entries))


def bai2(rows, opening, closing):
    lines = ["01,1,2,260106,0000,1,80,,2/", "02,1,2,1,260106,,EUR,2/",
             "03,ACC-1,EUR,010,%d,,,015,%d,,/" % (opening, closing)]
    total = opening + closing
    for reference, cents in rows:
        lines.append("16,%d,%d,,BANK,%s/" % (165 if cents > 0 else 475, abs(cents), reference))
        total += abs(cents)
    lines += ["49,%d,%d/" % (total, len(rows) + 2), "98,%d,1,%d/" % (total, len(rows) + 4),
              "99,%d,1,%d/" % (total, len(rows) + 6)]
    return "\n".join(lines) + "\n"


class ReconBalance(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.directory = tempfile.TemporaryDirectory()
        cls.world = world = World(pathlib.Path(cls.directory.name))
        world.start()
        world.run("ledger", "put", 978, "--name", "EUR", "--scale", 2, "--kind", "currency")
        for account in (BANK, CUSTOMERS):
            world.run("account", "create", "--id", account, "--ledger", 978, "--code", 10)
        dice = random.Random(1)
        world.run("admin", "advance-clock", 20_454 * DAY_NS + DAY_NS // 2)  # Noon of 1 January 2026.
        cls.before = [("old-%d" % i, dice.randrange(1, 10**6)) for i in range(50)]
        for at, (reference, cents) in enumerate(cls.before):
            world.transfer(1_000 + at, cents, reference)
        world.load()
        world.run("admin", "advance-clock", 5 * DAY_NS)
        cls.rows = [("new-%d" % i, dice.choice([1, -1]) * dice.randrange(1, 10**6))
                    for i in range(80)]
        for at, (reference, cents) in enumerate(cls.rows):
            world.transfer(2_000 + at, cents, reference)
        world.transfer(3_000, 7_777, "held", "pending")  # Holds are no part of a balance.
        world.load()
        cls.opening = sum(cents for _, cents in cls.before)
        cls.closing = cls.opening + sum(cents for _, cents in cls.rows)

    @classmethod
    def tearDownClass(cls):
        if cls.world.engine.poll() is None:
            cls.world.stop()
        cls.directory.cleanup()

    def balance(self, text, *options, code=None, name="statement.txt"):
        path = self.world.path / name
        path.write_text(text)
        done = subprocess.run([DAYBOOK, "recon", "balance", "journal:%s" % self.world.data, path,
                               "--account", str(BANK), "--json", *map(str, options)],
                              capture_output=True, text=True, check=False)
        if code is not None:
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        if done.returncode == 2:
            return done.stderr
        found = json.loads(done.stdout)
        parts = [cents_of(found["difference_" + part]) for part in
                 ("at_opening", "of_entries", "of_statement")]
        self.assertEqual(sum(parts), cents_of(found["difference"]))
        self.assertEqual(cents_of(found["closing"]) - cents_of(found["ledger_balance"]), sum(parts))
        return found, parts

    def test_statements_of_all_formats_agree(self):
        for make in (mt940, camt, bai2):
            with self.subTest(make.__name__):
                found, parts = self.balance(make(self.rows, self.opening, self.closing), code=0)
                self.assertEqual(parts, [0, 0, 0])
                self.assertEqual(cents_of(found["ledger_balance"]), self.closing)
                self.assertEqual(cents_of(found["opening"]), self.opening)
                self.assertEqual(cents_of(found["ledger_at_opening"]), self.opening)
                self.assertEqual((found["account"], found["since"][:10]), ("ACC-1", "2026-01-06"))
                self.assertTrue(found["agrees"])
        account = json.loads(self.world.run("account", "get", BANK, "--json"))
        self.assertEqual(cents_of(account["debits_posted"]) - cents_of(account["credits_posted"]),
                         self.closing)

    def test_it_is_said_where_a_difference_comes_from(self):
        rows = list(self.rows)
        gone = rows.pop(7)
        rows[3] = (rows[3][0], rows[3][1] + 250)
        rows.append(("unknown", 10_001))
        moved = sum(cents for _, cents in rows)
        delta = moved - (self.closing - self.opening)
        for make in (mt940, camt, bai2):
            with self.subTest(make.__name__):
                found, parts = self.balance(make(rows, self.opening, self.opening + moved), code=1)
                self.assertEqual(parts, [0, delta, 0])
                told = {each["reference"]: (each["name"], cents_of(each["delta"]))
                        for each in found["largest"]}
                self.assertEqual(told, {
                    gone[0]: ("a_only", -gone[1]), "unknown": ("b_only", 10_001),
                    rows[3][0]: ("amount_short", 250)})
                self.assertEqual(found["differences"], 3)
                # The opening balance is another one.
                _, parts = self.balance(make(self.rows, self.opening + 5, self.closing + 5), code=1)
                self.assertEqual(parts, [5, 0, 0])
                # The statement's entries do not make its closing balance.
                _, parts = self.balance(make(self.rows, self.opening, self.closing - 7), code=1)
                self.assertEqual(parts, [0, 0, -7])

    def test_differences_that_cancel_out_are_told_though_the_balances_agree(self):
        rows = list(self.rows)
        rows[0] = (rows[0][0], rows[0][1] + 5)
        rows[1] = (rows[1][0], rows[1][1] - 5)
        found, parts = self.balance(mt940(rows, self.opening, self.closing), code=0)
        self.assertEqual((parts, found["differences"]), ([0, 0, 0], 2))

    def test_a_file_without_balances_needs_one(self):
        lines = ["reference,amount,currency,status,time"]
        lines += ["%s,%s,EUR,ok,2026-01-06" % (reference, euros(cents))
                  for reference, cents in self.rows]
        text = "\n".join(lines) + "\n"
        self.assertIn("--closing", self.balance(text, code=2))
        found, parts = self.balance(text, "--closing", euros(self.closing), code=0)
        self.assertEqual(parts, [0, 0, 0])
        self.assertNotIn("opening", found)
        _, parts = self.balance(text, "--closing", euros(self.closing + 100), code=1)
        self.assertEqual(parts, [100, 0, 0])
        self.assertIn("such as 1234.50", self.balance(text, "--closing", "x", code=2))
        # From the beginning on, every older payment is one that the statement does not have.
        found, parts = self.balance(text, "--closing", euros(self.closing), "--since-time",
                                    "2026-01-01T00:00:00Z", code=0)
        self.assertEqual(parts, [self.opening, -self.opening, 0])
        self.assertEqual(found["differences"], len(self.before))

    def test_the_cut_counts(self):
        rows = self.rows[:30]
        facts = [json.loads(line) for line in self.world.run(
            "dump", self.world.data, "--kind", "transfer").splitlines()]
        cut = next(fact["sequence"] for fact in facts if fact["id"] == "2029")
        closing = self.opening + sum(cents for _, cents in rows)
        found, _ = self.balance(mt940(rows, self.opening, closing), "--until-sequence", cut)
        # An operation is not cut, and all came in one.
        self.assertEqual(cents_of(found["ledger_balance"]), self.closing)
        found, parts = self.balance(mt940([], self.opening, self.opening), "--until-time",
                                    "2026-01-02T00:00:00Z", code=0)
        self.assertEqual(parts, [0, 0, 0])

    def test_reports_say_the_same(self):
        rows = [("<b>new", 1), *self.rows[1:]]
        closing = self.opening + sum(cents for _, cents in rows)
        found, _ = self.balance(mt940(rows, self.opening, closing), "--report",
                                self.world.path / "r.html", "--report", self.world.path / "r.json",
                                code=1)
        self.assertEqual(json.loads((self.world.path / "r.json").read_text()), found)
        page = recon_report_test.Page((self.world.path / "r.html").read_text())
        self.assertLessEqual(set(page.tags), recon_report_test.ALLOWED)
        self.assertEqual(page.tables["The difference"][0][-1][1], found["difference"])
        self.assertIn("<b>new", page.text)
        self.assertIn("than the ledger", page.text)

    def test_what_cannot_be_told_is_said(self):
        two = mt940(self.rows, 0, 0) + mt940([], 0, 0).replace("ACC-1", "ACC-2")
        self.assertIn("balances of 2 accounts", self.balance(two, code=2))
        dollars = mt940(self.rows, 0, 0).replace("EUR", "USD")
        self.assertIn("no closing balance in EUR", self.balance(dollars, code=2))
        done = subprocess.run([DAYBOOK, "recon", "balance", "x.csv", "y.csv", "--account", "1"],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2)
        self.assertIn("journal:DIR", done.stderr)

    def test_the_ledger_agrees_with_itself(self):
        for _ in range(2):  # Beside the engine, and with a snapshot.
            done = subprocess.run([DAYBOOK, "recon", "self", self.world.data, "--json"],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            found = json.loads(done.stdout)
            self.assertTrue(found["agrees"])
            self.assertGreaterEqual(found["stores"][-1]["compared"], 2)
            self.world.run("admin", "snapshot")
        self.assertGreater(len(found["stores"]), 1)
        words = self.world.run("recon", "self", self.world.data)
        self.assertIn("the ledger agrees with itself", words)


if __name__ == "__main__":
    DAYBOOK = sys.argv.pop(1)
    recon_journal_test.DAYBOOK = DAYBOOK
    unittest.main()
