#!/usr/bin/env python3
"""Statements in formats without columns, as several banks write them, against a ledger's file.

    recon_formats_test.py PATH-TO-DAYBOOK

The statement and the ledger's file agree, field by field, so nothing may differ and every control
total agrees; with bytes of the statement changed, exactly what that means must be told. The format
is guessed, and `recon inspect` says what is in it.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

DAYBOOK = None
FORMATS = pathlib.Path(__file__).parent / "formats"
# Of a statement: bytes before and after, the classes that come of it beside `matched`, how many
# control totals differ, and how many records cannot be read.
CHANGES = {
    "mt940-german": [
        (b"CR119,00", b"CR118,00", {"amount_over"}, 1, 0),
        (b"RCR30,00", b"RDR30,00", {"amount_short"}, 1, 0),
        (b"EREF+INV-2026-0815", b"EREF+INV-2026-0816", {"a_only", "b_only"}, 0, 0),
        (b":60F:C260130EUR5039,10", b":60F:C260130EUR5039,11", set(), 2, 0),
        (b"DR49,90", b"DR49.90", {"a_only"}, 0, 1),
        (b":62F:C260131EUR4039,10\r\n", b"", set(), 1, 0),
    ],
    "mt940-dutch": [(b"C12,00", b"C12,01", {"rounding"}, 1, 0)],
    "mt940-interim": [
        (b":61:260131EC700,", b":61:260131C700,", {"status_a_open_b_ok"}, 0, 0),
        (b":90C:2", b":90C:3", set(), 1, 0),
    ],
    "camt-statement": [
        (b"50.00</Amt><CdtDbtInd>CRDT", b"50.00</Amt><CdtDbtInd>DBIT", {"amount_over"}, 6, 0),
        (b"100.00</Amt></TxAmt>", b"100.01</Amt></TxAmt>", {"rounding"}, 1, 0),
        (b"<RvslInd>true</RvslInd>", b"", {"type_mismatch"}, 0, 0),
        (b"<EndToEndId>ORD-1</EndToEndId>", b"<EndToEndId>ORD-1<EndToEndId>", {"a_only"}, 0, 1),
        (b"884.50", b"884.60", set(), 1, 0),
        (b"<NbOfTxs>2", b"<NbOfTxs>3", set(), 1, 0),
    ],
    "bai2-report": [
        (b"16,165,150000", b"16,465,150000", {"amount_over"}, 0, 0),
        (b"16,165,150000", b"16,165,150001", {"rounding"}, 1, 0),
        (b"49,1825050,9/", b"49,1825050,8/", set(), 1, 0),
        (b"98,1835050,2,14/", b"98,1835050,3,14/", set(), 1, 0),
        (b"16,455,50000", b"16,455,5x000", {"a_only"}, 0, 1),
        (b"99,1835050,1,16/\n", b"", set(), 3, 0),
    ],
    "nacha-payroll": [
        (b"0000250000EMP-0001", b"0000250001EMP-0001", {"rounding"}, 2, 0),
        (b"622231380104", b"627231380104", {"amount_short"}, 4, 0),
        (b"799R01", b"798C01", {"a_only"}, 0, 0),
        (b"627091400606", b"6x7091400606", {"a_only"}, 0, 1),
        (b"9000002000002", b"9000002000003", set(), 1, 0),
        (b"632231380104", b"632231380114", set(), 2, 0),
    ],
    "fix-dropcopy": [
        (b"17=E5\x0137=O3\x01150=F", b"17=E7\x0137=O3\x01150=F", set(), 0, 1),
        (b"31=10.20", b"31=10.21", {"amount_over"}, 0, 1),
    ],
    "fix-gateway": [
        (b"32=0.5|", b"32=0.6|", {"a_only"}, 0, 1),
        (b"8=FIX.4.2|9=82|35=8|34=2", b"8=FIXX4.2|9=82|35=8|34=2", {"a_pending"}, 0, 1),
        (b"8=FIX.4.2|9=82|35=8|34=2", b"8=FIY.4.2|9=82|35=8|34=2", {"a_pending"}, 0, 0),
    ],
    "camt-notification": [
        (b"<ns2:Cd>PDNG", b"<ns2:Cd>BOOK", {"status_a_open_b_ok"}, 0, 0),
        (b"17.25", b"17.00", {"amount_over"}, 1, 0),
    ],
}
# What each file is called without its name being looked at.
NAMES = {"mt940": "mt940", "camt": "camt", "bai2": "bai2", "nacha": "nacha", "fix": "fix"}


def statement_of(name):
    return next(path for path in FORMATS.glob(name + ".*") if not path.name.endswith(".csv"))


class ReconFormats(unittest.TestCase):
    def compare(self, name, statement, *options):
        done = subprocess.run([DAYBOOK, "recon", "compare", FORMATS / (name + ".ledger.csv"),
                               statement, "--window", "0", "--json", *options],
                              capture_output=True, text=True, check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        return done.returncode, json.loads(done.stdout)

    def test_there_is_a_statement_for_each_change(self):
        found = sorted(path.name[:-len(".ledger.csv")] for path in FORMATS.glob("*.ledger.csv"))
        self.assertEqual(found, sorted(CHANGES))

    def test_statements_agree_with_the_ledger(self):
        for name in CHANGES:
            with self.subTest(name):
                code, report = self.compare(name, statement_of(name))
                self.assertEqual(code, 0, report)
                self.assertEqual(report["b"]["invalid"], 0)
                self.assertEqual(report["notes"], [], "times agree to the nanosecond")
                self.assertGreater(report["matched"], 1)
                self.assertEqual(report["b"]["control_totals_differing"], 0)

    def test_a_change_is_found(self):
        for name, changes in CHANGES.items():
            for before, after, classes, totals, invalid in changes:
                with self.subTest(name + ": " + repr(after)), \
                        tempfile.TemporaryDirectory() as directory:
                    text = statement_of(name).read_bytes()
                    self.assertEqual(text.count(before), 1)
                    changed = pathlib.Path(directory) / "changed"
                    changed.write_bytes(text.replace(before, after))
                    code, report = self.compare(name, changed)
                    self.assertEqual(code, 1)
                    names = {each["name"] for each in report["classes"]}
                    self.assertEqual(names - {"matched"}, classes)
                    self.assertEqual(report["b"]["control_totals_differing"], totals, report["b"])
                    self.assertEqual(report["b"]["invalid"], invalid)

    def test_a_format_can_be_named_and_negated(self):
        statement = statement_of("mt940-interim")
        for name in ("mt940", "mt942"):
            self.assertEqual(self.compare("mt940-interim", statement, "--map-b", name)[0], 0)
        with tempfile.TemporaryDirectory() as directory:
            mapping = pathlib.Path(directory) / "map.json"
            mapping.write_text('{"format": "mt942", "amounts": {"negate": true}}')
            code, report = self.compare("mt940-interim", statement, "--map-b", mapping)
            self.assertEqual(code, 1)
            self.assertEqual({each["name"] for each in report["classes"]},
                             {"amount_over", "amount_short"})
            mapping.write_text('{"format": "mt999"}')
            done = subprocess.run([DAYBOOK, "recon", "inspect", statement, "--map", mapping],
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 2)
            self.assertIn("'mt999' is no format", done.stderr)

    def test_long_references_and_parties_are_told_word_for_word(self):
        with tempfile.TemporaryDirectory() as directory:
            out = pathlib.Path(directory) / "out.ndjson"
            text = statement_of("mt940-german").read_bytes()
            changed = pathlib.Path(directory) / "changed"
            changed.write_bytes(text.replace(b"DR49,90", b"DR50,00"))
            self.compare("mt940-german", changed, "--out", out)
            lines = [json.loads(line) for line in out.read_text().splitlines()]
            self.assertEqual([line["reference_b"] for line in lines],
                             ["SUB-77-2026-01-00000000001"])

    def test_inspect_says_what_is_in_it(self):
        for name in CHANGES:
            with self.subTest(name):
                done = subprocess.run([DAYBOOK, "recon", "inspect", statement_of(name), "--json"],
                                      capture_output=True, text=True, check=False)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                report = json.loads(done.stdout)
                self.assertEqual(report["format"], NAMES[name.split("-")[0]])
                self.assertGreater(report["records"], 1)
                self.assertGreaterEqual(report["statement_count"], 1)
                self.assertGreater(len(report["first"]), 1)

    def test_inspect_shows_the_line_and_byte_of_a_fault(self):
        with tempfile.TemporaryDirectory() as directory:
            changed = pathlib.Path(directory) / "changed"
            text = statement_of("mt940-german").read_bytes().replace(b"DR49,90", b"DR49.90")
            changed.write_bytes(text)
            done = subprocess.run([DAYBOOK, "recon", "inspect", changed], capture_output=True,
                                  text=True, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn("line 8, byte %d:" % text.index(b":61:2601300130DR"), done.stdout)


if __name__ == "__main__":
    DAYBOOK = sys.argv.pop(1)
    unittest.main()
