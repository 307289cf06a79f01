#!/usr/bin/env python3
"""Every ready mapping on a statement as its system writes it, against what a ledger would have.

    recon_mappings_test.py PATH-TO-DAYBOOK

The statement and the ledger's file agree, field by field, so nothing may differ; with a line of the
statement changed, something must. `recon inspect` recognises each statement by its columns.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

DAYBOOK = None
STATEMENTS = pathlib.Path(__file__).parent / "statements"
# What is changed in a statement, and what comes of it.
CHANGES = {
    "adyen": (b",40.00,,1,EUR", b",41.00,,1,EUR", "amount_over"),
    "alipay": (b",88.00,0.00,88.00", b",88.01,0.00,88.01", "rounding"),
    "exchange-fills": (b",SELL,", b",BUY,", "amount_over"),
    "paypal": (b'"Pending"', b'"Completed"', "status_a_open_b_ok"),
    "stripe": (b"ch_2,1500,0,", b"ch_2,1500,7,", "fee_mismatch"),
    "wechat-pay": (b"`1230000109,`W1,`SUCCESS", b"`1230000108,`W1,`SUCCESS", "party_mismatch"),
}


class ReconMappings(unittest.TestCase):
    def compare(self, name, statement):
        done = subprocess.run([DAYBOOK, "recon", "compare", STATEMENTS / (name + ".ledger.csv"),
                               statement, "--map-b", name, "--window", "0", "--json"],
                              capture_output=True, text=True, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.returncode, json.loads(done.stdout)

    def test_there_is_a_statement_for_each_change(self):
        found = sorted(path.name[:-len(".ledger.csv")] for path in STATEMENTS.glob("*.ledger.csv"))
        self.assertEqual(found, sorted(CHANGES))

    def test_statements_agree_with_the_ledger(self):
        for name in CHANGES:
            with self.subTest(name):
                code, report = self.compare(name, STATEMENTS / (name + ".csv"))
                self.assertEqual(code, 0, report)
                self.assertEqual(report["b"]["invalid"], 0)
                self.assertEqual(report["notes"], [], "times agree to the nanosecond")
                self.assertGreater(report["matched"], 1)
                for total in report["b"]["control_totals"]:
                    self.assertTrue(total["agrees"])

    def test_a_change_is_found(self):
        for name, (before, after, code) in CHANGES.items():
            with self.subTest(name), tempfile.TemporaryDirectory() as directory:
                text = (STATEMENTS / (name + ".csv")).read_bytes()
                self.assertEqual(text.count(before), 1)
                changed = pathlib.Path(directory) / "changed.csv"
                changed.write_bytes(text.replace(before, after))
                exit_code, report = self.compare(name, changed)
                self.assertEqual(exit_code, 1)
                names = {each["name"] for each in report["classes"]}
                self.assertEqual(names - {"matched"}, {code})

    def test_a_statement_that_was_cut_short_is_told(self):
        with tempfile.TemporaryDirectory() as directory:
            text = (STATEMENTS / "wechat-pay.csv").read_bytes().splitlines(keepends=True)
            cut = pathlib.Path(directory) / "cut.csv"
            cut.write_bytes(b"".join(text[:-1]))
            exit_code, report = self.compare("wechat-pay", cut)
            self.assertEqual((exit_code, report["differences"]), (1, 0))
            self.assertFalse(report["control_totals_agree"])

    def test_inspect_recognises_each(self):
        for name in CHANGES:
            with self.subTest(name):
                done = subprocess.run([DAYBOOK, "recon", "inspect", STATEMENTS / (name + ".csv"),
                                       "--json"], capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertEqual(json.loads(done.stdout)["fitting_mappings"], [name])


if __name__ == "__main__":
    DAYBOOK = sys.argv.pop(1)
    unittest.main()
