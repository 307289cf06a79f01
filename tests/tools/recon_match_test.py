#!/usr/bin/env python3
"""A few records at once against a running engine: for every record of a random statement, about
every kind of transfer that a reference can lead to, `recon match` says what `recon compare` says of
the whole journal and the whole statement, in one batch, in small ones and one by one; and it writes
nothing.

    recon_match_test.py PATH-TO-DAYBOOK
"""

import collections
import json
import os
import pathlib
import random
import sys
import tempfile
import unittest

from served_engine import ServedEngine, euros

DAYBOOK = None
SEED = int(os.environ.get("DAYBOOK_TEST_SEED", "1"))
PAYMENTS = 400
BANK, CUSTOMERS, FEES = 1, 2, 3
NOON_NS = 1769860800000000000  # 2026-01-31T12:00:00Z
TIMES = ("2026-01-31T11:00:00Z", "2026-01-31T11:00:00Z", "2026-01-20T11:00:00Z",
         "2026-02-09T11:00:00Z", "")
HEADER = "reference,amount,currency,status,time,fee,type\n"
BATCH_MAX = 10_000
TRANSFERS_MAX = 200_000
STDIN_MAX = 16 << 20


class World(ServedEngine):
    """An engine with transfers of every kind, and what another system says of them."""

    def __init__(self, path):
        super().__init__(DAYBOOK, path / "data")
        self.path = path
        self.random = random.Random(SEED)
        self.rows = []
        self.records = []  # reference, cents, fee, status, type: as the ledger has them
        self.statement = []  # Lines.

    def row(self, number, cents, business="", flags="", pending="", timeout="", debit=BANK,
            credit=CUSTOMERS, code=1):
        if cents is not None and cents < 0:
            debit, credit, cents = credit, debit, -cents
        self.rows.append((number, debit, credit, "" if cents is None else euros(cents), 978, code,
                          flags, business, pending, timeout))

    def payment(self, number):
        """One payment of a random kind, under a reference of a random kind."""
        cents = self.random.randrange(1_000, 1_000_000)
        id_, business, reference = self.random.choice((
            (number, "name:order-%d" % number, "order-%d" % number),
            (number, "name:order-%d" % number, "order-%d" % number),
            (number, "name:an-order-with-a-very-long-name-%d" % number,
             "an-order-with-a-very-long-name-%d" % number),
            (number, 70_000 + number, str(70_000 + number)),  # A number without a name.
            (number, "", str(number)),
            ("name:tx-%d" % number, "", "tx-%d" % number)))
        kind = self.random.choice(("plain", "plain", "out", "fee", "twice", "reversed", "open",
                                   "posted", "partly", "voided", "expired", "part-voided"))
        say = lambda cents, status="ok", kind="charge", fee=0: self.records.append(
            (reference, cents, fee, status, kind))
        after = lambda step: 1_000_000 * step + number
        holds = ("open", "posted", "partly", "voided", "expired", "part-voided")
        if kind == "out":
            cents = -cents
        self.row(id_, cents, business, "pending" if kind in holds else "",
                 timeout="5s" if kind == "expired" else "")
        if kind in ("plain", "out"):
            say(cents)
        elif kind == "fee":
            if not business:
                return say(cents)
            self.row(after(1), 30, business, debit=FEES, credit=BANK, code=901)
            say(cents, fee=30)
        elif kind == "twice":
            say(cents)
            if business:
                self.row(after(1), cents, business)
                say(cents)
        elif kind == "reversed":
            self.row(after(1), 500, "", "reversal", id_, debit=CUSTOMERS, credit=BANK)
            say(cents)
            say(-500, kind="refund")
        elif kind in ("posted", "partly", "part-voided"):
            self.row(after(1), cents if kind == "posted" else 400, "", "post_pending_transfer"
                     if kind == "posted" else "post_pending_transfer|keep_remainder", id_)
            say(cents if kind == "posted" else 400)
            if kind == "partly":
                say(cents - 400, "open")
            if kind == "part-voided":
                self.row(after(2), None, "", "void_pending_transfer", id_)
        elif kind == "voided":
            self.row(after(1), None, "", "void_pending_transfer", id_)
            say(cents, "failed")
        else:
            say(cents, "open" if kind == "open" else "failed")
        return None

    def say(self, reference, cents, fee, status, kind, currency="EUR"):
        self.statement.append((reference, "%s,%s,%s,%s,%s,%s,%s" % (
            reference, euros(cents), currency, status, self.random.choice(TIMES),
            euros(fee) if fee else "", kind)))

    def tell(self):
        """The other system has most of it, and some of it otherwise."""
        for reference, cents, fee, status, kind in self.records:
            change = self.random.randrange(24)
            if change == 0:
                continue
            currency = "USD" if change == 1 else "EUR"
            cents += {2: 1, 3: -3, 4: 57, 5: -90}.get(change, 0)
            fee += 7 if change == 6 else 0
            status = {7: "failed", 8: "ok", 9: "open", 10: "reversed"}.get(change, status)
            kind = "refund" if change == 11 else kind
            self.say(reference, cents, fee, status, kind, currency)
            if change == 12:
                self.say(reference, cents, fee, status, kind, currency)
        for number in range(20):
            self.say("nobody-%d" % number, 100 + number, 0, "ok", "charge")
        self.say("", 777, 0, "ok", "charge")
        self.say("98989", 4_711, 0, "ok", "charge")  # A number that is called otherwise.
        self.say("n" * 70, 5, 0, "ok", "charge")  # Longer than a name can be.
        self.random.shuffle(self.statement)

    def open(self):
        self.run("ledger", "put", 978, "--name", "EUR", "--scale", 2, "--kind", "currency")
        for account in (BANK, CUSTOMERS, FEES):
            self.run("account", "create", "--id", account, "--ledger", 978, "--code", 10)
        self.run("admin", "advance-clock", NOON_NS)

    def load(self):
        columns = "id,debit_account_id,credit_account_id,amount,ledger,code,flags,business_id," \
            "pending_id,timeout"
        (self.path / "transfers.csv").write_text(
            "\n".join([columns] + [",".join(map(str, row)) for row in self.rows]) + "\n")
        self.run("import", "transfers", self.path / "transfers.csv")
        self.rows = []

    def define(self, name, more):
        definition = {"name": name, "account": str(BANK), "ledger": 978, "window_days": 2,
                      "statement": {"map": "daybook"}, "fee_codes": [901], **more}
        definition = {key: value for key, value in definition.items() if value is not None}
        path = self.path / (name + ".json")
        path.write_text(json.dumps(definition))
        self.run("recon", "define", path)

    def make(self):
        self.open()
        for number in range(1_000, 1_000 + PAYMENTS):
            self.payment(number)
        self.row(900, 4_711, 98_989)
        for at, (name, last) in enumerate((("parts", 150), ("some-parts", 140))):
            self.row(910 + at, 100, "name:" + name)
            self.row(920 + at, 200, "name:" + name)
            self.say(name, 150, 0, "ok", "charge")
            self.say(name, last, 0, "ok", "charge")
        self.row(901, 4_711, "name:elsewhere", debit=CUSTOMERS, credit=FEES)
        self.tell()
        self.say("elsewhere", 4_711, 0, "ok", "charge")  # Not on the account.
        self.load()
        self.run("name", "put", "business", "otherwise", "--id", 98_989)
        self.run("admin", "advance-clock", 10_000_000_000)  # Ends holds whose time is over.
        for name, more in (("bank", {"tolerances": {"EUR": {"each": "0.03"}}}),
                           ("sums", {"group": "sum"}),
                           ("rules", {"fallback": ["amount+day"]}),
                           ("days", {"window_days": None}),
                           ("mills", {"statement": {"map": "daybook", "scales": {"EUR": 3}}})):
            self.define(name, more)

    def file(self, name, lines):
        path = self.path / name
        path.write_text(HEADER + "".join(line + "\n" for line in lines))
        return path

    def compared(self, *options):
        """What a comparison with the whole journal says of the statement's records."""
        path = self.file("whole.csv", [line for _, line in self.statement])
        out = self.path / "differences.ndjson"
        self.run("recon", "compare", "journal:%s" % self.data, path, "--account", BANK,
                 "--map-b", "daybook", "--fee-code", 901, "--out", out, *options, good=(0, 1))
        found = [json.loads(line) for line in out.read_text().splitlines()]
        return collections.Counter(
            (each.get("reference_b", ""), each["name"], each.get("also", ""),
             each.get("amount_a"), each.get("fee_a"), each["amount_b"], each.get("delta", ""))
            for each in found if "amount_b" in each)

    def match(self, name, lines, good=(0, 1), text=None):
        path = "-" if text else self.file("batch.csv", lines)
        return json.loads(self.run("recon", "match", name, path, "--json", good=good, text=text))


def told(items):
    """The same of a batch: without what is simply matched."""
    return collections.Counter(
        (each["reference"], each["name"], "|".join(each["also"]), each.get("a", {}).get("amount"),
         each.get("a", {}).get("fee"), each["b"]["amount"], each["delta"])
        for each in items if each["code"] != 0 or each["also"])


class Match(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        directory = tempfile.TemporaryDirectory()
        cls.addClassCleanup(directory.cleanup)
        cls.world = World(pathlib.Path(directory.name))
        cls.world.start()
        cls.addClassCleanup(cls.world.stop)
        cls.world.make()

    def lines(self):
        return [line for _, line in self.world.statement]

    def test_says_what_a_comparison_says_and_writes_nothing(self):
        before = self.world.run("admin", "digest", "--json")
        expected = self.world.compared("--window", 2, "--tolerance", "EUR=3")
        whole = self.world.match("bank", self.lines(), good=(1,))
        self.assertEqual(told(whole["items"]), expected, "seed %d" % SEED)
        self.assertEqual(len(whole["items"]), len(self.lines()), "each has its answer")
        self.assertEqual(whole["records"], whole["matched"] + whole["differences"])
        self.assertFalse(whole["fallback_rules_not_tried"])
        names = {name for _, name, *_ in expected}
        self.assertTrue(names >= {"b_only", "b_pending", "amount_short", "amount_over", "reversed",
                                  "matched_tolerance", "fee_mismatch", "currency_mismatch",
                                  "status_a_open_b_ok", "duplicate_b"}, names)
        self.assertEqual(self.world.run("admin", "digest", "--json"), before)

    def test_does_not_depend_on_the_batch(self):
        whole = told(self.world.match("bank", self.lines())["items"])
        references = sorted({reference for reference, _ in self.world.statement})
        self.world.random.shuffle(references)
        found = collections.Counter()
        for at in range(0, len(references), 37):
            batch = set(references[at:at + 37])
            lines = [line for reference, line in self.world.statement if reference in batch]
            found += told(self.world.match("bank", lines)["items"])
        self.assertEqual(found, whole, "seed %d" % SEED)

    def test_one_record_through_stdin(self):
        by_reference = collections.Counter(reference for reference, _ in self.world.statement)
        whole = {each["reference"]: each for each in
                 self.world.match("bank", self.lines())["items"]}
        alone = [(reference, line) for reference, line in self.world.statement
                 if reference and by_reference[reference] == 1]
        for reference, line in self.world.random.sample(alone, 12):
            good = (0,) if whole[reference]["code"] in (0, 1) else (1,)
            one = self.world.match("bank", None, good=good, text=HEADER + line + "\n")
            found = one["items"][0]
            for each in (found, whole[reference]):
                each.pop("record", None)
            self.assertEqual(found, whole[reference])

    def test_names_the_transfer(self):
        text = HEADER + "order,1.00,EUR,ok,,,charge\n"
        self.world.run("transfer", "create", "--id", 50, "--debit", BANK, "--credit", CUSTOMERS,
                       "--amount", "1.00", "--ledger", 978, "--code", 1, "--business", "name:order")
        clean = self.world.match("bank", None, good=(0,), text=text)
        self.assertEqual(clean["items"][0]["a"]["transfer"], "50")
        self.assertEqual(clean["ledger_only"], 0)
        self.world.run("transfer", "create", "--id", 51, "--debit", BANK, "--credit", CUSTOMERS,
                       "--amount", "1.00", "--ledger", 978, "--code", 1, "--business", "name:order")
        again = self.world.match("bank", None, good=(0,), text=text)
        self.assertEqual((again["ledger_only"], again["matched"]), (1, 1), "it is not missed here")

    def test_sums_of_groups(self):
        expected = self.world.compared("--window", 2, "--group", "sum")
        found = self.world.match("sums", self.lines())["items"]
        parts = [each for each in found if each.get("parts_b", 1) > 1]
        plain = [each for each in found if each.get("parts_b", 1) == 1]
        whole = collections.Counter({key: count for key, count in expected.items()
                                     if "split" not in key[1] + key[2]})
        self.assertTrue(told(plain) >= whole, "seed %d" % SEED)
        names = {each["reference"]: (each["name"], each["also"]) for each in parts}
        self.assertEqual(names["parts"][0], "matched")
        self.assertIn("split_matched", names["parts"][1])
        self.assertEqual(names["some-parts"][0], "split_incomplete")
        self.assertEqual({(each["reference"], each["name"]) for each in found
                          if "split" in each["name"]},
                         {(key[0], key[1]) for key in expected if "split" in key[1]})

    def test_dates_count_only_with_a_window(self):
        names = {each["name"] for each in self.world.match("days", self.lines())["items"]}
        self.assertNotIn("b_pending", names)
        self.assertEqual(told(self.world.match("days", self.lines())["items"]),
                         self.world.compared())

    def test_a_statement_may_have_more_decimals(self):
        """As a definition says, to a run as well."""
        lines = ["elsewhere,1.005,EUR,ok,,,charge"]
        found = self.world.match("mills", lines, good=(1,))
        self.assertEqual((found["items"][0]["name"], found["items"][0]["b"]["amount"]),
                         ("b_only", "1.005"))
        run = json.loads(self.world.run(
            "recon", "run", "mills", self.world.file("mills.csv", lines), "--data",
            self.world.data, "--day", "2026-01-31", "--json", good=(1,)))
        self.assertEqual(run["summary"]["classes"].get("b_only"), 1)
        self.assertNotIn("invalid_record", run["summary"]["classes"])

    def test_says_what_it_does_not_try(self):
        self.assertTrue(self.world.match("rules", self.lines()[:20])["fallback_rules_not_tried"])
        text = self.world.run("recon", "match", "rules",
                              self.world.file("few.csv", ["nobody,1.00,EUR,ok,,,charge"]), good=(1,))
        self.assertIn("fallback rules were not tried", text)
        self.assertIn("b_only", text)
        self.assertIn("0 of 1 matched", text)

    def test_a_line_that_is_no_record(self):
        found = self.world.match("bank", ["not a line"], good=(1,))
        self.assertEqual((found["records"], found["differences"]), (0, 1))
        self.assertEqual((found["items"][0]["code"], found["items"][0]["text"]), (70, "not a line"))

    def test_nothing_is_clean(self):
        self.assertEqual(self.world.match("bank", [], good=(0,))["items"], [])

    def test_what_cannot_be_done(self):
        few = self.world.file("few.csv", [",1.00,EUR,ok,,,charge"])
        for arguments, words in (
                (("nobody", few), "is defined"),
                (("bank", self.world.path / "nowhere.csv"), "nowhere.csv"),
                (("bank", few), "no record has a reference")):
            done = self.world.call("recon", "match", *arguments)
            self.assertEqual(done.returncode, 2, arguments)
            self.assertIn(words, done.stderr)

    def test_a_batch_has_a_largest_size(self):
        lines = ["x%d,1.00,EUR,ok,,,charge" % number for number in range(BATCH_MAX)]
        self.assertEqual(self.world.match("bank", lines, good=(1,))["differences"], BATCH_MAX)
        path = self.world.file("many.csv", lines + ["y,1.00,EUR,ok,,,charge"])
        done = self.world.call("recon", "match", "bank", path)
        self.assertEqual(done.returncode, 2)
        self.assertIn("more than 10000 records", done.stderr)
        path = self.world.file("many.csv", ["no"] * BATCH_MAX)
        self.assertEqual(self.world.match("bank", ["no"] * BATCH_MAX, good=(1,))["differences"],
                         BATCH_MAX)
        path = self.world.file("many.csv", ["no"] * (BATCH_MAX + 1))
        self.assertEqual(self.world.call("recon", "match", "bank", path).returncode, 2)


    def test_stdin_has_a_largest_size(self):
        line = "x" * 60_000 + "\n"
        text = HEADER + line * ((STDIN_MAX - len(HEADER)) // len(line))
        text += "x" * (STDIN_MAX - len(text))
        found = self.world.match("bank", None, good=(1,), text=text)
        self.assertEqual(found["classes"], {"invalid_record": found["differences"]})
        done = self.world.call("recon", "match", "bank", "-", text=text + "x")
        self.assertEqual(done.returncode, 2)
        self.assertIn("more than %d bytes on stdin" % STDIN_MAX, done.stderr)


class Many(unittest.TestCase):
    def test_a_batch_leads_to_so_many_transfers_at_most(self):
        with tempfile.TemporaryDirectory() as directory:
            world = World(pathlib.Path(directory))
            world.start()
            try:
                world.open()
                world.define("bank", {})
                references = 8
                for number in range(TRANSFERS_MAX):
                    world.row(1 + number, 100, "name:order-%d" % (number % references))
                world.load()
                lines = ["order-%d,1.00,EUR,ok,,,charge" % each for each in range(references)]
                found = world.match("bank", lines, good=(0,))
                self.assertEqual(found["matched"], references)
                self.assertEqual(found["ledger_only"], TRANSFERS_MAX - references)
                world.row(TRANSFERS_MAX + 1, 100, "name:order-0")
                world.load()
                done = world.call("recon", "match", "bank", world.file("batch.csv", lines))
                self.assertEqual(done.returncode, 2)
                self.assertIn("more than %d transfers" % TRANSFERS_MAX, done.stderr)
            finally:
                world.stop()


if __name__ == "__main__":
    DAYBOOK = sys.argv.pop(1)
    unittest.main(verbosity=2)
